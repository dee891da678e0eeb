// A training as a film. The frames stay in the browser; the server only ever adds the newest ones.

const TICK = 90;                                         // ms a frame
const FRAME = ['step', 'epoch', 'tokens', 'seconds', 'loss', 'costs', 'output', 'weights'];
const VIRIDIS = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725'].map(
  hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16)));
const CELL = [12, 42], BARS = 150, SMALL = 13;           // px
const views = new WeakMap();                             // one per mounted component: survives reruns

export default function ({data, parentElement, setStateValue}) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, view = {frames: [], at: 0, following: true, playing: false, pick: {layer: null, head: null}});
  view.ask = () => setStateValue('have', {id: view.id, count: view.frames.length, at: Date.now()});
  const root = parentElement.querySelector('.root');
  if (view.root !== root) mount(view, root);
  accept(view, data);
  return () => clearTimeout(view.timer);
}

// ---- data in

function accept(view, data) {
  const before = view.data;
  if (view.id !== data.id) Object.assign(view, {id: data.id, frames: [], at: 0, following: true, playing: false});
  Object.assign(view, {data, labels: data.labels});
  if (data.first > view.frames.length) later(view, view.ask, 0);       // something was lost on the way
  else data.frames.forEach((values, i) => {
    view.frames[data.first + i] ??= Object.fromEntries(values.map((value, j) => [FRAME[j], value]));
  });
  write(view);
  if (!before || view.laid !== plan(data, view.width)) lay(view);
  show(view);
  run(view);
}

const plan = ({id, about, layers, heads, labels, hidden}, width) => JSON.stringify([id, about, layers, heads, labels.locale, hidden, width]);

function write(view) {
  const {data, labels, picks, range, pick} = view, number = digits => new Intl.NumberFormat(labels.locale, digits);
  view.exact = number({minimumFractionDigits: 2, maximumFractionDigits: 2});
  view.percent = number({style: 'percent', maximumFractionDigits: 0});
  view.whole = number({maximumFractionDigits: 0});
  range.setAttribute('aria-label', labels.slider);
  for (const act of ['back', 'forward']) name(view.buttons[act], labels[act]);
  for (const [what, select] of Object.entries(picks)) {
    const count = data[`${what}s`], asked = `${count} ${labels.locale}`;
    select.parentElement.hidden = count < 2;
    if (select.dataset.made === asked) continue;
    select.dataset.made = asked;
    if (pick[what] >= count) pick[what] = null;
    select.previousElementSibling.textContent = labels[what];
    select.setAttribute('aria-label', labels[what]);
    select.replaceChildren(new Option(labels.mean, 'mean'), ...Array.from({length: count}, (_, i) => new Option(String(i + 1), String(i))));
    select.value = pick[what] == null ? 'mean' : String(pick[what]);
  }
}

// ---- time

const last = view => view.frames.length - 1;

function go(view, index) {                                // by hand: stop, and follow only from the newest frame on
  view.playing = false;
  view.at = Math.max(0, Math.min(last(view), index));
  view.following = view.at >= last(view);
  show(view);
  run(view);
}

function run(view) {
  clearTimeout(view.timer);
  const moving = view.playing || (view.following && view.at < last(view));
  view.root.toggleAttribute('data-moving', moving);
  if (!moving) return;
  view.timer = setTimeout(() => {
    if (!view.root.isConnected) return;
    const left = last(view) - view.at;
    // Following, it never falls far behind; playing, each frame has its time.
    if (left > 0) view.at += view.playing ? 1 : Math.ceil(left / 8);
    if (view.playing && view.at >= last(view)) Object.assign(view, {playing: false, following: true});
    show(view);
    run(view);
  }, TICK);
}

function toggle(view) {
  const moving = view.playing || (view.following && view.data.live);
  if (moving) Object.assign(view, {playing: false, following: false});
  else Object.assign(view, {playing: true, following: false, at: view.at >= last(view) ? 0 : view.at});
  show(view);
  run(view);
}

// ---- one frame

function show(view) {
  const {data, labels, range, buttons, output, said} = view, frame = view.frames[view.at];
  const moving = view.playing || (view.following && data.live && view.frames.length > 0);
  Object.assign(range, {max: Math.max(0, last(view)), disabled: !frame});
  range.value = view.at;
  output.textContent = frame ? fill(labels.step, {step: view.whole.format(frame.step)}) : '';
  range.setAttribute('aria-valuetext', output.textContent);
  buttons.back.setAttribute('aria-disabled', !frame || view.at === 0);
  buttons.forward.setAttribute('aria-disabled', !frame || view.at === last(view));
  buttons.play.setAttribute('aria-disabled', !frame);
  name(buttons.play, moving ? labels.pause : labels.play);
  view.root.classList.toggle('playing', moving);
  view.root.dataset.frames = view.frames.length;          // how many have come
  said.setAttribute('aria-live', moving ? 'off' : 'polite');            // ten frames a second are too many to be read out
  const right = Boolean(frame) && frame.output === data.about.right, open = frame && !data.hidden;
  view.writes.textContent = open ? fill(right ? labels.writes_right : labels.writes, {output: frame.output || '␣'}) : '';
  view.writes.classList.toggle('is-right', open && right);
  const mean = frame && frame.costs.reduce((sum, cost) => sum + cost, 0) / frame.costs.length;
  view.loss.textContent = open ? fill(labels.loss, {loss: view.exact.format(mean)}) : '';
  paint(view, open ? frame : null);
}

