"""The laws of core.models.contract, over every model of the zoo."""

import contextlib
import copy
import functools
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations, product

import pytest
import torch
from model_zoo import (
    ATTENDING,
    ENSEMBLES,
    EVERY,
    KINDS,
    MAX_POSITIONS,
    MODELS,
    RNNS,
    SINGLE,
    TRANSFORMERS,
    random_ids,
    recurrent,
    sources,
)
from torch.nn import functional
from torch.testing import assert_close

from core.models.contract import NONE, Interventions, keep, over_tensors, take
from core.models.ensemble import Ensemble
from core.models.positional import POSITIONS
from core.models.rnn_layers import CELLS, CONTEXTS, RNNConfig
from core.models.transformer_layers import NORMS

CLOSE = {"atol": 1e-5, "rtol": 0.0}
LENGTHS = (MAX_POSITIONS + 2, 3, 5)  # of the source sentences; the first is longer than the models' tables
TARGET = 18  # longer than those tables too, and than the first 16 places of a Transformer's cache


shared = functools.cache(lambda name: EVERY[name]())  # by all these tests, as the dashboard shares its models


@pytest.fixture(params=MODELS)
def model(request):
    return shared(request.param)


@pytest.fixture(params=EVERY)
def any_model(request):
    return shared(request.param)


@pytest.fixture(params=ATTENDING)
def attending(request):
    return shared(request.param)


