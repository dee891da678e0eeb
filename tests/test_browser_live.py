"""Train it live in a real Chromium: a real training, its film, its model on other pages, its zip out and in again."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from conftest import chosen
from playwright.sync_api import expect

from benchmarks.places import PAGES
from core.checkpoints import CARD, CURVE, TOKENIZER, WEIGHTS
from dashboard.text import LANGUAGES, catalogue

EN, RU = catalogue("en"), catalogue("ru")
FILM = ".st-key-film"
LONG = 240_000  # ms: a training on a busy machine
SMALL = "/live?kind=transformer&own_width=64"  # of which nothing was recorded
LONGER = "/live?kind=transformer&own_width=128&own_layers=2"  # it still runs once the reader is back
# The film's own root, in its shadow root.
FIND = """() => {
  const all = [document.querySelector('.st-key-film')].filter(Boolean);
  for (const one of all) {
    if (one.matches('.root[data-frames]')) return one;
    all.push(...(one.shadowRoot?.children ?? []), ...one.children);
  }
}"""


def press(page, name, say=EN):
    page.get_by_role("button", name=say[f"live_{name}"], exact=True).click()


def film(page):
    return page.locator(FILM)


def frames(page):
    """How many frames the browser has."""
    return page.evaluate(f"Number(({FIND})()?.dataset.frames ?? 0)")


def wait_for_frames(page, count):
    # Asked a few times a second: at each frame of the screen, the asking alone would keep a core from the training.
    page.wait_for_function(f"Number(({FIND})()?.dataset.frames ?? 0) >= {count}", timeout=LONG, polling=200)


def moment(page):
    return film(page).locator("output").inner_text()


def values(page):
    """The weights of the map."""
    return picture(page).evaluate("canvas => [...canvas.maps()[0].values]")


def picture(page):
    return film(page).locator("canvas")


def test_a_training_from_its_start_to_other_pages_and_home_again(dashboard, another, tmp_path):
    page = dashboard.open(SMALL)
    expect(picture(page)).to_have_attribute("aria-label", EN["film_empty"])
    press(page, "start")
    wait_for_frames(page, 25)
    expect(
        page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first
    ).to_be_visible()
    expect(picture(page)).to_have_attribute("aria-label", re.compile("→"))
    the_film_is_scrubbed_and_played(page)
    press(page, "stop")
    expect(page.get_by_text(EN["live_stopped"].split("{")[0])).to_be_visible(timeout=LONG)
    kept = taken_home(dashboard, page, tmp_path)

    page.get_by_role("button", name=EN["live_open"].format(page=EN["page_step"])).first.click()
    expect(page.get_by_role("heading", name=EN["page_step"], exact=True, level=1)).to_be_visible()
    expect(chosen(page, EN["model"])).to_have_value(re.compile(EN["task_copy"]))
    expect(page.get_by_label(EN["sentence_letters"], exact=True)).to_have_value("s e q s c o p e")
    expect(page.locator(".st-key-steps").locator(".picture")).to_be_visible(timeout=60_000)
    another_reader_has_it_from_the_zip_alone(another, page.url.removeprefix(dashboard.url), kept)


def the_film_is_scrubbed_and_played(page):
    """The training paused, its film looked at, and the training gone on with."""
    press(page, "pause")
    expect(page.get_by_text(EN["live_paused"].split("{")[0])).to_be_visible(timeout=LONG)
    expect(page.locator("[data-moving]")).to_have_count(0, timeout=60_000)  # the film has caught up
    count, newest, end = frames(page), moment(page), values(page)
    assert count >= 25
    page.locator("body").press("Home")
    expect(film(page).locator("output")).to_have_text(EN["film_step"].format(step=0))
    first = values(page)
    assert first != end
    assert len(first) == 81
    page.keyboard.press("ArrowRight")
    expect(film(page).locator("output")).to_have_text(EN["film_step"].format(step=1))
    page.keyboard.press("Space")  # it plays on by itself
    expect(film(page).locator("output")).to_have_text(newest, timeout=60_000)
    film(page).get_by_role("slider").fill("3")
    expect(film(page).locator("output")).to_have_text(EN["film_step"].format(step=3))
    assert frames(page) == count  # it rests
    press(page, "on")
    wait_for_frames(page, count + 2)
    expect(film(page).locator("output")).to_have_text(EN["film_step"].format(step=3))  # the reader's place is kept
    film(page).get_by_role("button", name=EN["film_play"]).click()


def taken_home(dashboard, page, folder):
    """The picture, the record and the model, downloaded and looked into: where the model's zip lies."""
    expect(page.get_by_role("button", name=EN["live_save"])).to_have_count(2)  # of the pause and of the end
    dashboard.settle()
    dashboard.rerun(page.get_by_text(EN["data"]).click)
    dashboard.settle()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=EN["save"].format(kind="PNG"), exact=True).click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as waiting:
        page.get_by_role("button", name=EN["live_json"]).click()
    record = json.loads(Path(waiting.value.path()).read_text("utf-8"))
    losses = [one["loss"] for one in record["frames"] if one["loss"] is not None]
    assert losses[-1] < losses[0]
    with page.expect_download() as waiting:
        page.get_by_role("button", name=EN["live_save"]).first.click()
    kept = folder / waiting.value.suggested_filename
    waiting.value.save_as(kept)
    assert sorted(zipfile.ZipFile(kept).namelist()) == sorted([WEIGHTS, TOKENIZER, CARD, CURVE])
    return kept


