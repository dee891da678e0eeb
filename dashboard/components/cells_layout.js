// Where maps of cells stand beside each other, and which cell is where: pure functions.

import {BODY, cut, letters, lines, widest} from './ink.js';

export const NOTE = 13; // px of letters below a title, at a scale
const APART = 24; // px between maps
const CLOSE = 8; // the same where their number is given
const LEAST = 230; // px: a map's least width, where several stand beside each other
const BROAD = 560; // px: a heading's width at most
const FEW = 3; // maps that have larger letters
const TICKS = [13, 11]; // px of letters beside cells: of few maps, of more or on a phone
const LONG = [11, 6.5]; // in heights of letters, how wide a label may be: of few maps, of more
const LABELLED = 10; // px of a cell at least: its labels have room, and a map that is wider scrolls
export const GRID = 12; // px of a cell from which its neighbours stand apart
const SLANTED = 15; // px of a cell from which labels above are slanted, and not upright
const SCALE = 300; // px of a scale with what it means
const UPRIGHT = 6; // px to the right of a map whose labels are upright
export const BESIDE = 24; // px of a scale's first number
const BARS = {alone: 420, wide: 150, narrow: 84}; // px of the bars beside rows
const NARROW = 480; // px of a page
const SHARE = 48; // px of the number after a bar

// A map is {key, title, notes: [text], rows, columns, values, signed, mark, chosen, framed, tint, bars}: `values` rows ×
// columns, NaN where they are hidden, `mark` the row that is pointed out, or null, `bars` {title, values, texts}, a share
// of each row beside it, or none, `tint` {share, signed} a strip above it, `framed` draws a frame round it, and `written`
// makes of a value what stands in its cell, where there is room. A cell is
// `least` px or more, `most` px high or less, `broad` px wide or less. `scales` are [{signed, text}], what colours mean.
// With `across` so many small maps stand beside each other, without labels; one with another `line` than the map before
// begins a new one, with a heading where it has a `section`. → the picture's size and each map's place
export function layout(ink, maps, width, {scales = [], across: fixed = 0, ...limits}) {
  const {across, wide, apart, ...sizes} = fitted(ink, maps, width, {...limits, fixed});
  const {cell, tall, names, above, bars} = sizes;
  const places = [];
  let y = 0;
  for (const line of linesOf(maps, across)) {
    const {section} = line[0];
    const begin = section ? y + Math.round(BODY * 1.5) : y;
    const row = line.map((map, j) => {
      const left = Math.round(j * (wide + apart));
      return {map, left, head: heading(ink, map, Math.min(wide, BROAD), begin)};
    });
    if (section) row[0].head.lines.unshift(sectionLine(section, y));
    const top = Math.round(Math.max(...row.map(({head}) => head.below)) + above);
    for (const {map, left, head} of row)
      places.push({
        x: left + names,
        y: top,
        width: map.columns.length * cell,
        height: map.rows.length * tall,
        left,
        head: head.lines,
        headed: head.width,
        ...{cell, tall},
        right: Math.max(left + head.width, left + names + map.columns.length * cell + bars),
      });
    y = top + Math.max(...row.map(({map}) => map.rows.length)) * tall + (fixed ? CLOSE : 20);
  }
  const legends = legend(ink, scales, width, y);
  const edges = [...places.map(({right}) => right + sizes.lean), ...legends.map(one => one.right)];
  const height = Math.ceil(Math.max(y, ...legends.map(({below}) => below)));
  return {...sizes, places, legends, width: Math.ceil(Math.max(0, ...edges)), height};
}

// Maps in lines of at most so many.
function linesOf(maps, across) {
  const found = [];
  maps.forEach((map, i) => {
    const last = found.at(-1);
    if (!last || last.length === across || map.line !== maps[i - 1].line) found.push([map]);
    else last.push(map);
  });
  return found;
}

const sectionLine = (text, y) => ({
  ...{text, size: BODY, style: 'strong', indent: 0},
  y: y + Math.round(BODY * 1.05),
});

