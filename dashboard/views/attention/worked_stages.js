// Which matrices each stage shows: rows of specs as `drawMatrices` takes them.

import {headOf, inputOf, rowOf, visible, whole} from './worked_numbers.js';
import {divisorOf} from './worked_words.js';

// A scene is as of `formula`, with {map, at, heads, labels, size, matrices}.
export const matricesOf = scene => STAGES[scene.stage](scene);

// The weights alone, of a model whose numbers are still to come.
export function asleep(scene) {
  const {map, at, head} = scene;
  const [, heads] = map.shape;
  const layer = Number(at.layer) - 1;
  const [, , rows, columns] = map.shape;
  const start = (layer * heads + head) * rows * columns;
  const values = map.values.subarray(start, start + rows * columns);
  return [[square(scene, {rows, columns, values}, 'softmax', true)]];
}

const shape = (letter, {rows, columns}) => `${letter}  (${rows} × ${columns})`;

const byQuery = ({words, i}, matrix, letter, more = {}) => ({
  ...{title: shape(letter, matrix), matrix, words, role: 'query', mark: i},
  ...more,
});

// What comes in is named by the token that was read, not by the one to be written.
const byRead = (scene, matrix, letter) => byQuery({...scene, words: scene.read}, matrix, letter);

const byKey = ({keys, j}, matrix, letter, more = {}) => ({
  ...{title: shape(letter, matrix), matrix, words: keys, role: 'key', mark: j},
  ...more,
});

const square = ({words, keys, i, j, kind, at}, matrix, title, shares = false) => ({
  ...{title: shape(title, matrix), matrix, words, heads: keys, role: 'query', mark: i, column: j},
  shares,
  closed: (row, column) => !visible(kind, at.mask, row, column),
});

// One row alone, as a strip with its name.
const single = ({words, i}, matrix, letter) => ({
  ...{title: letter, words: [words[i]], role: 'query', mark: 0},
  matrix: {rows: 1, columns: matrix.columns, values: rowOf(matrix, i)},
});

// A learned matrix: small, its rows have no words.
const learned = (title, matrix) => ({title: shape(title, matrix), matrix, words: [], tall: 150});

// W^Q, W^K and W^V of the head, as soon as they are there.
const inputs = ({matrices, head}) =>
  matrices
    ? [['Q', 'K', 'V'].map((name, i) => learned(`W^${name}`, inputOf(matrices, i, head)))]
    : [];

const quotient = ({labels, at}) => `QKᵀ / ${divisorOf(labels, at)}`;

const queries = ({block, head}) => headOf(block.query, head);

const STAGES = {
  stream(scene) {
    const {block, kind} = scene;
    const asking = [byRead(scene, whole(block.stream), 'X')];
    return kind === 'cross' ? [asking, [byKey(scene, whole(block.source), 'M')]] : [asking];
  },
  entered: scene => [
    [byRead(scene, whole(scene.block.stream), 'X')],
    [byRead(scene, whole(scene.block.entered), 'X′')],
  ],
  vectors(scene) {
    const {block, head} = scene;
    const [key, value] = [block.key, block.value].map(part => headOf(part, head));
    return [
      ...inputs(scene),
      [byQuery(scene, queries(scene), 'Q'), byKey(scene, key, 'K'), byKey(scene, value, 'V')],
    ];
  },
  turned(scene) {
    const {block, head} = scene;
    const [query, key] = [block.placed_query, block.placed_key].map(part => headOf(part, head));
    return [[byQuery(scene, query, 'Q′'), byKey(scene, key, 'K′')]];
  },
  products: scene => [[square(scene, scene.now.products, 'QKᵀ')]],
  scaled: scene => [[square(scene, scene.now.scaled, quotient(scene))]],
  biased: scene => [[square(scene, scene.now.biased, `${quotient(scene)} − m · |i − j|`)]],
  masked: scene => [[square(scene, scene.now.masked, 'S')]],
  weights: scene => [[square(scene, scene.now.weights, 'A = softmax(S)', true)]],
  context(scene) {
    const {now, block, head} = scene;
    const {i, words} = scene;
    const row = {rows: 1, columns: now.weights.columns, values: rowOf(now.weights, i)};
    const alone = {...square(scene, row, 'α', true), words: [words[i]], mark: 0};
    const closed = (_, column) => !visible(scene.kind, scene.at.mask, i, column);
    const value = byKey(scene, headOf(block.value, head), 'V');
    return [[{...alone, closed}], [value, byQuery(scene, now.context, 'C = A V')]];
  },
  joined(scene) {
    const {head, size} = scene;
    const band = [head * size, (head + 1) * size];
    return [[byQuery(scene, scene.after.joined, 'C', {band})]];
  },
  output(scene) {
    const {matrices, after} = scene;
    const matrix = matrices ? [[learned('W^O', whole(matrices.output))]] : [];
    return [...matrix, [byQuery(scene, after.output, 'O = C W^O + b')]];
  },
  summed(scene) {
    const {block, after} = scene;
    return [
      [single({...scene, words: scene.read}, whole(block.stream), 'x')],
      [single(scene, after.output, '+ o')],
      [single(scene, after.summed, '= y')],
      [byQuery(scene, after.summed, 'Y = X + O')],
    ];
  },
  left: scene => [
    [single(scene, scene.after.summed, 'y')],
    [byQuery(scene, scene.after.left, 'Z = norm(Y)')],
  ],
};
