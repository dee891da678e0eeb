// One search tree as an SVG. Python has put its candidates in order; here they get pixels, and a step's looks.

const HEIGHT = 22, PITCH = 30, TOP = 30, SIDE = 12;      // px: a box, a row, the axis above, the margins beside
const PAD = 9, GLYPH = 17, LONGEST = 170;                // px: inside a box, for its sign, for its text
const GAP = [36, 72];                                    // px between columns: at least, and at most where room is left
const SIGNS = {                                          // drawn, as a font may lack them: 10 px wide, around y = 0
  kept: '', finished: 'm1 .5l3 3.5l5.5 -7.5', pruned: 'm2 -3l6 6m0 -6l-6 6', unfinished: 'm1 3h0m4.5 0h0m4.5 0h0',
  open: 'm2 -3c0 -3.5 6 -3.5 6 0c0 2 -3 2 -3 4m0 3.5h0',
};

function plant(template) {                                // an empty tree in a pane of its own
  const pane = template.content.cloneNode(true).firstElementChild, $ = selector => pane.querySelector(selector);
  return {pane, title: $('.title'), box: $('.box'), svg: $('.tree'), now: $('.now'), cover: $('.cover'), boxes: [], ticks: [],
    layers: {nodes: $('.nodes'), edges: $('.edges'), axis: $('.axis')}, room: null, pointed: null, cursor: null};
}

function read(tree, payload) {
  const grown = tree.payload?.id !== payload.id;
  tree.payload = payload;
  if (grown) {
    tree.nodes = payload.nodes.map(([step, parent, label, fate, logprob, sum, missed, alive]) =>
      ({step, parent, label, fate, logprob, sum, missed, alive, best: false}));
    for (const i of payload.best) tree.nodes[i].best = true;
  }
  for (const one of tree.nodes) one.rank = null;
  for (const [i, rank] of payload.ranks) tree.nodes[i].rank = rank;
  return grown;
}

// What a candidate looks like: as long as the reader is to guess, nothing beyond the `opened` step tells its fate.
const fate = (tree, one) => one.step > tree.opened ? 'open' : one.fate;
const best = (tree, one) => one.best && one.step <= tree.opened;

// The rows of each column. Python's order, the winner on top, would give it away: then likelier siblings come first.
function rows({nodes, opened}) {
  const order = nodes.map((_, i) => i), place = [];
  if (opened === Infinity) return order;
  const likely = i => nodes[i].sum ?? -Infinity;
  for (let from = 0, to; from < order.length; from = to) {
    for (to = from; to < order.length && nodes[to].step === nodes[from].step;) to++;
    const column = order.slice(from, to).sort((a, b) => place[nodes[a].parent] - place[nodes[b].parent] || likely(b) - likely(a) || a - b);
    column.forEach((i, row) => { place[i] = row; order[from + row] = i; });
  }
  return order;
}

function draw(tree, view) {
  lay(tree, view);
  const {columns, nodes, boxes} = tree;
  while (boxes.length > columns.length) pool(boxes.pop(), 0);
  columns.forEach(({shown}, step) => {
    pool(boxes[step] ??= [], shown.length, () => node(tree.layers));
    shown.forEach((i, row) => dot(tree, nodes[i], boxes[step][row], i));
  });
  tree.now.setAttribute('height', tree.height);
  raise(tree, one => best(tree, one));
  pool(tree.ticks, columns.length, () => ({box: add(tree.layers.axis, 'text', {y: 18})}));
  tree.ticks.forEach(({box}, step) => { put(box, 'x', columns[step].x); box.textContent = step || view.labels.axis; });
  set(tree.cover, {width: tree.width, height: TOP - 2});
  set(tree.svg, {viewBox: `0 0 ${tree.width} ${tree.height}`, width: tree.width * view.zoom, height: tree.height * view.zoom});
  reveal(tree, view);
}

