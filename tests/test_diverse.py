"""Diverse beam search: its groups against plain beam search, and the penalty's reach."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from model_zoo import DECODED, MODELS
from scored import Scored, tree_of

from core.decoding.beam import beam_search
from core.decoding.diverse import diverse_beam_search
from core.options import BeamOptions, DiverseOptions
from core.text.subwords import EOS, PAD

SOURCE = torch.tensor([[4, 5, 6, 4, EOS]])


def paths(tree, fate="finished"):
    """The ids of every path that ended so."""
    leaves = [leaf for leaf, node in enumerate(tree.nodes) if node.fate == fate]
    return [tuple(tree.nodes[node].id for node in tree.path(leaf)) for leaf in leaves]


@pytest.mark.parametrize("name", DECODED)
@pytest.mark.parametrize("width", [1, 3])
@torch.no_grad()
def test_one_group_without_a_penalty_is_beam_search(name, width):
    model = MODELS[name]()
    encoded = model.encode(SOURCE, SOURCE != PAD)
    diverse = DiverseOptions(width, 1, 0.0)
    ours = tree_of(diverse_beam_search(model, model.start(encoded, width=width), diverse, [8]))
    plain = tree_of(beam_search(model, model.start(encoded, width=width), BeamOptions(width), [8]))
    assert ours.nodes == plain.nodes
    assert ours.expanded == plain.expanded


@given(
    seed=some.integers(0, 10_000),
    groups=some.integers(1, 3),
    size=some.integers(1, 3),
    diversity=some.floats(0, 5),
    sentences=some.integers(1, 3),
)
def test_the_first_group_is_a_beam_of_its_own_and_every_sum_is_the_models(seed, groups, size, diversity, sentences):
    model, width = Scored(seed), groups * size
    options, limits = DiverseOptions(width, groups, diversity), [6, 4, 7][:sentences]
    frontiers = list(diverse_beam_search(model, model.start(sentences, width=width), options, limits))
    for sentence in range(sentences):
        tree = tree_of(frontiers, sentence)
        state = model.start(3, width=size)._replace(rows=torch.full((3 * size,), sentence + 17))
        plain = tree_of(beam_search(model, state, BeamOptions(size), [limits[sentence]] * 3))
        assert set(paths(plain)) <= set(paths(tree))
        for path in paths(tree) + paths(tree, "unfinished"):
            assert len(path) <= limits[sentence]
        for leaf in [leaf for leaf, node in enumerate(tree.nodes) if node.fate == "finished"]:
            ids = [tree.nodes[node].id for node in tree.path(leaf)]
            assert tree.nodes[leaf].score == pytest.approx(sum(model.logprobs(ids, sentence)), abs=1e-4)
        assert all(node.missed is None or node.missed >= 0 for node in tree.nodes)


def test_a_large_penalty_sends_every_group_its_own_way():
    model = Scored(3)
    (first, *_) = diverse_beam_search(model, model.start(width=3), DiverseOptions(3, 3, 100.0), [6])
    best = [first.choice.tokens[0, group * 2].item() for group in range(3)]
    assert len(set(best)) == 3
    order = first.logprobs[0, 0].argsort(descending=True)[:3].tolist()
    assert best == order  # each the likeliest that no group before it took


def test_the_penalty_by_hand():
    """p = (0.5, 0.3, 0.2) for a, b, c: λ decides at ln(5/3) = 0.51 whether the second group gives up the likeliest."""
    model = Scored(0)
    model.table = torch.full_like(model.table, -100.0)
    model.table[:, 4:7] = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64).log()
    for diversity, second in ((0.0, 4), (0.5, 4), (0.52, 5)):
        (first, *_) = diverse_beam_search(model, model.start(width=2), DiverseOptions(2, 2, diversity), [3])
        assert first.choice.tokens[0, [0, 2]].tolist() == [4, second]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"beam_size": 6, "groups": 4}, "a beam of 6 can't be split into 4 groups; valid: 1, 2, 3, 6"),
        ({"groups": 0}, "number of groups must be a whole number from 1 to 6"),
        ({"beam_size": 2, "groups": 3}, "number of groups must be a whole number from 1 to 2"),
        ({"diversity": -1.0}, "diversity must be a number from 0.0 to"),
        ({"beam_size": 0}, "beam size must be"),
        ({"max_length": 0}, "max length must be"),
    ],
)
def test_options_out_of_range_are_refused(fields, sentence):
    with pytest.raises(ValueError, match=sentence):
        DiverseOptions(**fields)
