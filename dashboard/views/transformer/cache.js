// The key-value cache, a step at a time: what is computed anew, what is read, what both ways cost.

import {bar} from '../../components/bars.js';
import {add, drawn, fill, kept, make, redraw, sized} from '../../components/dom.js';
import {BOX, flow, inkOf, onResize, prose, token} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {player} from '../../components/player.js';

const NOTE = 14; // px of letters
const PACE = 700; // ms a step
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', {step: String(view.player.at + 1)});
  if (view.root !== root) mount(view, root);
  const {data: before, player: walk} = view;
  Object.assign(view, {data, labels: data.labels, format: formats(data.labels.locale)});
  walk.last = data.written.length - 1;
  if (before?.id !== data.id) walk.at = Number(data.at.step) - 1;
  walk.label(data.labels);
  walk.refresh();
  show(view);
}

function mount(view, root) {
  const on = {
    step: () => show(view),
    text: () => `${view.labels.step} ${view.player.at + 1}: ${view.data.written[view.player.at]}`,
    tell: () => view.tell(),
  };
  view.player = player(root, {acts: ['back', 'play', 'forward'], first: 1, pace: PACE, on});
  const picture = drawn('svg', {class: 'picture', role: 'img'});
  const line = make('p', 'line');
  line.setAttribute('role', 'status');
  const box = make('div', 'box', picture);
  root.replaceChildren(view.player.bar, line, box);
  Object.assign(view, {root, picture, line, box, data: null, ink: inkOf(root)});
  onResize(box, () => {
    view.ink = inkOf(root);
    show(view);
  });
}

function show(view) {
  const {data, labels, picture, line, box, ink, player: walk} = view;
  const width = box.clientWidth;
  if (!data || !width) return;
  const facts = {
    step: walk.at + 1,
    own: walk.at,
    sources: data.sources.length,
    layers: data.layers,
  };
  line.textContent = fill(labels.described, facts);
  picture.setAttribute('aria-label', line.textContent);
  redraw(picture, () => {
    let y = prose(ink, picture, 0, 0, width, labels.self, NOTE, 'strong', true);
    y = tokens(ink, picture, data.read, width, y + 4, i =>
      i < walk.at ? 'kept' : i > walk.at ? 'none' : 'new',
    );
    y = prose(ink, picture, 0, y + 6, width, labels.cross, NOTE, 'strong', true);
    y = tokens(ink, picture, data.sources, width, y + 4, () => 'kept');
    y = legend(view, y + 4, width);
    sized(picture, width, costs(view, y + 8, width));
  });
}

// A box a token, in lines; → the y below them.
function tokens(ink, picture, texts, width, top, styleOf) {
  const places = flow(
    ink,
    texts.map(text => ({text, joined: false})),
    width,
  );
  places.forEach((place, i) => {
    const style = styleOf(i);
    token(picture, place, top + place.line * (BOX + 4), `square ${style}`, {bold: style === 'new'});
  });
  return top + (places.at(-1).line + 1) * (BOX + 4);
}

function legend({picture, labels, ink}, top, width) {
  let y = top;
  for (const style of ['new', 'kept', 'none']) {
    add(picture, 'rect', {x: 1, y: y + 3, width: 14, height: 14, rx: 3, class: `square ${style}`});
    y = prose(ink, picture, 24, y, width - 24, labels[`legend_${style}`], NOTE, 'dim');
  }
  return y;
}

// The step's multiplications with the cache and without, on one scale for all steps.
function costs({picture, labels, data, format, ink, player: walk}, top, width) {
  const most = Math.max(...data.fresh, ...data.cached);
  const facts = {sources: data.sources.length, millions: format.one.format(data.start / 1e6)};
  const once = prose(ink, picture, 0, top, width, fill(labels.once, facts), NOTE);
  let y = prose(ink, picture, 0, once + 4, width, labels.millions, NOTE, 'strong', true) + 2;
  for (const [name, values] of [
    ['with', data.cached],
    ['without', data.fresh],
  ]) {
    const value = values[walk.at];
    y = prose(
      ink,
      picture,
      0,
      y,
      width,
      `${labels[name]}: ${format.one.format(value / 1e6)}`,
      NOTE,
    );
    bar(picture, 0, y + 2, width, 16, value / most, name === 'with' ? 'chosen' : 'other');
    y += 24;
  }
  return y;
}
