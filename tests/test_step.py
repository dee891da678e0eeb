"""A translation step by step: figures from a record written by hand, and the component that walks them."""

import base64
import json
import math
import re
import string
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from test_pages import tries

from core.options import BeamOptions
from core.records import (
    Attention,
    DecodeTrace,
    Distribution,
    Hypothesis,
    Node,
    Piece,
    SearchTree,
    States,
)
from dashboard import resources
from dashboard.components import FOLDER
from dashboard.components.bundle import bundle
from dashboard.figures import cells, latex, step
from dashboard.text import LANGUAGES, catalogue
from dashboard.views.step import stepper

SIZE = 60  # of the vocabulary

# <bos> ─┬─ Regen ── mantel ── <eos>   the only hypothesis
#        └─ Ein                        likelier, but pruned
NODES = (
    Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"),
    Node(0, "▁Ein", 10, math.log(0.5), math.log(0.5), 1, "pruned", 0.1),
    Node(0, "▁Regen", 11, math.log(0.3), math.log(0.3), 1, "kept"),
    Node(2, "mantel", 12, math.log(0.01), math.log(0.003), 2, "kept"),
    Node(3, "<eos>", 2, math.log(0.9), math.log(0.0027), 3, "finished"),
)
MANY = tuple(f"▁w{i}" for i in range(11))
STORED = (
    Distribution(("▁Ein", "▁Regen", ".", "▁."), (0.5, 0.3, 0.1, 0.05), 0.05, 1.5),
    Distribution((*MANY, "schirm"), (0.05,) * 11 + (0.02,), 0.43, 4.0),  # "mantel" comes further down
    Distribution(("<eos>", "▁und"), (0.9, 0.05), 0.05, 0.5),
)
PIECES = (Piece("rain", 0, 4, 0), Piece("coat", 4, 8, 0), Piece("now", 9, 12, 1))
TREE = SearchTree(NODES, (0, 2, 3), np.random.default_rng(0).dirichlet(np.ones(4), size=(3, 2, 2)).astype(np.float32))
HELD = States(
    np.linspace(-1, 1, 8, dtype=np.float16).reshape(4, 2),
    np.array([[0, 0.5], [1, -1], [0.25, -0.5]], np.float16),
    np.zeros((3, 2), np.float16),
)

PAGE = FOLDER.parent / "views" / "step"


def made(tree=TREE, stored=STORED, states=HELD):
    tokens = tuple(tree.nodes[i].token for i in tree.path(4))
    logprobs = tuple(tree.nodes[i].logprob for i in tree.path(4))
    found = Hypothesis("Regenmantel", tokens, logprobs, -1.0, 4)
    return DecodeTrace(
        "model", "raincoat now", PIECES, "beam", BeamOptions(1), (found,), tree, stored=stored, states=states
    )


TRACE = made()
WALKED = step.moments(TRACE, 0)


def payload(trace=TRACE):
    return step.stepper(trace, 0, step.moments(trace, 0), SIZE)


def unpacked(held):
    values = np.frombuffer(base64.b64decode(held["data"]), np.int8).reshape(held["shape"])
    return values / 127 * held["most"]


def test_each_token_is_sought_among_what_was_expected_before_it():
    assert [moment.token for moment in WALKED] == ["▁Regen", "mantel", "<eos>"]
    assert [moment.tokens[moment.chosen] for moment in WALKED] == ["▁Regen", "mantel", "<eos>"]
    assert [moment.entropy for moment in WALKED] == [1.5, 4.0, 0.5]
    assert WALKED[0].rank == 2
    assert WALKED[2].rank == 1
    assert step.unlikely(WALKED) == [1, 2]


@pytest.mark.parametrize("moment", WALKED)
def test_the_bars_and_the_rest_make_one(moment):
    assert sum(moment.probabilities) + moment.rest == pytest.approx(1)
    assert len(moment.tokens) == len(moment.probabilities) <= step.COUNT + 1


def test_a_token_beyond_the_likeliest_gets_a_bar_of_its_own():
    second = WALKED[1]
    assert second.tokens == (*MANY[:10], "mantel")
    assert second.probabilities[-1] == pytest.approx(0.01)
    assert second.rest == pytest.approx(0.05 + 0.02 + 0.43 - 0.01)
    assert second.rank == 13  # twelve are known and likelier


