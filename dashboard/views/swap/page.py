"""Attention swap: one network, another score or another place for the context, and what that changes."""

import streamlit as st

from dashboard import controls, explain, resources, trying
from dashboard.components.quiz import Question
from dashboard.figures import scores, swap
from dashboard.figures.table import table
from dashboard.views.swap import ways

GUESSED = 4  # models to choose from
TRIES = {"mean": {"page": "kinds", "model": "en-de-rnn-mean"}}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    predict = trying.see(say, "swap", TRIES, predict=True)
    finding, shipped = resources.measured("attention-swap"), resources.shipped()[0]
    rows = finding["rows"] if swap.sound(finding) else []
    cards = {row["model"]: shipped[row["model"]] for row in rows if row["model"] in shipped}
    labels = {name: ways.named(say, card) for name, card in cards.items()}
    points = [swap.described(point) for point in scores.points(rows, labels)]
    if not points:
        st.info(say["finding_none"].format(name="attention-swap"))
        return
    if predict:
        ways.show(say, cards.values(), opened=True)
    if not predict or explain.questions(say, "swap_quiz", [riddle(say, points)]):
        show_chart(say, points)
        if not predict:
            ways.show(say, cards.values(), opened=False)
        show_table(say, finding, points)
        show_square(say, finding, labels)
        show_maps(say, labels)
    explain.show_code(say, "core/findings/attention_swap.py", "attention_swap", say["swap_paper"])


def riddle(say, points) -> Question:
    """Which of a few translates best?"""
    names = sorted(point["model"] for point in swap.apart(points, GUESSED))
    best = points[0]
    facts = {"model": best["model"], "bleu": f"{best['bleu']:.1f}"}
    return explain.question(say, "swap", [names.index(best["model"])], names, **facts)


def show_chart(say, points) -> None:
    """BLEU with intervals."""
    best, last = points[0], points[-1]
    description = say["swap_described"].format(
        count=len(points), best=best["model"], high=best["bleu"], last=last["model"], low=last["bleu"]
    )
    labels = {name: say[f"score_{name}"] for name in ("model", "bleu", "low", "high")}
    places = {point["context"] for point in points if point["context"]}
    words = {place: say["swap_place"].format(place=say[f"model_place_{place}"]) for place in places}
    placed = [{**point, "place": words.get(point["context"], say["kind_none"])} for point in points]
    explain.chart("swap", scores.dots(placed, labels, "place"), description)
    st.caption(controls.plain(description))
    explain.show_data(say, "swap", lambda: points, description)


def show_table(say, finding, points) -> None:
    """All that was measured, and what p means where it stands."""
    with st.expander(say["swap_all"], key="swap_all", on_change="rerun") as opened:
        if not opened.open:
            return
        facts = {name: finding[name] for name in ("sentences", "samples", "beam_size")}
        first = next((point["model"] for point in points if point["p"] is None), "–")
        least = swap.least(finding["samples"])
        st.markdown(say["swap_p_means"].format(first=controls.plain(first), least=least, samples=finding["samples"]))
        columns = {say[f"swap_{name}"]: form for name, form in swap.COLUMNS.items()}
        verdicts = {name: say[f"swap_is_{name}"] for name in ("real", "chance", "first")}
        st.html(table(columns, [swap.line(point, finding["samples"], verdicts) for point in points]))
        facts["words"] = max(point["words"] for point in points)
        st.caption(controls.plain(say["swap_caption"].format(**facts)))


def show_square(say, finding, labels) -> None:
    """The 2 × 2 study: the score, and where the context goes, each by itself."""
    st.header(say["swap_square"])
    names, places = finding["scores"], finding["places"]
    cells = swap.square(finding["rows"], names, places)
    if not all(value is not None for row in cells for value in row):
        st.info(say["swap_square_missing"])
        return
    columns = {say["swap_score"]: "", **{say[f"model_place_{place}"]: ".1f" for place in places}}
    st.html(table(columns, [(say[f"swap_kind_{score}"], *row) for score, row in zip(names, cells, strict=True)]))
    for contrast in finding["contrasts"]:
        st.markdown(f"- {verdict(say, finding, labels, contrast)}")
    for contrast in finding.get("twins", []):
        if {contrast["from"], contrast["to"]} <= labels.keys():
            st.markdown(f"- {say['swap_twins']} {verdict(say, finding, labels, contrast)}")


def verdict(say, finding, labels, contrast) -> str:
    """Which of two models is better, and whether by more than chance."""
    facts = {"first": labels[contrast["from"]], "second": labels[contrast["to"]], "bleu": abs(contrast["bleu"])}
    facts["p"] = swap.chance(contrast["p"], finding["samples"])
    return controls.plain(say[f"swap_{swap.verdict(contrast)}"].format(**facts))


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
