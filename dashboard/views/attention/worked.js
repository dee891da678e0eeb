// One attention, stage by stage. Python has computed all of it: stages, layers, heads, kinds, pairs, another scale or no
// mask never ask the server; a long sentence's other layers do.

import {themeOf} from '../../components/colour.js';
import {check, list, numbered, segments} from '../../components/controls.js';
import {drawn, fill, kept, later, make, redraw, sized, write} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {drawLookup} from './lookup_draw.js';
import {drawMatrices, under} from './worked_draw.js';
import {firstNumbers} from './worked_first.js';
import {blockOf, LATE, lacks, learnedOf, receive} from './worked_held.js';
import {following, headWorked, stagesOf} from './worked_numbers.js';
import {asleep, matricesOf} from './worked_stages.js';
import {cellText, stageName, tellStage} from './worked_words.js';

const PACE = 2600; // ms a stage
const KINDS = ['encoder', 'decoder', 'cross'];
const SCALES = ['one', 'root', 'width'];
const HIDING = 'masked'; // the last stage that tells no weight
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', {...view.at});
  view.want = () => setTriggerValue('wanted', true);
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const on = {
    step: moved => moved && stage(view, view.stages[view.player.at]),
    text: () => stageText(view),
    tell: () => view.tell(),
    limit: () => (view.data.hidden ? view.stages.indexOf(HIDING) : view.stages.length - 1),
  };
  view.player = player(root, {acts: ['back', 'play', 'forward'], first: 1, pace: PACE, on});
  view.player.range.hidden = true;
  const change = name => value => pick(view, {[name]: value});
  view.picks = {
    attention: segments(change('attention')),
    layer: list(change('layer')),
    head: list(change('head')),
    query: list(change('query')),
    scale: segments(change('scale')),
    mask: check(off => pick(view, {mask: off ? 'off' : 'on'})),
    stage: segments(value => view.player.stop(view.stages.indexOf(value))),
  };
  const {attention, layer, head, query, scale, mask, stage: stages} = view.picks;
  view.picture = drawn('svg', {class: 'picture points', role: 'img'});
  view.box = make('div', 'box', view.picture);
  view.box.setAttribute('role', 'group');
  view.box.tabIndex = 0;
  view.line = make('p', 'cell');
  view.told = make('div', 'told');
  view.first = firstNumbers(() => view.first.element.open && show(view));
  view.told.setAttribute('role', 'status');
  stages.element.classList.add('stages', 'quiet');
  attention.element.classList.add('quiet');
  view.player.bar.append(attention.element, layer.element, head.element, query.element);
  const below = make('div', 'bar', scale.element, mask.element);
  const work = make(
    'div',
    'work',
    make('div', '', view.box, view.line),
    make('div', '', view.told, view.first.element, below),
  );
  root.replaceChildren(view.player.bar, stages.element, work);
  Object.assign(view, {root, data: null, hits: []});
  listen(view);
  onResize(view.box, () => {
    view.ink = inkOf(root);
    if (view.data) show(view);
  });
  view.ink = inkOf(root);
}

// ---- data in

function accept(view, data) {
  const {data: before} = view;
  receive(view, data);
  Object.assign(view, {data, labels: data.labels, format: formats(data.labels.locale)});
  if (!before || before.id !== data.id || before.chosen !== data.chosen) view.at = {...data.at};
  else if (before.hidden && !data.hidden) view.at.stage = 'weights';
  fit(view);
  view.player.label(data.labels);
  show(view);
  if (!data.pending) view.request = null;
  else if (view.request !== data.id) {
    view.request = data.id;
    requestAnimationFrame(() => later(view.root, view.want, 0));
  }
}

// What is chosen, as far as this attention has as many.
function fit(view) {
  const {at, maps, data, player: walk} = view;
  const {shape} = maps[at.attention];
  const counts = {layer: shape[0], head: shape[1], query: shape[2], key: shape[3]};
  for (const [name, count] of Object.entries(counts))
    at[name] = String(Math.min(Number(at[name]), count));
  view.stages = stagesOf(data.stages, data, at.attention);
  walk.last = view.stages.length - 1;
  const place = view.stages.indexOf(at.stage);
  walk.at = Math.min(place < 0 ? view.stages.indexOf('weights') : place, walk.limit());
  at.stage = view.stages[walk.at];
}

// ---- what is seen

const stageText = ({labels, player: walk, stages}) =>
  fill(labels.step, {n: walk.at + 1, N: stages.length});

