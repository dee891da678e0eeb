// Weights of attention as `figures.cells` packs them: any L × H × rows × columns, between sub-words or words; vectors.

// A loop: a page reads a million of them.
function bytesOf(data) {
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

// {shape, data} → {shape, values}: 65535ths, little-endian, base64.
export function unpacked({shape, data}) {
  const bytes = bytesOf(data);
  const view = new DataView(bytes.buffer);
  const values = Float32Array.from(
    {length: bytes.length / 2},
    (_, i) => view.getUint16(2 * i, true) / 65535,
  );
  return {shape, values};
}

// {shape, most, data} → {shape, values}: signed bytes, 127ths of `most`, base64.
export function signed({shape, most, data}) {
  const bytes = new Int8Array(bytesOf(data).buffer);
  return {shape, values: Float32Array.from(bytes, byte => (byte / 127) * most)};
}

// Half precision (IEEE 754 binary16) from its 16 bits.
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let halves = null; // all 65,536 of them, once the first are read

// {shape, data} → {shape, values}: little-endian floats (as is every browser) of two bytes or, of `wide` numbers, four.
export function opened(packed, wide = false) {
  if (!packed) return null;
  const {buffer} = bytesOf(packed.data);
  if (wide) return {shape: packed.shape, values: new Float32Array(buffer)};
  halves ??= Float32Array.from({length: 65536}, (_, bits) => half(bits));
  const values = Float32Array.from(new Uint16Array(buffer), bits => halves[bits]);
  return {shape: packed.shape, values};
}

// The weights of one layer and head (from 0), or of all: their "mean" or "max". → rows × columns
export function look({shape, values}, layer, head) {
  const [layers, heads, rows, columns] = shape;
  const size = rows * columns;
  const sum = new Float32Array(size);
  const kinds = [layer, head];
  const most = kinds.includes('max');
  let count = 0;
  for (let l = 0; l < layers; l++)
    for (let h = 0; h < heads; h++) {
      if (![l, h].every((index, i) => kinds[i] === index || typeof kinds[i] === 'string')) continue;
      count += 1;
      const start = (l * heads + h) * size;
      for (let i = 0; i < size; i++) {
        const value = values[start + i];
        sum[i] = most ? Math.max(sum[i], value) : sum[i] + value;
      }
    }
  return most ? sum : sum.map(value => value / count);
}

// The same between words: summed over the pieces of a column's word, averaged over those of a row's.
export function joined({shape, values}, rowWords, columnWords) {
  const [layers, heads, rows, columns] = shape;
  const [R, C] = [rowWords, columnWords].map(words => Math.max(...words) + 1);
  const pieces = Array(R).fill(0);
  for (const word of rowWords) pieces[word] += 1;
  const result = new Float32Array(layers * heads * R * C);
  for (let block = 0; block < layers * heads; block++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        result[(block * R + rowWords[r]) * C + columnWords[c]] +=
          values[(block * rows + r) * columns + c] / pieces[rowWords[r]];
  return {shape: [layers, heads, R, C], values: result};
}

export const minus = (values, others) => values.map((value, i) => value - others[i]);

// Where a row is strongest.
export function peak(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

// A layer or head as an address writes it, counted from 1, or "mean" or "max".
export const placed = text => (text === 'mean' || text === 'max' ? text : Number(text) - 1);
export const written = place => (typeof place === 'string' ? place : String(place + 1));
