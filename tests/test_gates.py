"""Gate files: which heads a reader closes, as a table that a person can write."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.changes import UNCHANGED, Changes, Head
from core.checkpoints import load_packed
from core.commands.command_line import main
from core.decoding.translate import decode
from core.gates import closed_by, gates_of
from core.options import GreedyOptions

SHAPES = {"encoder": (1, 2), "decoder": (2, 3), "cross": (2, 3)}
OPEN = {"model": "m", "encoder": [[1, 1]], "decoder": [[1, 1, 1], [1, 1, 1]], "cross": [[1, 1, 1], [1, 1, 1]]}
SHIPPED, TEXT = "en-de-transformer-small", "A dog runs through the grass."
HEADS = [Head(kind, *at) for kind, (layers, heads) in SHAPES.items() for at in product(range(layers), range(heads))]


@given(some.lists(some.sampled_from(HEADS)))
def test_a_file_closes_what_was_closed_when_it_was_written(heads):
    changes = Changes(tuple(heads))
    content = json.loads(json.dumps(gates_of(changes, "m", SHAPES)))
    assert closed_by(content, "m", SHAPES) == changes
    assert list(content) == ["model", "encoder", "decoder", "cross"]


def test_a_file_by_hand():
    assert gates_of(UNCHANGED, "m", SHAPES) == OPEN
    closed = Changes((Head("decoder", 1, 0), Head("encoder", 0, 1)))
    given = {"model": "m", "encoder": [[1, 0.0]], "decoder": [[1, 1, 1], [0, 1.0, 1]]}  # what is left out is open
    assert closed_by(given, "m", SHAPES) == closed


WRONG = {
    "no object": ([[1, 0]], r"a gate file is an object with model, encoder, decoder, cross"),
    "no model": ({"encoder": [[1, 1]]}, "the gates are those of None, not of m: open that model, or change the file"),
    "another model": (OPEN | {"model": "n"}, "the gates are those of 'n', not of m: .*"),
    "an unknown kind": (
        OPEN | {"croos": []},
        "unknown kind of attention in a gate file 'croos', did you mean 'cross'.*",
    ),
    "a layer too few": (OPEN | {"cross": [[1, 1, 1]]}, "the cross gates need 2 x 3 numbers, .*"),
    "a head too many": (OPEN | {"encoder": [[1] * 3]}, "the encoder gates need 1 x 2 numbers, .*"),
    "no table": (OPEN | {"encoder": 1}, "the encoder gates need 1 x 2 numbers, .*"),
    "no rows": (OPEN | {"encoder": [1]}, "the encoder gates need 1 x 2 numbers, .*"),
    "half open": (OPEN | {"encoder": [[1, 0.5]]}, "the gate of encoder layer 0, head 1 is 0.5, not 0 or 1"),
    "a word": (OPEN | {"encoder": [["x", 1]]}, "the gate of encoder layer 0, head 0 is 'x', not 0 or 1"),
    "true": (OPEN | {"encoder": [[True, 1]]}, "the gate of encoder layer 0, head 0 is True, not 0 or 1"),
    "a long word": (
        OPEN | {"encoder": [["x" * 9_999, 1]]},
        "the gate of encoder layer 0, head 0 is 'x{59}, not 0 or 1",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG.values(), ids=WRONG)
def test_another_file_is_refused_in_one_sentence(content, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        closed_by(content, "m", SHAPES)


@pytest.mark.parametrize("shapes", [{}, {"cross": (1, 1)}])
def test_a_model_without_heads_has_none_to_close(shapes):
    with pytest.raises(ValueError, match=r"^m has no heads to close: choose a Transformer$"):
        closed_by(OPEN, "m", shapes)


def test_translate_takes_a_file_and_tells_what_is_wrong_with_it(capsys, tmp_path):
    loaded, path = load_packed(SHIPPED), tmp_path / "gates.json"
    changes = Changes(tuple(Head("cross", layer, head) for layer in range(3) for head in range(4)))
    path.write_text(json.dumps(gates_of(changes, SHIPPED, loaded.model.heads)))
    command = ["translate", "--model", SHIPPED, "--strategy", "greedy", "--gates", str(path)]
    assert main([*command, TEXT]) == 0
    closed, plain = (
        decode(loaded.model, loaded.subwords, TEXT, GreedyOptions(), changes=some).hypotheses[0].text
        for some in (changes, UNCHANGED)
    )
    assert capsys.readouterr().out.strip() == closed != plain
    for content, wrong in (("{", "is not readable JSON"), ('{"model": "x"}', "the gates are those of 'x'")):
        path.write_text(content)
        assert main([*command, TEXT]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"seqscope: {path}: ")
        assert wrong in error
        assert error.count("\n") == 1
