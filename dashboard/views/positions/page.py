"""Positions: what tells a Transformer the order of its words, as tables, waves, distances, rotations and sums."""

import streamlit as st

from dashboard import beginning, controls, explain
from dashboard.views.positions import pictures, sentence, settings

VIEWS = {
    "why": sentence.why,
    "small": pictures.small,
    "matrix": pictures.matrix,
    "waves": pictures.waves,
    "distance": pictures.distance,
    "rotation": pictures.rotation,
    "added": sentence.added,
}
TABLES = ("small", "matrix", "waves", "distance", "rotation")  # of the sinusoidal table, whatever the model
TRIES = {
    "robot": {"view": "small", "text": "I am a robot"},
    "surface": {"view": "matrix", "form": "surface"},
    "dog": {"view": "why", "text": "A dog bites a man.", "seed": "21"},  # who bites whom
}
# Of the options of each question.
RIGHT = {"why": 1, "small": 1, "matrix": 0, "waves": 1, "distance": 0, "rotation": 1, "added": 0}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.asked(say, "positions", explore, TRIES)
    explain.show_code(say, "core/models/positional.py", "sinusoidal", say["positions_paper"])


@st.fragment
def explore(say, query: beginning.Query) -> None:
    """Everything that a control of this page changes: one view at a time."""
    first = "" if sentence.serves(query.card) else "small"
    view, predict = controls.picture(say, "view", VIEWS, "view", first)
    own = settings.own_positions(query.card)
    if view in TABLES and own != "sinusoidal":
        st.info(say["positions_other"].format(reason=say[f"positions_reason_{own}"]))
    riddle = explain.question(say, f"ask_{view}", [RIGHT[view]])
    hidden = predict and not explain.questions(say, f"positions_quiz_{view}", [riddle])
    VIEWS[view](say, query, hidden=hidden)


main()
