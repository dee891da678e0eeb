// Places of a sentence as columns that break into lines: what stands in a place has one width.

import {add} from '../../components/dom.js';
import {GAP, letters, NARROWEST, put, SMALL} from '../../components/ink.js';

export const LETTERS = 16; // px of a word in a column
export const HIGH = 30; // px of its box
const PAD = 7; // px beside it

// `texts`: of each place its words. → [{x, line, width}]
export function columns(ink, texts, left, width) {
  let x = left;
  let line = 0;
  return texts.map(words => {
    const wide = Math.max(...words.map(word => letters(ink, word, LETTERS)));
    const column = Math.ceil(Math.max(NARROWEST, wide + 2 * PAD));
    if (x > left && x + column > width) {
      x = left;
      line += 1;
    }
    const place = {x, line, width: Math.min(column, width - left)};
    x += column + GAP;
    return place;
  });
}

// How wide the names of rows are where they stand beside the first column; 0 where they stand above.
export const beside = (ink, names, width, wide) =>
  width < wide ? 0 : Math.ceil(Math.max(...names.map(name => letters(ink, name, SMALL)))) + 14;

// A bar on a column's `base`, with its number above.
export function bar(picture, {x, width}, base, tall, text) {
  const height = Math.max(1, tall);
  const frame = {x: x + 5, y: base - height, width: width - 10, height};
  add(picture, 'rect', {...frame, class: 'dear'});
  put(picture, x + width / 2, base - height - 4, text, SMALL - 1, '', {'text-anchor': 'middle'});
}