// All that the pictures and sentences need of what is chosen.
function sceneOf(view) {
  const {at, labels, maps, data, format, ink, picture, root, hits} = view;
  const [head, i, j] = ['head', 'query', 'key'].map(name => Number(at[name]) - 1);
  const kind = at.attention;
  const {rows: words, columns: keys, shape} = maps[kind];
  const block = blockOf(view);
  const now = block && headWorked(block, kind, head, at);
  const matrices = learnedOf(view);
  const after = block && LATE.includes(at.stage) ? following(block, kind, at, matrices) : null;
  const width = view.box.clientWidth;
  const size = block?.query.shape[2];
  const read = kind === 'encoder' ? words : maps.decoder.columns;
  const place = {kind, head, heads: shape[1], i, j, words, keys, read};
  const facts = {...place, block, now, after, matrices, width, size};
  const looks = {labels, format, ink, picture, hits, theme: themeOf(root), map: maps[kind]};
  return {
    ...facts,
    ...looks,
    at,
    stage: at.stage,
    code: data[kind === 'cross' ? 'cross_code' : 'code'],
  };
}

function show(view) {
  const {data, labels, picks, at, maps, stages, picture, hits} = view;
  const {shape, rows} = maps[at.attention];
  const open = at.mask === 'off' ? {decoder: labels.kind_decoder_open} : {};
  const kinds = KINDS.map(kind => [kind, open[kind] ?? labels[`kind_${kind}`]]);
  picks.attention.show(labels.attention, kinds, at.attention);
  picks.layer.show(labels.layer, numbered(shape[0]), at.layer);
  picks.head.show(labels.head, numbered(shape[1]), at.head);
  picks.query.show(
    labels.query,
    rows.map((word, i) => [String(i + 1), word]),
    at.query,
  );
  picks.scale.show(labels.scale, named(SCALES, 'scale', labels), at.scale);
  picks.mask.show(labels.mask_off, at.mask === 'off');
  picks.mask.element.hidden = at.attention !== 'decoder';
  picks.stage.show(
    labels.stage,
    stages.map(name => [name, stageName(labels, name, at)]),
    at.stage,
  );
  const steps = data.view === 'steps';
  picks.stage.element.hidden = !steps;
  picks.query.element.hidden = steps;
  for (const element of [view.player.output, view.player.buttons.back.parentElement])
    element.hidden = !steps;
  view.player.off = !steps;
  view.player.refresh();
  view.box.setAttribute('aria-label', labels.keys);
  picture.setAttribute('aria-label', data.description);
  hits.length = 0;
  const scene = sceneOf(view);
  if (!scene.width) return;
  const specs = specsOf(data, scene);
  const draw = () => (specs ? drawMatrices(picture, scene, specs) : drawLookup(scene));
  redraw(picture, () => sized(picture, scene.width, Math.ceil(draw()) + 4));
  view.first.show(labels.first, scene.block && specs ? specs.flat() : [], view.format);
  view.told.replaceChildren(...tellStage(data, scene));
  view.root.dataset.shown = JSON.stringify(at);
  if (lacks(scene)) hasten(view);
}

// Tell at once, and once, where the server has what is lacking.
function hasten(view) {
  const {model} = view.data;
  const lacking = [model, view.at.attention, view.at.layer].join(' ');
  if (view.lacking !== lacking) requestAnimationFrame(() => later(view.root, view.tell, 0));
  view.lacking = lacking;
}

const named = (names, prefix, labels) => names.map(name => [name, labels[`${prefix}_${name}`]]);

// What `drawMatrices` takes; null where the look-up is drawn.
function specsOf(data, scene) {
  if (!scene.block) return data.hidden ? [] : asleep(scene);
  if (data.view === 'lookup') return data.hidden ? [] : null;
  return matricesOf(scene);
}

// ---- what the reader does

function pick(view, changes) {
  Object.assign(view.at, changes);
  fit(view);
  later(view.root, view.tell);
  show(view);
}

function stage(view, name) {
  view.at.stage = name;
  show(view);
}

function listen(view) {
  const {picture, box} = view;
  picture.onclick = event => {
    const place = under(view, event);
    if (place) pick(view, place.at);
  };
  picture.onpointermove = event => {
    const place = under(view, event);
    write(view.line, place?.spec ? cellText(view, place) : '');
  };
  picture.onpointerleave = () => write(view.line, '');
  box.onkeydown = event => {
    const [name, by] =
      {
        ArrowUp: ['query', -1],
        ArrowDown: ['query', 1],
        ArrowLeft: ['key', -1],
        ArrowRight: ['key', 1],
      }[event.key] ?? [];
    if (!name || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    pick(view, {[name]: String(Math.max(1, Number(view.at[name]) + by))});
    write(view.line, '');
  };
}
