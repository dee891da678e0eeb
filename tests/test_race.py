"""The race: lanes are what core decodes, their sums and differences by brute force, what searches beside, the page."""

import json
import math
import re
from dataclasses import replace
from functools import cache

import pytest
from conftest import call
from hypothesis import given
from hypothesis import strategies as some
from model_zoo import TRANSFORMERS, vocabulary
from opening import app_test
from playwright.sync_api import expect

from benchmarks.places import address
from core.checkpoints import example, load_packed
from core.decoding.translate import decode
from core.options import ExactOptions, GreedyOptions, MBROptions
from dashboard import job
from dashboard.beginning import DEFAULT
from dashboard.figures.tokens import label
from dashboard.text import catalogue
from dashboard.views.race import beside, figure, lanes
from dashboard.views.race.figure import Lane, Result
from dashboard.views.race.leaders import leaders
from dashboard.views.race.verdicts import verdict

EN = catalogue("en")
STEPS, WORDS = "views/race/lanes_steps.js", "views/race/lanes_words.js"
TEXT = "A cat sleeps on the roof."
AT = {"beam": "4", "temperature": "0.7", "seed": "3"}
NAMES = ("greedy", "sample", "beam", "diverse")


@cache
def small():
    """A small Transformer and its vocabulary."""
    return TRANSFORMERS["transformer-pre-rotary-tied"]().requires_grad_(False), vocabulary()


@pytest.fixture(scope="module")
def racing():
    """The lanes of the small model."""
    traces = {name: decode(*small(), "a b c b a", options) for name, options in lanes.options(AT).items()}
    return {name: Lane(trace, leaders(trace)) for name, trace in traces.items()}


@pytest.fixture(scope="module")
def drawn(racing):
    """The same as the browser takes it."""
    return figure.payload(racing, {name: name.title() for name in racing})


# --- lanes


def test_a_lane_ends_with_what_core_decodes_and_its_sums_add_up(racing, drawn):
    for lane, content in zip(racing.values(), drawn["lanes"], strict=True):
        trace, best = lane.trace, lane.trace.hypotheses[0]
        nodes = content["nodes"]
        assert lane.written(drawn["steps"]) == trace.tree.path(best.leaf)
        for step, leader in enumerate(content["leaders"], 1):
            total, labels = 0.0, []
            while leader >= 0:
                text, logprob, leader = nodes[leader]
                total, labels = total + logprob, [text, *labels]
            assert total == pytest.approx(trace.tree.nodes[lane.leaders[step - 1]].score, abs=1e-3)
            assert len(labels) <= step
        assert labels == [label(token) for token in best.tokens]
        assert total == pytest.approx(best.total, abs=1e-3)


def test_greedy_search_is_a_beam_of_one_branch(racing):
    best = decode(*small(), "a b c b a", GreedyOptions()).hypotheses[0]
    assert racing["greedy"].trace.hypotheses[0].tokens == best.tokens
    for step in range(1, len(best.tokens) + 1):
        assert racing["greedy"].ids(step) == racing["greedy"].ids(99)[:step]


def test_after_each_step_the_best_by_the_searchs_own_score_leads(racing):
    for name in ("beam", "diverse"):
        lane = racing[name]
        nodes = lane.trace.tree.nodes
        for step, leader in enumerate(lane.leaders[:-1], 1):
            rivals = [one for one in nodes if one.fate == "finished" and one.step <= step]
            rivals += [one for one in nodes if one.fate in ("kept", "unfinished") and one.step == step]
            best = max(one.score / ((5 + one.step) / 6) for one in rivals)
            assert nodes[leader].score / ((5 + nodes[leader].step) / 6) == pytest.approx(best)


def test_where_lanes_part_is_the_first_token_that_differs(racing, drawn):
    whole = racing["greedy"].ids(99)
    for lane, content in zip(racing.values(), drawn["lanes"], strict=True):
        for step, apart in enumerate(content["apart"], 1):
            ids = lane.ids(step)
            differing = [place for place in range(min(len(ids), len(whole))) if ids[place] != whole[place]]
            assert apart == (differing[0] if differing else -1)
    assert set(drawn["lanes"][0]["apart"]) == {-1}


@given(
    some.lists(some.tuples(some.integers(1, 4), some.integers(-3, 0), some.none() | some.integers(0, 3)), min_size=1)
)
def test_who_wins_by_a_measure_has_its_best_value(facts):
    results = {
        str(place): Result("", tokens, total, tokens, chrf, chrf and 1.0 * chrf)
        for place, (tokens, total, chrf) in enumerate(facts)
    }
    won = figure.wins(results)
    for name, one in results.items():
        others = results.values()
        assert ("likely" in won[name]) == (one.total == max(other.total for other in others))
        per_token = max(other.total / other.tokens for other in others)
        assert ("token" in won[name]) == math.isclose(one.total / one.tokens, per_token, abs_tol=1e-9)
        assert ("asked" in won[name]) == (one.asked == min(other.asked for other in others))
        scored = [other.chrf for other in others]
        assert ("chrf" in won[name]) == (None not in scored and one.chrf == max(scored))


