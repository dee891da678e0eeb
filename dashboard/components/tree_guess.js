// Predict, then reveal: which of a step's candidates the best path goes through.

import {fill, make} from './dom.js';
import {quiz} from './questions.js';

const CHOICES = 6; // candidates to choose from

// A candidate by its last two tokens: "gelben Regen", "Regenmantel".
export function ending(nodes, {parent, label, step}) {
  if (step < 2) return label;
  const before = nodes[parent].label.replace(/^·/, '…');
  return label.startsWith('·') ? before + label.slice(1) : `${before} ${label}`;
}

// The candidates of a step, the likeliest first: {label, sum, right}.
export function candidates({nodes, best}, step) {
  const byLabel = new Map();
  nodes.forEach((node, i) => {
    if (node.step !== step) return;
    const label = ending(nodes, node);
    const known = byLabel.get(label) ?? {sum: Number.NEGATIVE_INFINITY, right: false};
    const sum = Math.max(known.sum, node.sum ?? Number.NEGATIVE_INFINITY);
    byLabel.set(label, {label, sum, right: known.right || best.has(i)});
  });
  return [...byLabel.values()].sort((a, b) => b.sum - a.sum);
}

// What is asked at a step: {texts, label: the right one, rank: its place of `of` candidates, given}.
export function question(tree, step) {
  const all = candidates(tree, step);
  const right = all.findIndex(candidate => candidate.right);
  const others = all.filter((_, i) => i !== right).slice(0, CHOICES - 1);
  const texts = [all[right], ...others].map(({label}) => label);
  texts.sort((a, b) => a.localeCompare(b));
  return {texts, label: all[right].label, rank: right + 1, of: all.length, given: null};
}

// The step at which the best path ends.
const lastStep = ({nodes, best}) => Math.max(...[...best].map(i => nodes[i].step));

// The questions of a view's first tree in `place`. `on.opened()`: one more step's fates may be seen.
class Guessing {
  constructor(view, place, on) {
    Object.assign(this, {view, place, on, answers: new Map(), shown: null});
  }

  asking() {
    const {predict, steps, opened} = this.view;
    return predict && steps.at === opened + 1;
  }

  begin() {
    const {view} = this;
    this.answers.clear();
    this.shown = null;
    view.opened = Math.max(0, Math.min(view.steps.at, lastStep(view.trees[0])) - 1);
  }

  open() {
    const {view} = this;
    const {at} = view.steps;
    view.opened = at >= lastStep(view.trees[0]) ? Number.POSITIVE_INFINITY : at;
    this.on.opened();
  }

  key(step, texts) {
    const {trees, labels} = this.view;
    return `${trees[0].key} ${step} ${labels.locale} ${texts}`;
  }

  ask() {
    const {view, place} = this;
    const {at} = view.steps;
    const [tree] = view.trees;
    if (this.asking() && candidates(tree, at).length < 2) {
      this.open(); // nothing to choose, nothing to ask
      return;
    }
    const known = view.predict && this.answers.get(at);
    const visible = Boolean(known || this.asking());
    const wanted = visible ? this.key(at, known?.texts?.length) : '';
    if (this.shown === wanted) return; // drawn again it would lose the focus
    this.shown = wanted;
    place.hidden = !visible;
    if (visible) this.pose(known || question(tree, at));
  }

  pose(content) {
    const {steps, labels} = this.view;
    const {texts, label, rank, of, given} = content;
    const shown = {
      question: fill(labels.question, {n: steps.at}),
      options: texts,
      right: [texts.indexOf(label)],
      answer: fill(labels.answer, {path: label, n: rank, N: of}),
    };
    quiz(this.place, shown, labels, given, index => {
      this.answers.set(steps.at, {...content, given: index});
      this.shown = this.key(steps.at, texts.length);
      this.open();
      this.onward()?.focus();
    });
    if (given != null) this.onward();
  }

  // To the next question.
  onward() {
    const {view, place} = this;
    if (view.opened === Number.POSITIVE_INFINITY) return null;
    const button = Object.assign(make('button', 'next', view.labels.next), {type: 'button'});
    button.onclick = () => {
      view.steps.stop(view.steps.at + 1);
      place.querySelector('.option')?.focus();
    };
    return place.appendChild(button);
  }

  // A candidate in the tree itself; whether it was an answer.
  choose(i) {
    const {view, place} = this;
    const [tree] = view.trees;
    const node = tree.nodes[i];
    if (!node || !this.asking() || node.step !== view.steps.at) return false;
    const content = question(tree, node.step);
    const text = ending(tree.nodes, node);
    if (!content.texts.includes(text)) this.pose({...content, texts: [...content.texts, text]});
    [...place.querySelectorAll('.option')].find(button => button.textContent === text).click();
    return true;
  }
}

export const guessing = (view, place, on) => new Guessing(view, place, on);
