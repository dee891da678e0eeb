"""A step as a sampler would draw it, in the browser, from the record alone: against the whole vocabulary's softmax."""

import json
from functools import cache

import numpy as np
import pytest
from conftest import call

from core.checkpoints import load_packed
from core.decoding import truncation
from core.decoding.translate import decode
from core.options import BeamOptions, SamplingOptions
from core.records import TEMPERATURES
from core.records.trace_json import from_json, to_json
from dashboard.figures import step
from dashboard.views.step.stepper import OFF, STOPS
from dashboard.views.step.ways import sampling

SHAPE, CONTROLS = "views/step/stepper_shape.js", "views/step/stepper_controls.js"
TEXT = "A woman is waiting at the bank."  # which is no French: the one model hardly knows what to write
PLAIN = {"heat": "1.0", "topk": OFF, "topp": OFF, "typicality": OFF}
CUTS = [
    *({"topk": value} for value in ("1", "3", "50")),
    *({"topp": value} for value in ("0.3", "0.9")),
    *({"typicality": value} for value in ("0.2", "0.7", "0.95")),
    {"topk": "20", "topp": "0.9", "typicality": "0.5"},
    {"topp": "0.8", "typicality": "0.7"},
]
RESHAPED = """await (async () => {
  const {drawing} = await import('/views/step/stepper_controls.js');
  const {unpack} = await import('/views/step/stepper.js');
  const {steps} = unpack(v[0]);
  return v[2].map(at => steps.map(one => m.reshaped(one, drawing(at, v[1]))));
})()"""


@cache
def translated(name):
    """A model's translation with every logit, float16."""
    loaded = load_packed(name)
    return decode(loaded.model, loaded.subwords, TEXT, BeamOptions(1), name=name)


def payload(trace):
    return step.stepper(trace, 0, step.moments(trace, 0), len(trace.vocabulary))


def whole(trace, moment, node, options):
    """Of each candidate of a moment what core makes of the whole vocabulary."""
    logits = truncation.emittable(trace.logits[trace.tree.expanded.index(node)].astype(float), trace.vocabulary)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.exp(truncation.truncated(logits, options))
    return [float(shares[trace.vocabulary.index(token)]) for token in moment.tokens], shares


@pytest.mark.parametrize("name", ["en-de-everyday", "en-de-rnn-plain", "fr-en-transformer"])
def test_every_setting_gives_the_shares_of_the_whole_vocabulary(blank, name):
    trace = translated(name)
    again = from_json(json.loads(json.dumps(to_json(trace))))  # of which the 50 likeliest are left
    moments = step.moments(trace, 0)
    nodes = (0, *trace.tree.path(trace.hypotheses[0].leaf))
    ats = [PLAIN | {"heat": str(value)} for value in TEMPERATURES]
    ats += [PLAIN | cut | {"heat": value} for cut in CUTS for value in ("1.0", "1.6")]
    unsure = wrong = 0
    fresh, stored = (call(blank, SHAPE, RESHAPED, payload(shown), STOPS, ats) for shown in (trace, again))
    for at, *answers in zip(ats, fresh, stored, strict=True):
        options = sampling(at, 0, SamplingOptions().constraints)
        for moment, node, *both in zip(moments, nodes, *answers, strict=False):
            wanted = whole(trace, moment, node, options)
            unsure += sum(not mine["sure"] for mine in both)
            wrong += sum(mine["sure"] and not agree(mine, *wanted) for mine in both)
    cases = 2 * len(ats) * len(moments)
    assert unsure <= 0.2 * cases  # of models that hardly know what to write
    assert wrong <= 0.002 * cases  # where a mass is reached to within what is rounded, by one token more or less


def agree(mine, theirs, shares):
    """Whether the browser's step has the shares (1e-3), the cuts and the entropy of the whole vocabulary."""
    told = [share or 0 for share in mine["shares"]]
    same = told == pytest.approx(theirs, abs=1e-3) and (mine["rest"] or 0) == pytest.approx(1 - sum(theirs), abs=1e-3)
    same &= all((share is None) == (full == 0) for share, full in zip(mine["shares"], theirs, strict=True))
    entropy = -(shares * np.log2(np.maximum(shares, 1e-300))).sum()
    return same and (mine["entropy"] is None or mine["entropy"] == pytest.approx(entropy, abs=2e-3))


