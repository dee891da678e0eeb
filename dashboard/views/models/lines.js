// The lines of a document with their numbers: sorted by any column, a line opens on a click and leads to the pages.

import {kept, make, set, write} from '../../components/dom.js';

const SHARES = ['coverage'];
const NUMBERS = {line: 0, score: 2, ratio: 2};
const COLUMNS = ['line', 'source', 'text', 'score', 'ratio', 'word', 'coverage'];
const BY = {word: 'probability'}; // what sorts a column that shows something else
const viewOf = kept(() => ({by: 'line', down: false, open: null}));

export default function ({data, parentElement, setTriggerValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  Object.assign(view, {root, data, go: (page, text) => setTriggerValue('open', [page, text])});
  show(view);
}

// Rows by a column, upwards or down; those that have no value there come last.
export function order(rows, by, down) {
  const compare = (a, b) => (typeof a === 'string' ? a.localeCompare(b) : a - b);
  const known = rows.filter(row => row[by] != null);
  const sorted = known.toSorted((a, b) => compare(a[by], b[by]) * (down ? -1 : 1));
  return [...sorted, ...rows.filter(row => row[by] == null)];
}

function show(view) {
  const {root, data} = view;
  const table = make(
    'table',
    '',
    make('thead', '', make('tr', '', ...COLUMNS.map(at => head(view, at)))),
  );
  set(table, {'aria-label': data.labels.description});
  const body = make('tbody');
  for (const row of order(data.rows, BY[view.by] ?? view.by, view.down)) {
    body.append(line(view, row));
    if (row.line === view.open) body.append(pages(view, row));
  }
  table.append(body);
  const at = root.getRootNode().activeElement?.dataset?.focus;
  root.replaceChildren(table);
  if (at) root.querySelector(`[data-focus="${at}"]`)?.focus();
}

function head(view, column) {
  const button = make('button', '', view.data.labels[column]);
  Object.assign(button, {type: 'button', onclick: () => sort(view, column)}).dataset.focus = column;
  const sorted = view.by === column;
  if (sorted) button.append(view.down ? '\u00a0↓' : '\u00a0↑');
  const cell = set(make('th', column, button), {scope: 'col'});
  return sorted ? set(cell, {'aria-sort': view.down ? 'descending' : 'ascending'}) : cell;
}

function sort(view, column) {
  view.down = view.by === column && !view.down;
  view.by = column;
  show(view);
}

function line(view, row) {
  const cells = COLUMNS.map(column => {
    const cell = set(make('td', column), {'data-column': view.data.labels[column]});
    cell.append(column === 'line' ? opener(view, row) : content(view, row, column));
    if (column === 'source' && row.outside)
      cell.append(make('span', 'outside', view.data.labels.outside));
    return cell;
  });
  const element = make('tr', row.line === view.open ? 'open' : '', ...cells);
  element.onclick = () => toggle(view, row);
  return element;
}

function opener(view, row) {
  const button = set(make('button', '', String(row.line)), {
    type: 'button',
    'aria-expanded': row.line === view.open,
  });
  button.dataset.focus = `line${row.line}`;
  return button;
}

function toggle(view, row) {
  view.open = view.open === row.line ? null : row.line;
  show(view);
}

function content({data}, row, column) {
  const value = row[column];
  if (value == null) return '–';
  if (column in NUMBERS) return value.toFixed(NUMBERS[column]);
  const share = SHARES.includes(column) ? value : column === 'word' ? row.probability : null;
  if (share === null) return value;
  const bar = make('span', 'bar-in');
  bar.style.width = `${100 * share}%`;
  const {format} = new Intl.NumberFormat(data.labels.locale, {style: 'percent'});
  const percent = share < 0.01 ? `< ${format(0.01)}` : format(share);
  const text = column === 'word' ? `${value} ${percent}` : percent;
  return make('span', 'share', write(make('span'), text), make('span', 'track', bar));
}

function pages(view, row) {
  const links = view.data.pages.map(([name, title]) => {
    const link = make('a', '', title);
    const address = new URL(name + location.search, document.baseURI);
    address.searchParams.set('text', row.source);
    link.href = address;
    link.onclick = event => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      view.go(name, row.source);
    };
    return link;
  });
  const cell = set(make('td', 'pages', view.data.labels.open, ...links), {colspan: COLUMNS.length});
  return make('tr', 'open', cell);
}
