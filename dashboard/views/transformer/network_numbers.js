// The vectors inside a Transformer: unpacked, summed up, measured.

import {opened} from '../../components/attention.js';

export const rowOf = ({shape, values}, row) =>
  values.subarray(row * shape.at(-1), (row + 1) * shape.at(-1));

export const plus = (one, other) => one.map((value, i) => value + other[i]);

export const meanOf = values => values.reduce((sum, value) => sum + value, 0) / values.length;

export function spreadOf(values) {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map(value => (value - mean) ** 2)));
}

// A token's numbers over its own features: less their mean, by their spread (Ba et al. 2016).
export function normalised(values) {
  const mean = meanOf(values);
  const spread = Math.sqrt(spreadOf(values) ** 2 + 1e-5);
  return values.map(value => (value - mean) / spread);
}

// All of a stack's vectors; what a block reads is what the one before let go on.
export function stackOf(packed) {
  const embedded = opened(packed.embedded);
  const positions = opened(packed.positions);
  let before = {...embedded, values: plus(embedded.values, positions.values)};
  const layers = packed.layers.map(blocks =>
    blocks.map(block => {
      const parts = Object.fromEntries(
        Object.entries(block).map(([name, part]) => [name, opened(part)]),
      );
      const whole = {...parts, before};
      before = parts.after;
      return whole;
    }),
  );
  return {embedded, positions, layers, output: opened(packed.output)};
}

// The units that fire for a token, the strongest first.
export const firing = hidden =>
  [...hidden.entries()].filter(([, value]) => value > 0).sort(([, a], [, b]) => b - a);
