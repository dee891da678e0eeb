"""Training in a real Chromium: the walk by keys and by mouse, from a link, guessing first, its charts."""

import re
from functools import partial

import pytest
from conftest import CARDS, PRESS, never_scrolls_sideways
from playwright.sync_api import expect

from core.checkpoints import GOLD, GREEDY, example
from core.training.schedules import DECAYS, SCHEDULES
from dashboard.beginning import DEFAULT
from dashboard.figures import training
from dashboard.figures.tokens import WORD
from dashboard.model_names import model_labels, outstanding
from dashboard.text import catalogue
from dashboard.views.training import figure as teaching

EN, RU = catalogue("en"), catalogue("ru")
PICTURE = ".st-key-teacher .picture"
PLANS = ".st-key-schedules .picture"
TAUGHT, FREE = (teaching.positions(example(DEFAULT, file=file), 0) for file in (GOLD, GREEDY))
COUNT, DEAREST = len(TAUGHT), teaching.worst(TAUGHT) + 1
PARTING = next(
    (at for at, (one, two) in enumerate(zip(TAUGHT, FREE, strict=False), 1) if one.moment.token != two.moment.token), 0
)


def place(page, number, say=EN):
    """Expect the reader to stand at a position."""
    expect(page.locator(".st-key-teacher output")).to_have_text(say["teacher_position"].format(n=number, N=COUNT))
    expect(page.get_by_role("slider", name=say["teacher_slider"])).to_have_value(str(number))


def read_before(number):
    """The gold prefix at a position."""
    return "".join(one.moment.token for one in TAUGHT[: number - 1]).replace(WORD, " ").strip()


def test_the_walk_begins_at_the_dearest_token_and_both_columns_show_what_follows_either_prefix(dashboard):
    page = dashboard.open("/training")
    place(page, DEAREST)
    picture, line = page.locator(PICTURE), page.locator(".line")
    expect(line).to_contain_text(f"“{read_before(DEAREST)}”")
    expect(picture.locator(".cost")).to_have_count(COUNT + len(FREE))  # a bar for each token, gold or its own
    tall = picture.locator(".cost").evaluate_all("bars => bars.map(bar => +bar.getAttribute('height'))")
    assert tall.index(max(tall[:COUNT])) + 1 == DEAREST
    walked = [page.evaluate(PRESS, key) for key in ("Home", "ArrowRight", "End", "ArrowLeft", "Home")]
    assert walked == ["1", "2", str(COUNT), str(COUNT - 1), "1"]
    expect(line).to_contain_text(EN["teacher_said_first"].split("{")[0])
    page.get_by_role("button", name=EN["teacher_forward"]).click()
    place(page, 2)
    picture.locator(f".go[data-at='{PARTING - 1}']").first.click()
    place(page, PARTING)
    expect(picture.locator(".wanted")).to_have_count(1)
    expect(picture).to_contain_text(EN["teacher_same_prefix"])
    page.keyboard.press("ArrowRight")
    place(page, PARTING + 1)
    expect(line).to_contain_text(f"“{read_before(PARTING + 1)}”")
    expect(picture).to_contain_text(EN["teacher_other_prefix"].split(".")[0])
    expect(picture.locator(".bar-of.chosen")).to_have_count(2)
    dashboard.settle()  # drawn again while it is measured, it would have no place
    number = picture.locator(".wanted").evaluate("mark => mark.getBBox().x")
    dashboard.rerun(lambda: page.get_by_role("slider", name=EN["smoothing"]).first.press("ArrowRight"))
    expect(picture.locator(".soft")).to_have_count(COUNT)
    place(page, PARTING + 1)  # the reader stays where he is
    assert picture.locator(".wanted").evaluate("mark => mark.getBBox().x") < number
    expect(page).to_have_url(re.compile(r"smoothing=0\.05"))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("End")
    place(page, COUNT)
    expect(page).to_have_url(re.compile(rf"[?&]position={COUNT}\b"))
    if len(FREE) < COUNT:  # said, not left blank
        expect(picture).to_contain_text(f"Tokens of its translation: {len(FREE)}")


