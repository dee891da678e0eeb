"""Sampling: drawn again by hand, counted, enumerated; the vote by sacreBLEU and numpy; the tree; the page itself."""

import itertools
import json
import math
from collections import Counter

import numpy as np
import pytest
import torch
from conftest import FLAT, call
from model_zoo import DECODED, MODELS, vocabulary
from opening import app_test
from sacrebleu import sentence_bleu, sentence_chrf
from test_exact import sequences

from core.checkpoints import PRETRAINED, SAMPLES, cards, load_packed, stored_draws
from core.decoding.draws import draws
from core.decoding.ranking import distinct
from core.decoding.translate import decode
from core.options import BeamOptions, MBROptions, SamplingOptions
from core.recipes.stored_examples import SAMPLED
from core.text.batches import source_batch
from core.text.subwords import BOS, EOS, PAD
from dashboard.beginning import DEFAULT
from dashboard.text import catalogue
from dashboard.views.sampling import ballot, board, board_figure, figure

EN = catalogue("en")
LAYOUT = "views/sampling/paths_layout.js"
TEXT = "a b c"
every_model = pytest.mark.parametrize("name", DECODED)


def drawn(model, options):
    """The samples of the zoo's sentence."""
    *_, last = draws(model, vocabulary(), TEXT, options)
    return last.hypotheses


def following(model, rows):
    """The model's log-probabilities (rows, V) of what follows each of some prefixes of one length, without a cache."""
    ids, mask = (torch.from_numpy(part) for part in source_batch([vocabulary().encode_source(TEXT)]))
    read = torch.tensor([[BOS, *row] for row in rows])
    with torch.no_grad():
        return model(ids.expand(len(rows), -1), mask.expand(len(rows), -1), read).logits[:, -1].log_softmax(-1)


# --- samples


@every_model
def test_samples_are_those_of_the_recorded_search_and_grow_until_all_have_ended(name):
    options = SamplingOptions(12, 0.8, top_k=5, max_length=5, seed=3)
    *growing, last = draws(MODELS[name](), vocabulary(), TEXT, options)
    wanted = decode(MODELS[name](), vocabulary(), TEXT, options).hypotheses
    assert [(one.text, one.tokens) for one in last.hypotheses] == [(one.text, one.tokens) for one in wanted]
    for mine, theirs in zip(last.hypotheses, wanted, strict=True):
        assert mine.logprobs == pytest.approx(theirs.logprobs, abs=1e-5)
    assert [part.ended for part in growing] == sorted(part.ended for part in growing)
    assert last.ended == sum(one.finished for one in wanted)
    assert not any(part.hypotheses for part in growing)


@every_model
def test_drawn_again_by_hand_with_the_same_seed_they_are_counted_alike(name):
    model, tokens, limit = MODELS[name](), vocabulary().tokens, 4
    generator, rows, ended = torch.Generator().manual_seed(5), [[] for _ in range(20)], []
    for _ in range(limit):
        logprobs = following(model, rows)
        logprobs[:, [PAD, BOS]] = -math.inf
        for row, token in zip(
            rows, torch.multinomial(logprobs.double().softmax(-1), 1, generator=generator), strict=True
        ):
            row.append(token.item())
        ended += [row for row in rows if row[-1] == EOS]
        rows = [row for row in rows if row[-1] != EOS]
        if not rows:
            break
    by_hand = Counter(tuple(tokens[token] for token in row) for row in ended + rows)
    assert by_hand == Counter(one.tokens for one in drawn(model, SamplingOptions(20, max_length=limit, seed=5)))


@every_model
def test_shares_approach_the_probabilities_of_all_that_could_be_written(name):
    model, subwords, limit, count = MODELS[name](), vocabulary(), 3, 1000
    own, likely = Counter(), Counter()
    for row in sequences(limit):
        prefixes = [following(model, [row[:place]])[0] for place in range(len(row))]
        spelling = tuple(subwords.tokens[token] for token in row)
        own[spelling] = math.exp(sum(step[token] for step, token in zip(prefixes, row, strict=True)))
        for step in prefixes:  # <pad> and <bos> are never drawn: the others share what a random model gives them
            step[[PAD, BOS]] = -math.inf
        steps = (step.log_softmax(-1)[token] for step, token in zip(prefixes, row, strict=True))
        likely[subwords.decode(row)] += math.exp(sum(steps))
    some = drawn(model, SamplingOptions(count, max_length=limit, seed=1))
    found = figure.translations(some)
    ended = {one.text: one for one in found if one.probability is not None}
    assert set(ended) <= set(likely)
    rare = {text for text in likely if likely[text] * count < 10}  # which are counted together
    for texts in (rare, *({text} for text in likely.keys() - rare)):
        probability = sum(likely[text] for text in texts)
        share = sum(len(ended[text].drawn) for text in texts & ended.keys()) / count
        assert abs(share - probability) <= 4 * figure.standard_error(probability, count), texts
    for text, one in ended.items():
        spellings = {some[number - 1].tokens for number in one.drawn}
        assert one.probability == pytest.approx(sum(own[spelling] for spelling in spellings), rel=1e-4), text


