"""The page Home: its figures from hand-written records, its examples on the shipped models, what carries its state."""

import base64
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.checkpoints import PRETRAINED, WEIGHTS, cards, load
from core.options import BeamOptions
from core.records import DecodeTrace, Distribution, Hypothesis, Node, Piece, SearchTree
from dashboard import resources
from dashboard.beginning import DEFAULT, EXAMPLES
from dashboard.figures import latex
from dashboard.model_names import outstanding
from dashboard.pages import TABLE
from dashboard.resources import folders, models, searches
from dashboard.text import LANGUAGES, catalogue
from dashboard.views.home import cards_component as component
from dashboard.views.home import figure as home

ROOT = Path(__file__).resolve().parents[1]
EN = catalogue("en")

# <bos> ─┬─ Ein ── Hund ── <eos>   the winner
#        └─ Der                    pruned
TREE = SearchTree(
    (
        Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"),
        Node(0, "▁Ein", 11, math.log(0.8), math.log(0.8), 1, "kept"),
        Node(0, "▁Der", 10, math.log(0.1), math.log(0.1), 1, "pruned", 2.0),
        Node(1, "▁Hund", 12, math.log(0.05), math.log(0.04), 2, "kept"),
        Node(3, "<eos>", 2, math.log(0.5), math.log(0.02), 3, "finished"),
    ),
    expanded=(0, 1, 3),
    attention=np.array(  # one layer, two heads
        [
            [[[0.9, 0.1, 0.0], [0.7, 0.3, 0.0]]],
            [[[0.2, 0.8, 0.0], [0.0, 1.0, 0.0]]],
            [[[0.4, 0.4, 0.2], [0.4, 0.6, 0.0]]],
        ]
    ),
)
EXPECTED = (
    Distribution(("▁Ein", "▁Der", "▁Die", "▁Das"), (0.8, 0.1, 0.04, 0.02), 0.04, 1.0),
    Distribution(("▁Mann", "er", "▁Kind", "▁Ball"), (0.4, 0.3, 0.1, 0.06), 0.14, 2.5),
    Distribution(("<eos>", "▁", "."), (0.5, 0.2, 0.1), 0.2, 1.5),
)
PIECES = (Piece("A", 0, 1, 0), Piece("dog", 2, 5, 1))
FOUND = Hypothesis("Ein Hund", ("▁Ein", "▁Hund", "<eos>"), tuple(math.log(p) for p in (0.8, 0.05, 0.5)), -1.3, 4)
TRACE = DecodeTrace("model", "A dog", PIECES, "beam", BeamOptions(1), (FOUND,), TREE, stored=EXPECTED)


def test_a_step_is_the_one_whose_second_choice_came_closest():
    picture = home.rivals(TRACE)
    assert picture["before"] == "Ein"
    # "Hund" was taken though it is not among the likeliest: it takes the last place.
    assert picture["next"] == [["Mann", 0.4], ["·er", 0.3], ["Kind", 0.1], ["Hund", 0.05]]
    assert picture["chosen"] == 3


def test_the_heat_map_is_the_mean_of_all_heads():
    picture = home.heat(TRACE.attention())
    assert (picture["rows"], picture["columns"]) == (3, 3)
    wanted = np.array([0.8, 0.2, 0.0, 0.1, 0.9, 0.0, 0.4, 0.5, 0.1]) / 0.9 * 255
    assert np.allclose(np.frombuffer(base64.b64decode(picture["values"]), np.uint8), wanted, atol=0.51)


def test_the_pictures_are_plain_json_and_small_for_a_long_sentence():
    pictures = home.pictures(TRACE)
    assert list(pictures) == ["step", "alignment", "beam"]
    assert json.loads(json.dumps(pictures, allow_nan=False)) == pictures
    blind = replace(TRACE, tree=replace(TREE, attention=None))
    assert home.pictures(blind)["alignment"] is None
    assert home.describe(blind)["alignment"] == {}


def test_the_small_tree_knows_the_winner():
    picture = home.branches(TRACE)
    assert [(step, fate) for step, _, _, fate, *_ in picture["nodes"]] == [
        (0, "kept"),
        (1, "kept"),
        (1, "pruned"),
        (2, "kept"),
        (3, "finished"),
    ]
    assert picture["leaves"] == [4]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pictures_are_told_in_a_sentence(language):
    say, facts = catalogue(language), home.describe(TRACE)
    told = {page: say[f"home_describe_{page}"].format(**facts[page]) for page in facts}
    assert "Mann 40%, ·er 30%, Kind 10%, Hund 5%" in told["step"]
    assert "Ein → A, Hund → dog" in told["alignment"]
    assert "4" in told["beam"]
    assert "1" in told["beam"]


