// Where each lane is after a step: what leads it, how likely that is, what it has thought better of.

// Lanes as Python sends them, each with `path(step)`: the nodes of what leads after a step, [{label, logprob, sum}].
export const racing = lanes =>
  lanes.map(({nodes, leaders, ...lane}) => {
    const known = [];
    for (const [label, logprob, parent] of nodes)
      known.push({label, logprob, parent, sum: logprob + (parent < 0 ? 0 : known[parent].sum)});
    const paths = leaders.map(leader => {
      const path = [];
      for (let node = leader; node >= 0; node = known[node].parent) path.unshift(known[node]);
      return path;
    });
    return {
      ...lane,
      paths,
      path: step => (step > 0 ? paths[Math.min(step, paths.length) - 1] : []),
    };
  });

export const sumAt = (lane, step) => lane.path(step).at(-1)?.sum ?? 0;

// Where a lane leaves the first one's way by now; -1 if nowhere.
export const apartAt = (lane, step) =>
  step ? lane.apart[Math.min(step, lane.apart.length) - 1] : -1;

// From which place on a lane has just written something else than it had there before; Infinity for a lane that went on.
export function rewrittenAt(lane, step) {
  const before = lane.path(step - 1);
  const now = lane.path(step);
  const first = before.findIndex((node, i) => node !== now[i]);
  return first < 0 ? Number.POSITIVE_INFINITY : first;
}

// The lanes that are the likeliest by now, equals all; at the end none that was cut off, if another was not.
export function leading(all, step, over) {
  const finished = all.filter(lane => lane.finished);
  const lanes = over && finished.length ? finished : all;
  const sums = lanes.map(lane => Math.round(sumAt(lane, step) * 1e4));
  return lanes.filter((_, i) => sums[i] === Math.max(...sums));
}
