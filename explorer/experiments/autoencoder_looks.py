"""Looks into an autoencoder: what goes in, what it keeps, what comes out, and what is lost on the way.

Looks as of `space/plans`, of the step that a point at rest has (its latents are an encoded picture's, poked or not).
Those that compare are given the original, RGB, of the very size that is decoded. What is measured is of the decoded
picture's bytes and stands in the `note`. Scales of colours are fixed, so pictures of two runs can be compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image

from explorer.experiments.looks import heat_map
from explorer.messages import Message
from explorer.space.plans import Drawing
from explorer.space.points import digest
from explorer.space.steps import Step


def psnr(a: Image.Image, b: Image.Image) -> float:
    """The peak signal-to-noise ratio of two RGB pictures of one size, in dB: `10 * log10(255**2 / MSE)`.

    MSE is the mean squared difference over all pixels and the three colours; equal pictures give infinity. Twice the
    difference is 6.02 dB less. Raises ValueError for pictures of two sizes.
    """
    mean_square = float((_difference(a, b) ** 2).mean())
    return math.inf if mean_square == 0 else 10 * math.log10(255**2 / mean_square)


def mean_error(a: Image.Image, b: Image.Image) -> float:
    """The mean absolute difference of two RGB pictures of one size, 0 to 255. Raises ValueError for two sizes."""
    return float(np.abs(_difference(a, b)).mean())


def _difference(a: Image.Image, b: Image.Image) -> np.ndarray:
    if a.size != b.size:
        raise ValueError(f"size = {b.size} is not allowed: the size of the other picture, {a.size}")
    return np.asarray(a.convert("RGB"), float) - np.asarray(b.convert("RGB"), float)


def measured(a: Image.Image, b: Image.Image) -> str:
    """PSNR and mean error in words: "PSNR 28.6 dB, mean error 6.3 of 255"."""
    decibels = psnr(a, b)
    if math.isinf(decibels):
        return Message("PSNR infinite: not one value of 255 is off")
    return Message("PSNR {db} dB, mean error {e} of 255", db=f"{decibels:.1f}", e=f"{mean_error(a, b):.1f}")


class _Compares:
    """What the looks at an original have in common: a name that holds all of its pixels."""

    version: ClassVar[int] = 1
    original: Image.Image

    @property
    def digest(self) -> bytes:
        """Equal for looks that draw equal pictures of equal steps."""
        pixels = self.original.convert("RGB").tobytes()
        return digest(type(self).__name__, self.version, repr(self.original.size), pixels)


@dataclass(frozen=True, eq=False)
class Original(_Compares):
    """The picture that went in, without any decoding; `note` is what is to be said about it."""

    original: Image.Image
    note: str

    @property
    def digest(self) -> bytes:
        """Equal for equal pictures with equal notes."""
        return digest(super().digest, self.note)

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image:  # noqa: ARG002 (there is nothing to draw)
        return _noted(self.original, self.note)


@dataclass(frozen=True, eq=False)
class Decoded(_Compares):
    """The decoded picture, as it is; the note says how far from the original it came out."""

    original: Image.Image

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image:
        decoded = pictures.decode(step.latents)
        return _noted(decoded, measured(self.original, decoded))


@dataclass(frozen=True, eq=False)
class ErrorMap(_Compares):
    """How far each pixel of the decoded picture is from the original's, as heat.

    It is the mean absolute difference of the three colours: black is none, the lightest colour is FULL of 255 or more.
    """

    FULL: ClassVar[float] = 40.0

    original: Image.Image

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image:
        decoded = pictures.decode(step.latents)
        error = np.abs(_difference(self.original, decoded)).mean(-1)
        note = Message(
            "{measured} (black: 0, lightest: {full})", measured=measured(self.original, decoded), full=f"{self.FULL:g}"
        )
        return _noted(heat_map(error / self.FULL, decoded.size), note)


@dataclass(frozen=True)
class Channel:
    """One channel of the latents in greys, each number an even patch, `width` x `height` px.

    Mid-grey is zero, black is -RANGE or less and white RANGE or more, in standard deviations of the latents that models
    are trained on.
    """

    RANGE: ClassVar[float] = 3.0
    version: ClassVar[int] = 1

    channel: int  # counted from 0
    width: int
    height: int

    @property
    def digest(self) -> bytes:
        """Equal for looks that draw equal pictures of equal steps."""
        return digest(repr(self), self.version)

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image:  # noqa: ARG002 (a channel is not decoded)
        numbers = step.latents[self.channel].float().cpu().numpy()
        greys = np.clip(numbers / self.RANGE / 2 + 0.5, 0, 1) * 255
        picture = Image.fromarray(greys.round().astype(np.uint8)).convert("RGB")
        note = Message(
            "{l} to {h} (black: {b}, grey: 0, white: {w})",
            l=f"{numbers.min():.1f}",
            h=f"{numbers.max():.1f}",
            b=f"{-self.RANGE:g}",
            w=f"{self.RANGE:g}",
        )
        return _noted(picture.resize((self.width, self.height), Image.Resampling.NEAREST), note)


def _noted(picture: Image.Image, note: str) -> Image.Image:
    """A copy whose info is the note and nothing else of the file it may have come from."""
    copy = picture.convert("RGB").copy()
    copy.info = {"note": note}
    return copy
