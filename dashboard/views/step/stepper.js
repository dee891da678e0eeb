// A translation, one word at a time. Python has recorded all of it: the reader walks it without the server.

const PACE = 1400;                                       // ms a step
const SURE = [[.9, 'certain'], [.6, 'sure'], [.3, 'unsure'], [0, 'lost']];     // from so likely a favourite on
const STEP = ['label', 'text', 'joined', 'logprob', 'rank', 'chosen', 'rest', 'entropy', 'next', 'options', 'right'];
const views = new WeakMap();                             // one per mounted component: survives reruns

export default function ({data, parentElement, setStateValue}) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, view = {at: {}, playing: false, answers: new Map()});
  view.tell = () => setStateValue('at', {
    step: String(view.at.step + 1), layer: written(view.at.layer), head: written(view.at.head)});
  const root = parentElement.querySelector('.root');
  if (view.root !== root) mount(view, root);
  accept(view, data);
  if (view.playing) play(view);
  return () => clearTimeout(view.timer);
}

const written = index => index == null ? 'mean' : String(index + 1);
const read = text => text == null || text === 'mean' ? null : +text - 1;

// ---- data in

function accept(view, data) {
  const {at} = view, before = view.data, fresh = before?.id !== data.id;
  Object.assign(view, {data, labels: data.labels});
  if (fresh) {
    view.steps = data.steps.map(values => Object.fromEntries(values.map((value, i) => [STEP[i], value])));
    view.held = data.states && {...data.states, ...Object.fromEntries(['encoder', 'decoder', 'context'].map(part =>
      [part, data.states[part] && Int8Array.from(atob(data.states[part]), letter => letter.charCodeAt(0))]))};
    view.answers.clear();
    if (!before) Object.assign(at, {step: read(data.at.step), layer: read(data.at.layer), head: read(data.at.head)});
    else at.step = before.text === data.text && !data.predict ? Math.min(at.step, view.steps.length - 1) : 0;
    for (const name of ['layer', 'head']) if (data[`${name}s`] > 1 && at[name] >= data[`${name}s`]) at[name] = null;
    if (before && written(at.step) !== data.at.step) later(view, view.tell);
  }
  if (data.predict && (fresh || !before.predict)) view.opened = at.step;     // what came before has been seen
  write(view);
  lay(view);
  show(view);
}

function write(view) {
  const {data, labels, picks, range} = view, number = digits => new Intl.NumberFormat(labels.locale, digits);
  view.exact = number({minimumFractionDigits: 2, maximumFractionDigits: 2});
  view.percents = [0, 1].map(digits => number({style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits}));
  range.setAttribute('aria-label', labels.slider);
  for (const act of ['back', 'forward']) name(view.buttons[act], labels[act]);
  for (const [pick, select] of Object.entries(picks)) {
    const count = data[`${pick}s`], options = ['mean', ...Array.from({length: count}, (_, i) => String(i + 1))];
    select.parentElement.hidden = count === 1;
    select.previousElementSibling.textContent = labels[pick];
    select.setAttribute('aria-label', labels[pick]);
    select.replaceChildren(...options.map(value => new Option(value === 'mean' ? labels.mean : value, value)));
  }
}

// ---- the step

const hidden = ({data, opened, answers}, step) => data.predict && step >= opened && !answers.has(step);

function limit(view) {                                    // how far the reader may go: not past an open question
  for (let step = view.opened; view.data.predict && step < view.steps.length; step++) if (!view.answers.has(step)) return step;
  return view.steps.length - 1;
}

function show(view) {
  const {at, steps, labels, range, buttons, picks, output} = view, last = limit(view);
  const open = last === steps.length - 1 && !hidden(view, last);
  Object.assign(range, {max: last + 1, value: at.step + 1});
  output.textContent = fill(labels.step, {n: at.step + 1, N: open ? steps.length : '?'});     // how many would be a hint
  range.setAttribute('aria-valuetext', output.textContent);
  buttons.back.setAttribute('aria-disabled', at.step === 0);           // not `disabled`, which would drop the focus
  buttons.forward.setAttribute('aria-disabled', at.step === last);
  name(buttons.play, view.playing ? labels.pause : labels.play);
  view.root.classList.toggle('playing', view.playing);
  for (const pick in picks) picks[pick].value = written(at[pick]);
  view.line.textContent = sentence(view);
  view.picture.setAttribute('aria-label', open ? labels.description : labels.hidden);
  ask(view);
  draw(view);
}

function soFar({steps}, step) {
  const text = steps.slice(0, step).map(one => one.text).join('').trim();
  return text.length > 70 ? `…${text.slice(-70)}` : text;
}

function sentence(view) {                                 // the step in words, which a screen reader reads out
  const {at, steps, labels, data} = view, one = steps[at.step], before = soFar(view, at.step);
  const top = one.next[0], taken = one.next[one.chosen], parts = [];
  if (hidden(view, at.step)) parts.push(question(view));
  else {
    parts.push(fill(before ? labels.said : labels.said_first, {before, top: top[0], share: share(view, top[1])}));
    if (one.rank > 1) parts.push(fill(labels.said_other, {token: taken[0], share: share(view, taken[1])}));
  }
  if (data.attention) {
    const weights = looks(view), most = peak(weights);
    parts.push(fill(labels.said_looked, {source: data.source[most][0], share: share(view, weights[most])}));
  }
  return `${view.output.textContent}: ${parts.join(' ')}`;
}