def another_reader_has_it_from_the_zip_alone(another, link, kept):
    """Another reader's link names a model that is not theirs; the zip brings it."""
    assert "model=my-" in link
    other = another.open(link)
    expect(other.get_by_role("alert").filter(has_text="model=my-")).to_have_count(1)
    chosen(other, EN["model"]).click()
    expect(other.get_by_role("option").first).to_be_visible()
    expect(other.get_by_role("option", name=re.compile(EN["task_copy"]))).to_have_count(0)
    other = another.open("/live")
    other.get_by_text(EN["live_load"]).click()
    other.locator("input[type=file]").set_input_files(kept)
    expect(other.get_by_text(EN["zip_taken"])).to_be_visible(timeout=60_000)
    other.get_by_role("button", name=EN["live_open"].format(page=EN["page_alignment"])).click()
    maps = other.locator(".st-key-alignment canvas")
    expect(maps).to_be_visible(timeout=60_000)
    assert maps.evaluate("canvas => canvas.maps()[0].columns[0]") == "s"  # a busy machine may have taught it little


def test_a_film_recorded_earlier_plays_at_once_and_in_step_with_another(dashboard):
    dashboard.page.emulate_media(reduced_motion="no-preference")
    page = dashboard.open("/live?versus=rnn-plain")
    expect(film(page).locator("output")).to_have_text(re.compile("[1-9]"), timeout=20_000)
    page.locator("body").press("End")
    expect(film(page).locator(".writes")).to_have_count(2)
    expect(film(page).locator(".writes.is-right").first).to_be_visible()
    page.locator("body").press("Home")
    expect(film(page).locator(".writes.is-right")).to_have_count(0)
    page.emulate_media(reduced_motion="reduce")


def test_a_damaged_zip_is_one_sentence(dashboard, tmp_path):
    page = dashboard.open("/live")
    (tmp_path / "model.zip").write_bytes(b"nothing")
    page.get_by_text(EN["live_load"]).click()
    page.locator("input[type=file]").set_input_files(tmp_path / "model.zip")
    expect(page.get_by_text(EN["zip_zip"])).to_be_visible()


