"""A drawing in another colour, a little varied, or with an outline where it would vanish before something light.

Pictures are RGBA, uint8 (h, w, 4), colours not premultiplied. It does not know what they show.
"""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

TINTS: dict[str, tuple[int, int, int]] = {
    "red": (216, 40, 44), "orange": (245, 140, 28), "yellow": (250, 210, 55), "green": (66, 168, 74),
    "blue": (44, 104, 220), "purple": (132, 70, 192), "pink": (248, 140, 186), "brown": (128, 82, 48),
    "black": (44, 44, 48), "white": (243, 243, 244), "gray": (140, 142, 146),
}  # fmt: skip
"""The eleven basic colours of English (Berlin and Kay), red, green and blue from 0 to 255."""
SATURATED = 0.18  # of 1: below, a pixel counts as grey
DARK, LIGHT = 0.14, 0.97  # of brightness: eyes and outlines, glints; they stay as they are
COLOURED = 0.25  # share of the visible pixels: a drawing with less colour than that is recoloured by lightness
WHITE = 0.45  # of the visible pixels: a drawing with more white than that is white, whatever its outline
LINE = np.array((92, 92, 100), np.float32)  # of an outline


def tinted(rgba: np.ndarray, tint: str) -> np.ndarray:
    """The drawing in one of `TINTS`: what has a colour takes the new one, lighter and darker parts stay so.

    A grey, black or white drawing is recoloured by its lightness; only what is nearly black or pure white in it stays.

    Raises:
        KeyError: no such tint.
    """
    colour = np.array(TINTS[tint], np.float32)
    rgb = rgba[..., :3].astype(np.float32)
    brightness, spread = rgb.max(-1) / 255, np.ptp(rgb, axis=-1) / np.maximum(rgb.max(-1), 1)
    visible = rgba[..., 3] > 40
    chosen = visible & (spread > SATURATED) & (brightness > DARK)
    white = visible & (brightness >= LIGHT) & (spread <= SATURATED)
    if white.sum() > WHITE * visible.sum():
        chosen = visible & (brightness > DARK)
    elif chosen.sum() < COLOURED * visible.sum():
        chosen = visible & (brightness > DARK) & (brightness < LIGHT)
    if chosen.sum() < COLOURED * visible.sum():
        chosen = visible  # all black
    if not chosen.any():
        return rgba.copy()
    light = rgb @ np.array((0.299, 0.587, 0.114), np.float32) / 255
    made = np.where(chosen[..., None], shaded(light - float(np.median(light[chosen])), colour), rgb)
    made = np.where(visible[..., None], made, colour)  # where next to nothing is seen, rounding left odd colours
    return np.concatenate([np.clip(made + 0.5, 0, 255).astype(np.uint8), rgba[..., 3:]], axis=-1)


def shaded(lightness: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Shades (h, w, 3) of a colour (3,), 0 to 255: itself at lightness 0, towards black at -1 and white at 1."""
    down, up = np.clip(-lightness, 0, 1)[..., None], np.clip(lightness, 0, 1)[..., None]
    # Dark colours have little room below them, so their details go up: or a black cat would have no legs.
    room = np.minimum(1.0, colour.mean() / 110)
    return colour * (1 - 0.9 * room * down) + (255 - colour) * 0.75 * up + 50 * (1 - room) * down


def varied(rgba: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The drawing a little lighter or darker, warmer or cooler, paler or stronger: no colour gets another name."""
    rgb = rgba[..., :3].astype(np.float32)
    gray = rgb.mean(-1, keepdims=True)
    made = (gray + (rgb - gray) * rng.uniform(0.8, 1.2)) * rng.uniform(0.88, 1.1) + rng.uniform(-8, 8, 3)
    return np.concatenate([np.clip(made, 0, 255).astype(np.uint8), rgba[..., 3:]], axis=-1)


def outlined(rgba: np.ndarray, width: float = 1.6) -> np.ndarray:
    """The drawing with a dark line around it where its rim is nearly white; any other comes back as it is.

    Args:
        width: pixels of the line, inside and outside the rim together about twice that.
    """
    alpha = rgba[..., 3].astype(np.float32) / 255
    rim = (alpha > 0.5) & (gaussian_filter(alpha, 1.5) < 0.85)
    if not rim.any() or np.median(rgba[rim, :3].min(-1)) < 205:
        return rgba
    around = np.clip(gaussian_filter(alpha, width) * 3.0, 0, 1)
    inside = np.clip((gaussian_filter(alpha, width) - 0.62) * 6, 0, 1)[..., None] * alpha[..., None]
    rgb = rgba[..., :3] * inside + LINE * (1 - inside)
    return np.concatenate([rgb, around[..., None] * 255], axis=-1).round().astype(np.uint8)


def turned(rgba: np.ndarray, rng: np.random.Generator, degrees: float = 12.0, squash: float = 0.12) -> np.ndarray:
    """The drawing turned by up to so many degrees and wider or narrower by up to such a share, perhaps mirrored."""
    drawn = Image.fromarray(np.ascontiguousarray(rgba[:, ::-1] if rng.uniform() < 0.5 else rgba)).convert("RGBa")
    width = max(1, round(drawn.width * (1 + rng.uniform(-squash, squash))))
    drawn = drawn.resize((width, drawn.height), Image.Resampling.BICUBIC)
    drawn = drawn.rotate(rng.uniform(-degrees, degrees), Image.Resampling.BICUBIC, expand=True)
    return np.asarray(drawn.convert("RGBA"))