def test_nothing_to_translate_is_one_sentence():
    with pytest.raises(ValueError, match="there is nothing to translate"):
        next(draws(MODELS[DECODED[0]](), vocabulary(), " ", SamplingOptions(2)))


@pytest.fixture(scope="module")
def samples():
    """Forty samples of a small model, of which many begin alike."""
    return drawn(MODELS[DECODED[0]](), SamplingOptions(40, 0.7, max_length=6, seed=2))


def test_every_branch_is_as_thick_as_samples_begin_so(samples):
    tree = figure.branches(samples)
    for number, branch in enumerate(tree):
        assert branch.parent is None if not number else branch.parent < number
        path, at = [], number
        while at is not None:
            path[:0], at = tree[at].tokens, tree[at].parent
        begin = [place for place, one in enumerate(samples, 1) if one.tokens[: len(path)] == tuple(path)]
        assert list(branch.drawn) == begin
        assert branch.logprob == pytest.approx(sum(samples[begin[0] - 1].logprobs[: len(path)]))
        children = [one for one in tree if one.parent == number]
        assert len(children) != 1 or not number  # else it would be one branch
        assert not children or sum(len(one.drawn) for one in children) == len(branch.drawn)
    assert {one.tokens for one in samples} == {path_to(tree, leaf) for leaf in leaves(tree)}


def leaves(tree):
    """The branches at which samples end."""
    parents = {branch.parent for branch in tree}
    return [number for number in range(len(tree)) if number not in parents]


def path_to(tree, at):
    """All tokens from the start to the end of a branch."""
    return () if at is None else path_to(tree, tree[at].parent) + tree[at].tokens


def test_the_list_counts_texts_and_adds_up_their_spellings(samples):
    found = figure.translations(samples)
    assert sorted(number for one in found for number in one.drawn) == list(range(1, 41))
    counts = [len(one.drawn) for one in found]
    assert counts == sorted(counts, reverse=True)
    for one in found:
        some = [samples[number - 1] for number in one.drawn]
        assert {sample.text for sample in some} == {one.text}
        if one.probability is not None:
            totals = {sample.tokens: sample.total for sample in some}
            assert one.probability == pytest.approx(sum(map(math.exp, totals.values())))
    assert figure.describe(samples)["different"] == len(found)
    choices, right = figure.guess(samples)
    low, high = map(int, choices[right].split(" – "))
    assert low <= len(found) <= high
    assert figure.quarters(8) == ["1 – 2", "3 – 4", "5 – 6", "7 – 8"]


def test_no_two_branches_meet_and_all_samples_flow_on(blank, samples):
    content = figure.payload(samples, len(samples), True)
    plan = call(blank, LAYOUT, f"m.layout({FLAT}, m.nodesOf(v[0].nodes), 40, 'start')", content)
    boxes = [
        (place["x"], place["x"] + place["width"], place["y"] - half, place["y"] + half)
        for place, node in zip(plan["places"], content["nodes"], strict=True)
        for half in [max(9, plan["unit"] * len(node[2]) / 2)]
    ]
    for one, other in itertools.combinations(boxes, 2):
        assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] + 0.1 or other[3] <= one[2] + 0.1
    assert max(box[3] for box in boxes) <= plan["height"]
    script = "m.flows(m.nodesOf(v[0].nodes), v[1], v[2]).map(({i, width}) => [i, width / v[1].unit])"
    for count in (0, 1, 17, 40):
        flows = dict(call(blank, LAYOUT, script, content, plan, count))
        passed = [sum(number <= count for number in node[2]) for node in content["nodes"]]
        assert flows == pytest.approx({place: number for place, number in enumerate(passed) if place and number})


