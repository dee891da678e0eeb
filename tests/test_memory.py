"""What a server may hold: one budget of bytes for all traces, each computed once, and limits that a page keeps."""

import ast
import os
import platform
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.checkpoints import PRETRAINED, TOKENIZER, example
from core.options import ExactOptions, ForcedOptions
from core.text.subwords import Subwords, clean
from dashboard import controls, resources
from dashboard.beginning import DEFAULT
from dashboard.controls import LIMIT, PIECES
from dashboard.resources import searches, shelf
from dashboard.resources.shelf import Shelf, size_of
from dashboard.text import LANGUAGES, catalogue

# --- the shelf


def record(size):
    return np.zeros(size, np.uint8)


@given(some.lists(some.tuples(some.integers(0, 6), some.integers(1, 60)), max_size=60))
def test_the_sizes_never_exceed_the_budget_and_the_least_recently_used_go_first(asked):
    kept, order = Shelf(100), {}  # the order as a plain list would keep it
    for key, size in asked:
        size = order.get(key, size)
        found = kept.get(key, partial(record, size))
        order.pop(key, None)
        while sum(order.values()) + size > 100:
            del order[next(iter(order))]
        order[key] = size
        assert len(found) == size
        assert list(kept.kept) == list(order)
        assert kept.used == sum(order.values()) <= 100


def test_who_asks_second_gets_the_same_record():
    kept = Shelf(100)
    first = kept.get("a", lambda: record(50))
    assert kept.get("a", pytest.fail) is first


def test_a_record_beyond_the_budget_is_handed_out_and_leaves_the_others():
    kept = Shelf(100)
    small = kept.get("small", lambda: record(100))
    assert len(kept.get("large", lambda: record(101))) == 101
    assert kept.get("small", pytest.fail) is small
    assert list(kept.kept) == ["small"]


@pytest.fixture
def together(monkeypatch):
    """What four get who ask at a time, the last three while the first computes, and how often it was computed."""
    waiting, count = threading.Semaphore(0), 4

    class Watched(Future):
        def exception(self, timeout=None):
            waiting.release()
            return super().exception(timeout)

    monkeypatch.setattr(shelf, "Future", Watched)

    def ask(kept, compute):
        begun, calls = threading.Event(), []

        def computed():
            calls.append(None)
            begun.set()
            if len(calls) == 1:
                assert all(waiting.acquire(timeout=30) for _ in range(count - 1))
            return compute(len(calls))

        with ThreadPoolExecutor(count) as pool:
            first = pool.submit(kept.get, "a", computed)
            assert begun.wait(30)
            answers = [first, *(pool.submit(kept.get, "a", computed) for _ in range(count - 1))]
            return [answer.exception(30) or answer.result() for answer in answers], len(calls)

    return ask


@pytest.mark.parametrize("budget", [100, 1])
def test_a_record_is_computed_once_for_all_who_wait(together, budget):
    kept = Shelf(budget)
    answers, calls = together(kept, lambda call: record(50))
    assert calls == 1
    assert all(answer is answers[0] for answer in answers)
    assert (list(kept.kept), kept.computing) == (["a"] if budget == 100 else [], {})


def test_a_failure_is_not_kept_and_those_who_waited_try_themselves(together):
    def fails_first(call):
        if call == 1:
            raise ValueError("damaged")
        return record(50)

    kept = Shelf(100)
    (failed, *answers), calls = together(kept, fails_first)
    assert str(failed) == "damaged"
    assert calls == 2
    assert all(answer is answers[0] is kept.get("a", pytest.fail) for answer in answers)


def test_nobody_waits_for_ever_where_all_fail(together):
    def fails(call):
        raise ValueError(str(call))

    kept = Shelf(100)
    answers, calls = together(kept, fails)
    assert sorted(map(str, answers)) == ["1", "2", "3", "4"]
    assert calls == 4
    assert (kept.kept, kept.computing) == ({}, {})


def test_the_size_of_a_trace_is_its_arrays_and_little_more():
    trace = example(DEFAULT)
    nodes = trace.tree.nodes
    arrays = [trace.tree.attention, trace.encoder.weights, trace.states.encoder, trace.states.decoder]
    bare = replace(trace, stored=())
    least = sum(array.nbytes for array in arrays) + len(nodes) * sys.getsizeof(nodes[0])
    assert least < size_of(bare) < least + len(nodes) * 400 + 100_000
    assert size_of(replace(bare, vocabulary=("word",) * 10_000)) - size_of(bare) < 100
    assert size_of(replace(bare, logits=np.zeros((len(trace.tree.expanded), 500), np.float16))) - size_of(bare) == (
        len(trace.tree.expanded) * 1000 - sys.getsizeof(None)
    )


