// One head's map, large, in which a reader drags weights, and what the model then writes: its row adds up to 1 at once,
// the translation comes from the server.

import {look, unpacked} from '../../components/attention.js';
import {cellGrid} from '../../components/cells.js';
import {list, numbered, segments} from '../../components/controls.js';
import {fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {rewriting} from '../../components/rewriting.js';
import {drags, weightsList} from './edit_drag.js';
import {placeText, showEdits, showResult} from './edit_result.js';
import {addressOf, isEdited, moved, patternOf, rounded, withPattern, withRow} from './edit_rows.js';

const SIZES = {least: 16, most: 34, height: 560}; // px of a cell, and of the box in which larger maps scroll
const PATTERNS = ['own', 'uniform', 'diagonal', 'first'];
const PAUSE = 30; // ms without a key before the server is told
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => {
    const {at, data: shown, edits} = view;
    view.sent = addressOf(edits);
    setStateValue('at', {...at, here: shown.here, edits: view.sent});
  };
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const picked = name => value => pick(view, {[name]: value});
  const pickers = {part: segments(picked('part')), layer: list(picked('layer'))};
  pickers.head = list(picked('head'));
  pickers.set = segments(pattern => follow(view, pattern));
  const elements = Object.values(pickers).map(({element}) => element);
  const result = rewriting();
  const chips = make('ul', 'edits');
  const undo = make('button', 'undo');
  const clear = make('button', 'clear');
  Object.assign(undo, {type: 'button', onclick: () => back(view)});
  Object.assign(clear, {type: 'button', onclick: () => change(view, [])});
  view.grid = cellGrid(root, {
    on: {
      told: (...cell) => told(view, ...cell),
      open: (_, row, column) => choose(view, row, column),
    },
  });
  view.weights = weightsList((index, value, steady) => weigh(view, index, value, steady));
  drags(view.grid, {
    begin: (row, column) => choose(view, row, column, false),
    weight: column => rowOf(view)[column],
    move: (column, value) => weigh(view, column, value, true),
    end: () => later(view.root, view.tell, 0),
  });
  const map = make('div', 'map', view.grid.box, view.grid.line);
  const undoing = make('div', 'undoing', undo, clear);
  Object.assign(view, {root, pickers, result, chips, undo, clear, ink: null, data: null});
  Object.assign(view, {row: 0, past: [], gesture: ''});
  root.replaceChildren(
    make('div', 'bar', ...elements),
    make(
      'div',
      'both',
      map,
      make('div', 'side', result.element, chips, undoing, view.weights.element),
    ),
  );
  onResize(root, () => {
    view.ink = null;
    if (view.data) show(view);
  });
}

// What the server says; where it answers an edit before the last one, the last one stays in sight.
function accept(view, data) {
  const {root} = view;
  const fresh = ['here', 'chosen'].some(name => view.data?.[name] !== data[name]);
  const late = view.sent !== undefined && view.sent !== data.echo;
  if (!fresh && (late || root.hasAttribute('data-telling'))) return;
  Object.assign(view, {data, labels: data.labels, format: formats(data.labels.locale)});
  Object.assign(view, {at: {...data.at}, edits: data.edits, drawn: null});
  if (fresh) {
    const past = data.edits.map((_, i) => data.edits.slice(0, i)); // a link's edits can be undone one by one
    Object.assign(view, {past, sent: undefined, row: firstRow(data.edits)});
  }
  view.maps = Object.fromEntries(
    Object.entries(data.maps).map(([part, map]) => [part, {...map, ...unpacked(map.weights)}]),
  );
  show(view);
}

// The last row that was edited, or one that has something to see, in a decoder too.
const firstRow = edits => edits.findLast(edit => edit.length === 5)?.[3] ?? 4;

const placeOf = ({at}) => [at.part, Number(at.layer) - 1, Number(at.head) - 1];

// ---- what a reader does

function pick(view, changes) {
  Object.assign(view.at, changes);
  const [layers, heads] = view.maps[view.at.part].shape;
  if (Number(view.at.layer) > layers) view.at.layer = '1';
  if (Number(view.at.head) > heads) view.at.head = '1';
  view.drawn = null;
  later(view.root, view.tell);
  show(view);
}

function choose(view, row, column, focus = true) {
  view.row = row;
  show(view);
  if (focus) view.weights.focus(column);
}

function follow(view, pattern) {
  const place = placeOf(view);
  change(view, withPattern(view.edits, place, pattern === 'own' ? null : pattern));
}

