"""The page Models: the gallery, a whole text judged line by line, and what a model does not know, told on all pages."""

import json
import time

import numpy as np
import pytest
from conftest import CARDS, PLAIN, call
from opening import app_test
from test_home import TRACE

from core.interpret.confidence import confidence
from core.interpret.familiar import Signs, limits, outside
from dashboard import job
from dashboard.beginning import DEFAULT
from dashboard.model_names import model_labels
from dashboard.text import catalogue
from dashboard.views.models import figure

EN = catalogue("en")
CAPTIONS, STRANGE = "en-de-transformer", "I love you."


def payload(at, name):
    """What a component of the page is given to draw."""
    return next(json.loads(part.proto.json) for part in at.get("bidi_component") if name in part.proto.component_name)


# --- what a model does not know


def test_limits_leave_out_the_rarest_and_each_sign_counts_alone():
    known = limits([Signs(False, True, 1 + place / 1000, -place / 1000) for place in range(1000)])
    assert known == {"logprob": -0.974, "pieces": 1.989}
    usual = Signs(False, True, 1.5, -0.5)
    strange = [{"unknown": True}, {"ended": False}, {"pieces": 2.1}, {"logprob": -1.1}]
    assert not outside(usual, known)
    assert all(outside(usual._replace(**sign), known) for sign in strange)


def test_every_shipped_model_was_measured_and_errs_on_few_captions():
    for name, card in CARDS.items():
        assert card.familiar["captions"] <= 0.05, name
        assert card.familiar["everyday"] >= card.familiar["captions"] or card.corpus == "everyday", name
    assert CARDS[CAPTIONS].familiar["everyday"] >= 0.5


def test_a_page_says_what_lies_outside_and_leads_to_a_model_that_knows_it():
    def told(at):
        return [part.value for part in at.markdown if part.value == EN["outside"].format(corpus=EN["corpus_multi30k"])]

    at = app_test("alignment", model=CAPTIONS, text="A dog is running.").run()
    assert not told(at)
    at.text_input(key="text").set_value(STRANGE).run()
    assert len(told(at)) == 1
    at.button(key="outside_open").click().run()
    assert not at.exception
    assert at.selectbox(key="model").value == DEFAULT
    assert not told(at)
    for name in ("beam", "sampling"):  # one that asks by itself, and one that draws otherwise
        assert len(told(app_test(name, model=CAPTIONS, text=STRANGE).run())) == 1, name
    rows = [part.proto.body for part in app_test("home", text=STRANGE).run().get("html") if "<td" in part.proto.body]
    assert EN["home_outside"].format(knows=EN["home_knows_multi30k"]) in rows[0]


# --- how sure a model was


def test_the_numbers_of_a_translation_by_hand():
    numbers = confidence(TRACE)  # "A dog" → "Ein Hund", of which "Hund" had 0.05
    assert (numbers.word, round(numbers.probability, 4)) == ("Hund", 0.05)
    assert numbers.ratio == 1
    assert numbers.score == TRACE.hypotheses[0].score
    looked = np.array([[0.8, 0.2], [0.1, 0.9], [0.4, 0.5]]).sum(0)  # means of the heads, `<eos>` left out
    assert numbers.coverage == pytest.approx(np.minimum(looked, 1).mean())


# --- the page


def test_the_gallery_has_every_model_once_the_best_first():
    groups = figure.groups(CARDS, model_labels(CARDS, EN), EN)
    assert sorted(row["name"] for group in groups for row in group["models"]) == sorted(CARDS)
    for group in groups:
        scores = [row["scores"][0] for row in group["models"]]
        assert scores == sorted(scores, reverse=True)
        assert len({(CARDS[row["name"]].source, CARDS[row["name"]].target) for row in group["models"]}) == 1
    assert not any(row["scores"] for row in figure.groups(CARDS, model_labels(CARDS, EN), EN, hidden=True)[0]["models"])


def test_a_text_is_judged_line_by_line_and_can_be_stopped(monkeypatch):
    monkeypatch.setattr(job, "SLICE", 0.0)  # a line at a time
    at = app_test("models", tab="document", model=CAPTIONS).run()
    at.text_area(key="document_en").set_value(f"A dog runs.\n\n{STRANGE}\nTwo cats sleep.").run()
    at.button(key="document_stop").click().run()
    assert not at.exception
    some = payload(at, "lines")["rows"]
    assert len(some) < 3
    at.button(key="document_go_on").click().run()
    until = time.monotonic() + 60
    while [button for button in at.button if button.key == "document_stop"] and time.monotonic() < until:
        at.run()
    rows = payload(at, "lines")["rows"]
    assert [row["source"] for row in rows] == ["A dog runs.", STRANGE, "Two cats sleep."]
    assert [row["outside"] for row in rows] == [False, True, False]
    assert all(0 < row["probability"] <= 1 and 0 < row["coverage"] <= 1 for row in rows)
    at.selectbox(key="model").set_value(PLAIN).run()
    assert payload(at, "lines")["rows"][0]["coverage"] is None


@pytest.mark.parametrize(
    ("typed", "key", "facts"),
    [
        (" \n\n", "empty", {}),
        ("A cat.\n" * 51, "many", {"count": 51, "most": 50}),
        ("A cat.\n" + "cat " * 99, "long", {"line": 2, "limit": 300, "pieces": 120}),
    ],
)
def test_a_text_that_is_none_is_answered_by_one_sentence(typed, key, facts):
    at = app_test("models", tab="document").run()
    at.text_area(key="document_en").set_value(typed).run()
    assert not at.exception
    assert [part.value for part in at.info] == [EN[f"document_{key}"].format(**facts)]


def test_the_browser_sorts_by_any_column_and_what_is_unknown_comes_last(blank):
    rows = [{"line": 1, "score": -1, "text": "b"}, {"line": 2, "text": "a"}, {"line": 3, "score": -2, "text": "c"}]
    expression = "[['score', false], ['score', true], ['text', false]].map(by => m.order(v[0], ...by).map(r => r.line))"
    assert call(blank, "views/models/lines.js", expression, rows) == [[3, 1, 2], [1, 3, 2], [2, 1, 3]]
