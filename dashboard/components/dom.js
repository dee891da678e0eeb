// What every part needs of a document: texts, elements, SVG, a word to the server once the reader pauses.

const SVG = 'http://www.w3.org/2000/svg';

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);

export function name(element, text) {
  element.title = text;
  element.setAttribute('aria-label', text);
}

// Only what is different touches the document.
export function set(element, values) {
  for (const key in values)
    if (element.getAttribute(key) !== String(values[key])) element.setAttribute(key, values[key]);
  return element;
}

export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
  return element;
}

export const drawn = (tag, values = {}) => set(document.createElementNS(SVG, tag), values);

// Draw a picture as if it were empty: `draw` adds to it, and gets the elements of the last time where they fit.
let counts = null; // while it is drawn: how many children of each parent there are by now
export function redraw(picture, draw) {
  counts = new Map([[picture, 0]]);
  try {
    draw();
    for (const [parent, count] of counts)
      while (parent.children.length > count) parent.lastElementChild.remove();
  } finally {
    counts = null;
  }
}

export function add(parent, tag, values = {}) {
  const count = counts?.get(parent);
  if (count === undefined) return parent.appendChild(drawn(tag, values));
  counts.set(parent, count + 1);
  const before = parent.children[count];
  if (before?.tagName !== tag) {
    const element = drawn(tag, values);
    if (before) before.replaceWith(element);
    else parent.append(element);
    counts.set(element, 0);
    return element;
  }
  for (const key of before.getAttributeNames()) if (!(key in values)) before.removeAttribute(key);
  counts.set(before, 0);
  return set(before, values);
}

export function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

export const sized = (svg, width, height) =>
  set(svg, {viewBox: `0 0 ${width} ${height}`, width, height});

// Rows of values, as Python sends them, by the names of their fields.
export const named = (names, rows) =>
  rows.map(values => Object.fromEntries(values.map((value, i) => [names[i], value])));

// What a component keeps from one run of the script to the next: one value for each place it is mounted at.
export function kept(make) {
  const views = new WeakMap();
  return place => {
    if (!views.has(place)) views.set(place, make());
    return views.get(place);
  };
}

// Tell the server, once the reader pauses: it only writes the address, the picture has long changed. Whoever waits for a
// page to be at rest sees `data-telling` in it until then, and `data-moving` where something goes on by itself.
const waiting = new WeakMap();
export function later(root, tell, milliseconds = 400) {
  clearTimeout(waiting.get(root));
  root.toggleAttribute('data-telling', true);
  const timer = setTimeout(() => {
    root.toggleAttribute('data-telling', false); // before: what is told may be told later once more
    tell();
  }, milliseconds);
  waiting.set(root, timer);
}
