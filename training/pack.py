"""The trained parts, put together as one diffusers `StableDiffusionPipeline` in half precision: F/pocket."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile

import torch
from diffusers import AutoencoderTiny, DPMSolverMultistepScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from training.recipe import Recipe
from training.unet import noise_schedule


def run(folder: Path, _recipe: Recipe) -> None:
    """Writes F/pocket from F/vae, F/tokenizer, F/text_encoder and F/unet; with F/words.json and F/small_decoder."""
    half = {"dtype": torch.float16}
    pipeline = StableDiffusionPipeline(
        vae=AutoencoderTiny.from_pretrained(folder / "vae", **half),
        text_encoder=CLIPTextModel.from_pretrained(folder / "text_encoder", **half),
        tokenizer=CLIPTokenizer.from_pretrained(folder / "tokenizer", model_max_length=77),
        unet=UNet2DConditionModel.from_pretrained(folder / "unet", **half),
        scheduler=sampler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder / "pocket")
    if (folder / "words.json").exists():
        copyfile(folder / "words.json", folder / "pocket" / "words.json")
    if (folder / "small_decoder").exists():
        AutoencoderTiny.from_pretrained(folder / "small_decoder", **half).save_pretrained(
            folder / "pocket" / "small_decoder"
        )


def sampler() -> DPMSolverMultistepScheduler:
    """DPM++ 2M on the training's noise schedule."""
    schedule = noise_schedule().config
    return DPMSolverMultistepScheduler(
        beta_start=schedule.beta_start,
        beta_end=schedule.beta_end,
        beta_schedule=schedule.beta_schedule,
        prediction_type=schedule.prediction_type,
        steps_offset=1,
    )
