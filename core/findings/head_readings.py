"""What heads are measured on: sentences, and what a model's heads do with them (teacher forcing)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from core.checkpoints import Loaded
from core.records import Attention, source_keys
from core.text.batches import batch, plan
from core.text.corpora import Pairs, load_pairs
from core.text.data_files import data_folders, find
from core.text.subwords import BOS, EOS, Subwords
from core.text.treebanks import Tree, read_treebank

LONGEST = 20  # words of a sentence of the treebank
MAX_TOKENS = 3000  # of a batch
NEWS = ("treebanks/en_pud.conllu.gz", "treebanks/de_pud.conllu.gz")
SEED = 1


class Material(NamedTuple):
    """What is measured on: sentences with translations, of the news also the trees; sources to count tokens in."""

    captions: Pairs  # test_2016
    news: Pairs
    trees: Sequence[Tree]  # of the sources of the news
    seen: Pairs  # of what all models were trained on
    choosing: Pairs  # val: which head looks at rare tokens
    read: Mapping[str, Sequence[str]]  # by corpus all sources that a model was trained on


class Reading(NamedTuple):
    """What a model did with one sentence pair (teacher forcing): source ids, attention by kind, word of each piece."""

    ids: Sequence[int]
    attention: Mapping[str, Attention]


def gathered(captions: Pairs, corpora: Sequence[str], data_dir: Path | None) -> Material:
    """The material beside the captions, at most as many sentences of each kind."""
    english, german = (read_treebank(find(name, data_folders(data_dir))) for name in NEWS)
    translations = {tree.name: tree.text for tree in german}
    trees = [tree for tree in english if len(tree.words) <= LONGEST and tree.name in translations][: len(captions)]
    training = load_pairs("multi30k", "train", "en", "de", data_dir)
    drawn = np.random.default_rng(SEED).choice(len(training), min(len(captions), len(training)), replace=False)
    return Material(
        captions=captions,
        news=[(tree.text, translations[tree.name]) for tree in trees],
        trees=trees,
        seen=[training[place] for place in sorted(drawn)],
        choosing=load_pairs("multi30k", "val", "en", "de", data_dir)[: len(captions)],
        read={
            corpus: [source for source, _ in load_pairs(corpus, "train", "en", "de", data_dir)]
            for corpus in dict.fromkeys(corpora)
        },
    )


def counted(loaded: Loaded, material: Material) -> np.ndarray:
    """How often each sub-word stands in the sources that a model was trained on, (V,)."""
    lines = loaded.subwords.encode_sources(material.read[loaded.card.corpus])
    return np.bincount([index for line in lines for index in line], minlength=len(loaded.subwords))


@torch.inference_mode()
def readings(loaded: Loaded, pairs: Pairs, *, decoder: bool = True) -> list[Reading]:
    """What a model does with each pair, in their order."""
    model, subwords = loaded.model, loaded.subwords
    ids = encoded(subwords, pairs)
    done: list[Reading | None] = [None] * len(pairs)
    for places in plan(ids, MAX_TOKENS):
        source, mask, inputs, _ = map(torch.from_numpy, batch([ids[place] for place in places]))
        weights = {"encoder": model.encode(source, mask).attention}
        weights |= model(source, mask, inputs).attention if decoder else {}
        for row, place in enumerate(places):
            parts = {kind: part[row].numpy() for kind, part in weights.items()}
            done[place] = Reading(ids[place][0], labelled(subwords, pairs[place][0], ids[place][1], parts))
    return done


def encoded(subwords: Subwords, pairs: Pairs) -> list[tuple[list[int], list[int]]]:
    """Pairs of ids."""
    sources, targets = zip(*pairs, strict=True)
    return list(zip(subwords.encode_sources(sources), subwords.encode_batch(targets), strict=True))


def labelled(
    subwords: Subwords, text: str, target: Sequence[int], weights: Mapping[str, np.ndarray]
) -> dict[str, Attention]:
    """One row of a batch without its padding."""
    keys = source_keys(subwords.pieces(text))
    written = tuple(subwords.tokens[index] for index in (*target, EOS))
    read = (subwords.tokens[BOS], *written[:-1])
    labels = {"encoder": (keys, keys), "decoder": (written, read), "cross": (written, keys)}
    return {
        kind: Attention(part[:, :, : len(labels[kind][0]), : len(labels[kind][1])], *labels[kind], kind)
        for kind, part in weights.items()
    }
