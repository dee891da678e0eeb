"""Positions in the reader's own sentence: added to its embeddings, and what is lost without them."""

import random
from typing import Any

import numpy as np
import streamlit as st

from core.checkpoints import Card
from core.text.variants import shuffled, shuffled_places
from dashboard import answers, beginning, controls, explain, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.figures.bottleneck import has_example
from dashboard.figures.table import table
from dashboard.model_names import reads_captions
from dashboard.pages import script
from dashboard.views.positions import figure, latex, settings, tables
from dashboard.views.positions.pick import pick
from dashboard.views.positions.pictures import SIDES, names, show

WITHOUT, WITH = "en-de-transformer-no-positions", "en-de-transformer-small"  # alike but for that
KINDS = {WITHOUT: "without", WITH: "with"}
NOTHING: dict[str, Any] = {"sentences": [], "texts": {}}


def read(query: Query) -> tuple[np.ndarray, np.ndarray]:
    """What a model reads: the scaled embeddings (S, D) and what it adds to them; ValueError if its file is damaged."""
    words, kind = resources.embedded(query.model, query.text), query.card.config.get("positions")
    positions = np.arange(len(words))
    if kind == "learned":
        learned = resources.tensor(query.model, "positions.table")
        return words, learned[positions.clip(max=len(learned) - 1)]
    return words, tables.sinusoidal(positions, words.shape[1], tables.BASE) * (kind == "sinusoidal")


def added(say: Texts, query: Query, *, hidden: bool) -> None:
    """A word's embedding, its position and their sum; how long both are, for every word."""
    picture, side = st.columns(SIDES, gap="medium")
    both = answers.answered([query.model], lambda _: read(query)).get(query.model)
    if both is None or hidden:
        return
    words, place = both
    labels = [*(piece.text for piece in resources.pieces(query.model, query.text)), "<eos>"]
    with side:
        at = settings.field(say, "word", len(labels), 3, low=1) - 1
    norms = np.linalg.norm(both, axis=-1)
    facts = {"word": labels[at], "at": at, "embedding": f"{norms[0, at]:.1f}", "position": f"{norms[1, at]:.1f}"}
    description = say["added_described"].format(**facts)
    texts = names(say) | {name: say[f"added_{name}"] for name in ("embedding", "position", "sum")}
    parts = {texts["embedding"]: words, texts["position"]: place}
    with picture:
        drawn = [
            figure.sums(texts, say["added_title"].format(word=labels[at]), words[at], place[at]),
            figure.bars(say["added_length"], labels, parts, at),
        ]
        show("positions_added", drawn, description)
        pick("positions_added_1", lambda x, _: controls.choose({"word": x + 1}))
    with side:
        st.markdown(controls.plain(description))
        if not place.any():
            st.info(say["added_none"])
    explain.formula(say, latex.added(0, words[at, 0], place[at, 0], words.shape[1]), say["added_formula"])
    rows = [
        {"position": number, "word": label, "embedding": float(length), "added": float(more)}
        for number, (label, length, more) in enumerate(zip(labels, *norms, strict=True))
    ]
    explain.show_data(say, "positions_added", lambda: rows, description)


def serves(card: Card) -> bool:
    """Whether the models that the first picture compares are there and read a model's language."""
    cards = resources.shipped()[0]
    return KINDS.keys() <= cards.keys() and card.source == cards[WITH].source


def why(say: Texts, query: Query, *, hidden: bool) -> None:
    """The sentence and its words shuffled, translated by a model without positions and by one with."""
    cards = resources.shipped()[0]
    if not serves(query.card):
        st.info(say["why_language" if KINDS.keys() <= cards.keys() else "why_missing"])
        return
    picture = st.container(key="positions_why")
    with st.container(horizontal=True, vertical_alignment="center"):
        seed = controls.order(say)
        st.page_link(script("order"), label=say["why_more"], icon=":material/arrow_forward:")
    mixed = shuffled(query.text, random.Random(seed))
    orders = "", query.text, mixed, ""
    headings = controls.headed(say, model="", order_written="", order_shuffled="", order_same="")
    if hidden:
        names = resources.labels(say, list(KINDS))
        with picture:
            st.html(table(headings, [orders, *((name, *"???") for name in names.values())]))
        return
    example = resources.measured("word-order")
    stored = example["example"] if example and has_example(example) else NOTHING
    texts = answers.translations(say, list(KINDS), [query.text, mixed], stored)
    names = resources.labels(say, list(texts))
    rows = [orders, *(compared(say, names[name], *both) for name, both in texts.items())]
    with picture:
        st.html(table(headings, rows))
    if not reads_captions(query.card):  # of which the top of the page says it
        beginning.captions_alone(say, query.text, [cards[name] for name in KINDS])
    with st.expander(say["why_vectors"], key="why_vectors", on_change="rerun") as opened:
        if opened.open:
            vectors(say, query, seed)
    data = [dict(zip(("model", "as written", "shuffled", "same"), row, strict=True)) for row in rows]
    explain.show_data(say, "positions_why", lambda: data, say["why_table"].format(text=mixed))


def compared(say: Texts, model: str, written: str, mixed: str) -> tuple[str, ...]:
    """A row of the table: what a model writes of both orders, and whether that is the same."""
    return model, written, mixed, say["order_yes" if written == mixed else "order_no"]


def vectors(say: Texts, query: Query, seed: int) -> None:
    """The same order of words through both encoders: where each word's vector went."""
    from core.interpret.equivariance import shuffled_rows  # which needs torch

    read = resources.pieces(WITH, query.text)
    places = shuffled_places(query.text, [piece.start for piece in read], random.Random(seed))
    encoded = answers.ask(say, KINDS, shuffled_rows, query.text, tuple(places))
    if len(encoded) < len(KINDS):
        return
    pieces = [*(piece.text for piece in read), "<eos>"]
    order, written, mixed = encoded[WITHOUT]
    words = [pieces[place] for place in order]
    moved = {say[f"why_{KINDS[name]}"]: new - old[order] for name, (_, old, new) in encoded.items()}
    most = [float(np.abs(part).max()) for part in moved.values()]
    description = say["why_described"].format(**{"with": f"{most[1]:.2f}"})
    drawn = [
        figure.outputs(say["why_written"], written, pieces),
        figure.outputs(say["why_mixed"], mixed, words),
        figure.bars(say["why_moved"], words, moved),
    ]
    show("positions_vectors", drawn, description)
    st.markdown(controls.plain(description))
    st.latex(latex.equivariance(*most))
    st.caption(say["why_formula"])
    lengths = {name: np.linalg.norm(part, axis=1) for name, part in moved.items()}
    rows = [
        {"word": word, **{name: float(part[at]) for name, part in lengths.items()}} for at, word in enumerate(words)
    ]
    explain.show_data(say, "positions_vectors", lambda: rows, description)
