// The counting of one step as a picture: folded, below the tree.

import {fill, make, write} from '../../components/dom.js';
import {counted, vanishing} from './counting.js';
import {signed} from './ranking.js';
import {textOf} from './steer.js';

const ENDING = 28; // letters of a hypothesis, its last ones

export function counting() {
  const summary = make('summary');
  const place = make('div', 'counted');
  const element = make('details', 'counting', summary, place);
  let last = null;
  element.ontoggle = () => last && draw(place, last);
  return {
    element,
    // `path`: the nodes of the best path, from the root; `hidden` where that is still to be guessed.
    show(search, step, path, {labels, numbers, hidden}) {
      element.hidden = hidden;
      write(summary, fill(labels.count, {n: Math.max(1, step)}));
      last = {search, step: Math.max(1, step), path, labels, numbers};
      if (element.open) draw(place, last);
    },
  };
}

function draw(place, {search, step, path, labels, numbers}) {
  const count = counted(search, step);
  if (!count) {
    place.replaceChildren(make('p', '', labels.count_none));
    return;
  }
  const two = value => signed(numbers.two, value);
  const facts = {
    hypotheses: count.rows.length,
    each: count.rows[0].cells.length,
    all: count.sorted.length,
    kept: count.kept,
    vocabulary: numbers.whole.format(search.vocabulary),
  };
  place.replaceChildren(
    make('p', '', fill(labels.count_how, facts)),
    grid(search, count, {labels, two}),
    make('p', 'what', fill(labels.count_sorted, facts)),
    row(search, count, {labels, two}),
    make('p', 'product', product(search, step, path, {labels, numbers, two})),
  );
}

const ending = text => (text.length > ENDING ? `…${text.slice(-ENDING)}` : text);

function cell({label, sum, fate}, {labels, two}) {
  const element = make('td', `cell ${fate}`, make('b', '', label), ' ', make('span', '', two(sum)));
  element.title = labels[fate];
  return element;
}

// A row a hypothesis, its best tokens beside each other.
function grid({nodes}, {rows}, how) {
  const body = rows.map(({node, cells}) => {
    const head = make(
      'th',
      '',
      ending(textOf(nodes, node)) || how.labels.axis,
      ' ',
      make('span', '', how.two(nodes[node].sum)),
    );
    head.scope = 'row';
    return make('tr', '', head, ...cells.map(each => cell(each, how)));
  });
  return make('div', 'wide', make('table', '', make('tbody', '', ...body)));
}

// All of them by their sums, with the cut-off after the last that goes on.
function row({nodes}, {sorted, cut}, {labels, two}) {
  const shown = sorted.slice(0, 24);
  const items = shown.map(({parent, label, sum, fate}) => {
    const text = ending(
      `${textOf(nodes, parent)}${label.startsWith('·') ? label.slice(1) : ` ${label}`}`.trim(),
    );
    const item = make('li', `cell ${fate}`, make('b', '', text), ' ', make('span', '', two(sum)));
    item.title = labels[fate];
    return item;
  });
  const below = shown.findIndex(({sum}) => sum < cut - 1e-6);
  if (below > 0) items.splice(below, 0, make('li', 'cut', fill(labels.count_cut, {cut: two(cut)})));
  if (sorted.length > shown.length)
    items.push(make('li', 'more', fill(labels.count_more, {n: sorted.length - shown.length})));
  return make('ol', 'sorted', ...items);
}

// The sum of the best path so far against its product, and when that would be zero.
function product({nodes}, step, path, {labels, numbers, two}) {
  const reached = path.slice(1, step + 1);
  const {sum} = nodes[reached.at(-1)];
  const after = vanishing(sum, reached.length);
  return fill(labels.count_product, {
    n: reached.length,
    sum: two(sum),
    product: numbers.significant.format(Math.exp(sum)),
    half: after.float16 ?? '∞',
    single: after.float32 ?? '∞',
  });
}
