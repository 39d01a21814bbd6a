"""The autoencoder: 128 px pictures to 16 x 16 latents of unit variance, whose in-betweens decode cleanly.

An `AutoencoderTiny` (TAESD's, github.com/madebyollin/taesd) trained on crops of composites: absolute differences of
pictures and of their gradients, the latents' mean and variance held at 0 and 1, noise on the latents before decoding.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from training.machines import Machine, this_machine
from training.muon import optimizers, update
from training.pictures import pictures
from training.recipe import Recipe
from training.steps import draws, train

TITLE = "autoencoder"
CROP = 64
LATENT_NOISE = 0.12
GRADIENT_WEIGHT = 0.25
MOMENTS_WEIGHT = 1e-2


def run(folder: Path, recipe: Recipe) -> None:
    """Trains F/vae from the composites; its figures are in F/vae.json. Does nothing if they are there."""
    figures = folder / "vae.json"
    if figures.exists():
        return
    machine = this_machine()
    seen, _ = pictures(folder, "mixed", recipe.seed, recipe.pictures)
    vae = fresh(recipe).to(machine.device, memory_format=torch.channels_last)
    both = optimizers(vae, recipe.autoencoder.peak, between_features)

    def one_step(step: int) -> dict[str, float]:
        rng, noise = draws(recipe.seed, TITLE, step)
        batch = crops(seen, recipe.autoencoder.rows, rng).to(machine.device, memory_format=torch.channels_last)
        with machine.autocast():
            latents = vae.encode(batch).latents
            noisy = latents + LATENT_NOISE * torch.randn(latents.shape, generator=noise).to(latents)
            decoded = vae.decode(noisy).sample
        difference = (decoded.float() - batch).abs().mean()
        loss = difference + GRADIENT_WEIGHT * gradient_loss(decoded.float(), batch) + MOMENTS_WEIGHT * moments(latents)
        update(vae, loss, both, recipe.autoencoder.rate(step))
        return {"difference": difference.item()}

    state = {"vae": vae} | {type(each).__name__: each for each in both}
    train(TITLE, state, one_step, recipe.autoencoder.steps, folder / "vae.pt")
    held_out, _ = pictures(folder, "mixed", recipe.seed + 1, recipe.held_out)
    vae = normalised(vae, held_out, machine)
    vae.save_pretrained(folder / "vae")
    figures.write_text(json.dumps({"psnr_db": round(psnr(vae, held_out, machine), 2), "pictures": len(held_out)}))


def fresh(recipe: Recipe) -> AutoencoderTiny:
    """Random weights, the same for the same recipe."""
    channels = (recipe.autoencoder_width,) * 4
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        vae = AutoencoderTiny(
            encoder_block_out_channels=channels,
            decoder_block_out_channels=channels,
            num_encoder_blocks=(1, 2, 3, 3),
            num_decoder_blocks=(3, 3, 2, 1),
            latent_channels=8,
        )
        return initialised(vae)


def initialised(vae: AutoencoderTiny) -> AutoencoderTiny:
    """The same autoencoder with random weights by He; residual blocks begin as nearly the identity
    (Fixup, arXiv:1901.09321).
    """
    convolutions = [module for module in vae.modules() if isinstance(module, nn.Conv2d)]
    for convolution in convolutions:
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        if convolution.bias is not None:
            nn.init.zeros_(convolution.bias)
    with torch.no_grad():
        for block in vae.modules():
            if type(block).__name__ == "AutoencoderTinyBlock":
                block.conv[-1].weight.mul_(0.1)
        convolutions[-1].weight.mul_(0.5)
    return vae


def between_features(_: str, parameter: Tensor) -> bool:
    """Whether a parameter is a convolution from features to features, not one from or to pixels or latents."""
    return parameter.ndim == 4 and parameter.shape[0] == parameter.shape[1]


def crops(seen: np.ndarray, rows: int, rng: np.random.Generator) -> Tensor:
    """`rows` crops of 64 px of pictures (n, 128, 128, 3) uint8, as (rows, 3, 64, 64) in -1..1."""
    size = seen.shape[1] - CROP + 1
    chosen = zip(rng.integers(len(seen), size=rows), rng.integers(size, size=(rows, 2)), strict=True)
    cut = np.stack([seen[n, y : y + CROP, x : x + CROP] for n, (y, x) in chosen])
    return as_tensor(cut)


def as_tensor(seen: np.ndarray) -> Tensor:
    """Pictures (n, h, w, 3) uint8 as (n, 3, h, w) float32 in -1..1."""
    return torch.from_numpy(np.ascontiguousarray(seen)).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def gradient_loss(decoded: Tensor, wanted: Tensor) -> Tensor:
    """Absolute differences of the horizontal and vertical gradients, at full and at half size: edges stay sharp."""
    loss = torch.zeros((), device=decoded.device)
    for _ in range(2):
        for axis in (-2, -1):
            loss = loss + (decoded.diff(dim=axis) - wanted.diff(dim=axis)).abs().mean()
        decoded, wanted = avg_pool2d(decoded, 2), avg_pool2d(wanted, 2)
    return loss


def moments(latents: Tensor) -> Tensor:
    """How far each channel's mean is from 0 and its second moment from 1, squared."""
    latents = latents.float()
    return (latents.square().mean((0, 2, 3)) - 1).square().mean() + latents.mean((0, 2, 3)).square().mean()


def _batches(seen: np.ndarray, machine: Machine, rows: int = 16) -> Iterator[Tensor]:
    for start in range(0, len(seen), rows):
        yield as_tensor(seen[start : start + rows]).to(machine.device, memory_format=torch.channels_last)


@torch.no_grad()
def encode(vae: AutoencoderTiny, seen: np.ndarray, machine: Machine, rows: int = 16) -> Tensor:
    """Latents (n, 8, h / 8, w / 8) float32 on the CPU of pictures (n, h, w, 3) uint8, not scaled; `rows` at a time."""
    return torch.cat([vae.encode(batch).latents.float().cpu() for batch in _batches(seen, machine, rows)])


@torch.no_grad()
def psnr(vae: AutoencoderTiny, seen: np.ndarray, machine: Machine) -> float:
    """Mean peak signal-to-noise ratio, in dB, of pictures (n, h, w, 3) uint8 encoded and decoded."""
    ratios = []
    for batch in _batches(seen, machine):
        decoded = vae.decode(vae.encode(batch).latents).sample.clamp(-1, 1)
        ratios += (-10 * ((decoded - batch) / 2).square().mean((1, 2, 3)).log10()).tolist()
    return float(np.mean(ratios))


def normalised(vae: AutoencoderTiny, seen: np.ndarray, machine: Machine) -> AutoencoderTiny:
    """The same autoencoder with the `scaling_factor` that makes its latents' variance 1."""
    deviation = encode(vae, seen, machine).std().item()
    vae.register_to_config(scaling_factor=round(1 / deviation, 4))
    return vae
