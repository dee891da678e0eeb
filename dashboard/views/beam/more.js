// The rarer options of a search, folded: what leaving words out costs, when it ends, how long it may be, groups that avoid each other.

import {segments, slider} from '../../components/controls.js';
import {make, write} from '../../components/dom.js';
import {weighs} from './ranking.js';

export const NAMES = ['beta', 'stop', 'wanted', 'limit', 'groups', 'diversity'];
const STOPS = ['finished', 'first', 'optimum'];

// Into how many equal groups a beam can be split.
export const divisors = size =>
  Array.from({length: size}, (_, i) => i + 1).filter(count => size % count === 0);

// `on.choose(name, value)`, both as the address writes them.
export function more(on) {
  const controls = {
    beta: slider(value => on.choose('beta', value.toFixed(1))),
    stop: segments(value => on.choose('stop', value)),
    wanted: slider(value => on.choose('wanted', String(value))),
    limit: slider(value => on.choose('limit', String(value))),
    groups: segments(value => on.choose('groups', value)),
    diversity: slider(value => on.choose('diversity', value.toFixed(1))),
  };
  const summary = make('summary');
  const row = make('div', 'bar', ...NAMES.map(name => controls[name].element));
  const element = make('details', 'more', summary, row);
  return {
    element,
    show(at, {labels, numbers, data, drawn}) {
      write(summary, labels.more);
      const changed = NAMES.some(name => at[name] !== data.begin[name]);
      if (changed && !summary.dataset.seen) element.open = true; // what a link changes is in sight
      summary.dataset.seen = 'true';
      const diverse = Number(at.groups) > 1;
      const ends = STOPS.map(name => [name, labels[`stop_${name}`]]);
      controls.stop.show(labels.stop, ends, at.stop);
      const groups = divisors(Number(at.beam)).map(count => [String(count), String(count)]);
      controls.groups.show(labels.groups, groups, at.groups);
      const range = (name, max, step, shown) =>
        controls[name].show(labels[name], {min: 0, max, step}, at[name], shown);
      range('wanted', data.most.wanted, 1, at.wanted === '0' ? labels.as_beam : at.wanted);
      range('limit', data.most.limit, 1, at.limit === '0' ? labels.as_source : at.limit);
      range('diversity', data.most.diversity, 0.1, numbers.one.format(at.diversity));
      range('beta', data.most.beta, 0.1, numbers.one.format(at.beta));
      controls.beta.element.hidden = !weighs(drawn[0]?.coverage, at);
      controls.beta.element.title = labels.beta_help;
      controls.stop.element.hidden = diverse;
      controls.wanted.element.hidden = diverse || at.stop !== 'finished';
      controls.diversity.element.hidden = !diverse;
    },
  };
}
