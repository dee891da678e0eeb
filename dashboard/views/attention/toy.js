// Attention by hand: queries and keys are arrows that are dragged or moved by keys; all follows at once, in the browser.

import {themeOf} from '../../components/colour.js';
import {list} from '../../components/controls.js';
import {drawn, fill, kept, later, make, redraw, sized} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {computed, drawToy, REACH} from './toy_draw.js';

const STEP = 0.1; // a key's
const KINDS = ['query', 'key'];
const MOVES = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('arrows', textOf(view.arrows));
  if (view.root !== root) mount(view, root);
  const fresh = view.data?.arrows !== data.arrows || view.data?.chosen !== data.chosen;
  if (fresh && !root.hasAttribute('data-telling')) view.arrows = arrowsOf(data.arrows);
  Object.assign(view, {data, labels: data.labels, format: formats(data.labels.locale)});
  show(view);
}

// "x,y;…" → three queries and three keys, and back.
export const arrowsOf = text => text.split(';').map(pair => pair.split(',').map(Number));

export const textOf = arrows =>
  arrows.map(pair => pair.map(part => (part || 0).toFixed(1)).join(',')).join(';');

function mount(view, root) {
  view.pick = list(value => choose(view, Number(value)));
  view.reset = make('button');
  view.reset.type = 'button';
  view.reset.onclick = () => move(view, arrowsOf(view.data.start));
  view.picture = drawn('svg', {class: 'picture', role: 'img'});
  view.handles = make('div', 'handles');
  view.box = make('div', 'box toy', view.picture, view.handles);
  view.line = make('p', 'line');
  view.line.setAttribute('role', 'status');
  root.replaceChildren(make('div', 'bar', view.pick.element, view.reset), view.box, view.line);
  Object.assign(view, {root, data: null, at: 0, ink: inkOf(root)});
  view.buttons = Array.from({length: 6}, (_, i) => handle(view, i));
  view.handles.replaceChildren(...view.buttons);
  onResize(view.box, () => {
    view.ink = inkOf(root);
    if (view.data) show(view);
  });
}

function handle(view, i) {
  const element = make('button', i < 3 ? 'handle query' : 'handle key');
  element.type = 'button';
  element.onpointerdown = event => {
    element.setPointerCapture(event.pointerId);
    if (i < 3) choose(view, i);
  };
  element.onpointermove = event => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    const {left, top} = view.box.getBoundingClientRect();
    const {x, y, unit} = view.plane;
    drag(view, i, [(event.clientX - left - x) / unit, (y - (event.clientY - top)) / unit]);
  };
  element.onkeydown = event => {
    const by = MOVES[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    drag(
      view,
      i,
      view.arrows[i].map((part, axis) => part + by[axis] * STEP),
    );
  };
  element.onfocus = () => i < 3 && choose(view, i);
  return element;
}

function drag(view, i, place) {
  const within = place.map(
    part => Math.round(Math.max(-REACH, Math.min(REACH, part)) / STEP) * STEP,
  );
  move(
    view,
    view.arrows.map((arrow, other) => (other === i ? within : arrow)),
  );
}

function move(view, arrows) {
  view.arrows = arrows;
  later(view.root, view.tell);
  show(view);
}

function choose(view, at) {
  view.at = at;
  show(view);
}

// ---- what is seen

function show(view) {
  const {labels, picture, box, data} = view;
  const words = labels.words.split(' ');
  view.pick.show(
    labels.chosen,
    words.map((word, i) => [String(i), word]),
    String(view.at),
  );
  view.reset.textContent = labels.reset;
  const width = box.clientWidth;
  if (!width || !data) return;
  const now = computed(view.arrows);
  const scene = {...view, words, now, width, theme: themeOf(view.root)};
  redraw(picture, () => sized(picture, width, drawToy(scene, view)));
  const facts = factsOf(scene);
  picture.setAttribute('aria-label', fill(labels.described, facts));
  view.line.textContent = data.hidden ? '' : fill(labels.described, facts);
  view.buttons.forEach((button, i) => {
    const [x, y] = view.arrows[i];
    button.style.left = `${view.plane.x + x * view.plane.unit}px`;
    button.style.top = `${view.plane.y - y * view.plane.unit}px`;
    const name = fill(labels.arrow, {kind: labels[KINDS[i < 3 ? 0 : 1]], word: words[i % 3]});
    const number = part => view.format.one.format(part);
    button.setAttribute('aria-label', `${name}: ${number(x)}; ${number(y)}`);
  });
}

function factsOf({labels, words, now, at, format}) {
  const shares = now.weights[at].map((weight, j) =>
    fill(labels.share, {word: words[j], share: format.two.format(weight)}),
  );
  const output = now.outputs[at].map(part => format.two.format(part)).join('; ');
  return {word: words[at], shares: shares.join(', '), output};
}
