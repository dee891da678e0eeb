"""The loop that every decoder shares: ask the model, let the strategy choose, go on with the chosen rows."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from core.models.contract import State, Step, StepModel, first_tensor, keep, take
from core.text.subwords import BOS, EOS

IMPOSSIBLE = float("-inf")


class Choice(NamedTuple):
    """A strategy's answer at one step: C candidates a sentence, in each group the best first, of which W go on.

    A score of -inf marks a place without a candidate, a sum of -inf a row that stands for no prefix.
    """

    rows: Tensor  # (n, C) which of the sentence's live rows each continues
    tokens: Tensor  # (n, C)
    scores: Tensor  # (n, C) plain sums of log-probabilities
    finished: Tensor  # (n, C) bool
    live: Tensor  # (n, W) which candidates go on, indices into C
    sums: Tensor  # (n, W) their scores
    groups: int = 1  # candidates and rows compete within so many equal, adjacent groups


class Frontier(NamedTuple):
    """One step of a search over n sentences with W live rows each, before the rows move on."""

    sentences: list[int]  # which sentences of the beginning these n are
    alive: Tensor  # (n, W) bool: rows that stand for a prefix
    choice: Choice
    logprobs: Tensor  # (n, W, V)
    answer: Step


Choose = Callable[[Tensor, Tensor], Choice]
Filter = Callable[[Tensor, Tensor], Tensor]  # what they are stands in filters.py
Stop = Callable[[Tensor, Choice, int, Tensor], tuple[Tensor, Tensor]]  # and in stops.py


@torch.inference_mode()
def search(
    model: StepModel,
    state: State,
    choose: Choose,
    *,
    width: int,
    stop: Stop,
    limits: Sequence[int],
    filters: Sequence[Filter] = (),
    detail: bool = False,
) -> Iterator[Frontier]:
    """Grow all sentences together; a sentence ends by the `stop` rule, after `limits` steps, or when nothing is left.

    `state` holds `width` rows a sentence, of which only the first stands for a prefix yet. `choose` gets the
    log-probabilities (n, W, V), -inf where a filter rules a token out, and the sums so far (n, W). With `detail`, each
    answer has the model's. Whoever stops iterating stops the search.
    """
    count, device = len(limits), first_tensor(state.rows).device
    sentences, limit = torch.arange(count, device=device), torch.tensor(limits, device=device)
    tally = torch.full((count,), IMPOSSIBLE, device=device)
    history = torch.empty((count, width, 0), dtype=torch.long, device=device)  # kept for the filters alone
    sums = torch.full((count, width), IMPOSSIBLE, device=device)
    sums[:, 0] = 0.0
    previous = torch.full((count * width,), BOS, device=device)
    first = torch.arange(0, count * width, width, device=device)[:, None]  # of each sentence's rows
    for step in range(1, max(limits, default=0) + 1):
        answer = model.step(previous, state, detail=detail)
        logprobs = next_logprobs(answer, sentences.shape[0])
        for filtered in filters:
            logprobs = filtered(logprobs, history)
        choice = choose(logprobs, sums)
        alive, sums = sums > IMPOSSIBLE, choice.sums
        tally, done = stop(tally, choice, step, limit)
        last = done | (step >= limit) | (sums == IMPOSSIBLE).all(dim=1)
        yield Frontier(sentences.tolist(), alive, choice, logprobs, answer)
        previous = choice.tokens.gather(1, choice.live)
        rows = choice.rows.gather(1, choice.live)
        state = take(answer.state, (rows + first).flatten())
        if filters:
            history = torch.cat([history.take_along_dim(rows[..., None], 1), previous[..., None]], dim=2)
        if last.any():
            on = (~last).nonzero().flatten()
            if not len(on):
                return
            state = keep(state, on)
            sentences, limit, tally, sums = (x[on] for x in (sentences, limit, tally, sums))
            first = first[: on.shape[0]]
            previous, history = previous[on], history[on] if filters else history
        previous = previous.flatten()


def next_logprobs(answer: Step, sentences: int) -> Tensor:
    """The model's own log-probabilities (n, W, V), but for what it can't emit."""
    logprobs = answer.logits.float().log_softmax(dim=-1).view(sentences, -1, answer.logits.shape[1])
    logprobs[..., : BOS + 1] = IMPOSSIBLE  # <pad> and <bos>, the first two, stand for no text
    return logprobs


def only(tokens: Tensor, scores: Tensor) -> Choice:
    """The one candidate of each sentence's one row: tokens and their plain sums (n, 1)."""
    finished, first = is_end(tokens), torch.zeros_like(tokens)
    return Choice(first, tokens, scores, finished, first, scores.masked_fill(finished, IMPOSSIBLE))


def is_end(tokens: Tensor) -> Tensor:
    """Where a candidate finishes its hypothesis."""
    return tokens == EOS
