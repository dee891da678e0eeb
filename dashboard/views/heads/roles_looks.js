// Which head stands where in the map of roles, and which words a head joins; pure functions.

const same = (one, other) => ['part', 'layer', 'head'].every(name => one[name] === other[name]);

export const placeOf = (heads, at) => heads.findIndex(head => same(head, at));

// The head to which an arrow leads: heads of one layer beside each other, layers below each other, whatever they are of.
export function beside(heads, place, key) {
  const {part, layer} = heads[place];
  const line = heads.filter(head => head.part === part && head.layer === layer);
  const at = line.indexOf(heads[place]);
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const step = key === 'ArrowLeft' ? -1 : 1;
    return placeOf(heads, line[at + step] ?? heads[place]);
  }
  const down = key === 'ArrowDown';
  const first = placeOf(heads, line[0]);
  const next = heads[down ? first + line.length : first - 1];
  if (!next) return place;
  const other = heads.filter(head => head.part === next.part && head.layer === next.layer);
  return placeOf(heads, other[Math.min(at, other.length - 1)]);
}

// [{row, column, weight}] of a head's looks, a column and a weight for each row.
export const pairsOf = ([columns, weights], rows) =>
  rows.map((_, row) => ({row, column: columns[row], weight: weights[row]}));
