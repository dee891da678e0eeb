// The samples that vote, a box each: what is unticked is told at once.

import {check} from '../../components/controls.js';
import {fill, kept, later, make, write} from '../../components/dom.js';

const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.send = at => setStateValue('at', at);
  if (view.root !== root) mount(view, root);
  const {of, renewed} = view.data ?? {};
  if (of !== data.of || renewed !== data.renewed) view.out = new Set(data.without);
  view.data = data;
  show(view);
}

function mount(view, root) {
  const title = make('span');
  const all = Object.assign(make('button'), {type: 'button'});
  const list = make('div', 'boxes');
  title.setAttribute('role', 'status');
  list.setAttribute('role', 'group');
  all.onclick = () => choose(view, new Set());
  Object.assign(view, {root, title, all, list, boxes: []});
  root.replaceChildren(make('div', 'head', title, all), list);
}

// The last voter stays.
function choose(view, out) {
  if (out.size < view.data.texts.length) view.out = out;
  show(view);
  const without = [...view.out].sort((a, b) => a - b).join();
  later(view.root, () => view.send({without, of: view.data.of}), 0);
}

function toggle(view, number, votes) {
  const out = new Set(view.out);
  if (votes) out.delete(number);
  else out.add(number);
  choose(view, out);
}

function show(view) {
  const {data, boxes, list, title, all, out} = view;
  const {texts, labels} = data;
  while (boxes.length > texts.length) boxes.pop().element.remove();
  texts.forEach((text, i) => {
    if (!boxes[i]) {
      boxes[i] = check(votes => toggle(view, i + 1, votes));
      list.append(boxes[i].element);
    }
    boxes[i].show(fill(labels.number, {n: i + 1, text: text || labels.empty}), !out.has(i + 1));
  });
  const n = texts.length - out.size;
  write(title, fill(labels.title, {n, N: texts.length}));
  write(all, labels.all);
  all.hidden = !out.size;
  list.setAttribute('aria-label', title.textContent);
}
