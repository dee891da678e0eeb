// The words of a sentence, to be dragged into another order or moved by keys; the server hears of it once a word is let go.

import {fill, kept, later, make, write} from '../../components/dom.js';

const viewOf = kept(() => ({}));

// A list with the entry at `from` put to `to`.
export function moved(order, from, to) {
  const rest = order.filter((_, place) => place !== from);
  return [...rest.slice(0, to), order[from], ...rest.slice(to)];
}

// The number of the box {left, right, top, bottom} that is nearest to a point; a line counts more than a place in it.
export function nearest(boxes, x, y) {
  const apart = ({left, right, top, bottom}) => {
    const [across, down] = [Math.abs((left + right) / 2 - x), Math.max(top - y, y - bottom, 0)];
    return across + down * 1000;
  };
  const all = boxes.map(apart);
  return all.indexOf(Math.min(...all));
}

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => {
    const written = view.order.every((word, place) => word === place);
    const words = written ? 'written' : view.order.map(place => place + 1).join();
    setStateValue('at', {words});
  };
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  view.list = make('ol', 'row');
  view.mark = make('span', 'end');
  view.back = make('button', 'back');
  view.hint = make('p', 'hint');
  view.status = make('p', 'status');
  view.status.setAttribute('role', 'status');
  Object.assign(view.back, {type: 'button', onclick: () => put(view, view.order.toSorted(up))});
  root.replaceChildren(
    view.hint,
    make('div', 'line', view.list, view.mark, view.back),
    view.status,
  );
  Object.assign(view, {root, data: null});
}

const up = (one, other) => one - other;

function accept(view, data) {
  const fresh = view.data?.id !== data.id;
  const renewed = view.data?.renewed !== data.renewed; // by a link, a chip or the browser's Back
  Object.assign(view, {data, labels: data.labels});
  if (fresh) view.chips = data.words.map((word, place) => chip(view, word, place));
  if (fresh || renewed || !view.root.hasAttribute('data-telling')) view.order = data.order;
  view.list.setAttribute('aria-label', data.labels.list);
  write(view.hint, data.labels.hint);
  write(view.mark, data.mark);
  write(view.back, data.labels.back);
  show(view);
}

function chip(view, word, place) {
  const element = make('button', 'word', word);
  element.type = 'button';
  element.onkeydown = event => key(view, place, event);
  element.onpointerdown = event => {
    if (event.button) return;
    element.setPointerCapture(event.pointerId);
    element.classList.add('held');
    view.before = view.order;
  };
  element.onpointermove = event => element.classList.contains('held') && drag(view, place, event);
  element.onlostpointercapture = () => {
    element.classList.remove('held');
    if (view.before !== view.order) told(view, place);
  };
  return element;
}

// ---- what is seen

function show(view) {
  const {chips, order, list, back, labels} = view;
  const count = order.length;
  const items = order.map((word, place) => {
    chips[word].classList.toggle('moved', word !== place);
    chips[word].setAttribute(
      'aria-label',
      fill(labels.word, {word: chips[word].textContent, n: place + 1, N: count}),
    );
    return chips[word].parentElement ?? make('li', '', chips[word]);
  });
  if (items.some((item, place) => list.children[place] !== item) || list.children.length !== count)
    list.replaceChildren(...items);
  back.hidden = order.every((word, place) => word === place);
}

// ---- what the reader does

function drag(view, word, {clientX, clientY}) {
  const boxes = view.order.map(place => view.chips[place].getBoundingClientRect());
  const [from, to] = [view.order.indexOf(word), nearest(boxes, clientX, clientY)];
  if (from === to) return;
  // Not so far that the word would jump back under the pointer: only past the middle of the other one.
  const middle = (boxes[to].left + boxes[to].right) / 2;
  const line = boxes[to].top === boxes[from].top;
  if (line && (to > from ? clientX < middle : clientX > middle)) return;
  view.order = moved(view.order, from, to);
  place(view);
}

// Each word at its place, without taking the one that is held out of the page, which would let it go.
function place(view) {
  view.order.forEach((word, at) => {
    view.chips[word].parentElement.style.order = at;
    view.chips[word].classList.toggle('moved', word !== at);
  });
}

function told(view, word) {
  for (const item of view.list.children) item.style.order = '';
  show(view);
  view.chips[word].focus();
  const facts = {word: view.data.words[word], n: view.order.indexOf(word) + 1};
  write(view.status, fill(view.labels.now, facts));
  later(view.root, view.tell, 150);
}

function key(view, word, event) {
  const {order} = view;
  const from = order.indexOf(word);
  const last = order.length - 1;
  const to = {ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last}[event.key];
  if (to == null || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const place = Math.max(0, Math.min(last, to));
  if (place === from) return;
  view.order = moved(order, from, place);
  told(view, word);
}

function put(view, order) {
  view.order = order;
  show(view);
  write(view.status, '');
  later(view.root, view.tell, 0);
}
