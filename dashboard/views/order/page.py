"""Word order: what shuffling costs, measured; the reader's words in another order, read with and without positions."""

import streamlit as st

from dashboard import answers, beginning, controls, explain, resources
from dashboard.beginning import DEFAULT
from dashboard.figures import scores
from dashboard.figures.bottleneck import has_example
from dashboard.figures.rewriting import word_diff
from dashboard.figures.table import table
from dashboard.model_names import kind_label
from dashboard.views.order import words

TRIES = {
    "dog": {"text": "A dog bites a man.", "words": "1,5,3,4,2"},
    "woman": {"text": "A woman kisses a man.", "words": "1,5,3,4,2"},
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    query = beginning.query(say, "order", TRIES, serves="en-de", predict=True)
    finding, cards = resources.measured("word-order"), resources.shipped()[0]
    if not (scores.sound(finding, scores.ORDER) and has_example(finding)):
        st.info(say["finding_none"].format(name="word-order"))
        return
    names = [name for name in dict.fromkeys(row["model"] for row in finding["rows"]) if name in cards]
    labels = {name: kind_label(say, cards[name].family, cards[name].config) for name in names}
    guessing = query and query.predict  # then what is measured would give the answer away
    if not guessing:
        measured(say, finding, labels)
    if query:
        rearrange(say, query, names)
    if guessing:
        measured(say, finding, labels)
    explain.show_code(say, "core/findings/word_order.py", "word_order", say["order_paper"])


def measured(say, finding, labels: dict[str, str]) -> None:
    """BLEU of both orders."""
    words = {"as written": say["order_written"], "shuffled": say["order_mixed_up"]}
    rows = [{**row, "order": words.get(row["order"], row["order"])} for row in finding["rows"]]
    points = scores.points(rows, labels)
    pairs = [
        (point, next(other for other in points if other["model"] == point["model"] and other is not point))
        for point in points
        if point["order"] == words["as written"]
    ]
    description = " ".join(
        say["order_described"].format(
            model=point["model"], bleu=point["bleu"], shuffled=other["bleu"], same=point["same"]
        )
        for point, other in pairs
    )
    labelled = {name: say[f"score_{name}"] for name in ("model", "bleu", "low", "high")}
    explain.chart("orders", scores.dots(points, labelled, "order"), description)
    facts = {name: finding[name] for name in ("sentences", "samples", "beam_size")}
    st.caption(controls.plain(say["order_caption"].format(**facts)))
    explain.show_data(say, "orders", lambda: points, description)


@st.fragment
def rearrange(say, query: beginning.Query, names: list[str]) -> None:
    """The sentence as it is and in another order, and what each model makes of both."""
    mixed = words.reordered(say, query.text)
    example, sentences = resources.measured("word-order")["example"], [query.text, mixed]
    if DEFAULT in query.cards and (sentences != example["sentences"] or DEFAULT in example["texts"]):
        names = [*names, DEFAULT]
    texts = answers.translations(say, names, sentences, example)
    beginning.captions_alone(say, query.text, [query.cards[name] for name in texts if name != DEFAULT])
    labels = resources.labels(say, list(texts))
    same = [written == other for written, other in texts.values()]
    if query.predict and texts:
        options = [*labels.values(), say["order_none"]]
        right = [place for place, alike in enumerate(same) if alike] or [len(labels)]
        models = ", ".join(options[place] for place in right)
        if not explain.questions(say, "order_quiz", [explain.question(say, "order", right, options, models=models)]):
            return
    rows = [
        (labels[name], written, changed(written, other), say["order_yes" if alike else "order_no"])
        for (name, (written, other)), alike in zip(texts.items(), same, strict=True)
    ]
    columns = controls.headed(say, model="", order_written="", order_shuffled="", order_same="")
    st.html(table(columns, rows))
    st.caption(say["order_changed"])
    data = [
        {"model": labels[name], "as written": written, "in the new order": other, "same": written == other}
        for name, (written, other) in texts.items()
    ]
    explain.show_data(say, "order_yours", lambda: data, say["order_mixed"].format(text=mixed))


def changed(before: str, after: str) -> list[tuple[str, str]]:
    """A translation with the words marked that stand in no such place of the one before."""
    return [(way, some) for way, some in word_diff(before, after) if way != "gone"]


main()
