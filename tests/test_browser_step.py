"""Step through in a real Chromium: by keys, by mouse, from a link, guessing first."""

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
WORDS = ".picture .past, .picture .appear"  # of the translation so far


def place(page, number, total=14, say=EN):
    """Expect the reader to stand at a step."""
    expect(page.locator("output")).to_have_text(say["stepper_step"].format(n=number, N=total))
    expect(page.get_by_role("slider", name=say["stepper_slider"])).to_have_value(str(number))


def test_a_reader_walks_by_keys_and_by_mouse_and_the_server_only_hears_of_it(dashboard):
    page = dashboard.open("/step")
    place(page, 1)
    expect(page.locator(WORDS)).to_have_count(1)
    first = page.locator(".picture").inner_html()
    page.keyboard.press("ArrowRight")
    place(page, 2)
    page.keyboard.press("End")
    place(page, 14)
    expect(page.locator(WORDS)).to_have_count(14)
    page.keyboard.press("ArrowRight")
    place(page, 14)
    page.keyboard.press("Home")
    place(page, 1)
    assert page.locator(".picture").inner_html() == first
    assert [page.evaluate(PRESS, key) for key in ("ArrowRight", "End", "ArrowLeft", "Home")] == ["2", "14", "13", "1"]
    forward = page.get_by_role("button", name=EN["stepper_forward"])
    forward.click()
    forward.click()
    place(page, 3)
    expect(page.locator(".line")).to_contain_text("“Zwei Kinder”")
    page.locator(".picture .past").nth(1).click()
    place(page, 2)
    page.get_by_role("slider", name=EN["stepper_slider"]).press("ArrowRight")
    place(page, 3)
    expect(page).to_have_url(re.compile(r"[?&]step=3\b"))


def test_space_plays_and_pauses_but_still_presses_what_has_the_focus(dashboard):
    page = dashboard.open("/step")
    place(page, 1)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name=EN["stepper_pause"])).to_be_visible()
    place(page, 2)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name=EN["stepper_play"])).to_be_visible()
    page.get_by_role("button", name=EN["stepper_back"]).press(" ")
    place(page, 1)
    expect(page.get_by_role("button", name=EN["stepper_play"])).to_be_visible()


def test_another_head_shades_other_words_at_once(dashboard):
    page = dashboard.open("/step?step=6")
    place(page, 6)
    shades = "[...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.picture')).find(Boolean)"
    shades += ".querySelectorAll('g .shade')"
    read = f"[...{shades}].map(one => one.getAttribute('fill-opacity')).join()"
    mean = page.evaluate(read)
    page.get_by_label(EN["stepper_head"], exact=True).select_option("3")
    assert page.evaluate(read) != mean
    page.get_by_label(EN["stepper_layer"], exact=True).select_option("2")
    single = page.evaluate(read)
    expect(page).to_have_url(re.compile(r"(?=.*layer=2)(?=.*head=3)"))
    page.get_by_label(EN["stepper_head"], exact=True).select_option("mean")
    page.locator(".picture .head").nth(8 + 2).click()  # layer 2, head 3, in the small picture of all heads
    assert page.evaluate(read) == single
    expect(page.get_by_label(EN["stepper_head"], exact=True)).to_have_value("3")


def test_a_link_restores_step_path_model_and_language(dashboard):
    page = dashboard.open("/step?lang=ru&model=en-de-rnn-additive&path=greedy&step=6&text=A+dog+runs+through+the+snow.")
    expect(page.locator("output")).to_contain_text(RU["stepper_step"].split("{n}")[0] + "6 ")
    expect(page.get_by_role("radio", name=RU["path_greedy"])).to_be_checked()
    expect(page.locator(".picture image")).to_have_count(4)  # a legend, encoder, decoder, context
    expect(page.get_by_text(RU["path_note_greedy"].split("**")[1])).to_be_visible()
    expect(page.get_by_label(RU["stepper_layer"], exact=True)).to_be_hidden()


def test_a_foolish_link_is_answered_by_a_sentence_each(dashboard):
    page = dashboard.open("/step?step=-3&head=99")
    place(page, 1)
    for wrong in ("step=-3", "head=99"):
        expect(page.get_by_text(EN["link_refused"].split("{")[0] + wrong)).to_be_visible()


def test_without_attention_the_page_says_so_and_shades_nothing(dashboard):
    page = dashboard.open("/step?model=en-de-rnn-plain&step=5")
    place(page, 5)
    expect(page.locator(".picture .shade")).to_have_count(0)
    expect(page.locator(".picture")).to_contain_text("384")
    expect(page.locator(".picture .token.now.unlikely")).to_have_count(1)
    expect(page.locator(".picture")).to_contain_text("Uniformen")


def test_a_guess_comes_before_the_answer(dashboard):
    page = dashboard.open("/step?predict=true")
    place(page, 1, "?")
    bars, picture = page.locator(".picture .bar-of.chosen"), page.locator(".picture")
    expect(bars).to_have_count(0)
    expect(picture).not_to_contain_text("Zwei")
    assert "Zwei" not in picture.get_attribute("aria-label")
    page.keyboard.press("End")  # nothing leads past an open question
    page.keyboard.press("ArrowRight")
    place(page, 1, "?")
    page.get_by_role("button", name="Zwei", exact=True).press("Enter")
    expect(bars).to_have_count(1)
    expect(page.locator(".quiz .said")).to_contain_text(EN["quiz_right"])
    expect(page.locator(".quiz .tally")).to_have_text(EN["quiz_score"].format(right=1, asked=1))
    page.keyboard.press("End")
    place(page, 2, "?")
    expect(bars).to_have_count(0)
    expect(picture).not_to_contain_text("Kinder")
    page.locator(".quiz .option", has_not_text="Kinder").first.click()
    expect(page.locator(".quiz .said")).to_contain_text(EN["quiz_wrong"])
    page.keyboard.press("ArrowLeft")
    expect(bars).to_have_count(1)
    expect(page.locator(".quiz .right")).to_contain_text("Zwei")
    place(page, 1, "?")


def test_a_narrow_screen_never_scrolls_sideways(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open("/step?model=en-de-rnn-additive&step=9")
    place(page, 9)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    assert (
        page.locator(".picture").evaluate(
            "svg => Math.max(...[...svg.children].map(e => e.getBBox().x + e.getBBox().width)) - svg.clientWidth"
        )
        <= 1
    )
