// What stands in an open part: the chosen token's numbers, all tokens below them.

import {look, peak} from '../../components/attention.js';
import {bars, namesOf} from '../../components/bars.js';
import {picture as image, pixels, remember, SCALES, shade} from '../../components/colour.js';
import {add, fill} from '../../components/dom.js';
import {flow, prose, put, BOX as TOKEN, token} from '../../components/ink.js';
import {share} from '../../components/numbers.js';
import {firing, meanOf, normalised, plus, rowOf, spreadOf} from './network_numbers.js';
import {sentenceOf, titleOf, writing} from './network_words.js';

const NOTE = 13; // px of letters
const STRIP = 14; // px: a vector
const FIRST = 4; // numbers of a vector that are written out
const UNITS = 5; // of those that fire

const DETAILS = {
  embed,
  self: attention,
  masked: attention,
  cross: attention,
  norm,
  feed,
  memory,
  softmax,
};

// A part's name, one sentence, its numbers; → the y below them.
export function drawPart(picture, scene, part, {x, y, width}) {
  const {ink, labels, data, at} = scene;
  const own = part.side === 'encoder' ? at.source : at.step;
  const texts = part.side === 'encoder' ? data.sources : data.written; // a decoder's row: what it writes
  const pen = {picture, scene, part, x, y, width, at: own, token: texts[own], count: texts.length};
  pen.y = prose(ink, picture, x, y, width, titleOf(scene, part), 16, 'strong', true);
  const facts = {...data.facts, token: pen.token, n: pen.count, sources: data.sources.length};
  say(
    pen,
    fill(labels[sentenceOf(part)], {
      ...facts,
      read: data.read[at.step],
      written: data.written[at.step],
      size: data.facts.width / data.facts.heads,
    }),
  );
  DETAILS[part.kind](pen);
  return pen.y;
}

function say(pen, text, style = '') {
  const {picture, scene, x, width} = pen;
  pen.y = prose(scene.ink, picture, x, pen.y + 2, width, text, NOTE + 1, style) + 4;
}

const stackAt = ({scene, part}) => scene.numbers?.[part.side];

const blockAt = pen => stackAt(pen)?.layers[pen.part.layer][pen.part.block];

// Whether the numbers are there; else a line that says that they come.
function ready(pen) {
  if (pen.scene.numbers) return true;
  say(pen, pen.scene.labels.waking, 'dim');
  return false;
}

// ---- a vector, many vectors

// The colour of each of some numbers, on a scale to the one that is farthest from 0.
function colouring(theme, values, scale) {
  const most = values.reduce((far, value) => Math.max(far, Math.abs(value)), 1e-9);
  return scale === 'signed'
    ? i => shade(theme.signed, (values[i] / most + 1) / 2)
    : i => shade(SCALES.weight, values[i] / most);
}

// A vector's name, its first numbers, mean and spread over its features, and all of it as a strip.
function vector(pen, name, values, scale = 'signed') {
  const {picture, scene, x, width} = pen;
  const {format, labels, theme, ink} = scene;
  const first = [...values.slice(0, FIRST)].map(value => format.two.format(value)).join('; ');
  const facts = {
    mean: format.two.format(meanOf(values)),
    spread: format.two.format(spreadOf(values)),
  };
  const text = `${labels[name]}: (${first}; …), ${fill(labels.measured, facts)}`;
  pen.y = prose(ink, picture, x, pen.y + 2, width, text, NOTE) + 2;
  const color = colouring(theme, values, scale);
  const href = pixels(values.length, 1, color).toDataURL();
  image(picture, {x: x + 0.5, y: pen.y, width: width - 1, height: STRIP}, href);
  pen.y += STRIP + 6;
}

// All tokens' vectors as one picture, a row each; the chosen row is marked.
function field(pen, name, {shape, values}, scale = 'signed') {
  const {picture, scene, part, x, width, at} = pen;
  const {theme, strips, labels, ink} = scene;
  const [rows, columns] = shape;
  pen.y = prose(ink, picture, x, pen.y + 2, width, fill(labels[name], {rows, columns}), NOTE) + 2;
  const href = remember(strips, `${part.id} ${name} ${theme.key}`, () => {
    return pixels(columns, rows, colouring(theme, values, scale)).toDataURL();
  });
  const line = Math.max(2, Math.min(8, 240 / rows));
  const place = {x: x + 0.5, y: pen.y, width: width - 1, height: rows * line};
  image(picture, place, href);
  const row = {...place, y: pen.y + at * line - 1, height: line + 2};
  add(picture, 'rect', {...row, class: 'token now'});
  pen.y += rows * line + 8;
}

// ---- the parts

function embed(pen) {
  if (!ready(pen)) return;
  const {embedded, positions} = stackAt(pen);
  const [word, place] = [embedded, positions].map(part => rowOf(part, pen.at));
  vector(pen, 'embedding', word);
  vector(pen, 'position', place);
  vector(pen, 'sum', plus(word, place));
  field(pen, 'positions', positions);
}

