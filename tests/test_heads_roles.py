"""The tab of roles: what the page sends of each head, which words it joins, rare tokens, a link, a browser."""

import json
import re

import altair as alt
import numpy as np
import pytest
from conftest import CARDS, call, radio
from opening import app_test
from playwright.sync_api import expect

from core.checkpoints import FINDINGS, PRETRAINED, example
from core.findings.head_roles import MAPPED
from core.records import Attention
from core.records.head_roles import Evidence, from_rows, roles, to_rows
from dashboard.beginning import DEFAULT
from dashboard.figures import vega
from dashboard.readings import Reading
from dashboard.text import catalogue
from dashboard.views.heads import rare, rare_figure
from dashboard.views.heads import roles as tab
from dashboard.views.heads import roles_figure as figure

EN = catalogue("en")
LOOKS = "views/heads/roles_looks.js"
FINDING = json.loads((PRETRAINED / FINDINGS / "head-roles.json").read_text("utf-8"))
CAPTIONS = figure.evidence(FINDING, DEFAULT)["captions"]
TRACE = example(DEFAULT)


def part(measure="positional", about="-1", value=0.95, head=0, kind="encoder", baseline=0.1):
    return Evidence(kind, 0, head, measure, about, value, value - 0.02, min(1.0, value + 0.02), baseline)


def name(evidence):
    return f"{evidence.measure} {evidence.about}".strip()


def attention(weights, kind="encoder"):
    weights = np.array(weights, float)[None]
    rows, columns = weights.shape[2:]
    keys = (*"abcdefg"[: columns - 1], "<eos>")
    return Attention(weights, keys if kind == "encoder" else tuple("xyz"[:rows]), keys, kind)


# --- figures


def test_a_head_is_sent_with_its_roles_first_and_where_each_word_looks():
    sharp = [[0, 0.3, 0.7], [0.6, 0, 0.4], [0, 0, 1]]
    parts = [part("confidence", "", 0.5), part(), part("rare", "", 0.1, head=1)]
    parts += [part("syntactic", "nsubj governor", 0.6, head=1, baseline=0.3)]
    first, second = figure.heads(parts, {"encoder": attention([sharp, sharp])}, name, name)
    assert (first["part"], first["layer"], first["head"], first["role"]) == ("encoder", "1", "1", "positional")
    assert (first["short"], first["names"], first["sure"]) == ("positional -1", ["positional -1"], True)
    assert [row[0] for row in first["evidence"]] == ["positional -1", "confidence"]
    assert first["evidence"][0][4:] == [0.9, 0.1, True]
    assert first["evidence"][1][4] is None
    assert first["looks"] == [[2, 0], [0.7, 0.6]]  # its own row is none of a word
    assert second["role"] == "syntactic"
    assert second["looks"] == [[1, 0], [0.3, 0.6]]  # without the end, as it is measured
    (leaning,) = figure.heads([part(value=0.6)], {"encoder": attention([sharp])}, name, name)
    assert (leaning["role"], leaning["lean"], leaning["value"]) == ("", "positional", 0.6)
    (idle,) = figure.heads([part(value=0.11)], {"encoder": attention([sharp])}, name, name)
    assert (idle["role"], idle["lean"], idle["short"], idle["value"], idle["names"]) == ("", "", "", None, [])
    (strange,) = figure.heads([part(head=5)], {"encoder": attention([sharp])}, name, name)  # of another model
    assert strange["evidence"] == []


def test_looks_of_the_decoder_have_a_row_for_each_word_that_is_written():
    places, shares = figure.look(attention([[[1, 0, 0], [0.2, 0.8, 0], [0, 0.1, 0.9]]], "decoder"))
    assert places.tolist() == [[[0, 1, 2]]]
    assert shares.tolist() == [[[1, 0.8, 0.9]]]


def test_the_head_that_keeps_most_to_one_position_is_told_on_both_corpora():
    captions = [part(), part(head=1, value=0.97), part("delimiter", "", 1.0), part(value=1.0, kind="decoder")]
    news = [part(), part(about="1", head=1, value=0.5)]
    assert figure.clearest({"captions": captions, "news": news}) == (captions[1], news[1])
    assert figure.clearest({"captions": captions, "news": news[:1]}) is None
    assert figure.clearest({"captions": [], "news": news}) is None


