"""What the example start pictures are drawn with: noise, ramps of colour, soft shapes and balls, as float32 arrays.

Contract: a picture is an array (CANVAS, CANVAS, 3) of RGB in 0..1, a mask (CANVAS, CANVAS) of 0..1; `X` and `Y` run
over it from 0 to 1; light comes from the upper left. Equal generators give equal arrays. It knows no scene.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter

CANVAS = 1024
Y, X = np.mgrid[0:CANVAS, 0:CANVAS].astype(np.float32) / CANVAS
LIGHT = np.array([-0.62, -0.48, 0.62]) / np.linalg.norm([-0.62, -0.48, 0.62])


def noise(rng: Generator, cells: tuple[int, int], octaves: int = 5) -> np.ndarray:
    """Fractal noise over the canvas, 0..1, of `cells` (across, down) in its coarsest octave."""
    total = np.zeros_like(X)
    for octave in range(octaves):
        grid = rng.random((cells[1] * 2**octave + 1, cells[0] * 2**octave + 1)).astype(np.float32)
        layer = Image.fromarray(grid).resize((CANVAS, CANVAS), Image.Resampling.BICUBIC)
        total += np.asarray(layer) / 2**octave
    return (total - total.min()) / (total.max() - total.min())


def step(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between; the other way round if `low` is the larger."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def ramp(t: np.ndarray, *colours: str) -> np.ndarray:
    """Colours along `t` in 0..1, evenly spaced."""
    stops = np.linspace(0, 1, len(colours))
    rgb = np.array([[int(c[i : i + 2], 16) / 255 for i in (0, 2, 4)] for c in colours])
    return np.stack([np.interp(t, stops, rgb[:, k]) for k in range(3)], axis=-1).astype(np.float32)


def over(canvas: np.ndarray, colour: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """`colour`, one or a canvas of them, laid over `canvas` where `mask` is."""
    return canvas * (1 - mask[..., None]) + colour * mask[..., None]


def shape(points: list[tuple[float, float]], soft: float = 0) -> np.ndarray:
    """The mask of a polygon in coordinates 0..1, its edge blurred over `soft` of the canvas."""
    image = Image.new("L", (CANVAS, CANVAS))
    ImageDraw.Draw(image).polygon([(x * CANVAS, y * CANVAS) for x, y in points], fill=255)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(soft * CANVAS)), dtype=np.float32) / 255


def ball(x: float, y: float, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """A ball's mask, and its surface normals, shape (height, width, 3), z towards the eye."""
    nx, ny = (X - x) / radius, (Y - y) / radius
    distance = np.sqrt(nx * nx + ny * ny)
    nz = np.sqrt(np.clip(1 - distance**2, 0, 1))
    return step(distance, 1.0, 1 - 2 / (CANVAS * radius)), np.stack([nx, ny, nz], axis=-1)