def test_a_share_s_error_shrinks_with_the_root_of_the_samples(blank):
    rows = [["a", [1, 3], 0.3, figure.standard_error(0.3, 16)], ["b", [2], None, None]]
    script = "m.errorsAt(v[0], v[1], 16).map(row => row[3])"
    for count in (1, 4, 16):
        at = call(blank, "views/sampling/paths_list.js", script, rows, count)
        assert at == [pytest.approx(figure.standard_error(0.3, count)), None]
    assert call(blank, "views/sampling/paths_list.js", script, rows, 0) == [None, None]
    assert call(blank, "views/sampling/paths_list.js", "m.shareOf([1, 3], 2)") == 0.5


def test_arrows_walk_the_tree_among_what_is_drawn(blank, samples):
    content = figure.payload(samples, len(samples), True)
    plan = call(blank, LAYOUT, f"m.layout({FLAT}, m.nodesOf(v[0].nodes), 40, 'start')", content)
    step = "m.beside(m.nodesOf(v[0].nodes), v[1], v[2], v[3], v[4])"
    assert call(blank, LAYOUT, step, content, plan, 0, "ArrowLeft", 40) == 0
    first = call(blank, LAYOUT, step, content, plan, 0, "ArrowRight", 40)
    assert content["nodes"][first][0] == 0
    assert call(blank, LAYOUT, step, content, plan, first, "ArrowLeft", 40) == 0
    for seen, at in itertools.product((1, 40), range(1, len(content["nodes"]))):
        if min(content["nodes"][at][2]) <= seen:
            for key in ("ArrowUp", "ArrowDown", "ArrowRight"):
                to = call(blank, LAYOUT, step, content, plan, at, key, seen)
                assert min(content["nodes"][to][2]) <= seen


# --- the vote


@pytest.mark.parametrize(("utility", "metric"), [("chrf", sentence_chrf), ("bleu", sentence_bleu), ("exact", None)])
@pytest.mark.parametrize("source", ["samples", "beam", "both"])
def test_the_vote_is_sacrebleus_and_numpys_and_that_of_core(samples, utility, metric, source):
    model, subwords = MODELS[DECODED[0]](), vocabulary()
    searched = () if source == "samples" else decode(model, subwords, TEXT, BeamOptions(max_length=6)).hypotheses
    whole = decode(model, subwords, TEXT, MBROptions(source, 40, 5, utility, 0.7, max_length=6, seed=2))
    for out in (frozenset(), frozenset({1, 7, 40})):
        vote = board.voted(searched, samples, utility, source, out)
        voters = [one.text for number, one in enumerate(samples, 1) if number not in out]
        texts = [one.text for one in distinct(searched if source == "beam" else (*searched, *samples))]
        by_hand = {
            text: np.mean([metric(text, [other]).score if metric else 100 * (text == other) for other in voters])
            for text in texts
        }
        assert vote.candidates[0].text == max(texts, key=lambda text: round(by_hand[text], 9))
        assert {one.text: mean for one, mean in zip(vote.candidates, vote.means, strict=True)} == pytest.approx(by_hand)
        assert np.argmax(vote.matrix[:, vote.voters].mean(axis=1)) == 0
        assert vote.candidates[vote.likeliest].total == max(one.total for one in vote.candidates)
        if not out:
            assert [one.text for one in vote.candidates] == [one.text for one in whole.hypotheses]
            assert vote.means == pytest.approx([one.score for one in whole.hypotheses])
            assert vote.matrix == pytest.approx(whole.vote.utility)


def test_who_has_no_vote_leaves_the_same_as_a_vote_of_the_others_alone(samples):
    out = frozenset({2, 3, 30})
    others = [one for number, one in enumerate(samples, 1) if number not in out]
    vote = board.voted(samples, samples, "chrf", "beam", out)
    alone = board.voted(samples, others, "chrf", "beam", frozenset())
    assert [one.text for one in vote.candidates] == [one.text for one in alone.candidates]
    assert vote.means == pytest.approx(alone.means)
    assert vote.matrix[:, vote.voters] == pytest.approx(alone.matrix)


