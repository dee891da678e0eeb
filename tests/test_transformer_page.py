"""What the browser makes of a network's numbers: every vector as the model had it, sums and norms of its own."""

import numpy as np
import pytest
from conftest import call
from model_zoo import TRANSFORMERS, vocabulary

from core.interpret.decoding_cost import Decoder, multiplications
from core.interpret.network_trace import network_trace
from core.records import Piece
from dashboard.views.transformer import caching, figure

NUMBERS, LAYOUT = "views/transformer/network_numbers.js", "views/transformer/network_layout.js"
FAMILIES = "views/transformer/families.js"
NAMES = ("transformer-post-sinusoidal-tied", "transformer-pre-learned-untied")


@pytest.mark.parametrize("name", NAMES)
def test_the_browser_holds_every_vector_and_adds_and_normalises_them_as_the_model_does(blank, name):
    network = network_trace(TRANSFORMERS[name](), vocabulary(), "a b c", (6, 5, 2))
    packed = figure.numbers(network)
    for side, stack in (("encoder", network.encoder), ("decoder", network.decoder)):
        drawn = call(
            blank,
            NUMBERS,
            "m.stackOf(v[0]).layers.flat().map(b => [b.before, b.change, b.after].map(part => [...part.values]))",
            packed[side],
        )
        for (before, change, after), block in zip(drawn, [b for layer in stack.layers for b in layer], strict=True):
            np.testing.assert_allclose(before, block.before.ravel(), atol=5e-3)
            np.testing.assert_allclose(change, block.change.ravel(), atol=5e-3)
            np.testing.assert_allclose(after, block.after.ravel(), atol=5e-3)
    row = network.encoder.layers[0][0].total[0].astype(float)
    normed = call(blank, NUMBERS, "m.normalised(v[0])", row.tolist())
    np.testing.assert_allclose(normed, (row - row.mean()) / np.sqrt(row.var() + 1e-5), atol=1e-9)


def test_arrow_keys_lead_through_the_parts_of_a_stack(blank):
    def after(part, key):
        return call(blank, LAYOUT, "m.neighbour(m.rowsOf('decoder', 2, 'post'), v[0], v[1])", part, key)

    assert after("decoder-1-cross", "ArrowRight") == "decoder-1-cross-norm"
    assert after("decoder-1-cross", "ArrowDown") == "decoder-2-cross"
    assert after("decoder-1-masked", "ArrowLeft") == after("decoder-1-masked", "ArrowUp") == "decoder-embed"
    assert after("decoder-softmax", "ArrowRight") == "decoder-softmax"


def test_two_words_are_found_in_the_tokens_of_each_network(blank):
    rnn = (Piece("A", 0, 1, 0), Piece("pud", 2, 5, 1), Piece("dle", 5, 8, 1), Piece(".", 8, 9, 2))
    transformer = (Piece("A", 0, 1, 0), *(Piece("puddle"[i], 2 + i, 3 + i, 1) for i in range(6)), Piece(".", 8, 9, 2))
    for pieces, steps in ((rnn, 3), (transformer, 7)):
        words = figure.word_spans(pieces)
        assert ["".join(piece.text for piece in pieces[a : b + 1]) for a, b in words] == ["A", "puddle", ".", ""]
        for first, second in ((1, 3), (3, 1)):
            ends = call(blank, FAMILIES, "m.endsOf(v[0], v[1])", {"words": words}, {"first": first, "second": second})
            assert figure.way(words, first, second) == abs(ends[0] - ends[1]) == steps


def test_the_steps_of_the_cache_and_what_it_needs_once_add_up_to_the_whole():
    costs = multiplications(Decoder(3, 256, 512, 8000), sources=19, steps=4)
    rows = caching.table(("a", "b", "c", "<eos>"), costs)
    assert [row["step"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[0]["cached"] == 3 * 19 * 2 * 256**2, "keys and values of the source, in every layer"
    assert sum(row["cached"] for row in rows) == costs.start + sum(costs.cached)
    assert sum(row["fresh"] for row in rows) == sum(costs.fresh)
