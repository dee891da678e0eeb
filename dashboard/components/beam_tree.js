// A search tree that grows. Python has chosen each node's column and row; here they get pixels, a step and a voice.

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 22, PITCH = 30, TOP = 30, SIDE = 12;      // px: a box, a row, the axis above, the margins beside
const PAD = 9, GLYPH = 17, LONGEST = 170;                // px: inside a box, for its sign, for its text
const GAP = [36, 72];                                    // px between columns: at least, and at most where room is left
const PACE = 650;                                        // ms a step
const ZOOMS = [0.85, 1, 1.25, 1.6, 2];                   // the smallest keeps 13px letters at 11px
const SIGNS = {                                          // drawn, as a font may lack them: 10 px wide, around y = 0
  kept: '', finished: 'm1 .5l3 3.5l5.5 -7.5', pruned: 'm2 -3l6 6m0 -6l-6 6', unfinished: 'm1 3h0m4.5 0h0m4.5 0h0',
};
const views = new WeakMap();                             // one per mounted component: survives reruns

export default function ({data, parentElement}) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, view = {pruned: true, zoom: 1, playing: false, chosen: false});
  const root = parentElement.querySelector('.root');
  if (view.root !== root) mount(view, root);
  accept(view, data);
  if (view.playing) play(view);
  return () => clearTimeout(view.timer);
}

// ---- data in

function accept(view, data) {
  const fresh = view.data?.id !== data.id, words = JSON.stringify(data.labels), reworded = view.words !== words;
  Object.assign(view, {data, words, labels: data.labels});
  view.box.style.setProperty('--height', `${data.height}px`);
  if (fresh) {
    view.nodes = data.nodes.map(([step, row, parent, label, fate, logprob, sum, missed, best, alive, rank]) =>
      ({step, row, parent, label, fate, logprob, sum, missed, best, alive, rank}));
    view.step = view.chosen ? Math.min(view.step, data.steps) : data.steps;
  }
  if (fresh || reworded) {
    close(view);
    write(view);
    legend(view);
    draw(view);
  }
}

