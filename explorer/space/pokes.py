"""Pokes: what one can do to the latents of a picture before they are decoded again.

Contract: every poke is a pure function of latents (channels, h, w) and an amount, gives new latents of that shape, and
never changes those it was given. At the amount that its docstring names, it gives back the very tensor it was given.
Channels are counted from 0 here. It knows nothing of pictures, models or which amounts make sense.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from explorer.space.paths import lerp


def scaled(latents: Tensor, amount: float) -> Tensor:
    """Every number of latents of any shape times `amount`: at 1 as they were, at 0 all zero, below 0 turned around."""
    return latents if amount == 1 else latents * amount


def noised(latents: Tensor, amount: float, noise: Tensor) -> Tensor:
    """`sqrt(1 - amount**2) * latents + amount * noise`, for an amount in [0, 1]: at 0 as they were, at 1 the noise.

    Both have one shape. Where they have unit variance and nothing to do with each other, the mix has it, too; so
    diffusion models add their noise (Ho et al. 2020, equation 4). Raises ValueError for an amount outside.
    """
    if not 0 <= amount <= 1:
        raise ValueError(f"amount = {amount} is not allowed: a number from 0 to 1")
    if amount in (0, 1):
        return noise if amount else latents
    return math.sqrt(1 - amount**2) * latents + amount * noise


def faded(latents: Tensor, amount: float, channel: int) -> Tensor:
    """One channel of latents (channels, h, w) times `1 - amount`.

    At 0 they are as they were, at 1 the channel is zero, at 2 it is turned around. `channel` counts from 0.
    """
    if amount == 0:
        return latents
    faded = latents.clone()
    faded[channel] *= 1 - amount
    return faded


def swapped(latents: Tensor, amount: float, channel: int, other: int) -> Tensor:
    """Two channels of latents (channels, h, w) on a straight line towards each other's place.

    At 0 they are as they were, at 1 exactly exchanged. Channels count from 0.
    """
    if amount == 0 or channel == other:
        return latents
    order = torch.arange(len(latents))
    order[channel], order[other] = other, channel
    return lerp(latents, latents[order], amount)


def mixed(latents: Tensor, amount: float, other: Tensor) -> Tensor:
    """The straight line to another picture's, of that shape: at 0 as they were, at 1 the other's, then beyond it."""
    return lerp(latents, other, amount)
