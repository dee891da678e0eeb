// One pair under teacher forcing and in free running. Python has recorded both: the reader walks without the server.

import {drawn, fill, kept, later, make, named} from '../../components/dom.js';
import {onResize} from '../../components/ink.js';
import {formats, share} from '../../components/numbers.js';
import {player} from '../../components/player.js';
import {draw, lay} from './teacher_draw.js';
import {ending, prefix} from './teacher_words.js';

const ENTRY = ['label', 'text', 'joined', 'loss', 'smoothed', 'rank', 'chosen', 'rest', 'next'];
const views = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = views(parentElement);
  const root = parentElement.querySelector('.root');
  view.tell = () => setStateValue('at', {position: String(view.player.at + 1)});
  if (view.root !== root) mount(view, root);
  accept(view, data);
}

function mount(view, root) {
  const picture = drawn('svg', {class: 'picture', role: 'img'});
  const [line, box] = [make('p', 'line'), make('div', 'box', picture)];
  line.setAttribute('role', 'status');
  const position = () => ({n: view.player.at + 1, N: view.gold.length});
  const on = {
    step: () => show(view),
    text: () => fill(view.labels.position, position()),
    tell: () => view.tell(),
  };
  const walk = player(root, {first: 1, on});
  root.replaceChildren(walk.bar, line, box);
  picture.onclick = ({target}) => {
    const token = target.closest('.go');
    if (token) walk.stop(Number(token.dataset.at));
  };
  Object.assign(view, {root, picture, line, box, player: walk, data: null});
  onResize(box, () => {
    lay(view);
    draw(view);
  });
}

function accept(view, data) {
  const {player: walk, data: before} = view;
  const renewed = before?.renewed !== data.renewed; // by a link, a chip or the browser's Back
  Object.assign(
    view,
    {data, labels: data.labels, formats: formats(data.labels.locale)},
    lanes(data),
  );
  walk.last = view.gold.length - 1;
  if (renewed) walk.at = Number(data.at.position) - 1;
  else if (before.id !== data.id) {
    const first = data.hidden ? 0 : data.worst;
    walk.at = before.text === data.text ? Math.min(walk.at, walk.last) : first;
  }
  if (before && String(walk.at + 1) !== data.at.position) later(view.root, view.tell);
  walk.label(data.labels);
  walk.refresh();
  lay(view);
  show(view);
}

// What Python packed.
export const lanes = ({gold, own}) => ({gold: named(ENTRY, gold), own: named(ENTRY, own)});

function show(view) {
  const {labels, data} = view;
  view.line.textContent = data.hidden ? labels.guess : sentence(view, view.player.at);
  view.picture.setAttribute('aria-label', data.hidden ? labels.hidden : labels.description);
  draw(view);
}

// The position in words, which a screen reader reads out.
export function sentence({gold, labels, data, formats}, at) {
  const {label, loss, rank} = gold[at];
  const read = prefix(gold, at);
  const beyond = rank > data.known;
  const ranked = fill(beyond ? labels.rank_beyond : labels.rank_of, {known: data.known, rank});
  const facts = {token: label, share: share(formats, Math.exp(-loss)), rank: ranked};
  const text = read ? labels.said : labels.said_first;
  return fill(text, {...facts, before: ending(read, 70), loss: formats.two.format(loss)});
}