def test_the_browser_reads_lanes_as_python_wrote_them(blank, racing, drawn):
    rows = iter(figure.table(racing))
    for number, lane in enumerate(racing.values()):
        for step in range(1, len(lane.leaders) + 1):
            script = "m.racing(v[0])[v[1]].path(v[2]).map(one => [one.label, one.sum])"
            path = call(blank, STEPS, script, drawn["lanes"], number, step)
            row = next(rows)
            assert " ".join(text for text, _ in path if text != "<eos>") == row["written"]
            assert path[-1][1] == pytest.approx(row["sum"], abs=1e-3)
            apart = call(blank, STEPS, "m.apartAt(m.racing(v[0])[v[1]], v[2])", drawn["lanes"], number, step)
            assert apart == (-1 if row["differs_at"] is None else row["differs_at"] - 1)
    step = drawn["steps"]
    first = call(blank, STEPS, "m.leading(m.racing(v[0]), v[1]).map(one => one.name)", drawn["lanes"], step)
    assert first == figure.likeliest(racing)


def test_what_a_lane_thinks_better_of_is_seen(blank):
    nodes = [["a", -1, -1], ["b", -1, 0], ["c", -0.5, -1], ["d", -0.1, 2], ["e", -0.1, 3]]
    lane = {"name": "x", "title": "X", "nodes": nodes, "leaders": [0, 3, 4], "apart": [-1, 0, 0]}
    script = "[1, 2, 3, 4].map(step => m.rewrittenAt(m.racing(v)[0], step))"
    assert call(blank, STEPS, script, lane) == [math.inf, 0, math.inf, math.inf]
    labels = {name: EN[f"race_{name}"] for name in ("start", "leads", "ends", "changed")}
    said = """(() => {
      const view = {lanes: v[1], labels: v[0], format: {two: new Intl.NumberFormat('en')}, data: {steps: 3}};
      view.lanes = [{...view.lanes, path: n => [[], [{sum: -1}], [{sum: -0.5}, {sum: -0.6}]][n]}];
      return [0, 1, 2].map(step => m.said(view, step));
    })()"""
    start, first, second = call(blank, WORDS, said, labels, lane)
    assert start == EN["race_start"]
    assert first == EN["race_leads"].format(lane="X", sum="−1")
    assert second.endswith(EN["race_changed"].format(lane="X"))


# --- beside the race


def test_what_grows_beside_is_at_its_end_what_core_decodes(monkeypatch):
    monkeypatch.setattr(beside, "PAUSE", 0)
    for options in (ExactOptions(), MBROptions(samples=6, seed=2)):
        *growths, last = beside.growing(*small(), "a b c", options)
        whole = decode(*small(), "a b c", options)
        assert [one.text for one in last.trace.hypotheses] == [one.text for one in whole.hypotheses]
        assert last.trace.proof == whole.proof
        assert [one.done for one in growths] == sorted(one.done for one in growths)
        assert last.over
        assert last.trace.seconds > 0


def test_nothing_is_likelier_than_what_exact_search_proves(racing):
    exact = decode(*small(), "a b c b a", ExactOptions())
    assert exact.proof.proven
    for lane in racing.values():
        assert exact.hypotheses[0].total >= lane.trace.hypotheses[0].total - 1e-4


def test_a_verdict_says_what_was_proven_and_whether_others_found_it():
    texts = {name: name.title() for name in ("exact", "beam", "mbr")}
    exact, beam = (decode(*small(), "a b c", options) for options in (ExactOptions(), GreedyOptions()))
    kind, facts = verdict("exact", {"exact": exact, "beam": exact}, texts)
    assert (kind, facts["decoders"]) == ("exact_same", "Beam")
    best, worse = exact.hypotheses[0], beam.hypotheses[0]
    assert best.total > worse.total
    for text in ("", "a"):
        traces = {"exact": replace(exact, hypotheses=(replace(best, text=text),)), "beam": beam}
        kind, facts = verdict("exact", traces, texts)
        assert kind == ("exact_better" if text else "exact_empty")
        assert float(facts["times"]) == pytest.approx(math.exp(best.total - worse.total), rel=0.1)
    spent = decode(*small(), "a b c b a", ExactOptions(budget=1))
    assert verdict("exact", {"exact": spent, "beam": beam}, texts) == ("exact_open", {"asked": "1"})
    vote = decode(*small(), "a b c", MBROptions(samples=6))
    kind, facts = verdict("mbr", {"mbr": vote, "beam": beam}, texts)
    assert (kind, facts) == ("mbr", {"samples": 6, "utility": f"{vote.vote.utility[0].mean():.1f}"})


