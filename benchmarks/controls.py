"""The controls of the pages whose waits are measured: where each stands, and what shows that it was heard."""

from collections.abc import Mapping
from typing import NamedTuple

from benchmarks.browser import PICTURE

BEAMS = 12  # stops of the beam's slider
TABLE = ".hypotheses"
MAPS = ".cells"  # which say what they show: a canvas is no element that changes
OUTPUT, CACHE = {"box": "decoder-softmax"}, {"inside": "cache"}
RNN = {"inside": "families", "second": "2"}
LAST, LOOKUP, MASKS = {"stage": "left"}, {"view": "lookup"}, {"view": "masks"}
RIVAL, NUMBERS = {"compare": "en-de-rnn-additive"}, {"tab": "numbers"}


class Control(NamedTuple):
    """A control: its page, role and label in the catalogue, stops that are used, what shows the answer, the state."""

    words: str
    page: str
    role: str
    label: str
    stops: int
    answer: str
    state: Mapping[str, str] = {}


CONTROLS = (
    Control("Step through: step (no server) → picture", "step", "slider", "stepper_slider", 10, PICTURE),
    Control("Step through: head (no server) → picture", "step", "combobox", "stepper_head", 6, PICTURE),
    Control("Beam search: step in the tree (no server) → tree", "beam", "slider", "tree_slider", 10, PICTURE),
    Control("Beam search: α → table of hypotheses", "beam", "slider", "length_penalty", 21, TABLE),
    Control("Beam search: model, all searched before → tree", "beam", "list", "model", 3, PICTURE),
    Control("Race: step (no server) → lanes", "race", "slider", "tree_slider", 10, PICTURE),
    Control("Race: beam size → lanes", "race", "slider", "beam_size", BEAMS, PICTURE),
    Control("Race: temperature → lanes", "race", "slider", "race_temperature", 20, PICTURE),
    Control("Sampling: sample (no server) → tree and list", "sampling", "slider", "paths_slider", 10, PICTURE),
    Control("Sampling: alike by → board", "sampling", "radiogroup", "mbr_utility", 3, PICTURE, {"tab": "mbr"}),
    Control("Attention kinds: step (no server) → numbers", "kinds", "slider", "maps_slider", 10, PICTURE, NUMBERS),
    Control("Attention kinds: head (no server) → numbers", "kinds", "combobox", "head", 6, PICTURE, NUMBERS),
    Control("Attention kinds: head of the gallery (no server) → maps", "kinds", "combobox", "head", 6, MAPS),
    Control("Attention kinds: model, all read before → maps", "kinds", "list", "model", 3, MAPS),
    Control("Training: position (no server) → picture", "training", "slider", "teacher_slider", 10, PICTURE),
    Control(
        "Training: step of the schedules → charts",
        "training",
        "slider",
        "schedules_slider",
        10,
        PICTURE,
        {"tab": "schedules", "way": "plans"},
    ),
    Control("Training: model, all read before → picture", "training", "list", "model", 3, PICTURE),
    Control("The Transformer: source token → picture", "transformer", "combobox", "net_source", 6, PICTURE),
    Control("The Transformer: step → picture", "transformer", "combobox", "net_step", 6, PICTURE, OUTPUT),
    Control("The Transformer: a signal's end → picture", "transformer", "combobox", "families_second", 6, PICTURE, RNN),
    Control("The Transformer: step of the cache → picture", "transformer", "slider", "cache_slider", 8, PICTURE, CACHE),
    Control("Self-attention: layer → matrices", "attention", "combobox", "attention_layer", 3, PICTURE),
    Control("Self-attention: head → matrices", "attention", "combobox", "attention_head", 8, PICTURE),
    Control("Self-attention: kind → matrices", "attention", "radiogroup", "attention_attention", 3, PICTURE),
    Control("Self-attention: stage → matrices", "attention", "radiogroup", "attention_stage", 12, PICTURE),
    Control("Self-attention: pair by a key → matrices", "attention", "group", "attention_keys", 8, PICTURE),
    Control("Self-attention: scale, weights → matrices", "attention", "radiogroup", "attention_scale", 3, PICTURE),
    Control("Self-attention: scale, norm → matrices", "attention", "radiogroup", "attention_scale", 3, PICTURE, LAST),
    Control("Self-attention: query, look-up → picture", "attention", "combobox", "attention_query", 6, PICTURE, LOOKUP),
    Control("Self-attention: head of the masks → maps", "attention", "combobox", "masks_head", 6, MAPS, MASKS),
    Control("Heads: encoder, decoder, cross → maps", "heads", "radiogroup", "heads_parts", 4, MAPS),
    Control("Heads: words, sub-words → maps", "heads", "radiogroup", "units", 2, MAPS),
    Control("Heads: colour → maps", "heads", "combobox", "heads_measure", 5, MAPS),
    Control("Heads: order → maps", "heads", "combobox", "heads_order", 3, MAPS, {"measure": "entropy"}),
    Control("Alignment: head → map", "alignment", "radiogroup", "head", 5, MAPS),
    Control("Alignment: layer → map", "alignment", "radiogroup", "layer", 4, MAPS),
    Control("Alignment: words, sub-words → map", "alignment", "radiogroup", "units", 2, MAPS),
    Control("Alignment: head, two models → maps, difference", "alignment", "radiogroup", "head", 5, MAPS, RIVAL),
)
BEAM = Control("Beam search: beam size", "beam", "slider", "beam_size", BEAMS, PICTURE)
