// Every head of one or two readings as small maps, and the one that is chosen or pointed at large: all without the server.

import {cellGrid} from '../../components/cells.js';
import {list, segments} from '../../components/controls.js';
import {fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {entriesOf, measureOf, ordered, tints} from './heads_order.js';
import {matrixOf} from './heads_values.js';

const LARGE = {least: 12, most: 30, height: 620}; // px of a cell, and of the box in which larger maps scroll
const SMALL = {least: 0.3, most: 16, opens: true};
const NARROW = 52; // px of a small map, below which half as many stand beside each other
const UNITS = ['words', 'pieces'];
const ORDERS = ['layers', 'most', 'least'];
const AMOUNTS = ['weight', 'norm'];
const SIDES = ['first', 'second', 'difference'];
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', {...view.at, turn: view.turn});
  view.want = () => setTriggerValue('wanted', true);
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const choosers = {parts: segments, units: segments, side: segments};
  Object.assign(choosers, {measure: list, order: list, amount: list});
  const picks = Object.entries(choosers).map(([name, kind]) => [
    name,
    kind(value => pick(view, {[name]: value})),
  ]);
  view.picks = Object.fromEntries(picks);
  const bar = make('div', 'bar', ...picks.map(([, {element}]) => element));
  const small = make('div', 'small');
  const large = make('div', 'large');
  view.grid = cellGrid(root, {
    on: {
      told: (...cell) => told(view, ...cell),
      open: map => pick(view, chosenBy(map)),
      pointed: map => preview(view, map),
    },
  });
  view.big = cellGrid(root, {on: {told: (...cell) => told(view, ...cell)}});
  view.strip = make('p', 'strip');
  view.note = make('p', 'note');
  view.title = make('h3');
  small.append(view.strip, view.note, view.grid.box, view.grid.line);
  large.append(view.title, view.big.box, view.big.line);
  Object.assign(view, {root, small, data: null, ink: null, focus: null, turn: view.turn ?? 0});
  view.both = make('div', 'both', small, large);
  root.replaceChildren(bar, view.both);
  onResize(root, () => {
    view.ink = null;
    if (view.data) show(view);
  });
}

function accept(view, data) {
  const fresh = view.data?.id !== data.id || view.data?.chosen !== data.chosen;
  if (view.data?.id !== data.id) view.known = new Map();
  Object.assign(view, {data, labels: data.labels, format: formats(data.labels.locale)});
  // An answer to an earlier choice does not undo a later one.
  if (fresh || data.turn >= view.turn) view.at = {...data.at};
  view.focus = null;
  show(view);
  if (data.pending) requestAnimationFrame(() => later(view.root, view.want, 0));
}

function pick(view, changes) {
  Object.assign(view.at, changes);
  view.turn += 1;
  const {parts, part} = view.at;
  if (changes.parts && parts !== 'all' && parts !== part) view.at.part = parts;
  view.focus = null;
  later(view.root, view.tell, changes.amount === 'norm' ? 0 : 400); // the server has to compute the norms
  show(view);
}

const chosenBy = ({part, layer, head}) => ({part, layer, head});

// ---- what is seen

function show(view) {
  view.ink ??= inkOf(view.root);
  showPicks(view);
  showLarge(view); // whose place says how much is left for the small ones
  showSmall(view);
  view.grid.box.dataset.shown = JSON.stringify(view.at);
}

const named = (labels, names, prefix = '') => names.map(name => [name, labels[prefix + name]]);

function showPicks({data, labels, picks, at}) {
  const names = Object.keys(data.readings[0].parts);
  const parts = names.length > 1 ? ['all', ...names] : names;
  const measures = data.hidden ? ['none'] : ['none', ...measuresOf(data)];
  picks.parts.show(labels.parts, named(labels, parts), at.parts);
  picks.units.show(labels.units, named(labels, UNITS), at.units);
  picks.measure.show(labels.measure, named(labels, measures, 'measure_'), at.measure);
  const orders = data.hidden || at.measure === 'none' ? ['layers'] : ORDERS;
  picks.order.show(labels.order, named(labels, orders, 'order_'), at.order);
  picks.amount.show(
    labels.amount,
    named(labels, data.readings.every(({normed}) => normed) ? AMOUNTS : ['weight'], 'amount_'),
    at.amount,
  );
  const sides = data.readings.length > 1 ? SIDES : ['first'];
  picks.side.show(labels.side, named(labels, sides, 'side_'), at.side ?? 'first');
}

const measuresOf = ({readings}) =>
  Object.keys(Object.values(readings[0].parts)[0].measures?.pieces ?? {});

