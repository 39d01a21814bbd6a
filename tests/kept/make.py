"""Made tests/kept at commit 5487c25 with the weights of that commit, and is kept to say how; do not run it again.

    PYTHONPATH=. OMP_NUM_THREADS=1 .venv/bin/python tests/kept/make.py tests/kept

Later code must open what is there as it is: what a later script makes proves nothing about earlier files.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from explorer import load
from explorer.experiments import registry
from explorer.experiments.base import Experiment
from explorer.experiments.links import query
from explorer.outputs.export import FORMATS, export
from explorer.outputs.runs import Run, Runs
from explorer.ui.rendering import Rendering
from tests.kept.contents import hashed, pixels, short

COMMIT = "5487c25"

SHARED = {
    "seed": 4294967295,
    "negative_prompt": "grey, “foggy” & dark",
    "guidance_scale": 3.5,
    "num_inference_steps": 4,
    "scheduler": "Euler ancestral",
    "width": 96,
    "height": 64,
}
"""What all experiments have; none of it is the bundled model's own."""

OWN = {
    "interpolation": {
        "prompts": ("一只在海边的船 🐕", "a lion + a tree, 50% sand"),
        "frames": 3,
        "interpolation": "lerp",
        "seeds": (7, 4294967295),
        "easing": "smooth",
        "loop": "open",
        "fps": 7,
    },
    "prompt-walk": {
        "prompt": "a boat at the beach",
        "way": "circle",
        "frames": 3,
        "step_size": 0.1,
        "radius": 0.4,
        "direction": 3,
        "fps": 5,
    },
    "prompt-grid": {
        "prompts": ("a cat", "a fish underwater", "قطة", "a house in the snow"),
        "cells": 2,
        "noise": "free",
        "interpolation": "lerp",
    },
    "noise-loop": {"prompt": "a planet in space", "frames": 3, "variation": 0.5, "fps": 12},
    "guidance-sweep": {"prompt": "a house at night", "scales": (0.0, 7.25), "seeds": (1, 2)},
    "negative-prompts": {
        "prompt": "a meadow",
        "away_from": "green",
        "amounts": (0.0, 1.25),
        "seeds": (5,),
    },
    "image-variations": {
        "picture": "boat",
        "fit": "fit",
        "prompt": "a boat in the snow",
        "strengths": (0.3, 0.85),
        "count": 2,
        "seeds": (8, 9),
    },
    "denoising-trajectory": {"prompts": ("a pumpkin on a table",), "scales": (6.0,), "keep_every": 16},
    "inside-the-autoencoder": {
        "picture": "hills",
        "poke": "mix in a second picture",
        "amounts": (0.25, 1.0),
        "channel": 3,
        "second_channel": 4,
        "second_picture": "still-life",
        "fit": "fit",
    },
}

EXPORTED = ("interpolation", "prompt-grid", "guidance-sweep", "denoising-trajectory")
"""One of each kind of view: film, pad, compare, trajectory."""


def main(folder: Path) -> None:
    """Renders every experiment with the bundled model and writes links, run folders, exports and what is in them."""
    with tempfile.TemporaryDirectory() as cache:
        engine = load(cache_folder=Path(cache))
        links, runs = [], []
        for name, experiment in registry().items():
            asked = experiment(**SHARED, **OWN[name])
            text, left_out = query(asked, engine.networks.defaults)
            assert not left_out, left_out
            links.append({"query": text, "experiment": name, "settings": short(asked.settings())})
            rendering = Rendering.of(asked, engine, Runs(folder / "runs"))
            list(rendering)
            runs.append(described(rendering.run, asked))
            if name in EXPORTED:
                export_all(rendering.run, folder / "exports" / name)
        shutil.rmtree(folder / "runs" / ".swept")
    for run in (folder / "runs").iterdir():
        shutil.rmtree(run / "exports")
        (run / "exports").mkdir()
    write(folder / "links.json", links)
    write(folder / "runs.json", runs)


def described(run: Run, experiment: Experiment) -> dict[str, Any]:
    """What must be read out of the run's folder, and out of its archive."""
    return {
        "folder": run.name,
        "experiment": experiment.name(),
        "settings": hashed(experiment.settings()),
        "model": run.record["model"],
        "frames": [
            {**frame, "pixels": pixels(picture)} for frame, picture in zip(run.frames, run.pictures, strict=True)
        ],
    }


def export_all(run: Run, folder: Path) -> None:
    """Every kind of file that leaves the page."""
    folder.mkdir(parents=True)
    for format in FORMATS:
        shutil.copy(export(run, format, fps=9, loop="back-and-forth"), folder / f"{format}.{format}")
    shutil.copy(run.pictures[-1], folder / "frame.png")
    shutil.copy(run.folder / "run.json", folder)


def write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
