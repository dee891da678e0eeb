// One search tree as an SVG.

import {add, drawn, make, set} from './dom.js';
import {share} from './numbers.js';
import {
  curve,
  isSmall,
  layout,
  looks,
  outline,
  PAD,
  path,
  SIGNS,
  SMALL,
  stateOf,
  TOP,
} from './tree_layout.js';

export const LEAST = 0.8; // the smallest scale at which tokens are still read

// An empty tree in a pane of its own.
export function plant() {
  const now = drawn('rect', {class: 'now'});
  const cover = drawn('rect', {class: 'cover'});
  const [edges, nodes, axis] = ['edges', 'nodes', 'axis'].map(name => drawn('g', {class: name}));
  axis.append(cover);
  const svg = drawn('svg', {class: 'tree', role: 'img'});
  svg.append(now, edges, nodes, axis);
  const title = make('p', 'title');
  const box = make('div', 'box', svg);
  box.tabIndex = 0;
  box.setAttribute('role', 'group');
  return {
    ...{pane: make('section', 'pane', title, box), title, box, svg, now, cover},
    ...{
      layers: {edges, nodes, axis},
      pools: [],
      ticks: [],
      room: null,
      scale: 1,
      pointed: null,
      cursor: null,
    },
  };
}

// All of a tree {nodes, best, steps, ranks} anew: `opened`, `pruned` as `layout` takes them. `zoom` null fits it to its
// room as far as it stays readable, 0 whatever comes of it.
export function draw(tree, {ink, opened, pruned, zoom, step, labels, numbers}) {
  tree.room ??= tree.box.clientWidth; // later kept by its observer: asking would lay out the page
  const notes = notesOf(Object.assign(tree, {opened}), numbers);
  const look = {opened, pruned, step, axis: labels.axis, notes};
  const planned = scale => layout(ink, tree, {...look, room: tree.room / scale});
  const scale = zoom || fitting(tree.room, planned(1).width, zoom === null ? LEAST : 0);
  const plan = planned(scale);
  const {columns, width, height} = plan;
  Object.assign(tree, {plan, scale, notes, drawn: tree.nodes.map(() => null)});
  while (tree.pools.length > columns.length) pool(tree.pools.pop(), 0);
  columns.forEach(({shown}, at) => {
    tree.pools[at] ??= [];
    pool(tree.pools[at], shown.length, () => marks(tree.layers.nodes, tree.layers.edges));
    shown.forEach((i, row) => {
      tree.drawn[i] = tree.pools[at][row];
      place(tree, i);
    });
  });
  tree.now.setAttribute('height', height);
  raise(tree, onBest(tree));
  pool(tree.ticks, columns.length, () => ({box: add(tree.layers.axis, 'text', {y: 18})}));
  tree.ticks.forEach(({box}, at) => {
    put(box, 'x', columns[at].x);
    box.textContent = at || labels.axis;
  });
  set(tree.cover, {width, height: TOP - 2});
  set(tree.svg, {viewBox: `0 0 ${width} ${height}`, width: width * scale, height: height * scale});
  reveal(tree, step);
}

const fitting = (room, width, least) => Math.max(least, Math.min(1, room / width));

// What stands below each token: its probability or, of what finished, its rank and score.
function notesOf({nodes, ranks, opened}, numbers) {
  return nodes.map(({step, logprob}, i) => {
    const ranked = opened === Number.POSITIVE_INFINITY && ranks.get(i);
    if (ranked) return `${ranked.place}. ${numbers.two.format(ranked.score).replace('-', '−')}`;
    return step ? share(numbers, Math.exp(logprob ?? Number.NEGATIVE_INFINITY)) : '';
  });
}

// The same once other ranks have come to the leaves.
export function rank(tree, numbers) {
  tree.notes = notesOf(tree, numbers);
  tree.drawn.forEach((marked, i) => {
    if (marked) note(tree, i);
  });
}

function note({drawn, notes, plan}, i) {
  const shown = isSmall(plan.boxes[i].look) ? '' : notes[i];
  if (drawn[i].note.data !== shown) drawn[i].note.data = shown;
}

