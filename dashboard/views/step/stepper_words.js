// A step in words: where the reader stands, what the model expects, what is asked and answered.

import {peak} from '../../components/attention.js';
import {fill} from '../../components/dom.js';
import {share} from '../../components/numbers.js';
import {named} from './stepper_controls.js';

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

// The places of the pieces of every word that has several: of [text, joined], where a word breaks at marks.
const CONTINUED = /^·/;
const WORDY = /[\p{L}\p{M}\p{N}]/u;
export function groups(pieces) {
  const bare = pieces.map(([text]) => text.replace(CONTINUED, ''));
  const found = [];
  bare.forEach((text, i) => {
    const goesOn = i > 0 && pieces[i][1] && WORDY.test(text[0]) && WORDY.test(bare[i - 1].at(-1));
    if (goesOn) found.at(-1).push(i);
    else found.push([i]);
  });
  return found.filter(word => word.length > 1);
}

// What the bars show under the reader's settings.
export function heading({labels, at, shape}) {
  const title = fill(labels.next_drawn, {settings: named(at, labels)});
  return shape.sure ? title : `${title} ${labels.estimated}`;
}

// The likeliest [token, share] under those, and how many of the bars they cut.
function likeliest({steps, step, shape}) {
  const best = peak(shape.shares.map(value => value ?? 0));
  const cut = shape.shares.filter(value => value === null).length;
  return {top: steps[step].next[best][0], share: shape.shares[best] ?? 0, cut};
}

// The likeliest [token, share], and the one that was taken.
const ends = ({next, chosen}) => [next[0], next[chosen]];

export function sentence(scene) {
  const {labels, formats, steps, step, hidden, weights, source} = scene;
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
  if (scene.shape && !hidden) {
    const facts = likeliest(scene);
    const settings = named(scene.at, labels);
    parts.push(fill(labels.said_drawn, {...facts, settings, share: share(formats, facts.share)}));
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

// What was taken and how sure the model was, or the settings make it: three texts, or two where the entropy is not known.
export function facts({labels, formats, data, shape}, step) {
  const [[top, favourite], [token]] = ends(step);
  const highest = shape ? Math.max(...shape.shares) : favourite;
  const entropy = shape ? shape.entropy : step.entropy;
  const level = SURE.find(([least]) => highest >= least)[1];
  const texts = [
    fill(step.rank > 1 ? labels.other : labels.best, {token, top, rank: step.rank}),
    fill(shape ? labels.favourite : labels.entropy, {
      sure: labels[level],
      share: share(formats, highest),
    }),
  ];
  if (entropy === null) return texts;
  const most = formats.two.format(Math.log2(data.vocabulary));
  const bits = formats.two.format(entropy);
  return [...texts, fill(labels.tail, {bits, most, vocabulary: data.vocabulary})];
}