def test_a_link_restores_the_pair_and_the_part_of_the_page(dashboard):
    page = dashboard.open("/training?lang=ru&text=A+dog+runs.&target=Ein+Hund+rennt.&position=2&smoothing=0.3")
    expect(page.get_by_label(RU["gold"], exact=True)).to_have_value("Ein Hund rennt.")
    expect(page.get_by_role("slider", name=RU["teacher_slider"])).to_have_value("2")
    expect(page.locator(f"{PICTURE} .soft").first).to_be_visible()
    dashboard.open("/training?lang=ru&tab=regimes&finding=curves&axis=tokens")
    expect(page.get_by_role("radio", name=RU["training_tab_regimes"])).to_be_checked()
    expect(page.get_by_role("radio", name=RU["axis_tokens"])).to_be_checked()


def test_a_guess_comes_before_the_bars(dashboard):
    dearest = teaching.dearest(TAUGHT)
    effects = [EN[f"smoothing_{effect}"] for effect in ("rises", "falls", "stays")]
    softened = teaching.softened(TAUGHT, effects)
    page = dashboard.open("/training?predict=true")
    place(page, 1)
    picture, quiz = page.locator(PICTURE), page.locator(".st-key-training_quiz")
    expect(picture.locator(".cost")).to_have_count(0)
    expect(picture.locator(".bar-of")).to_have_count(0)
    expect(page.locator(".katex")).to_have_count(0)
    page.keyboard.press("End")
    expect(picture.locator(".go")).to_have_count(COUNT)  # none of its own words
    expect(page.locator(".line")).to_have_text(EN["teacher_guess"])
    quiz.get_by_role("button", name=dearest.options[dearest.right[0]], exact=True).press("Enter")
    expect(quiz.locator(".said")).to_contain_text(EN["quiz_right"])
    expect(picture.locator(".cost").first).to_be_visible()
    quiz.get_by_role("button", name=EN["quiz_next"]).press("Enter")
    quiz.get_by_role("button", name=softened.options[softened.right[0]]).press("Enter")
    expect(quiz.locator(".said")).to_contain_text(EN["quiz_right"])
    expect(page.locator(".katex").first).to_be_attached()  # in what can be opened


def test_own_words_are_mixed_in_by_keys_and_the_judge_sees_states(dashboard):
    page = dashboard.open("/training?tab=schedules&mixed=0")
    picture, line = page.locator(".st-key-passes .picture"), page.locator(".line")
    expect(picture.locator(".token.taken")).to_have_count(COUNT - 1)  # the last is read by nobody
    expect(picture.locator(".dear")).to_have_count(COUNT)
    first = line.inner_text()
    assert [page.evaluate(PRESS, key) for key in ("ArrowRight", "End")] == ["1", str(COUNT - 1)]
    expect(line).not_to_have_text(first)
    expect(picture.locator(".token.taken")).to_have_count(COUNT - 1)
    expect(page).to_have_url(re.compile(rf"[?&]mixed={COUNT - 1}\b"))
    dashboard.settle()
    dashboard.rerun(page.get_by_role("radio", name=EN["way_judge"]).click)
    page.set_viewport_size({"width": 400, "height": 900})
    expect(page.locator(".st-key-judge .picture .dear")).to_have_count(min(COUNT, len(FREE)))
    dashboard.settle()
    assert never_scrolls_sideways(page)


def shares(page, decays, rates, step):
    """Expect the tables to say how much each schedule gives at a step."""
    cells = page.locator(".st-key-schedules td.number")
    expect(cells).to_have_text([f"{schedule(step):.3f}" for schedule in [*decays, *rates]])


