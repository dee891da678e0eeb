// The source below the tree, and how the model looked at it before it wrote the candidate that is pointed at.

import {signed} from '../../components/attention.js';
import {css, lettering, SCALES, shade} from '../../components/colour.js';
import {fill, make, write} from '../../components/dom.js';
import {share} from '../../components/numbers.js';

// Where the model looked for a node, a share for each source token: what its parent's row holds. Null if it looked nowhere.
export function lookOf({looks, nodes, expanded}, i) {
  const row = i == null || !looks ? -1 : expanded.indexOf(nodes[i].parent);
  if (row < 0) return null;
  looks.opened ??= signed(looks);
  const {shape, values} = looks.opened;
  return [...values.slice(row * shape[1], (row + 1) * shape[1])];
}

export function strip() {
  const line = make('p', 'looks');
  const text = make('span', 'what');
  const element = make('div', 'source', text, line);
  return {
    element,
    // `i`: the candidate that is pointed at, or null.
    show(search, i, {labels, numbers}) {
      element.hidden = !search.looks;
      if (element.hidden) return;
      const weights = lookOf(search, i);
      if (line.dataset.of !== search.id) {
        line.dataset.of = search.id;
        line.replaceChildren(...search.source.map(token => make('span', 'piece', token)));
      }
      [...line.children].forEach((piece, at) => {
        const color = weights && shade(SCALES.weight, weights[at]);
        piece.style.background = color ? css(color) : '';
        piece.style.color = color ? lettering(color) : '';
        piece.title = weights ? share(numbers, weights[at]) : '';
      });
      const token = weights && search.nodes[i].label;
      write(text, weights ? fill(labels.looked, {token}) : labels.source);
    },
  };
}
