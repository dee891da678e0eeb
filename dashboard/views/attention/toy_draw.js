// Arrows, scores, weights and the mixture of the values, as a picture.

import {css, lettering, SCALES, shade} from '../../components/colour.js';
import {add, fill} from '../../components/dom.js';
import {prose, put, WIDE} from '../../components/ink.js';
import {softmax} from './worked_numbers.js';

export const REACH = 2; // how far an arrow goes
const SIDE = 330; // px of a plane at most
const VALUES = [
  [1.6, -0.9],
  [0, 1.7],
  [-1.6, -0.9],
];

// Scores q·k / √2, weights and outputs of three queries over three keys.
export function computed(arrows, values = VALUES) {
  const [queries, keys] = [arrows.slice(0, 3), arrows.slice(3)];
  const scores = queries.map(q => keys.map(k => (q[0] * k[0] + q[1] * k[1]) / Math.SQRT2));
  const weights = scores.map(row => [...softmax(row)]);
  const outputs = weights.map(row =>
    [0, 1].map(axis => row.reduce((sum, weight, j) => sum + weight * values[j][axis], 0)),
  );
  return {scores, weights, outputs};
}

// A scene is the component's view with {words, now, width, theme}; where its plane stands is left in `view`. → the height
export function drawToy(scene, view) {
  const {width, ink, picture, labels, data} = scene;
  const wide = width >= WIDE;
  const side = Math.min(SIDE, wide ? (width - 60) / 3 : width);
  const title = (x, y, text) => prose(ink, picture, x, y, side, text, 14, 'strong', true);
  const below = title(0, 0, labels.vectors) + 4;
  view.plane = {x: side / 2, y: below + side / 2, unit: side / 2 / (REACH + 0.25)};
  plane(picture, view.plane, side);
  for (const [i, arrow] of scene.arrows.entries()) drawArrow(scene, view.plane, arrow, i);
  if (data.hidden) return below + side + 6;
  const [x, y] = wide ? [side + 30, 0] : [0, below + side + 18];
  const end = grids(scene, x, y, side);
  const [left, top] = wide ? [2 * (side + 30), 0] : [0, end + 18];
  title(left, top, labels.values);
  const other = {x: left + side / 2, y: top + below + side / 2, unit: view.plane.unit};
  plane(picture, other, side);
  mixture(scene, other);
  return Math.max(end, top + below + side) + 6;
}

function plane(picture, {x, y, unit}, side) {
  const half = side / 2 - 1;
  add(picture, 'rect', {
    x: x - half,
    y: y - half,
    width: 2 * half,
    height: 2 * half,
    class: 'frame',
  });
  add(picture, 'path', {
    d: `M${x - half} ${y}h${2 * half}M${x} ${y - half}v${2 * half}`,
    class: 'axis',
  });
  for (const tick of [-2, -1, 1, 2])
    add(picture, 'path', {
      d: `M${x + tick * unit} ${y - 3}v6M${x - 3} ${y - tick * unit}h6`,
      class: 'axis',
    });
}

function drawArrow({picture, words, at}, {x, y, unit}, [across, up], i) {
  const [toX, toY] = [x + across * unit, y - up * unit];
  const kind = i < 3 ? 'query' : 'key';
  const chosen = i === at ? ' now' : '';
  add(picture, 'path', {d: `M${x} ${y}L${toX} ${toY}`, class: `arrow ${kind}${chosen}`});
  const [away, down] = [across < 0 ? 'end' : 'start', up < 0 ? 26 : -16];
  const text = `${kind === 'query' ? 'q' : 'k'} ${words[i % 3]}`;
  const style = chosen ? 'strong' : '';
  put(picture, toX + (across < 0 ? -4 : 4), toY + down, text, 13, style, {'text-anchor': away});
}

// Scores and weights, 3 × 3 each, with numbers.
function grids(scene, x, y, side) {
  const {labels, now, ink, picture} = scene;
  const half = (side - 16) / 2;
  const below = prose(ink, picture, x, y, side, labels.scores, 14, 'strong', true);
  const most = Math.max(...now.scores.flat().map(Math.abs), 1);
  const signed = value => shade(scene.theme.signed, (value / most + 1) / 2);
  const middle = grid(scene, x, below, half, now.scores, signed);
  const next = prose(ink, picture, x, middle + 8, side, labels.weights, 14, 'strong', true);
  return grid(scene, x, next, half, now.weights, value => shade(SCALES.weight, value));
}

function grid({picture, words, at, format}, x, top, half, rows, color) {
  const [names, cell, high] = [64, Math.min(74, (half * 2 - 48) / 3), 32];
  for (const [j, word] of words.entries())
    put(picture, x + names + (j + 0.5) * cell, top + 16, word, 13, '', {'text-anchor': 'middle'});
  for (const [i, row] of rows.entries()) {
    const y = top + 24 + i * high;
    put(picture, x + names - 8, y + high / 2, words[i], 13, i === at ? 'strong' : '', {
      ...{dy: '.35em', 'text-anchor': 'end'},
    });
    for (const [j, value] of row.entries()) {
      const ground = color(value);
      const place = {x: x + names + j * cell, y, width: cell - 1, height: high - 1};
      add(picture, 'rect', {...place, style: `fill:${css(ground)}`});
      put(picture, place.x + cell / 2, y + high / 2, format.two.format(value), 14, '', {
        ...{dy: '.35em', 'text-anchor': 'middle', style: `fill:${lettering(ground)}`},
      });
    }
    if (i === at)
      add(picture, 'rect', {
        x: x + names - 1,
        y: y - 1,
        width: cell * 3 + 1,
        height: high + 1,
        class: 'row',
      });
  }
  return top + 24 + 3 * high;
}

// The values as a triangle, and inside it what each query is given.
function mixture({picture, words, now, at, labels}, {x, y, unit}) {
  const place = ([across, up]) => [x + across * unit, y - up * unit];
  const corners = VALUES.map(place);
  add(picture, 'path', {d: `M${corners.map(point => point.join(' ')).join('L')}Z`, class: 'hull'});
  for (const [j, [left, top]] of corners.entries()) {
    const weight = now.weights[at][j];
    const to = place(now.outputs[at]);
    add(picture, 'path', {
      ...{
        d: `M${left} ${top}L${to[0]} ${to[1]}`,
        class: 'pull',
        style: `stroke-width:${8 * weight}`,
      },
    });
    add(picture, 'circle', {cx: left, cy: top, r: 6, class: 'value'});
    const anchor = {'text-anchor': 'middle'};
    put(picture, left, top + (VALUES[j][1] < 0 ? 22 : -12), `v ${words[j]}`, 13, '', anchor);
  }
  for (const [i, output] of now.outputs.entries()) {
    const [left, top] = place(output);
    add(picture, 'circle', {
      cx: left,
      cy: top,
      r: i === at ? 8 : 4,
      class: i === at ? 'output now' : 'output',
    });
  }
  const [left, top] = place(now.outputs[at]);
  put(picture, left, top - 14, fill(labels.output, {word: words[at]}), 13, 'strong', {
    'text-anchor': 'middle',
  });
}
