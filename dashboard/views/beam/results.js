// What a search finished: the winner in a line, all of them in a table.

import {make, write} from '../../components/dom.js';
import {ranked, rows, signed} from './ranking.js';

// The winner of each search with its score, beside what decides it.
export function winner() {
  const element = make('p', 'winner');
  element.setAttribute('role', 'status');
  return {
    element,
    show(search, at, {labels, numbers}) {
      element.hidden = !search;
      if (!search) return;
      const {order, scores} = ranked(search, at);
      const [, text, length, total] = search.hypotheses[order[0]];
      const score = signed(numbers.three, scores[0]);
      const sum = `${labels.total} ${signed(numbers.three, total)} · ${labels.length} ${length}`;
      if (element.dataset.shown === text + score) return; // read out when it changes, and only then
      element.dataset.shown = text + score;
      const parts = [
        make('b', '', labels.winner),
        make('span', 'text', text || labels.empty),
        make('span', 'score', `${labels.score_of} ${score}`),
        make('span', 'sum', sum),
      ];
      element.replaceChildren(...parts.flatMap(part => [part, ' ']));
    },
  };
}

export function table() {
  const [title, caption] = [make('h3'), make('p')];
  const [head, body] = [make('tr'), make('tbody')];
  const wide = make('div', 'wide', make('table', '', make('thead', '', head), body));
  const element = make('section', 'hypotheses', title, caption, wide);
  const cell = (tag, text, i) => make(tag, i === 1 ? '' : 'number', text);
  return {
    element,
    show(search, at, {labels, numbers}) {
      write(title, labels.hypotheses);
      write(caption, labels.caption);
      const heads = labels.columns.map((text, i) => cell('th', text, i));
      for (const each of heads) each.scope = 'col';
      head.replaceChildren(...heads);
      const texts = rows(search, at, numbers, labels.empty);
      body.replaceChildren(
        ...texts.map(row => make('tr', '', ...row.map((text, i) => cell('td', text, i)))),
      );
    },
  };
}
