"""Attention kinds: one sentence through every model that attends, and the numbers behind each weight."""

import streamlit as st

from dashboard import answers, beginning, controls, explain, parameters
from dashboard.views.kinds import attending, formulas, notes
from dashboard.views.kinds import figure as figures
from dashboard.views.kinds import kinds_component as component

TRIES = {"window": {"model": "en-de-rnn-local-p"}, "difference": {"show": "difference"}}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.asked(say, "kinds", explore, TRIES)
    explain.show_code(say, "core/models/attention.py", "attend", say["kinds_paper"])


def explore(say, query: beginning.Query) -> None:
    """The maps, and the chosen model's numbers."""
    query = query._replace(cards=attending.ordered(query.cards))
    with controls.row():
        shows = {name: say[f"shows_{name}"] for name in attending.SHOWS}
        show = parameters.choice("show", say["shows"], shows, "own")
        predict = controls.predict(say)
    cards = attending.distinct(query.cards, query.model)
    traces, target = attending.together(say, list(cards), query, show)
    show = show if target else "own"
    maps = attending.maps(say, cards, traces, words=show == "difference")
    if predict and not ask(say, query, maps):
        show_maps(say, query, figures.hidden(maps), "own" if show == "difference" else show, target, hidden=True)
    else:
        show_maps(say, query, maps, show, target, hidden=False)
    if not predict:
        attending.without(say, cards, query.text)
        code = formulas.FORMULAS[attending.kind_of(query.card)].code
        if code:
            explain.show_code(say, "core/models/attention_scores.py", code)


def ask(say, query: beginning.Query, maps: list[figures.Map]) -> bool:
    """Whose map is which; whether all has been answered."""
    guesses, questions = figures.guesses(maps), []
    if not guesses:
        st.info(say["kinds_alone"])
        return True
    titles = {picture.name: picture.title for picture in maps}
    for guess in guesses:
        words = say[f"kind_words_{attending.kind_of(query.cards[guess.name])}"]
        facts = {"title": titles[guess.name], "words": words, "letter": guess.letter}
        right = guess.options.index(guess.letter)
        questions.append(explain.question(say, "kinds", [right], guess.options, **facts))
    return explain.questions(say, "kinds_quiz", questions) == len(questions)


def show_maps(say, query: beginning.Query, maps: list[figures.Map], show: str, target: str, *, hidden: bool) -> None:
    """The maps, the chosen model's numbers, formula and data."""
    chosen = next((picture for picture in maps if picture.name == query.model), None)
    if show == "difference" and not chosen:
        st.info(say["kinds_no_difference"])
    wanted, numbered = component.wanted("kinds"), bool(chosen) and show != "difference"
    steps = answers.attention_steps(query.model, query.text, target, wake=wanted) if numbered else None
    payload = figures.payload(maps, query.model if chosen else "", show, steps)
    at = component.places("kinds", payload)
    layer, head = figures.place(at)
    panels = figures.shown(maps, query.model, show, layer, head)
    description = attending.described(say, panels, show, hidden)
    texts = {name: say[f"maps_{name}"] for name in component.LABELS if f"maps_{name}" in say}
    texts |= {name: say[name] for name in ("layer", "head", "mean")} | {"description": description}
    state = {"at": at, "hidden": hidden, "pending": numbered and not steps and not wanted}
    component.kinds(payload | state, texts, key="kinds")
    if show != "own":
        st.caption(say[f"kinds_{show}"].format(text=controls.plain(target)))
    if steps:
        show_formula(say, query, steps, int(at["step"]) - 1, layer, head)
    if maps:
        title = chosen.title if chosen else ""
        trace = (chosen or maps[0]).trace
        explain.show_data(say, "kinds", lambda: figures.table(panels, steps, title, layer, head), description, trace)


def show_formula(say, query: beginning.Query, steps, step: int, layer: int, head: int | None) -> None:
    """The score of the chosen kind, with the numbers of the step."""
    kind, place = attending.kind_of(query.card), attending.place_of(query.card)
    layer, head = figures.sharpest(steps, layer, head, step)
    latex = formulas.with_numbers(steps, place, step, layer, head)
    parts = [say[f"kind_words_{kind}"]] + ([say[f"place_words_{place}"]] if place else [])
    papers = [formulas.FORMULAS[kind].paper] + ([formulas.PLACES[place]] if place else [])
    explain.formula(say, latex, f"{' '.join(parts)} ({'; '.join(papers)})")
    with st.expander(say["kinds_notes"]):
        for name, facts in notes.notes(steps, layer, head, step).items():
            words = {key: controls.plain(fact) if isinstance(fact, str) else fact for key, fact in facts.items()}
            st.markdown(say[f"kinds_note_{name}"].format(**words))


main()
