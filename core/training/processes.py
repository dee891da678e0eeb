"""Several processes as one: `torchrun` starts them, each takes rows of every batch, the gradients are added up."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, distributed

from core.text.batches import Batch
from core.text.subwords import PAD


class Group(NamedTuple):
    """This process among those that train together."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether it is the one that writes."""
        return self.rank == 0


def group() -> Group:
    """The processes that were joined, or this one alone."""
    joined = distributed.is_available() and distributed.is_initialized()
    return Group(distributed.get_rank(), distributed.get_world_size()) if joined else Group()


@contextmanager
def together() -> Iterator[Group]:
    """Join the processes that `torchrun` started, by nccl on GPUs and gloo on CPUs; without it, be alone."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        distributed.init_process_group("nccl" if device().type == "cuda" else "gloo")
    try:
        yield group()
    finally:
        if group().count > 1:
            distributed.destroy_process_group()


def device() -> torch.device:
    """This process's own GPU if there is one, else the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    index = int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count()
    torch.cuda.set_device(index)
    return torch.device("cuda", index)


def wait_for_all() -> None:
    """Come back when every process is here."""
    if group().count > 1:
        distributed.barrier()


def share(whole: Batch) -> tuple[Batch, int]:
    """This process's rows of a batch and the number of their real targets.

    Where there are fewer rows than processes it is the first row, which counts nothing.
    """
    rank, count = group()
    rows = Batch(*(part[rank::count] for part in whole)) if count > 1 else whole
    if not len(rows.targets):
        return Batch(*(part[:1] for part in whole)), 0
    return rows, int((rows.targets != PAD).sum())


def add_up(parts: Sequence[Tensor]) -> None:
    """Put the sum over all processes into each tensor, by one message."""
    if group().count > 1:
        flat = torch.cat([part.flatten() for part in parts])
        distributed.all_reduce(flat)
        for part, total in zip(parts, flat.split([part.numel() for part in parts]), strict=True):
            part.copy_(total.view_as(part))
