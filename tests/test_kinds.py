"""Attention kinds: formulas for every score, payloads from records written by hand, the page with many models."""

import json
import re
import string
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from model_zoo import random_model, recurrent, transformer, vocabulary
from opening import to_page
from streamlit.testing.v1 import AppTest

from core.checkpoints import Card, example, load, save
from core.interpret.attention_numbers import attention_steps
from core.models.attention_scores import SCORES
from core.models.rnn import RNN
from core.models.rnn_layers import CONTEXTS
from core.options import ForcedOptions
from core.records import AttentionSteps, DecodeTrace, Hypothesis, Node, Piece, SearchTree
from dashboard import controls, model_names
from dashboard.figures import cells
from dashboard.resources import folders, models
from dashboard.text import LANGUAGES, catalogue
from dashboard.views.kinds import attending as page_kinds
from dashboard.views.kinds import figure as kinds
from dashboard.views.kinds import formulas as attention_formulas
from dashboard.views.kinds import gallery, notes, numbers
from dashboard.views.kinds.formulas import FORMULAS, PLACES, STATES

ROOT = Path(__file__).resolve().parents[1]
EN = catalogue("en")
TOKENS, SOURCES = ("▁ein", "hund", "<eos>"), ("a", "dog", "50 %", "<eos>")


