// The search trees of a sentence and what finished: beam sizes, length norm and α are chosen here, and answered at once
// wherever the search is known already.

import {check, segments, slider} from '../../components/controls.js';
import {fill, kept, later, make} from '../../components/dom.js';
import {formats} from '../../components/numbers.js';
import {nodesOf, path} from '../../components/tree_layout.js';
import {hidden, show, trees} from '../../components/trees.js';
import {ranked, rows} from './ranking.js';

const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.send = at => setStateValue('at', at);
  if (view.root !== root) mount(view, root, data.at);
  accept(view, data);
}

// `at`: what the address holds, as texts by its names. The searches of a question by their beam size: at most as many as
// the slider has stops.
function mount(view, root, at) {
  view.controls = {
    beam: slider(value => choose(view, 'beam', String(value))),
    sizes: check(checked => choose(view, 'sizes', String(checked))),
    beam2: slider(value => choose(view, 'beam2', String(value))),
    norm: segments(value => choose(view, 'norm', value)),
    alpha: slider(value => choose(view, 'alpha', value.toFixed(1))),
  };
  Object.assign(view, {root, at: {...at}, reported: {...at}, known: new Map(), drawn: []});
  const elements = Object.values(view.controls).map(control => control.element);
  root.replaceChildren(make('div', 'bar', ...elements));
  view.trees = trees(root, {tell: () => tell(view), opened: () => opened(view)});
  view.body = make('tbody');
  view.head = make('tr');
  view.title = make('h3');
  view.caption = make('p');
  const table = make('table', '', make('thead', '', view.head), view.body);
  view.hypotheses = make(
    'section',
    'hypotheses',
    view.title,
    view.caption,
    make('div', 'wide', table),
  );
  root.append(view.hypotheses);
}

function accept(view, data) {
  if (view.data?.question !== data.question) {
    view.known.clear();
    view.drawn = [];
  }
  const renewed = view.data && view.data.renewed !== data.renewed; // by a chip or the browser's Back
  if (renewed) for (const name in view.at) view.at[name] = data.at[name];
  if (view.data?.labels.locale !== data.labels.locale) view.numbers = formats(data.labels.locale);
  view.data = data;
  for (const search of data.searches)
    if (view.known.get(search.beam)?.id !== search.id)
      view.known.set(search.beam, {...search, nodes: nodesOf(search.nodes)});
  draw(view, renewed);
  if (state(view) !== JSON.stringify(view.reported)) later(view.root, () => tell(view));
}

// The names of the beam sizes that are compared.
const sizesOf = ({at}) => (at.sizes === 'true' ? ['beam', 'beam2'] : ['beam']);

const searchOf = ({known, at}, name) => known.get(Number(at[name]));

// The trees of the sizes that are chosen; until one is known, what was drawn before in its place.
function draw(view, renewed = false) {
  const {data, at, trees: drawing} = view;
  const {labels} = data;
  view.drawn = sizesOf(view)
    .map(
      (name, k) => searchOf(view, name) ?? view.drawn[k] ?? view.known.get(data.searches[k]?.beam),
    )
    .filter(Boolean);
  const contents = view.drawn.map(search => content(search, at, labels));
  const {predict, height} = data;
  const step = data.at.step === '' ? null : Number(data.at.step);
  show(drawing, {all: contents, labels, predict, at: step, renewed, height});
  write(view);
  hypotheses(view);
}

function content(search, at, labels) {
  const {id, beam, nodes, steps, omitted, facts, hypotheses} = search;
  const {order} = ranked(search, at);
  const leaves = order.map(i => hypotheses[i][0]);
  const text = hypotheses[order[0]][1];
  return {
    ...{key: `${id} ${leaves[0]}`, nodes, steps, omitted},
    best: new Set(path(nodes, leaves[0])),
    ranks: new Map(leaves.map((leaf, place) => [leaf, place + 1])),
    heading: fill(labels.title, {beam, text: text || labels.empty}),
    description: fill(labels.description, {...facts, text}),
  };
}

function choose(view, name, value) {
  view.at[name] = value;
  draw(view);
  const known = sizesOf(view).every(size => searchOf(view, size));
  later(view.root, () => tell(view), known && !view.data.predict ? undefined : 0);
}

// What the address should hold now.
function state({at, trees: drawing, data}) {
  const {steps, chosen} = drawing;
  const done = data.predict && !hidden(drawing) ? drawing.trees[0].key : '';
  return JSON.stringify({...at, step: chosen ? String(steps.at) : '', done});
}

function tell(view) {
  const at = state(view);
  if (at === JSON.stringify(view.reported)) return;
  view.reported = JSON.parse(at);
  view.send(view.reported);
}

// Nothing is left to guess.
function opened(view) {
  draw(view);
  tell(view);
}

function write({data, at, controls, numbers}) {
  const {labels, widest} = data;
  const size = chosen => (chosen === '1' ? labels.greedy : chosen);
  for (const name of ['beam', 'beam2'])
    controls[name].show(labels[name], {min: 1, max: widest, step: 1}, at[name], size(at[name]));
  controls.beam2.element.hidden = at.sizes !== 'true';
  controls.sizes.show(labels.sizes, at.sizes === 'true');
  controls.norm.show(labels.norm, labels.norms, at.norm);
  const shown = numbers.one.format(at.alpha);
  controls.alpha.show(labels.alpha, {min: 0, max: 2, step: 0.1}, at.alpha, shown);
  controls.alpha.range.disabled = at.norm !== 'gnmt';
  for (const name in controls) explain(controls[name].element, labels[`${name}_help`]);
}

function explain(element, help) {
  element.title = help;
  element.querySelector('[role=radiogroup], input').setAttribute('aria-description', help);
}

// What the first search finished, best first.
function hypotheses({data, at, drawn, trees: drawing, numbers, ...view}) {
  const {labels} = data;
  view.hypotheses.hidden = hidden(drawing);
  view.title.textContent = labels.hypotheses;
  view.caption.textContent = labels.caption;
  const cell = (tag, text, i) => make(tag, i === 1 ? '' : 'number', text);
  const heads = labels.columns.map((text, i) => cell('th', text, i));
  for (const head of heads) head.scope = 'col';
  view.head.replaceChildren(...heads);
  const texts = rows(drawn[0], at, numbers, labels.empty);
  view.body.replaceChildren(
    ...texts.map(row => make('tr', '', ...row.map((text, i) => cell('td', text, i)))),
  );
}