// Where the chosen token looks, as the mean of all heads and head by head.
function attention(pen) {
  const {scene, part, at} = pen;
  const {data, weights, labels, format} = scene;
  const kind = {self: 'encoder', masked: 'decoder', cross: 'cross'}[part.kind];
  const {shape} = weights[kind];
  const [, heads, , columns] = shape;
  const keys = kind === 'decoder' ? data.read : data.sources;
  const row = head =>
    look(weights[kind], part.layer, head).subarray(at * columns, (at + 1) * columns);
  const mean = row('mean');
  const most = peak(mean);
  const facts = {token: pen.token, key: keys[most], share: share(format, mean[most])};
  say(pen, fill(labels.looks, facts));
  weighedTokens(pen, keys, mean, kind === 'decoder' ? at : keys.length - 1);
  byHead(pen, heads, columns, row);
}

function weighedTokens(pen, keys, weights, last) {
  const {picture, scene, x, width} = pen;
  const places = flow(
    scene.ink,
    keys.map(text => ({text, joined: false})),
    width,
  );
  places.forEach((place, i) => {
    const here = {...place, x: x + place.x};
    const look = i > last ? {bold: false} : {weight: weights[i], bold: false};
    token(picture, here, pen.y + place.line * (TOKEN + 4), 'token', look);
  });
  pen.y += (places.at(-1).line + 1) * (TOKEN + 4) + 4;
}

// A row a head, a column a key.
function byHead(pen, heads, columns, row) {
  const {picture, scene, x, width} = pen;
  const {labels, ink} = scene;
  pen.y = prose(ink, picture, x, pen.y, width, labels.by_head, NOTE) + 2;
  for (let head = 0; head < heads; head++) {
    const values = row(head);
    put(picture, x, pen.y + STRIP / 2, String(head + 1), NOTE, 'dim', {dy: '.35em'});
    const href = pixels(columns, 1, i => shade(SCALES.weight, values[i])).toDataURL();
    image(picture, {x: x + 20.5, y: pen.y, width: width - 21, height: STRIP}, href);
    pen.y += STRIP + 2;
  }
  pen.y += 6;
}

function norm(pen) {
  if (!ready(pen)) return;
  const {before, entered, change, after} = blockAt(pen);
  const pre = pen.part.norm === 'pre';
  const total = plus(before.values, change.values);
  vector(pen, 'x', rowOf(before, pen.at));
  if (pre) vector(pen, 'entered', rowOf(entered, pen.at));
  vector(pen, 'change', rowOf(change, pen.at));
  vector(pen, 'total', rowOf({...before, values: total}, pen.at));
  if (!pre) vector(pen, 'normalised', normalised(rowOf({...before, values: total}, pen.at)));
  if (!pre) vector(pen, 'after', rowOf(after, pen.at));
  spreads(pen, pre ? before : {...before, values: total});
}

// How far each token's features spread before its norm: a column each.
function spreads(pen, all) {
  const {picture, scene, x, width, at} = pen;
  const {labels, format, ink} = scene;
  const values = Array.from({length: all.shape[0]}, (_, i) => spreadOf(rowOf(all, i)));
  const facts = {least: Math.min(...values), most: Math.max(...values)};
  for (const key in facts) facts[key] = format.two.format(facts[key]);
  pen.y = prose(ink, picture, x, pen.y, width, fill(labels.spreads, facts), NOTE) + 4;
  const [high, wide] = [36, width / values.length];
  values.forEach((value, i) => {
    const height = (value / Math.max(...values)) * high;
    const place = {
      x: x + i * wide + 1,
      y: pen.y + high - height,
      width: Math.max(1, wide - 2),
      height,
    };
    add(picture, 'rect', {...place, class: i === at ? 'column now' : 'column'});
  });
  pen.y += high + 8;
}

function feed(pen) {
  if (!ready(pen)) return;
  const {entered, hidden, change} = blockAt(pen);
  const {labels, format, data} = pen.scene;
  const units = rowOf(hidden, pen.at);
  const fired = firing(units);
  const strongest = fired
    .slice(0, UNITS)
    .map(([unit, value]) => `${unit + 1} (${format.one.format(value)})`)
    .join(', ');
  const facts = {count: fired.length, all: data.facts.feed_forward, token: pen.token, strongest};
  vector(pen, 'entered', rowOf(entered, pen.at));
  say(pen, fill(labels.fires, facts));
  vector(pen, 'hidden', units, 'weight');
  vector(pen, 'change', rowOf(change, pen.at));
  field(pen, 'units', hidden, 'weight');
}

function memory(pen) {
  if (!ready(pen)) return;
  const {output} = stackAt(pen);
  vector(pen, 'output', rowOf(output, pen.at));
  field(pen, 'outputs', output);
}

// What is likely next: the candidates of the step.
function softmax(pen) {
  const {picture, scene, x, width} = pen;
  const {ink, data, at, format, labels} = scene;
  if (scene.numbers) vector(pen, 'output', rowOf(stackAt(pen).output, pen.at));
  const next = data.next[at.step];
  const {token: taken} = writing(scene);
  const rows = next.map(([text, value]) => ({
    ...{text, value, style: text === taken ? 'chosen' : 'other', wanted: null},
  }));
  const rest = Math.max(0, 1 - next.reduce((sum, [, value]) => sum + value, 0));
  rows.push({text: labels.rest, value: rest, style: 'rest', wanted: null});
  const names = namesOf(
    ink,
    next.map(([text]) => text),
    [labels.rest],
    width,
    0.35,
  );
  pen.y = bars(ink, picture, {x, y: pen.y, width, names}, rows, value => share(format, value));
}