# --- the page


def shown(at) -> dict:
    """What the component was given."""
    assert not at.exception
    (content,) = (part for part in at.get("bidi_component") if part.proto.component_name.endswith("lanes"))
    return json.loads(content.proto.json)


def table(at) -> list[list[str]]:
    """The cells of the results, row by row."""
    (body,) = (part.proto.body for part in at.get("html") if "<td" in part.proto.body)
    return [re.findall(r"<td[^>]*>([^<]*)", row) for row in body.split("<tr")[2:]]


def test_the_page_shows_what_core_decodes_with_the_same_options():
    at = app_test("race", text=TEXT, reference="Eine Katze schläft auf dem Dach.", **AT).run()
    content, loaded = shown(at), load_packed(DEFAULT)
    assert [lane["name"] for lane in content["lanes"]] == list(NAMES)
    rows = table(at)
    for (name, options), lane, row in zip(lanes.options(AT).items(), content["lanes"], rows, strict=True):
        trace = decode(loaded.model, loaded.subwords, TEXT, options)
        best = trace.hypotheses[0]
        labels, leader = [], lane["leaders"][-1]
        while leader >= 0:
            text, _, leader = lane["nodes"][leader]
            labels.insert(0, text)
        assert labels == [label(token) for token in best.tokens], name
        assert row[1:4] == [best.text, str(len(best.tokens)), f"{best.total:.2f}"]
        assert row[6] == str(len(trace.tree.expanded))
        assert float(row[7]) > 0
    assert len(at.main.get("bidi_component")) >= 1


def test_what_searches_beside_is_cut_in_slices_stopped_and_goes_on(monkeypatch):
    monkeypatch.setattr(job, "SLICE", 0)
    monkeypatch.setattr(beside, "PAUSE", 0)
    at = app_test("race", text="Two cats.", exact="true", mbr="true").run()
    at.button(key="race_stop_exact").click().run()
    assert any(part.value.startswith("Exact search was stopped") for part in at.text)
    assert len(table(at)) == 5, "what exact search has come to"
    monkeypatch.setattr(job, "SLICE", 3600)
    at.button(key="race_go_on_exact").click().run()
    assert len(table(at)) == 6
    said = " ".join(part.value for part in at.markdown)
    assert said.count("**Exact search: proven") == 1
    assert EN["race_says_mbr"].split("{")[0] in said
    totals = [float(row[3]) for row in table(at)]
    assert totals[4] == max(totals)


def test_what_was_stored_is_drawn_before_the_model_wakes_and_the_rest_follows(monkeypatch):
    from dashboard.resources import models

    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    models.awake.clear()
    models.shipped_model.clear()
    at = app_test("race").run()
    content = shown(at)
    assert content["pending"]
    assert [lane["name"] for lane in content["lanes"]] == ["greedy", "beam"]
    assert content["text"] if "text" in content else example(DEFAULT).text


def test_the_race_is_played_by_keys_without_the_server_and_a_link_restores_it(dashboard):
    page = dashboard.open(address("race", text=TEXT, temperature="0.7", seed="3"))
    loaded = load_packed(DEFAULT)
    at = {"beam": "5", "temperature": "0.7", "seed": "3"}
    traces = [decode(loaded.model, loaded.subwords, TEXT, options) for options in lanes.options(at).values()]
    racing = [Lane(trace, leaders(trace)) for trace in traces]
    last = max(len(lane.leaders) for lane in racing)
    output = page.locator("output")
    expect(output).to_have_text(EN["race_step"].format(n=last, N=last))
    dashboard.settle()
    page.keyboard.press("Home")
    dashboard.settle()
    runs = dashboard.finished
    for step in range(1, last + 1):
        page.keyboard.press("ArrowRight")
        expect(output).to_have_text(EN["race_step"].format(n=step, N=last))
        for number, lane in enumerate(racing):
            written = [label(lane.trace.tree.nodes[node].token) for node in lane.written(step)]
            assert page.locator(f"[data-lane='{number}']").all_text_contents() == written
    assert dashboard.finished <= runs + 2, "only where the reader pauses does the server hear of it"
    page.get_by_role("group", name=EN["race_keys"]).press("ArrowDown")
    expect(page.locator(".told")).to_contain_text("<eos>")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    dashboard.settle()
    expect(page).to_have_url(re.compile(r"step=2\b"))
    again = dashboard.open(page.url.removeprefix(dashboard.url))
    expect(again.locator("output")).to_have_text(EN["race_step"].format(n=2, N=last))
    dashboard.rerun(again.get_by_role("button", name=EN["race_draw"], exact=True).click)
    expect(again).to_have_url(re.compile(r"seed=4\b"))