def test_memory_is_handed_back_after_much_that_was_new(monkeypatch):
    back = []
    monkeypatch.setattr(shelf, "hand_back", lambda: back.append(None))
    monkeypatch.setattr(shelf, "MUCH", 100)
    kept = Shelf(70)
    for key, size, times in (("a", 60, 0), ("b", 60, 1), ("c", 80, 1), ("d", 80, 2)):  # kept or not
        kept.get(key, partial(record, size))
        assert len(back) == times


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library gives memory back by itself")
def test_what_was_freed_goes_back_to_the_system():
    def resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    many = [np.ones(64_000, np.uint8) for _ in range(1600)]
    last = many.pop()  # above all others: below it the library keeps what is freed
    many.clear()
    before = resident()
    shelf.hand_back()
    assert resident() < before - 50_000_000
    assert last.all()


def test_all_that_a_server_computes_stands_on_one_shelf(monkeypatch):
    monkeypatch.setenv("SEQSCOPE_CACHE_MB", "7")
    searches.traces.clear()
    try:
        searched = resources.decode(DEFAULT, "A dog.", ExactOptions(20))
        forced = resources.decode(DEFAULT, "A dog.", ForcedOptions("Ein Hund."))
        steps = resources.attention_steps(DEFAULT, "A dog.", "Ein Hund.")
        assert searches.traces().budget == 7_000_000
        assert [one for one, _ in searches.traces().kept.values()] == [searched, forced, steps]
        assert resources.decode(DEFAULT, "A dog.", ExactOptions(20)) is searched
        assert resources.attention_steps(DEFAULT, "A dog.", "Ein Hund.") is steps
        monkeypatch.setenv("SEQSCOPE_CACHE_MB", "much")
        searches.traces.clear()
        with pytest.raises(ValueError, match="SEQSCOPE_CACHE_MB must be a whole number of megabytes"):
            resources.decode(DEFAULT, "A dog.", ExactOptions(20))
    finally:
        monkeypatch.undo()
        searches.traces.clear()


def test_no_fragment_is_handed_a_trace_which_its_session_would_hold():
    files = [ast.parse(path.read_text("utf-8")) for path in Path(resources.__file__).parents[1].rglob("*.py")]
    functions = [node for file in files for node in ast.walk(file) if isinstance(node, ast.FunctionDef)]
    fragments = [one for one in functions if "st.fragment" in map(ast.unparse, one.decorator_list)]
    assert len(fragments) > 5
    assert [one.name for one in fragments if "Trace" in ast.unparse(one.args)] == []


# --- what a page reads of a text

SUBWORDS = Subwords.load(PRETRAINED / DEFAULT / TOKENIZER)
CHINESE = "".join(map(chr, range(0x4E00, 0x4E00 + LIMIT)))


def cut(text, pieces=SUBWORDS.pieces, note="sentence_cut", language="en"):
    """What is read of a text, and what a page says to that."""
    return controls.within_limits(catalogue(language), text, note, pieces)


@given(some.text(some.sampled_from("ab 'é,你好ﬁ㎯\u0301\u200b\n😀"), max_size=400) | some.text(max_size=400))
def test_a_page_reads_no_more_than_so_many_sub_words(text):
    read, told = cut(text)
    whole, pieces = clean(text[:LIMIT]), SUBWORDS.pieces(text[:LIMIT])
    assert whole.startswith(read)
    assert SUBWORDS.pieces(read) == pieces[:PIECES] or len(SUBWORDS.pieces(read)) < PIECES < len(pieces)
    assert (read == whole) == (len(pieces) <= PIECES)
    assert bool(told) == (read != whole or len(text) > LIMIT)


@pytest.mark.parametrize("note", ["sentence_cut", "target_cut"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_cut_is_shown(note, language):
    read, told = cut(f"{CHINESE}.", note=note, language=language)
    assert read == CHINESE[: PIECES - 1]  # the first piece is the mark of a word's beginning
    left = CHINESE[PIECES - 1 :] + "."
    sentence = catalogue(language)[f"{note}_pieces"].format(limit=PIECES, count=len(left), cut=left[:60] + "…")
    assert told == sentence


def test_the_limit_is_as_many_as_it_says():
    assert len(SUBWORDS.pieces(CHINESE[: PIECES - 1])) == PIECES
    assert cut(CHINESE[: PIECES - 1]) == (CHINESE[: PIECES - 1], "")
    assert cut(CHINESE[:PIECES])[0] == CHINESE[: PIECES - 1]
    assert len(SUBWORDS.pieces("㎯")) == 4  # one character is read as six
    assert cut("㎯" * (PIECES // 4 + 5))[0] == "㎯" * (PIECES // 4)


def test_a_short_text_asks_no_vocabulary():
    assert cut("a" * (PIECES - 1), pytest.fail) == ("a" * (PIECES - 1), "")


def test_a_damaged_vocabulary_leaves_the_text_as_it_is():
    assert resources.pieces("no-such-model", "a b") == ()
