"""Tiny pipelines with random weights: Stable Diffusion and SDXL in shape, small enough to run in milliseconds.

A picture is twice as wide as its latents. What they draw is noise; that they draw the same noise as another
implementation is what tests compare.
"""

import re
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from explorer.engine.quiet import quiet

BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}


def tiny_sd(
    prediction_type: str = "epsilon", cross_attention_dim: int = 32, seed: int = 0, **unet: object
) -> StableDiffusionPipeline:
    """A text-to-image pipeline of 32 x 32 px with the scheduler of SD 1.5; the same weights for the same arguments."""
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        pipe = StableDiffusionPipeline(
            unet=_unet(cross_attention_dim=cross_attention_dim, **unet),
            vae=_vae(),
            text_encoder=CLIPTextModel(_text_config(cross_attention_dim)),
            tokenizer=tiny_tokenizer(),
            scheduler=PNDMScheduler(
                **BETAS, skip_prk_steps=True, set_alpha_to_one=False, prediction_type=prediction_type
            ),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
    return _ready(pipe)


def tiny_sdxl(seed: int = 0, **unet: object) -> StableDiffusionXLPipeline:
    """The same with two text encoders (32 wide each), pooled text, time ids, and the scheduler of SDXL."""
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        pipe = StableDiffusionXLPipeline(
            unet=_unet(
                cross_attention_dim=64,
                addition_embed_type="text_time",
                addition_time_embed_dim=8,
                projection_class_embeddings_input_dim=6 * 8 + 32,
                transformer_layers_per_block=(1, 2),
                use_linear_projection=True,
                **unet,
            ),
            vae=_vae(),
            text_encoder=CLIPTextModel(_text_config(32)),
            text_encoder_2=CLIPTextModelWithProjection(_text_config(32, projection_dim=32)),
            tokenizer=tiny_tokenizer(),
            tokenizer_2=tiny_tokenizer(pad_token="!"),
            scheduler=EulerDiscreteScheduler(**BETAS, timestep_spacing="leading"),
            force_zeros_for_empty_prompt=True,
            add_watermarker=False,
        )
    return _ready(pipe)


def tiny_tokenizer(pad_token: str = "<|endoftext|>") -> CLIPTokenizer:
    """CLIP's tokenizer over a vocabulary of single letters; the end token is the last, as CLIP's pooling expects."""
    letters = [chr(code) for code in range(33, 127)]
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocab = {piece: number for number, piece in enumerate(pieces)}
    return CLIPTokenizer(vocab=vocab, merges=[], pad_token=pad_token, model_max_length=77)


def save_single_file(pipe: StableDiffusionPipeline, path: Path) -> None:
    """Write a Stable Diffusion 1.x pipeline as one checkpoint with the names of the original (CompVis) code."""
    tensors = {}
    layers = pipe.unet.config.layers_per_block + 1
    for name, tensor in pipe.unet.state_dict().items():
        tensors["model.diffusion_model." + _unet_name(name, layers, pipe.unet)] = tensor
    for name, tensor in pipe.vae.state_dict().items():
        original = _vae_name(name, len(pipe.vae.config.up_block_types))
        is_convolution_there = ".attn_1." in original and tensor.ndim == 2
        tensors["first_stage_model." + original] = tensor[:, :, None, None] if is_convolution_there else tensor
    for name, tensor in pipe.text_encoder.state_dict().items():
        tensors["cond_stage_model.transformer.text_model." + name.removeprefix("text_model.")] = tensor
    tensors["cond_stage_model.transformer.text_model.embeddings.position_ids"] = torch.arange(77)[None]
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)


def _unet(**options: object) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16,
        block_out_channels=(16, 32),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(2, 4),
        norm_num_groups=8,
        **options,
    )


def _vae() -> AutoencoderKL:
    return AutoencoderKL(
        sample_size=32,
        block_out_channels=(16, 32),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        norm_num_groups=8,
    )


def _text_config(width: int, **options: object) -> CLIPTextConfig:
    end = len(tiny_tokenizer()) - 1
    return CLIPTextConfig(
        vocab_size=end + 1,
        bos_token_id=end - 1,
        eos_token_id=end,
        pad_token_id=end,
        hidden_size=width,
        intermediate_size=37,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=77,
        **options,
    )


def _ready(pipe):
    for part in (pipe.unet, pipe.vae, pipe.text_encoder, getattr(pipe, "text_encoder_2", None)):
        if part is not None:
            part.eval().requires_grad_(False)
    pipe.unet.conv_out.weight *= 3  # fresh weights answer so faintly that a wrong guidance would hardly show
    pipe.set_progress_bar_config(disable=True)
    return pipe


RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
UNET_ENDS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}


def _unet_name(name: str, layers: int, unet: UNet2DConditionModel) -> str:
    """diffusers' name of a UNet weight in the original code, which counts blocks from one end to the other."""
    for new, old in UNET_ENDS.items():
        if name.startswith(new + "."):
            return old + name.removeprefix(new)
    if middle := re.fullmatch(r"mid_block\.(resnets|attentions)\.(\d)\.(.+)", name):
        kind, number, rest = middle.groups()
        return f"middle_block.{2 * int(number) + (kind == 'attentions')}.{_inner(kind, rest)}"
    way, block, kind, layer, rest = re.fullmatch(r"(down|up)_blocks\.(\d)\.(\w+)\.(\d)\.(.+)", name).groups()
    place, last = layers * int(block) + int(layer), layers * int(block) + layers - 1
    if way == "down":
        if kind == "downsamplers":
            return f"input_blocks.{last + 1}.0.{rest.replace('conv', 'op')}"
        return f"input_blocks.{place + 1}.{int(kind == 'attentions')}.{_inner(kind, rest)}"
    if kind == "upsamplers":
        after = 2 if "CrossAttn" in unet.config.up_block_types[int(block)] else 1
        return f"output_blocks.{last}.{after}.{rest}"
    return f"output_blocks.{place}.{int(kind == 'attentions')}.{_inner(kind, rest)}"


def _inner(kind: str, rest: str) -> str:
    if kind == "attentions":
        return rest
    head, _, tail = rest.partition(".")
    return f"{RESNET[head]}.{tail}"


VAE_NAMES = (
    (r"conv_norm_out", "norm_out"),
    (r"conv_shortcut", "nin_shortcut"),
    (r"mid_block\.resnets\.0", "mid.block_1"),
    (r"mid_block\.resnets\.1", "mid.block_2"),
    (r"mid_block\.attentions\.0", "mid.attn_1"),
    (r"attn_1\.group_norm", "attn_1.norm"),
    (r"attn_1\.to_([qkv])", r"attn_1.\1"),
    (r"attn_1\.to_out\.0", "attn_1.proj_out"),
    (r"down_blocks\.(\d)", r"down.\1"),
    (r"\.resnets\.", ".block."),
    (r"(down|up)samplers\.0", r"\1sample"),
)


def _vae_name(name: str, levels: int) -> str:
    """diffusers' name of a VAE weight in the original code, which counts the decoder's levels from the fine end."""
    name = re.sub(r"up_blocks\.(\d)", lambda found: f"up.{levels - 1 - int(found[1])}", name)
    for new, old in VAE_NAMES:
        name = re.sub(new, old, name)
    return name
