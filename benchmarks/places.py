"""The pages and their addresses, for whatever opens them all."""

from urllib.parse import urlencode

from dashboard.pages import PAGES, TABLE

# Those that read a sentence with a model.
READING = tuple(page.name for page in TABLE if page.reads)


def address(page: str, **parameters: object) -> str:
    """A page's path with its state, which is left out where it is None; the first page stands at the root.

    >>> address("step", step=3, lang=None)
    '/step?step=3'
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"/{'' if page == PAGES[0] else page}{'?' if given else ''}{urlencode(given)}"
