// What edits did, in words: both translations, and each edit with a button that takes it back.

import {idle} from '../../components/controls.js';
import {fill, make, write} from '../../components/dom.js';

// Both translations, the edited one as a diff, once it has been guessed.
export function showResult({data, labels, result, edits, format}) {
  const instead = data.result.diff ? null : labels.guess;
  result.show(data.result, {labels, format}, edits.length ? instead : labels.none);
  result.after.dataset.edits = data.echo ?? '';
}

// A chip an edit, and what undoes them; `open(edit)` shows one, `remove(edit)` takes it back.
export function showEdits(view, {open, remove}) {
  const {labels, chips, edits, undo, clear, past} = view;
  write(undo, labels.undo);
  write(clear, labels.clear);
  idle(undo, !past.length);
  clear.hidden = edits.length < 2;
  chips.replaceChildren(...edits.map(edit => chip(view, edit, open, remove)));
}

function chip(view, edit, open, remove) {
  const text = editText(view, edit);
  const go = make('button', '', text);
  const away = make('button', 'remove', '×');
  Object.assign(go, {type: 'button', onclick: () => open(edit)});
  Object.assign(away, {type: 'button', onclick: () => remove(edit)});
  away.setAttribute('aria-label', fill(view.labels.remove, {edit: text}));
  return make('li', '', go, away);
}

function editText({labels, maps}, edit) {
  const place = placeText({labels}, edit);
  if (edit.length === 4) return fill(labels.whole, {place, pattern: labels[edit[3]]});
  const row = edit[3];
  const token = maps[edit[0]].pieces[0][row];
  const form = token === undefined ? labels.past : labels.single;
  return fill(form, {place, row: row + 1, token});
}

// Which head it is, in words.
export const placeText = ({labels}, [part, layer, head]) =>
  fill(labels.place, {part: labels[part], layer: layer + 1, head: head + 1});
