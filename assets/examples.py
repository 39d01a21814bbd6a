"""Draws the example start pictures into assets/examples/: `make pictures`.

Numbers and seeds only, no model, no photo. Contract: every picture is drawn at twice its size and scaled down; the same
script gives the same pixels. A scene is a function of a seeded generator, in the terms of `drawing`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from drawing import CANVAS, LIGHT, X, Y, ball, noise, over, ramp, shape, step
from numpy.random import Generator, default_rng
from PIL import Image

SIZE = 512


def planet(rng: Generator) -> np.ndarray:
    """A cratered planet under thin clouds, with rings, over stars."""
    sky = stars(rng)
    x, y, radius, tilt, flat = 0.5, 0.5, 0.3, -0.32, 0.26
    along = ((X - x) * np.cos(tilt) + (Y - y) * np.sin(tilt)) / radius  # the rings' plane, in radii of the planet
    across = (-(X - x) * np.sin(tilt) + (Y - y) * np.cos(tilt)) / radius
    mask, normals = ball(x, y, radius)
    bands = np.sin((across + 0.32 * (noise(rng, (5, 5)) - 0.5)) * 9.5 + 0.6 * along) * 0.5 + 0.5
    ground = ramp(0.62 * bands + 0.38 * noise(rng, (9, 9)), "5f2d1e", "a4532c", "d98a45", "f2c98a", "fbe9c6")
    normals, floors = craters(rng, normals)
    clouds = step(noise(rng, (4, 12)), 0.58, 0.8) * step(np.abs(across), 0.95, 0.4)
    ground = over(ground * (1 - 0.35 * floors[..., None]), ramp(X * 0, "fff6e6"), 0.7 * clouds)
    lit = np.clip(normals @ LIGHT, 0, 1)
    shadow = step(np.abs(np.hypot(along - 0.25, (across - 0.16) / flat) - 1.42), 0.2, 0.14) * (across < 0.1)
    rim = (1 - np.clip(normals[..., 2], 0, 1)) ** 3 * (0.1 + lit)
    body = ground * (0.03 + 1.1 * lit * (1 - 0.45 * shadow))[..., None]
    body = body + rim[..., None] * np.array([0.35, 0.5, 0.9]) * 0.7
    halo = np.exp(-np.clip(np.hypot(X - x, Y - y) / radius - 1, 0, 9) * 22) * step((X - x) + 0.8 * (Y - y), 0.2, -0.3)
    scene = over(sky + (halo * 0.35)[..., None] * np.array([0.4, 0.55, 1.0]), body, mask)
    colour, ring = rings(rng, along, across, np.hypot(along, across / flat))
    return over(scene, colour, ring * (1 - mask * (across < 0)))


def stars(rng: Generator) -> np.ndarray:
    """A black sky with a little dust and many stars, most of them faint."""
    sky = ramp(noise(rng, (3, 3)) ** 3 * 0.8, "04050c", "0a0d20", "181433")
    for x, y, size in rng.random((260, 3)):
        reach = np.hypot(X - x, Y - y) * CANVAS
        sky += np.exp(-((reach / (0.8 + 2.2 * size**6)) ** 2))[..., None] * ramp(size, "ffd9b0", "ffffff", "b8d0ff")
    return sky


def rings(rng: Generator, along: np.ndarray, across: np.ndarray, away: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rings' colours, in the planet's shadow behind it, and their mask; `away` is the distance in their plane."""
    grooves = 0.7 + 0.3 * np.interp(away, np.linspace(1.2, 1.65, 40), rng.random(40))
    mask = step(np.abs(away - 1.42), 0.22, 0.2) * grooves * (1 - 0.8 * step(np.abs(away - 1.5), 0.025, 0.012))
    dark = step(np.abs(along * 0.55 - across * 0.84), 0.98, 0.85) * step(along * 0.84 + across * 0.55, 0.2, 0.5)
    colour = ramp(np.clip((away - 1.2) / 0.44, 0, 1), "a88766", "ffe9c0", "e0bd8a", "a79db0")
    return colour * (1 - 0.7 * dark[..., None]), mask


