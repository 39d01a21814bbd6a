"""Painting styles: filters that make a picture look painted or drawn, and words for the sets' own looks.

It knows nothing of subjects and scenes: a style is a function of a whole picture.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

from training.brushes import SIDE, smooth_noise

STYLES: dict[str, tuple[str, ...]] = {
    "watercolor": ("watercolor painting", "watercolor"),
    "oil painting": ("oil painting", "palette knife painting"),
    "pencil sketch": ("pencil sketch", "pencil drawing", "sketch", "ink drawing"),
    "pixel art": ("pixel art",),
    "black and white photo": ("black and white photo", "monochrome photo"),
    "blueprint": ("blueprint", "architectural sketch"),
}
"""Each style with the words for it, the plainest first."""
COLORLESS = frozenset({"pencil sketch", "black and white photo", "blueprint"})
"""The styles that leave nothing of the colours: they are not told before a coloured background."""
SOURCE_WORDS: dict[str, tuple[str, ...]] = {
    "noto": ("cartoon",),
    "noto-v1": ("blob cartoon",),
    "fluent-emoji": ("soft gradient illustration",),
    "fluent-emoji-flat": ("flat illustration", "flat design"),
    "twemoji": ("vector art", "cartoon"),
    "emojione": ("glossy icon",),
    "fxemoji": ("minimal icon",),
    "streamline-emojis": ("outline drawing", "line art"),
    "fluent-3d": ("3d render", "photo", "dslr photo"),
}
"""What each set's own look is called."""


def paint(picture: np.ndarray, style: str, rng: np.random.Generator) -> np.ndarray:
    """The picture in a style of `STYLES`, float32 (128, 128, 3), 0 to 255, from one of the same kind.

    Raises:
        KeyError: no such style.
    """
    painted = PAINTERS[style](np.clip(picture, 0, 255).astype(np.float32), rng)
    return np.clip(painted, 0, 255).astype(np.float32)


def gray(picture: np.ndarray) -> np.ndarray:
    """Brightness (128, 128), the weights of ITU-R BT.601."""
    return picture @ np.array((0.299, 0.587, 0.114), np.float32)


def warped(picture: np.ndarray, rng: np.random.Generator, cells: int, amount: float) -> np.ndarray:
    """The picture with its edges made uneven by some pixels (nearest pixels, no new colours)."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    down, right = (np.rint(smooth_noise(rng, cells, amount)[..., 0]).astype(int) for _ in range(2))
    return picture[np.clip(rows + down, 0, SIDE - 1), np.clip(columns + right, 0, SIDE - 1)]


def median(picture: np.ndarray, size: int) -> np.ndarray:
    """The picture without details smaller than about half of `size` pixels."""
    return np.asarray(Image.fromarray(picture.astype(np.uint8)).filter(ImageFilter.MedianFilter(size)), np.float32)


def edges(picture: np.ndarray, blur: float) -> np.ndarray:
    """How much the colour that changes most does so, (128, 128), 0 and up: a red roof shows on a grey wall."""
    return np.max([ndimage.gaussian_gradient_magnitude(picture[..., channel], blur) for channel in range(3)], axis=0)


def watercolor(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Washes that run a little, darker at their rims, uneven in pigment, on paper that stays white around."""
    wash = median(warped(picture, rng, 20, 0.8), 3)
    rim = np.clip(edges(wash, 0.9) / 50, 0, 1)[..., None]
    pigment = 0.76 + np.clip(smooth_noise(rng, 7, 0.12), -0.2, 0.2) - 0.06 * smooth_noise(rng, 48, 0.5)
    colour = 255 - (255 - wash) * pigment
    colour = colour * (1 - 0.35 * rim) + np.array((55, 55, 80), np.float32) * 0.35 * rim
    across = np.minimum(np.arange(SIDE), np.arange(SIDE)[::-1]).astype(np.float32)
    margin = np.minimum(across[:, None], across[None, :])[..., None] - 4 - smooth_noise(rng, 12, 2.0)
    return colour + (250 - colour) * np.clip(1 - margin, 0, 1)


def oil_painting(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Few colours in uneven patches under the relief of slanting brush strokes."""
    patches = median(warped(picture, rng, 28, 1.1), 5)
    strokes = ndimage.gaussian_filter1d(rng.standard_normal((SIDE, SIDE), np.float32), 2.5, axis=1)
    slanted = strokes[np.arange(SIDE)[:, None], (np.arange(SIDE)[None] + np.arange(SIDE)[:, None] // 2) % SIDE]
    relief = ndimage.gaussian_filter1d(slanted, 0.8, axis=0)[..., None]
    return (patches / 30).round() * 30 * 0.94 + relief * 34 + np.array((8, 1, -12), np.float32)


def pencil_sketch(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grey lines where brightness changes, hatching where it is dark, on white paper."""
    brightness = gray(picture)
    line = np.clip(edges(picture, 0.8) / 44, 0, 1) ** 0.8
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    strokes = (rows + columns + 2 * smooth_noise(rng, 16, 0.5)[..., 0]) % 4 < 2
    hatch = strokes * np.clip((190 - brightness) / 190, 0, 1)
    grain = rng.standard_normal((SIDE, SIDE), np.float32) * 5
    paper = 250 - 190 * line - 70 * hatch - 0.12 * (255 - brightness) + grain
    return np.repeat(paper[..., None], 3, axis=2)


def pixel_art(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:  # noqa: ARG001, a style like the others
    """32 x 32 squares in few colours; nothing is drawn by lot."""
    squares = np.asarray(Image.fromarray(picture.astype(np.uint8)).reduce(4), np.float32)
    few = np.clip((squares / 36).round() * 36, 0, 255)
    return few.repeat(4, axis=0).repeat(4, axis=1)


def black_and_white_photo(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """No colours, more contrast, film grain, darker corners."""
    off = (np.arange(SIDE, dtype=np.float32) - SIDE / 2) / SIDE
    corners = 1 - 0.7 * (off[:, None] ** 2 + off[None, :] ** 2)
    tone = ((gray(picture) - 128) * 1.15 + 124) * corners + rng.standard_normal((SIDE, SIDE), np.float32) * 5
    return np.repeat(tone[..., None], 3, axis=2)


def blueprint(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """White outlines on blue paper with a grid."""
    line = np.clip(edges(picture, 0.9) / 30 - 0.25, 0, 1)[..., None]
    grid = np.zeros((SIDE, SIDE, 1), np.float32)
    start = rng.integers(0, 16)
    grid[start::16] = grid[:, start::16] = 20
    paper = np.array((28, 72, 152), np.float32) + grid
    return paper * (1 - line) + np.array((228, 240, 255), np.float32) * line


PAINTERS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "watercolor": watercolor,
    "oil painting": oil_painting,
    "pencil sketch": pencil_sketch,
    "pixel art": pixel_art,
    "black and white photo": black_and_white_photo,
    "blueprint": blueprint,
}
