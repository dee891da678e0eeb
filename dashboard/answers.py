"""The only place where a page asks a model: it waits in sight while one is loaded, and names the one that can't answer.

What comes back holds only the models that could answer; each failure has become one sentence on the page.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from core.changes import UNCHANGED, Changes
from core.options import BeamOptions, ForcedOptions, Options, SamplingOptions
from core.records import AttentionSteps, DecodeTrace
from core.records.draws import Draws
from dashboard import controls, resources
from dashboard.text import Texts

Answer = TypeVar("Answer")
BEAM = BeamOptions()  # how every page searches that lets nobody choose


def attempts(names: Collection[str], ask: Callable[[str], Answer]) -> tuple[dict[str, Answer], dict[str, str]]:
    """What each model answers; and for each that can't, why, in a sentence."""
    answers, failures = {}, {}
    for name in names:
        try:
            answers[name] = ask(name)
        except ValueError as error:
            failures[name] = str(error)
    return answers, failures


def waiting(say: Texts, names: Collection[str]):
    """What turns while a model is loaded; nothing where all are in memory."""
    return nullcontext() if resources.awake().issuperset(names) else st.spinner(say["loading"])


def answered(names: Collection[str], ask: Callable[[str], Answer]) -> dict[str, Answer]:
    """What each model answers, by its name; one sentence for each that can't."""
    answers, failures = attempts(names, ask)
    for sentence in failures.values():
        st.error(controls.plain(sentence))
    return answers


def read(
    say: Texts, names: Collection[str], text: str, options: Options = BEAM, changes: Changes = UNCHANGED
) -> dict[str, DecodeTrace]:
    """What each model makes of a sentence, where a reader changes this in it."""
    with waiting(say, names):
        return answered(names, lambda name: resources.decode(name, text, options, changes))


def trace(
    say: Texts, name: str, text: str, options: Options = BEAM, changes: Changes = UNCHANGED
) -> DecodeTrace | None:
    """What one model makes of a sentence; None, after one sentence, if it can't read it."""
    return read(say, [name], text, options, changes).get(name)


def forced(
    say: Texts, names: Collection[str], text: str, target: str, changes: Changes = UNCHANGED
) -> dict[str, DecodeTrace]:
    """What each model makes of a given translation (teacher forcing)."""
    with waiting(say, names):
        return answered(names, lambda name: resources.decode(name, text, ForcedOptions(target), changes))


def best_or_failure(say: Texts, names: Collection[str], text: str) -> tuple[dict[str, DecodeTrace], dict[str, str]]:
    """The same as `read`, the failures for the page to show in the place of a translation."""
    with waiting(say, names):
        return attempts(names, lambda name: resources.decode(name, text, BEAM))


def translations(
    say: Texts, names: Collection[str], sentences: Sequence[str], example: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Each model's translation of each sentence; of the sentences of an `example` what was stored."""
    if list(sentences) == example["sentences"] and example["texts"].keys() >= set(names):
        return {name: example["texts"][name] for name in names}
    with waiting(say, names):
        return answered(
            names, lambda name: [resources.decode(name, text, BEAM).hypotheses[0].text for text in sentences]
        )


def attention_steps(
    name: str, text: str, target: str, changes: Changes = UNCHANGED, *, wake: bool
) -> AttentionSteps | None:
    """Every number of a model's attention (`resources.attention_steps`); None of one that sleeps, unless `wake`.

    Nothing turns meanwhile: the picture that waits for the numbers says so.
    """
    if name not in resources.awake() and not wake:
        return None
    return answered([name], lambda name: resources.attention_steps(name, text, target, changes)).get(name)


def head_norms(trace: DecodeTrace, *, wake: bool) -> dict[str, np.ndarray] | None:
    """The norm of what each head carries in a Transformer (`resources.head_norms`); None of one that sleeps, unless
    `wake`, as above.
    """
    if trace.model not in resources.awake() and not wake:
        return None
    return answered([trace.model], lambda _: resources.head_norms(trace)).get(trace.model)


def ask(say: Texts, names: Collection[str], question: Callable[..., Answer], *about: Hashable) -> dict[str, Answer]:
    """What a function of core (model, sub-words, *about) finds in each model."""
    with waiting(say, names):
        return answered(names, lambda name: resources.ask(question, name, *about))


def quietly(name: str, question: Callable[..., Answer], *about: Hashable) -> Answer | None:
    """The same of one model for a picture that says itself that it waits: nothing turns meanwhile."""
    return answered([name], lambda name: resources.ask(question, name, *about)).get(name)


def growing(name: str, question: Callable[..., Iterator[Answer]], *about: Hashable) -> Iterator[Answer]:
    """What a generator of core has found in a model so far, step by step; one sentence if it can't."""
    yield from so_far(resources.growing(question, name, *about))


def draws(name: str, text: str, options: SamplingOptions) -> Iterator[Draws]:
    """What has been drawn from a model so far, step by step; one sentence if it can't."""
    yield from so_far(resources.draws(name, text, options))


def so_far(growing: Iterator[Answer]) -> Iterator[Answer]:
    """What grows, up to where it fails, which is said in one sentence."""
    try:
        yield from growing
    except ValueError as error:
        st.error(controls.plain(str(error)))


def ask_of_best(traces: Mapping[str, DecodeTrace], question: Callable[..., Answer]) -> dict[str, Answer]:
    """What a function of core (model, sub-words, text, ids) finds in each model that writes its trace's best.

    Nothing turns meanwhile: the page says that it waits.
    """

    def about(name: str) -> Answer:
        trace = traces[name]
        ids = tuple(trace.tree.nodes[node].id for node in trace.tree.path(trace.hypotheses[0].leaf))
        return resources.ask(question, name, trace.text, ids)

    return answered(list(traces), about)
