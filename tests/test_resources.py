"""What pages may ask of a model: any search with any options, which core answers just the same."""

from dataclasses import replace

import pytest

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


@pytest.mark.parametrize("text", ["Two dogs are running.", EXAMPLES["en"]], ids=["typed", "stored"])
@pytest.mark.parametrize("options", OPTIONS, ids=strategy_of)
def test_a_page_gets_what_core_returns(options, text):
    loaded = load_packed(MODEL)
    expected, found = decode(loaded.model, loaded.subwords, text, options), resources.decode(MODEL, text, options)
    assert (found.strategy, found.options, found.text) == (strategy_of(options), options, text)
    assert [one.tokens for one in found.hypotheses] == [one.tokens for one in expected.hypotheses]
    assert [one.score for one in found.hypotheses] == pytest.approx(
        [one.score for one in expected.hypotheses], abs=1e-4
    )
    assert [node.token for node in found.tree.nodes] == [node.token for node in expected.tree.nodes]
    assert resources.decode(MODEL, text, replace(options)).tree is found.tree, "and it is computed once"


def test_every_strategy_is_asked():
    assert {strategy_of(options) for options in OPTIONS} == set(STRATEGIES)
