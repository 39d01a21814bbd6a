"""Masks: what of a picture is drawn anew, as a short text that settings and links can carry.

Contract: a mask is a *canonical* text, "16x12:" and the cells of the rows one after the other, each run of equal ones
as its length (left out for 1) and a letter from a (stays) to p (drawn anew in all steps); "" is a mask of nothing.
`canonical_mask` makes it of such a text or of a picture file, white (or transparent) where it is drawn anew;
`fitted_mask` brings it to the pixels of a frame as `pictures.fitted` crops its picture, by maximum, so that no thin
stroke is lost.
A text is never taken for a path: a path is a `pathlib.Path`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from explorer.experiments.picture_files import ALLOWED, check_size, lazily, upright_rgb
from explorer.experiments.pictures import LONGEST, read_source
from explorer.messages import Message

LEVELS = 16
_TEXT = re.compile(r"(\d{1,4})x(\d{1,4}):((?:\d{0,7}[a-p])+)")
_RUN = re.compile(r"(\d*)([a-p])")

MASKS_ALLOWED = Message(
    'a mask as text, such as "4x2:3a2p3a", at most {n} cells a side, or {allowed}', n=LONGEST, allowed=ALLOWED
)


def canonical_mask(source: str | bytes | Path | Image.Image) -> str:
    """The mask that `source` stands for. Raises ValueError with what was given and what is allowed."""
    if source is None:
        raise ValueError("there is no mask")
    if isinstance(source, str) and not source.startswith("data:"):
        return written(read_cells(source)) if source else ""
    if isinstance(source, Image.Image):
        check_size(*source.size)
        image = source
    else:
        image = lazily(read_source(source))
    values = np.asarray(upright_rgb(image, max(image.size)).convert("L"))
    scale = min(1.0, LONGEST / max(image.size))
    height, width = (max(1, round(side * scale)) for side in values.shape)
    return written(_reduced(values, (0, 0, values.shape[1], values.shape[0]), width, height) / 255)


def read_cells(text: str) -> np.ndarray:
    """The strengths (rows, columns) in [0, 1], float32, of a mask that is not "". Raises ValueError."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError("it is no mask")
    width, height = int(found[1]), int(found[2])
    runs = [(int(count or 1), ord(level) - ord("a")) for count, level in _RUN.findall(found[3])]
    total = sum(count for count, _ in runs)
    if not (0 < width <= LONGEST and 0 < height <= LONGEST):
        raise ValueError(Message("it has {w} x {h} cells, at most {n} a side are taken", w=width, h=height, n=LONGEST))
    if total != width * height:
        raise ValueError(Message("it has {n} cells, and says that it has {w} x {h}", n=total, w=width, h=height))
    levels = np.repeat([level for _, level in runs], [count for count, _ in runs])
    return (levels.reshape(height, width) / (LEVELS - 1)).astype(np.float32)


def written(strengths: np.ndarray) -> str:
    """The text of strengths (rows, columns) in [0, 1], rounded to LEVELS; "" where nothing is drawn anew."""
    levels = np.rint(strengths * (LEVELS - 1)).astype(int)
    if not levels.any():
        return ""
    runs = [(len(list(run)), chr(ord("a") + level)) for level, run in groupby(levels.flatten().tolist())]
    height, width = levels.shape
    return f"{width}x{height}:" + "".join(f"{count if count > 1 else ''}{letter}" for count, letter in runs)


def fitted_mask(mask: str, width: int, height: int) -> Tensor:
    """A canonical mask as strengths (height, width) in [0, 1]: it fills the frame, what stands over is cut off."""
    if not mask:
        return torch.zeros(height, width)
    cells = read_cells(mask)
    rows, columns = cells.shape
    inner = (width * rows / height, rows) if columns * height >= width * rows else (columns, height * columns / width)
    box = [(columns - inner[0]) / 2, (rows - inner[1]) / 2, (columns + inner[0]) / 2, (rows + inner[1]) / 2]
    return torch.from_numpy(_reduced(cells, box, width, height))


def zoomed(mask: Tensor, box: Sequence[int], width: int, height: int) -> Tensor:
    """The part of a mask (h, w) in `box` (left, top, right, bottom) as (height, width), by maximum."""
    return torch.from_numpy(_reduced(mask.numpy(), tuple(box), width, height))


def _reduced(cells: np.ndarray, box: Sequence[float], width: int, height: int) -> np.ndarray:
    """The part of cells (rows, columns) in `box` as (height, width), each the largest of those that it touches."""
    columns = [cells[:, a:b].max(1) for a, b in _spans(box[0], box[2], width, cells.shape[1])]
    narrow = np.stack(columns, 1)
    return np.stack([narrow[a:b].max(0) for a, b in _spans(box[1], box[3], height, cells.shape[0])])


def _spans(start: float, end: float, count: int, most: int) -> list[tuple[int, int]]:
    edges = np.linspace(start, end, count + 1)
    low = np.clip(np.floor(edges[:-1] + 1e-6).astype(int), 0, most - 1)
    high = np.clip(np.ceil(edges[1:] - 1e-6).astype(int), low + 1, most)
    return list(zip(low.tolist(), high.tolist(), strict=True))
