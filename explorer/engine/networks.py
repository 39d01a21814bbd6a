"""The trained networks, seen from the engine: text in, rows through, pictures out.

`Networks` is all that the engine asks of a model; `DiffusersNetworks` is a loaded pipeline's, `fake.FakeNetworks` what
tests and demonstrations without weights use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import torch
from diffusers import UNet2DConditionModel
from diffusers.configuration_utils import ConfigMixin
from PIL import Image
from torch import Tensor, nn

from explorer.engine import machine
from explorer.engine.adapters import Adaptable
from explorer.engine.autoencoder import Autoencoder
from explorer.engine.concepts import Concept
from explorer.engine.denoise import Row
from explorer.engine.encode import Encoder
from explorer.engine.families import extras_of
from explorer.engine.models import Defaults, Model
from explorer.engine.unet import UNet
from explorer.engine.words import Words
from explorer.space.points import Conditioning


class Networks(Protocol):
    """A model as the engine uses it. `signature` changes with anything that may change the bits of a picture.

    `pipe` has the parts, where gradients can go through them; `text_widths` are those of the token embeddings of each
    text encoder, `adaptables` the parts that adapters change, `extras` what the UNet takes beside the latents, see
    `families`. `decode` draws finished latents, `sketch` those of a draft, `preview` gives a glimpse of what is still
    to come. What reads a prompt takes the taught words, `concepts.Uses`, that it may have, after it.
    """

    name: str
    signature: str
    device: torch.device
    dtype: torch.dtype
    defaults: Defaults
    scheduler: ConfigMixin
    latent_channels: int
    extras: tuple[str, ...]
    factor: int
    words: Words | None

    pipe: Any
    text_widths: Sequence[int]
    adaptables: Sequence[Adaptable]

    encode: Callable[..., Conditioning]
    encode_negative: Callable[..., Conditioning]
    cut_off: Callable[..., str]
    encode_picture: Callable[[Image.Image], Tensor]
    estimate_depth: Callable[[Image.Image], Tensor | None]
    decode: Callable[[Tensor], Image.Image]
    sketch: Callable[[Tensor], Image.Image]
    preview: Callable[[Tensor], Image.Image]

    def predict(self, rows: Sequence[Row], micro_batch: int | None) -> Tensor:
        """Outputs (rows, channels, h, w) in float32, with the bits they have in a batch of `micro_batch` rows.

        None: in a batch of as many as there are. All rows have the same adapters.
        """

    def check(self, concept: Concept, name: str) -> None:
        """Raises ModelError where a concept, from a file of that name, is made for another model."""

    def batch(self, rows: int, height: int, width: int, micro_batch: int) -> int:
        """How many rows, padding included, such a call runs for latents of that size."""

    def widest(self, height: int, width: int, micro_batch: int) -> int:
        """How many rows a call may have: `micro_batch`, or more where that is faster and has the same bits."""

    def tune(self, rows: Sequence[Row], micro_batch: int, fully: bool = False) -> Iterator[None] | None:
        """Work, in slices, that makes later calls like this one faster: what is due now (or None), or `fully` all."""


class DiffusersNetworks(Networks):
    """The networks of a loaded Stable Diffusion 1.x, 2.x or SDXL pipeline."""

    def __init__(self, model: Model) -> None:
        pipe = model.pipe
        encoder = Encoder(pipe, model.device)
        autoencoder = Autoencoder(pipe.vae, model.device, pipe.vae_scale_factor)
        self.name, self.device, self.defaults = model.name, model.device, model.defaults
        self.words = model.words
        self.signature = "|".join(
            (model.fingerprint, str(model.dtype), str(model.unet_memory_format), machine.signature(model.device))
        )
        self.scheduler, self.latent_channels, self.factor = (
            pipe.scheduler,
            pipe.vae.config.latent_channels,
            pipe.vae_scale_factor,
        )
        self.extras = extras_of(pipe.unet.config.in_channels, self.latent_channels, model.name)
        self.encode, self.encode_negative, self.cut_off = encoder.encode, encoder.encode_negative, encoder.cut_off
        self.encode_picture = autoencoder.encode
        self.estimate_depth = model.estimate_depth or (lambda _picture: None)
        small = model.small_decoder and Autoencoder(model.small_decoder, model.device, pipe.vae_scale_factor)
        self.decode = autoencoder.decode
        self.sketch, self.preview = (small or autoencoder).decode, (small or autoencoder).preview
        self.dtype, self._layout = model.dtype, model.unet_memory_format
        self._has_pooled_text = pipe.unet.config.addition_embed_type == "text_time"
        self._unet = UNet(_Flat(pipe.unet).eval(), model.device, self.signature, model.measured)
        self.pipe, self.texts, self.adaptable = pipe, encoder.texts, Adaptable(pipe.unet, "unet")
        self.adaptables, self.text_widths = (self.adaptable, *self.texts.adaptable), self.texts.widths

    def predict(self, rows: Sequence[Row], micro_batch: int | None) -> Tensor:
        """Outputs (rows, channels, h, w) in float32, with the bits they have in a batch of `micro_batch` rows."""
        if rows[0].adapters:
            with self.adaptable.with_adapters(rows[0].adapters):
                return self._unet.itself(self._arguments(rows), micro_batch or len(rows)).float()
        if micro_batch is None:
            return self._unet.unpadded(self._arguments(rows)).float()
        return self._unet(self._arguments(rows), micro_batch).float()

    def check(self, concept: Concept, name: str) -> None:
        """Raises ModelError where a concept, from a file of that name, is made for another model."""
        self.texts.check(concept, name)
        if concept.adapter:
            self.adaptable.check(concept.adapter, name)

    def batch(self, rows: int, height: int, width: int, micro_batch: int) -> int:
        """How many rows, padding included, such a call runs for latents of that size."""
        return self._unet.batch(rows, (height, width), micro_batch)

    def widest(self, height: int, width: int, micro_batch: int) -> int:
        """How many rows a call may have: `micro_batch`, or more where that is faster and has the same bits."""
        return self._unet.widest((height, width), micro_batch)

    def tune(self, rows: Sequence[Row], micro_batch: int, fully: bool = False) -> Iterator[None] | None:
        """Work, in slices, that makes later calls like this one faster: what is due now (or None), or `fully` all."""
        if not fully and not self._unet.due(rows[0].model_input.shape[-2:], micro_batch):
            return None
        return self._unet.tune(self._arguments(rows), micro_batch, fully)

    @torch.inference_mode()
    def _arguments(self, rows: Sequence[Row]) -> list[Tensor]:
        """Sample, timesteps, text; of SDXL also pooled text and (original size, crop corner, target size) in pixels."""
        to: dict[str, Any] = {"device": self.device, "dtype": self.dtype}
        sample = torch.stack([row.model_input for row in rows]).to(**to)
        arguments = [
            sample.contiguous(memory_format=self._layout),
            torch.stack([row.timestep for row in rows]).to(self.device),
            torch.stack([row.conditioning.prompt_embeds for row in rows]).to(**to),
        ]
        if self._has_pooled_text:
            height, width = (side * self.factor for side in sample.shape[-2:])
            time_ids = torch.tensor([[height, width, 0, 0, height, width]] * len(rows))
            texts = (row.conditioning.pooled_prompt_embeds for row in rows)
            pooled = torch.stack([text for text in texts if text is not None])
            arguments += [pooled.to(**to), time_ids.to(**to)]
        return arguments


class _Flat(nn.Module):
    """A UNet of diffusers with tensors alone for arguments, as a graph needs it. The last two are SDXL's."""

    def __init__(self, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.unet = unet

    def forward(
        self,
        sample: Tensor,
        timesteps: Tensor,
        prompt_embeds: Tensor,
        text_embeds: Tensor | None = None,
        time_ids: Tensor | None = None,
    ) -> Tensor:
        """Outputs (rows, channels, h, w) of samples (rows, channels, h, w), timesteps (rows,), texts (rows, n, w)."""
        added = None if text_embeds is None else {"text_embeds": text_embeds, "time_ids": time_ids}
        return self.unet(sample, timesteps, prompt_embeds, added_cond_kwargs=added, return_dict=False)[0]
