"""Samples of one sentence without all that the network computed on the way: what a sample is, and how likely."""

from collections.abc import Iterator

import torch

from core.checks import check
from core.decoding.recording import Recorder, record
from core.decoding.translate import grown, ranked
from core.models.contract import Seq2Seq
from core.options import SamplingOptions, check_pieces
from core.records.draws import Draws
from core.text.batches import source_batch
from core.text.subwords import Subwords, clean


@torch.inference_mode()
def draws(model: Seq2Seq, subwords: Subwords, text: str, options: SamplingOptions) -> Iterator[Draws]:
    """The samples that `translate.decode` draws, growing; whoever stops iterating stops it.

    Nothing else is kept, so that a class may draw many. ValueError if there is nothing to translate.
    """
    ids = subwords.encode_source(clean(text))
    check(bool(ids), "there is nothing to translate: type a sentence")
    check_pieces(len(ids), "the sentence")
    source, mask = (torch.from_numpy(part) for part in source_batch([ids]))
    recorder, ended, steps = Recorder(subwords.tokens), 0, 0
    frontiers, _ = grown(model, subwords, model.encode(source, mask), options, [len(ids)])
    for steps, frontier in enumerate(frontiers, 1):
        record(frontier, [recorder])
        ended += int(frontier.choice.finished.sum())
        yield Draws(steps, ended)
    yield Draws(steps, ended, ranked(recorder.tree(), subwords, options))
