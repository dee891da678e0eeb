// How a step looks: words in lines, bars, what was taken, and beside it every head or what an RNN holds.

import {peak} from '../../components/attention.js';
import {bars, namesOf, ROW} from '../../components/bars.js';
import {
  picture as framed,
  raster,
  remember,
  SCALES,
  shade,
  themeOf,
} from '../../components/colour.js';
import {add, drawn, fill, set, sized} from '../../components/dom.js';
import {
  BIG,
  BODY,
  BOX,
  flow,
  GAP,
  inkOf,
  letters,
  NARROWEST,
  prose,
  put,
  SMALL,
  token,
  WIDE,
} from '../../components/ink.js';
import {share} from '../../components/numbers.js';
import {arcs, plates} from './stepper_arcs.js';
import {heads, states} from './stepper_inside.js';
import {facts, groups, heading} from './stepper_words.js';

const WHOLE = 0.02; // what shares add up to if it is so near to 1: they are rounded
const BELOW = 26; // px between lines of tokens, for the number below each
const RAMP = 120; // px of the legend's colours
const MIDDLE = {'text-anchor': 'middle'};

// ---- where things stand

// What depends on the width, but not on the step.
export function lay(view) {
  const {data, steps, box, root, labels} = view;
  const width = box.clientWidth;
  const theme = themeOf(root);
  const laid = [data.id, width, labels.locale, theme.key].join();
  if (!width || view.laid === laid) return;
  const ink = inkOf(root);
  const beside = width >= WIDE;
  const column = beside ? Math.round(width * (data.states ? 0.5 : 0.54)) : width;
  const [x, room] = beside ? [column + 36, width - column - 37] : [0, width - 1];
  const texts = steps.flatMap(step => step.next.map(([text]) => text));
  const plan = {ink, theme, width, beside, column, x, room, images: new Map(), tall: 0, lines: 1};
  view.laid = laid;
  view.plan = Object.assign(plan, {
    read: flow(
      ink,
      data.source.map(([text, joined]) => ({text, joined})),
      width,
    ),
    wrote: flow(
      ink,
      steps.map(({label, joined}) => ({text: label, joined})),
      width,
    ),
    words: [data.source, steps.map(({label, joined}) => [label, joined])].map(groups),
    rows: Math.max(...steps.map(step => step.next.length)),
    names: namesOf(ink, texts, others(view, steps[0]), column, 0.45),
    verdict: Math.max(
      ...steps.map(step => verdict({...view, ...plan, shape: null, picture: drawn('g')}, step, 0)),
    ),
  });
}

// Where the next word will stand, whatever it is.
export function blank(wrote, step, width) {
  const before = wrote[step - 1] ?? {x: -GAP, width: 0, line: 0};
  const x = before.x + before.width + GAP;
  const fits = x + NARROWEST <= width;
  return {shown: '?', x: fits ? x : 0, line: before.line + !fits, width: NARROWEST};
}

const others = ({labels, data}, step) =>
  fill(labels.others, {n: data.vocabulary - step.next.length});

// ---- drawing

export function draw(view) {
  const {picture, plan, data, counts, steps, hidden} = view;
  if (!plan) return;
  const scene = {...view, ...plan, step: view.player.at};
  picture.replaceChildren();
  const below = add(picture, 'g');
  const [sources, between, lower] = reading(scene, 3);
  const [here, y] = writing(scene, between);
  if (view.weights && plan.beside) arcs(below, sources, view.weights, here, lower);
  const left = expected(scene, y);
  const top = plan.beside ? y : left;
  if (!hidden) verdict(scene, steps[scene.step], top);
  const inside = data.states ? states : counts[0] * counts[1] > 1 ? heads : (_, below) => below;
  const right = inside(scene, top + plan.verdict + 12);
  plan.tall = Math.max(plan.tall, left, right); // never shorter: the page below stays where it is
  sized(picture, plan.width, plan.tall);
}

// → where each source position ends, the y below, and the frames of those on lower lines
function reading(scene, y) {
  const {picture, ink, width, labels, read, words, weights, formats} = scene;
  const most = weights && peak(weights);
  const pitch = BOX + (weights ? BELOW : 10);
  const title = weights ? labels.looked : labels.source;
  let top = prose(ink, picture, 0, y, width, title, SMALL, 'title');
  if (weights) top = legend(scene, top);
  top += 6;
  read.forEach((place, i) => {
    const at = top + place.line * pitch;
    const style = i === most ? 'token most' : 'token';
    const group = token(picture, place, at, style, {weight: weights?.[i], bold: i === most});
    if (!weights) return;
    set(group, {class: 'source', 'data-source': i});
    add(group, 'title').textContent = labels.seek;
    note(picture, place, at, little(formats, weights[i]), i === most ? 'strong' : 'dim');
  });
  joined(scene, words[0], read, top, pitch);
  const below = top + (read.at(-1).line + 1) * pitch;
  const ends = read.map(({x, width, line}) => [
    x + width / 2,
    top + line * pitch + BOX + BELOW - 4,
  ]);
  const lower = plates(read, top, pitch);
  if (weights) return [ends, below + 16, lower];
  return [ends, prose(ink, picture, 0, below, width, labels.unattended, BODY) + 8, lower];
}

// A weight as short as a token is wide.
const little = (formats, value) =>
  value < 0.01 ? `< ${formats.percents[0].format(0.01)}` : share(formats, value);

function note(parent, {x, width}, top, text, style) {
  put(parent, x + width / 2, top + BOX + SMALL + 2, text, SMALL, style, MIDDLE);
}

