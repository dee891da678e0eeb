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
from core.checkpoints import example
from core.decoding.translate import decode
from core.options import ExactOptions, GreedyOptions, MBROptions
from dashboard import beside, job
from dashboard.beginning import DEFAULT
from dashboard.figures.tokens import label
from dashboard.resources import models
from dashboard.text import catalogue
from dashboard.views.race import figure, lanes
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


OUTCOMES = some.tuples(some.integers(1, 4), some.integers(-3, 0), some.none() | some.integers(0, 3), some.booleans())


@given(some.lists(OUTCOMES, min_size=1))
def test_who_wins_by_a_measure_has_its_best_value(facts):
    results = {
        str(place): Result("", tokens, total, tokens, cut, chrf=chrf)
        for place, (tokens, total, chrf, cut) in enumerate(facts)
    }
    won = figure.wins(results)
    whole = [result for result in results.values() if not result.cut]
    scored = [result.chrf for result in results.values()]
    for name, result in results.items():
        assert ("likely" in won[name]) == (result in whole and result.total == max(other.total for other in whole))
        likelier = [other for other in whole if other.total / other.tokens > result.total / result.tokens + 1e-4]
        assert ("token" in won[name]) == (result in whole and not likelier)
        assert ("questions" in won[name]) == (result.questions == min(tokens for tokens, *_ in facts))
        assert ("chrf" in won[name]) == (None not in scored and result.chrf == max(scored))


def test_the_browser_reads_lanes_as_python_wrote_them(blank, racing, drawn):
    script = """m.racing(v[0]).flatMap(lane => lane.paths.map((_, i) => [
      lane.path(i + 1).map(node => node.label), lane.path(i + 1).at(-1).sum, m.apartAt(lane, i + 1)]))"""
    read = call(blank, STEPS, script, drawn["lanes"])
    for (labels, total, apart), row in zip(read, figure.table(racing), strict=True):
        assert " ".join(text for text in labels if text != "<eos>") == row["written"]
        assert total == pytest.approx(row["sum"], abs=1e-3)
        assert apart == (-1 if row["differs_at"] is None else row["differs_at"] - 1)
    first = call(
        blank, STEPS, "m.leading(m.racing(v[0]), v[1], true).map(one => one.name)", drawn["lanes"], drawn["steps"]
    )
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
    titles = {name: name.title() for name in ("exact", "beam", "mbr")}
    exact, spent = (decode(*small(), "a b c", ExactOptions(budget)) for budget in (2_000, 1))
    best = exact.hypotheses[0]
    kind, facts = verdict("exact", {"exact": exact, "beam": exact}, titles)
    assert (kind, facts["decoders"]) == ("exact_same", "Beam")
    worse = replace(exact, hypotheses=(replace(best, logprobs=(*best.logprobs[:-1], best.logprobs[-1] - 2)),))
    for text in ("", "a"):
        traces = {"exact": replace(exact, hypotheses=(replace(best, text=text),)), "beam": worse}
        kind, facts = verdict("exact", traces, titles)
        assert kind == ("exact_better" if text else "exact_empty")
        assert float(facts["gap"]) == 2
    assert verdict("exact", {"exact": spent, "beam": worse}, titles) == ("exact_open", {"asked": "1"})
    vote = decode(*small(), "a b c", MBROptions(samples=6))
    facts = {"samples": 6, "utility": f"{vote.vote.utility[0].mean():.1f}"}
    assert verdict("mbr", {"mbr": vote, "beam": worse}, titles) == ("mbr", facts)


# --- the page


def shown(at) -> dict:
    """What the component was given."""
    assert not at.exception
    (content,) = (part for part in at.get("bidi_component") if part.proto.component_name.endswith("lanes"))
    return json.loads(content.proto.json)


def written(lane: dict) -> list[str]:
    """The labels of what leads a lane at its end."""
    labels, leader = [], lane["leaders"][-1]
    while leader >= 0:
        text, _, leader = lane["nodes"][leader]
        labels.insert(0, text)
    return labels


def table(at) -> list[list[str]]:
    """The cells of the results, row by row."""
    (body,) = (part.proto.body for part in at.get("html") if "<td" in part.proto.body)
    return [re.findall(r"<td[^>]*>([^<]*)", row.replace("−", "-")) for row in body.split("<tr")[2:]]


