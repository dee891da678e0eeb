// A step in words: where the reader stands, what the model expects, what is asked and answered.

import {peak} from '../../components/attention.js';
import {fill} from '../../components/dom.js';
import {share} from '../../components/numbers.js';

const SURE = [
  [0.9, 'certain'],
  [0.6, 'sure'],
  [0.3, 'unsure'],
  [0, 'lost'],
]; // from so likely a favourite on
const LONGEST = 70; // letters of what was written before

// How many steps there are would be a hint, as long as not all may be seen.
export const position = ({labels, steps}, step, told) =>
  fill(labels.step, {n: step + 1, N: told ? steps.length : '?'});

// What the translation says before a step; of a long one its end.
export function prefix(steps, step) {
  const text = steps
    .slice(0, step)
    .map(one => one.text)
    .join('')
    .trim();
  return text.length > LONGEST ? `…${text.slice(-LONGEST)}` : text;
}

// The likeliest [token, share], and the one that was taken.
const ends = ({next, chosen}) => [next[0], next[chosen]];

export function sentence({labels, formats, steps, step, hidden, weights, source}) {
  const before = prefix(steps, step);
  const [top, taken] = ends(steps[step]);
  const parts = [];
  if (hidden) parts.push(question({labels, steps, step}));
  else {
    const expected = {before, top: top[0], share: share(formats, top[1])};
    parts.push(fill(before ? labels.said : labels.said_first, expected));
    if (steps[step].rank > 1)
      parts.push(fill(labels.said_other, {token: taken[0], share: share(formats, taken[1])}));
  }
  if (weights) {
    const most = peak(weights);
    const facts = {source: source[most][0], share: share(formats, weights[most])};
    parts.push(fill(labels.said_looked, facts));
  }
  return parts.join(' ');
}

export function question({labels, steps, step}) {
  const before = prefix(steps, step);
  return fill(before ? labels.question : labels.question_first, {before});
}

export function answer({labels, formats, steps, step}) {
  const [top, taken] = ends(steps[step]);
  const right = fill(labels.answer, {token: taken[0], share: share(formats, taken[1])});
  if (steps[step].rank === 1) return right;
  return `${right} ${fill(labels.answer_other, {top: top[0], share: share(formats, top[1])})}`;
}

// What was taken and how sure the model was: three texts.
export function facts({labels, formats, data}, step) {
  const [[top, favourite], [token]] = ends(step);
  const level = SURE.find(([least]) => favourite >= least)[1];
  return [
    fill(step.rank > 1 ? labels.other : labels.best, {token, top, rank: step.rank}),
    fill(labels.entropy, {sure: labels[level], share: share(formats, favourite)}),
    fill(labels.tail, {
      bits: formats.two.format(step.entropy),
      most: formats.two.format(Math.log2(data.vocabulary)),
      vocabulary: data.vocabulary,
    }),
  ];
}
