// The card of the candidate that is pointed at, and the way through the tree by keys.

import {fill, make} from './dom.js';
import {onBest, raise, reveal} from './tree_draw.js';
import {fateOf, PITCH, path, placesOf, SIDE, TOP} from './tree_layout.js';

const MOST = 6; // places of a path in its card
const still = matchMedia('(prefers-reduced-motion: reduce)');

// Numbers as they stand in a card; an infinite one comes as null.
export const signed = (numbers, value) =>
  value == null ? '−∞' : numbers.format(value).replace('-', '−');

// [what, value] of a candidate, as far as it is `known` what became of it. `rank` {place, score} of `count` that
// finished, or null.
export function facts(node, {two, percent}, labels, known, rank, count) {
  if (node.step === 0) return [];
  const probability = node.logprob == null ? 0 : Math.exp(node.logprob);
  const rows = [
    [labels.logprob, signed(two, node.logprob)],
    [labels.probability, percent.format(probability)],
    [labels.sum, signed(two, node.sum)],
  ];
  if (node.missed != null && known) {
    if (node.sum != null) rows.push([labels.cut_off, signed(two, node.sum + node.missed)]);
    rows.push([labels.missed, signed(two, node.missed)]);
  }
  if (rank)
    rows.push(
      [labels.normalised, signed(two, rank.score)],
      [labels.rank, fill(labels.rank_of, {n: rank.place, N: count})],
    );
  return rows;
}

// Why a candidate was pruned, in a sentence.
export function cause(node, {two}, labels) {
  if (node.missed == null || node.sum == null) return '';
  const cut = signed(two, node.sum + node.missed);
  const why = node.label === '<eos>' ? labels.cause_end : labels.cause_cut;
  return fill(node.missed > 0 ? why : labels.cause_penalty, {sum: signed(two, node.sum), cut});
}

export function pointAt(view, tree, i) {
  const {labels, tip, numbers, opened} = view;
  const node = tree.nodes[i];
  const fate = fateOf(node, opened);
  close(view);
  tree.pointed = i;
  reveal(tree, view.steps.at);
  const lit = path(tree.nodes, i);
  raise(tree, onBest(tree));
  raise(tree, at => lit.includes(at));
  const rank = opened === Number.POSITIVE_INFINITY && tree.ranks.get(i);
  const list = make('dl');
  for (const [what, value] of facts(node, numbers, labels, fate !== 'open', rank, tree.ranks.size))
    list.append(make('dt', '', what), make('dd', '', value));
  if (node.step > 1) list.append(make('dt', '', labels.places), make('dd', '', wayOf(tree, lit)));
  tip.replaceChildren(make('b', '', node.label), node.step ? ` · ${labels[fate]}` : '', list);
  if (fate === 'pruned') tip.append(make('p', 'cause', cause(node, numbers, labels)));
  tip.hidden = false;
  settle(tip, view.root, tree.drawn[i].box);
  view.on.point?.(tree, i);
}

// The places by the sum that a path, from its end, had on its way; of a long one the last.
function wayOf({nodes}, lit) {
  const places = placesOf(nodes);
  const way = lit.slice(0, -1).reverse();
  return (
    (way.length > MOST ? '… ' : '') +
    way
      .slice(-MOST)
      .map(i => places[i])
      .join(' → ')
  );
}

// Beside the candidate, where it hides neither the path nor the column, or below or above it.
export function settle(tip, root, candidate) {
  Object.assign(tip.style, {left: 0, top: 0});
  const frame = root.getBoundingClientRect();
  const box = candidate.getBoundingClientRect();
  const {width, height} = tip.getBoundingClientRect();
  const beside = box.right + 10 + width < frame.right;
  const low = beside ? box.top : box.bottom + 8;
  const high = (beside ? box.bottom : box.top - 8) - height;
  const left = beside ? box.right + 10 : Math.min(box.left, frame.right - width);
  const trees = root.querySelector('.panes').getBoundingClientRect(); // what follows them stays in sight, if it can
  const floor = high > trees.top ? Math.min(innerHeight, trees.bottom) : innerHeight;
  tip.style.left = `${Math.max(0, left - frame.left)}px`;
  tip.style.top = `${(low + height < floor ? low : high) - frame.top}px`;
}

// Without a redraw, for whoever redraws anyway.
export function close({trees, tip}) {
  for (const tree of trees) Object.assign(tree, {pointed: null, cursor: null});
  tip.hidden = true;
  tip.replaceChildren();
}

export function leave(view) {
  const pointed = view.trees.find(tree => tree.pointed != null);
  if (!pointed) return;
  close(view);
  raise(pointed, onBest(pointed));
  reveal(pointed, view.steps.at);
  view.on.point?.(pointed, null);
}

// Keep the newest column in view.
export function follow({plan, box, scale}, {steps}) {
  const {x, end} = plan.columns[Math.min(steps.at, plan.columns.length - 1)];
  const left = (x - SIDE) * scale;
  const right = (end + SIDE) * scale;
  const behavior = steps.playing && !still.matches ? 'smooth' : 'auto';
  if (right > box.scrollLeft + box.clientWidth)
    box.scrollTo({left: right - box.clientWidth, behavior});
  else if (left < box.scrollLeft) box.scrollTo({left, behavior});
}

// By keyboard: also bring it into the box.
function reach(view, tree, i) {
  if (i == null) return;
  const {box, plan, scale} = tree;
  const {y} = plan.boxes[i];
  if ((y + PITCH) * scale > box.scrollTop + box.clientHeight)
    box.scrollTop = (y + PITCH) * scale - box.clientHeight;
  if ((y - PITCH - TOP) * scale < box.scrollTop) box.scrollTop = (y - PITCH - TOP) * scale;
  follow(tree, view);
  pointAt(view, tree, i);
  tree.cursor = i;
}

// Up or down the newest column.
export function climb(view, tree, by) {
  const {columns} = tree.plan;
  const column = columns[Math.min(view.steps.at, columns.length - 1)].shown;
  const at = column.indexOf(tree.cursor) + by;
  const next = tree.cursor == null ? 0 : Math.max(0, Math.min(column.length - 1, at));
  reach(view, tree, column[next]);
}

// A step back or on, along the pointed path.
export function stride(view, tree, by) {
  const {cursor, nodes} = tree;
  const from = view.steps.at;
  view.steps.stop(from + by);
  const to = view.steps.at;
  if (cursor == null || to === from) return;
  const child = () => tree.plan.columns[to]?.shown.find(i => nodes[i].parent === cursor);
  reach(view, tree, by < 0 ? nodes[cursor].parent : child());
}
