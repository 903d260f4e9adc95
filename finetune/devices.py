"""One process or many: where this one stands, and how a network's parameters are divided among them.

Under ``torchrun`` each process holds a part of every parameter, gradient and optimiser state, and all of them work on
each step's conversations (PyTorch's fully sharded data parallelism, second version: Zhao et al., VLDB 2023).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import distributed
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from finetune.network import Network
from schemas.errors import ConfigError


class World(NamedTuple):
    """The processes that train together.

    Args:
        rank: This one's number, from 0; rank 0 alone writes.
        size: How many there are.
        device: Where this one computes.
    """

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    def wait(self) -> None:
        """Returns when all have come here."""
        if self.size > 1:
            distributed.barrier()

    def from_first(self, value: int | None) -> int | None:
        """What the first process says, whatever this one does."""
        said = [value]
        if self.size > 1:
            distributed.broadcast_object_list(said)
        return said[0]


ALONE = World()


@contextmanager
def world(device: str) -> Iterator[World]:
    """Joins the processes that ``torchrun`` started, if it did.

    Raises:
        ConfigError: If a GPU is asked for and torch finds none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("torch finds no GPU", field="device", mend="Use device cpu.")
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World(device=device)
        return
    if device == "cuda":
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield World(distributed.get_rank(), size, device)
    finally:
        distributed.destroy_process_group()


def shard(network: Network, world: World) -> None:
    """Divides the parameters, layer by layer, so that one layer at a time is whole."""
    network.to(world.device)
    if world.size > 1:
        for layer in network.decoder.layers:
            fully_shard(layer)
        fully_shard(network)


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor with all its parts, in this process's memory; every process has to ask."""
    tensor = tensor.detach()
    return (tensor.full_tensor() if isinstance(tensor, DTensor) else tensor).cpu()


def like(tensor: torch.Tensor, model: torch.Tensor) -> torch.Tensor:
    """``tensor`` divided among the processes, and placed, as ``model`` is."""
    tensor = tensor.to(model.device, model.dtype)
    if not isinstance(model, DTensor):
        return tensor
    return distribute_tensor(tensor, model.device_mesh, model.placements)
