// What every page has: copy its link, and keys for the whole page with an overlay that names them.

export default function ({data, parentElement, setTriggerValue}) {
  const root = parentElement.querySelector('.root'), $ = selector => root.querySelector(selector), {labels} = data;
  const dialog = $('dialog'), copy = $('.copy');
  copy.textContent = labels.copy;
  copy.onclick = () => share($('.said'), labels);
  name($('.help'), labels.help);
  $('.help').onclick = () => dialog.showModal();
  $('h2').textContent = labels.help;
  dialog.setAttribute('aria-label', labels.help);
  $('.close').textContent = labels.close;
  $('dl').replaceChildren(...data.keys.flatMap(([key, meaning]) => [make('dt', '', key), make('dd', '', meaning)]));
  onPageKeys(root, event => {
    if (dialog.open) return;
    const page = data.pages[+event.key - 1];
    if (event.key === '?') dialog.showModal();
    else if (event.key === '/') document.querySelector('.st-key-text input')?.focus();
    else if (page) setTriggerValue('page', page);
    else return;
    event.preventDefault();
  });
  reachWhatScrolls(root);
  oneEntryAPage();
}

// Back leads to the page before, as it was left. By itself Streamlit adds an entry whenever parameters change, and on the way
// to another page it first empties the address of the one that is left.
const WAY = 1000;                                         // ms from that to the new page
let before = null;                                        // the address when the last changes of parameters began
function oneEntryAPage() {
  if (history.pushState !== History.prototype.pushState) return;
  history.pushState = (state, title, url) => {
    const now = performance.now(), recent = before && now - before.changed < WAY;
    if (new URL(url, location.href).pathname === location.pathname) {
      before = {url: recent ? before.url : location.href, changed: now};
      return history.replaceState(state, title, url);
    }
    if (recent) history.replaceState(state, title, before.url);
    before = null;
    History.prototype.pushState.call(history, state, title, url);
  };
}

// A formula, chart or table wider than its place scrolls, so the keyboard must reach it: Streamlit gives it no tab stop.
const WIDE = '.katex-display, [data-testid=stElementContainer]:has(.js-plotly-plot), [data-testid=stHtml] > div, [data-testid=stCode] pre';
const reached = new WeakSet();
function reachWhatScrolls(root) {
  if (reached.has(root)) return;
  reached.add(root);
  let timer;
  const reach = () => {
    for (const wide of document.querySelectorAll(WIDE))
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
      else wide.removeAttribute('tabindex');
    root.toggleAttribute('data-moving', false);
  };
  const soon = () => {                                    // once the page stands still
    clearTimeout(timer);
    root.toggleAttribute('data-moving', true);
    timer = setTimeout(reach, 200);
  };
  const control = new AbortController(), watch = new MutationObserver(() => {
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
  try { await navigator.clipboard.writeText(location.href); done = true; } catch {    // only over https or on this machine
    const field = document.body.appendChild(make('textarea'));
    field.value = location.href;
    field.select();
    try { done = document.execCommand('copy'); } catch { /* said below */ }
    field.remove();
  }
  said.textContent = done ? labels.copied : labels.copy_failed;
  setTimeout(() => { said.textContent = ''; }, 3000);
}
