// A step of the race in words.

import {fill} from '../../components/dom.js';
import {share} from '../../components/numbers.js';
import {leading, rewrittenAt, sumAt} from './lanes_steps.js';

export const signed = ({two}, value) => two.format(value).replace('-', '−');

const names = lanes => lanes.map(lane => lane.title).join(', ');

export function said({lanes, labels, format, data}, step) {
  if (!step) return labels.start;
  const over = step === data.steps && !data.hidden;
  const first = leading(lanes, step, over);
  const facts = {lane: names(first), sum: signed(format, sumAt(first[0], step))};
  const lead = fill(over ? labels.ends : labels.leads, facts);
  const turned = lanes.filter(lane => rewrittenAt(lane, step) < step);
  return turned.length ? `${lead} ${fill(labels.changed, {lane: names(turned)})}` : lead;
}

export function tokenSaid({lanes, labels, format}, step, number, place) {
  const lane = lanes[number];
  const node = lane.path(step)[place];
  if (!node) return '';
  const facts = {lane: lane.title, n: place + 1, token: node.label};
  const chance = share(format, Math.exp(node.logprob));
  return fill(labels.token, {...facts, share: chance, sum: signed(format, node.sum)});
}
