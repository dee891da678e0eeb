// How a taught pair looks: tokens with the loss of each as a bar above it, and what was expected after either prefix.

import {bars, namesOf, ROW} from '../../components/bars.js';
import {css, ramp, SCALES, themeOf} from '../../components/colour.js';
import {add, fill, set, sized} from '../../components/dom.js';
import {BIG, BODY, BOX, flow, inkOf, prose, put, SMALL, token, WIDE} from '../../components/ink.js';
import {share} from '../../components/numbers.js';
import {ending, prefix} from './teacher_words.js';

const TALL = 56; // px of the dearest token's bar
const APART = 36; // px between two columns

// What depends on the width, but not on the position.
export function lay(view) {
  const {box, root, gold, own} = view;
  const width = box.clientWidth;
  if (!width) return;
  const ink = inkOf(root);
  const all = [...gold, ...own];
  const texts = all.flatMap(({next}) => next.map(([text]) => text));
  const words = lane =>
    flow(
      ink,
      lane.map(({label, joined}) => ({text: label, joined})),
      width,
    );
  const beside = width >= WIDE;
  const column = beside ? Math.round((width - APART) / 2) : width;
  view.plan = {
    ink,
    theme: themeOf(root),
    width,
    beside,
    column,
    places: {gold: words(gold), own: words(own)},
    dearest: Math.max(1, ...gold.map(({smoothed}) => smoothed), ...all.map(({loss}) => loss)),
    rows: Math.max(...all.map(({next}) => next.length)),
    names: namesOf(ink, texts, others(view, gold[0]), column, 0.42),
    tall: 0,
  };
}

const others = ({labels, data}, {next}) => fill(labels.others, {n: data.vocabulary - next.length});

export function draw(view) {
  const {plan, picture} = view;
  if (!plan) return;
  const scene = {...view, ...plan, at: view.player.at};
  picture.replaceChildren();
  let y = lane(scene, 'gold', 3);
  if (!plan.beside) y = column(scene, 'gold', 0, y) + 8;
  y = lane(scene, 'own', y);
  const below = plan.beside ? column(scene, 'gold', 0, y) : y;
  const x = plan.beside ? plan.column + APART : 0;
  const beside = column(scene, 'own', x, y);
  plan.tall = Math.max(plan.tall, below, beside); // never shorter: the page below stays where it is
  sized(picture, plan.width, plan.tall);
}

// ---- a translation: a bar over each token says what it costs

function lane(scene, which, y) {
  const {picture, ink, width, data, labels} = scene;
  const gold = which === 'gold';
  const [steps, places] = [scene[which], scene.places[which]];
  const soft = !data.hidden && gold && data.smoothing > 0;
  let top = prose(ink, picture, 0, y, width, labels[which], BODY, 'strong', true);
  if (!data.hidden)
    top = prose(ink, picture, 0, top, width, costs(scene, gold, soft), SMALL, 'title');
  top += 4;
  if (data.hidden && !gold) return curtain(picture, 0, top, width, BOX + 20);
  const {bases, below} = baselines(scene, steps, places, top, soft);
  if (!data.hidden && gold) means(scene, places, bases);
  steps.forEach((entry, i) => {
    const place = {...places[i], base: bases[places[i].line]};
    written(scene, entry, place, i, gold);
    if (!data.hidden) cost(scene, entry, place, i, soft);
  });
  return below;
}

// Where each line of tokens stands, below the highest bar of its own, and where the last ends.
function baselines({data, dearest}, steps, places, top, soft) {
  const dear = Array(places.at(-1).line + 1).fill(data.hidden ? 0 : data.means.gold);
  if (!data.hidden)
    for (const [i, {loss, smoothed}] of steps.entries())
      dear[places[i].line] = Math.max(dear[places[i].line], loss, soft ? smoothed : 0);
  let below = top;
  const bases = dear.map(most => {
    const base = below + (data.hidden ? 4 : (TALL * most) / dearest + 22);
    below = base + BOX + 14;
    return base;
  });
  return {bases, below: below + 4};
}

function costs({data, labels, formats}, gold, soft) {
  const loss = formats.two.format(data.means[gold ? 'gold' : 'own']);
  const text = fill(gold ? labels.mean : labels.costs, {loss});
  if (!soft) return text;
  return `${text} ${fill(labels.softened, {loss: formats.two.format(data.means.smoothed)})}`;
}

