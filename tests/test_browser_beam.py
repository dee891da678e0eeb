"""Beam search in a real Chromium: by keys, by mouse, from a link, two beams at once, guessing first."""

import re

import pytest
from conftest import PRESS, never_scrolls_sideways
from playwright.sync_api import expect

from benchmarks.places import address
from core.checkpoints import example
from dashboard.beginning import DEFAULT
from dashboard.figures import beam_tree
from dashboard.figures.tokens import label
from dashboard.text import catalogue
from dashboard.views.beam import length_score, wider_figure

EN, RU = catalogue("en"), catalogue("ru")
NODES = ".tree .nodes > g"
SHOWN = f"{NODES}:not(.gone)"
NEWEST = f"{NODES}.open:not(.gone)"
TRACE = example(DEFAULT)
COUNT = beam_tree.describe(TRACE)["steps"]
LABELS = [label(token) for token in TRACE.hypotheses[0].tokens]
CANDIDATES = (  # sentences in which the length score may have a say
    "Octopus.",
    "Boston terrier runs on lush green grass.",
    "A man sells hot chestnuts next to the entrance of the station.",
    "Two girls in colourful dresses dance on a small wooden stage at night.",
    "An old man in a green coat is sitting on a bench and reading a newspaper while a girl is jumping.",
)

# What stands there right after a slider was moved: nothing can come from the server before a script ends.
MOVE = """([label, value]) => {
  const roots = [...document.querySelectorAll('*')].map(one => one.shadowRoot).filter(Boolean);
  const root = roots.find(one => one.querySelector('.tree'));
  const range = root.querySelector(`input[type=range][aria-label="${label}"]`);
  range.value = value;
  range.dispatchEvent(new Event('input'));
  const texts = selector => [...root.querySelectorAll(selector)].map(one => one.textContent);
  return {winner: texts('.hypotheses tbody tr:first-child td')[1], best: texts('.node.best:not(.gone) text'),
          nodes: texts('.nodes > g:not(.gone)').length, hidden: root.querySelector('.hypotheses').hidden};
}"""


def moved(page, control, value):
    return page.evaluate(MOVE, [EN[control], value])


@pytest.fixture(scope="module")
def contested(search):
    """A page's address with the first sentence in which plain sums would choose another translation."""
    text = next(text for text in CANDIDATES if length_score.upset(search(DEFAULT, text)))
    return address("beam", text=text), text


def place(page, number, total=COUNT, say=EN):
    """Expect the reader to stand at a step."""
    expect(page.locator("output")).to_have_text(say["tree_step"].format(n=number, N=total))
    expect(page.get_by_role("slider", name=say["tree_slider"])).to_have_value(str(number))


def formula(page):
    """The formula's LaTeX."""
    return page.locator("annotation").first


def test_a_reader_walks_by_keys_and_by_mouse_and_the_server_only_hears_of_it(dashboard):
    page = dashboard.open("/beam")
    place(page, COUNT)
    box = page.get_by_role("group", name=EN["tree_tree"])
    left, seen, all_of_it = box.evaluate("box => [box.scrollLeft, box.clientWidth, box.scrollWidth]")
    assert left + seen == pytest.approx(all_of_it, abs=1), "the step that it stands at is in sight"
    whole = page.locator(SHOWN).count()
    walked = [page.evaluate(PRESS, key) for key in ("ArrowLeft", "ArrowLeft", "ArrowRight")]
    assert walked == [str(COUNT - back) for back in (1, 2, 1)]
    slider = page.get_by_role("slider", name=EN["tree_slider"])
    slider.press("Home")
    place(page, 0)
    expect(page.locator(SHOWN)).to_have_count(1)
    page.get_by_role("button", name=EN["tree_forward"]).click()
    page.get_by_role("button", name=EN["tree_forward"]).click()
    place(page, 2)
    expect(page).to_have_url(re.compile(r"[?&]step=2\b"))
    box.focus()
    page.keyboard.press("ArrowDown")
    tip = page.locator(".tip")
    expect(tip).to_contain_text(EN["tree_sum"])
    expect(tip.locator("b")).to_have_text(LABELS[1])
    page.keyboard.press("ArrowRight")
    place(page, 3)
    expect(tip.locator("b")).to_have_text(LABELS[2])
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.get_by_label(EN["tree_show_pruned"]).uncheck()
    expect(page.locator(f"{SHOWN}.pruned")).to_have_count(0)
    page.get_by_label(EN["tree_show_pruned"]).check()
    page.get_by_role("button", name=EN["tree_end"]).click()
    place(page, COUNT)
    expect(page.locator(SHOWN)).to_have_count(whole)
    expect(page).not_to_have_url(re.compile("step="))

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")  # it plays from the beginning
    expect(page.get_by_role("button", name=EN["tree_pause"])).to_be_visible()
    place(page, 2)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name=EN["tree_play"])).to_be_visible()


