// A whole Transformer as one picture that opens: every part is a button, and what stands in it unfolds below its row.
// All of it has been computed: the browser walks it alone, and asks once for the numbers of a model that sleeps.

import {unpacked} from '../../components/attention.js';
import {themeOf} from '../../components/colour.js';
import {list} from '../../components/controls.js';
import {drawn, fill, kept, later, make, name, set} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {drawNetwork} from './network_draw.js';
import {neighbour, rowsOf} from './network_layout.js';
import {stackOf} from './network_numbers.js';

const SIDES = ['encoder', 'decoder'];
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => {
    const {part: box, source, step} = view.at;
    setStateValue('at', {box, source: String(source + 1), step: String(step + 1)});
  };
  view.want = () => setTriggerValue('wanted', true);
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const picks = {
    source: list(value => pick(view, {source: Number(value)})),
    step: list(value => pick(view, {step: Number(value)})),
  };
  const bar = make('div', 'bar', picks.source.element, picks.step.element);
  const picture = drawn('svg', {class: 'picture', role: 'img'});
  const parts = make('div', 'parts');
  const line = make('p', 'line');
  line.setAttribute('role', 'status');
  const box = make('div', 'box network', picture, parts);
  root.replaceChildren(bar, box, line);
  parts.onkeydown = event => walk(view, event);
  picture.onclick = ({target}) => {
    const {side, at} = target.closest('[data-side]')?.dataset ?? {};
    if (side) pick(view, {[side === 'encoder' ? 'source' : 'step']: Number(at)});
  };
  Object.assign(view, {root, picks, picture, parts, line, box, data: null, ink: inkOf(root)});
  onResize(box, () => {
    view.ink = inkOf(root);
    show(view);
  });
}

// ---- data in

function accept(view, data) {
  const {data: before} = view;
  const {labels, facts} = data;
  const fresh = before?.id !== data.id;
  Object.assign(view, {data, labels, format: formats(labels.locale)});
  if (!before || before.chosen !== data.chosen)
    // at first, or by a chip
    view.at = {
      part: data.at.box,
      source: Number(data.at.source) - 1,
      step: Number(data.at.step) - 1,
    };
  if (fresh) {
    view.rows = Object.fromEntries(
      SIDES.map(side => [side, rowsOf(side, facts[`${side}_layers`], facts.norm)]),
    );
    view.weights = Object.fromEntries(
      Object.entries(data.weights).map(([kind, weights]) => [kind, unpacked(weights)]),
    );
    view.strips = new Map();
    view.at.source = Math.min(view.at.source, data.sources.length - 1);
    view.at.step = Math.min(view.at.step, data.written.length - 1);
    const every = SIDES.flatMap(side => view.rows[side].flat());
    if (!every.some(({id}) => id === view.at.part)) view.at.part = 'none';
  }
  if (fresh || Boolean(before.numbers) !== Boolean(data.numbers))
    view.numbers =
      data.numbers && Object.fromEntries(SIDES.map(side => [side, stackOf(data.numbers[side])]));
  show(view);
  ask(view);
}

// Of the server, once the picture stands: the numbers of a model that is not awake.
function ask(view) {
  const {data, root} = view;
  const request = data.pending ? data.id : null;
  if (request && view.request !== request) requestAnimationFrame(() => later(root, view.want, 0));
  view.request = request;
}

// ---- what is seen

function show(view) {
  const {data, labels, picks, picture, parts, box, root, at} = view;
  const width = box.clientWidth;
  if (!data || !width) return;
  picks.source.show(labels.source, data.sources.map(numberedToken), String(at.source));
  picks.step.show(labels.step, data.written.map(numberedToken), String(at.step));
  picture.setAttribute('aria-label', labels.description);
  const shown = data.hidden ? {...at, part: 'none'} : at;
  const places = drawNetwork(picture, {...view, at: shown, theme: themeOf(root), width});
  while (parts.children.length > places.length) parts.lastElementChild.remove();
  places.forEach((place, i) => {
    const button = parts.children[i] ?? parts.appendChild(make('button', 'part'));
    const open = shown.part === place.part.id;
    set(button, {type: 'button', 'aria-expanded': open, 'data-part': place.part.id});
    button.tabIndex = open || (shown.part === 'none' && !i) ? 0 : -1;
    name(button, place.text);
    button.onclick = () => data.hidden || pick(view, {part: open ? 'none' : place.part.id});
    const [left, top, wide, high] = [place.x, place.y, place.width, place.height];
    button.style.cssText = `left:${left}px;top:${top}px;width:${wide}px;height:${high}px`;
  });
  const facts = {source: data.sources[at.source], step: at.step + 1, token: data.written[at.step]};
  view.line.textContent = fill(labels.line, facts);
}

const numberedToken = (token, i) => [String(i), `${i + 1} ${token}`];

// ---- what the reader does

function pick(view, changes) {
  Object.assign(view.at, changes);
  later(view.root, view.tell);
  show(view);
}

function walk({parts, rows}, event) {
  const {part} = event.target.dataset;
  if (!part || !event.key.startsWith('Arrow')) return;
  event.preventDefault();
  const side = part.split('-')[0];
  const other = {ArrowLeft: 'encoder', ArrowRight: 'decoder'}[event.key];
  let next = neighbour(rows[side], part, event.key);
  if (next === part && other && other !== side)
    next = rows[other].flat().at(side === 'encoder' ? 0 : -1).id;
  parts.querySelector(`[data-part="${next}"]`).focus();
}
