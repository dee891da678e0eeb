"""What a page gets of the models it asks: their answers, a sentence for each failure, patience while one sleeps."""

from types import SimpleNamespace

import pytest

from core.changes import UNCHANGED, Changes, Head
from core.options import BeamOptions, ForcedOptions
from dashboard import answers, resources
from dashboard.text import catalogue

EN = catalogue("en")
CLOSED = Changes((Head("cross", 0, 1),))


@pytest.fixture
def page(monkeypatch):
    """What a page shows; of its models `awake` is in memory and `damaged` can't be read."""

    def decode(name, text, options, changes=UNCHANGED):
        if name == "damaged":
            raise ValueError("the weights of damaged are <short>")
        return SimpleNamespace(
            name=name, options=options, changes=changes, hypotheses=[SimpleNamespace(text=text.upper())]
        )

    shown = []
    monkeypatch.setattr(resources, "decode", decode)
    monkeypatch.setattr(resources, "attention_steps", decode)
    monkeypatch.setattr(resources, "awake", lambda: {"awake", "damaged"})
    monkeypatch.setattr(answers.st, "error", shown.append)
    real = answers.st.spinner
    monkeypatch.setattr(answers.st, "spinner", lambda text: shown.append(text) or real(text))
    return shown


def test_each_failure_is_one_sentence_and_the_others_answer(page):
    traces = answers.read(EN, ["damaged", "awake"], "Hi.", BeamOptions(2), CLOSED)
    assert list(traces) == ["awake"]
    assert (traces["awake"].options, traces["awake"].changes) == (BeamOptions(2), CLOSED)
    assert page == [r"the weights of damaged are \<short\>"]
    assert answers.trace(EN, "damaged", "Hi.") is None
    assert len(page) == 2
    assert answers.best_or_failure(EN, ["damaged"], "Hi.") == ({}, {"damaged": "the weights of damaged are <short>"})
    assert len(page) == 2, "this one is shown in the place of a translation"


def test_a_reader_waits_in_sight_of_what_has_to_be_loaded_alone(page):
    assert answers.trace(EN, "awake", "Hi.").name == "awake"
    assert page == []
    assert set(answers.read(EN, ["awake", "asleep"], "Hi.")) == {"awake", "asleep"}
    assert page == [EN["loading"]]


def test_a_translation_is_forced_upon_each_and_one_that_can_not_be_is_named(page):
    trace = answers.forced(EN, ["awake"], "Hi.", "Na.", CLOSED)["awake"]
    assert (trace.options, trace.changes) == (ForcedOptions("Na."), CLOSED)
    assert answers.forced(EN, ["awake"], "Hi.", " ") == {}
    assert page == [r"there is no translation to force\: give some text"]


def test_translations_come_from_the_example_where_its_sentences_are_asked_for(page):
    example = {"sentences": ["a", "b"], "texts": {"awake": ["x", "y"], "another": ["z", "z"]}}
    assert answers.translations(EN, ["awake"], ["a", "b"], example) == {"awake": ["x", "y"]}
    assert answers.translations(EN, ["awake", "damaged"], ["a", "b"], example) == {"awake": ["A", "B"]}
    assert answers.translations(EN, ["awake"], ["a"], example) == {"awake": ["A"]}


def test_numbers_of_a_model_that_sleeps_are_not_waited_for(page):
    assert answers.attention_steps("asleep", "Hi.", "", wake=False) is None
    assert answers.attention_steps("asleep", "Hi.", "", wake=True).name == "asleep"
    assert answers.attention_steps("damaged", "Hi.", "", wake=False) is None
    assert page == [r"the weights of damaged are \<short\>"]
