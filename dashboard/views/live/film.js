// A training as a film. The frames stay in the browser; the server only ever adds the newest ones.

import {look, peak, placed, unpacked, written} from '../../components/attention.js';
import {cellGrid} from '../../components/cells.js';
import {list, numbered} from '../../components/controls.js';
import {fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {player} from '../../components/player.js';

const TICK = 90; // ms a frame
const CELL = {least: 12, most: 42, broad: 64}; // px
const viewOf = kept(() => ({frames: [], pick: {layer: 'mean', head: 'mean'}}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.ask = () => setStateValue('have', {id: view.id, count: view.frames.length, at: Date.now()});
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const {at = 0, following = true} = view.player ?? {};
  const on = {step: () => show(view), text: () => moment(view)};
  view.player = player(root, {acts: ['back', 'play', 'forward'], pace: TICK, on});
  Object.assign(view.player, {at, following});
  const pick = what =>
    list(value => {
      view.pick[what] = placed(value);
      show(view);
    });
  view.picks = {layer: pick('layer'), head: pick('head')};
  view.grid = cellGrid(root, {on: {told: (...cell) => cellText(view, ...cell)}});
  view.veil = make('p', 'veil');
  view.veil.setAttribute('aria-hidden', true); // the picture's own name says it
  view.writes = make('p', 'writes');
  view.loss = make('p', 'loss');
  view.said = make('div', 'said', view.writes, view.loss);
  view.said.setAttribute('aria-atomic', true);
  const {grid, picks, said, veil} = view;
  view.player.bar.append(picks.layer.element, picks.head.element);
  root.replaceChildren(make('div', 'screen', grid.box, veil), view.player.bar, said, grid.line);
  Object.assign(view, {root, data: null, ink: inkOf(root)});
  onResize(root, () => {
    view.ink = inkOf(root);
    if (view.data) show(view);
  });
}

// ---- data in

function accept(view, data) {
  const {data: before, player: film, pick, picks} = view;
  if (view.id !== data.id) {
    Object.assign(view, {id: data.id, frames: []});
    Object.assign(film, {at: 0, following: true, playing: false});
  }
  const newest = film.at >= view.frames.length - 1;
  const {labels} = data;
  Object.assign(view, {data, labels, format: formats(labels.locale)});
  if (data.first > view.frames.length)
    later(view.root, view.ask, 0); // something was lost on the way
  else
    data.frames.forEach((frame, i) => {
      view.frames[data.first + i] ??= {...frame, weights: frame.weights && unpacked(frame.weights)};
    });
  // A training that goes on is followed by whoever stands at its newest frame.
  if (data.live && before?.live === false && newest && !film.playing) film.following = true;
  for (const what of ['layer', 'head']) {
    const count = data[`${what}s`];
    if (pick[what] >= count) pick[what] = 'mean';
    picks[what].show(labels[what], numbered(count, {mean: labels.mean}), written(pick[what]));
  }
  const {length} = view.frames;
  Object.assign(film, {last: Math.max(0, length - 1), live: data.live, off: !length});
  film.label(labels);
  film.refresh();
  show(view);
  film.run();
}

// ---- one frame

const moment = ({frames, player: film, labels, format}) =>
  fill(labels.step, {step: format.whole.format(frames[film.at].step)});

// How likely each right token is.
export const sharesOf = costs => costs.map(cost => Math.exp(-cost));

export const meanOf = costs => costs.reduce((sum, cost) => sum + cost, 0) / costs.length;

function show(view) {
  const {data, labels, said, root, format, frames, veil} = view;
  const frame = data.hidden ? undefined : frames[view.player.at];
  root.dataset.frames = frames.length; // how many have come
  const moving = root.classList.contains('playing');
  said.setAttribute('aria-live', moving ? 'off' : 'polite'); // ten frames a second are too many to be read out
  const right = frame?.output === data.about.right;
  const writes = right ? labels.writes_right : labels.writes;
  view.writes.textContent = frame ? fill(writes, {output: frame.output || '␣'}) : '';
  view.writes.classList.toggle('is-right', right);
  const loss = frame && format.two.format(meanOf(frame.costs));
  view.loss.textContent = frame ? fill(labels.loss, {loss}) : '';
  veil.textContent = data.hidden ? labels.hidden : labels.empty;
  veil.hidden = Boolean(frame);
  paint(view, frame);
}

function paint(view, frame) {
  const {data, labels, format, pick, ink, grid} = view;
  const {rows} = data.about;
  const columns = data.attends ? data.about.columns : [];
  const weights = frame?.weights && look(frame.weights, pick.layer, pick.head);
  const shares = frame ? sharesOf(frame.costs) : rows.map(() => 0);
  const texts = shares.map(share => (frame ? format.percents[0].format(share) : ''));
  const map = {
    notes: [data.attends ? `${labels.target}   ${labels.source}` : labels.target],
    ...{rows, columns, mark: null},
    values: weights ?? new Float32Array(rows.length * columns.length).fill(Number.NaN),
    bars: {title: labels.right, values: shares, texts},
  };
  grid.show({
    ...{ink, labels, ...CELL},
    maps: [map],
    description: frame ? description(view, frame, weights, texts) : view.veil.textContent,
    scales: data.attends ? [{signed: false, text: labels.weight}] : [],
  });
  centre(view.veil, grid, rows.length, columns.length);
}

// Over the cells that are seen and not what stands beside them; without cells over the whole picture.
function centre(veil, {box, plan}, rows, columns) {
  const [{x, y}] = plan.places;
  const right = columns ? Math.min(x + columns * plan.cell, box.clientWidth) : box.clientWidth;
  veil.style.left = `${((columns ? x : 0) + right) / 2}px`;
  veil.style.top = `${box.offsetTop + y + (rows * plan.tall) / 2}px`;
}

// A frame in a sentence: where each row looks most or, without attention, how likely each token is.
function description({data, labels}, {step}, weights, texts) {
  const {rows, columns} = data.about;
  if (!weights) {
    const bars = rows.map((token, row) => `${token} ${texts[row]}`).join(', ');
    return fill(labels.bars, {step, bars});
  }
  const width = columns.length;
  const most = row => columns[peak(weights.subarray(row * width, (row + 1) * width))];
  const looks = rows.map((token, row) => `${token} → ${most(row)}`).join(', ');
  return fill(labels.looks, {rows: rows.length, columns: width, step, looks});
}

const cellText = ({format}, {rows, columns}, row, column, value) =>
  Number.isNaN(value) ? '' : `${rows[row]} → ${columns[column]}: ${format.two.format(value)}`;
