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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.engine.concepts import Concept, Use
    from explorer.engine.engine import Engine, Frame
    from explorer.engine.lessons import Course
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
    from explorer.experiments.latent_search import LatentSearch
    from explorer.experiments.negative_prompts import NegativePrompts
    from explorer.experiments.noise_loop import NoiseLoop
    from explorer.experiments.prompt_grid import PromptGrid
    from explorer.experiments.prompt_walk import PromptWalk

__all__ = [
    "Concept",
    "Course",
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
    "LatentSearch",
    "ModelError",
    "NegativePrompts",
    "NoiseLoop",
    "PromptGrid",
    "PromptWalk",
    "Use",
    "__version__",
    "evenly",
    "load",
    "load_concept",
    "render",
    "save_concept",
    "speaking",
    "teach",
]

__version__ = "0.1.0"

_ELSEWHERE = {
    "Concept": "explorer.engine.concepts",
    "Course": "explorer.engine.lessons",
    "Engine": "explorer.engine.engine",
    "Experiment": "explorer.experiments.base",
    "Frame": "explorer.engine.engine",
    "InputError": "explorer.experiments.inputs",
    "ModelError": "explorer.engine.models",
    "Use": "explorer.engine.concepts",
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


def teach(engine: Engine, pictures: Sequence[Any], word: str, like: str = "", **options: Any) -> Course:
    """Teaches a word from 1 to 8 pictures (paths, files' bytes or Pillow's): iterate it for how far it is.

    Each `Taught` has `step`, `steps` and `loss`; the last one, and every tenth part before, has the `concept`, which
    `render` takes. What was taught before is found, what was stopped goes on. `options` are those of
    `explorer.engine.lessons.Lesson` (method, steps, learning_rate, vectors, rank, captions, seed, keep). Raises
    ValueError for what cannot be taught.
    """
    from explorer.engine.lessons import Course, Lesson
    from explorer.experiments.pictures import canonical, opened

    found = [opened(canonical(Path(one) if isinstance(one, str) else one)) for one in pictures]
    return Course(engine, Lesson(tuple(found), word, like, **options))


def load_concept(path: Path | str, engine: Engine) -> Concept:
    """The taught word in a file: a ZIP of ours, or the .safetensors of an embedding or a LoRA. Raises ModelError."""
    from explorer.engine.concept_files import read_file

    return read_file(Path(path), engine.networks)


def save_concept(concept: Concept, path: Path | str) -> None:
    """Writes a taught word as a ZIP of the files that other programs read."""
    from explorer.engine.concept_files import zipped

    Path(path).write_bytes(zipped(concept, {}))


def speaking(experiment: Experiment, uses: Sequence[Use]) -> Experiment:
    """The experiment with taught words among its settings, those that its prompts have."""
    import dataclasses

    from explorer.engine.fluent import named

    return dataclasses.replace(experiment, concepts=named(uses)) if uses else experiment


def render(
    experiment: Experiment, engine: Engine, *, progress: bool = True, concepts: Sequence[Concept | Use] = ()
) -> Iterator[Frame]:
    """The frames of an experiment, coarse to fine, as they are finished; `frame.index` is their place in order.

    `concepts` are taught words that its prompts may have, each at full strength or, as a `Use`, at another one.
    Settings left at None are the model's own. `progress` shows a bar of rows. Raises InputError for settings that do
    not go together, before anything is rendered; warns (`PromptReadAs`, `PromptCutOff`, both UserWarnings) of prompts
    that are drawn from other words, and of what the text encoder cuts off. While it is iterated it raises ModelError
    where the model gives NaN or infinity.
    """
    from tqdm.auto import tqdm

    from explorer.engine.concepts import Use
    from explorer.engine.engine import Frame
    from explorer.engine.fluent import Fluent
    from explorer.experiments.tails import PromptCutOff, PromptReadAs, tails

    uses = [one if isinstance(one, Use) else Use(one) for one in concepts]
    studio = Fluent(engine, uses)
    running = engine.render(speaking(experiment, uses).resolved(engine.defaults).plan(studio))
    if sentences := engine.remarks(experiment.prompts_used()):
        warnings.warn(". ".join(sentences), PromptReadAs, stacklevel=2)
    if sentences := tails(experiment, studio.cut_off):
        warnings.warn(" ".join(sentences), PromptCutOff, stacklevel=2)

    def frames() -> Iterator[Frame]:
        with tqdm(total=running.price.rows, unit="row", disable=not progress) as bar:
            for event in running:
                bar.update(running.rows.run - bar.n)
                if isinstance(event, Frame):
                    yield event

    return frames()


def evenly(experiment: Experiment, engine: Engine, *, concepts: Sequence[Concept | Use] = ()) -> Experiment:
    """The same film with frames where what one sees changes by as much from each to the next: its `spacing`, measured.

    Measuring draws pictures of the film, most of which are its frames then: with it the film costs at most 1.3 times as
    much (two pictures more, with six frames or fewer). The numbers belong to the settings, so the film is the same on
    any machine. Raises ValueError for an experiment whose frames have places of their own, or are too many.
    """
    import dataclasses

    from explorer.engine.concepts import Use
    from explorer.engine.fluent import Fluent
    from explorer.engine.measuring import Measuring

    uses = [one if isinstance(one, Use) else Use(one) for one in concepts]
    names = [name for name, declared in experiment.inputs().items() if declared.carries == "spacing"]
    if not names:
        raise ValueError(f"{experiment.name()}: its frames have places of their own")
    plain = dataclasses.replace(experiment, **{names[0]: ()})
    plan = speaking(plain, uses).resolved(engine.defaults).plan(Fluent(engine, uses))
    if plan.route is not None and plan.route.steps - 1 > (most := experiment.inputs()[names[0]].most):
        raise ValueError(f"{experiment.name()}: {most} frames at most can be placed one by one")
    measuring = Measuring(engine, plan)
    for _ in measuring:
        pass
    return dataclasses.replace(experiment, **{names[0]: measuring.spacing})


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
