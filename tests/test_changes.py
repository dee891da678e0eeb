"""What a reader changes in a run: a value, that an address holds, and what it does to every kind of model."""

import itertools
import json
from dataclasses import asdict, replace
from urllib.parse import quote

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from model_zoo import ATTENDING, MODELS, PRUNED, TRANSFORMERS, vocabulary

from core.changes import PATTERNS, UNCHANGED, Changes, Head, Pattern, Row
from core.decoding.translate import decode, decode_steps, translate_batches
from core.interpret.attention_numbers import attention_steps
from core.models.contract import Interventions
from core.models.packed import pack
from core.options import BeamOptions, ExactOptions, ForcedOptions, GreedyOptions, MBROptions, SamplingOptions
from core.records.trace_json import from_json, summary_json, to_json

SUBWORDS = vocabulary()
TEXT = "a b c"
POSITIONS = len(SUBWORDS.encode_source(TEXT)) + 1
STRATEGIES = (
    GreedyOptions(7),
    BeamOptions(3, max_length=7),
    SamplingOptions(3, seed=4, max_length=7),
    ExactOptions(60, max_length=6),
    MBROptions("both", 4, 2, max_length=6),
    ForcedOptions("c b a"),
)
every_strategy = pytest.mark.parametrize("options", STRATEGIES, ids=lambda options: type(options).__name__)
every_editable = pytest.mark.parametrize("name", [name for name in ATTENDING if name not in PRUNED])
every_attending = pytest.mark.parametrize("name", ATTENDING)


def heads_of(model, kind):
    """All heads of one attention."""
    layers, heads = model.heads[kind]
    return tuple(Head(kind, layer, head) for layer in range(layers) for head in range(heads))


def numbers(trace):
    """All that a search has found and looked at."""
    weights = None if trace.tree.attention is None else trace.tree.attention.tolist()
    return summary_json(trace), trace.logits.tolist(), weights


# --- a value ---------------------------------------------------------------------------------------------------

place = some.sampled_from(["encoder", "decoder", "cross"]), some.integers(0, 9), some.integers(0, 9)
heads = some.builds(Head, *place)
weights = some.lists(some.floats(0, 1), min_size=1, max_size=4).map(tuple)
read = weights.map(lambda weights: (len(weights) - 1, weights))  # a decoder's row has a weight for each token so far
rows = some.lists(
    some.builds(lambda kind, layer, head, row: Row(kind, layer, head, *row), *place, read),
    unique_by=lambda row: (row.kind, row.layer, row.head, row.query),
    max_size=4,
)
patterns = some.lists(
    some.builds(Pattern, *place, some.sampled_from(list(PATTERNS))),
    unique_by=lambda one: (one.kind, one.layer, one.head),
    max_size=4,
)


@given(some.lists(heads, max_size=6), rows, patterns, some.randoms())
def test_equal_changes_are_equal_in_every_order_and_pass_through_an_address(closed, edited, patterns, chance):
    changes = Changes(tuple(closed), tuple(edited), tuple(patterns))
    again = [*closed, *closed[:2]], [*edited, *edited[:1]], [*patterns, *patterns[:1]]
    for part in again:
        chance.shuffle(part)
    other = Changes(*map(tuple, again))
    assert (other, hash(other), other.address()) == (changes, hash(changes), changes.address())
    assert Changes.from_address(changes.address()) == changes
    assert quote(changes.address(), safe="") == changes.address()
    assert (changes == UNCHANGED) == (changes.address() == "") == (not closed and not edited and not patterns)


def test_an_address_by_hand():
    row, pattern = Row("cross", 0, 1, 4, (0.25, 1, -0.0)), Pattern("decoder", 2, 3, "uniform")
    changes = Changes((Head("cross", 1, 2), Head("encoder", 0, 0)), (row,), (pattern,))
    assert changes.address() == "cross~1~2_encoder~0~0_cross~0~1~4~0.25~1~0_decoder~2~3~uniform"
    assert Changes.from_address("decoder~2~3~uniform_encoder~0~0_cross~1~2_cross~0~1~4~0.25~1~0") == changes


