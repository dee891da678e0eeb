// The picture: every head as its map, every layer and column with its number, and over each a button that closes it.

import {look} from '../../components/attention.js';
import {css, raster, remember, SCALES, scaleOf, shade} from '../../components/colour.js';
import {add, fill, make, redraw, set, sized} from '../../components/dom.js';
import {put} from '../../components/ink.js';
import {counted, keyOf} from './pruning_sets.js';

const WIDE = 700; // px from which the kinds stand beside each other
const NAMES = 30; // px of a layer's button, which is as wide, and of a column's, which is as high
const APART = 22; // px between kinds
const [LEAST, MOST] = [24, 52]; // px of a head
const GAP = 4; // px between heads
const TITLE = 24; // px of a kind's name
const STRIP = 5; // px of a score's colour
const NOTE = 13; // px of letters
const SHUT = 0.22; // how much is seen of a closed head's map
const HATCH = 7; // px between the lines over a closed head

// `scene`: {data, labels, theme, width, heads, closed, opacity, scores, maps, images}; → what can be pressed where, and for
// which heads it is: [{x, y, width, height, heads, name}].
export function drawGrid(picture, scene) {
  const {width, heads} = scene;
  const kinds = [...new Set(heads.map(([kind]) => kind))];
  const shapes = kinds.map(kind => scene.data.shapes[kind]);
  const most = Math.max(...shapes.map(([, count]) => count));
  const across = width >= WIDE ? kinds.length : 1;
  const room = (width - APART * (across - 1)) / across;
  const cell = Math.floor(Math.max(LEAST, Math.min(MOST, (room - NAMES) / most - GAP)));
  const places = [];
  redraw(picture, () => {
    let y = 0;
    let lowest = 0;
    kinds.forEach((kind, i) => {
      const x = across > 1 ? i * (room + APART) : 0;
      const below = drawKind(picture, scene, kind, shapes[i], {x, y, cell}, places);
      if (across === 1) y = below + APART / 2;
      lowest = Math.max(lowest, below);
    });
    sized(picture, width, lowest + 2);
  });
  return places;
}

// One kind of attention; → the y below it.
function drawKind(picture, scene, kind, [layers, count], {x, y, cell}, places) {
  const {labels, closed, heads} = scene;
  const step = cell + GAP;
  const [left, all] = counted(closed, heads)[kind];
  const facts = {kind: labels[kind], left, all};
  put(picture, x, y + 16, fill(labels.open_of, facts), 16, 'strong');
  const some = heads.filter(([name]) => name === kind);
  const top = y + TITLE + NAMES;
  for (let head = 0; head < count; head++) {
    const place = {x: x + NAMES + head * step, y: y + TITLE, width: cell, height: NAMES - GAP};
    const column = some.filter(([, , number]) => number === head);
    const name = fill(labels.column, {kind: labels[kind], head: head + 1});
    line(picture, scene, place, String(head + 1), {heads: column, name}, places);
  }
  for (let layer = 0; layer < layers; layer++) {
    const row = some.filter(([, at]) => at === layer);
    const place = {x, y: top + layer * step, width: NAMES - GAP, height: cell};
    const name = fill(labels.layer, {kind: labels[kind], layer: layer + 1});
    line(picture, scene, place, String(layer + 1), {heads: row, name}, places);
    for (let head = 0; head < count; head++) {
      const at = {x: x + NAMES + head * step, y: top + layer * step, width: cell, height: cell};
      const one = row.find(([, , number]) => number === head);
      if (one) drawHead(picture, scene, at, one, places);
      else add(picture, 'rect', {...at, class: 'absent'});
    }
  }
  return top + layers * step;
}

// The button of a layer or column.
function line(picture, scene, at, text, what, places) {
  if (!what.heads.length) return;
  places.push({...at, ...what});
  const shut = what.heads.every(head => scene.closed.has(keyOf(head)));
  add(picture, 'rect', {...at, rx: 4, class: shut ? 'key closed' : 'key'});
  const middle = {'text-anchor': 'middle', dy: '.35em'};
  put(picture, at.x + at.width / 2, at.y + at.height / 2, text, NOTE, '', middle);
}

function drawHead(picture, scene, at, head, places) {
  const {scores, theme, closed, opacity} = scene;
  const shut = closed.has(keyOf(head));
  places.push({...at, heads: [head], name: headName(scene, head)});
  const group = add(picture, 'g', {class: 'head', 'data-head': keyOf(head), 'data-closed': shut});
  add(group, 'rect', {...at, class: 'ground'});
  const look = {preserveAspectRatio: 'none', 'image-rendering': 'pixelated'};
  const seen = opacity?.(head) ?? (shut ? SHUT : 1);
  add(group, 'image', {...at, ...look, href: imageOf(scene, head), opacity: seen});
  if (shut) {
    add(group, 'path', {d: hatch(at), class: 'hatch'});
    add(group, 'path', {d: cross(at), class: 'shut'});
  }
  add(group, 'rect', {...at, class: 'frame'});
  const share = scores?.share(head);
  if (share == null) return;
  const strip = {x: at.x, y: at.y + at.height - STRIP, width: at.width, height: STRIP};
  add(group, 'rect', {
    ...strip,
    class: 'strip',
    style: `fill:${css(shade(scaleOf({}, theme), share))}`,
  });
}

export const headName = ({labels}, [kind, layer, head]) =>
  fill(labels.place, {kind: labels[kind], layer: layer + 1, head: head + 1});

// A head's map as an address, a pixel a weight.
function imageOf({maps, images}, [kind, layer, head]) {
  const map = maps[kind];
  return remember(images, `${kind} ${layer} ${head}`, () => {
    const values = look(map, layer, head);
    const [, , rows, columns] = map.shape;
    return raster(columns, rows, i => shade(SCALES.weight, values[i]));
  });
}

// Lines from the lower left to the upper right, within the place.
function hatch({x, y, width, height}) {
  const parts = [];
  for (let at = HATCH; at < width + height; at += HATCH) {
    const [fromX, fromY] = at < height ? [0, at] : [at - height, height];
    const [toX, toY] = at < width ? [at, 0] : [width, at - width];
    parts.push(`M${x + fromX} ${y + fromY}L${x + toX} ${y + toY}`);
  }
  return parts.join('');
}

function cross({x, y, width, height}) {
  const arm = width * 0.2;
  const [cx, cy] = [x + width / 2, y + height / 2];
  return `M${cx - arm} ${cy - arm}l${2 * arm} ${2 * arm}M${cx + arm} ${cy - arm}l${-2 * arm} ${2 * arm}`;
}

// A real button over every place of the picture, as its reader's own software knows buttons; one of them can be reached by
// Tab, the others by arrows.
export function coverWith(buttons, places, closed, focus) {
  while (buttons.children.length > places.length) buttons.lastElementChild.remove();
  while (buttons.children.length < places.length)
    buttons.append(Object.assign(make('button', 'place'), {type: 'button'}));
  places.forEach(({x, y, width, height, heads, name}, i) => {
    const button = buttons.children[i];
    const shut = heads.every(head => closed.has(keyOf(head)));
    set(button, {'aria-label': name, 'aria-pressed': shut, tabindex: i === focus ? 0 : -1});
    set(button, {style: `left:${x}px;top:${y}px;width:${width}px;height:${height}px`});
    button.dataset.heads = heads.length === 1 ? keyOf(heads[0]) : '';
  });
}
