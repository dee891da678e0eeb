// The different translations among samples: how often each was drawn, beside how likely the model finds it.

import {fill, make, write} from '../../components/dom.js';
import {share} from '../../components/numbers.js';

// An empty list.
export function list() {
  const head = make('tr');
  const body = make('tbody');
  const more = make('p', 'more');
  const table = make('table', '', make('thead', '', head), body);
  const legend = make('p', 'legend');
  const element = make('section', 'counts', make('div', 'wide', table), legend, more);
  return {element, head, body, legend, more};
}

// The longest that a bar must show: of any share so far, and of where the model's own may lie.
export const longest = (rows, n) =>
  Math.max(
    0.01,
    ...rows.map(([, drawn, probability, error]) =>
      Math.max(shareOf(drawn, n), (probability ?? 0) + (error ?? 0)),
    ),
  );

// The share of a translation among the first `n` samples.
export const shareOf = (drawn, n) => (n ? drawn.filter(number => number <= n).length / n : 0);

// The rows with the standard error of a share among the first `n` of all samples, as Python tells it of all.
export const errorsAt = (rows, n, all) =>
  rows.map(([text, drawn, probability, error]) => [
    ...[text, drawn, probability],
    error == null || !n ? null : error * Math.sqrt(all / n),
  ]);

// Show the list as it stands after `n` samples.
export function showList({element, head, body, legend, more}, data, n, format) {
  const {labels, more: left} = data;
  const rows = errorsAt(data.rows, n, data.all);
  element.hidden = !rows.length;
  if (!rows.length) return;
  const names = ['translation', '', 'drawn', 'share', 'probability'];
  head.replaceChildren(...names.map(name => heading(labels[name] ?? '')));
  const most = longest(rows, n);
  body.replaceChildren(...rows.map(row => line(row, n, most, labels, format)));
  const signs = [sign('tick', labels.mark)];
  if (rows.some(([, , , error]) => error != null)) signs.push(sign('band', labels.band));
  legend.replaceChildren(...signs);
  write(more, left ? fill(labels.more, {n: left}) : '');
}

function heading(text) {
  const cell = make('th', '', text);
  cell.scope = 'col';
  return cell;
}

const sign = (style, text) => make('span', '', make('i', style), text);

function line([text, drawn, probability, error], n, most, labels, format) {
  const part = shareOf(drawn, n);
  const first = make('th', '', text || labels.empty);
  first.scope = 'row';
  const likely = probability == null ? '–' : share(format, probability);
  const cells = [String(Math.round(part * n)), share(format, part), likely];
  const bar = make('td', 'bar-cell', bars(part / most, probability, error, most));
  return make('tr', part ? '' : 'none', first, bar, ...cells.map(cell => make('td', '', cell)));
}

// A bar, and on it the band in which two of three shares lie, and the mark of the probability.
function bars(length, probability, error, most) {
  const track = make('div', 'track');
  const place = (style, from, to) => {
    const part = make('i', style);
    part.style.left = `${100 * from}%`;
    part.style.width = `${100 * (to - from)}%`;
    track.append(part);
  };
  place('full', 0, length);
  if (error != null)
    place('band', Math.max(0, probability - error) / most, (probability + error) / most);
  if (probability != null) place('tick', probability / most, probability / most);
  return track;
}
