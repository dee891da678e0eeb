// Search trees that grow: the step, the keyboard, the card of a candidate, and the question which one will win.

const PACE = 650;                                        // ms a step
const ZOOMS = [0.85, 1, 1.25, 1.6, 2];                   // the smallest keeps 13px letters at 11px
const CHOICES = 6;                                       // candidates to choose from in a question
const views = new WeakMap();                             // one per mounted component: survives reruns

export default function ({data, parentElement, setStateValue}) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, view = {pruned: true, zoom: 1, playing: false, trees: [], answers: new Map()});
  view.tell = setStateValue;
  const root = parentElement.querySelector('.root');
  if (view.root !== root) mount(view, root);
  accept(view, data);
  if (view.playing) play(view);
  return () => clearTimeout(view.timer);
}

// ---- data in

function accept(view, data) {
  const before = view.data, words = JSON.stringify(data.labels), reworded = view.words !== words;
  Object.assign(view, {data, words, labels: data.labels, last: Math.max(...data.trees.map(tree => tree.steps))});
  view.root.style.setProperty('--height', `${data.height}px`);
  while (view.trees.length > data.trees.length) view.trees.pop().pane.remove();
  while (view.trees.length < data.trees.length) view.trees.push(grow(view));
  view.panes.classList.toggle('two', data.trees.length > 1);
  const grown = data.trees.map((payload, k) => read(view.trees[k], payload));
  const asked = data.predict && (!before?.predict || grown[0]);                     // another question than before
  if (!before) view.step = data.step ?? home(view);
  else if (asked) view.step = before.predict || !view.chosen ? 1 : view.step;
  else if (grown.some(Boolean) || !data.predict) view.step = view.chosen ? Math.min(view.step, view.last) : home(view);
  if (asked) {
    view.answers.clear();
    view.step = Math.min(view.step, leaf(view));
    if (before && data.done) view.tell('done', '');
  }
  if (asked || !data.predict) view.opened = data.predict ? Math.max(0, view.step - 1) : Infinity;
  view.chosen = view.step !== home(view);
  if (reworded) write(view);
  if (grown.some(Boolean) || reworded || before?.predict !== data.predict || before.trees.length !== grown.length) again(view);
  describe(view);
  if (!before && view.chosen) for (const tree of view.trees) follow(tree, view);
  if ((view.chosen ? view.step : null) !== data.step) report(view);
}

const home = ({data, last}) => data.predict ? 1 : last;  // where a page begins that says nothing about the step
const leaf = ({trees: [tree]}) => tree.nodes[tree.payload.best.at(-1)].step;       // the step at which the best translation ends
const limit = ({opened, last}) => Math.min(last, opened + 1);                      // how far the reader may go
const report = view => later(view, () => view.tell('step', view.chosen ? String(view.step) : ''));

function grow(view) {
  const tree = plant(view.template);
  view.panes.append(tree.pane);
  tree.svg.onpointerover = event => {
    const box = event.target.closest('.node'), i = box && +box.dataset.i;
    if (!box) hide(view);
    else if (tree.pointed !== i) show(view, tree, i);
  };
  tree.svg.onpointerleave = event => { if (event.pointerType !== 'touch') hide(view); };     // a finger leaves at once
  tree.svg.onclick = event => choose(view, event.target.closest('.node')?.dataset.i);
  tree.box.onscroll = () => tree.layers.axis.setAttribute('transform', `translate(0 ${tree.box.scrollTop / view.zoom})`);
  new ResizeObserver(() => {
    const {clientWidth} = tree.box;
    if (tree.room == null || tree.room === clientWidth) return;
    tree.room = clientWidth;
    again(view);
  }).observe(tree.box);
  return tree;
}

function write(view) {
  const {root, labels} = view, number = (form) => new Intl.NumberFormat(labels.locale, form);
  view.number = number({minimumFractionDigits: 2, maximumFractionDigits: 2});
  view.percent = number({style: 'percent', maximumSignificantDigits: 3});
  for (const button of root.querySelectorAll('.bar button')) name(button, labels[button.dataset.act]);
  view.range.setAttribute('aria-label', labels.slider);
  view.check.nextElementSibling.textContent = labels.show_pruned;
}