def test_of_each_relation_the_best_head_is_found():
    parts = [part("syntactic", "obj governor", value, head=head) for head, value in enumerate((0.3, 0.7, 0.6))]
    assert [(found.head, found.value) for found in figure.best([*parts, part()])] == [(1, 0.7)]


@pytest.mark.parametrize(
    "finding",
    [None, [], {}, {"models": []}, {"models": {DEFAULT: {}}}, {"models": {DEFAULT: {"news": {"evidence": 1}}}}],
)
def test_a_damaged_finding_is_none(finding):
    assert figure.evidence(finding, DEFAULT) == {}
    assert rare_figure.rows(finding, {DEFAULT: "a"}) == []


def test_what_is_stored_is_sound_and_covers_every_head_of_its_models():
    assert set(FINDING["models"]) == set(MAPPED)
    for model in FINDING["models"]:
        for parts in figure.evidence(FINDING, model).values():
            config = CARDS[model].config
            wanted = {"encoder": config["encoder_layers"], "decoder": config["decoder_layers"]}
            wanted["cross"] = wanted["decoder"]
            heads = {
                (kind, layer, head) for kind in wanted for layer, head in np.ndindex(wanted[kind], config["heads"])
            }
            assert set(figure.by_head(parts)) == heads
            assert from_rows(to_rows(parts)) == parts
    drawn = rare_figure.rows(FINDING, dict.fromkeys(CARDS, "a"))
    assert len(drawn) == len(FINDING["rare"]) > 2
    assert len(rare_figure.table(drawn)) == sum(len(row["heads"]) for row in FINDING["rare"])
    alt.Root.validate(vega.specification(rare_figure.chart(drawn, dict.fromkeys(SAID, "x"))))


SAID = ("seen", "unseen", "rate", "set", "model", "low", "high")


@pytest.mark.parametrize(
    ("name", "value"), [("model", "x"), ("heads", None), ("heads", []), ("head", 99), ("chance", "x"), ("layer", None)]
)
def test_what_is_damaged_of_rare_tokens_is_left_out(name, value):
    row = FINDING["rare"][0]
    labels = {row["model"]: "a"}
    assert len(rare_figure.rows({"rare": [row]}, labels)) == 1
    assert rare_figure.rows({"rare": [row | {name: value}, 1]}, labels) == []


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("rate", ["more", "less", "same"])
def test_the_answer_on_rare_tokens_says_what_the_intervals_allow(language, rate):
    intervals = {"more": [0.2, 0.1, 0.3], "less": [-0.2, -0.3, -0.1], "same": [0.2, -0.1, 0.3]}
    head = {name: [0.25, 0.2, 0.3] for name in rare_figure.MEASURED} | {"rate_more": intervals[rate]}
    for cost, interval in intervals.items():
        row = {"label": "M", "layer": 0, "head": 0, "chance": 0.1, "heads": [head | {"cost_more": interval}]}
        answer = rare.answer_of(catalogue(language), row)
        parts = [f"roles_rare_rate_{rate}", f"roles_rare_cost_{cost}"]
        for text in (catalogue(language)[part] for part in parts):
            assert all(piece in answer for piece in re.split(r"\{\w+\}", text))
        assert rare.spread(interval) in answer


def test_arrows_lead_to_the_heads_beside_and_into_the_next_attention(blank):
    heads = [
        {"part": p, "layer": layer, "head": head}
        for p, layer, head in (
            *(("encoder", layer, head) for layer in "12" for head in "123"),
            *(("decoder", "1", head) for head in "12"),
        )
    ]
    steps = "m.beside(v[0], v[1], v[2])"
    for place, key, wanted in (
        (0, "ArrowLeft", 0),
        (0, "ArrowRight", 1),
        (2, "ArrowRight", 2),
        (2, "ArrowDown", 5),
        (5, "ArrowDown", 7),
        (7, "ArrowDown", 7),
        (6, "ArrowUp", 3),
        (1, "ArrowUp", 1),
    ):
        assert call(blank, LOOKS, steps, heads, place, key) == wanted


