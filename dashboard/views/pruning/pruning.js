// Every head of a Transformer, closed and opened by a click: the picture changes at once, the translation comes from the
// server. What is closed is undone and redone here, too.

import {unpacked} from '../../components/attention.js';
import {rampOf, themeOf} from '../../components/colour.js';
import {idle, list, slider} from '../../components/controls.js';
import {drawn, fill, kept, later, make, write} from '../../components/dom.js';
import {onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {rewriting} from '../../components/rewriting.js';
import {coverWith, drawGrid, headName} from './pruning_grid.js';
import {addressOf, arrowTo, butThese, keyOf, setOf, toggled, withOpen} from './pruning_sets.js';

const PAUSE = 20; // ms without a click before the server is told
const BUTTONS = ['open_all', 'close_all', 'but_one', 'undo', 'redo'];
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => {
    const {at, closed, heads, data: shown} = view;
    view.sent = addressOf(closed, heads);
    setStateValue('at', {...at, here: shown.here, closed: view.sent});
  };
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const acts = {
    open_all: () => change(view, new Set()),
    close_all: () => change(view, setOf(view.heads)),
    but_one: () => change(view, butThese(view.heads, [view.last])),
    undo: () => back(view, view.past, view.future),
    redo: () => back(view, view.future, view.past),
  };
  view.buttons = Object.fromEntries(
    BUTTONS.map(name => {
      const element = Object.assign(make('button', name), {type: 'button', onclick: acts[name]});
      return [name, element];
    }),
  );
  view.order = list(order => pick(view, {order}));
  view.preset = list(name => take(view, name));
  view.tint = list(tint => pick(view, {tint}));
  view.count = slider(count => follow(view, count));
  view.picture = drawn('svg', {class: 'grid', role: 'img'});
  view.cover = make('div', 'places');
  view.cover.setAttribute('role', 'group');
  view.result = rewriting();
  for (const name of ['note', 'told', 'scale']) view[name] = make('p', name);
  view.told.setAttribute('role', 'status');
  listen(view);
  const bar = make('div', 'bar', make('div', 'buttons', ...Object.values(view.buttons)));
  const orders = make(
    'div',
    'bar',
    ...[view.order, view.count, view.preset, view.tint].map(({element}) => element),
  );
  const stage = make('div', 'stage', view.picture, view.cover);
  Object.assign(view, {root, data: null, past: [], future: [], places: [], images: new Map()});
  Object.assign(view, {focus: 0, last: null});
  const {result, note, told, scale} = view;
  root.replaceChildren(result.element, note, bar, stage, told, orders, scale);
  onResize(root, () => view.data && show(view));
}

function listen(view) {
  const {cover} = view;
  const index = event => [...cover.children].indexOf(event.target);
  const at = event => (index(event) < 0 ? null : index(event));
  cover.onclick = event => at(event) !== null && press(view, at(event));
  cover.onpointerover = event => tell(view, at(event));
  cover.onpointerleave = () => tell(view, null);
  cover.onfocusin = event => tell(view, at(event));
  cover.onkeydown = event => {
    if (event.altKey || event.ctrlKey || event.metaKey || !event.key.startsWith('Arrow')) return;
    view.focus = arrowTo(view.places, index(event), event.key);
    coverWith(cover, view.places, view.closed, view.focus);
    cover.children[view.focus].focus();
    event.preventDefault();
    event.stopPropagation();
  };
}

// What the server says; where it answers a set before the last one, the last one stays in sight.
function accept(view, data) {
  const fresh = ['here', 'chosen'].some(name => view.data?.[name] !== data[name]);
  const late = view.sent !== undefined && view.sent !== data.echo;
  if (!fresh && (late || view.root.hasAttribute('data-telling'))) return;
  const other = view.data?.here !== data.here;
  const before = view.data && view.closed;
  Object.assign(view, {data, labels: data.labels, heads: data.heads, at: {...data.at}});
  view.format = formats(data.labels.locale);
  if (other) Object.assign(view, {past: [], future: [], last: data.heads[0], focus: 0});
  else if (fresh && before) view.past.push(before);
  view.closed = setOf(data.closed);
  if (fresh) view.sent = undefined;
  if (view.drawn !== data.drawn) {
    view.maps = Object.fromEntries(
      Object.entries(data.maps).map(([kind, map]) => [kind, unpacked(map.weights)]),
    );
    Object.assign(view, {images: new Map(), drawn: data.drawn});
  }
  show(view);
}

// ---- what a reader does

function press(view, index) {
  const {heads} = view.places[index];
  view.focus = index;
  if (heads.length === 1) view.last = heads[0];
  change(view, toggled(view.closed, heads));
  tell(view, index);
}

