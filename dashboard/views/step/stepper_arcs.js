// From the word that is written to those it looks at: the more weight, the thicker.

import {add} from '../../components/dom.js';

const LEAST = 0.05; // of a weight that has an arc
const THICK = 9; // px of a weight of 1

// The way from one place [x, y] down to another, upright at both ends.
export function arc([x1, y1], [x2, y2]) {
  const middle = (y1 + y2) / 2;
  return `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
}

// What stands on the lower lines, a frame each, a line every `pitch` px.
export const plates = (places, top, pitch) =>
  places
    .filter(({line}) => line)
    .map(({x, width, line}) => ({x, y: top + line * pitch, width, height: pitch - 4}));

// `places` of the source, of as many `weights`; the word's own place, `here`. They pass behind the `lower` plates.
export function arcs(parent, places, weights, here, lower) {
  places.forEach((place, i) => {
    if (weights[i] < LEAST) return;
    const look = {class: 'arc', 'stroke-width': (1 + THICK * weights[i]).toFixed(1)};
    add(parent, 'path', {d: arc(place, here), ...look});
  });
  for (const plate of lower) add(parent, 'rect', {...plate, class: 'plate'});
}
