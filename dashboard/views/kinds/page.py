"""Attention kinds: one sentence through every model that attends, and the numbers behind each weight."""

from dashboard import beginning, controls, explain
from dashboard.views.kinds import gallery, numbers

TABS = {"gallery": gallery.show, "numbers": numbers.show}  # the last argument is the row of the controls
TRIES = {
    "window": {"tab": "numbers", "model": "en-de-rnn-local-p"},
    "difference": {"tab": "gallery", "show": "difference"},
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.question(say, "kinds", explore, TRIES)
    explain.show_code(say, "core/models/attention.py", "attend", say["kinds_paper"])


def explore(say, query: beginning.Query) -> None:
    """Everything that a control of this page changes: one tab at a time."""
    tab, row = controls.tab({name: say[f"kinds_tab_{name}"] for name in TABS}, say["kinds_tabs"])
    TABS[tab](say, query, row)


main()
