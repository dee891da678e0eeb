// Maps of numbers beside each other, in one canvas: rows × columns of cells, pointed at, walked by keys, opened by a click.

import {beside, layout, stepped, under} from './cells_layout.js';
import {fit, paint, penOn, pointOut, transform} from './cells_paint.js';
import {mix, pixels, rampOf, scaleOf, shade, themeOf} from './colour.js';
import {make} from './dom.js';

const LARGEST = 16e6; // pixels of a canvas that every browser draws

// A box with a canvas and a line below it that tells of the cell pointed at.
// `on.open(map, row, column)` takes a click or Enter; `on.told(map, row, column, value)` is that line's text;
// `on.pointed(map, point)` hears of every other cell that is pointed at, of null when it is none.
class CellGrid {
  constructor(root, on) {
    const canvas = make('canvas');
    const extent = make('div', 'extent');
    Object.assign(this, {root, on, canvas, extent, point: null, maps: [], plan: null});
    this.box = make('div', 'cells', canvas, extent);
    this.legend = make('p', 'scales');
    this.line = make('p', 'cell');
    this.ground = make('canvas'); // all but what is pointed out
    this.images = new WeakMap();
    this.box.setAttribute('role', 'group');
    canvas.setAttribute('role', 'img');
    this.line.setAttribute('role', 'status');
    this.listen();
    // For whoever saves the picture, and for whoever asks what stands in it and where.
    canvas.scales = () => this.scales;
    canvas.whole = () => this.whole();
    canvas.maps = () => this.maps.map((map, i) => ({...map, ...this.plan?.places[i]}));
  }

  listen() {
    const {canvas, box} = this;
    canvas.onpointermove = event => this.pointAt(this.under(event));
    canvas.onpointerleave = event => event.pointerType !== 'touch' && this.pointAt(null);
    canvas.onclick = event => {
      const point = this.under(event);
      if (point) this.open(point);
      box.blur(); // who points has the page's own keys; cells are walked by whom a key has brought here
    };
    box.onkeydown = event => this.key(event);
    box.onscroll = () => this.draw();
  }

  // `maps` and `scales` as `layout` takes them, `description` of the picture, `labels`: how to walk it ("keys");
  // `least`, `most` and `broad`: px of a cell; `height`: px from which it scrolls; `opens`: whether a click does something.
  show({
    description,
    labels,
    height,
    least = 10,
    most = 26,
    broad = most,
    opens = Boolean(this.on.open),
    across = 0,
    ...shown
  }) {
    Object.assign(this, shown, {least, most, broad, opens, across});
    const {point, maps, box} = this;
    box.style.maxHeight = height ? `${height}px` : '';
    const map = maps[point?.map];
    if (!map?.columns[point.column] || !map.rows[point.row]) this.point = null;
    box.setAttribute('aria-label', labels.keys);
    box.classList.toggle('opens', opens);
    box.tabIndex = maps.some(({columns}) => columns.length) ? 0 : -1;
    this.describe(description);
    this.explain();
    this.place();
    this.tell();
  }

  describe(text) {
    if (this.canvas.ariaLabel !== text) this.canvas.setAttribute('aria-label', text);
  }

  // What colours mean, above the box, where nothing scrolls it away.
  explain() {
    const {box, legend, root, scales = []} = this;
    const theme = themeOf(root);
    if (legend.nextElementSibling !== box) box.before(legend);
    legend.hidden = !scales.length;
    legend.replaceChildren(...scales.map(scale => rampOf(scale, theme)));
  }

  place() {
    const {box, extent, ink, maps} = this;
    if (!box.clientWidth || !ink) return;
    this.plan = layout(ink, maps, box.clientWidth, {...this, scales: []});
    extent.style.width = `${this.plan.width}px`;
    extent.style.height = `${this.plan.height}px`;
    this.draw();
  }

  // ---- drawing

  image(map, theme) {
    const known = this.images.get(map.values);
    if (known?.key === theme.key) return known.image;
    const scale = scaleOf(map, theme);
    const veil = mix(theme.ground, theme.ink, 0.15);
    const color = value =>
      Number.isNaN(value) ? veil : shade(scale, map.signed ? (value + 1) / 2 : value);
    const image = pixels(map.columns.length, map.rows.length, i => color(map.values[i]));
    this.images.set(map.values, {key: theme.key, image});
    return image;
  }

  scene() {
    const theme = themeOf(this.root);
    const {ink, plan, maps} = this;
    return {
      ...{ink, plan, maps, theme},
      image: map => this.image(map, theme),
      scaleOf: map => scaleOf(map, theme),
    };
  }