def test_alpha_ranks_again_and_names_whom_plain_sums_would_choose(dashboard, contested):
    page = dashboard.open(contested[0])
    expect(formula(page)).to_contain_text("^{1.0}")
    expect(page.get_by_text(EN["score_upset"].split("**")[1])).to_be_attached()
    winner = page.locator(".hypotheses tbody tr").first
    before = winner.text_content()
    tree = page.locator(f"{SHOWN}.best text").all_text_contents()
    alpha = page.get_by_role("slider", name=EN["length_penalty"])
    dashboard.rerun(lambda: alpha.press("Home"))
    expect(formula(page)).to_contain_text("^{0.0}")
    expect(page.get_by_text(EN["score_same"])).to_be_attached()
    expect(winner).not_to_have_text(before)
    assert page.locator(f"{SHOWN}.best text").all_text_contents() != tree
    dashboard.rerun(lambda: page.get_by_role("radio", name=EN["norm_average"]).click())
    expect(formula(page)).to_contain_text(r"\frac{\log p}{T}")


def test_alpha_ranks_the_table_and_the_tree_before_the_server_hears_of_it(dashboard, contested):
    page = dashboard.open(contested[0])
    ranked = {alpha: moved(page, "length_penalty", alpha) for alpha in ("0.0", "1.0", "0.0")}
    assert ranked["0.0"]["winner"] != ranked["1.0"]["winner"]
    assert ranked["0.0"]["best"] != ranked["1.0"]["best"]
    expect(page).to_have_url(re.compile("alpha=0.0"))
    expect(formula(page)).to_contain_text("^{0.0}")
    expect(page.locator(".hypotheses tbody tr").first).to_contain_text(ranked["0.0"]["winner"])


def test_a_beam_size_that_was_seen_is_drawn_before_the_server_hears_of_it(dashboard):
    page = dashboard.open("/beam?beam=2")
    two = page.locator(SHOWN).count()
    slider = page.get_by_role("slider", name=EN["beam_size"])
    dashboard.rerun(lambda: slider.press("ArrowRight"))  # a new one: the server is asked at once
    expect(page.locator(SHOWN)).not_to_have_count(two)
    three = page.locator(SHOWN).count()
    assert [moved(page, "beam_size", size)["nodes"] for size in ("2", "3", "2")] == [two, three, two]
    expect(page).to_have_url(re.compile(r"[?&]beam=2\b"))
    page.get_by_label(EN["sizes"]).check()
    expect(page.locator(".pane")).to_have_count(2)
    expect(page).to_have_url(re.compile("sizes=true"))
    page.get_by_label(EN["sizes"]).uncheck()
    expect(page.locator(".pane")).to_have_count(1)


def test_alpha_gives_nothing_away_to_who_is_guessing(dashboard, contested):
    page = dashboard.open(contested[0] + "&predict=true")
    place(page, 1, "?")
    page.locator(".option").first.click()
    before = page.locator(f"{SHOWN}.best").count()
    assert before == 2
    after = moved(page, "length_penalty", "0.0")
    assert after["hidden"]
    assert after["best"] in (["<bos>"], page.locator(f"{SHOWN}.best text").all_text_contents())
    dashboard.settle()
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.locator("annotation")).to_have_count(0)


