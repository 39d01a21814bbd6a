"""Latents to pictures and back: the autoencoder for finished frames, a linear map for glimpses on the way.

It knows a VAE and pixels. Pictures are decoded one at a time, which bounds the memory of a decode and keeps a
picture's bytes the same whatever it is rendered with.
"""

from __future__ import annotations

import io
import json
from functools import cached_property

import numpy as np
import torch
from cachetools import LRUCache
from diffusers import AutoencoderKL, AutoencoderTiny
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_img2img import retrieve_latents
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor, nn

from explorer.engine.overflow import check_finite
from explorer.engine.store import MEANT_BLACK, NOTE_OF
from explorer.messages import stored
from explorer.space.points import digest


class Autoencoder:
    """A VAE, `AutoencoderKL` or `AutoencoderTiny`, whose latents stand for `factor` x `factor` pixels each.

    It keeps the latents of the `size` pictures encoded last.
    """

    def __init__(self, vae: AutoencoderKL | AutoencoderTiny, device: torch.device, factor: int, size: int = 64) -> None:
        self._encoded: LRUCache[bytes, Tensor] = LRUCache(size)
        self._vae, self._device, self._factor = vae, device, factor
        if vae.dtype == torch.float16 and getattr(vae.config, "force_upcast", False):
            vae.to(torch.float32)  # the VAE of SDXL overflows in half precision

    def encode(self, picture: Image.Image) -> Tensor:
        """The latents (channels, height/f, width/f) of a picture, float32 on the CPU, scaled as the UNet takes them.

        Of the distribution that an `AutoencoderKL` gives it is the mode, so that a picture has one encoding. Raises
        ValueError for a picture whose sides are not multiples of the factor.
        """
        if picture.width % self._factor or picture.height % self._factor:
            raise ValueError(f"picture: {picture.width} x {picture.height} px, not multiples of {self._factor}")
        pixels = np.array(picture.convert("RGB"))
        key = digest(repr(pixels.shape), pixels.tobytes())
        if key not in self._encoded:
            self._encoded[key] = self._run(torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255)
        return self._encoded[key]

    @torch.inference_mode()
    def _run(self, pixels: Tensor) -> Tensor:
        """`pixels` (1, 3, height, width) in [0, 1]."""
        output = self._vae.encode((pixels * 2 - 1).to(self._device, self._vae.dtype))
        latents = retrieve_latents(output, sample_mode="argmax") * self._vae.config.scaling_factor
        return latents[0].to("cpu", torch.float32)

    @torch.inference_mode()
    def decode(self, latents: Tensor) -> Image.Image:
        """The picture of finished latents (channels, h, w), as diffusers' pipelines decode and round it.

        Raises Overflow where the pixels are no numbers.
        """
        latents = latents[None].to(self._device, torch.float32) / self._vae.config.scaling_factor
        pixels = self._vae.decode(latents.to(self._vae.dtype), return_dict=False)[0][0].float().cpu()
        check_finite(pixels, self._vae.dtype)
        pixels = (pixels / 2 + 0.5).clamp(0, 1).permute(1, 2, 0).numpy()
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
        latents = self._run(picture).flatten(1).T
        colours = nn.functional.avg_pool2d(picture, factor)[0].flatten(1).T
        return torch.linalg.lstsq(torch.cat([latents, torch.ones(side * side, 1)], 1), colours).solution


def to_png(picture: Image.Image) -> bytes:
    """A picture as lossless PNG bytes, packed fast rather than small, with the `note` of its info."""
    buffer, info = io.BytesIO(), PngInfo()
    if note := picture.info.get("note"):
        info.add_itxt("note", note)
        info.add_itxt(NOTE_OF, json.dumps(stored(note)))
    if picture.getbbox() is None:
        info.add_text(MEANT_BLACK, "the latents are finite")
    picture.save(buffer, "PNG", compress_level=1, pnginfo=info)
    return buffer.getvalue()