@pytest.fixture
def hasty_threads():
    """Let threads take turns as often as Python can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@torch.no_grad()
def head_counts(model):
    """(L, H) of each attention that the model has."""
    return {kind: weights.shape[1:3] for kind, weights in model(*sources([2]), random_ids(1, 1)).attention.items()}


def present(model, kind):
    """Which heads pruning left, (L, H)."""
    there = torch.ones(model.heads[kind], dtype=torch.bool)
    for gone in model.absent:
        if gone.kind == kind:
            there[gone.layer, gone.head] = False
    return there


def rows_and_keys(kind, steps):
    """How many queries and keys an attention has over the source sentences and so many target positions."""
    source = max(LENGTHS)
    return {"encoder": (source, source), "decoder": (steps, steps), "cross": (steps, source)}[kind]


def random_interventions(model):
    """Every gate a sentence its own, and weights given for 3 target positions, the second row left to the model."""
    drawn = torch.Generator().manual_seed(7)
    counts = head_counts(model)
    gates = {kind: torch.rand(len(LENGTHS), *shape, generator=drawn) for kind, shape in counts.items()}
    given = {}
    for kind, shape in counts.items():
        weights = torch.rand(len(LENGTHS), *shape, *rows_and_keys(kind, 3), generator=drawn).softmax(dim=-1)
        weights[..., 1, :] = torch.nan
        given[f"{kind}_attention"] = weights
    return Interventions(**gates, **given)


def begin(model, interventions=NONE, width=1):
    """The state after reading the source sentences."""
    return model.start(model.encode(*sources(LENGTHS), interventions=interventions), width=width)


def read(model, state, tokens, detail=False):
    """All steps on tokens (B, T), and the state after them."""
    steps = []
    for previous in tokens.unbind(1):
        steps.append(model.step(previous, state, detail=detail))
        state = steps[-1].state
    return steps, state


def logits_of(steps):
    """(B, T, V)"""
    return torch.stack([step.logits for step in steps], dim=1)


# --- the zoo -------------------------------------------------------------------------------------------------

READS = {"none": "nothing", "location": "positions", "local-m": "positions", "local-p": "positions"}


def pairs(config):
    """What goes together in a model: every pair of two of its choices."""
    made = {name: choice for name, choice in vars(config).items() if name != "kept"}
    if isinstance(config, RNNConfig):
        made["attention"] = READS.get(config.attention, "contents")
        made["way"] = made.pop("bidirectional"), made.pop("reverse_source")
        if config.attention == "none":  # then these say nothing
            del made["context"], made["input_feeding"]
    return set(combinations(sorted(made.items()), 2))


def possible():
    """The arguments of all models that are allowed, as far as the zoo has their sizes."""
    one = recurrent()
    free = product(("none", "location", "dot"), CONTEXTS, CELLS, (1, 2, 3), *[(False, True)] * 4)
    names = ("attention", "context", "cell", "layers", "input_feeding", "residual", "bidirectional", "reverse_source")
    for chosen in free:
        with contextlib.suppress(ValueError):  # they do not go together
            yield replace(one, **dict(zip(names, chosen, strict=True)))
    one = shared(next(iter(TRANSFORMERS))).config
    for norm, positions, tied in product(NORMS, POSITIONS, (False, True)):
        yield replace(one, norm=norm, positions=positions, tied=tied)


def test_the_zoo_has_every_kind_and_every_pair_of_choices():
    configs = {name: shared(name).config for name in EVERY if name not in ENSEMBLES}
    missing = set().union(*map(pairs, possible())) - set().union(*(pairs(configs[name]) for name in SINGLE))
    assert not missing, sorted(missing)
    looking = {(config.attention, config.context) for config in configs.values() if isinstance(config, RNNConfig)}
    assert looking >= {*product(KINDS, CONTEXTS), ("none", "step")}
    assert {configs[name].attention for name in RNNS} == {"none", *KINDS}


# --- stepping ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes_for", [lambda model: NONE, random_interventions], ids=["plain", "changed"])
@torch.inference_mode()
def test_stepping_through_a_target_gives_what_forward_gives(any_model, changes_for):
    model = any_model
    interventions, target = changes_for(model), random_ids(len(LENGTHS), TARGET)
    whole = model(*sources(LENGTHS), target, interventions=interventions, detail=True)
    steps, _ = read(model, begin(model, interventions), target, detail=True)
    assert_close(logits_of(steps), whole.logits, **CLOSE)
    for position, step in enumerate(steps):
        for kind, weights in step.attention.items():
            assert_close(weights, whole.attention[kind][:, :, :, position, : weights.shape[-1]], **CLOSE)
        expected = {
            name: value[:, :, :, position] if name == "scores" else value[:, position]
            for name, value in whole.detail.items()
        }
        assert_close(dict(step.detail), expected, **CLOSE)


@torch.inference_mode()
def test_attention_has_its_axes_and_detail_comes_only_on_request(model):
    target = random_ids(len(LENGTHS), 3)
    whole = model(*sources(LENGTHS), target)
    steps, _ = read(model, begin(model), target)
    for kind, (layers, heads) in head_counts(model).items():
        queries, keys = {"cross": (3, LENGTHS[0]), "decoder": (3, 3), "encoder": (LENGTHS[0],) * 2}[kind]
        assert whole.attention[kind].shape == (len(LENGTHS), layers, heads, queries, keys)
        if kind != "encoder":
            assert steps[-1].attention[kind].shape == (len(LENGTHS), layers, heads, keys)
    assert not whole.detail
    assert not any(step.detail for step in steps)


@torch.inference_mode()
def test_forks_of_a_state_equal_fresh_prefixes(model):
    interventions, rows = random_interventions(model), torch.arange(len(LENGTHS))
    prefix, one, other = (random_ids(len(LENGTHS), length, seed) for seed, length in ((1, 3), (2, 4), (3, 4)))
    _, state = read(model, begin(model, interventions), prefix)
    forks, found = [take(state, rows), take(state, rows)], ([], [])
    for tokens in zip(one.unbind(1), other.unbind(1), strict=True):  # in turn, so that shared memory would show
        for index, previous in enumerate(tokens):
            step = model.step(previous, forks[index])
            forks[index] = step.state
            found[index].append(step)
    for steps, continuation in zip(found, (one, other), strict=True):
        target = torch.cat([prefix, continuation], dim=1)
        whole = model(*sources(LENGTHS), target, interventions=interventions)
        assert_close(logits_of(steps), whole.logits[:, 3:], **CLOSE)


@torch.inference_mode()
def test_rows_of_a_beam_share_the_source_and_equal_sentences_alone(model):
    interventions, width = random_interventions(model), 3
    target = random_ids(len(LENGTHS) * width, 4)
    steps, _ = read(model, begin(model, interventions, width=width), target)
    for index in range(width):
        alone, _ = read(model, begin(model, interventions), target[index::width])
        assert_close(logits_of(steps)[index::width], logits_of(alone), **CLOSE)
        for kind in steps[-1].attention:
            assert_close(steps[-1].attention[kind][index::width], alone[-1].attention[kind], **CLOSE)


@torch.inference_mode()
def test_a_state_holds_a_row_a_sentence_and_a_row_a_live_row(model):
    def row_counts(tree):
        counts = set()
        over_tensors(lambda tensor: counts.add(len(tensor)), tree)
        return counts

    state = begin(model, random_interventions(model), width=2)
    for _ in range(2):
        assert row_counts(state.source) == {len(LENGTHS)}
        assert row_counts(state.rows) == {2 * len(LENGTHS)}
        state = model.step(torch.full((2 * len(LENGTHS),), 1), state).state
    assert row_counts(keep(state, torch.tensor([2, 0])).source) == {2}
    assert row_counts(keep(state, torch.tensor([2, 0])).rows) == {4}


@torch.inference_mode()
def test_a_beam_that_tiles_reorders_and_prunes_equals_fresh_prefixes(model):
    """The prefixes are carried along as plain lists of rows, apart from `take`."""
    interventions, sentences = random_interventions(model), len(LENGTHS)
    prefixes, state = random_ids(sentences, 2), begin(model, interventions)
    _, state = read(model, state, prefixes)
    for within in ([0, 0, 0], [2, 0, 2], [1, 2]):  # width 1 → 3 → 3 → 2
        width = len(prefixes) // sentences
        rows = torch.tensor([sentence * width + row for sentence in range(sentences) for row in within])
        state = take(state, rows)
        new = random_ids(len(rows), 1, seed=len(prefixes) + sum(within))
        prefixes = torch.cat([prefixes[rows], new], dim=1)
        steps, state = read(model, state, new)
    for row in range(2):
        whole = model(*sources(LENGTHS), prefixes[row::2], interventions=interventions)
        assert_close(steps[-1].logits[row::2], whole.logits[:, -1], **CLOSE)


@torch.inference_mode()
def test_keep_drops_sentences_and_the_rest_goes_on(model):
    target, kept = random_ids(2 * len(LENGTHS), 6), [2, 0]
    state = begin(model, random_interventions(model), width=2)
    undisturbed, _ = read(model, state, target)
    _, state = read(model, begin(model, random_interventions(model), width=2), target[:, :2])
    rows = [2 * sentence + row for sentence in kept for row in range(2)]
    steps, _ = read(model, keep(state, torch.tensor(kept)), target[rows, 2:])
    assert_close(logits_of(steps), logits_of(undisturbed)[rows, 2:], **CLOSE)


# --- what must not matter ------------------------------------------------------------------------------------


@torch.inference_mode()
def test_padding_changes_nothing(any_model):
    model = any_model
    source, mask = sources(LENGTHS)
    target = random_ids(len(LENGTHS), 4)
    together = model(source, mask, target)
    for index, length in enumerate(LENGTHS):
        one = slice(index, index + 1)
        alone = model(source[one, :length], mask[one, :length], target[one])
        assert_close(together.logits[one], alone.logits, **CLOSE)
        for kind, weights in alone.attention.items():
            real = together.attention[kind][one, :, :, : weights.shape[3], : weights.shape[4]]
            assert_close(real, weights, **CLOSE)


@torch.inference_mode()
def test_the_future_changes_nothing(model):
    target = random_ids(len(LENGTHS), 6)
    whole, half = (model(*sources(LENGTHS), tokens) for tokens in (target, target[:, :3]))
    assert_close(whole.logits[:, :3], half.logits, **CLOSE)
    assert not torch.allclose(whole.logits[:, 3], whole.logits[:, 2])


@torch.inference_mode()
def test_attention_sums_to_one_and_is_zero_where_nothing_may_be_seen(attending):
    _, mask = source = sources(LENGTHS)
    attention = attending(*source, random_ids(len(LENGTHS), 5)).attention
    assert "cross" in attention
    score = getattr(getattr(attending, "config", None), "attention", None)  # of an RNN
    for kind, weights in attention.items():
        there = present(attending, kind)
        assert weights[:, ~there].eq(0).all()
        weights = weights[:, there]
        total = weights.sum(dim=-1)
        if score == "local-p":  # the Gaussian takes some
            assert total.le(1 + 1e-5).all()
        else:
            assert_close(total, torch.ones_like(total), **CLOSE)
        if kind == "decoder":
            hidden = torch.ones(5, 5, dtype=torch.bool).triu(1).expand_as(weights)
        else:
            hidden = ~mask[:, None, None].expand_as(weights)
        assert weights[hidden].eq(0).all()
        if score not in ("location", "local-m", "local-p"):  # which see a part of a sentence
            assert weights[~hidden].gt(0).all()


# --- interventions -------------------------------------------------------------------------------------------


def readers(model, kind, layer, head):
    """Names of the matrices that read this head's context, and the columns that do."""
    if isinstance(model, Ensemble):  # its models' heads stand side by side
        counts = [part.heads.get(kind, (0, 0))[1] for part in model.models]
        index = next(index for index in range(len(counts)) if head < sum(counts[: index + 1]))
        names, columns = readers(model.models[index], kind, layer, head - sum(counts[:index]))
        return [f"models.{index}.{name}" for name in names], columns
    width = model.config.width
    if hasattr(model, "cells"):
        above = [f"cells.{index}.weight_ih" for index in range(1, model.config.layers)]
        names = {"step": ["readout.weight", "cells.0.weight_ih"], "readout": ["readout.weight"], "layer": above}
        return names[model.config.context], slice(width, 2 * width)
    stack, name = {
        "encoder": ("encoder", "output"),
        "decoder": ("decoder", "self_output"),
        "cross": ("decoder", "cross_output"),
    }[kind]
    size, place = width // model.config.heads, int(present(model, kind)[layer, :head].sum())
    return [f"{stack}.{layer}.{name}.weight"], slice(place * size, (place + 1) * size)


