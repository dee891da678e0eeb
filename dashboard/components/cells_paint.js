// Maps of cells on a canvas: all that stays as it is, and over it what is pointed out.

import {BESIDE, GRID, lengthOf, NOTE} from './cells_layout.js';
import {css, lettering, shade} from './colour.js';
import {cut} from './ink.js';

const RAMP = 120; // px of a scale
const STRIP = 5; // px of a map's strip
const NUMBER = 11; // px of letters in a cell
const ROOMY = 34; // px of a cell with room for them

// A scene is {ink, plan, maps, theme, image, scaleOf}: `image(map)` is a canvas of a pixel a cell. What lies in the window
// {x, y, width, height} of the plan is painted; labels stay in it.
export function paint(pen, scene, window) {
  const {plan, maps} = scene;
  pen.textBaseline = 'middle';
  for (const [i, place] of plan.places.entries()) {
    if (outside(plan, place, window)) continue;
    const map = maps[i];
    heads(pen, scene, place, map, window);
    cells(pen, scene, place, map);
    if (map.bars) bars(pen, scene, place, map);
    if (plan.labelled) ticks(pen, scene, place, map, window);
  }
  for (const legend of plan.legends) scale(pen, scene, legend);
}

// Each map's marked row, and the cell {map, row, column} pointed at.
export function pointOut(pen, scene, window, point) {
  const {plan, maps, theme} = scene;
  const {cell, tall} = plan;
  pen.textBaseline = 'middle';
  for (const [i, place] of plan.places.entries()) {
    const {mark, rows, columns} = maps[i];
    const here = point?.map === i ? point : null;
    if ((mark == null && !here) || outside(plan, place, window)) continue;
    const pinned = pins(plan, place, window);
    if (plan.labelled) {
      for (const row of new Set([mark, here?.row]))
        if (row != null) rowLabel(pen, scene, place, pinned, rows, row, theme.ground);
      if (here) columnLabel(pen, scene, place, pinned, columns, here.column, theme.ground);
    }
    pen.save();
    clip(pen, place, pinned);
    if (mark != null) {
      const [y, width] = [place.y + mark * tall - 1, place.width + 2];
      const row = {x: place.x - 1, y, width, height: tall + 2};
      outline(pen, row, css(theme.ground), 5);
      outline(pen, row, css(theme.hue), 2.5);
    }
    if (here) {
      const [x, y] = [place.x + here.column * cell, place.y + here.row * tall];
      outline(pen, {x, y, width: cell, height: tall}, css(theme.ground), 4);
      outline(pen, {x, y, width: cell, height: tall}, css(theme.ink), 2);
    }
    pen.restore();
  }
}

const outside = (plan, {y, height, left, right, head}, window) =>
  y + height < window.y ||
  (head[0]?.y ?? y - plan.above) - 20 > window.y + window.height ||
  right + plan.lean < window.x ||
  left > window.x + window.width;

// Where a map's cells begin that are seen: scrolled, its labels stand still.
const pins = ({names, above, cell, tall}, {x, y, width, height}, window) => ({
  left: Math.max(x, Math.min(window.x + names, x + width - cell)),
  top: Math.max(y, Math.min(window.y + above, y + height - tall)),
});

// Nothing is painted over labels that stand in a map's way.
function clip(pen, {x, y, width, height}, {left, top}) {
  const [from, upper] = [left > x ? left : x - 4, top > y ? top : y - 4];
  pen.beginPath();
  pen.rect(from, upper, x + width + 4 - from, y + height + 4 - upper);
  pen.clip();
}

function write(pen, ink, text, x, y, size, bold, color) {
  pen.font = `${bold ? 700 : 400} ${size}px ${ink.family}`;
  pen.fillStyle = css(color);
  pen.fillText(text, x, y);
}

function outline(pen, {x, y, width, height}, color, thick) {
  const out = thick === 1 ? 0.5 : 0; // a thin line lies on whole pixels
  pen.strokeStyle = color;
  pen.lineWidth = thick;
  pen.strokeRect(x - out, y - out, width + 2 * out, height + 2 * out);
}

// Scrolled, a title stays in sight.
function heads(pen, {ink, theme}, {left: start, right, head, headed}, {chosen}, window) {
  const left = Math.max(start, Math.min(window.x, right - headed));
  pen.textAlign = 'left';
  for (const {text, size, style, indent, y} of head) {
    const strong = style === 'strong';
    const color = strong ? theme.ink : theme.dim;
    write(pen, ink, text, left + indent, y - size * 0.15, size, strong, color);
  }
  if (!chosen || !head.length) return;
  const y = head[0].y - 9;
  pen.fillStyle = css(theme.hue);
  pen.fill(new Path2D(`M${left} ${y}l10 6.5l-10 6.5z`));
}

function cells(pen, scene, place, map) {
  const {plan, theme, image, scaleOf} = scene;
  const {cell, tall} = plan;
  const {x, y, width, height} = place;
  if (!width || !height) return;
  if (map.tint != null) {
    pen.fillStyle = css(shade(scaleOf(map.tint), map.tint.share));
    pen.fillRect(x, y - STRIP - 1, width, STRIP);
  }
  pen.imageSmoothingEnabled = false;
  pen.drawImage(image(map), x, y, width, height);
  outline(pen, place, css(theme.border), 1);
  if (map.framed) outline(pen, place, css(theme.hue), 3);
  if (map.written && cell >= ROOMY && tall >= 2 * NUMBER) numbers(pen, scene, place, map);
  if (tall < GRID) return;
  pen.fillStyle = css(theme.ground);
  for (let i = 1; i < map.columns.length; i++) pen.fillRect(x + i * cell - 0.5, y, 1, height);
  for (let i = 1; i < map.rows.length; i++) pen.fillRect(x, y + i * tall - 0.5, width, 1);
}

