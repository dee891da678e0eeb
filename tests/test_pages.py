"""Every page by AppTest: it runs, in both languages, on every model, and answers each mistake by one sentence."""

import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.checkpoints import PRETRAINED, WEIGHTS, cards
from dashboard import resources
from dashboard.controls import LIMIT
from dashboard.text import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[1]
MODELS = sorted(cards()[0])


@pytest.fixture
def app(monkeypatch):
    """The dashboard without its background thread, which would draw random numbers beside other tests' trainings."""
    monkeypatch.setattr(resources, "WARM_UP_DELAY", 3600)
    return AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)


def everything(at: AppTest) -> str:
    """All text that stands on the page."""
    parts = [*at.title, *at.subheader, *at.markdown, *at.caption, *at.info, *at.warning, *at.error]
    return "\n".join([part.value for part in parts] + [part.proto.body for part in at.get("html")])


def tree(at: AppTest) -> str:
    """What the beam tree is given to draw."""
    return at.get("bidi_component")[0].proto.json


def test_the_catalogues_have_the_same_keys_and_places():
    english, *others = (texts for _, texts in LANGUAGES.values())
    for texts in others:
        assert list(texts) == list(english)
        for key, sentence in texts.items():
            fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
            assert fields == {name for _, name, _, _ in string.Formatter().parse(english[key]) if name}, key
    assert len(set(english.values())) > 0.9 * len(english)


def test_every_sentence_of_the_catalogue_is_used_somewhere():
    files = [path for path in (ROOT / "dashboard").rglob("*.py") if path.parent.name != "text"]
    code = "\n".join(path.read_text("utf-8") for path in files)
    composed = ("page_", "model_", "norm_", "translate_", "tree_")
    for key in catalogue("en"):
        assert key.startswith(composed) or re.search(rf"[\"']{key}[\"']|\b{key}=", code), key


def test_streamlit_is_set_up_as_measured():
    subprocess.run(
        [sys.executable, "-c", "import streamlit as st; assert st.get_option('runner.postScriptGC') is False"],
        cwd=ROOT,
        check=True,
    )


def test_the_first_paint_needs_no_torch():
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; from dashboard import resources\n"
        "resources.warm_up.clear(); resources.warm_up = lambda: None\n"
        "at = AppTest.from_file('dashboard/app.py', default_timeout=60).run()\n"
        "assert not at.exception and at.get('bidi_component'), at.exception\n"
        "assert 'torch' not in sys.modules and 'bertviz' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("model", MODELS)
def test_every_model_shows_its_translation_in_both_languages(app, model, language):
    app.query_params["lang"] = language
    app.query_params["model"] = model
    at = app.run()
    assert not at.exception
    say = catalogue(language)
    best = resources.stored(model).hypotheses[0].text
    assert best in everything(at)
    assert say["tree_title"] in [part.value for part in at.subheader]
    attends = cards()[0][model].attends
    assert bool(at.get("plotly_chart")) == attends
    assert bool(at.info) == (not attends)


def test_another_beam_size_grows_another_tree(app):
    at = app.run()
    before = tree(at)
    at = at.slider(key="beam").set_value(2).run()
    assert not at.exception
    assert tree(at) != before


def test_another_length_penalty_ranks_again_and_searches_nothing(app, monkeypatch):
    def search(*_):
        raise AssertionError("a length penalty started a search")

    monkeypatch.setattr(resources, "searched", search)
    before = everything(app.run())
    assert everything(app.slider(key="alpha").set_value(0.0).run()) != before
    assert not app.exception


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> <s> runs",
        "$x$ **b** :red[c] `d` \"quotes\" 'single'",
        "😀 Привет 你好",
        "one\ttwo\x00three\u200b",
        "a" * (LIMIT + 50),
        "?",
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_no_sentence_breaks_the_page(app, model, text):
    app.query_params["model"] = model
    at = app.run()
    at = at.text_input(key="text").set_value(text).run()
    assert not at.exception
    assert at.get("bidi_component")
    assert "<script>" not in "".join(part.proto.body for part in at.get("html"))
    unknown = any(piece.unknown for piece in resources.model(model).subwords.pieces(text))
    say = catalogue("en")
    sentences = [part.value for part in at.warning if part.value != say["unfinished_note"]]
    assert len(sentences) == (len(text) > LIMIT) + unknown


@pytest.mark.parametrize("text", ["", "   ", "\u200b\n"])
def test_without_a_sentence_the_page_asks_for_one(app, text):
    at = app.run()
    at = at.text_input(key="text").set_value(text).run()
    assert not at.exception
    assert catalogue("en")["sentence_empty"] in [part.value for part in at.info]


def test_a_foolish_link_shows_the_page_all_the_same(app):
    for name, value in {"beam": "99", "model": "x", "alpha": "much", "norm": "y", "lang": "xx", "layer": "-3"}.items():
        app.query_params[name] = value
    at = app.run()
    assert not at.exception
    assert at.get("bidi_component")


@pytest.fixture
def folder_of_models(tmp_path, monkeypatch):
    """A copy of the shipped models that a test may damage."""
    folder = tmp_path / "models"
    shutil.copytree(PRETRAINED, folder)
    monkeypatch.setattr(resources, "MODELS", folder)
    st.cache_resource.clear()
    yield folder
    st.cache_resource.clear()


def test_a_damaged_model_is_named_and_the_others_go_on(app, folder_of_models):
    (folder_of_models / MODELS[0] / WEIGHTS).unlink()
    at = app.run()
    assert not at.exception
    assert any(MODELS[0] in part.value and WEIGHTS in part.value for part in at.warning)
    assert at.get("bidi_component")


def test_damaged_weights_are_named_and_the_other_models_go_on(app, folder_of_models):
    weights = folder_of_models / MODELS[0] / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1000])
    app.query_params["model"] = MODELS[0]
    at = app.run()
    at = at.text_input(key="text").set_value("A cat sleeps.").run()
    assert not at.exception
    assert "sha256" in at.error[0].value
    at = at.segmented_control(key="model").set_value(MODELS[-1]).run()
    assert not at.exception
    assert not at.error
    assert at.get("bidi_component")


def test_without_models_the_page_says_how_to_get_one(app, folder_of_models):
    shutil.rmtree(folder_of_models)
    at = app.run()
    assert not at.exception
    assert "python -m core train" in at.error[0].value