@pytest.mark.parametrize("share", [0.0, 0.4])
@torch.inference_mode()
def test_a_gate_multiplies_its_heads_context_and_no_other(attending, share):
    """By hand: the columns of the next matrix that read this context are multiplied instead."""
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), 3)
    plain = attending(*source, target).logits
    for kind, shape in head_counts(attending).items():
        for head in range(shape[1]):
            layer, gate = head % shape[0], torch.ones(shape)
            gate[layer, head] = share
            if not present(attending, kind)[layer, head]:
                gated = attending(*source, target, interventions=Interventions(**{kind: gate}))
                assert torch.equal(gated.logits, plain), "there is nothing to close"
                continue
            names, columns = readers(attending, kind, layer, head)
            weights = {name: attending.get_parameter(name).clone() for name in names}
            for weight in weights.values():
                weight[:, columns] *= share
            gated = attending(*source, target, interventions=Interventions(**{kind: gate})).logits
            by_hand = torch.func.functional_call(attending, weights, (*source, target)).logits
            assert_close(gated, by_hand, **CLOSE)
            assert not torch.allclose(gated, plain, atol=1e-4)


@torch.inference_mode()
def test_open_gates_change_nothing(attending):
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), 4)
    open_gates = Interventions(**{kind: torch.ones(shape) for kind, shape in head_counts(attending).items()})
    plain, gated = (attending(*source, target, interventions=some) for some in (NONE, open_gates))
    assert torch.equal(gated.logits, plain.logits)
    assert all(torch.equal(gated.attention[kind], weights) for kind, weights in plain.attention.items())


