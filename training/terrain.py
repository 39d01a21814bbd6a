"""What landscapes are made of: ground, peaks, water, trees, drawn by Pillow, 256 px a side; places are shares of it.

What is green is brown in autumn and white in snow.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from training.brushes import LARGE, Colour, disc, solid

GREENS = ((96, 172, 78), (74, 150, 70), (120, 186, 84))
AUTUMN = ((222, 140, 48), (198, 86, 40), (226, 178, 64))
WINDOW = (251, 243, 203)
"""Of windows, which shine when it is dark; nothing else has this very colour."""


def green(sky: str, rng: np.random.Generator) -> Colour:
    """Of grass and leaves; brown in autumn, white in snow."""
    if sky == "snow":
        return (236, 241, 248)
    kinds = AUTUMN if sky == "autumn" else GREENS
    return tuple(part + rng.uniform(-14, 14) for part in kinds[rng.integers(len(kinds))])


def peaks(picture: Image.Image, rng: np.random.Generator, base: float, high: float, colour: Colour, snow: bool) -> None:
    """A row of peaks, white at their tops."""
    draw = ImageDraw.Draw(picture)
    x = rng.uniform(-0.15, 0.05)
    while x < 1.05:
        half, peak = rng.uniform(0.16, 0.3), base - high * rng.uniform(0.65, 1.0)
        left, top, right = (x - half, base), (x, peak), (x + half * rng.uniform(0.8, 1.2), base)
        polygon(draw, (left, top, right, (right[0], 1), (left[0], 1)), colour)
        polygon(draw, (top, right, (x + 0.02, base)), tuple(0.86 * part for part in colour))
        if snow:
            share = rng.uniform(0.22, 0.38)
            cap = [(x + (edge - x) * share, peak + (base - peak) * share) for edge in (left[0], right[0])]
            polygon(draw, (cap[0], top, cap[1], (x + 0.01, peak + (base - peak) * share * 0.7)), (246, 249, 253))
        x += half * rng.uniform(0.9, 1.4)


def polygon(draw: ImageDraw.ImageDraw, corners: tuple[tuple[float, float], ...], colour: Colour) -> None:
    """Fills between corners that are shares of the side."""
    draw.polygon([(x * LARGE, y * LARGE) for x, y in corners], fill=solid(colour))


def water(picture: Image.Image, rng: np.random.Generator, top: float, bottom: float = 1.0) -> None:
    """A flat sheet with glints."""
    draw = ImageDraw.Draw(picture)
    blue = (58 + rng.uniform(-12, 12), 132 + rng.uniform(-16, 16), 196)
    draw.rectangle((0, top * LARGE, LARGE, bottom * LARGE), fill=solid(blue))
    for x, y in rng.uniform(0, 1, (14, 2)):
        row, wide = (top + (bottom - top) * y) * LARGE, 10 + 26 * y
        draw.line((x * LARGE, row, x * LARGE + wide, row), fill=solid(tuple(part + 34 for part in blue)), width=2)


def tree(
    picture: Image.Image, x: float, base: float, high: float, sky: str, rng: np.random.Generator, fir: bool
) -> None:
    """A fir or a round tree, `high` a share of the side."""
    draw = ImageDraw.Draw(picture)
    leaves = tuple(0.72 * part for part in green(sky, rng)) if sky not in ("snow", "autumn") else green(sky, rng)
    draw.rectangle(
        [part * LARGE for part in (x - high * 0.05, base - high * 0.3, x + high * 0.05, base)], fill=(98, 68, 44)
    )
    if fir:
        for step in (0.0, 0.26, 0.52):
            low, half = base - high * (0.2 + step), high * 0.3 * (1 - 0.9 * step)
            polygon(draw, ((x - half, low), (x + half, low), (x, low - high * 0.42)), leaves)
    else:
        for dx, dy in ((-0.18, 0.5), (0.18, 0.52), (0, 0.7)):
            disc(picture, x + dx * high, base - dy * high, high * 0.26, leaves)
