// The first numbers of every matrix of a stage, as text, when the reader asks for them.

import {make, write} from '../../components/dom.js';
import {rowOf} from './worked_numbers.js';
import {vectorOf} from './worked_text.js';

const ROWS = 4;

// `onOpen()` when it is opened; then `show(label, specs, format)` writes the numbers of `drawMatrices`' specs.
export function firstNumbers(onOpen) {
  const summary = make('summary');
  const numbers = make('div');
  const element = make('details', 'first', summary, numbers);
  element.ontoggle = onOpen;
  return {
    element,
    show(label, specs, format) {
      write(summary, label);
      element.hidden = !specs.length;
      numbers.replaceChildren(
        ...(element.open ? specs : []).flatMap(spec => written(spec, format)),
      );
    },
  };
}

function written({title, matrix, words}, format) {
  const rows = Array.from({length: Math.min(ROWS, matrix.rows)}, (_, i) => {
    const name = words[i] === undefined ? '' : `${words[i]} `;
    return make('p', 'formula', make('b', '', name), vectorOf(rowOf(matrix, i), format));
  });
  const more = matrix.rows > ROWS ? [make('p', 'formula', '…')] : [];
  const [before, power] = title.split('^');
  const name = power ? [before, make('sup', '', power[0]), power.slice(1)] : [title];
  return [make('p', 'title', ...name), ...rows, ...more];
}
