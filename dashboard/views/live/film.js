// Trainings as films, beside each other and in step. The frames stay in the browser; the server only ever adds new ones.

import {look, peak, placed, unpacked, written} from '../../components/attention.js';
import {cellGrid} from '../../components/cells.js';
import {list, numbered} from '../../components/controls.js';
import {fill, kept, later, make} from '../../components/dom.js';
import {inkOf, onResize} from '../../components/ink.js';
import {formats} from '../../components/numbers.js';
import {player} from '../../components/player.js';

const TICK = 90; // ms a frame
const CELL = {least: 12, most: 42, broad: 64}; // px
const still = matchMedia('(prefers-reduced-motion: reduce)');
const viewOf = kept(() => ({runs: [], pick: {layer: 'mean', head: 'mean'}}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  view.ask = ({id, frames}) => setStateValue('have', {id, count: frames.length, at: Date.now()});
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
  view.said = make('div', 'said');
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
  const main = view.runs[0];
  const newest = film.at >= (main?.frames.length ?? 0) - 1;
  const {labels} = data;
  const runs = data.runs.map(sent => grown(view, sent));
  const {live, frames} = runs[0];
  Object.assign(view, {data, runs, labels, format: formats(labels.locale)});
  Object.assign(film, {last: Math.max(0, frames.length - 1), live, off: !frames.length});
  if (main?.id !== runs[0].id || (data.play && before?.hidden && !data.hidden)) begin(film, data);
  // A training that goes on is followed by whoever stands at its newest frame.
  else if (live && main.live === false && newest && !film.playing) film.following = true;
  for (const what of ['layer', 'head']) {
    const count = Math.max(...runs.map(run => run[`${what}s`]));
    if (pick[what] >= count) pick[what] = 'mean';
    picks[what].show(labels[what], numbered(count, {mean: labels.mean}), written(pick[what]));
  }
  film.label(labels);
  film.refresh();
  show(view);
  film.run();
}

// A film that is to play begins; whoever wants no movement sees its end.
function begin(film, {play, hidden}) {
  const playing = play && !hidden && !still.matches;
  Object.assign(film, {at: play && !playing ? film.last : 0, following: !play, playing});
}

// A run with the frames that came and those that were there.
function grown(view, {frames: fresh, first, ...run}) {
  const frames = view.runs.find(({id}) => id === run.id)?.frames ?? [];
  if (first > frames.length)
    later(view.root, () => view.ask({...run, frames}), 0); // something was lost on the way
  else
    fresh.forEach((frame, i) => {
      frames[first + i] ??= {...frame, weights: frame.weights && unpacked(frame.weights)};
    });
  return {...run, frames};
}

// ---- one moment

const moment = ({runs: [{frames}], player: film, labels, format}) =>
  fill(labels.step, {step: format.whole.format(frames[film.at].step)});

// How likely each right token is.
export const sharesOf = costs => costs.map(cost => Math.exp(-cost));

export const meanOf = costs => costs.reduce((sum, cost) => sum + cost, 0) / costs.length;

// The last frame that is not after a step.
export const upTo = (frames, step) => frames.findLast(frame => frame.step <= step);

function show(view) {
  const {data, labels, said, root, runs, veil} = view;
  const [{frames}, ...others] = runs;
  const now = data.hidden ? undefined : frames[view.player.at];
  const shown = [now, ...others.map(run => now && upTo(run.frames, now.step))];
  root.dataset.frames = frames.length; // how many have come
  const moving = root.classList.contains('playing');
  said.setAttribute('aria-live', moving ? 'off' : 'polite'); // ten frames a second are too many to be read out
  said.replaceChildren(...runs.map((run, i) => words(view, run, shown[i])));
  veil.textContent = data.hidden ? labels.hidden : labels.empty;
  veil.hidden = Boolean(now);
  paint(view, shown);
}

// What a model writes at a moment, and how unsure it is.
function words({labels, format}, {about, unit}, frame) {
  const right = frame?.output === about.right;
  const text = right ? labels.writes_right : labels.writes;
  const writes = make('p', right ? 'writes is-right' : 'writes');
  const loss = make('p', 'loss');
  if (frame) {
    const mean = meanOf(frame.costs);
    writes.textContent = fill(text, {output: frame.output || '␣'});
    const facts = {choices: format.one.format(Math.exp(mean)), loss: format.two.format(mean), unit};
    loss.textContent = fill(labels.loss, facts);
  }
  return make('div', '', writes, loss);
}

function paint(view, shown) {
  const {runs, labels, ink, grid} = view;
  const pictures = runs.map((run, i) => picture(view, run, shown[i]));
  grid.show({
    ...{ink, labels, ...CELL},
    maps: pictures.map(({map}) => map),
    description: shown[0] ? pictures.map(({text}) => text).join(' ') : view.veil.textContent,
    scales: runs.some(({attends}) => attends) ? [{signed: false, text: labels.weight}] : [],
  });
  centre(view.veil, grid, runs[0]);
}

// A run's map at a moment, and that in a sentence.
function picture({labels, format, pick}, {about, attends, title, layers, heads}, frame) {
  const {rows} = about;
  const columns = attends ? about.columns : [];
  const [layer, head] = [
    [pick.layer, layers],
    [pick.head, heads],
  ].map(([place, count]) => (place < count ? place : 'mean'));
  const weights = frame?.weights && look(frame.weights, layer, head);
  const shares = frame ? sharesOf(frame.costs) : rows.map(() => 0);
  const texts = shares.map(share => (frame ? format.percents[0].format(share) : ''));
  const map = {
    ...{title, rows, columns, mark: null},
    notes: [attends ? `${labels.target}   ${labels.source}` : labels.target],
    values: weights ?? new Float32Array(rows.length * columns.length).fill(Number.NaN),
    bars: {title: labels.right, values: shares, texts},
  };
  return {map, text: frame ? description(labels, map, weights, texts, frame.step) : ''};
}

// Over the cells that are seen and not what stands beside them; without cells over the whole picture.
function centre(veil, {box, plan}, {about, attends}) {
  const [{x, y}] = plan.places;
  const columns = attends ? about.columns.length : 0;
  const right = columns ? Math.min(x + columns * plan.cell, box.clientWidth) : box.clientWidth;
  veil.style.left = `${((columns ? x : 0) + right) / 2}px`;
  veil.style.top = `${box.offsetTop + y + (about.rows.length * plan.tall) / 2}px`;
}

// A frame in a sentence: where each row looks most or, without attention, how likely each token is.
function description(labels, {rows, columns}, weights, texts, step) {
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
