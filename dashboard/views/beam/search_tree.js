// The search trees of a sentence and what finished: beam sizes, length norm and α are chosen here, and answered at once
// wherever the search is known already. A search can be steered from its tree.

import {check, segments, slider} from '../../components/controls.js';
import {fill, kept, later, make} from '../../components/dom.js';
import {formats} from '../../components/numbers.js';
import {nodesOf, path} from '../../components/tree_layout.js';
import {hidden, show, trees} from '../../components/trees.js';
import {counting} from './counting_view.js';
import {card} from './hand.js';
import {more} from './more.js';
import {ranked, signed} from './ranking.js';
import {table, winner} from './results.js';
import {strip} from './source.js';
import {FREE, isSteered, keyOf} from './steer.js';
import {steering} from './steering.js';

const MOST = 40; // searches of a question that are kept, the newest
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.send = at => setStateValue('at', at);
  if (view.root !== root) mount(view, root, data.at);
  accept(view, data);
}

// `at`: what the address holds, as texts by its names. The searches of a question by beam size and what steers them.
function mount(view, root, at) {
  view.controls = {
    beam: slider(value => choose(view, 'beam', String(value))),
    sizes: check(checked => choose(view, 'sizes', String(checked))),
    beam2: slider(value => choose(view, 'beam2', String(value))),
    norm: segments(value => choose(view, 'norm', value)),
    alpha: slider(value => choose(view, 'alpha', value.toFixed(1))),
  };
  Object.assign(view, {root, at: {...at}, reported: {...at}, known: new Map(), drawn: []});
  Object.assign(view, {past: [], touched: false});
  const elements = Object.values(view.controls).map(control => control.element);
  view.winner = winner();
  view.steering = steering({
    steer: to => steer(view, to),
    undo: () => undo(view),
    both: checked => choose(view, 'both', String(checked)),
  });
  view.more = more({choose: (name, value) => choose(view, name, value)});
  const bar = make('div', 'bar', ...elements, view.more.element);
  root.replaceChildren(bar, view.winner.element, view.steering.element);
  view.trees = trees(root, {
    tell: () => tell(view),
    opened: () => opened(view),
    step: () => {
      view.card?.close();
      below(view);
    },
    point: (tree, i) => view.source?.show(view.drawn[view.trees.trees.indexOf(tree)], i, view),
    take: (tree, i) => take(view, tree, i),
  });
  view.card = card({steer: to => steer(view, to), close: () => view.trees.trees[0].box.focus()});
  Object.assign(view, {source: strip(), counting: counting(), table: table()});
  root.append(...[view.source, view.counting, view.table, view.card].map(part => part.element));
  root.onpointerdown = ({target}) => view.card.element.contains(target) || view.card.close();
}

function accept(view, data) {
  const another = view.data?.question !== data.question;
  if (another) {
    view.known.clear();
    view.drawn = [];
  }
  const renewed = view.data && view.data.renewed !== data.renewed; // by a chip or the browser's Back
  if (renewed) for (const name in view.at) view.at[name] = data.at[name];
  else if (another) for (const name in FREE) view.at[name] = data.at[name];
  if (renewed || another) Object.assign(view, {past: [], touched: false});
  if (view.data?.labels.locale !== data.labels.locale) view.numbers = formats(data.labels.locale);
  Object.assign(view, {data, labels: data.labels});
  for (const search of data.searches) know(view, search);
  draw(view, renewed);
  if (state(view) !== JSON.stringify(view.reported)) later(view.root, () => tell(view));
}

function know({known}, search) {
  const key = keyOf(search.beam, search.asked);
  const before = known.get(key);
  if (before?.id !== search.id) known.set(key, {...search, nodes: nodesOf(search.nodes)});
  if (known.size > MOST) known.delete(known.keys().next().value);
}

// The names of the beam sizes that are compared.
const sizesOf = ({at}) => (at.sizes === 'true' ? ['beam', 'beam2'] : ['beam']);

// Whether the server has answered what is chosen: what is still unknown then can't be had.
const isAnswered = ({data, at}, name) => keyOf(data.at[name], data.at) === keyOf(at[name], at);

const searchOf = ({known, at}, name) => known.get(keyOf(at[name], at));

// The free search, where it is to stand beside the steered one and is known.
const freeBeside = ({known, at}) =>
  at.both === 'true' && isSteered(at) && at.sizes !== 'true'
    ? known.get(keyOf(at.beam, {...at, ...FREE}))
    : null;

