"""One parameter of a page: how its value travels between a link, a widget or component, the address and other pages.

A parameter has one name: its widget's key, and its name in the address, where only what differs from the default
stands. Drawing it takes, in this order, what the reader chose last on any page (kept_NAME), what the link says, and the
default; what it then shows is kept and written into the address. This is work, as on each change of page Streamlit
empties the address and takes every widget for a new one, and as its own binding would write what a button shows, so
that a link spoke one language only.

A widget that shows its own value (`number`, `switch`, a text by `carried`) is bound to the address by Streamlit. One
of a few (`choice`, `one_of_many`) and what is chosen inside a component (`reported`) are written by `addressed`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException

from dashboard.renewal import SHARED, drawn, renew

OWN = ("target",)  # those that two pages have, each its own
BOUND = {"bind": "query-params"}  # what makes Streamlit keep a widget and the address alike
Value = TypeVar("Value")


class Refused(NamedTuple):
    """What a link asked of a parameter that can't be; what can, and what is shown instead."""

    name: str
    value: str
    valid: str
    shown: object


def refuse(name: str, value: str, valid: str, shown: object) -> None:
    """Remember a value of the link that there is not, for the sentence on top of the page."""
    st.session_state.setdefault("refused", []).append(Refused(name, value[:40], valid, "–" if shown == "" else shown))


# --- from page to page, and into the address


def enter(page: str) -> None:
    """Begin a page: write back at once what all pages have in the address."""
    if st.session_state.get("page", page) != page:
        known = {name: st.session_state.get(f"link_{name}") for name in SHARED if name not in st.query_params}
        fill({name: value for name, value in known.items() if value is not None})
        for name in OWN:
            st.session_state.pop(f"kept_{name}", None)
    st.session_state["page"] = page


def take(name: str, value: object) -> None:
    """Choose a value for the reader, before its widget is drawn."""
    st.session_state[name] = value
    keep(name, value, None)


def travel(address: dict[str, str] | None) -> None:
    """Show what an address says of a page, as after the browser's Back; None: what the reader chose. Language stays."""
    st.session_state["travelled"] = address
    if address is not None:
        renew(drawn().keys() - {"lang"})


def travelled() -> bool:
    """Whether an address has just been given anew, as by the browser's Back."""
    return st.session_state.get("travelled") is not None


def linked(name: str) -> str | None:
    """What the address says of a parameter; None if nothing."""
    address = st.session_state.get("travelled")  # which Streamlit itself reads no second time on a page
    return (st.query_params if address is None else address).get(name)


def fill(values: dict[str, str]) -> None:
    """Write into the address, unless a widget of this page holds it: then that one writes by itself."""
    if values:
        with suppress(StreamlitAPIException):
            st.query_params.update(values)


def keep(name: str, value: object, default: object) -> None:
    """Remember a value for other pages, and what stands of it in the address, where a default is left out."""
    st.session_state[f"kept_{name}"] = value
    st.session_state[f"link_{name}"] = None if value == default else str(value)


def moved(name: str) -> bool:
    """Whether a widget was last drawn on another page."""
    page, before = st.session_state.get("page"), st.session_state.get(f"page_{name}")
    st.session_state[f"page_{name}"] = page
    return page != before


def settled(name: str, valid: Callable[[str], bool], default: str, choices: str) -> str:
    """What the reader chose last for a name, on whatever page; else what the link says; else the default."""
    link, kept = linked(name), st.session_state.get(f"kept_{name}")
    if kept is not None and valid(kept) and link in (None, kept):
        return kept
    if link is None or valid(link):
        return default if link is None else link
    refuse(name, link, choices, default)
    return default


def addressed(name: str, value: str, default: str) -> str:
    """Write a value into the address, from where a default is left out, and keep it for other pages."""
    keep(name, value, default)
    if value == default:  # which may be another on another page
        st.session_state.pop(f"kept_{name}", None)
    if value != default and st.query_params.get(name) != value:
        st.query_params[name] = value
    elif value == default and name in st.query_params:
        del st.query_params[name]
    return value


# --- widgets that are bound to the address


def carried(name: str, default: Value, draw: Callable[[], Value]) -> Value:
    """Draw a widget that is bound to the address with the value that it had on another page."""
    new, kept = moved(name), st.session_state.get(f"kept_{name}", default)
    st.session_state[f"default_{name}"] = default
    if new and travelled():
        st.session_state[name] = kept = read(linked(name), default)
    if kept != default and (new or name not in st.session_state):
        st.session_state[name] = kept
        if name not in st.query_params:
            fill({name: str(kept)})
    value = draw()
    if new and value == default != kept:  # the browser's Back: Streamlit prefers the default to what it was handed
        st.session_state[f"page_{name}"] = None
        st.rerun()
    keep(name, value, default)
    return value


