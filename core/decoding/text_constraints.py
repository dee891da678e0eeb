"""Constraints on the text that a search writes, however it is spelt in sub-words, as filters (filters.py).

Texts are compared as a keyboard writes them (`core.text.subwords.keyed`): a curly quotation mark meets a plain one.
Which characters are still to match follows from the tokens written so far; nothing is kept between steps.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from core.checks import check
from core.decoding.search import IMPOSSIBLE, Filter
from core.text.subwords import EOS, Subwords, source_text


def beginning(subwords: Subwords, text: str, *, whole: bool = False) -> Filter:
    """The translation begins with these characters, perhaps within a longer word; `whole`: it is them.

    Where the text ends in a space, its last word is complete: no longer one may come of it.
    """
    wanted, texts = " " + source_text(text), subwords.texts  # a text begins with a space, which is not shown
    closed = text.endswith(" ")
    lengths = torch.tensor([len(added) for added in texts])
    unmarked = torch.tensor(
        [not added.startswith(" ") for added in texts]
    )  # without the space, as a first token may be
    longest = int(lengths.max())

    def goes_on(added: str) -> bool:
        """Whether a token makes a word longer that is complete."""
        return closed and bool(added) and in_word(added[0])

    @cache
    def ruled_out(position: int) -> Tensor:
        """Which tokens (V,) do not go on where so many characters are written."""
        rest = wanted[position:]
        if not rest:
            ended = position == len(wanted)
            mask = [(whole and token != EOS) or (ended and goes_on(added)) for token, added in enumerate(texts)]
            return torch.tensor(mask)
        fitting = [token for end in range(1, longest + 1) for token in subwords.spellings.get(rest[:end], ())]
        if not whole and len(rest) < longest:
            longer = [token for token, added in enumerate(texts) if added.startswith(rest)]
            fitting += [token for token in longer if not goes_on(texts[token][len(rest) :])]
        mask = torch.ones(len(texts), dtype=torch.bool)
        mask[fitting] = False
        return mask if position else mask & ruled_out(1)

    def filtered(logprobs: Tensor, history: Tensor) -> Tensor:
        written = history.cpu()
        position = lengths[written].sum(dim=-1) + unmarked[written[..., :1]].sum(dim=-1)  # (n, W)
        masks = [ruled_out(at) for at in position.clamp(max=len(wanted) + 1).flatten().tolist()]
        return logprobs.masked_fill(torch.stack(masks).view_as(logprobs).to(logprobs.device), IMPOSSIBLE)

    return filtered


def ban(subwords: Subwords, text: str) -> Filter:
    """Nowhere these words or marks; a longer word may hold them.

    Where they are complete at the end of what is written, only what makes the word longer may follow.
    """
    wanted, texts = source_text(text), subwords.texts
    size, closed = len(wanted), in_word(wanted[-1])

    def completes(added: str, rest: str) -> bool:
        """Whether a token that adds this writes the missing rest, and that no longer word comes of it."""
        end = len(rest)
        return added.startswith(rest) and (not closed or (len(added) > end and not in_word(added[end])))

    def begins(before: str) -> bool:
        """Whether what is wanted may begin after this as a word of its own."""
        return not (before and in_word(wanted[0]) and in_word(before[-1]))

    def tokens_where(holds) -> Tensor:
        return torch.tensor([token for token, added in enumerate(texts) if holds(added)], dtype=torch.long)

    completing = [tokens_where(lambda added, rest=wanted[begun:]: completes(added, rest)) for begun in range(size)]
    after = tokens_where(lambda added: closed and bool(added) and not in_word(added[0]))
    completing.append(torch.cat([after, torch.tensor([EOS] if closed else [], dtype=torch.long)]))
    within = tokens_where(
        lambda added: any(begins(added[:at]) and completes(added[at:], wanted) for at in range(1, len(added)))
    )

    def ruled_out(written: Sequence[int]) -> Tensor:
        """The tokens that can't follow these."""
        before = "".join(texts[token] for token in written)
        begun = (count for count in range(size + 1) if before.endswith(wanted[:count]))
        return torch.cat([within, *(completing[count] for count in begun if begins(before[: len(before) - count]))])

    def filtered(logprobs: Tensor, history: Tensor) -> Tensor:
        logprobs = logprobs.clone()
        for sentence, rows in enumerate(history.tolist()):
            for row, written in enumerate(rows):
                logprobs[sentence, row, ruled_out(written).to(logprobs.device)] = IMPOSSIBLE
        return logprobs

    return filtered


def check_spellable(subwords: Subwords, text: str, refusal: str) -> None:
    """ValueError, the refusal with its reason, where the text is nothing or the vocabulary lacks a character of it."""
    wanted = source_text(text)
    check(bool(wanted), f"{refusal}: nothing of it can be seen")
    lacking = dict.fromkeys(char for char in wanted if char not in subwords.spellings and char != " ")
    check(not lacking, f"{refusal}: this vocabulary does not have {', '.join(lacking)}")


def in_word(char: str) -> bool:
    """Whether a character is part of a word: no space, punctuation or symbol."""
    return unicodedata.category(char)[0] in "LMN"
