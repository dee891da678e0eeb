"""Decoders over the contract: one loop, one verb a strategy, one recorded tree."""
