"""Attention kinds: one sentence through every model that attends, and the numbers behind each weight."""

import streamlit as st

from dashboard import controls, explain, frame, resources
from dashboard.components.quiz import Question
from dashboard.views.kinds import attending, formulas
from dashboard.views.kinds import figure as figures
from dashboard.views.kinds import kinds_component as component


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    asked = frame.asked(say, "kinds", choose_model=False)
    if asked:
        explore(say, asked._replace(found=attending.ordered(asked.found)))


@st.fragment
def explore(say, asked: frame.Asked) -> None:
    """Everything that a control of this page changes."""
    labels = resources.labels(say, asked.found)
    asked = asked._replace(model=controls.one_of_many("model", say["kinds_model"], labels, asked.model))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shows = {name: say[f"shows_{name}"] for name in attending.SHOWS}
        show = controls.choice("show", say["shows"], shows, "own", tip=say["shows_help"])
        predict = controls.predict(say)
    found = attending.distinct(asked.found, asked.model)
    traces, target = attending.together(say, list(found), asked, show)
    if asked.model in traces:
        frame.unknown_pieces(say, traces[asked.model])
    show = show if target else "own"
    maps = attending.maps(say, found, traces, words=show == "difference")
    if predict and not ask(say, asked, maps):
        show_maps(say, asked, figures.hidden(maps), "own" if show == "difference" else show, target, hidden=True)
    else:
        show_maps(say, asked, maps, show, target, hidden=False)
    if not predict:
        attending.without(say, found, asked.text)
        code = formulas.FORMULAS[attending.kind_of(asked.card)].code
        if code:
            explain.show_code(say, "core/models/attention_scores.py", code)
    explain.show_code(say, "core/models/attention.py", "attend")


def ask(say, asked: frame.Asked, maps: list[figures.Map]) -> bool:
    """Whose map is which; whether all has been answered."""
    guesses, questions = figures.guesses(maps), []
    if not guesses:
        st.info(say["kinds_alone"])
        return True
    titles = {one.name: one.title for one in maps}
    for guess in guesses:
        words = say[f"kind_words_{attending.kind_of(asked.found[guess.name])}"]
        question = say["kinds_question"].format(title=titles[guess.name], words=words)
        answer = say["kinds_answer"].format(title=titles[guess.name], letter=guess.letter)
        questions.append(Question(question, guess.options, [guess.options.index(guess.letter)], answer))
    return explain.questions(say, "kinds_quiz", questions) == len(questions)


def show_maps(say, asked: frame.Asked, maps: list[figures.Map], show: str, target: str, *, hidden: bool) -> None:
    """The maps, the chosen model's numbers, formula and data."""
    chosen = next((one for one in maps if one.name == asked.model), None)
    if show != "own":
        st.caption(say[f"kinds_{show}"].format(text=controls.plain(target)))
    if show == "difference" and not chosen:
        st.info(say["kinds_no_difference"])
    wanted, numbered = component.wanted("kinds"), bool(chosen) and show != "difference"
    steps = attending.steps_of(asked.model, asked.text, target, wanted) if numbered else None
    payload = figures.payload(maps, asked.model if chosen else "", show, steps)
    at = component.places("kinds", payload)
    layer, head = figures.place(at)
    panels = figures.shown(maps, asked.model, show, layer, head)
    description = attending.described(say, panels, show, hidden)
    texts = {name: say[f"maps_{name}"] for name in component.LABELS if f"maps_{name}" in say}
    texts |= {name: say[name] for name in ("layer", "head", "mean")} | {"description": description}
    state = {"at": at, "hidden": hidden, "pending": numbered and not steps and not wanted}
    component.kinds(payload | state, texts, key="kinds")
    if steps:
        show_formula(say, asked, steps, int(at["step"]) - 1, layer, head)
    if maps:
        title = chosen.title if chosen else ""
        trace = (chosen or maps[0]).trace
        explain.show_data(say, "kinds", lambda: figures.table(panels, steps, title, layer, head), description, trace)


def show_formula(say, asked: frame.Asked, steps, step: int, layer: int, head: int | None) -> None:
    """The score of the chosen kind, with the numbers of the step."""
    kind, place = attending.kind_of(asked.card), attending.place_of(asked.card)
    latex = formulas.with_numbers(steps, place, step, *figures.sharpest(steps, layer, head, step))
    parts = [say[f"kind_words_{kind}"]] + ([say[f"place_words_{place}"]] if place else [])
    papers = [formulas.FORMULAS[kind].paper] + ([formulas.PLACES[place]] if place else [])
    explain.formula(say, latex, f"{' '.join(parts)} ({'; '.join(papers)})")


main()
