"""Parts of a finished model, taken as they are: autoencoder, tokenizer and text encoder, and the UNet to go on from.

Without a recipe's `start` nothing is taken, and every part is trained here.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from transformers import CLIPTextModel

from explorer.files.whole import whole
from training.recipe import Recipe

PROJECT = Path(__file__).resolve().parents[1]


def run(folder: Path, recipe: Recipe) -> None:
    """Writes F/vae, F/tokenizer, F/text_encoder and F/start in float32; what is there stays.

    Raises:
        FileNotFoundError: the recipe's `start` has not all of them.
    """
    if recipe.start is None:
        return
    model = PROJECT / recipe.start
    networks = {"vae": AutoencoderTiny, "text_encoder": CLIPTextModel, "unet": UNet2DConditionModel}
    for part, network in networks.items():
        made = folder / ("start" if part == "unet" else part)
        if not (model / part / "config.json").exists():
            raise FileNotFoundError(f"{model / part} is missing: start = {recipe.start!r} is no model's folder")
        if not made.exists():
            with whole(made) as half:
                network.from_pretrained(model / part, torch_dtype=torch.float32).save_pretrained(half)
    if not (folder / "tokenizer").exists():
        with whole(folder / "tokenizer") as half:
            shutil.copytree(model / "tokenizer", half)
    for figures in ("vae.json", "text_encoder.json"):  # those stages take the parts for their own, finished
        if not (folder / figures).exists():
            (folder / figures).write_text("{}")