def test_the_formula_multiplies_what_it_shows():
    latex_text = home.product(FOUND)
    for part in (r"\underset{\text{Ein}}{0.80}", r"\underset{\text{Hund}}{0.05}", r"\prod_{t=1}^{3}", "&= 0.02"):
        assert part in latex_text
    assert r"\cdots" not in latex_text


def test_the_formula_of_a_long_translation_keeps_its_ends():
    tokens = tuple(f"▁w{i}" for i in range(30))
    latex_text = home.product(Hypothesis("", tokens, (-0.5,) * 30, 0.0, 1))
    assert latex_text.count(r"\underset") == home.FIRST + home.LAST
    assert r"{w4}" in latex_text
    assert r"{w28}" in latex_text
    assert r"\cdots" in latex_text
    assert r"\cdot \cdots" not in latex_text
    assert r"3.1 \cdot 10^{-7}" in latex_text


def test_words_in_a_formula_are_only_words():
    assert latex.words(r"$x_1$ \frac{a}{b} 50% #1 ^~&") == (
        r"\text{\$x\_1\$ \textbackslash{}frac\{a\}\{b\} 50\% \#1 \textasciicircum{}\textasciitilde{}\&}"
    )


def said(*texts):
    return [home.Translation(f"model-{place}", text, -1.0, 20.0) for place, text in enumerate(texts)]


def test_the_riddle_counts_all_that_wrote_the_same():
    assert home.same(said("a", "b", "c"), "model-1") == ("one", [1])
    assert home.same(said("a", "b", "a"), "model-0") == ("some", [0, 2])
    assert home.same(said("a", "a"), "model-1") == ("all", [0, 1])


def test_the_riddle_s_order_gives_nothing_away():
    models = said("a", "b", "c")
    orders = [[one.model for one in home.shuffled(models, f"sentence {i}")] for i in range(300)]
    assert orders[0] == [one.model for one in home.shuffled(models[::-1], "sentence 0")]
    for model in ("model-0", "model-1", "model-2"):
        places = [order.index(model) for order in orders]
        assert all(70 < places.count(place) < 130 for place in range(3))


def test_the_cards_ask_for_the_texts_they_show():
    with pytest.raises(ValueError, match="no text for source, target"):
        component.cards([], {"locale": "en", "first": ""})


SHOWN = outstanding(cards()[0], DEFAULT)  # on Home, while nobody chose a model


@pytest.fixture(scope="module")
def translated():
    """What each model on Home makes of each example: {example: {model: translation}}."""
    from core.decoding.translate import decode

    by_name = {name: text for text, name in EXAMPLES.items()}
    made = {example: {} for example in by_name}
    for model in SHOWN:
        loaded = load(model)
        for example, text in by_name.items():
            trace = decode(loaded.model, loaded.subwords, text, BeamOptions())
            made[example][model] = trace.hypotheses[0].text
    return made


def test_the_examples_show_what_their_notes_say(translated):
    attend = [model for model, card in SHOWN.items() if card.attends]
    (blind,) = SHOWN.keys() - set(attend)
    assert set(EXAMPLES.values()) == set(translated)
    for model in attend:
        captions = SHOWN[model].corpus == "multi30k"
        moved = translated["moved"][model]
        transformer = SHOWN[model].family == "transformer"
        place, thing = moved.index("Bahnhof"), max(moved.find("Geige"), moved.find("Violine"))
        assert (place < thing) == transformer
        assert translated["verb"][model].endswith(" malt." if transformer else " macht.")
        assert all(word in translated["long"][model] for word in ("Buch", "Brunnen"))
        assert ("Ufer" if captions else "Bank") in translated["bank"][model]
        assert "Bauarbeiter" in translated["compound"][model]
    lost = translated["long"][blind]
    assert not any(word in lost for word in ("Buch", "Jungen", "Brunnen"))
    assert "Bauarbeiter" in translated["compound"][blind]
    assert "Kaffee" not in translated["compound"][blind]
    assert len(set(translated["rare"].values())) >= 3
    long = next(text for text, name in EXAMPLES.items() if name == "long")
    assert f"{len(long.split())} words" in EN["home_note_long"]


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    return AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)


