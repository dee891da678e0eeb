// What the parts of a Transformer are called, the shapes of what they hand on, what a step writes.

import {fill} from '../../components/dom.js';

export const shapeOf = ({data}, side) =>
  `${(side === 'encoder' ? data.sources : data.read).length} × ${data.facts.width}`;

// The key of a part's words: in front of a block or after it, a norm has other ones.
export const wordsOf = ({kind, norm}) => (kind === 'norm' ? `norm_${norm}` : kind);

// The key of its sentence: a decoder embeds what it has read last.
export const sentenceOf = part =>
  part.kind === 'embed' && part.side === 'decoder' ? 'embed_read_text' : `${wordsOf(part)}_text`;

export const titleOf = ({labels}, part) => labels[wordsOf(part)];

export const whereOf = ({labels}, {side, layer}) =>
  layer == null ? labels[side] : `${labels[side]}, ${fill(labels.layer, {n: layer + 1})}`;

// The shape that stands in a part's box, where it is not its layer's; "" for none.
export function changeOf(scene, {kind, side}) {
  const {width, feed_forward: hidden, vocabulary_size: words} = scene.data.facts;
  const shapes = {
    feed: `${width} → ${hidden} → ${width}`,
    softmax: `${width} → ${words}`,
    embed: shapeOf(scene, side),
    memory: shapeOf(scene, side),
  };
  return shapes[kind] ?? '';
}

// What a step writes, and how likely it was.
export function writing({data, at, format}) {
  const token = data.written[at.step];
  const likely = data.next[at.step].find(([text]) => text === token);
  return {token, share: likely ? format.percents[0].format(likely[1]) : '–'};
}
