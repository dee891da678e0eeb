"""What a reader sets of a table of positions, and the tables that follow from it."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from core.checkpoints import Card
from dashboard import answers, controls, parameters, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.views.positions import tables

LEARNED = "en-de-transformer-learned-positions"
LONGEST, WIDEST, LARGEST = 128, 512, 1_000_000  # positions, dimensions, base
FIELD = 122  # px: two stand beside each other
HEADS = 8  # of Press et al. 2022, where the chosen model has none
DIMENSIONS = "0, 1, 16, 17"


class Shape(NamedTuple):
    """Length, width and base of the sinusoidal table."""

    length: int = 32
    width: int = 128
    base: int = tables.BASE


SMALL = Shape(8, 4, 100)  # at most; of the table that is small enough to be read


class Scheme(NamedTuple):
    """A way to tell positions: its name and title, its table (P, columns), the products of positions (P, P)."""

    name: str
    title: str
    table: np.ndarray
    square: np.ndarray


def field(say: Texts, name: str, high: int, default: int, low: int = 0) -> int:
    """A whole number from `low` to `high`, which gives way where the table has become smaller."""
    for key in (name, f"kept_{name}"):
        if st.session_state.get(key, low) > high:
            st.session_state[key] = high
    label = say[f"positions_{name}"]
    return parameters.number(name, label, low, high, min(default, high), draw=st.number_input, width=FIELD)


def more(say: Texts):
    """What is seldom set, closed until it is asked for."""
    return st.expander(say["positions_more"], key="positions_more")


def own_positions(card: Card) -> str:
    """How a model tells positions, by the name of their kind or "none"; "rnn" of one that reads on."""
    return card.config.get("positions", "sinusoidal") if card.family == "transformer" else "rnn"


def chosen_shape(say: Texts, query: Query) -> Shape:
    """The three numbers of a table, and a button for those of the Transformer."""
    usual = Shape()
    with st.container(horizontal=True, gap="small"):
        length = field(say, "length", LONGEST, usual.length, low=4)
        width = field(say, "width", WIDEST, usual.width, low=2)
        base = field(say, "base", LARGEST, usual.base, low=2)
    own = usual._asdict() | {"width": min(query.card.config["width"], WIDEST), "dims": DIMENSIONS}
    st.button(say["positions_own"], key="positions_own", on_click=controls.choose, args=(own,))
    return Shape(length, width, base)


def beside(say: Texts) -> str:
    """What stands beside the sinusoidal table: "off", "learned", "rotary" or "alibi"."""
    names = ["off", *(["learned"] if LEARNED in resources.shipped()[0] else []), "rotary", "alibi"]
    return parameters.choice("beside", say["beside"], {name: say[f"beside_{name}"] for name in names}, "off")


def schemes(say: Texts, query: Query, shape: Shape, other: str) -> list[Scheme]:
    """The sinusoidal table and the one beside it, but for a learned one whose file is damaged: a sentence says so."""
    positions = np.arange(shape.length)
    made = {"sinusoidal": tables.sinusoidal(positions, shape.width, shape.base)}
    if other == "learned":
        read = answers.answered([other], lambda _: resources.tensor(LEARNED, "positions.table"))
        made |= {name: table[: shape.length].astype(float) for name, table in read.items()}
    elif other == "rotary":
        made["rotary"] = tables.rotary(positions, shape.width, shape.base)
    elif other == "alibi":
        made["alibi"] = tables.alibi(positions, query.card.config.get("heads", HEADS))
    squares = {name: tables.between(table, 0 if name == "alibi" else None) for name, table in made.items()}
    return [Scheme(name, say[f"beside_{name}"], table, squares[name]) for name, table in made.items()]


def dimensions(say: Texts, columns: int) -> list[int]:
    """The dimensions whose waves are drawn; one sentence on what is none of the table's."""
    typed = parameters.carried(
        "dims", DIMENSIONS, lambda: st.text_input(say["dims"], DIMENSIONS, key="dims", **parameters.BOUND)
    )
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    sound = [
        int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 4 and int(part) < columns
    ]
    if len(sound) < len(parts) or not sound:
        st.warning(say["dims_wrong"].format(last=columns - 1))
    return list(dict.fromkeys(sound))[:7] or [0, 1]


def labels(query: Query, length: int) -> list[str]:
    """A position's number and, as far as the sentence goes, what stands there; the last has its whole word."""
    pieces = resources.pieces(query.model, query.text)
    words = [piece.text for piece in pieces[:length]]
    if len(pieces) > length:
        words[-1] = "".join(piece.text for piece in pieces[length - 1 :] if piece.word == pieces[length - 1].word)
    return [f"{at} {words[at]}" if at < len(words) else str(at) for at in range(length)]
