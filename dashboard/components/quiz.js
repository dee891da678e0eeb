// Questions about the picture below, one after the other; Python hides what has not been answered yet.

import {quiz} from './questions.js';

const views = new WeakMap();

export default function ({data, parentElement, setStateValue}) {
  let view = views.get(parentElement);
  if (view?.id !== data.id) {
    view = {id: data.id, at: data.answered, given: null};
    views.set(parentElement, view);
  }
  view.tell = answered => setStateValue('answered', [data.id, answered]);
  show(parentElement.querySelector('.root'), view, data);
}

function show(root, view, data) {
  const state = () => `${view.at} ${view.given}`;
  if (view.root === root && view.drawn === state()) return; // drawn again, it would lose the focus
  Object.assign(view, {root, drawn: state()});
  const next = root.querySelector('.next'),
    asked = data.questions[view.at];
  root.hidden = !asked;
  if (!asked) return;
  next.textContent = data.labels.next;
  next.hidden = view.given == null || view.at + 1 >= data.questions.length;
  next.onclick = () => {
    view.at += 1;
    view.given = null;
    show(root, view, data);
    root.querySelector('.option').focus();
  };
  quiz(root.querySelector('.place'), asked, data.labels, view.given, index => {
    view.given = index;
    view.drawn = state();
    view.tell(view.at + 1);
    next.hidden = view.at + 1 >= data.questions.length;
    if (!next.hidden) next.focus();
  });
}
