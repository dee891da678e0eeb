// Text in a picture: how wide it is, where it breaks, words in lines, boxes round them.

import {css, lettering, SCALES, shade} from './colour.js';
import {add, write} from './dom.js';

export const BIG = 18; // px of letters: tokens
export const BODY = 16; // sentences
export const SMALL = 14; // notes
export const BOX = 34; // px: a token's box
export const GAP = 10; // between words
export const NARROWEST = 44; // a token's width at least
export const WIDE = 760; // px from which two columns stand side by side
const PAD = 8; // px inside a token's box

// What measures text: a pen with the page's font, which remembers.
export function inkOf(root) {
  const pen = document.createElement('canvas').getContext('2d');
  const family = getComputedStyle(root).fontFamily;
  const known = new Map();
  return {
    family,
    measure(text, size, bold) {
      const font = `${bold ? 700 : 400} ${size}px ${family}`;
      const key = font + text;
      if (!known.has(key)) {
        if (known.size > 5000) known.clear();
        pen.font = font;
        known.set(key, pen.measureText(text).width);
      }
      return known.get(key);
    },
  };
}

export const letters = (ink, text, size, bold = true) => ink.measure(text, size, bold);

export const widest = (ink, texts, size, bold = false) =>
  Math.max(0, ...texts.map(text => letters(ink, text, size, bold)));

// What fits of a text, cut with ….
export function cut(ink, text, size, width, bold = true) {
  let shown = text;
  while (letters(ink, shown, size, bold) > width && shown.length > 2)
    shown = `${[...shown].slice(0, -2).join('')}…`;
  return shown;
}

// A text in lines no wider than `width`, but for a word that is wider by itself.
export function lines(ink, text, size, width, bold = false) {
  const found = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : word;
    if (line && letters(ink, longer, size, bold) > width) {
      found.push(line);
      line = word;
    } else line = longer;
  }
  return [...found, line];
}

// Tokens in lines; a word's pieces touch and stay together if they can. → [{shown, width, x, line}]
export function flow(ink, tokens, width) {
  const sized = tokens.map(({text}) => {
    const shown = cut(ink, text, BIG, width - 2 * PAD);
    return {shown, width: Math.ceil(Math.max(NARROWEST, letters(ink, shown, BIG) + 2 * PAD))};
  });
  let x = 0;
  let line = 0;
  return sized.map((box, i) => {
    const joined = tokens[i].joined;
    let word = box.width;
    for (let j = i + 1; j < tokens.length && tokens[j].joined && !joined; j++)
      word += sized[j].width;
    if (x && !joined) x += GAP;
    if (x && x + word > width) {
      x = 0;
      line += 1;
    }
    const place = {...box, x, line};
    x += box.width;
    return place;
  });
}

export const put = (parent, x, y, text, size, style = '', more = {}) =>
  write(add(parent, 'text', {x, y, 'font-size': size, class: style, ...more}), text);

// Prose from `y` on; → the y below its last line. A saved picture has another font, which may be wider.
export function prose(ink, parent, x, y, width, text, size, style = '', bold = false) {
  const step = Math.round(size * 1.4);
  const written = lines(ink, text, size, width * 0.94, bold);
  for (const [i, line] of written.entries()) put(parent, x, y + size + i * step, line, size, style);
  return y + written.length * step;
}

// A token in its frame; with a `weight` in the colour of that on a map, and letters that can be read on it.
export function token(parent, {shown, x, width}, y, style, {weight = null, bold = true} = {}) {
  const group = add(parent, 'g');
  const frame = {x: x + 1, y: y + 1, width: width - 2, height: BOX - 2, rx: 5};
  const look = weighed(weight);
  add(group, 'rect', {...frame, class: style, ...look.ground});
  const middle = {dy: '.35em', 'text-anchor': 'middle', ...look.letters};
  put(group, x + width / 2, y + BOX / 2, shown, BIG, bold ? 'strong' : '', middle);
  return group;
}

// How a ground and the letters on it look under a weight of attention; nothing where there is none.
export function weighed(weight) {
  if (weight == null) return {ground: {}, letters: {}};
  const color = shade(SCALES.weight, weight);
  return {
    ground: {style: `fill:${css(color)}`, 'data-weight': weight.toFixed(3)},
    letters: {style: `fill:${lettering(color)}`},
  };
}

// Draw again when the box has another width, and once the page's fonts are there.
export function onResize(box, again) {
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    again();
  }).observe(box);
  if (document.fonts.status === 'loading') document.fonts.ready.then(again);
}
