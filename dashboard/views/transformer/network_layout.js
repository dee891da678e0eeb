// The parts of a Transformer and where their boxes stand: plain numbers, no document.

export const BOX = 42; // px: a part's height
export const LAYER = 22; // px above the boxes of a layer, for its name
const GAP = 8; // px between boxes
const ROOMY = 480; // px from which a decoder layer's six boxes stand in one line

const BLOCKS = {
  encoder: ['self', 'feed'],
  decoder: ['masked', 'cross', 'feed'],
};

// The parts of a stack in rows: [{id, side, layer, block, kind}], `block` its number in the layer.
export function rowsOf(side, layers, norm) {
  const part = (kind, layer, block) => ({
    id: layer == null ? `${side}-${kind}` : `${side}-${layer + 1}-${kind}`,
    ...{side, layer, block, kind: kind.split('-').at(-1), norm},
  });
  const row = layer =>
    BLOCKS[side].flatMap((kind, block) => [
      part(kind, layer, block),
      part(`${kind}-norm`, layer, block),
    ]);
  const inner = Array.from({length: layers}, (_, layer) => row(layer));
  const last = side === 'encoder' ? 'memory' : 'softmax';
  return [[part('embed')], ...inner, [part(last)]];
}

// Boxes of a row in lines as the width allows: [{x, y, width}], and the height of all. A block takes more than its norm.
export function boxes(row, width) {
  const each = width < ROOMY ? 4 : row.length;
  const shares = row.map(({kind}) => (kind === 'norm' ? 1 : 1.7));
  const places = row.map((_, i) => {
    const first = i - (i % each);
    const line = shares.slice(first, first + each);
    const unit = (width - GAP * (line.length - 1)) / sum(line);
    const x = sum(shares.slice(first, i)) * unit + (i - first) * GAP;
    return {x, y: Math.floor(i / each) * (BOX + GAP), width: shares[i] * unit};
  });
  return {places, height: places.at(-1).y + BOX};
}

const sum = values => values.reduce((total, value) => total + value, 0);

// The part that an arrow key leads to: the one before or after, or the one above or below in the same stack.
export function neighbour(rows, id, key) {
  const every = rows.flat();
  const at = every.findIndex(part => part.id === id);
  const line = rows.findIndex(row => row.some(part => part.id === id));
  const column = rows[line].findIndex(part => part.id === id);
  const beside = {ArrowLeft: -1, ArrowRight: 1}[key];
  const below = {ArrowUp: -1, ArrowDown: 1}[key];
  if (beside) return every[Math.max(0, Math.min(every.length - 1, at + beside))].id;
  const row = rows[line + below];
  return row ? row[Math.min(column, row.length - 1)].id : id;
}
