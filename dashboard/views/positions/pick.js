// A click into one of Plotly's pictures below a key, told as the place that was hit. It listens from the first press on,
// as Plotly draws its picture after this has run, and sometimes anew.

const tellers = new Map(),
  heard = new WeakSet();

export default function ({data, setTriggerValue}) {
  const control = new AbortController();
  tellers.set(data.picture, setTriggerValue);
  const listen = event => {
    const plot = event.target.closest?.(`.st-key-${data.picture} .js-plotly-plot`);
    if (!plot || heard.has(plot)) return;
    heard.add(plot);
    plot.on('plotly_click', ({points: [{x, y}]}) => tellers.get(data.picture)('place', [x, y]));
  };
  document.addEventListener('pointerdown', listen, {capture: true, signal: control.signal});
  return () => control.abort();
}
