// A search taken by the hand: what it has to begin with and what it may not write, as pure functions.

import {path} from '../../components/tree_layout.js';

export const FREE = {prefix: '', ban: ''};
const BETWEEN = '|'; // the words that are banned, in the address
const MOST = 12; // of them
const SPECIAL = /^<.*>$/; // <bos>, <eos>: no text

export const bansOf = ({ban}) => (ban ? ban.split(BETWEEN) : []);
export const banned = (at, word) => ({...at, ban: [...bansOf(at), word].join(BETWEEN)});
export const allowed = (at, word) => ({
  ...at,
  ban: bansOf(at)
    .filter(other => other !== word)
    .join(BETWEEN),
});
export const canBan = (at, word) =>
  Boolean(word) &&
  !word.includes(BETWEEN) &&
  bansOf(at).length < MOST &&
  !bansOf(at).includes(word);
export const isSteered = ({prefix, ban}) => Boolean(prefix || ban);

// One key for each search of a question. A search that ends where nothing can outrank its best depends on the ranking, too.
export function keyOf(beam, at) {
  const {prefix, ban, stop, wanted, limit, groups, diversity, norm, alpha} = at;
  const ranking = stop === 'optimum' ? [norm, alpha] : [];
  const several = Number(groups) > 1 && beam % groups === 0;
  const own = several
    ? [groups, diversity]
    : [stop, stop === 'finished' ? wanted : '0', ...ranking];
  return JSON.stringify([Number(beam), prefix, ban, limit, ...own]);
}

// What a piece adds to the text: {label, joined}, as `figures.beam_tree` writes them.
export function added({label, joined}) {
  if (SPECIAL.test(label)) return '';
  if (joined) return label.replace(/^·/, '');
  return ` ${label === '␣' ? '' : label}`;
}

// The text from the root to a node.
export const textOf = (nodes, i) =>
  path(nodes, i)
    .reverse()
    .map(at => added(nodes[at]))
    .join('')
    .trim();

// A text with one more word, whole; a mark stands right after what it follows.
export const withWord = (text, word) =>
  `${text && /^[\p{L}\p{M}\p{N}]/u.test(word) ? `${text} ` : text}${word} `;

// What forces the path to a node: with a space at its end, where its last word is known to be whole: because it was
// where the search went on, or as a sibling would make it longer.
export function prefixOf(nodes, i, best) {
  const own = added(nodes[i]);
  const longer = alternatives(nodes, i, nodes.length).some(at => added(nodes[at]).startsWith(own));
  const whole =
    nodes.some(({parent}) => parent === i) && textOf(nodes, i).endsWith(wordOf(nodes, i, best));
  return textOf(nodes, i) + (longer || whole ? ' ' : '');
}

const goesOn = ({label, joined}) => joined && label.startsWith('·');

// The whole word that a node stands in: back to its beginning, and on along the path that lived longest.
export function wordOf(nodes, i, best) {
  const pieces = path(nodes, i);
  const start = pieces.findIndex(at => !goesOn(nodes[at]));
  let word = pieces
    .slice(0, start + 1)
    .reverse()
    .map(at => added(nodes[at]))
    .join('');
  const lived = at => (best.has(at) ? Number.POSITIVE_INFINITY : nodes[at].alive);
  for (let at = i; /[\p{L}\p{M}\p{N}]$/u.test(word); ) {
    const children = nodes.flatMap(({parent}, child) => (parent === at ? [child] : []));
    at = children.sort((a, b) => lived(b) - lived(a))[0];
    if (at === undefined || !goesOn(nodes[at])) break;
    word += added(nodes[at]);
  }
  return word.trim();
}

// The other candidates for a node's place, the likeliest first.
export const alternatives = (nodes, i, most = 10) =>
  nodes
    .flatMap(({parent, label}, at) =>
      parent === nodes[i].parent && at !== i && !SPECIAL.test(label) ? [at] : [],
    )
    .sort((a, b) => (nodes[b].logprob ?? -1e9) - (nodes[a].logprob ?? -1e9))
    .slice(0, most);

export const ends = ({label}) => SPECIAL.test(label);
