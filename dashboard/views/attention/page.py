"""Self-attention, worked: every matrix of a head on the reader's sentence, a look-up, a toy by hand, the masks."""

import streamlit as st

from core.checkpoints import Card
from dashboard import beginning, controls, explain
from dashboard.pages import script
from dashboard.views.attention import head, masks, toy

VIEWS = {"steps": head.steps, "lookup": head.lookup, "masks": masks.masks, "toy": toy.toy}
TRIES = {
    "walk": {"view": "steps", "stage": "stream"},
    "scale": {"view": "steps", "stage": "weights", "scale": "one"},
    "leak": {"view": "steps", "stage": "weights", "attention": "decoder", "mask": "off"},
    "toy": {"view": "toy"},
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.asked(say, "attention", explore, TRIES)
    explain.show_code(say, "core/models/attention.py", "attend", say["attention_paper"])


@st.fragment
def explore(say, query: beginning.Query) -> None:
    """Everything that a control of this page changes: one view at a time."""
    view, predict = controls.picture(say, "view", VIEWS, "attention_view")
    if view != "toy" and not has_heads(query.card):
        offer(say, query, predict)
    else:
        VIEWS[view](say, query, predict)


def has_heads(card: Card) -> bool:
    """Whether a model is a Transformer."""
    return "heads" in card.config


def offer(say, query: beginning.Query, predict: bool) -> None:
    """What a recurrent model has in the place of heads, where that is shown, a model that has some, and the toy."""
    attends = query.card.attends
    st.info(say["attention_one" if attends else "attention_none"])
    with st.container(horizontal=True, vertical_alignment="center"):
        beginning.offer_transformer(say, query)
        if attends:
            st.page_link(script("kinds"), label=say["page_kinds"])
    toy.toy(say, query, predict)


main()
