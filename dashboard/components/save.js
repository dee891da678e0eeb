// Save a picture of this page as PNG or SVG: what is drawn below the element of a Streamlit key, our own, Plotly's or Vega's.

import {add, drawn, fill, set} from './dom.js';

const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'stroke-linecap',
  'stroke-linejoin',
  'paint-order',
  'opacity',
  'display',
  'visibility',
  'font-family',
  'font-size',
  'font-weight',
  'font-style',
  'text-anchor',
  'dominant-baseline',
  'white-space',
  'text-decoration-line',
  'color',
];
const SCALE = 2; // pixels of a PNG per pixel of the page
const APART = 16; // px between two pictures that are saved together

export default function ({data, parentElement}) {
  const root = parentElement.querySelector('.root'),
    status = root.querySelector('[role=status]');
  for (const button of root.querySelectorAll('button')) {
    const {kind} = button.dataset;
    button.textContent = fill(data.labels.save, {kind: kind.toUpperCase()});
    button.onclick = async () => {
      try {
        const picture = compose(drawings(data.picture), await fonts());
        const blob = kind === 'svg' ? vector(picture) : await raster(picture);
        hand(blob, `${data.file}.${kind}`);
        status.textContent = '';
      } catch (error) {
        console.warn(error);
        status.textContent = data.labels.save_failed;
      }
    };
  }
}

// The drawings below an element, shadow roots included; Plotly stacks several, a canvas for what one turns among them.
function drawings(key) {
  const found = [];
  const walk = element => {
    if (element.matches('svg, canvas')) {
      if (element.matches('.main-svg, .marks, [role=img], [id^=scene] > canvas'))
        found.push(element);
      return;
    }
    for (const child of element.shadowRoot?.children ?? []) walk(child);
    for (const child of element.children) walk(child);
  };
  for (const place of document.getElementsByClassName(`st-key-${key}`)) walk(place);
  const shown = found.filter(svg => svg.getBoundingClientRect().width > 0);
  if (!shown.length) throw new Error(`there is no picture ${key}`);
  return shown;
}

// The page's own fonts as a style sheet without addresses: inside a picture the browser loads nothing.
async function fonts() {
  const rules = [...document.styleSheets]
    .flatMap(sheet => [...sheet.cssRules])
    .filter(rule => rule instanceof CSSFontFaceRule);
  const used = getComputedStyle(document.body).fontFamily.split(',')[0].replaceAll('"', '');
  const own = rules.filter(
    ({style}) => style.fontFamily.replaceAll('"', '') === used && style.fontStyle !== 'italic',
  );
  const embedded = own.map(async ({cssText, parentStyleSheet}) => {
    const [all, address] = cssText.match(/url\("?([^")]+)"?\)/);
    const answer = await fetch(new URL(address, parentStyleSheet.href ?? document.baseURI));
    return cssText.replace(all, `url(${await dataUrl(await answer.blob())})`);
  });
  return (await Promise.all(embedded)).join('\n');
}

const dataUrl = blob =>
  new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = fail;
    reader.readAsDataURL(blob);
  });

function compose(layers, style) {
  // one SVG that needs nothing from outside
  let below = 0;
  const tops = new Map();
  const placed = layers.map(layer => {
    // Plotly's lie on each other; ours, where there are two, do not, and neither do two of Plotly's pictures
    const {width, height} = sizeOf(layer);
    const pile = layer.closest('.js-plotly-plot');
    const whole = pile?.getBoundingClientRect() ?? {height};
    if (!tops.has(pile ?? layer)) {
      tops.set(pile ?? layer, below);
      below += whole.height + APART;
    }
    const {left, top} = pile ? layer.getBoundingClientRect() : {};
    const x = pile ? left - whole.left : 0;
    return {layer, width, height, x, y: tops.get(pile ?? layer) + (pile ? top - whole.top : 0)};
  });
  const width = Math.max(...placed.map(one => one.x + one.width)),
    height = Math.max(...placed.map(one => one.y + one.height));
  const svg = drawn('svg', {width, height, viewBox: `0 0 ${width} ${height}`});
  add(svg, 'style').textContent = style;
  const ground = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor;
  set(add(svg, 'rect'), {width, height, fill: ground});
  for (const {layer, ...place} of placed) {
    if (layer.matches('canvas')) add(svg, 'image', {...place, href: still(layer)});
    else svg.append(dressed(layer, place));
  }
  return {svg, width, height};
}

// A canvas that scrolls tells its whole picture, at SCALE.
const sizeOf = layer => {
  if (!layer.whole) return layer.getBoundingClientRect();
  const {width, height} = layer.whole();
  return {width: width / SCALE, height: height / SCALE};
};

// What a canvas shows, as an address: ours whole even where it scrolls, Plotly's as its scene draws it once more.
const still = layer =>
  layer.whole
    ? layer.whole().toDataURL()
    : layer.closest('.js-plotly-plot')._fullLayout.scene._scene.toImage('png');

function dressed(layer, place) {
  const copy = layer.cloneNode(true);
  dress(layer, copy);
  set(copy, place);
  copy.removeAttribute('style');
  return copy;
}

function dress(from, to) {
  // what the style sheets say becomes attributes
  const style = getComputedStyle(from);
  for (const property of STYLES) {
    const value = style.getPropertyValue(property);
    if (value && value !== 'normal') to.setAttribute(property, value);
  }
  to.removeAttribute('class');
  for (let i = 0; i < from.children.length; i++) dress(from.children[i], to.children[i]);
}

const vector = ({svg}) =>
  new Blob([new XMLSerializer().serializeToString(svg)], {type: 'image/svg+xml'});

async function raster(picture) {
  const image = new Image(),
    url = await dataUrl(vector(picture)); // a blob's own address would taint the canvas in Safari
  image.src = url;
  await image.decode();
  const canvas = document.createElement('canvas');
  Object.assign(canvas, {width: picture.width * SCALE, height: picture.height * SCALE});
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) =>
    canvas.toBlob(
      blob => (blob ? done(blob) : fail(new Error('the picture is too large'))),
      'image/png',
    ),
  );
}

function hand(blob, file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
