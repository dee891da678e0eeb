"""The findings: how sentences are joined, shuffled and grown, what is compared, what toy models give."""

import json
import random
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from core.checkpoints import PRETRAINED, Card, Loaded, build, cards, load_packed
from core.findings import attention_swap, bigger_beams, bottleneck, familiar, head_pruning, word_order
from core.findings.measuring import compared, written
from core.text.subwords import Subwords
from core.text.variants import growing, shuffled, spread
from dashboard.figures import bottleneck as figures
from dashboard.figures import swap
from dashboard.model_names import model_label, model_labels, outstanding
from dashboard.text import catalogue
from dashboard.views.bottleneck.verdicts import backwards, lost
from dashboard.views.pruning import curves_chart
from tests.test_kinds import card

EN = catalogue("en")
PAIRS = [("A man sits.", "Ein Mann sitzt."), ("A dog eats a bone.", "Ein Hund frisst einen Knochen.")] * 20


def test_neighbours_are_joined_and_their_beginnings_written_small_where_the_text_does_so():
    singles, joined = PAIRS[:2], bottleneck.with_joined(PAIRS[:2])
    assert joined[:2] == singles
    assert joined[2] == ("A man sits and a dog eats a bone.", "Ein Mann sitzt und Ein Hund frisst einen Knochen.")


def test_groups_hold_every_sentence_that_fits_and_none_that_is_too_few():
    groups = bottleneck.grouped(PAIRS, longest=(3, 4, 9))
    assert groups == {}
    groups = bottleneck.grouped(PAIRS * 2, longest=(3, 4, 9))
    assert {end: len(some) for end, some in groups.items()} == {3: 40, 9: 40}


def test_a_sentence_grows_to_itself_and_every_step_is_a_beginning_of_it():
    text = "An old man in a green coat is sitting on a bench and reading a newspaper while a girl is jumping."
    steps = growing(text)
    assert steps[-1] == text
    assert 4 <= len(steps) <= 8
    assert all(text.startswith(step.removesuffix(".")) for step in steps)
    assert [len(step) for step in steps] == sorted({len(step) for step in steps})
    assert growing("Hello.") == ["Hello."]
    assert growing("") == []
    assert spread(range(100), 4) == [0, 33, 66, 99]


def test_shuffled_words_are_the_same_words_in_an_order_of_their_own():
    text = "A man in a red coat is sitting on a bench."
    mixed = shuffled(text, random.Random(1))
    assert mixed == shuffled(text, random.Random(1)) != text
    assert sorted(mixed.removesuffix(".").split()) == sorted(text.removesuffix(".").split())
    assert mixed.endswith(".")
    assert shuffled("", random.Random(1)) == ""


def test_two_systems_with_as_many_mistakes_differ_by_chance_alone_and_a_bad_one_does_not():
    texts = [target for _, target in PAIRS]
    first, second = ([*texts[:at], "Hund.", *texts[at + 1 :]] for at in (0, 2))
    right, alike, worse = compared({"a": first, "b": second, "c": ["Ein Hund."] * len(texts)}, texts)
    assert right["p"] is None
    assert right["bleu"] == alike["bleu"] > right["bleu_interval"] > 0
    assert alike["p"] > 0.1
    assert worse["p"] < 0.01


def toy(**config) -> Loaded:
    """A model of random weights that reads and writes."""
    torch.manual_seed(0)
    subwords = Subwords.train([line for pair in PAIRS for line in pair], 60)
    family = "rnn" if "attention" in config else "transformer"
    shape = {"width": 16, "vocabulary_size": len(subwords)} | ({} if family == "rnn" else {"heads": 2}) | config
    model = build(family, shape).eval()
    training = {"minutes": 1, "tokens": 6000, "epochs": 1}
    return Loaded(Card("toy", family, shape, "en", "de", "multi30k", "", {}, 1, training, {}), model, subwords)


