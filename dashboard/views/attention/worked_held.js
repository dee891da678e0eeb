// What Python has sent of a sentence and of what its model has learnt, each part opened once.

import {unpacked} from '../../components/attention.js';
import {openBlock, openMatrices, own} from './worked_numbers.js';

// Take what is new into the view: {maps, opened, learned}.
export function receive(view, data) {
  const {data: before} = view;
  const other = before?.id !== data.id;
  if (other)
    view.maps = Object.fromEntries(
      Object.entries(data.maps).map(([kind, {weights, pieces}]) => [
        kind,
        {...unpacked(weights), rows: pieces[0], columns: pieces[1]},
      ]),
    );
  const count = ({blocks}) => Object.keys(blocks).length;
  if (other || count(before) !== count(data)) view.opened = new Map();
  if (before?.model !== data.model) view.learned = new Map();
  const {matrices} = data;
  if (matrices && !view.learned.has(matrices.of))
    view.learned.set(matrices.of, openMatrices(matrices));
}

// The chosen attention as Python names it.
const nameOf = ({at}) => `${at.attention} ${Number(at.layer) - 1}`;

// Stages of all heads together.
export const LATE = ['joined', 'output', 'summed', 'left'];
const SHOWN = ['vectors', 'output']; // stages that show learned matrices

// Whether a stage waits for learned matrices: to show them, or to let a change pass through them.
export const lacks = ({block, matrices, stage, kind, at}) =>
  block && !matrices && (SHOWN.includes(stage) || (LATE.indexOf(stage) > 0 && !own(kind, at)));

// Its numbers; null where they are still to come.
export function blockOf(view) {
  const {data, at, opened} = view;
  const name = nameOf(view);
  if (!data.blocks[name]) return null;
  if (!opened.has(name)) opened.set(name, openBlock(data.blocks[name], at.attention, data.memory));
  return opened.get(name);
}

// Its learned matrices; null where they are still to come.
export const learnedOf = view => view.learned.get(nameOf(view)) ?? null;
