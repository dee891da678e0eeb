// Which small maps stand where: every head of the parts that are shown, then all of them together; pure functions.

const WHOLE = ['mean', 'max', 'rollout'];

// [{part, layer, head, heads, line, section}]: a line a layer, then one with what is made of all heads. Where two readings
// have not as many, the difference has those of both.
export function entriesOf(readings, side, parts) {
  const from = side === 'second' ? readings[1] : readings[0];
  const found = [];
  let line = 0;
  for (const part of Object.keys(from.parts)) {
    if (parts !== 'all' && parts !== part) continue;
    const shapes = readings
      .filter((_, i) => side === 'difference' || i === Number(side === 'second'))
      .map(reading => reading.parts[part]?.weights.shape ?? [0, 0]);
    const [layers, heads] = [0, 1].map(axis => Math.min(...shapes.map(shape => shape[axis])));
    for (let layer = 1; layer <= layers; layer++) {
      line += 1;
      for (let head = 1; head <= heads; head++)
        found.push({
          ...{part, layer: String(layer), head: String(head), heads, line},
          section: layer === 1 && head === 1,
        });
    }
    line += 1;
    const whole = WHOLE.filter(kind => kind !== 'rollout' || from.parts[part].rollout);
    if (layers * heads > 1)
      found.push(...whole.map(layer => ({part, layer, head: 'mean', heads, line, section: false})));
  }
  return found;
}

// What is measured of a head; null of several together, and where nothing is.
export function measureOf(readings, {part, layer, head}, side, units, measure) {
  if (measure === 'none' || !Number(layer)) return null;
  const values = readings.map(
    reading => reading.parts[part]?.measures?.[units]?.[measure]?.[layer - 1]?.[head - 1] ?? null,
  );
  if (side === 'difference') return values.includes(null) ? null : values[0] - values[1];
  return values[Number(side === 'second')];
}

// By layers, or by what is measured: heads alone, the largest or the smallest first.
export function ordered(entries, order, valued) {
  const measured = entries.filter(entry => valued(entry) != null);
  if (order === 'layers' || !measured.length) return entries;
  const sign = order === 'most' ? -1 : 1;
  return measured.sort((one, other) => sign * (valued(one) - valued(other)));
}

// Values as shares of a scale, from the least to the largest; differences evenly on both sides of 0.
export function tints(values, signed) {
  const known = values.filter(value => value != null);
  const most = Math.max(0, ...known.map(Math.abs));
  const low = signed ? -most : Math.min(...known);
  const high = signed ? most : Math.max(...known);
  const tint = value => ({signed, share: high > low ? (value - low) / (high - low) : 0.5});
  return {low, high, tints: values.map(value => (value == null ? null : tint(value)))};
}
