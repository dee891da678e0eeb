// What a reader presses and picks inside a picture: buttons with signs, lists, switches.

import {drawn, make} from './dom.js';

const SIGNS = {
  back: 'M3 2v12M13 2L5 8l8 6z',
  forward: 'M13 2v12M3 2l8 6-8 6z',
  end: 'M14 2v12M1 2l6 6-6 6zM7 2l6 6-6 6z',
  play: 'M4 2l10 6-10 6z',
  pause: 'M4 2v12M12 2v12',
  smaller: 'M2 8h12',
  larger: 'M2 8h12M8 2v12',
};

export function button(act, onPress) {
  const element = make('button', 'sign', drawn('svg', {viewBox: '0 0 16 16'}));
  Object.assign(element, {type: 'button', onclick: onPress});
  element.dataset.act = act;
  show(element, act);
  return element;
}

export function show(element, act) {
  element.firstChild.replaceChildren(drawn('path', {d: SIGNS[act]}));
}

// Not `disabled`, which would drop the keyboard's focus.
export const idle = (element, state) => element.setAttribute('aria-disabled', Boolean(state));

// A list of texts by value; it hides where there is nothing to choose. `onPick(value)`.
export function list(onPick) {
  const text = make('span');
  const select = make('select');
  const element = make('label', 'pick', text, select);
  select.onchange = () => onPick(select.value);
  return {
    element,
    show(label, options, value) {
      text.textContent = label;
      select.setAttribute('aria-label', label);
      const wanted = JSON.stringify(options);
      if (select.dataset.options !== wanted) {
        select.dataset.options = wanted;
        select.replaceChildren(...options.map(([key, shown]) => new Option(shown, key)));
      }
      if (select.value !== value) select.value = value; // which costs a layout
      element.hidden = options.length < 2;
    },
  };
}

// The options of a layer or head: what is made of all of them ("mean": its text …), then each by its number from 1.
export const numbered = (count, all = {}) =>
  count === 1
    ? [['1', '1']]
    : [
        ...Object.entries(all),
        ...Array.from({length: count}, (_, i) => [String(i + 1), String(i + 1)]),
      ];

export function check(onChange) {
  const input = Object.assign(make('input'), {type: 'checkbox'});
  const text = make('span');
  const element = make('label', 'switch', input, text);
  input.onchange = () => onChange(input.checked);
  return {
    element,
    show(label, checked) {
      text.textContent = label;
      input.checked = checked;
    },
  };
}

// A number on a slider, with its value beside it. `onInput(value)`.
export function slider(onInput) {
  const text = make('span');
  const range = Object.assign(make('input'), {type: 'range'});
  const value = make('span', 'value');
  const element = make('label', 'pick', text, range, value);
  range.oninput = () => onInput(Number(range.value));
  return {
    element,
    range,
    // `shown` is the value as the reader's language writes it.
    show(label, {min, max, step}, chosen, shown) {
      text.textContent = label;
      range.setAttribute('aria-label', label);
      Object.assign(range, {min, max, step, value: chosen});
      range.setAttribute('aria-valuetext', shown);
      value.textContent = shown;
    },
  };
}

// One of a few, all in sight: the browser's own radio buttons, so that arrows move the choice.
let groups = 0;
export function segments(onPick) {
  const text = make('span');
  const group = make('span', 'segments');
  const element = make('div', 'pick', text, group);
  groups += 1;
  const shared = `segments${groups}`;
  group.setAttribute('role', 'radiogroup');
  return {
    element,
    show(label, options, value) {
      text.textContent = label;
      group.setAttribute('aria-label', label);
      element.hidden = options.length < 2;
      const wanted = JSON.stringify(options);
      if (group.dataset.options !== wanted) {
        group.dataset.options = wanted;
        group.replaceChildren(
          ...options.map(([key, shown]) => segment(shared, key, shown, onPick)),
        );
      }
      for (const input of group.querySelectorAll('input')) input.checked = input.value === value;
    },
  };
}

function segment(shared, value, text, onPick) {
  const input = Object.assign(make('input'), {type: 'radio', name: shared, value});
  input.onchange = () => onPick(value);
  return make('label', 'segment', input, make('span', '', text));
}
