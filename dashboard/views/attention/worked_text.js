// The formula of each stage with the numbers of the chosen pair: lines of texts and of names with an index.

import {moments, rowOf} from './worked_numbers.js';

const FIRST = 4; // numbers of a vector that are written out
const READABLE = 10_000; // a larger sum is written as a power

// A name with its index, as in q_cats.
const v = (name, index) => ({name, index});

// A scene is {block, kind, now, after, head, i, j, words, keys, read, format, divided}: a query i and a key j, counted
// from 0, `words` name the rows, in a decoder by the token to be written, `read` by the token read last; `now` as `headWorked` and `after` as `following` gives it, `divided` how what the products are divided by is written.
export function formula(stage, scene) {
  return (FORMULAS[stage] ?? (() => []))(scene, writer(scene.format));
}

// The first numbers of a vector.
export function vectorOf(row, {two}) {
  const shown = [...row.slice(0, FIRST)].map(value => two.format(value));
  return `(${[...shown, ...(row.length > FIRST ? ['…'] : [])].join('; ')})`;
}

// Vectors and sums in numbers.
function writer(format) {
  const number = value => format.two.format(value);
  const factor = value => (value < 0 ? `(${number(value)})` : number(value));
  const product = (a, b) => `${factor(a)}·${factor(b)}`;
  return {
    number,
    factor,
    vector: row => vectorOf(row, format),
    // The first terms of a sum of products, and what it is.
    sum(a, b, value, bias = null, length = a.length) {
      const count = Math.min(FIRST, a.length, b.length);
      const terms = Array.from({length: count}, (_, k) => product(a[k], b[k]));
      const more = length > count ? [...terms, '…'] : terms;
      return `${[...more, ...(bias === null ? [] : [factor(bias)])].join(' + ')} = ${number(value)}`;
    },
  };
}

const at = ({shape, values}, row) => values.subarray(row * shape[1], (row + 1) * shape[1]);
const inHead = ({shape, values}, head, row) =>
  values.subarray((head * shape[1] + row) * shape[2], (head * shape[1] + row + 1) * shape[2]);

function normed({corners}, row, result, name, out, index, {number, factor}) {
  const {mean, deviation} = moments(row);
  const [value] = row;
  const spread = `(${number(value)} − ${factor(mean)}) / ${number(deviation)}`;
  return [
    [v(out, index), ' = (', v(name, index), ' − μ) / σ · γ + β'],
    [`μ = ${number(mean)},  σ = ${number(deviation)}`],
    [`${spread} · ${factor(corners.gain)} + ${factor(corners.shift)} = ${number(result[0])}`],
  ];
}