def test_a_tree_that_grows_below_a_resting_pointer_opens_no_card(dashboard):
    page = dashboard.open("/beam")
    node, tip = page.locator(f"{SHOWN}.pruned").first, page.locator(".tip")
    node.hover()
    expect(tip).to_be_visible()
    page.keyboard.press("Home")
    place(page, 0)
    expect(tip).to_be_hidden()
    page.keyboard.press("End")
    expect(node).to_be_visible()
    page.evaluate("new Promise(done => setTimeout(done, 500))")  # Chromium looks below the pointer after a while
    expect(tip).to_be_hidden()


def test_a_link_restores_two_beams_walking_in_step(dashboard, contested, search):
    link, text = contested
    page = dashboard.open(f"{link}&beam=4&sizes=true&beam2=2&step=3&norm=none&lang=ru")
    total = max(beam_tree.describe(search(DEFAULT, text, size))["steps"] for size in (4, 2))
    place(page, 3, total, say=RU)
    expect(page.get_by_role("slider", name=RU["beam_size"])).to_have_value("4")
    expect(page.get_by_role("slider", name=RU["beam2_size"])).to_have_value("2")
    trees = page.get_by_role("img", name=RU["tree_description"].split(":")[0])
    expect(trees).to_have_count(2)
    left, right = (trees.nth(i).bounding_box() for i in range(2))
    assert left["x"] < right["x"]
    assert left["y"] == right["y"]
    page.keyboard.press("ArrowRight")
    place(page, 4, total, say=RU)
    expect(page.locator(".axis .at")).to_have_text(["4", "4"])
    said = page.get_by_test_id("stMarkdown").filter(has_text="log p:")
    expect(said).to_contain_text("4")
    before = said.text_content()
    dashboard.rerun(lambda: page.get_by_role("slider", name=RU["beam2_size"]).press("ArrowLeft"))
    expect(said).not_to_have_text(before)
    page.set_viewport_size({"width": 400, "height": 900})
    expect(page.locator(".pane").nth(1)).to_be_visible()
    above, below = (trees.nth(i).bounding_box() for i in range(2))
    assert above["y"] + above["height"] < below["y"]
    assert never_scrolls_sideways(page)


def test_a_guess_comes_before_the_fates_by_mouse_and_by_keyboard(dashboard):
    page = dashboard.open("/beam?predict=true&beam=3&text=A+cat+sleeps.")
    place(page, 1, "?")
    hidden = page.get_by_role("img", name=EN["tree_hidden"])
    expect(hidden).to_be_visible()
    expect(page.locator(f"{NODES}.pruned, {NODES}.kept:not(.best), {NODES} ~ .best")).to_have_count(0)
    assert page.locator(NEWEST).count() == page.locator(NODES).count() - 1  # all but the root
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_text(EN["data"])).to_have_count(0)
    options = page.locator(".option")
    texts = options.all_text_contents()
    assert len(set(texts)) == len(texts) <= 6
    assert texts == sorted(texts, key=str.casefold)
    page.keyboard.press("ArrowRight")  # not past an open question
    place(page, 1, "?")
    options.first.click()
    expect(page.locator(NEWEST)).to_have_count(0)
    expect(page.locator(f"{SHOWN}.best")).to_have_count(2)
    expect(page.locator(".tally")).to_contain_text("1")
    page.get_by_role("button", name=EN["quiz_next"]).click()
    place(page, 2, "?")
    page.locator(NEWEST).last.click()  # in the tree itself
    expect(page.locator(".place .said")).not_to_be_empty()
    page.keyboard.press("Enter")  # the button for the next question has the focus
    place(page, 3, "?")
    page.get_by_role("group", name=EN["tree_tree"]).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".tip")).to_contain_text(EN["tree_open"])
    expect(page.locator(".tip")).not_to_contain_text(EN["tree_missed"])
    page.keyboard.press("Enter")
    expect(page.locator(".place .said")).not_to_be_empty()
    while page.get_by_role("button", name=EN["quiz_next"]).count():
        page.get_by_role("button", name=EN["quiz_next"]).click()
        page.locator(".option").first.click()
        expect(page.locator(".place .said")).not_to_be_empty()
    expect(page.get_by_role("table").first).to_be_visible()
    expect(hidden).to_have_count(0)
    dashboard.rerun(lambda: page.get_by_role("slider", name=EN["beam_size"]).press("ArrowRight"))
    place(page, 1, "?")
    expect(page.get_by_role("table")).to_have_count(0)
    dashboard.rerun(lambda: page.locator(".st-key-predict label").click())
    expect(page.locator(".place")).to_be_hidden()
    expect(page.get_by_role("table").first).to_be_visible()