NONSENSE = (
    "cross cross~1 cross~1~2~3 cross~1~2~flat row~0~1~4~1 across~1~2 cross~a~2 cross~-1~2 cross~0~1~4~nan "
    "cross~0~1~4~2 cross~0~1~x~1 cross~0~1~4~ decoder~0~1~4~1 ~"
)


@pytest.mark.parametrize("text", NONSENSE.split())
def test_an_address_that_says_nothing_is_refused(text):
    with pytest.raises(ValueError, match=r"^'.*' is no change; valid: kind~layer~head to close a head, as cross~1~2"):
        Changes.from_address(f"cross~0~0_{text}")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Head("crosss", 0, 0), "unknown kind of attention 'crosss', did you mean 'cross'"),
        (lambda: Head("cross", -1, 0), "layer must be a whole number from 0 to"),
        (lambda: Head("cross", 0, 1.5), "head must be a whole number from 0 to"),
        (lambda: Row("cross", 0, 0, 2_000, (1.0,)), "query must be a whole number from 0 to 1999"),
        (lambda: Row("crss", 0, 0, 0, (1.0,)), "unknown kind of attention 'crss', did you mean 'cross'"),
        (lambda: Row("decoder", 0, 0, 2, (1.0,)), "a decoder's row 2 has 3 tokens to see, not 1"),
        (lambda: Pattern("cross", 0, 0, "flat"), "unknown pattern 'flat'; valid: uniform, diagonal, first"),
        (
            lambda: Changes(patterns=(Pattern("cross", 0, 1, "first"), Pattern("cross", 0, 1, "uniform"))),
            "cross layer 0, head 1 is set twice: to first and to uniform",
        ),
        (lambda: Row("cross", 0, 0, 0, ()), "number of weights must be a whole number from 1 to"),
        (lambda: Row("cross", 0, 0, 0, (-0.1,)), "weight must be a number from 0.0 to 1.0"),
        (lambda: Row("cross", 0, 0, 0, (float("nan"),)), "weight must be a number from 0.0 to 1.0"),
        (lambda: Row("cross", 0, 0, 0, (float("inf"),)), "weight must be a number from 0.0 to 1.0"),
        (
            lambda: Changes((), (Row("cross", 1, 2, 3, (1.0,)), Row("cross", 1, 2, 3, (0.5,)))),
            "cross layer 1, head 2 is edited twice in row 3: give it one row",
        ),
    ],
)
def test_changes_refuse_what_makes_no_sense(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


# --- what it does ----------------------------------------------------------------------------------------------


@every_strategy
@pytest.mark.parametrize("name", MODELS)
def test_no_changes_are_the_plain_run(name, options):
    model = MODELS[name]()
    plain, same = decode(model, SUBWORDS, TEXT, options), decode(model, SUBWORDS, TEXT, options, changes=Changes())
    assert numbers(same) == numbers(plain)
    assert same.changes == plain.changes == UNCHANGED
    assert "changes" not in to_json(plain)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", TRANSFORMERS)
def test_with_all_heads_closed_a_model_is_one_whose_output_matrix_is_zero(name, packed):
    """Each model in every strategy, each of its three attentions closed."""
    model = TRANSFORMERS[name]().requires_grad_(False)
    places = (
        ("encoder", "encoder", "output"),
        ("decoder", "decoder", "self_output"),
        ("cross", "decoder", "cross_output"),
    )
    zeroed = {}
    for kind, stack, matrix in places:
        zeroed[kind] = TRANSFORMERS[name]().requires_grad_(False)
        for layer in getattr(zeroed[kind], stack):
            getattr(layer, matrix).weight.zero_()
    if packed:
        model, zeroed = pack(model), {kind: pack(one) for kind, one in zeroed.items()}
    for options in STRATEGIES:
        plain = decode(model, SUBWORDS, TEXT, options).logits.tolist()
        for kind, without in zeroed.items():
            closed = decode(model, SUBWORDS, TEXT, options, changes=Changes(heads_of(model, kind)))
            wanted = decode(without, SUBWORDS, TEXT, options)
            assert [*map(identity, closed.tree.nodes)] == [*map(identity, wanted.tree.nodes)]
            assert closed.logits == pytest.approx(wanted.logits, abs=1e-2)  # kept in float16
            assert closed.logits.tolist() != plain


def identity(node):
    return node.parent, node.id, node.fate


@every_editable
@torch.no_grad()
def test_changes_are_the_interventions_that_they_stand_for(name):
    """By hand: the gates and weights as tensors."""
    model = MODELS[name]()
    layers, heads = model.heads["cross"]
    gate = torch.ones(layers, heads)
    gate[-1, -1] = 0
    weights = torch.full((layers, heads, 3, POSITIONS), torch.nan)
    weights[0, 0, 2] = row = torch.arange(POSITIONS) / POSITIONS
    changes = Changes((Head("cross", layers - 1, heads - 1),), (Row("cross", 0, 0, 2, tuple(row.tolist())),))
    interventions = Interventions(cross=gate, cross_attention=weights)
    for options in STRATEGIES:
        named, given = (
            decode(model, SUBWORDS, TEXT, options, **run)
            for run in ({"changes": changes}, {"interventions": interventions})
        )
        assert numbers(replace(named, changes=UNCHANGED)) == numbers(given)
        assert (named.changes, given.changes) == (changes, UNCHANGED)
    with pytest.raises(ValueError, match="by `changes` or by `interventions`, not by both"):
        decode(model, SUBWORDS, TEXT, GreedyOptions(), changes=changes, interventions=interventions)


@every_editable
@pytest.mark.parametrize("query", [0, 2])
def test_an_edited_row_stands_in_the_trace_and_what_came_before_is_as_it_was(name, query):
    model, options = MODELS[name](), ForcedOptions("c b a")
    plain = decode(model, SUBWORDS, TEXT, options)
    for kind, (layers, heads) in model.heads.items():
        count = query + 1 if kind == "decoder" else POSITIONS
        edited = tuple((np.arange(count, dtype=np.float32) / 16).tolist())
        for layer, head in {(0, 0), (layers - 1, heads - 1)}:
            trace = decode(
                model, SUBWORDS, TEXT, options, changes=Changes((), (Row(kind, layer, head, query, edited),))
            )
            before, after = plain.attention(kind=kind).weights, trace.attention(kind=kind).weights
            assert tuple(after[layer, head, query, :count].tolist()) == edited
            assert np.array_equal(after[:layer, :, query], before[:layer, :, query])
            assert not np.array_equal(trace.logits[query:], plain.logits[query:])
            if kind != "encoder":
                assert np.array_equal(after[:, :, :query], before[:, :, :query])
                assert np.array_equal(trace.logits[:query], plain.logits[:query])


def by_hand(pattern, queries, keys, causal):
    """A pattern's weights as a matrix, where a decoder sees nothing of what is not yet written."""
    seen = np.tri(queries, keys) if causal else np.ones((queries, keys))
    if pattern == "uniform":
        return seen / seen.sum(1, keepdims=True)
    return np.eye(keys)[np.zeros(queries, int) if pattern == "first" else np.arange(queries).clip(max=keys - 1)]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["gru-1-bi-additive-step", "transformer-post-alibi-tied", "ensemble-of-transformers"])
