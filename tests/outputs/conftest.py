"""Pictures and records for the tests of `explorer.outputs`: smooth gradients that drift, as a film of latents does."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image


def gradient(position: float, width: int = 48, height: int = 40) -> np.ndarray:
    """(height, width, 3) uint8 of slowly turning colours."""
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    red = 120 + 100 * np.sin(2 * x + 2 * position)
    green = 110 + 90 * np.cos(1.5 * y - position)
    blue = 130 + 110 * np.sin(x + y + 2 * position)
    return np.stack([red, green, blue], -1).clip(0, 255).round().astype(np.uint8)


@pytest.fixture
def pictures(tmp_path):
    """A function: so many PNG files of one drifting gradient, every one different, as (paths, arrays)."""

    def make(count, width=48, height=40):
        folder = tmp_path / f"pictures-{count}-{width}x{height}"
        folder.mkdir()
        arrays = [gradient(i / max(count - 1, 1), width, height) for i in range(count)]
        paths = [folder / f"{i:04d}.png" for i in range(count)]
        for path, array in zip(paths, arrays, strict=True):
            Image.fromarray(array).save(path)
        return paths, arrays

    return make


@pytest.fixture
def record():
    """The record of a run with a prompt in it that is all trouble."""
    prompts = ["a cat <img onerror=alert(1)> ${process.env}", "一只狗 🐕 'quoted' \"twice\" \\ \n"]
    return {
        "explorer": 1,
        "experiment": "interpolation",
        "settings": {"prompts": prompts, "fps": 10, "loop": "open", "guidance_scale": 7.5},
        "model": {"name": "pocket", "fingerprint": "0123abcd", "device": "cpu", "dtype": "float32"},
        "frames": [],
    }
