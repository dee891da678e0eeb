"""A language model's text: a beginning completed by any search, or a whole sentence weighed word by word."""

import time
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from core.checks import check
from core.decoding.forced import forced
from core.decoding.recording import Answers, Recorder, record
from core.decoding.search import IMPOSSIBLE, Filter
from core.decoding.strategies import SEARCHES, filters_for, width_of
from core.decoding.translate import ranked
from core.language_models.contract import LanguageModel
from core.options import ForcedOptions, Options, check_pieces, check_recorded, strategy_of
from core.records import DecodeTrace
from core.text.subwords import Subwords

LONGEST = 30  # tokens after the beginning, where the options name no other cut-off length


def begun(ids: Sequence[int]) -> Filter:
    """The text begins with these tokens, `<unk>` among them where a word is unknown."""

    def filtered(logprobs: Tensor, history: Tensor) -> Tensor:
        written = history.shape[2]
        if written >= len(ids):
            return logprobs
        others = torch.arange(logprobs.shape[2], device=logprobs.device) != ids[written]
        return logprobs.masked_fill(others, IMPOSSIBLE)

    return filtered


@torch.inference_mode()
def completed(model: LanguageModel, words: Subwords, text: str, options: Options, *, name: str = "") -> DecodeTrace:
    """A beginning (none: `<bos>` alone) completed, all recorded; ForcedOptions weigh a whole sentence instead.

    The tree begins with the beginning's own words, at the log-probabilities that the model gives them. ValueError where
    a strategy completes nothing, or the search would be too large to hold.
    """
    began, ids = time.perf_counter(), words.encode(text)
    check_pieces(len(ids), "the beginning")
    recorder, answers = Recorder(words.tokens), Answers()
    if isinstance(options, ForcedOptions):
        target = words.encode(options.target)
        check(bool(target), "there is no sentence to weigh: give some text")
        frontiers = forced(model, model.start(1), [target], detail=True)
    else:
        strategy = strategy_of(options)
        check(strategy in SEARCHES, f"{strategy!r} completes no text; valid: {', '.join(SEARCHES)}, forced")
        width, limit = width_of(options), len(ids) + (options.max_length or LONGEST)
        check_recorded(width, limit, 0, "decoder" in model.heads)
        filters = [*([begun(ids)] if ids else []), *filters_for(words, options)]
        state = model.start(1, width=width)
        frontiers = SEARCHES[strategy](model, state, options, [limit], filters=filters, detail=True)
    for frontier in frontiers:
        record(frontier, [recorder])
        answers.add(frontier)
    tree = recorder.tree(*answers.attention())
    return DecodeTrace(
        model=name,
        text=text,
        pieces=(),
        strategy=strategy_of(options),
        options=options,
        hypotheses=ranked(tree, words, options),
        tree=tree,
        seconds=time.perf_counter() - began,
        logits=answers.array("logits"),
        vocabulary=words.tokens,
    )


def invented(model: LanguageModel, words: Subwords, options: Options, *, name: str = "") -> DecodeTrace:
    """A sentence from nothing, which holds no `<unk>`."""
    banned = (*options.constraints.banned, "<unk>")
    return completed(
        model, words, "", replace(options, constraints=replace(options.constraints, banned=banned)), name=name
    )