function describe({trees, labels, opened, root}) {
  for (const {payload, svg, box, title} of trees) {
    title.textContent = payload.title;
    svg.setAttribute('aria-label', opened === Infinity ? payload.description : labels.hidden);
    box.setAttribute('aria-label', `${trees.length > 1 ? payload.title : labels.tree}. ${labels.keys}`);
  }
  const omitted = trees.reduce((sum, {payload}) => sum + payload.omitted, 0);
  root.querySelector('.omitted').textContent = omitted ? fill(labels.omitted, {n: omitted}) : '';
}

// ---- the step

function again(view) {                                    // everything anew
  close(view);
  for (const tree of view.trees) { tree.opened = view.opened; draw(tree, view); }
  legend(view.root.querySelector('.legend'), view.trees, view.labels, view.last);
  controls(view);
  ask(view);
}

function look(view, moved = false) { for (const tree of view.trees) reveal(tree, view, moved); }

function controls(view) {
  const {step, last, labels, range, output, zoom, buttons} = view, most = limit(view);
  const text = fill(labels.step, {n: step, N: view.opened === Infinity ? last : '?'});     // how many would be a hint
  Object.assign(range, {max: most, value: step});
  range.setAttribute('aria-valuetext', text);
  output.textContent = text;
  view.check.checked = view.pruned;
  const idle = {                                          // not `disabled`, which would drop the keyboard's focus
    back: step === 0, forward: step === most, end: step === most, smaller: zoom === ZOOMS[0], larger: zoom === ZOOMS.at(-1),
  };
  for (const [act, state] of Object.entries(idle)) buttons[act].setAttribute('aria-disabled', state);
  view.root.classList.toggle('playing', view.playing);
  name(buttons.play, view.playing ? labels.pause : labels.play);
}

function go(view, step) {
  view.step = Math.max(0, Math.min(limit(view), step));
  view.chosen = view.step !== home(view);
  hide(view);
  look(view, true);
  controls(view);
  ask(view);
  for (const tree of view.trees) follow(tree, view);
  if (!view.playing) report(view);
}

const still = matchMedia('(prefers-reduced-motion: reduce)');

function follow({columns, box}, {step, zoom, playing}) {  // keep the newest column in view
  const {x, end} = columns[Math.min(step, columns.length - 1)], left = (x - SIDE) * zoom, right = (end + SIDE) * zoom;
  const behavior = playing && !still.matches ? 'smooth' : 'auto';
  if (right > box.scrollLeft + box.clientWidth) box.scrollTo({left: right - box.clientWidth, behavior});
  else if (left < box.scrollLeft) box.scrollTo({left, behavior});
}

function play(view) {
  clearTimeout(view.timer);
  view.timer = setTimeout(() => {
    if (!view.root.isConnected) return;
    if (view.step + 1 >= limit(view)) view.playing = false;
    go(view, view.step + 1);
    if (view.playing) play(view);
  }, PACE);
}

function toggle(view) {
  view.playing = !view.playing;
  clearTimeout(view.timer);
  if (!view.playing) go(view, view.step);
  else { go(view, view.step >= view.last ? 0 : view.step); play(view); }
}

function stop(view, step) { view.playing = false; clearTimeout(view.timer); go(view, step); }

// ---- predict, then reveal

function candidates(view) {                               // of this step by their last two tokens: {label, sum, right}
  const [{nodes}] = view.trees, found = new Map();
  for (const one of nodes) {
    if (one.step !== view.step) continue;
    const label = ending(nodes, one), known = found.get(label) ?? {label, sum: -Infinity, right: false};
    found.set(label, {label, sum: Math.max(known.sum, one.sum ?? -Infinity), right: known.right || !!one.best});
  }
  return [...found.values()].sort((a, b) => b.sum - a.sum);
}

function ending(nodes, {parent, label, step}) {           // "gelben Regen", "Regenmantel"
  if (step < 2) return label;
  const before = nodes[parent].label.replace(/^·/, '…');
  return label.startsWith('·') ? before + label.slice(1) : `${before} ${label}`;
}

const asking = view => view.data.predict && view.step === view.opened + 1;

function open(view) {                                     // what became of the step's candidates
  view.opened = view.step >= leaf(view) ? Infinity : view.step;
  if (view.opened === Infinity) view.tell('done', view.data.trees[0].id);
  again(view);
  describe(view);
  follow(view.trees[0], view);
}

