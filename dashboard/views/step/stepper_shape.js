// How a sampler would see a step: temperature, then top-k, top-p, typical, each of what the one before left, as
// core/decoding/truncation.py does it for the whole vocabulary; here from what is recorded, without the server.

const BITS = Math.LN2; // nats a bit
const FINE = 1e-9; // below this nothing is left of the others
const NEAR = 1e-3; // what a share may miss

// A step's known tokens, likeliest first: {share, place}, `place` in `next` or -1. At a temperature, `stop`, each is
// p^(1/T) / Σ p^(1/T), of which the record knows the sum; `rest` is what all others have together.
function heated({next, further, rest, heat}, temperature, stop) {
  const known = [
    ...next.map(([, share], place) => ({share, place})),
    ...further.map(share => ({share, place: -1})),
  ].sort((a, b) => b.share - a.share);
  const sum = items => items.reduce((total, {share}) => total + share, 0);
  const beyond = rest - further.reduce((total, share) => total + share, 0);
  if (!heat) return {known, rest: Math.max(0, beyond)};
  for (const item of known)
    item.share = Math.exp(Math.log(item.share) / temperature - heat[0][stop]);
  return {known, rest: Math.max(0, 1 - sum(known))};
}

// The first of `items` in their order that together reach a mass. One of them, `others`, stands for every token that is
// not known: of those it takes as many as it needs, which overshoots by half a token, none larger than `grain`. Whether
// that is `near` enough.
function reaching(items, mass, grain) {
  const kept = [];
  let before = 0;
  for (const item of items) {
    if (kept.length && before >= mass) break;
    kept.push(item);
    before += item.share;
  }
  const last = kept.at(-1).others === true; // or it is not known which of them come before the last
  const open = before > mass && kept.some(item => item.others);
  const total = open ? Math.min(before, mass + grain / 2) : before;
  return {kept, total, open, near: !open || (last && grain / 2 <= NEAR * total)};
}

// What is kept, renormalised. `open`: some of the others stay, nobody knows which.
function renormalised({known, sure, entropy}, {kept, total, open, near}) {
  const others = kept.find(item => item.others);
  const whole = known.filter(item => kept.includes(item));
  const inside = whole.reduce((all, {share}) => all + share, 0);
  for (const item of whole) item.share /= total;
  const rest = others ? Math.max(0, 1 - inside / total) : 0;
  const nothing = !open && whole.length === known.length && (others || total > 1 - FINE);
  return {
    known: whole,
    rest,
    sure: sure && near,
    entropy: nothing ? entropy : rest > FINE ? null : nats(whole),
  };
}

const nats = known =>
  known.reduce((sum, {share}) => sum - (share > 0 ? share * Math.log(share) : 0), 0);

const othersOf = ({rest}) => (rest > FINE ? [{others: true, share: rest}] : []);

const grainOf = ({known}) => known.at(-1).share;

function topK(shape, count) {
  if (count >= shape.known.length + (shape.rest > FINE ? 1 : 0)) return shape;
  const kept = shape.known.slice(0, count);
  const total = kept.reduce((sum, {share}) => sum + share, 0);
  return renormalised(shape, {kept, total, open: false, near: true});
}

const topP = (shape, mass) =>
  renormalised(shape, reaching([...shape.known, ...othersOf(shape)], mass, grainOf(shape)));

// The others are less likely than any known token, so none of them is nearer to the entropy than `nearest`; whether one
// comes before a known token that is farther can't be told, but matters only where the mass is reached between.
function typical(shape, mass) {
  const {known, rest} = shape;
  const entropy = shape.entropy ?? nats(known);
  const distance = share => Math.abs(-Math.log(share) - entropy);
  const nearest = Math.max(0, -Math.log(known.at(-1).share) - entropy);
  const near = item => (item.others ? nearest : distance(item.share));
  const items = [...known, ...othersOf(shape)].sort((a, b) => near(a) - near(b));
  const place = items.findIndex(item => item.others);
  let before = 0;
  let sure = shape.sure && shape.entropy !== null;
  items.forEach((item, i) => {
    if (place >= 0 && i > place && before - rest < mass && mass <= before) sure = false;
    before += item.share;
  });
  return renormalised({...shape, sure}, reaching(items, mass, grainOf(shape)));
}

// A step as these settings draw it: `shares` of its `next`, null where a token is cut, of which `hot` still says how
// likely it was at the temperature; the `rest` the same; the entropy in bits, null where it can't be told; whether what
// is cut and kept is `sure`, as the record has but the likeliest tokens.
export function reshaped(step, {temperature, stop, top_k, top_p, typical: ordinary}) {
  const hot = heated(step, temperature, stop);
  const entropy = (step.heat ? step.heat[1][stop] : step.entropy) * BITS;
  const before = hot.known.map(item => ({...item}));
  let shape = {...hot, entropy, sure: true};
  if (top_k) shape = topK(shape, top_k);
  if (top_p < 1) shape = topP(shape, top_p);
  if (ordinary < 1) shape = typical(shape, ordinary);
  const shares = step.next.map(() => null);
  for (const {place, share} of shape.known) if (place >= 0) shares[place] = share;
  const likely = step.next.map(() => 0);
  for (const {place, share} of before) if (place >= 0) likely[place] = share;
  const shown = list => list.reduce((sum, share) => sum + (share ?? 0), 0);
  const rest = shape.known.some(({place}) => place < 0) || shape.rest > FINE;
  return {
    shares,
    hot: likely,
    rest: rest ? Math.max(0, 1 - shown(shares)) : null,
    hotRest: Math.max(0, 1 - shown(likely)),
    entropy: shape.entropy === null ? null : shape.entropy / BITS,
    sure: shape.sure,
  };
}