def craters(rng: Generator, normals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A ball's normals, tilted by craters; and how much of a crater's floor each place is, 0..1."""
    bent, floor = normals.copy(), np.zeros_like(X)
    for _ in range(46):
        centre = rng.normal(size=3)
        centre[2] = abs(centre[2]) + 0.15
        centre /= np.linalg.norm(centre)
        size = 0.035 + 0.17 * rng.random() ** 4
        distance = np.arccos(np.clip(normals @ centre, -1, 1)) / size
        slope = np.where(distance < 1, distance**2, -step(distance, 1.45, 1.0) * 0.55) * step(distance, 1.5, 0.95)
        bent += (centre - normals) / size * (slope * size * 1.1)[..., None]
        floor = np.maximum(floor, step(distance, 1.0, 0.7))
    return bent / np.linalg.norm(bent, axis=-1, keepdims=True).clip(1e-6), floor


def boat(rng: Generator) -> np.ndarray:
    """A sailing boat on a quiet sea in the evening."""
    horizon = 0.56
    scene = ramp(np.clip(Y / horizon, 0, 1), "274b8a", "6a8fc4", "f3c6a0", "ffb06a")
    clouds = step(noise(rng, (3, 14)), 0.52, 0.8) * step(Y, horizon, 0.1)
    scene = over(scene, ramp(Y / horizon, "dfe6f5", "ffd9c2", "ff9d7a"), 0.75 * clouds)
    sun = np.hypot(X - 0.72, Y - 0.47)
    scene = over(scene, np.array([1.0, 0.93, 0.72]), step(sun, 0.05, 0.045))
    scene += (np.exp(-sun * 9) * 0.4)[..., None] * np.array([1.0, 0.75, 0.45])
    depth = np.clip((Y - horizon) / (1 - horizon), 0, 1)
    waves = np.sin(220 * np.sqrt(depth + 0.02) + 9 * (noise(rng, (5, 40)) - 0.5) * (1 + depth)) * 0.5 + 0.5
    sea = ramp(depth, "f0a878", "5d86a8", "23537f", "12345a") + ((waves - 0.5) * (0.06 + 0.12 * depth))[..., None]
    glitter = step(waves, 0.62, 0.95) * np.exp(-(((X - 0.72) / (0.035 + 0.12 * depth)) ** 2))
    sea += glitter[..., None] * np.array([1.0, 0.8, 0.5])
    scene = over(scene, sea, step(Y, horizon - 0.001, horizon + 0.001))
    ripple = X + 0.012 * (waves - 0.5)
    for points, colour in SAILS:
        mirrored = [(px, 2 * 0.745 - py) for px, py in points]
        blurred = shape(mirrored, 0.006)
        at = np.clip((ripple * CANVAS).astype(int), 0, CANVAS - 1)
        scene = over(scene, ramp(X * 0, colour) * 0.75, np.take_along_axis(blurred, at, axis=1) * 0.45)
    for points, colour in SAILS:
        mask = shape(points, 0.0008)
        shade = 1.06 - 0.35 * step(X, 0.3, 0.62)
        scene = over(scene, ramp(X * 0, colour) * shade[..., None], mask)
    return scene


SAILS = [
    ([(0.428, 0.17), (0.437, 0.17), (0.441, 0.70), (0.426, 0.70)], "4a3528"),
    ([(0.446, 0.19), (0.50, 0.34), (0.575, 0.52), (0.638, 0.625), (0.445, 0.64)], "fff4df"),
    ([(0.418, 0.23), (0.37, 0.38), (0.315, 0.52), (0.255, 0.635), (0.417, 0.64)], "f2684a"),
    ([(0.432, 0.15), (0.505, 0.165), (0.432, 0.185)], "d8352a"),
    ([(0.225, 0.675), (0.70, 0.665), (0.655, 0.735), (0.60, 0.752), (0.31, 0.752), (0.26, 0.73)], "7c2f22"),
    ([(0.225, 0.675), (0.70, 0.665), (0.694, 0.682), (0.232, 0.692)], "f6ead2"),
]
"""The boat, from back to front: mast, mainsail, foresail, pennant, hull, its rail."""


def hills(rng: Generator) -> np.ndarray:
    """Hill behind hill in the morning haze, firs in front."""
    scene = ramp(np.clip(Y / 0.6, 0, 1), "6fa8d6", "a8cfe6", "f4e6c4", "fbd9a0")
    sun = np.hypot(X - 0.3, Y - 0.3)
    scene += (np.exp(-sun * 6) * 0.35 + step(sun, 0.052, 0.045))[..., None] * np.array([1.0, 0.9, 0.65])
    scene = over(scene, np.array([1.0, 0.98, 0.95]), 0.7 * step(noise(rng, (4, 12)), 0.58, 0.85) * step(Y, 0.4, 0.05))
    layers = ("b9c6c9", "93b0ac", "6f9a86", "4d8262", "36704a", "245c38")
    for k, colour in enumerate(layers):
        base, height, lit = 0.42 + 0.085 * k, 0.15 - 0.012 * k, noise(rng, (6 + 2 * k, 5 + k))
        ridge = base - height * (noise(rng, (2 + k, 1), 5)[CANVAS // 2] - 0.35)
        below = Y - ridge[None, :]
        meadow = ramp(X * 0, colour) * (0.88 + 0.3 * lit)[..., None]
        haze = ramp(X * 0, "f6e8cd")
        meadow = over(meadow, haze, np.clip(0.62 - 0.1 * k, 0, 1) * step(below, 0.02, 0.17))
        scene = over(scene, meadow, step(below, 0, 0.0025))
        if k >= 3:
            scene = firs(rng, scene, ridge, 0.022 * (k - 1.6), 14 - 2 * k + 4)
    return scene


def firs(rng: Generator, scene: np.ndarray, ridge: np.ndarray, height: float, count: int) -> np.ndarray:
    """Firs of about `height` on a ridge, which gives y for every column."""
    for x in np.sort(rng.random(count)):
        tall = height * (0.7 + 0.7 * rng.random())
        foot = float(ridge[min(CANVAS - 1, int(x * CANVAS))]) + 0.012 + 0.03 * rng.random()
        crown = np.zeros_like(X)
        for tier in range(5):
            top, wide = foot - tall * (1 - 0.17 * tier), tall * (0.09 + 0.055 * tier)
            low = top + tall * 0.32
            crown = np.maximum(crown, shape([(x, top), (x + wide, low), (x, low - 0.01), (x - wide, low)], 0.0006))
        green = ramp(np.clip((X - x) / (0.5 * tall) + 0.5, 0, 1), "3f7d4c", "1f4f35", "12352a")
        scene = over(scene, green, crown)
    return scene


def still_life(rng: Generator) -> np.ndarray:
    """Fruit in a bowl and before it, on a wooden table before a dark wall."""
    glow = np.exp(-(((X - 0.22) / 0.6) ** 2 + ((Y - 0.2) / 0.5) ** 2))
    scene = ramp(0.25 + 0.75 * glow - 0.25 * noise(rng, (6, 6)), "1b2a2c", "2f4d4a", "5e857a", "9dbba4")
    grain = noise(rng, (3, 60), 4)
    table = ramp(0.6 * grain + 0.4 * (1 - X), "5a2f18", "8a4d27", "b8743d", "d99a5c")
    table *= (0.75 + 0.4 * glow + 0.3 * step(Y, 0.62, 1.0))[..., None]
    scene = over(scene, table, step(Y, 0.638, 0.642))
    for x, y, wide in ((0.56, 0.86, 0.36), (0.27, 0.89, 0.16), (0.83, 0.885, 0.14)):
        scene *= 1 - 0.65 * np.exp(-((((X - x) / wide) ** 2 + ((Y - y) / 0.035) ** 2) ** 2))[..., None]
    for fruit in FRUIT[:6]:
        scene = round_fruit(rng, scene, *fruit)
    scene = bowl(rng, scene)
    for fruit in FRUIT[6:]:
        scene = round_fruit(rng, scene, *fruit)
    return scene


FRUIT = [
    (0.42, 0.49, 0.095, "8f2b16", "e2761b", "ffc15a"),
    (0.60, 0.47, 0.105, "6b0f12", "c8242a", "f2735e"),
    (0.745, 0.535, 0.08, "9a7410", "e8c334", "fff0a0"),
    (0.51, 0.395, 0.085, "46600f", "93b82c", "dcec8f"),
    (0.345, 0.565, 0.075, "5d0f1c", "ae2438", "ea7a80"),
    (0.53, 0.555, 0.09, "9a4510", "f08a24", "ffd07a"),
    (0.215, 0.815, 0.088, "6b0f12", "cf2b2b", "f58a6c"),
    (0.845, 0.835, 0.07, "46600f", "9cbf34", "e6f29a"),
]
"""x, y, radius and three colours from shade to light: six in the bowl, from back to front, then those on the table."""


def round_fruit(rng: Generator, scene: np.ndarray, x: float, y: float, radius: float, *colours: str) -> np.ndarray:
    """A fruit with a bloom, a highlight and a stalk."""
    mask, normals = ball(x, y, radius)
    lit = np.clip(normals @ LIGHT, 0, 1)
    skin = ramp(np.clip(lit * 0.95 + 0.16 * (noise(rng, (24, 24), 3) - 0.5), 0, 1), colours[0], colours[1], colours[2])
    skin *= (0.35 + 0.65 * step(normals[..., 2] + 0.6 * lit, 0.0, 0.8))[..., None]
    skin += (np.clip(lit, 0, 1) ** 26 * 0.75)[..., None]
    scene = over(scene, skin, mask)
    stalk = [(x - 0.005, y - radius * 0.72), (x + 0.012, y - radius * 1.22), (x + 0.022, y - radius * 1.2)]
    return over(scene, ramp(X * 0, "3a2717"), shape([*stalk, (x + 0.006, y - radius * 0.7)], 0.0008))


def bowl(rng: Generator, scene: np.ndarray) -> np.ndarray:
    """A glazed bowl that hides the lower half of what lies in it."""
    x, y, wide, deep = 0.55, 0.585, 0.305, 0.26
    inside = step(((X - x) / wide) ** 2 + ((Y - y) / deep) ** 2, 1.0, 0.985)
    front = inside * step((Y - y) - 0.045 * np.sqrt(np.clip(1 - ((X - x) / wide) ** 2, 0, 1)), 0, 0.003)
    foot = step(np.abs(X - x), 0.115, 0.112) * step(Y, 0.82, 0.822) * step(Y, 0.866, 0.862)
    body = np.maximum(front, foot)
    around = np.clip((X - x) / wide * 0.5 + 0.5, 0, 1)
    glaze = ramp(around, "5f8fb8", "d8ebf2", "7fb0d0", "356690", "143250")
    glaze *= (1.08 - 0.6 * step(Y, 0.62, 0.86) + 0.08 * (noise(rng, (30, 10), 3) - 0.5))[..., None]
    ring = step(np.abs(Y - 0.685 - 0.035 * np.sqrt(np.clip(1 - ((X - x) / wide) ** 2, 0, 1))), 0.012, 0.009)
    glaze = over(glaze, ramp(around, "24507c", "3f7fb4", "1c3d63"), ring * 0.85)
    edge = step(np.abs((Y - y) - 0.045 * np.sqrt(np.clip(1 - ((X - x) / wide) ** 2, 0, 1)) - 0.006), 0.009, 0.006)
    return over(over(scene, glaze, body), ramp(around, "eef7fa", "ffffff", "8fb4cc"), edge * inside)


SCENES = {"planet": planet, "boat": boat, "hills": hills, "still-life": still_life}


def main() -> None:
    """Writes every scene as WebP into assets/examples/."""
    folder = Path(__file__).parents[1] / "assets" / "examples"
    folder.mkdir(exist_ok=True)
    for seed, (name, scene) in enumerate(SCENES.items()):
        pixels = (np.clip(scene(default_rng(seed)), 0, 1) * 255).astype(np.uint8)
        small = Image.fromarray(pixels).resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        small.save(folder / f"{name}.webp", quality=90, method=6)


if __name__ == "__main__":
    main()