@torch.inference_mode()
def test_one_setting_for_all_equals_that_setting_a_sentence(attending):
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), 4)
    one = Interventions(*(None if field is None else field[0] for field in random_interventions(attending)))
    each = over_tensors(lambda tensor: torch.stack([tensor] * len(LENGTHS)), one)
    shared, repeated = (attending(*source, target, interventions=some) for some in (one, each))
    assert torch.equal(shared.logits, repeated.logits)


@torch.inference_mode()
def test_settings_of_a_batch_equal_sentences_run_one_by_one(attending):
    source, mask = sources(LENGTHS)
    target, settings = random_ids(len(LENGTHS), 4), random_interventions(attending)
    together = attending(source, mask, target, interventions=settings).logits
    for index in range(len(LENGTHS)):
        own = over_tensors(lambda tensor, index=index: tensor[index], settings)
        one = slice(index, index + 1)
        alone = attending(source[one], mask[one], target[one], interventions=own).logits
        assert_close(together[one], alone, **CLOSE)


@pytest.mark.parametrize("name", [name for name in ATTENDING if "-local-p-" not in name])  # never all on one position
@torch.inference_mode()
def test_all_weight_on_one_source_position_equals_hiding_all_others(name):
    attending = shared(name)
    source, mask = sources(LENGTHS)
    target, position = random_ids(len(LENGTHS), 4), 1
    only = functional.one_hot(torch.tensor(position), mask.shape[1])
    override = present(attending, "cross")[..., None, None] * only.float().expand(4, -1)
    forced = attending(source, mask, target, interventions=Interventions(cross_attention=override))
    narrowed = attending.encode(source, mask)._replace(mask=only.bool().expand_as(mask))
    steps, _ = read(attending, attending.start(narrowed), target)
    assert_close(forced.logits, logits_of(steps), **CLOSE)
    assert_close(forced.attention["cross"], override.expand_as(forced.attention["cross"]))