function question(view) {
  const {labels, at} = view, before = soFar(view, at.step);
  return fill(before ? labels.question : labels.question_first, {before});
}

function ask(view) {                                      // predict, then reveal
  const {data, at, place, answers, labels, steps} = view, one = steps[at.step], open = data.predict && at.step >= view.opened;
  const asked = open ? `${data.id} ${at.step} ${labels.locale}` : '';
  if (view.asked === asked) return;                       // drawn already; drawn again it would lose the focus
  view.asked = asked;
  if (!open) { place.replaceChildren(); return; }
  const [top, taken] = [one.next[0], one.next[one.chosen]];
  let answer = fill(labels.answer, {token: taken[0], share: share(view, taken[1])});
  if (one.rank > 1) answer += ` ${fill(labels.answer_other, {top: top[0], share: share(view, top[1])})}`;
  quiz(place, {question: question(view), options: one.options, right: [one.right], answer}, labels, answers.get(at.step), index => {
    answers.set(at.step, index);
    show(view);
  });
}

function go(view, step) {
  view.at.step = Math.max(0, Math.min(limit(view), step));
  if (!view.playing) later(view, view.tell);
  show(view);
}

function stop(view, step) { view.playing = false; clearTimeout(view.timer); go(view, step); }

function pick(view, changes) {
  Object.assign(view.at, changes);
  if (!view.playing) later(view, view.tell);
  show(view);
}

function play(view) {
  clearTimeout(view.timer);
  view.timer = setTimeout(() => {
    if (!view.root.isConnected) return;
    if (view.at.step + 1 >= limit(view)) view.playing = false;
    go(view, view.at.step + 1);
    if (view.playing) play(view);
  }, PACE);
}

function toggle(view) {
  view.playing = !view.playing;
  clearTimeout(view.timer);
  if (view.playing) { go(view, view.at.step >= limit(view) && !view.data.predict ? 0 : view.at.step); play(view); }
  else go(view, view.at.step);
}

// ---- attention

function looks({data, at}) {                              // how much each source position got, under the chosen layer and head
  const {layers, heads, source, attention} = data, row = attention[at.step], sum = new Array(source.length).fill(0);
  let count = 0;
  for (let l = 0; l < layers; l++) for (let h = 0; h < heads; h++) {
    if ((layers > 1 && at.layer != null && at.layer !== l) || (heads > 1 && at.head != null && at.head !== h)) continue;
    count += 1000;                                        // the record is in thousandths
    for (let s = 0; s < sum.length; s++) sum[s] += row[(l * heads + h) * sum.length + s];
  }
  return sum.map(value => value / count);
}

const peak = values => values.indexOf(Math.max(...values));
const shading = weight => DARKEST * Math.sqrt(Math.min(1, weight));     // by the root: small weights can be seen, too

// ---- wiring

function mount(view, root) {
  const $ = selector => root.querySelector(selector), every = selector => [...root.querySelectorAll(selector)];
  Object.assign(view, {root, data: null, font: null, asked: null, laid: null,
    picture: $('.picture'), box: $('.box'), range: $('input'), output: $('output'), line: $('.line'), place: $('.place'),
    buttons: Object.fromEntries(every('button').map(button => [button.dataset.act, button])),
    picks: Object.fromEntries(every('select').map(select => [select.dataset.pick, select]))});
  const {buttons, range, picks, box, picture} = view;
  buttons.back.onclick = () => stop(view, view.at.step - 1);
  buttons.forward.onclick = () => stop(view, view.at.step + 1);
  buttons.play.onclick = () => toggle(view);
  range.oninput = () => stop(view, +range.value - 1);
  for (const name in picks) picks[name].onchange = () => pick(view, {[name]: read(picks[name].value)});
  picture.onclick = ({target}) => {
    const head = target.closest('.head'), past = target.closest('.past');
    if (head) pick(view, {layer: +head.dataset.layer, head: +head.dataset.head});
    if (past) stop(view, +past.dataset.step);
  };
  onPageKeys(root, event => {
    const moves = {
      ArrowLeft: () => stop(view, view.at.step - 1), ArrowRight: () => stop(view, view.at.step + 1),
      Home: () => stop(view, 0), End: () => stop(view, view.steps.length - 1),
    };
    // Space presses a button, opens what is folded: only elsewhere it plays.
    if (!event.composedPath().some(element => element.matches?.('button, a, summary, [role=button], [role=tab]'))) moves[' '] = () => toggle(view);
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });
  new ResizeObserver(() => { if (view.data && box.clientWidth !== view.width) again(view); }).observe(box);
  if (document.fonts.status === 'loading') document.fonts.ready.then(() => { view.laid = null; if (view.data) again(view); });
}

function again(view) {
  lay(view);
  draw(view);
}