def test_the_chip_goes_to_the_step_where_the_model_wavers_most():
    chip = tries("step")["waver"]
    trace = resources.decode(chip["model"], chip["text"], BeamOptions(5))
    facts = step.describe(trace, 0, step.moments(trace, 0))
    assert (str(facts["step"]), facts["token"]) == (chip["step"], "Ufer")  # what "bank" becomes


def test_equally_likely_is_likeliest():
    even = step.moment(made(stored=(Distribution(("▁Ein", "▁Regen"), (0.4, 0.4), 0.2, 2.0), *STORED[1:])), 0, 2)
    assert even.rank == 1


def test_the_choices_hold_the_answer_and_their_order_tells_nothing():
    assert step.choices(WALKED[0]) == [".", "Ein", "Regen"]  # "." and "▁." read alike
    options = step.choices(WALKED[1])
    assert len(options) == len(set(options)) == step.OPTIONS
    assert "·mantel" in options
    assert options == sorted(options, key=lambda text: text.lstrip("·").casefold())
    for values, moment in zip(payload()["steps"], WALKED, strict=True):
        assert values[8][values[9]] == step.label(moment.token)


def test_the_payload_is_plain_json_and_its_id_follows_the_content():
    content = payload()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert payload()["id"] == content["id"]
    assert payload(made(stored=(replace(STORED[0], entropy=2.5), *STORED[1:])))["id"] != content["id"]
    assert content["source"] == [["rain", False], ["coat", True], ["now", False], ["<eos>", False]]
    assert [values[:3] for values in content["steps"]] == [
        ["Regen", " Regen", False],
        ["·mantel", "mantel", True],
        ["<eos>", "", False],
    ]


def test_the_payload_holds_every_head_step_by_step():
    content, weights = payload()["attention"], TRACE.attention().weights
    assert content["shape"] == [2, 2, 3, 4]
    shares = np.frombuffer(base64.b64decode(content["data"]), "<u2").reshape(content["shape"]) / cells.MOST
    assert np.allclose(shares, weights, atol=1e-5)
    assert payload(made(SearchTree(NODES, (0, 2, 3))))["attention"] is None


def test_the_payload_holds_what_the_network_held_along_the_path():
    held = payload()["states"]
    assert np.allclose(unpacked(held["encoder"]), HELD.encoder, atol=0.01)
    assert np.allclose(unpacked(held["decoder"]), HELD.decoder, atol=0.01)
    assert not unpacked(held["context"]).any()
    shuffled = SearchTree(NODES, (3, 0, 2), TREE.attention)
    moved = payload(made(shuffled, stored=STORED[2:] + STORED[:2]))["states"]
    assert np.allclose(unpacked(moved["decoder"]), HELD.decoder[[1, 2, 0]], atol=0.01)


def test_unbounded_states_are_not_drawn():
    assert payload(made(states=States(HELD.encoder * 2, HELD.decoder)))["states"] is None
    assert payload(made(states=None))["states"] is None


def test_the_table_has_every_bar():
    rows = step.table(WALKED)
    assert len(rows) == sum(len(moment.tokens) for moment in WALKED)
    assert rows[0] == {
        "step": 1,
        "chosen": "Regen",
        "rank": 1,
        "token": "Ein",
        "probability": 0.5,
        "entropy": 1.5,
        "rest": pytest.approx(0.05),
    }
    assert [row["rank"] for row in rows[:4]] == [1, 2, 3, 4]


def test_describe_names_the_step_of_most_doubt():
    facts = step.describe(TRACE, 0, WALKED)
    assert facts == {"text": "Regenmantel", "steps": 3, "others": 2, "step": 2, "token": "·mantel", "entropy": "4.0"}


def test_the_formula_has_this_sentence_numbers():
    formula = step.chain_rule(TRACE.hypotheses[0])
    total = TRACE.hypotheses[0].total
    for logprob in (*TRACE.hypotheses[0].logprobs, total):
        assert f"{logprob:.2f}" in formula
    assert r"\text{Regen}" in formula
    assert r"\text{<eos>}" in formula
    assert latex.share(math.exp(total)) in formula
    hidden = step.chain_rule(TRACE.hypotheses[0], words=False)
    assert "Regen" not in hidden
    assert "^{T}" in hidden