def payloads(at, name):
    """What a component is given, each time that it is drawn."""
    return [json.loads(part.proto.json) for part in at.get("bidi_component") if name in part.proto.component_name]


def shown_cards(at):
    """The cards by their pages."""
    return {card["page"]: card for group in payloads(at, "cards") for card in group["cards"]}


def pages(at):
    """All HTML of the page."""
    return "\n".join(part.proto.body for part in at.get("html"))


def test_the_first_paint_comes_from_stored_traces(app, monkeypatch):
    def search(*_):
        raise AssertionError("the first paint searched")

    monkeypatch.setattr(searches, "computed", search)
    at = app.run()
    assert not at.exception
    for model in SHOWN:
        assert resources.stored(model).hypotheses[0].text in pages(at)


def test_an_example_fills_the_field(app):
    at = app.run()
    at = at.button(key="try_bank").click().run()
    assert not at.exception
    assert at.text_input(key="text").value == "A woman is waiting at the bank."
    assert EN["home_note_bank"] in [part.value for part in at.markdown]


@pytest.mark.parametrize(
    ("model", "examples"), [("fr-en-transformer", False), ("en-fr-transformer", True), ("en-de-rnn-general", True)]
)
def test_examples_are_for_models_that_read_english_and_notes_for_those_of_which_they_are_true(app, model, examples):
    app.query_params["model"], app.query_params["text"] = model, "A woman is waiting at the bank."
    at = app.run()
    assert not at.exception
    assert any(button.key == "try_bank" for button in at.button) == examples
    assert EN["home_note_bank"] not in [part.value for part in at.markdown]
    assert (EN["home_models"] in [part.value for part in at.header]) == (len(outstanding(cards()[0], model)) > 1)


def test_a_model_without_attention_says_so_on_its_card(app):
    app.query_params["model"] = "en-de-rnn-plain"
    shown = shown_cards(app.run())
    assert shown["alignment"]["picture"] is None
    assert shown["alignment"]["note"] == EN["home_no_attention"]
    assert shown["step"]["picture"]
    assert shown["beam"]["picture"]


def test_every_page_has_a_card_with_a_live_or_a_small_stored_picture(app):
    shown = shown_cards(app.run())
    assert list(shown) == [page.name for page in TABLE if page.group]
    for name, card in shown.items():
        assert (card["title"], card["line"]) == (EN[f"page_{name}"], EN[f"line_{name}"])
        stored = component.VIEWS / name / component.THUMBNAIL
        assert bool(card["picture"]) == (name in home.LIVE) != stored.is_file()
        if name not in home.LIVE:
            assert stored.stat().st_size <= 12_000
            assert base64.b64decode(card["thumbnail"].partition(",")[2]) == stored.read_bytes()


def test_until_the_guess_nothing_tells_which_model_wrote_what(app):
    app.query_params["predict"] = "true"
    at = app.run()
    assert not at.exception
    tables = pages(at)
    for text in ("RNN", "Transformer", "BLEU"):
        assert text not in tables
    assert sentence_large(at) == []
    assert all(card["picture"] is None for card in shown_cards(at).values())
    assert payloads(at, "quiz")[0]["questions"][0]["options"] == list(home.LETTERS[: len(SHOWN)])
    assert not at.get("download_button")
    assert not at.latex


def sentence_large(at):
    return [part for part in at.get("html") if 'class="translation"' in part.proto.body]


def test_a_damaged_model_leaves_the_others(app, monkeypatch, tmp_path):
    import shutil

    shutil.copytree(PRETRAINED, tmp_path / "models")
    (tmp_path / "models" / "en-de-rnn-plain" / WEIGHTS).write_bytes(b"nothing")
    monkeypatch.setattr(folders, "MODELS", tmp_path / "models")
    for cache in (resources.shipped, resources.stored, models.shipped_model, searches.traces):
        cache.clear()
    try:
        app.query_params["text"] = "A dog."
        app.query_params["predict"] = "true"
        at = app.run()
        assert not at.exception
        assert EN["model_transformer"] in pages(at)  # without its hero there is no riddle
    finally:
        for cache in (resources.shipped, resources.stored, models.shipped_model, searches.traces):
            cache.clear()
