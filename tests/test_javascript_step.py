"""What the browser makes of a translation step by step, in a blank page: it reads what Python packed."""

import math

import numpy as np
import pytest
from conftest import call
from test_step import HELD, SIZE, TRACE, WALKED, payload

from dashboard.figures import step
from dashboard.text import catalogue

EN = catalogue("en")
SCRIPT, WORDS = "views/step/stepper.js", "views/step/stepper_words.js"
UNPACKED = "m.unpack(v[0])"


def test_the_browser_reads_what_python_packed(blank):
    read = call(blank, SCRIPT, f"{UNPACKED}.steps", payload())
    rows = [
        {
            "step": number,
            "chosen": one["label"],
            "rank": one["rank"] if place == one["chosen"] else place + 1,
            "token": text,
            "probability": share,
            "entropy": one["entropy"],
            "rest": one["rest"],
        }
        for number, one in enumerate(read, 1)
        for place, (text, share, _) in enumerate(one["next"])
    ]
    for mine, theirs in zip(rows, step.table(WALKED), strict=True):
        assert mine == pytest.approx(theirs, abs=1e-3)
    weights = call(blank, SCRIPT, f"[...{UNPACKED}.attention.values]", payload())
    assert np.allclose(weights, TRACE.attention().weights.ravel(), atol=1e-5)
    for part in ("encoder", "decoder", "context"):
        values = call(blank, SCRIPT, f"[...{UNPACKED}.states[v[1]].values]", payload(), part)
        assert np.allclose(values, getattr(HELD, part).ravel(), atol=0.01)


@pytest.mark.parametrize("number", range(3))
def test_a_step_in_words_has_its_numbers(blank, number):
    labels = {name.removeprefix("stepper_"): text for name, text in EN.items() if name.startswith("stepper_")}
    expression = (
        "(async () => { const {formats} = await import('/components/numbers.js');"
        " const {unpack} = await import('/views/step/stepper.js');"
        " const scene = {labels: v[1], formats: formats('en'), data: v[0], ...unpack(v[0]), step: v[2]};"
        " return [m.sentence(scene), m.question(scene), m.answer(scene), m.facts(scene, scene.steps[v[2]])]; })()"
    )
    sentence, question, answer, facts = call(blank, WORDS, f"await {expression}", payload(), labels, number)
    moment = WALKED[number]
    top, taken = step.label(moment.tokens[0]), step.label(moment.token)
    before = ["", "Regen", "Regenmantel"][number]
    assert question == (EN["stepper_question"].format(before=before) if before else EN["stepper_question_first"])
    assert f"“{top}” ({moment.probabilities[0]:.{int(moment.probabilities[0] < 0.0995)}%})" in sentence
    assert (f"“{taken}”" in sentence) == (moment.rank > 1 or top == taken)
    assert f"“{taken}”" in answer
    assert (f"“{top}”" in answer) == (moment.rank > 1 or top == taken)
    assert facts[0] == (
        EN["stepper_other"].format(token=taken, rank=moment.rank, top=top)
        if moment.rank > 1
        else EN["stepper_best"].format(token=taken)
    )
    level = "certain" if moment.probabilities[0] >= 0.9 else "unsure" if moment.probabilities[0] >= 0.3 else "lost"
    assert facts[1].startswith(EN["stepper_entropy"].format(sure=EN[f"stepper_{level}"], share="")[:20])
    assert f"{moment.entropy:.2f} of at most {math.log2(SIZE):.2f} bits" in facts[2]


def test_of_a_long_translation_the_end_stands_before_a_step(blank):
    steps = [{"text": f" word{i}"} for i in range(30)]
    assert call(blank, WORDS, "m.prefix(v[0], 3)", steps) == "word0 word1 word2"
    long = call(blank, WORDS, "m.prefix(v[0], 30)", steps)
    assert long.startswith("…")
    assert long.endswith("word28 word29")
    assert len(long) == 71


def test_what_is_still_to_be_guessed_stands_after_the_last_word_or_on_the_next_line(blank):
    draw = "views/step/stepper_draw.js"
    assert call(blank, draw, "m.blank([], 0, 300)") == {"shown": "?", "x": 0, "line": 0, "width": 44}
    wrote = [{"x": 100, "width": 80, "line": 1}]
    assert call(blank, draw, "m.blank(v[0], 1, 300)", wrote)["x"] == 190
    beyond = call(blank, draw, "m.blank(v[0], 1, 200)", wrote)
    assert (beyond["x"], beyond["line"]) == (0, 2)
