"""What comes out: frozen, torch-free records that check themselves when they are made."""

from core.records.attention_steps import AttentionSteps
from core.records.distribution import TEMPERATURES, Distribution, Heat
from core.records.network import Block, NetworkTrace, Stack
from core.records.padded import Padded
from core.records.search_tree import FATES, Node, SearchTree
from core.records.traces import (
    Attention,
    DecodeTrace,
    Hypothesis,
    Piece,
    Proof,
    Spelling,
    States,
    TrainEvent,
    Vote,
    source_keys,
)
from core.records.worked_attention import Corners, Projections, WorkedAttention

__all__ = [
    "FATES",
    "TEMPERATURES",
    "Attention",
    "AttentionSteps",
    "Block",
    "Corners",
    "DecodeTrace",
    "Distribution",
    "Heat",
    "Hypothesis",
    "NetworkTrace",
    "Node",
    "Padded",
    "Piece",
    "Projections",
    "Proof",
    "SearchTree",
    "Spelling",
    "Stack",
    "States",
    "TrainEvent",
    "Vote",
    "WorkedAttention",
    "source_keys",
]
