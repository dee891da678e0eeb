// What a network looked at and held at a step: a row for each head, a row for each hidden vector.

import {peak} from '../../components/attention.js';
import {picture as framed, raster, remember, SCALES, shade} from '../../components/colour.js';
import {add, fill} from '../../components/dom.js';
import {cut, prose, put, SMALL, weighed} from '../../components/ink.js';
import {share} from '../../components/numbers.js';

const CELL = 15; // px a row of numbers
const GUTTER = 22; // px for the heads' numbers
const APART = 14; // px between layers
const MIDDLE = {'text-anchor': 'middle'};

// A block a layer, a row a head, a column a source position. → the y below
export function heads({picture, ink, x, room, labels, attention, at, step, images}, y) {
  const [layers, count, rows, columns] = attention.shape;
  const top = prose(ink, picture, x, y, room, labels.heads, SMALL, 'title') + 24;
  const width = (room - GUTTER - APART * (layers - 1)) / layers;
  const pitch = Math.max(8, Math.min(20, 168 / count));
  const color = layer => i => {
    const row = (layer * count + Math.floor(i / columns)) * rows + step;
    return shade(SCALES.weight, attention.values[row * columns + (i % columns)]);
  };
  const chosen = [];
  for (let layer = 0; layer < layers; layer++) {
    const left = x + GUTTER + layer * (width + APART);
    const whole = at.layer === layer && at.head === 'mean';
    put(picture, left, top - 6, `${labels.layer} ${layer + 1}`, SMALL, whole ? 'strong' : 'dim');
    const image = () => raster(columns, count, color(layer));
    const place = {x: left, y: top, width, height: pitch * count};
    framed(picture, place, remember(images, `${step} ${layer}`, image));
    if (whole) chosen.push(place);
    for (let head = 0; head < count; head++) {
      const line = {x: left, y: top + head * pitch, width, height: pitch};
      const data = {'data-layer': layer, 'data-head': head};
      add(picture, 'rect', {...line, ...data, class: 'head frame', 'pointer-events': 'all'});
      if (at.head === head && [layer, 'mean'].includes(at.layer)) chosen.push(line);
    }
  }
  for (let head = 0; head < count && pitch >= 12; head++)
    beside(picture, x, top + (head + 0.5) * pitch, head + 1, at.head === head ? 'strong' : 'dim');
  for (const line of chosen) // on top of its neighbours
    add(picture, 'rect', {...line, class: 'frame chosen', 'pointer-events': 'none'});
  return top + pitch * count + 12;
}

const beside = (parent, x, y, text, style, look = {}) =>
  put(parent, x, y, String(text), SMALL - 1, style, {dy: '.35em', ...look});

// The encoder's vectors, the decoder's at this step, the context: a cell a number. → the y below
export function states(scene, y) {
  const {picture, ink, x, room, labels, states: held, step} = scene;
  const size = held.encoder.shape[1];
  const meaning = fill(labels.states_meaning, {width: size});
  let top = prose(ink, picture, x, y, room, labels.states, SMALL, 'title');
  top = ruler(scene, prose(ink, picture, x, top, room, meaning, SMALL) + 4) + 10;
  const names = Math.min(140, room * 0.34);
  const place = {x: x + names, width: room - names};
  top = encoder(scene, top, names, place);
  for (const part of ['decoder', 'context']) {
    if (!held[part]) continue;
    top = prose(ink, picture, x, top, room, labels[part], SMALL, 'dim') + 2;
    const values = held[part].values.subarray(step * size, (step + 1) * size);
    framed(picture, {...place, y: top, height: 20}, image(scene, `${part} ${step}`, values, 1));
    top += 26;
  }
  return top;
}

function encoder(scene, y, names, {x: left, width}) {
  const {picture, ink, x, room, labels, data, states: held, weights, formats} = scene;
  const count = data.source.length;
  const pitch = Math.max(3, Math.min(CELL, 360 / count));
  const most = weights && peak(weights);
  const top = prose(ink, picture, x, y, room, labels.encoder, SMALL, 'dim') + 2;
  const place = {x: left, y: top, width, height: pitch * count};
  framed(picture, place, image(scene, 'encoder', held.encoder.values, count));
  for (let s = 1; s < count && pitch > 6; s++)
    add(picture, 'path', {d: `M${left} ${top + s * pitch}h${width}`, class: 'gap'});
  data.source.forEach(([text], s) => {
    if (pitch < 13 && s !== most) return;
    const middle = top + (s + 0.5) * pitch;
    const number = weights?.[s] >= 0.05 ? ` ${share(formats, weights[s])}` : '';
    const look = weighed(weights?.[s]);
    if (weights)
      add(picture, 'rect', {
        x,
        y: middle - CELL / 2,
        width: names - 4,
        height: CELL,
        ...look.ground,
      });
    const shown = cut(ink, text, SMALL - 1, names - 50) + number;
    beside(picture, x + 3, middle, shown, s === most ? 'strong' : '', look.letters);
  });
  if (weights)
    add(picture, 'rect', {...place, y: top + most * pitch, height: pitch, class: 'frame chosen'});
  return top + place.height + 8;
}

// The legend of the numbers: -1 to 1.
function ruler(scene, y) {
  const {picture, x} = scene;
  const place = {x: x + 22, y: y + 1, width: 140, height: 16};
  const values = Float32Array.from({length: 255}, (_, i) => i / 127 - 1);
  put(picture, x, y + SMALL, '−1', SMALL);
  framed(picture, place, image(scene, 'legend', values, 1));
  put(picture, place.x + place.width / 2, y + SMALL, '0', SMALL, '', MIDDLE);
  put(picture, place.x + place.width + 6, y + SMALL, '1', SMALL);
  return y + 20;
}

const image = ({images, theme}, key, values, rows) =>
  remember(images, key, () =>
    raster(values.length / rows, rows, i => shade(theme.signed, (values[i] + 1) / 2)),
  );