function change(view, closed) {
  view.past.push(view.closed);
  Object.assign(view, {closed, future: []});
  later(view.root, view.tell, PAUSE);
  show(view);
}

function back(view, from, to) {
  if (!from.length) return;
  to.push(view.closed);
  view.closed = from.pop();
  later(view.root, view.tell, PAUSE);
  show(view);
}

function pick(view, chosen) {
  Object.assign(view.at, chosen);
  later(view.root, view.tell, PAUSE);
  show(view);
}

// As many heads open as the slider says, closed in the order that is chosen.
function follow(view, count) {
  const order = view.data.orders[view.at.order];
  if (order) change(view, withOpen(order, count));
}

function take(view, name) {
  const preset = view.data.presets.find(([known]) => known === name);
  if (preset) change(view, setOf(preset[2]));
}

// ---- what is seen

function show(view) {
  const {data, labels, root, at, result, note, closed} = view;
  const scores = scoresOf(view);
  const width = root.clientWidth;
  const theme = themeOf(root);
  if (width) view.places = drawGrid(view.picture, {...view, theme, width, scores});
  coverWith(view.cover, view.places, closed, view.focus);
  view.picture.setAttribute('aria-label', data.description);
  view.cover.setAttribute('aria-label', labels.keys);
  const touched = closed.size ? null : labels.none;
  const late = addressOf(setOf(data.closed), view.heads) !== addressOf(closed, view.heads);
  result.element.classList.toggle('late', late && closed.size > 0);
  result.show(data.result, view, data.hidden ? labels.hidden : touched);
  result.after.dataset.closed = data.echo ?? '';
  write(note, data.note);
  note.hidden = !data.note;
  showButtons(view);
  showLists(view);
  view.scale.hidden = !scores;
  if (!scores) return;
  const facts = {tint: labels[`tint_${at.tint}`]};
  for (const end of ['low', 'high']) facts[end] = view.format.three.format(scores[end]);
  const ramp = rampOf({signed: false, text: ''}, theme).querySelector('i');
  view.scale.replaceChildren(ramp, fill(labels.scale, facts));
}

function showLists({data, labels, at, closed, heads, order, count, preset, tint, format}) {
  const named = (kind, names) => names.map(name => [name, labels[`${kind}_${name}`]]);
  order.show(labels.order, named('order', ['hand', ...Object.keys(data.orders)]), at.order);
  const open = heads.length - closed.size;
  const ends = {min: 0, max: heads.length, step: 1};
  count.show(labels.count, ends, open, format.whole.format(open));
  count.element.hidden = !data.orders[at.order];
  const now = addressOf(closed, heads);
  const chosen = data.presets.find(([, , some]) => addressOf(setOf(some), heads) === now);
  const presets = data.presets.map(([name, label]) => [name, label]);
  preset.show(labels.preset, [['none', labels.preset_none], ...presets], chosen?.[0] ?? 'none');
  tint.show(labels.tint, named('tint', ['none', ...Object.keys(data.scores)]), at.tint);
}

function showButtons({labels, buttons, past, future, last, closed, heads}) {
  const name = last && headName({labels}, last);
  for (const [key, element] of Object.entries(buttons))
    write(element, fill(labels[key], {head: name ?? ''}));
  idle(buttons.undo, !past.length);
  idle(buttons.redo, !future.length);
  idle(buttons.open_all, !closed.size);
  idle(buttons.close_all, closed.size === heads.length);
}

// The chosen score of each head as a share of its range; null where none is chosen.
function scoresOf({data, at}) {
  const values = data.scores[at.tint];
  if (!values) return null;
  const of = Object.fromEntries(data.heads.map((head, i) => [keyOf(head), values[i]]));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const share = head => (high > low ? (of[keyOf(head)] - low) / (high - low) : 0.5);
  return {low, high, share, value: head => of[keyOf(head)]};
}

// What is pointed at or has the focus, in a line.
function tell(view, index) {
  const {labels, format, closed, data} = view;
  const place = index === null ? null : view.places[index];
  if (!place) return write(view.told, '');
  const [head] = place.heads;
  const shut = place.heads.every(one => closed.has(keyOf(one)));
  const state = fill(shut ? labels.is_closed : labels.is_open, {name: place.name});
  if (place.heads.length > 1) return write(view.told, state);
  const at = data.heads.findIndex(one => keyOf(one) === keyOf(head));
  const known = Object.entries(data.scores).filter(([, values]) => values);
  const facts = known.map(([name, values]) =>
    fill(labels.score, {name: labels[`tint_${name}`], value: format.three.format(values[at])}),
  );
  write(view.told, [state, data.roles[at], ...facts].filter(Boolean).join(' · '));
}
