// How a weight is moved: a cell of a map dragged up and down, and a list of bars dragged sideways or moved by keys.

import {make, write} from '../../components/dom.js';

const WHOLE = 160; // px of a drag up that take a weight from 0 to 1
const STEP = 0.05; // of an arrow key
const STEPS = {
  ArrowRight: STEP,
  ArrowUp: STEP,
  ArrowLeft: -STEP,
  ArrowDown: -STEP,
  PageUp: 0.25,
  PageDown: -0.25,
};

// Drags in a cell grid of one map, by mouse or pen: a finger scrolls. `begin(row, column)`, `weight(column)`,
// `move(column, value)`, `end()`.
export function drags(grid, {begin, weight, move, end}) {
  const {box} = grid;
  let drag = null;
  box.addEventListener('pointerdown', event => {
    const point = event.pointerType !== 'touch' && event.button === 0 && grid.under(event);
    if (!point) return;
    begin(point.row, point.column);
    const from = weight(point.column);
    if (from === undefined) return; // not yet written
    drag = {column: point.column, from, y: event.clientY, moved: false};
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener(
    'pointermove',
    event => {
      if (!drag) return;
      event.stopPropagation(); // the cell that is dragged stays pointed at
      const value = drag.from + (drag.y - event.clientY) / WHOLE;
      if (!drag.moved && Math.abs(drag.y - event.clientY) < 3) return;
      drag.moved = true;
      move(drag.column, value);
    },
    true,
  );
  const stop = () => {
    if (drag?.moved) end();
    drag = null;
  };
  box.addEventListener('pointerup', stop);
  box.addEventListener('pointercancel', stop);
}

// A row's weights as bars, each a slider. `onMove(index, value, steady)`, steady while a pointer is down.
export function weightsList(onMove) {
  const title = make('h3');
  const bars = make('div', 'weights');
  const element = make('div', 'editor', title, bars);
  return {
    element,
    focus: index => bars.children[index]?.querySelector('.slide').focus(),
    show(heading, weights) {
      write(title, heading);
      while (bars.children.length > weights.length) bars.lastElementChild.remove();
      while (bars.children.length < weights.length)
        bars.append(barFor(bars.children.length, onMove));
      weights.forEach((weight, i) => {
        showBar(bars.children[i], weight);
      });
    },
  };
}

function showBar(line, {token, share, text}) {
  const [name, slide, number] = line.children;
  write(name, token);
  write(number, text);
  slide.style.setProperty('--share', share);
  slide.setAttribute('aria-label', token);
  slide.setAttribute('aria-valuenow', Math.round(share * 100));
  slide.setAttribute('aria-valuetext', text);
  slide.share = share;
}

function barFor(index, onMove) {
  const slide = make('div', 'slide', make('span', 'fill'));
  const ends = {role: 'slider', tabindex: 0, 'aria-valuemin': 0, 'aria-valuemax': 100};
  for (const name in ends) slide.setAttribute(name, ends[name]);
  slide.onkeydown = event => {
    const to = {Home: 0, End: 1}[event.key] ?? slide.share + STEPS[event.key];
    if (Number.isNaN(to) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(index, to, false);
  };
  const at = event => {
    const {left, width} = slide.getBoundingClientRect();
    return (event.clientX - left) / width;
  };
  slide.onpointerdown = event => {
    if (event.button !== 0) return;
    slide.setPointerCapture(event.pointerId);
    onMove(index, at(event), true);
  };
  slide.onpointermove = event =>
    slide.hasPointerCapture(event.pointerId) && onMove(index, at(event), true);
  slide.onpointerup = () => onMove(index, slide.share, false);
  return make('div', 'weight', make('span', 'token'), slide, make('span', 'number'));
}
