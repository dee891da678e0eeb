// Keys for a whole page, which never take one from what has the focus.

// A field, a slider, an open menu or dialog has its own use for a key.
const typing = event =>
  event.defaultPrevented ||
  event.altKey ||
  event.ctrlKey ||
  event.metaKey ||
  within(
    event,
    'input, textarea, select, [contenteditable=true], [role=slider], [role=radiogroup], [role=menu], [role=listbox], dialog[open]',
  );

const within = (event, selector) =>
  event.composedPath().some(element => element.matches?.(selector));

// Whether the space bar presses what has the focus or opens what is folded.
export const presses = event => within(event, 'button, a, summary, [role=button], [role=tab]');

// As long as `root` stands in the page; mounted again, the old keys are gone.
const controls = new Map();
function listen(root, kind, act) {
  const mine = controls.get(kind) ?? new WeakMap();
  controls.set(kind, mine);
  mine.get(root)?.abort();
  const control = new AbortController();
  mine.set(root, control);
  document.addEventListener(
    'keydown',
    event => {
      if (!root.isConnected) control.abort();
      else act(event);
    },
    {signal: control.signal},
  );
}

export const onPageKeys = (root, act) => listen(root, 'page', event => typing(event) || act(event));

// A letter with Ctrl or ⌘, wherever the focus is.
export const onShortcut = (root, letter, act) =>
  listen(root, letter, event => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== letter) return;
    event.preventDefault();
    act();
  });
