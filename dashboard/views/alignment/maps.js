// Where one or two models looked: every layer and head, words or sub-words, their difference, all without the server.

import {joined, look, minus, placed, unpacked} from '../../components/attention.js';
import {cellGrid} from '../../components/cells.js';
import {remember} from '../../components/colour.js';
import {numbered, segments} from '../../components/controls.js';
import {fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';

const LARGE = {least: 16, most: 44, broad: 260, height: 680}; // px of a cell, and of the box in which larger maps scroll
const NARROW = {...LARGE, least: 12}; // on a phone: more of the diagonal
const SMALL = {least: 3, most: 8, broad: 24}; // of every head at once
const PHONE = 640; // px of its page at most
const TOLD = 0.05; // a smaller weight is not written into its cell
const UNITS = ['words', 'pieces'];
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', view.at);
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const pickers = ['units', 'layer', 'head', 'layer2', 'head2'];
  view.picks = Object.fromEntries(
    pickers.map(name => [name, segments(value => pick(view, {[name]: value}))]),
  );
  const bar = make('div', 'bar', ...pickers.map(name => view.picks[name].element));
  const on = {told: (...cell) => told(view, ...cell), open: map => open(view, map)};
  Object.assign(view, {root, grid: cellGrid(root, {on}), data: null, ink: null});
  root.replaceChildren(bar, view.grid.box, view.grid.line);
  onResize(root, () => {
    view.ink = null;
    if (view.data) show(view);
  });
}

function accept(view, data) {
  const fresh = view.data?.id !== data.id;
  const renewed = view.data?.renewed !== data.renewed; // by a link, a chip or the browser's Back
  if (fresh) {
    view.weights = data.maps.map(({weights, numbers}) => {
      const pieces = unpacked(weights);
      return {pieces, words: joined(pieces, ...numbers)};
    });
    view.known = new Map();
  }
  Object.assign(view, {
    data,
    labels: data.labels,
    shown: data.shown,
    format: formats(data.labels.locale),
  });
  if (fresh || renewed || !view.root.hasAttribute('data-telling')) view.at = {...data.at};
  show(view);
}

function pick(view, changes) {
  Object.assign(view.at, changes);
  if (view.data.shown != null) view.shown = 0; // another map has other answers to guess: the server says which
  later(view.root, view.tell);
  show(view);
}

// ---- what is seen

function show(view) {
  const {data, labels, picks, at, grid} = view;
  view.ink ??= inkOf(view.root);
  picks.units.show(
    labels.units,
    UNITS.map(name => [name, labels[name]]),
    at.units,
  );
  for (const [place, suffix] of ['', '2'].entries()) {
    const [layers, heads] = data.maps[place]?.weights.shape ?? [1, 1];
    const all = {mean: labels.mean, max: labels.max};
    const layer = at[`layer${suffix}`];
    const whole = at[`head${suffix}`] === 'each' && !Number(layer); // of every head, then of every layer
    picks[`layer${suffix}`].show(
      labels[`layer${suffix}`],
      numbered(layers, at[`head${suffix}`] === 'each' ? {mean: `1–${layers}`} : all),
      whole ? 'mean' : layer,
    );
    const every = heads > 1 ? [['each', labels.each]] : [];
    picks[`head${suffix}`].show(
      labels[`head${suffix}`],
      [...numbered(heads, all), ...every],
      at[`head${suffix}`],
    );
  }
  const maps = data.maps.flatMap((map, place) => panels(view, map, place));
  const difference = between(view, maps);
  const few = maps.length === data.maps.length;
  const heads = Math.max(...data.maps.map(({weights}) => weights.shape[1]));
  const phone = view.root.clientWidth < PHONE;
  grid.line.dataset.hint = few ? '' : labels.hint;
  grid.show({
    ink: view.ink,
    maps: difference ? [...maps, difference] : maps,
    description: data.description,
    labels,
    scales: [
      {signed: false, text: labels.weight},
      ...(difference ? [{signed: true, text: labels.difference}] : []),
    ],
    ...(!few ? SMALL : phone ? NARROW : LARGE),
    across: few ? 0 : phone ? Math.ceil(heads / 2) : heads,
    opens: !few,
  });
  grid.box.dataset.shown = JSON.stringify(at);
}

// A model's map, or one for each head.
function panels(view, map, place) {
  const {at, labels, data} = view;
  const suffix = place ? '2' : '';
  const [layer, head] = [at[`layer${suffix}`] ?? '1', at[`head${suffix}`] ?? '1'];
  const title = data.maps.length > 1 ? map.title : '';
  if (head !== 'each') return [panel(view, map, place, layer, head, title, [labels.axes])];
  const [layers, heads] = map.weights.shape;
  const chosen = Number(layer) ? [layer] : numbered(layers).map(([number]) => number);
  const notes = title ? [title] : [];
  const small = (number, one) => {
    const named = fill(labels.place, {layer: number, head: one});
    return {...panel(view, map, place, number, one, named, notes), line: `${place} ${number}`};
  };
  return chosen.flatMap(number => numbered(heads).map(([one]) => small(number, one)));
}

function panel(view, map, place, layer, head, title, notes) {
  const {at, known, weights} = view;
  const [rows, columns] = map[at.units];
  const key = JSON.stringify([place, at.units, layer, head, view.shown]);
  const values = remember(known, key, () => {
    const found = look(weights[place][at.units], placed(layer), placed(head));
    return view.shown == null ? found : found.fill(Number.NaN, view.shown * columns.length);
  });
  const written = value => (Math.abs(value) < TOLD ? '' : view.format.two.format(value));
  return {
    key,
    title,
    notes,
    rows,
    columns,
    values,
    mark: null,
    place,
    layer,
    head,
    written,
  };
}

const alike = (labels, others) => JSON.stringify(labels) === JSON.stringify(others);

// The first model's map minus the second's, where they have the same rows and columns.
function between({known, labels}, maps) {
  const [first, second] = maps;
  if (maps.length !== 2 || first.place === second.place) return null;
  if (!alike([first.rows, first.columns], [second.rows, second.columns])) return null;
  const values = remember(known, first.key + second.key, () => minus(first.values, second.values));
  return {...first, title: labels.between, values, signed: true};
}

function told({labels, format}, map, row, column, value) {
  if (Number.isNaN(value)) return '';
  const facts = {target: map.rows[row], source: map.columns[column]};
  const number = (map.signed ? format.signed : format.two).format(value);
  return fill(map.title ? labels.cell : labels.cell_alone, {
    ...facts,
    title: map.title,
    share: number,
  });
}

// A small map, clicked, is seen large.
function open(view, {place, layer, head, signed}) {
  const suffix = place ? '2' : '';
  if (signed || view.at[`head${suffix}`] !== 'each') return;
  pick(view, {[`layer${suffix}`]: layer, [`head${suffix}`]: head});
}
