// Professor forcing: what a judge is given of two decoders, one that read gold words and one that read its own.

import {css, ramp, themeOf} from '../../components/colour.js';
import {add, drawn, kept, make, redraw, sized} from '../../components/dom.js';
import {inkOf, onResize, prose, put, SMALL, WIDE} from '../../components/ink.js';
import {bar, beside, columns, HIGH, LETTERS} from './columns.js';

const CELL = 6; // px high: a number of a state
const TALL = 44; // px of the largest distance
const BELOW = 28; // px to the next line
const views = kept(() => ({}));

export default function ({data, parentElement}) {
  const view = views(parentElement);
  const root = parentElement.querySelector('.root');
  if (view.root !== root) mount(view, root);
  view.data = data;
  show(view);
}

function mount(view, root) {
  const picture = drawn('svg', {class: 'picture', role: 'img'});
  const box = make('div', 'box', picture);
  root.replaceChildren(box);
  Object.assign(view, {root, picture, box});
  onResize(box, () => show(view));
}

function show(view) {
  const {root, picture, box, data} = view;
  if (!box.clientWidth) return;
  picture.setAttribute('aria-label', data.hidden ? data.labels.hidden : data.labels.description);
  redraw(picture, () =>
    draw({...view, ink: inkOf(root), theme: themeOf(root), width: box.clientWidth}),
  );
}

// The rows of a line: where each begins and how high it is.
export function rowsOf(count, above) {
  const strip = count * CELL;
  const taught = above + HIGH + 4;
  const apart = taught + strip + 6;
  const free = apart + TALL + 20;
  const tops = {gold: above, taught, apart, free, own: free + strip + 4};
  const heights = {gold: HIGH, taught: strip, apart: TALL + 14, free: strip, own: HIGH};
  return {tops, heights, tall: free + strip + 4 + HIGH + BELOW};
}

function draw({picture, ink, theme, width, data}) {
  const {labels} = data;
  const names = Object.keys(rowsOf(0, 0).tops).map(row => labels[row]);
  const left = beside(ink, names, width, WIDE);
  const words = data.gold.map((word, i) => [word, data.own[i]]);
  const places = columns(ink, words, left, width);
  const above = left ? 0 : SMALL + 8;
  const {tops: rows, heights, tall} = rowsOf(data.taught[0].length, above);
  const most = Math.max(1e-9, ...data.apart);
  const look = {dy: '.35em'};
  for (const row of left ? Object.keys(rows) : [])
    put(picture, 0, rows[row] + heights[row] / 2, labels[row], SMALL, 'dim', look);
  if (!left) put(picture, 0, SMALL, `↓ ${labels.gold} · ↑ ${labels.own}`, SMALL, 'dim');
  places.forEach((place, i) => {
    const y = place.line * tall;
    const other = data.gold[i] === data.own[i] ? '' : ' apart';
    word(picture, place, y + rows.gold, data.gold[i], '');
    word(picture, place, y + rows.own, data.hidden ? '?' : data.own[i], data.hidden ? '' : other);
    strip(picture, theme, place, y + rows.taught, data.taught[i]);
    if (data.hidden) return;
    strip(picture, theme, place, y + rows.free, data.free[i]);
    distance(picture, place, y + rows.apart + TALL + 14, data.apart[i] / most, data.apart[i]);
  });
  const below = (places.at(-1).line + 1) * tall - BELOW + 10;
  sized(picture, width, prose(ink, picture, 0, below, width, labels.judge, 16, 'strong', true) + 8);
}

function word(picture, {x, width}, y, text, style) {
  const frame = {x: x + 1, y: y + 1, width: width - 2, height: HIGH - 2, rx: 5};
  add(picture, 'rect', {...frame, class: `token${style}`});
  const middle = {dy: '.35em', 'text-anchor': 'middle'};
  put(picture, x + width / 2, y + HIGH / 2, text, LETTERS, 'strong', middle);
}

function strip(picture, theme, {x, width}, y, values) {
  values.forEach((value, i) => {
    const fill = css(ramp(theme.signed, (value + 1) / 2));
    add(picture, 'rect', {x: x + 1, y: y + i * CELL, width: width - 2, height: CELL, fill});
  });
}

function distance(picture, place, base, part, value) {
  const text = value < 0.005 ? '0' : `${Math.round(value * 100)}`;
  bar(picture, place, base, (TALL - 4) * part, text);
}
