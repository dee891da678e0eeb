// The models, a row each: what it is, what it knows, a bar for each score. A click chooses one.

import {make, set} from '../../components/dom.js';

const PHONE = 640; // px: there the details stand below

export default function ({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector('.root');
  const content = JSON.stringify(data.groups);
  if (root.dataset.content !== content) {
    root.dataset.content = content;
    root.replaceChildren(...data.groups.flatMap(group => section(group)));
  }
  set(root, {role: 'group', 'aria-label': data.description});
  mark(root, data.chosen);
  root.onclick = event => {
    const row = event.target.closest('.model');
    if (!row) return;
    mark(root, row.dataset.name);
    setTriggerValue('model', row.dataset.name);
    if (innerWidth <= PHONE) document.querySelector('.st-key-details')?.scrollIntoView();
  };
}

function section({title, about, models}) {
  return [make('h3', '', title, make('span', 'about', about)), ...models.map(row)];
}

function row({name, title, knows, scores}) {
  const element = make(
    'button',
    'model',
    make('span', 'title', title),
    make('span', 'knows', knows),
  );
  Object.assign(element, {type: 'button'}).dataset.name = name;
  for (const [label, value] of scores) {
    const bar = make('span', 'bar-in');
    bar.style.width = `${value}%`;
    element.append(
      make(
        'span',
        'score',
        make('span', 'label', label),
        make('span', 'track', bar),
        value.toFixed(1),
      ),
    );
  }
  return element;
}

function mark(root, chosen) {
  for (const element of root.querySelectorAll('.model'))
    set(element, {'aria-pressed': element.dataset.name === chosen});
}