function ask(view) {
  if (asking(view) && candidates(view).length < 2) { open(view); return; }           // nothing to choose, nothing to ask
  const {step, answers, labels, place, data} = view, known = data.predict && answers.get(step), shown = known || asking(view);
  const asked = shown ? `${data.trees[0].id} ${step} ${labels.locale} ${known?.texts?.length}` : '';
  if (view.asked === asked) return;                       // drawn already; drawn again it would lose the focus
  view.asked = asked;
  place.hidden = !shown;
  if (shown) pose(view, known || question(view));
}

function question(view) {
  const all = candidates(view), right = all.findIndex(one => one.right), others = all.filter((_, i) => i !== right);
  const texts = [all[right], ...others.slice(0, CHOICES - 1)].map(one => one.label).sort((a, b) => a.localeCompare(b));
  return {texts, label: all[right].label, rank: right + 1, of: all.length, given: null};
}

function pose(view, {texts, label, rank, of, given}) {
  const {step, place, labels} = view, answer = fill(labels.answer, {path: label, n: rank, N: of});
  quiz(place, {question: fill(labels.question, {n: step}), options: texts, right: [texts.indexOf(label)], answer}, labels, given, index => {
    view.answers.set(step, {texts, label, rank, of, given: index});
    view.asked = `${view.data.trees[0].id} ${step} ${labels.locale} ${texts.length}`;
    open(view);
    onward(view)?.focus();
  });
  if (given != null) onward(view);
}

function onward(view) {                                   // to the next question
  if (view.opened === Infinity) return null;
  const button = make('button', 'next', view.labels.next);
  button.type = 'button';
  button.onclick = () => { stop(view, view.step + 1); view.place.querySelector('.option')?.focus(); };
  return view.place.appendChild(button);
}

function choose(view, i) {                                // a candidate in the tree itself
  const [{nodes}] = view.trees, one = nodes[i];
  if (!one || !asking(view) || one.step !== view.step) return;
  const asked = question(view), text = ending(nodes, one);
  if (!asked.texts.includes(text)) pose(view, {...asked, texts: [...asked.texts, text]});
  [...view.place.querySelectorAll('.option')].find(button => button.textContent === text).click();
}

// ---- pointing

function show(view, tree, i) {
  const one = tree.nodes[i], {labels, tip} = view, open = fate(tree, one) === 'open';
  close(view);
  tree.pointed = i;
  look(view);
  const lit = new Set(path(tree.nodes, i).map(at => tree.nodes[at]));
  raise(tree, other => best(tree, other));
  raise(tree, other => lit.has(other));
  const sum = value => value == null ? '−∞' : view.number.format(value).replace('-', '−');
  const facts = one.step === 0 ? [] : [
    [labels.logprob, sum(one.logprob)],
    [labels.probability, view.percent.format(one.logprob == null ? 0 : Math.exp(one.logprob))],
    [labels.sum, sum(one.sum)],
  ];
  if (one.missed != null && !open) facts.push([labels.missed, sum(one.missed)]);
  if (one.rank != null && view.opened === Infinity) facts.push([labels.rank, fill(labels.rank_of, {n: one.rank, N: tree.payload.hypotheses})]);
  const list = make('dl');
  for (const [what, value] of facts) list.append(make('dt', '', what), make('dd', '', value));
  tip.replaceChildren(make('b', '', one.label), one.step ? ` · ${labels[fate(tree, one)]}` : '', list);
  tip.hidden = false;
  tip.style.left = tip.style.top = '0';
  const frame = view.root.getBoundingClientRect(), box = one.drawn.box.getBoundingClientRect(), size = tip.getBoundingClientRect();
  const beside = box.right + 10 + size.width < frame.right;             // there it hides neither the path nor the column
  const below = (beside ? box.top : box.bottom + 8) + size.height < innerHeight;
  const left = beside ? box.right + 10 : Math.min(box.left, frame.right - size.width);
  const top = below ? (beside ? box.top : box.bottom + 8) : (beside ? box.bottom : box.top - 8) - size.height;
  tip.style.left = `${Math.max(0, left - frame.left)}px`;
  tip.style.top = `${top - frame.top}px`;
}