def test_own_pairs_from_a_file_are_learnt_and_bad_ones_named(dashboard, tmp_path):
    page = dashboard.open("/live?task=own&kind=transformer&lang=ru")
    field = page.locator("input[type=file]").first
    (tmp_path / "latin.tsv").write_bytes("ä\tb\n".encode("latin-1") * 5)
    field.set_input_files(tmp_path / "latin.tsv")
    expect(page.get_by_text(RU["pairs_utf8"].format(byte=1))).to_be_visible()
    (tmp_path / "pairs.tsv").write_text("<b>кот</b>\t<i>cat</i>\nпёс\tdog\nдом\thouse\nсад\tgarden\n", "utf-8")
    field.set_input_files(tmp_path / "pairs.tsv")
    expect(page.get_by_text(RU["pairs_utf8"].format(byte=1))).to_have_count(0)
    press(page, "start", RU)
    wait_for_frames(page, 10)
    press(page, "stop", RU)
    expect(page.get_by_text(RU["live_stopped"].split("{")[0])).to_be_visible(timeout=LONG)
    assert "cat" in picture(page).get_attribute("aria-label")
    assert page.locator("[data-testid=stMain] b").count() == 0


def test_a_training_is_found_again_after_another_page_and_after_the_page_is_loaded_again(dashboard, another):
    """Its film, its models, and no queue behind itself; another reader who has the link has none of it."""
    page = dashboard.open(LONGER)
    press(page, "start")
    wait_for_frames(page, 5)
    page.evaluate("document.activeElement.blur()")
    before = frames(page)
    for name in ("beam", "live"):
        page.keyboard.type(str(1 + PAGES.index(name)))
        expect(page.get_by_role("heading", name=EN[f"page_{name}"], exact=True, level=1)).to_be_visible()
        dashboard.settle()
    wait_for_frames(page, before + 5)
    page.locator("body").press("Home")
    expect(film(page).locator("output")).to_have_text(EN["film_step"].format(step=0))
    dashboard.settle()
    dashboard.rerun(page.reload)
    wait_for_frames(page, 20)
    expect(page.get_by_text(EN["live_waiting"].split("{")[0])).to_have_count(0)
    page.locator("body").press("Home")
    expect(film(page).locator("output")).to_have_text(EN["film_step"].format(step=0))
    press(page, "stop")
    expect(page.get_by_text(EN["live_stopped"].split("{")[0])).to_be_visible(timeout=LONG)
    page.get_by_role("button", name=EN["live_open"].format(page=EN["page_step"])).first.click()
    expect(page.get_by_role("heading", name=EN["page_step"], exact=True, level=1)).to_be_visible()
    expect(page.get_by_label(EN["sentence_letters"], exact=True)).to_have_value("s e q s c o p e")
    dashboard.settle()
    model = re.search("model=my-[^&]+", page.url)[0]
    page.reload()  # on another page, whose address names the model
    expect(page.get_by_label(EN["sentence_letters"], exact=True)).to_have_value("s e q s c o p e")
    expect(chosen(page, EN["model"])).to_have_value(re.compile(EN["task_copy"]))
    dashboard.settle()
    assert model in page.url
    other = another.open("/live")
    another.settle()
    assert other.evaluate("sessionStorage.getItem('seqscope-tab')") is None  # who trained nothing is not known
    expect(other.get_by_role("button", name=EN["live_save"])).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_chosen_and_what_may_be_chosen_is_read_whole(dashboard, language):
    page = dashboard.open(f"/live?lang={language}&regime=parallel-scheduled-sampling")
    whole = "all => all.every(one => one.scrollWidth <= one.clientWidth)"
    fields = page.locator(".st-key-controls [role=combobox]")
    expect(fields).to_have_count(6)
    assert fields.evaluate_all(whole)
    page.get_by_role("button", name=catalogue(language)["live_more"], exact=True).click()
    regime = page.get_by_role("combobox", name=catalogue(language)["regime"])
    expect(regime).to_be_visible()
    assert regime.evaluate_all(whole)
    page.locator(".st-key-regime").get_by_role("button").click()
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    assert options.locator("*:not(:has(*))").evaluate_all(whole)