// The sizes that all maps share: px of a cell, of labels to the left and above, of bars to the right.
function fitted(ink, maps, width, {least: smallest, most, broad = most, fixed}) {
  const least = fixed ? smallest : Math.max(LABELLED, smallest);
  const many = Number(maps.length > FEW || width < NARROW);
  const tick = TICKS[many];
  const long = tick * LONG[many];
  const count = Math.max(0, ...maps.map(map => map.columns.length));
  const longest = part =>
    Math.ceil(
      Math.min(
        long,
        widest(
          ink,
          maps.flatMap(map => map[part]),
          tick,
        ),
      ),
    );
  const beside = longest('rows') + 8;
  const high = longest('columns');
  const barred = maps.some(map => map.bars);
  const titles = widest(
    ink,
    maps.flatMap(map => map.bars?.title ?? []),
    tick,
  );
  const room = Math.max(width < NARROW ? BARS.narrow : BARS.wide, Math.ceil(titles) + 14);
  const bars = !barred ? 0 : count ? room : Math.min(BARS.alone, width - beside);
  const wanted = Math.max(LEAST, beside + count * least + bars + UPRIGHT);
  const fits = Math.floor((width + APART) / (wanted + APART));
  const across = fixed || Math.max(1, Math.min(maps.length, 5, fits));
  const apart = fixed ? CLOSE : APART;
  const equal = (width - apart * (across - 1)) / across;
  const whole = free =>
    free < LABELLED ? free : free < GRID ? Math.floor(2 * free) / 2 : Math.floor(free);
  const sized = free => Math.min(broad, Math.max(least, whole(free / Math.max(1, count))));
  const overhang = high / 2 + tick / 2; // of a slanted label, from the middle of its cell
  const [upright, leaning] = [UPRIGHT, Math.min(overhang, 40)].map(room =>
    sized(equal - beside - (bars || room)),
  );
  const fallen = high <= upright - 2; // as written
  const angle = fallen ? 0 : leaning < SLANTED ? 90 : 60;
  const cell = fixed ? sized(equal - 4 - bars) : angle === 60 ? leaning : upright;
  const names = fixed ? 2 : beside;
  const raised = angle ? high * Math.sin((angle / 180) * Math.PI) + 12 : tick * 2;
  const above = fixed ? 6 : Math.ceil(raised);
  const lean = angle === 60 && !bars ? Math.max(UPRIGHT, overhang - cell / 2) : UPRIGHT;
  const wide = across > 1 ? Math.max(equal, names + count * cell + bars) : equal;
  const sizes = {cell, tall: Math.min(most, cell), names, above, bars, labelled: !fixed};
  return {...sizes, across, wide, apart, tick, long, angle, lean};
}

export const lengthOf = ({bars}) => bars - SHARE - 14;

// A map's title and notes in lines.
function heading(ink, {title, notes = [], chosen}, width, y) {
  const written = [];
  let below = y;
  let across = 0;
  const write = (text, size, style, indent) => {
    const bold = style === 'strong';
    for (const line of lines(ink, text, size, width - indent, bold)) {
      const shown = cut(ink, line, size, width - indent, bold);
      below += Math.round(size * 1.4);
      across = Math.max(across, indent + letters(ink, shown, size, bold));
      written.push({text: shown, size, style, indent, y: below - size * 0.35});
    }
  };
  if (title) write(title, BODY, 'strong', chosen ? 16 : 0);
  for (const note of notes) write(note, NOTE, 'dim', 0);
  return {lines: written, below, width: across};
}

// Each scale with what it means, beside each other or below.
function legend(ink, scales, width, y) {
  const legends = [];
  const across = Math.max(1, Math.floor(width / (SCALE + APART)));
  let top = y + 6;
  for (const [i, {signed, text}] of scales.entries()) {
    if (i && i % across === 0) top = Math.max(...legends.map(({below}) => below)) + 6;
    const x = 1 + (i % across) * (SCALE + APART);
    const indent = signed ? 0 : BESIDE;
    const written = lines(ink, text, NOTE, Math.min(SCALE, width - 2) - indent);
    const right = x + Math.max(180, indent + widest(ink, written, NOTE));
    const below = top + 20 + written.length * 18;
    legends.push({x, y: top, signed, indent, lines: written, right, below});
  }
  return legends;
}

// The cell at a point of the picture: {map, row, column}, or null.
export function under({places, cell, tall}, maps, x, y) {
  for (const [map, place] of places.entries()) {
    const column = Math.floor((x - place.x) / cell);
    const row = Math.floor((y - place.y) / tall);
    const {rows, columns} = maps[map];
    if (row >= 0 && row < rows.length && column >= 0 && column < columns.length)
      return {map, row, column};
  }
  return null;
}

// The cell that an arrow leads to: sideways also into the next map.
export function stepped(maps, {map, row, column}, key) {
  const {rows, columns} = maps[map];
  const [down, right] = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  }[key];
  const to = column + right;
  const next = map + (to < 0 ? -1 : to >= columns.length ? 1 : 0);
  if (next !== map && !maps[next]) return {map, row, column};
  if (next !== map) {
    const {rows: others, columns: across} = maps[next];
    return {
      map: next,
      row: Math.min(row, others.length - 1),
      column: to < 0 ? across.length - 1 : 0,
    };
  }
  return {map, row: Math.max(0, Math.min(rows.length - 1, row + down)), column: to};
}

// The map that an arrow leads to, of those that stand at `places`: up and down into the nearest of the next line.
export function beside(places, map, key) {
  const by = {ArrowLeft: -1, ArrowRight: 1}[key];
  if (by) return places[map + by] ? map + by : map;
  const {left, y} = places[map];
  const beyond = places
    .map(place => place.y)
    .filter(other => (key === 'ArrowUp' ? other < y : other > y));
  if (!beyond.length) return map;
  const line = key === 'ArrowUp' ? Math.max(...beyond) : Math.min(...beyond);
  const apart = i =>
    places[i].y === line ? Math.abs(places[i].left - left) : Number.POSITIVE_INFINITY;
  return places.reduce((best, _, i) => (apart(i) < apart(best) ? i : best), map);
}
