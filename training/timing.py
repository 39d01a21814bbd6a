"""How fast a model draws on this machine, by the product's engine and by diffusers' pipeline, and how large it is.

Seconds are wall time, medians of several; encoding the prompt is part of them. It does not know what is drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from diffusers import StableDiffusionPipeline

from explorer import load, render
from explorer.experiments.base import Experiment
from explorer.experiments.guidance_sweep import GuidanceSweep
from explorer.experiments.interpolation import Interpolation
from training.painting import GUIDANCE, STEPS

PROMPT = "a lion in the desert"
FILM = 12  # pictures


def seconds(model: Path, pipe: StableDiffusionPipeline, rounds: int) -> dict[str, dict[str, float]]:
    """Seconds a picture of 20 guided steps: alone and in a film by the engine, alone by the pipeline.

    Args:
        model: the folder of the model; `pipe` is its pipeline.
        rounds: of which the median, the shortest and the longest are told, after one that does not count.
    """
    with TemporaryDirectory() as folder:
        engine = load(str(model), cache_folder=Path(folder), local_files_only=True)

        def draw(experiment: Experiment) -> None:
            settled = experiment.resolved(engine.networks.defaults)
            assert not any(frame.stored for frame in render(settled, engine, progress=False))

        film = {"prompts": ("a boat at the beach", "a cat in the snow"), "frames": FILM, "loop": "open"}
        common = {"num_inference_steps": STEPS, "guidance_scale": GUIDANCE, "scheduler": "DPM++ 2M"}
        return {
            "engine, one picture": _timed(lambda seed: draw(_one(seed)), rounds),
            "engine, a picture of a film of 12": _timed(
                lambda seed: draw(Interpolation(**film, **common, seed=seed)), max(1, rounds // 2), FILM
            ),
            "diffusers, one picture": _timed(
                lambda _: pipe(PROMPT, num_inference_steps=STEPS, guidance_scale=GUIDANCE), rounds
            ),
        }


def _one(seed: int) -> GuidanceSweep:
    """One picture; a seed of its own, because the engine never draws a picture twice."""
    return GuidanceSweep(
        prompt=PROMPT, scales=(GUIDANCE,), seeds=(seed,), num_inference_steps=STEPS, scheduler="DPM++ 2M"
    )


def _timed(draw: Callable[[int], object], rounds: int, pictures: int = 1) -> dict[str, float]:
    draw(0)
    taken = []
    for seed in range(1, rounds + 1):
        start = time.perf_counter()
        draw(seed)
        taken.append((time.perf_counter() - start) / pictures)
    return {name: round(of(taken), 3) for name, of in (("median", median), ("shortest", min), ("longest", max))}


def size(model: Path) -> dict[str, object]:
    """Bytes of a model's folder in all and of its largest file, which is named."""
    files = {path.relative_to(model).as_posix(): path.stat().st_size for path in model.rglob("*") if path.is_file()}
    largest = max(files, key=files.__getitem__)
    return {"bytes": sum(files.values()), "largest_bytes": files[largest], "largest": largest}