@torch.inference_mode()
def test_a_given_weight_is_used_and_the_others_stay_the_models_own(attending):
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), 4)
    plain = attending(*source, target)
    for kind, shape in attending.heads.items():
        name, override = f"{kind}_attention", torch.full((*shape, *rows_and_keys(kind, 3)), torch.nan)
        untouched = attending(*source, target, interventions=Interventions(**{name: override}))
        assert torch.equal(untouched.logits, plain.logits)
        override[0, :, 2, 1] = 7.0  # layer 0, all heads, third query, second key
        given = attending(*source, target, interventions=Interventions(**{name: override}))
        expected = plain.attention[kind][:, 0].clone()
        expected[..., 2, 1] = 7.0 * present(attending, kind)[0]
        known = slice(None) if kind == "encoder" else slice(3)  # a decoder reads what it has just computed
        assert_close(given.attention[kind][:, 0, :, known], expected[:, :, known], **CLOSE)
        changed = not torch.allclose(given.logits[:, 2], plain.logits[:, 2], atol=1e-4)
        assert changed == bool(present(attending, kind)[0].any())
        if kind != "encoder":
            assert_close(given.logits[:, :2], plain.logits[:, :2], **CLOSE)


@torch.inference_mode()
def test_a_models_own_weights_given_back_change_nothing(attending):
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), 5)
    plain = attending(*source, target)
    own = Interventions(**{f"{kind}_attention": weights for kind, weights in plain.attention.items()})
    given = attending(*source, target, interventions=own)
    assert_close(given.logits, plain.logits, **CLOSE)
    assert_close(dict(given.attention), dict(plain.attention), **CLOSE)
    steps, _ = read(attending, begin(attending, own), target)
    assert_close(logits_of(steps), plain.logits, **CLOSE)


@pytest.mark.parametrize("name", TRANSFORMERS)
@torch.inference_mode()
def test_a_token_that_is_not_yet_written_gets_no_weight(name):
    model, (layers, heads) = shared(name), shared(name).heads["decoder"]
    seen = torch.full((layers, heads, 4, 4), 0.5)
    both = [
        model(*sources([4]), random_ids(1, 4), interventions=Interventions(decoder_attention=weights))
        for weights in (seen, seen.tril())
    ]
    assert torch.equal(both[0].logits, both[1].logits)
    assert torch.equal(both[0].attention["decoder"][0], seen.tril())


def test_a_model_says_which_heads_it_has(any_model):
    assert {kind: tuple(shape) for kind, shape in head_counts(any_model).items()} == dict(any_model.heads)


@pytest.mark.parametrize("kind", [torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.uint8, torch.bool])
@torch.inference_mode()
def test_numbers_of_any_type_change_a_run_as_the_models_own_do(attending, kind):
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), 4)
    drawn = torch.Generator().manual_seed(3)
    gates = {name: torch.rand(shape, generator=drawn).round() for name, shape in attending.heads.items()}
    weights = {
        f"{kind}_attention": torch.rand(*shape, *rows_and_keys(kind, 4), generator=drawn).round()
        for kind, shape in attending.heads.items()
    }
    own = Interventions(**gates, **weights)
    theirs = over_tensors(lambda tensor: tensor.to(kind), own)
    plain, other = (attending(*source, target, interventions=some) for some in (own, theirs))
    assert torch.equal(other.logits, plain.logits)
    steps, _ = read(attending, begin(attending, theirs), target)
    assert_close(logits_of(steps), plain.logits, **CLOSE)