def test_by_hand(blank):
    one = {"next": [["a", 0.5, " a"], ["b", 0.25, " b"], ["c", 0.15, " c"]], "further": [], "rest": 0.1}
    one |= {"entropy": 1.74, "heat": None}

    def shares(**at):
        expression = "m.reshaped(v[0], {temperature: 1, stop: 8, top_k: 0, top_p: 1, typical: 1, ...v[1]})"
        return call(blank, SHAPE, expression, one, at)

    assert shares()["shares"] == [0.5, 0.25, 0.15]
    assert shares(top_k=2)["shares"] == [pytest.approx(2 / 3), pytest.approx(1 / 3), None]
    assert shares(top_k=2)["rest"] is None
    assert shares(top_p=0.7)["shares"] == [pytest.approx(2 / 3), pytest.approx(1 / 3), None]
    near = shares(top_p=0.95)  # nobody knows which of the others stay: perhaps one of 0.1
    assert near["shares"] == pytest.approx([0.5, 0.25, 0.15])
    assert (near["entropy"], near["sure"]) == (None, False)
    wide = one | {"further": [0.001] * 10, "rest": 0.1}
    near = call(blank, SHAPE, "m.reshaped(v[0], {temperature: 1, top_k: 0, top_p: 0.95, typical: 1})", wide)
    assert near["shares"] == pytest.approx([0.5 / 0.95, 0.25 / 0.95, 0.15 / 0.95], abs=1e-3)
    assert near["rest"] == pytest.approx(0.05 / 0.95, abs=1e-3)
    assert near["sure"]
    assert shares(top_k=2, top_p=0.6)["shares"] == [1, None, None]
    # Entropy 1.21 nats; information 0.69, 1.39, 1.90: distances 0.51, 0.18, 0.69.
    assert shares(typical=0.2)["shares"] == [None, 1, None]
    assert shares(typical=0.3)["shares"] == [pytest.approx(2 / 3), pytest.approx(1 / 3), None]


def test_what_is_chosen_in_words_and_by_hand(blank):
    labels = {"heat": "Temperature", "topk": "Top-k", "topp": "Top-p", "typicality": "Typical"}
    at = PLAIN | {"heat": "0.5", "topp": "0.9"}
    assert call(blank, CONTROLS, "m.named(v[0], v[1])", at, labels) == "temperature 0.5, top-p 0.9"
    assert call(blank, CONTROLS, "m.isPlain(m.drawing(v[0], v[1]))", PLAIN, STOPS)
    assert not call(blank, CONTROLS, "m.isPlain(m.drawing(v[0], v[1]))", at, STOPS)
    steps = [
        {"text": " Der", "chosen": 0, "next": [["Der", 0.5, " Der"], ["Ein", 0.3, " Ein"]]},
        {"text": " Regen", "chosen": 0, "next": [["Regen", 0.5, " Regen"], ["<eos>", 0.3, ""]]},
        {"text": "mantel", "chosen": 0, "next": [["·mantel", 0.5, "mantel"], ["·schirm", 0.3, "schirm"]]},
        {"text": ".", "chosen": 0, "next": [[".", 0.5, "."], ["!", 0.3, "!"]]},
    ]
    assert call(blank, CONTROLS, "m.beginning(v[0], 0, ' Ein')", steps) == "Ein"
    assert call(blank, CONTROLS, "m.beginning(v[0], 2, 'schirm')", steps) == "Der Regenschirm"
    assert call(blank, CONTROLS, "m.beginning(v[0], 1, '')", steps) == ""
    asked = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (3, 1)]
    words = ["Der", "Ein", "Regenmantel", "", "Regenmantel", "Regenschirm", "!"]
    assert call(blank, CONTROLS, "v[1].map(([step, place]) => m.wordOf(v[0], step, place))", steps, asked) == words


def test_the_pieces_of_a_word_belong_together_and_marks_stand_alone(blank):
    pieces = [["rain", False], ["coat", True], [".", True], ["Regen", False], ["·mantel", True], ["<eos>", False]]
    assert call(blank, "views/step/stepper_words.js", "m.groups(v[0])", pieces) == [[0, 1], [3, 4]]


def test_what_is_cut_is_hatched_within_its_bar(blank):
    lines = call(blank, "components/bars.js", "m.stripes(50, 20)")
    assert len(lines) > 5
    assert all(0 <= x <= 50 and 0 <= y <= 20 for x1, y1, x2, y2 in lines for x, y in ((x1, y1), (x2, y2)))
    assert all(x2 - x1 == y1 - y2 for x1, y1, x2, y2 in lines)
