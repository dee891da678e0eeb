// Scheduled sampling in two passes: the reader mixes own words into the gold ones. All losses are here: no server is asked.

import {drawn, fill, kept, make, redraw} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {draw} from './passes_draw.js';

const TICK = 450; // ms a word
const views = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = views(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', {mixed: String(view.player.at)});
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const picture = drawn('svg', {class: 'picture', role: 'img'});
  const [line, box] = [make('p', 'line'), make('div', 'box', picture)];
  line.setAttribute('role', 'status');
  const on = {
    step: () => show(view),
    text: () => fill(view.labels.mixed, {n: view.player.at, N: view.player.last}),
    tell: () => view.tell(),
  };
  const walk = player(root, {acts: ['back', 'play', 'forward'], pace: TICK, on});
  root.replaceChildren(walk.bar, line, box);
  Object.assign(view, {root, picture, line, box, player: walk, data: null});
  onResize(box, () => show(view));
}

function accept(view, data) {
  const {player: walk, data: before} = view;
  Object.assign(view, {data, labels: data.labels, formats: formats(data.labels.locale)});
  walk.last = data.own.length;
  walk.label(data.labels);
  if (before?.id !== data.id || before?.renewed !== data.renewed)
    walk.at = Math.min(Number(data.at), walk.last);
  walk.refresh();
  show(view);
}

// The places whose own word is read, where so many are.
export const ownPlaces = (order, count) => new Set(order.slice(0, count));

function show(view) {
  const {data, labels, formats, player: walk, picture, box, root, line} = view;
  if (!box.clientWidth) return;
  const two = value => formats.two.format(value);
  const facts = {loss: two(data.means[walk.at]), first: two(data.means[0]), n: walk.at};
  line.textContent = data.hidden ? labels.guess : fill(labels.said, facts);
  picture.setAttribute('aria-label', data.hidden ? labels.guess : labels.description);
  const scene = {...view, ink: inkOf(root), width: box.clientWidth};
  redraw(picture, () => draw(scene, ownPlaces(data.order, walk.at), data.losses[walk.at]));
}
