"""The peer `stable-diffusion-videos` (nateraw), as its README runs it. Importing this module imports the package.

Version 0.9.2, its last, imports names that today's transformers and torchvision have dropped. It does run among older
libraries in a folder of their own, which `python -m bench --videos FOLDER` takes:

    pip install --target FOLDER torch==2.5.1 torchvision==0.20.1 "transformers<5" "diffusers<0.32" \\
        "huggingface_hub<1" accelerate librosa opencv-python-headless
    pip install --target FOLDER --no-deps stable-diffusion-videos==0.9.2

Its pictures are not compared with others: transformers 4 does not know the names of the text encoder's weights as
transformers 5 writes them and starts it at random, and the package multiplies latents by the scaling factor of SD 1.x
whatever the model. Neither changes what a film costs.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import diffusers
import numpy as np
import torch
from PIL import Image
from stable_diffusion_videos import StableDiffusionWalkPipeline

from bench.film import Film, Rendered, Stopwatch, counted


class Videos:
    """`StableDiffusionWalkPipeline.walk` with its defaults: float32, one frame a batch, pictures to a folder."""

    def __init__(self, folder: str) -> None:
        self._pipe = StableDiffusionWalkPipeline.from_pretrained(
            folder, torch_dtype=torch.float32, safety_checker=None, feature_extractor=None
        )
        self._pipe.scheduler = diffusers.DPMSolverMultistepScheduler.from_config(self._pipe.scheduler.config)
        self._pipe.set_progress_bar_config(disable=True)
        libraries = f"torch {torch.__version__}, {torch.get_num_threads()} threads, diffusers {diffusers.__version__}"
        self.stack = f"{libraries}, {str(self._pipe.unet.dtype).removeprefix('torch.')}"

    def render(self, film: Film) -> Rendered:
        """The film without the video file at its end; frames are PNG files when the clock stops."""
        with tempfile.TemporaryDirectory() as folder, counted(self._pipe.unet) as sent:
            watch = Stopwatch()
            self._pipe.walk(
                prompts=list(film.prompts),
                seeds=[film.seed] * 2,
                num_interpolation_steps=film.frames,
                num_inference_steps=film.steps,
                guidance_scale=film.guidance,
                height=film.size,
                width=film.size,
                output_dir=folder,
                name="film",
                make_video=False,
            )
            times = watch.read()
            files = sorted(Path(folder).rglob("*.png"))
            return Rendered(*times, sum(sent), sum(sent), np.stack([np.asarray(Image.open(file)) for file in files]))
