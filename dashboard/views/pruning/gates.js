// L0 gates while they are learnt, once more: heads fade as their gates close, beside what the model loses meanwhile.

import {unpacked} from '../../components/attention.js';
import {themeOf} from '../../components/colour.js';
import {list} from '../../components/controls.js';
import {add, drawn, fill, kept, make, redraw, sized, write} from '../../components/dom.js';
import {onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {drawGrid} from './pruning_grid.js';
import {addressOf, keyOf} from './pruning_sets.js';

const PACE = 400; // ms a point
const FAINT = 0.08; // how much is seen of a head whose gate is shut
const OPEN = 0.5; // chance from which a head counts as open
const [WIDTH, HEIGHT] = [320, 60]; // px of the curve
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', {...view.at, point: String(view.player.at)});
  view.load = () => setTriggerValue('load', addressOf(closedIn(view), view.data.heads));
  if (view.root !== root) mount(view, root);
  Object.assign(view, {data, labels: data.labels, at: {...data.at}});
  view.format = formats(data.labels.locale);
  view.maps = Object.fromEntries(
    Object.entries(data.maps).map(([kind, map]) => [kind, unpacked(map.weights)]),
  );
  view.images = new Map();
  view.player.label(data.labels);
  start(view, Number(data.at.point));
}

function mount(view, root) {
  view.price = list(film => {
    view.at.film = film;
    start(view, view.player.at);
    view.player.tell();
  });
  view.player = player(root, {
    acts: ['back', 'play', 'forward'],
    pace: PACE,
    keys: false,
    on: {step: () => draw(view), text: () => told(view), tell: () => view.tell()},
  });
  view.player.bar.prepend(view.price.element);
  view.take = Object.assign(make('button', 'take'), {type: 'button', onclick: () => view.load()});
  view.player.bar.append(view.take);
  view.picture = drawn('svg', {class: 'grid', role: 'img'});
  view.curve = drawn('svg', {class: 'curve', 'aria-hidden': true});
  view.roles = make('p', 'roles');
  view.root = root;
  root.replaceChildren(view.player.bar, view.picture, view.roles, view.curve);
  onResize(root, () => view.data && draw(view));
}

function start(view, point) {
  const {data, labels, at, price, take} = view;
  price.show(
    labels.price,
    data.films.map(({name, label}) => [name, label]),
    at.film,
  );
  write(take, labels.shut_these);
  view.player.last = filmOf(view).steps.length - 1;
  view.player.step(point, false);
}

const filmOf = ({data, at}) => data.films.find(({name}) => name === at.film);

// How likely a head is open at the point that is shown; a kind without gates is.
const chanceOf = view => {
  const {chances} = filmOf(view);
  return ([kind, layer, head]) => chances[kind]?.[view.player.at][layer][head] ?? 1;
};

const closedIn = view => {
  const chance = chanceOf(view);
  return new Set(view.data.heads.filter(head => chance(head) < OPEN).map(keyOf));
};

function told(view) {
  const {steps, validation} = filmOf(view);
  const {format, labels, player, data} = view;
  const chance = chanceOf(view);
  const open = data.heads.reduce((sum, head) => sum + chance(head), 0);
  const facts = {step: steps[player.at], open: format.one.format(open)};
  return fill(labels.point, {...facts, loss: format.three.format(validation[player.at])});
}

// What is open, as is to be expected, of the heads that have or lean to each role; "" where none is known.
export function rolesTold(roles, chance, labels, one) {
  const told = roles.map(([role, heads]) => {
    const open = one.format(heads.reduce((sum, head) => sum + chance(head), 0));
    return fill(labels.role_left, {role, open, count: heads.length});
  });
  return told.length ? fill(labels.roles_left, {roles: told.join(', ')}) : '';
}

function draw(view) {
  const {root, data, picture, images, maps, labels} = view;
  const [width, theme, chance] = [root.clientWidth, themeOf(root), chanceOf(view)];
  const opacity = head => FAINT + (1 - FAINT) * chance(head);
  const scene = {data, labels, theme, width, maps, images, opacity, heads: data.heads};
  if (width) drawGrid(picture, {...scene, closed: closedIn(view)});
  picture.setAttribute('aria-label', fill(labels.film, {point: told(view)}));
  write(view.roles, rolesTold(data.roles, chance, labels, view.format.one));
  drawCurve(view);
}

// The loss, step by step, with a mark at the point that is shown.
function drawCurve({curve, player, ...view}) {
  const {validation} = filmOf({...view, player});
  const [low, high] = [Math.min(...validation), Math.max(...validation)];
  const x = i => 6 + (i / Math.max(1, validation.length - 1)) * (WIDTH - 12);
  const y = value => HEIGHT - 6 - (high > low ? (value - low) / (high - low) : 0.5) * (HEIGHT - 12);
  const points = validation.map((value, i) => `${x(i)},${y(value)}`).join(' ');
  redraw(curve, () => {
    add(curve, 'polyline', {points, class: 'loss'});
    add(curve, 'circle', {cx: x(player.at), cy: y(validation[player.at]), r: 5, class: 'now'});
    sized(curve, WIDTH, HEIGHT);
  });
}
