"""Gaussian noise by seed, and the ways from one noise to another that stay Gaussian.

A seed means the same numbers on every device: each stream is a CPU generator of its own. The first draw of a seed is
what `StableDiffusionPipeline(generator=torch.Generator("cpu").manual_seed(seed))` starts from in float32, and the next
ones are what its ancestral samplers add, so a seed can be carried over from there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.space.paths import slerp_weights


@dataclass(frozen=True)
class Noise:
    """A sum of seeded noises, `sum(weight * randn(seed))`; unit variance when the weights' squares sum to 1."""

    terms: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, seed: int) -> Noise:
        """The noise of one seed."""
        return cls(((seed, 1.0),))

    def draws(self, shape: Sequence[int]) -> Iterator[Tensor]:
        """Endless float32 tensors of `shape`: the first is the starting latents, the others fresh noise a step."""
        generators = [(torch.Generator("cpu").manual_seed(seed), weight) for seed, weight in self.terms]
        while True:
            draws = [weight * torch.randn(tuple(shape), generator=generator) for generator, weight in generators]
            yield draws[0] if len(draws) == 1 else torch.stack(draws).sum(0)

    def latents(self, shape: Sequence[int]) -> Tensor:
        """The first draw: starting latents of `shape` (channels, height/f, width/f)."""
        return next(self.draws(shape))


def travel(start: int, end: int, t: float, shape: Sequence[int]) -> Noise:
    """The noise at `t` in [0, 1] on the great arc between two seeds' noises of `shape` (slerp, Shoemake 1985).

    The ends are exactly the two seeds, ancestral draws included; every point between has the norm that a noise has.
    """
    if t == 0 or start == end:
        return Noise.of(start)
    if t == 1:
        return Noise.of(end)
    a, b = Noise.of(start).latents(shape), Noise.of(end).latents(shape)
    angle = torch.acos(torch.nn.functional.cosine_similarity(a.flatten(), b.flatten(), dim=0))
    from_a, from_b = slerp_weights(angle, t)
    return Noise(((start, float(from_a)), (end, float(from_b))))


def circle(seed: int, angle: float, radius: float = 1.0) -> Noise:
    """The noise at `angle` (radians) on a circle through noise, of unit variance all the way round.

    With `radius` 1 it is the great circle through the noises of `seed` and `seed + 1`, starting at `seed`. Smaller ones
    lie around the noise of `seed`, in the plane of `seed + 1` and `seed + 2`, which are independent of it.
    """
    turned = math.cos(angle), math.sin(angle)
    if radius == 1:
        return Noise(((seed, turned[0]), (seed + 1, turned[1])))
    centre = math.sqrt(1 - radius**2)
    return Noise(((seed, centre), (seed + 1, radius * turned[0]), (seed + 2, radius * turned[1])))
