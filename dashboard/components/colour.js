// Colours of numbers: the scales, which stand here once, the page's own colours, pictures of a pixel a cell.

import {add, make} from './dom.js';

const VIRIDIS = [
  '#440154',
  '#482878',
  '#3e4989',
  '#31688e',
  '#26828e',
  '#1f9e89',
  '#35b779',
  '#6ece58',
  '#b5de2b',
  '#fde725',
];
// PuOr (ColorBrewer), safe for the colour-blind; in dark its middle is dark, as nothing should be brightest at zero.
const PUOR = [
  '#7f3b08',
  '#b35806',
  '#e08214',
  '#fdb863',
  '#f7f7f7',
  '#b2abd2',
  '#8073ac',
  '#542788',
  '#2d004b',
];
const PUOR_DARK = [
  '#fee0b6',
  '#fdb863',
  '#e08214',
  '#8c4a08',
  '#1a1c24',
  '#4f3b85',
  '#8073ac',
  '#b2abd2',
  '#d8daeb',
];

export const mix = (from, to, part) => from.map((value, i) => value + (to[i] - value) * part);

const hex = text => [1, 3, 5].map(i => Number.parseInt(text.slice(i, i + 2), 16));

// From shares (0 to 1) and from differences (-1 to 1) to colours.
export const SCALES = {
  weight: VIRIDIS.map(hex),
  signed: {light: PUOR.map(hex), dark: PUOR_DARK.map(hex)},
};

export function ramp(scale, value) {
  const at = Math.max(0, Math.min(1, value)) * (scale.length - 1);
  const low = Math.min(Math.floor(at), scale.length - 2);
  return mix(scale[low], scale[low + 1], at - low);
}

// The nearest of 256 colours of a scale, for pictures of many cells.
const tables = new Map();
export function shade(scale, value) {
  const table = remember(tables, scale, () =>
    Array.from({length: 256}, (_, i) => ramp(scale, i / 255).map(Math.round)),
  );
  return table[Math.round(Math.max(0, Math.min(1, value)) * 255)];
}

export const css = color => `rgb(${color.map(Math.round).join(',')})`;

// Black or white, whichever is easier to read on a colour (WCAG 2.2, relative luminance).
const linear = part => (part <= 10.3 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
export const lettering = ([red, green, blue]) =>
  0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > 0.179 ? '#000' : '#fff';

const luminance = color => color[0] * 0.299 + color[1] * 0.587 + color[2] * 0.114;

const darker = (color, other) => luminance(color) < luminance(other);

// Any CSS colour, seen over another.
export function rgb(text, over = '#fff') {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  for (const color of [over, text.trim() || '#888']) {
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
  }
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

// The scale of shares or of differences.
export const scaleOf = ({signed}, theme) => (signed ? theme.signed : SCALES.weight);

// A scale's ends and colours, and what they mean.
export function rampOf({signed, text}, theme) {
  const ramp = make('i');
  ramp.style.background = `linear-gradient(to right, ${scaleOf({signed}, theme).map(css)})`;
  return make('span', '', signed ? '−1' : '0', ramp, `1 ${text}`);
}

// The page's colours as numbers, and a key that changes with them.
const NAMES = {
  ground: 'background',
  ink: 'text',
  hue: 'primary',
  panel: 'secondary-background',
  border: 'border',
};
const themes = new Map();
export function themeOf(root) {
  const style = getComputedStyle(root);
  const texts = Object.entries(NAMES).map(([name, part]) => [
    name,
    style.getPropertyValue(`--st-${part}-color`),
  ]);
  const key = texts.join();
  return remember(themes, key, () => {
    const theme = Object.fromEntries(texts.map(([name, text]) => [name, rgb(text, texts[0][1])]));
    const dark = darker(theme.ground, theme.ink);
    return {
      ...theme,
      key,
      dark,
      signed: SCALES.signed[dark ? 'dark' : 'light'],
      dim: mix(theme.ink, theme.ground, 0.22),
    };
  });
}

export function remember(known, key, make) {
  if (!known.has(key)) known.set(key, make());
  return known.get(key);
}

export function pixels(width, height, color) {
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const pen = canvas.getContext('2d');
  const image = pen.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [red, green, blue] = color(i);
    image.data[4 * i] = red;
    image.data[4 * i + 1] = green;
    image.data[4 * i + 2] = blue;
    image.data[4 * i + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}

// The same as an address for an SVG, and one in its frame: where cells are finer than pixels some drop out, but none mix.
export const raster = (width, height, color) => pixels(width, height, color).toDataURL();

export function picture(parent, place, href) {
  const look = {preserveAspectRatio: 'none', 'image-rendering': 'pixelated'};
  add(parent, 'image', {...place, ...look, href});
  return add(parent, 'rect', {...place, class: 'frame'});
}
