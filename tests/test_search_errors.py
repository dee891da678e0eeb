"""Search errors and model errors: verdicts by hand, the beam × α table against searches of their own."""

import math
from dataclasses import replace

import pytest
from model_zoo import MODELS, vocabulary

from core.checkpoints import cards
from core.commands.command_line import main
from core.decoding.ranking import normalised
from core.decoding.translate import decode, translate_batches
from core.interpret.search_errors import diagnose, diagnose_all, grid, shares, sweep, table_lines, verdict_lines
from core.metrics import length_and_chrf
from core.options import BeamOptions, ExactOptions, ForcedOptions, GreedyOptions
from core.records import Hypothesis

PLAIN = BeamOptions(length_norm="none")
LINES = ["a b", "", "c c b", "b"]
REFERENCES = ["b a", "a", "c", " "]


def hypothesis(text, *logprobs, finished=True):
    tokens = (*["x"] * (len(logprobs) - 1), "<eos>" if finished else "x")
    return Hypothesis(text, tokens, logprobs, sum(logprobs), 1)


def test_verdicts_by_hand():
    own, worse, better = hypothesis("a", -1.0, -1.0), hypothesis("b", -2.0, -1.0), hypothesis("c", -0.5, -0.5, -0.5)
    assert diagnose(own, PLAIN, own).verdict == "right"
    assert diagnose(own, PLAIN, worse).verdict == "model error"
    missed = diagnose(own, PLAIN, better)
    assert (missed.verdict, missed.gap) == ("search error", pytest.approx(0.5))
    respelt = replace(better, text="a")
    assert diagnose(own, PLAIN, respelt).verdict == "right", "the same translation, cut into likelier pieces"
    # The search's own norm decides: a longer rival that average makes better is none by plain sums.
    longer = hypothesis("d", -0.9, -0.9, -0.9)
    assert diagnose(own, PLAIN, longer).verdict == "model error"
    assert diagnose(own, BeamOptions(length_norm="average"), longer).verdict == "search error"
    cut_off = hypothesis("e", -0.1, finished=False)
    assert diagnose(cut_off, PLAIN, worse).verdict == "search error"  # it never said that it was done
    with pytest.raises(ValueError, match="needs a reference or an exact result"):
        diagnose(own, PLAIN)


@pytest.fixture(scope="module", params=["gru-1-bi-additive-step", "transformer-pre-learned-untied"])
def translator(request):
    return MODELS[request.param](), vocabulary()


def test_exact_search_settles_it(translator):
    best = decode(*translator, "a b", ExactOptions(100_000, max_length=5))
    narrow = decode(*translator, "a b", GreedyOptions(5)).hypotheses[0]
    judged = diagnose(narrow, GreedyOptions(5), exact=best)
    assert judged.verdict == ("best" if narrow.text == best.hypotheses[0].text else "search error")
    assert diagnose(best.hypotheses[0], PLAIN, exact=best).verdict == "best"
    open_end = replace(best, proof=replace(best.proof, proven=False))
    assert diagnose(best.hypotheses[0], PLAIN, exact=open_end).verdict == "open"


def test_a_set_is_judged_line_by_line(translator):
    options = BeamOptions(2, "none", max_length=6)
    found = dict(diagnose_all(*translator, LINES, REFERENCES, options, budget=3_000))
    assert sorted(found) == [0, 2]  # the others lack a source or a reference
    for index, judged in found.items():
        output = decode(*translator, LINES[index], options).hypotheses[0]
        rivals = [
            decode(*translator, LINES[index], ForcedOptions(REFERENCES[index])).hypotheses[0].total,
            decode(*translator, LINES[index], ExactOptions(3_000, max_length=6)).hypotheses[0].total,
        ]
        own = output.total if output.finished else -math.inf
        assert judged.output == pytest.approx(own, abs=1e-4)
        assert judged.rival == pytest.approx(max(rivals), abs=1e-4)
        assert judged.verdict == ("search error" if max(rivals) > own + 1e-4 else "model error")
    told = shares(list(found.values()))
    assert sum(told.values()) == pytest.approx(1)
    lines = verdict_lines(list(found.values()))
    assert lines[0] == "2 sentences"
    assert len(lines) == 2 + len(told)
    with pytest.raises(ValueError, match="no line has both"):
        verdict_lines([])


def test_the_table_is_a_search_for_each_cell(translator):
    rows = list(sweep(*translator, LINES, REFERENCES, grid(BeamOptions(), [1, 3], [0.0, 1.5])))
    assert [(row.beam_size, row.length_penalty) for row in rows] == [(1, 0.0), (1, 1.5), (3, 0.0), (3, 1.5)]
    for row in rows:
        options = BeamOptions(row.beam_size, "gnmt", row.length_penalty)
        found = [best for _, best in sorted(translate_batches(*translator, LINES, options))]
        outputs = [best[0].text if best else "" for best in found]
        assert list(row.outputs) == outputs
        assert (row.length_ratio, row.chrf) == length_and_chrf(outputs, REFERENCES)
        totals = [best[0].total for best in found if best]
        assert row.logprob == pytest.approx(sum(totals) / len(totals), abs=1e-4)
        assert normalised(totals[0], 1, PLAIN) == totals[0]
    head, *lines = table_lines(rows)
    assert head.split() == ["beam", "alpha", "length", "chrF", "log", "p"]
    assert len(lines) == 4


@pytest.mark.skipif(not cards()[0], reason="no shipped model")
def test_the_report_is_one_command(capsys, tmp_path):
    (tmp_path / "source").write_text("Two dogs.\nA man is running.\n\nA dog.\n", encoding="utf-8")
    (tmp_path / "reference").write_text("Zwei Hunde.\nEin Mann rennt.\n\nEin Hund.\n", encoding="utf-8")
    name = sorted(cards()[0])[0]
    files = ["--source", str(tmp_path / "source"), "--reference", str(tmp_path / "reference")]
    report = ["search-report", "--model", name, *files, "--beams", "1", "3", "--alphas", "0", "1"]
    assert main([*report, "--exact", "50"]) == 0
    out, _ = capsys.readouterr()
    assert "3 sentences" in out
    assert len(out.split("log p\n")[1].splitlines()) == 4
    for wrong, sentence in (
        (["--sentences", "0"], "number of sentences must be"),
        (["--exact", "-1"], "budget must be a whole number from 1"),
        (["--top-k", "3"], "--top-k means nothing to 'beam'"),
        (["--beam-size", "0"], "beam size must be"),
    ):
        assert main([*report, *wrong]) == 2
        assert sentence in capsys.readouterr().err
