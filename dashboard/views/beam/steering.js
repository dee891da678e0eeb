// Above the tree: by what the search is steered, each to be undone, and what that changed.

import {check} from '../../components/controls.js';
import {fill, make, write} from '../../components/dom.js';
import {rewriting} from '../../components/rewriting.js';
import {ranked, signed} from './ranking.js';
import {allowed, bansOf, FREE, isSteered} from './steer.js';

const LEAST = 0.005; // nats, which two decimals do not tell apart

// `on.steer(at)` searches again, `on.undo()` takes back the last one, `on.both(checked)` shows the free search beside it. `show(at, search, state, view)`: the search is the
// steered one or null; the state is "known", "waiting", "refused" or, of what is to be guessed, "hidden".
export function steering(on) {
  const chips = make('ul', 'steers');
  const undo = Object.assign(make('button', 'undo'), {type: 'button', onclick: on.undo});
  const clear = Object.assign(make('button', 'clear'), {
    type: 'button',
    onclick: () => on.steer(FREE),
  });
  const both = check(on.both);
  const result = rewriting();
  const loss = make('p', 'loss');
  loss.setAttribute('role', 'status');
  const head = make('div', 'row', chips, undo, clear, both.element, loss);
  const element = make('section', 'steering', head, result.element);
  return {
    element,
    show(at, search, state, {labels, numbers}) {
      element.hidden = !isSteered(at);
      if (element.hidden) return;
      element.setAttribute('aria-label', labels.steered);
      write(undo, labels.undo);
      write(clear, labels.clear);
      both.show(labels.both, at.both === 'true');
      both.element.hidden = state !== 'known' || at.sizes === 'true';
      chips.replaceChildren(...chipsOf(at, labels, on.steer));
      result.element.hidden = state !== 'known';
      write(loss, state === 'known' ? '' : labels[`steer_${state}`]);
      if (state === 'known') compare(search, at, {result, loss}, {labels, numbers});
    },
  };
}

function compare(search, at, {result, loss}, {labels, numbers}) {
  const {free, texts, places} = search.compared;
  const change = texts[places[[free, search].map(each => ranked(each, at).order[0])]];
  const names = {before: labels.free, after: labels.forced, logprob: labels.change_logprob};
  result.show(change, {labels: {...names, same: labels.same}, format: numbers});
  const [before, after] = change.logprobs;
  const lost = before - after;
  const label =
    Math.abs(lost) < LEAST ? labels.lost_nothing : lost > 0 ? labels.lost : labels.gained;
  write(loss, fill(label, {value: signed(numbers.two, Math.abs(lost))}));
}

function chipsOf(at, labels, steer) {
  const chip = (text, without) => {
    const remove = Object.assign(make('button', 'remove', '×'), {type: 'button'});
    remove.setAttribute('aria-label', fill(labels.remove, {what: text}));
    remove.onclick = () => steer(without);
    return make('li', '', text, ' ', remove);
  };
  const begins = at.prefix
    ? [chip(fill(labels.begins, {text: at.prefix.trim()}), {...at, prefix: ''})]
    : [];
  const without = bansOf(at).map(word => chip(fill(labels.bans, {word}), allowed(at, word)));
  return [...begins, ...without];
}
