"""Pictures as large as people look at them: a small model's 128 pixels are a stamp on their screens.

Contract: what is smaller is enlarged, by Lanczos's filter and all at once; nothing is ever reduced, and what is large
enough stays as it is, bit for bit.
"""

from __future__ import annotations

from PIL import Image

SIDE = 512
"""Pixels of the longer side, unless somebody asks for others."""


def enlarged_size(size: tuple[int, int], side: int = SIDE) -> tuple[int, int]:
    """The (width, height) that a picture of `size` is enlarged to, in its proportions: the longer side is `side`."""
    longer = max(size)
    return size if longer >= side else (round(size[0] * side / longer) or 1, round(size[1] * side / longer) or 1)


def enlarged(picture: Image.Image, side: int = SIDE) -> Image.Image:
    """The picture, its longer side at least `side` pixels."""
    size = enlarged_size(picture.size, side)
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
