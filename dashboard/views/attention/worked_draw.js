// Matrices as pictures: rows with their words, a cell a number, the chosen row and pair marked.

import {picture as image, lettering, mix, raster, SCALES, shade} from '../../components/colour.js';
import {add, write} from '../../components/dom.js';
import {cut, prose, put, widest} from '../../components/ink.js';

const NOTE = 13; // px of letters
const TICK = 12; // of labels
const NAMES = 104; // px of labels at most
const LEAST = {thin: 100, plain: 180}; // px of a matrix, where several stand beside each other
const APART = {thin: 12, plain: 26}; // px between matrices
const ROW = {least: 3, most: 24, labelled: 12}; // px of a row
const CELL = {least: 4, most: 52, written: 38, labelled: 12}; // px of a cell of a square matrix
const TALL = 460; // px of a matrix, where its rows allow it

// What most numbers stay below, so that a few large ones leave the others their colours.
export function reach(values) {
  const sizes = Float64Array.from(values, Math.abs).filter(Number.isFinite).sort();
  return sizes[Math.floor((sizes.length - 1) * 0.98)] || 1;
}

// A spec is {title, matrix: {rows, columns, values}, words, heads, role, shares, mark, column, band, tall}: `words` beside
// the rows or none, `heads` above the columns or none, `role` whether a row is a "query" or a "key", `shares` whether its
// numbers are weights, `closed(row, column)` whether one is masked, `mark` the chosen row, `column` the chosen column,
// `band` [from, to] columns of one head, `tall` px of all rows, where these are to be thin.
// Rows of specs stand below each other, the specs of one beside each other where there is room. → the height
export function drawMatrices(parent, scene, rows) {
  let y = 0;
  for (const specs of rows) {
    const kind = specs[0].tall ? 'thin' : 'plain';
    const [least, apart] = [LEAST[kind], APART[kind]];
    const beside = scene.width >= least * specs.length ? specs.length : 1;
    for (let i = 0; i < specs.length; i += beside) {
      const part = specs.slice(i, i + beside);
      const free = (scene.width - apart * (part.length - 1)) / part.length;
      const bottoms = part.map((spec, j) =>
        drawMatrix(parent, scene, spec, j * (free + apart), y, free),
      );
      y = Math.max(...bottoms) + 14;
    }
  }
  return y;
}

function drawMatrix(parent, scene, spec, left, top, width) {
  const {ink, hits} = scene;
  const {matrix, words, heads} = spec;
  const place = sizesOf(ink, spec, width);
  const below = titled(ink, parent, spec.title, left, top, width);
  const [x, y] = [left + place.names, below + 4 + place.above];
  const size = {width: place.cell * matrix.columns, height: place.row * matrix.rows};
  const frame = {x, y, ...size};
  image(parent, frame, raster(matrix.columns, matrix.rows, coloured(scene, spec)));
  for (const [i, word] of words.entries())
    if (place.row >= ROW.labelled || i === spec.mark)
      label(parent, scene, spec, word, i, place, x, y);
  if (heads && place.cell >= CELL.labelled)
    for (const [j, word] of heads.entries()) slanted(parent, scene, spec, word, j, place, x, y);
  if (place.cell >= CELL.written && heads) written(parent, scene, spec, place, x, y);
  marks(parent, spec, place, frame);
  hits.push({...frame, ...place, spec});
  return y + size.height + 6;
}

// A matrix's name; what follows a caret, as in W^Q, stands above the line.
function titled(ink, parent, title, left, top, width) {
  const [before, power] = title.split('^');
  if (!power) return prose(ink, parent, left, top, width, title, NOTE + 1, 'strong', true);
  const text = put(parent, left, top + NOTE + 1, '', NOTE + 1, 'strong');
  write(add(text, 'tspan'), before);
  write(add(text, 'tspan', {dy: '-.4em', 'font-size': NOTE - 2}), power[0]);
  write(add(text, 'tspan', {dy: '.3em'}), power.slice(1));
  return top + Math.round((NOTE + 1) * 1.4);
}

