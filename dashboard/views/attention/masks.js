// Who may look at whom: three grids of one sentence, in which the pad mask can be left off; nothing asks the server.

import {look, placed, unpacked} from '../../components/attention.js';
import {cellGrid} from '../../components/cells.js';
import {check, list, numbered} from '../../components/controls.js';
import {fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';

const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', {...view.at});
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  view.picks = {
    layer: list(value => pick(view, {layer: value})),
    head: list(value => pick(view, {head: value})),
    pad: check(seen => pick(view, {pad: seen ? 'seen' : 'hidden'})),
  };
  const bar = make('div', 'bar', ...Object.values(view.picks).map(({element}) => element));
  view.grid = cellGrid(root, {on: {told: (...cell) => told(view, ...cell)}});
  root.replaceChildren(bar, view.grid.box, view.grid.line);
  Object.assign(view, {root, data: null, ink: inkOf(root)});
  onResize(view.grid.box, () => {
    view.ink = inkOf(root);
    if (view.data) show(view);
  });
}

function accept(view, data) {
  const {data: before} = view;
  if (before?.id !== data.id)
    view.weights = data.maps.map(({masked, unmasked}) => ({
      hidden: unpacked(masked),
      seen: unpacked(unmasked),
    }));
  if (before?.id !== data.id || before.chosen !== data.chosen) view.at = {...data.at};
  Object.assign(view, {data, labels: data.labels, format: formats(data.labels.locale)});
  show(view);
}

function pick(view, changes) {
  Object.assign(view.at, changes);
  later(view.root, view.tell);
  show(view);
}

// Whether a cell is closed: what comes later to the decoder, and `<pad>` unless its mask is off.
export const closed = (kind, seen, pad, row, column) =>
  (kind === 'decoder' && column > row) || (column >= seen && pad === 'hidden');

function show(view) {
  const {data, labels, picks, at, grid} = view;
  const [layers, heads] = view.weights[2].hidden.shape;
  picks.layer.show(labels.layer, numbered(layers), at.layer);
  picks.head.show(labels.head, numbered(heads, {mean: labels.mean}), at.head);
  picks.pad.show(labels.off, at.pad === 'seen');
  grid.show({
    ink: view.ink,
    maps: data.maps.map((map, i) => mapOf(view, map, view.weights[i][at.pad])),
    description: data.description,
    labels,
    scales: [{signed: false, text: labels.scale}],
    least: 12,
    most: 30,
  });
}

function mapOf({at, data}, {kind, seen, title, notes, pieces: [rows, columns]}, weights) {
  const [layers, heads] = weights.shape;
  const layer = Math.min(placed(at.layer), layers - 1);
  const head = at.head === 'mean' ? 'mean' : Math.min(placed(at.head), heads - 1);
  const values = look(weights, layer, head).map((value, i) => {
    const [row, column] = [Math.floor(i / columns.length), i % columns.length];
    return data.hidden || closed(kind, seen, at.pad, row, column) ? Number.NaN : value;
  });
  return {
    ...{key: kind, title, notes: [notes[at.pad]], rows, columns, values},
    ...{signed: false, mark: null, chosen: false},
  };
}

function told({labels, format}, {rows, columns}, row, column, value) {
  const facts = {row: rows[row], column: columns[column]};
  if (Number.isNaN(value)) return fill(labels.closed, facts);
  return fill(labels.cell, {...facts, value: format.two.format(value)});
}
