// What a reader sets beside the steps: how a sampler would draw, and by hand what stands in the translation.

import {list, slider} from '../../components/controls.js';
import {fill, make, write} from '../../components/dom.js';

const OFF = 'off';
const SELDOM = ['topk', 'topp', 'typicality'];
export const DRAWING = ['heat', ...SELDOM]; // as the address calls them
const LETTERS = /[\p{L}\p{M}\p{N}]+$/u; // a word's, up to the end
const LONGEST = 120; // characters that can be typed
const FOLLOWING = /^[\p{L}\p{M}\p{N}]+/u;

// ---- how a sampler would draw

// The numbers of the chosen stops; `stop` is the temperature's place in the record.
export function drawing(at, stops) {
  const chosen = (name, none) => (at[name] === OFF ? none : Number(at[name]));
  return {
    temperature: Number(at.heat),
    stop: stops.heat.indexOf(at.heat),
    top_k: chosen('topk', 0),
    top_p: chosen('topp', 1),
    typical: chosen('typicality', 1),
  };
}

export const isPlain = ({temperature, top_k, top_p, typical}) =>
  temperature === 1 && !top_k && top_p === 1 && typical === 1;

// The settings in words: "temperature 0.5, top-p 0.9".
export const named = (at, labels) =>
  DRAWING.filter(name => at[name] !== OFF && !(name === 'heat' && Number(at[name]) === 1))
    .map(name => `${labels[name].toLocaleLowerCase()} ${at[name]}`)
    .join(', ');

// ---- by hand

// What a translation begins with if a candidate, {text}, follows a step's prefix; "" if that is no text.
export function beginning(steps, step, candidate) {
  if (!candidate.trim()) return '';
  return `${written(steps, step)}${candidate}`.trim();
}

const written = (steps, step) =>
  steps
    .slice(0, step)
    .map(({text}) => text)
    .join('');

// The word that ends with a candidate or, where it was taken, that it stands in; a mark by itself; "" if there is none.
export function wordOf(steps, step, place) {
  const text = steps[step].next[place][2];
  if (!text.trim()) return '';
  const before = `${written(steps, step)}${text}`;
  const [begun] = before.match(LETTERS) ?? [[...before].at(-1)];
  if (place !== steps[step].chosen || !LETTERS.test(before)) return begun;
  const after = steps
    .slice(step + 1)
    .map(one => one.text)
    .join('');
  return begun + (after.match(FOLLOWING)?.[0] ?? '');
}

// ---- the rows

// `on`: draw(name, value) changes a setting, force(place) and ban(place) a candidate's, change(hand) what holds by hand,
// undo() the last of these, begin(text) makes the translation begin with it.
export function controls(on) {
  const sliders = Object.fromEntries(DRAWING.map(name => [name, stopped(name, on.draw)]));
  const more = textButton('more', () => toggle());
  let taken = '0';
  const take = list(value => {
    taken = value;
  });
  const act = name => textButton(name, () => on[name](Number(taken)));
  const [force, ban, undo] = [act('force'), act('ban'), textButton('undo', on.undo)];
  const seldom = SELDOM.map(name => sliders[name].element);
  const typing = typed(on.begin);
  const rare = make('div', 'bar rare', ...seldom, take.element, force, ban, typing.element);
  const held = make('div', 'bar held');
  rare.hidden = true;
  const toggle = (open = rare.hidden) => {
    rare.hidden = !open;
    more.setAttribute('aria-expanded', open);
  };
  toggle(false);
  let shown = false;

  // `candidates` are [place, label]; what is seldom used is open where it is set.
  function show({at, stops, labels, candidates, chosen, hand, heated}) {
    for (const name of DRAWING) sliders[name].show(labels, stops[name], at[name]);
    sliders.heat.element.hidden = !heated;
    for (const button of [more, force, ban, undo]) write(button, labels[button.dataset.act]);
    if (!shown && SELDOM.some(name => at[name] !== OFF)) toggle(true);
    shown = true;
    taken = candidates.some(([place]) => place === taken) ? taken : String(chosen);
    take.show(labels.take, candidates, taken);
    typing.show(labels);
    for (const button of [force, ban]) button.hidden = candidates.length < 2;
    hold(held, hand, labels, on, undo);
  }
  return {first: [sliders.heat.element, more], rows: [rare, held], show};
}

function textButton(act, onPress) {
  const element = Object.assign(make('button'), {type: 'button', onclick: onPress});
  element.dataset.act = act;
  return element;
}

// What the translation is to begin with, typed.
function typed(onBegin) {
  const input = Object.assign(make('input'), {type: 'text', maxLength: LONGEST});
  const button = Object.assign(make('button'), {type: 'submit'});
  const element = make('form', 'pick', input, button);
  element.onsubmit = event => {
    event.preventDefault();
    if (input.value.trim()) onBegin(input.value.trim());
    input.value = '';
  };
  return {
    element,
    show(labels) {
      input.placeholder = labels.typed;
      input.setAttribute('aria-label', labels.typed);
      write(button, labels.begin);
    },
  };
}

// A slider over texts, each a stop.
function stopped(name, onPick) {
  let stops = [];
  const made = slider(index => onPick(name, stops[index]));
  return {
    element: made.element,
    show(labels, values, chosen) {
      stops = values;
      const shown = chosen === OFF ? labels.off : chosen;
      const ends = {min: 0, max: stops.length - 1, step: 1};
      made.show(labels[name], ends, stops.indexOf(chosen), shown);
    },
  };
}

// What holds by hand, each with a button that lets it go.
function hold(place, {prefix, banned}, labels, on, undo) {
  const chip = (text, hand) => {
    const button = textButton('free', () => on.change(hand));
    button.setAttribute('aria-label', fill(labels.free, {text}));
    return make('span', 'chip', make('span', '', text), write(button, '×'));
  };
  const chips = banned.map(word =>
    chip(fill(labels.without, {word}), {prefix, banned: banned.filter(one => one !== word)}),
  );
  if (prefix) chips.unshift(chip(fill(labels.begins, {text: prefix}), {prefix: '', banned}));
  place.hidden = !chips.length;
  place.replaceChildren(...chips, undo);
}
