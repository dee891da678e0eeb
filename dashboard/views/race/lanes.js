// Decoders side by side on one sentence, a token a step. Python has recorded all of it: it is played without the server.

import {slider} from '../../components/controls.js';
import {drawn, fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {draw, lay, legend} from './lanes_draw.js';
import {racing} from './lanes_steps.js';
import {said, tokenSaid} from './lanes_words.js';

const PACE = 650; // ms a step
const SETTINGS = ['beam', 'temperature', 'seed']; // what the server searches by
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', state(view));
  view.want = () => setTriggerValue('wanted', true);
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

const state = ({at, player: walk}) => ({
  ...at,
  step: walk.at < walk.last ? String(walk.at) : 'end',
});

function mount(view, root) {
  view.beam = slider(value => choose(view, 'beam', String(value)));
  view.temperature = slider(value => choose(view, 'temperature', value.toFixed(1)));
  view.again = Object.assign(make('button'), {type: 'button'});
  view.again.onclick = () =>
    choose(view, 'seed', String((Number(view.at.seed) % view.data.draws) + 1));
  const on = {
    step: () => show(view),
    text: () =>
      fill(view.labels.step, {n: view.player.at, N: view.data.hidden ? '?' : view.player.last}),
    tell: () => view.tell(),
  };
  view.player = player(root, {acts: ['back', 'play', 'forward', 'end'], pace: PACE, on});
  view.picture = drawn('svg', {class: 'picture', role: 'img'});
  view.box = Object.assign(make('div', 'box', view.picture), {tabIndex: 0});
  view.box.setAttribute('role', 'group');
  for (const name of ['line', 'told', 'legend']) view[name] = make('p', name);
  for (const name of ['line', 'told']) view[name].setAttribute('role', 'status');
  listen(view);
  const bar = make('div', 'bar', view.beam.element, view.temperature.element, view.again);
  root.replaceChildren(bar, view.player.bar, view.line, view.box, view.told, view.legend);
  Object.assign(view, {root, data: null, lane: 0});
  onResize(view.box, () => view.data && place(view));
}

function listen(view) {
  view.picture.onpointerover = ({target}) => {
    const token = target.closest('[data-lane]');
    tell(view, token && [Number(token.dataset.lane), Number(token.dataset.at)]);
  };
  view.picture.onpointerleave = () => tell(view, null);
  view.box.onkeydown = event => {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!by) return;
    event.preventDefault();
    const count = view.lanes.length;
    view.lane = (view.lane + by + count) % count;
    const last = view.lanes[view.lane].path(view.player.at).length - 1;
    tell(view, last < 0 ? null : [view.lane, last]);
  };
}

// ---- data in

function accept(view, data) {
  const {data: before, player: walk} = view;
  const fresh = before?.id !== data.id;
  const renewed = before?.renewed !== data.renewed; // by a link, a chip or the browser's Back
  const atEnd = !before || walk.at === walk.last;
  Object.assign(view, {data, labels: data.labels, format: formats(data.labels.locale)});
  if (fresh) view.lanes = racing(data.lanes);
  if (renewed) view.at = Object.fromEntries(SETTINGS.map(name => [name, data.at[name]]));
  walk.last = data.steps;
  const start = data.at.step === 'end' ? walk.last : Number(data.at.step);
  if (renewed || before?.pending) walk.at = Math.min(start, walk.last);
  else if (!walk.playing) walk.at = atEnd ? walk.last : Math.min(walk.at, walk.last);
  walk.label(data.labels);
  walk.refresh();
  settings(view);
  place(view);
  if (data.pending) requestAnimationFrame(() => later(view.root, view.want, 0));
}

function choose(view, name, value) {
  view.at[name] = value;
  settings(view);
  later(view.root, view.tell, 0);
}

function settings({data, at, labels, format, ...view}) {
  const size = at.beam === '1' ? labels.greedy : at.beam;
  view.beam.show(labels.beam, {min: 1, max: data.widest, step: 1}, at.beam, size);
  const shown = format.one.format(at.temperature);
  view.temperature.show(labels.temperature, {min: 0, max: 2, step: 0.1}, at.temperature, shown);
  view.again.textContent = labels.draw;
  view.beam.element.title = labels.beam_help;
  view.temperature.element.title = labels.temperature_help;
  view.again.title = labels.draw_help;
}

// ---- what is seen

function place(view) {
  view.ink = inkOf(view.root);
  view.laid = lay(view.ink, view.lanes, view.box.clientWidth);
  view.picture.setAttribute('aria-label', view.labels.description);
  view.box.setAttribute('aria-label', view.labels.keys);
  view.legend.replaceChildren(...legend(view.labels));
  show(view);
}

function show(view) {
  view.line.textContent = said(view, view.player.at);
  view.told.textContent = '';
  if (view.laid.width) draw(view, view.player.at);
}

// What is pointed at or chosen by a key, in a line.
function tell(view, token) {
  view.told.textContent = token ? tokenSaid(view, view.player.at, ...token) : '';
}
