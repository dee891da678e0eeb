// Samples as a tree of drawn paths: a branch is as thick as samples passed through it; below, what they say and how often.

import {add, drawn, fill, kept, make, redraw, sized, write} from '../../components/dom.js';
import {inkOf, put} from '../../components/ink.js';
import {formats, share} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {
  beside,
  flows,
  layout,
  nodesOf,
  note,
  passed,
  path,
  SIZE,
  THIN,
  textOf,
} from './paths_layout.js';
import {list, showList} from './paths_list.js';

const PACE = 450; // ms a sample
const HIGH = 520; // px of the tree's box at most
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.send = at => setStateValue('at', at);
  if (view.root !== root) mount(view, root);
  const {id, renewed, labels} = view.data ?? {};
  Object.assign(view, {data, format: formats(data.labels.locale)});
  if (id !== data.id || labels?.locale !== data.labels.locale) plan(view);
  if (id !== data.id || renewed !== data.renewed) view.steps.at = data.at;
  view.steps.last = data.count;
  view.steps.label(data.labels);
  view.box.setAttribute('aria-label', data.labels.tree);
  view.picture.setAttribute('aria-label', data.description);
  view.steps.refresh();
  show(view);
  if (id !== data.id) view.box.scrollTop = view.plan.places[0].y - view.box.clientHeight / 2; // its root in sight
}

function mount(view, root) {
  const picture = drawn('svg', {class: 'picture', role: 'img'});
  const box = make('div', 'tree', picture);
  const line = make('p', 'line');
  Object.assign(box, {tabIndex: 0, onkeydown: event => key(view, event)});
  box.style.maxHeight = `${HIGH}px`;
  box.setAttribute('role', 'group');
  line.setAttribute('role', 'status');
  const steps = player(root, {
    acts: ['back', 'play', 'forward', 'end'],
    pace: PACE,
    on: {
      step: () => show(view),
      text: () => fill(view.data.labels.step, {n: steps.at, N: view.data.all}),
      tell: () => tellServer(view),
    },
  });
  Object.assign(view, {root, box, picture, line, steps, pointed: null, list: list()});
  picture.onpointermove = event => point(view, event.target.closest('[data-i]')?.dataset.i);
  box.onpointerleave = () => point(view);
  box.onblur = () => point(view);
  root.replaceChildren(steps.bar, box, line, view.list.element);
  if (document.fonts.status === 'loading')
    document.fonts.ready.then(() => {
      plan(view);
      show(view);
    });
}

// Not as long as only the first may be seen.
function tellServer({data, steps, send}) {
  if (data.count === data.all) send({drawn: String(steps.at), of: data.id});
}

function plan(view) {
  const {data, root} = view;
  view.nodes = nodesOf(data.nodes);
  view.plan = layout(inkOf(root), view.nodes, data.all, data.labels.start);
  view.pointed = null;
}

function point(view, i) {
  const pointed = i == null ? null : Number(i);
  if (view.pointed === pointed) return;
  view.pointed = pointed;
  draw(view);
  tell(view);
}

function key(view, event) {
  const {nodes, plan: places, pointed, steps, box} = view;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === 'Escape') return point(view);
  if (!event.key.startsWith('Arrow')) return;
  event.preventDefault(); // else the player would take it
  point(view, pointed == null ? 0 : beside(nodes, places, pointed, event.key, steps.at));
  const {x, y, width} = places.places[view.pointed];
  if (x < box.scrollLeft || x + width > box.scrollLeft + box.clientWidth) box.scrollLeft = x - 20;
  if (y - 20 < box.scrollTop || y + 20 > box.scrollTop + box.clientHeight)
    box.scrollTop = y - box.clientHeight / 2;
}

function show(view) {
  draw(view);
  tell(view);
  showList(view.list, view.data, view.steps.at, view.format);
}

function draw({nodes, plan: {unit, places, width, height}, picture, pointed, steps, data}) {
  const n = steps.at;
  const lit = new Set(pointed == null ? [] : path(nodes, pointed));
  const newest = n < data.count ? n : 0; // the last one drawn, as long as more are to come
  const look = i => (lit.has(i) ? ' lit' : nodes[i].drawn.includes(newest) ? ' new' : '');
  sized(picture, width, height);
  redraw(picture, () => {
    for (const {i, d} of flows(nodes, {unit, places}, n))
      add(picture, 'path', {class: `band${look(i)}`, d});
    nodes.forEach((node, i) => {
      const count = passed(node, n);
      if (!count && i) return;
      const {x, y, width: wide, shown} = places[i];
      const group = add(picture, 'g', {class: 'branch', 'data-i': i});
      const high = Math.max(2, unit * count);
      add(group, 'rect', {class: `band${look(i)}`, x, y: y - high / 2, width: wide, height: high});
      add(group, 'rect', {class: 'hit', x, y: y - 13, width: wide, height: 26});
      const level = unit * node.drawn.length < THIN ? y - high / 2 - SIZE / 2 : y; // above a thin one
      put(group, x + 6, level, shown, SIZE, i ? '' : 'dim', {dy: '.35em'});
      put(group, x + wide - 6, level, note(count), 12, 'dim', {dy: '.35em', 'text-anchor': 'end'});
    });
  });
}

// What is pointed at, in words; else the picture in a sentence.
function tell({nodes, line, pointed, steps, data, format}) {
  if (pointed == null) return write(line, data.description);
  const {labels} = data;
  const n = passed(nodes[pointed], steps.at);
  const facts = {
    text: textOf(nodes, pointed) || labels.start,
    n,
    N: steps.at,
    share: share(format, steps.at ? n / steps.at : 0),
    probability: share(format, nodes[pointed].probability),
  };
  return write(line, fill(labels.branch, facts));
}
