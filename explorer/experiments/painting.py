"""Painting: a start picture and a mask become what a point needs to change the one and keep the rest.

The mask is brought to the frame's pixels and from there to the cells of the latents, both by maximum. What is drawn
goes back into the picture inside of the mask alone, under a feather that lies inside of it: outside, every pixel is the
picture's own. Knows no experiment.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image
from torch import Tensor

from explorer.experiments.base import Studio
from explorer.experiments.inputs import Painted, PaintedPicture
from explorer.experiments.masks import fitted_mask, zoomed
from explorer.experiments.pictures import fitted
from explorer.space.points import Point, Sampling, digest
from explorer.space.regions import GREY, HALF, Region, feathered, shrunk

SOFT = 6
"""The feather's width in pixels, unless it is said: with it no seam is seen (bench.seams)."""

AROUND = 0.5
"""How much of a mask's size is seen on each side of it where only its surroundings are drawn."""

REGION = PaintedPicture(
    "A picture, and what of it is the film's: the rest stands still. Nothing painted: there is no picture.",
    label="Region of a picture",
    optional=True,
    place="more",
)
"""The input of every film that may stand in a picture; see `around`."""

LEAST = 4
"""Surroundings are at least the LEASTth part of the frame's sides: a model draws no picture of one cell."""

FINEST = 4
"""So many times finer than the frame a start picture is looked at, at most."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels of the frame."""


@dataclass(frozen=True, eq=False)
class Pasted:
    """A finish: the drawn picture in the `original`, by weights (height, width): 0 the original's, 1 what was drawn.

    With a `box` the drawn picture is that part of the original, larger.
    """

    original: Image.Image
    weights: Tensor
    box: Box | None = None

    @cached_property
    def digest(self) -> bytes:
        """Equal for finishes that make equal pictures of equal ones."""
        return digest("pasted", repr((self.original.size, self.box)), self.original.tobytes(), self.weights)

    def __call__(self, picture: Image.Image) -> Image.Image:
        before = np.asarray(self.original, dtype=np.float32)
        drawn = self.original.copy()
        left, top, right, bottom = self.box or (0, 0, *self.original.size)
        drawn.paste(picture.resize((right - left, bottom - top), Image.Resampling.LANCZOS), (left, top))
        mixed = before + self.weights.numpy()[:, :, None] * (np.asarray(drawn, dtype=np.float32) - before)
        return Image.fromarray(np.rint(mixed).astype(np.uint8))


@dataclass(frozen=True)
class Edit:
    """A picture's latents, the region of it that is drawn anew, and the region of nothing, which is the picture."""

    init_latents: Tensor
    region: Region
    nothing: Region

    def inside(self, point: Point, strength: float = 1.0) -> Point:
        """The point in the region, everything around it the picture's."""
        return dataclasses.replace(point, init_latents=self.init_latents, strength=strength, region=self.region)

    def before(self, point: Point) -> Point:
        """The picture as it is, which costs nothing."""
        return dataclasses.replace(point, init_latents=self.init_latents, strength=0.0, region=self.nothing)


def edit_of(
    studio: Studio,
    sampling: Sampling,
    painted: Painted,
    *,
    edge: int = SOFT,
    invert: bool = False,
    only_here: bool = False,
) -> Edit:
    """What a painted picture is for points of that sampling.

    `edge` is the feather's width in pixels, `invert` draws anew what is not painted, and with `only_here` the mask's
    surroundings alone are drawn, as large as the frame, and put back smaller.
    """
    width, height = sampling.width, sampling.height
    original, mask = fitted(painted.picture, width, height, "crop"), fitted_mask(painted.mask, width, height)
    mask = 1 - mask if invert else mask
    weights, box = feathered(mask, edge), surroundings(mask) if only_here else None
    start, strengths = original, mask
    if box is not None:
        finer = min(FINEST, math.ceil(width / (box[2] - box[0])))
        whole = fitted(painted.picture, finer * width, finer * height, "crop")
        left, top, right, bottom = (finer * side for side in box)
        start = whole.resize((width, height), Image.Resampling.LANCZOS, (left, top, right, bottom))
        strengths = zoomed(mask, box, width, height)
    rows, columns = studio.latents_shape(sampling)[1:]
    cells = shrunk(strengths, rows, columns)
    hole = studio.encode_picture(_with_a_hole(start, cells)) if "masked_latents" in studio.extras else None
    latents = studio.encode_picture(start)
    untouched = Region(0 * cells, Pasted(original, 0 * weights))
    return Edit(latents, Region(cells, Pasted(original, weights, box), hole), untouched)


def around(studio: Studio, sampling: Sampling, painted: Painted | None) -> Callable[[Point], Point]:
    """What puts the points of a film into the region of a picture; without one they stay as they are."""
    return (lambda point: point) if painted is None else edit_of(studio, sampling, painted).inside


def _with_a_hole(picture: Image.Image, cells: Tensor) -> Image.Image:
    """The picture with grey in every cell that is drawn anew."""
    hole = Image.fromarray(((cells >= HALF).numpy() * 255).astype(np.uint8))
    holed = picture.copy()
    holed.paste(GREY, mask=hole.resize(picture.size, Image.Resampling.NEAREST))
    return holed


def surroundings(mask: Tensor) -> Box | None:
    """The part of a frame (height, width) around its mask, in the frame's proportions; None where that is all of it."""
    height, width = mask.shape
    rows, columns = mask.amax(1).nonzero().flatten(), mask.amax(0).nonzero().flatten()
    if not len(rows):
        return None
    ends = [(int(line[0]), int(line[-1]) + 1) for line in (columns, rows)]
    part = max(
        (end - start) * (1 + 2 * AROUND) / side for (start, end), side in zip(ends, (width, height), strict=True)
    )
    part = max(part, 1 / LEAST)
    if part >= 1:
        return None
    box = []
    for (start, end), side in zip(ends, (width, height), strict=True):
        length = math.ceil(part * side)
        first = min(max(0, (start + end - length) // 2), side - length)
        box += [first, first + length]
    return box[0], box[2], box[1], box[3]