def test_the_findings_of_toy_models_have_a_row_for_each_and_are_plain_json():
    models = {
        "plain": toy(attention="none"),
        "general": toy(attention="general", context="readout"),
        "general-before": toy(attention="general", context="step"),
        "additive": toy(attention="additive", context="step"),
        "fed": toy(attention="general", context="readout", input_feeding=True),
        "backward": toy(attention="none", bidirectional=False, reverse_source=True),
        "forward": toy(attention="none", bidirectional=False, reverse_source=False),
    }
    swapped = attention_swap.attention_swap(models, PAIRS[:4], {"amansits": [("man", "mann"), ("dog", "hund")]})
    assert [row["model"] for row in swapped["rows"]] == list(models)
    assert [(one["from"], one["to"]) for one in swapped["contrasts"]] == [
        ("general", "general-before"),
        ("general-before", "additive"),
    ]
    assert [(one["from"], one["to"]) for one in swapped["twins"]] == [("forward", "backward")]
    assert all(row["tokens_per_second"] > 0 for row in swapped["rows"])
    assert [row["words"] for row in swapped["rows"]] == [0, 2, 2, 2, 2, 0, 0]  # a man in two sentences, and no dog
    order = word_order.word_order({"plain": models["plain"]}, PAIRS[:4], "A dog bites a man.")
    assert [row["order"] for row in order["rows"]] == ["as written", "shuffled"]
    length = bottleneck.bottleneck(models, PAIRS, "A man sits on a bench and eats.")
    assert figures.sound(json.loads(json.dumps(length)))
    assert {row["model"] for row in length["rows"]} == set(models)
    assert {row["model"]: row["twin"] for row in length["rows"] if "twin" in row} == {"backward": "forward"}
    assert json.loads(json.dumps([swapped, order])) == [swapped, order]
    texts = [source for source, _ in PAIRS]
    known = familiar.familiar(
        models["general"], texts, {"captions": texts, "everyday": [f"語 {text}" for text in texts]}
    )
    assert known["sentences"] == len(texts)
    assert known["everyday"] == 1.0  # of which no sub-word is known


def test_without_positions_a_transformer_translates_shuffled_words_the_same():
    rows = word_order.word_order({"none": toy(positions="none"), "sinusoidal": toy()}, PAIRS[:4], "A man.")["rows"]
    same = {row["model"]: row["same"] for row in rows}
    assert same["none"] == 1.0


def test_heads_are_closed_the_least_important_first_and_pruned_models_stand_beside():
    whole = toy(encoder_layers=1, decoder_layers=1)
    few = replace(whole, card=replace(whole.card, pruned={"kept": {"encoder": 1, "cross": 2}}, recipe={"penalty": 0.1}))
    study = head_pruning.head_pruning({"toy": whole, "few": few}, PAIRS[:4], PAIRS[4:])
    assert json.loads(json.dumps(study)) == study
    assert study["heads"] == 6
    assert (study["pruned"][0]["kept"], study["pruned"][0]["bleu"]) == (3, study["whole"]["bleu"])
    lines = {}
    for point in study["points"]:
        assert len(point["closed"]) == study["heads"] - point["kept"]
        lines.setdefault((point["kinds"], point["order"], point["seed"]), []).append(point["closed"])
    assert len(lines) == len(head_pruning.KINDS) * (3 + len(head_pruning.RANDOM))
    for closed in lines.values():
        assert len(closed) == len(head_pruning.SHARES)
        assert all(longer[: len(shorter)] == shorter for shorter, longer in pairwise(closed))
    assert {kind for kind, *_ in lines["encoder", "gradient", None][-1]} == {"encoder"}
    assert curves_chart.facts(study)["half"] == 3