  // Everything, in what is seen of the picture.
  draw() {
    const {plan, box, canvas, ground} = this;
    if (!plan) return;
    const width = Math.min(box.clientWidth, plan.width);
    const height = Math.min(box.clientHeight, plan.height);
    const scale = Math.min(devicePixelRatio, Math.sqrt(LARGEST / Math.max(1, width * height)));
    const {scrollLeft: x, scrollTop: y} = box;
    this.seen = {window: {x, y, width, height}, scale};
    box.dataset.more = `${x + width < plan.width - 1 ? 'right' : ''} ${y + height < plan.height - 1 ? 'below' : ''}`;
    penOn(ground, this.seen, pen => paint(pen, this.scene(), this.seen.window));
    fit(canvas, ground.width, ground.height);
    canvas.style.width = `${ground.width / scale}px`;
    canvas.style.height = `${ground.height / scale}px`;
    this.drawPoint();
  }

  // Only what is pointed out.
  drawPoint() {
    const {canvas, ground, seen} = this;
    if (!seen || !ground.width || !ground.height) return;
    const pen = canvas.getContext('2d');
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.globalCompositeOperation = 'copy';
    pen.drawImage(ground, 0, 0);
    pen.globalCompositeOperation = 'source-over';
    transform(pen, seen);
    pointOut(pen, this.scene(), seen.window, this.point);
  }

  // All of it, however much is seen.
  whole() {
    const {ink, maps, box} = this;
    const plan = layout(ink, maps, box.clientWidth, this);
    const [scene, {width, height}] = [{...this.scene(), plan}, plan];
    const all = {window: {x: 0, y: 0, width, height}, scale: 2};
    return penOn(make('canvas'), all, pen => {
      paint(pen, scene, all.window);
      pointOut(pen, scene, all.window, null);
    });
  }

  // The row that is pointed out in each map, or null.
  mark(rows) {
    rows.forEach((row, i) => {
      this.maps[i].mark = row;
    });
    this.drawPoint();
  }

  // ---- the cell that is pointed at

  tell() {
    const map = this.maps[this.point?.map];
    if (!map) this.line.textContent = '';
    else {
      const {row, column} = this.point;
      const value = map.values[row * map.columns.length + column];
      this.line.textContent = this.on.told(map, row, column, value) ?? '';
    }
  }

  pointAt(point) {
    if (JSON.stringify(point) === JSON.stringify(this.point)) return;
    this.point = point;
    this.drawPoint();
    this.tell();
    this.on.pointed?.(this.maps[point?.map] ?? null, point);
  }

  under(event) {
    const {box, plan, maps} = this;
    const {left, top} = box.getBoundingClientRect();
    const x = event.clientX - left - box.clientLeft + box.scrollLeft;
    const y = event.clientY - top - box.clientTop + box.scrollTop;
    return plan && under(plan, maps, x, y);
  }

  reach({map, row, column}) {
    const {box} = this;
    const {places, cell, tall, names, above} = this.plan;
    const [x, y] = [places[map].x + column * cell, places[map].y + row * tall];
    const into = (start, length, from, to) =>
      from < start ? from : to > start + length ? to - length : start;
    box.scrollTo(
      into(box.scrollLeft, box.clientWidth, x - names, x + cell),
      into(box.scrollTop, box.clientHeight, y - above, y + tall),
    );
  }

  open({map, row, column}) {
    if (this.opens) this.on.open?.(this.maps[map], row, column);
  }

  // From cell to cell or, of maps in lines of a given length, from map to map.
  step(point, key) {
    const {maps, across, plan} = this;
    if (!across) return stepped(maps, point, key);
    const map = beside(plan.places, point.map, key);
    const {rows, columns} = maps[map];
    const [row, column] = [
      [point.row, rows],
      [point.column, columns],
    ].map(([at, labels]) => Math.min(at, labels.length - 1));
    return {map, row, column};
  }

  key(event) {
    const {point, maps} = this;
    if (event.altKey || event.ctrlKey || event.metaKey || !maps[0]?.columns.length) return;
    if (event.key === 'Escape') this.pointAt(null);
    else if (event.key === 'Enter' && point) this.open(point);
    else if (event.key.startsWith('Arrow')) {
      const to = point ? this.step(point, event.key) : {map: 0, row: 0, column: 0};
      this.reach(to);
      this.pointAt(to);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export const cellGrid = (root, {on}) => new CellGrid(root, on);
