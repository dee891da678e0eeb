"""Every head of a reading: measures and rollout against plain loops and paths, what the page sends, BertViz offline."""

import base64
from itertools import product

import numpy as np
import pytest
from conftest import CARDS, OTHER

from core.checkpoints import example
from core.interpret import head_measures
from core.records import Attention
from dashboard.beginning import DEFAULT
from dashboard.components import bertviz_page
from dashboard.readings import Reading
from dashboard.views.heads import figure
from dashboard.views.heads.parts import parts

STRANGE = ("</script>", '"><img src=x onerror=alert(1)>', "<!--<script>", "a\\b", "PYTHON_PARAMS", "⁇", "a")


def attention(kind, rows, columns, layers=3, heads=2, seed=1):
    """Random rows that sum to 1; the decoder's look at what was read."""
    weights = np.random.default_rng(seed).random((layers, heads, rows, columns)) ** 3
    weights = np.tril(weights) if kind == "decoder" else weights
    labels = [tuple(f"{mark}{i}" for i in range(count)) for mark, count in (("q", rows), ("k", columns))]
    return Attention(weights / weights.sum(-1, keepdims=True), *labels, kind)


def reading(name):
    trace = example(name)
    return Reading(name, trace.hypotheses[0], trace)


# --- core


@pytest.mark.parametrize(
    ("kind", "rows", "columns"), [("encoder", 5, 5), ("decoder", 4, 4), ("cross", 4, 6), ("cross", 1, 1)]
)
def test_measures_of_heads_are_means_over_rows_of_what_loops_find(kind, rows, columns):
    record = attention(kind, rows, columns)
    edge = 0 if kind == "decoder" else columns - 1
    for layer, head in np.ndindex(record.weights.shape[:2]):
        weights = [[float(value) for value in row] for row in record.weights[layer, head]]
        entropies = [-sum(p * np.log2(p) for p in row if p > 0) for row in weights]
        distances = [sum(p * abs(j - i) for j, p in enumerate(row)) for i, row in enumerate(weights)]
        before = [row[i - 1] for i, row in enumerate(weights) if 0 < i <= columns]
        wanted = {
            "entropy": np.mean(entropies),
            "distance": np.mean(distances),
            "previous": np.mean(before) if before else 0.0,
            "boundary": np.mean([row[edge] for row in weights]),
        }
        assert {
            name: measure(record)[layer, head] for name, measure in head_measures.MEASURES.items()
        } == pytest.approx(wanted)


def test_a_head_that_looks_at_one_place_alone_has_no_entropy_and_one_that_looks_evenly_has_all():
    sharp, even = np.eye(4)[None, None], np.full((1, 1, 4, 4), 0.25)
    labels = tuple("abcd")
    assert [head_measures.entropy(Attention(values, labels, labels, "encoder")).item() for values in (sharp, even)] == [
        0,
        2,
    ]


def paths(layers, start, end):
    """Half of the weight of going on or staying, multiplied along every way between two positions and added up."""
    count = layers.shape[-1]
    total = 0.0
    for way in product(range(count), repeat=len(layers) - 1):
        stops = (end, *way, start)  # from the last layer down
        steps = zip(reversed(layers), stops[:-1], stops[1:], strict=True)
        total += np.prod([(layer[upper, lower] + (upper == lower)) / 2 for layer, upper, lower in steps])
    return total


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_rollout_adds_up_all_paths_through_the_layers(kind):
    record = attention(kind, 4, 4)
    rolled, means = head_measures.rollout(record), record.weights.mean(1)
    assert rolled == pytest.approx(np.array([[paths(means, start, end) for start in range(4)] for end in range(4)]))
    assert rolled.sum(-1) == pytest.approx(np.ones(4))


def test_the_rollout_of_both_stacks_is_one_product_of_blocks():
    """Positions of source, memory and target in one vector; each attention is a matrix over all of them."""
    encoder, decoder, cross = attention("encoder", 3, 3), attention("decoder", 4, 4), attention("cross", 4, 3)
    source, target = slice(0, 3), slice(3, 7)
    state = np.eye(7)
    for layer in encoder.weights.mean(1):
        block = np.eye(7)
        block[source, source] = (np.eye(3) + layer) / 2
        state = block @ state
    for own, across in zip(decoder.weights.mean(1), cross.weights.mean(1), strict=True):
        for columns, weights in ((target, own), (source, across)):
            block = np.eye(7)
            block[target, target] /= 2
            block[target, columns] += weights / 2
            state = block @ state
    tokens, pieces = head_measures.joint_rollout(encoder, decoder, cross)
    assert tokens == pytest.approx(state[target, target])
    assert pieces == pytest.approx(state[target, source])
    with pytest.raises(ValueError, match="not across"):
        head_measures.rollout(cross)


