// Where the candidates of a search tree stand and how they look: pure functions.

import {cut, letters} from './ink.js';

export const SIZE = 13; // px of letters
export const SMALL = 11; // of notes, and of what was pruned
export const PITCH = 42; // a row
export const TOP = 30; // the axis above
export const SIDE = 12; // the margins beside
export const PAD = 7; // inside a box
const GLYPH = 14; // for its sign
const LONGEST = [150, 72]; // for its text, and for that of a leaf
const GAP = [18, 72]; // px between columns: at least, and at most where room is left
const APART = 8; // px between the boxes of two rows

// A box holds its token and a note below it; what was pruned is a small leaf without one.
export const isSmall = look => look === 'pruned';
const heightOf = look => (isSmall(look) ? 17 : PITCH - APART);

// drawn, as a font may lack them: 10 px wide, around y = 0
export const SIGNS = {
  kept: '',
  finished: 'm1 .5l3 3.5l5.5 -7.5',
  pruned: '',
  unfinished: 'm1 3h0m4.5 0h0m4.5 0h0',
  open: 'm2 -3c0 -3.5 6 -3.5 6 0c0 2 -3 2 -3 4m0 3.5h0',
};

// Nodes as `figures.beam_tree` writes them, in the record's order: parents before their children.
export const nodesOf = rows =>
  rows.map(([step, parent, label, fate, logprob, sum, missed, alive, joined]) => ({
    ...{step, parent, label, fate, logprob, sum, missed, alive},
    joined: Boolean(joined),
  }));

// From a node to the root.
export function path(nodes, i) {
  const nodesOnIt = [];
  for (let at = i; at != null; at = nodes[at].parent) nodesOnIt.push(at);
  return nodesOnIt;
}

// The place of each node among those of its step, by their sums.
export function placesOf(nodes) {
  const places = [];
  const counts = [];
  const sorted = nodes
    .map((_, i) => i)
    .sort((a, b) => likely(nodes[b]) - likely(nodes[a]) || a - b);
  for (const i of sorted) {
    const {step} = nodes[i];
    counts[step] = (counts[step] ?? 0) + 1;
    places[i] = counts[step];
  }
  return places;
}

const likely = node => node.sum ?? Number.NEGATIVE_INFINITY;

// The nodes of each step from top to bottom: families in their parents' order, so that no two edges cross. Among
// siblings the one on the `best` path (a set) comes first, then the one that lived longer, then the likelier: the winner
// is the straight line on top, and what lived long stays close to it. Without `best`, which would give the winner away,
// the likelier come first.
export function order(nodes, best) {
  const families = nodes.map(() => []);
  nodes.forEach(({parent}, i) => {
    if (parent != null) families[parent].push(i);
  });
  const rank = best
    ? nodes.map(
        ({fate, alive}, i) => (best.has(i) ? 2e6 : 0) + (fate === 'pruned' ? 0 : 1e6) + alive,
      )
    : nodes.map(() => 0);
  for (const family of families)
    family.sort((a, b) => rank[b] - rank[a] || likely(nodes[b]) - likely(nodes[a]) || a - b);
  const columns = [[0]];
  for (let column; ; columns.push(column)) {
    column = columns.at(-1).flatMap(i => families[i]);
    if (!column.length) return columns;
  }
}

const living = (node, step, opened) => fateOf(node, opened) !== 'pruned' && node.alive >= step;

// What a node looks like: as long as the reader is to guess, nothing beyond the `opened` step tells its fate.
export const fateOf = (node, opened) => (node.step > opened ? 'open' : node.fate);

