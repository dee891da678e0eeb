// The numbers of one map: a head's or all heads' weights or norms, of one reading or the difference of two.

import {joined, look, minus, placed, unpacked} from '../../components/attention.js';
import {remember} from '../../components/colour.js';

// {key, rows, columns, values, signed, most} or null where a reading has no such head, or the two have other rows or
// columns. Values are shares of `most`.
export function matrixOf(readings, known, {side, ...wanted}) {
  if (side !== 'difference') return matrix(readings, known, Number(side === 'second'), wanted);
  const [first, second] = readings.map((_, i) => matrix(readings, known, i, wanted));
  if (!first || !second || first.values.length !== second.values.length) return null;
  if (first.rows.length !== second.rows.length) return null;
  const values = remember(known, `${first.key} ${second.key}`, () =>
    minus(first.values, second.values),
  );
  const both = name => first[name].map((label, i) => pair(label, second[name][i]));
  return {...first, rows: both('rows'), columns: both('columns'), values, signed: true};
}

const pair = (label, other) => (label === other ? label : `${label} / ${other}`);

function matrix(readings, known, reading, {part, layer, head, units, amount}) {
  const content = readings[reading].parts[part];
  if (!content) return null;
  const norms = amount === 'norm' && layer !== 'rollout' && content.norms;
  const [layers, heads] = content.weights.shape;
  if (Number(layer) > layers || Number(head) > heads) return null;
  if (layer === 'rollout' && !content.rollout) return null;
  const kind = layer === 'rollout' ? 'rollout' : norms ? 'norms' : 'weights';
  const all = remember(known, [reading, part, units, kind].join(), () => {
    const pieces = unpacked(content[kind]);
    return units === 'words' ? joined(pieces, ...content.numbers) : pieces;
  });
  const key = [reading, part, units, kind, layer, head].join();
  const [rows, columns] = content[units];
  const values = remember(known, key, () =>
    layer === 'rollout' ? all.values : look(all, placed(layer), placed(head)),
  );
  return {key, rows, columns, values, signed: false, most: norms ? norms.most : 1};
}
