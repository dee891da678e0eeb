// Lines of shares over the steps of a training, with a rule and a mark on each line at a step.

import {add, set, sized} from '../../components/dom.js';
import {letters, prose, put, SMALL} from '../../components/ink.js';

const LEFT = 36; // px for the numbers of the shares
const RIGHT = 24; // px for half of the last step's number
const TALL = 240; // px of the lines
const SWATCH = 28; // px of a line in the legend
const ROW = 22; // px of the legend
const SHARES = [0, 0.2, 0.4, 0.6, 0.8, 1];
const STEPS = 5; // parts into which numbers cut the axis of steps

const across = (part, width) => LEFT + part * (width - LEFT - RIGHT);

// The place, from 0 to `last`, under a point of a picture so wide.
export const nearest = (x, width, last) =>
  Math.round(Math.max(0, Math.min(1, (x - LEFT) / (width - LEFT - RIGHT))) * last);

// A line through values from 0 to 1 at equal distances, in a box.
export const path = (values, {left, top, width, height}) =>
  values
    .map((value, i) => {
      const x = left + (i / (values.length - 1)) * width;
      return `${i ? 'L' : 'M'}${x.toFixed(1)} ${(top + (1 - value) * height).toFixed(1)}`;
    })
    .join('');

// Names beside each other in lines no wider than `width`. → [{x, y}]
export function rows(lengths, width) {
  let [x, y] = [0, 0];
  return lengths.map(length => {
    if (x && x + length > width) [x, y] = [0, y + ROW];
    const place = {x, y};
    x += length;
    return place;
  });
}

// Draw all but the step. → what moves with it
export function chart(picture, ink, {title, lines}, stops, {labels, formats}, width) {
  picture.replaceChildren();
  const top = prose(ink, picture, 0, 0, width, title, SMALL, 'title') + 10;
  const box = {left: LEFT, top, width: width - LEFT - RIGHT, height: TALL};
  axes(picture, box, stops.at(-1), width, formats);
  const rule = add(picture, 'path', {class: 'rule'});
  for (const {values, colour, dash} of lines)
    add(picture, 'path', {class: 'curve', d: path(values, box), ...look(colour, dash)});
  const dots = lines.map(({colour}) => add(picture, 'circle', {r: 6, fill: colour}));
  const below = top + TALL + SMALL + 14;
  put(picture, across(0.5, width), below + SMALL, labels.step, SMALL, 'dim', {
    'text-anchor': 'middle',
  });
  sized(picture, width, legend(picture, ink, lines, below + SMALL + 14, width));
  return {rule, dots, box};
}

const look = (colour, dash) => ({stroke: colour, 'stroke-dasharray': dash.join(' ')});

function axes(picture, {top, width: long, height}, last, width, formats) {
  for (const share of SHARES) {
    const y = top + (1 - share) * height;
    add(picture, 'path', {class: 'grid', d: `M${LEFT} ${y}h${long}`});
    const place = {'text-anchor': 'end', dy: '.35em'};
    put(picture, LEFT - 8, y, formats.one.format(share), SMALL, '', place);
  }
  for (let i = 0; i <= STEPS; i++) {
    const x = across(i / STEPS, width);
    const text = formats.whole.format((last * i) / STEPS);
    add(picture, 'path', {class: 'grid', d: `M${x} ${top}v${height}`});
    put(picture, x, top + height + SMALL + 6, text, SMALL, '', {'text-anchor': 'middle'});
  }
}

function legend(picture, ink, lines, y, width) {
  const lengths = lines.map(({name}) => SWATCH + 8 + letters(ink, name, SMALL, false) + 24);
  const places = rows(lengths, width - LEFT);
  lines.forEach(({name, colour, dash}, i) => {
    const [x, middle] = [LEFT + places[i].x, y + places[i].y + ROW / 2];
    const d = `M${x} ${middle}h${SWATCH}`;
    add(picture, 'path', {class: 'curve', d, ...look(colour, dash)});
    put(picture, x + SWATCH + 8, middle, name, SMALL, '', {dy: '.35em'});
  });
  return y + places.at(-1).y + ROW;
}

// Move the rule and the marks to a part of the way.
export function mark({rule, dots, box}, shares, part, width) {
  const x = across(part, width);
  set(rule, {d: `M${x} ${box.top}v${box.height}`});
  for (const [i, share] of shares.entries())
    set(dots[i], {cx: x, cy: box.top + (1 - share) * box.height});
}
