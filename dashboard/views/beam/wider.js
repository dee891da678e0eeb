// Which translation each beam size and α picks: a letter a cell, its colour a measure; a cell leads to its tree.

import {css, lettering, SCALES, shade} from '../../components/colour.js';
import {segments} from '../../components/controls.js';
import {add, drawn, fill, kept, later, make, redraw, sized, write} from '../../components/dom.js';
import {onResize, put} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';

const [LEFT, TOP, HIGH] = [74, 26, 34]; // px of the heads beside and above, and of a row
const WIDEST = 88; // px of a cell at most
const FIELDS = {logprob: 2, length: 1, chrf: 3}; // of an output
const viewOf = kept(() => ({pointed: null}));

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.send = () => setStateValue('at', {map: view.measure});
  view.open = cell => setTriggerValue('open', cell);
  if (view.root !== root) mount(view, root);
  if (view.data?.renewed !== data.renewed) view.measure = data.measure;
  Object.assign(view, {data, format: formats(data.labels.locale)});
  show(view);
}

function mount(view, root) {
  const picture = drawn('svg', {class: 'picture', role: 'img'});
  const box = Object.assign(make('div', 'box', picture), {tabIndex: 0});
  const line = make('p', 'line');
  const [head, body] = [make('tr'), make('tbody')];
  const list = make('div', 'wide', make('table', '', make('thead', '', head), body));
  const pick = segments(value => {
    view.measure = value;
    show(view);
    later(root, view.send);
  });
  box.setAttribute('role', 'group');
  line.setAttribute('role', 'status');
  box.onkeydown = event => key(view, event);
  box.onblur = box.onpointerleave = () => point(view, null);
  picture.onpointermove = ({target}) => point(view, placeOf(target));
  picture.onclick = ({target}) => take(view, placeOf(target));
  Object.assign(view, {root, box, picture, line, head, body, pick});
  root.replaceChildren(make('div', 'bar', pick.element), box, line, list);
  onResize(box, () => draw(view));
}

// [row, column] of a cell.
const placeOf = target => target.closest('[data-cell]')?.dataset.cell.split(',').map(Number);

export const letter = i => String.fromCharCode(65 + (i % 26)) + (i < 26 ? '' : Math.floor(i / 26));

// How far each output lies between the least and the most of a measure, 0 to 1; where all are alike, in the middle.
export function shares(outputs, field) {
  const values = outputs.map(output => output[field]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.map(value => (most > least ? (value - least) / (most - least) : 0.5));
}

// The cell that an arrow leads to from another.
export function beside([row, column], arrow, rows, columns) {
  const [down, right] = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  }[arrow];
  const within = (at, count) => Math.max(0, Math.min(count - 1, at));
  return [within(row + down, rows), within(column + right, columns)];
}

function key(view, event) {
  const {data, pointed} = view;
  if (event.altKey || event.ctrlKey || event.metaKey || !data.cells.length) return;
  if (event.key === 'Enter') take(view, pointed);
  else if (event.key.startsWith('Arrow')) {
    event.preventDefault();
    const {cells, alphas} = data;
    point(view, pointed ? beside(pointed, event.key, cells.length, alphas.length) : [0, 0]);
  }
}

function point(view, place) {
  if (String(view.pointed) === String(place)) return;
  view.pointed = place;
  draw(view);
  tell(view);
}

function take({data, open}, place) {
  if (place) open({beam: String(data.sizes[place[0]]), alpha: data.alphas[place[1]]});
}

function show(view) {
  const {data, pick, box, picture} = view;
  const {labels, outputs} = data;
  const scored = outputs.some(output => output[FIELDS.chrf] != null);
  const measures = Object.keys(FIELDS).filter(name => name !== 'chrf' || scored);
  const measure = measures.includes(view.measure) ? view.measure : measures[0];
  view.looks = shares(outputs, FIELDS[measure]).map(look);
  const options = measures.map(name => [name, labels[name]]);
  pick.show(labels.measure, options, measure);
  box.setAttribute('aria-label', labels.keys);
  picture.setAttribute('aria-label', data.description);
  list(view, scored ? 5 : 4);
  draw(view);
  tell(view);
}

