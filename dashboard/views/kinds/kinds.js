// Maps of many models beside each other, and the chosen one's numbers. Python has computed all of it: stepping, choosing
// a layer or head and subtracting never ask the server; another model's numbers do.

const views = new WeakMap();                             // one per mounted component: survives reruns

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, view = {at: {}});
  view.tell = () => setStateValue('at', {step: String(view.at.step + 1), layer: written(view.at.layer), head: written(view.at.head)});
  view.choose = name => setTriggerValue('model', name);
  const root = parentElement.querySelector('.root');
  if (view.root !== root) mount(view, root);
  accept(view, data);
  const asked = data.pending ? `${data.id} ${data.chosen}` : null;
  if (asked && view.asked !== asked) requestAnimationFrame(() => later(view, () => setTriggerValue('wanted', true), 0));
  view.asked = asked;
}

const written = index => index == null ? 'mean' : String(index + 1);
const read = text => text == null || text === 'mean' ? null : +text - 1;

// ---- data in

function accept(view, data) {
  const {at} = view, before = view.data, fresh = before?.id !== data.id || before.chosen !== data.chosen;
  Object.assign(view, {data, labels: data.labels, chosen: data.panels.find(one => one.name === data.chosen) ?? null});
  if (!before) Object.assign(at, {step: read(data.at.step) ?? 0, layer: read(data.at.layer), head: read(data.at.head)});
  else if (fresh) at.step = Math.max(0, Math.min(at.step, data.steps - 1));
  at.layer = Math.min(at.layer ?? data.layers - 1, data.layers - 1);
  if (at.head >= data.heads) at.head = null;
  if (data.numbers !== before?.numbers) Object.assign(view, {numbers: data.numbers && decode(data.numbers), strips: new Map()});
  if (before && fresh && data.at.step && written(at.step) !== data.at.step) later(view, view.tell);
  write(view);
  again(view);
}

function decode(numbers) {
  const bytes = part => part && {most: part.most, values: Int8Array.from(atob(part.values), letter => letter.charCodeAt(0))};
  return {...numbers, ...Object.fromEntries(['query', 'keys', 'values', 'context'].map(name => [name, bytes(numbers[name])]))};
}

function write(view) {
  const {data, labels, picks, range, buttons} = view, number = digits => new Intl.NumberFormat(labels.locale, digits);
  view.two = number({minimumFractionDigits: 2, maximumFractionDigits: 2});
  view.signed = number({minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'exceptZero'});
  view.percents = [0, 1].map(digits => number({style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits}));
  range.setAttribute('aria-label', labels.slider);
  for (const act of ['back', 'forward']) name(buttons[act], labels[act]);
  for (const [pick, select] of Object.entries(picks)) {
    const count = data[`${pick}s`], numbered = Array.from({length: count}, (_, i) => String(i + 1));
    select.parentElement.hidden = count === 1;
    select.previousElementSibling.textContent = labels[pick];
    select.setAttribute('aria-label', labels[pick]);
    const options = pick === 'head' ? ['mean', ...numbered] : numbered;
    select.replaceChildren(...options.map(value => new Option(value === 'mean' ? labels.mean : value, value)));
  }
}

// ---- the step

function show(view) {
  const {at, data, labels, range, buttons, picks, output, chosen} = view, last = data.steps - 1;
  range.disabled = !chosen;
  for (const element of [range, output, buttons.back.parentElement]) element.hidden = !chosen;
  Object.assign(range, {max: last + 1, value: at.step + 1});
  output.textContent = chosen ? fill(labels.step, {n: at.step + 1, N: data.steps}) : '';
  range.setAttribute('aria-valuetext', output.textContent);
  buttons.back.setAttribute('aria-disabled', at.step === 0);           // not `disabled`, which would drop the focus
  buttons.forward.setAttribute('aria-disabled', at.step === last);
  for (const pick in picks) picks[pick].value = written(at[pick]);
  view.line.textContent = sentence(view);
  view.maps.setAttribute('aria-label', labels.description);
  draw(view);
}

function sentence(view) {                                 // the step in words, which a screen reader reads out
  const {chosen, at, labels, data, output} = view;
  if (!chosen) return data.hidden ? labels.hidden : '';
  const weights = row(view, chosen, at.step), most = peak(weights);
  const facts = {title: chosen.title, target: chosen.rows[at.step], source: chosen.columns[most], share: share(view, weights[most])};
  return `${output.textContent}: ${fill(labels.wrote, facts)}`;
}

