"""Latent Explorer: travel through the latent space of Stable Diffusion, from Python, a command line or a page.

    prompt --encode--> conditioning --\\
                                       experiment.plan -> [Point ...] -> (stored?) -> denoise -> decode -> Frame
    seed ----noise---> latents -------/                                                            |
                                                                       run folder  <--------------/
                                                                  view in the page, export, link

Five lines in a notebook:

    from explorer import Interpolation, load, render

    engine = load()
    for frame in render(Interpolation(prompts=("a cat", "a dog"), frames=24), engine):
        frame.image.save(f"{frame.index:04}.png")

Importing this package loads nothing; `load` loads a model. `__all__` is what an editor knows; an experiment that is
only a file in `explorer/experiments/` is found here by its class name, too.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.engine.engine import Engine, Frame
    from explorer.engine.models import ModelError
    from explorer.experiments.base import Experiment
    from explorer.experiments.denoising_trajectory import DenoisingTrajectory
    from explorer.experiments.depth_to_image import DepthToImage
    from explorer.experiments.guidance_sweep import GuidanceSweep
    from explorer.experiments.image_variations import ImageVariations
    from explorer.experiments.inpainting import Inpainting
    from explorer.experiments.inputs import InputError
    from explorer.experiments.inside_the_autoencoder import InsideTheAutoencoder
    from explorer.experiments.interpolation import Interpolation
    from explorer.experiments.negative_prompts import NegativePrompts
    from explorer.experiments.noise_loop import NoiseLoop
    from explorer.experiments.prompt_grid import PromptGrid
    from explorer.experiments.prompt_walk import PromptWalk

__all__ = [
    "DenoisingTrajectory",
    "DepthToImage",
    "Engine",
    "Experiment",
    "Frame",
    "GuidanceSweep",
    "ImageVariations",
    "Inpainting",
    "InputError",
    "InsideTheAutoencoder",
    "Interpolation",
    "ModelError",
    "NegativePrompts",
    "NoiseLoop",
    "PromptGrid",
    "PromptWalk",
    "__version__",
    "load",
    "render",
]

__version__ = "0.1.0"

_ELSEWHERE = {
    "Engine": "explorer.engine.engine",
    "Experiment": "explorer.experiments.base",
    "Frame": "explorer.engine.engine",
    "InputError": "explorer.experiments.inputs",
    "ModelError": "explorer.engine.models",
}
"""What else is exported, by the module that it comes from; imported when it is asked for."""


def load(model: str = "pocket", *, cache_folder: Path | None = None, store_gb: float = 4.0, **options: Any) -> Engine:
    """An engine: a model on the best device of this machine, with its store of finished frames.

    `model` is a known name, a local diffusers folder, a `.safetensors` checkpoint or a hub id; `options` are those of
    `explorer.engine.models.load` (device, dtype, config, cpu_offload, vae_tiling, attention_slicing). Frames are kept
    in `cache_folder` (None: the user's cache directory), up to `store_gb` gigabytes, and up to 2 GiB
    of tasks beside them. Raises ModelError in one sentence.
    """
    from platformdirs import user_cache_path

    from explorer.engine import models
    from explorer.engine.engine import Engine
    from explorer.engine.networks import DiffusersNetworks
    from explorer.engine.store import FrameStore
    from explorer.engine.tasks import TaskStore
    from explorer.engine.turns import Turns
    from explorer.engine.workers import Worker

    cache_folder = cache_folder or user_cache_path("latent-explorer")
    turns = Turns()  # the model is loaded and measured on the thread that will run it: see there
    networks = DiffusersNetworks(turns.run(models.load, model, cache_folder=cache_folder, **options))
    store = FrameStore(cache_folder / "frames", disk_bytes=int(store_gb * 1e9))
    return Engine([Worker(networks, turns)], store, TaskStore(cache_folder / "tasks"))


def render(experiment: Experiment, engine: Engine, *, progress: bool = True) -> Iterator[Frame]:
    """The frames of an experiment, coarse to fine, as they are finished; `frame.index` is their place in order.

    Settings left at None are the model's own. `progress` shows a bar of rows. Raises InputError for settings that do
    not go together, before anything is rendered; warns (`PromptCutOff`, a UserWarning) of what the text encoder cuts
    off. While it is iterated it raises ModelError where the model gives NaN or infinity.
    """
    from tqdm.auto import tqdm

    from explorer.engine.engine import Frame
    from explorer.experiments.tails import PromptCutOff, tails

    running = engine.render(experiment.resolved(engine.defaults).plan(engine))
    if sentences := tails(experiment, engine.cut_off):
        warnings.warn(" ".join(sentences), PromptCutOff, stacklevel=2)

    def frames() -> Iterator[Frame]:
        with tqdm(total=running.price.rows, unit="row", disable=not progress) as bar:
            for event in running:
                bar.update(running.rows.run - bar.n)
                if isinstance(event, Frame):
                    yield event

    return frames()


def __getattr__(name: str) -> Any:
    """What the package exports and does not define: `from explorer import Interpolation`."""
    if name in _ELSEWHERE:
        return getattr(importlib.import_module(_ELSEWHERE[name]), name)
    from explorer.experiments import registry

    for experiment in registry().values():
        if experiment.__name__ == name:
            return experiment
    raise AttributeError(f"module 'explorer' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The experiments stand beside what the package defines, so that a notebook can complete their names."""
    from explorer.experiments import registry

    return sorted({*globals(), *__all__, *(experiment.__name__ for experiment in registry().values())})
