// Rows of attention that a reader edits, and the edits as an address writes them: pure functions.

// A row with one weight at `value`: the others keep their proportions, so that it still adds up to 1.
export function moved(weights, index, value) {
  if (weights.length < 2) return [1];
  const rest = weights.reduce((sum, weight, i) => (i === index ? sum : sum + weight), 0);
  const share = 1 - value;
  return weights.map((weight, i) => {
    if (i === index) return value;
    return rest > 1e-9 ? (weight / rest) * share : share / (weights.length - 1);
  });
}

// In thousandths that add up to 1: what rounding down left goes to where it took most.
export function rounded(weights) {
  const exact = weights.map(weight => weight * 1000);
  const parts = exact.map(part => Math.floor(part + 1e-6));
  const missing = 1000 - parts.reduce((sum, part) => sum + part, 0);
  const order = parts.map((_, i) => i).sort((i, j) => exact[j] - parts[j] - (exact[i] - parts[i]));
  for (let i = 0; i < missing; i++) parts[order[i % order.length]] += 1;
  return parts.map(part => part / 1000);
}

// An edit is [kind, layer, head, query, weights] or [kind, layer, head, pattern], layer, head and query from 0.
const isRow = edit => edit.length === 5;
export const isAt = (edit, place) => place.every((part, i) => edit[i] === part);

export const addressOf = edits =>
  edits.map(edit => (edit[3] === 'closed' ? edit.slice(0, 3) : edit).flat().join('~')).join('_');

// Edits with another row.
export const withRow = (edits, place, query, weights) => [
  ...edits.filter(edit => !(isRow(edit) && isAt(edit, [...place, query]))),
  [...place, query, weights],
];

// Edits with a head that follows a pattern, or with none of it: its edited rows are gone.
export const withPattern = (edits, place, pattern) => [
  ...edits.filter(edit => !isAt(edit, place)),
  ...(pattern ? [[...place, pattern]] : []),
];

// What a head follows; null where it is its own.
export const patternOf = (edits, place) =>
  edits.find(edit => !isRow(edit) && isAt(edit, place))?.[3] ?? null;

export const isEdited = (edits, place, query) =>
  edits.some(edit => isAt(edit, place) && (!isRow(edit) || edit[3] === query));
