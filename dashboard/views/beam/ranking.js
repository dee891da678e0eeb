// How what a search finished is ranked under a length norm and α: pure functions, which look up what Python computed.

// The place of α, as the address writes it, among its stops: 0.0, 0.1, …
export const stop = alpha => Math.round(Number(alpha) * 10);

// {order: numbers of hypotheses, best first, scores: theirs}
export function ranked({rankings}, {norm, alpha}) {
  const [order, scores] = rankings[norm][norm === 'gnmt' ? stop(alpha) : 0];
  return {order, scores};
}

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
