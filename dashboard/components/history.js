// The browser's history: a page, a sentence, a model, what steers a search and what a chip does are entries, what is turned
// on a page is not.
// By itself Streamlit adds an entry whenever parameters change, on the way to another page first empties the address of
// the one that is left, and on Back within a page restores just a part of what the address says.

import {later} from './dom.js';

const ENTRIES = ['text', 'model', 'prefix', 'ban'];
const STILL = 250; // ms without a change of the address, after which it is what the reader asked for
const RUNNING = '[data-testid=stApp]:not([data-test-script-state=notRunning])';

// Whether two addresses are two entries: another page, sentence or model, or another search.
export function differ(one, other) {
  const [a, b] = [one, other].map(url => new URL(url));
  return (
    a.pathname !== b.pathname ||
    ENTRIES.some(name => a.searchParams.get(name) !== b.searchParams.get(name))
  );
}

let travel; // tells Python where Back or Forward leads
let place; // an element that is `data-telling` until the history is written
let last = location.href; // the entry that the reader is on, as it was when they came or last changed it
let asked = false; // whether a chip was pressed since
let arriving = true; // what a page makes of its address on arrival is no new entry

// Keep the history of a page, from the first call on.
export function keepHistory(root, onTravel) {
  place = root;
  travel = onTravel;
  if (history.pushState !== History.prototype.pushState) return settle();
  const own = History.prototype;
  history.pushState = (state, title, url) => {
    const next = new URL(url, location.href).href;
    if (new URL(next).pathname === location.pathname)
      own.replaceState.call(history, state, title, url);
    else {
      own.replaceState.call(history, state, title, last);
      own.pushState.call(history, state, title, url);
      arrive();
    }
    settle();
  };
  history.replaceState = (state, title, url) => {
    own.replaceState.call(history, state, title, url);
    settle();
  };
  addEventListener('click', ({target}) => {
    asked ||= target.closest('.st-key-tries .stButton') !== null;
  });
  addEventListener('ontravel' in window ? 'travel' : 'popstate', onBack); // `travel`: before Streamlit (serve.py)
  settle();
}

function onBack(event) {
  const here = new URL(last).pathname === location.pathname;
  arrive();
  settle();
  if (!here) return; // another page: Streamlit goes there
  event.preventDefault();
  travel(location.search);
}

function arrive() {
  last = location.href;
  asked = false;
  arriving = true;
}

function settle() {
  later(place, write, STILL);
}

// The address by now, as an entry of its own if it is another one.
function write() {
  if (document.querySelector(RUNNING)) return settle();
  const own = History.prototype;
  const url = location.href;
  if (!arriving && (asked ? last !== url : differ(last, url))) {
    own.replaceState.call(history, history.state, '', last);
    own.pushState.call(history, history.state, '', url);
  }
  if (last !== url) asked = false;
  last = url;
  arriving = false;
}
