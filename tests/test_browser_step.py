"""Step through in a real Chromium: by keys, by mouse, from a link, guessing first."""

import re

from conftest import CARDS, OTHER, PLAIN, PRESS, choose, chosen, never_scrolls_sideways
from playwright.sync_api import expect

from core.checkpoints import GREEDY, example
from dashboard.beginning import DEFAULT
from dashboard.figures import step
from dashboard.figures.tokens import WORD, label
from dashboard.model_names import grouped
from dashboard.text import catalogue

EN, RU = catalogue("en"), catalogue("ru")
WORDS = ".picture .past, .picture .appear"  # of the translation so far
BEST = example(DEFAULT).hypotheses[0]
COUNT = len(BEST.tokens)
LABELS = [label(token) for token in BEST.tokens]


def place(page, number, total=COUNT, say=EN):
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
    place(page, COUNT)
    expect(page.locator(WORDS)).to_have_count(COUNT)
    page.keyboard.press("ArrowRight")
    place(page, COUNT)
    page.keyboard.press("Home")
    place(page, 1)
    assert page.locator(".picture").inner_html() == first
    walked = [page.evaluate(PRESS, key) for key in ("ArrowRight", "End", "ArrowLeft", "Home")]
    assert walked == ["2", str(COUNT), str(COUNT - 1), "1"]
    forward = page.get_by_role("button", name=EN["stepper_forward"])
    forward.click()
    forward.click()
    place(page, 3)
    expect(page.locator(".line")).to_contain_text(f"“{''.join(BEST.tokens[:2]).replace(WORD, ' ').strip()}”")
    page.locator(".picture .past").nth(1).click()
    place(page, 2)
    page.get_by_role("slider", name=EN["stepper_slider"]).press("ArrowRight")
    place(page, 3)
    expect(page).to_have_url(re.compile(r"[?&]step=3\b"))

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name=EN["stepper_pause"])).to_be_visible()
    place(page, 4)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name=EN["stepper_play"])).to_be_visible()
    page.get_by_role("button", name=EN["stepper_back"]).press(" ")  # what has the focus is still pressed
    place(page, 3)
    expect(page.get_by_role("button", name=EN["stepper_play"])).to_be_visible()


def test_another_head_shades_other_words_at_once(dashboard):
    page = dashboard.open("/step?step=6")
    place(page, 6)
    shades = "[...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.picture')).find(Boolean)"
    shades += ".querySelectorAll('[data-weight]')"
    read = f"[...{shades}].map(one => one.dataset.weight).join()"
    mean = page.evaluate(read)
    page.get_by_label(EN["stepper_head"], exact=True).select_option("3")
    assert page.evaluate(read) != mean
    page.get_by_label(EN["stepper_layer"], exact=True).select_option("2")
    single = page.evaluate(read)
    expect(page).to_have_url(re.compile(r"(?=.*layer=2)(?=.*head=3)"))
    page.get_by_label(EN["stepper_head"], exact=True).select_option("mean")
    layers, heads = example(DEFAULT).attention().weights.shape[:2]
    expect(page.locator(".picture .head")).to_have_count(layers * heads)
    page.locator(".picture .head").nth(heads + 2).click()  # layer 2, head 3, in the small picture of all heads
    assert page.evaluate(read) == single
    expect(page.get_by_label(EN["stepper_head"], exact=True)).to_have_value("3")


def test_a_link_restores_a_model_without_attention_which_says_so_and_shades_nothing(dashboard):
    trace = example(PLAIN, file=GREEDY)
    walked = step.moments(trace, 0)
    at = (step.unlikely(step.moments(example(PLAIN), 0)) or [5])[0]
    page = dashboard.open(f"/step?lang=ru&model={PLAIN}&path=greedy&step={at}")
    place(page, at, len(walked), RU)
    expect(chosen(page, RU["step_path"])).to_have_value(RU["path_greedy"])
    expect(chosen(page, RU["model"])).to_have_value(grouped(CARDS, RU)[PLAIN])
    expect(page.get_by_text(RU["path_note_greedy"].split("**")[1])).to_be_visible()
    expect(page.get_by_label(RU["stepper_layer"], exact=True)).to_be_hidden()
    expect(page.locator(".picture [data-weight]")).to_have_count(0)
    expect(page.locator(".picture")).to_contain_text(str(CARDS[PLAIN].config["width"]))
    expect(page.locator(".picture .token.now.unlikely")).to_have_count(0)
    best = step.moments(example(PLAIN), 0)
    dashboard.rerun(lambda: choose(page, RU["step_path"], RU["path_beam"]))
    place(page, at, len(best), RU)
    expect(page.locator(".picture .token.now.unlikely")).to_have_count(int(best[at - 1].rank > 1))


def test_any_word_leads_to_its_step(dashboard):
    page = dashboard.open("/step")
    place(page, 1)
    expect(page.locator(".picture .ahead")).to_have_count(COUNT - 1)
    page.locator(".picture .ahead").nth(3).click()
    place(page, 5)
    weights = example(DEFAULT).attention().weights.mean(axis=(0, 1))
    page.locator(".picture .source").nth(1).click()
    place(page, 1 + int(weights[:, 1].argmax()))
    pieces = sum(float(weight) >= 0.05 for weight in weights[weights[:, 1].argmax()])
    expect(page.locator(".picture .arc")).to_have_count(pieces)