function dot(tree, one, drawn, i) {                       // a candidate at its place
  const from = tree.nodes[one.parent], look = fate(tree, one);
  one.drawn = drawn;
  drawn.box.dataset.i = i;
  put(drawn.box, 'transform', `translate(${one.x} ${one.y})`);
  put(drawn.shape, 'd', outline(look, one.width));
  if (drawn.text.data !== one.shown) drawn.text.data = one.shown;
  put(drawn.glyph, 'd', SIGNS[look] && `M${one.width - PAD - 10} 0${SIGNS[look]}`);          // a transform is slower
  put(drawn.edge, 'd', from ? curve(from.x + from.width, from.y, tree.columns[from.step].end, one.x, one.y) : '');
}

// Writing an attribute that does not change still costs a layout.
function put(element, key, value) {
  const known = element.known ??= {};
  if (known[key] !== value) element.setAttribute(key, known[key] = value);
}

function lay(tree, view) {                                // x, y and width of each node, in px
  const {nodes, payload, opened} = tree, last = Math.min(payload.steps, opened + 1);
  const columns = tree.columns = Array.from({length: last + 1}, () => ({width: 0, shown: []}));
  columns[0].width = letters(view, view.labels.axis, false);
  for (const one of nodes) one.drawn = null;
  for (const i of rows(tree)) {
    const one = nodes[i], column = columns[one.step];
    if (!column || (fate(tree, one) === 'pruned' && !view.pruned)) continue;
    [one.shown, one.width] = short(view, one.label, fate(tree, one), best(tree, one));
    column.width = Math.max(column.width, one.width);
    one.y = TOP + PITCH * (column.shown.push(i) - .5);
  }
  const used = columns.reduce((sum, column) => sum + column.width, 2 * SIDE);
  tree.room ??= tree.box.clientWidth;                     // later kept by its observer: asking would lay out the page
  const gap = Math.max(GAP[0], Math.min(GAP[1], (tree.room / view.zoom - used) / Math.max(1, last)));
  let x = SIDE;
  for (const column of columns) {
    column.x = x;
    column.end = x + column.width;
    x = column.end + gap;
    for (const i of column.shown) nodes[i].x = column.x;
  }
  tree.width = Math.ceil(x - gap + SIDE);
  tree.height = TOP + PITCH * Math.max(...columns.map(column => column.shown.length)) + 6;
}

function letters(view, text, bold) {
  const pen = view.pen ??= document.createElement('canvas').getContext('2d'), known = view.measured ??= [new Map(), new Map()];
  if (!known[+bold].has(text)) {
    pen.font = `${bold ? 700 : 400} 13px ${view.font ??= getComputedStyle(view.root).fontFamily}`;
    known[+bold].set(text, pen.measureText(text).width);
  }
  return known[+bold].get(text);
}

function short(view, label, look, bold) {                 // what fits of a label, and how wide its box is
  let shown = label, wide = letters(view, shown, bold);
  while (wide > LONGEST) { shown = `${[...shown].slice(0, -2).join('')}…`; wide = letters(view, shown, bold); }
  return [shown, Math.ceil(Math.max(wide, 8) + 2 * PAD + (SIGNS[look] ? GLYPH : 0))];
}

function outline(look, width) {                           // around y = 0
  const round = (inset, r) => {
    const w = width - 2 * inset - 2 * r, h = HEIGHT - 2 * inset - 2 * r, k = .45 * r, m = r - k;     // k: near a circle
    return `M${inset + r} ${inset - HEIGHT / 2}h${w}c${m} 0 ${r} ${k} ${r} ${r}v${h}c0 ${m} ${-k} ${r} ${-r} ${r}`
      + `h${-w}c${-m} 0 ${-r} ${-k} ${-r} ${-r}v${-h}c0 ${-m} ${k} ${-r} ${r} ${-r}z`;
  };
  if (look === 'finished') return round(-1, 12) + round(2, 9);
  if (look === 'unfinished') return `M${width} ${-HEIGHT / 2}h${-width}v${HEIGHT}h${width}`;
  return round(0, look === 'pruned' ? 1 : 6);
}

