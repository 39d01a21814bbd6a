"""The small decoder: the autoencoder's latents to pictures at about a quarter of the cost, for drafts and previews.

An `AutoencoderTiny` of half the channels whose decoder learns to draw what the full one draws from the same latents
(distillation, arXiv:1503.02531). Its encoder is the least that the class has, and not trained: nothing encodes with it.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import Tensor, nn

from training import latents
from training.autoencoder import GRADIENT_WEIGHT, LATENT_NOISE, between_features, encode, gradient_loss, initialised
from training.figures import decibels
from training.machines import Machine, this_machine
from training.muon import optimizers, update
from training.pictures import pictures
from training.recipe import Recipe
from training.steps import draws, train

TITLE = "small decoder"
CROP = 8  # latent pixels: 64 of the picture


def run(folder: Path, recipe: Recipe) -> None:
    """Trains F/small_decoder on F/latents; its figures are in F/small_decoder.json. Does nothing if they are there."""
    figures = folder / "small_decoder.json"
    if figures.exists():
        return
    machine = this_machine()
    seen, _ = latents.load(folder, recipe, *latents.unet_kinds(recipe))
    full = AutoencoderTiny.from_pretrained(folder / "vae", torch_dtype=torch.float32).eval().requires_grad_(False)
    small = fresh(recipe, full.config.scaling_factor)
    for vae in (full, small):
        vae.to(machine.device, memory_format=torch.channels_last)
    both = optimizers(small.decoder, recipe.small_decoder.peak, between_features)

    def one_step(step: int) -> dict[str, float]:
        rng, noise = draws(recipe.seed, TITLE, step)
        rows = torch.from_numpy(rng.integers(len(seen), size=recipe.small_decoder.rows))
        top, left = rng.integers(0, seen.shape[-1] - CROP + 1, 2)
        batch = seen[rows, :, top : top + CROP, left : left + CROP].float() / full.config.scaling_factor
        batch = (batch + LATENT_NOISE * torch.randn(batch.shape, generator=noise)).to(machine.device)
        with machine.autocast():
            with torch.no_grad():
                wanted = full.decode(batch).sample.float().clamp(-1, 1)
            drawn = small.decode(batch).sample.float()
        difference = (drawn - wanted).abs().mean()
        loss = difference + GRADIENT_WEIGHT * gradient_loss(drawn, wanted)
        update(small.decoder, loss, both, recipe.small_decoder.rate(step))
        return {"difference": difference.item()}

    state = {"decoder": small.decoder} | {type(each).__name__: each for each in both}
    train(TITLE, state, one_step, recipe.small_decoder.steps, folder / "small_decoder.pt")
    small.save_pretrained(folder / "small_decoder")
    figures.write_text(json.dumps(measured(full, small, folder, recipe, machine)))


def fresh(recipe: Recipe, scaling_factor: float) -> AutoencoderTiny:
    """Random weights of the small shape."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        small = AutoencoderTiny(
            encoder_block_out_channels=(8, 8, 8, 8),
            decoder_block_out_channels=(recipe.small_decoder_width,) * 4,
            num_encoder_blocks=(1, 1, 1, 1),
            num_decoder_blocks=(3, 3, 2, 1),
            latent_channels=8,
            scaling_factor=scaling_factor,
        )
        return initialised(small)


@torch.no_grad()
def measured(
    full: AutoencoderTiny, small: AutoencoderTiny, folder: Path, recipe: Recipe, machine: Machine
) -> dict[str, float]:
    """PSNR of both on composites that neither was trained on, in dB, and the share of the full one's products."""
    originals, _ = pictures(folder, "mixed", recipe.seed + 1, recipe.held_out)
    found = encode(full, originals, machine).to(machine.device)
    drawn = {name: _pictures(vae, found) for name, vae in (("small", small), ("full", full))}
    ratios = {f"{name}_psnr_db": round(decibels(originals, each), 2) for name, each in drawn.items()}
    cost = [multiplications(vae.decoder, found[:1]) for vae in (small, full)]
    return ratios | {"cost": round(cost[0] / cost[1], 3), "pictures": len(originals)}


def _pictures(vae: AutoencoderTiny, found: Tensor) -> np.ndarray:
    """What it draws, uint8 (n, h, w, 3)."""
    batches = [vae.decode(batch).sample.float().cpu() for batch in found.split(16)]
    made = (torch.cat(batches).clamp(-1, 1) + 1) * 127.5
    return made.round().byte().permute(0, 2, 3, 1).numpy()


@torch.no_grad()
def multiplications(decoder: nn.Module, found: Tensor) -> int:
    """Of its convolutions, for latents (1, 8, h, w)."""
    counted: list[int] = []

    def count(convolution: nn.Conv2d, _: object, output: Tensor) -> None:
        counted.append(convolution.weight.numel() * output.shape[-1] * output.shape[-2])

    hooks = [each.register_forward_hook(count) for each in decoder.modules() if isinstance(each, nn.Conv2d)]
    decoder(found)
    for hook in hooks:
        hook.remove()
    return sum(counted)