def trace(model, weights, tokens=TOKENS, text="ein hund"):
    """A translation with attention (L, H, T, S), or with None."""
    steps = enumerate(tokens, 1)
    nodes = [Node(step - 1, token, 9, -0.1, -0.1 * step, step, "kept") for step, token in steps]
    looked = None if weights is None else np.moveaxis(weights, 2, 0)
    tree = SearchTree((Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"), *nodes), tuple(range(len(tokens))), looked)
    pieces = tuple(Piece(text, 0, 0, word) for word, text in enumerate(SOURCES[:-1]))
    found = Hypothesis(text, tokens, (-0.1,) * len(tokens), -0.3, len(tokens))
    return DecodeTrace(model, "a dog 50 %", pieces, "forced", ForcedOptions(text), (found,), tree)


def spread(layers=1, heads=1, seed=0, steps=3):
    """Random weights whose rows sum to 1."""
    drawn = np.random.default_rng(seed).random((layers, heads, steps, 4)).astype(np.float32)
    return drawn / drawn.sum(-1, keepdims=True)


def some_map(name, weights, **more):
    return kinds.Map(name, name.title(), name, "about", trace(name, weights, **more))


SHARP = np.full((1, 1, 3, 4), 0.1, np.float32)
SHARP[0, 0, [0, 1, 2], [0, 1, 3]] = 0.7
MAPS = [some_map("rnn", SHARP), some_map("heads", spread(2, 3))]


def steps_by_hand(kind="dot", layers=1, heads=1):
    """Vectors of width 2; the keys are the values."""
    drawn = np.random.default_rng(1)
    query = drawn.normal(size=(layers, heads, 3, 2)).astype(np.float32)
    values = drawn.normal(size=(layers, heads, 4, 2)).astype(np.float32)
    scores = query @ values.swapaxes(-1, -2)
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    local = kind.startswith("local")
    where = {"centre": np.array([0.0, 1.5, 3.0]), "window": 2} if local else {}
    return AttentionSteps(kind, TOKENS, SOURCES, query, values, scores, weights, values, weights @ values, **where)


# --- formulas


def test_every_score_has_a_formula_a_paper_and_words():
    assert set(FORMULAS) == {*SCORES, "heads"}
    assert set(PLACES) == set(STATES) == set(CONTEXTS)
    assert {kind: score.__name__ for kind, score in SCORES.items() if score} == {
        kind: formula.code for kind, formula in FORMULAS.items() if formula.code
    }
    for formula in FORMULAS.values():
        assert re.search(r"\b(19|20)\d\d, (eq\. |§|A\.)\d", formula.paper)
        assert formula.score.count("{") == formula.score.count("}")
    for language in LANGUAGES:
        say = catalogue(language)
        wanted = [f"kind_{kind}" for kind in FORMULAS] + [f"kind_words_{kind}" for kind in FORMULAS]
        wanted += [f"model_place_{place}" for place in PLACES] + [f"place_words_{place}" for place in PLACES]
        assert all(say[key] for key in wanted)
        assert len({say[f"kind_{kind}"] for kind in FORMULAS}) == len(FORMULAS)


def test_the_state_that_asks_follows_the_place_of_the_context():
    assert attention_formulas.score("dot", "step") == [r"e_{t,j} &= s_{t-1}^\top h_j"]
    assert attention_formulas.score("dot", "readout") == [r"e_{t,j} &= s_t^\top h_j"]
    # no two superscripts, which LaTeX refuses
    assert attention_formulas.score("general", "layer") == [r"e_{t,j} &= {s^{(1)}_t}^\top W h_j"]
    assert attention_formulas.score("heads", "") == [r"e_{t,j} &= \frac{q_t^\top k_j}{\sqrt{d}}"]
    assert attention_formulas.score("local-p", "step")[1] == (r"p_t &= S\,\sigma\left(v^\top \tanh(W_p s_{t-1})\right)")


@pytest.mark.parametrize("kind", [kind for kind in FORMULAS if kind != "none"])
def test_a_formula_has_the_numbers_of_its_step(kind):
    heads = 2 if kind == "heads" else 1
    steps = steps_by_hand(kind, heads=heads)
    told = attention_formulas.with_numbers(steps, "step", 1, 0, heads - 1)
    weights, scores = steps.weights[0, -1, 1], steps.scores[0, -1, 1]
    best = int(weights.argmax())
    name = {2: r"50 \%", 3: "<eos>"}.get(best, SOURCES[best])
    assert rf"e_{{2,\text{{{name}}}}} = {scores[best]:.2f}" in told
    assert rf"\alpha_{{2,\text{{{name}}}}} = {weights[best]:.2f}" in told
    assert f"{steps.context[0, -1, 1, 0]:.2f}" in told
    assert r"\mathbb{R}^{2}" in told
    assert ("sigma^2" in told) == (kind == "local-p")
    assert "<s>" not in told
    assert told.count("{") == told.count("}")


# --- what one step shows


@pytest.mark.parametrize("kind", [kind for kind in FORMULAS if kind != "none"])
def test_each_note_stands_with_the_kinds_that_it_is_true_of_and_has_its_numbers(kind):
    steps = steps_by_hand(kind, heads=2)
    noted = notes.notes(steps, 0, 1, 2)
    query, best = steps.query[0, 1, 2], int(steps.weights[0, 1, 2].argmax())
    assert ("cosine" in noted) == (kind in (*notes.PRODUCTS, "cosine"))
    if "cosine" in noted:
        key = steps.values[0, 1, best]  # which by hand are the keys
        cosine = np.dot(query, key) / np.sqrt(np.dot(query, query) * np.dot(key, key))
        assert (noted["cosine"]["dot"], noted["cosine"]["cosine"]) == pytest.approx((np.dot(query, key), cosine))
        assert noted["cosine"]["source"] == SOURCES[best]
    if kind in notes.LEARNED:
        assert noted["matrix"] == {"outer": 4, "rank": 2}
    assert noted["hard"]["hard"] == notes.beginning(steps.values[0, 1, best])
    assert noted["hard"]["soft"] == notes.beginning(steps.context[0, 1, 2])
    assert noted["hard"]["weight"] + noted["hard"]["rest"] == pytest.approx(1)
    assert (noted["all"]["numbers"], noted["all"]["mean"]) == (4 * 2, 0.25)
    for language, (name, facts) in product(LANGUAGES, noted.items()):
        assert "{" not in catalogue(language)[f"kinds_note_{name}"].format(**facts)


def test_of_equal_scores_none_is_the_largest():
    steps = replace(steps_by_hand("mean"), scores=np.zeros((1, 1, 3, 4)))
    assert set(notes.notes(steps, 0, 0, 1)) == {"all"}


@pytest.mark.parametrize(
    ("name", "divisor"), [("en-de-rnn-dot", 1), ("en-de-rnn-general", 1), ("en-de-transformer-small", 32**0.5)]
)
def test_the_product_of_a_note_is_the_score_of_the_model(name, divisor):
    loaded, trace = load(name), example(name)
    steps = attention_steps(loaded.model, loaded.subwords, trace)
    weights = steps.weights[-1, -1, 1]
    dot = notes.notes(steps, len(steps.scores) - 1, len(steps.scores[0]) - 1, 1)["cosine"]["dot"]
    assert dot / divisor == pytest.approx(float(steps.scores[-1, -1, 1, weights.argmax()]), rel=1e-4)


# --- what the browser gets


def test_the_payload_is_json_with_all_heads_and_says_which_maps_have_the_same_cells():
    other = some_map("other", spread(1, 1, 2, 2), tokens=TOKENS[1:])
    content = kinds.payload([*MAPS, other], "rnn", "difference")
    json.dumps(content)
    assert [one["same"] for one in content["panels"]] == [True, True, False]
    assert (content["layers"], content["heads"]) == (2, 3)
    many = content["panels"][1]
    assert many["weights"] == cells.packed(MAPS[1].attention.weights)
    assert many["pieces"] == (("ein", "·hund", "<eos>"), SOURCES)
    assert kinds.payload(MAPS, "rnn", "own")["id"] == kinds.payload(MAPS, "heads", "same")["id"]
    assert kinds.payload(MAPS, "rnn", "own")["id"] != kinds.payload(MAPS[:1], "rnn", "own")["id"]
    nothing = kinds.payload([], "", "own")
    assert (nothing["panels"], nothing["heads"]) == ([], 1)
    alone = kinds.alone("Heads", MAPS[1].attention, None)
    assert (alone["weights"], alone["numbers"]) == (many["weights"], None)


def test_numbers_are_packed_and_what_is_masked_has_no_score():
    steps = steps_by_hand("local-p")
    steps = replace(steps, scores=np.where(steps.scores > 0, steps.scores, -np.inf))
    told = kinds.numbers(steps)
    json.dumps(told, allow_nan=False)
    assert told["values"] == cells.signed(steps.values)
    assert [score is None for score in told["scores"]] == np.isneginf(steps.scores).ravel().tolist()
    np.testing.assert_allclose(told["gaussian"], steps.gaussian.ravel(), atol=1e-3)
    assert told["first"]["query"][1] == pytest.approx(steps.query[0, 0, 1].tolist(), abs=1e-3)
    without = kinds.numbers(replace(steps_by_hand("location"), keys=None))
    assert (without["keys"], without["gaussian"], without["centre"]) == (None, None, None)


def test_a_place_is_counted_from_nought_and_clamped_to_what_a_model_has():
    assert kinds.place({"step": "1"}) == (0, None)
    assert kinds.place({"layer": "2", "head": "3"}) == (1, 2)
    assert kinds.place({"layer": "2", "head": "mean"}) == (1, None)
    assert np.allclose(kinds.look(MAPS[1], 1, 2).values, MAPS[1].attention.weights[1, 2])
    assert np.allclose(kinds.look(MAPS[1], 1, None).values, MAPS[1].attention.weights[1].mean(0))
    assert np.allclose(kinds.look(MAPS[0], 1, 2).values, SHARP[0, 0])


def test_as_long_as_no_head_is_chosen_the_sharpest_of_the_layer_is_shown():
    weights = MAPS[1].attention.weights
    layer, head = kinds.sharpest(weights, 1, None)
    assert (layer, head) == (1, weights[1].max(-1).mean(-1).argmax())
    assert kinds.alone("Heads", MAPS[1].attention, None)["sharpest"][1] == head
    assert kinds.sharpest(weights, 5, 7) == (1, 2)


def test_differences_are_taken_from_the_chosen_map_which_stays_itself():
    first, second = kinds.shown(MAPS, "rnn", "difference", 1, 0)
    assert np.allclose(first.values, SHARP[0, 0])
    assert not first.signed
    assert second.signed
    assert np.allclose(second.values, MAPS[1].attention.weights[1, 0] - SHARP[0, 0])
    assert [one.signed for one in kinds.shown(MAPS, "rnn", "same", 1, 0)] == [False, False]
    assert [one.signed for one in kinds.shown(MAPS, "", "difference", 1, 0)] == [False, False]


def test_the_table_has_every_cell_of_the_head_with_the_score_behind_it():
    steps = steps_by_hand("heads", 2, 3)
    drawn = kinds.look(MAPS[1], 1, 2)
    assert [row["score"] for row in kinds.scored(drawn, steps, 1, 2)] == pytest.approx(steps.scores[1, 2].ravel())
    assert {row["score"] for row in kinds.scored(drawn, None, 1, 2)} == {None}


# --- predict, then reveal


def test_hidden_maps_carry_no_name_and_every_guess_is_right_once():
    maps = [some_map(f"model {number}", spread(seed=number)) for number in range(7)]
    under = kinds.hidden(maps)
    assert [one.name for one in under] == [one.title for one in under] == list("ABCDEFG")
    assert "model" not in json.dumps(kinds.payload(under, "", "own"))
    by_name = {one.name: one for one in maps}
    for guess in kinds.guesses(maps):
        behind = under["ABCDEFG".index(guess.letter)]
        assert behind.trace is by_name[guess.name].trace
        assert guess.letter in guess.options
        assert len(guess.options) == len(set(guess.options)) == kinds.OPTIONS
    assert len(kinds.guesses(maps)) == kinds.QUESTIONS
    assert [guess.options for guess in kinds.guesses(MAPS)] == [("A", "B")] * 2
    assert kinds.guesses(MAPS[:1]) == []


# --- models in words


def card(name, **config):
    family = "rnn" if "attention" in config else "transformer"
    return Card(name, family, config, "en", "de", "multi30k", "", {}, 1, {}, {})


def test_alike_kinds_are_told_apart_by_their_place():
    found = {
        "a": card("a", attention="dot", context="step"),
        "b": card("b", attention="dot", context="readout", input_feeding=True),
        "c": card("c", attention="dot", context="readout"),
        "d": card("d", attention="none", context="step"),
        "e": card("e", heads=8, decoder_layers=3),
    }
    after = f"{EN['kind_dot']}, {EN['model_place_readout']}"
    assert page_kinds.titles(EN, found) == {
        "a": f"{EN['kind_dot']}, {EN['model_place_step']}",
        "b": f"{after}, {EN['model_fed']}",
        "c": after,
        "d": EN["kind_none"],
        "e": EN["kind_heads"],
    }
    assert [page_kinds.way(EN, found[name]) for name in "ade"] == [EN["model_place_step"], "", ""]
    assert list(page_kinds.ordered({name: found[name] for name in "edab"})) == ["d", "a", "b", "e"]
    assert page_kinds.ordered({"x": card("x", attention="telepathy")}) == {}
    other = found | {"f": replace(found["a"], target="fr")}
    assert list(model_names.alike(other, "a")) == list("abcde")


PARTS = {"back", "forward", "slider", "keys"}  # whose texts the player and the cells read
VECTORS = {"query", "context", "key", "score", "gaussian", "weight", "weight_gaussian", "values"}  # asked for by name


@pytest.mark.parametrize(
    ("part", "scripts", "by_name"),
    [(gallery, ["kinds_gallery"], {"keys"}), (numbers, ["kinds_numbers", "kinds_moment"], PARTS | VECTORS)],
)
def test_a_component_asks_for_the_texts_it_shows(part, scripts, by_name):
    folder = ROOT / "dashboard/views/kinds"
    script = "".join((folder / f"{name}.js").read_text("utf-8") for name in scripts)
    assert set(re.findall(r"\blabels\.(\w+)", script)) | by_name == set(part.LABELS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fills_its_places(language):
    say = catalogue(language)
    places = {"n", "N", "title", "target", "source", "share", "layer", "head", "heads", "width", "window", "centre"}
    places |= {"text"}
    for key in (key for key in say if key.startswith("maps_")):
        assert {name for _, name, _, _ in string.Formatter().parse(say[key]) if name} <= places, key


# --- the page


@pytest.fixture
def many(tmp_path, monkeypatch):
    """A folder of small random models of every kind; opens the page on them."""
    made = {
        f"rnn-{kind}": random_model(RNN, recurrent(kind, CONTEXTS[number % 3], bidirectional=kind != "none"))
        for number, kind in enumerate(SCORES)
    }
    made["heads"] = transformer("post", "sinusoidal", True)
    for name, model in made.items():
        config = asdict(model.config)
        save(tmp_path / name, replace(card(name, **config), config=config), model, vocabulary(), [])
    monkeypatch.setattr(folders, "MODELS", tmp_path)
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    st.cache_resource.clear()

    yield lambda **address: open_page(text="a b c", **address)
    st.cache_resource.clear()


@pytest.fixture
def app_on_shipped(monkeypatch):
    """Open the page on the models of this repository."""
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    return open_page


def open_page(**address):
    at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=120)
    for key, value in address.items():
        at.query_params[key] = value
    to_page(at, "kinds").run()
    assert not at.exception
    return at


def drawn(at):
    """What the maps' component was given."""
    (found,) = (one for one in at.get("bidi_component") if "kinds" in one.proto.component_name)
    return json.loads(found.proto.json)


def test_every_kind_in_the_folder_has_a_map_and_its_numbers(many):
    at = many(model="rnn-dot")
    content = drawn(at)
    kinds_shown = [one["name"] for one in content["panels"]]
    assert kinds_shown == [*(f"rnn-{kind}" for kind in SCORES if kind != "none"), "heads"]
    assert content["chosen"] == "rnn-dot"
    assert EN["kinds_without"].split("}")[1].split("{")[0] in "\n".join(part.value for part in at.markdown)
    at.segmented_control(key="tab").set_value("numbers").run()
    for kind in (*SCORES, "heads"):
        at.selectbox(key="model").set_value(kind if kind == "heads" else f"rnn-{kind}").run()
        assert not at.exception
        assert not [*at.warning, *at.error]
        if kind == "none":
            assert EN["kinds_no_numbers"] in [part.value for part in at.info]
            assert not at.latex
            continue
        content = drawn(at)
        assert content["numbers"]["kind"] == kind
        assert len(content["numbers"]["scores"]) == np.prod(content["weights"]["shape"])
        assert at.latex[0].value.count("{") == at.latex[0].value.count("}")
        said = "\n".join(part.value for part in at.caption)
        assert EN[f"kind_words_{kind}"] in said


def test_all_are_made_to_write_the_same_and_subtracted(many):
    content = drawn(many(model="rnn-dot", show="difference"))
    assert content["show"] == "difference"
    assert all(one["same"] for one in content["panels"])
    assert len({one["text"] for one in content["panels"]}) == 1


@pytest.mark.parametrize("model", ["rnn-general", "rnn-local-m", "rnn-none"])
def test_who_writes_nothing_at_all_gives_nothing_to_write_after(many, model):
    """Their translations are empty or a space."""
    at = many(model=model, show="difference")
    assert drawn(at)["show"] == "own"
    assert not [*at.warning, *at.error]


def test_a_model_without_attention_can_be_written_after_but_not_subtracted(app_on_shipped):
    at = app_on_shipped(model="en-de-rnn-plain", show="difference")
    assert EN["kinds_no_difference"] in [part.value for part in at.info]
    assert len({one["text"] for one in drawn(at)["panels"]}) == 1


def test_a_model_without_attention_stands_with_its_own_words_whatever_the_others_write(app_on_shipped):
    own = controls.plain(example("en-de-rnn-plain").hypotheses[0].text)
    said = [part.value for part in app_on_shipped(show="same").markdown]
    assert [one for one in said if own in one]


def test_before_the_answers_nothing_tells_whose_a_map_is(many):
    at = many(model="rnn-dot", predict="true")
    content = drawn(at)
    assert content["hidden"]
    assert [one["name"] for one in content["panels"]] == list("ABCDEFGHIJKL")
    assert content["chosen"] == ""
    assert not at.latex
    assert "rnn-" not in json.dumps(content["panels"])


def test_a_damaged_model_is_named_once_and_the_maps_of_the_others_stay(many, tmp_path):
    (tmp_path / "rnn-dot" / "model.safetensors").write_bytes(b"PK")
    for show in page_kinds.SHOWS:
        at = many(model="rnn-dot", show=show)
        assert len(at.error) == 1
        assert "damaged" in at.error[0].value
        content = drawn(at)
        assert len(content["panels"]) == len(SCORES) - 1
        assert content["chosen"] == ""