def test_bigger_beams_are_measured_part_by_part_and_every_output_is_somebodys_fault(monkeypatch):
    for name, value in {"BEAM_SIZES": (1, 2, 5), "BUDGET": 40, "EXACTLY": 2}.items():
        monkeypatch.setattr(bigger_beams, name, value)
    parts = {}

    def keep(part, compute):
        if part not in parts:
            parts[part] = compute()
        return parts[part]

    models, pairs = {"toy": toy(encoder_layers=1, decoder_layers=1)}, PAIRS[:4]
    study = bigger_beams.bigger_beams(models, pairs, keep)
    assert json.loads(json.dumps(study, allow_nan=False)) == study
    assert len(parts) == 6  # exact search, a beam size each, the scores of both norms
    monkeypatch.setattr(bigger_beams, "translate_batches", None)
    assert bigger_beams.bigger_beams(models, pairs, keep) == study  # from its parts alone
    assert [(row["norm"], row["beam_size"]) for row in study["rows"]] == [
        (norm, size) for norm in ("none", "gnmt") for size in (1, 2, 5)
    ]
    for row in study["rows"]:
        assert sum(row.get(verdict, 0) for verdict in ("right", "search_error", "model_error")) == pytest.approx(1)
        outputs = parts[f"toy-4-beam-{row['beam_size']}"][row["norm"]]
        below = [proof["empty"] > sum(one[2]) for one, proof in zip(outputs, parts["toy-4-exact"], strict=True)]
        assert row["below_empty"] == sum(below) / 4
    assert study["modes"][0]["tried"] == 2


@pytest.mark.parametrize("content", [None, [], {}, {"rows": {}}, {"rows": [{"model": "x"}], "example": {}}])
def test_a_damaged_finding_is_none(content):
    assert not figures.sound(content)


def test_the_stored_bottleneck_is_what_its_model_says():
    """The stored example again, by the smallest of its models."""
    stored = json.loads((PRETRAINED / "findings" / "bottleneck.json").read_text("utf-8"))
    assert figures.sound(stored)
    example = stored["example"]
    name = next(iter(example["texts"]))
    assert written({name: load_packed(name)}, example["sentences"])["texts"][name] == example["texts"][name]


@pytest.mark.parametrize(
    ("own", "verdict"),
    [
        ([(2, 0.01), (9, 0.01)], ("both", 1, 1)),
        ([(2, 0.01), (9, 0.2)], ("worse", 0, 1)),
        ([(2, 0.2), (9, 0.01)], ("better", 1, 0)),
        ([(2, 0.2), (9, 0.2)], ("chance", 0, 0)),
    ],
)
def test_a_model_is_better_or_worse_only_beyond_chance(own, verdict):
    rows = [{"model": "a", "words": words, "bleu": 5, "p": None} for words in (1, 2)]
    rows += [{"model": "b", "words": words, "bleu": bleu, "p": p} for words, (bleu, p) in enumerate(own, 1)]
    told, facts = figures.versus({"rows": rows}, "b")
    assert (told, facts["better"], facts["worse"], facts["groups"]) == (*verdict, 2)


def test_a_model_with_a_twin_is_compared_with_that():
    rows = [{"model": "a", "words": 1, "bleu": 5, "p": None}, {"model": "b", "words": 1, "bleu": 1, "p": 0.01}]
    rows += [{"model": "c", "words": 1, "bleu": 3, "p": 0.01, "twin": "b", "twin_p": 0.01}]
    assert [figures.versus({"rows": rows}, name)[0] for name in "bc"] == ["worse", "better"]
    rows[-1]["twin_p"] = 0.5
    assert figures.versus({"rows": rows}, "c")[0] == "chance"


def test_what_is_fed_back_is_no_cell_of_the_square():
    rows = [{"attention": "general", "context": "readout", "feeding": fed, "bleu": 1 + fed} for fed in (False, True)]
    assert swap.square(rows, ["general"], ["readout", "step"]) == [[1, None]]


