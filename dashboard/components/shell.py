"""Around every page: a button that copies its link, keys for the whole page, and the overlay that names them."""

from collections.abc import Sequence

from dashboard.components import chosen_labels, component

LABELS = ("copy", "copied", "copy_failed", "help", "close")
COMPONENT = component("shell")


def shell(pages: Sequence[str], keys: Sequence[tuple[str, str]], labels: dict[str, str]) -> str | None:
    """The page that a number key asks for (its place in `pages`, from 1), or None. `keys` are named in the overlay."""
    data = {"pages": list(pages), "keys": list(keys), "labels": chosen_labels("shell", LABELS, labels)}
    return COMPONENT(key="shell", data=data, width="content", on_page_change=lambda: None).page
