// What every page has: copy its link, keys for the whole page with an overlay that names them, a field that finds any page,
// model or term, the browser's history, and an id by which the tab finds its trainings again.

import {make, name} from './dom.js';
import {keepHistory} from './history.js';
import {onPageKeys, onShortcut} from './keys.js';
import {palette} from './palette.js';

let page; // the one shown last

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const root = parentElement.querySelector('.root'),
    $ = selector => root.querySelector(selector),
    {labels} = data;
  const [overlay, finder] = [$('.overlay'), $('.palette')];
  $('.copy span').textContent = labels.copy;
  name($('.copy'), labels.copy);
  $('.copy').onclick = () => share($('.said'), labels);
  name($('.help'), labels.help);
  $('.help').onclick = () => show(overlay);
  $('h2').textContent = labels.help;
  overlay.setAttribute('aria-label', labels.help);
  $('.close').textContent = labels.close;
  $('dl').replaceChildren(
    ...data.keys.flatMap(([key, meaning]) => [make('dt', '', key), make('dd', '', meaning)]),
  );
  const go = wanted => setTriggerValue('page', wanted);
  const find = palette(finder, data.entries, labels, ({kind, name: wanted}) =>
    setTriggerValue(kind, wanted),
  );
  name($('.find'), `${labels.find} (Ctrl+K)`);
  $('.find').onclick = find;
  onShortcut(root, 'k', () => overlay.open || finder.open || find());
  onPageKeys(root, event => {
    if (overlay.open || finder.open) return;
    if (goes(root, event.key, data.pages, go)) return event.preventDefault();
    if (event.key === '?') show(overlay);
    else if (event.key === '/') document.querySelector('.st-key-text input')?.focus();
    else if (/^[0-9]$/.test(event.key)) dial(root, event.key, data.pages, go);
    else return;
    event.preventDefault();
  });
  reachWhatScrolls(root);
  keepHistory(root, search => setTriggerValue('address', search));
  if (page !== data.page) begin();
  page = data.page;
  identify(data.keeps, setStateValue);
}

// A dialog from its top: its button, which has the focus, stands at its end.
function show(dialog) {
  dialog.showModal();
  dialog.scrollTop = 0;
}

// Streamlit's own buttons go with the title: what stays in sight begins at the top.
const HIGH = 48; // px of the title's row
function lift(scrolled) {
  const header = document.querySelector('[data-testid=stHeader]');
  if (header) header.style.transform = scrolled ? `translateY(-${Math.min(scrolled, HIGH)}px)` : '';
}

// A page begins at its top; a menu that lies over it has done its work.
const FOLD =
  '[data-testid=stSidebar][data-collapsed=false] [data-testid=stSidebarCollapseButton] button';
function begin() {
  const main = document.querySelector('[data-testid=stMain]');
  main.scrollTo(0, 0);
  main.onscroll = () => lift(main.scrollTop);
  lift(0);
  if (innerWidth < 768) document.querySelector(FOLD)?.click();
}

// The tab's id, which nobody guesses, once it has something to find again; told to the server once a session.
const TAB = 'seqscope-tab';
let told = false;
function identify(keeps, setStateValue) {
  let id;
  try {
    id = sessionStorage.getItem(TAB);
    if (!id && keeps) {
      id = [...crypto.getRandomValues(new Uint8Array(16))]
        .map(byte => byte.toString(16).padStart(2, '0'))
        .join('');
      sessionStorage.setItem(TAB, id);
    }
  } catch {
    return; // the browser keeps nothing
  }
  if (!id || told) return;
  told = true;
  setStateValue('tab', {
    id,
    opened: new URL(performance.getEntriesByType('navigation')[0].name).search,
  });
}

// `g`, and then the letter of a page.
const WAIT = 1500; // ms
const prefixed = new WeakMap();
function goes(root, key, pages, go) {
  const recent = performance.now() - (prefixed.get(root) ?? -WAIT) < WAIT;
  prefixed.delete(root);
  const wanted = recent && pages.find(([, letter]) => letter === key);
  if (wanted) go(wanted[0]);
  else if (key === 'g') prefixed.set(root, performance.now());
  return Boolean(wanted) || key === 'g';
}

// The page of a number: at once where no longer number begins so, else when no further digit comes.
const FURTHER = 600; // ms
const dialled = new WeakMap();
function dial(root, digit, pages, go) {
  const before = dialled.get(root);
  clearTimeout(before?.timer);
  const number = Number((before?.digits ?? '') + digit);
  const end = () => {
    dialled.delete(root);
    if (pages[number - 1]) go(pages[number - 1][0]);
  };
  if (number * 10 > pages.length) end();
  else if (number) dialled.set(root, {digits: String(number), timer: setTimeout(end, FURTHER)});
}

// A formula, chart or table wider than its place scrolls, so the keyboard must reach it: Streamlit gives it no tab stop.
const WIDE =
  '.katex-display, [data-testid=stElementContainer]:has(.js-plotly-plot), [data-testid=stHtml] > div, [data-testid=stCode] pre';
// These show by a shadow that there is more to the right.
const SIDEWAYS = '.wide, .st-key-swap_small, .st-key-tries, .st-key-controls';
const more = row =>
  row.toggleAttribute('data-more', row.scrollLeft + row.clientWidth < row.scrollWidth - 1);
const reached = new WeakSet();
function reachWhatScrolls(root) {
  if (reached.has(root)) return;
  reached.add(root);
  let timer;
  const reach = () => {
    for (const wide of document.querySelectorAll(WIDE))
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
      else wide.removeAttribute('tabindex');
    for (const row of document.querySelectorAll(SIDEWAYS)) {
      row.onscroll = () => more(row);
      more(row);
    }
    root.toggleAttribute('data-moving', false);
  };
  const soon = () => {
    // once the page stands still
    clearTimeout(timer);
    root.toggleAttribute('data-moving', true);
    timer = setTimeout(reach, 200);
  };
  const control = new AbortController(),
    watch = new MutationObserver(() => {
      if (root.isConnected) return soon();
      watch.disconnect();
      control.abort();
    });
  watch.observe(document.body, {childList: true, subtree: true});
  addEventListener('resize', soon, {signal: control.signal});
  soon();
}

async function share(said, labels) {
  let done = false;
  try {
    await navigator.clipboard.writeText(location.href);
    done = true;
  } catch {
    // only over https or on this machine
    const field = document.body.appendChild(make('textarea'));
    field.value = location.href;
    field.select();
    try {
      done = document.execCommand('copy');
    } catch {
      /* said below */
    }
    field.remove();
  }
  said.textContent = done ? labels.copied : labels.copy_failed;
  setTimeout(() => {
    said.textContent = '';
  }, 3000);
}