function marks(nodes, edges) {
  const box = add(nodes, 'g');
  const shape = add(box, 'path', {class: 'shape'});
  const [line, below] = ['token', 'note'].map(style => add(box, 'text', {x: PAD, class: style}));
  const [text, note] = [line, below].map(element =>
    element.appendChild(document.createTextNode('')),
  );
  below.setAttribute('y', SMALL + 1);
  const glyph = add(box, 'path', {class: 'glyph'});
  return {box, shape, line, text, note, glyph, edge: edges && add(edges, 'path')};
}

// As many elements as needed, made once and used again.
function pool(elements, count, build) {
  while (elements.length < count) elements.push(build());
  while (elements.length > count) {
    const {box, edge} = elements.pop();
    box.remove();
    edge?.remove();
  }
}

function place(tree, i) {
  const {plan, nodes, drawn} = tree;
  const {box, shape, line, text, glyph, edge} = drawn[i];
  const {x, y, width, look, shown} = plan.boxes[i];
  const {parent} = nodes[i];
  box.dataset.i = i;
  put(box, 'transform', `translate(${x} ${y})`);
  put(shape, 'd', outline(look, width));
  if (text.data !== shown) text.data = shown;
  put(line, 'y', isSmall(look) || !tree.notes[i] ? 4 : -2);
  note(tree, i);
  put(glyph, 'd', SIGNS[look] && `M${width - PAD - 10} 0${SIGNS[look]}`); // a transform is slower
  const from = plan.boxes[parent];
  put(edge, 'd', from ? curve(from, plan.columns[nodes[parent].step].end, plan.boxes[i]) : '');
  if (from) put(box, 'style', `--dx:${from.x + from.width - x}px;--dy:${from.y - y}px`); // it grows from there
}

// Writing an attribute that does not change still costs a layout.
const written = new WeakMap();
function put(element, key, value) {
  if (!written.has(element)) written.set(element, {});
  const known = written.get(element);
  if (known[key] === value) return;
  known[key] = value;
  element.setAttribute(key, value);
}

// What has happened up to the step.
export function reveal(tree, wanted, moved = false) {
  const {nodes, best, opened, pointed, plan} = tree;
  const step = Math.min(wanted, plan.columns.length - 1);
  const lit = pointed == null ? [] : path(nodes, pointed);
  const look = {best, opened, step, lit, moved: moved && step === wanted};
  tree.drawn.forEach((marked, i) => {
    if (!marked) return;
    const state = stateOf(nodes[i], i, look);
    put(marked.box, 'class', `node ${state}`);
    put(marked.edge, 'class', `edge ${state}`);
  });
  tree.ticks.forEach(({box}, at) => {
    put(box, 'class', at > step ? 'gone' : at === step ? 'at' : '');
  });
  const {x, width} = plan.columns[step];
  put(tree.now, 'x', x - 6);
  put(tree.now, 'width', width + 12);
}

// Edges that are to lie above the others.
export function raise({drawn, layers}, test) {
  const edges = drawn.filter((marked, i) => marked && test(i));
  layers.edges.append(...edges.map(({edge}) => edge));
}

// Whether a node is known to be on the best path.
export const onBest = tree => i => tree.best.has(i) && tree.nodes[i].step <= tree.opened;

const LEGEND = ['best', 'kept', 'dead', 'finished', 'pruned', 'unfinished', 'open'];

// The looks that can be seen in some trees.
export function legend(list, trees, labels) {
  const seen = trees.map(tree => looks(tree, tree.plan.boxes, tree.opened));
  list.setAttribute('aria-label', labels.legend);
  list.replaceChildren(
    ...LEGEND.filter(look => seen.some(some => some.has(look))).map(look =>
      make('li', '', sample(look), labels[look]),
    ),
  );
}

function sample(look) {
  const kind = look === 'dead' ? 'kept' : look;
  const picture = drawn('svg', {
    width: 36,
    height: 26,
    viewBox: '-2 -13 36 26',
    'aria-hidden': true,
  });
  if (look === 'best') add(picture, 'path', {class: 'edge best', d: 'M0 0H32'});
  else {
    const {box, shape, glyph} = marks(picture);
    set(box, {class: look === 'dead' ? 'node kept dead' : `node ${kind}`});
    set(shape, {d: outline(kind, 32), transform: isSmall(kind) ? '' : 'scale(1 .68)'});
    set(glyph, {d: SIGNS[kind] && `M11 0${SIGNS[kind]}`});
  }
  return picture;
}
