// The numbers of one attention as `figure.payload` packs them, and what follows of other scales and masks: pure functions.

import {opened} from '../../components/attention.js';

const WIDE = ['products', 'bias'];
const VECTORS = ['stream', 'entered', 'query', 'key', 'value', 'placed_query', 'placed_key'];
const OTHERS = ['context', 'output', 'summed', 'left'];

// A block with its arrays opened; `memory` is what cross-attention looks at.
export function openBlock(block, kind, memory) {
  const halves = [...VECTORS, ...OTHERS].map(name => [name, opened(block[name])]);
  const singles = WIDE.map(name => [name, opened(block[name], true)]);
  const entered = opened(block.entered ?? block.stream);
  const source = kind === 'cross' ? opened(memory) : entered;
  return {...block, ...Object.fromEntries([...halves, ...singles]), source};
}

// The learned matrices as `figure.matrices` packs them, opened.
export const openMatrices = ({of: name, ...parts}) => ({
  of: name,
  ...Object.fromEntries(Object.entries(parts).map(([part, packed]) => [part, opened(packed)])),
});

// A head's W^Q, W^K or W^V, the 0th, 1st or 2nd part.
export function inputOf({inputs: {shape, values}}, part, head) {
  const [, heads, rows, columns] = shape;
  const start = (part * heads + head) * rows * columns;
  return {rows, columns, values: values.subarray(start, start + rows * columns)};
}

// The stages that a layer has: `norm` stands before or after, `relative` is "rotary", "alibi" or another.
export function stagesOf(all, {norm, relative}, kind) {
  const self = kind !== 'cross';
  const has = {
    entered: norm === 'pre',
    left: norm === 'post',
    turned: self && relative === 'rotary',
    biased: self && relative === 'alibi',
  };
  return all.filter(stage => has[stage] ?? true);
}

// One head's rows × columns of {shape: [heads, rows, columns], values}.
export function headOf({shape, values}, head) {
  const [, rows, columns] = shape;
  const size = rows * columns;
  return {rows, columns, values: values.subarray(head * size, (head + 1) * size)};
}

// Rows × columns as they are.
export const whole = ({shape, values}) => ({rows: shape[0], columns: shape[1], values});

export const rowOf = ({columns, values}, row) =>
  values.subarray(row * columns, (row + 1) * columns);

// What the products are divided by.
export const divisor = (scale, width) =>
  ({one: 1, root: Math.sqrt(width), width})[scale] ?? Math.sqrt(width);

// Whether a query may look at a key.
export const visible = (kind, mask, row, column) =>
  kind !== 'decoder' || mask === 'off' || column <= row;

// A row's softmax; -Infinity weighs exactly 0.
export function softmax(scores) {
  const most = Math.max(...scores);
  const powers = Float64Array.from(scores, score => Math.exp(score - most));
  const sum = powers.reduce((before, power) => before + power, 0);
  return powers.map(power => power / sum);
}

// In bits.
export const entropy = weights =>
  weights.reduce((sum, weight) => (weight > 0 ? sum - weight * Math.log2(weight) : sum), 0);

const map = ({rows, columns, values}, change) => ({
  rows,
  columns,
  values: Float64Array.from(values, (value, i) =>
    change(value, Math.floor(i / columns), i % columns),
  ),
});

// Whether nothing is changed.
export const own = (kind, {scale, mask}) =>
  scale === 'root' && (mask === 'on' || kind !== 'decoder');

// A head from its products on: {products, scaled, biased, masked, weights, context, entropies}.
export function headWorked(block, kind, head, at) {
  const {scale, mask} = at;
  const products = headOf(block.products, head);
  const value = headOf(block.value, head);
  const by = divisor(scale, value.columns);
  const scaled = map(products, product => product / by);
  const bias = block.bias && headOf(block.bias, head);
  const biased = bias ? map(scaled, (score, i, j) => score + rowOf(bias, i)[j]) : scaled;
  const masked = map(biased, (score, i, j) =>
    visible(kind, mask, i, j) ? score : Number.NEGATIVE_INFINITY,
  );
  const shares = Array.from({length: masked.rows}, (_, i) => softmax(rowOf(masked, i)));
  const weights = {...masked, values: Float64Array.from(shares.flatMap(row => [...row]))};
  const context = own(kind, at) ? headOf(block.context, head) : mixed(weights, value);
  return {products, scaled, biased, masked, weights, context, entropies: shares.map(entropy)};
}

// The values summed by the weights.
export function mixed(weights, value) {
  const result = new Float64Array(weights.rows * value.columns);
  for (let i = 0; i < weights.rows; i++)
    for (let j = 0; j < weights.columns; j++) {
      const weight = weights.values[i * weights.columns + j];
      for (let k = 0; k < value.columns; k++)
        result[i * value.columns + k] += weight * value.values[j * value.columns + k];
    }
  return {rows: weights.rows, columns: value.columns, values: result};
}

// All heads' contexts side by side.
export function joined(contexts) {
  const [{rows, columns}] = contexts;
  const width = columns * contexts.length;
  const values = new Float64Array(rows * width);
  for (const [head, context] of contexts.entries())
    for (let i = 0; i < rows; i++) values.set(rowOf(context, i), i * width + head * columns);
  return {rows, columns: width, values};
}

// Mean and standard deviation of a row's numbers, as a layer norm takes them.
export function moments(row) {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const square = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  return {mean, deviation: Math.sqrt(square + 1e-5)};
}

// What follows the weights of all heads: {joined, output, summed, left}. Where something is changed it is computed from
// the learned `matrices`; as long as these are null, all after `joined` is the model's own.
export function following(block, kind, at, matrices) {
  const [heads] = block.query.shape;
  const contextOf = head =>
    own(kind, at) ? headOf(block.context, head) : headWorked(block, kind, head, at).context;
  const all = joined(Array.from({length: heads}, (_, head) => contextOf(head)));
  if (own(kind, at) || !matrices) {
    const {output, summed, left} = block;
    return {joined: all, output: whole(output), summed: whole(summed), left: left && whole(left)};
  }
  const output = multiplied(all, whole(matrices.output), matrices.output_bias.values);
  const stream = block.stream.values;
  const summed = map(output, (value, i, j) => value + stream[i * output.columns + j]);
  const left = block.left && normed(summed, matrices.gain.values, matrices.shift.values);
  return {joined: all, output, summed, left};
}

// Each row times a matrix, and a bias added.
export function multiplied({rows, values}, matrix, bias) {
  const {rows: inner, columns} = matrix;
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = result.subarray(i * columns, (i + 1) * columns);
    row.set(bias);
    for (let k = 0; k < inner; k++) {
      const factor = values[i * inner + k];
      const start = k * columns;
      for (let j = 0; j < columns; j++) row[j] += factor * matrix.values[start + j];
    }
  }
  return {rows, columns, values: result};
}

// Each row as a layer norm leaves it.
function normed(matrix, gain, shift) {
  const rows = Array.from({length: matrix.rows}, (_, i) => moments(rowOf(matrix, i)));
  return map(
    matrix,
    (value, i, j) => ((value - rows[i].mean) / rows[i].deviation) * gain[j] + shift[j],
  );
}
