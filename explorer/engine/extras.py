"""What some models' UNets are told beside the latents: a depth map, a mask, a picture with a hole.

An inpainting checkpoint takes the mask and the masked picture's latents at every step and fills the hole by itself;
nothing is blended in then. What a point does not say is said for it: all of a grey picture is to be drawn, and
everything is as far away. It knows no networks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from explorer.space.points import Point
from explorer.space.regions import HALF


def extras_at(point: Point, names: Sequence[str], grey: Callable[[], Tensor]) -> Tensor | None:
    """The channels (extra, h, w) float32 of a point, by the names of `families.EXTRAS`; None for none.

    `grey` gives the latents (channels, h, w) of a grey picture.
    """
    if not names:
        return None
    region, shape = point.region, (1, *point.latents.shape[-2:])

    def extra(name: str) -> Tensor:
        if name == "depth":
            return torch.zeros(shape) if point.depth is None else point.depth[None]
        if name == "mask":
            return torch.ones(shape) if region is None else (region.mask >= HALF).float()[None]
        return grey() if region is None or region.masked_latents is None else region.masked_latents

    return torch.cat([extra(name) for name in names]).float()


def blends(names: Sequence[str]) -> bool:
    """Whether a region is blended in after every step."""
    return "mask" not in names
