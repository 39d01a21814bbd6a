"""Backgrounds: plain colours and twelve drawn scenes, 128 px, each another one with every generator.

It knows nothing of what stands before them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from training.brushes import LARGE, SIDE, disc, gradient, ground, smooth_noise, solid, stars

COLORS: dict[str, tuple[int, int, int]] = {
    "red": (214, 48, 49), "orange": (243, 150, 18), "yellow": (250, 219, 80), "green": (88, 180, 90),
    "teal": (30, 150, 145), "blue": (50, 105, 215), "light blue": (165, 212, 245), "navy blue": (22, 32, 85),
    "purple": (135, 75, 190), "pink": (250, 165, 200), "brown": (125, 80, 48), "black": (15, 15, 18),
    "gray": (148, 148, 152), "beige": (238, 222, 190),
}  # fmt: skip
"""Each colour of a plain background, red, green and blue from 0 to 255."""
SCENES: dict[str, tuple[str, ...]] = {
    "beach": ("at the beach", "on a beach", "on the sand by the sea", "on a sunny beach"),
    "field": ("in a field", "in a green meadow", "on a grassy hill", "in the countryside", "on a sunny day"),
    "starry night": ("under a starry night sky", "at night", "under the stars", "on a starry night"),
    "sunset": ("at sunset", "in front of a sunset"),
    "snow": ("in the snow", "in winter", "on a snowy hill"),
    "forest": ("in a forest", "in the woods"),
    "city": ("in the city", "in front of skyscrapers", "downtown"),
    "underwater": ("underwater", "in the ocean", "under the sea"),
    "space": ("in space", "in outer space", "floating in the galaxy"),
    "desert": ("in the desert", "on sand dunes"),
    "room": ("in a room", "indoors"),
    "table": ("on a wooden table", "on a table"),
}
"""Each scene with the words for it, the plainest first."""


def scene(name: str, rng: np.random.Generator) -> np.ndarray:
    """A scene of that name, float32 (128, 128, 3), 0 to 255.

    Raises:
        KeyError: no such scene.
    """
    drawn = np.asarray(PAINTERS[name](rng).reduce(2), np.float32)
    return np.clip(drawn + smooth_noise(rng, 24, 1.5), 0, 255)


def plain(name: str, rng: np.random.Generator) -> np.ndarray:
    """A background of one colour, a little off it, float32 (128, 128, 3), 0 to 255."""
    colour = np.array(COLORS[name], np.float32) + rng.uniform(-9, 9, 3).astype(np.float32)
    return np.broadcast_to(np.clip(colour, 0, 255), (SIDE, SIDE, 3)).copy()


def beach(rng: np.random.Generator) -> Image.Image:
    """Sand before the sea, often a sun."""
    u = rng.uniform
    horizon = u(0.38, 0.5)
    picture = gradient((120 + u(-20, 20), 195, 245), (215, 238, 250), horizon)
    if u() < 0.6:
        disc(picture, u(0.12, 0.88), u(0.1, 0.25), u(0.06, 0.09), (255, 240, 150))
    top = horizon * LARGE
    ImageDraw.Draw(picture).rectangle((0, top, LARGE, LARGE), fill=solid((35, 145 + u(-20, 20), 195)))
    shore = horizon + u(0.14, 0.22)
    ground(picture, rng, shore - 0.02, 0.012, (235, 246, 250))
    ground(picture, rng, shore + 0.01, 0.012, (240, 215, 160))
    return picture


def field(rng: np.random.Generator) -> Image.Image:
    """Green hills, perhaps some clouds."""
    u = rng.uniform
    picture = gradient((110, 180, 240), (215, 238, 250), 0.6)
    for _ in range(rng.integers(0, 4)):
        x, y = u(0, 1), u(0.08, 0.28)
        for shift in (-0.06, 0, 0.06):
            disc(picture, x + shift, y + abs(shift) / 3, 0.05 - abs(shift) / 4, (250, 250, 252))
    level = u(0.5, 0.58)
    ground(picture, rng, level, 0.03, (120 + u(-15, 15), 190, 90))
    ground(picture, rng, level + 0.14, 0.02, (95 + u(-15, 15), 172, 72))
    return picture


def starry_night(rng: np.random.Generator) -> Image.Image:
    """A deep blue sky full of stars, often a crescent moon, dark hills."""
    u = rng.uniform
    picture = gradient((8, 10, 40), (48, 54, 115))
    stars(picture, rng, int(u(30, 60)), 5)
    if u() < 0.6:
        x, y = u(0.15, 0.85), u(0.12, 0.3)
        disc(picture, x, y, 0.08, (250, 245, 210))
        disc(picture, x + 0.035, y - 0.015, 0.07, (16, 18, 55))
    ground(picture, rng, u(0.84, 0.9), 0.02, (14, 20, 36))
    return picture


def sunset(rng: np.random.Generator) -> Image.Image:
    """A large sun low in a sky from purple to orange."""
    u = rng.uniform
    horizon = u(0.6, 0.75)
    picture = gradient((80, 45, 120), (255, 150, 70), horizon)
    disc(picture, u(0.2, 0.8), horizon - 0.03, u(0.12, 0.18), (255, 222, 120))
    ground(picture, rng, horizon, 0.004, (66, 38, 66))
    return picture


def snow(rng: np.random.Generator) -> Image.Image:
    """White hills under a pale sky, flakes."""
    u = rng.uniform
    picture = gradient((150, 185, 220), (222, 234, 245), 0.6)
    level = u(0.48, 0.58)
    ground(picture, rng, level, 0.04, (228, 237, 247))
    ground(picture, rng, level + 0.12, 0.03, (247, 250, 253))
    stars(picture, rng, 45, 5)
    return picture


def forest(rng: np.random.Generator) -> Image.Image:
    """Firs, the near ones before the far ones."""
    u = rng.uniform
    picture = gradient((150, 205, 190), (205, 232, 205), 0.6)
    draw = ImageDraw.Draw(picture)
    for base in np.sort(rng.uniform(0.52, 0.74, 16)):
        x, wide, high, shade = u(0, 1), u(0.06, 0.11), u(0.3, 0.5), u(-15, 25)
        trunk = (x - 0.012, base, x + 0.012, base + 0.06)
        draw.rectangle([share * LARGE for share in trunk], fill=(95, 65, 40))
        for step in (0, 0.25, 0.5):
            low, half = base - step * high, wide * (1 - 0.6 * step)
            corners = [(x - half, low), (x + half, low), (x, low - high * 0.5)]
            draw.polygon([(a * LARGE, b * LARGE) for a, b in corners], fill=solid((30 + shade, 105 + shade, 55)))
    ground(picture, rng, 0.74, 0.012, (74, 130, 62))
    return picture


def city(rng: np.random.Generator) -> Image.Image:
    """Towers with lit windows along a street."""
    u = rng.uniform
    picture = gradient((150, 190, 230), (238, 238, 242))
    draw = ImageDraw.Draw(picture)
    left = -u(0, 20)
    while left < LARGE:
        wide, top, gray = u(26, 46), u(40, 150), u(85, 150)
        draw.rectangle((left, top, left + wide, LARGE), fill=solid((gray, gray + 6, gray + 18)))
        windows(draw, rng, left, top, wide)
        left += wide + 2
    draw.rectangle((0, 0.85 * LARGE, LARGE, LARGE), fill=(92, 92, 98))
    for x in range(10, LARGE, 60):
        draw.rectangle((x, 0.92 * LARGE, x + 30, 0.935 * LARGE), fill=(235, 225, 170))
    return picture


def windows(draw: ImageDraw.ImageDraw, rng: np.random.Generator, left: float, top: float, wide: float) -> None:
    """Lit windows of one house of the city."""
    for x in np.arange(left + 5, left + wide - 7, 11):
        for y in np.arange(top + 8, 0.8 * LARGE, 16):
            if rng.uniform() < 0.6:
                draw.rectangle((x, y, x + 5, y + 8), fill=(250, 235, 160))


def underwater(rng: np.random.Generator) -> Image.Image:
    """Blue water over sand, weeds, bubbles."""
    u = rng.uniform
    picture = gradient((70, 180, 225), (10, 55, 125))
    ground(picture, rng, u(0.86, 0.92), 0.012, (196, 184, 132))
    draw = ImageDraw.Draw(picture)
    for x in rng.uniform(0, LARGE, rng.integers(3, 7)):
        swing = rng.uniform(4, 9)
        blades = [(x + swing * np.sin(step), LARGE - step * 9) for step in range(1, int(u(5, 10)))]
        draw.line([(x, LARGE), *blades], fill=(30, 130, 90), width=7, joint="curve")
    for x, y, size in rng.uniform(0, 1, (rng.integers(8, 18), 3)):
        wide = 3 + 9 * size
        draw.ellipse((x * LARGE, y * LARGE, x * LARGE + wide, y * LARGE + wide), outline=(180, 225, 248), width=2)
    return picture


def space(rng: np.random.Generator) -> Image.Image:
    """Stars on black with a purple or a blue nebula, perhaps a planet with a ring."""
    u = rng.uniform
    tint = np.array(((70, 20, 95), (20, 40, 110))[rng.integers(2)], np.float32)
    clouds = np.clip(smooth_noise(rng, 5, 1.0), 0, 1.6) * tint + np.array((6, 5, 16), np.float32)
    mist = Image.fromarray(clouds.astype(np.uint8))
    picture = mist.resize((LARGE, LARGE), Image.Resampling.BILINEAR)
    stars(picture, rng, 70, 4)
    if u() < 0.5:
        x, y, radius = u(0.12, 0.88), u(0.12, 0.3), u(0.06, 0.11)
        red, green, blue = u(120, 230), u(90, 180), u(60, 160)
        disc(picture, x, y, radius, (red, green, blue))
        ring = (x - 1.7 * radius, y - 0.35 * radius, x + 1.7 * radius, y + 0.35 * radius)
        box = [share * LARGE for share in ring]
        ImageDraw.Draw(picture).arc(box, -25, 205, fill=solid((red + 25, green + 25, blue + 25)), width=4)
    return picture


def desert(rng: np.random.Generator) -> Image.Image:
    """Dunes under a hazy sky with a sun."""
    u = rng.uniform
    picture = gradient((120, 190, 235), (252, 232, 192), 0.6)
    disc(picture, u(0.12, 0.88), u(0.1, 0.25), 0.065, (255, 242, 185))
    level = u(0.5, 0.6)
    ground(picture, rng, level, 0.05, (236, 192, 122))
    ground(picture, rng, level + 0.1, 0.04, (226, 174, 100))
    ground(picture, rng, level + 0.24, 0.03, (206, 150, 82))
    return picture


def room(rng: np.random.Generator) -> Image.Image:
    """A pale wall with a window over floor boards."""
    u = rng.uniform
    wall = (u(165, 240), u(165, 225), u(150, 215))
    picture = gradient(wall, wall)
    draw = ImageDraw.Draw(picture)
    floor = u(0.68, 0.78) * LARGE
    x, y = u(0.06, 0.62) * LARGE, u(0.06, 0.14) * LARGE
    draw.rectangle((x, y, x + 78, y + 84), fill=(250, 250, 248))
    draw.rectangle((x + 6, y + 6, x + 72, y + 78), fill=(175, 215, 240))
    draw.line((x + 39, y, x + 39, y + 84), fill=(250, 250, 248), width=5)
    draw.line((x, y + 42, x + 78, y + 42), fill=(250, 250, 248), width=5)
    draw.rectangle((0, floor, LARGE, LARGE), fill=(165, 116, 74))
    draw.rectangle((0, floor - 8, LARGE, floor), fill=(248, 244, 236))
    for start in range(-320, LARGE + 321, 64):
        draw.line((LARGE / 2 + (start - LARGE / 2) * 0.7, floor, start, LARGE), fill=(135, 92, 56), width=2)
    return picture


def table(rng: np.random.Generator) -> Image.Image:
    """A wooden table before a beige wall."""
    u = rng.uniform
    picture = gradient((228, 218, 206), (202, 186, 170), 0.6)
    draw = ImageDraw.Draw(picture)
    edge = u(0.56, 0.66) * LARGE
    shade = u(-15, 15)
    draw.rectangle((0, edge, LARGE, LARGE), fill=solid((156 + shade, 104 + shade, 62)))
    draw.rectangle((0, edge, LARGE, edge + 5), fill=solid((184 + shade, 130 + shade, 84)))
    for y in np.arange(edge + 14, LARGE, 13):
        drift = rng.uniform(-4, 4, 2)
        draw.line((0, y + drift[0], LARGE, y + drift[1]), fill=solid((134 + shade, 86 + shade, 48)), width=2)
    return picture


PAINTERS: dict[str, Callable[[np.random.Generator], Image.Image]] = {
    painter.__name__.replace("_", " "): painter
    for painter in (beach, field, starry_night, sunset, snow, forest, city, underwater, space, desert, room, table)
}
