"""A network as one frozen graph: the same operations on the same weights, without Python between them.

The one module that knows `torch.jit`, which torch marks as deprecated. So nothing depends on it: whoever asks may get
no graph, and goes on calling the network. A graph has the weights of its making baked in: a network whose weights
change, or that has got an adapter, has to be called itself.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

Graph = Callable[..., Tensor]


def freeze(network: nn.Module, arguments: Sequence[Tensor]) -> Iterator[Graph | None]:
    """Yields None between the parts of the work, and last the graph of `network(*arguments)`, if torch can make one.

    Arguments may have any shape; the graph takes others that differ in their rows, the first dimension, alone.

    `optimize_numerics=False` leaves out what folds weights into each other, which changes bits. What does not fit into
    a graph, or into memory, ends without one.
    """
    try:
        with _silence(), torch.inference_mode():
            traced = torch.jit.trace(network, tuple(arguments), check_trace=False)
        yield None
        with _silence(), torch.inference_mode():
            graph = torch.jit.freeze(traced, optimize_numerics=False)
    except (RuntimeError, MemoryError):
        return
    yield graph


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Neither the notice that `torch.jit` is old, nor those of shapes that a trace takes for constants."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