function looks({data, pick}, frame) {                     // (rows × columns) of the chosen layer and head, or their mean
  const {layers, heads, about} = data, size = about.rows.length * about.columns.length, sum = new Float32Array(size);
  frame.cells ??= Uint8Array.from(atob(frame.weights), letter => letter.charCodeAt(0));
  let count = 0;
  for (let l = 0; l < layers; l++) for (let h = 0; h < heads; h++) {
    if ((pick.layer != null && pick.layer !== l) || (pick.head != null && pick.head !== h)) continue;
    count += 255;
    for (let i = 0; i < size; i++) sum[i] += frame.cells[(l * heads + h) * size + i];
  }
  return sum.map(value => value / count);
}

function color(value) {
  const place = Math.min(1, Math.max(0, value)) * (VIRIDIS.length - 1), low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  const mixed = VIRIDIS[low].map((part, i) => Math.round(part + (VIRIDIS[low + 1][i] - part) * (place - low)));
  return `rgb(${mixed.join(',')})`;
}

function paint(view, frame) {
  const {data, labels, cells, bars, picture} = view, {rows, columns} = data.about;
  const weights = frame?.weights ? looks(view, frame) : null;
  cells.forEach((cell, i) => {
    cell.classList.toggle('blank', !weights);
    cell.style.fill = weights ? color(weights[i]) : '';
    cell.firstChild.textContent = weights ? `${rows[Math.floor(i / columns.length)]} → ${columns[i % columns.length]}: ${view.exact.format(weights[i])}` : '';
  });
  bars.forEach(({bar, note, room}, row) => {
    const share = frame ? Math.exp(-frame.costs[row]) : 0;
    bar.setAttribute('width', (room * share).toFixed(1));
    note.textContent = frame ? view.percent.format(share) : '';
  });
  let text = data.hidden ? labels.hidden : labels.empty;
  if (weights) {
    const peak = row => { const part = weights.subarray(row * columns.length, (row + 1) * columns.length); return columns[part.indexOf(Math.max(...part))]; };
    const said = rows.map((token, row) => `${token} → ${peak(row)}`).join(', ');
    text = fill(labels.looks, {rows: rows.length, columns: columns.length, step: frame.step, looks: said});
  } else if (frame) {
    const said = rows.map((token, row) => `${token} ${view.percent.format(Math.exp(-frame.costs[row]))}`).join(', ');
    text = fill(labels.bars, {step: frame.step, bars: said});
  }
  picture.setAttribute('aria-label', text);
  if (view.veil) view.veil.style.display = frame ? 'none' : '';
}

// ---- the ground on which frames are painted

function put(parent, x, y, text, style = '') {
  const element = add(parent, 'text', {x, y, 'font-size': SMALL, class: style, dy: '.35em'});
  element.textContent = text;
  return element;
}

function letters(view, text, bold = false) {
  const pen = view.pen ??= document.createElement('canvas').getContext('2d');
  pen.font = `${bold ? 700 : 400} ${SMALL}px ${getComputedStyle(view.root).fontFamily}`;
  return pen.measureText(text).width;
}

const cut = text => [...text].length > 14 ? `${[...text].slice(0, 13).join('')}…` : text;

