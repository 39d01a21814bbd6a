"""Networks without weights: every engine rule at work, in microseconds, for tests and for trying the page out.

The fake has one known answer: it denoises every point to a plane of the colour that its prompt hashes to, so with any
sampler the finished latents are `negative + guidance_scale * (prompt - negative)` of those colours.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import diffusers
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from explorer.engine.concepts import Concept, Uses, used
from explorer.engine.denoise import Row
from explorer.engine.models import Defaults
from explorer.engine.words import Words
from explorer.space.points import Conditioning, digest


class FakeNetworks:
    """A text encoder, a UNet and a VAE of a few lines, behind the protocol `Networks`. Counts its `calls`.

    `pause` is how many seconds a UNet call waits, for trying out what happens in the middle of a render.
    """

    name = "fake"
    signature = "fake"
    device = torch.device("cpu")
    dtype = torch.float32
    defaults = Defaults(width=64, height=64, num_inference_steps=4, guidance_scale=5.0, scheduler="DPM++ 2M")
    words: Words | None = None
    latent_channels = 4
    extras: tuple[str, ...] = ("depth",)
    factor = 8
    pipe = None
    text_widths = (4,)
    adaptables = ()

    def __init__(self, pause: float = 0.0) -> None:
        self.calls, self.pause = 0, pause
        self.scheduler = diffusers.DPMSolverMultistepScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1
        )

    def encode(self, prompt: str, uses: Uses = ()) -> Conditioning:
        """A conditioning of 77 tokens, 4 wide: the colour of the prompt in each, in [0, 1].

        It is another one with taught words in the prompt; what their adapters do is nothing.
        """
        known = used(prompt, uses)
        colour = torch.tensor(list(digest(prompt, *(part for use in known for part in use.key))[:4])) / 255
        return Conditioning(colour.expand(77, 4).contiguous())

    def encode_negative(self, negative_prompt: str, uses: Uses = ()) -> Conditioning:
        return self.encode(negative_prompt, uses)

    def check(self, concept: Concept, name: str) -> None:
        """Every concept fits."""

    def cut_off(self, prompt: str, uses: Uses = ()) -> str:  # noqa: ARG002 (a word is a word)
        """What follows the 75th word."""
        return " ".join(prompt.split()[75:])

    def predict(self, rows: Sequence[Row], micro_batch: int | None) -> Tensor:
        """The noise (rows, channels, h, w), "epsilon", that stands between each row's latents and its colour."""
        assert micro_batch is None or len(rows) <= micro_batch
        self.calls += 1
        time.sleep(self.pause)
        timesteps = torch.stack([row.timestep for row in rows]).float()
        levels = torch.arange(len(self.scheduler.alphas_cumprod))
        signal = np.interp(timesteps.numpy(), levels.numpy(), self.scheduler.alphas_cumprod.numpy())
        signal = torch.tensor(signal, dtype=torch.float32).view(-1, 1, 1, 1)
        colours = torch.stack([row.conditioning.prompt_embeds[0] for row in rows])[..., None, None]
        sample = torch.stack([row.model_input[: self.latent_channels] for row in rows])
        return (sample - signal.sqrt() * colours) / (1 - signal).sqrt()

    def batch(self, rows: int, *_: int) -> int:
        """Rows are pure and never padded."""
        return rows

    def widest(self, height: int, width: int, micro_batch: int) -> int:  # noqa: ARG002
        """Calls have no reason to be wider."""
        return micro_batch

    def tune(self, rows: Sequence[Row], micro_batch: int, fully: bool = False) -> None:
        """Nothing is faster than this."""

    def encode_picture(self, picture: Image.Image) -> Tensor:
        """(4, height/8, width/8): the mean colour of 8 x 8 pixels each, in [0, 1], and its brightness."""
        small = picture.convert("RGB").resize([side // self.factor for side in picture.size], Image.Resampling.BOX)
        colours = torch.from_numpy(np.array(small)).permute(2, 0, 1) / 255
        return torch.cat([colours, colours.mean(0, keepdim=True)])

    def estimate_depth(self, picture: Image.Image) -> Tensor:
        """(height, width) in [0, 1]: what is bright is near. Nothing that is drawn depends on it."""
        return torch.from_numpy(np.array(picture.convert("L"))) / 255

    def decode(self, latents: Tensor) -> Image.Image:
        """Of latents (4, h, w) in [0, 1] the first three channels, each cell as 8 x 8 pixels."""
        return self.preview(latents).resize(
            [side * self.factor for side in latents.shape[:0:-1]], Image.Resampling.NEAREST
        )

    sketch = decode

    def preview(self, predicted: Tensor) -> Image.Image:
        """The same of (4, h, w) at h x w pixels."""
        pixels = (predicted[:3].clamp(0, 1) * 255).round().to(torch.uint8)
        return Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy())
