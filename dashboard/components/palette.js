// Any page, model or term by typing: a dialog with a field and the list of what fits.

import {make, name} from './dom.js';

// The entries of which every typed word is a part, in their order.
export function fitting(entries, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(entry => words.every(word => entry.words.toLowerCase().includes(word)));
}

// How the dialog is opened; `choose` is told the entry that was taken.
export function palette(dialog, entries, labels, choose) {
  const [field, list, none] = ['input', 'ul', '.none'].map(part => dialog.querySelector(part));
  let shown = [];
  let at = 0;
  name(field, labels.find);
  field.placeholder = labels.find;
  dialog.setAttribute('aria-label', labels.find);
  list.setAttribute('aria-label', labels.find);
  none.textContent = labels.none;

  const take = entry => {
    dialog.close();
    choose(entry);
  };
  const mark = place => {
    at = place;
    [...list.children].forEach((option, i) => {
      option.setAttribute('aria-selected', i === at);
    });
    list.children[at]?.scrollIntoView({block: 'nearest'});
    if (shown.length) field.setAttribute('aria-activedescendant', `found-${at}`);
    else field.removeAttribute('aria-activedescendant');
  };
  const filter = () => {
    shown = fitting(entries, field.value);
    list.replaceChildren(...shown.map(option));
    none.hidden = shown.length > 0;
    mark(0);
  };
  const option = (entry, i) => {
    const item = make('li', '', make('span', '', entry.title), make('span', 'note', entry.note));
    if (entry.means) item.append(make('span', 'means', entry.means));
    item.id = `found-${i}`;
    item.setAttribute('role', 'option');
    item.onclick = () => take(entry);
    return item;
  };
  field.oninput = filter;
  field.onkeydown = event => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step && shown.length) mark((at + step + shown.length) % shown.length);
    else if (event.key === 'Enter' && shown[at]) take(shown[at]);
    else return;
    event.preventDefault();
  };
  dialog.onclick = event => {
    if (event.target === dialog) dialog.close(); // beside it
  };
  if (dialog.open) filter();
  return () => {
    field.value = '';
    filter();
    dialog.showModal();
    field.focus();
  };
}
