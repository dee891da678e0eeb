// How one model came to its weights at a step: the map of one of its heads, and the numbers behind the row that is marked.
// Python has computed all of it: stepping and choosing a layer or head never ask the server, but for another map's numbers.

import {look, peak, placed, signed, unpacked, written} from '../../components/attention.js';
import {cellGrid} from '../../components/cells.js';
import {themeOf} from '../../components/colour.js';
import {list, numbered} from '../../components/controls.js';
import {drawn, fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats, share} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {drawNumbers} from './kinds_moment.js';

const LARGE = {least: 12, most: 26, broad: 60}; // px of a cell
const VECTORS = ['query', 'keys', 'values', 'context'];
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => {
    const {layer, head} = view.at;
    const step = String(view.player.at + 1);
    setStateValue('at', {step, layer: written(layer), head: written(head)});
  };
  view.want = () => setTriggerValue('wanted', true);
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const step = () => show(view);
  const on = {step, text: () => stepText(view), tell: () => view.tell()};
  view.player = player(root, {first: 1, on});
  const walking = {
    told: (...cell) => cellText(view, ...cell),
    open: (_, row) => view.player.stop(row),
  };
  view.grid = cellGrid(root, {on: walking});
  view.picks = {layer: list(value => pick(view, 'layer', value))};
  view.picks.head = list(value => pick(view, 'head', value));
  view.line = make('p', 'line');
  view.line.setAttribute('role', 'status');
  view.numbersPicture = drawn('svg', {class: 'picture numbers', role: 'img'});
  view.box = make('div', 'box', view.numbersPicture);
  const {grid, picks, line, box} = view;
  view.player.bar.append(picks.layer.element, picks.head.element);
  const map = make('div', 'map', grid.box, grid.line);
  root.replaceChildren(view.player.bar, line, make('div', 'pair', map, box));
  Object.assign(view, {root, data: null, ink: inkOf(root)});
  onResize(root, () => {
    view.ink = inkOf(root);
    if (view.data) showMap(view);
  });
}

// ---- data in

function accept(view, data) {
  const {data: before, player} = view;
  const fresh = before?.id !== data.id;
  if (fresh) {
    const [rows, columns] = data.pieces;
    view.map = {rows, columns, weights: unpacked(data.weights)};
  }
  Object.assign(view, {data, labels: data.labels, format: formats(data.labels.locale)});
  if (before?.renewed !== data.renewed) {
    const {step = '1', layer = String(view.map.weights.shape[0]), head = 'mean'} = data.at;
    player.at = Number(step) - 1;
    view.at = {layer: placed(layer), head: placed(head)};
  }
  if (fresh) fit(view);
  if (!before || fresh || !same(before.numbers, data.numbers))
    Object.assign(view, {numbers: data.numbers && vectors(data.numbers), strips: new Map()});
  showMap(view);
  ask(view, before && fresh && data.at.step && String(player.at + 1) !== data.at.step);
}

const same = (before, now) =>
  before?.query.data === now?.query.data && before?.context.data === now?.context.data;

const vectors = numbers => {
  const read = name => numbers[name] && {most: numbers[name].most, ...signed(numbers[name])};
  return {...numbers, ...Object.fromEntries(VECTORS.map(name => [name, read(name)]))};
};

// The step, layer and head as far as there are as many.
function fit({map, player, at}) {
  const [layers, heads, rows] = map.weights.shape;
  player.last = Math.max(0, rows - 1);
  player.at = Math.min(player.at, player.last);
  at.layer = Math.min(at.layer, layers - 1);
  if (at.head >= heads) at.head = 'mean';
}

// Of the server, once the map is drawn: the numbers of a model that is not awake; and to write another step down.
function ask(view, moved) {
  const {data, root} = view;
  const request = data.pending ? data.id : null;
  if (moved) later(root, view.tell);
  if (request && view.request !== request)
    requestAnimationFrame(() => {
      const both = () => {
        if (moved) view.tell();
        view.want();
      };
      later(root, both, 0);
    });
  view.request = request;
}

// ---- what is seen

const stepText = ({map, labels, player}) =>
  fill(labels.step, {n: player.at + 1, N: map.rows.length});

// The one head that is shown: the chosen one or, as long as none is, the sharpest of its layer.
const headOf = ({at, data}) => (at.head === 'mean' ? data.sharpest[at.layer] : at.head);

function showMap(view) {
  const {data, labels, player, picks, at, grid, map} = view;
  const [layers, heads] = map.weights.shape;
  const head = headOf(view);
  player.label(labels);
  picks.layer.show(labels.layer, numbered(layers), written(at.layer));
  picks.head.show(labels.head, numbered(heads), written(head));
  const facts = {layer: at.layer + 1, head: head + 1};
  const text = at.head === 'mean' ? labels.sharpest : labels.computed_head;
  const note = heads > 1 ? [fill(text, facts)] : [];
  const values = look(map.weights, at.layer, head);
  grid.show({
    ink: view.ink,
    maps: [{key: data.id, title: data.title, notes: note, ...map, values, mark: player.at}],
    description: labels.description,
    labels,
    scales: [{signed: false, text: labels.scale}],
    ...LARGE,
  });
  player.refresh();
  show(view);
}

// The step: the marked row, the sentence, the numbers.
function show(view) {
  view.grid.mark([view.player.at]);
  showNumbers(view);
  view.line.textContent = sentence(view);
}

function showNumbers(view) {
  const {data, labels, map, numbers, numbersPicture: picture, box, root} = view;
  const hidden = !(numbers || data.pending);
  picture.toggleAttribute('hidden', hidden);
  const width = box.clientWidth;
  if (hidden || !width) return;
  picture.setAttribute('aria-label', fill(labels.numbers, {title: data.title}));
  const {ink, format, strips, player, at} = view;
  const scene = {ink, theme: themeOf(root), labels, format, numbers, strips, width};
  const chosen = {title: data.title, ...map};
  drawNumbers(picture, {...scene, chosen, layer: at.layer, head: headOf(view), step: player.at});
}

// The step in words, which a screen reader reads out.
function sentence(view) {
  const {map, labels, data, player, format, at} = view;
  const size = map.columns.length;
  const row = look(map.weights, at.layer, headOf(view)).subarray(
    player.at * size,
    (player.at + 1) * size,
  );
  const most = peak(row);
  const facts = {
    title: data.title,
    target: map.rows[player.at],
    source: map.columns[most],
    share: share(format, row[most]),
  };
  return fill(labels.wrote, facts);
}

function cellText({labels, format, data}, map, row, column, value) {
  const facts = {title: data.title, target: map.rows[row], source: map.columns[column]};
  return fill(labels.cell, {...facts, share: format.two.format(value)});
}

function pick(view, name, value) {
  view.at[name] = placed(value);
  later(view.root, view.tell);
  showMap(view);
}
