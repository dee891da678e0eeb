// A page of BertViz in a frame of its own, which may run its scripts and touch nothing else; it tells its height,
// and the layer and head that are chosen in it. Below it stands how long it took until it was drawn.

import {fill, kept, later, make, write} from '../../components/dom.js';
import {formats} from '../../components/numbers.js';

const viewOf = kept(() => ({}));

export default function ({data, parentElement, setStateValue}) {
  const view = viewOf(parentElement);
  const root = parentElement.querySelector('.root');
  if (view.root !== root) {
    view.frame = make('iframe', 'page');
    view.frame.setAttribute('sandbox', 'allow-scripts');
    view.line = make('p', 'drawn');
    root.replaceChildren(view.frame, view.line);
    Object.assign(view, {root, id: null});
  }
  view.frame.title = data.title;
  if (view.id !== data.id) {
    Object.assign(view, {id: data.id, began: performance.now()});
    write(view.line, '');
    view.frame.srcdoc = data.page;
  }
  const drawn = () => {
    const seconds = formats(data.labels.locale).one.format((performance.now() - view.began) / 1000);
    write(view.line, fill(data.labels.drawn, {seconds}));
    view.began = null;
  };
  const hear = ({source, data: message}) => {
    if (source !== view.frame.contentWindow || !message?.bertviz) return;
    const {height, ...at} = message.bertviz;
    if (height) {
      view.frame.style.height = `${Math.ceil(height)}px`;
      if (view.began !== null) requestAnimationFrame(() => view.began !== null && drawn());
    } else later(root, () => setStateValue('at', at), 0);
  };
  addEventListener('message', hear);
  return () => removeEventListener('message', hear);
}