function lay(view) {
  const {picture, data, labels} = view, {rows, columns} = data.about, width = view.width;
  if (!width) return;
  view.laid = plan(data, width);
  picture.replaceChildren();
  const attends = data.attends, count = attends ? columns.length : 0, widest = list => Math.max(...list.map(one => letters(view, cut(one))));
  const left = widest(rows) + 10, beside = width < 480 ? 84 : BARS, room = beside - 52;
  const cell = Math.max(CELL[0], Math.min(CELL[1], Math.floor((width - left - beside - 14) / Math.max(1, count))));
  const high = attends ? cell : 26, slanted = attends && widest(columns) > cell - 2;
  const above = 22 + (attends ? (slanted ? widest(columns) * .82 + 20 : 22) : 4);
  put(picture, 0, 9, labels.target, 'dim');
  if (attends) put(picture, Math.max(left, letters(view, labels.target) + 18), 9, labels.source, 'dim');
  columns.slice(0, count).forEach((text, i) => {
    const x = left + (i + .5) * cell, label = put(picture, x, above - 11, cut(text));
    if (slanted) set(label, {transform: `rotate(-55 ${x} ${above - 11})`});
    else label.setAttribute('text-anchor', 'middle');
  });
  view.cells = [];
  view.bars = [];
  const x = left + count * cell + (attends ? 14 : 0), long = attends ? room : Math.min(360, width - left - 60);
  rows.forEach((text, row) => {
    const y = above + row * high, middle = y + high / 2;
    put(picture, 0, middle, cut(text));
    for (let i = 0; i < count; i++) {
      const rect = add(picture, 'rect', {x: left + i * cell, y, width: cell, height: high, class: 'cell blank'});
      add(rect, 'title');
      view.cells.push(rect);
    }
    const thick = Math.min(14, high - 4);
    add(picture, 'rect', {x, y: middle - thick / 2, width: long, height: thick, class: 'track'});
    const bar = add(picture, 'rect', {x, y: middle - thick / 2, width: 0, height: thick, class: 'share'});
    view.bars.push({bar, room: long, note: put(picture, x + long + 6, middle, '')});
  });
  if (attends) put(picture, x, above - 11, labels.right, 'dim');
  else put(picture, Math.max(x, letters(view, labels.target) + 18), 9, labels.right, 'dim');
  let height = above + rows.length * high + 8;
  if (attends) height = legend(view, left, height + 4);
  const full = Math.max(x + long + 46, left + count * cell);
  if (data.hidden || !view.frames.length) {
    view.veil = add(picture, 'g');
    const lines = cutTo(view, data.hidden ? labels.hidden : labels.empty, Math.min(full, width) - left - 32, 9), middle = above + rows.length * high / 2;
    const size = Math.max(...lines.map(line => letters(view, line, true))) + 32, wide = Math.min(full, width);
    const start = Math.max(0, (wide - size) / 2), tall = lines.length * 20 + 20;
    add(view.veil, 'rect', {x: start, y: middle - tall / 2, width: size, height: tall, rx: 6, class: 'curtain'});
    lines.forEach((line, i) => put(view.veil, start + 16, middle - tall / 2 + 20 + i * 20, line, 'strong'));
  } else view.veil = null;
  set(picture, {viewBox: `0 0 ${full} ${height}`, width: full, height});
  view.box.tabIndex = full > width + 1 ? 0 : -1;
}

function cutTo(view, text, room, most = 3) {              // lines that fit
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (lines.at(-1) && letters(view, longer) > room && lines.length < most) lines.push(word); else lines[lines.length - 1] = longer;
  }
  return lines;
}

function legend(view, x, y) {                             // what the colours mean
  const {picture, labels} = view, step = 14;
  put(picture, x, y + 8, `${labels.weight}  0`, 'dim');
  let left = x + letters(view, `${labels.weight}  0`) + 8;
  for (let i = 0; i <= 8; i++, left += step) set(add(picture, 'rect', {x: left, y, width: step, height: 14}), {fill: color(i / 8)});
  put(picture, left + 6, y + 8, '1', 'dim');
  return y + 22;
}

// ---- wiring

function mount(view, root) {
  const $ = selector => root.querySelector(selector), every = selector => [...root.querySelectorAll(selector)];
  Object.assign(view, {root, laid: null, width: 0, picture: $('.picture'), box: $('.box'), range: $('input'), output: $('output'),
    said: $('.said'), writes: $('.writes'), loss: $('.loss'), cells: [], bars: [], veil: null,
    buttons: Object.fromEntries(every('button').map(button => [button.dataset.act, button])),
    picks: Object.fromEntries(every('select').map(select => [select.dataset.pick, select]))});
  const {buttons, range, picks, box} = view;
  view.width = box.clientWidth;
  buttons.back.onclick = () => go(view, view.at - 1);
  buttons.forward.onclick = () => go(view, view.at + 1);
  buttons.play.onclick = () => { if (view.frames.length) toggle(view); };
  range.oninput = () => go(view, +range.value);
  for (const what in picks) picks[what].onchange = () => { view.pick[what] = picks[what].value === 'mean' ? null : +picks[what].value; show(view); };
  onPageKeys(root, event => {
    if (!view.frames.length) return;
    const moves = {
      ArrowLeft: () => go(view, view.at - 1), ArrowRight: () => go(view, view.at + 1),
      Home: () => go(view, 0), End: () => go(view, last(view)),
    };
    // Space presses a button, opens what is folded: only elsewhere it plays.
    if (!event.composedPath().some(element => element.matches?.('button, a, summary, [role=button], [role=tab]'))) moves[' '] = () => toggle(view);
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });
  new ResizeObserver(() => {
    if (!view.data || box.clientWidth === view.width) return;
    view.width = box.clientWidth;
    lay(view);
    show(view);
  }).observe(box);
}
