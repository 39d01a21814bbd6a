"""The latents that the UNet and the judge learn from: composites, encoded once, with what their captions say.

Shards of 1,000 in F/latents, so that a kill costs one. No two kinds share a seed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from diffusers import AutoencoderTiny
from tqdm import tqdm

from training.autoencoder import encode
from training.machines import Machine, this_machine
from training.pictures import Said, pictures
from training.recipe import Recipe

SHARD = 1_000
UNET, JUDGE = ("plain", "painted", "mixed"), ("judge", "judge-plain")
"""The kinds that each of them learns from."""


class Kind(NamedTuple):
    """Which composites: their mix, how far their seed is from the recipe's, how many."""

    mix: str
    offset: int
    count: int


def kinds(recipe: Recipe) -> dict[str, Kind]:
    """What is encoded, by name."""
    return {
        "plain": Kind("plain", 10, recipe.plain),
        "mixed": Kind("mixed", 20, recipe.mixed),
        "painted": Kind("painted", 70, recipe.painted),
        "judge": Kind("mixed", 30, recipe.judged),
        "judge-plain": Kind("plain", 60, recipe.judged),
    }


def run(folder: Path, recipe: Recipe) -> None:
    """Writes what is missing of F/latents/<kind>-<n>.npy (float16, n x 8 x 16 x 16, scaled to variance 1) and .json."""
    machine = this_machine()
    missing = [
        (name, kind, start)
        for name, kind in kinds(recipe).items()
        for start in range(0, kind.count, SHARD)
        if not _file(folder, name, start).exists()
    ]
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
    half = file.with_suffix(".half.npy")
    np.save(half, latents)
    half.replace(file)
