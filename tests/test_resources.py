"""What pages may ask of a model: any search with any options, which core answers just the same."""

from dataclasses import replace

import numpy as np
import pytest

from core.changes import ATTENTION_KINDS, UNCHANGED, Changes, Head, Row
from core.checkpoints import load_packed
from core.decoding.translate import decode
from core.options import (
    STRATEGIES,
    BeamOptions,
    Constraints,
    DiverseOptions,
    ExactOptions,
    ForcedOptions,
    GreedyOptions,
    MBROptions,
    SamplingOptions,
    strategy_of,
)
from core.recipes.stored_examples import EXAMPLES
from dashboard import resources

MODEL = "en-de-transformer-small"
BOUNDS = Constraints(prefix="Zw", banned=("Hunde",), no_repeat=2, min_length=2)
OPTIONS = [  # each strategy with none of its options as it is by default
    GreedyOptions(7, BOUNDS),
    SamplingOptions(3, 0.8, 20, 0.9, 0.95, 2, 9, BOUNDS),
    BeamOptions(3, "average", 0.5, 2, 9, "finished", 0.4, BOUNDS),
    BeamOptions(4, "none", stop="first"),
    BeamOptions(4, "gnmt", 0.3, stop="optimum"),
    DiverseOptions(4, 2, 0.7, "none", 0.5, 9, BOUNDS),
    ExactOptions(20, "average", 0.5, 6, BOUNDS),
    MBROptions("both", 4, 2, "bleu", 0.9, 30, 0.95, 0.9, 3, 9, BOUNDS),
    ForcedOptions("Zwei Hunde rennen."),
]


CLOSED = Changes(tuple(Head(kind, 0, 1) for kind in ATTENTION_KINDS))
TEXTS = {"typed": "Two dogs are running.", "stored": EXAMPLES["en"]}


@pytest.fixture(scope="module")
def loaded():
    """The model, as core has it."""
    return load_packed(MODEL)


def edited(text):
    """Changes that turn the first step of a head to the first position of a sentence."""
    return Changes(edited=(Row("cross", 1, 0, 0, (1.0, *(0.0 for _ in resources.pieces(MODEL, text)))),))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("change", [lambda _: UNCHANGED, lambda _: CLOSED, edited], ids=["whole", "closed", "edited"])
@pytest.mark.parametrize("options", [*OPTIONS, BeamOptions()], ids=strategy_of)
def test_a_page_gets_what_core_returns(loaded, options, change, text):
    changes = change(text)
    expected = decode(loaded.model, loaded.subwords, text, options, changes=changes)
    trace = resources.decode(MODEL, text, options, changes)
    assert (trace.strategy, trace.options, trace.changes, trace.text) == (strategy_of(options), options, changes, text)
    same(trace, expected)
    again = resources.decode(MODEL, text, replace(options), replace(changes))
    assert again.tree is trace.tree, "and it is computed once"


def same(trace, expected):
    """Two searches that went the same way and looked at the same."""
    assert [best.tokens for best in trace.hypotheses] == [best.tokens for best in expected.hypotheses]
    scores = [[best.score for best in found.hypotheses] for found in (trace, expected)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)
    assert [node.token for node in trace.tree.nodes] == [node.token for node in expected.tree.nodes]
    for kind in ATTENTION_KINDS:
        assert np.allclose(trace.attention(0, kind).weights, expected.attention(0, kind).weights, atol=2e-3), kind


def test_what_is_stored_is_what_core_returns_and_gives_way_to_a_change(loaded):
    text = EXAMPLES["en"]
    for options in (BeamOptions(), BeamOptions(1), ForcedOptions(resources.gold(MODEL, text))):
        whole, changed = resources.decode(MODEL, text, options), resources.decode(MODEL, text, options, CLOSED)
        assert (whole.logits is None, changed.logits is None) == (True, False), "a stored one has no logits"
        same(whole, decode(loaded.model, loaded.subwords, text, options))
        assert whole.hypotheses[0].total != pytest.approx(changed.hypotheses[0].total, abs=1e-3)


def test_numbers_of_attention_are_those_of_the_changed_run():
    text = TEXTS["typed"]
    whole, changed = (resources.attention_steps(MODEL, text, "", changes) for changes in (UNCHANGED, edited(text)))
    assert np.allclose(changed.weights[1, 0, 0, 1:], 0, atol=1e-6)
    assert whole.weights[1, 0, 0, 1:].sum() > 0.01


def test_every_strategy_is_asked():
    assert {strategy_of(options) for options in OPTIONS} == set(STRATEGIES)
