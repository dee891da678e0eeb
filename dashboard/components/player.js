// What goes step by step: buttons, a slider, keys, a clock.

import {button, idle, show as showSign} from './controls.js';
import {later, make, name} from './dom.js';
import {onPageKeys, presses} from './keys.js';

const BEHIND = 8; // following, it makes up an eighth of what it is behind with each tick

// `acts`: the buttons, of back, play, forward and end. `first`: the number of the first step as it is written. `pace`: ms
// a step. `keys`: whether it takes the page's keys, as one on a page does. `on`: step(moved) draws, text() names the
// step, tell() writes the address, limit() says how far the reader may go (the last step by default), move(by) takes an
// arrow key. Steps count from 0; `last` is set by whoever knows it.
// With `live` steps still come, and the newest is followed until the reader goes elsewhere.
class Player {
  constructor(root, {acts, first, pace, keys, on}) {
    Object.assign(this, {root, first, pace, on, at: 0, last: 0, timer: 0});
    Object.assign(this, {playing: false, following: false, live: false, off: false});
    const acting = {
      back: () => this.stop(this.at - 1),
      play: () => this.toggle(),
      forward: () => this.stop(this.at + 1),
      end: () => this.stop(this.limit()),
    };
    const made = acts.map(act => [act, button(act, () => !this.off && acting[act]())]);
    this.buttons = Object.fromEntries(made);
    this.range = Object.assign(make('input'), {type: 'range', min: first, step: 1});
    this.range.oninput = () => this.stop(Number(this.range.value) - first);
    this.output = make('output');
    const buttons = make('div', 'buttons', ...Object.values(this.buttons));
    this.bar = make('div', 'bar', buttons, this.range, this.output);
    if (keys) onPageKeys(root, event => this.key(event));
  }

  limit() {
    return this.on.limit?.() ?? this.last;
  }

  moving() {
    return this.playing || (this.following && (this.live || this.at < this.limit()));
  }

  step(at, moved) {
    this.at = Math.max(0, Math.min(this.limit(), at));
    this.refresh();
    this.on.step(moved);
  }

  go(at) {
    this.step(at, true);
    if (!this.playing) this.tell();
  }

  stop(at) {
    this.playing = false;
    this.following = this.live && at >= this.last;
    this.go(at);
    this.run();
  }

  toggle() {
    const begin = !this.moving();
    this.playing = begin;
    this.following = false;
    this.go(begin && this.at >= this.last ? 0 : this.at);
    this.run();
  }

  run() {
    clearTimeout(this.timer);
    const busy = this.playing || (this.following && this.at < this.limit());
    this.root.toggleAttribute('data-moving', busy);
    if (busy) this.timer = setTimeout(() => this.tick(), this.pace);
  }

  tick() {
    if (!this.root.isConnected) return;
    const behind = this.limit() - this.at;
    const next = this.at + (this.playing ? 1 : Math.ceil(behind / BEHIND));
    if (this.playing && next >= this.limit()) {
      this.playing = false;
      this.following = this.live;
    }
    this.step(next, true);
    if (!this.moving()) this.tell();
    this.run();
  }

  tell() {
    if (this.on.tell) later(this.root, this.on.tell);
  }

  // What stands beside the picture, as the state is now.
  refresh() {
    const {range, output, buttons, at, first, off, labels} = this;
    const limit = this.limit();
    Object.assign(range, {max: limit + first, disabled: off});
    range.value = at + first;
    output.textContent = off ? '' : this.on.text();
    range.setAttribute('aria-valuetext', output.textContent);
    const idles = {back: at === 0, forward: at === limit, end: at === limit};
    for (const act in buttons) idle(buttons[act], off || idles[act]);
    if (!buttons.play) return;
    const busy = this.moving() && !off;
    this.root.classList.toggle('playing', busy);
    showSign(buttons.play, busy ? 'pause' : 'play');
    name(buttons.play, busy ? labels.pause : labels.play);
  }

  label(labels) {
    this.labels = labels;
    this.range.setAttribute('aria-label', labels.slider);
    for (const act in this.buttons) if (act !== 'play') name(this.buttons[act], labels[act]);
  }

  key(event) {
    const move = this.on.move ?? (by => this.stop(this.at + by));
    const moves = {
      ArrowLeft: () => move(-1),
      ArrowRight: () => move(1),
      Home: () => this.stop(0),
      End: () => this.stop(this.limit()),
      ...(this.buttons.play && !presses(event) && {' ': () => this.toggle()}),
    };
    if (this.off || !moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }
}

export const player = (root, {acts = ['back', 'forward'], first = 0, pace = 0, keys = true, on}) =>
  new Player(root, {acts, first, pace, keys, on});
