"""Translate: a sentence, a model, its search tree, and where it looked."""

import streamlit as st

from core.records import BeamOptions, DecodeTrace
from dashboard import controls, resources
from dashboard.components.beam_tree import LABELS, beam_tree
from dashboard.figures import alignment, sentence
from dashboard.figures import beam_tree as tree
from dashboard.figures.table import table

DEFAULT = "en-de-transformer"
PLAIN = {"displayModeBar": False}  # on a narrow screen Plotly's buttons cover the title


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    found, _ = resources.shipped()
    controls.intro(say, "translate")
    if not found:
        st.error(say["models_none"])
        return
    first = DEFAULT if DEFAULT in found else next(iter(found))
    known = resources.stored(first)
    text, name = controls.sentence_and_model(say, known.text if known else "", found, first)
    options = controls.beam(say)
    if not text:
        st.info(say["sentence_empty"])
        return
    try:
        with st.spinner(say["loading"]):
            trace = resources.decode(name, text, options)
    except ValueError as error:
        st.error(controls.plain(str(error)))
        return
    show_translation(say, trace, found[name])
    all_models = st.container()
    show_tree(say, trace)
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_alignment(say, trace, found[name])
    with right:
        show_hypotheses(say, trace)
    with all_models:  # above in place, last in time: the other models' searches keep nothing waiting
        show_models(say, found, name, text, options)
    resources.warm_up()


def show_translation(say, trace: DecodeTrace, card) -> None:
    """The best hypothesis, and the sub-words it was made from."""
    with st.container(border=True):
        st.html(sentence.large(trace.hypotheses[0].text))
        facts = {"nodes": len(trace.tree.nodes) - 1, "milliseconds": round(trace.seconds * 1000)}
        measured = card.metrics.get("test_2016")
        if measured:
            facts |= {"model": controls.model_label(card, say), **measured}
        st.caption(say["quality" if measured else "quality_unmeasured"].format(**facts))
        st.caption(say["pieces"])
        st.html(sentence.chips(trace.pieces))
        unknown = dict.fromkeys(piece.text for piece in trace.pieces if piece.unknown)
        if unknown:
            st.warning(say["unknown_pieces"].format(pieces=controls.plain(" ".join(unknown))))


def show_tree(say, trace: DecodeTrace) -> None:
    """The search tree, its sentence and its data."""
    st.subheader(say["tree_title"])
    st.caption(say["tree_caption"].format(beam=trace.options.beam_size))
    labels = {name: say[f"tree_{name}"] for name in LABELS if name != "description"}
    description = say["tree_description"].format(**tree.describe(trace))
    beam_tree(tree.beam_tree(trace), {**labels, "description": description}, key="tree")
    controls.show_data(say, "tree_data", lambda: tree.table(trace), description)


def show_alignment(say, trace: DecodeTrace, card) -> None:
    """Where the best hypothesis looked, or why there is nothing to see."""
    st.subheader(say["alignment_title"])
    attention = trace.hypotheses[0].attention
    if attention is None:
        st.info(say["alignment_none"].format(width=card.config["width"]))
        return
    st.caption(say["alignment_caption"])
    layer, head = controls.layer_and_head(say, attention)
    labels = {"source": say["axis_source"], "target": say["axis_target"], "weight": say["weight"]}
    description = say["alignment_description"].format(**alignment.describe(attention, layer, head))
    figure = alignment.alignment(attention, layer, head, labels)
    st.plotly_chart(figure, width="content", key="alignment", alt=description, config=PLAIN)
    controls.show_data(say, "alignment_data", lambda: alignment.table(attention, layer, head), description)


def show_hypotheses(say, trace: DecodeTrace) -> None:
    """All finished translations with their sums and scores."""
    st.subheader(say["hypotheses_title"])
    st.caption(say["hypotheses_caption"])
    if not trace.hypotheses[0].finished:
        st.warning(say["unfinished_note"])
    rows = [
        (place, found.text, len(found.tokens), found.total, found.score)
        for place, found in enumerate(trace.hypotheses, 1)
    ]
    st.html(table(controls.headed(say, rank="d", text="", length="d", total=".3f", score=".3f"), rows, marked=0))


def show_models(say, found, chosen: str, text: str, options: BeamOptions) -> None:
    """Every model's best translation of the same sentence."""
    rows = []
    for name, card in found.items():
        bleu = card.metrics.get("test_2016", {}).get("bleu")
        try:
            best = resources.decode(name, text, options).hypotheses[0]
            rows.append((controls.model_label(card, say), best.text, best.score, bleu))
        except ValueError as error:
            rows.append((controls.model_label(card, say), str(error), None, bleu))
    st.markdown(f"**{say['compare_title']}**", help=say["compare_caption"])
    columns = controls.headed(say, model="", text="", score=".3f", column_bleu=".1f")
    st.html(table(columns, rows, marked=list(found).index(chosen)))


main()
