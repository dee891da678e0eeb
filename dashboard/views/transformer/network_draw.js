// The picture of a Transformer: two stacks of boxes, what flows between them, and the part that is open.

import {add, fill, redraw, sized} from '../../components/dom.js';
import {cut, flow, lines, prose, put, BOX as TOKEN, token, WIDE} from '../../components/ink.js';
import {drawPart} from './network_details.js';
import {BOX, boxes, LAYER} from './network_layout.js';
import {changeOf, shapeOf, titleOf, whereOf, writing} from './network_words.js';

const NOTE = 13; // px of letters
const GUTTER = 36; // px between the stacks, in which the encoder's output goes to the decoder
const APART = 14; // px between rows, with an arrow
const PAD = 10; // px inside a layer's frame

// `scene` is the view with {theme, width}; → where every part stands: [{part, text, x, y, width, height}].
export function drawNetwork(picture, scene) {
  const {width} = scene;
  const wide = width >= WIDE;
  const column = wide ? (width - GUTTER) / 2 : width - GUTTER / 2;
  const places = [];
  redraw(picture, () => {
    const [left, right] = wide ? [0, column + GUTTER] : [0, 0];
    const encoder = drawStack(picture, scene, 'encoder', {x: left, y: 0, width: column}, places);
    const top = wide ? 0 : encoder + 24;
    const decoder = drawStack(picture, scene, 'decoder', {x: right, y: top, width: column}, places);
    if (!scene.data.hidden)
      memoryFlow(picture, places, wide ? column + GUTTER / 2 : width - GUTTER / 4);
    sized(picture, width, Math.max(encoder, decoder) + 2);
  });
  return places;
}

// One stack from its tokens down; → the y below it.
function drawStack(picture, scene, side, {x, y: top, width}, places) {
  const {ink, labels, rows} = scene;
  let y = prose(ink, picture, x, top, width, labels[side], 16, 'strong', true) + 4;
  y = tokens(picture, scene, side, {x, y, width});
  for (const row of rows[side]) {
    arrow(picture, x + width / 2, y, y + APART);
    y = drawRow(picture, scene, row, {x, y: y + APART, width}, places);
    const open = row.find(({id}) => id === scene.at.part);
    if (open) y = unfolded(picture, scene, open, {x, y: y + 6, width});
  }
  return y;
}

function tokens(picture, {ink, data, at}, side, {x, y, width}) {
  const texts = side === 'encoder' ? data.sources : data.read;
  const now = side === 'encoder' ? at.source : at.step;
  const places = flow(
    ink,
    texts.map(text => ({text, joined: false})),
    width,
  );
  places.forEach((place, i) => {
    const here = {...place, x: x + place.x};
    const group = token(
      picture,
      here,
      y + place.line * (TOKEN + 4),
      i === now ? 'token now' : 'token',
      {
        bold: i === now,
      },
    );
    group.dataset.side = side;
    group.dataset.at = i;
  });
  return y + (places.at(-1).line + 1) * (TOKEN + 4) - 4;
}

// A row of parts; those of a layer in its frame, with its number and the shape of what flows through it.
function drawRow(picture, scene, row, {x, y, width}, places) {
  const {labels} = scene;
  const {layer, side} = row[0];
  const inner = layer == null ? {x, y, width} : {x: x + PAD, y: y + LAYER, width: width - 2 * PAD};
  const {places: stand, height} = boxes(row, inner.width);
  if (layer != null) {
    const frame = {x: x + 0.5, y: y + 0.5, width: width - 1, height: height + LAYER + PAD, rx: 6};
    add(picture, 'rect', {...frame, class: 'layer'});
    put(picture, x + PAD, y + 16, fill(labels.layer, {n: layer + 1}), NOTE, 'strong');
    const shape = shapeOf(scene, side);
    put(picture, x + width - PAD, y + 16, shape, NOTE, 'dim', {'text-anchor': 'end'});
  }
  row.forEach((part, i) => {
    const place = {x: inner.x + stand[i].x, y: inner.y + stand[i].y, width: stand[i].width};
    drawBox(picture, scene, part, place);
    if (i && stand[i].y === stand[i - 1].y) joint(picture, place);
    const text = fill(labels.part, {part: titleOf(scene, part), where: whereOf(scene, part)});
    places.push({part, text, ...place, height: BOX});
  });
  return y + height + (layer == null ? 0 : LAYER + PAD);
}

function drawBox(picture, scene, part, {x, y, width}) {
  const {ink, labels} = scene;
  add(picture, 'rect', {
    x: x + 1,
    y: y + 1,
    width: width - 2,
    height: BOX - 2,
    rx: 5,
    class: 'block',
  });
  const written = part.kind === 'softmax' ? fill(labels.writes, writing(scene)) : '';
  const texts = [titleOf(scene, part), `${changeOf(scene, part)}${written}`].filter(Boolean);
  const broken = texts.flatMap(text => lines(ink, text, NOTE, width - 8, false)).slice(0, 2);
  broken.forEach((line, i) => {
    const middle = y + BOX / 2 + (i - (broken.length - 1) / 2) * 16;
    const look = {dy: '.35em', 'text-anchor': 'middle'};
    put(picture, x + width / 2, middle, cut(ink, line, NOTE, width - 4), NOTE, '', look);
  });
}

function arrow(picture, x, from, to, style = 'flow', head = 'head') {
  add(picture, 'path', {class: style, d: `M${x} ${from + 1}V${to - 5}`});
  add(picture, 'path', {class: head, d: `M${x - 4} ${to - 6}h8l-4 6z`});
}

// From the box before to this one.
const joint = (picture, {x, y}) =>
  add(picture, 'path', {class: 'head', d: `M${x - 6} ${y + BOX / 2 - 4}l6 4l-6 4z`});

// The encoder's output on its way to every cross-attention, between the layers.
function memoryFlow(picture, places, x) {
  const memory = places.find(({part}) => part.kind === 'memory');
  const crosses = places.filter(({part}) => part.kind === 'cross');
  const from = memory.y + BOX / 2;
  const levels = crosses.map(({y}) => y - LAYER - APART / 2);
  const ends = [from, ...levels];
  const line = `M${memory.x + memory.width} ${from}H${x}M${x} ${Math.min(...ends)}V${Math.max(...ends)}`;
  add(picture, 'path', {class: 'memory', d: line});
  crosses.forEach(({x: left, y, width}, i) => {
    const middle = left + width / 2 - 8;
    add(picture, 'path', {class: 'memory', d: `M${x} ${levels[i]}H${middle}V${y - 4}`});
    put(picture, middle + 6, y - 8, 'K, V', 11, 'dim');
    add(picture, 'path', {class: 'memory-head', d: `M${middle - 4} ${y - 6}h8l-4 6z`});
  });
}

function unfolded(picture, scene, part, {x, y, width}) {
  const frame = add(picture, 'rect', {class: 'unfolded', x: x + 1, y, width: width - 2, rx: 6});
  const below = drawPart(picture, scene, part, {x: x + 12, y: y + 8, width: width - 24});
  frame.setAttribute('height', below - y + 4);
  return below + 4;
}
