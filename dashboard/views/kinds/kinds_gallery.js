// Maps of many models beside each other, small, each under the name of its kind. Python has computed all of it: choosing a
// layer or head, pointing and subtracting never ask the server.

import {look, minus, placed, unpacked, written} from '../../components/attention.js';
import {cellGrid} from '../../components/cells.js';
import {list, numbered} from '../../components/controls.js';
import {fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';

const SMALL = {least: 4, most: 11, broad: 24}; // px of a cell
const viewOf = kept(() => ({}));

// How many maps stand in a line of so many px.
export const across = width => (width >= 900 ? 4 : width >= 560 ? 3 : 2);

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => {
    const {layer, head} = view.at;
    setStateValue('at', {layer: written(layer), head: written(head)});
  };
  view.open = (name, row) => setTriggerValue('opened', {model: name, step: String(row + 1)});
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const on = {
    told: (...cell) => told(view, ...cell),
    open: ({key}, row) => view.open(key, row),
    pointed: (map, point) => mark(view, map && view.panels[point.map], point?.row),
  };
  const grid = cellGrid(root, {on});
  const picks = {layer: list(value => pick(view, 'layer', value))};
  picks.head = list(value => pick(view, 'head', value));
  const bar = make('div', 'bar', picks.layer.element, picks.head.element);
  grid.line.classList.add('told');
  root.replaceChildren(bar, grid.line, grid.box);
  Object.assign(view, {root, grid, picks, bar, data: null, ink: inkOf(root)});
  onResize(root, () => {
    view.ink = inkOf(root);
    if (view.data) show(view);
  });
}

function accept(view, data) {
  const {data: before} = view;
  const fresh = before?.id !== data.id;
  const renewed = before?.renewed !== data.renewed; // by a link, a chip or the browser's Back
  view.panels = data.panels.map((panel, i) => {
    const [rows, columns] = panel.pieces;
    const weights = fresh ? unpacked(panel.weights) : view.panels[i].weights;
    return {...panel, rows, columns, weights};
  });
  const chosen = view.panels.find(({name}) => name === data.chosen) ?? null;
  Object.assign(view, {data, chosen, labels: data.labels, format: formats(data.labels.locale)});
  if (renewed) {
    const {layer = String(data.layers), head = 'mean'} = data.at;
    view.at = {layer: placed(layer), head: placed(head)};
  }
  view.at.layer = Math.min(view.at.layer, data.layers - 1);
  if (view.at.head >= data.heads) view.at.head = 'mean';
  show(view);
}

function pick(view, name, value) {
  view.at[name] = placed(value);
  later(view.root, view.tell);
  show(view);
}

// ---- what is seen

function show(view) {
  const {data, labels, chosen, picks, bar, at, grid, root} = view;
  picks.layer.show(labels.layer, numbered(data.layers), written(at.layer));
  picks.head.show(labels.head, numbered(data.heads, {mean: labels.mean}), written(at.head));
  bar.hidden = data.layers * data.heads < 2 || data.hidden;
  const scales = [{signed: false, text: labels.scale}];
  if (data.show === 'difference' && chosen)
    scales.push({signed: true, text: fill(labels.scale_difference, {title: chosen.title})});
  grid.line.dataset.hint = data.hidden ? labels.hidden : labels.hint;
  grid.show({
    ink: view.ink,
    maps: view.panels.map(panel => mapOf(view, panel)),
    description: labels.description,
    labels,
    scales: view.panels.length ? scales : [],
    across: across(root.clientWidth),
    opens: !data.hidden,
    ...SMALL,
  });
}

// The layer and head that are shown of a model, as far as it has as many.
function placeIn({at}, {weights: {shape}}) {
  const [layers, heads] = shape;
  const head = at.head === 'mean' || heads === 1 ? 'mean' : Math.min(at.head, heads - 1);
  return [Math.min(at.layer, layers - 1), head];
}

// Whether a map is drawn as a difference to the chosen one's.
const differs = ({data, chosen}, panel) =>
  data.show === 'difference' && chosen && panel !== chosen && panel.same;

function mapOf(view, panel) {
  const {data, labels, chosen} = view;
  const {name, kind, about, rows, columns} = panel;
  const [layer, head] = placeIn(view, panel);
  const own = look(panel.weights, layer, head);
  const signed = Boolean(differs(view, panel));
  const uncut = data.show === 'difference' && chosen && !panel.same;
  const facts = {layer: layer + 1, head: head + 1, heads: panel.weights.shape[1]};
  const seen = facts.heads > 1 && fill(head === 'mean' ? labels.of_mean : labels.of_head, facts);
  return {
    ...{key: name, title: kind, rows, columns, signed},
    notes: [[about, seen].filter(Boolean).join(', '), uncut && labels.uncut].filter(Boolean),
    values: signed ? minus(own, look(chosen.weights, ...placeIn(view, chosen))) : own,
    mark: null,
    framed: panel === chosen && !data.hidden,
  };
}

// Where all write the same, the step that is pointed at is marked in every map.
function mark({grid, panels, data}, here, row) {
  const together = data.show !== 'own' && !data.hidden && here?.same;
  grid.mark(panels.map(panel => (together && panel.same ? row : null)));
}

function told({labels, format, data, panels}, map, row, column, value) {
  const {title, text} = panels.find(({name}) => name === map.key);
  const facts = {title, target: map.rows[row], source: map.columns[column]};
  const number = format[map.signed ? 'signed' : 'two'].format(value);
  const cell = fill(labels.cell, {...facts, share: number});
  return data.show === 'own' ? `${cell}. ${fill(labels.text, {text})}` : cell;
}
