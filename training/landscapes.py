"""Places as pictures of their own, nothing before them, each at a time of day and in a weather: "mountains at sunrise".

Shapes are drawn once in daylight's colours; the sky then tints all of it, and rain, snow or fog falls before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from training import scenes, styles
from training.brushes import LARGE, SIDE, Colour, disc, gradient, ground, smooth_noise, solid, stars
from training.captions import in_style, one_of, with_article
from training.composites import Composite, one_key

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
    "day": Sky(("on a sunny day", "in sunshine", "in daylight"), (70, 150, 235), (205, 232, 250), (1, 1, 1), ((255, 243, 170), 0.16)),
    "sunrise": Sky(("at sunrise", "at dawn", "in the morning"), (110, 140, 215), (255, 196, 150), (1.0, 0.84, 0.82), ((255, 225, 150), 0.42)),
    "sunset": Sky(("at sunset", "in the evening"), (92, 52, 130), (255, 140, 66), (0.86, 0.6, 0.56), ((255, 205, 90), 0.44)),
    "night": Sky(("at night", "under the stars", "by moonlight"), (6, 8, 34), (36, 44, 96), (0.26, 0.3, 0.46), ((245, 243, 215), 0.17)),
    "rain": Sky(("in the rain", "on a rainy day"), (108, 118, 132), (168, 176, 186), (0.66, 0.7, 0.76), None),
    "snow": Sky(("in the snow", "in winter"), (176, 196, 218), (226, 235, 244), (0.94, 0.97, 1.04), None),
    "fog": Sky(("in the fog", "in the mist"), (196, 202, 208), (222, 226, 228), (0.9, 0.9, 0.9), None),
    "storm": Sky(("in a storm", "with lightning"), (36, 38, 56), (92, 96, 116), (0.44, 0.45, 0.55), None),
    "autumn": Sky(("in autumn", "in fall"), (132, 180, 222), (242, 232, 208), (1, 1, 1), ((255, 240, 180), 0.18)),
}  # fmt: skip
GREENS = ((96, 172, 78), (74, 150, 70), (120, 186, 84))
AUTUMN = ((222, 140, 48), (198, 86, 40), (226, 178, 64))


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


WINDOW = (251, 243, 203)


def _green(sky: str, rng: np.random.Generator) -> Colour:
    """Of grass and leaves; brown in autumn, white in snow."""
    if sky == "snow":
        return (236, 241, 248)
    kinds = AUTUMN if sky == "autumn" else GREENS
    return tuple(part + rng.uniform(-14, 14) for part in kinds[rng.integers(len(kinds))])


def _land(picture: Image.Image, rng: np.random.Generator, height: float, swing: float, colour: Colour) -> None:
    ground(picture, rng, height, swing, (*colour[:3],))


def _range(
    picture: Image.Image, rng: np.random.Generator, base: float, high: float, colour: Colour, snow: bool
) -> None:
    """A row of peaks, white at their tops."""
    draw = ImageDraw.Draw(picture)
    x = rng.uniform(-0.15, 0.05)
    while x < 1.05:
        half, peak = rng.uniform(0.16, 0.3), base - high * rng.uniform(0.65, 1.0)
        left, top, right = (x - half, base), (x, peak), (x + half * rng.uniform(0.8, 1.2), base)
        _polygon(draw, (left, top, right, (right[0], 1), (left[0], 1)), colour)
        _polygon(draw, (top, right, (x + 0.02, base)), tuple(0.86 * part for part in colour))
        if snow:
            share = rng.uniform(0.22, 0.38)
            cap = [(x + (edge - x) * share, peak + (base - peak) * share) for edge in (left[0], right[0])]
            _polygon(draw, (cap[0], top, cap[1], (x + 0.01, peak + (base - peak) * share * 0.7)), (246, 249, 253))
        x += half * rng.uniform(0.9, 1.4)


def _polygon(draw: ImageDraw.ImageDraw, corners: tuple[tuple[float, float], ...], colour: Colour) -> None:
    draw.polygon([(x * LARGE, y * LARGE) for x, y in corners], fill=solid(colour))


def _water(picture: Image.Image, rng: np.random.Generator, top: float, bottom: float = 1.0) -> None:
    """A flat sheet with glints."""
    draw = ImageDraw.Draw(picture)
    blue = (58 + rng.uniform(-12, 12), 132 + rng.uniform(-16, 16), 196)
    draw.rectangle((0, top * LARGE, LARGE, bottom * LARGE), fill=solid(blue))
    for x, y in rng.uniform(0, 1, (14, 2)):
        row, wide = (top + (bottom - top) * y) * LARGE, 10 + 26 * y
        draw.line((x * LARGE, row, x * LARGE + wide, row), fill=solid(tuple(part + 34 for part in blue)), width=2)


def _tree(
    picture: Image.Image, x: float, base: float, high: float, sky: str, rng: np.random.Generator, fir: bool
) -> None:
    """A fir or a round tree, `high` a share of the side."""
    draw = ImageDraw.Draw(picture)
    leaves = tuple(0.72 * part for part in _green(sky, rng)) if sky not in ("snow", "autumn") else _green(sky, rng)
    draw.rectangle(
        [part * LARGE for part in (x - high * 0.05, base - high * 0.3, x + high * 0.05, base)], fill=(98, 68, 44)
    )
    if fir:
        for step in (0.0, 0.26, 0.52):
            low, half = base - high * (0.2 + step), high * 0.3 * (1 - 0.9 * step)
            _polygon(draw, ((x - half, low), (x + half, low), (x, low - high * 0.42)), leaves)
    else:
        for dx, dy in ((-0.18, 0.5), (0.18, 0.52), (0, 0.7)):
            disc(picture, x + dx * high, base - dy * high, high * 0.26, leaves)


def mountains(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    snow = rng.uniform() < 0.7 or sky == "snow"
    _range(picture, rng, rng.uniform(0.66, 0.76), 0.42, (122, 132, 160), snow)
    _range(picture, rng, 0.86, 0.34, (88, 100, 124), snow and rng.uniform() < 0.5)
    _land(picture, rng, rng.uniform(0.8, 0.88), 0.02, _green(sky, rng))


def mountain_lake(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    shore = rng.uniform(0.56, 0.64)
    _range(picture, rng, shore, 0.4, (116, 128, 156), True)
    _land(picture, rng, shore - 0.02, 0.012, _green(sky, rng))
    _water(picture, rng, shore + 0.03, 0.92)
    _land(picture, rng, rng.uniform(0.88, 0.93), 0.014, _green(sky, rng))
    for x in rng.uniform(0.02, 0.98, rng.integers(0, 4)):
        _tree(picture, x, 0.97, rng.uniform(0.2, 0.34), sky, rng, True)


def hills(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    for level in (0.5, 0.62, 0.76):
        _land(picture, rng, level + rng.uniform(-0.03, 0.03), 0.035, _green(sky, rng))
    for x in rng.uniform(0.05, 0.95, rng.integers(1, 5)):
        _tree(picture, x, rng.uniform(0.72, 0.9), rng.uniform(0.12, 0.26), sky, rng, rng.uniform() < 0.3)


def forest(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    _land(picture, rng, 0.66, 0.02, _green(sky, rng))
    fir = rng.uniform() < 0.55
    for base in np.sort(rng.uniform(0.62, 0.95, 16)):
        _tree(picture, rng.uniform(0, 1), base, rng.uniform(0.34, 0.5), sky, rng, fir)


def forest_path(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    _land(picture, rng, 0.56, 0.02, _green(sky, rng))
    bend, middle = rng.uniform(-0.12, 0.12), rng.uniform(0.42, 0.58)
    path = (
        (middle - 0.02, 0.57),
        (middle + 0.02, 0.57),
        (middle + 0.08 + bend, 0.75),
        (0.8, 1),
        (0.2, 1),
        (middle - 0.08 + bend, 0.75),
    )
    _polygon(ImageDraw.Draw(picture), path, (196, 164, 118))
    for base in np.sort(rng.uniform(0.6, 0.98, 14)):
        side = 1 if rng.uniform() < 0.5 else -1
        _tree(
            picture,
            middle + side * (0.1 + (base - 0.55) * rng.uniform(0.5, 1.2)),
            base,
            rng.uniform(0.34, 0.52),
            sky,
            rng,
            rng.uniform() < 0.5,
        )


def sea(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    _water(picture, rng, rng.uniform(0.5, 0.6))
    draw = ImageDraw.Draw(picture)
    for row in np.linspace(0.66, 0.96, 4):
        crest = [(x * LARGE / 8, (row + 0.014 * np.sin(x * 2.2 + rng.uniform(0, 6))) * LARGE) for x in range(9)]
        draw.line(crest, fill=(225, 238, 246), width=3)


def coast(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    sea(picture, sky, rng)
    side = rng.uniform() < 0.5
    top = rng.uniform(0.34, 0.44)
    cliff = [(0, top), (0.24, top + 0.02), (0.36, top + 0.1), (0.4, 0.72), (0.3, 0.86), (0, 0.94)]
    corners = tuple((x if side else 1 - x, y) for x, y in cliff)
    _polygon(ImageDraw.Draw(picture), corners, (142, 126, 108))
    _polygon(
        ImageDraw.Draw(picture),
        (*corners[:3], (corners[2][0], top + 0.12), (corners[0][0], top + 0.07)),
        _green(sky, rng),
    )


def beach(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    horizon = rng.uniform(0.42, 0.52)
    _water(picture, rng, horizon)
    shore = horizon + rng.uniform(0.16, 0.24)
    _land(picture, rng, shore - 0.02, 0.012, (235, 246, 250))
    _land(picture, rng, shore + 0.01, 0.012, (240, 215, 160))
    if rng.uniform() < 0.5:
        x = rng.uniform(0.12, 0.88)
        ImageDraw.Draw(picture).line([part * LARGE for part in (x, 0.84, x + 0.05, 0.42)], fill=(120, 84, 52), width=8)
        for angle in np.linspace(0, np.pi, 6):
            tip = (x + 0.05 + 0.16 * np.cos(angle), 0.42 - 0.1 * np.sin(angle) + 0.08 * abs(np.cos(angle)))
            _polygon(ImageDraw.Draw(picture), ((x + 0.03, 0.42), (x + 0.07, 0.4), tip), (56, 138, 66))


def waterfall(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    middle, wide, top = rng.uniform(0.38, 0.62), rng.uniform(0.07, 0.13), rng.uniform(0.2, 0.3)
    draw = ImageDraw.Draw(picture)
    _polygon(draw, ((0, top - 0.04), (1, top + rng.uniform(-0.05, 0.05)), (1, 1), (0, 1)), (112, 106, 100))
    for x in rng.uniform(0, 1, 9):
        draw.line(
            [part * LARGE for part in (x, top + 0.05, x + rng.uniform(-0.05, 0.05), 0.76)], fill=(92, 88, 84), width=5
        )
    _land(picture, rng, 0.78, 0.012, (74, 148, 196))
    _polygon(
        draw,
        ((middle - wide, top), (middle + wide, top), (middle + wide * 1.3, 0.8), (middle - wide * 1.3, 0.8)),
        (206, 230, 246),
    )
    for x in rng.uniform(-wide, wide, 6):
        draw.line([part * LARGE for part in (middle + x, top, middle + x * 1.3, 0.8)], fill=(246, 251, 254), width=4)
    for x in rng.uniform(-0.2, 0.2, 7):
        disc(picture, middle + x, 0.81 + rng.uniform(-0.02, 0.02), 0.04, (240, 247, 252))
    for x in (rng.uniform(0, 0.2), rng.uniform(0.8, 1)):
        _tree(picture, x, top + 0.06, 0.24, sky, rng, rng.uniform() < 0.5)


def river(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    level = rng.uniform(0.5, 0.58)
    _range(picture, rng, level + 0.04, 0.2, (118, 136, 150), False)
    _land(picture, rng, level, 0.02, _green(sky, rng))
    swing = rng.uniform(-0.16, 0.16)
    bed = ((0.47, level + 0.03), (0.53, level + 0.03), (0.6 + swing, 0.72), (0.82, 1), (0.24, 1), (0.42 + swing, 0.72))
    _polygon(ImageDraw.Draw(picture), bed, (66, 142, 204))
    for x in rng.uniform(0, 1, 5):
        _tree(
            picture,
            x * 0.3 if x < 0.5 else 0.7 + (x - 0.5) * 0.6,
            rng.uniform(0.66, 0.9),
            0.2,
            sky,
            rng,
            rng.uniform() < 0.4,
        )


def desert(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    for level, colour in ((0.5, (238, 194, 122)), (0.62, (226, 172, 98)), (0.78, (204, 146, 78))):
        _land(picture, rng, level + rng.uniform(-0.03, 0.03), 0.045, colour)


def canyon(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(picture)
    for left in (True, False):
        edge = rng.uniform(0.3, 0.42)
        for step, colour in enumerate(((206, 108, 66), (184, 90, 56), (222, 132, 82), (166, 78, 50))):
            top = 0.34 + 0.15 * step + rng.uniform(-0.02, 0.02)
            reach = edge + 0.045 * step
            corners = ((0, top), (reach - 0.05, top), (reach, top + 0.05), (reach, 1), (0, 1))
            _polygon(draw, corners if left else tuple((1 - x, y) for x, y in corners), colour)
    _polygon(draw, ((0.44, 0.86), (0.56, 0.86), (0.66, 1), (0.34, 1)), (86, 156, 190))


def meadow(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    level = rng.uniform(0.46, 0.56)
    _land(picture, rng, level, 0.03, _green(sky, rng))
    _land(picture, rng, level + 0.12, 0.02, _green(sky, rng))
    kinds = ((226, 54, 60), (250, 212, 64), (244, 244, 248), (186, 88, 206), (250, 140, 180))
    chosen = [kinds[n] for n in rng.integers(0, len(kinds), rng.integers(1, 4))]
    for x, y in rng.uniform(0, 1, (rng.integers(50, 90), 2)):
        disc(picture, x, level + 0.1 + (0.9 - level) * y, 0.009 + 0.014 * y, chosen[int(x * 997) % len(chosen)])


def lavender_field(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    _rows(picture, rng, (146, 98, 196), _green(sky, rng))


def wheat_field(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    _rows(picture, rng, (232, 196, 92), (206, 164, 66))


def _rows(picture: Image.Image, rng: np.random.Generator, crop: Colour, between: Colour) -> None:
    """Rows of a crop that meet at the horizon."""
    level, meet = rng.uniform(0.46, 0.54), rng.uniform(0.3, 0.7)
    _land(picture, rng, level, 0.012, between)
    draw = ImageDraw.Draw(picture)
    for start in np.arange(-1.4, 2.4, 0.26):
        _polygon(
            draw, ((meet - 0.004, level + 0.02), (meet + 0.004, level + 0.02), (start + 0.15, 1), (start, 1)), crop
        )


def city(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(picture)
    for depth in (0, 1):
        left = -rng.uniform(0, 20)
        while left < LARGE:
            wide, top, gray = (
                rng.uniform(22, 44),
                rng.uniform(50 + 36 * depth, 150 + 36 * depth),
                rng.uniform(90, 160) - 30 * depth,
            )
            draw.rectangle((left, top, left + wide, LARGE), fill=solid((gray, gray + 4, gray + 16)))
            for x in np.arange(left + 5, left + wide - 7, 10):
                for y in np.arange(top + 8, 0.96 * LARGE, 14):
                    if rng.uniform() < 0.55:
                        draw.rectangle((x, y, x + 4, y + 7), fill=WINDOW)
            left += wide + rng.uniform(0, 3)
    if rng.uniform() < 0.4:
        _water(picture, rng, 0.84)


def village(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    _land(picture, rng, 0.52, 0.03, _green(sky, rng))
    draw = ImageDraw.Draw(picture)
    for base in np.sort(rng.uniform(0.62, 0.92, 6)):
        x, wide, high = rng.uniform(0.02, 0.84), rng.uniform(0.14, 0.2), rng.uniform(0.1, 0.14)
        wall = ((240, 226, 196), (226, 206, 180), (246, 240, 228))[rng.integers(3)]
        roof = (244, 247, 252) if sky == "snow" else ((178, 70, 50), (150, 88, 58), (96, 104, 128))[rng.integers(3)]
        _polygon(draw, ((x, base - high), (x + wide, base - high), (x + wide, base), (x, base)), wall)
        _polygon(
            draw, ((x - 0.02, base - high), (x + wide / 2, base - high * 1.9), (x + wide + 0.02, base - high)), roof
        )
        for share in (0.18, 0.6):
            box = (x + share * wide, base - 0.72 * high, x + (share + 0.2) * wide, base - 0.35 * high)
            draw.rectangle([part * LARGE for part in box], fill=WINDOW)
    for x in rng.uniform(0, 1, 3):
        _tree(picture, x, rng.uniform(0.66, 0.95), 0.2, sky, rng, rng.uniform() < 0.5)


def street(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(picture)
    meet = rng.uniform(0.42, 0.58)
    for side in (0.0, 1.0):
        for far, near in ((0.0, 0.45), (0.45, 0.78), (0.78, 1.0)):
            x0, x1 = (side + (meet - side) * share * 0.86 for share in (far, near))
            top0, top1 = (0.06 + 0.4 * share + rng.uniform(-0.05, 0.05) for share in (far, near))
            base0, base1 = (1.0 - 0.38 * share for share in (far, near))
            wall = ((206, 120, 88), (226, 190, 140), (170, 150, 140), (146, 160, 176))[rng.integers(4)]
            _polygon(draw, ((x0, top0), (x1, top1), (x1, base1), (x0, base0)), wall)
            for row in (0.3, 0.55, 0.8):
                a, b = (
                    (x0 + (x1 - x0) * 0.25, top0 + (base0 - top0) * row * 0.8),
                    (x0 + (x1 - x0) * 0.7, top1 + (base1 - top1) * row * 0.8),
                )
                _polygon(draw, (a, b, (b[0], b[1] + 0.04), (a[0], a[1] + 0.06)), WINDOW)
    _polygon(draw, ((meet - 0.06, 0.66), (meet + 0.06, 0.66), (1, 1), (0, 1)), (104, 104, 110))
    _polygon(draw, ((meet - 0.006, 0.68), (meet + 0.006, 0.68), (meet + 0.03, 1), (meet - 0.03, 1)), (236, 228, 170))


def island(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    sea(picture, sky, rng)
    middle, wide = rng.uniform(0.38, 0.62), rng.uniform(0.2, 0.3)
    box = [part * LARGE for part in (middle - wide, 0.56, middle + wide, 0.74)]
    ImageDraw.Draw(picture).pieslice(box, 180, 360, fill=(238, 212, 156))
    disc(picture, middle, 0.62, wide * 0.4, _green(sky, rng))
    _tree(picture, middle + 0.04, 0.58, 0.24, sky, rng, False)


def volcano(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    middle, top = rng.uniform(0.4, 0.6), rng.uniform(0.24, 0.32)
    draw = ImageDraw.Draw(picture)
    _polygon(
        draw, ((middle - 0.08, top), (middle + 0.08, top), (middle + 0.42, 0.82), (middle - 0.42, 0.82)), (104, 82, 76)
    )
    _polygon(
        draw,
        (
            (middle - 0.08, top),
            (middle + 0.08, top),
            (middle + 0.1, 0.52),
            (middle + 0.02, 0.44),
            (middle - 0.06, 0.58),
        ),
        (240, 104, 36),
    )
    for step in range(5):
        disc(picture, middle + rng.uniform(-0.06, 0.1) * step, top - 0.05 * step, 0.04 + 0.012 * step, (150, 146, 148))
    _land(picture, rng, 0.78, 0.02, _green(sky, rng))


PLACES: dict[str, Callable[[Image.Image, str, np.random.Generator], None]] = {
    painter.__name__.replace("_", " "): painter
    for painter in (mountains, mountain_lake, hills, forest, forest_path, sea, coast, beach, waterfall, river, desert, canyon,
                    meadow, lavender_field, wheat_field, city, village, street, island, volcano)
}  # fmt: skip
NAMES: dict[str, tuple[str, ...]] = {
    "mountains": ("mountains", "snowy mountains", "mountain landscape", "mountain range"),
    "mountain lake": ("mountain lake", "lake", "lake in the mountains"),
    "hills": ("hills", "green hills", "landscape"),
    "forest": ("forest", "trees", "woods", "forest landscape"),
    "forest path": ("forest path", "path through the woods", "road through a forest"),
    "sea": ("sea", "ocean", "ocean waves", "seascape"),
    "coast": ("coast", "rocky coast", "cliffs by the sea"),
    "beach": ("beach", "tropical beach", "sandy beach"),
    "waterfall": ("waterfall", "waterfall in a forest"),
    "river": ("river", "river valley", "river through a valley"),
    "desert": ("desert", "sand dunes", "desert landscape"),
    "canyon": ("canyon", "grand canyon"),
    "meadow": ("meadow", "flower meadow", "field of flowers"),
    "lavender field": ("lavender field", "field of lavender"),
    "wheat field": ("wheat field", "field of wheat"),
    "city": ("city", "cityscape", "city skyline", "skyscrapers"),
    "village": ("village", "small town", "village in the hills"),
    "street": ("street", "city street", "street with houses"),
    "island": ("island", "tropical island"),
    "volcano": ("volcano", "erupting volcano"),
}
"""Each place with the words for it, the plainest first."""
