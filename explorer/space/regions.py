"""Regions: a picture of which one part is drawn anew while the rest stands still.

Contract: a `Region` says by the cell of the latents how much of the denoising is that cell's own (differential
diffusion, Levin & Fried 2023); the rest of its way it is the picture's, under the noise of the step. What the
autoencoder would change outside is put right by its `finish`, pixel by pixel. Torch only: pictures are named here,
never made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from PIL import Image


GREY = (128, 128, 128)
"""What a picture shows in a hole, for models that take one: the middle, as nearly as 8 bits have it."""

HALF = 0.5
"""From here on a cell of a soft mask is in the hole, as diffusers has it: such models know no half."""


class Finish(Protocol):
    """What is done with the decoded picture of a point, before it is a frame."""

    @property
    def digest(self) -> bytes:
        """Equal for finishes that make equal pictures of equal ones."""

    def __call__(self, picture: Image.Image) -> Image.Image: ...


@dataclass(frozen=True, eq=False)
class Region:
    """Where a point is drawn anew, beside the picture that it has for `init_latents`.

    `mask` (height/f, width/f) is in [0, 1]: 0 is the picture's, 1 is drawn anew in all steps that the point takes, and
    between them so many of the last ones as diffusers counts, floor(steps * mask). With all steps to take a point
    begins with the noise alone, unless it is told to begin `on_picture`. `masked_latents`, of the latents' shape, are
    those of the picture with grey in the mask, for models that take them (inpainting checkpoints).
    """

    mask: Tensor
    finish: Finish | None = None
    masked_latents: Tensor | None = None
    on_picture: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn anew."""
        return not bool(self.mask.any())

    @property
    def parts(self) -> tuple[Tensor | bytes | bool | None, ...]:
        """All that decides a picture, for its name: the mask (height/f, width/f), the finish, the masked latents."""
        return self.mask, self.finish.digest if self.finish else None, self.masked_latents, self.on_picture

    def kept(self, step: int, steps: int) -> Tensor:
        """Which cells (height/f, width/f), bool, are still the picture's after `step` of `steps` evaluations."""
        own = torch.floor(self.mask * steps + 1e-4)  # a strength of 0.7 is 0.69999999 in float32
        return own <= steps - step


def shrunk(mask: Tensor, height: int, width: int) -> Tensor:
    """A mask (h, w) as (height, width), each of them the largest value that it covers: no thin stroke is lost."""
    return functional.adaptive_max_pool2d(mask[None, None], (height, width))[0, 0]


def scaled_depth(near: Tensor, height: int, width: int) -> Tensor:
    """A depth map (h, w), larger is nearer, as models are told it: (height, width) in [-1, 1]; 0 of a flat one."""
    small = functional.interpolate(near[None, None].float(), (height, width), mode="bicubic", align_corners=False)[0, 0]
    low, high = small.aminmax()
    flat = high - low <= 1e-6 * small.abs().max()  # but for what resizing it rounds
    return torch.zeros_like(small) if flat else 2 * (small - low) / (high - low) - 1


def feathered(mask: Tensor, pixels: int) -> Tensor:
    """How much of what is drawn anew is shown, by the pixel (h, w): 0 outside of `mask`, rising to 1 inside it.

    It rises as an S (smoothstep), whose both ends are level: from `pixels` inside of the mask's first pixel on it is 1.
    The border of the picture is no edge.
    """
    inside = (mask > 0).float()[None, None]
    total = inside.clone()
    for _ in range(pixels):
        inside = -functional.max_pool2d(-inside, 3, stride=1, padding=1)
        total += inside
    rising = total[0, 0] / (pixels + 1)
    return rising**2 * (3 - 2 * rising)