function go(view, step) {
  if (!view.chosen) return;
  view.at.step = Math.max(0, Math.min(view.data.steps - 1, step));
  later(view, view.tell);
  show(view);
}

// ---- weights

const peak = values => values.indexOf(Math.max(...values));

function heads(view, panel) {                             // the layer, and the heads that are shown of it
  const layer = Math.min(view.at.layer ?? 0, panel.layers - 1), {head} = view.at;
  return [layer, head == null || panel.heads === 1 ? [...Array(panel.heads).keys()] : [Math.min(head, panel.heads - 1)]];
}

function row(view, panel, step) {                         // how much each source position got
  const {rows, columns, weights} = panel, S = columns.length, [layer, chosen] = heads(view, panel), sum = new Array(S).fill(0);
  for (const head of chosen) {
    const start = ((layer * panel.heads + head) * rows.length + step) * S;
    for (let s = 0; s < S; s++) sum[s] += weights[start + s];
  }
  return sum.map(value => value / (1000 * chosen.length));       // the record is in thousandths
}

// Whether a map is drawn as a difference to the chosen one's.
const differs = ({data, chosen}, panel) => data.show === 'difference' && chosen && panel !== chosen && panel.same;

function cells(view, panel, step) {
  const own = row(view, panel, step);
  if (!differs(view, panel)) return own;
  const other = row(view, view.chosen, step);
  return own.map((value, s) => value - other[s]);
}

// ---- wiring

function mount(view, root) {
  const $ = selector => root.querySelector(selector), every = selector => [...root.querySelectorAll(selector)];
  Object.assign(view, {root, data: null, font: null, laid: null, numbers: null,
    maps: $('svg.maps'), told: $('svg.numbers'), box: $('.box'), bar: $('.bar'), range: $('input'), output: $('output'), line: $('.line'), cell: $('.cell'),
    buttons: Object.fromEntries(every('button').map(button => [button.dataset.act, button])),
    picks: Object.fromEntries(every('select').map(select => [select.dataset.pick, select]))});
  const {buttons, range, picks, box, maps} = view;
  buttons.back.onclick = () => go(view, view.at.step - 1);
  buttons.forward.onclick = () => go(view, view.at.step + 1);
  range.oninput = () => go(view, +range.value - 1);
  for (const name in picks) picks[name].onchange = () => {
    view.at[name] = read(picks[name].value);
    later(view, view.tell);
    show(view);
  };
  maps.onclick = event => {
    const found = under(view, event);
    if (!found || view.data.hidden) return;
    view.at.step = found.step;
    if (found.panel === view.chosen) go(view, found.step);
    else view.choose(found.panel.name);
  };
  maps.onpointermove = event => {
    const found = under(view, event), {labels} = view;
    if (!found) { view.cell.textContent = ''; return; }
    const {panel, step, place} = found, value = cells(view, panel, step)[place];
    view.cell.textContent = fill(labels.cell, {title: panel.title, target: panel.rows[step], source: panel.columns[place],
      share: (differs(view, panel) ? view.signed : view.two).format(value)});
  };
  maps.onpointerleave = () => { view.cell.textContent = ''; };
  onPageKeys(root, event => {
    const moves = {
      ArrowLeft: () => go(view, view.at.step - 1), ArrowRight: () => go(view, view.at.step + 1),
      Home: () => go(view, 0), End: () => go(view, view.data.steps - 1),
    };
    if (!view.chosen || !moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });
  new ResizeObserver(() => { if (view.data && box.clientWidth !== view.width) again(view); }).observe(box);
  if (document.fonts.status === 'loading') document.fonts.ready.then(() => { view.laid = null; if (view.data) again(view); });
}

function again(view) {
  lay(view);
  show(view);
}

function under({places, data}, {offsetX, offsetY}) {      // the map, step and position below the pointer
  for (const [i, {x, y, cell}] of (places ?? []).entries()) {
    const panel = data.panels[i], place = Math.floor((offsetX - x) / cell), step = Math.floor((offsetY - y) / cell);
    if (step >= 0 && step < panel.rows.length && place >= 0 && place < panel.columns.length) return {panel, step, place};
  }
  return null;
}
