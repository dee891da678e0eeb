"""Word order: the reader's words shuffled, read by models with and without positions; and what that costs, measured."""

import random

import streamlit as st

from core.text.variants import shuffled
from dashboard import controls, explain, frame, growing, resources
from dashboard.components.quiz import Question
from dashboard.figures import scores
from dashboard.figures.bottleneck import has_example
from dashboard.figures.table import table

ORDERS = ("as written", "shuffled")


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    asked = frame.asked(say, "order", choose_model=False)
    finding, found = resources.measured("word-order"), resources.shipped()[0]
    if not (scores.sound(finding, scores.ORDER) and has_example(finding)):
        st.info(say["finding_none"].format(name="word-order"))
        return
    names = [name for name in dict.fromkeys(row["model"] for row in finding["rows"]) if name in found]
    labels = resources.labels(say, names)
    if asked:
        shuffle(say, asked, labels)
    measured(say, finding, labels)
    explain.show_code(say, "core/findings/word_order.py", "word_order")


@st.fragment
def shuffle(say, asked: frame.Asked, labels: dict[str, str]) -> None:
    """The sentence as it is and shuffled, and what each model makes of both."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = int(controls.number("seed", say["order_seed"], 1, 20, 1, help=say["order_seed_help"]))
        predict = controls.predict(say)
    mixed = shuffled(asked.text, random.Random(seed))
    st.markdown(say["order_mixed"].format(text=controls.plain(mixed)))
    example = resources.measured("word-order")["example"]
    texts = growing.written(say, labels, [asked.text, mixed], example)
    growing.unknown_pieces(say, texts, asked.text)
    same = [one == other for one, other in texts.values()]
    rows = [
        (labels[name], *texts[name], say["order_yes" if one else "order_no"])
        for name, one in zip(texts, same, strict=True)
    ]
    if predict and rows:
        names = [row[0] for row in rows]
        options = [*names, say["order_none"]]
        right = [place for place, one in enumerate(same) if one] or [len(names)]
        answer = say["order_answer"].format(models=", ".join(options[place] for place in right))
        if not explain.questions(say, "order_quiz", [Question(say["order_question"], options, right, answer)]):
            return
    columns = controls.headed(say, model="", order_written="", order_shuffled="", order_same="")
    st.html(table(columns, rows))
    data = [dict(zip(("model", "as written", "shuffled", "same"), row, strict=True)) for row in rows]
    explain.show_data(say, "order", lambda: data, say["order_mixed"].format(text=mixed))


def measured(say, finding, labels: dict[str, str]) -> None:
    """BLEU of both orders."""
    st.header(say["order_measured"])
    words = {order: say[f"order_{order.split()[-1]}"] for order in ORDERS}
    rows = [{**row, "order": words.get(row["order"], row["order"])} for row in finding["rows"]]
    points = scores.points(rows, labels)
    said = [one for one in points if one["order"] == words["as written"]]
    facts = [
        (one, next(other for other in points if other["model"] == one["model"] and other is not one)) for one in said
    ]
    description = " ".join(
        say["order_described"].format(model=one["model"], bleu=one["bleu"], shuffled=other["bleu"], same=one["same"])
        for one, other in facts
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