function close(view) {                                    // without a redraw, for whoever redraws anyway
  for (const tree of view.trees) tree.pointed = tree.cursor = null;
  view.tip.hidden = true;
  view.tip.replaceChildren();
}

function hide(view) {
  const pointed = view.trees.find(tree => tree.pointed != null);
  if (!pointed) return;
  close(view);
  raise(pointed, one => best(pointed, one));
  look(view);
}

function point(view, tree, i) {                           // by keyboard: also bring it into the box
  if (i == null) return;
  const {box, nodes} = tree, {zoom} = view, {y} = nodes[i];
  if ((y + PITCH) * zoom > box.scrollTop + box.clientHeight) box.scrollTop = (y + PITCH) * zoom - box.clientHeight;
  if ((y - PITCH - TOP) * zoom < box.scrollTop) box.scrollTop = (y - PITCH - TOP) * zoom;
  follow(tree, view);
  show(view, tree, i);
  tree.cursor = i;
}

function move(view, tree, by) {                           // up or down the newest column
  const column = tree.columns[Math.min(view.step, tree.columns.length - 1)].shown, at = column.indexOf(tree.cursor);
  point(view, tree, at < 0 ? column[0] : column[Math.max(0, Math.min(column.length - 1, at + by))]);
}

function stride(view, tree, by) {                         // a step back or on, along the pointed path
  const {cursor, nodes, columns} = tree, from = view.step;
  stop(view, view.step + by);
  if (cursor == null || view.step === from) return;
  point(view, tree, by < 0 ? nodes[cursor].parent : columns[view.step]?.shown.find(i => nodes[i].parent === cursor));
}

// ---- wiring

function mount(view, root) {
  const $ = selector => root.querySelector(selector);
  Object.assign(view, {root, trees: [], data: null, words: null, font: null, measured: null, asked: null, chosen: false,
    panes: $('.panes'), template: $('template'), place: $('.place'), tip: $('.tip'),
    range: $('input[type=range]'), check: $('input[type=checkbox]'), output: $('output'),
    buttons: Object.fromEntries([...root.querySelectorAll('.bar button')].map(button => [button.dataset.act, button]))});
  view.panes.replaceChildren();
  const acts = {
    back: () => stop(view, view.step - 1), forward: () => stop(view, view.step + 1), end: () => stop(view, view.last),
    play: () => toggle(view), smaller: () => zoom(view, -1), larger: () => zoom(view, 1),
  };
  for (const [act, button] of Object.entries(view.buttons)) button.onclick = acts[act];
  view.range.oninput = () => stop(view, +view.range.value);
  view.check.onchange = () => { view.pruned = view.check.checked; again(view); };
  root.onkeydown = event => key(view, event);
  onPageKeys(root, event => {
    const steps = {ArrowLeft: -1, ArrowRight: 1}, pressed = event.composedPath().some(
      element => element.matches?.('button, a, summary, [role=button], [role=tab]'));       // there space presses
    if (event.key in steps) stride(view, view.trees[0], steps[event.key]);
    else if (event.key === ' ' && !pressed) toggle(view);
    else return;
    event.preventDefault();
  });
  if (document.fonts.status === 'loading') document.fonts.ready.then(() => { view.measured = null; if (view.data) again(view); });
}

function zoom(view, by) {
  view.zoom = ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, ZOOMS.indexOf(view.zoom) + by))];
  again(view);
}

function key(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const at = event.target, range = at.matches('input[type=range]'), press = at.matches('button, input[type=checkbox]');
  const tree = view.trees.find(({box}) => box === at) ?? view.trees[0];
  const moves = {
    ArrowLeft: () => stride(view, tree, -1), ArrowRight: () => stride(view, tree, 1), Home: () => stop(view, 0), End: () => stop(view, view.last),
    ArrowUp: () => move(view, tree, -1), ArrowDown: () => move(view, tree, 1),
  };
  const act = {...(range ? {} : moves), ...(press ? {} : {' ': () => toggle(view), Enter: () => choose(view, tree.cursor)}),
    Escape: () => hide(view)}[event.key];
  if (!act) return;
  if (event.key !== 'Escape') { event.preventDefault(); event.stopPropagation(); }
  act();
}
