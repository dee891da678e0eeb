// The card of a candidate that was taken: go on from here, take another, ban it, type what comes next.

import {fill, make} from '../../components/dom.js';
import {share} from '../../components/numbers.js';
import {settle} from '../../components/tree_card.js';
import {alternatives, banned, canBan, ends, prefixOf, textOf, withWord, wordOf} from './steer.js';

function act(text, onPress, style = '') {
  return Object.assign(make('button', style, text), {type: 'button', onclick: onPress});
}

// `on.steer(at)` searches again, `on.close()` gives the focus back. `show(tree, i, {root, at, labels, numbers})`.
export function card(on) {
  const element = Object.assign(make('div', 'hand'), {hidden: true});
  element.setAttribute('role', 'dialog');
  const close = () => {
    element.hidden = true;
    element.replaceChildren();
  };
  const leave = () => {
    close();
    on.close();
  };
  element.onkeydown = event => {
    event.stopPropagation(); // the tree has other uses for these keys
    if (event.key === 'Escape') leave();
  };
  const steer = at => {
    leave();
    on.steer(at);
  };
  return {
    element,
    close,
    show(tree, i, view) {
      const {labels, root} = view;
      const text = textOf(tree.nodes, i);
      element.setAttribute('aria-label', labels.hand);
      element.replaceChildren(...content(tree, i, text, view, steer));
      element.append(act('×', leave, 'close'));
      element.lastChild.setAttribute('aria-label', labels.hand_close);
      element.hidden = false;
      settle(element, root, tree.drawn[i].box);
      element.querySelector('button, input').focus({preventScroll: true});
    },
  };
}

function content(tree, i, text, view, steer) {
  const {at, labels} = view;
  const node = tree.nodes[i];
  const parts = [make('p', 'path', text || labels.hand_start)];
  const acts = make('div', 'acts');
  if (node.step && !ends(node)) {
    const word = wordOf(tree.nodes, i, tree.best);
    acts.append(
      act(labels.hand_on, () => steer({...at, prefix: prefixOf(tree.nodes, i, tree.best)})),
    );
    if (canBan(at, word))
      acts.append(act(fill(labels.hand_ban, {word}), () => steer(banned(at, word))));
  }
  if (acts.children.length) parts.push(acts);
  const others = node.step ? alternatives(tree.nodes, i) : [];
  if (others.length)
    parts.push(make('p', 'what', labels.hand_instead), instead(tree, others, view, steer));
  if (!(node.step && ends(node))) parts.push(typing(text, view, steer));
  return parts;
}

function instead({nodes, best}, others, {at, numbers}, steer) {
  const buttons = others.map(other => {
    const {label, logprob} = nodes[other];
    const shown = `${label} ${share(numbers, Math.exp(logprob ?? Number.NEGATIVE_INFINITY))}`;
    return act(shown, () => steer({...at, prefix: prefixOf(nodes, other, best)}));
  });
  return make('div', 'acts', ...buttons);
}

function typing(text, {at, labels}, steer) {
  const input = Object.assign(make('input'), {
    type: 'text',
    maxLength: 60,
    placeholder: labels.hand_word,
  });
  input.setAttribute('aria-label', labels.hand_word);
  const form = make(
    'form',
    'acts',
    input,
    Object.assign(make('button', '', labels.hand_force), {type: 'submit'}),
  );
  form.onsubmit = event => {
    event.preventDefault();
    const word = input.value.trim();
    if (word) steer({...at, prefix: withWord(text, word)});
  };
  return form;
}
