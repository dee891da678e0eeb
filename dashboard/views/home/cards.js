// A card for each page: a small picture of what it shows for this sentence. The whole card is a real link, so that it
// can be opened beside; a plain click asks Python, so that the session stays.

const WIDE = 300, HIGH = 150;                             // of a picture, in its own units
const VIRIDIS = [[68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37]];
const DRAW = {step: rivals, alignment: heat, beam: branches};
const views = new WeakMap();

export default function ({data, parentElement, setTriggerValue}) {
  const content = JSON.stringify(data), grid = parentElement.querySelector('.grid'), view = views.get(parentElement);
  if (view?.content === content) return address(grid);
  const place = [...grid.children].indexOf(parentElement.activeElement ?? grid.getRootNode().activeElement);
  views.set(parentElement, {content});
  grid.replaceChildren(...data.cards.map(card => draw(card, data.labels, setTriggerValue)));
  grid.onpointerover = grid.onfocusin = grid.onpointerdown = () => address(grid);
  grid.children[place]?.focus();
  address(grid);
}

function address(grid) {                                  // what the reader chose stands in the address by now
  for (const link of grid.children) link.href = new URL(link.dataset.page + location.search, document.baseURI);
}

function draw(card, labels, setTriggerValue) {
  const link = make('a', 'card');
  link.dataset.page = card.page;
  link.append(make('span', 'title', card.title), picture(card, labels), make('span', 'line', card.line));
  link.onclick = event => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    setTriggerValue('page', card.page);
  };
  return link;
}

function picture({page, picture, note, description}, labels) {
  if (!picture) return make('p', 'note', note);
  const svg = document.createElementNS(SVG, 'svg');
  set(svg, {viewBox: `0 0 ${WIDE} ${HIGH}`, role: 'img', 'aria-label': description});
  DRAW[page](svg, picture, labels);
  return svg;
}

const write = (parent, text, values) => { add(parent, 'text', values).textContent = text; };
const end = (text, letters) => [...text].length > letters ? `… ${[...text].slice(-letters).join('').replace(/^\S* /, '')}` : text;
const start = (text, letters) => [...text].length > letters ? `${[...text].slice(0, letters - 1).join('')}…` : text;

function rivals(svg, {before, next, chosen}, {locale, first}) {     // what was written, and what might come next
  const percent = new Intl.NumberFormat(locale, {style: 'percent'});
  write(svg, before ? `${end(before, 34)} …` : first, {x: 0, y: 16});
  next.forEach(([text, share], i) => {
    const row = add(svg, 'g', {class: i === chosen ? 'chosen' : '', transform: `translate(0 ${32 + 30 * i})`});
    write(row, start(text, 12), {x: 0, y: 17});
    add(row, 'rect', {class: 'track', x: 105, y: 3, width: 145, height: 18});
    add(row, 'rect', {class: 'share', x: 105, y: 3, width: 145 * share, height: 18});
    write(row, share < .01 ? `< ${percent.format(.01)}` : percent.format(share), {x: WIDE, y: 17, 'text-anchor': 'end'});
  });
}

function heat(svg, {rows, columns, values}, {source, target}) {     // source to the right, translation downwards
  const left = 20, top = 20, side = Math.min((WIDE - left) / columns, (HIGH - top) / rows);
  const x = (WIDE - side * columns) / 2, canvas = document.createElement('canvas');
  set(canvas, {width: columns, height: rows});
  const pen = canvas.getContext('2d'), pixels = pen.createImageData(columns, rows);
  [...atob(values)].forEach((letter, i) => pixels.data.set([...viridis(letter.charCodeAt(0) / 255), 255], 4 * i));
  pen.putImageData(pixels, 0, 0);
  add(svg, 'image', {href: canvas.toDataURL(), x, y: top, width: side * columns, height: side * rows, preserveAspectRatio: 'none'});
  write(svg, `${source} →`, {class: 'dim', x, y: 13});
  write(svg, `${target} →`, {class: 'dim', transform: `translate(${x - 8} ${top}) rotate(90)`, dy: '.35em'});
}

function viridis(value) {
  const at = value * (VIRIDIS.length - 1), low = Math.min(Math.floor(at), VIRIDIS.length - 2);
  return VIRIDIS[low].map((from, i) => from + (at - low) * (VIRIDIS[low + 1][i] - from));
}

function branches(svg, {steps, nodes, best}) {            // the winner is the straight line on top
  const winner = new Set(best), filled = Array(steps + 1).fill(0), rows = nodes.map(([step]) => filled[step]++);
  const gap = (WIDE - 20) / Math.max(1, steps), pitch = (HIGH - 20) / Math.max(1, Math.max(...rows)), r = Math.max(1.5, Math.min(4.5, gap / 4));
  const x = i => 10 + gap * nodes[i][0], y = i => 10 + pitch * rows[i], kind = i => (winner.has(i) ? 'best' : nodes[i][2]);
  const edges = add(svg, 'g'), dots = add(svg, 'g');
  for (const i of [...nodes.keys()].sort((a, b) => winner.has(a) - winner.has(b))) {
    const [step, parent, fate] = nodes[i];
    if (step) {
      const middle = (x(parent) + x(i)) / 2;
      add(edges, 'path', {class: `edge ${kind(i)}`, d: `M${x(parent)} ${y(parent)}C${middle} ${y(parent)} ${middle} ${y(i)} ${x(i)} ${y(i)}`});
    }
    add(dots, 'circle', {class: `node ${kind(i)}`, cx: x(i), cy: y(i), r: kind(i) === 'pruned' ? r / 2 : r});
    if (fate === 'finished') add(dots, 'circle', {class: `ring ${kind(i)}`, cx: x(i), cy: y(i), r: r + 2.5});
  }
}