def test_what_the_page_says_of_reading_backwards_is_what_was_measured_and_all_that_differs():
    finding = json.loads((PRETRAINED / "findings" / "bottleneck.json").read_text("utf-8"))
    (said,) = backwards(EN, finding, cards()[0])
    assert f"is {EN['backwards_better']} than “RNN without attention, reads forwards only”" in said
    assert "better in 5 of 6 groups, worse in 0" in said
    assert said.endswith(f"differs between the two: {EN['differs_reverse_source']}.")
    assert backwards(EN, finding, {}) == []


def test_the_first_state_is_made_of_where_the_encoder_ends():
    both, back, on = (
        {"width": 8, "bidirectional": one, "reverse_source": way} for one, way in ((1, 0), (0, 1), (0, 0))
    )
    assert r"\rightarrow}{h}_{\text{<eos>}}; \overset{\leftarrow}{h}_1]" in figures.first_state(both)
    assert "<eos>" not in figures.first_state(back)
    assert "leftarrow" not in figures.first_state(on)


def test_the_thread_is_lost_where_it_never_comes_back():
    assert figures.lost([100, 10, 90, 10], [100, 100, 100, 100]) == 3
    assert figures.lost([100, 80], [100, 100]) is None
    assert figures.lost([10, 10], [100, 100]) == 0


def test_models_are_named_by_their_text_and_kind_and_by_their_size_only_where_that_is_not_enough():
    found = {
        "a": card("a", attention="dot", context="step"),
        "b": card("b", attention="dot", context="step"),
        "c": card("c", attention="none"),
        "d": card("d", attention="none", reverse_source=True),
        "e": card("e", heads=8, positions="none"),
        "f": card("f", attention="telepathy"),
    }
    labels = model_labels(found, EN)
    assert len(set(labels.values())) == 5  # a and b have the same size, too
    assert labels["c"].startswith(EN["model_rnn_none"])
    assert labels["e"].startswith(EN["model_transformer"] + EN["model_positions_none"])
    assert "f" in model_label(found["f"], EN)
    assert labels["a"] != model_label(found["a"], EN)
    found["a"] = replace(found["a"], recipe={"start": {"model": "z", "recipe": {"extra": [{"file": "a.tsv"}]}}})
    labels = model_labels(found, EN)
    place = labels["b"].index(" · ")
    expected = labels["b"][:place] + EN["model_extra"] + labels["b"][place:]
    assert labels["a"] == expected, "what tells them apart is who taught them, not their size"


def test_the_outstanding_are_the_chosen_one_and_the_best_of_each_way():
    found = {
        name: card(name, attention=kind) for name, kind in zip("abcd", ("dot", "dot", "none", "none"), strict=True)
    }
    for name, bleu in zip("abcd", (1, 2, 4, 3), strict=True):
        found[name].metrics["test_2016"] = {"bleu": bleu}
    assert list(outstanding(found, "a")) == ["a", "c"]
    assert list(outstanding(found, "d")) == ["b", "d"]


def test_a_thread_is_lost_even_where_the_best_model_errs_in_the_same_way():
    start = "Eine Frau sitzt auf einer Bank"
    whole, less = f"{start} und liest ein Buch, während zwei Jungen spielen.", f"{start} und liest ein Buch."
    rival, best = [f"{start}.", whole, whole], [f"{start}.", whole, less]  # the last step of the best is wrong
    assert lost([f"{start}.", less, less], rival, best) == 1
    assert lost(rival, rival, best) is None


def test_words_are_lost_only_where_those_that_look_back_agree():
    texts = {"blind": ["ein Rad", "ein Rad"], "rival": ["ein Hund", "Wetter"], "best": ["ein Hund", "ein Hund"]}
    seeing = {"rival": [100, 5], "best": [100, 100]}
    first, second = figures.grown(["A dog.", "A dog runs."], texts, "blind", seeing, 1)
    assert first[1] == [("same", "ein"), ("gone", "Hund"), ("new", "Rad")]
    assert second[:2] == ("2 ⚠ · A dog runs.", "ein Rad")
