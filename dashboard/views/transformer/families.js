// One sentence through an RNN and through a Transformer: how far a signal travels between two words the reader picks.

import {list} from '../../components/controls.js';
import {add, drawn, fill, kept, later, make, redraw, sized} from '../../components/dom.js';
import {cut, inkOf, onResize, prose, put, WIDE} from '../../components/ink.js';

const NOTE = 13; // px of letters
const NAMES = 74; // px for the names of tokens, which stand aslant
const LEFT = 6; // px before the first token
const MARGIN = 50; // px that its line is shorter than the picture, for the last one's name
const BOW = 44; // px that a way between tokens swings out
const APART = 40; // px between the two pictures
const ENDS = ['first', 'second'];
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () =>
    setStateValue('at', {first: String(view.at.first + 1), second: String(view.at.second + 1)});
  if (view.root !== root) mount(view, root);
  if (view.data?.id !== data.id)
    view.at = {first: Number(data.at.first) - 1, second: Number(data.at.second) - 1};
  Object.assign(view, {data, labels: data.labels});
  show(view);
}

function mount(view, root) {
  const picks = Object.fromEntries(
    ENDS.map(end => [end, list(value => pick(view, {[end]: Number(value)}))]),
  );
  const picture = drawn('svg', {class: 'picture', role: 'img'});
  const line = make('p', 'line');
  line.setAttribute('role', 'status');
  const box = make('div', 'box', picture);
  root.replaceChildren(make('div', 'bar', ...ENDS.map(end => picks[end].element)), line, box);
  picture.onclick = ({target}) => {
    const at = target.closest('[data-at]')?.dataset.at;
    if (at != null) pick(view, {first: view.at.second, second: Number(at)});
  };
  Object.assign(view, {root, picks, picture, line, box, data: null, ink: inkOf(root)});
  onResize(box, () => {
    view.ink = inkOf(root);
    show(view);
  });
}

function pick(view, changes) {
  Object.assign(view.at, changes);
  later(view.root, view.tell);
  show(view);
}

function show(view) {
  const {data, labels, picks, picture, line, box, at} = view;
  const width = box.clientWidth;
  if (!data || !width) return;
  const {words} = data;
  const options = words.map((word, i) => [String(i), `${i + 1} ${word}`]);
  for (const end of ENDS) picks[end].show(labels[end], options, String(at[end]));
  const facts = {
    first: words[at.first],
    second: words[at.second],
    rnn: wayOf(data.rnn, at),
    transformer: Math.min(1, wayOf(data.transformer, at)),
  };
  line.textContent = fill(labels.described, facts);
  picture.setAttribute('aria-label', line.textContent);
  const wide = width >= WIDE;
  const each = wide ? (width - APART) / 2 : width;
  redraw(picture, () => {
    const left = family(view, data.rnn, 'rnn', {x: 0, y: 0, width: each});
    const right = wide ? {x: each + APART, y: 0} : {x: 0, y: left + 16};
    const below = family(view, data.transformer, 'transformer', {...right, width: each});
    sized(picture, width, Math.max(left, below) + 4);
  });
}

// The outer tokens of the two words, as a network cuts them.
export const endsOf = ({words}, {first, second}) =>
  first <= second ? [words[first][0], words[second][1]] : [words[first][1], words[second][0]];

const wayOf = (model, at) => {
  const [first, second] = endsOf(model, at);
  return Math.abs(first - second);
};

// One family: encoder, what it hands over, decoder.
function family(view, model, kind, {x, y: top, width}) {
  const {ink, picture, labels, at} = view;
  const {sources, written, words} = model;
  const ends = endsOf(model, at);
  const inside = [at.first, at.second].map(word => words[word]);
  const picked = sources.map((_, i) => inside.some(([low, high]) => low <= i && i <= high));
  let y = prose(ink, picture, x, top, width, labels[kind], 16, 'strong', true);
  y = prose(ink, picture, x, y, width, model.title, NOTE, 'dim');
  const reading = kind === 'rnn' ? labels.encoder : `${labels.encoder}: ${labels.all}`;
  y = prose(ink, picture, x, y, width, reading, NOTE, 'dim');
  const line = {x: x + LEFT, width: width - MARGIN};
  names(view, sources, {...line, y: y + NAMES}, picked, -50);
  y += NAMES + 16;
  const reads = dots(view, sources.length, {...line, y}, picked, words);
  const path = kind === 'rnn' ? chain : arc;
  path(picture, reads, y, ends);
  y = handover(view, kind, model, {x, y: y + BOW + 14, width}, reads);
  const writes = dots(view, written.length, {...line, y: y + 16}, [], null);
  if (kind === 'rnn') chain(picture, writes, y + 16, [0, 0]);
  names(view, written, {...line, y: y + 42}, [], 40);
  put(picture, x, y + NAMES + 46, labels.decoder, NOTE, 'dim');
  return y + NAMES + 52;
}

