// Where the branches of drawn samples stand and how thick they are: pure functions.

import {letters} from '../../components/ink.js';

export const SIZE = 14; // px of letters
export const THIN = 12; // px: a branch that a text does not fit into, which would be struck through by it
const NOTE = 12; // px of a number's
const ROW = 26; // px a leaf at least
const PAD = 6; // px beside a text
const GAP = 32; // px between a branch and the next
const TOP = 6; // px above
const THICK = [3, 13]; // px a sample at least and at most
const WANTED = 300; // px that all samples are thick together, where that leaves each within its bounds

// Nodes as `figure.payload` writes them, parents before their children.
export const nodesOf = rows =>
  rows.map(([parent, text, drawn, probability]) => ({parent, text, drawn, probability}));

// How many of the first `n` samples passed through a branch.
export const passed = ({drawn}, n) => drawn.filter(number => number <= n).length;

// From a branch to the start.
export function path(nodes, i) {
  const on = [];
  for (let at = i; at != null; at = nodes[at].parent) on.push(at);
  return on;
}

// What stands beside a text: how many samples passed, where it is more than one.
export const note = count => (count > 1 ? `×${count}` : '');

// Place and size of each branch, in px: `y` is its middle. Each lies within the rows of its own leaves, at the mean
// height of its samples, so that no two meet. `all`: how many samples there are.
export function layout(ink, nodes, all, start) {
  const unit = Math.max(THICK[0], Math.min(THICK[1], WANTED / all));
  const children = nodes.map(() => []);
  nodes.forEach(({parent}, i) => {
    if (parent != null) children[parent].push(i);
  });
  const places = nodes.map(({text, drawn}, i) => {
    const shown = i ? text : start;
    const beside = letters(ink, note(drawn.length), NOTE, false);
    const wide = letters(ink, shown, SIZE, false) + beside + (beside ? PAD : 0);
    return {shown, x: PAD, y: 0, width: Math.ceil(wide + 2 * PAD), children: children[i]};
  });
  const heights = nodes.map(({drawn}) => Math.max(ROW, unit * drawn.length));
  for (let i = nodes.length - 1; i >= 0; i--)
    if (children[i].length) heights[i] = children[i].reduce((sum, j) => sum + heights[j], 0);
  const tops = nodes.map(() => TOP);
  nodes.forEach((_, i) => {
    let below = tops[i];
    for (const j of children[i]) {
      tops[j] = below;
      below += heights[j];
      places[j].x = places[i].x + places[i].width + GAP;
    }
  });
  for (let i = nodes.length - 1; i >= 0; i--) {
    const thick = unit * nodes[i].drawn.length;
    const half = thick / 2;
    const leaf = tops[i] + heights[i] / 2 + (thick < THIN ? SIZE / 2 - half : 0);
    const mean =
      children[i].reduce((sum, j) => sum + places[j].y * nodes[j].drawn.length, 0) /
      nodes[i].drawn.length;
    const wanted = children[i].length ? mean : leaf;
    places[i].y = Math.max(tops[i] + half, Math.min(tops[i] + heights[i] - half, wanted));
  }
  const width = Math.max(...places.map(({x, width}) => x + width)) + PAD;
  return {unit, places, width: Math.ceil(width), height: Math.ceil(heights[0] + 2 * TOP)};
}

// How the first `n` samples flow into each branch but the start: {i, d, width}, an outline and how thick it is. They
// leave its parent side by side.
export function flows(nodes, {unit, places}, n) {
  const counts = nodes.map(node => passed(node, n));
  const drawn = [];
  nodes.forEach((_, i) => {
    let from = places[i].y - (unit * counts[i]) / 2;
    for (const j of places[i].children) {
      const width = unit * counts[j];
      if (width) drawn.push({i: j, d: ribbon(places[i], from, places[j], width), width});
      from += width;
    }
  });
  return drawn;
}

// It goes a little into both branches, so that no gap shows.
function ribbon({x, width}, top, to, thick) {
  const [left, right, end] = [x + width - 1, to.x + 1, to.y - thick / 2];
  const middle = (left + right) / 2;
  return (
    `M${left} ${top}C${middle} ${top} ${middle} ${end} ${right} ${end}v${thick}` +
    `C${middle} ${end + thick} ${middle} ${top + thick} ${left} ${top + thick}z`
  );
}

// Where an arrow key leads among the branches that some of the first `n` samples passed: along the tree, or to the next
// of the same depth.
export function beside(nodes, {places}, i, key, n) {
  const seen = j => passed(nodes[j], n) > 0;
  if (key === 'ArrowLeft') return nodes[i].parent ?? i;
  if (key === 'ArrowRight') return places[i].children.find(seen) ?? i;
  const depth = path(nodes, i).length;
  const level = nodes.map((_, j) => j).filter(j => seen(j) && path(nodes, j).length === depth);
  level.sort((a, b) => places[a].y - places[b].y);
  const at = level.indexOf(i) + (key === 'ArrowDown' ? 1 : -1);
  return level[Math.max(0, Math.min(level.length - 1, at))];
}

// What was drawn up to the end of a branch.
export const textOf = (nodes, i) =>
  path(nodes, i)
    .reverse()
    .map(j => nodes[j].text)
    .reduce((text, more) => {
      if (!more || more === '<eos>') return text;
      return more.startsWith('·') ? text + more.slice(1) : `${text} ${more}`.trim();
    }, '');
