"""Where a decoder looked among its own tokens, in the record: what teacher forcing gives, for every search."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from model_zoo import RNNS, TRANSFORMERS, vocabulary

from core.changes import Changes, Head
from core.decoding.translate import decode, decode_steps, translate_batches
from core.interpret.alignments import by_words, source_words, word_numbers
from core.models.packed import pack
from core.options import (
    BeamOptions,
    Constraints,
    DiverseOptions,
    ExactOptions,
    ForcedOptions,
    GreedyOptions,
    MBROptions,
    SamplingOptions,
)
from core.records import Node, SearchTree
from core.records.trace_json import from_json, to_json
from core.text.batches import source_batch
from core.text.subwords import BOS
from dashboard.resources.shelf import size_of

SUBWORDS = vocabulary()
TEXT = "a b c"
OPTIONS = [
    GreedyOptions(20),
    BeamOptions(4, max_length=9, finished=9),
    BeamOptions(3, max_length=20, constraints=Constraints(min_length=15)),  # longer than the tables and the cache
    SamplingOptions(4, 1.5, seed=3, max_length=9),
    DiverseOptions(4, 2, max_length=9),
    ExactOptions(100, "average", max_length=7),
    MBROptions("both", 5, 3, max_length=8),
    ForcedOptions("c b a b"),
]
every_strategy = pytest.mark.parametrize("options", OPTIONS, ids=lambda options: type(options).__name__)


def forced(model, trace, place, **interventions):
    """What teacher forcing says of a hypothesis, (L, H, T, T)."""
    source, mask = (torch.from_numpy(part) for part in source_batch([SUBWORDS.encode_source(TEXT)]))
    ids = [trace.tree.nodes[node].id for node in trace.tree.path(trace.hypotheses[place].leaf)]
    return model(source, mask, torch.tensor([[BOS, *ids[:-1]]]), **interventions).attention["decoder"][0].numpy()


@every_strategy
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", TRANSFORMERS)
@torch.no_grad()
def test_it_is_what_teacher_forcing_gives_along_every_path(name, packed, options):
    model = TRANSFORMERS[name]().requires_grad_(False)
    model = pack(model) if packed else model
    trace = decode(model, SUBWORDS, TEXT, options)
    assert trace.tree.self_attention.dtype == np.float16
    for place, hypothesis in enumerate(trace.hypotheses):
        attention = trace.attention(place, "decoder")
        assert (attention.kind, attention.queries) == ("decoder", hypothesis.tokens)
        assert attention.keys == ("<bos>", *hypothesis.tokens[:-1])
        assert attention.weights == pytest.approx(forced(model, trace, place), abs=1e-3)
        assert attention.weights.astype(np.float64).sum(-1) == pytest.approx(1, abs=4e-3)
        assert not np.triu(attention.weights, 1).any()


@every_strategy
def test_a_search_at_every_step_and_its_json_have_it(options):
    model = TRANSFORMERS["transformer-pre-rotary-tied"]()
    for trace in decode_steps(model, SUBWORDS, TEXT, options):
        again = from_json(json.loads(json.dumps(to_json(trace))))
        assert again.tree.self_attention.dtype == np.float16
        assert again.tree.self_attention.shape[:3] == trace.tree.self_attention.shape[:3]
        for place in range(len(trace.hypotheses)):
            own, kept = (one.attention(place, "decoder") for one in (trace, again))
            assert (kept.queries, kept.keys) == (own.queries, own.keys)
            assert np.array_equal(kept.weights, own.weights)


@pytest.mark.parametrize("name", RNNS)
def test_a_recurrent_model_has_none(name):
    trace = decode(RNNS[name](), SUBWORDS, TEXT, MBROptions("both", 3, 2, max_length=5))
    assert trace.attention(0, "decoder") is trace.attention(0, "encoder") is trace.tree.self_attention is None
    assert "self_attention" not in to_json(trace)["tree"]


def test_what_was_stored_before_there_was_any_is_read():
    trace = decode(TRANSFORMERS["transformer-pre-rotary-tied"](), SUBWORDS, TEXT, GreedyOptions(5))
    content = to_json(trace)
    assert from_json(content).attention(0, "decoder") is not None
    del content["tree"]["self_attention"]
    assert from_json(content).attention(0, "decoder") is None
    assert from_json(content).attention().weights == pytest.approx(trace.attention().weights, abs=1e-4)


def test_the_other_kinds_and_an_unknown_one():
    trace = decode(TRANSFORMERS["transformer-pre-rotary-tied"](), SUBWORDS, TEXT, GreedyOptions(5))
    assert trace.attention(0, "encoder") is trace.encoder
    assert np.array_equal(trace.attention(kind="cross").weights, trace.attention().weights)
    with pytest.raises(ValueError, match="unknown kind of attention 'decodr', did you mean 'decoder'"):
        trace.attention(0, "decodr")


def test_its_words_are_joined_on_both_sides():
    trace = decode(TRANSFORMERS["transformer-pre-rotary-tied"](), SUBWORDS, TEXT, ForcedOptions("c b a"))
    attention = trace.attention(0, "decoder")
    joined = by_words(attention, source_words(trace.pieces), word_numbers(attention.queries))
    assert joined.weights.astype(np.float64).sum(-1) == pytest.approx(1, abs=4e-3)


def test_a_closed_head_is_recorded_as_it_looked():
    model = TRANSFORMERS["transformer-pre-rotary-tied"]()
    changes = Changes((Head("decoder", 0, 1), Head("cross", 0, 0)))
    plain, trace = (
        decode(model, SUBWORDS, TEXT, ForcedOptions("c b a"), changes=made) for made in (Changes(), changes)
    )
    own, other = (one.attention(0, "decoder").weights for one in (trace, plain))
    assert np.array_equal(own[0], other[0])  # what a head of the first layer sees depends on no other
    assert not np.allclose(own[1], other[1], atol=1e-3)


def test_many_lines_keep_none():
    model = TRANSFORMERS["transformer-pre-rotary-tied"]()
    ((_, (hypothesis,)),) = translate_batches(model, SUBWORDS, [TEXT], GreedyOptions(5))
    assert hypothesis.tokens == decode(model, SUBWORDS, TEXT, GreedyOptions(5)).hypotheses[0].tokens


NODES = (Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"), Node(0, "a", 4, -1.0, -1.0, 1, "kept"))


@pytest.mark.parametrize(
    ("field", "shape", "sentence"),
    [
        ("attention", (1, 2, 2, 3), r"attention needs one entry \(L, H, positions\) an expanded node"),
        ("attention", (2, 2, 3), r"attention needs one entry \(L, H, positions\) an expanded node"),
        ("self_attention", (3, 2, 2, 2), r"self_attention needs one entry \(L, H, positions\) an expanded node"),
        ("self_attention", (2, 2), r"self_attention needs one entry \(L, H, positions\) an expanded node"),
        ("self_attention", (2, 1, 1, 1), "self_attention over 1 tokens does not fit nodes that have read 2"),
    ],
)
def test_a_tree_refuses_what_does_not_fit_it(field, shape, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        SearchTree(NODES, (0, 1), **{field: np.zeros(shape, np.float32)})


@pytest.mark.parametrize(
    "damage",
    [
        3,
        [],
        "x",
        None,
        {},
        {"weights": ""},
        {"weights": "AAA"},
        {"weights": "ä"},
        {"weights": 7},
        {"weights": "//8="},  # one NaN
        {"heads": [2]},
        {"heads": [3, 2, 1]},
        {"heads": [-1, 3]},
        {"heads": [2, 2]},
        {"heads": [2, "3"]},
        {"heads": None},
        {"heads": [10**4, 10**4]},
    ],
)
def test_damaged_self_attention_is_refused_in_one_sentence(damage):
    trace = decode(TRANSFORMERS["transformer-pre-rotary-tied"](), SUBWORDS, TEXT, GreedyOptions(5))
    content = to_json(trace)
    kept = content["tree"]["self_attention"]
    content["tree"]["self_attention"] = {**kept, **damage} if damage and isinstance(damage, dict) else damage
    with pytest.raises(ValueError, match=r"^this is not a stored trace: [^\n]+$"):
        from_json(content)


def test_its_bytes_are_counted():
    trace = decode(TRANSFORMERS["transformer-pre-rotary-tied"](), SUBWORDS, TEXT, BeamOptions(4, max_length=9))
    without = replace(trace, tree=replace(trace.tree, self_attention=None))
    nothing = size_of(None)
    own = trace.tree.self_attention.nbytes
    assert size_of(trace) - size_of(without) == own - nothing
