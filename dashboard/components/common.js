// What the components share: texts, SVG, the keyboard, a question with its score.

const SVG = 'http://www.w3.org/2000/svg';
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const name = (element, text) => { element.title = text; element.setAttribute('aria-label', text); };
const set = (element, values) => { for (const key in values) element.setAttribute(key, values[key]); };
const add = (parent, tag, values = {}) => {
  const element = parent.appendChild(document.createElementNS(SVG, tag));
  set(element, values);
  return element;
};
const make = (tag, className, text = '') => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
};

// Whether a key belongs to what has the focus: a field, a slider, an open menu or dialog.
const typing = event => event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.composedPath().some(
  element => element.matches?.('input, textarea, select, [contenteditable=true], [role=slider], [role=radiogroup], [role=menu], [role=listbox], dialog[open]'));

// Keys for the whole page, as long as `root` stands in it; mount again and the old ones are gone.
const pageKeys = new WeakMap();
function onPageKeys(root, act) {
  pageKeys.get(root)?.abort();
  const control = new AbortController();
  pageKeys.set(root, control);
  document.addEventListener('keydown', event => {
    if (!root.isConnected) control.abort();
    else if (!typing(event)) act(event);
  }, {signal: control.signal});
}

// Tell the server, once the reader pauses: it only writes the address, the picture has long changed. Whoever waits for a page
// to be at rest sees `data-telling` in it until then, and `data-moving` where something goes on by itself.
function later(view, tell, milliseconds = 400) {
  clearTimeout(view.telling);
  view.root?.toggleAttribute('data-telling', true);
  view.telling = setTimeout(() => {
    tell();
    view.root?.toggleAttribute('data-telling', false);
  }, milliseconds);
}

// ---- predict, then reveal

const SCORE = 'seqscope.score';                           // one score for all pages, as long as the tab lives

function score() {
  try { return JSON.parse(sessionStorage.getItem(SCORE)) ?? {right: 0, asked: 0}; } catch { return {right: 0, asked: 0}; }
}

// Show `asked` = {question, options: [text], right: [index], answer} in `place`. `given` is the index that was chosen
// before, or null; `onAnswer(index)` comes once. `labels`: right, wrong, score ("{right} of {asked}").
function quiz(place, asked, labels, given, onAnswer) {
  const options = make('div', 'options'), said = make('p', 'said'), tally = make('span', 'tally');
  said.setAttribute('role', 'status');
  options.setAttribute('role', 'group');
  options.setAttribute('aria-label', asked.question);
  const buttons = asked.options.map((text, index) => {
    const button = make('button', 'option', text);
    button.type = 'button';
    button.onclick = () => { if (given == null) answer(index, true); };
    return options.appendChild(button);
  });
  const total = () => { const {right, asked} = score(); tally.textContent = asked ? fill(labels.score, {right, asked}) : ''; };
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
