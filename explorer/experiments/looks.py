"""Looks: ways to draw a step of a denoising other than as its finished picture.

A look is given the engine's `Step` and something that can `decode` and `preview` latents, and gives a PIL RGB picture.
Its `digest` names the class, its parameters and its `version`, which is raised whenever the drawing changes, so that no
store answers with an old drawing. A look knows no model: sizes are told to it. Latents are in units of the standard
deviation that the clean latents of the training pictures have, because models scale them to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image
from torch import Tensor

from explorer.messages import Message
from explorer.space.plans import Drawing
from explorer.space.points import digest
from explorer.space.steps import Step

HEAT = ("000000", "1b0c41", "4a0c6b", "781c6d", "a52c60", "cf4446", "ed6925", "fb9b06", "f7d13d", "fcffa4")
"""Colours from nothing to full, each lighter than the one before: inferno (van der Walt & Smith 2015) on pure black."""


def heat_map(values: np.ndarray | Tensor, size: tuple[int, int]) -> Image.Image:
    """`values` (height, width), clipped to 0..1, in the colours of HEAT; `size` is the picture's (width, height) in px.

    Each value stays one even patch: where it was measured is part of what it says.
    """
    stops = np.array([tuple(bytes.fromhex(colour)) for colour in HEAT], float)
    places = np.clip(np.asarray(values, float), 0, 1) * (len(stops) - 1)
    channels = [np.interp(places, np.arange(len(stops)), channel) for channel in stops.T]
    pixels = np.stack(channels, axis=-1).round().astype(np.uint8)
    return Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST)


class _Look:
    """What looks have in common: a name for what they draw."""

    version: ClassVar[int] = 1

    @property
    def digest(self) -> bytes:
        """Equal for looks that draw equal pictures of equal steps."""
        return digest(repr(self), self.version)


@dataclass(frozen=True)
class Predicted(_Look):
    """The finished picture as it is foreseen in this step: the predicted clean latents, decoded in full."""

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image:
        return pictures.decode(step.predicted)


@dataclass(frozen=True)
class Unguided(_Look):
    """What would be foreseen in this step if the prompt alone had been asked, decoded in full."""

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image:
        return pictures.decode(step.unguided)


@dataclass(frozen=True)
class Noisy(_Look):
    """The noisy latents that the UNet is given in this step, drawn as if they were clean; `width` x `height` px."""

    width: int
    height: int

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image:
        return pictures.preview(step.noisy).resize((self.width, self.height), Image.Resampling.BICUBIC)


@dataclass(frozen=True)
class GuidanceEffect(_Look):
    """How far guidance moved the predicted clean latents from those of the prompt alone, `width` x `height` px.

    The distance is the root mean square over the channels, in standard deviations of the clean latents. It spans three
    orders of magnitude between the first step and the last, so the colours go by log(1 + distance / FAINT): black is no
    change at all, the lightest is FULL or more.
    """

    FAINT: ClassVar[float] = 0.05
    FULL: ClassVar[float] = 10.0

    width: int
    height: int

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image:  # noqa: ARG002 (a look is told who can draw)
        moved = (step.predicted - step.unguided).float().square().mean(0).sqrt().cpu().numpy()
        shown = np.log1p(moved / self.FAINT) / np.log1p(self.FULL / self.FAINT)
        picture = heat_map(shown, (self.width, self.height))
        picture.info["note"] = Message(
            "{mean} on average, {most} at most", mean=f"{moved.mean():.2g}", most=f"{moved.max():.2g}"
        )
        return picture
