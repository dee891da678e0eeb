"""What heads do, against heads whose role is known, plain loops, and what is known of the bootstrap."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from test_findings import PAIRS, toy

from core.changes import Changes, Head
from core.checkpoints import PRETRAINED
from core.findings import head_roles as finding
from core.findings.head_readings import Material, encoded, readings
from core.findings.own_captions import own_captions
from core.interpret import head_roles as measures
from core.interpret.gold_losses import gold_losses
from core.interpret.head_roles import Count
from core.records import Attention
from core.records.head_roles import MEASURES, Evidence, from_rows, nearest, roles, to_rows
from core.text.batches import batch
from core.text.subwords import EOS
from core.text.treebanks import ROOT, Tree, TreeWord, words_of_pieces

# A sentence of ours; from each word its governor, and the relation between them.
WORDS = ("My", "old", "neighbour", "slowly", "paints", "the", "red", "fence", ".")
GOVERNORS = (2, 2, 4, 4, ROOT, 7, 7, 4, 4)
RELATIONS = ("nmod:poss", "amod", "nsubj", "advmod", "root", "det", "amod", "obj", "punct")
STARTS = [sum(map(len, WORDS[:place])) + place - (place == 8) for place in range(9)]
SPANS = zip(STARTS, WORDS, GOVERNORS, RELATIONS, strict=True)
TREE = Tree(
    "ours",
    " ".join(WORDS[:-1]) + ".",
    tuple(TreeWord(start, start + len(word), *rest) for start, word, *rest in SPANS),
)
KEYS = (*WORDS, "<eos>")
COUNT = len(KEYS)


def attention(weights, kind="encoder", keys=KEYS):
    """Heads side by side in one layer."""
    weights = np.array(weights, float)[None]
    return Attention(weights, keys[: weights.shape[2]], keys[: weights.shape[3]], kind)


def looking(places, count=COUNT):
    """A head whose row i puts all its weight on places[i]."""
    return np.eye(count)[list(places)]


def shifted(offset, count=COUNT):
    """A head that always looks at this relative position, at the edge where there is none at itself."""
    return looking([place + offset if 0 <= place + offset < count else place for place in range(count)])


UNIFORM = np.full((len(KEYS), len(KEYS)), 1 / len(KEYS))
SYNTACTIC = looking([governor if governor != ROOT else 4 for governor in GOVERNORS] + [9])
SINK = looking([9] * 10)
HEADS = attention([shifted(-1), shifted(1), shifted(2), UNIFORM, SYNTACTIC, SINK])


@pytest.mark.parametrize(("head", "offset"), [(0, -1), (1, 1), (2, 2)])
def test_a_head_that_always_looks_at_one_relative_position_is_positional(head, offset):
    offsets, share = measures.most_positional([measures.positional(HEADS)] * 3)
    assert offsets[0, head] == offset
    assert share.value[0, head] == share.low[0, head] == 1


def test_a_head_that_looks_evenly_or_rests_or_follows_the_tree_is_not_positional():
    _, share = measures.most_positional([measures.positional(HEADS)] * 3)
    assert share.value[0, 3:].max() < 0.5


def test_in_the_decoder_positions_are_counted_among_what_was_read():
    before = np.eye(6, k=-1) + np.eye(6)[[0]] * (np.arange(6) == 0)[:, None]
    own = np.eye(6)
    offsets, share = measures.most_positional([measures.positional(attention([before, own], "decoder"))])
    assert offsets.tolist() == [[-1, 0]]
    assert share.value.tolist() == [[1, 1]]
    count = measures.positional(attention([before, own], "decoder"))
    assert {offset: count[offset].cases for offset in measures.OFFSETS} == {-3: 3, -2: 4, -1: 5, 0: 5, 1: 0, 2: 0, 3: 0}


def test_the_positions_of_random_heads_are_what_a_loop_counts():
    weights = np.random.default_rng(1).random((2, 3, 7, 7))
    counts = measures.positional(Attention(weights, KEYS[:7], KEYS[:7], "encoder"))
    for layer, head in np.ndindex(2, 3):
        offsets = [int(row.argmax()) - place for place, row in enumerate(weights[layer, head][:-1])]
        for offset, count in counts.items():
            assert count.hits[layer, head] == offsets.count(offset)
            assert count.cases == sum(0 <= place + offset < 7 for place in range(6))
            assert count.baseline == pytest.approx(count.cases / 7)


def syntax_of(heads, trees=(TREE, TREE)):
    """What the finding says of heads that read the sentence a piece a word."""
    looked = measures.looked_at(heads, range(len(WORDS)), len(WORDS))
    found = {}
    for relation in ("nsubj", "obj", "amod", "advmod"):
        for direction in ("governor", "dependent"):
            pairs = [finding.pairs_of(tree, relation, direction) for tree in trees]
            offset = measures.best_offset(pairs)
            counts = [measures.syntactic(looked, some, offset) for some in pairs]
            found[f"{relation} {direction}"] = measures.shares(counts)
    return found


def test_a_head_that_copies_the_gold_governors_is_syntactic_and_others_are_not():
    accuracy = syntax_of(HEADS)
    assert [accuracy[f"{relation} governor"].value[0, 4] for relation in ("nsubj", "obj", "amod", "advmod")] == [1] * 4
    assert accuracy["amod governor"].baseline == 1  # "old neighbour", "red fence": always the next word
    evidence = list(finding.of_each("encoder", "syntactic", accuracy["nsubj governor"], "nsubj governor"))
    assert [part.value for part in evidence] == [0, 0, 1, 0, 1, 0]
    assert evidence[4].baseline == 1  # one sentence twice: a fixed position is as good
    assert not evidence[4].holds
    clear = replace(evidence[4], baseline=0.5)
    assert clear.holds
    assert clear.sure


def test_the_other_direction_is_that_of_a_head_that_looks_at_dependents():
    subject_of = looking([9, 9, 9, 9, 2, 9, 9, 9, 9, 9])
    accuracy = syntax_of(attention([subject_of, SYNTACTIC]))
    assert accuracy["nsubj dependent"].value.tolist() == [[1, 0]]
    assert accuracy["nsubj governor"].value.tolist() == [[0, 1]]


def test_between_words_weights_are_added_up_where_they_are_looked_at_and_averaged_where_from_and_eos_is_left_out():
    """Of pieces a, b, c, <eos>: "ab" as one word is looked at more than c, though c is more than either."""
    weights = [[0.3, 0.3, 0.4, 0.0], [0.1, 0.1, 0.2, 0.6], [0.3, 0.3, 0.4, 0.0], [0, 0, 0, 1]]
    heads = attention([weights], keys=("a", "b", "c", "<eos>"))
    assert measures.looked_at(heads, (0, 0, 1), 2).tolist() == [[[0, 0]]]
    assert measures.looked_at(heads, (0, 1, 2), 3).tolist() == [[[2, 2, 2]]]
    with pytest.raises(ValueError, match="the words of 2 pieces do not fit 3"):
        measures.looked_at(heads, (0, 1), 2)


def test_a_head_that_looks_at_the_least_frequent_token_and_at_any_of_several():
    frequencies = [50, 9, 3, 8, 7, 90, 9, 4, 99]
    neighbour = looking([2] * 10)
    count = measures.rare(attention([neighbour, SINK, shifted(-1)]), frequencies)
    assert (count.hits.tolist(), count.cases, count.baseline) == ([[9, 0, 1]], 9, pytest.approx(9 / 10))
    frequencies[7] = 3
    assert measures.rare(attention([neighbour, shifted(-1)]), frequencies).hits.tolist() == [[9, 2]]
    with pytest.raises(ValueError, match="2 frequencies do not fit"):
        measures.rare(attention([SINK]), [1, 2])


def test_weight_on_the_end_and_on_punctuation_is_a_delimiters():
    heads = attention([SINK, looking([8] * 10), shifted(-1), UNIFORM])
    count = measures.delimiters(heads)
    assert (count.hits / count.cases).tolist() == [[1, 1, 0, pytest.approx(0.2)]]
    assert count.baseline / count.cases == pytest.approx(0.2)
    assert [measures.is_mark(token) for token in ("▁.", ",", "▁", "a", "3", "▁a", "«")] == [1, 1, 0, 0, 0, 0, 1]
    read = attention([np.tri(4) / np.tri(4).sum(1, keepdims=True)], "decoder", ("<bos>", "▁a", "▁b", "."))
    assert measures.delimiters(read).hits.item() == pytest.approx(1 / 2 + 1 / 3 + 2 / 4)


def test_confidence_is_the_mean_of_the_largest_weights_without_the_end():
    half = np.full((10, 10), 0.0)
    half[:, 9], half[:, 2] = 0.75, 0.25
    count = measures.confidence(attention([shifted(-1), SINK, UNIFORM, half]))
    assert (count.hits / count.cases).tolist() == [[1, 0, pytest.approx(0.1), pytest.approx(0.25)]]


# --- the bootstrap


def test_a_share_is_of_all_cases_and_its_interval_is_the_binomials():
    drawn = np.random.default_rng(0).random(400) < 0.3
    counts = [Count(np.array([[int(hit)]]), 1, 0.1) for hit in drawn]
    share = measures.shares(counts)
    deviation = np.sqrt(drawn.mean() * (1 - drawn.mean()) / 400)
    assert share.value.item() == drawn.mean()
    assert share.low.item() == pytest.approx(drawn.mean() - 1.96 * deviation, abs=0.2 * deviation)
    assert share.high.item() == pytest.approx(drawn.mean() + 1.96 * deviation, abs=0.2 * deviation)
    assert (share.baseline, share.cases) == (pytest.approx(0.1), 400)
    again = measures.shares(counts)
    assert (again.low, again.high) == (share.low, share.high)


def test_sentences_without_a_case_do_not_count_and_none_at_all_is_one_sentence():
    none, whole = Count(np.array([[0]]), 0, 0.0), Count(np.array([[2]]), 2, 1.0)
    share = measures.shares([none, whole])
    assert (share.value, share.low, share.high, share.baseline) == (1, 1, 1, 0.5)
    with pytest.raises(ValueError, match="there is no case to count"):
        measures.shares([none])


# --- records


def evidence(measure="positional", about="-1", value=0.95, low=0.93, high=0.97, baseline=0.1):
    return Evidence("encoder", 0, 1, measure, about, value, low, high, baseline)


def test_a_head_has_the_roles_whose_line_it_reaches_and_is_named_after_the_first():
    positional = evidence()
    subject = evidence("syntactic", "nsubj governor", 0.6, 0.45, 0.7, 0.4)
    verb = evidence("syntactic", "obj dependent", 0.7, 0.65, 0.7, 0.4)
    sink = evidence("delimiter", "", 0.4, 0.3, 0.6)
    assert roles([sink, subject, verb, positional, evidence("confidence", "", 1.0)]) == [positional, verb, subject]
    assert [part.sure for part in (positional, subject, verb)] == [True, False, True]
    short = replace(positional, value=0.899)
    assert roles([short]) == []
    assert nearest([sink, short, evidence("confidence", "", 1.0)]) == short
    assert nearest([replace(short, baseline=0.95), positional, evidence("confidence", "", 1.0)]) is None
    assert roles([evidence("rare", "", 0.5, 0.4, 0.6)])[0].measure == "rare"


def test_stored_rows_are_the_evidence_again_and_anything_else_is_one_sentence():
    parts = (evidence(), evidence("syntactic", "nsubj governor", 0.6, 0.4, 0.7, 0.4), evidence("rare", "", 0.123))
    stored = json.loads(json.dumps(to_rows(parts)))
    assert from_rows(stored) == parts
    for damaged, message in (
        ({"encoder": [1]}, "this is no evidence"),
        ({"encoder": {"positional": [[0, 0]]}}, "this is no evidence"),
        ({"encoder": {"positional": [[0, 0, "left", 1, 1, 1, 1]]}}, "'left' is no relative position"),
        ({"encoder": {"syntactic": [[0, 0, "nsubj", 1, 1, 1, 1]]}}, "unknown relation 'nsubj'"),
        ({"encoder": {"rare": [[0, 0, "x", 1, 1, 1, 1]]}}, "rare is about nothing"),
        ({"encoder": {"rare": [[0, 0, "", 2, 1, 1, 1]]}}, "value must be a number from 0 to 1"),
        ({"encoder": {"often": [[0, 0, "", 1, 1, 1, 1]]}}, "unknown measure of a head 'often'"),
        ({"middle": {"rare": [[0, 0, "", 1, 1, 1, 1]]}}, "unknown kind of attention 'middle'"),
    ):
        with pytest.raises(ValueError, match=message):
            from_rows(damaged)


# --- the finding


WITHOUT = {"encoder": set(), "decoder": {"syntactic", "rare"}, "cross": {"syntactic", "rare", "positional"}}


def material(count=6):
    captions = PAIRS[:count]
    return Material(
        captions,
        [(TREE.text, "Mein Nachbar.")] * 3,
        [TREE] * 3,
        captions,
        captions,
        {"multi30k": [s for s, _ in PAIRS]},
    )


def test_the_finding_of_toy_models_is_plain_json_with_evidence_for_every_head(monkeypatch):
    monkeypatch.setattr(measures, "COMMON", 3)
    monkeypatch.setattr(finding, "MAPPED", ("mapped",))
    models = {"mapped": toy(), "other": toy(positions="none")}
    found = finding.head_roles(models, material())
    assert json.loads(json.dumps(found)) == found
    assert list(found["models"]) == ["mapped"]
    assert [row["model"] for row in found["rare"]] == ["mapped", "other"]
    for corpus in ("captions", "news"):
        parts = from_rows(found["models"]["mapped"][corpus]["evidence"])
        for kind, heads in models["mapped"].model.heads.items():
            own = [part for part in parts if part.kind == kind]
            assert {(part.layer, part.head) for part in own} == set(np.ndindex(heads))
            assert {part.measure for part in own} == set(MEASURES) - WITHOUT[kind]
    for row in found["rare"]:
        assert len(row["heads"]) == 2
        for head in row["heads"]:
            assert head["rate_seen"][0] == head["rate_unseen"][0]  # of the same sentences
            assert head["rate_more"][0] == head["cost_more"][0] == 0
            assert head["cost_more"][1] <= 0 <= head["cost_more"][2]


def test_what_a_model_did_in_a_batch_is_what_it_does_with_each_sentence_alone():
    loaded = toy()
    pairs = [PAIRS[0], PAIRS[1], (TREE.text, "Ein Hund.")]
    for reading, pair in zip(readings(loaded, pairs), pairs, strict=True):
        (alone,) = readings(loaded, [pair])
        assert reading.ids == alone.ids
        for kind, attention in alone.attention.items():
            assert (reading.attention[kind].queries, reading.attention[kind].keys) == (
                attention.queries,
                attention.keys,
            )
            assert np.abs(reading.attention[kind].weights - attention.weights).max() < 1e-5
            assert attention.weights.sum(-1) == pytest.approx(1, abs=1e-5)


def test_a_gold_translation_costs_the_nats_of_its_tokens_and_more_or_less_with_heads_closed():
    loaded = toy()
    ids = encoded(loaded.subwords, PAIRS[:2])
    nats, tokens = gold_losses(loaded.model, ids)
    for (source, target), cost, count in zip(ids, nats, tokens, strict=True):
        whole = batch([(source, target)])
        output = loaded.model(*map(torch.from_numpy, whole[:3])).logits[0].log_softmax(-1)
        assert cost == pytest.approx(
            -sum(output[step, token].item() for step, token in enumerate([*target, EOS])), rel=1e-5
        )
        assert count == len(target) + 1
    closed, _ = gold_losses(loaded.model, ids, Changes(tuple(Head("encoder", 0, head) for head in range(2))))
    assert not np.allclose(closed, nats)


def test_captions_of_our_own_have_trees_whose_words_are_what_stands_there():
    trees = own_captions()
    relations = Counter(word.relation for tree in trees for word in tree.words if word.relation)
    assert relations == {"amod": 103, "nsubj": 69, "obj": 67, "advmod": 34}
    first = trees[0]
    assert first.text == "A tall man in a red coat is carrying a heavy box."
    named = [first.text[word.start : word.end] for word in first.words]
    assert named[:3] == ["A", "tall", "man"]
    assert [(named[start], named[end]) for start, end in finding.pairs_of(first, "obj", "dependent")] == [
        ("carrying", "box")
    ]
    assert all("/" not in tree.text and tree.text.endswith(".") for tree in trees)


def test_pieces_of_the_tree_are_joined_as_its_words():
    loaded = toy()
    pieces = loaded.subwords.pieces(TREE.text)
    words = words_of_pieces(TREE, pieces)
    assert sorted(set(words)) == list(range(9))
    texts = [
        "".join(TREE.text[piece.start : piece.end] for piece, own in zip(pieces, words, strict=True) if own == word)
        for word in range(9)
    ]
    assert texts == list(WORDS)


def test_the_stored_finding_is_evidence():
    stored = json.loads((PRETRAINED / "findings" / "head-roles.json").read_text("utf-8"))
    for corpora in stored["models"].values():
        for described in corpora.values():
            assert from_rows(described["evidence"])