@pytest.mark.parametrize("name", [name for name, card in CARDS.items() if card.attends])
def test_every_shipped_model_shows_all_that_it_has(name):
    read = parts(reading(name))
    transformer = CARDS[name].family == "transformer"
    assert list(read) == (["encoder", "decoder", "cross"] if transformer else ["cross"])
    for part in read.values():
        assert {values.shape for named in part.measures.values() for values in named.values()} == {part.heads}
        assert (part.rollout is not None) == transformer
    if transformer:
        assert sum(read[kind].rollout["words"].weights.sum(-1) for kind in ("decoder", "cross")) == pytest.approx(
            1, abs=5e-3
        )


# --- what the page sends and asks


def test_the_payload_holds_every_weight_and_hides_what_is_to_be_guessed():
    read = parts(reading(DEFAULT))
    content = figure.payload("a", read, hidden=False)["parts"]["cross"]
    weights = read["cross"].attention["pieces"].weights
    packed = content["weights"]
    values = np.frombuffer(base64.b64decode(packed["data"]), "<u2").reshape(packed["shape"]) / 65535
    assert values == pytest.approx(weights, abs=1e-4)
    assert content["measures"]["words"]["entropy"] == pytest.approx(
        read["cross"].measures["words"]["entropy"], abs=1e-4
    )
    assert figure.payload("a", read, hidden=True)["parts"]["cross"]["measures"] == {}
    norms = {name: part.attention["pieces"].weights * 3 for name, part in read.items()}
    assert figure.payload("a", read, norms, hidden=False)["parts"]["cross"]["norms"]["most"] == pytest.approx(
        3 * weights.max()
    )


def test_what_can_be_guessed_is_the_first_head_by_its_measure_and_far_from_the_others():
    read = parts(reading(DEFAULT))
    guesses = figure.guesses(read)
    assert guesses
    for guess in guesses:
        values = read[guess.part].measures["pieces"][guess.measure]
        best = values.min() if guess.measure == "entropy" else values.max()
        chosen = [float(values[head]) for head in guess.heads]
        assert guess.value == chosen[guess.right] == best
        assert len(set(guess.heads)) == len(guess.heads) == figure.OPTIONS
        assert all(abs(value - best) > figure.CLEAR for i, value in enumerate(chosen) if i != guess.right)
    assert figure.guesses(parts(reading(OTHER))) == []  # one head


# --- BertViz


@pytest.fixture
def drawn(browser):
    """Open a page of BertViz from a file's text alone: the shown texts of its SVG and what else happened."""
    page = browser.new_page()
    troubles = []
    page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: troubles.append(request.url))

    def show(html):
        page.set_content(html)
        page.locator("#vis text").first.wait_for()
        return page

    yield show
    page.close()
    assert troubles == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("view", ["head_view", "model_view"])
def test_bertviz_draws_its_views_offline_with_any_token_as_text(drawn, view, dark):
    rows, columns = STRANGE, (*STRANGE[::-1], "<eos>")
    weights = attention("cross", len(rows), len(columns), layers=4, heads=3).weights
    page = drawn(bertviz_page.page(view, weights, rows, columns, 2, 1, dark=dark))
    texts = page.locator("#vis text").all_text_contents()
    assert [text for text in texts if text in STRANGE or text == "<eos>"] == [
        *rows,
        *columns,
    ]  # the chosen head is open
    assert page.locator("img").count() == 0
    ink = page.locator("#vis text").first.evaluate("text => getComputedStyle(text).fill")
    assert (ink == "rgb(238, 238, 238)") == dark
    if view == "head_view":
        assert page.locator("#layer option").all_text_contents() == ["0", "1", "2", "3"]
        assert page.locator("#layer").input_value() == "2"
        seen = page.locator("#vis line").evaluate_all(
            "lines => lines.filter(line => line.getAttribute('stroke-opacity') > 0).length"
        )
        assert seen == (weights[2, 1] >= bertviz_page.FAINT).sum()
    else:
        assert "Layer 2, Head 1" in texts
        assert page.locator(".attn_background").count() == 12


def test_a_long_sentence_is_drawn_layer_by_layer_in_the_model_view(drawn):
    side = int((bertviz_page.LINES / 6) ** 0.5) + 30
    weights = np.full((3, 2, side, side), 1 / side + bertviz_page.FAINT)
    page = drawn(bertviz_page.page("model_view", weights, ["a"] * side, ["b"] * side, 1, None, dark=False))
    assert page.locator(".attn_background").count() == 2


def test_another_bertviz_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="install that one"):
        bertviz_page.offline("<html></html>", "", "", dark=False)