// One weight of the row; `steady` while a finger is down, when the server is told at its end.
function weigh(view, index, value, steady) {
  const before = rowOf(view);
  const weights = rounded(moved(before, index, Math.min(1, Math.max(0, value))));
  if (String(weights) === String(rounded(before))) return; // at the end of its bar, a key changes nothing
  const gesture = `${placeOf(view)} ${view.row}`;
  const edits = withRow(view.edits, placeOf(view), view.row, weights);
  if (view.gesture !== gesture) view.past.push(view.edits);
  Object.assign(view, {edits, gesture});
  const {values, columns} = drawnOf(view);
  const next = values.slice();
  next.set(weights, view.row * columns);
  view.drawn = {...view.drawn, values: next};
  show(view);
  if (!steady) later(view.root, view.tell, PAUSE);
}

function change(view, edits) {
  view.past.push(view.edits);
  Object.assign(view, {edits, gesture: ''});
  later(view.root, view.tell, 0);
  show(view);
}

function back(view) {
  if (!view.past.length) return;
  Object.assign(view, {edits: view.past.pop(), gesture: ''});
  later(view.root, view.tell, 0);
  show(view);
}

// The head and, of a single one, the row of an edit.
function open(view, edit) {
  const [part, layer, head, row] = edit;
  if (edit.length === 5) view.row = row;
  pick(view, {part, layer: String(layer + 1), head: String(head + 1)});
}

// ---- what is seen

// The map of the head that is shown: the model's numbers, with what is being dragged.
function drawnOf(view) {
  const [part, layer, head] = placeOf(view);
  const map = view.maps[part];
  view.drawn ??= {values: look(map, layer, head)};
  return {values: view.drawn.values, columns: map.shape[3]};
}

// The weights that the chosen row may give: a decoder sees what it has read.
function rowOf(view) {
  const {values, columns} = drawnOf(view);
  const seen = view.at.part === 'decoder' ? view.row + 1 : columns;
  return [...values.slice(view.row * columns, view.row * columns + seen)];
}

function show(view) {
  view.ink ??= inkOf(view.root);
  view.row = Math.min(view.row, view.maps[view.at.part].shape[2] - 1);
  showPicks(view);
  showMap(view);
  showRow(view);
  showResult(view);
  showEdits(view, {
    remove: edit =>
      change(
        view,
        view.edits.filter(other => other !== edit),
      ),
    open: edit => open(view, edit),
  });
}

function showPicks({data, labels, pickers, at, maps, edits}) {
  const place = placeOf({at});
  const [layers, heads] = maps[at.part].shape;
  const named = names => names.map(name => [name, labels[name]]);
  pickers.part.show(labels.part, named(Object.keys(data.maps)), at.part);
  pickers.layer.show(labels.layer, numbered(layers), at.layer);
  pickers.head.show(labels.head, numbered(heads), at.head);
  const pattern = patternOf(edits, place);
  const all = pattern === 'closed' ? [...PATTERNS, 'closed'] : PATTERNS;
  pickers.set.show(labels.set, named(all), pattern ?? 'own');
}

// Its rows and columns.
const labelsOf = ({maps, at}) => maps[at.part].pieces;

function showMap(view) {
  const {labels, grid, at, edits} = view;
  const [rows, columns] = labelsOf(view);
  const place = placeOf(view);
  const marked = rows.map((token, row) => (isEdited(edits, place, row) ? `✎ ${token}` : token));
  const map = {key: 'edit', title: placeText(view, place), notes: [labels[`axes_${at.part}`]]};
  Object.assign(map, {rows: marked, columns, values: drawnOf(view).values, signed: false});
  grid.show({
    ink: view.ink,
    maps: [{...map, mark: view.row}],
    description: labels.map,
    labels,
    scales: [{signed: false, text: labels.weight}],
    ...SIZES,
  });
}

function showRow(view) {
  const {labels, format, weights} = view;
  const [rows, columns] = labelsOf(view);
  const title = fill(labels.row, {row: view.row + 1, token: rows[view.row]});
  const shares = rowOf(view);
  weights.show(
    title,
    shares.map((share, i) => ({token: columns[i], share, text: format.two.format(share)})),
  );
}

function told({labels, format}, map, row, column, value) {
  const facts = {
    target: map.rows[row],
    source: map.columns[column],
    share: format.two.format(value),
  };
  return fill(labels.pair, facts);
}