// The legend of the colours: beside the title, or below it.
function legend({picture, ink, width, labels, weights, formats, images}, y) {
  const sum = weights.reduce((all, weight) => all + weight);
  const whole = Math.abs(sum - 1) < WHOLE;
  const text = whole ? labels.share : fill(labels.share_less, {sum: formats.two.format(sum)});
  const before = letters(ink, text, SMALL, false) + 8;
  const [low, high] = [0, 1].map(value => formats.percents[0].format(value));
  const end = letters(ink, high, SMALL, false) + 8;
  const start = before + letters(ink, low, SMALL, false) + 6;
  const all = start + RAMP + end;
  const beside = letters(ink, labels.looked, SMALL, false) + 24 + all <= width;
  const [left, top] = beside ? [width - all - 1, y - 20] : [0, y];
  put(picture, left, top + SMALL, text, SMALL, 'dim');
  put(picture, left + before, top + SMALL, low, SMALL);
  const ramp = remember(images, 'ramp', () =>
    raster(RAMP, 1, i => shade(SCALES.weight, i / (RAMP - 1))),
  );
  framed(picture, {x: left + start, y: top, width: RAMP, height: 14}, ramp);
  put(picture, left + start + RAMP + 6, top + SMALL, high, SMALL);
  return beside ? y : y + 24;
}

// The translation: what is written, and of one that may be seen whole what is still to come. → where the word of this
// step begins, and the y below
function writing(scene, y) {
  const {plan, picture, ink, width, labels, steps, step, wrote, words, hidden, told} = scene;
  const pitch = BOX + BELOW;
  const top = prose(ink, picture, 0, y, width, labels.target, SMALL, 'title') + 6;
  const here = hidden ? blank(wrote, step, width) : wrote[step];
  const shown = told ? steps.length : step + 1 - hidden;
  const last = told ? wrote.at(-1) : here;
  plan.lines = Math.max(plan.lines, last.line + 1); // grows with the translation, and never shrinks
  for (let i = 0; i < shown; i++) written(scene, i, top + wrote[i].line * pitch);
  if (hidden) token(picture, here, top + here.line * pitch, 'token now');
  joined(scene, told ? words[1] : [], wrote, top, pitch);
  return [[here.x + here.width / 2, top + here.line * pitch], top + plan.lines * pitch + 8];
}

function written({picture, steps, step, wrote, formats}, i, y) {
  const {rank, next, chosen} = steps[i];
  const [now, ahead] = [i === step, i > step];
  const style = `token${now ? ' now' : ' plain'}${rank > 1 && !ahead ? ' unlikely' : ''}`;
  const group = token(picture, wrote[i], y, style, {bold: now});
  set(group, {class: now ? 'appear' : ahead ? 'ahead' : 'past', 'data-step': i});
  if (!ahead) note(picture, wrote[i], y, share(formats, next[chosen][1]), 'dim');
}

// The pieces of a word, marked as one by a line below them.
function joined({picture}, words, places, top, pitch) {
  for (const pieces of words)
    for (const [k, i] of pieces.entries()) {
      const {x, width, line} = places[i];
      const [left, right] = [k ? 0 : 5, k < pieces.length - 1 ? 0 : 5];
      const y = top + line * pitch + BOX + 1.5;
      add(picture, 'path', {d: `M${x + left} ${y}h${width - left - right}`, class: 'word'});
    }
}

// What the model expects next, or a curtain before it.
function expected(scene, y) {
  const {picture, ink, column: width, labels, steps, step, rows, names, hidden, formats} = scene;
  const title = scene.shape && !hidden ? heading(scene) : labels.next;
  const top = prose(ink, picture, 0, y, width, title, SMALL, 'title') + 6;
  const below = top + (rows + 1) * ROW + 8;
  if (hidden) {
    const frame = {x: 1, y: top, width: width - 2, height: below - top - 8, rx: 6};
    add(picture, 'rect', {...frame, class: 'curtain'});
    prose(ink, picture, 20, top + 20, width - 40, labels.guess, BIG);
    return below;
  }
  const table = candidates(scene);
  bars(ink, picture, {x: 0, y: top, width, names}, table, value => share(formats, value));
  steps[step].next.forEach(([, , text], place) => {
    if (!text.trim()) return;
    const row = {x: 0, y: top + place * ROW, width, height: ROW, rx: 5};
    const look = {class: 'candidate', 'pointer-events': 'all', 'data-place': place};
    add(add(picture, 'rect', {...row, ...look}), 'title').textContent = labels.force_this;
  });
  return below;
}

// The bars: as the model expects, or as the settings make it; what they cut is as long as it was before.
function candidates(scene) {
  const {steps, step, shape} = scene;
  const {next, chosen, rest} = steps[step];
  const row = (text, style, share, hot) => ({
    text,
    value: share ?? hot,
    cut: share === null,
    style,
  });
  const shares = next.map(([, value], i) => (shape ? [shape.shares[i], shape.hot[i]] : [value]));
  const all = next.map(([text], i) => row(text, i === chosen ? 'chosen' : 'other', ...shares[i]));
  const left = shape ? [shape.rest, shape.hotRest] : [rest];
  return [...all, row(others(scene, steps[step]), 'rest', ...left)];
}

// What was taken and how sure the model was. → the y below
function verdict(scene, step, y) {
  const looks = [BIG, BIG, BODY];
  return facts(scene, step).reduce((below, text, i) => {
    const strong = looks[i] === BIG;
    const {ink, picture, x, room} = scene;
    return prose(ink, picture, x, below, room, text, looks[i], strong ? 'strong' : '', strong) + 4;
  }, y);
}
