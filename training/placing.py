"""Drawings cut to what is seen of them and put before a background, by the places of their edges in pixels.

Sizes here are of what is seen, not of the square it was drawn in. It does not know what drawings show.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from training.brushes import SIDE

VISIBLE = 24  # of alpha, 0 to 255


class Box(NamedTuple):
    """Where something is, in pixels, and how large."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


def cut(rgba: np.ndarray) -> np.ndarray:
    """The part of a picture (h, w, 4) that is seen; a picture in which nothing is seen stays whole."""
    rows, columns = ((rgba[..., 3] > VISIBLE).any(axis) for axis in (1, 0))
    if not rows.any():
        return rgba
    (top, bottom), (left, right) = (np.nonzero(each)[0][[0, -1]] for each in (rows, columns))
    return rgba[top : bottom + 1, left : right + 1]


def fit(rgba: np.ndarray, wide: float, high: float) -> tuple[float, float]:
    """Width and height of a cut picture, in its own proportions, as large as goes into so many pixels."""
    scale = min(wide / rgba.shape[1], high / rgba.shape[0])
    return rgba.shape[1] * scale, rgba.shape[0] * scale


def pasted(behind: np.ndarray, rgba: np.ndarray, box: Box) -> None:
    """Draws a cut picture into the background, float32 (128, 128, 3), 0 to 255; what is beyond its edge is lost."""
    width, height = max(1, round(box.width)), max(1, round(box.height))
    # RGBa is premultiplied: what is invisible must not bleed into the edges when it is resampled.
    drawing = Image.fromarray(np.ascontiguousarray(rgba)).convert("RGBa")
    front = np.asarray(drawing.resize((width, height), Image.Resampling.LANCZOS), np.float32)
    left, top = round(box.left), round(box.top)
    rows, columns = slice(max(0, top), min(SIDE, top + height)), slice(max(0, left), min(SIDE, left + width))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    front = front[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    behind[rows, columns] = front[..., :3] + behind[rows, columns] * (1 - front[..., 3:] / 255)


def shadow(behind: np.ndarray, box: Box, strength: float = 0.22) -> None:
    """A soft round shadow on the ground below something, so that it stands somewhere."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    across = (columns - (box.left + box.width / 2)) / max(1.0, 0.5 * box.width)
    down = (rows - box.bottom + 1) / max(1.0, 0.07 * box.width + 1)
    behind *= 1 - strength * np.clip(1 - across**2 - down**2, 0, 1)[..., None]