def test_sliders_reshape_the_bars_without_the_server_and_hatch_what_they_cut(dashboard):
    page = dashboard.open("/step?step=6")
    place(page, 6)
    cooler = "range => { range.stepDown(); range.dispatchEvent(new Event('input'));"
    cooler += " return range.getRootNode().querySelector('.picture').textContent; }"  # no answer can have come
    shown = page.get_by_role("slider", name=EN["stepper_heat"]).evaluate(cooler)
    assert EN["stepper_next_drawn"].format(settings="temperature 0.9") in shown.replace("\n", " ")
    page.get_by_role("button", name=EN["stepper_more"], exact=True).click()
    page.get_by_role("slider", name=EN["stepper_topk"]).press("Home")
    expect(page.locator(".picture .hatch")).to_have_count(step.COUNT)  # all others together are one of them
    expect(page.locator(".line")).to_contain_text("top-k 1")
    expect(page).to_have_url(re.compile(r"(?=.*heat=0\.9)(?=.*topk=1)"))
    page.keyboard.press("End")
    expect(page.locator(".picture .hatch")).to_have_count(0)


def test_a_reader_forces_a_word_bans_another_and_takes_it_back(dashboard):
    moment = step.moments(example(DEFAULT), 0)[0]
    other = next(i for i, token in enumerate(moment.tokens) if i != moment.chosen and token[:1] == WORD and token[2:])
    word, now = moment.tokens[other].removeprefix(WORD), ".picture .appear"
    page = dashboard.open("/step")
    page.locator(f'.picture [data-place="{other}"]').click()
    expect(page.locator(now)).to_contain_text(re.compile(rf"^{word[:2]}"))
    expect(page).to_have_url(re.compile(rf"[?&]prefix={word}\b"))
    place(page, 1, int(page.get_by_role("slider", name=EN["stepper_slider"]).get_attribute("max")))
    expect(page.locator(".chip")).to_have_text(f"{EN['stepper_begins'].format(text=word)}×")
    expect(page.get_by_text(EN["path_note_hand"].split("**")[1])).to_be_visible()
    page.get_by_role("button", name=EN["stepper_undo"]).press("Enter")
    expect(page.locator(now)).to_contain_text(LABELS[0])
    expect(page).not_to_have_url(re.compile("prefix="))
    page.get_by_role("button", name=EN["stepper_more"], exact=True).press("Enter")
    page.get_by_label(EN["stepper_take"], exact=True).select_option(str(moment.chosen))
    page.get_by_role("button", name=EN["stepper_ban"], exact=True).press("Enter")
    expect(page.locator(".chip")).to_have_text(f"{EN['stepper_without'].format(word=LABELS[0])}×")
    expect(page.locator(now)).not_to_have_text(LABELS[0])
    expect(page).to_have_url(re.compile(rf"[?&]ban={LABELS[0]}\b"))


def test_a_guess_comes_before_the_answer(dashboard):
    page = dashboard.open("/step?predict=true")
    place(page, 1, "?")
    bars, picture, answer = page.locator(".picture .bar-of.chosen"), page.locator(".picture"), page.locator(".quiz")
    expect(bars).to_have_count(0)
    expect(picture).not_to_contain_text(LABELS[0])
    assert LABELS[0] not in picture.get_attribute("aria-label")
    page.keyboard.press("End")  # nothing leads past an open question
    page.keyboard.press("ArrowRight")
    place(page, 1, "?")
    answer.get_by_role("button", name=LABELS[0], exact=True).press("Enter")
    expect(bars).to_have_count(1)
    expect(answer.locator(".said")).to_contain_text(EN["quiz_right"])
    expect(answer.locator(".tally")).to_have_text(EN["quiz_score"].format(right=1, asked=1))
    page.keyboard.press("End")
    place(page, 2, "?")
    expect(bars).to_have_count(0)
    expect(picture).not_to_contain_text(LABELS[1])
    answer.locator(".option", has_not_text=LABELS[1]).first.click()
    expect(answer.locator(".said")).to_contain_text(EN["quiz_wrong"])
    page.keyboard.press("ArrowLeft")
    expect(bars).to_have_count(1)
    expect(answer.locator(".right")).to_contain_text(LABELS[0])
    place(page, 1, "?")


def test_on_a_narrow_screen_the_states_of_an_rnn_never_scroll_sideways(dashboard):
    page = dashboard.page
    page.set_viewport_size({"width": 400, "height": 900})
    dashboard.open(f"/step?model={OTHER}&step=9")
    place(page, 9, len(example(OTHER).hypotheses[0].tokens))
    expect(page.locator(".picture image")).to_have_count(5)  # two legends, encoder, decoder, context
    assert never_scrolls_sideways(page)
    edge = "svg => Math.max(...[...svg.children].map(e => e.getBBox().x + e.getBBox().width)) - svg.clientWidth"
    assert page.locator(".picture").evaluate(edge) <= 1
