// A translation before and after a change, word by word, each with its log-probability.

import {fill, make} from './dom.js';

const minus = text => text.replace('-', '−');

const TAGS = {same: 'span', gone: 'del', new: 'ins'};

// `show` takes what `figures.rewriting` made, and a text in the place of what is after, if that is not to be seen; `labels`: before, after, logprob and, for the same words again, same.
export function rewriting() {
  const [before, after] = [make('p', 'line'), make('p', 'line')];
  after.setAttribute('role', 'status');
  return {
    element: make('div', 'result', before, after),
    after,
    show({before: text, diff, logprobs}, {labels, format}, instead = null) {
      const total = value => fill(labels.logprob, {value: minus(format.two.format(value))});
      const dim = value => make('span', 'dim', total(value));
      const line = (label, words) => [make('b', '', label), make('span', '', ...words)];
      const unchanged = diff?.every(([way]) => way === 'same');
      const parts = unchanged ? [['same', labels.same]] : diff;
      const words = parts?.flatMap(([way, some]) => [make(TAGS[way], '', some), ' ']);
      before.replaceChildren(...line(labels.before, [text, dim(logprobs[0])]));
      after.replaceChildren(
        ...line(labels.after, instead === null ? [...words, dim(logprobs[1])] : [instead]),
      );
    },
  };
}
