"""The pages, one table: menu, keys, tests and pictures follow from it. Nothing but Python is needed.

A page is a folder of dashboard/views, which is its address: page.py draws it, en.py and ru.py hold its words.
"""

GROUPS = {  # of the menu; "" stands outside any
    "": ("home",),
    "watch": ("step", "alignment", "beam", "kinds"),
    "train": ("training", "live"),
    "findings": ("bottleneck", "order", "swap", "models"),
}
PAGES = tuple(name for names in GROUPS.values() for name in names)


def script(name: str) -> str:
    """The file of a page, as Streamlit names it."""
    return f"views/{name}/page.py"
