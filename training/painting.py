"""Pictures of a model for the report: diffusers' own pipeline, fixed noise a prompt, everything painted once.

A picture depends on the model and its prompt alone, but for rounding (its place in the batch): its noise comes from a
generator seeded by the prompt, and batches always have the same size. So a report goes on where a kill left it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from explorer.engine.quiet import quiet
from explorer.engine.store import FrameStore
from explorer.space.paths import slerp
from training.machines import Machine, this_machine
from training.steps import draws

BATCH = 16
STEPS = 20
GUIDANCE = 5.0
SEED = 6


class Painter:
    """A model that paints prompts and the ways between them, 20 steps at guidance 5.

    Args:
        model: a folder in diffusers' format.
        kept: where finished pictures are kept; of this model only.
    """

    def __init__(self, model: Path, kept: Path, machine: Machine | None = None) -> None:
        self._machine = machine or this_machine()
        self.pipe = plain_pipeline(model).to(self._machine.device)
        self._store = FrameStore(kept)

    def paint(self, prompts: Sequence[str], title: str = "painting") -> np.ndarray:
        """A picture a prompt, uint8 (n, h, w, 3)."""
        missing = [prompt for prompt in dict.fromkeys(prompts) if _key(prompt) not in self._store]
        starts = tqdm(range(0, len(missing), BATCH), desc=title, unit="batch", disable=not missing)
        for start in starts:
            batch = missing[start : start + BATCH]
            full = batch + [batch[-1]] * (BATCH - len(batch))
            noises = [draws(SEED, prompt, 0).noise for prompt in full]
            for prompt, picture in zip(batch, self._run(prompt=full, generator=noises), strict=False):
                self._keep(_key(prompt), picture)
        return np.stack([self._kept(_key(prompt)) for prompt in prompts])

    def again(self, prompt: str, count: int) -> np.ndarray:
        """So many pictures of one prompt, each from another noise, uint8 (count, h, w, 3)."""
        keys = [_key("again", prompt, str(number)) for number in range(count)]
        missing = [number for number, key in enumerate(keys) if key not in self._store]
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            full = batch + [batch[-1]] * (BATCH - len(batch))
            noises = [draws(SEED, prompt, 1 + number).noise for number in full]
            for number, picture in zip(batch, self._run(prompt=[prompt] * BATCH, generator=noises), strict=False):
                self._keep(keys[number], picture)
        return np.stack([self._kept(key) for key in keys])

    def between(self, first: str, last: str, frames: int) -> np.ndarray:
        """Pictures uint8 (frames, h, w, 3) on the arc between two prompts' embeddings, from the first one's noise."""
        keys = [_key(first, last, str(frame), str(frames)) for frame in range(frames)]
        if not all(key in self._store for key in keys):
            noise = self._noise(draws(SEED, first, 0).noise)
            for key, picture in zip(keys, self._way(first, last, frames, noise), strict=True):
                self._keep(key, picture)
        return np.stack([self._kept(key) for key in keys])

    def _way(self, first: str, last: str, frames: int, noise: Tensor) -> np.ndarray:
        start, end, nothing = (self.encode(prompt) for prompt in (first, last, ""))
        texts = torch.cat([slerp(start, end, frame / (frames - 1)) for frame in range(frames)])
        return self._run(
            prompt_embeds=texts,
            negative_prompt_embeds=nothing.expand_as(texts),
            latents=noise.expand(frames, *noise.shape[1:]),
        )

    @torch.no_grad()
    def encode(self, prompt: str) -> Tensor:
        """What the UNet gets of a prompt, (1, 77, width)."""
        return self.pipe.encode_prompt(prompt, self._machine.device, 1, do_classifier_free_guidance=False)[0]

    def _noise(self, generator: torch.Generator) -> Tensor:
        unet = self.pipe.unet.config
        noise = torch.randn(1, unet.in_channels, unet.sample_size, unet.sample_size, generator=generator)
        return noise.to(self._machine.device)

    def _run(self, **inputs: object) -> np.ndarray:
        made = self.pipe(num_inference_steps=STEPS, guidance_scale=GUIDANCE, output_type="np", **inputs).images
        return (made * 255).round().astype(np.uint8)

    def _keep(self, key: str, picture: np.ndarray) -> None:
        png = io.BytesIO()
        Image.fromarray(picture).save(png, format="PNG")
        self._store.put(key, png.getvalue())

    def _kept(self, key: str) -> np.ndarray:
        png = self._store.get(key)
        assert png is not None
        return np.asarray(Image.open(io.BytesIO(png)))


def plain_pipeline(model: Path) -> StableDiffusionPipeline:
    """diffusers' pipeline of a folder in float32, without a progress bar of its own."""
    with quiet():
        pipe = StableDiffusionPipeline.from_pretrained(model, local_files_only=True).to(torch.float32)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _key(*names: str) -> str:
    return hashlib.sha256("\n".join((str(STEPS), str(GUIDANCE), str(SEED), *names)).encode()).hexdigest()
