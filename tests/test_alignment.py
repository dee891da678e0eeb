"""Maps of attention, from records written by hand: weights, differences, guesses, formula, opinions, geometry."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from opening import to_page
from streamlit.testing.v1 import AppTest

from core.checkpoints import TOKENIZER, cards
from core.options import ForcedOptions, strategy_of
from core.records import Attention, DecodeTrace, Distribution, Hypothesis, Node, SearchTree
from dashboard import resources
from dashboard.figures import alignment
from dashboard.figures.alignment import Panel
from dashboard.resources import models
from dashboard.text import catalogue

ROOT = Path(__file__).resolve().parents[1]
OTHER = "en-de-rnn-additive-after"
LABELS = {"source": "Source", "target": "Target", "weight": "Weight", "difference": "B | A"}


def attention(kind="cross"):
    """Two layers of two heads; layer 1, head 0 looks at one source piece a row, and the pieces repeat."""
    weights = np.full((2, 2, 3, 4), 0.25, np.float32)
    weights[1, 0] = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    weights[0, 1, 0] = [0.7, 0.1, 0.1, 0.1]
    if kind == "cross":
        return Attention(weights, ("▁a", "b", "<eos>"), ("der", "der", "<s>", "<eos>"), kind)
    return Attention(weights[..., :3], ("▁a", "b", "<s>"), ("▁a", "b", "<s>"), kind)


def square(title, rows, columns, signed=False):
    """A map of so many rows and columns."""
    return Panel(title, ("Wort",) * rows, ("word",) * columns, np.full((rows, columns), 1 / columns), signed)


# --- weights and labels


@pytest.mark.parametrize(("kind", "keys"), [("decoder", ("a", "·b", "<s>")), ("encoder", ("▁a", "b", "<s>"))])
def test_labels_read_marks_only_where_pieces_carry_them(kind, keys):
    assert alignment.labels_of(attention(kind))[1] == keys


def test_weights_choose_a_head_or_average():
    record = attention()
    assert np.array_equal(alignment.weights(record, 0, 1), record.weights[0, 1])
    assert np.allclose(alignment.weights(record, 1, None), record.weights[1].mean(0))
    assert np.allclose(alignment.weights(record, None, 0), record.weights[:, 0].mean(0))
    assert np.allclose(alignment.weights(record, None, None), record.weights.mean((0, 1)))
    for layer in (None, 0, 1):
        for head in (None, 0, 1):
            assert np.allclose(alignment.weights(record, layer, head).sum(-1), 1)


@pytest.mark.parametrize(("layer", "head", "named"), [(2, 0, "layer 2"), (-1, None, "layer -1"), (0, 2, "head 2")])
def test_weights_name_what_does_not_exist(layer, head, named):
    with pytest.raises(ValueError, match=f"no {named}; valid: 0 to 1"):
        alignment.weights(attention(), layer, head)


def test_the_sum_of_a_row_is_told_where_it_is_not_one():
    record = attention()
    assert alignment.row_sums(alignment.weights(record, None, None)) is None
    local = replace(record, weights=record.weights * np.array([1, 0.14, 0.5])[:, None])  # as a Gaussian leaves them
    assert alignment.row_sums(alignment.weights(local, None, None)) == pytest.approx((0.14, 1))
    with pytest.raises(ValueError, match="partly hidden"):
        alignment.row_sums(alignment.hide(alignment.panel("A", local, None, None), 1).values)
    assert alignment.context_vector(replace(local, weights=0.14 * record.weights), 1, 0)["sum"] == "0.14"


# --- what is said and listed


def test_a_map_describes_its_strongest_look():
    kind, facts = alignment.describe(alignment.panel("A", attention(), 0, 1))
    assert (kind, facts.pop("value")) == ("map", pytest.approx(0.7))
    assert facts == {"title": "A", "rows": 3, "columns": 4, "target": "a", "source": "der"}


def test_a_difference_is_signed_and_describes_where_it_is_largest():
    first, second = (alignment.panel(name, attention(), *head) for name, head in (("A", (0, 1)), ("B", (1, 0))))
    between = alignment.difference("A − B", first, second)
    assert between.signed
    assert np.allclose(between.values[1], [0.25, -0.75, 0.25, 0.25])
    kind, facts = alignment.describe(between)
    assert (kind, facts["target"], facts["source"], facts["value"]) == ("difference", "·b", "der", pytest.approx(-0.75))


def test_maps_of_other_cells_have_no_difference():
    first, second = square("A", 3, 4), square("B", 3, 4)
    assert alignment.difference("", first, second) is not None
    assert alignment.difference("", first, second._replace(rows=("Wort", "Wo", "rt"))) is None
    assert alignment.difference("", first, square("B", 3, 5)) is None


def test_the_table_holds_every_cell_of_every_map():
    rows = alignment.table([alignment.panel("A", attention(), 1, 0), alignment.panel("B", attention(), None, None)])
    assert len(rows) == 24
    assert rows[5] == {"map": "A", "row": 2, "target": "·b", "column": 2, "source": "der", "value": 1.0}
    assert sum(row["value"] for row in rows) == pytest.approx(6)


# --- predict, then reveal


def test_hidden_rows_are_in_no_cell_no_table_and_no_sentence():
    whole = alignment.panel("A", attention(), 1, 0)
    half = alignment.hide(whole, 1)
    assert np.isnan(half.values).tolist() == [[False] * 4, [True] * 4, [True] * 4]
    assert {row["row"] for row in alignment.table([half])} == {1}
    assert alignment.describe(half)[1]["target"] == "a"
    none = alignment.hide(whole, 0)
    assert alignment.table([none]) == []
    assert alignment.describe(none) == ("hidden", {"title": "A", "rows": 3, "columns": 4})
    assert np.array_equal(alignment.hide(whole, None).values, whole.values)


def test_a_guess_has_the_strongest_words_in_the_order_of_the_sentence():
    values = np.array([[0.05, 0.6, 0.2, 0.1, 0.05], [0.2] * 5, [0.4, 0.0, 0.0, 0.35, 0.25], [0, 0, 0, 0, 1]])
    panel = Panel("A", ("Ein", "flach", "Hund", "<eos>"), ("the", "big", "dog", "the", "."), values)
    first, second = alignment.guesses(panel)  # neither what is flat nor the end is asked for
    assert (first.row, first.target, first.options, first.right) == (0, "Ein", ("the", "big", "dog", "."), (1,))
    assert (first.source, first.weight) == ("big", pytest.approx(0.6))
    assert (second.row, second.options, second.right) == (2, ("the", "big", "dog", "."), (0,))


def test_a_sentence_of_one_word_leaves_nothing_to_guess():
    assert alignment.guesses(Panel("A", ("Hallo", "<eos>"), ("hi",), np.ones((2, 1)))) == []


def test_no_more_is_asked_than_a_reader_bears():
    values = np.eye(20) * 0.5 + 0.025
    panel = Panel("A", tuple(f"w{i}" for i in range(20)), tuple(f"s{i}" for i in range(20)), values)
    asked = alignment.guesses(panel)
    assert len(asked) == alignment.QUESTIONS
    assert all(guess.options[guess.right[0]] == guess.source for guess in asked)


def test_a_row_that_looks_at_the_column_of_its_number_is_not_asked_for_where_there_are_others():
    values = np.array([[0.9, 0.1, 0], [0, 0.1, 0.9], [0, 0.9, 0.1]])
    assert [guess.row for guess in alignment.guesses(Panel("A", tuple("abc"), tuple("xyz"), values))] == [1, 2]


def test_a_row_is_shown_after_its_answer_and_all_after_the_last():
    values = np.array([[0.1, 0.9], [0.5, 0.5], [0.1, 0.9], [0.8, 0.2], [0.5, 0.5]])
    asked = [guess for guess in alignment.guesses(Panel("A", tuple("abcde"), ("x", "y"), values)) if guess.weight > 0.5]
    assert [guess.row for guess in asked] == [0, 2, 3]
    assert [alignment.revealed(asked, answered) for answered in range(4)] == [0, 1, 3, None]


# --- the formula and the opinion


def test_the_formula_mixes_what_the_strongest_row_looked_at():
    weights = np.array([[0.3, 0.3, 0.2, 0.1, 0.1], [0.81, 0.004, 0.02, 0.07, 0.096]])
    record = Attention(weights[None, None], ("▁Sie", "▁springt"), ("50 %", "b", "c", "d", "e"), "cross")
    facts = alignment.context_vector(record, None, None)
    assert facts["latex"] == (
        r"\begin{aligned} c_{2} &= \textstyle\sum_{j=1}^{5} \alpha_{2,j}\,h_j \\ "
        r"&= 0.81\,h_{\text{50 \%}} + 0.02\,h_{\text{c}} + 0.07\,h_{\text{d}} + 0.10\,h_{\text{e}} + \cdots"
        r" \end{aligned}"
    )
    del facts["latex"]
    assert facts == {"step": 2, "target": "springt", "source": "50 %", "weight": "0.81", "sum": "1", "kind": "one"}


@pytest.mark.parametrize(("head", "kind"), [((1, 0), "head"), ((1, None), "mean"), ((None, None), "mean")])
def test_the_formula_says_whose_sum_it_is(head, kind):
    facts = alignment.context_vector(attention(), *head)
    assert facts["kind"] == kind
    assert "v_j" in facts["latex"]
    if kind == "head":  # all the rest rounds to nothing
        assert r"&= 1.00\,v_{\text{der}} + \cdots" in facts["latex"]


def forced(tokens, logprobs, wished):
    """A translation that was given: one branch, with what was wished for at each step."""
    nodes, score = [Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept")], 0.0
    for step, (token, logprob) in enumerate(zip(tokens, logprobs, strict=True), 1):
        score += logprob
        nodes.append(Node(step - 1, token, 9, logprob, score, step, "kept"))
    tree = SearchTree(tuple(nodes), tuple(range(len(tokens))))
    stored = tuple(Distribution((token, "x"), (share, 0.01), 0.1, 1.0) for token, share in wished)
    found = Hypothesis("Regenmantel.", tuple(tokens), tuple(logprobs), score, len(tokens))
    return DecodeTrace("m", "", (), "forced", ForcedOptions("Regenmantel."), (found,), tree, stored=stored)


def test_the_least_likely_word_is_found_by_the_product_of_its_pieces():
    tokens, logprobs = ("▁Regen", "mantel", ".", "<eos>"), (-1.0, -2.0, -2.5, -0.1)
    trace = forced(tokens, logprobs, [("▁Regen", 0.4), ("jacke", 0.75), (".", 0.9), ("<eos>", 0.9)])
    facts = alignment.surprise(trace, (0, 0, 1, 2))
    assert facts == {
        "word": "Regenmantel",
        "begun": "Regen",
        "probability": "5.0%",
        "instead": "·jacke",
        "share": "75%",
    }
    assert alignment.surprise(trace, (0, 1, 2, 3)) == {
        "word": ".",
        "begun": "",
        "probability": "8.2%",
        "instead": None,
        "share": "90%",
    }


def test_perplexity_is_the_mean_number_of_choices():
    (found,) = forced(("▁a", "<eos>"), (math.log(0.5), math.log(0.125)), [("▁a", 0.5), ("<eos>", 0.125)]).hypotheses
    count, total, perplexity = alignment.likelihood(found)
    assert (count, total, perplexity) == (2, pytest.approx(math.log(0.0625)), pytest.approx(4))


@pytest.mark.parametrize(
    ("share", "text"), [(0.5, "50%"), (0.123, "12%"), (0.0123, "1.2%"), (1e-9, "< 0.1%"), (1, "100%")]
)
def test_no_probability_is_written_as_nothing(share, text):
    assert alignment.percent(share) == text


# --- the page


CARDS = {name: card for name, card in cards()[0].items() if card.attends}
ALIKE = next(  # which cuts as the other does
    name
    for name, card in CARDS.items()
    if name != OTHER and card.sha256[TOKENIZER] == CARDS[OTHER].sha256[TOKENIZER] and card.source == "en"
)


@pytest.fixture
def compared(monkeypatch):
    """Open the page on two models, the second of which answers as `answer` says."""
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    real = resources.decode

    def open_page(answer):
        def decode(name, text, options, changes):
            trace = real(name, text, options, changes)
            return answer(trace) if name == OTHER and strategy_of(options) == "forced" else trace

        monkeypatch.setattr(resources, "decode", decode)
        at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
        at.query_params.update(model=ALIKE, compare=OTHER, units="pieces")
        to_page(at, "alignment").run()
        assert not at.exception
        payloads = (json.loads(one.proto.json or "{}") for one in at.get("bidi_component"))
        return at, next(payload["maps"] for payload in payloads if "maps" in payload)

    return open_page


def test_a_second_model_that_can_not_be_read_is_named_and_the_first_goes_on(compared):
    def broken(trace):
        raise ValueError("the weights of model_b are <damaged>")

    at, maps = compared(broken)
    assert [error.value for error in at.error] == [r"the weights of model\_b are \<damaged\>"]
    assert len(maps) == 1


def test_models_that_cut_differently_stand_side_by_side_without_a_difference(compared):
    def cut(trace):
        root, first, *others = trace.tree.nodes
        return replace(trace, tree=replace(trace.tree, nodes=(root, replace(first, token="▁an"), *others)))

    at, maps = compared(cut)
    assert len(maps) == 2
    assert catalogue("en")["compare_uncut"] in [info.value for info in at.info]
    assert maps[0]["pieces"] != maps[1]["pieces"]
    at, (first, second) = compared(lambda trace: trace)
    assert first["pieces"] == second["pieces"]
    assert not at.info


@pytest.fixture
def page(monkeypatch):
    """Open the page with these words of a link."""
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)

    def open_page(**address):
        at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
        at.query_params.update(address)
        to_page(at, "alignment").run()
        assert not at.exception
        return " ".join(caption.value for caption in at.caption)

    return open_page


@pytest.mark.parametrize("target", ["", "Ein Hund."])
def test_a_row_adds_up_to_one_but_in_local_attention(page, target):
    said = catalogue("en")["alignment_sums"]
    assert said in page(model=OTHER, target=target)
    local = page(model="en-de-rnn-local-p", target=target)
    assert said not in local
    assert "a row may add up to less than 1: here from 0." in local


@pytest.mark.parametrize("model", ["en-de-transformer", "en-de-rnn-local-p"])
def test_what_is_hidden_changes_no_sum(page, model):
    def said(text):
        return text[: text.index(" It tells where")]

    assert said(page(model=model, predict="true")) == said(page(model=model))


def test_largest_weights_add_up_to_more_than_one(page):
    assert "may add up to more than 1: here from " in page(model="en-de-transformer", head="max")


def test_no_word_of_a_translation_is_read_as_markdown(page, monkeypatch):
    facts = {"latex": "x", "kind": "one", "target": "**a**", "source": ":red[b]", "step": 1, "weight": "1", "sum": "1"}
    monkeypatch.setattr(alignment, "context_vector", lambda *_: facts)
    said = page(model=OTHER, target="**a**")
    assert r"\*\*a\*\*" in said
    assert r"\:red\[b\]" in said
    assert not any(sign in said for sign in ("**", ":red["))
