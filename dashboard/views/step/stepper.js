// A translation, one word at a time. Python has recorded all of it: the reader walks it without the server.

import {look, peak, placed, signed, unpacked, written} from '../../components/attention.js';
import {remember} from '../../components/colour.js';
import {list, numbered} from '../../components/controls.js';
import {drawn, kept, later, make, named} from '../../components/dom.js';
import {onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {quiz} from '../../components/questions.js';
import {beginning, controls, DRAWING, drawing, isPlain, wordOf} from './stepper_controls.js';
import {draw, lay} from './stepper_draw.js';
import {reshaped} from './stepper_shape.js';
import {answer, position, question, sentence} from './stepper_words.js';

const PACE = 1400; // ms a step
const PICKS = ['layer', 'head'];
const STEP = [
  'label',
  'text',
  'joined',
  'rank',
  'chosen',
  'rest',
  'entropy',
  'next',
  'options',
  'right',
  'further',
  'heat',
];
const FREE = {prefix: '', banned: []}; // nothing is held by hand
const views = kept(() => ({at: {}}));

export default function ({data, parentElement, setStateValue}) {
  const view = views(parentElement);
  const root = parentElement.querySelector('.root');
  const places = () => PICKS.map(name => [name, written(view.at[name])]);
  view.tell = () => {
    const {at, hand, player: walk, data: known} = view;
    const drawn = Object.fromEntries(DRAWING.map(name => [name, at[name]]));
    const held = {prefix: hand.prefix, ban: hand.banned.join(known.between), here: known.here};
    const step = String(walk.at + 1);
    setStateValue('at', {step, ...Object.fromEntries(places()), ...drawn, ...held});
  };
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const picture = drawn('svg', {class: 'picture', role: 'img'});
  const [line, place, box] = [make('p', 'line'), make('div', 'place'), make('div', 'box', picture)];
  line.setAttribute('role', 'status');
  const on = {
    step: () => show(view),
    text: () => position(view, view.player.at, told(view)),
    tell: () => view.tell(),
    limit: () => limit(view),
  };
  const acts = ['back', 'play', 'forward'];
  const walk = player(root, {acts, first: 1, pace: PACE, on});
  const picks = Object.fromEntries(
    PICKS.map(name => [name, list(value => pick(view, {[name]: placed(value)}))]),
  );
  const settings = controls({
    draw: (name, value) => pick(view, {[name]: value}),
    force: candidate => force(view, candidate),
    ban: candidate => ban(view, candidate),
    change: hand => hold(view, hand),
    undo: () => undo(view),
    begin: prefix => hold(view, {...view.hand, prefix}),
  });
  walk.bar.append(...PICKS.map(name => picks[name].element), ...settings.first);
  root.replaceChildren(walk.bar, ...settings.rows, line, place, box);
  picture.onclick = ({target}) => click(view, target);
  Object.assign(view, {root, picture, line, place, box, picks, settings, player: walk});
  Object.assign(view, {data: null, asked: null, laid: null, hand: FREE, earlier: []});
  onResize(box, () => {
    view.laid = null;
    lay(view);
    draw(view);
  });
}

function click(view, target) {
  const at = name => target.closest(`[data-${name}]`)?.dataset;
  const [head, step, source, place] = ['head', 'step', 'source', 'place'].map(at);
  if (head) pick(view, {layer: Number(head.layer), head: Number(head.head)});
  if (step) view.player.stop(Number(step.step));
  if (source) view.player.stop(attending(view, Number(source.source)));
  if (place) force(view, Number(place.place));
}

// The step that looks most at a source position.
function attending({attention, steps, at, looks}, position) {
  const shares = steps.map((_, step) => weights(attention, step, at, looks)[position]);
  return peak(shares);
}

// ---- data in

function accept(view, data) {
  const {player: walk, at, data: before} = view;
  const fresh = before?.id !== data.id;
  const renewed = before?.renewed !== data.renewed; // by a link, a chip or the browser's Back
  const counts = data.attention?.shape ?? [1, 1];
  Object.assign(view, {data, counts, labels: data.labels, formats: formats(data.labels.locale)});
  if (fresh) Object.assign(view, unpack(data), {looks: new Map(), answers: new Map()});
  if (renewed) for (const name of PICKS) at[name] = placed(data.at[name] ?? 'mean');
  if (renewed || !before) for (const name of DRAWING) at[name] = data.at[name];
  if (before?.here !== data.here) view.earlier = [];
  if (fresh || renewed) view.hand = data.hand;
  PICKS.forEach((name, i) => {
    if (counts[i] > 1 && at[name] >= counts[i]) at[name] = 'mean';
  });
  walk.last = view.steps.length - 1;
  if (renewed) walk.at = placed(data.at.step);
  else if (fresh)
    walk.at = before.text === data.text && !data.predict ? Math.min(walk.at, walk.last) : 0;
  if (data.predict && (fresh || !before.predict)) view.opened = walk.at; // what came before has been seen
  walk.label(data.labels);
  if (fresh && before && written(walk.at) !== data.at.step) later(view.root, view.tell);
  lay(view);
  walk.refresh();
  show(view);
}

// What Python packed: the steps by their fields' names, and arrays.
export function unpack({steps, attention, states}) {
  const vectors = Object.entries(states ?? {}).map(([part, held]) => [part, held && signed(held)]);
  return {
    steps: named(STEP, steps),
    attention: attention && unpacked(attention),
    states: states && Object.fromEntries(vectors),
  };
}

// ---- the step

const hidden = ({data, opened, answers}, step) =>
  data.predict && step >= opened && !answers.has(step);

// How far the reader may go: not past an open question.
function limit(view) {
  const open = view.steps.findIndex((_, step) => hidden(view, step));
  return open < 0 ? view.steps.length - 1 : open;
}

// Whether every step may be seen: how many there are would be a hint.
const told = view => !view.steps.some((_, step) => hidden(view, step));

function show(view) {
  const {data, labels, player: walk, at, attention, counts, steps} = view;
  const settings = drawing(at, data.stops);
  view.hidden = hidden(view, walk.at);
  view.told = told(view);
  view.shape = isPlain(settings) ? null : reshaped(steps[walk.at], settings);
  view.weights = attention && weights(attention, walk.at, at, view.looks);
  PICKS.forEach((name, i) => {
    const options = numbered(counts[i], {mean: labels.mean});
    view.picks[name].show(labels[name], options, counts[i] > 1 ? written(at[name]) : '1');
  });
  showControls(view);
  const words = {...view, step: walk.at, source: data.source};
  view.line.textContent = `${walk.output.textContent}. ${sentence(words)}`;
  view.picture.setAttribute('aria-label', view.told ? labels.description : labels.hidden);
  ask(view, words);
  draw(view);
}

function showControls({settings, data, at, labels, hand, steps, player: walk, hidden}) {
  const {next, chosen, heat} = steps[walk.at];
  const candidates = next.flatMap(([text, , added], place) =>
    added.trim() && !hidden ? [[String(place), text]] : [],
  );
  const {stops} = data;
  settings.show({at, stops, labels, candidates, chosen, hand, heated: heat !== null});
}

// How much each source position gets at a step, under the chosen layer and head; what there is but one of has no choice.
function weights(attention, step, at, known) {
  const [layers, heads, , columns] = attention.shape;
  const place = [layers > 1 ? at.layer : 0, heads > 1 ? at.head : 0];
  const map = remember(known, place.join(), () => look(attention, ...place));
  return map.subarray(step * columns, (step + 1) * columns);
}

// Predict, then reveal. Drawn once: drawn again it would lose the focus.
function ask(view, words) {
  const {data, place, answers, labels, steps, opened, player: walk} = view;
  const open = data.predict && walk.at >= opened;
  const asked = open ? `${data.id} ${walk.at} ${labels.locale}` : '';
  if (view.asked === asked) return;
  const {options, right} = steps[walk.at];
  const step = walk.at;
  view.asked = asked;
  if (!open) return place.replaceChildren();
  const problem = {question: question(words), options, right: [right], answer: answer(words)};
  quiz(place, problem, labels, answers.get(step), index => {
    answers.set(step, index);
    walk.refresh();
    show(view);
  });
}

// ---- by hand: the search runs again

function force(view, place) {
  const prefix = beginning(view.steps, view.player.at, view.steps[view.player.at].next[place][2]);
  if (prefix) hold(view, {...view.hand, prefix});
}

function ban(view, place) {
  const {hand, steps, player: walk, data} = view;
  const word = wordOf(steps, walk.at, place);
  if (word && hand.banned.length < data.most)
    hold(view, {...hand, banned: [...new Set([...hand.banned, word])]});
}

function hold(view, hand) {
  view.earlier.push(view.hand);
  steer(view, hand);
}

const undo = view => steer(view, view.earlier.pop() ?? FREE);

function steer(view, hand) {
  view.hand = hand;
  showControls(view);
  later(view.root, view.tell, 0);
}

function pick(view, changes) {
  Object.assign(view.at, changes);
  if (!view.player.playing) view.player.tell();
  show(view);
}
