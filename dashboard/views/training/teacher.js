// One pair under teacher forcing and in free running. Python has recorded both: the reader walks without the server.

const ENTRY = ['label', 'text', 'joined', 'loss', 'smoothed', 'rank', 'chosen', 'rest', 'next'];
const views = new WeakMap();                             // one per mounted component: survives reruns

export default function ({data, parentElement, setStateValue}) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, view = {at: 0});
  view.tell = () => setStateValue('at', {position: String(view.at + 1)});
  const root = parentElement.querySelector('.root');
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

// ---- data in

function accept(view, data) {
  const before = view.data, fresh = before?.id !== data.id;
  Object.assign(view, {data, labels: data.labels});
  const named = values => Object.fromEntries(values.map((value, i) => [ENTRY[i], value]));
  view.gold = data.gold.map(named);
  view.own = data.own.map(named);
  if (!before) view.at = data.at.position - 1;
  else if (fresh) view.at = before.text === data.text ? Math.min(view.at, view.gold.length - 1) : data.hidden ? 0 : data.worst;
  if (before && String(view.at + 1) !== data.at.position) later(view, view.tell);
  const number = digits => new Intl.NumberFormat(data.labels.locale, digits);
  view.nats = number({minimumFractionDigits: 2, maximumFractionDigits: 2});
  view.exact = number({maximumSignificantDigits: 2});
  view.plain = number({maximumFractionDigits: 2});
  view.short = number({minimumFractionDigits: 1, maximumFractionDigits: 1});
  view.percents = [0, 1].map(digits => number({style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits}));
  view.range.setAttribute('aria-label', data.labels.slider);
  for (const act of ['back', 'forward']) name(view.buttons[act], data.labels[act]);
  view.laid = null;
  again(view);
  show(view);
}

// ---- the position

const last = view => view.gold.length - 1;
const before = (lane, at) => lane.slice(0, at).map(one => one.text).join('').trim();
const ending = (text, most) => text.length > most ? `… ${text.slice(-most).replace(/^\S*\s/, '')}` : text;     // whole words

function show(view) {
  const {at, labels, range, buttons, output, data} = view;
  Object.assign(range, {max: last(view) + 1, value: at + 1});
  output.textContent = fill(labels.position, {n: at + 1, N: last(view) + 1});
  range.setAttribute('aria-valuetext', output.textContent);
  buttons.back.setAttribute('aria-disabled', at === 0);                // not `disabled`, which would drop the focus
  buttons.forward.setAttribute('aria-disabled', at === last(view));
  view.line.textContent = sentence(view);
  view.picture.setAttribute('aria-label', data.hidden ? labels.hidden : labels.description);
  draw(view);
}

function sentence(view) {                                 // the position in words, which a screen reader reads out
  const {at, gold, labels, data} = view, one = gold[at], read = before(gold, at);
  if (data.hidden) return labels.guess;
  const facts = {before: ending(read, 70), token: one.label, share: share(view, Math.exp(-one.loss)),
    rank: rank(view, one), loss: view.nats.format(one.loss)};
  return fill(read ? labels.said : labels.said_first, facts);
}

const rank = ({labels, data}, one) =>
  one.rank > data.known ? fill(labels.rank_beyond, {known: data.known}) : fill(labels.rank_of, {rank: one.rank});

function go(view, at) {
  view.at = Math.max(0, Math.min(last(view), at));
  later(view, view.tell);
  show(view);
}

// ---- wiring

function mount(view, root) {
  const $ = selector => root.querySelector(selector);
  Object.assign(view, {root, data: null, font: null, laid: null,
    picture: $('.picture'), box: $('.box'), range: $('input'), output: $('output'), line: $('.line'),
    buttons: Object.fromEntries([...root.querySelectorAll('button')].map(button => [button.dataset.act, button]))});
  const {buttons, range, box, picture} = view;
  buttons.back.onclick = () => go(view, view.at - 1);
  buttons.forward.onclick = () => go(view, view.at + 1);
  range.oninput = () => go(view, +range.value - 1);
  picture.onclick = ({target}) => {
    const token = target.closest('.go');
    if (token) go(view, +token.dataset.at);
  };
  onPageKeys(root, event => {
    const moves = {ArrowLeft: () => view.at - 1, ArrowRight: () => view.at + 1, Home: () => 0, End: () => last(view)};
    if (!moves[event.key]) return;
    event.preventDefault();
    go(view, moves[event.key]());
  });
  new ResizeObserver(() => { if (view.data && box.clientWidth !== view.width) again(view); }).observe(box);
  if (document.fonts.status === 'loading') document.fonts.ready.then(() => { view.laid = null; if (view.data) again(view); });
}

function again(view) {
  lay(view);
  draw(view);
}
