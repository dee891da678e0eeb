// How two passes look: gold words above, own words below, a line through those that the second pass reads, losses as bars.

import {add, sized} from '../../components/dom.js';
import {put, SMALL, WIDE} from '../../components/ink.js';
import {bar, beside, columns, HIGH, LETTERS} from './columns.js';

const TALL = 48; // px of the dearest word's bar
const APART = 16; // px between both rows, where the line runs
const BELOW = 26; // px to the next line

// `own`: places whose own word is read; `losses`: of each word of the target, after what was read before it.
export function draw({picture, ink, width, data, labels, formats}, own, losses) {
  const names = [labels.loss, labels.gold, labels.own];
  const left = beside(ink, names, width, WIDE);
  const places = columns(
    ink,
    data.gold.map((word, i) => [word, data.own[i] ?? '']),
    left,
    width,
  );
  const dearest = Math.max(1, ...data.losses.flat());
  const above = left ? 0 : SMALL + 8;
  const tall = TALL + 18 + above + 2 * HIGH + APART + BELOW;
  const rows = line => {
    const base = line * tall + TALL + 18;
    return {base, gold: base + 4 + above, own: base + 4 + above + HIGH + APART};
  };
  named(picture, names, rows(0), left);
  const path = [];
  places.forEach((place, i) => {
    const at = rows(place.line);
    const taken = own.has(i) ? 'own' : 'gold';
    if (!data.hidden)
      bar(picture, place, at.base, (TALL * losses[i]) / dearest, formats.one.format(losses[i]));
    word(picture, place, at.gold, data.gold[i], taken === 'gold' && i < data.own.length, '');
    if (i >= data.own.length) return;
    const other = data.own[i] === data.gold[i] ? '' : ' apart';
    word(picture, place, at.own, data.own[i], taken === 'own', other);
    path.push({line: place.line, x: place.x + place.width / 2, y: at[taken] + HIGH / 2});
  });
  wire(picture, path);
  sized(picture, width, (places.at(-1).line + 1) * tall);
}

function named(picture, names, {base, gold, own}, left) {
  const look = {dy: '.35em'};
  if (left) {
    put(picture, 0, base - TALL / 2, names[0], SMALL, 'dim', look);
    put(picture, 0, gold + HIGH / 2, names[1], SMALL, 'dim', look);
    put(picture, 0, own + HIGH / 2, names[2], SMALL, 'dim', look);
  } else put(picture, 0, base + SMALL + 4, `${names[1]} ↑ · ${names[2]} ↓`, SMALL, 'dim');
}

function word(picture, {x, width}, y, text, taken, style) {
  const frame = {x: x + 1, y: y + 1, width: width - 2, height: HIGH - 2, rx: 5};
  add(picture, 'rect', {...frame, class: `token${taken ? ' taken' : ''}${style}`});
  const middle = {dy: '.35em', 'text-anchor': 'middle'};
  put(picture, x + width / 2, y + HIGH / 2, text, LETTERS, taken ? 'strong' : 'dim', middle);
}

// From word to word that is read, where the row changes: between the boxes, never through a word.
function wire(picture, path) {
  path.slice(1).forEach((to, i) => {
    const from = path[i];
    const down = Math.sign(to.y - from.y) * (HIGH / 2);
    if (from.line !== to.line || !down) return;
    add(picture, 'path', {d: `M${from.x} ${from.y + down}L${to.x} ${to.y - down}`, class: 'wire'});
  });
}