const FORMULAS = {
  stream({block, kind, i, j, keys, read}, {vector}) {
    const asking = [v('x', read[i]), ' = ', vector(at(block.stream, i))];
    if (kind !== 'cross' && i === j) return [asking];
    const rows = kind === 'cross' ? block.source : block.stream;
    return [asking, [v(kind === 'cross' ? 'm' : 'x', keys[j]), ' = ', vector(at(rows, j))]];
  },
  entered: ({block, i, read}, write) =>
    normed(block, at(block.stream, i), at(block.entered, i), 'x', 'x′', read[i], write),
  vectors: scene => ['query', 'key', 'value'].flatMap((name, part) => projected(scene, name, part)),
  turned: ({block, head, i, j, words, keys}, {vector}) => [
    [v('q', words[i]), ' = ', vector(inHead(block.query, head, i))],
    [v('q′', words[i]), ` = R q = `, vector(inHead(block.placed_query, head, i))],
    [v('k′', keys[j]), ` = R k = `, vector(inHead(block.placed_key, head, j))],
  ],
  products({block, now, head, i, j, words, keys}, {sum}) {
    const [q, k] = [block.placed_query ?? block.query, block.placed_key ?? block.key];
    const [a, b] = [inHead(q, head, i), inHead(k, head, j)];
    return [
      [v('q', words[i]), ' · ', v('k', keys[j])],
      [`= ${sum(a, b, rowOf(now.products, i)[j])}`],
    ];
  },
  scaled: ({now, i, j, words, keys, divided}, {number}) => [
    [
      v('s', `${words[i]}, ${keys[j]}`),
      ' = ',
      v('q', words[i]),
      ' · ',
      v('k', keys[j]),
      divided.sign,
    ],
    [
      `= ${number(rowOf(now.products, i)[j])} / ${divided.text} = ${number(rowOf(now.scaled, i)[j])}`,
    ],
  ],
  biased: ({now, i, j}, {number}) => [
    ['s − m · |i − j|'],
    [
      `= ${number(rowOf(now.scaled, i)[j])} − ${number(rowOf(now.scaled, i)[j] - rowOf(now.biased, i)[j])}` +
        ` = ${number(rowOf(now.biased, i)[j])}`,
    ],
  ],
  masked({now, i, j, words, keys}, {number}) {
    const score = rowOf(now.masked, i)[j];
    const hidden = score === Number.NEGATIVE_INFINITY;
    return [
      [v('s', `${words[i]}, ${keys[j]}`), ' = ', hidden ? '−∞' : number(score)],
      ...(hidden ? [['e', {power: '−∞'}, ' = 0']] : []),
    ];
  },
  weights({now, i, j, words, keys}, {number}) {
    const scores = rowOf(now.masked, i);
    const score = scores[j] === Number.NEGATIVE_INFINITY ? '−∞' : number(scores[j]);
    return [
      [v('α', `${words[i]}, ${keys[j]}`), ' = e', {power: 's'}, ' / Σ e', {power: 's'}],
      [
        '= e',
        {power: score},
        ' / ',
        ...powersOf(scores, number),
        ` = ${number(rowOf(now.weights, i)[j])}`,
      ],
    ];
  },
  context({block, now, head, i, j, words, keys}, {number, factor, vector}) {
    const shares = rowOf(now.weights, i);
    const order = [...shares.keys()].sort((a, b) => shares[b] - shares[a]);
    const shown = [...new Set([j, ...order])].slice(0, 3);
    const term = key => `${number(shares[key])}·${factor(inHead(block.value, head, key)[0])}`;
    const more = shares.length > shown.length ? ' + …' : '';
    const parts = shown.flatMap((key, n) => [
      n ? ' + ' : ' = ',
      v('α', keys[key]),
      ' ',
      v('v', keys[key]),
    ]);
    return [
      [v('c', words[i]), ...parts, more],
      [`${shown.map(term).join(' + ')}${more} = ${number(rowOf(now.context, i)[0])}`],
      [v('c', words[i]), ' = ', vector(rowOf(now.context, i))],
    ];
  },
  joined: ({now, head, i, words, heads}, {vector}) => [
    [v('c', words[i]), ' = [', v('head', 1), '; …; ', v('head', heads), ']'],
    [v('head', head + 1), ' = ', vector(rowOf(now.context, i))],
  ],
  output({block: {corners}, after: {joined, output}, i, words}, {sum}) {
    const [first] = rowOf(output, i);
    return [
      [v('o', words[i]), ' = ', v('c', words[i]), ' W', {power: 'O'}, ' + b', {power: 'O'}],
      [sum(rowOf(joined, i), corners.output, first, corners.output_bias, output.columns)],
    ];
  },
  summed({block, after, i, words, read}, {number, vector, factor}) {
    const [x, o, y] = [at(block.stream, i), rowOf(after.output, i), rowOf(after.summed, i)];
    return [
      [v('y', words[i]), ' = ', v('x', read[i]), ' + ', v('o', words[i])],
      [`${number(x[0])} + ${factor(o[0])} = ${number(y[0])}`],
      [v('y', words[i]), ' = ', vector(y)],
    ];
  },
  left: ({block, after, i, words}, write) =>
    normed(block, rowOf(after.summed, i), rowOf(after.left, i), 'y', 'z', words[i], write),
};

// The sum of e to the power of scores; a large one as a power of e itself.
export function powersOf(scores, number) {
  const most = Math.max(...scores);
  const log = most + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0));
  return log < Math.log(READABLE) ? [number(Math.exp(log))] : ['e', {power: number(log)}];
}

// q, k or v of the chosen pair: one number of its product written out.
function projected({block, kind, head, i, j, words, keys, read, format}, name, part) {
  const {sum} = writer(format);
  const asks = name === 'query';
  const row = asks ? at(block.entered ?? block.stream, i) : at(block.source, j);
  const [index, letter] = [asks ? words[i] : keys[j], name[0]];
  const input = asks ? read[i] : keys[j];
  const from = kind === 'cross' && !asks ? 'm' : block.norm === 'pre' ? 'x′' : 'x';
  const result = inHead(block[name], head, asks ? i : j)[0];
  const {columns, biases} = block.corners;
  const power = {power: letter.toUpperCase()};
  return [
    [v(letter, index), ' = ', v(from, input), ' W', power, ' + b', power],
    [sum(row, columns[part][head], result, biases[part][head])],
  ];
}
