"""The pages inside a Transformer with a word alone, words again, a hundred pieces, and models without heads."""

import json

import pytest
from conftest import CARDS, OTHER, PLAIN
from opening import app_test

from benchmarks.places import address
from dashboard import resources
from dashboard.beginning import DEFAULT
from dashboard.controls import plain
from dashboard.model_names import model_labels
from dashboard.text import catalogue

EN = catalogue("en")
HUNDRED = (
    "am in a big old car. He is on a red bed. We go to a bar. It is a bad day. A boy has a hat. A man is at a gym. "
    "I do it. A cat sat on a mat. You and I can go. She is in it. A dog ran up a hill. We see a cow. It is a fun job. "
    "He ate an egg. I see him. No, he is in a bus. I did it."
)
SOURCES = {  # where each picture's data have the pieces of the source
    ("transformer", "network"): lambda data: data["sources"],
    ("transformer", "families"): lambda data: data["transformer"]["sources"],
    ("transformer", "cache"): lambda data: data["sources"],
    ("attention", "worked"): lambda data: data["maps"]["cross"]["pieces"][1],
    ("heads", "heads"): lambda data: data["readings"][0]["parts"]["cross"]["pieces"][1],
    ("heads", "edit"): lambda data: data["maps"]["cross"]["pieces"][1],
}
STATES = {"families": {"inside": "families"}, "cache": {"inside": "cache"}, "edit": {"tab": "edit"}}


pytestmark = pytest.mark.usefixtures("no_warming_up")


def component(at, name) -> dict:
    """What a component of a page was given."""
    (part,) = (part for part in at.get("bidi_component") if part.proto.component_name.endswith(name))
    return json.loads(part.proto.json)


@pytest.mark.parametrize("text", ["Dogs", "dog dog dog", HUNDRED], ids=["a word", "repeated", "a hundred"])
@pytest.mark.parametrize(("page", "name"), SOURCES, ids=str)
def test_every_piece_is_a_column_of_its_own(page, name, text):
    at = app_test(page, text=text, **STATES.get(name, {})).run()
    assert not [*at.exception, *at.error, *at.warning]
    pieces = [piece.text for piece in resources.pieces(DEFAULT, text)]
    assert SOURCES[page, name](component(at, name)) == [*pieces, "<eos>"]
    assert (text == HUNDRED) == (len(pieces) == 100)


NO_HEADS = [
    *(("attention", model, EN[f"attention_{how}"]) for model, how in ((OTHER, "one"), (PLAIN, "none"))),
    *(("heads", model, EN[f"heads_{how}"]) for model, how in ((OTHER, "alone"), (PLAIN, "none"))),
]


@pytest.mark.parametrize(("page", "model", "sentence"), NO_HEADS)
def test_of_a_model_without_heads_a_page_says_what_it_can_show_and_offers_one_that_has_some(page, model, sentence):
    at = app_test(page, model=model).run()
    assert not [*at.exception, *at.error, *at.warning]
    assert [info.value for info in at.info] == [sentence]
    drawn = {part.proto.component_name.rsplit(".", 1)[-1] for part in at.get("bidi_component")}
    assert ("heads" if page == "heads" else "toy") in drawn or model == PLAIN
    at.button(key="open_model").click().run()
    assert not [*at.exception, *at.error, *at.warning, *at.info]
    assert at.session_state["model"] == DEFAULT
    assert component(at, "heads" if page == "heads" else "worked")


@pytest.mark.parametrize("model", [OTHER, PLAIN])
def test_the_transformer_stands_in_for_a_model_that_is_none(model):
    at = app_test("transformer", model=model).run()
    sentence = EN["transformer_instead"].format(model=plain(model_labels(CARDS, EN)[DEFAULT]))
    assert [info.value for info in at.info] == [sentence]
    assert component(at, "network")["sources"]


@pytest.mark.parametrize("page", ["transformer", "attention", "heads"])
def test_a_hundred_pieces_are_drawn_and_no_page_scrolls_sideways(dashboard, page):
    view = dashboard.open(address(page, text=HUNDRED))
    view.locator("svg[role=img], canvas[role=img]").first.wait_for()
    view.set_viewport_size({"width": 400, "height": 900})
    dashboard.settle()
    box = view.locator("[data-testid=stMain]")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