// What is written into a cell, on whatever colour.
function numbers(pen, {ink, plan, theme, scaleOf}, {x, y}, map) {
  const {cell, tall} = plan;
  const scale = scaleOf(map, theme);
  pen.textAlign = 'center';
  pen.font = `400 ${NUMBER}px ${ink.family}`;
  map.values.forEach((value, i) => {
    const text = Number.isNaN(value) ? '' : map.written(value);
    if (!text) return;
    const [row, column] = [Math.floor(i / map.columns.length), i % map.columns.length];
    pen.fillStyle = lettering(shade(scale, map.signed ? (value + 1) / 2 : value));
    pen.fillText(text, x + (column + 0.5) * cell, y + (row + 0.5) * tall);
  });
}

// A share beside each row.
function bars(pen, {ink, plan, theme}, {x, y, width}, {bars: {title, values, texts}}) {
  const {tall, tick} = plan;
  const left = x + width + (width ? 14 : 0);
  const length = lengthOf(plan);
  const thick = Math.min(14, tall - 4);
  pen.textAlign = 'left';
  write(pen, ink, title, left, y - 12, tick, false, theme.dim);
  values.forEach((value, i) => {
    const middle = y + (i + 0.5) * tall;
    pen.fillStyle = css(theme.panel);
    pen.fillRect(left, middle - thick / 2, length, thick);
    pen.fillStyle = css(theme.hue);
    pen.fillRect(left, middle - thick / 2, length * value, thick);
    write(pen, ink, texts[i], left + length + 6, middle, tick, false, theme.ink);
  });
}

function ticks(pen, scene, place, {rows, columns}, window) {
  const {plan, theme} = scene;
  const {names, above, cell, tall} = plan;
  const pinned = pins(plan, place, window);
  const {left, top} = pinned;
  const right = window.x + window.width;
  const below = window.y + window.height;
  pen.fillStyle = css(theme.ground);
  if (left > place.x) pen.fillRect(left - names, place.y - above, names, place.height + above + 1);
  if (top > place.y) pen.fillRect(place.x - names, top - above, place.width + names + 1, above);
  for (let row = 0; row < rows.length; row++) {
    const y = place.y + row * tall;
    if (y + tall > top && y < below) rowLabel(pen, scene, place, pinned, rows, row);
  }
  for (let column = 0; column < columns.length; column++) {
    const x = place.x + column * cell;
    if (x + cell > left && x < right) columnLabel(pen, scene, place, pinned, columns, column);
  }
}

// With a `ground` a label is written again over itself, in bold.
function rowLabel(pen, {ink, plan, theme}, place, {left, top}, rows, row, ground) {
  const {tick, long, tall, names} = plan;
  const y = place.y + (row + 0.5) * tall;
  if (y < top) return;
  if (ground) {
    pen.fillStyle = css(ground);
    pen.fillRect(left - names, y - tall / 2, names - 3, tall);
  }
  pen.textAlign = 'right';
  const bold = Boolean(ground);
  write(pen, ink, cut(ink, rows[row], tick, long, bold), left - 6, y, tick, bold, theme.ink);
}

function columnLabel(pen, {ink, plan, theme}, place, {left, top}, columns, column, ground) {
  const {tick, long, cell, angle} = plan;
  const x = place.x + (column + 0.5) * cell;
  if (x < left) return;
  const bold = Boolean(ground);
  pen.save();
  pen.translate(x, top - 6);
  pen.rotate((-angle / 180) * Math.PI);
  pen.textAlign = angle ? 'left' : 'center';
  const text = cut(ink, columns[column], tick, long, bold);
  const y = angle ? 0 : -tick / 2;
  if (ground) {
    const half = Math.min(tick * 0.7, cell / 2);
    pen.fillStyle = css(ground);
    if (angle) pen.fillRect(0, -half, long, 2 * half);
    else pen.fillRect(-cell / 2, y - half, cell, 2 * half);
  }
  write(pen, ink, text, 0, y, tick, bold, theme.ink);
  pen.restore();
}

function scale(pen, {ink, theme, scaleOf}, {x, y, signed, indent, lines}) {
  for (let i = 0; i < RAMP; i++) {
    pen.fillStyle = css(shade(scaleOf({signed}), i / (RAMP - 1)));
    pen.fillRect(x + BESIDE + i, y, 1.5, 12);
  }
  pen.textAlign = 'right';
  write(pen, ink, signed ? '−1' : '0', x + BESIDE - 6, y + 6, NOTE, false, theme.ink);
  pen.textAlign = 'left';
  write(pen, ink, '1', x + BESIDE + RAMP + 7, y + 6, NOTE, false, theme.ink);
  lines.forEach((line, i) => {
    write(pen, ink, line, x + indent, y + 26 + i * 18, NOTE, false, theme.dim);
  });
}

export function transform(pen, {window, scale}) {
  pen.setTransform(scale, 0, 0, scale, -window.x * scale, -window.y * scale);
}

// Another size takes new memory, even where it is the same.
export function fit(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

// A canvas as large as a window of the picture at a scale, drawn anew.
export function penOn(canvas, seen, paintWith) {
  const {window, scale} = seen;
  fit(canvas, Math.round(window.width * scale), Math.round(window.height * scale));
  const pen = canvas.getContext('2d');
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  transform(pen, seen);
  paintWith(pen);
  return canvas;
}
