// The models, a row each: what it is, what it knows, a bar for each score. A click chooses one.

import {make, set} from '../../components/dom.js';

const PHONE = 640; // px: there the details stand below

export default function ({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector('.root');
  const content = JSON.stringify(data.groups);
  if (root.dataset.content !== content) {
    root.dataset.content = content;
    root.replaceChildren(...data.groups.map(section));
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
  const rows = models.map(model => make('tr', '', make('td', '', row(model))));
  const caption = make('caption', '', title, make('span', 'about', about));
  return make('table', '', caption, make('tbody', '', ...rows));
}

function row({name, title, knows, scores}) {
  const element = make('button', 'model', make('b', '', title), make('span', 'knows', knows));
  Object.assign(element, {type: 'button'}).dataset.name = name;
  for (const [label, value] of scores) {
    const bar = make('span', 'bar-in');
    bar.style.width = `${value}%`;
    const parts = [make('span', '', label), make('span', 'track', bar), value.toFixed(1)];
    element.append(make('span', 'score', ...parts));
  }
  return element;
}

function mark(root, chosen) {
  for (const element of root.querySelectorAll('.model'))
    set(element, {'aria-pressed': element.dataset.name === chosen});
}