WRONG = {  # of each a sentence's own shape, wrong in one way
    "a layer too many": lambda shape: (shape[0] + 1, *shape[1:]),
    "a head too many": lambda shape: (shape[0], shape[1] + 1, *shape[2:]),
    "no layers": lambda shape: shape[1:],
    "a sentence too many": lambda shape: (len(LENGTHS) + 1, *shape),
    "one of many sentences": lambda shape: (1, *shape),
    "an axis too many": lambda shape: (1, len(LENGTHS), *shape),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@torch.inference_mode()
def test_what_does_not_fit_a_model_is_refused_with_the_shape_that_does(attending, wrong):
    for kind, shape in attending.heads.items():
        layers, heads = shape
        right = re.escape(f"valid: ({layers}, {heads}), or (3, {layers}, {heads}) for a setting a sentence")
        with pytest.raises(ValueError, match=rf"^{kind} of shape \(.*\) does not fit; {right}$"):
            attending.encode(*sources(LENGTHS), interventions=Interventions(**{kind: torch.ones(wrong(shape))}))
    letters = {"encoder": "10, 10", "decoder": "T, T", "cross": "T, 10"}
    for kind, shape in attending.heads.items():
        layers, heads = shape
        right = f"({layers}, {heads}, {letters[kind]})"
        right = re.escape(f"valid: {right}, or (3, {right[1:]} for a setting a sentence")
        queries, keys = rows_and_keys(kind, 2)
        name, shapes = f"{kind}_attention", [(*shape, queries, keys - 1), (*shape, queries, 1), (10,), ()]
        for bad in (wrong((*shape, queries, keys)), *shapes):
            with pytest.raises(ValueError, match=rf"^{name} of shape \(.*\) does not fit; {right}$"):
                attending.encode(*sources(LENGTHS), interventions=Interventions(**{name: torch.ones(bad)}))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_a_gate_that_is_no_number_is_refused(attending, number):
    for kind, shape in attending.heads.items():
        gates = torch.full(shape, number, dtype=torch.float64)
        with pytest.raises(ValueError, match=f"^{kind} must be finite in torch.float32$"):
            attending.encode(*sources(LENGTHS), interventions=Interventions(**{kind: gates}))
        if number == number:  # a NaN leaves the model its own weight
            name = f"{kind}_attention"
            weights = torch.full((*shape, *rows_and_keys(kind, 1)), number, dtype=torch.float64)
            with pytest.raises(ValueError, match=rf"^{name} must be finite or NaN in torch\.float32$"):
                attending.encode(*sources(LENGTHS), interventions=Interventions(**{name: weights}))


@pytest.mark.parametrize("name", RNNS)
def test_heads_that_a_model_lacks_are_not_changed(name):
    model = shared(name)
    valid = "cross, cross_attention" if model.heads else "nothing"
    lacking = {"encoder", "decoder", "cross"} - set(model.heads)
    for kind in (*lacking, *(f"{kind}_attention" for kind in lacking)):
        with pytest.raises(ValueError, match=f"^this model has no {kind} to change; valid: {valid}$"):
            model.encode(*sources(LENGTHS), interventions=Interventions(**{kind: torch.ones(1, 1)}))


@pytest.mark.parametrize("steps", [0, 2, TARGET + 3])
@torch.inference_mode()
def test_after_the_given_steps_the_weights_are_the_models_own_and_those_beyond_the_end_are_unread(attending, steps):
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), TARGET)
    drawn, given = torch.Generator().manual_seed(5), min(steps, TARGET)
    for kind in set(attending.heads) - {"encoder"}:
        name, shape = f"{kind}_attention", attending.heads[kind]
        weights = torch.rand(*shape, *rows_and_keys(kind, steps), generator=drawn)
        changes = Interventions(**{name: weights})
        whole = attending(*source, target, interventions=changes)
        queries, keys = rows_and_keys(kind, given)
        expected = weights[:, :, :queries, :keys] * present(attending, kind)[..., None, None]
        expected = expected.tril() if kind == "decoder" else expected
        looked = whole.attention[kind][..., :queries, :keys]
        assert_close(looked, expected.expand(3, -1, -1, -1, -1), **CLOSE)
        padded = torch.full((*shape, *rows_and_keys(kind, TARGET)), torch.nan)
        padded[..., :queries, :keys] = weights[..., :queries, :keys]
        again = attending(*source, target, interventions=Interventions(**{name: padded}))
        assert torch.equal(again.logits, whole.logits)
        stepped, _ = read(attending, begin(attending, changes), target)
        assert_close(logits_of(stepped), whole.logits, **CLOSE)