def test_a_long_formula_keeps_its_ends_and_escapes_its_words():
    tokens = ("▁a_b", "▁$x$", "▁{}", "▁\\x", *("▁z",) * 30, ".", "<eos>")
    formula = step.chain_rule(Hypothesis("", tokens, tuple(-i / 100 for i in range(36)), -1.0, 0))
    assert formula.count("underset") == step.FIRST + step.LAST
    assert r"\text{a\_b}" in formula
    assert r"\text{\$x\$}" in formula
    assert r"\text{\{\}}" in formula
    assert r"\text{\textbackslash{}x}" in formula
    assert "cdots" in formula
    assert "-0.35" in formula
    assert "-0.20" not in formula


@pytest.mark.parametrize(("value", "text"), [(0.123, "0.12"), (3.44e-7, r"3.4 \cdot 10^{-7}"), (0.0, "0.00")])
def test_small_probabilities_are_written_as_powers(value, text):
    assert latex.share(value) == text


def test_the_space_counts_all_ways():
    facts = step.space(TRACE, 0, SIZE)
    assert (facts["steps"], facts["asked"], facts["finished"]) == (3, 3, 1)
    assert facts["ways"] == "60³ ≈ 10⁵"  # 216 000


def test_the_component_asks_for_the_texts_it_shows():
    script = bundle(PAGE / "stepper.js").js
    asked = set(re.findall(r"\blabels\.(\w+)", script))
    levels = re.search(r"const SURE = (.+?);", script, re.DOTALL)[1]
    assert re.findall(r"\[([\d.]+), '(\w+)'\]", levels)[-1] == ("0", "lost"), "every favourite has a level"
    by_name = {
        *stepper.STOPS,
        "more",
        "force",
        "ban",
        "undo",
        "back",
        "forward",
        "layer",
        "head",
        "decoder",
        "context",
        "certain",
        "sure",
        "unsure",
        "lost",
    }
    assert asked | by_name == set(stepper.LABELS)
    with pytest.raises(ValueError, match="no text for play"):
        stepper.chosen_labels("stepper", stepper.LABELS, {name: "" for name in stepper.LABELS if name != "play"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fills_its_places(language):
    say = catalogue(language)
    facts = {"n": 1, "N": 2, "token": "a", "top": "b", "rank": 2, "bits": 1, "sure": "s", "before": "x", "share": "1 %"}
    facts |= {
        "settings": "top-p 0.9",
        "cut": 3,
        "text": "a",
        "word": "b",
        "source": "c",
        "width": 384,
        "sum": 0.14,
        "most": 13,
        "vocabulary": 8000,
    }
    for key in (key for key in say if key.startswith("stepper_")):
        assert {name for _, name, _, _ in string.Formatter().parse(say[key]) if name} <= set(facts), key


def reported():
    import streamlit as st

    from dashboard import parameters

    st.session_state["refused"] = []
    st.text(parameters.reported("step", st.session_state.get("said"), ["1", "2", "3"], "1"))
    st.text(len(st.session_state["refused"]))


def test_what_a_component_reports_goes_before_the_link_and_into_it():
    at = AppTest.from_function(reported)
    at.query_params["step"] = "2"
    assert [text.value for text in at.run().text] == ["2", "0"]
    at.session_state["said"] = "3"
    assert [text.value for text in at.run().text] == ["3", "0"]
    assert at.query_params["step"] in ("3", ["3"])
    at.session_state["said"] = "1"
    at.run()
    assert "step" not in at.query_params


def test_a_foolish_link_is_refused_but_an_outdated_step_is_not():
    at = AppTest.from_function(reported)
    at.query_params["step"] = "99"
    assert [text.value for text in at.run().text] == ["1", "1"]
    at.session_state["kept_step"] = "12"  # of a longer sentence
    at.query_params["step"] = "12"
    assert [text.value for text in at.run().text] == ["1", "0"]


def test_attention_is_read_from_the_tree_and_labelled_by_the_emitted_token():
    shuffled = SearchTree(NODES, (3, 0, 2), TREE.attention[[2, 0, 1]])
    for trace in (TRACE, made(shuffled)):
        attention = trace.attention()
        assert isinstance(attention, Attention)
        assert attention.queries == tuple(moment.token for moment in WALKED)
        assert attention.keys == ("rain", "coat", "now", "<eos>")
        assert np.array_equal(attention.weights, np.moveaxis(TREE.attention, 0, 2))
