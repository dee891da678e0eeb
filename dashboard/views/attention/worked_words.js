// What is said beside a stage: its name, a sentence, the formula in the numbers of the chosen pair, a line of our code.

import {fill, make} from '../../components/dom.js';
import {share} from '../../components/numbers.js';
import {divisor, own, rowOf} from './worked_numbers.js';
import {formula} from './worked_text.js';

const AFTER = ['output', 'summed', 'left']; // which a change reaches by the learned matrices
const READ = 4; // tokens read so far that are named
const SPREAD = ['scaled', 'masked', 'weights', 'context'];

// What the products are divided by, as its button says.
export const divisorOf = (labels, {scale}) => labels[`scale_${scale}`];

export const stageName = (labels, stage, at) =>
  fill(labels[`stage_${stage}`], {by: divisorOf(labels, at)});

// The key of what a stage does, where this attention or this scale has words of its own.
function doesOf({labels, stage, kind, at}) {
  const first = at.layer === '1' && kind !== 'cross' ? `does_${stage}_first` : '';
  const keys = [first, `does_${stage}_${kind}`, `does_${stage}_${at.scale}`, `does_${stage}`];
  return labels[keys.find(key => key in labels)];
}

// The elements of the text; `data` is what Python sent, a scene as of `formula`.
export function tellStage(data, scene) {
  const {labels, block, stage, at, code} = scene;
  if (!block) return [make('p', 'aside', data.hidden ? labels.hidden : labels.waking)];
  if (data.hidden && data.view === 'lookup') return [make('p', 'aside', labels.hidden)];
  if (data.view === 'lookup') return lookup(scene);
  const facts = {
    d: scene.size,
    D: block.stream.shape[1],
    heads: scene.heads,
    word: scene.words[scene.i],
  };
  return [
    make('p', 'name', stageName(labels, stage, at)),
    make('p', '', fill(doesOf(scene), facts)),
    ...formula(stage, {...scene, divided: divided(scene)}).map(written),
    ...asides(scene).map(text => make('p', 'aside', text)),
    ...(stage === 'scaled' && at.scale !== 'root' ? [] : [make('code', '', code[stage])]),
  ];
}

const lookup = scene => [
  ...formula('weights', scene).map(written),
  ...formula('context', scene).map(written),
  ...asides({...scene, stage: 'context'}).map(text => make('p', 'aside', text)),
];

function divided({at, size, format}) {
  const by = divisor(at.scale, size);
  const sign = {one: '', root: ` / √${size}`, width: ` / ${size}`}[at.scale];
  return {sign, text: format.short.format(by)};
}

// How spread the row's weights are, what leaks, and where a change ends.
function asides(scene) {
  const {labels, stage, now, i, at, kind, format, words, keys, matrices} = scene;
  const said = kind === 'encoder' ? [] : [step(scene)];
  if (SPREAD.includes(stage)) {
    const mean = now.entropies.reduce((sum, one) => sum + one, 0) / now.entropies.length;
    const seen = kind === 'decoder' && at.mask === 'on' ? i + 1 : keys.length;
    const facts = {row: now.entropies[i], most: Math.log2(seen), mean};
    const numbers = Object.entries(facts).map(([name, value]) => [name, format.two.format(value)]);
    said.push(fill(labels.entropy, {...Object.fromEntries(numbers), word: words[i]}));
  }
  if (kind === 'decoder' && ['masked', 'weights', 'context'].includes(stage))
    said.push(leak(scene));
  if (!own(kind, at) && !matrices && AFTER.includes(stage)) said.push(labels.own);
  said.push(stage === 'weights' ? labels.shares : labels.signed);
  return said;
}

// A decoder's row is named by what it writes; what it has read stands one place before.
function step({labels, i, words, read}) {
  const before = read.slice(Math.max(0, i + 1 - READ), i + 1).join(' ');
  return fill(labels.writes, {word: words[i], read: i < READ ? before : `… ${before}`});
}

function leak({labels, now, i, at, words, format}) {
  const row = rowOf(now.weights, i);
  const later = row.slice(i + 1).reduce((sum, weight) => sum + weight, 0);
  const facts = {word: words[i], share: share(format, later), count: i + 1};
  return fill(at.mask === 'off' ? labels.leaks : labels.hides, facts);
}

const written = parts => make('p', 'formula', ...parts.flatMap(part));

function part(one) {
  if (typeof one === 'string') return [one];
  if ('power' in one) return [make('sup', '', one.power)];
  return [make('i', '', one.name), make('sub', '', String(one.index))];
}

// The cell under the pointer in words.
export function cellText({labels, format, maps, at}, {spec, row, column}) {
  const value = spec.matrix.values[row * spec.matrix.columns + column];
  const text = value === Number.NEGATIVE_INFINITY ? '−∞' : format.three.format(value);
  const {columns} = maps[at.attention];
  const place = spec.heads ? columns[column] : String(column + 1);
  return fill(labels.cell, {row: spec.words[row] ?? row + 1, column: place, value: text});
}
