// Maps of many models beside each other, and the chosen one's numbers. Python has computed all of it: stepping, choosing
// a layer or head and subtracting never ask the server; another model's numbers do.

import {look, minus, peak, placed, signed, unpacked, written} from '../../components/attention.js';
import {cellGrid} from '../../components/cells.js';
import {themeOf} from '../../components/colour.js';
import {list, numbered} from '../../components/controls.js';
import {drawn, fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats, share} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {drawNumbers} from './kinds_numbers.js';

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
  view.choose = name => setTriggerValue('model', name);
  view.want = () => setTriggerValue('wanted', true);
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const step = () => show(view);
  const on = {step, text: () => stepText(view), tell: () => view.tell()};
  view.player = player(root, {first: 1, on});
  view.grid = cellGrid(root, {
    on: {told: (...cell) => cellText(view, ...cell), open: (...cell) => open(view, ...cell)},
  });
  view.picks = {layer: list(value => pick(view, 'layer', value))};
  view.picks.head = list(value => pick(view, 'head', value));
  view.line = make('p', 'line');
  view.line.setAttribute('role', 'status');
  view.numbersPicture = drawn('svg', {class: 'picture numbers', role: 'img'});
  view.box = make('div', 'box', view.numbersPicture);
  const {grid, picks, line, box} = view;
  view.player.bar.append(picks.layer.element, picks.head.element);
  root.replaceChildren(view.player.bar, grid.box, grid.line, line, box);
  Object.assign(view, {root, data: null, ink: inkOf(root)});
  onResize(box, () => {
    view.ink = inkOf(root);
    if (view.data) showMaps(view);
  });
}

// ---- data in

function accept(view, data) {
  const {data: before, player} = view;
  const other = before?.id !== data.id;
  const fresh = other || before.chosen !== data.chosen;
  const renewed = before?.renewed !== data.renewed; // by a link, a chip or the browser's Back
  view.panels = data.panels.map((panel, i) => {
    const [rows, columns] = panel.pieces;
    return {
      ...panel,
      rows,
      columns,
      weights: other ? unpacked(panel.weights) : view.panels[i].weights,
    };
  });
  const chosen = view.panels.find(({name}) => name === data.chosen) ?? null;
  Object.assign(view, {data, chosen, labels: data.labels, format: formats(data.labels.locale)});
  if (renewed) {
    const {step = '1', layer = String(data.layers), head = 'mean'} = data.at;
    player.at = Number(step) - 1;
    view.at = {layer: placed(layer), head: placed(head)};
  }
  if (fresh) fit(view);
  if (!before || !same(before.numbers, data.numbers))
    Object.assign(view, {numbers: data.numbers && vectors(data.numbers), strips: new Map()});
  showMaps(view);
  ask(view, before && fresh && data.at.step && String(player.at + 1) !== data.at.step);
}

const same = (before, now) =>
  before?.query.data === now?.query.data && before?.context.data === now?.context.data;

const vectors = numbers => {
  const read = name => numbers[name] && {most: numbers[name].most, ...signed(numbers[name])};
  return {...numbers, ...Object.fromEntries(VECTORS.map(name => [name, read(name)]))};
};

// The step, layer and head as far as there are as many.
function fit({data, player, at}) {
  player.last = Math.max(0, data.steps - 1);
  player.at = Math.min(player.at, player.last);
  at.layer = Math.min(at.layer, data.layers - 1);
  if (at.head >= data.heads) at.head = 'mean';
}

