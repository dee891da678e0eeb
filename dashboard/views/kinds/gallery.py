"""The tab with a small map of every kind of attention, of which a click opens the numbers."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import controls, explain, parameters
from dashboard.beginning import Query, captions_alone
from dashboard.components import chosen_labels, component
from dashboard.controls import Texts
from dashboard.figures import alignment
from dashboard.model_names import reads_captions
from dashboard.renewal import renewed
from dashboard.views.kinds import attending, figure
from dashboard.views.kinds.places import layer_and_head

KEY = "kinds"
LABELS = (
    "locale",  # "en": how numbers are written
    "description",  # the maps in a sentence
    "keys",  # how to walk the cells
    "hint",  # what a click does, and what the frame is
    "hidden",  # what stands in its place as long as the reader is to guess
    "layer",
    "head",
    "mean",
    "of_mean",  # which head of several is shown: "… {layer} … {heads}"
    "of_head",  # "… {layer} … {head} … {heads}"
    "text",  # a translation in quotes: "… {text} …"
    "cell",  # "{title}: {target} → {source}: {share}"
    "uncut",  # why a map is no difference
    "scale",
    "scale_difference",  # "… {title} …"
)
COMPONENT = component("kinds_gallery", folder=Path(__file__).parent)


def show(say: Texts, query: Query, row: DeltaGenerator) -> None:
    """The tab, top to bottom."""
    query = query._replace(cards=attending.ordered(query.cards))
    with row:
        shows = {name: say[f"shows_{name}"] for name in attending.SHOWS}
        shown = parameters.choice("show", say["shows"], shows, "own")
        predict = controls.predict(say)
    cards = attending.distinct(query.cards, query.model)
    traces, target = attending.together(say, list(cards), query, shown)
    shown = shown if target else "own"
    maps = attending.maps(say, cards, traces, words=shown == "difference")
    if predict and not ask(say, query, maps):
        show_maps(say, query, figure.hidden(maps), "own" if shown == "difference" else shown, target, hidden=True)
    else:
        show_maps(say, query, maps, shown, target, hidden=False)
    if not predict:
        attending.without(say, cards, query.text)
    captions_alone(say, query.text, [cards[name] for name in traces if reads_captions(cards[name])])


def ask(say: Texts, query: Query, maps: list[figure.Map]) -> bool:
    """Whose map is which; whether all has been answered."""
    guesses, questions = figure.guesses(maps), []
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


def show_maps(say: Texts, query: Query, maps: list[figure.Map], shown: str, target: str, *, hidden: bool) -> None:
    """The maps, what they are of, and their data."""
    chosen = next((picture.name for picture in maps if picture.name == query.model), "")
    if shown == "difference" and not chosen:
        st.info(say["kinds_no_difference"])
    payload = figure.payload(maps, chosen, shown)
    held = (st.session_state.get(KEY) or {}).get("at") or {}
    at = layer_and_head(held, payload["layers"], payload["heads"])
    panels = figure.shown(maps, query.model, shown, *figure.place(at))
    description = attending.described(say, panels, shown, hidden)
    texts = {name: say[f"maps_{name}"] for name in LABELS if f"maps_{name}" in say}
    texts |= {name: say[name] for name in ("layer", "head", "mean")} | {"description": description}
    state = {"at": at, "hidden": hidden, "renewed": renewed(), "labels": chosen_labels("gallery", LABELS, texts)}
    COMPONENT(key=KEY, data=payload | state, on_at_change=lambda: None, on_opened_change=open_numbers)
    if shown != "own":
        st.caption(say[f"kinds_{shown}"].format(text=controls.plain(target)))
    if maps:
        trace = next((picture.trace for picture in maps if picture.name == chosen), maps[0].trace)
        explain.show_data(say, KEY, lambda: alignment.table(panels), description, trace)


def open_numbers() -> None:
    """Show the numbers of the map that was clicked, at the row that was, before anything is drawn."""
    if opened := (st.session_state.get(KEY) or {}).get("opened"):
        controls.choose({"tab": "numbers", "model": opened["model"], "step": opened["step"]})
