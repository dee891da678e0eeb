// How a model came to its weights at a step: what it asks, its scores, weights and values, the context, in numbers.

import {peak} from '../../components/attention.js';
import {bar} from '../../components/bars.js';
import {raster, remember, shade} from '../../components/colour.js';
import {add, fill, redraw, set} from '../../components/dom.js';
import {BIG, BODY, cut, prose, put, WIDE} from '../../components/ink.js';

const NOTE = 13; // px of letters
const LINE = 22; // px of a row
const GAP = 10; // px between columns
const SCORE = 56; // px of a score's number
const WEIGHT = 40; // px of a weight's

const slice = (values, row, width) => values.slice(row * width, (row + 1) * width);

// The numbers of a step of a head.
export function moment({shape, values}, numbers, layer, head, step) {
  const [, heads, rows, columns] = shape;
  const block = layer * heads + head;
  const place = block * rows + step;
  return {
    ...{block, place},
    weights: slice(values, place, columns),
    scores: slice(numbers.scores, place, columns),
    factor: numbers.gaussian && slice(numbers.gaussian, step, columns),
  };
}

// `scene` is {ink, theme, labels, format, chosen, numbers, layer, head, step, strips, width}: `chosen` the model's map,
// `numbers` null as long as it wakes up, `strips` remembers pictures.
export function drawNumbers(picture, scene) {
  const {ink, labels, chosen, step, width} = scene;
  redraw(picture, () => {
    const facts = {title: chosen.title, n: step + 1, target: chosen.rows[step]};
    const title = fill(labels.computed, facts);
    let y = prose(ink, picture, 0, 12, width, title, BIG, 'strong', true);
    if (scene.numbers) y = drawMoment(picture, scene, y);
    else y = prose(ink, picture, 0, y + 8, width, labels.waking, BODY, 'dim');
    set(picture, {viewBox: `0 0 ${width} ${y + 8}`, width, height: y + 8});
  });
}

function drawMoment(picture, scene, top) {
  const {ink, labels, format, chosen, numbers, layer, head, step, width} = scene;
  const now = moment(chosen.weights, numbers, layer, head, step);
  const note = (y, text, style) => prose(ink, picture, 0, y, width, text, NOTE, style);
  let y = vector(picture, scene, top + 6, 'query', now.place);
  if (numbers.centre) {
    const centre = format.two.format(numbers.centre[step]);
    y = note(y, fill(labels.window, {window: numbers.window, centre}), '') + 4;
  }
  y = table(picture, scene, y + 4, now);
  y = vector(picture, scene, y + 8, 'context', now.place);
  return note(y, labels.colours, 'dim');
}

// A vector's name, its first numbers, and all of it as a strip.
function vector(picture, scene, top, name, place) {
  const {ink, labels, format, numbers, width} = scene;
  const text = fill(labels[name], {width: numbers[name].shape.at(-1)});
  const first = numbers.first[name][place].map(value => format.two.format(value)).join('; ');
  const y = prose(ink, picture, 0, top, width, `${text} = (${first}; …)`, NOTE + 1);
  strip(picture, scene, name, place, 0, y + 2, width - 1, 16);
  return y + 26;
}

function strip(picture, {numbers, strips, theme}, name, row, x, y, width, height) {
  const {shape, values, most} = numbers[name];
  const size = shape.at(-1);
  const href = remember(strips, `${name} ${row} ${theme.key}`, () =>
    raster(size, 1, i => shade(theme.signed, (values[row * size + i] / most + 1) / 2)),
  );
  const place = {x: x + 0.5, y, width, height};
  const sharp = {preserveAspectRatio: 'none', 'image-rendering': 'pixelated'};
  add(picture, 'image', {...place, ...sharp, href});
  add(picture, 'rect', {...place, class: 'frame'});
}

// Where the columns of the table stand: [{name, x, width}].
export function columnsOf(numbers, width, names) {
  const roomy = width >= WIDE;
  const vectors = roomy ? 3 : 2;
  const shares = [
    ['key', numbers.keys && vectors],
    ['score', 2.4],
    ['gaussian', numbers.gaussian && (roomy ? 1.2 : 2.2)],
    ['weight', 3],
    ['values', vectors],
  ].filter(([, share]) => share);
  const all = shares.reduce((sum, [, share]) => sum + share, 0);
  const unit = (width - names - GAP * shares.length) / all;
  let x = names + GAP;
  return shares.map(([name, share]) => {
    const column = {name, x, width: share * unit};
    x += share * unit + GAP;
    return column;
  });
}

function table(picture, scene, top, {block, weights, scores, factor}) {
  const {ink, labels, format, chosen, numbers, width} = scene;
  const names = Math.min(120, width * 0.26);
  const columns = columnsOf(numbers, width, names);
  const head = (x, room, text) => prose(ink, picture, x, top, room, text, NOTE, 'dim');
  const heads = columns.map(({name, x, width: room}) =>
    head(x, room, labels[name === 'weight' && factor ? 'weight_gaussian' : name]),
  );
  let y = Math.max(head(0, names, labels.source), ...heads) + 4;
  const most = peak(weights);
  const largest = Math.max(...scores.map(score => Math.abs(score ?? 0)), 1e-9);
  chosen.columns.forEach((source, row) => {
    const style = row === most ? 'strong' : '';
    const write = (x, text) => put(picture, x, y + LINE / 2, text, NOTE, style, {dy: '.35em'});
    const vectors = name => (x, room) =>
      strip(picture, scene, name, block * weights.length + row, x, y + 3, room, LINE - 6);
    const cells = {
      key: vectors('keys'),
      values: vectors('values'),
      gaussian: x => write(x, format.two.format(factor[row])),
      score(x, room) {
        write(x, scores[row] == null ? '−∞' : format.two.format(scores[row]));
        if (scores[row] != null)
          scored(picture, x + SCORE, y, room - SCORE, scores[row] / largest, style);
      },
      weight(x, room) {
        write(x, format.two.format(weights[row]));
        const length = Math.max(0, room - WEIGHT);
        const kind = style ? 'most' : '';
        bar(picture, x + WEIGHT, y + 4, length, LINE - 8, weights[row], kind);
      },
    };
    write(0, cut(ink, source, NOTE, names, Boolean(style)));
    for (const {name, x, width: room} of columns) cells[name](x, room);
    y += LINE;
  });
  return y;
}

// To the right of its zero where it is positive.
function scored(picture, x, y, room, share, style) {
  if (room < 30) return;
  const middle = x + room / 2;
  const size = (Math.abs(share) * room) / 2;
  const place = {x: share < 0 ? middle - size : middle, y: y + 5, width: size, height: LINE - 10};
  add(picture, 'rect', {...place, class: `bar-of${style ? ' most' : ''}`});
  add(picture, 'path', {d: `M${middle} ${y + 2}v${LINE - 4}`, class: 'zero'});
}
