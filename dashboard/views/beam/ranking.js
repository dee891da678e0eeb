// How what a search finished is ranked under a length norm and α: pure functions, from what Python computed.

// The place of α, as the address writes it, among its stops: 0.0, 0.1, …
export const stop = alpha => Math.round(Number(alpha) * 10);

// {order: numbers of hypotheses, best first, scores: theirs}; β adds what each covered of the source.
export function ranked({rankings, coverage}, at) {
  const {norm, alpha} = at;
  const [order, scores] = rankings[norm][norm === 'gnmt' ? stop(alpha) : 0];
  const beta = weighs(coverage, at) ? Number(at.beta) : 0;
  if (!beta) return {order, scores};
  const totals = order.map((i, place) => scores[place] + beta * coverage[i]);
  const places = order.map((_, place) => place).sort((a, b) => totals[b] - totals[a] || a - b);
  return {order: places.map(place => order[place]), scores: places.map(place => totals[place])};
}

// Whether β can count: the model looked at the source, and the search does not stop by its score.
export const weighs = (coverage, {stop: rule}) => Boolean(coverage) && rule !== 'optimum';

export const signed = (numbers, value) => numbers.format(value).replace('-', '−');

// The table's texts, best first: place, text, length, sum of log p, score.
export function rows(search, at, {three}, empty) {
  const {order, scores} = ranked(search, at);
  return order.map((i, place) => {
    const [, text, length, total] = search.hypotheses[i];
    const numbers = [total, scores[place]].map(value => signed(three, value));
    return [String(place + 1), text || empty, String(length), ...numbers];
  });
}