function showSmall(view) {
  const {data, at, labels, grid, root, small, strip, format} = view;
  const measure = data.hidden ? 'none' : at.measure;
  const side = data.readings.length > 1 ? (at.side ?? 'difference') : 'first';
  const valued = entry => measureOf(data.readings, entry, side, at.units, measure);
  const entries = ordered(entriesOf(data.readings, side, at.parts), at.order, valued);
  const colours = tints(entries.map(valued), side === 'difference');
  const maps = entries.map((entry, i) => ({
    ...(mapOf(view, entry, side) ?? mapOf(view, entry, 'first')),
    notes: [note(view, entry, valued(entry), side)],
    line: at.order === 'layers' || measure === 'none' ? entry.line : 0,
    section: entry.section && measureless(at, measure) ? labels[entry.part] : '',
    tint: colours.tints[i],
    framed: ['part', 'layer', 'head'].every(name => entry[name] === at[name]),
  }));
  const most = Math.max(1, ...entries.map(({heads}) => heads));
  const width = grid.box.clientWidth || root.clientWidth / 2;
  const across = width / most < NARROW ? Math.ceil(most / 2) : most;
  small.hidden = maps.length === 1; // which the large map shows, too
  grid.show({ink: view.ink, maps, description: labels.grid, labels, across, ...SMALL});
  const ends = Object.fromEntries(
    ['low', 'high'].map(name => [name, format.two.format(colours[name])]),
  );
  const facts = {measure: labels[`measure_${measure}`], ...ends};
  const waiting =
    at.amount === 'norm' && !data.readings.every(({parts}) => Object.values(parts)[0].norms);
  const unlike = side === 'difference' && maps.some(({signed}) => !signed);
  view.note.textContent = waiting ? labels.waking : unlike ? labels.unlike : '';
  strip.textContent = measure === 'none' ? '' : fill(labels.strip, facts);
  strip.classList.toggle('differs', side === 'difference');
}

const measureless = ({order}, measure) => order === 'layers' || measure === 'none';

// What stands above a small map: which it is and what is measured of it.
function note({labels, at, format}, {part, layer, head, heads}, value, side) {
  const alone = at.order !== 'layers' && at.parts === 'all' ? `${labels[part].slice(0, 1)} ` : '';
  const place = Number(layer) ? `${layer}${heads > 1 ? `·${head}` : ''}` : labels[layer];
  return value == null
    ? alone + place
    : `${alone}${place}  ${format[side === 'difference' ? 'signed' : 'short'].format(value)}`;
}

function showLarge(view) {
  const {data, labels, big, at, title, both} = view;
  const entry = view.focus ?? chosenBy(at);
  const several = data.readings.length > 1;
  both.classList.toggle('several', several);
  const maps = (several ? SIDES : ['first'])
    .map(side => ({side, map: mapOf(view, entry, side)}))
    .filter(({map}) => map)
    .map(({side, map}) => ({
      ...map,
      title: several ? sideTitle(view, side) : '',
      notes: [labels[`axes_${entry.part}`]],
    }));
  title.textContent = nameOf(view, entry);
  const signed = maps.some(map => map.signed);
  const scale =
    at.amount === 'norm' && data.readings[0].parts[entry.part].norms ? 'norm' : 'weight';
  big.show({
    ink: view.ink,
    maps,
    description: data.description,
    labels,
    scales: [
      {signed: false, text: labels[scale]},
      ...(signed ? [{signed: true, text: labels.difference}] : []),
    ],
    ...LARGE,
  });
}

const sideTitle = ({data, labels}, side) =>
  side === 'difference' ? labels.side_difference : data.readings[Number(side === 'second')].title;

function nameOf({labels}, {part, layer, head}) {
  const facts = {part: labels[part], layer, head: head === 'mean' ? labels.mean : head};
  return Number(layer)
    ? fill(labels.place, facts)
    : fill(labels.whole, {...facts, kind: labels[layer]});
}

// The map of a head in one of the readings or between both; null where there is none.
function mapOf(view, entry, side) {
  const {data, known, at} = view;
  const found = matrixOf(data.readings, known, {
    ...entry,
    side,
    units: at.units,
    amount: at.amount,
  });
  return found && {...found, title: '', ...chosenBy(entry), name: nameOf(view, entry), mark: null};
}

// The head that is pointed at is seen large, until the pointer leaves.
function preview(view, map) {
  const focus = map && chosenBy(map);
  if (JSON.stringify(focus) === JSON.stringify(view.focus)) return;
  view.focus = focus;
  showLarge(view);
}

function told({labels, format}, map, row, column, value) {
  const number = (map.signed ? format.signed : format.two).format(value * (map.most ?? 1));
  const facts = {target: map.rows[row], source: map.columns[column], share: number};
  return fill(labels.pair, {...facts, title: map.title || map.name});
}
