// Bars of shares: a candidate a row, the one that was taken marked.

import {add} from './dom.js';
import {BIG, BODY, cut, letters, put, widest} from './ink.js';

export const ROW = 30; // px a bar
const BESIDE = 22; // px for the mark
const AFTER = 74; // px for the number

// How wide the names' column is, at most this part of the whole.
export const namesOf = (ink, texts, others, width, part) =>
  Math.min(
    Math.max(widest(ink, texts, BIG, true), letters(ink, others, BODY, false)),
    width * part,
  );

// A bar on its track, so much of it as `value` says.
export function bar(parent, x, y, width, height, value, style) {
  const length = Math.max(value > 0 ? 2 : 0, width * value);
  add(parent, 'rect', {x, y, width, height, class: 'bar-of track'});
  add(parent, 'rect', {x, y, width: length, height, class: `bar-of ${style}`});
  return length;
}

// Rows of {text, value, style, wanted}, style "chosen", "other" or "rest", in a box at `x`, `y`; → the y below them.
// `wanted` marks a share on a bar, `format` writes one: beside its bar, or where it is `apart` after the longest, out of
// the marks' way.
export function bars(ink, parent, {x, y, width, names, apart = false}, rows, format) {
  const left = x + BESIDE + names + 12;
  const room = Math.max(0, x + width - left - AFTER); // a page that is being laid out may be a few pixels wide
  const middled = {dy: '.35em'};
  rows.forEach(({text, value, style, wanted}, i) => {
    const middle = y + i * ROW + ROW / 2;
    const chosen = style === 'chosen';
    const rest = style === 'rest';
    const size = rest ? BODY : BIG;
    if (chosen) add(parent, 'path', {class: 'mark', d: `M${x + 4} ${middle - 7}l11 7l-11 7z`});
    const look = chosen ? 'strong' : rest ? 'dim' : '';
    put(parent, x + BESIDE, middle, cut(ink, text, size, names, !rest), size, look, middled);
    const length = bar(parent, left, middle - 10, room, 20, value, style);
    if (wanted != null)
      add(parent, 'path', {class: 'wanted', d: `M${left + room * wanted - 1.5} ${middle - 13}v26`});
    const after = left + (apart ? room : length) + 8;
    put(parent, after, middle, format(value), BIG, chosen ? 'strong' : '', middled);
  });
  return y + rows.length * ROW;
}