def test_a_chip_sets_what_is_chosen_inside_the_component_also_after_the_reader_did(dashboard):
    page = dashboard.open("/beam")
    slider = page.get_by_role("slider", name=EN["beam_size"])
    for _ in range(2):
        dashboard.rerun(lambda: slider.press("ArrowRight"))
        dashboard.settle()
        dashboard.rerun(page.get_by_role("button", name=EN["beam_try_greedy"]).click)
        expect(slider).to_have_value("1")
        expect(page).to_have_url(re.compile(r"[?&]beam=1\b"))
    dashboard.rerun(page.get_by_role("button", name=EN["beam_try_wider"]).click)
    expect(page.locator(".pane").filter(visible=True)).to_have_count(2)  # Streamlit may keep an old one, unseen
    expect(page).to_have_url(re.compile(r"[?&]sizes=true\b"))


def test_a_chip_sets_both_beam_sizes_and_back_undoes_what_it_did(dashboard):
    page = dashboard.open(address("beam"))
    dashboard.settle()
    headings = page.locator(".pane .title")

    def click(chip):
        dashboard.rerun(page.get_by_role("button", name=EN[f"beam_try_{chip}"]).click)
        dashboard.settle()

    click("greedy")
    expect(page.get_by_role("slider", name=EN["beam_size"], exact=True)).to_have_value("1")
    click("wider")
    both = [re.compile(re.escape(f"{EN['beam_size']} {beam}:")) for beam in (5, 1)]
    expect(headings).to_have_text(both)
    for size, compared in (("1", False), ("5", False)):
        dashboard.rerun(page.go_back)
        dashboard.settle()
        expect(page.get_by_role("slider", name=EN["beam_size"], exact=True)).to_have_value(size)
        expect(page.get_by_role("checkbox", name=EN["sizes"])).to_be_checked(checked=compared)
        expect(page).not_to_have_url(re.compile("sizes=|text="))


def test_the_map_of_bigger_beams_is_walked_by_keys_and_a_cell_opens_its_tree(dashboard):
    page = dashboard.open(address("beam", tab="wider", text="A cat sleeps on the roof."))
    cells = page.locator(".cell")
    expect(cells).to_have_count(len(wider_figure.SIZES) * len(wider_figure.ALPHAS))
    dashboard.settle()
    page.get_by_role("group", name=EN["wider_keys"]).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    beam, alpha = str(wider_figure.SIZES[1]), wider_figure.ALPHAS[1]
    line = page.locator(".root > .line").filter(visible=True)
    expect(line).to_have_text(re.compile(EN["wider_cell"].split("{letter}")[0].format(beam=beam, alpha=alpha)))
    text = re.search("“(.+)”", line.inner_text())[1]
    dashboard.rerun(lambda: page.keyboard.press("Enter"))
    expect(page.locator(".winner .text")).to_have_text(text)
    expect(page).to_have_url(re.compile(rf"beam={beam}\b.*alpha={alpha}"))
    expect(page).not_to_have_url(re.compile("tab="))