// Straight to the end of its own column, so that it crosses no wider neighbour; it bends in the gap.
const curve = (x, y, end, to, down) => `M${x} ${y}H${end}C${(end + to) / 2} ${y} ${(end + to) / 2} ${down} ${to} ${down}`;

function node({nodes, edges}) {
  const box = add(nodes, 'g'), shape = add(box, 'path', {class: 'shape'});
  const text = add(box, 'text', {x: PAD, dy: '.35em'}).appendChild(document.createTextNode(''));
  return {box, shape, text, glyph: add(box, 'path', {class: 'glyph'}), edge: edges && add(edges, 'path')};
}

function pool(elements, count, make) {                    // as many as needed, made once and used again
  while (elements.length < count) elements.push(make());
  while (elements.length > count) {
    const {box, edge} = elements.pop();
    box?.remove();
    edge?.remove();
  }
}

// Show what has happened up to the step.
function reveal(tree, {step: asked, labels, pruned}, moved = false) {
  const {nodes, columns, payload, pointed} = tree, step = Math.min(asked, columns.length - 1);
  const lit = new Set(pointed == null ? [] : path(nodes, pointed)), lived = Math.min(step, tree.opened);
  nodes.forEach((one, i) => {
    if (!one.drawn) return;
    const state = one.step > step ? 'gone' : fate(tree, one) + (best(tree, one) ? ' best' : one.alive < lived ? ' dead' : '')
      + (lit.has(i) ? ' lit' : '') + (pointed === i ? ' at' : '') + (moved && one.step === asked ? ' new' : '');
    put(one.drawn.box, 'class', `node ${state}`);
    put(one.drawn.edge, 'class', `edge ${state}`);
  });
  tree.ticks.forEach(({box}, at) => put(box, 'class', at > step ? 'gone' : at === step ? 'at' : ''));
  const {x, width} = columns[step];
  put(tree.now, 'x', x - 6);
  put(tree.now, 'width', width + 12);
}

const raise = ({nodes, layers}, test) => layers.edges.append(...nodes.filter(one => one.drawn && test(one)).map(one => one.drawn.edge));

function path(nodes, i) {
  const found = [];
  for (; i != null; i = nodes[i].parent) found.push(i);
  return found;
}

function legend(list, trees, labels, last) {              // the looks that can be seen now
  const looks = new Set(), seen = trees.flatMap(tree => tree.nodes.slice(1).filter(one => one.drawn).map(one => [tree, one]));
  for (const [tree, one] of seen) {
    looks.add(fate(tree, one));
    if (one.fate === 'kept' && one.alive < Math.min(last, tree.opened)) looks.add('kept dead');
    if (best(tree, one)) looks.add('best');
  }
  const texts = {best: labels.best, kept: labels.kept, 'kept dead': labels.dead, finished: labels.finished,
    pruned: labels.pruned, unfinished: labels.unfinished, open: labels.open};
  list.setAttribute('aria-label', labels.legend);
  list.replaceChildren(...Object.keys(texts).filter(look => looks.has(look)).map(look => {
    const row = document.createElement('li'), picture = document.createElementNS(SVG, 'svg'), kind = look.split(' ')[0];
    set(picture, {width: 36, height: 26, viewBox: '-2 -13 36 26', 'aria-hidden': true});
    if (look === 'best') add(picture, 'path', {class: 'edge best', d: 'M0 0H32'});
    else {
      const {box, shape, glyph} = node({nodes: picture});
      set(box, {class: `node ${look}`});
      set(shape, {d: outline(kind, 32)});
      set(glyph, {d: SIGNS[kind] && `M11 0${SIGNS[kind]}`});
    }
    row.append(picture, texts[look]);
    return row;
  }));
}
