"""The latents that the UNet and the judge learn from: composites, encoded once, with what their captions say.

Shards of 250 in F/latents, so that a kill costs one; the first of every kind come first, and a recipe whose counts are
raised (by whole shards) adds to them. No composite of one kind is one of another.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from diffusers import AutoencoderTiny
from tqdm import tqdm

from explorer.files.whole import whole
from training.autoencoder import encode
from training.machines import Machine, this_machine
from training.pictures import Said, pictures
from training.recipe import Recipe

SHARD = 250
OFFSETS = {"plain": 10, "mixed": 20, "painted": 70}
OFFSET, JUDGES_OFFSET = 10, 30
"""From the recipe's seed: of the UNet's composites (but for the oldest mixes), and of the judge's."""


class Kind(NamedTuple):
    """Which composites: their mix, how far their seed is from the recipe's, how many."""

    mix: str
    offset: int
    count: int


def unet_kinds(recipe: Recipe) -> dict[str, Kind]:
    """What the UNet learns from, by name, in the portions' order."""
    return {each.mix: Kind(each.mix, OFFSETS.get(each.mix, OFFSET), each.count) for each in recipe.portions}


def judge_kinds(recipe: Recipe) -> dict[str, Kind]:
    """What the judge learns from, by name."""
    return {f"judge-{each.mix}": Kind(each.mix, JUDGES_OFFSET, each.count) for each in recipe.judged}


def kinds(recipe: Recipe) -> dict[str, Kind]:
    """All that is encoded, by name."""
    return unet_kinds(recipe) | judge_kinds(recipe)


def run(folder: Path, recipe: Recipe, only: Sequence[str] = ()) -> None:
    """Writes what is missing of F/latents/<kind>-<n>.npy (float16, n x 8 x 16 x 16, scaled to variance 1) and .json.

    Args:
        only: names of kinds; empty takes all.
    """
    machine = this_machine()
    missing = [
        (name, kind, start)
        for name, kind in kinds(recipe).items()
        if not only or name in only
        for start in range(0, kind.count, SHARD)
        if not _file(folder, name, start).exists()
    ]
    missing.sort(key=lambda shard: shard[2])
    if not missing:
        return
    vae = AutoencoderTiny.from_pretrained(folder / "vae").to(machine.device, memory_format=torch.channels_last).eval()
    for name, kind, start in tqdm(missing, desc="latents", unit="shard"):
        made = pictures(folder, kind.mix, recipe.seed + kind.offset, min(SHARD, kind.count - start), start)
        _write(_file(folder, name, start), vae, machine, *made)


def load(folder: Path, recipe: Recipe, *names: str) -> tuple[torch.Tensor, list[Said]]:
    """Latents (n, 8, 16, 16) float16 of variance 1 of some kinds, one after the other, and what was said of each."""
    files = [_file(folder, name, start) for name in names for start in range(0, kinds(recipe)[name].count, SHARD)]
    latents = np.concatenate([np.load(file) for file in files])
    said = [Said(*entry) for file in files for entry in json.loads(file.with_suffix(".json").read_text())]
    return torch.from_numpy(latents), said


def _file(folder: Path, name: str, start: int) -> Path:
    return folder / "latents" / f"{name}-{start // SHARD:04d}.npy"


def _write(file: Path, vae: AutoencoderTiny, machine: Machine, seen: np.ndarray, said: list[Said]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(".json").write_text(json.dumps(said))
    with machine.autocast():  # what half precision adds is far less than the noise that the UNet learns to remove
        latents = (encode(vae, seen, machine) * vae.config.scaling_factor).half().numpy()
    with whole(file) as part, part.open("wb") as opened:
        np.save(opened, latents)
