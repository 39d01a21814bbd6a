"""The contestants that run among this program's own libraries: this program, and the loop everybody writes first.

Prompts are encoded and models loaded before the clock starts; what is timed is a film, from the plan to the pictures.
"""

from __future__ import annotations

import diffusers
import numpy as np
import torch
from PIL import Image

from bench.film import Film, Rendered, Stopwatch, counted
from explorer.engine import models
from explorer.engine.engine import Engine, Frame
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.store import FrameStore
from explorer.engine.turns import Turns
from explorer.engine.workers import Worker
from explorer.experiments.interpolation import Interpolation
from explorer.space.plans import Plan


class Ours:
    """This program, warmed up as the page is. `dtype=None` is its own choice by measurement, as in `explorer.load`."""

    def __init__(self, folder: str, dtype: str | None = None) -> None:
        turns = Turns()
        model = turns.run(models.load, folder, device="cpu", dtype=dtype, local_files_only=True)
        self._engine = Engine([Worker(DiffusersNetworks(model), turns)])
        self._engine.warm_up()
        self.stack = ", ".join((_libraries(), _name(model.dtype), _name(model.unet_memory_format)))

    def render(self, film: Film) -> Rendered:
        """The film as an `Interpolation`, from an empty store; frames are PNG bytes when the clock stops."""
        self._engine.store = FrameStore()
        for prompt in (*film.prompts, ""):
            self._engine.encode(prompt)
        watch = Stopwatch()
        render = self._engine.render(self._plan(film))
        frames = [event for event in render if isinstance(event, Frame)]
        times = watch.read()
        assert not any(frame.stored for frame in frames)
        in_order = sorted(frames, key=lambda frame: frame.index)
        return Rendered(*times, render.rows.run, render.rows.sent, _pixels([frame.image for frame in in_order]))

    def _plan(self, film: Film) -> Plan:
        settings = {"width": film.size, "height": film.size, "num_inference_steps": film.steps}
        experiment = Interpolation(
            prompts=film.prompts,
            frames=film.frames,
            interpolation="lerp",
            loop="open",
            scheduler="DPM++ 2M",
            guidance_scale=film.guidance,
            seed=film.seed,
            **settings,
        )
        return experiment.plan(self._engine)


class Plain:
    """`StableDiffusionPipeline` with its defaults, called once a frame with interpolated `prompt_embeds`.

    `from_pretrained` gives the UNet and the VAE in float32. Here it is told to, because it leaves a text encoder in the
    float16 of its file, and the pipeline then stops ("mat1 and mat2 must have the same dtype").
    """

    def __init__(self, folder: str) -> None:
        self._pipe = diffusers.StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
        self._pipe.scheduler = diffusers.DPMSolverMultistepScheduler.from_config(self._pipe.scheduler.config)
        self._pipe.set_progress_bar_config(disable=True)
        self.stack = f"{_libraries()}, {_name(self._pipe.unet.dtype)}"

    def render(self, film: Film) -> Rendered:
        """The film frame by frame; frames are PIL pictures when the clock stops."""
        ends = [self._encode(prompt) for prompt in film.prompts]
        watch = Stopwatch()
        latents = self._noise(film)
        with counted(self._pipe.unet) as sent:
            pictures = [self._frame(film, torch.lerp(*ends, stop), latents) for stop in film.stops]
            times = watch.read()
        return Rendered(*times, sum(sent), sum(sent), _pixels(pictures))

    def _frame(self, film: Film, prompt_embeds: torch.Tensor, latents: torch.Tensor) -> Image.Image:
        return self._pipe(
            prompt_embeds=prompt_embeds,
            latents=latents,
            num_inference_steps=film.steps,
            guidance_scale=film.guidance,
            height=film.size,
            width=film.size,
        ).images[0]

    @torch.inference_mode()
    def _encode(self, prompt: str) -> torch.Tensor:
        return self._pipe.encode_prompt(prompt, "cpu", 1, do_classifier_free_guidance=False)[0]

    def _noise(self, film: Film) -> torch.Tensor:
        side = film.size // self._pipe.vae_scale_factor
        generator = torch.Generator("cpu").manual_seed(film.seed)
        return torch.randn(1, self._pipe.unet.config.in_channels, side, side, generator=generator)


def _pixels(pictures: list[Image.Image]) -> np.ndarray:
    return np.stack([np.asarray(picture) for picture in pictures])


def _libraries() -> str:
    return f"torch {torch.__version__}, {torch.get_num_threads()} threads, diffusers {diffusers.__version__}"


def _name(choice: torch.dtype | torch.memory_format) -> str:
    return str(choice).removeprefix("torch.")
