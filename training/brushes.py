"""What scenes and styles are drawn with: fades, hills, discs, stars, soft noise.

Pictures are Pillow's, 256 px a side, and are reduced later, so that edges are smooth; places are shares of the side.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

SIDE = 128
LARGE = 256
Colour = tuple[float, float, float]


def smooth_noise(rng: np.random.Generator, cells: int, amount: float) -> np.ndarray:
    """Soft spots, float32 (128, 128, 1), about `amount` strong, `cells` of them a side."""
    spots = Image.fromarray(rng.standard_normal((cells, cells), np.float32) * np.float32(amount))
    return np.asarray(spots.resize((SIDE, SIDE), Image.Resampling.BICUBIC))[..., None]


def gradient(top: Colour, bottom: Colour, end: float = 1.0) -> Image.Image:
    """A large picture that fades from top to bottom, which it reaches at the share `end` of the height."""
    share = np.clip(np.linspace(0, 1, LARGE, dtype=np.float32) / end, 0, 1)[:, None, None]
    rows = np.asarray(top, np.float32) * (1 - share) + np.asarray(bottom, np.float32) * share
    return Image.fromarray(np.repeat(np.clip(rows, 0, 255).astype(np.uint8), LARGE, axis=1))


def ground(picture: Image.Image, rng: np.random.Generator, height: float, swing: float, colour: Colour) -> None:
    """Fills below a wavy line at the share `height` of the picture."""
    across = np.linspace(0, 1, 33)
    start, pace = rng.uniform(0, 6.28, 2), rng.uniform(3, 7)
    line = height + swing * (np.sin(across * pace + start[0]) + 0.5 * np.sin(across * pace * 2.3 + start[1]))
    edge = [(x * LARGE, y * LARGE) for x, y in zip(across, line, strict=True)]
    ImageDraw.Draw(picture).polygon([*edge, (LARGE, LARGE), (0, LARGE)], fill=solid(colour))


def disc(picture: Image.Image, x: float, y: float, radius: float, colour: Colour) -> None:
    """A round spot; x, y and radius are shares of the side."""
    box = tuple(round(share * LARGE) for share in (x - radius, y - radius, x + radius, y + radius))
    ImageDraw.Draw(picture).ellipse(box, fill=solid(colour))


def stars(picture: Image.Image, rng: np.random.Generator, count: int, largest: float) -> None:
    """White spots all over, up to `largest` large pixels wide."""
    draw = ImageDraw.Draw(picture)
    for x, y, size in rng.uniform(0, 1, (count, 3)):
        left, top, wide = x * LARGE, y * LARGE, 1 + size * size * largest
        draw.ellipse((left, top, left + wide, top + wide), fill=(255, 252, round(200 + 55 * size)))


def solid(colour: Colour) -> tuple[int, int, int]:
    """A colour as Pillow takes it."""
    red, green, blue = (min(255, max(0, round(part))) for part in colour)
    return red, green, blue
