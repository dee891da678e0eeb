"""What comes out: frozen, torch-free records that check themselves when they are made."""

from core.records.attention_steps import AttentionSteps
from core.records.search_tree import FATES, Node, SearchTree
from core.records.traces import (
    Attention,
    DecodeTrace,
    Distribution,
    Hypothesis,
    Piece,
    Proof,
    Spelling,
    States,
    TrainEvent,
    Vote,
    source_keys,
)

__all__ = [
    "FATES",
    "Attention",
    "AttentionSteps",
    "DecodeTrace",
    "Distribution",
    "Hypothesis",
    "Node",
    "Piece",
    "Proof",
    "SearchTree",
    "Spelling",
    "States",
    "TrainEvent",
    "Vote",
    "source_keys",
]
