// A card for each page: a small picture of what it shows for this sentence. The whole card is a real link, so that it
// can be opened beside; a plain click asks Python, so that the session stays.

import {ramp, raster, SCALES, themeOf} from '../../components/colour.js';
import {add, drawn, kept, make} from '../../components/dom.js';
import {curve, nodesOf, order, path} from '../../components/tree_layout.js';

const WIDE = 300; // of a picture, in its own units
const HIGH = 150;
const DRAW = {step: rivals, alignment: heat, beam: branches};
const viewOf = kept(() => ({}));

export default function ({data, parentElement, setTriggerValue}) {
  const content = JSON.stringify(data);
  const grid = parentElement.querySelector('.grid');
  const view = viewOf(parentElement);
  grid.toggleAttribute('data-dark', themeOf(grid).dark);
  if (view.content === content) return address(grid);
  const focused = parentElement.activeElement ?? grid.getRootNode().activeElement;
  const place = [...grid.children].indexOf(focused);
  view.content = content;
  grid.replaceChildren(...data.cards.map(card => draw(card, data.labels, setTriggerValue)));
  for (const event of ['pointerover', 'focusin', 'pointerdown'])
    grid[`on${event}`] = () => address(grid);
  grid.children[place]?.focus();
  address(grid);
}

// What the reader chose stands in the address by now.
function address(grid) {
  for (const link of grid.children)
    link.href = new URL(link.dataset.page + location.search, document.baseURI);
}

function draw(card, labels, setTriggerValue) {
  const link = make('a', 'card');
  link.dataset.page = card.page;
  const title = make('span', 'title', card.title);
  const group = card.example ? `${card.group} · ${labels.example}` : card.group;
  link.append(picture(card, labels), make('span', 'group', group), title);
  link.append(make('span', 'line', card.line));
  link.onclick = event => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    setTriggerValue('page', card.page);
  };
  return link;
}

function picture({page, picture: content, note, description, thumbnail}, labels) {
  if (thumbnail)
    return Object.assign(make('img'), {src: thumbnail, alt: '', width: 300, height: 150});
  if (!content) return make('p', 'note', note);
  const svg = drawn('svg', {
    viewBox: `0 0 ${WIDE} ${HIGH}`,
    role: 'img',
    'aria-label': description,
  });
  DRAW[page](svg, content, labels);
  return svg;
}

function write(parent, text, values) {
  add(parent, 'text', values).textContent = text;
}

const end = (text, letters) =>
  [...text].length > letters
    ? `… ${[...text].slice(-letters).join('').replace(/^\S* /, '')}`
    : text;

const start = (text, letters) =>
  [...text].length > letters ? `${[...text].slice(0, letters - 1).join('')}…` : text;

// What was written, and what might come next.
function rivals(svg, {before, next, chosen}, {locale, first}) {
  const percent = new Intl.NumberFormat(locale, {style: 'percent'});
  write(svg, before ? `${end(before, 34)} …` : first, {x: 0, y: 16});
  next.forEach(([text, share], i) => {
    const row = add(svg, 'g', {
      class: i === chosen ? 'chosen' : '',
      transform: `translate(0 ${32 + 30 * i})`,
    });
    write(row, start(text, 12), {x: 0, y: 17});
    add(row, 'rect', {class: 'track', x: 105, y: 3, width: 145, height: 18});
    add(row, 'rect', {class: 'share', x: 105, y: 3, width: 145 * share, height: 18});
    const shown = share < 0.01 ? `< ${percent.format(0.01)}` : percent.format(share);
    write(row, shown, {x: WIDE, y: 17, 'text-anchor': 'end'});
  });
}

// Source to the right, translation downwards.
function heat(svg, {rows, columns, values}, {source, target}) {
  const left = 20;
  const top = 20;
  const side = Math.min((WIDE - left) / columns, (HIGH - top) / rows);
  const size = {width: side * columns, height: side * rows};
  const x = (WIDE - size.width) / 2;
  const bytes = atob(values);
  const href = raster(columns, rows, i => ramp(SCALES.weight, bytes.charCodeAt(i) / 255));
  add(svg, 'image', {href, x, y: top, ...size, preserveAspectRatio: 'none'});
  write(svg, `${source} →`, {class: 'dim', x, y: 13});
  const transform = `translate(${x - 8} ${top}) rotate(90)`;
  write(svg, `${target} →`, {class: 'dim', transform, dy: '.35em'});
}

// The winner is the straight line on top.
function branches(svg, {steps, nodes: rows, leaves}) {
  const nodes = nodesOf(rows);
  const best = new Set(path(nodes, leaves[0]));
  const columns = order(nodes, best);
  const gap = (WIDE - 20) / Math.max(1, steps);
  const pitch = (HIGH - 20) / Math.max(1, ...columns.map(column => column.length - 1));
  const r = Math.max(1.5, Math.min(4.5, gap / 4));
  const places = [];
  columns.forEach((column, step) => {
    column.forEach((i, row) => {
      places[i] = {x: 10 + gap * step, y: 10 + pitch * row, width: 0};
    });
  });
  const edges = add(svg, 'g');
  const dots = add(svg, 'g');
  const shown = columns.flat();
  for (const i of [...shown.filter(at => !best.has(at)), ...best]) {
    const {step, parent, fate} = nodes[i];
    const kind = best.has(i) ? 'best' : fate;
    const {x: cx, y: cy} = places[i];
    if (step) {
      const d = curve(places[parent], places[parent].x, places[i]);
      add(edges, 'path', {class: `edge ${kind}`, d});
    }
    add(dots, 'circle', {class: `node ${kind}`, cx, cy, r: kind === 'pruned' ? r / 2 : r});
    if (fate === 'finished') add(dots, 'circle', {class: `ring ${kind}`, cx, cy, r: r + 2.5});
  }
}
