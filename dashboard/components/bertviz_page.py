"""BertViz (Vig 2019) without the internet: its own pages, with the libraries that they ask the network for put inside.

Everything third-party is read from the installed packages when a page is made; nothing of it is kept here.
"""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import distribution

import numpy as np

JQUERY = ("XStatic-jQuery", "xstatic/pkg/jquery/data/jquery.slim.min.js")
D3 = ("XStatic-D3", "xstatic/pkg/d3/data/d3.js")
FAINT = 0.01  # a weight below it is a line that nobody sees
# BertViz asks require.js for jQuery and d3 5; this hands it the jQuery and the d3 3 above. A line for each weight makes
# long sentences slow, so those that are too faint to be seen are not drawn.
REQUIRE = """
const append = d3.selection.enter.prototype.append;
d3.selection.enter.prototype.append = function (name) {
  if (name === 'line') for (const group of this)
    group.forEach((node, i) => { if (node.__data__ < FAINT) group[i] = null; });
  return append.call(this, name);
};
d3.schemeCategory10 = d3.scale.category10().range();
window.require = {config() {}};
window.requirejs = (names, run) => run(...names.map(name => ({jquery: window.$, d3: window.d3})[name]));
"""
SCRIPT = '<script type="text/javascript">'
LINES = 20_000  # that a browser draws at once without a pause that is felt
# What BertViz writes in black on no ground, in the page's colours.
STYLE = """<style>
html {{background: {ground}; color: {ink}; color-scheme: {scheme}}} body {{margin: 8px; overflow-x: auto}}
text {{fill: {ink}}} .background {{fill: {lit}}} #vis > svg {{max-width: none}}
</style>"""
COLOURS = {
    False: {"ground": "white", "ink": "black", "lit": "lightgray", "scheme": "light"},
    True: {"ground": "black", "ink": "#eee", "lit": "#444", "scheme": "dark"},
}
# To the page around: its height; the layer and head, counted from 1, that were chosen there: in the list of layers, by
# a double click on a head's colour, by a click on a small picture.
TELL = """
const layers = %s, tell = message => parent === window || parent.postMessage({bertviz: message}, '*');
new ResizeObserver(() => tell({height: document.body.offsetHeight + 20})).observe(document.body);
$('#layer').on('change', event => tell({layer: String(Number(event.currentTarget.value) + 1)}));
addEventListener('dblclick', ({target}) => {
  const head = [...target.parentNode.children].indexOf(target) + 1;
  if (target.matches('#vis > svg > g > rect[width="20"]')) tell({head: String(head)});
});
addEventListener('click', ({target, isTrusted}) => {
  const [layer, head] = (target.parentNode.firstChild?.id ?? '').match(/\\d+/g) ?? [];
  if (isTrusted && head) tell({layer: String(layers[layer] + 1), head: String(Number(head) + 1)});
});
"""
OPEN = """
const region = document.getElementById('attn_background_%d_%d')?.parentNode.lastChild;
region?.dispatchEvent(new MouseEvent('click'));
"""


@cache
def libraries() -> str:
    """The scripts that BertViz asks for."""
    scripts = [distribution(name).locate_file(path).read_text("utf-8") for name, path in (JQUERY, D3)]
    return "".join(f"<script>{code}</script>" for code in [*scripts, f"const FAINT = {FAINT};{REQUIRE}"])


def page(
    view: str,
    weights: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    layer: int,
    head: int | None,
    *,
    dark: bool,
) -> str:
    """A "head_view" or "model_view" of the weights (L, H, rows, columns) as one HTML page; layer and head from 0.

    Weights have three decimals. Where a model view would draw more than `LINES` lines it has the chosen layer alone.
    """
    try:
        import bertviz
        import torch

        scripts = libraries()
    except ImportError as error:  # which a package without its files is, too
        raise ValueError(f"BertViz can't be shown: {error}; python run.py installs what is missing") from error
    rounded = [torch.from_numpy(part[None].astype(np.float64).round(3)) for part in weights]
    shared = {"cross_attention": rounded, "decoder_tokens": list(rows), "encoder_tokens": list(columns)}
    shared |= {"prettify_tokens": False, "html_action": "return"}
    if view == "head_view":
        heads = None if head is None else [head]
        return offline(bertviz.head_view(layer=layer, heads=heads, **shared).data, scripts, TELL % [], dark=dark)
    layers = [layer] if (weights >= FAINT).sum() > LINES else list(range(len(weights)))
    shown = bertviz.model_view(display_mode="dark" if dark else "light", include_layers=layers, **shared)
    opened = "" if head is None else OPEN % (layers.index(layer), head)
    return offline(shown.data, scripts, TELL % layers + opened, dark=dark)


def offline(html: str, scripts: str, after: str, *, dark: bool) -> str:
    """A page of BertViz with `scripts` in the place of those from the network, and tokens that can't close its own.

    `after` runs at its end. ValueError if it is not as BertViz 1.4 makes it.
    """
    body, begun, own = html.partition(SCRIPT)
    loader, _, body = body.partition("</script>")
    if not begun or "require.js" not in loader:
        raise ValueError("this bertviz makes other pages than version 1.4.1: install that one")
    own = own.rpartition("</script>")[0].replace("</", "<\\/").replace("<!--", "<\\!--")
    style = STYLE.format(**COLOURS[dark])
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>BertViz</title>{style}'
    return f"{head}<body>{scripts}{body}{SCRIPT}{own}</script><script>{after}</script></body></html>"
