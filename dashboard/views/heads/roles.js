// What each head does: a map of roles, and for the chosen head its evidence and what each word of the sentence looks at.

import {css, lettering, SCALES, shade} from '../../components/colour.js';
import {add, fill, kept, later, make, redraw, sized, write} from '../../components/dom.js';
import {inkOf, onResize, put, SMALL, widest} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {beside, pairsOf, placeOf} from './roles_looks.js';

// Far apart on the scale, so that they differ in brightness; letters say the same.
const COLOURS = {positional: 0.42, syntactic: 1, rare: 0.72, delimiter: 0.1};
const LINE = 26; // px a word
const TEXT = 16; // px of its letters
const BESIDE = 8; // px beside a word
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', view.at);
  if (view.root !== root) mount(view, root);
  if (view.data?.id !== data.id || view.data?.chosen !== data.chosen) view.at = {...data.at};
  Object.assign(view, {data, labels: data.labels, format: formats(data.labels.locale)});
  view.focus = null;
  showMap(view);
  showHead(view);
}

function mount(view, root) {
  const map = make('div', 'map');
  const legend = make('p', 'legend');
  const title = make('h3');
  title.setAttribute('role', 'status');
  const box = make('div', 'box');
  const picture = add(box, 'svg', {class: 'picture', role: 'img'});
  const evidence = make('table', 'evidence');
  map.setAttribute('role', 'group');
  map.onkeydown = event => key(view, event);
  map.onpointerleave = () => preview(view, null);
  map.onfocusout = () => preview(view, null);
  Object.assign(view, {root, map, legend, title, box, picture, evidence, ink: null});
  const small = make('div', 'small', map, legend);
  const wide = make('div', 'wide', evidence); // on a phone it scrolls, by keys too
  Object.assign(wide, {tabIndex: 0, role: 'region'});
  view.wide = wide;
  root.replaceChildren(make('div', 'both', small, make('div', 'large', title, box, wide)));
  onResize(root, () => {
    view.ink = null;
    showHead(view);
  });
}

const headOf = ({data}, at) => data.heads[placeOf(data.heads, at)] ?? data.heads[0];

// ---- what a reader does

function pick(view, {part, layer, head}) {
  view.at = {part, layer, head};
  view.focus = null;
  later(view.root, view.tell);
  showMap(view);
  showHead(view);
}

function preview(view, head) {
  if (view.focus === head) return;
  view.focus = head;
  showHead(view);
}

