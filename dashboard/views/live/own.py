"""The session's own models on the page that made them: open each elsewhere, take it home, bring it back."""

import streamlit as st

from core.checkpoints import Card
from dashboard import beginning, controls, explain, parameters, resources
from dashboard.controls import Texts
from dashboard.live.model_zip import LARGEST_ZIP
from dashboard.live.own_models import MOST
from dashboard.live.refusal import Refusal
from dashboard.model_names import model_label
from dashboard.pages import opening, script
from dashboard.views.live.form import in_words


def models(say: Texts) -> None:
    """The session's own models: open each on another page, take it home, bring it back."""
    st.subheader(say["live_models"])
    own = resources.own()
    cards = own.saved()
    if not cards:
        st.caption(say["live_models_none"])
    for name, card in reversed(cards.items()):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"card_{name}"):
            label = model_label(card, say)
            st.markdown(controls.plain(label), width="content")
            for page in opening(card.attends):
                if st.button(say["live_open"].format(page=say[f"page_{page}"]), key=f"open_{page}_{name}"):
                    open_on(page, name, card)
            file = f"seqscope-{card.corpus}-{card.training['steps']}.zip"
            explain.offer(say["live_save"], lambda name=name: own.zipped(name), file, f"zip_{name}")
    st.caption(say["live_models_note"].format(most=MOST))
    with st.expander(say["live_load"], key="load"):
        load(say)


def open_on(page: str, name: str, card: Card) -> None:
    """Go to another page with this model, and a sentence that it can read."""
    parameters.keep("model", name, None)
    if text := card.training["filmed"]:
        beginning.follow(card.source, text, new=False)
        st.session_state["text"] = text
        parameters.keep("text", text, text)
    st.switch_page(script(page), query_params={})


def load(say: Texts) -> None:
    """Take a zip in, once; what became of it is said as long as it lies there."""
    file = st.file_uploader(say["live_zip"], "zip", key="zip", max_upload_size=LARGEST_ZIP // 1_000_000)
    if file is None:
        return
    if st.session_state.get("zip_taken", ("",))[0] != file.file_id:
        try:
            with st.spinner(say["loading"]):
                outcome = resources.take_in(file.getvalue()).name
        except Refusal as refusal:
            outcome = refusal
        st.session_state["zip_taken"] = (file.file_id, outcome)
        st.rerun()
    outcome = st.session_state["zip_taken"][1]
    if isinstance(outcome, Refusal):
        st.error(in_words(say[f"zip_{outcome.reason}"], outcome))
    else:
        st.success(say["zip_taken"])