@torch.inference_mode()
def test_a_pattern_is_every_row_of_its_head_in_every_hypothesis_of_every_search(name, packed):
    model = MODELS[name]().requires_grad_(False)
    model = pack(model) if packed else model
    patterns = tuple(
        Pattern(kind, shape[0] - 1, shape[1] - 1, pattern)
        for (kind, shape), pattern in zip(model.heads.items(), PATTERNS, strict=False)
    )
    rotated = (*PATTERNS, *PATTERNS)
    for turn in range(3):
        chosen = [replace(one, pattern=rotated[index + turn]) for index, one in enumerate(patterns)]
        changes = Changes(patterns=tuple(chosen))
        for trace in (decode(model, SUBWORDS, TEXT, options, changes=changes) for options in STRATEGIES[turn::3]):
            for one, place in itertools.product(chosen, range(len(trace.hypotheses))):
                weights = trace.attention(place, one.kind).weights[one.layer, one.head]
                wanted = by_hand(one.pattern, *weights.shape, one.kind == "decoder")
                assert weights == pytest.approx(wanted, abs=1e-3)  # of the decoder in float16


def test_an_edited_row_of_a_head_that_follows_a_pattern_is_as_it_was_edited():
    model, edited = MODELS["transformer-post-alibi-tied"](), (0.25,) * POSITIONS
    changes = Changes((), (Row("cross", 1, 0, 1, edited),), (Pattern("cross", 1, 0, "first"),))
    weights = decode(model, SUBWORDS, TEXT, ForcedOptions("c b"), changes=changes).attention().weights[1, 0]
    assert weights[1].tolist() == list(edited)
    others = np.delete(weights, 1, axis=0)
    assert others.tolist() == by_hand("first", *others.shape, False).tolist()