def test_the_step_of_the_schedules_moves_by_keys_and_by_mouse_and_the_server_only_hears_of_it(dashboard):
    decays = [partial(DECAYS[name], half=4000) for name in DECAYS]
    rates = [partial(SCHEDULES[name], warmup=800, total=training.STEPS) for name in training.RATES]
    page = dashboard.open("/training?tab=schedules&way=plans&update=4000")
    slider = page.get_by_role("slider", name=EN["schedules_slider"])
    expect(page.locator(".st-key-schedules output")).to_have_text(EN["schedules_at"].format(step="4,000"))
    shares(page, decays, rates, 4000)
    slider.press("ArrowRight")
    shares(page, decays, rates, 4050)
    expect(page).to_have_url(re.compile(r"[?&]update=4050\b"))
    slider.press("Home")
    shares(page, decays, rates, 0)
    dashboard.settle()
    curve, dots = page.locator(f"{PLANS} .curve").first, page.locator(f"{PLANS} circle")
    box = page.locator(PLANS).first.bounding_box()
    left, width, top, tall = curve.evaluate("line => ['x', 'width', 'y', 'height'].map(name => line.getBBox()[name])")
    page.mouse.move(box["x"] + left + width / 4, box["y"] + top + 20)
    page.mouse.down()
    shares(page, decays, rates, 2500)
    page.mouse.move(box["x"] + left + width / 2, box["y"] + top + 20)
    page.mouse.up()
    shares(page, decays, rates, 5000)
    assert float(dots.first.get_attribute("cy")) == pytest.approx(top + (1 - decays[0](5000)) * tall, abs=1)
    expect(page).to_have_url(re.compile(r"[?&]update=5000\b"))
    dashboard.settle()
    dashboard.rerun(page.locator(".st-key-schedules_data").get_by_text(EN["data"]).click)
    expect(page.locator(".st-key-schedules_data")).to_contain_text(EN["schedules_description"].split("{")[0])
    with page.expect_download() as waiting:
        page.locator(".st-key-schedules_data").get_by_role("button", name=EN["save"].format(kind="SVG")).click()
    with open(waiting.value.path(), encoding="utf-8") as file:
        drawn = file.read()
    for name in [*DECAYS, *training.RATES]:
        assert EN[f"schedule_{name}"] in drawn


def test_the_charts_follow_their_sliders_and_can_be_saved_and_fit_a_narrow_and_a_dark_screen(dashboard):
    page = dashboard.open("/training?tab=schedules&way=plans")
    table = page.get_by_role("table").filter(has_text=EN["schedule_inverse-sigmoid"])
    before = table.inner_text()
    dashboard.rerun(lambda: page.get_by_role("slider", name=EN["half"]).first.press("ArrowRight"))
    expect(table).not_to_have_text(before)
    dashboard.rerun(page.get_by_role("radio", name=EN["training_tab_regimes"]).click)
    expect(page.locator(".st-key-regimes svg.marks")).to_be_visible()
    dashboard.rerun(page.get_by_role("radio", name=EN["finding_curves"]).click)
    expect(page.locator(".st-key-curves svg.marks")).to_be_visible()
    dashboard.rerun(page.get_by_role("radio", name=EN["axis_minutes"]).click)
    expect(page.locator(".st-key-curves svg.marks")).to_contain_text(EN["axis_minutes"])
    dashboard.rerun(page.locator(".st-key-curves_data").get_by_text(EN["data"]).click)
    with page.expect_download() as waiting:
        page.locator(".st-key-curves_data").get_by_role("button", name=EN["save"].format(kind="SVG")).click()
    with open(waiting.value.path(), encoding="utf-8") as file:
        drawn = file.read()
    labels = model_labels(CARDS, EN)
    for name in (labels[one] for one in outstanding(CARDS, DEFAULT)):
        assert name in drawn

    dashboard.rerun(page.get_by_role("radio", name=EN["training_tab_teacher"]).click)
    page.set_viewport_size({"width": 400, "height": 900})
    picture = page.locator(PICTURE)
    edge = "svg => Math.max(...[...svg.children].map(e => e.getBBox().x + e.getBBox().width)) - svg.clientWidth"
    dashboard.settle()  # it is drawn again once its width has changed
    assert picture.evaluate(edge) <= 1
    assert never_scrolls_sideways(page)
    dearest = picture.locator(".cost").nth(DEAREST - 1)
    light = dearest.get_attribute("fill")
    page.emulate_media(color_scheme="dark")
    expect(dearest).not_to_have_attribute("fill", light)
