"""The contact sheet: the same labelled prompts of every model, for eyes.

Drawn by the product's own sheets, with what was asked inside the PNG. It does not know models or figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from explorer.outputs.sheets import write_sheet
from training.painting import GUIDANCE, STEPS


def write(file: Path, name: str, pictures: np.ndarray, prompts: Sequence[str]) -> None:
    """Writes a PNG of pictures (n, h, w, 3) uint8, each over its prompt, under the model's name.

    Raises:
        ValueError: there are no pictures.
    """
    record = {
        "experiment": "contact sheet",
        "model": {"name": name},
        "settings": {"num_inference_steps": STEPS, "guidance_scale": GUIDANCE},
        "frames": [{"caption": prompt} for prompt in prompts],
    }
    with TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number:04}.png" for number in range(len(pictures))]
        for path, picture in zip(files, pictures, strict=True):
            Image.fromarray(picture).save(path)
        write_sheet(files, file, record=record)
