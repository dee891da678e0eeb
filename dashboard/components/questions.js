// Predict, then reveal: a question with its score.

import {fill, make} from './dom.js';

const SCORE = 'seqscope.score'; // one score for all pages, as long as the tab lives

function score() {
  try {
    return JSON.parse(sessionStorage.getItem(SCORE)) ?? {right: 0, asked: 0};
  } catch {
    return {right: 0, asked: 0};
  }
}

// Show `asked` = {question, options: [text], right: [index], answer} in `place`. `given` is the index that was chosen
// before, or null; `onAnswer(index)` comes once. `labels`: right, wrong, score ("{right} of {asked}").
export function quiz(place, asked, labels, given, onAnswer) {
  const options = make('div', 'options'),
    said = make('p', 'said'),
    tally = make('span', 'tally');
  said.setAttribute('role', 'status');
  options.setAttribute('role', 'group');
  options.setAttribute('aria-label', asked.question);
  const buttons = asked.options.map((text, index) => {
    const button = make('button', 'option', text);
    button.type = 'button';
    button.onclick = () => {
      if (given == null) answer(index, true);
    };
    return options.appendChild(button);
  });
  const total = () => {
    const {right, asked} = score();
    tally.textContent = asked ? fill(labels.score, {right, asked}) : '';
  };
  function answer(index, first) {
    const good = asked.right.includes(index);
    given = index;
    buttons.forEach((button, i) => {
      const right = asked.right.includes(i);
      button.classList.add(right ? 'right' : i === index ? 'wrong' : 'other');
      if (right || i === index) button.prepend(right ? '✓ ' : '✗ ');
      button.setAttribute('aria-disabled', true);
    });
    said.textContent = `${good ? labels.right : labels.wrong} ${asked.answer}`;
    if (first) {
      const {right, asked: before} = score();
      sessionStorage.setItem(SCORE, JSON.stringify({right: right + good, asked: before + 1}));
      onAnswer(index);
    }
    total();
  }
  place.classList.add('quiz');
  place.replaceChildren(make('p', 'question', asked.question), options, said, tally);
  total();
  if (given != null) answer(given, false);
}
