"""Places as pictures of their own, nothing before them, each at a time of day and in a weather: "mountains at sunrise".

Shapes are drawn once in daylight's colours; the sky then tints all of it, and rain, snow or fog falls before it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from training import styles
from training.brushes import LARGE, SIDE, Colour, disc, gradient, smooth_noise, stars
from training.captions import in_style, one_of, with_article
from training.composites import Composite, one_key
from training.places import NAMES, PLACES
from training.terrain import WINDOW

PAINTED = 0.35


class Sky(NamedTuple):
    """A time of day or a weather.

    Attributes:
        words: what a caption says of it, the plainest first.
        top, bottom: of the sky.
        light: what everything is multiplied by, a share of red, green and blue.
        sun: its colour and height, a share of the picture from the top; None is hidden.
    """

    words: tuple[str, ...]
    top: Colour
    bottom: Colour
    light: tuple[float, float, float]
    sun: tuple[Colour, float] | None


SKIES = {
    "day": Sky(
        ("on a sunny day", "in sunshine", "in daylight"), (70, 150, 235), (205, 232, 250), (1, 1, 1),
        ((255, 243, 170), 0.16),
    ),
    "sunrise": Sky(
        ("at sunrise", "at dawn", "in the morning"), (110, 140, 215), (255, 196, 150), (1.0, 0.84, 0.82),
        ((255, 225, 150), 0.42),
    ),
    "sunset": Sky(
        ("at sunset", "in the evening"), (92, 52, 130), (255, 140, 66), (0.86, 0.6, 0.56), ((255, 205, 90), 0.44)
    ),
    "night": Sky(
        ("at night", "under the stars", "by moonlight"), (6, 8, 34), (36, 44, 96), (0.26, 0.3, 0.46),
        ((245, 243, 215), 0.17),
    ),
    "rain": Sky(("in the rain", "on a rainy day"), (108, 118, 132), (168, 176, 186), (0.66, 0.7, 0.76), None),
    "snow": Sky(("in the snow", "in winter"), (176, 196, 218), (226, 235, 244), (0.94, 0.97, 1.04), None),
    "fog": Sky(("in the fog", "in the mist"), (196, 202, 208), (222, 226, 228), (0.9, 0.9, 0.9), None),
    "storm": Sky(("in a storm", "with lightning"), (36, 38, 56), (92, 96, 116), (0.44, 0.45, 0.55), None),
    "autumn": Sky(
        ("in autumn", "in fall"), (132, 180, 222), (242, 232, 208), (1, 1, 1), ((255, 240, 180), 0.18)
    ),
}  # fmt: skip


def landscape(rng: np.random.Generator) -> Composite:
    """A place by lot, at a time and in a weather, perhaps painted."""
    place, sky = one_key(PLACES, rng), one_key(SKIES, rng)
    style = one_key(styles.STYLES, rng) if rng.uniform() < PAINTED else None
    picture = view(place, sky, rng)
    if style:
        picture = styles.paint(picture, style, rng)
    told = rng.uniform() < 0.8 or sky != "day"
    name = one_of(NAMES[place], rng)
    article = name if rng.uniform() < 0.15 else with_article(name)
    words = f"{article} {one_of(SKIES[sky].words, rng)}" if told else article
    return Composite(np.clip(picture + 0.5, 0, 255).astype(np.uint8), in_style(words, style, rng), place, None, style,
                     None, sky=sky)  # fmt: skip


def view(place: str, sky: str, rng: np.random.Generator) -> np.ndarray:
    """The place under that sky, float32 (128, 128, 3), 0 to 255.

    Raises:
        KeyError: no such place or sky.
    """
    air = SKIES[sky]
    picture = gradient(air.top, air.bottom, rng.uniform(0.5, 0.75))
    _heavens(picture, sky, rng)
    behind = np.asarray(picture, np.float32)
    before = Image.new("RGBA", (LARGE, LARGE))
    PLACES[place](before, sky, rng)
    front = np.asarray(before, np.float32)
    share = front[..., 3:] / 255
    lit = np.clip(front[..., :3] * np.array(air.light, np.float32), 0, 255)
    whole = behind * (1 - share) + lit * share
    large = Image.fromarray(np.clip(whole, 0, 255).astype(np.uint8))
    _windows(large, sky, front)
    made = np.asarray(large.reduce(LARGE // SIDE), np.float32)
    return np.clip(_weathered(made, sky, rng) + smooth_noise(rng, 24, 1.5), 0, 255)


def _heavens(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    """Sun, moon, stars, clouds, lightning."""
    air, u = SKIES[sky], rng.uniform
    if sky == "night":
        stars(picture, rng, int(u(30, 60)), 4)
    if air.sun:
        colour, height = air.sun
        disc(picture, u(0.12, 0.88), height + u(-0.05, 0.05), u(0.05, 0.09), colour)
    if sky in ("day", "sunrise", "autumn", "storm", "rain"):
        shade = {"storm": (66, 68, 84), "rain": (138, 146, 158)}.get(sky, (252, 250, 250))
        for _ in range(rng.integers(1, 5)):
            x, y = u(0, 1), u(0.06, 0.26)
            for shift in (-0.08, -0.03, 0.03, 0.08):
                disc(picture, x + shift, y + abs(shift) / 3, 0.055 - abs(shift) / 3, shade)
    if sky == "storm":
        x, y = u(0.2, 0.8), u(0.05, 0.12)
        bolt = [(x, y), (x - 0.05, y + 0.14), (x + 0.02, y + 0.14), (x - 0.04, y + 0.32)]
        ImageDraw.Draw(picture).line([(a * LARGE, b * LARGE) for a, b in bolt], fill=(255, 250, 170), width=6)


def _weathered(made: np.ndarray, sky: str, rng: np.random.Generator) -> np.ndarray:
    """Rain, flakes or fog before everything."""
    if sky in ("rain", "storm"):
        rain = Image.new("L", (SIDE, SIDE))
        draw = ImageDraw.Draw(rain)
        for x, y in rng.uniform(-8, SIDE, (110, 2)):
            draw.line((x, y, x - 3, y + 9), fill=150)
        share = np.asarray(rain, np.float32)[..., None] / 255
        return made * (1 - share) + np.array((196, 210, 226), np.float32) * share
    if sky == "snow":
        flakes = Image.fromarray(made.astype(np.uint8))
        draw = ImageDraw.Draw(flakes)
        for x, y, size in rng.uniform(0, 1, (70, 3)):
            wide = 1 + 2 * size
            draw.ellipse((x * SIDE, y * SIDE, x * SIDE + wide, y * SIDE + wide), fill=(255, 255, 255))
        return np.asarray(flakes, np.float32)
    if sky == "fog":
        thick = np.linspace(0.72, 0.34, SIDE, dtype=np.float32)[:, None, None] + smooth_noise(rng, 5, 0.08)
        return made * (1 - thick) + 216 * thick
    return made


def _windows(picture: Image.Image, sky: str, front: np.ndarray) -> None:
    """Windows, drawn in one very pale yellow, shine when it is dark."""
    if sky in ("night", "storm"):
        lit = (front[..., :3] == WINDOW).all(-1) & (front[..., 3] > 0)
        seen = np.array(picture)
        seen[lit] = (255, 226, 130)
        picture.paste(Image.fromarray(seen))
