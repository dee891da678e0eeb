"""Who may look at whom: two sentences in one batch, the shorter one's three grids with and without its pad mask."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.changes import ATTENTION_KINDS
from core.records import Attention, DecodeTrace, Padded
from dashboard import answers, controls, explain, parameters, resources
from dashboard.beginning import Query
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.figures import cells
from dashboard.figures.alignment import labels_of
from dashboard.renewal import renewed

KEY = "masks"
OTHERS = {  # a second sentence in each language, of another length than most
    "en": "Two dogs are running over the green grass.",
    "de": "Zwei Hunde laufen über das grüne Gras.",
    "fr": "Deux chiens courent sur l'herbe verte.",
}
SHORT = {"en": "Two dogs.", "de": "Zwei Hunde.", "fr": "Deux chiens."}
LIKE = range(6, 12)  # sub-words of a sentence that is about as long as the former: the latter stand beside it
LABELS = ("locale", "keys", "layer", "head", "mean", "off", "cell", "closed", "scale")
COMPONENT = component("masks", folder=Path(__file__).parent)


def masks(say: Texts, query: Query, predict: bool) -> None:
    """The second sentence, the grids, and in numbers what the pad mask is for."""
    picture = st.container()
    beside = second(say, query)
    hidden = predict and not explain.questions(say, "masks_quiz", [explain.question(say, "masks", [0])])
    traces = [answers.trace(say, query.model, text) for text in (query.text, beside)]
    if None in traces:
        return
    shorter, longer = sorted(traces, key=lambda trace: len(trace.pieces))
    if len(shorter.pieces) == len(longer.pieces):
        st.info(say["masks_equal"])
    from core.interpret.padding import padded  # which needs torch

    known = answers.ask(say, [query.model], padded, shorter, longer).get(query.model)
    if known is not None:
        with picture:
            description = show(say, shorter, known, hidden)
        explain.formula(say, FORMULA, say["masks_formula"])
        explain.show_data(say, KEY, lambda: table(known), description)


def second(say: Texts, query: Query) -> str:
    """The sentence that is read in the same batch."""
    like = len(resources.pieces(query.model, query.text)) in LIKE
    default = (SHORT if like else OTHERS).get(
        query.card.source, query.text[: len(query.text) // 2].strip() or query.text
    )
    label = say["masks_other"]
    typed = parameters.carried("other", default, lambda: st.text_input(label, default, key="other", **parameters.BOUND))
    text, cut = controls.within_limits(say, typed, "sentence_cut", lambda text: resources.pieces(query.model, text))
    if cut:
        st.warning(cut)
    return text or default


def show(say: Texts, trace: DecodeTrace, known: Padded, hidden: bool) -> str:
    """The component and what it shows in words, which is returned."""
    data = payload(say, known)
    at = places(known)
    facts = numbers(known) | {"text": trace.text, "count": len(known.sources) - known.words}
    description = say["masks_described" if facts["count"] else "masks_unpadded"].format(**facts)
    labels = {name: say[f"masks_{name}"] for name in LABELS}
    texts = chosen_labels("masks", LABELS, labels)
    state = {"at": at, "hidden": hidden, "description": description, "chosen": renewed()}
    COMPONENT(key=KEY, data=data | state | {"labels": texts}, on_at_change=lambda: None)
    if not hidden:
        st.markdown(controls.plain(description))
    return description


def places(known: Padded) -> dict[str, str]:
    """Layer, head and whether the pad mask is off, as the browser or the link says."""
    layers, heads = known.masked["cross"].shape[:2]
    reports = (st.session_state.get(KEY) or {}).get("at") or {}
    return {
        "layer": parameters.reported("layer", reports.get("layer"), parameters.numbers(layers), "1"),
        "head": parameters.reported("head", reports.get("head"), ["mean", *parameters.numbers(heads)], "mean"),
        "pad": parameters.reported("pad", reports.get("pad"), ["hidden", "seen"], "hidden"),
    }


def payload(say: Texts, known: Padded) -> dict[str, Any]:
    """Three maps with both weights; `seen` counts the keys that are no `<pad>`."""
    maps = []
    for kind in ATTENTION_KINDS:
        labels = labels_for(known, kind)
        own, without = (Attention(part[kind], *labels, kind) for part in (known.masked, known.unmasked))
        notes = {"hidden": say[f"masks_{kind}_note"], "seen": say[f"masks_{kind}_seen"]}
        titles = {"title": say[f"masks_{kind}"], "notes": notes}
        seen = known.written if kind == "decoder" else known.words
        content = {"kind": kind, "seen": seen, "pieces": labels_of(own)} | titles
        maps.append(content | {"masked": cells.packed(own.weights), "unmasked": cells.packed(without.weights)})
    return {"id": hashlib.blake2b(json.dumps(maps).encode(), digest_size=8).hexdigest(), "maps": maps}


def labels_for(known: Padded, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels of rows and columns; the decoder reads what it wrote, one place later."""
    sources = tuple(token.removeprefix("▁") or "␣" for token in known.sources)
    padding = known.targets[known.written :]  # in the place of <eos>, which is written and never read
    read = ("<bos>", *known.targets[: known.written - 1], *padding)
    return {"encoder": (sources, sources), "decoder": (known.targets, read), "cross": (known.targets, sources)}[kind]


def numbers(known: Padded) -> dict[str, str]:
    """What `<pad>` would get, how far the words move, and what the translation's tokens are given, on average."""
    words, written = known.words, known.written
    shares = [known.unmasked["encoder"][:, :, :words, words:], known.unmasked["cross"][:, :, :written, words:]]
    facts = {name: f"{part.sum(-1).mean():.0%}" for name, part in zip(("encoder", "cross"), shares, strict=True)}
    facts |= {name: f"{np.exp(np.log(getattr(known, name)).mean()):.2f}" for name in ("sure", "unsure")}
    return facts | {"moved": f"{known.moved[:words].mean():.0%}"}


def table(known: Padded) -> list[dict[str, Any]]:
    """Every pair of the three grids, the mean over layers and heads, with and without the pad mask."""
    rows = []
    for kind in ATTENTION_KINDS:
        queries, keys = labels_for(known, kind)
        own, without = (part[kind].mean((0, 1)) for part in (known.masked, known.unmasked))
        rows += [
            {"attention": kind, "query": query, "key": key, "weight": float(own[i, j]), "without": float(without[i, j])}
            for i, query in enumerate(queries)
            for j, key in enumerate(keys)
        ]
    return rows


FORMULA = (
    r"s_{ij} = \begin{cases} \dfrac{q_i \cdot k_j}{\sqrt{d_k}} & \text{if } i \text{ may look at } j \\"
    r" -\infty & \text{else} \end{cases} \qquad e^{-\infty} = 0"
)