function key(view, event) {
  if (!event.key.startsWith('Arrow') || event.altKey || event.ctrlKey || event.metaKey) return;
  const buttons = [...view.map.querySelectorAll('button')];
  const to = beside(view.data.heads, buttons.indexOf(event.target), event.key);
  buttons[to]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

// ---- the map

function showMap(view) {
  const {data, map, labels, legend} = view;
  const parts = [...new Set(data.heads.map(({part}) => part))];
  const held = view.root.getRootNode().activeElement;
  const walked = held?.dataset?.place;
  map.setAttribute('aria-label', labels.keys);
  map.replaceChildren(
    ...parts.flatMap(part => {
      const heads = data.heads.filter(head => head.part === part);
      const grid = make('div', 'grid', ...heads.map(head => cell(view, head)));
      grid.style.setProperty('--across', Math.max(...heads.map(({head}) => Number(head))));
      return [make('h4', '', labels[part]), grid];
    }),
  );
  map.querySelector(`[data-place="${walked}"]`)?.focus();
  const roles = Object.keys(COLOURS).map(role => sample(role, labels[`legend_${role}`]));
  const pale = sample('positional', labels.legend_pale, 'pale');
  legend.replaceChildren(...roles, pale, sample('', labels.legend_unsure, 'unsure'));
}

function cell(view, head) {
  const {labels, at} = view;
  const chosen = ['part', 'layer', 'head'].every(name => head[name] === at[name]);
  const share = head.value == null ? '' : view.format.percents[0].format(head.value);
  const button = make('button', 'head', make('b', '', head.short || '·'), make('span', '', share));
  button.type = 'button';
  button.tabIndex = chosen ? 0 : -1;
  button.dataset.place = [head.part, head.layer, head.head].join();
  button.classList.toggle('unsure', Boolean(head.role) && !head.sure);
  button.setAttribute('aria-pressed', chosen);
  button.setAttribute('aria-label', titleOf(labels, head));
  paint(button, head.role || head.lean, !head.role);
  button.onclick = () => pick(view, head);
  button.onfocus = () => preview(view, head);
  button.onpointerenter = () => preview(view, head);
  return button;
}

// What a head is has the whole colour, what it only leans to a pale one.
function paint(element, role, pale) {
  const color = COLOURS[role] == null ? null : shade(SCALES.weight, COLOURS[role]);
  element.classList.toggle('pale', Boolean(color) && pale);
  element.style.setProperty('--role', color ? css(color) : 'transparent');
  element.style.setProperty('--letters', color && !pale ? lettering(color) : 'inherit');
}

function sample(role, text, style = '') {
  const mark = make('i', style);
  paint(mark, role, style === 'pale');
  return make('span', '', mark, text);
}

const placeText = (labels, {part, layer, head}) =>
  fill(labels.place, {part: labels[part], layer, head});

function titleOf(labels, head) {
  const text = head.role ? labels.named : head.lean ? labels.leaning : labels.unnamed;
  return fill(text, {place: placeText(labels, head), roles: head.names.join('; ')});
}

// ---- one head

function showHead(view) {
  const {labels, title, root} = view;
  const head = view.focus ?? headOf(view, view.at);
  view.ink ??= inkOf(root);
  write(title, titleOf(labels, head));
  drawLooks(view, head);
  showEvidence(view, head);
}

function drawLooks(view, head) {
  const {data, picture, ink, box, format, labels} = view;
  const {rows, columns} = data.words[head.part];
  const pairs = pairsOf(head.looks, rows);
  const width = Math.max(240, box.clientWidth);
  const [left, right] = [rows, columns].map(texts =>
    Math.min(widest(ink, texts, TEXT, true), width / 3),
  );
  const numbers = widest(ink, ['100 %'], SMALL) + BESIDE;
  const from = numbers + left + BESIDE;
  const to = width - right - BESIDE;
  const middle = i => i * LINE + LINE / 2;
  const seen = new Set(pairs.map(({column}) => column));
  const share = value => format.percents[0].format(value);
  const told = pairs.map(({row, column, weight}) =>
    fill(labels.pair, {target: rows[row], source: columns[column], share: share(weight)}),
  );
  const facts = {place: placeText(labels, head), looks: told.join(', ')};
  picture.setAttribute('aria-label', fill(labels.sentence, facts));
  sized(picture, width, LINE * Math.max(rows.length, columns.length));
  redraw(picture, () => {
    for (const {row, column, weight} of pairs) {
      const path = `M${from} ${middle(row)}L${to} ${middle(column)}`;
      const look = {'stroke-width': 1 + 4 * weight, 'stroke-opacity': 0.25 + 0.75 * weight};
      add(picture, 'path', {class: 'look', d: path, ...look});
      put(picture, numbers - BESIDE, middle(row), share(weight), SMALL, 'dim', END);
      put(picture, from - BESIDE / 2, middle(row), rows[row], TEXT, '', END);
    }
    for (const [column, text] of columns.entries())
      put(picture, to + BESIDE / 2, middle(column), text, TEXT, seen.has(column) ? 'strong' : '', {
        dy: '.35em',
      });
  });
}

const END = {dy: '.35em', 'text-anchor': 'end'};

function showEvidence({labels, format, evidence, wide}, head) {
  wide.setAttribute('aria-label', labels.measure);
  const percent = value => (value == null ? '–' : format.percents[0].format(value));
  const names = ['measure', 'share', 'interval', 'least', 'baseline'];
  const top = make('tr', '', ...names.map(name => make('th', '', labels[name])));
  const rows = head.evidence.map(([name, value, low, high, least, baseline, holds]) => {
    const texts = [percent(value), `${percent(low)} – ${percent(high)}`, percent(least)];
    const cells = [...texts, percent(baseline)].map(text => make('td', '', text));
    const first = make('th', '', holds ? `✓ ${name}` : name);
    first.scope = 'row';
    return make('tr', holds ? 'holds' : '', first, ...cells);
  });
  for (const one of top.children) one.scope = 'col';
  evidence.replaceChildren(make('thead', '', top), make('tbody', '', ...rows));
}
