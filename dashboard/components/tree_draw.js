// One search tree as an SVG.

import {add, drawn, make, set} from './dom.js';
import {curve, layout, looks, outline, PAD, path, SIGNS, stateOf, TOP} from './tree_layout.js';

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
      pointed: null,
      cursor: null,
    },
  };
}

// All of a tree {nodes, best, steps} anew: `opened`, `pruned` as `layout` takes them.
export function draw(tree, {ink, opened, pruned, zoom, step, labels}) {
  tree.room ??= tree.box.clientWidth; // later kept by its observer: asking would lay out the page
  const plan = layout(ink, tree, {opened, pruned, room: tree.room / zoom, axis: labels.axis});
  const {columns, width, height} = plan;
  Object.assign(tree, {plan, opened, drawn: tree.nodes.map(() => null)});
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
  set(tree.svg, {viewBox: `0 0 ${width} ${height}`, width: width * zoom, height: height * zoom});
  reveal(tree, step);
}

function marks(nodes, edges) {
  const box = add(nodes, 'g');
  const shape = add(box, 'path', {class: 'shape'});
  const text = add(box, 'text', {x: PAD, dy: '.35em'}).appendChild(document.createTextNode(''));
  const glyph = add(box, 'path', {class: 'glyph'});
  return {box, shape, text, glyph, edge: edges && add(edges, 'path')};
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

function place({plan, nodes, drawn}, i) {
  const {box, shape, text, glyph, edge} = drawn[i];
  const {x, y, width, look, shown} = plan.boxes[i];
  const {parent} = nodes[i];
  box.dataset.i = i;
  put(box, 'transform', `translate(${x} ${y})`);
  put(shape, 'd', outline(look, width));
  if (text.data !== shown) text.data = shown;
  put(glyph, 'd', SIGNS[look] && `M${width - PAD - 10} 0${SIGNS[look]}`); // a transform is slower
  const from = plan.boxes[parent];
  put(edge, 'd', from ? curve(from, plan.columns[nodes[parent].step].end, plan.boxes[i]) : '');
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
    set(shape, {d: outline(kind, 32)});
    set(glyph, {d: SIGNS[kind] && `M11 0${SIGNS[kind]}`});
  }
  return picture;
}