def test_the_page_shows_what_core_decodes_with_the_same_options(no_warming_up):
    at = app_test("race", text=TEXT, reference="Eine Katze schläft auf dem Dach.", **AT).run()
    content, loaded = shown(at), models.model(DEFAULT)
    assert [lane["name"] for lane in content["lanes"]] == list(NAMES)
    rows = table(at)
    for (name, options), lane, row in zip(lanes.options(AT).items(), content["lanes"], rows, strict=True):
        trace = decode(loaded.model, loaded.subwords, TEXT, options)
        best = trace.hypotheses[0]
        assert written(lane) == [label(token) for token in best.tokens], name
        assert row[1:4] == [best.text, str(len(best.tokens)), f"{best.total:.2f}"]
        assert row[6] == str(len(trace.tree.expanded))
        assert float(row[7]) > 0


def test_what_searches_beside_is_cut_in_slices_stopped_and_goes_on(no_warming_up, monkeypatch):
    monkeypatch.setattr(job, "SLICE", 0)
    monkeypatch.setattr(beside, "PAUSE", 0)
    at = app_test("race", text="Two cats.", exact="true", mbr="true").run()
    at.button(key="beside_stop_exact").click().run()
    assert any(part.value.startswith("Exact search was stopped") for part in at.text)
    assert len(table(at)) == 5, "what exact search has come to"
    monkeypatch.setattr(job, "SLICE", 3600)
    at.button(key="beside_go_on_exact").click().run()
    assert len(table(at)) == 6
    said = " ".join(part.value for part in at.markdown)
    assert said.count("**Exact search: proven") == 1
    assert EN["race_says_mbr"].split("{")[0] in said
    totals = [float(row[3]) for row in table(at)]
    assert totals[4] == max(totals)


def test_what_was_stored_is_drawn_before_the_model_wakes(no_warming_up):
    models.awake.clear()
    at = app_test("race", step="19").run()
    content = shown(at)
    assert content["pending"]
    assert not at.warning
    assert content["at"]["step"] == "19", "which the lanes to come may have"
    assert [lane["name"] for lane in content["lanes"]] == ["greedy", "beam"]
    assert [label(token) for token in example(DEFAULT).hypotheses[0].tokens] == written(content["lanes"][1])
    assert not [part for part in at.get("html") if "<td" in part.proto.body]


# What each lane shows after each step, by keys: nothing can come from the server before a script ends.
WALK = """last => {
  const press = key => document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
  const roots = [...document.querySelectorAll('*')].map(one => one.shadowRoot).filter(Boolean);
  const picture = roots.map(root => root.querySelector('.picture')).find(Boolean);
  press('Home');
  return Array.from({length: last}, () => {
    press('ArrowRight');
    return [0, 1, 2, 3].map(lane => [...picture.querySelectorAll(`[data-lane="${lane}"]`)].map(one => one.textContent));
  });
}"""


def test_the_race_is_walked_without_the_server_and_a_link_restores_it(dashboard):
    loaded, at = models.model(DEFAULT), AT | {"beam": "5"}
    traces = [decode(loaded.model, loaded.subwords, TEXT, options) for options in lanes.options(at).values()]
    racing = [Lane(trace, leaders(trace)) for trace in traces]
    last = max(len(lane.leaders) for lane in racing)
    page = dashboard.open(address("race", text=TEXT, temperature=at["temperature"], seed=at["seed"]))
    output = page.locator("output")
    expect(output).to_have_text(EN["race_step"].format(n=last, N=last))
    for step, written in enumerate(page.evaluate(WALK, last), 1):
        nodes = [[lane.trace.tree.nodes[node] for node in lane.written(step)] for lane in racing]
        assert written == [[label(node.token) for node in path] for path in nodes]
    page.get_by_role("group", name=EN["race_keys"]).press("ArrowDown")
    expect(page.locator(".told")).to_contain_text("<eos>")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    dashboard.settle()
    expect(page).to_have_url(re.compile(r"step=1\b"))
    dashboard.rerun(page.get_by_role("button", name=EN["race_draw"], exact=True).click)
    expect(page).to_have_url(re.compile(r"seed=4\b"))
    dashboard.settle()
    dashboard.open(page.url.removeprefix(dashboard.url))
    expect(output).to_contain_text(re.compile("^1 "))