def read(text: str | None, default: Value) -> Value:
    """A value as an address writes it, of the kind of the default, which stands for none.

    >>> read("true", False), read("3", 1), read("0.5", 1.0), read(None, "A cat.")
    (True, 3, 0.5, 'A cat.')
    """
    if text is None or isinstance(default, str):
        return default if text is None else text
    return text == "true" if isinstance(default, bool) else type(default)(float(text))


def number(
    name: str, label: str, low: float, high: float, default: float, step: float = 1, draw=st.slider, **more
) -> float:
    """A slider, or the field that `draw` draws; what a link asks beyond its ends is refused in a sentence."""
    link, travelled = linked(name), st.session_state.get("travelled")
    if (name not in st.session_state or travelled) and link is not None and not within(link, low, high):
        refuse(name, link, f"{low} – {high}", default)
        if travelled:
            del travelled[name]
    return carried(name, default, lambda: draw(label, low, high, default, step, key=name, **BOUND, **more))


def within(text: str, low: float, high: float) -> bool:
    """Whether a text is a number from `low` to `high`."""
    try:
        return low <= float(text) <= high
    except ValueError:
        return False


def switch(name: str, label: str, **more) -> bool:
    """A toggle."""
    return carried(name, False, lambda: st.toggle(label, key=name, **BOUND, **more))


# --- one of a few, of which the address holds the name and not what is shown


def choice(name: str, label: str, options: Mapping[str, str], default: str, *, hidden: bool = False, tip=None) -> str:
    """One of a few, as buttons. `options` maps each value to what is shown."""
    prepare(name, options, default)
    picked = st.segmented_control(
        label,
        list(options),
        format_func=lambda value: options.get(value, value),
        key=name,
        width="content",
        label_visibility="collapsed" if hidden else "visible",
        help=tip,
        required=True,
    )
    return addressed(name, picked, default)


def one_of_many(name: str, label: str, options: Mapping[str, str], default: str) -> str:
    """The same as a list that opens, and can be searched by typing."""
    new = prepare(name, options, default)
    return listed(name, label, options, default, new)


def listed(
    name: str,
    label: str,
    options: Mapping[str, str],
    default: str,
    new: bool,
    meaning: Callable[[str], str] | None = None,
) -> str:
    """The same of a parameter that is `prepare`d; `options` may be fewer than it was prepared with.

    The `meaning` of what is chosen stands behind the list's question mark.
    """
    names = list(options)
    index = 0 if new else names.index(st.session_state[name])  # a browser that builds it anew begins with the index
    shown = {"format_func": lambda value: options.get(value, value), "key": name, "filter_mode": "contains"}
    if meaning:
        shown["help"] = meaning(names[index] if new else st.session_state[name]) or None
    return addressed(name, st.selectbox(label, names, index, **shown), default)


def prepare(name: str, options: Mapping[str, str], default: str) -> bool:
    """Give a widget its value before it is drawn; whether it had none that fits."""
    new = moved(name) or st.session_state.get(name) not in options
    if new:
        st.session_state[name] = settled(name, options.__contains__, default, ", ".join(options))
    return new


def reported(name: str, component_value: object, options: Sequence[str], default: str) -> str:
    """One of `options` that a reader chooses inside a component: what it reported last, or the link.

    What was kept of another sentence or model and does not fit this one gives way without a word.
    """
    if component_value in options:
        return addressed(name, component_value, default)
    moved(name)
    kept = st.session_state.get(f"kept_{name}")
    outdated = kept is not None and kept not in options and linked(name) in (None, kept)
    ends = ", ".join(options) if len(options) < 12 else f"{options[0]} – {options[-1]}"
    return addressed(name, default if outdated else settled(name, options.__contains__, default, ends), default)


def written(name: str, component_value: str | None, valid: Callable[[str], bool], default: str, form: str) -> str:
    """The same of a text that is `valid`; `form` says in a sentence on top of the page what can be."""
    if component_value is not None and valid(component_value):
        return addressed(name, component_value, default)
    moved(name)
    return addressed(name, settled(name, valid, default, form), default)


def numbers(count: int) -> list[str]:
    """1 to `count` as an address writes them: what a component with so many places may report."""
    return [str(number) for number in range(1, count + 1)]
