// Attention as a look-up: the query, each key with its score and weight, each value, and what is returned: their mixture.

import {bar} from '../../components/bars.js';
import {picture as image, raster, shade} from '../../components/colour.js';
import {add, fill} from '../../components/dom.js';
import {BODY, cut, prose, put, widest} from '../../components/ink.js';
import {reach} from './worked_draw.js';
import {headOf, rowOf} from './worked_numbers.js';

const NOTE = 13; // px of letters
const LINE = 24; // px of a row
const NUMBER = 46; // px of a number
const GAP = 14;

// A scene is as of `formula`, with {picture, ink, theme, labels, width, hits, order}. → the height
export function drawLookup(scene) {
  const {ink, picture, labels, width, block, head, i, words, now} = scene;
  const asked = headOf(block.placed_query ?? block.query, head);
  const note = (y, text) => prose(ink, picture, 0, y, width, text, BODY, 'strong', true);
  let y = note(0, fill(labels.looks_up, {word: words[i]}));
  y = strip(scene, rowOf(asked, i), 0, y + 2, width - 1, reach(asked.values));
  y = table(scene, y + 10);
  y = note(y + 8, fill(labels.returned, {word: words[i]}));
  return strip(scene, rowOf(now.context, i), 0, y + 2, width - 1, reach(now.context.values));
}

function table(scene, top) {
  const {ink, picture, labels, width, block, head, i, j, keys, now, format, hits} = scene;
  const names = Math.min(widest(ink, keys, BODY, true) + 12, width * 0.26);
  const share = (width - names - 2 * NUMBER - 4 * GAP) / 10;
  const columns = {key: 3 * share, score: NUMBER, weight: NUMBER + 4 * share, value: 3 * share};
  const [key, value] = [headOf(block.placed_key ?? block.key, head), headOf(block.value, head)];
  const [mostKey, mostValue] = [reach(key.values), reach(value.values)];
  const starts = {};
  let x = names;
  for (const [name, size] of Object.entries(columns)) {
    starts[name] = x;
    put(picture, x, top + NOTE, cut(ink, labels[name], NOTE, size + GAP, false), NOTE, 'dim');
    x += size + GAP;
  }
  const shares = rowOf(now.weights, i);
  const scores = rowOf(now.masked, i);
  const best = shares.indexOf(Math.max(...shares));
  let y = top + LINE;
  for (const [row, word] of keys.entries()) {
    const style = row === best ? 'strong' : '';
    const text = (at, shown) =>
      put(picture, at, y + LINE / 2, shown, NOTE + 1, style, {dy: '.35em'});
    text(0, cut(ink, word, NOTE + 1, names - 8, true));
    strip(scene, rowOf(key, row), starts.key, y + 3, columns.key, mostKey);
    text(
      starts.score,
      scores[row] === Number.NEGATIVE_INFINITY ? '−∞' : format.two.format(scores[row]),
    );
    text(starts.weight, format.two.format(shares[row]));
    const length = Math.max(8, columns.weight - NUMBER);
    bar(picture, starts.weight + NUMBER, y + 5, length, LINE - 10, shares[row], style && 'most');
    strip(scene, rowOf(value, row), starts.value, y + 3, columns.value, mostValue);
    if (row === j)
      add(picture, 'rect', {x: -1, y, width: width + 1, height: LINE, class: 'chosen'});
    hits.push({x: 0, y, width, height: LINE, key: row});
    y += LINE;
  }
  return y;
}

function strip({picture, theme}, values, x, y, width, most) {
  const place = {x, y, width, height: LINE - 6};
  const color = k => shade(theme.signed, (values[k] / most + 1) / 2);
  image(picture, place, raster(values.length, 1, color));
  return y + LINE - 2;
}
