"""Attention swap: one network, another score or another place for the context, and what that changes."""

import streamlit as st

from dashboard import controls, explain, resources
from dashboard.components.quiz import Question
from dashboard.figures import scores, swap
from dashboard.figures.table import table
from dashboard.model_names import way_label


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    controls.intro(say, "swap")
    finding, found = resources.measured("attention-swap"), resources.shipped()[0]
    if not swap.sound(finding):
        st.info(say["finding_none"].format(name="attention-swap"))
        return
    cards = {row["model"]: found[row["model"]] for row in finding["rows"] if row["model"] in found}
    labels = {name: way_label(say, card.family, card.config) for name, card in cards.items()}
    points = [swap.told(point) for point in scores.points(finding["rows"], labels)]
    if not points:
        st.info(say["finding_none"].format(name="attention-swap"))
        return
    if not controls.predict(say) or explain.questions(say, "swap_quiz", [riddle(say, points)]):
        show_table(say, finding, points)
        show_square(say, finding, labels)
    show_maps(say, labels)  # they may help to guess
    explain.show_code(say, "core/findings/attention_swap.py", "attention_swap")


def riddle(say, points) -> Question:
    """Which of them translates best?"""
    names = sorted(point["model"] for point in points)
    best = points[0]
    answer = say["swap_answer"].format(model=best["model"], bleu=f"{best['bleu']:.1f}")
    return Question(say["swap_question"], names, [names.index(best["model"])], answer)


def show_table(say, finding, points) -> None:
    """BLEU with intervals, and the rest of what was measured."""
    st.header(say["swap_table"])
    best, last = points[0], points[-1]
    description = say["swap_described"].format(
        count=len(points), best=best["model"], high=best["bleu"], last=last["model"], low=last["bleu"]
    )
    labels = {name: say[f"score_{name}"] for name in ("model", "bleu", "low", "high")}
    places = {place: say[f"model_place_{place}"] for place in finding["places"]} | {"": say["kind_none"]}
    placed = [{**one, "place": places.get(one["context"], one["context"])} for one in points]
    explain.chart("swap", scores.dots(placed, labels, "place"), description)
    st.markdown(controls.plain(description))
    columns = {say[f"swap_{name}"]: form for name, form in swap.COLUMNS.items()}
    st.html(table(columns, [tuple(one[name] for name in swap.COLUMNS) for one in points]))
    facts = {name: finding[name] for name in ("sentences", "samples", "beam_size")}
    facts["least"] = swap.least(finding["samples"])
    facts["first"] = next((one["model"] for one in points if one["p"] is None), "–")
    st.caption(controls.plain(say["swap_caption"].format(words=max(one["words"] for one in points), **facts)))
    explain.show_data(say, "swap", lambda: points, description)


def show_square(say, finding, labels) -> None:
    """The 2 × 2 study: the score, and where the context goes, each by itself."""
    st.header(say["swap_square"])
    names, places = finding["scores"], finding["places"]
    cells = swap.square(finding["rows"], names, places)
    if not all(value is not None for row in cells for value in row):
        st.info(say["swap_square_missing"])
        return
    columns = {say["swap_score"]: "", **{say[f"model_place_{place}"]: ".1f" for place in places}}
    st.html(table(columns, [(say[f"kind_{score}"], *row) for score, row in zip(names, cells, strict=True)]))
    for one in finding["contrasts"]:
        facts = {"first": labels[one["from"]], "second": labels[one["to"]], "bleu": abs(one["bleu"])}
        facts["p"] = swap.chance(one["p"], finding["samples"])
        st.markdown("- " + controls.plain(say[f"swap_{swap.verdict(one)}"].format(**facts)))


def show_maps(say, labels) -> None:
    """What each kind learned to look at, in the stored example."""
    st.header(say["swap_maps"])
    stored = {name: resources.stored(name) for name in labels}
    attentions = {
        labels[name]: attention for name, trace in stored.items() if trace and (attention := trace.attention())
    }
    if attentions:
        text = next(trace.text for trace in stored.values() if trace)
        description = say["swap_maps_described"].format(count=len(attentions), text=text)
        st.markdown(controls.plain(description))
        explain.chart("swap_small", swap.small_maps(attentions), description)
        st.caption(say["swap_maps_caption"])
        explain.show_data(say, "swap_small", lambda: swap.cells(attentions), description)


main()