def test_the_board_shows_gaps_for_who_has_no_vote_and_no_means_to_who_guesses(samples):
    vote = board.voted((), samples, "chrf", "samples", frozenset({2}))
    say = {"samples": "", "mean": "", "hover": "", "empty": "-", "utility": "chrF"}
    shown = board_figure.board(say, vote.candidates, vote.matrix, vote.means, vote.voters, False)
    z = np.array(shown["data"][0]["z"], dtype=float)
    assert np.isnan(z[:, 1]).all()
    assert not np.isnan(np.delete(z, 1, axis=1)).any()
    assert shown["data"][1]["x"] == pytest.approx(np.nanmean(z, axis=1), abs=0.01)
    hidden = board_figure.board(say, vote.candidates, vote.matrix, vote.means, vote.voters, True)
    assert len(hidden["data"]) == 1
    assert "<b>" not in str(hidden)
    assert board_figure.named("<b> & so", True) == "<b>&lt;b&gt; &amp; so</b>"


@pytest.mark.parametrize("text", ["0", "9", "x", "1,,2", "1,2,3,4,5,6,7,8", "-1", "1.5"])
def test_a_list_that_names_no_sample_or_all_of_them_is_refused(text):
    with pytest.raises(ValueError, match=r"\d"):
        ballot.numbers(text, 8)


# --- what is stored


def test_what_is_stored_is_drawn_as_the_page_begins_and_as_likely_as_it_says():
    for name in (DEFAULT,):
        kept, loaded = stored_draws(name), load_packed(name)
        assert kept.options == SAMPLED
        source, mask = (torch.from_numpy(part) for part in source_batch([loaded.subwords.encode_source(kept.text)]))
        ids = {token: number for number, token in enumerate(loaded.subwords.tokens)}
        for one in kept.hypotheses[:4]:
            row = [ids[token] for token in one.tokens]
            with torch.inference_mode():
                logits = loaded.model(source, mask, torch.tensor([[BOS, *row[:-1]]])).logits[0]
            again = logits.log_softmax(-1)[list(range(len(row))), row]
            assert one.logprobs == pytest.approx(again.tolist(), abs=0.02)
            assert one.text == loaded.subwords.decode(row)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda kept: kept["drawn"].pop(), "15 samples are not 16"),
        (lambda kept: kept["drawn"][0]["tokens"].pop(), "a token has no number"),
        (lambda kept: kept.pop("text"), "has no text"),
        (lambda kept: kept["options"].update(samples=-1), "number of samples"),
        (lambda kept: kept["options"].update(heat=1), "heat"),
    ],
)
def test_damaged_samples_are_named(tmp_path, damage, sentence):
    kept = json.loads((PRETRAINED / DEFAULT / SAMPLES).read_text())
    damage(kept)
    (tmp_path / DEFAULT).mkdir()
    (tmp_path / DEFAULT / SAMPLES).write_text(json.dumps(kept))
    with pytest.raises(ValueError, match=sentence):
        stored_draws(DEFAULT, tmp_path)


def test_every_model_has_its_samples():
    assert all(stored_draws(name).options == SAMPLED for name in cards()[0])


# --- the page


def shown(at, name):
    """What a component was given."""
    assert not at.exception
    (part,) = (part for part in at.get("bidi_component") if part.proto.component_name.endswith(name))
    return json.loads(part.proto.json)


@pytest.mark.usefixtures("no_warming_up")
def test_a_seed_a_temperature_and_a_cut_draw_others_and_the_page_says_what_shares_are_worth():
    at = app_test("sampling").run()
    first = shown(at, "paths")
    wanted = json.loads(json.dumps(figure.payload(stored_draws(DEFAULT).hypotheses, 16, True)))
    assert {name: first[name] for name in wanted} == wanted
    assert any("standard error" in part.value for part in at.markdown)
    at.button(key="draw_again").click().run()
    assert shown(at, "paths")["id"] != first["id"]
    assert at.query_params["draw"] == "2"
    at.slider(key="tau").set_value(0.0).run()
    (row,) = shown(at, "paths")["rows"]
    assert row[1] == list(range(1, 17))
    assert row[3] is None
    assert any("no longer estimate" in part.value for part in at.markdown)


@pytest.mark.usefixtures("no_warming_up")
def test_other_samples_begin_with_all_votes_and_a_link_brings_its_own():
    at = app_test("sampling", tab="mbr", without="3,5").run()
    assert shown(at, "ballot")["without"] == [3, 5]
    at.segmented_control(key="utility").set_value("exact").run()
    assert shown(at, "ballot")["without"] == [3, 5]
    at.button(key="draw_again").click().run()
    assert shown(at, "ballot")["without"] == []
    assert "without" not in at.query_params