// Place and box of each node that is shown, in px, and of each column. `nodes` with the `best` path, up to the last of
// `steps` and of what is `opened`; `room` is the width that may be filled, `notes` what stands below each token. Unless
// what is `pruned` is shown, only what is alive at the `step` is there, and what finished.
export function layout(ink, {nodes, best, steps}, look) {
  const {opened, pruned, room, axis, notes = [], step: now = steps} = look;
  const last = Math.min(steps, opened + 1);
  const boxes = nodes.map(() => null);
  const columns = order(nodes, opened === Number.POSITIVE_INFINITY ? best : null)
    .slice(0, last + 1)
    .map(column => ({
      width: 0,
      shown: column.filter(i => pruned || living(nodes[i], Math.min(now, opened), opened)),
    }));
  columns[0].width = letters(ink, axis, SIZE, false);
  let bottom = TOP;
  columns.forEach((column, step) => {
    let y = TOP;
    for (const i of column.shown) {
      const look = fateOf(nodes[i], opened);
      boxes[i] = sized(ink, nodes[i].label, notes[i] ?? '', look, best.has(i) && step <= opened);
      const height = heightOf(look) + APART;
      boxes[i].y = y + height / 2;
      y += height;
      column.width = Math.max(column.width, boxes[i].width);
    }
    bottom = Math.max(bottom, y);
  });
  const width = spread(columns, room);
  for (const column of columns) for (const i of column.shown) boxes[i].x = column.x;
  return {columns, boxes, width, height: bottom + 6};
}

function sized(ink, label, note, look, bold) {
  const size = isSmall(look) ? SMALL : SIZE;
  const shown = cut(ink, label, size, LONGEST[isSmall(look) ? 1 : 0], bold);
  const below = isSmall(look) ? 0 : letters(ink, note, SMALL, false);
  const wide = Math.max(letters(ink, shown, size, bold), below, 8);
  return {shown, look, width: Math.ceil(wide + 2 * PAD + (SIGNS[look] ? GLYPH : 0))};
}

// Columns side by side, apart as far as there is room; → the width of all.
function spread(columns, room) {
  const used = columns.reduce((sum, column) => sum + column.width, 2 * SIDE);
  const free = (room - used) / Math.max(1, columns.length - 1);
  const gap = Math.max(GAP[0], Math.min(GAP[1], free));
  let x = SIDE;
  for (const column of columns) {
    column.x = x;
    column.end = x + column.width;
    x = column.end + gap;
  }
  return Math.ceil(x - gap + SIDE);
}

// A box's outline, around y = 0.
export function outline(look, width) {
  const height = heightOf(look);
  if (look === 'finished') return round(width, height, -1, 12) + round(width, height, 2, 9);
  if (look === 'unfinished') return `M${width} ${-height / 2}h${-width}v${height}h${width}`;
  return round(width, height, 0, isSmall(look) ? 1 : 6);
}

function round(width, height, inset, r) {
  const w = width - 2 * inset - 2 * r;
  const h = height - 2 * inset - 2 * r;
  const k = 0.45 * r; // near a circle
  const m = r - k;
  return (
    `M${inset + r} ${inset - height / 2}h${w}c${m} 0 ${r} ${k} ${r} ${r}v${h}c0 ${m} ${-k} ${r} ${-r} ${r}` +
    `h${-w}c${-m} 0 ${-r} ${-k} ${-r} ${-r}v${-h}c0 ${-m} ${k} ${-r} ${r} ${-r}z`
  );
}

// An edge: straight to the end of its own column, so that it crosses no wider neighbour; it bends in the gap.
export function curve(from, end, to) {
  const middle = (end + to.x) / 2;
  return `M${from.x + from.width} ${from.y}H${end}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
}

// The looks that a tree has up to its end, of: best, kept, dead, finished, pruned, unfinished, open.
export function looks({nodes, best, steps}, boxes, opened) {
  const seen = new Set();
  nodes.forEach((node, i) => {
    if (!boxes[i] || !node.step) return;
    seen.add(boxes[i].look);
    if (node.fate === 'kept' && node.alive < Math.min(steps, opened)) seen.add('dead');
    if (best.has(i) && node.step <= opened) seen.add('best');
  });
  return seen;
}

// How a node looks at a step: the classes of its box and edge. `lit`: the path that is pointed at, from its end.
export function stateOf(node, i, {best, opened, step, lit, moved}) {
  if (node.step > step) return 'gone';
  const known = node.step <= opened;
  const dead = node.alive < Math.min(step, opened);
  return (
    fateOf(node, opened) +
    (best.has(i) && known ? ' best' : dead ? ' dead' : '') +
    (lit.includes(i) ? ' lit' : '') +
    (lit[0] === i ? ' at' : '') +
    (moved && node.step === step ? ' new' : '')
  );
}