// The trees of the sizes that are chosen; until one is known, what was drawn before in its place.
function draw(view, renewed = false) {
  const {data, at, known, labels, trees: drawing} = view;
  const before = view.drawn;
  const given = k =>
    data.searches[k] && known.get(keyOf(data.searches[k].beam, data.searches[k].asked));
  view.drawn = sizesOf(view)
    .map(
      (name, k) =>
        searchOf(view, name) ?? (isAnswered(view, name) ? given(k) : (before[k] ?? given(k))),
    )
    .concat(freeBeside(view))
    .filter(Boolean);
  if (view.drawn.some((search, k) => search !== before[k])) view.card.close();
  const contents = view.drawn.map(search => content(view, search));
  const {predict, height} = data;
  const step = data.at.step === '' ? null : Number(data.at.step);
  show(drawing, {all: contents, labels, predict, at: step, renewed, height});
  write(view);
  const guessing = hidden(drawing);
  view.winner.show(guessing || view.drawn.length > 1 ? null : view.drawn[0], at, view);
  view.steering.show(at, searchOf(view, 'beam'), steerState(view, guessing), view);
  view.table.element.hidden = guessing;
  view.table.show(view.drawn[0], at, view);
  below(view);
}

function content({at, labels, numbers, drawn}, search) {
  const {id, beam, nodes, steps, omitted, facts, hypotheses} = search;
  const {order, scores} = ranked(search, at);
  const leaves = order.map(i => hypotheses[i][0]);
  const text = hypotheses[order[0]][1];
  const score = signed(numbers.three, scores[0]);
  const sizes = at.sizes === 'true' || drawn.length < 2;
  const steered = search === drawn[0] ? labels.forced : labels.free;
  const name = sizes ? `${labels.beam} ${beam}` : steered;
  return {
    ...{key: `${id} ${leaves[0]}`, nodes, steps, omitted},
    best: new Set(path(nodes, leaves[0])),
    ranks: new Map(leaves.map((leaf, i) => [leaf, {place: i + 1, score: scores[i]}])),
    heading: fill(labels.title, {name, text: text || labels.empty, score}),
    description: fill(labels.description, {...facts, text}),
  };
}

// What follows the step: its counting, and the source as the model looked at it.
function below(view) {
  const {trees: drawing, drawn} = view;
  const [tree] = drawing.trees;
  if (!tree?.plan || !view.counting) return;
  const leaf = Math.max(...tree.best); // parents precede their children
  const line = path(tree.nodes, leaf).reverse();
  const several = Number(drawn[0].asked.groups) > 1; // groups count each for itself
  view.counting.show(drawn[0], drawing.steps.at, line, {
    ...view,
    hidden: hidden(drawing) || several,
  });
  view.source.show(drawn[0], null, view);
}

// ---- what a reader does

function take(view, tree, i) {
  view.trees.tip.hidden = true;
  view.card.show(tree, i, view);
}

function choose(view, name, value) {
  view.at[name] = value;
  draw(view);
  const known = sizesOf(view).every(size => searchOf(view, size));
  later(view.root, () => tell(view), known && !view.data.predict ? undefined : 0);
}

function steer(view, {prefix, ban}) {
  const {at} = view;
  if (prefix === at.prefix && ban === at.ban) return;
  view.past.push({prefix: at.prefix, ban: at.ban});
  turn(view, {prefix, ban});
}

const undo = view => turn(view, view.past.pop() ?? FREE);

function turn(view, to) {
  Object.assign(view.at, to);
  view.touched = true;
  draw(view);
  later(view.root, () => tell(view), 0);
}

// Whether the steered search is known, on its way, still to be guessed, or can't be had.
function steerState(view, guessing) {
  if (searchOf(view, 'beam')) return guessing ? 'hidden' : 'known';
  return isAnswered(view, 'beam') ? 'refused' : 'waiting';
}

// What the address should hold now; what steers belongs to the question `here`.
function state({at, touched, trees: drawing, data}) {
  const {steps, chosen} = drawing;
  const done = data.predict && !hidden(drawing) ? drawing.trees[0].key : '';
  const here = touched || isSteered(at) ? data.question : '';
  return JSON.stringify({...at, step: chosen ? String(steps.at) : '', done, here});
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

function write(view) {
  const {at, controls, numbers, labels, data} = view;
  view.more.show(at, view);
  const size = chosen => (chosen === '1' ? labels.greedy : chosen);
  const sizes = {min: 1, max: data.widest, step: 1};
  for (const name of ['beam', 'beam2'])
    controls[name].show(labels[name], sizes, at[name], size(at[name]));
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
