// Search trees that grow in step: the player, the zoom, the pruned ones, the card of a candidate, the guess.

import {button, check, idle, list} from './controls.js';
import {fill, make, name} from './dom.js';
import {inkOf} from './ink.js';
import {formats} from './numbers.js';
import {player} from './player.js';
import {climb, close, follow, leave, pointAt, stride} from './tree_card.js';
import {draw, LEAST, legend, plant, rank, reveal} from './tree_draw.js';
import {guessing} from './tree_guess.js';

const PACE = 650; // ms a step
const SPEEDS = ['0.5', '1', '2', '4'];
const ZOOMS = [0, LEAST, 1, 1.25, 1.6, 2]; // 0: all of it in sight, however small
const ALL = Number.POSITIVE_INFINITY; // opened: nothing is left to guess

// An empty view in `root`. `on.tell()` writes the address, `on.opened()` comes once nothing is left to guess. Whoever
// wants it also hears of the step (`on.step()`), of the candidate that is pointed at (`on.point(tree, i)`, null for
// none) and of the one that is taken by a click or Enter (`on.take(tree, i)`).
export function trees(root, on) {
  const view = {root, on, ink: inkOf(root), trees: [], zoom: null, pruned: true, opened: ALL};
  view.place = Object.assign(make('div', 'place'), {hidden: true});
  view.panes = make('div', 'panes');
  view.tip = Object.assign(make('div', 'tip'), {hidden: true});
  view.tip.setAttribute('role', 'status');
  view.legend = make('ul', 'legend');
  view.omitted = make('span', 'omitted');
  view.steps = player(root, {
    acts: ['back', 'play', 'forward', 'end'],
    pace: PACE,
    on: {
      step: moved => step(view, moved),
      text: () =>
        fill(view.labels.step, {n: view.steps.at, N: hidden(view) ? '?' : view.steps.last}), // a hint
      tell: on.tell,
      limit: () => Math.min(view.steps.last, view.opened + 1),
      move: by => stride(view, view.trees[0], by),
    },
  });
  view.check = check(checked => again(Object.assign(view, {pruned: checked})));
  view.zooms = ['smaller', 'larger'].map((act, i) => button(act, () => zoom(view, 2 * i - 1)));
  view.speed = list(speed => Object.assign(view.steps, {pace: PACE / speed}));
  view.steps.bar.append(
    view.speed.element,
    view.check.element,
    make('div', 'buttons', ...view.zooms),
  );
  view.guess = guessing(view, view.place, {opened: () => opened(view)});
  root.onkeydown = event => key(view, event);
  root.append(view.steps.bar, view.place, view.panes);
  root.append(make('div', 'foot', view.legend, view.omitted), view.tip);
  if (document.fonts.status === 'loading')
    document.fonts.ready.then(() => {
      view.ink = inkOf(root);
      if (view.all) again(view);
    });
  return view;
}

// Whether something is left to guess.
export const hidden = view => view.opened !== ALL;

// Show trees {key, nodes, steps, best, ranks, omitted, heading, description}: `best` is the set of nodes on the best path,
// `ranks` {place, score} of each leaf by its node, `key` changes with what is drawn. `at` is the step, or null where it
// begins; it counts at first and when it is `renewed`. As long as there is something to guess (`predict`), only the first
// tree is shown.
export function show(view, {all, labels, predict, at, renewed, height}) {
  const before = {all: view.all, predict: view.predict, words: view.words};
  const another = predict && (!before.predict || before.all[0].key !== all[0].key); // another question
  Object.assign(view, {all, predict, words: JSON.stringify(labels)});
  view.root.style.setProperty('--height', `${height}px`);
  const grown = arrange(view, predict && (another || hidden(view)) ? all.slice(0, 1) : all);
  const {at: stood} = view.steps;
  begin(view, before.all && !renewed ? before : {}, another, at);
  if (before.words !== view.words) write(view, labels);
  if (grown || another || before.words !== view.words || before.predict !== predict) again(view);
  else for (const tree of view.trees) rank(tree, view.numbers);
  describe(view);
  if (!before.all || view.steps.at !== stood) for (const tree of view.trees) follow(tree, view);
}

// As many trees as there are; whether one has to be drawn.
function arrange(view, all) {
  let grown = view.trees.length !== all.length;
  while (view.trees.length > all.length) view.trees.pop().pane.remove();
  all.forEach((content, k) => {
    view.trees[k] ??= grow(view);
    grown ||= view.trees[k].key !== content.key;
    Object.assign(view.trees[k], content);
  });
  view.panes.classList.toggle('two', all.length > 1);
  view.steps.last = Math.max(...all.map(({steps}) => steps));
  return grown;
}

