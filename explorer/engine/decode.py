"""Latents to pictures: the autoencoder for finished frames, a linear map for glimpses on the way.

It knows a VAE and pixels. Pictures are decoded one at a time, which bounds the memory of a decode and keeps a
picture's bytes the same whatever it is rendered with.
"""

from __future__ import annotations

import io
from functools import cached_property

import numpy as np
import torch
from diffusers import AutoencoderTiny
from PIL import Image
from torch import Tensor, nn


class Decoder:
    """The picture side of a VAE, `AutoencoderKL` or `AutoencoderTiny`; a latent is `factor` x `factor` pixels."""

    def __init__(self, vae: nn.Module, device: torch.device, factor: int) -> None:
        self._vae, self._device, self._factor = vae, device, factor
        if vae.dtype == torch.float16 and getattr(vae.config, "force_upcast", False):
            vae.to(torch.float32)  # the VAE of SDXL overflows in half precision

    @torch.inference_mode()
    def decode(self, latents: Tensor) -> Image.Image:
        """The picture of finished latents (channels, h, w), as diffusers' pipelines decode and round it."""
        latents = latents[None].to(self._device, torch.float32) / self._vae.config.scaling_factor
        pixels = self._vae.decode(latents.to(self._vae.dtype), return_dict=False)[0][0].float()
        pixels = (pixels / 2 + 0.5).clamp(0, 1).permute(1, 2, 0).cpu().numpy()
        return Image.fromarray((pixels * 255).round().astype(np.uint8))

    @torch.inference_mode()
    def preview(self, predicted: Tensor) -> Image.Image:
        """A glimpse of clean latents (channels, h, w), much cheaper than a step.

        A tiny autoencoder is cheap enough to decode. For the others it is a linear map from channels to colours, at
        h x w pixels, which the latents of Stable Diffusion's autoencoder are known to allow.
        """
        if isinstance(self._vae, AutoencoderTiny):
            return self.decode(predicted)
        latents = predicted.float().cpu().flatten(1).T
        pixels = torch.cat([latents, torch.ones(len(latents), 1)], 1) @ self._colours
        pixels = (pixels.clamp(0, 1) * 255).round().to(torch.uint8)
        return Image.fromarray(pixels.view(*predicted.shape[1:], 3).numpy())

    @cached_property
    def _colours(self) -> Tensor:
        """The map (channels + 1, 3), fitted by least squares to how this VAE encodes a picture of soft colours."""
        side, factor = 24, self._factor
        generator = torch.Generator("cpu").manual_seed(0)
        blobs = torch.rand(1, 3, 6, 6, generator=generator)
        picture = nn.functional.interpolate(blobs, size=side * factor, mode="bicubic").clamp(0, 1)
        encoded = self._vae.encode((picture * 2 - 1).to(self._device, self._vae.dtype))
        encoded = encoded.latent_dist.mode()
        latents = encoded[0].float().cpu().flatten(1).T * self._vae.config.scaling_factor
        colours = nn.functional.avg_pool2d(picture, factor)[0].flatten(1).T
        return torch.linalg.lstsq(torch.cat([latents, torch.ones(side * side, 1)], 1), colours).solution


def to_png(picture: Image.Image) -> bytes:
    """A picture as lossless PNG bytes, packed fast rather than small."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