function sizesOf(ink, {matrix, words, heads, tall}, width) {
  const names = words.length
    ? Math.min(NAMES, widest(ink, words, TICK, true) + 10, width * 0.35)
    : 1;
  const room = width - names - (heads ? 42 : 2);
  if (tall)
    return {names, above: 0, cell: room / matrix.columns, row: Math.max(1, tall / matrix.rows)};
  if (!heads) {
    const row = Math.max(ROW.least, Math.min(ROW.most, TALL / matrix.rows));
    return {names, above: 0, cell: room / matrix.columns, row};
  }
  const cell = Math.max(CELL.least, Math.min(CELL.most, room / matrix.columns));
  const row = Math.min(cell, Math.max(CELL.least, Math.min(30, TALL / matrix.rows)));
  const high = Math.min(NAMES, widest(ink, heads, TICK, true));
  return {names, above: cell >= CELL.labelled ? high * 0.8 + 14 : 4, cell, row};
}

// The colour of each cell; what may not be seen is grey.
function coloured({theme}, {matrix, shares, closed}) {
  const most = shares ? 1 : reach(matrix.values);
  const veil = mix(theme.ground, theme.ink, 0.15);
  return i => {
    const value = matrix.values[i];
    const [row, column] = [Math.floor(i / matrix.columns), i % matrix.columns];
    if (value === Number.NEGATIVE_INFINITY || (shares && closed(row, column))) return veil;
    return shares ? shade(SCALES.weight, value) : shade(theme.signed, (value / most + 1) / 2);
  };
}

function label(parent, {ink}, {mark}, word, i, {names, row}, x, y) {
  const style = mark === i ? 'strong' : '';
  const shown = cut(ink, word, TICK, names - 8, true);
  const look = {dy: '.35em', 'text-anchor': 'end'};
  put(parent, x - 6, y + (i + 0.5) * row, shown, TICK, style, look);
}

function slanted(parent, {ink}, {column}, word, j, {cell}, x, y) {
  const shown = cut(ink, word, TICK, NAMES, true);
  const at = `translate(${x + (j + 0.5) * cell + 3} ${y - 5}) rotate(-55)`;
  put(parent, 0, 0, shown, TICK, column === j ? 'strong' : '', {transform: at});
}

function written(parent, scene, spec, {cell, row}, x, y) {
  const {matrix, shares} = spec;
  const color = coloured(scene, spec);
  for (let i = 0; i < matrix.rows; i++)
    for (let j = 0; j < matrix.columns; j++) {
      const value = matrix.values[i * matrix.columns + j];
      const text = value === Number.NEGATIVE_INFINITY ? '−∞' : scene.format.two.format(value);
      const style = `fill:${lettering(color(i * matrix.columns + j))}`;
      const look = {dy: '.35em', 'text-anchor': 'middle', style};
      const size = shares || Math.abs(value) < 10 ? TICK : TICK - 1;
      put(parent, x + (j + 0.5) * cell, y + (i + 0.5) * row, text, size, '', look);
    }
}

// The chosen row, the chosen pair, the columns of one head.
function marks(parent, {mark, column, band, matrix}, {cell, row}, {x, y, width, height}) {
  const outline = (place, style) => {
    add(parent, 'rect', {...place, class: `under ${style}`});
    add(parent, 'rect', {...place, class: style});
  };
  if (band) {
    const [from, to] = band;
    outline({x: x + from * cell, y, width: (to - from) * cell, height}, 'band');
  }
  if (mark != null && matrix.rows > 1)
    outline({x: x - 1, y: y + mark * row - 1, width: width + 2, height: row + 2}, 'chosen');
  if (column != null && mark != null)
    outline({x: x + column * cell, y: y + mark * row, width: cell, height: row}, 'pair');
}

// The matrix and cell under a pointer, and what a click there chooses.
export function under({picture, hits}, event) {
  const {left, top} = picture.getBoundingClientRect();
  const [x, y] = [event.clientX - left, event.clientY - top];
  const hit = hits.find(
    one => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height,
  );
  if (!hit) return null;
  if (hit.key != null) return {at: {key: String(hit.key + 1)}};
  const {spec, cell} = hit;
  const [row, column] = [Math.floor((y - hit.y) / hit.row), Math.floor((x - hit.x) / cell)];
  const chosen = spec.role && spec.matrix.rows > 1 ? {[spec.role]: String(row + 1)} : {};
  return {spec, row, column, at: spec.heads ? {...chosen, key: String(column + 1)} : chosen};
}
