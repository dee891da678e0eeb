"""The page Training: its figures from hand-written records, its laws on real models, what it answers."""

import json
import math
import re
import string
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from opening import to_page
from streamlit.testing.v1 import AppTest
from torch.nn import functional

from core.checkpoints import CURVE, FINDINGS, GOLD, GREEDY, PRETRAINED, cards, curve, example, load, load_packed
from core.decoding.translate import decode
from core.files import read_json
from core.options import BeamOptions, ForcedOptions
from core.recipes.stored_examples import REFERENCES
from core.records import DecodeTrace, Distribution, Hypothesis, Node, SearchTree
from core.records.trace_json import from_json, to_json
from core.text.batches import source_batch
from core.text.subwords import BOS, EOS
from core.training.own_words import behaviours, two_passes
from dashboard import resources
from dashboard.beginning import DEFAULT
from dashboard.components.bundle import bundle
from dashboard.figures.tokens import label
from dashboard.model_names import model_label
from dashboard.resources import folders, models
from dashboard.text import LANGUAGES, catalogue
from dashboard.views.training import figure as teaching
from dashboard.views.training import own_words, teacher

ROOT = Path(__file__).resolve().parents[1]
EN = catalogue("en")
MODELS = list(cards()[0])
SIZE = 40  # of the vocabulary