function grow(view) {
  const tree = plant();
  const nodeAt = event => event.target.closest('.node')?.dataset.i;
  view.panes.append(tree.pane);
  // A tree that moves below a pointer at rest opens no card, which `pointerover` would.
  tree.svg.onpointermove = tree.svg.onpointerdown = event => {
    const i = nodeAt(event);
    if (i == null) leave(view);
    else if (tree.pointed !== Number(i)) pointAt(view, tree, Number(i));
  };
  tree.svg.onpointerleave = event => event.pointerType !== 'touch' && leave(view); // a finger leaves at once
  tree.svg.onclick = event => take(view, tree, nodeAt(event));
  tree.box.onscroll = () =>
    tree.layers.axis.setAttribute('transform', `translate(0 ${tree.box.scrollTop / tree.scale})`);
  new ResizeObserver(() => {
    const {clientWidth} = tree.box;
    if (tree.room == null || tree.room === clientWidth) return;
    tree.room = clientWidth;
    again(view);
  }).observe(tree.box);
  return tree;
}

// A candidate that is clicked: an answer while there is a question.
function take(view, tree, i) {
  if (i == null || view.guess.choose(i) || hidden(view)) return;
  view.on.take?.(tree, Number(i));
}

// The step, once other trees or another way to show them have come.
function begin(view, before, another, at) {
  const {steps, predict} = view;
  const home = predict ? 1 : steps.last;
  if (!before.all) steps.at = at ?? home;
  else if (!view.chosen || (another && before.predict)) steps.at = home;
  steps.at = Math.min(steps.at, steps.last);
  if (!predict) view.opened = ALL;
  if (another) view.guess.begin();
  view.chosen = steps.at !== home;
}

function write(view, labels) {
  view.labels = labels;
  view.numbers = formats(labels.locale);
  view.steps.label(labels);
  view.check.show(labels.show_pruned, view.pruned);
  const speeds = SPEEDS.map(speed => [speed, `${view.numbers.short.format(speed)} ×`]);
  view.speed.show(labels.speed, speeds, String(PACE / view.steps.pace));
  for (const element of view.zooms) name(element, labels[element.dataset.act]);
}

function describe(view) {
  const {trees: all, labels} = view;
  for (const {svg, box, title, heading, description} of all) {
    title.textContent = heading;
    svg.setAttribute('aria-label', hidden(view) ? labels.hidden : description);
    box.setAttribute('aria-label', `${all.length > 1 ? heading : labels.tree}. ${labels.keys}`);
  }
  const omitted = all.reduce((sum, tree) => sum + tree.omitted, 0);
  view.omitted.textContent = omitted ? fill(labels.omitted, {n: omitted}) : '';
}

// Everything anew.
function again(view) {
  close(view);
  for (const tree of view.trees) draw(tree, {...view, step: view.steps.at});
  legend(view.legend, view.trees, view.labels);
  view.zooms.forEach((element, i) => {
    idle(element, zoomed(view, 2 * i - 1) === undefined);
  });
  view.steps.refresh();
  view.guess.ask();
  view.on.step?.();
}

function step(view, moved) {
  const {steps, predict} = view;
  view.chosen = steps.at !== (predict ? 1 : steps.last);
  leave(view);
  if (!view.pruned) for (const tree of view.trees) draw(tree, {...view, step: steps.at});
  for (const tree of view.trees) reveal(tree, steps.at, moved);
  view.guess.ask();
  for (const tree of view.trees) follow(tree, view);
  view.on.step?.();
}

// What became of a step's candidates.
function opened(view) {
  again(view);
  describe(view);
  follow(view.trees[0], view);
  if (!hidden(view)) view.on.opened();
}

// The next zoom, larger or smaller than what is seen; undefined past the last.
function zoomed({zoom, trees: [tree]}, by) {
  const now = zoom ?? tree.scale;
  return by > 0 ? ZOOMS.find(scale => scale > now) : ZOOMS.findLast(scale => scale < now);
}

function zoom(view, by) {
  view.zoom = zoomed(view, by) ?? view.zoom;
  again(view);
}

function key(view, event) {
  const {target} = event;
  if (event.altKey || event.ctrlKey || event.metaKey || target.matches('select')) return;
  const {steps} = view;
  const tree = view.trees.find(({box}) => box === target) ?? view.trees[0];
  const moves = {
    ArrowLeft: () => stride(view, tree, -1),
    ArrowRight: () => stride(view, tree, 1),
    Home: () => steps.stop(0),
    End: () => steps.stop(steps.last),
    ArrowUp: () => climb(view, tree, -1),
    ArrowDown: () => climb(view, tree, 1),
  };
  const presses = {' ': () => steps.toggle(), Enter: () => take(view, tree, tree.cursor)};
  const act = {
    ...(!target.matches('input[type=range]') && moves),
    ...(!target.matches('button, input[type=checkbox]') && presses),
    Escape: () => leave(view),
  }[event.key];
  if (!act) return;
  if (event.key !== 'Escape') {
    event.preventDefault();
    event.stopPropagation();
  }
  act();
}
