// Schedules of a training: a slider for the step, a chart and a table of values for each kind of them.

import {drawn, fill, kept, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {chart, mark, nearest} from './schedules_draw.js';

const views = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = views(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', {update: String(stop(view))});
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

const stop = ({data, player: walk}) => data.stops[walk.at];
const at = ({labels, formats: forms}, step) => fill(labels.at, {step: forms.whole.format(step)});

function mount(view, root) {
  const on = {
    step: () => show(view),
    text: () => at(view, stop(view)),
    tell: () => view.tell(),
  };
  const walk = player(root, {acts: [], keys: false, on});
  const [name, help, box] = [make('span', 'name'), make('p', 'help'), make('div', 'charts')];
  walk.bar.prepend(name);
  root.replaceChildren(walk.bar, box, help);
  Object.assign(view, {root, name, help, box, player: walk, data: null});
  onResize(box, () => lay(view));
}

function accept(view, data) {
  const {player: walk, data: before} = view;
  Object.assign(view, {data, labels: data.labels, formats: formats(data.labels.locale)});
  walk.last = data.stops.length - 1;
  if (before?.renewed !== data.renewed) walk.at = data.stops.indexOf(Number(data.at));
  view.name.textContent = data.labels.slider;
  view.help.textContent = data.labels.help;
  walk.label(data.labels);
  walk.refresh();
  if (view.panels?.length !== data.charts.length) build(view);
  lay(view);
}

function build(view) {
  view.panels = view.data.charts.map(() => {
    const picture = drawn('svg', {class: 'picture', role: 'img'});
    const [holder, head] = [make('div', 'table'), make('th')];
    const go = event => {
      const x = event.clientX - picture.getBoundingClientRect().left;
      view.player.stop(nearest(x, picture.clientWidth, view.player.last));
    };
    picture.onpointerdown = event => {
      picture.setPointerCapture(event.pointerId);
      go(event);
    };
    picture.onpointermove = event => event.buttons && go(event);
    return {picture, holder, head, section: make('section', '', picture, holder)};
  });
  view.box.replaceChildren(...view.panels.map(({section}) => section));
}

// What does not depend on the step.
function lay(view) {
  const {panels, data, labels, root} = view;
  const ink = inkOf(root);
  panels?.forEach((panel, i) => {
    panel.width = panel.section.clientWidth;
    if (!panel.width) return;
    panel.picture.setAttribute('aria-label', labels.alt);
    panel.marks = chart(panel.picture, ink, data.charts[i], data.stops, view, panel.width);
    panel.values = table(panel, data.charts[i].lines, labels);
  });
  if (panels) show(view);
}

// A row a schedule. → the cells of its values
function table({holder, head}, lines, labels) {
  const cells = lines.map(() => make('td', 'number'));
  const column = (text, style) => Object.assign(make('th', style, text), {scope: 'col'});
  Object.assign(head, {scope: 'col', className: 'number'});
  const rows = lines.map(({name, formula}, i) =>
    make('tr', '', make('td', '', name), cells[i], make('td', '', formula)),
  );
  const top = make('tr', '', column(labels.schedule), head, column(labels.formula));
  holder.replaceChildren(make('table', '', make('thead', '', top), make('tbody', '', ...rows)));
  return cells;
}

function show(view) {
  const {panels, data, player: walk, formats: forms} = view;
  panels.forEach(({head, marks, values, width}, i) => {
    if (!marks) return;
    const {lines} = data.charts[i];
    const shares = lines.map(line => line.values[walk.at]);
    head.textContent = walk.output.textContent;
    for (const [j, share] of shares.entries()) values[j].textContent = forms.three.format(share);
    mark(marks, shares, walk.at / walk.last, width);
  });
}
