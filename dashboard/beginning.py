"""How every page begins: one bar with sentence, direction and model, a line on what is seen, what to try."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import streamlit as st

from core.checkpoints import Card
from core.records import Piece
from dashboard import controls, outside, parameters, resources
from dashboard.controls import Texts
from dashboard.model_names import alike, best, direction, directions, grouped, meanings, reads_captions
from dashboard.trying import Tries, see

DEFAULT = "en-de-everyday"
# Each shows something: its name stands for what, in the catalogues and in a test.
EXAMPLES = {
    "A street musician plays the violin in a train station.": "moved",
    "A boy watches a girl who is painting a picture.": "verb",
    "A woman in a blue dress is sitting on a bench and reading a book "
    "while two boys are playing with a ball in front of a fountain.": "long",
    "A woman is waiting at the bank.": "bank",
    "A construction worker is drinking coffee.": "compound",
    "An octopus is playing the guitar.": "rare",
}


class Query(NamedTuple):
    """What the reader asks: a sentence (never empty) of a model; if it was asked, whether they want to guess first, and
    in which part of the page; and the place below the bar for what is said of the sentence once the model has answered.
    """

    text: str
    model: str
    cards: dict[str, Card]
    predict: bool = False
    tab: str = ""
    place: Any = None

    @property
    def card(self) -> Card:
        """The chosen model's card."""
        return self.cards[self.model]


def query(
    say: Texts,
    page: str,
    tries: Tries | None = None,
    *,
    serves: str = "",
    predict: bool = False,
    lead: bool = False,
    tabs: Collection[str] = (),
) -> Query | None:
    """The page's beginning; None, after one sentence, where there is no model, no text, or none that the page can read.

    With `predict` the switch for guessing stands here, and with `tabs` the choice of a part of the page; a page with a
    row of controls has them there.
    What is seen stands beside what to try or, as a `lead`, on top.
    A page that `serves` one direction alone compares models of its own, so none is chosen there.
    """
    cards = resources.known()
    if not cards:
        st.error(say["models_none"])
        return None
    if lead:
        st.markdown(f"**{say[f'{page}_see']}**")
    with bar():
        field = st.container()
        name = model(say, cards, listed=not serves)
        card = cards[name]
        with field:
            text, cut = controls.sentence(say, example(cards, name), card.source, partial(resources.pieces, name))
    notes(say, cut, resources.pieces(name, text))
    place = st.container(horizontal=True, vertical_alignment="center", gap="small", key="outside")
    guessing = see(say, page, tries, card, predict=predict, line=not lead, tabs=tabs)
    if serves not in ("", direction(card)):
        elsewhere(say, cards, serves, card)
    elif not text:
        st.info(say["sentence_empty"])
    else:
        return Query(text, name, cards, guessing, st.session_state["tab"] if tabs else "", place)
    return None


@st.fragment
def question(say: Texts, page: str, show: Callable[[Texts, Query], None], tries: Tries, **options: Any) -> None:
    """Everything that another sentence or model changes: without the frame around it, the answer comes sooner."""
    typed = query(say, page, tries, **options)
    if typed:
        show(say, typed)
        outside.note(say, typed)


def bar():
    """The row that stays in sight: what every page reads, and with which model."""
    return st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="bar")


def model(say: Texts, cards: Mapping[str, Card], *, listed: bool = True) -> str:
    """The name of the chosen model: first its direction, where there are several, then one of that, if `listed`.

    The sentence follows the language that it reads.
    """
    default = DEFAULT if DEFAULT in cards else next(iter(cards))
    new = parameters.prepare("model", dict.fromkeys(cards, ""), default)
    name = st.session_state["model"]
    ways = directions(cards, say)
    if len(ways) > 1:
        st.session_state["direction"] = direction(cards[name])
        look = {"format_func": ways.get, "on_change": turn, "args": (cards,)}
        st.selectbox(say["direction"], list(ways), key="direction", **look)
    if listed:
        name = parameters.listed(
            "model", say["model"], grouped(alike(cards, name), say), default, new, partial(explained, say, cards)
        )
    else:
        parameters.addressed("model", name, default)
    follow(cards[name].source, example(cards, name), new)
    return name


def explained(say: Texts, cards: Mapping[str, Card], name: str) -> str:
    """What the words of a model's name mean, a line each."""
    return "\n\n".join(f"**{word}**: {meaning}" for word, meaning in meanings(say, cards[name]).items())


def turn(cards: Mapping[str, Card], way: str = "") -> None:
    """Choose the best known model of a direction: of the one in the bar, or of `way`."""
    way = way or st.session_state["direction"]
    names = [name for name, card in cards.items() if direction(card) == way]
    parameters.take("model", DEFAULT if DEFAULT in names else best(names, cards))


def elsewhere(say: Texts, cards: Mapping[str, Card], serves: str, card: Card) -> None:
    """Say that the page compares models of another direction, and offer that."""
    ways = directions(cards, say)
    facts = {"served": ways.get(serves, serves), "chosen": ways[direction(card)]}
    st.info(say["direction_other"].format(**facts))
    if serves in ways:
        st.button(say["direction_take"].format(**facts), key="turn", on_click=turn, args=(cards, serves))


def example(cards: Mapping[str, Card], name: str) -> str:
    """A sentence that a model can read: its own example, what it was filmed with, or an example in its language."""
    readers = (name, *(other for other, card in cards.items() if card.source == cards[name].source))
    stored = next((trace.text for trace in map(resources.stored, readers) if trace), "")
    return cards[name].training.get("filmed") or stored


def follow(language: str, text: str, new: bool) -> None:
    """Where the sentence is in a language that the model can't read, put the last one in its own there, or `text`.

    Not where an address has just set both, which a `new` value of the model says.
    """
    before = st.session_state.get("read")
    st.session_state["read"] = language
    if before in (None, language) or (new and parameters.travelled()):
        return
    sentences = st.session_state.setdefault("sentences", {})
    sentences[before] = st.session_state.get("kept_text", "")
    st.session_state["text"] = sentences.get(language) or text
    parameters.keep("text", st.session_state["text"], text)


def offer_transformer(say: Texts, query: Query) -> None:
    """A button for the best Transformer of the same direction, where there is one."""
    names = [name for name, card in alike(query.cards, query.model).items() if card.family == "transformer"]
    if names:
        name = best(names, query.cards)
        label = say["open_model"].format(model=controls.plain(resources.labels(say, [name])[name]))
        st.button(label, key="open_model", on_click=parameters.take, args=("model", name))


def captions_alone(say: Texts, text: str, cards: Sequence[Card]) -> None:
    """Below what models write that have read photo captions alone: that they have, and a caption for those who read
    English, where the sentence lies outside what half of them know.
    """
    strange = [card for card in cards if outside.lies_outside(card.name, text)]
    if 2 * len(strange) < len(cards) or not cards or not all(map(reads_captions, cards)):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="captions"):
        st.caption(say["captions_alone"], width="content")
        if cards[0].source == "en":
            outside.take_sentence(say, next(iter(EXAMPLES)), "captions_take")


def notes(say: Texts, cut: str, pieces: Sequence[Piece]) -> None:
    """Right below the bar, one sentence each on what was cut off and on sub-words that the model has never seen."""
    unknown = " ".join(dict.fromkeys(piece.text for piece in pieces if piece.unknown))
    if cut or unknown:
        with st.container(gap="xsmall", key="notes"):
            if cut:
                st.warning(cut)
            if unknown:
                st.warning(say["unknown_pieces"].format(pieces=controls.plain(unknown)))
