"""The places of the landscapes: painters that are all called in the same way, on a picture without a sky.

Each is known by its name; what people call it is in `NAMES`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from training.brushes import LARGE, Colour, disc, ground, solid
from training.terrain import WINDOW, green, peaks, polygon, tree, water


def mountains(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    snow = rng.uniform() < 0.7 or sky == "snow"
    peaks(picture, rng, rng.uniform(0.66, 0.76), 0.42, (122, 132, 160), snow)
    peaks(picture, rng, 0.86, 0.34, (88, 100, 124), snow and rng.uniform() < 0.5)
    ground(picture, rng, rng.uniform(0.8, 0.88), 0.02, green(sky, rng))


def mountain_lake(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    shore = rng.uniform(0.56, 0.64)
    peaks(picture, rng, shore, 0.4, (116, 128, 156), True)
    ground(picture, rng, shore - 0.02, 0.012, green(sky, rng))
    water(picture, rng, shore + 0.03, 0.92)
    ground(picture, rng, rng.uniform(0.88, 0.93), 0.014, green(sky, rng))
    for x in rng.uniform(0.02, 0.98, rng.integers(0, 4)):
        tree(picture, x, 0.97, rng.uniform(0.2, 0.34), sky, rng, True)


def hills(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    for level in (0.5, 0.62, 0.76):
        ground(picture, rng, level + rng.uniform(-0.03, 0.03), 0.035, green(sky, rng))
    for x in rng.uniform(0.05, 0.95, rng.integers(1, 5)):
        tree(picture, x, rng.uniform(0.72, 0.9), rng.uniform(0.12, 0.26), sky, rng, rng.uniform() < 0.3)


def forest(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    ground(picture, rng, 0.66, 0.02, green(sky, rng))
    fir = rng.uniform() < 0.55
    for base in np.sort(rng.uniform(0.62, 0.95, 16)):
        tree(picture, rng.uniform(0, 1), base, rng.uniform(0.34, 0.5), sky, rng, fir)


def forest_path(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    ground(picture, rng, 0.56, 0.02, green(sky, rng))
    bend, middle = rng.uniform(-0.12, 0.12), rng.uniform(0.42, 0.58)
    path = (
        (middle - 0.02, 0.57),
        (middle + 0.02, 0.57),
        (middle + 0.08 + bend, 0.75),
        (0.8, 1),
        (0.2, 1),
        (middle - 0.08 + bend, 0.75),
    )
    polygon(ImageDraw.Draw(picture), path, (196, 164, 118))
    for base in np.sort(rng.uniform(0.6, 0.98, 14)):
        side = 1 if rng.uniform() < 0.5 else -1
        tree(
            picture,
            middle + side * (0.1 + (base - 0.55) * rng.uniform(0.5, 1.2)),
            base,
            rng.uniform(0.34, 0.52),
            sky,
            rng,
            rng.uniform() < 0.5,
        )


def sea(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    water(picture, rng, rng.uniform(0.5, 0.6))
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
    polygon(ImageDraw.Draw(picture), corners, (142, 126, 108))
    polygon(
        ImageDraw.Draw(picture),
        (*corners[:3], (corners[2][0], top + 0.12), (corners[0][0], top + 0.07)),
        green(sky, rng),
    )


def beach(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    horizon = rng.uniform(0.42, 0.52)
    water(picture, rng, horizon)
    shore = horizon + rng.uniform(0.16, 0.24)
    ground(picture, rng, shore - 0.02, 0.012, (235, 246, 250))
    ground(picture, rng, shore + 0.01, 0.012, (240, 215, 160))
    if rng.uniform() < 0.5:
        x = rng.uniform(0.12, 0.88)
        ImageDraw.Draw(picture).line([part * LARGE for part in (x, 0.84, x + 0.05, 0.42)], fill=(120, 84, 52), width=8)
        for angle in np.linspace(0, np.pi, 6):
            tip = (x + 0.05 + 0.16 * np.cos(angle), 0.42 - 0.1 * np.sin(angle) + 0.08 * abs(np.cos(angle)))
            polygon(ImageDraw.Draw(picture), ((x + 0.03, 0.42), (x + 0.07, 0.4), tip), (56, 138, 66))


def waterfall(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    middle, wide, top = rng.uniform(0.38, 0.62), rng.uniform(0.07, 0.13), rng.uniform(0.2, 0.3)
    draw = ImageDraw.Draw(picture)
    polygon(draw, ((0, top - 0.04), (1, top + rng.uniform(-0.05, 0.05)), (1, 1), (0, 1)), (112, 106, 100))
    for x in rng.uniform(0, 1, 9):
        draw.line(
            [part * LARGE for part in (x, top + 0.05, x + rng.uniform(-0.05, 0.05), 0.76)], fill=(92, 88, 84), width=5
        )
    ground(picture, rng, 0.78, 0.012, (74, 148, 196))
    polygon(
        draw,
        ((middle - wide, top), (middle + wide, top), (middle + wide * 1.3, 0.8), (middle - wide * 1.3, 0.8)),
        (206, 230, 246),
    )
    for x in rng.uniform(-wide, wide, 6):
        draw.line([part * LARGE for part in (middle + x, top, middle + x * 1.3, 0.8)], fill=(246, 251, 254), width=4)
    for x in rng.uniform(-0.2, 0.2, 7):
        disc(picture, middle + x, 0.81 + rng.uniform(-0.02, 0.02), 0.04, (240, 247, 252))
    for x in (rng.uniform(0, 0.2), rng.uniform(0.8, 1)):
        tree(picture, x, top + 0.06, 0.24, sky, rng, rng.uniform() < 0.5)


def river(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    level = rng.uniform(0.5, 0.58)
    peaks(picture, rng, level + 0.04, 0.2, (118, 136, 150), False)
    ground(picture, rng, level, 0.02, green(sky, rng))
    swing = rng.uniform(-0.16, 0.16)
    bed = ((0.47, level + 0.03), (0.53, level + 0.03), (0.6 + swing, 0.72), (0.82, 1), (0.24, 1), (0.42 + swing, 0.72))
    polygon(ImageDraw.Draw(picture), bed, (66, 142, 204))
    for x in rng.uniform(0, 1, 5):
        tree(
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
        ground(picture, rng, level + rng.uniform(-0.03, 0.03), 0.045, colour)


def canyon(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(picture)
    for left in (True, False):
        edge = rng.uniform(0.3, 0.42)
        for step, colour in enumerate(((206, 108, 66), (184, 90, 56), (222, 132, 82), (166, 78, 50))):
            top = 0.34 + 0.15 * step + rng.uniform(-0.02, 0.02)
            reach = edge + 0.045 * step
            corners = ((0, top), (reach - 0.05, top), (reach, top + 0.05), (reach, 1), (0, 1))
            polygon(draw, corners if left else tuple((1 - x, y) for x, y in corners), colour)
    polygon(draw, ((0.44, 0.86), (0.56, 0.86), (0.66, 1), (0.34, 1)), (86, 156, 190))


def meadow(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    level = rng.uniform(0.46, 0.56)
    ground(picture, rng, level, 0.03, green(sky, rng))
    ground(picture, rng, level + 0.12, 0.02, green(sky, rng))
    kinds = ((226, 54, 60), (250, 212, 64), (244, 244, 248), (186, 88, 206), (250, 140, 180))
    chosen = [kinds[n] for n in rng.integers(0, len(kinds), rng.integers(1, 4))]
    for x, y in rng.uniform(0, 1, (rng.integers(50, 90), 2)):
        disc(picture, x, level + 0.1 + (0.9 - level) * y, 0.009 + 0.014 * y, chosen[int(x * 997) % len(chosen)])


def lavender_field(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    rows(picture, rng, (146, 98, 196), green(sky, rng))


def wheat_field(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    rows(picture, rng, (232, 196, 92), (206, 164, 66))


def rows(picture: Image.Image, rng: np.random.Generator, crop: Colour, between: Colour) -> None:
    """Rows of a crop that meet at the horizon."""
    level, meet = rng.uniform(0.46, 0.54), rng.uniform(0.3, 0.7)
    ground(picture, rng, level, 0.012, between)
    draw = ImageDraw.Draw(picture)
    for start in np.arange(-1.4, 2.4, 0.26):
        polygon(draw, ((meet - 0.004, level + 0.02), (meet + 0.004, level + 0.02), (start + 0.15, 1), (start, 1)), crop)


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
        water(picture, rng, 0.84)


def village(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    ground(picture, rng, 0.52, 0.03, green(sky, rng))
    draw = ImageDraw.Draw(picture)
    for base in np.sort(rng.uniform(0.62, 0.92, 6)):
        x, wide, high = rng.uniform(0.02, 0.84), rng.uniform(0.14, 0.2), rng.uniform(0.1, 0.14)
        wall = ((240, 226, 196), (226, 206, 180), (246, 240, 228))[rng.integers(3)]
        roof = (244, 247, 252) if sky == "snow" else ((178, 70, 50), (150, 88, 58), (96, 104, 128))[rng.integers(3)]
        polygon(draw, ((x, base - high), (x + wide, base - high), (x + wide, base), (x, base)), wall)
        polygon(
            draw, ((x - 0.02, base - high), (x + wide / 2, base - high * 1.9), (x + wide + 0.02, base - high)), roof
        )
        for share in (0.18, 0.6):
            box = (x + share * wide, base - 0.72 * high, x + (share + 0.2) * wide, base - 0.35 * high)
            draw.rectangle([part * LARGE for part in box], fill=WINDOW)
    for x in rng.uniform(0, 1, 3):
        tree(picture, x, rng.uniform(0.66, 0.95), 0.2, sky, rng, rng.uniform() < 0.5)


def street(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    draw = ImageDraw.Draw(picture)
    meet = rng.uniform(0.42, 0.58)
    for side in (0.0, 1.0):
        for far, near in ((0.0, 0.45), (0.45, 0.78), (0.78, 1.0)):
            x0, x1 = (side + (meet - side) * share * 0.86 for share in (far, near))
            top0, top1 = (0.06 + 0.4 * share + rng.uniform(-0.05, 0.05) for share in (far, near))
            base0, base1 = (1.0 - 0.38 * share for share in (far, near))
            wall = ((206, 120, 88), (226, 190, 140), (170, 150, 140), (146, 160, 176))[rng.integers(4)]
            polygon(draw, ((x0, top0), (x1, top1), (x1, base1), (x0, base0)), wall)
            for row in (0.3, 0.55, 0.8):
                a, b = (
                    (x0 + (x1 - x0) * 0.25, top0 + (base0 - top0) * row * 0.8),
                    (x0 + (x1 - x0) * 0.7, top1 + (base1 - top1) * row * 0.8),
                )
                polygon(draw, (a, b, (b[0], b[1] + 0.04), (a[0], a[1] + 0.06)), WINDOW)
    polygon(draw, ((meet - 0.06, 0.66), (meet + 0.06, 0.66), (1, 1), (0, 1)), (104, 104, 110))
    polygon(draw, ((meet - 0.006, 0.68), (meet + 0.006, 0.68), (meet + 0.03, 1), (meet - 0.03, 1)), (236, 228, 170))


def island(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    sea(picture, sky, rng)
    middle, wide = rng.uniform(0.38, 0.62), rng.uniform(0.2, 0.3)
    box = [part * LARGE for part in (middle - wide, 0.56, middle + wide, 0.74)]
    ImageDraw.Draw(picture).pieslice(box, 180, 360, fill=(238, 212, 156))
    disc(picture, middle, 0.62, wide * 0.4, green(sky, rng))
    tree(picture, middle + 0.04, 0.58, 0.24, sky, rng, False)


def volcano(picture: Image.Image, sky: str, rng: np.random.Generator) -> None:
    middle, top = rng.uniform(0.4, 0.6), rng.uniform(0.24, 0.32)
    draw = ImageDraw.Draw(picture)
    polygon(
        draw, ((middle - 0.08, top), (middle + 0.08, top), (middle + 0.42, 0.82), (middle - 0.42, 0.82)), (104, 82, 76)
    )
    polygon(
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
    ground(picture, rng, 0.78, 0.02, green(sky, rng))


PLACES: dict[str, Callable[[Image.Image, str, np.random.Generator], None]] = {
    painter.__name__.replace("_", " "): painter
    for painter in (mountains, mountain_lake, hills, forest, forest_path, sea, coast, beach, waterfall, river, desert,
                    canyon, meadow, lavender_field, wheat_field, city, village, street, island, volcano)
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
