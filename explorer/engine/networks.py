"""The trained networks, seen from the engine: text in, rows through, pictures out.

`Networks` is all that the engine asks of a model; `DiffusersNetworks` is a loaded pipeline's, `fake.FakeNetworks` what
tests and demonstrations without weights use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from diffusers.configuration_utils import ConfigMixin
from PIL import Image
from torch import Tensor

from explorer.engine import machine
from explorer.engine.autoencoder import Autoencoder
from explorer.engine.denoise import Row
from explorer.engine.encode import Encoder
from explorer.engine.models import Defaults, Model
from explorer.space.points import Conditioning


class Networks(Protocol):
    """A model as the engine uses it. `signature` changes with anything that may change the bits of a picture."""

    name: str
    signature: str
    device: torch.device
    dtype: torch.dtype
    defaults: Defaults
    scheduler: ConfigMixin
    latent_channels: int
    factor: int

    encode: Callable[[str], Conditioning]
    encode_negative: Callable[[str], Conditioning]
    cut_off: Callable[[str], str]
    encode_picture: Callable[[Image.Image], Tensor]
    decode: Callable[[Tensor], Image.Image]
    preview: Callable[[Tensor], Image.Image]

    def predict(self, rows: Sequence[Row], micro_batch: int) -> Tensor: ...


class DiffusersNetworks:
    """The networks of a loaded Stable Diffusion 1.x, 2.x or SDXL pipeline."""

    def __init__(self, model: Model) -> None:
        pipe = model.pipe
        encoder = Encoder(pipe, model.device)
        autoencoder = Autoencoder(pipe.vae, model.device, pipe.vae_scale_factor)
        self.name, self.device, self.defaults = model.name, model.device, model.defaults
        self.signature = "|".join(
            (model.fingerprint, str(model.dtype), str(model.unet_memory_format), machine.signature(model.device))
        )
        self.scheduler, self.latent_channels, self.factor = (
            pipe.scheduler,
            pipe.unet.config.in_channels,
            pipe.vae_scale_factor,
        )
        self.encode, self.encode_negative, self.cut_off = encoder.encode, encoder.encode_negative, encoder.cut_off
        self.encode_picture = autoencoder.encode
        self.decode, self.preview = autoencoder.decode, autoencoder.preview
        self._unet, self.dtype, self._layout = pipe.unet, model.dtype, model.unet_memory_format

    @torch.inference_mode()
    def predict(self, rows: Sequence[Row], micro_batch: int) -> Tensor:
        """Outputs (rows, channels, h, w) in float32, run as one batch of `micro_batch`, padded with the last row."""
        padded = [*rows, *[rows[-1]] * (micro_batch - len(rows))]
        to = {"device": self.device, "dtype": self.dtype}
        sample = torch.stack([row.model_input for row in padded]).to(**to)
        output = self._unet(
            sample.contiguous(memory_format=self._layout),
            torch.stack([row.timestep for row in padded]).to(self.device),
            encoder_hidden_states=torch.stack([row.conditioning.prompt_embeds for row in padded]).to(**to),
            added_cond_kwargs=self._added_conditions(padded),
            return_dict=False,
        )[0]
        return output[: len(rows)].float()

    def _added_conditions(self, rows: Sequence[Row]) -> dict[str, Tensor] | None:
        """What SDXL is told beside the prompt: pooled text, and (original size, crop corner, target size) in pixels."""
        if self._unet.config.addition_embed_type != "text_time":
            return None
        height, width = (side * self.factor for side in rows[0].model_input.shape[-2:])
        pooled = torch.stack([row.conditioning.pooled_prompt_embeds for row in rows])
        time_ids = torch.tensor([[height, width, 0, 0, height, width]] * len(rows))
        to = {"device": self.device, "dtype": self.dtype}
        return {"text_embeds": pooled.to(**to), "time_ids": time_ids.to(**to)}
