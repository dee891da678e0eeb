"""Training: teacher forcing token by token, its schedules, every model's curve, and what each regime changed."""

import streamlit as st

from dashboard import beginning, controls, explain
from dashboard.views.training.curves import measured
from dashboard.views.training.sampling import sampling
from dashboard.views.training.walk import teach

TABS = {"teacher": teach, "schedules": sampling, "regimes": measured}  # the last argument is the row of the controls
TRIES = {
    "smooth": {"tab": "teacher", "smoothing": 0.1},
    "other": {
        "tab": "teacher",
        "text": "Two children with yellow umbrellas are jumping over a puddle in the park.",
        "target": "Im Park hüpfen zwei Kinder mit gelben Regenschirmen über eine Pfütze.",
    },
    "mix": {"tab": "schedules", "way": "passes", "mixed": "0"},
    "judge": {"tab": "schedules", "way": "judge"},
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.question(say, "training", explore, TRIES, predict=True)
    explain.show_code(say, "core/training/regimes.py", "teacher_forcing", say["training_paper"])


@st.fragment
def explore(say, query: beginning.Query) -> None:
    """Everything that a control of this page changes: one tab at a time."""
    tab, row = controls.tab({name: say[f"training_tab_{name}"] for name in TABS}, say["training_tabs"])
    TABS[tab](say, query, row)


main()
