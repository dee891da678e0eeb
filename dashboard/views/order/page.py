"""Word order: the reader's words shuffled, read by models with and without positions; and what that costs, measured."""

import random

import streamlit as st

from core.text.variants import shuffled
from dashboard import answers, beginning, controls, explain, resources
from dashboard.figures import scores
from dashboard.figures.bottleneck import has_example
from dashboard.figures.table import table

ORDERS = ("as written", "shuffled")
# Shuffle 21 of five words has the second and the last change places: who bites whom.
TRIES = {
    "dog": {"text": "A dog bites a man.", "seed": "21"},
    "woman": {"text": "A woman kisses a man.", "seed": "21"},
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    query = beginning.query(say, "order", TRIES, serves="en-de")
    finding, cards = resources.measured("word-order"), resources.shipped()[0]
    if not (scores.sound(finding, scores.ORDER) and has_example(finding)):
        st.info(say["finding_none"].format(name="word-order"))
        return
    names = [name for name in dict.fromkeys(row["model"] for row in finding["rows"]) if name in cards]
    labels = resources.labels(say, names)
    if query:
        shuffle(say, query, labels)
    measured(say, finding, labels)
    explain.show_code(say, "core/findings/word_order.py", "word_order", say["order_paper"])


@st.fragment
def shuffle(say, query: beginning.Query, labels: dict[str, str]) -> None:
    """The sentence as it is and shuffled, and what each model makes of both."""
    with controls.row():
        seed = controls.order(say)
        predict = controls.predict(say)
    mixed = shuffled(query.text, random.Random(seed))
    st.markdown(say["order_mixed"].format(text=controls.plain(mixed)))
    example = resources.measured("word-order")["example"]
    texts = answers.translations(say, labels, [query.text, mixed], example)
    same = [written == shuffled for written, shuffled in texts.values()]
    rows = [
        (labels[name], *texts[name], say["order_yes" if alike else "order_no"])
        for name, alike in zip(texts, same, strict=True)
    ]
    if predict and rows:
        names = [row[0] for row in rows]
        options = [*names, say["order_none"]]
        right = [place for place, alike in enumerate(same) if alike] or [len(names)]
        models = ", ".join(options[place] for place in right)
        if not explain.questions(say, "order_quiz", [explain.question(say, "order", right, options, models=models)]):
            return
    columns = controls.headed(say, model="", order_written="", order_shuffled="", order_same="")
    st.html(table(columns, rows))
    beginning.captions_alone(say, query.text, [query.cards[name] for name in texts])
    data = [dict(zip(("model", "as written", "shuffled", "same"), row, strict=True)) for row in rows]
    explain.show_data(say, "order", lambda: data, say["order_mixed"].format(text=mixed))


def measured(say, finding, labels: dict[str, str]) -> None:
    """BLEU of both orders."""
    st.header(say["order_measured"])
    words = {order: say[f"order_{order.split()[-1]}"] for order in ORDERS}
    rows = [{**row, "order": words.get(row["order"], row["order"])} for row in finding["rows"]]
    points = scores.points(rows, labels)
    written = [point for point in points if point["order"] == words["as written"]]
    facts = [
        (point, next(other for other in points if other["model"] == point["model"] and other is not point))
        for point in written
    ]
    description = " ".join(
        say["order_described"].format(
            model=point["model"], bleu=point["bleu"], shuffled=other["bleu"], same=point["same"]
        )
        for point, other in facts
    )
    labelled = {name: say[f"score_{name}"] for name in ("model", "bleu", "low", "high")}
    explain.chart("orders", scores.dots(points, labelled, "order"), description)
    st.markdown(controls.plain(description))
    st.caption(
        controls.plain(
            say["order_caption"].format(**{name: finding[name] for name in ("sentences", "samples", "beam_size")})
        )
    )
    explain.show_data(say, "orders", lambda: points, description)


main()
