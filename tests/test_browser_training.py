"""Training in a real Chromium: the walk by keys and by mouse, from a link, guessing first, its charts."""

import re

from playwright.sync_api import expect

from dashboard.text import catalogue

EN, RU = catalogue("en"), catalogue("ru")
# The slider's value right after a key: nothing can come from the server before a script ends.
PRESS = """key => {
  document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
  const inside = [...document.querySelectorAll('*')].map(one => one.shadowRoot?.querySelector('input[type=range]'));
  return inside.find(Boolean).value;
}"""
CHARTS = "[data-testid=stVegaLiteChart] svg.marks"


def place(page, number, total=17, say=EN):
    """Expect the reader to stand at a position."""
    expect(page.locator("output")).to_have_text(say["teacher_position"].format(n=number, N=total))
    expect(page.get_by_role("slider", name=say["teacher_slider"])).to_have_value(str(number))


def test_the_walk_begins_at_the_dearest_token_and_goes_by_keys_and_mouse(dashboard):
    page = dashboard.open("/training")
    place(page, 6)
    picture, line = page.locator(".picture"), page.locator(".line")
    expect(line).to_contain_text("“Zwei Kinder in gelben Regen”")
    expect(picture.locator(".cost")).to_have_count(17 + 14)  # a bar for each gold token and for each of its own
    tall = picture.locator(".cost").evaluate_all("bars => bars.map(bar => +bar.getAttribute('height'))")
    assert max(range(17), key=lambda index: tall[index]) == 5
    page.keyboard.press("ArrowRight")
    place(page, 7)
    expect(line).to_contain_text("“Zwei Kinder in gelben Regenm”")
    assert [page.evaluate(PRESS, key) for key in ("ArrowRight", "End", "ArrowLeft", "Home")] == ["8", "17", "16", "1"]
    expect(line).to_contain_text(EN["teacher_said_first"].split("{")[0])
    page.get_by_role("button", name=EN["teacher_forward"]).click()
    place(page, 2)
    picture.locator(".go[data-at='8']").first.click()
    place(page, 9)
    expect(page).to_have_url(re.compile(r"[?&]position=9\b"))
    page.keyboard.press("End")
    expect(picture).to_contain_text("14 tokens")  # its own translation is shorter: said, not left blank


def test_both_columns_show_what_follows_either_prefix(dashboard):
    page = dashboard.open("/training?position=6")
    picture = page.locator(".picture")
    expect(picture.locator(".wanted")).to_have_count(1)
    expect(picture).to_contain_text(EN["teacher_same_prefix"])
    page.keyboard.press("ArrowRight")
    expect(picture).to_contain_text(EN["teacher_other_prefix"].split(".")[0])
    expect(picture.locator(".bar-of.chosen")).to_have_count(2)
    number = picture.locator(".wanted").evaluate("mark => mark.getBBox().x")
    dashboard.rerun(lambda: page.get_by_role("slider", name=EN["smoothing"]).first.press("ArrowRight"))
    expect(picture.locator(".soft")).to_have_count(17)
    place(page, 7)  # the reader stays where he is
    assert picture.locator(".wanted").evaluate("mark => mark.getBBox().x") < number
    expect(page).to_have_url(re.compile(r"smoothing=0\.05"))


def test_a_link_restores_the_pair_and_a_foolish_one_is_answered(dashboard):
    page = dashboard.open(
        "/training?lang=ru&text=A+dog+runs.&target=Ein+Hund+rennt.&position=2&smoothing=0.3&axis=tokens"
    )
    expect(page.get_by_label(RU["gold"], exact=True)).to_have_value("Ein Hund rennt.")
    expect(page.locator("output")).to_contain_text("2")
    expect(page.get_by_role("radio", name=RU["axis_tokens"])).to_be_checked()
    expect(page.locator(".picture .soft").first).to_be_visible()
    page = dashboard.open("/training?position=99&half=1&axis=years")
    place(page, 6)
    for wrong in ("position=99", "half=1", "axis=years"):
        expect(page.get_by_role("alert").filter(has_text=wrong)).to_have_count(1)


def test_a_guess_comes_before_the_bars(dashboard):
    page = dashboard.open("/training?predict=true")
    place(page, 1)
    picture, quiz = page.locator(".picture"), page.locator(".st-key-training_quiz")
    expect(picture.locator(".cost")).to_have_count(0)
    expect(picture.locator(".bar-of")).to_have_count(0)
    expect(page.locator(".katex")).to_have_count(0)
    page.keyboard.press("End")
    expect(picture).not_to_contain_text("springen")  # nor its own words
    expect(page.locator(".line")).to_have_text(EN["teacher_guess"])
    quiz.get_by_role("button", name="·m", exact=True).press("Enter")
    expect(quiz.locator(".said")).to_contain_text(EN["quiz_right"])
    expect(picture.locator(".cost").first).to_be_visible()
    quiz.get_by_role("button", name=EN["quiz_next"]).press("Enter")
    quiz.get_by_role("button", name=EN["smoothing_rises"]).press("Enter")
    expect(quiz.locator(".said")).to_contain_text(EN["quiz_right"])
    expect(page.locator(".katex").first).to_be_visible()


def test_the_charts_are_drawings_that_can_be_saved_and_follow_their_sliders(dashboard):
    page = dashboard.open("/training")
    expect(page.locator(CHARTS).nth(2)).to_be_visible()
    table = page.get_by_role("table").filter(has_text=EN["schedule_inverse-sigmoid"])
    before = table.inner_text()
    dashboard.rerun(lambda: page.get_by_role("slider", name=EN["half"]).first.press("ArrowRight"))
    expect(table).not_to_have_text(before)
    dashboard.rerun(page.get_by_role("radio", name=EN["axis_minutes"]).click)
    expect(page.locator(".st-key-curves svg.marks")).to_contain_text(EN["axis_minutes"])
    dashboard.rerun(page.locator(".st-key-curves_data").get_by_text(EN["data"]).click)
    with page.expect_download() as waiting:
        page.locator(".st-key-curves_data").get_by_role("button", name=EN["save"].format(kind="SVG")).click()
    with open(waiting.value.path(), encoding="utf-8") as file:
        assert EN["model_transformer"] in file.read()


def test_a_narrow_screen_never_scrolls_sideways_and_a_dark_one_turns_the_colours(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open("/training?smoothing=0.1")
    place(page, 6)
    expect(page.locator(CHARTS).nth(2)).to_be_visible()
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    picture = page.locator(".picture")
    edge = "svg => Math.max(...[...svg.children].map(e => e.getBBox().x + e.getBBox().width)) - svg.clientWidth"
    assert picture.evaluate(edge) <= 1
    dearest = picture.locator(".cost").nth(5)
    light = dearest.get_attribute("fill")
    page.emulate_media(color_scheme="dark")
    expect(dearest).not_to_have_attribute("fill", light)