function look(share) {
  const color = shade(SCALES.weight, share);
  return {ground: css(color), ink: lettering(color)};
}

// The outputs below the map, each with its letter in the colour that it has there.
function list({data, head, body, looks, format}, count) {
  const {labels, outputs} = data;
  const cell = (tag, text, i) => make(tag, i > 1 ? 'number' : '', text);
  head.replaceChildren(...labels.columns.slice(0, count).map((text, i) => cell('th', text, i)));
  const rows = outputs.map((output, i) => {
    const texts = [letter(i), ...written(output, format, labels)].slice(0, count);
    const row = make('tr', '', ...texts.map((text, j) => cell('td', text, j)));
    row.firstChild.style = `background:${looks[i].ground};color:${looks[i].ink}`;
    return row;
  });
  body.replaceChildren(...rows);
}

function written([text, length, logprob, chrf], {two, one}, {empty}) {
  const sum = two.format(logprob).replace('-', '−');
  return [text || empty, String(length), sum, chrf == null ? '' : one.format(chrf)];
}

function draw({data, picture, box, looks, pointed}) {
  const {sizes, alphas, cells, labels} = data;
  const wide = Math.min(WIDEST, Math.floor((box.clientWidth - LEFT) / alphas.length));
  if (wide < 1) return; // it has no room yet
  const middle = {dy: '.35em', 'text-anchor': 'middle'};
  sized(picture, LEFT + wide * alphas.length + 2, TOP + HIGH * sizes.length + 2);
  redraw(picture, () => {
    put(picture, 0, TOP / 2, labels.corner, 13, 'dim', {dy: '.35em'});
    alphas.forEach((alpha, column) => {
      const x = LEFT + column * wide;
      put(picture, x + wide / 2, TOP / 2, alpha, 13, 'dim', middle);
      sizes.forEach((_, row) => {
        const place = cells[row]?.[column];
        const frame = {x: x + 1, y: TOP + row * HIGH + 1, width: wide - 2, height: HIGH - 2, rx: 4};
        const here = String(pointed) === String([row, column]);
        square(picture, frame, place, looks[place], here ? 'frame here' : 'frame', [row, column]);
      });
    });
    sizes.forEach((size, row) => {
      const end = {dy: '.35em', 'text-anchor': 'end'};
      put(picture, LEFT - 14, TOP + (row + 0.5) * HIGH, size, 14, 'dim', end);
    });
  });
}

// A cell; one that is still to be searched has no letter.
function square(picture, frame, place, colours, style, at) {
  const known = place != null;
  const group = add(picture, 'g', known ? {class: 'cell', 'data-cell': at} : {});
  add(group, 'rect', {...frame, class: style, style: `fill:${known ? colours.ground : 'none'}`});
  const {x, y, width, height} = frame;
  const ink = known ? {style: `fill:${colours.ink}`} : {};
  const middle = {dy: '.35em', 'text-anchor': 'middle', ...ink};
  put(group, x + width / 2, y + height / 2, known ? letter(place) : '…', 15, '', middle);
}

// What is pointed at, in words; else the map in a sentence.
function tell({data, line, pointed, format}) {
  const {labels, cells, outputs, sizes, alphas, description} = data;
  const place = pointed && cells[pointed[0]]?.[pointed[1]];
  if (place == null) return write(line, description);
  const [text, length, sum, chrf] = written(outputs[place], format, labels);
  const facts = {text, length, sum, chrf, letter: letter(place)};
  const where = {beam: sizes[pointed[0]], alpha: alphas[pointed[1]]};
  return write(line, fill(chrf ? labels.scored : labels.cell, {...facts, ...where}));
}