@pytest.mark.parametrize("name", ["gru-1-bi-additive-step", "transformer-post-sinusoidal-tied"])
@every_strategy
def test_a_trace_names_its_changes_in_json_too(name, options):
    model = MODELS[name]()
    changes = Changes(
        (Head("cross", 0, 0),), (Row("cross", 0, 0, 1, (0.5,) * POSITIONS),), (Pattern("cross", 0, 0, "first"),)
    )
    *_, trace = decode_steps(model, SUBWORDS, TEXT, options, changes=changes)
    content = json.loads(json.dumps(to_json(trace)))
    assert trace.changes == from_json(content).changes == changes
    assert summary_json(trace)["changes"] == asdict(changes)
    for row in content["changes"]["edited"]:  # as it was stored before there were other kinds
        row["step"] = row.pop("query")
        del row["kind"]
    del content["changes"]["patterns"]
    assert from_json(content).changes == replace(changes, patterns=())
    del content["changes"]  # as it was stored before there were any
    assert from_json(content).changes == UNCHANGED
    for damage in (
        {"closed": 3},
        {"closed": [], "edited": [{}]},
        {"closed": [{"kind": "x", "layer": 0, "head": 0}]},
        [],
    ):
        with pytest.raises(ValueError, match=r"^this is not a stored trace: [^\n]+$"):
            from_json(content | {"changes": damage})


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        (
            "transformer-post-sinusoidal-tied",
            Changes((Head("encoder", 2, 0),)),
            "this model has no encoder head 0 in layer 2, counted from 0; valid: layers 0 to 1, heads 0 to 2",
        ),
        (
            "transformer-post-sinusoidal-tied",
            Changes((), (Row("cross", 0, 3, 0, (1.0,)),)),
            "this model has no cross head 3 in layer 0, counted from 0; valid: layers 0 to 1, heads 0 to 2",
        ),
        (
            "transformer-post-sinusoidal-tied",
            Changes((), (Row("cross", 0, 0, 0, (1.0, 0.0)),)),
            f"the edited cross row 0 of 2 weights does not fit this sentence: "
            f"its {POSITIONS} positions take {POSITIONS} weights",
        ),
        (
            "transformer-post-sinusoidal-tied",
            Changes((), (Row("encoder", 0, 0, 99, (0.5,) * POSITIONS),)),
            f"the edited encoder row 99 of {POSITIONS} weights does not fit this sentence: "
            f"its {POSITIONS} positions take {POSITIONS} weights, in rows 0 to {POSITIONS - 1}",
        ),
        (
            "pruned-post-alibi",
            Changes(patterns=(Pattern("encoder", 0, 2, "first"),)),
            "this model has no encoder head 2 in layer 0, counted from 0: it was pruned",
        ),
        (
            "gru-1-bi-additive-step",
            Changes(patterns=(Pattern("encoder", 0, 0, "first"),)),
            "unknown kind of attention in this model 'encoder'; valid: cross",
        ),
        (
            "gru-1-bi-additive-step",
            Changes((Head("decoder", 0, 0),)),
            "unknown kind of attention in this model 'decoder'; valid: cross",
        ),
        (
            "lstm-2-uni-none-step",
            Changes((), (Row("cross", 0, 0, 0, (1.0,)),)),
            "unknown kind of attention in this model 'cross'; valid: none",
        ),
    ],
)
def test_changes_that_a_model_can_not_take_are_refused(name, changes, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        decode(MODELS[name](), SUBWORDS, TEXT, GreedyOptions(), changes=changes)


def test_many_lines_are_translated_with_heads_closed_as_each_alone():
    model, lines = MODELS["transformer-pre-learned-untied"](), ["a b", "c a b c", ""]
    changes = Changes((*heads_of(model, "cross")[:4], Head("decoder", 1, 0)))
    options = BeamOptions(3, max_length=7)
    together = dict(translate_batches(model, SUBWORDS, lines, options, changes=changes))
    for index in (0, 1):
        alone = decode(model, SUBWORDS, lines[index], options, changes=changes).hypotheses
        assert [hypothesis.tokens for hypothesis in together[index]] == [hypothesis.tokens for hypothesis in alone]
        plain = decode(model, SUBWORDS, lines[index], options).hypotheses
        assert [hypothesis.score for hypothesis in plain] != [hypothesis.score for hypothesis in alone]
    with pytest.raises(
        ValueError, match="an edited row or a head set whole belongs to one sentence: translate that one alone"
    ):
        list(translate_batches(model, SUBWORDS, lines, options, changes=Changes((), (Row("cross", 0, 0, 0, (1.0,)),))))


@pytest.mark.parametrize("name", ["gru-1-bi-additive-step", *TRANSFORMERS])
def test_the_numbers_behind_a_changed_run_are_those_of_that_run(name):
    model = MODELS[name]()
    edited = (0.5, *(0.0,) * (POSITIONS - 1))
    rows = (Row("encoder", 1, 1, 0, edited), Row("decoder", 0, 2, 1, (1, 0))) if "decoder" in model.heads else ()
    changes = Changes((Head("cross", 0, 0), *(heads_of(model, "decoder")[:2] if "decoder" in model.heads else ())),
                      (Row("cross", 0, 0, 1, edited), *rows))  # fmt: skip
    trace = decode(model, SUBWORDS, TEXT, ForcedOptions("c b"), changes=changes)
    steps = attention_steps(model, SUBWORDS, trace)
    np.testing.assert_allclose(steps.weights, trace.attention().weights, atol=1e-5)
    assert not steps.context[0, 0].any()
    others = attention_steps(model, SUBWORDS, replace(trace, changes=UNCHANGED))
    assert not np.allclose(steps.query, others.query)
    if "decoder" in model.heads:
        scores = np.einsum("lhtd,lhsd->lhts", steps.query, steps.keys) / np.sqrt(steps.query.shape[-1])
        np.testing.assert_allclose(steps.scores, scores, atol=1e-5)


def test_weights_beyond_one_given_by_hand_survive_json():
    model = MODELS["gru-1-bi-additive-step"]()
    weights = torch.full((1, 1, 2, POSITIONS), torch.nan)
    weights[0, 0, 1, :2] = torch.tensor([7.0, -0.5])
    trace = decode(model, SUBWORDS, TEXT, ForcedOptions("c b"), interventions=Interventions(cross_attention=weights))
    again = from_json(json.loads(json.dumps(to_json(trace))))
    assert again.attention().weights == pytest.approx(trace.attention().weights, abs=1e-4)
