"""Muon: momentum whose every matrix is made orthogonal before it is applied (github.com/KellerJordan/Muon).

torch.optim.Muon takes matrices only, one at a time and in bfloat16, which some CPUs compute 60 times slower than
float32. This one takes convolutions too, as matrices of (out, in x kernel), all those of one shape in one product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

# The quintic of Newton and Schulz that Muon uses: five rounds bring every singular value near 1.
A, B, C = 3.4445, -4.7750, 2.0315
ROUNDS = 5


def orthogonal(matrices: Tensor) -> Tensor:
    """The nearest matrices with singular values of about 1 (0.7 to 1.2), of (n, rows, columns), any float dtype.

    Where a matrix is wide, the polynomial is applied to its small Gram matrix: the same result, fewer operations.
    """
    tall = matrices.shape[-2] > matrices.shape[-1]
    wide = matrices.mT if tall else matrices
    wide = wide / (wide.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    gram = wide @ wide.mT
    one = torch.eye(gram.shape[-1], dtype=gram.dtype, device=gram.device)
    product = factor = A * one + B * gram + C * gram @ gram
    for _ in range(ROUNDS - 1):
        gram = factor @ gram @ factor
        factor = A * one + B * gram + C * gram @ gram
        product = factor @ product
    wide = product @ wide
    return wide.mT if tall else wide


class Muon(torch.optim.Optimizer):
    """Muon with Nesterov momentum, the update scaled to AdamW's usual size (0.2 x sqrt(larger side), arXiv:2502.16982).

    Args:
        params: parameters of two dimensions or more.
        lr: learning rate, as for AdamW.
        momentum: share of the old momentum that stays, 0 to 1.
        weight_decay: per unit of learning rate.
    """

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.02) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        """One update of every parameter that has a gradient; a closure is not supported."""
        if closure is not None:
            raise ValueError("closure is not allowed: Muon takes gradients that are there")
        for group in self.param_groups:
            alike: dict[tuple[int, int], list[Tensor]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike.setdefault((len(parameter), parameter[0].numel()), []).append(parameter)
            for shape, parameters in alike.items():
                self._update(parameters, shape, group)

    def _update(self, parameters: list[Tensor], shape: tuple[int, int], group: dict[str, Any]) -> None:
        directions = []
        for parameter in parameters:
            momentum = self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
            momentum.lerp_(parameter.grad, 1 - group["momentum"])
            directions.append(parameter.grad.lerp(momentum, group["momentum"]).reshape(shape))
        size = group["lr"] * 0.2 * max(shape) ** 0.5
        for parameter, direction in zip(parameters, orthogonal(torch.stack(directions)), strict=True):
            parameter.mul_(1 - group["lr"] * group["weight_decay"])
            parameter.add_(direction.reshape(parameter.shape), alpha=-size)


def optimizers(network: nn.Module, rate: float, inner: Callable[[str, Tensor], bool]) -> list[torch.optim.Optimizer]:
    """Muon for the matrices that lead from features to features, AdamW for the rest.

    Args:
        inner: whether a parameter, of a name, is such a matrix.
    """
    chosen = {name for name, parameter in network.named_parameters() if inner(name, parameter)}
    matrices, rest = [], []
    for name, parameter in network.named_parameters():
        (matrices if name in chosen else rest).append(parameter)
    return [Muon(matrices, rate), torch.optim.AdamW(rest, rate, betas=(0.9, 0.99), weight_decay=0.0)]


def update(network: nn.Module, loss: Tensor, optimizers: Iterable[torch.optim.Optimizer], rate: float) -> None:
    """One step of all optimizers at a learning rate, gradients clipped to a norm of 1."""
    network.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
