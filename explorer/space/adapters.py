"""Adapters: what is added to a network's weights while it draws some points, and how two of them are mixed.

It knows tensors and numbers, no network: see `engine.adapters`. Mixtures are sorted and rounded, so that equal ones are
equal to the bit, whichever way they were made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from torch import Tensor

from explorer.space.hashes import digest


@dataclass(frozen=True, eq=False)
class Adapter:
    """A low-rank change of layers: W + strength * up @ down (LoRA, Hu et al. 2021, arXiv:2106.09685).

    `layers`: the layer's path, which begins with its part of the model ("unet.", "text_encoder.", "text_encoder_2."),
    -> down (rank, in, ...) and up (out, rank, ...), float32 on the CPU. What a file says of alpha / rank is in `up`.
    """

    layers: Mapping[str, tuple[Tensor, Tensor]]

    @cached_property
    def digest(self) -> bytes:
        """Equal for equal changes."""
        return digest(*(part for path in sorted(self.layers) for part in (path, *self.layers[path])))

    def of(self, part: str) -> Adapter:
        """What it changes of one part of the model, the paths without its name."""
        start = f"{part}."
        return Adapter({path.removeprefix(start): ab for path, ab in self.layers.items() if path.startswith(start)})


Adapters: TypeAlias = tuple[tuple[Adapter, float], ...]
"""Adapters and how strongly each acts, by digest; none twice, none of strength 0."""


def mixed(*parts: tuple[Adapters, float]) -> Adapters:
    """The sum of adapters, each part's strengths times its weight; what is below 0 has no part."""
    sums: dict[bytes, tuple[Adapter, float]] = {}
    for adapters, weight in parts:
        for adapter, strength in adapters:
            before = sums.get(adapter.digest, (adapter, 0.0))[1]
            sums[adapter.digest] = adapter, before + strength * weight
    return _sorted(sums)


def strongest(*sides: Adapters) -> Adapters:
    """Of each adapter the greatest strength that one of the sides has."""
    most: dict[bytes, tuple[Adapter, float]] = {}
    for adapter, strength in (one for side in sides for one in side):
        if adapter.digest not in most or most[adapter.digest][1] < strength:
            most[adapter.digest] = adapter, strength
    return _sorted(most)


def named(adapters: Adapters) -> tuple[bytes | float, ...]:
    """What a combination is known by: digests and strengths."""
    return tuple(part for adapter, strength in adapters for part in (adapter.digest, strength))


def _sorted(found: Mapping[bytes, tuple[Adapter, float]]) -> Adapters:
    rounded = ((found[key][0], round(found[key][1], 9)) for key in sorted(found))
    return tuple((adapter, strength) for adapter, strength in rounded if strength > 0)
