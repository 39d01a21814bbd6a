"""A Stable Diffusion 1.5 that was never trained: every weight is random, every shape is the real one's.

What it draws is noise; what it costs is what SD 1.5 costs, and it needs no download. Shapes are those of the published
configurations (UNet, CLIP ViT-L/14's text model, AutoencoderKL). The tokenizer is the bundled model's, whose token ids
are valid in CLIP's larger vocabulary. The noise schedule is SD 1.5's under DPM++ 2M, because its own PNDM runs one more
evaluation than it is asked for.
"""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from explorer.engine.known import POCKET


def save(folder: str) -> None:
    """Write the pipeline to `folder` in diffusers' format: 2.1 GB of float16, the same each time."""
    torch.manual_seed(0)
    tokenizer = CLIPTokenizer.from_pretrained(POCKET / "tokenizer")
    pipe = StableDiffusionPipeline(
        unet=unet(),
        vae=vae(),
        text_encoder=text_encoder(tokenizer),
        tokenizer=tokenizer,
        scheduler=DPMSolverMultistepScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.to(torch.float16).save_pretrained(Path(folder))


def unet() -> UNet2DConditionModel:
    """860 million parameters; `attention_head_dim` is the number of heads, a historical misnomer."""
    return UNet2DConditionModel(
        sample_size=64,
        in_channels=4,
        out_channels=4,
        block_out_channels=(320, 640, 1280, 1280),
        layers_per_block=2,
        down_block_types=(*("CrossAttnDownBlock2D",) * 3, "DownBlock2D"),
        up_block_types=("UpBlock2D", *("CrossAttnUpBlock2D",) * 3),
        cross_attention_dim=768,
        attention_head_dim=8,
    )


def vae() -> AutoencoderKL:
    """84 million parameters, a latent of 4 channels for 8 x 8 pixels."""
    return AutoencoderKL(
        sample_size=512,
        block_out_channels=(128, 256, 512, 512),
        layers_per_block=2,
        latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
    )


def text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """123 million parameters: 12 layers, 768 wide, 77 tokens."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=49408,
            hidden_size=768,
            intermediate_size=3072,
            projection_dim=768,
            num_hidden_layers=12,
            num_attention_heads=12,
            max_position_embeddings=77,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