// Of the server, once the maps are drawn: the numbers of a model that is not awake; and to write another step down.
function ask(view, moved) {
  const {data, root} = view;
  const request = data.pending ? `${data.id} ${data.chosen}` : null;
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

const stepText = ({chosen, labels, data, player}) =>
  chosen ? fill(labels.step, {n: player.at + 1, N: data.steps}) : '';

// Everything; without a chosen model there are no steps.
function showMaps(view) {
  const {data, labels, chosen, player, picks, at, grid} = view;
  player.off = !chosen;
  player.label(labels);
  for (const element of [player.range, player.output, player.buttons.back.parentElement])
    element.hidden = !chosen;
  picks.layer.show(labels.layer, numbered(data.layers), written(at.layer));
  picks.head.show(labels.head, numbered(data.heads, {mean: labels.mean}), written(at.head));
  const scales = [{signed: false, text: labels.scale}];
  if (data.show === 'difference' && chosen)
    scales.push({signed: true, text: fill(labels.scale_difference, {title: chosen.title})});
  grid.show({
    ink: view.ink,
    maps: view.panels.map(panel => mapOf(view, panel)),
    description: labels.description,
    labels,
    scales: view.panels.length ? scales : [],
    broad: 65,
    opens: !data.hidden,
  });
  player.refresh();
  show(view);
}

// The step: the marked rows, the sentence, the numbers.
function show(view) {
  view.grid.mark(view.panels.map(panel => (marked(view, panel) ? view.player.at : null)));
  showNumbers(view);
  view.line.textContent = sentence(view);
}

function showNumbers(view) {
  const {data, labels, chosen, numbers, numbersPicture: picture, box, root} = view;
  const hidden = !chosen || data.hidden || !(numbers || data.pending);
  picture.toggleAttribute('hidden', hidden);
  const width = box.clientWidth;
  if (hidden || !width) return;
  picture.setAttribute('aria-label', fill(labels.numbers, {title: chosen.title}));
  const {ink, format, strips, player} = view;
  const [layer, head] = placeIn(view, chosen);
  const step = player.at;
  const scene = {ink, theme: themeOf(root), labels, format, chosen, numbers, strips, width};
  drawNumbers(picture, {...scene, layer, head, step});
}

// The step in words, which a screen reader reads out.
function sentence(view) {
  const {chosen, labels, data, player, format} = view;
  if (!chosen) return data.hidden ? labels.hidden : '';
  const size = chosen.columns.length;
  const row = look(chosen.weights, ...placeIn(view, chosen)).subarray(
    player.at * size,
    (player.at + 1) * size,
  );
  const most = peak(row);
  const facts = {
    title: chosen.title,
    target: chosen.rows[player.at],
    source: chosen.columns[most],
    share: share(format, row[most]),
  };
  return `${stepText(view)}: ${fill(labels.wrote, facts)}`;
}

// ---- maps

// The layer and head that are shown of a model, as far as it has as many.
function placeIn({at}, {weights: {shape}}) {
  const [layers, heads] = shape;
  const head = at.head === 'mean' || heads === 1 ? 'mean' : Math.min(at.head, heads - 1);
  return [Math.min(at.layer, layers - 1), head];
}

// Whether a map is drawn as a difference to the chosen one's, and whether the step is marked in it.
const differs = ({data, chosen}, panel) =>
  data.show === 'difference' && chosen && panel !== chosen && panel.same;

const marked = ({data, chosen}, panel) =>
  chosen && !data.hidden && (panel === chosen || (data.show !== 'own' && panel.same));

function mapOf(view, panel) {
  const {data, labels, chosen} = view;
  const {name, title, about, text, rows, columns} = panel;
  const own = look(panel.weights, ...placeIn(view, panel));
  const signedMap = differs(view, panel);
  const uncut = data.show === 'difference' && chosen && !panel.same;
  const notes = [about, data.show === 'own' && fill(labels.text, {text}), uncut && labels.uncut];
  return {
    ...{key: name, title, rows, columns},
    notes: notes.filter(Boolean),
    values: signedMap ? minus(own, look(chosen.weights, ...placeIn(view, chosen))) : own,
    signed: Boolean(signedMap),
    mark: null,
    chosen: panel === chosen && !data.hidden,
  };
}

function cellText({labels, format}, map, row, column, value) {
  const facts = {title: map.title, target: map.rows[row], source: map.columns[column]};
  return fill(labels.cell, {...facts, share: format[map.signed ? 'signed' : 'two'].format(value)});
}

// ---- what the reader does

function pick(view, name, value) {
  view.at[name] = placed(value);
  later(view.root, view.tell);
  showMaps(view);
}

function open(view, {key}, row) {
  if (view.data.hidden) return;
  if (key === view.chosen?.name) view.player.stop(row);
  else {
    view.player.at = row;
    view.choose(key);
  }
}