function write(view) {
  const {root, box, range, check, labels, data} = view;
  view.number = new Intl.NumberFormat(labels.locale, {minimumFractionDigits: 2, maximumFractionDigits: 2});
  view.percent = new Intl.NumberFormat(labels.locale, {style: 'percent', maximumSignificantDigits: 3});
  for (const button of root.querySelectorAll('button')) name(button, labels[button.dataset.act]);
  range.setAttribute('aria-label', labels.slider);
  check.nextElementSibling.textContent = labels.show_pruned;
  box.setAttribute('aria-label', `${labels.tree}. ${labels.keys}`);
  root.querySelector('.tree').setAttribute('aria-label', labels.description);
  root.querySelector('.legend').setAttribute('aria-label', labels.legend);
  root.querySelector('.omitted').textContent = data.omitted ? fill(labels.omitted, {n: data.omitted}) : '';
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const name = (element, text) => { element.title = text; element.setAttribute('aria-label', text); };

// ---- drawing

function draw(view) {
  const {nodes, tree} = view;
  place(view);
  pool(view.boxes, nodes.length, () => node(view.layers.nodes));
  pool(view.edges, nodes.length, () => add(view.layers.edges, 'path'));
  pool(view.ticks, view.columns.length, () => add(view.layers.axis, 'text'));
  nodes.forEach((one, i) => {
    const box = view.boxes[i];
    box.dataset.i = i;
    box.setAttribute('transform', `translate(${one.x} ${one.y})`);
    const [shape, text, glyph] = box.children;
    shape.setAttribute('d', outline(one.fate, one.width));
    text.firstChild.data = one.shown;
    glyph.setAttribute('d', `M${one.width - PAD - 10} 0${SIGNS[one.fate]}`);     // a transform is slower
    const from = nodes[one.parent];
    view.edges[i].setAttribute('d', from ? curve(from.x + from.width, from.y, view.columns[from.step].end, one.x, one.y) : '');
  });
  raise(view, i => nodes[i].best);
  view.ticks.forEach((tick, step) => {
    set(tick, {x: view.columns[step].x, y: 18});
    tick.textContent = step || view.labels.axis;
  });
  set(view.cover, {width: view.width, height: TOP - 2});
  set(tree, {viewBox: `0 0 ${view.width} ${view.height}`, width: view.width * view.zoom, height: view.height * view.zoom});
  reveal(view);
}

function place(view) {                                    // x, y and width of each node, in px
  const {nodes, data, box} = view, columns = view.columns = [];
  for (let step = 0; step <= data.steps; step++) columns.push({width: 0, rows: 0});
  for (const one of nodes) {
    const column = columns[one.step];
    if (one.row === 0 && one.step === 0) column.width = letters(view, view.labels.axis, false);
    [one.shown, one.width] = short(view, one);
    column.width = Math.max(column.width, one.width);
    if (view.pruned || one.fate !== 'pruned') one.y = TOP + PITCH * (column.rows++ + .5);
  }
  const used = columns.reduce((sum, column) => sum + column.width, 2 * SIDE), gaps = Math.max(1, data.steps);
  const gap = Math.max(GAP[0], Math.min(GAP[1], (box.clientWidth / view.zoom - used) / gaps));
  let x = SIDE;
  for (const column of columns) { column.x = x; column.end = x + column.width; x = column.end + gap; }
  for (const one of nodes) one.x = columns[one.step].x;
  view.width = Math.ceil(x - gap + SIDE);
  view.height = TOP + PITCH * Math.max(...columns.map(column => column.rows)) + 6;
}

function letters(view, text, bold) {
  const pen = view.pen ??= document.createElement('canvas').getContext('2d');
  pen.font = `${bold ? 700 : 400} 13px ${view.font ??= getComputedStyle(view.root).fontFamily}`;
  return pen.measureText(text).width;
}

function short(view, {label, best, fate}) {               // what fits of a label, and how wide its box is
  let shown = label, wide = letters(view, shown, best);
  while (wide > LONGEST) { shown = `${[...shown].slice(0, -2).join('')}…`; wide = letters(view, shown, best); }
  return [shown, Math.ceil(Math.max(wide, 8) + 2 * PAD + (SIGNS[fate] ? GLYPH : 0))];
}

function outline(fate, width) {                           // around y = 0
  const round = (inset, r) => {
    const w = width - 2 * inset - 2 * r, h = HEIGHT - 2 * inset - 2 * r, k = .45 * r, m = r - k;     // k: near a circle
    return `M${inset + r} ${inset - HEIGHT / 2}h${w}c${m} 0 ${r} ${k} ${r} ${r}v${h}c0 ${m} ${-k} ${r} ${-r} ${r}`
      + `h${-w}c${-m} 0 ${-r} ${-k} ${-r} ${-r}v${-h}c0 ${-m} ${k} ${-r} ${r} ${-r}z`;
  };
  if (fate === 'finished') return round(-1, 12) + round(2, 9);
  if (fate === 'unfinished') return `M${width} ${-HEIGHT / 2}h${-width}v${HEIGHT}h${width}`;
  return round(0, fate === 'pruned' ? 1 : 6);
}

// Straight to the end of its own column, so that it crosses no wider neighbour; it bends in the gap.
const curve = (x, y, end, to, down) => `M${x} ${y}H${end}C${(end + to) / 2} ${y} ${(end + to) / 2} ${down} ${to} ${down}`;
const set = (element, values) => { for (const key in values) element.setAttribute(key, values[key]); };
const add = (parent, tag) => parent.appendChild(document.createElementNS(SVG, tag));

function node(parent) {
  const box = add(parent, 'g');
  add(box, 'path').setAttribute('class', 'shape');
  const text = add(box, 'text');
  set(text, {x: PAD, dy: '.35em'});
  text.append('');                                         // written by its data: setting textContent is slower
  add(box, 'path').setAttribute('class', 'glyph');
  return box;
}

function pool(elements, count, make) {                    // as many as needed, made once and used again
  while (elements.length < count) elements.push(make());
  while (elements.length > count) elements.pop().remove();
}

function legend({root, labels, nodes, data}) {
  const fates = new Set(nodes.slice(1).map(one => one.fate));
  const rows = Object.keys(SIGNS).filter(fate => fates.has(fate)).map(fate => [fate, labels[fate]]);
  if (nodes.some(one => one.fate === 'kept' && one.alive < data.steps)) rows.splice(1, 0, ['kept dead', labels.dead]);
  if (nodes.some(one => one.best)) rows.unshift(['best', labels.best]);
  root.querySelector('.legend').replaceChildren(...rows.map(([fate, text]) => {
    const row = document.createElement('li'), picture = document.createElementNS(SVG, 'svg');
    set(picture, {width: 36, height: 26, viewBox: '-2 -13 36 26', 'aria-hidden': true});
    if (fate === 'best') {
      const line = add(picture, 'path');
      set(line, {class: 'edge best', d: 'M0 0H32'});
    } else {
      const [shape, , glyph] = node(picture).children, kind = fate.split(' ')[0];
      shape.parentNode.setAttribute('class', `node ${fate}`);
      shape.setAttribute('d', outline(kind, 32));
      glyph.setAttribute('d', `M11 0${SIGNS[kind]}`);
    }
    row.append(picture, text);
    return row;
  }));
}

// ---- the step

function reveal(view, moved = false) {                    // show what has happened up to the step
  const {nodes, step, data, labels, columns} = view;
  const lit = new Set(view.pointed == null ? [] : path(nodes, view.pointed));
  nodes.forEach((one, i) => {
    const gone = one.step > step || (one.fate === 'pruned' && !view.pruned);
    const state = gone ? 'gone' : one.fate + (one.best ? ' best' : one.alive < step ? ' dead' : '')
      + (lit.has(i) ? ' lit' : '') + (view.pointed === i ? ' at' : '') + (moved && one.step === step ? ' new' : '');
    dress(view.boxes[i], `node ${state}`);
    dress(view.edges[i], `edge ${state}`);
  });
  view.ticks.forEach((tick, at) => dress(tick, at > step ? 'gone' : at === step ? 'at' : ''));
  const now = columns[step];
  set(view.now, {x: now.x - 6, y: 0, width: now.width + 12, height: view.height});
  const text = fill(labels.step, {n: step, N: data.steps});
  view.range.max = data.steps;
  view.range.value = step;
  view.range.setAttribute('aria-valuetext', text);
  view.output.textContent = text;
  view.check.checked = view.pruned;
  const idle = {                                          // not `disabled`, which would drop the keyboard's focus
    back: step === 0, forward: step === data.steps, end: step === data.steps,
    smaller: view.zoom === ZOOMS[0], larger: view.zoom === ZOOMS.at(-1),
  };
  for (const [act, state] of Object.entries(idle)) view.buttons[act].setAttribute('aria-disabled', state);
  view.root.classList.toggle('playing', view.playing);
  name(view.buttons.play, view.playing ? labels.pause : labels.play);
}

const raise = ({layers, edges}, test) => layers.edges.append(...edges.filter((_, i) => test(i)));    // to the top
const dress = (element, style) => { if (element.getAttribute('class') !== style) element.setAttribute('class', style); };

function path(nodes, i) {
  const found = [];
  for (; i != null; i = nodes[i].parent) found.push(i);
  return found;
}

function go(view, step) {
  view.step = Math.max(0, Math.min(view.data.steps, step));
  view.chosen = view.step < view.data.steps;
  hide(view);
  reveal(view, true);
  follow(view);
}

const still = matchMedia('(prefers-reduced-motion: reduce)');

function follow({columns, step, box, zoom, playing}) {    // keep the newest column in view
  const {x, end} = columns[step], left = (x - SIDE) * zoom, right = (end + SIDE) * zoom;
  const behavior = playing && !still.matches ? 'smooth' : 'auto';
  if (right > box.scrollLeft + box.clientWidth) box.scrollTo({left: right - box.clientWidth, behavior});
  else if (left < box.scrollLeft) box.scrollTo({left, behavior});
}

function play(view) {
  clearTimeout(view.timer);
  view.timer = setTimeout(() => {
    if (!view.root.isConnected) return;
    if (view.step + 1 >= view.data.steps) view.playing = false;
    go(view, view.step + 1);
    if (view.playing) play(view);
  }, PACE);
}

function toggle(view) {
  view.playing = !view.playing;
  clearTimeout(view.timer);
  if (view.playing) { go(view, view.step >= view.data.steps ? 0 : view.step); play(view); }
  else reveal(view);
}

function stop(view, step) { view.playing = false; clearTimeout(view.timer); go(view, step); }

// ---- pointing

function show(view, i) {
  const one = view.nodes[i], {labels, tip} = view;
  view.pointed = i;
  reveal(view);
  const lit = new Set(path(view.nodes, i));
  raise(view, at => view.nodes[at].best);
  raise(view, at => lit.has(at));
  const sum = value => value == null ? '−∞' : view.number.format(value).replace('-', '−');
  const rows = one.step === 0 ? [] : [
    [labels.logprob, sum(one.logprob)],
    [labels.probability, view.percent.format(one.logprob == null ? 0 : Math.exp(one.logprob))],
    [labels.sum, sum(one.sum)],
  ];
  if (one.missed != null) rows.push([labels.missed, sum(one.missed)]);
  if (one.rank != null) rows.push([labels.rank, fill(labels.rank_of, {n: one.rank, N: view.data.hypotheses})]);
  const head = document.createElement('b'), list = document.createElement('dl');
  head.textContent = one.label;
  for (const row of rows) row.forEach((text, k) => { list.appendChild(document.createElement(k ? 'dd' : 'dt')).textContent = text; });
  tip.replaceChildren(head, one.step ? ` · ${labels[one.fate]}` : '', list);
  tip.hidden = false;
  tip.style.left = tip.style.top = '0';
  const frame = view.root.getBoundingClientRect(), box = view.boxes[i].getBoundingClientRect(), size = tip.getBoundingClientRect();
  const beside = box.right + 10 + size.width < frame.right;             // there it hides neither the path nor the column
  const below = (beside ? box.top : box.bottom + 8) + size.height < innerHeight;
  const left = beside ? box.right + 10 : Math.min(box.left, frame.right - size.width);
  const top = below ? (beside ? box.top : box.bottom + 8) : (beside ? box.bottom : box.top - 8) - size.height;
  tip.style.left = `${Math.max(0, left - frame.left)}px`;
  tip.style.top = `${top - frame.top}px`;
}

function close(view) {                                    // without a redraw, for whoever redraws anyway
  view.pointed = view.cursor = null;
  view.tip.hidden = true;
  view.tip.replaceChildren();
}

function hide(view) {
  if (view.pointed == null) return;
  close(view);
  raise(view, i => view.nodes[i].best);
  reveal(view);
}

function point(view, i) {                                 // by keyboard: also bring it into the box
  if (i == null) return;
  const {box, zoom} = view, {y} = view.nodes[i];
  if ((y + PITCH) * zoom > box.scrollTop + box.clientHeight) box.scrollTop = (y + PITCH) * zoom - box.clientHeight;
  if ((y - PITCH - TOP) * zoom < box.scrollTop) box.scrollTop = (y - PITCH - TOP) * zoom;
  follow(view);
  show(view, i);
  view.cursor = i;
}

const visible = (view, test) => view.nodes.flatMap((one, i) => test(one) && (view.pruned || one.fate !== 'pruned') ? [i] : []);

function walk(view, by) {                                 // up or down the newest column
  const column = visible(view, one => one.step === view.step), at = column.indexOf(view.cursor);
  point(view, at < 0 ? column[0] : column[Math.max(0, Math.min(column.length - 1, at + by))]);
}

function stride(view, by) {                               // a step back or on, along the pointed path
  const {cursor, nodes} = view;
  stop(view, view.step + by);
  if (cursor == null) return;
  point(view, by < 0 ? nodes[cursor].parent : visible(view, one => one.parent === cursor)[0]);
}

// ---- wiring

function mount(view, root) {
  const $ = selector => root.querySelector(selector), tree = $('.tree');
  Object.assign(view, {root, tree, boxes: [], edges: [], ticks: [], data: null, font: null,
    box: $('.box'), range: $('input[type=range]'), check: $('input[type=checkbox]'), output: $('output'), tip: $('.tip'),
    now: $('.now'), cover: $('.cover'),
    layers: {nodes: $('.nodes'), edges: $('.edges'), axis: $('.axis')},
    buttons: Object.fromEntries([...root.querySelectorAll('button')].map(button => [button.dataset.act, button]))});
  const acts = {
    back: () => stop(view, view.step - 1), forward: () => stop(view, view.step + 1), end: () => stop(view, view.data.steps),
    play: () => toggle(view), smaller: () => zoom(view, -1), larger: () => zoom(view, 1),
  };
  for (const [act, button] of Object.entries(view.buttons)) button.onclick = acts[act];
  view.range.oninput = () => stop(view, +view.range.value);
  view.check.onchange = () => { view.pruned = view.check.checked; close(view); draw(view); };
  tree.onpointerover = event => {
    const box = event.target.closest('.node');
    if (!box) hide(view);
    else if (view.pointed !== +box.dataset.i) show(view, +box.dataset.i);
  };
  tree.onpointerleave = event => { if (event.pointerType !== 'touch') hide(view); };          // a finger leaves at once
  root.onkeydown = event => key(view, event);
  view.box.onscroll = () => view.layers.axis.setAttribute('transform', `translate(0 ${view.box.scrollTop / view.zoom})`);
  let width = view.box.clientWidth;
  new ResizeObserver(() => {
    if (!view.data || view.box.clientWidth === width) return;
    width = view.box.clientWidth;
    close(view);
    draw(view);
  }).observe(view.box);
  if (document.fonts.status === 'loading') document.fonts.ready.then(() => { if (view.data) draw(view); });
}

function zoom(view, by) {
  view.zoom = ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, ZOOMS.indexOf(view.zoom) + by))];
  close(view);
  draw(view);
}

function key(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const at = event.target, range = at.matches('input[type=range]'), press = at.matches('button, input[type=checkbox]');
  const moves = {
    ArrowLeft: () => stride(view, -1), ArrowRight: () => stride(view, 1), Home: () => stop(view, 0), End: () => stop(view, view.data.steps),
    ArrowUp: () => walk(view, -1), ArrowDown: () => walk(view, 1),
  };
  const act = {...(range ? {} : moves), ...(press ? {} : {' ': () => toggle(view)}), Escape: () => hide(view)}[event.key];
  if (!act) return;
  if (event.key !== 'Escape') { event.preventDefault(); event.stopPropagation(); }
  act();
}
