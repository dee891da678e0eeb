// The models, a row each: what it is, what it knows, a bar for each score. A click chooses one.

import {make, set} from '../../components/dom.js';

const PHONE = 640; // px: there the details stand below

export default function ({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector('.root');
  const content = JSON.stringify([data.groups, data.legend]);
  if (root.dataset.content !== content) {
    root.dataset.content = content;
    root.replaceChildren(...data.groups.map(group => section(group, data.legend)));
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

function section({title, models}, legend) {
  const keys = legend.map(label => make('span', 'key', label));
  const rows = models.map(model => make('tr', '', make('td', '', row(model, legend))));
  return make('table', '', make('caption', '', title, ...keys), make('tbody', '', ...rows));
}

function row({name, title, knows, scores}, legend) {
  const bars = make('span', 'scores', ...scores.map((value, i) => score(value, legend[i])));
  const element = make('button', 'model', make('b', '', title), bars, make('span', 'knows', knows));
  Object.assign(element, {type: 'button'}).dataset.name = name;
  return element;
}

function score(value, label) {
  const bar = make('span', 'bar-in');
  bar.style.width = `${value}%`;
  const element = make('span', 'score', make('span', 'track', bar), value.toFixed(1));
  element.title = label;
  return element;
}

function mark(root, chosen) {
  for (const element of root.querySelectorAll('.model'))
    set(element, {'aria-pressed': element.dataset.name === chosen});
}