# --- a shared module -----------------------------------------------------------------------------------------


def objects_of(model):
    """Everything that hangs on a module and its parts."""
    return {(part, name): id(value) for part, owner in model.named_modules() for name, value in vars(owner).items()}


@pytest.mark.parametrize("name", MODELS)
@torch.no_grad()
def test_a_run_leaves_nothing_on_the_module(name):
    model, changes = MODELS[name](), random_interventions(shared(name))
    source, target = sources(LENGTHS), random_ids(len(LENGTHS), 4)
    objects, weights = objects_of(model), copy.deepcopy(model.state_dict())
    plain = model(*source, target)
    model(*source, target, interventions=changes, detail=True)
    read(model, begin(model, changes), target, detail=True)
    assert objects_of(model) == objects
    assert all(torch.equal(weight, weights[name]) for name, weight in model.state_dict().items())
    assert torch.equal(model(*source, target).logits, plain.logits)


@pytest.mark.usefixtures("hasty_threads")
def test_two_threads_on_one_model_do_not_disturb_each_other(model):
    """Other sentences of another number and, where there are heads, other interventions in each thread."""
    changes = random_interventions(model)
    jobs = [
        (sources(LENGTHS), random_ids(len(LENGTHS), 5), changes),
        (sources((4, 6), seed=2), random_ids(2, 5, seed=2), NONE),
    ]
    start = threading.Barrier(len(jobs), timeout=60)

    @torch.inference_mode()
    def run(source, target, interventions):
        steps, _ = read(model, model.start(model.encode(*source, interventions=interventions)), target)
        return logits_of(steps)

    def run_often(job):
        start.wait()
        return [run(*job) for _ in range(5)]

    expected = [run(*job) for job in jobs]
    with ThreadPoolExecutor(len(jobs)) as pool:
        for results, alone in zip(pool.map(run_often, jobs), expected, strict=True):
            for result in results:
                assert_close(result, alone, **CLOSE)


# --- learning ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sentences", [1, 3])
def test_gradients_through_steps_equal_those_of_forward(model, sentences):
    source, target = sources(LENGTHS[-sentences:]), random_ids(sentences, 4)
    wanted = random_ids(sentences, 4, seed=2)

    def gradients(logits):
        model.zero_grad()
        functional.cross_entropy(logits.flatten(0, 1), wanted.flatten()).backward()
        return {name: weight.grad.clone() for name, weight in model.named_parameters()}

    steps, _ = read(model, model.start(model.encode(*source)), target)
    whole = model(*source, target).logits
    assert_close(logits_of(steps), whole, **CLOSE)
    stepped = gradients(logits_of(steps))
    assert_close(stepped, gradients(whole), atol=1e-6, rtol=1e-4)
    assert [name for name, gradient in stepped.items() if gradient.numel() and not gradient.any()] == []


def test_gradients_flow_through_tokens_drawn_from_forked_states(model):
    """Scheduled sampling: what a step says is read by the next one, of a state that was taken."""
    model.zero_grad()
    state, loss = begin(model), 0.0
    previous = torch.full((len(LENGTHS),), 1)
    for _ in range(4):
        step = model.step(previous, take(state, torch.arange(len(LENGTHS))))
        state, previous = step.state, step.logits.argmax(dim=-1)
        loss = loss + step.logits.logsumexp(dim=-1).sum()
    loss.backward()
    assert all(weight.grad.isfinite().all() and weight.grad.any() for weight in model.parameters() if weight.numel())
