// The lanes as a picture: all share their columns, a token each; what is wider than the page goes on in a lane's next line.

import {bar} from '../../components/bars.js';
import {add, drawn, make, redraw, set, sized} from '../../components/dom.js';
import {BIG, BODY, BOX, cut, letters, NARROWEST, put, token, widest} from '../../components/ink.js';
import {apartAt, rewrittenAt, sumAt} from './lanes_steps.js';
import {signed} from './lanes_words.js';

const PAD = 8; // px inside a token's box
const GAP = 6; // between two
const HEAD = 28; // of a lane: its name, its sum
const LINE = BOX + 12; // of tokens, with room for a flag above
const APART = 14; // between lanes
const SUM = 64; // px of a number
const FRAME = {x: 2, y: 3, width: 22, height: 16, rx: 4};
const SIGNS = {
  apart: ['path', {class: 'flag', d: 'M7 7h12l-6 7z'}],
  rewritten: ['rect', {...FRAME, class: 'token again'}],
  newest: ['rect', {...FRAME, class: 'token now'}],
  gone: ['rect', {...FRAME, y: 6, height: 10, rx: 0, class: 'bar-of chosen'}],
};

// Where each column stands, and how high each lane is, whatever step is shown.
export function lay(ink, lanes, width) {
  const sizes = [];
  for (const {paths} of lanes)
    for (const path of paths)
      path.forEach(({label}, i) => {
        const size = Math.ceil(letters(ink, label, BIG) + 2 * PAD);
        sizes[i] = Math.min(width, Math.max(sizes[i] ?? NARROWEST, size));
      });
  const columns = flowed(sizes, width);
  let y = 0;
  const tops = lanes.map(({paths}) => {
    const top = y;
    const longest = Math.max(...paths.map(path => path.length));
    y += HEAD + (columns[longest - 1].line + 1) * LINE + APART;
    return top;
  });
  const names = widest(
    ink,
    lanes.map(lane => lane.title),
    BODY,
    true,
  );
  const worst = Math.min(...lanes.flatMap(({paths}) => paths.map(path => path.at(-1).sum)));
  return {columns, tops, names, worst, width, height: y};
}

function flowed(sizes, width) {
  let x = 0;
  let line = 0;
  return sizes.map(size => {
    if (x && x + size > width) {
      x = 0;
      line += 1;
    }
    const place = {x, line, width: size};
    x += size + GAP;
    return place;
  });
}

export function draw(view, step) {
  const {picture, laid, lanes} = view;
  sized(picture, laid.width, laid.height);
  redraw(picture, () => {
    lanes.forEach((lane, number) => {
      const group = add(picture, 'g', {transform: `translate(0 ${laid.tops[number]})`});
      head(view, group, lane, step);
      tokens(view, group, lane, number, step);
    });
  });
}

// A lane's name, its sum of log-probabilities and how much of it is gone, as a bar.
function head({laid, format, ink}, group, lane, step) {
  const sum = sumAt(lane, step);
  const names = Math.min(laid.names, laid.width - SUM);
  put(group, 0, 19, cut(ink, lane.title, BODY, names), BODY, 'strong');
  put(group, names + SUM, 19, signed(format, sum), BODY, 'sum', {'text-anchor': 'end'});
  const left = names + SUM + 12;
  const room = laid.width - left;
  if (room > 40) bar(group, left, 8, room, 12, laid.worst < 0 ? sum / laid.worst : 0, 'chosen');
}

function tokens({laid, ink}, group, lane, number, step) {
  const path = lane.path(step);
  const first = apartAt(lane, step);
  const again = rewrittenAt(lane, step);
  path.forEach(({label}, i) => {
    const {x, line, width} = laid.columns[i];
    const y = HEAD + line * LINE + 8;
    const style = [
      'token',
      first >= 0 && i >= first ? 'apart' : '',
      i >= again && i < step - 1 ? 'again' : '',
      i === step - 1 ? 'now' : '',
    ];
    const shown = cut(ink, label, BIG, width - 2 * PAD);
    const box = token(group, {shown, x, width}, y, style.filter(Boolean).join(' '));
    set(box, {'data-lane': number, 'data-at': i});
    if (i === first)
      add(group, 'path', {class: 'flag', d: `M${x + width / 2 - 6} ${y - 8}h12l-6 7z`});
  });
}

// What the signs mean.
export const legend = labels =>
  Object.entries(SIGNS).map(([name, [tag, look]]) => {
    const sign = drawn('svg', {viewBox: '0 0 26 22', width: 26, height: 22});
    add(sign, tag, look);
    return make('span', '', sign, labels[name]);
  });