def trace(words: list[tuple[str, float]], expected: list[tuple[Distribution, float]]) -> DecodeTrace:
    """A translation of these tokens with their probabilities, and what was expected before each."""
    nodes = [Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept")]
    for place, (word, share) in enumerate(words):
        score = nodes[-1].score + math.log(share)
        fate = "finished" if word == "<eos>" else "kept"
        nodes.append(Node(place, word, 10 + place, math.log(share), score, place + 1, fate))
    tokens, logprobs = tuple(word for word, _ in words), tuple(math.log(share) for _, share in words)
    text = "".join(tokens).replace("▁", " ").replace("<eos>", "").strip()
    found = Hypothesis(text, tokens, logprobs, nodes[-1].score, len(words))
    stored = tuple(replace(one, uniform_loss=loss) for one, loss in expected)
    tree = SearchTree(tuple(nodes), tuple(range(len(words))))
    return DecodeTrace("model", "A dog.", (), "forced", ForcedOptions(text), (found,), tree, stored=stored)


# "Ein Hund": the model would rather begin with "Der", and is sure of the rest.
BEGINS = Distribution(("▁Der", "▁Ein"), (0.5, 0.25), 0.25, 1.5)
MANY = Distribution(tuple(f"▁w{i}" for i in range(12)), (0.07,) * 12, 0.16, 4.0)
ENDS = Distribution(("<eos>", "er"), (0.99, 0.005), 0.005, 0.1)
GOLD_TRACE = trace([("▁Ein", 0.25), ("▁Hund", 0.01), ("<eos>", 0.99)], [(BEGINS, 6.0), (MANY, 4.0), (ENDS, 9.0)])
OWN_TRACE = trace([("▁Der", 0.5), ("<eos>", 0.99)], [(BEGINS, 6.0), (ENDS, 8.0)])
TAUGHT, FREE = teaching.positions(GOLD_TRACE, 0.1), teaching.positions(OWN_TRACE, 0.1)


def test_the_mean_of_the_strip_is_minus_the_log_probability_a_token():
    found = GOLD_TRACE.hypotheses[0]
    assert teaching.mean([one.loss for one in TAUGHT]) == pytest.approx(-found.total / len(found.tokens))
    payload = teaching.payload(TAUGHT, FREE, {"text": "", "vocabulary": SIZE, "smoothing": 0.1})
    strip = [values[3] for values in payload["gold"]]
    assert payload["means"]["gold"] == pytest.approx(sum(strip) / len(strip), abs=1e-3)


def test_without_smoothing_the_loss_is_the_plain_one():
    for one in teaching.positions(GOLD_TRACE, 0.0):
        assert one.smoothed == one.loss


def test_smoothing_mixes_the_loss_with_the_mean_over_the_vocabulary():
    assert [one.smoothed for one in TAUGHT] == pytest.approx(
        [0.9 * -math.log(share) + 0.1 * uniform for share, uniform in ((0.25, 6.0), (0.01, 4.0), (0.99, 9.0))]
    )


@pytest.mark.parametrize("model", MODELS)
def test_the_losses_are_those_of_torch(model):
    """Beside torch's own cross-entropy of the logits that teacher forcing gives."""
    torch.set_num_threads(1)
    loaded = load(model)
    kept = decode(loaded.model, loaded.subwords, "A dog runs.", ForcedOptions("Ein Hund läuft weg."))
    logits = torch.from_numpy(kept.logits.astype(np.float32))
    targets = torch.tensor([loaded.subwords.tokens.index(token) for token in kept.hypotheses[0].tokens])
    for smoothing in (0.0, 0.1, 0.35):
        wanted = functional.cross_entropy(logits, targets, label_smoothing=smoothing, reduction="none")
        losses = [one.smoothed for one in teaching.positions(kept, smoothing)]
        assert losses == pytest.approx(wanted.tolist(), abs=0.02)  # the record's logits are float16


def test_the_mean_loss_over_the_vocabulary_survives_json():
    loaded = load(DEFAULT)
    kept = decode(loaded.model, loaded.subwords, "Two cats.", ForcedOptions("Zwei Katzen."))
    again = from_json(json.loads(json.dumps(to_json(kept))))
    pairs = zip(teaching.positions(kept, 0.1), teaching.positions(again, 0.1), strict=True)
    for mine, theirs in pairs:
        assert theirs.smoothed == pytest.approx(mine.smoothed)
    old = to_json(kept)
    for one in old["next"]:
        del one["uniform_loss"]
    with pytest.raises(ValueError, match="stored without"):
        teaching.positions(from_json(old), 0.1)


def test_a_bar_for_the_likeliest_and_one_for_what_stands_there():
    shown = teaching.bars(TAUGHT[1].moment)
    assert shown == [0, 1, 2, 3, 4, 5, 10]
    values = teaching.entry(TAUGHT[1])
    assert values[8][values[6]] == ["Hund", 0.01]
    assert sum(share for _, share in values[8]) + values[7] == pytest.approx(1, abs=1e-3)


def test_the_payload_is_plain_json_and_its_id_follows_the_pair_alone():
    about = {"text": "A dog.", "vocabulary": SIZE, "smoothing": 0.1}
    content = teaching.payload(TAUGHT, FREE, about)
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["worst"] == 1
    plain = teaching.payload(teaching.positions(GOLD_TRACE, 0.0), teaching.positions(OWN_TRACE, 0.0), about)
    assert plain["id"] == content["id"]  # the slider of smoothing leaves the reader where he is
    assert teaching.payload(FREE, FREE, about)["id"] != content["id"]


def test_the_roads_part_where_the_model_takes_another_token():
    kind, facts = teaching.parting(TAUGHT, FREE)
    assert kind == "parts"
    assert {name: facts[name] for name in ("position", "token", "own", "share", "own_share")} == {
        "position": 1,
        "token": "Ein",
        "own": "Der",
        "share": "25%",
        "own_share": "50%",
    }
    assert teaching.parting(FREE, FREE)[0] == "same"


def test_the_questions_have_their_answers():
    dearest = teaching.dearest(TAUGHT)
    assert dearest.options == ("Ein", "Hund", "<eos>")
    assert [dearest.options[index] for index in dearest.right] == ["Hund"]
    assert teaching.dearest(teaching.positions(trace([("er", 0.5)], [(ENDS, 5.0)]), 0.0)) is None
    assert teaching.softened(TAUGHT, "↑↓=").right == (0,)
    sure_of_all = teaching.positions(trace([("er", 0.5)], [(ENDS, 0.1)]), 0.0)
    assert teaching.softened(sure_of_all, "↑↓=").right == (1,)


def test_the_table_has_every_bar_of_both_lanes():
    rows = teaching.table({"gold": TAUGHT, "own": FREE})
    assert len(rows) == sum(len(teaching.bars(one.moment)) for one in [*TAUGHT, *FREE])
    assert {row["reads"] for row in rows} == {"gold", "own"}
    assert rows[0]["loss"] == pytest.approx(-math.log(0.25))


def test_the_formula_has_this_pair_s_numbers():
    plain, smooth = (teaching.cross_entropy(TAUGHT, smoothing, SIZE) for smoothing in (0.0, 0.1))
    assert r"\tfrac{1}{3}" in plain
    for one in TAUGHT:
        assert f"{one.loss:.2f}" in plain
    assert "varepsilon" not in plain
    assert f"{0.9 + 0.1 / SIZE:.5f}" in smooth
    assert f"{teaching.mean([one.smoothed for one in TAUGHT]):.2f}" in smooth
    for latex in (plain, smooth):
        assert latex.count("{") == latex.count("}")


def test_the_least_loss_under_smoothing_is_the_entropy_of_the_target():
    target = np.full(SIZE, 0.2 / SIZE)
    target[3] += 0.8
    entropy = -(target * np.log(target)).sum()
    assert teaching.meaning(TAUGHT, 0.2, SIZE)["floor"] == f"{entropy:.2f}"
    assert float(teaching.meaning(TAUGHT, 0.0, SIZE)["floor"]) == 0


@pytest.mark.parametrize("model", MODELS)
def test_the_stored_pair_is_what_the_model_does(model):
    torch.set_num_threads(1)
    loaded = load(model)
    for file in (GOLD, GREEDY):
        kept = example(model, file=file)
        again = decode(loaded.model, loaded.subwords, kept.text, kept.options)
        assert again.hypotheses[0].tokens == kept.hypotheses[0].tokens
        mine, theirs = (teaching.positions(one, 0.1) for one in (again, kept))
        assert [one.smoothed for one in mine] == pytest.approx([one.smoothed for one in theirs], abs=1e-2)
    assert example(model, file=GOLD).options == ForcedOptions(REFERENCES[cards()[0][model].target])
    assert example(model, file=GREEDY).options == BeamOptions(1)


def test_a_curve_that_is_none_is_named(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    good = read_json(PRETRAINED / DEFAULT / CURVE)
    for content in ([], {}, [{"epoch": 1}], [good[0] | {"train": "low"}], [good[0] | {"train": float("nan")}]):
        (folder / CURVE).write_text(json.dumps(content))
        with pytest.raises(
            ValueError, match=r"model/curve\.json is not (a training curve|readable JSON: the number NaN)"
        ):
            curve("model", tmp_path)
    assert curve(DEFAULT) == good


def test_the_findings_are_no_model(tmp_path):
    (tmp_path / FINDINGS).mkdir()
    assert cards(tmp_path) == ({}, {})


def test_the_component_asks_for_the_texts_it_shows():
    script = bundle(ROOT / "dashboard/views/training/teacher.js").js
    asked = set(re.findall(r"\blabels\.(\w+)", script)) - {"play", "pause"}  # it has no such button
    by_name = {"back", "forward", "gold", "own", "after_gold", "after_own"}
    assert asked | by_name == set(teacher.LABELS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fills_its_places(language):
    say = catalogue(language)
    kind, parting = teaching.parting(TAUGHT, FREE)
    size = teaching.meaning(TAUGHT, 0.1, SIZE)
    for key, facts in {
        "teacher_description": teaching.describe(TAUGHT, "Ein Hund", "Der"),
        f"parting_{kind}": parting,
        "parting_same": teaching.parting(FREE, FREE)[1],
        "training_formula": size,
        "training_formula_worse": size,
        "training_formula_smoothed": size,
        "dearest_answer": teaching.dearest(TAUGHT).facts,
        "softened_answer": teaching.softened(TAUGHT, "abc").facts,
    }.items():
        assert {name for _, name, _, _ in string.Formatter().parse(say[key]) if name} <= set(facts), key


# --- own words: a second pass, and a judge


@pytest.fixture(scope="module", params=["en-de-rnn-additive-before", "en-de-transformer-small"])
def asked(request):
    """A model ready to search, a sentence, and the ids of a translation that is not quite its own."""
    loaded = load_packed(request.param)
    ids = (*loaded.subwords.encode("Eine braune Katze rennt schnell durch den Schnee."), EOS)
    return loaded, "A brown dog is running through the snow.", ids


def test_the_second_pass_reads_the_words_that_are_marked(asked):
    loaded, text, ids = asked
    record = two_passes(loaded.model, loaded.subwords, text, ids)
    own = [loaded.subwords.tokens.index(token) for token in record.own]
    assert sorted(record.order) == list(range(len(ids) - 1))
    source, mask = (torch.from_numpy(part) for part in source_batch([loaded.subwords.encode_source(text)]))
    for count in (0, 3, len(own)):
        marked = set(record.order[:count])
        read = [BOS, *(own[place] if place in marked else ids[place] for place in range(len(own)))]
        logits = load(loaded.card.name).model(source, mask, torch.tensor([read])).logits[0]
        wanted = functional.cross_entropy(logits, torch.tensor(ids), reduction="none")
        np.testing.assert_allclose(record.losses[count], wanted.detach(), atol=1e-3)
    facts, payload = own_words.passes_facts(record), own_words.passes(record)
    assert float(facts["first"]) == pytest.approx(payload["means"][0], abs=0.006)
    assert own_words.effect(record) == (payload["means"][-1] < payload["means"][0])
    rows = own_words.passes_rows(record)
    assert [row["own from"] for row in rows].index(1) == record.order[0]
    assert rows[-1]["own"] is None


def test_states_are_equal_until_both_decoders_read_another_word(asked):
    loaded, text, ids = asked
    tree = decode(loaded.model, loaded.subwords, text, BeamOptions(1)).tree
    own = tuple(node.id for node in tree.nodes[1:])
    record = behaviours(loaded.model, loaded.subwords, text, ids, own)
    assert len(record.gold) == len(record.own) == min(len(ids), len(own))
    place = own_words.split(record)
    assert place > 0  # both begin with <bos>
    assert record.apart[:place].max() < 1e-5
    assert record.apart[place] > 0.01
    payload = own_words.judged(record)
    assert np.abs([payload["taught"], payload["free"]]).max() == pytest.approx(1)
    assert own_words.judge_facts(record)["position"] == place
    same = replace(record, own=record.gold)
    assert (own_words.split(same), own_words.judge_facts(same)) == (None, {"count": len(record.gold)})
    assert [row["apart"] for row in own_words.judge_rows(record)] == record.apart.tolist()


# --- the page


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    to_page(at, "training")
    return at


def walk(at):
    """What the component is given."""
    found = [part.proto for part in at.get("bidi_component") if "teacher" in part.proto.component_name]
    return json.loads(found[0].json)


def tokens(lane):
    return [values[0] for values in lane]


def test_the_first_paint_teaches_what_a_person_wrote(app):
    at = app.run()
    assert not at.exception
    shown = walk(at)
    assert tokens(shown["gold"])[-1] == tokens(shown["own"])[-1] == "<eos>"
    assert tokens(shown["gold"]) != tokens(shown["own"])
    assert any(EN["gold_person"].split("{")[0] in part.value for part in at.caption)
    assert shown["at"]["position"] == str(shown["worst"] + 1)


def test_the_readers_translation_is_taught(app):
    at = app.run()
    at.text_input(key="target").set_value("Ein Hund.").run()
    assert not at.exception
    assert tokens(walk(at)["gold"])[-2:] == [".", "<eos>"]
    assert "Hund" in tokens(walk(at)["gold"])
    own = tokens(walk(at)["own"])
    at.text_input(key="target").set_value("").run()
    assert tokens(walk(at)["own"]) == own  # left alone it writes the same, whatever is taught


@pytest.mark.parametrize("typed", ["", "   ", "\u200b"])
def test_without_a_gold_translation_the_models_own_takes_its_place_and_a_sentence_says_so(app, typed):
    at = app.run()
    at.text_input(key="text").set_value("Two dogs run.").run()
    at.text_input(key="target").set_value(typed).run()
    assert not at.exception
    said = [part.value for part in at.caption if part.value.startswith(EN["gold_model"].split("{")[0])]
    assert len(said) == 1
    assert not at.warning
    assert not at.error


def test_a_translation_that_is_too_long_or_unknown_is_answered_by_a_sentence(app):
    at = app.run()
    at.text_input(key="target").set_value("Ein Hund " * 60).run()
    assert [part.value for part in at.warning if part.value.startswith(EN["target_cut"].split("{")[0])]
    at.text_input(key="target").set_value("你好 <script>").run()
    assert not at.exception
    assert [part.value for part in at.warning] == [
        EN["target_unknown"].format(model=model_label(cards()[0][DEFAULT], EN))
    ]


def test_smoothing_changes_the_losses_and_leaves_the_probabilities(app):
    at = app.run()
    plain = walk(at)
    at.slider(key="smoothing").set_value(0.2).run()
    soft = walk(at)
    assert [values[3] for values in soft["gold"]] == [values[3] for values in plain["gold"]]
    assert all(values[4] != values[3] for values in soft["gold"])
    assert [values[8] for values in soft["gold"]] == [values[8] for values in plain["gold"]]
    assert "varepsilon" in at.latex[0].value


def test_until_the_guess_nothing_tells_what_costs_most(app):
    app.query_params["predict"] = "true"
    at = app.run()
    assert walk(at)["hidden"]
    assert not at.latex
    assert walk(at)["at"]["position"] == "1"
    assert not [part for part in at.markdown if "position 6" in part.value]


@pytest.mark.parametrize("way", ["passes", "judge"])
def test_a_picture_of_own_words_hides_its_answer_until_the_guess(app, way):
    app.query_params.update({"tab": "schedules", "way": way, "predict": "true"})
    at = app.run()
    assert not at.exception
    drawn = {part.proto.component_name: part.proto for part in at.get("bidi_component")}
    hidden = json.loads(drawn[way].json)
    assert hidden["hidden"] is True
    at.toggle(key="predict").set_value(False).run()
    shown = next(json.loads(part.proto.json) for part in at.get("bidi_component") if part.proto.component_name == way)
    assert (shown["hidden"], shown["own"]) == (False, hidden["own"])
    taught = teaching.positions(example(DEFAULT, file=GOLD), 0)
    words = [label(position.moment.token) for position in taught]
    assert shown["gold"] == (words if way == "passes" else ["<bos>", *words][: len(shown["own"])])
    if way == "passes":
        assert shown["means"][0] == pytest.approx(teaching.mean([one.loss for one in taught]), abs=0.01)


def test_a_damaged_curve_is_named_and_the_others_are_drawn(app, monkeypatch, tmp_path):
    import shutil

    shutil.copytree(PRETRAINED, tmp_path / "models")
    (tmp_path / "models" / "en-de-rnn-plain" / CURVE).write_text("[1, 2]")
    (tmp_path / "models" / FINDINGS).mkdir(exist_ok=True)
    (tmp_path / "models" / FINDINGS / "regimes.json").write_text('{"rows": 3}')
    monkeypatch.setattr(folders, "MODELS", tmp_path / "models")
    caches = (resources.shipped, resources.stored, resources.curves, resources.measured)
    for cache in caches:
        cache.clear()
    app.query_params.update({"tab": "regimes", "finding": "curves"})
    try:
        at = app.run()
        assert not at.exception
        said = [part.value for part in at.warning]
        assert len(said) == 1
        assert "curve" in said[0]
        at.segmented_control(key="finding").set_value("regimes").run()
        assert EN["regimes_none"] in [part.value for part in at.info]
    finally:
        for cache in caches:
            cache.clear()


def test_a_loss_above_blind_guessing_is_called_so():
    worse = teaching.meaning(TAUGHT, 0.0, 2)  # of two tokens
    assert worse["worse"]
    assert float(worse["choices"]) == 2
    assert not teaching.meaning(TAUGHT, 0.0, 10**6)["worse"]