// A dashed line at the mean of all losses, over each line of tokens.
function means({picture, data, dearest}, places, bases) {
  for (const [line, base] of bases.entries()) {
    const level = base - 2 - (TALL * data.means.gold) / dearest;
    const ends = places.filter(place => place.line === line).map(({x, width}) => x + width);
    add(picture, 'path', {d: `M0 ${level}h${Math.max(...ends)}`, class: 'mean'});
  }
}

function written({picture, at, gold: wanted}, {label}, place, i, gold) {
  const here = i === at;
  const apart = !gold && label !== wanted[i]?.label;
  const style = `token${here ? ' now' : i < at ? ' read' : ''}${apart ? ' apart' : ''}`;
  const group = token(picture, place, place.base, style, {bold: here});
  if (i < wanted.length) set(group, {class: 'go', 'data-at': i});
}

function cost({picture, data, theme, dearest, at, formats}, {loss, smoothed}, place, i, soft) {
  const {x, width, base} = place;
  const height = Math.max(1, (TALL * loss) / dearest);
  const level = (TALL * smoothed) / dearest;
  const part = loss / dearest;
  const fill = css(ramp(SCALES.weight, theme.dark ? part : 1 - part)); // on light the dark end is the dear one
  const bar = {x: x + 6, y: base - height - 2, width: width - 12, height};
  add(picture, 'rect', {...bar, class: 'cost', fill});
  if (soft)
    add(picture, 'path', {
      class: 'soft',
      d: `M${x + 4} ${base - 2}v${-level}h${width - 8}v${level}`,
    });
  const here = i === at;
  if (!here && loss < Math.max(0.5, data.means.gold)) return; // the small ones would stand in the dashed line
  const top = base - (soft ? Math.max(height, level) : height) - 7;
  const style = here ? 'number strong' : 'number';
  const middle = {'text-anchor': 'middle'};
  put(picture, x + width / 2, top, formats.one.format(loss), SMALL - 1, style, middle);
}

function curtain(parent, x, y, width, height) {
  const frame = {x: x + 1, y, width: width - 2, height: height - 8, rx: 6};
  add(parent, 'rect', {...frame, class: 'curtain'});
  return y + height;
}

// ---- what was expected after a prefix, and what the target wants

function column(scene, which, x, y) {
  const {labels, picture, ink, data, at, rows, names, column: width, formats} = scene;
  const gold = which === 'gold';
  const [steps, entry] = [scene[which], scene[which][at]];
  const write = (top, text, size, style, bold) =>
    prose(ink, picture, x, top, width, text, size, style, bold);
  let top = write(y, labels[`after_${which}`], BODY, 'strong', true);
  const read = prefix(steps, at);
  const room = (rows + 1) * ROW;
  if (data.hidden) return curtain(picture, x, top, width, room);
  top = write(top, read ? ending(read, 60) : labels.nothing, SMALL, 'title') + 6;
  if (!entry) {
    const below = write(top, fill(labels.finished, {N: steps.length}), BODY);
    return Math.max(below, top + room);
  }
  const box = {x, y: top, width, names, apart: true};
  bars(ink, picture, box, candidates(scene, entry, gold), value => share(formats, value));
  const loss = formats.two.format(entry.loss);
  const facts = {share: formats.significant.format(Math.exp(-entry.loss)), loss};
  const price = fill(gold ? labels.loss : labels.loss_own, facts);
  top = write(top + room + 6, price, BIG, 'strong', true);
  for (const note of gold ? wanted(scene, entry, facts) : [own(scene, read)])
    top = write(top, note, SMALL, 'title');
  return top + 6;
}

function candidates(scene, entry, gold) {
  const {smoothing, vocabulary} = scene.data;
  const target = 1 - smoothing + smoothing / vocabulary;
  const rows = entry.next.map(([text, value], i) => {
    const chosen = i === entry.chosen;
    const style = chosen ? 'chosen' : 'other';
    return {text, value, style, wanted: gold && chosen ? target : null};
  });
  return [...rows, {text: others(scene, entry), value: entry.rest, style: 'rest'}];
}

function wanted({data: {smoothing}, labels, formats}, {loss, smoothed}, facts) {
  if (!smoothing) return [labels.wanted];
  const parts = {
    smoothing: formats.short.format(smoothing),
    rest: formats.short.format(1 - smoothing),
    smoothed: formats.two.format(smoothed),
    uniform: formats.two.format((smoothed - (1 - smoothing) * loss) / smoothing),
  };
  return [fill(labels.smoothed, {...facts, ...parts}), labels.wanted];
}

const own = ({gold, labels, at}, read) =>
  prefix(gold, at) === read ? labels.same_prefix : labels.other_prefix;
