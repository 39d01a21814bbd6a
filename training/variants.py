"""Variants of the UNet at equal wall time, each from scratch, by the error of the picture that they predict.

    python -m training.variants [--folder pocket-work] [--seconds 440] [--rows 64] [NAME ...]

What wins in minutes need not win in days, but what loses by far in minutes is seldom worth the days.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from torch import Tensor

from training.autoencoder import encode
from training.machines import Machine, this_machine
from training.pictures import pictures
from training.recipe import POCKET, Recipe
from training.text_states import read
from training.unet import Learning, fresh, noise_schedule, noised

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "as it is": {},
    "without pooled text": {"addition_embed_type": None},
    "cross-attention at 16 x 16": {
        "down_block_types": ("CrossAttnDownBlock2D",) * 3,
        "up_block_types": ("CrossAttnUpBlock2D",) * 3,
    },
    "wider": {"block_out_channels": (96, 160, 256)},
    "narrower": {"block_out_channels": (48, 96, 160)},
}
"""What is other in the configuration of each."""
TIMESTEPS = (980, 900, 750, 600, 400, 200)
HELD_OUT, OFFSET = 256, 77
"""Plain composites, of a seed so far from the recipe's."""


def learnt(folder: Path, recipe: Recipe, name: str, seconds: float) -> tuple[UNet2DConditionModel, int]:
    """The variant after so much time from its first step on, which does not count, and how many steps that were."""
    learning = Learning(folder, recipe, fresh(recipe, **VARIANTS[name]))
    learning.one_step(0)
    start, step = time.monotonic(), 1
    while time.monotonic() - start < seconds:
        learning.one_step(step)
        step += 1
    return learning.averaged().eval(), step


class Examination:
    """Real composites under noise, the same for every variant."""

    def __init__(self, folder: Path, recipe: Recipe, machine: Machine) -> None:
        seen, said = pictures(folder, "plain", recipe.seed + OFFSET, HELD_OUT)
        vae = AutoencoderTiny.from_pretrained(folder / "vae").to(machine.device).eval()
        self._clean = encode(vae, seen, machine) * vae.config.scaling_factor
        self._random = torch.randn(self._clean.shape, generator=torch.Generator().manual_seed(OFFSET))
        self._told = torch.cat(list(read(folder, [each.caption for each in said], machine))).float()
        self._silent = next(read(folder, [""], machine)).float().expand_as(self._told)
        self._machine = machine

    def errors(self, unet: UNet2DConditionModel) -> dict[int, tuple[float, float]]:
        """By timestep, mean square errors of the predicted latents (variance 1), with their captions and without."""
        return {t: (self._error(unet, t, self._told), self._error(unet, t, self._silent)) for t in TIMESTEPS}

    @torch.no_grad()
    def _error(self, unet: UNet2DConditionModel, timestep: int, states: Tensor) -> float:
        share = noise_schedule().alphas_cumprod[timestep]
        noisy, _ = noised(self._clean, self._random, share)
        to = self._machine.device
        with self._machine.autocast():
            rows = zip(noisy.split(64), states.split(64), strict=True)
            v = torch.cat([unet(x.to(to), timestep, text.to(to)).sample.float().cpu() for x, text in rows])
        predicted = share.sqrt() * noisy - (1 - share).sqrt() * v
        return (predicted - self._clean).square().mean().item()


def main(arguments: list[str] | None = None, recipe: Recipe = POCKET) -> None:
    """Prints a table in Markdown, a line a variant as soon as it is measured."""
    flags = _flags(arguments)
    examination = Examination(flags.folder, recipe, this_machine())
    recipe = replace(recipe, unet=replace(recipe.unet, rows=flags.rows, steps=10**6))  # no decay
    print(f"Errors with captions / without, after {flags.seconds:g} s of batches of {flags.rows}.\n")
    print("| UNet | weights | steps |" + "".join(f" t = {t} |" for t in TIMESTEPS))
    print("|---" * (3 + len(TIMESTEPS)) + "|")
    for name in flags.names or VARIANTS:
        unet, steps = learnt(flags.folder, recipe, name, flags.seconds)
        cells = "".join(f" {told:.3f} / {silent:.3f} |" for told, silent in examination.errors(unet).values())
        print(f"| {name} | {unet.num_parameters() / 1e6:.1f} M | {steps} |{cells}", flush=True)


def _flags(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.variants", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *VARIANTS], metavar="NAME", help=f"of {', '.join(VARIANTS)}")
    parser.add_argument("--folder", type=Path, default=Path("pocket-work"), help="with latents (default pocket-work)")
    parser.add_argument("--seconds", type=float, default=440.0, help="of learning for each (default 440)")
    parser.add_argument("--rows", type=int, default=64, help="of a batch (default 64)")
    flags = parser.parse_args(arguments)
    if flags.rows < 1:
        parser.error(f"--rows = {flags.rows} is not allowed: 1 or more")
    if not (flags.folder / "latents").is_dir():
        parser.error(
            f"--folder = {str(flags.folder)!r} is not allowed: a work folder of `python -m training` with latents"
        )
    return flags


if __name__ == "__main__":
    main()
