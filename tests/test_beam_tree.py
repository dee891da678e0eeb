"""The beam tree and what the page says beside it, from records written by hand."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import PLAIN
from opening import app_test

from core.checkpoints import PRETRAINED
from core.decoding.ranking import best_leaves, normalised, rerank
from core.decoding.ranking import hypothesis as hypothesis_of
from core.decoding.translate import decode
from core.metrics import sentence_chrf
from core.options import LENGTH_NORMS, STOP_RULES, BeamOptions, Constraints, DiverseOptions
from core.records import DecodeTrace, Hypothesis, Node, Piece, SearchTree
from dashboard import controls, job, steering
from dashboard.components import FOLDER
from dashboard.figures import beam_tree
from dashboard.figures.tokens import label
from dashboard.resources import ahead, models, searches
from dashboard.text import LANGUAGES, catalogue
from dashboard.views.beam import (
    asking,
    corpus_chart,
    length_score,
    picking,
    rankings,
    search_tree,
    steers,
    wider_figure,
)

EN = catalogue("en")
PARTS = ("trees", "tree_card", "tree_draw", "tree_guess", "tree_layout")
STEERS = ("waiting", "refused", "hidden")
ACTS = ("back", "forward", "end", "smaller", "larger")
LOOKS = ("kept", "dead", "finished", "pruned", "unfinished", "open", "best")
FIELDS = ("step", "parent", "label", "fate", "logprob", "sum", "missed", "alive", "joined")

# <bos> ─┬─ Ein ─┬─ Hund ─┬─ <eos>  finished: the winner
#        │       │        └─ ·er    unfinished
#        │       └─ <s>             pruned
#        └─ Der ─┬─ Mann ── <eos>   pruned
#                └─ Ein             pruned
TREE = SearchTree(
    (
        Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"),
        Node(0, "▁Der", 10, -0.5, -0.5, 1, "kept"),
        Node(0, "▁Ein", 11, -0.7, -0.7, 1, "kept"),
        Node(1, "▁Mann", 12, -1.0, -1.5, 2, "kept"),
        Node(1, "▁Ein", 11, -2.0, -2.5, 2, "pruned", 1.0),
        Node(2, "▁Hund", 13, -0.1, -0.8, 2, "kept"),
        Node(2, "<s>", 14, -math.inf, -math.inf, 2, "pruned", math.inf),
        Node(5, "<eos>", 2, -0.2, -1.0, 3, "finished"),
        Node(3, "<eos>", 2, -1.5, -3.0, 3, "pruned", 1.6),
        Node(5, "er", 15, -0.6, -1.4, 3, "unfinished"),
    )
)


def hypothesis(leaf):
    path = [TREE.nodes[i] for i in TREE.path(leaf)]
    tokens, logprobs = tuple(node.token for node in path), tuple(node.logprob for node in path)
    return Hypothesis("Ein Hund", tokens, logprobs, sum(logprobs) / len(path), leaf)


TRACE = DecodeTrace("model", "A dog", (), "beam", BeamOptions(2), (hypothesis(7), hypothesis(9)), TREE)


def drawn(payload):
    """The nodes by name."""
    return [dict(zip(FIELDS, node, strict=True)) for node in payload["nodes"]]


def random_trace(seed):
    """A search over five tokens, with families of every size; what finished has various lengths."""
    generator = np.random.default_rng(seed)
    nodes, beam = [Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept")], [0]
    for step in range(1, 9):
        kept = []
        for parent in beam:
            for token in generator.choice(5, size=generator.integers(1, 5), replace=False):
                fate = str(generator.choice(["kept", "finished", "pruned"], p=[0.4, 0.2, 0.4]))
                logprob = -float(generator.exponential())
                missed = float(generator.exponential()) if fate == "pruned" else None
                score = nodes[parent].score + logprob
                kept += [len(nodes)] if fate == "kept" else []
                nodes.append(Node(parent, f"▁{token}", int(token), logprob, score, step, fate, missed))
        beam = kept
    tree, options = SearchTree(tuple(nodes)), BeamOptions(4)
    ranked = best_leaves(tree, options)
    hypotheses = tuple(hypothesis_of(tree, leaf, score, f"text {leaf}") for leaf, score in ranked)
    return DecodeTrace("model", "", (), "beam", options, hypotheses, tree)


SEEDS = (0, 4, 7, 29)
RANKINGS = [(norm, alpha, beta) for norm in LENGTH_NORMS for alpha in (0.0, 0.7, 2.0) for beta in (0.0, 0.2, 2.0)]


def looking(made):
    """The same search by a model that looks at a source of three pieces and its end."""
    asked = tuple(sorted({node.parent for node in made.tree.nodes if node.parent is not None}))
    attention = np.random.default_rng(1).dirichlet(np.ones(4) / 2, (len(asked), 2, 3)).astype(np.float32)
    return replace(made, tree=replace(made.tree, expanded=asked, attention=attention))


def test_tree_holds_every_node_once_in_the_records_order():
    payload = beam_tree.beam_tree(TRACE)
    nodes = drawn(payload)
    wanted = [(node.step, node.parent, label(node.token), node.fate) for node in TREE.nodes]
    assert [(node["step"], node["parent"], node["label"], node["fate"]) for node in nodes] == wanted
    assert (payload["steps"], payload["omitted"], payload["leaves"]) == (3, 0, [7, 9])


def test_tree_tells_how_long_a_prefix_lived():
    alive = {(node["step"], node["label"]): node["alive"] for node in drawn(beam_tree.beam_tree(TRACE))}
    # "Der Mann" was kept, but what came after it was pruned; "Ein Hund" led to endings.
    assert alive[1, "Der"] == alive[2, "Mann"] == 2
    assert alive[0, "<bos>"] == alive[1, "Ein"] == alive[2, "Hund"] == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("misses", [0, 1, None])
def test_what_is_left_out_leaves_no_orphan(seed, misses):
    trace = random_trace(seed)
    payload = beam_tree.beam_tree(trace, misses)
    nodes = drawn(payload)
    for i, node in enumerate(nodes[1:], 1):
        assert node["parent"] < i
        assert nodes[node["parent"]]["step"] == node["step"] - 1
    sums = [nodes[leaf]["sum"] for leaf in payload["leaves"]]
    assert sums == pytest.approx([hypothesis.total for hypothesis in trace.hypotheses], abs=1e-4)


def test_tree_draws_the_nearest_misses_only():
    payload = beam_tree.beam_tree(TRACE, misses=1)
    pruned = [(node["step"], node["label"]) for node in drawn(payload) if node["fate"] == "pruned"]
    assert pruned == [(2, "Ein"), (3, "<eos>")]  # of step 2, <s> missed by more
    assert payload["omitted"] == 1


def test_tree_is_plain_json_and_its_id_follows_the_content():
    payload = beam_tree.beam_tree(TRACE)
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload
    banned = next(node for node in drawn(payload) if node["label"] == "<s>")
    assert banned["logprob"] is banned["sum"] is banned["missed"] is None
    assert beam_tree.beam_tree(TRACE)["id"] == payload["id"]
    assert beam_tree.beam_tree(random_trace(4))["id"] != beam_tree.beam_tree(random_trace(7))["id"] != payload["id"]


def test_tree_of_a_wide_and_long_search_stays_small():
    nodes, beam = [Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept")], [0]
    for step in range(1, 41):
        first = len(nodes)
        for k in range(144):
            fate = "kept" if k < 12 else "pruned"
            missed = None if k < 12 else k / 7
            nodes.append(Node(beam[k % len(beam)], "▁Donaudampfschiff", 9, -k / 7, -step * k / 7, step, fate, missed))
        beam = range(first, first + 12)
    trace = DecodeTrace("model", "", (), "beam", BeamOptions(12), (), SearchTree(tuple(nodes)))
    payload = beam_tree.beam_tree(trace)
    assert len(payload["nodes"]) == 1 + 40 * (12 + beam_tree.MISSES)
    assert len(json.dumps(payload)) < 100_000


def test_all_that_the_browser_gets_of_a_wide_and_long_search_stays_small():
    """A sentence of 40 pieces at beam 12: what each hypothesis offered and where it looked, too."""
    generator, nodes, beam, expanded = np.random.default_rng(0), [Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept")], [0], []
    for step in range(1, 41):
        first = len(nodes)
        expanded += beam
        for k in range(24):
            fate, missed = ("kept", None) if k < 12 else ("pruned", k / 7)
            sum_of = nodes[beam[k % len(beam)]].score - k / 7
            nodes.append(Node(beam[k % len(beam)], "▁Schiff", 9, -k / 7, sum_of, step, fate, missed))
        beam = list(range(first, first + 12))
    attention = generator.dirichlet(np.ones(41), (len(expanded), 3, 8)).astype(np.float32)
    pieces = tuple(Piece("▁Schiff", 0, 1, i) for i in range(40))
    tree, vocabulary = SearchTree(tuple(nodes), tuple(expanded), attention), tuple(f"▁Schiff{i}" for i in range(500))
    logits = generator.normal(size=(len(expanded), 500)).astype(np.float16)
    leaves = [replace(node, fate="finished") if i in beam else node for i, node in enumerate(nodes)]
    tree = replace(tree, nodes=tuple(leaves))
    hypotheses = tuple(hypothesis_of(tree, leaf, score, "x") for leaf, score in best_leaves(tree, BeamOptions(12)))
    trace = DecodeTrace(
        "model", "", pieces, "beam", BeamOptions(12), hypotheses, tree, logits=logits, vocabulary=vocabulary
    )
    payload = search_tree.search(trace)
    assert len(payload["offers"]) == len(expanded) == payload["looks"]["shape"][0] == len(payload["expanded"])
    assert len(json.dumps(payload)) < 300_000


def test_the_offers_of_a_node_are_the_models_likeliest_tokens_from_the_record_or_the_store():
    logits = np.log(np.array([[0.5, 0.125, 0.25, 0.125]])).astype(np.float16)
    tree = SearchTree((Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"),), (0,))
    made = DecodeTrace("m", "", (), "beam", BeamOptions(2), (), tree, logits=logits, vocabulary=("▁a", "b", "▁c", "."))
    (row,) = asking.offers(made)
    assert [name for name, _ in row] == ["a", "c"]
    assert [value for _, value in row] == pytest.approx([math.log(0.5), math.log(0.25)], abs=2e-3)
    stored = replace(made, logits=None, vocabulary=(), stored=(made.next_tokens(0, 3),))
    (again,) = asking.offers(stored)
    assert [name for name, _ in again] == ["a", "c"]
    assert [value for _, value in again] == pytest.approx([value for _, value in row], abs=2e-3)


def test_where_a_node_looked_is_the_mean_of_the_heads_that_are_there():
    weights = np.zeros((1, 1, 3, 2), np.float32)
    weights[0, 0, :2] = [[1, 0], [0, 1]]  # the third is pruned away
    tree = SearchTree((Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"),), (0,), weights)
    looks = asking.looks(DecodeTrace("m", "", (), "beam", BeamOptions(2), (), tree))
    assert (looks["shape"], looks["most"]) == ([1, 2], 0.5)
    assert asking.looks(TRACE) is None


def test_describe_counts_the_candidates():
    facts = beam_tree.describe(TRACE)
    counts = {"candidates": 9, "kept": 4, "finished": 1, "pruned": 3, "unfinished": 1}
    assert facts == counts | {"steps": 3, "text": "Ein Hund"}


def test_tree_table_holds_every_node_with_its_sum():
    rows = beam_tree.table(TRACE)
    assert [row["node"] for row in rows] == list(range(len(TREE.nodes)))
    for row in rows[1:]:
        assert row["sum"] == pytest.approx(rows[row["parent"]]["sum"] + row["logprob"])
        assert row["probability"] == pytest.approx(math.exp(row["logprob"]))
    assert [row["token"] for row in rows if row["best"]] == ["<bos>", "Ein", "Hund", "<eos>"]


def test_a_pruned_candidate_has_its_cause_in_numbers():
    texts = dict.fromkeys(beam_tree.CAUSES, "{sum} {cut}")
    texts = {name: f"{name} {text}" for name, text in texts.items()}
    said = {row["node"]: beam_tree.cause(row, texts) for row in beam_tree.table(TRACE)}
    assert said == dict.fromkeys(range(len(TREE.nodes)), "") | {
        4: "cut −2.50 −1.50",
        6: "cut −inf nan",
        8: "end −3.00 −1.40",
    }
    assert beam_tree.cause(beam_tree.table(TRACE)[4] | {"missed": 0.0, "cut_off": -2.5}, texts) == "penalty −2.50 −2.50"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_search_holds_its_ranking_under_every_norm_and_alpha(seed):
    made = random_trace(seed)
    payload = search_tree.search(made)
    assert len(payload["rankings"]["gnmt"]) == len(rankings.STOPS) == 21
    orders = set()
    for options in (BeamOptions(4, norm, int(alpha * 10) / 10) for norm in LENGTH_NORMS for alpha in (0, 0.7, 2)):
        wanted = rerank(made, options).hypotheses
        stops = payload["rankings"][options.length_norm]
        order, scores = stops[round(options.length_penalty * 10) if options.length_norm == "gnmt" else 0]
        assert [payload["hypotheses"][i][1] for i in order] == [one.text for one in wanted]
        assert scores == pytest.approx([one.score for one in wanted], abs=1e-6)
        assert rankings.winner(payload, rerank(made, options)) == payload["hypotheses"][order[0]][0]
        orders.add(tuple(order))
    assert len(orders) > 1


def test_a_search_is_the_same_under_whatever_ranking_it_came():
    """Then the browser that has it has to be told nothing, and nothing is drawn again."""
    made = random_trace(SEEDS[0])
    payload = search_tree.search(made)
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload
    for options in (BeamOptions(4, "none"), BeamOptions(4, "gnmt", 2.0)):
        assert search_tree.search(rerank(made, options)) == payload


def test_component_asks_for_the_texts_it_shows():
    own = {path for path in Path(search_tree.__file__).parent.glob("*.js") if path.stem != "wider"}
    files = [*own, *(FOLDER / f"{name}.js" for name in PARTS)]
    shown = set(re.findall(r"\blabels\.(\w+)", "".join(file.read_text("utf-8") for file in files)))
    shown |= {"play", "pause", "slider", *ACTS, *LOOKS, "right", "wrong", "score"}  # by name, in parts of all pages
    shown |= {"banned", *search_tree.BEGIN, *search_tree.MORE} | {f"{name}_help" for name in search_tree.BEGIN}
    shown |= {f"stop_{rule}" for rule in STOP_RULES} | {f"steer_{state}" for state in STEERS}
    assert shown == set(search_tree.LABELS)
    texts = {name: name for name in search_tree.LABELS if name not in ("play", "slider")}
    with pytest.raises(ValueError, match="no text for play, slider"):
        search_tree.search_trees("", dict(search_tree.BEGIN), [TRACE], TRACE, texts, False)


# --- a search that is steered


def test_what_steers_a_search_is_told_in_the_address_and_read_from_it():
    at = {"prefix": "Ein Hund", "ban": "läuft|."}
    wanted = Constraints("Ein Hund", ("läuft", "."))
    assert steering.constraints(at["prefix"], at["ban"]) == wanted
    assert steers.address(replace(TRACE, options=BeamOptions(2, constraints=wanted))) == at
    assert steering.constraints("", "") == Constraints()
    valid = ("", "a", "a|b c", "|".join("x" * 12))
    foolish = ("|", "a||b", "a| ", "|".join("x" * 13))
    assert [steering.fits("", text) for text in valid + foolish] == [True] * 4 + [False] * 4


def test_a_steered_search_is_compared_by_the_winners_of_each_ranking():
    free, steered = (looking(random_trace(seed)) for seed in SEEDS[:2])
    sides = [{"rankings": rankings.rankings_of(made), "coverage": rankings.coverage(made)} for made in (free, steered)]
    both = steers.compared(rankings.begun(free), rankings.begun(steered), *sides)
    numbers = [[one.leaf for one in rankings.begun(made).hypotheses] for made in (free, steered)]
    for options in (BeamOptions(4, norm, alpha, coverage_penalty=beta) for norm, alpha, beta in RANKINGS):
        pair = [rerank(made, options).hypotheses[0] for made in (free, steered)]
        place = ",".join(str(leaves.index(one.leaf)) for leaves, one in zip(numbers, pair, strict=True))
        text = both["texts"][both["places"][place]]
        assert text["before"] == pair[0].text
        assert text["logprobs"] == pytest.approx([each.total for each in pair], abs=1e-4)
        assert " ".join(words for way, words in text["diff"] if way != "gone") == pair[1].text


def test_nothing_is_covered_where_nobody_looks_or_groups_search():
    assert rankings.coverage(random_trace(0)) is None
    assert rankings.coverage(replace(looking(random_trace(0)), options=DiverseOptions(4, 2))) is None


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, BeamOptions(4, "none", 0.5)),
        ({"wanted": "2", "limit": "9"}, BeamOptions(4, "none", 0.5, 2, 9)),
        ({"wanted": "2", "stop": "first"}, BeamOptions(4, "none", 0.5, stop="first")),
        ({"beta": "0.3"}, BeamOptions(4, "none", 0.5, coverage_penalty=0.3)),
        ({"beta": "0.3", "stop": "optimum"}, BeamOptions(4, "none", 0.5, stop="optimum")),
        ({"groups": "2", "stop": "first"}, DiverseOptions(4, 2, 0.5, "none", 0.5)),
        ({"groups": "3"}, BeamOptions(4, "none", 0.5)),
    ],
)
def test_the_rarer_options_make_a_search_and_are_told_back(more, wanted):
    at = search_tree.BEGIN | search_tree.MORE | {"beam": "4", "norm": "none", "alpha": "0.5"} | more
    assert search_tree.options(at) == [wanted]
    asked = search_tree.question_of(replace(TRACE, options=wanted))
    assert search_tree.options(search_tree.BEGIN | {"beam": "4"} | asked) == [wanted]


# --- bigger beams


def test_the_map_holds_what_each_alpha_picks_of_each_beam():
    made = {size: random_trace(seed) for size, seed in zip((1, 2, 3), SEEDS, strict=False)}
    found = {size: wider_figure.best_by_alpha(trace) for size, trace in made.items()}
    texts = [output.text for output in wider_figure.outputs(found)]
    content = wider_figure.payload(found, [float(len(text)) for text in texts])
    assert len({text for text, *_ in content["outputs"]}) == len(content["outputs"]) > 2
    rows = wider_figure.table(content)
    assert len(rows) == 3 * len(wider_figure.ALPHAS)
    for row in rows:
        best = rerank(made[row["beam"]], BeamOptions(4, length_penalty=row["alpha"])).hypotheses[0]
        assert (row["text"], row["chrf"]) == (best.text, len(best.text))
        assert row["letter"] == wider_figure.letter(texts.index(best.text))
    likeliest = max((one for row in found.values() for one in row), key=lambda one: one.total)
    facts = wider_figure.facts(found)
    assert (facts["sum"], facts["count"]) == (wider_figure.signed(likeliest.total), len(texts))
    assert likeliest.text in [one.text for one in found[facts["beam"]]]


def test_the_map_is_searched_in_sight_stopped_and_goes_on(no_warming_up, monkeypatch):
    monkeypatch.setattr(job, "SLICE", 0)
    at = app_test("beam", tab="wider", model=PLAIN, text="Two cats.", reference="Zwei Katzen.").run()
    at.button(key="wider_stop").click().run()
    (stopped,) = (part.value for part in at.text if part.value.startswith(EN["wider_stopped"].split(":")[0]))
    assert f" {len(wider_figure.SIZES)}." in stopped
    monkeypatch.setattr(job, "SLICE", 3600)
    at.button(key="wider_go_on").click().run().run()
    (content,) = (json.loads(one.proto.json) for one in at.get("bidi_component") if one.proto.component_name == "wider")
    assert [len(row) for row in content["cells"]] == [len(wider_figure.ALPHAS)] * len(wider_figure.SIZES)
    loaded = models.model(PLAIN)
    best = decode(loaded.model, loaded.subwords, "Two cats.", BeamOptions(12, length_penalty=2.0)).hypotheses[0]
    text, length, logprob, chrf = content["outputs"][content["cells"][-1][-1]]
    assert (text, length) == (best.text, len(best.tokens))
    assert logprob == pytest.approx(best.total, abs=1e-3)
    assert chrf == pytest.approx(sentence_chrf([(text, "Zwei Katzen.")])[0], abs=0.05)
    assert any(part.value.startswith(EN["wider_space"].split("{")[0]) for part in at.markdown)


def test_a_finding_of_bigger_beams_that_is_damaged_is_none():
    stored = json.loads((PRETRAINED / "findings" / "bigger-beams.json").read_text("utf-8"))
    assert corpus_chart.sound(stored)
    models = {row["model"] for row in stored["rows"]}
    assert corpus_chart.seen(stored, {name: name for name in models})["all"] == len(models) == len(stored["modes"])
    for model, norm in ((model, norm) for model in models for norm in corpus_chart.NORMS):
        usual, widest = corpus_chart.ends(stored, model, norm)
        assert widest["search_error"] < usual["search_error"], "which the page says"
    for damaged in (
        None,
        [],
        {},
        {**stored, "rows": [{}]},
        {**stored, "modes": [1]},
        {**stored, "usual": None} | {"modes": 1},
    ):
        assert not corpus_chart.sound(damaged)


# --- which sequence do we pick


def test_the_pages_example_changes_its_winner_where_the_end_is_counted():
    hypotheses = picking.read(picking.EXAMPLE)
    names = {way: picking.scored(hypotheses, way, 1.0) for way in picking.WAYS}
    winners = {way: hypotheses[picking.winner(scores)].name for way, scores in names.items()}
    assert winners == {"sum": "B", "words": "A", "tokens": "B", "gnmt": "B"}
    assert names["words"] == pytest.approx([-4.5 / 6, -3.2 / 4, -7.2 / 9])
    assert names["gnmt"] == pytest.approx([-4.5 / (12 / 6), -3.2 / (10 / 6), -7.2 / (15 / 6)])


@pytest.mark.parametrize("typed", ["", "-1/2", "-1/0, -2/3", "1/2, 2/3", "<b>", "-1/2; -3/4", ", ".join(["-1/2"] * 9)])
def test_numbers_that_cannot_be_read_are_none(typed):
    assert picking.read(typed) is None


# --- the length score ----------------------------------------------------------------------------------------


def found(text, total, score=None, length=None, finished=True):
    tokens = tuple(text.split()) if length is None else ("▁x",) * (length - finished)
    tokens += ("<eos>",) if finished else ()
    each = (total / len(tokens),) * len(tokens)
    return Hypothesis(text, tokens, each, total if score is None else score, 1)


def trace(beam_size, *hypotheses, candidates=10):
    nodes = (Node(None, "<bos>", 1, 0.0, 0.0, 0, "kept"),)
    nodes += tuple(Node(0, f"▁{i}", 9, -1.0, -1.0, 1, "pruned", 0.1) for i in range(candidates))
    return DecodeTrace("model", "", (), "beam", BeamOptions(beam_size), hypotheses, SearchTree(nodes))


@pytest.mark.parametrize(
    ("options", "latex"),
    [
        (
            BeamOptions(),
            r"\text{score} = \frac{\log p}{\left(\frac{5+T}{6}\right)^{\alpha}}"
            r" = \frac{-2.168}{\left(\frac{5+14}{6}\right)^{1.0}} = -0.685",
        ),
        (BeamOptions(length_norm="average"), r"\text{score} = \frac{\log p}{T} = \frac{-2.168}{14} = -0.155"),
        (BeamOptions(length_norm="none"), r"\text{score} = \log p = \sum_{t=1}^{14} \log p_t = -2.168"),
    ],
)
def test_formula_holds_the_numbers_of_the_hypothesis(options, latex):
    score = normalised(-2.168, 14, options)
    assert length_score.formula(found("a", -2.168, score, length=14), options) == latex


def test_hypotheses_of_one_text_are_told_apart_by_their_pieces():
    told = ("▁Er", "▁la", "cht", ".", "<eos>"), ("▁Er", "▁lacht", ".", "<eos>"), ("▁Sie", "▁lacht", ".", "<eos>")
    told += told[2:]  # as two groups of a diverse beam may find
    made = [
        Hypothesis(text, tokens, (-1.0,) * len(tokens), -1.0, 0)
        for text, tokens in zip(("Er lacht.", "Er lacht.", "Sie lacht.", "Sie lacht."), told, strict=True)
    ]
    shown = beam_tree.hypothesis_texts(trace(5, *made))
    assert shown == ["Er lacht. (Er la ·cht .)", "Er lacht. (Er lacht .)", "Sie lacht.", "Sie lacht."]


def test_another_winner_than_by_plain_sums_is_named():
    short, long = found("a", -2.0, -1.9), found("b b b", -2.1, -1.5)
    assert length_score.upset(trace(2, short, long)) is None
    facts = length_score.upset(trace(2, long, short))
    assert (facts["winner"], facts["plain"]) == ("b b b", "a")
    assert (facts["total"], facts["plain_total"], facts["length"], facts["plain_length"]) == ("−2.100", "−2.000", 4, 2)


@pytest.mark.parametrize(
    ("wide", "narrow", "case"),
    [
        (found("a", -1.0), found("a", -1.0), "same"),
        (found("a", -1.0), found("b", -1.7), "likelier"),
        (found("a c d", -1.7, -0.5), found("b", -1.0, -0.7), "longer"),
        (found("a", -1.7), found("b", -1.0), "unlikelier"),
        (found("a", -1.0), found("b", -1.7, finished=False), "open"),
    ],
)
def test_two_beams_are_compared_from_the_wider_ones_side(wide, narrow, case):
    traces = trace(5, wide, candidates=150), trace(1, narrow, candidates=28)
    for pair in (traces, traces[::-1]):
        named, facts = length_score.versus(*pair)
        assert named == case
        assert (facts["wide"], facts["narrow"], facts["looked"], facts["less"]) == (5, 1, 150, 28)
        assert facts["work"] == "5.4"
        if case != "same":
            assert facts["times"] == "2.0"
        assert facts.get("unfinished") == (1 if case == "open" else None)
        for language in LANGUAGES:
            catalogue(language)[f"sizes_{case}"].format(**facts)


def test_a_beam_compared_with_itself_is_said_to_be_the_same():
    assert length_score.versus(trace(3, found("a", -1)), trace(3, found("a", -1)))[0] == "equal"


@pytest.mark.parametrize(
    ("ratio", "said"), [(1, "1.0"), (9.96, "10.0"), (54.3, "54"), (4.9e8, "10⁹"), (1e304, "10³⁰⁴")]
)
def test_ratios_are_said_as_a_person_would(ratio, said):
    assert length_score.many(ratio) == said


# --- searching ahead -----------------------------------------------------------------------------------------


@pytest.fixture
def searched_ahead(monkeypatch):
    """Ask for searches in advance, of a model in memory; what was searched, once the last timer is over."""
    searched, waiting = [], []
    monkeypatch.setattr(ahead, "QUIET", 0.2)
    monkeypatch.setattr(ahead, "awake", lambda: {"model"})
    monkeypatch.setattr(ahead, "next_searches", lambda: waiting)
    monkeypatch.setattr(ahead, "computed", lambda *what: searched.append(what))

    def ask(*questions):
        for question in questions:
            ahead.search_ahead(*question)
        if waiting[0].ident:
            waiting[0].join()
        return searched

    return ask


def test_the_last_question_alone_is_looked_ahead_of(searched_ahead):
    questions = [("model", text, controls.beams_beside(5)) for text in "ab"]
    assert searched_ahead(*questions) == [("model", "b", BeamOptions(size)) for size in (6, 4)]


def test_nothing_is_searched_ahead_while_a_reader_waits_or_for_a_model_that_sleeps(searched_ahead):
    with searches.AT_ONCE:
        assert searched_ahead(("model", "a", [6])) == []
    assert searched_ahead(("another", "a", [6])) == []
    assert searched_ahead(("model", "a", [6])) == [("model", "a", BeamOptions(6))]


def test_the_slider_has_no_stops_beyond_its_ends():
    assert [controls.beams_beside(size) for size in (1, 5, controls.WIDEST)] == [[2], [6, 4], [controls.WIDEST - 1]]
