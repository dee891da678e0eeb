// How one step counts: the k best of each hypothesis, all of them sorted by their sums, k of them kept.

// {rows: [{node, cells}], sorted, cut, kept} of a step (from 1): a cell is {parent, label, logprob, sum, fate}, `fate` that
// of the tree or, of what no tree holds, "pruned" and, where it is above the `cut`, "banned". Null where nothing is counted.
export function counted({nodes, expanded, offers}, step) {
  const parents = expanded.flatMap((i, row) => (nodes[i].step === step - 1 ? [[i, row]] : []));
  if (!parents.length) return null;
  const grown = new Map(
    nodes.flatMap((node, i) => (node.step === step ? [[`${node.parent} ${node.label}`, i]] : [])),
  );
  const kept = [...grown.values()]
    .map(i => nodes[i])
    .filter(({fate}) => fate === 'kept' || fate === 'unfinished');
  const cut = Math.min(...kept.map(({sum}) => sum)); // ∞ where nothing goes on
  const rows = parents.map(([parent, row]) => ({
    node: parent,
    cells: offers[row].map(([label, logprob]) => cellOf(nodes, parent, label, logprob, grown, cut)),
  }));
  rows.sort((a, b) => nodes[b.node].sum - nodes[a.node].sum);
  const sorted = rows.flatMap(({cells}) => cells).sort((a, b) => b.sum - a.sum);
  return {rows, sorted, cut, kept: kept.length};
}

function cellOf(nodes, parent, label, logprob, grown, cut) {
  const node = nodes[grown.get(`${parent} ${label}`)];
  if (node) return {parent, label, logprob: node.logprob, sum: node.sum, fate: node.fate};
  const sum = nodes[parent].sum + logprob;
  return {parent, label, logprob, sum, fate: sum > cut + 0.02 ? 'banned' : 'pruned'}; // 0.02: of float16 logits
}

// The last power of e that is no zero: half of the smallest number that a format holds.
export const FORMATS = {float16: -25 * Math.LN2, float32: -150 * Math.LN2};

// After how many tokens like these (a sum over so many) their product is zero in each format.
export const vanishing = (sum, count) =>
  Object.fromEntries(
    Object.entries(FORMATS).map(([name, least]) => [
      name,
      sum < 0 ? Math.ceil((least / sum) * count) : null,
    ]),
  );