# --- the page


def shown(at) -> dict:
    """What the component was given."""
    (drawn,) = (one for one in at.get("bidi_component") if one.proto.component_name.endswith("roles"))
    return json.loads(drawn.proto.json)


def test_a_link_restores_the_corpus_and_the_head_and_the_data_has_every_measure():
    at = app_test("heads", tab="roles", corpus="news", part="decoder", layer="2", head="3").run()
    assert not [*at.exception, *at.error, *at.warning]
    content = shown(at)
    assert content["at"] == {"part": "decoder", "layer": "2", "head": "3"}
    news = figure.evidence(FINDING, DEFAULT)["news"]
    held = {(one["part"], one["layer"], one["head"]) for one in content["heads"] if one["role"]}
    assert held == {(e.kind, str(e.layer + 1), str(e.head + 1)) for e in news if e.holds}
    assert content["words"]["encoder"]["columns"][-1] == "<eos>"
    assert {key: at.query_params[key] for key in ("corpus", "part")} == {"corpus": "news", "part": "decoder"}
    at.text_input(key="text").set_value("A dog runs.").run()
    assert not [*at.exception, *at.error, *at.warning]
    assert shown(at)["words"]["encoder"]["rows"] == ["A", "dog", "runs", "."]
    assert len(figure.table(news, name)) == len(news)


def test_a_model_without_roles_says_which_have_them_and_opens_one():
    at = app_test("heads", tab="roles", model="de-en-transformer").run()
    assert not [*at.exception, *at.error, *at.warning]
    begins = EN["roles_none"].split("{")[0]
    assert [part.value for part in at.info if part.value.startswith(begins)]
    at.button(key="roles_open").click().run()
    assert not [*at.exception, *at.error, *at.warning]
    assert shown(at)["heads"]


def test_the_component_has_every_text_in_both_languages():
    for language in ("en", "ru"):
        texts = tab.labels(catalogue(language))
        assert set(texts) == set(tab.LABELS)
        for evidence in CAPTIONS:
            assert tab.named(catalogue(language), evidence)
            assert evidence.measure == "confidence" or tab.named(catalogue(language), evidence, "short")


def test_a_head_is_pointed_at_walked_to_kept_and_in_the_link(dashboard):
    page = dashboard.open("/heads?tab=roles&part=encoder&layer=1&head=1")
    root = page.locator(".st-key-roles")
    heads, title = root.locator("button.head"), root.locator("h3")
    expect(heads).to_have_count(len(figure.by_head(CAPTIONS)))
    reading = Reading(DEFAULT, TRACE.hypotheses[0], TRACE).attention("words", "encoder")
    rows = len(reading.queries) - 1
    expect(root.locator(".look")).to_have_count(rows)
    place = EN["heads_place"].format(part=EN["heads_encoder"], layer=2, head=3)
    second = heads.nth(CARDS[DEFAULT].config["heads"] + 2)
    second.hover()
    expect(title).to_contain_text(place)
    page.mouse.move(5, 5)
    expect(title).not_to_contain_text(place)
    second.click()
    expect(page).to_have_url(re.compile(r"[?&]layer=2\b"))
    expect(second).to_have_attribute("aria-pressed", "true")
    mine = [part for part in CAPTIONS if (part.kind, part.layer, part.head) == ("encoder", 1, 2)]
    expect(root.locator(".evidence tbody tr")).to_have_count(len(mine))
    expect(root.locator(".evidence .holds")).to_have_count(len(roles(mine)))
    page.keyboard.press("ArrowRight")
    expect(title).to_contain_text(EN["heads_place"].format(part=EN["heads_encoder"], layer=2, head=4))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]head=4\b"))
    dashboard.settle()
    radio(page, EN["roles_corpus"], EN["roles_news"]).click()
    expect(page).to_have_url(re.compile(r"[?&]corpus=news\b"))
    again = dashboard.open(page.url.removeprefix(dashboard.url))
    expect(again.locator(".st-key-roles h3")).to_contain_text(
        EN["heads_place"].format(part=EN["heads_encoder"], layer=2, head=4)
    )
    expect(again.locator(".st-key-rare svg.marks")).to_be_visible()