// Where circles stand: [{x, radius}]. A click picks the word that a token is of.
function dots({picture}, count, {x, y, width}, picked, words) {
  const each = width / count;
  const radius = Math.max(1.5, Math.min(10, each / 3.2));
  return Array.from({length: count}, (_, i) => {
    const middle = x + (i + 0.5) * each;
    const style = picked[i] ? 'node now' : 'node';
    const circle = add(picture, 'circle', {cx: middle, cy: y, r: radius, class: style});
    if (words) circle.dataset.at = words.findIndex(([, last]) => i <= last);
    return {x: middle, radius};
  });
}

// Aslant, up or down by the angle.
function names({ink, picture}, tokens, {x, y, width}, picked, angle) {
  const each = width / tokens.length;
  tokens.forEach((text, i) => {
    if (each < 16 && !picked[i]) return;
    const middle = x + (i + 0.5) * each;
    const style = picked[i] ? 'strong' : '';
    const shown = cut(ink, text, NOTE, NAMES, true);
    put(picture, middle, y, shown, NOTE, style, {transform: `rotate(${angle} ${middle} ${y})`});
  });
}

// Step by step, the way between the ends marked.
function chain(picture, nodes, y, [first, second]) {
  const [low, high] = [Math.min(first, second), Math.max(first, second)];
  for (let i = 0; i + 1 < nodes.length; i++) {
    const style = i >= low && i < high ? 'way now' : 'way';
    const from = nodes[i].x + nodes[i].radius;
    add(picture, 'path', {
      class: style,
      d: `M${from} ${y}H${nodes[i + 1].x - nodes[i + 1].radius}`,
    });
  }
}

// Everyone with everyone: from the second end to all, the first marked.
function arc(picture, nodes, y, [first, second]) {
  const to = nodes[second];
  const bow = node => {
    const depth = Math.min(2 * BOW - 24, 12 + Math.abs(node.x - to.x) / 4);
    return `M${node.x} ${y + node.radius}Q${(node.x + to.x) / 2} ${y + node.radius + depth} ${to.x} ${y + to.radius}`;
  };
  for (const [i, node] of nodes.entries())
    if (i !== second && i !== first) add(picture, 'path', {class: 'way', d: bow(node)});
  if (first !== second) add(picture, 'path', {class: 'way now', d: bow(nodes[first])});
}

// What goes to the decoder: one vector, and perhaps looks back; or a vector a token.
function handover({ink, picture, labels}, kind, {attends}, {x, y, width}, reads) {
  const middle = x + width / 2;
  const recurrent = kind === 'rnn';
  if (recurrent)
    add(picture, 'path', {
      class: 'way now',
      d: `M${reads.at(-1).x} ${y - BOW - 4}V${y + 2}H${middle}V${y + 14}`,
    });
  else
    for (const node of reads)
      add(picture, 'path', {class: 'way', d: `M${node.x} ${y + 6}V${y + 14}`});
  const box = {x: x + 1, y: y + 14, width: width - 2, height: 26, rx: 5};
  add(picture, 'rect', {class: 'context', ...box});
  const looks = attends ? ` + ${labels.looks}` : '';
  const text = recurrent ? labels.context + looks : labels.vectors;
  const look = {dy: '.35em', 'text-anchor': 'middle'};
  put(picture, middle, y + 27, cut(ink, text, NOTE, width - 12, false), NOTE, '', look);
  return y + 46;
}
