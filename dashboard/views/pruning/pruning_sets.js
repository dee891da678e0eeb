// Sets of closed heads: pure functions. A head is [kind, layer, number], from 0; a set holds heads as texts.

export const keyOf = ([kind, layer, head]) => `${kind} ${layer} ${head}`;

export const setOf = heads => new Set(heads.map(keyOf));

// The fewest words that an address can hold: "e*" a kind, "e1.*" a layer, "e1.3" a head.
export function addressOf(closed, heads) {
  const parts = [];
  for (const kind of new Set(heads.map(([kind]) => kind))) {
    const some = heads.filter(head => head[0] === kind);
    if (some.every(head => closed.has(keyOf(head)))) {
      parts.push(`${kind[0]}*`);
      continue;
    }
    for (const layer of new Set(some.map(([, layer]) => layer))) {
      const row = some.filter(head => head[1] === layer);
      const shut = row.filter(head => closed.has(keyOf(head)));
      const whole = shut.length === row.length;
      const names = whole ? ['*'] : shut.map(([, , head]) => head + 1);
      parts.push(...names.map(name => `${kind[0]}${layer + 1}.${name}`));
    }
  }
  return parts.join(',');
}

// These heads closed or, where all of them are, opened.
export function toggled(closed, heads) {
  const keys = heads.map(keyOf);
  const open = keys.every(key => closed.has(key));
  const next = new Set(closed);
  for (const key of keys) open ? next.delete(key) : next.add(key);
  return next;
}

// All closed but these.
export const butThese = (heads, kept) => {
  const left = setOf(kept);
  return new Set(heads.map(keyOf).filter(key => !left.has(key)));
};

// The first of an order closed, so many left open.
export const withOpen = (order, count) => setOf(order.slice(0, order.length - count));

// Of each kind how many are open, of how many.
export function counted(closed, heads) {
  const counts = {};
  for (const head of heads) {
    const [left, all] = counts[head[0]] ?? [0, 0];
    counts[head[0]] = [left + !closed.has(keyOf(head)), all + 1];
  }
  return counts;
}

// The place that an arrow leads to, of places {x, y, width, height}: the nearest in that direction, by preference straight.
export function arrowTo(places, from, key) {
  const middle = ({x, y, width, height}) => [x + width / 2, y + height / 2];
  const [x, y] = middle(places[from]);
  const along = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[key];
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  places.forEach((place, i) => {
    const [dx, dy] = [middle(place)[0] - x, middle(place)[1] - y];
    const forth = dx * along[0] + dy * along[1];
    const aside = Math.abs(dx * along[1]) + Math.abs(dy * along[0]);
    if (forth < 1) return;
    const far = forth + 4 * aside;
    if (far < least) [best, least] = [i, far];
  });
  return best;
}
