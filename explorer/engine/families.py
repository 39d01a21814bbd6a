"""Which models this program can run, told from a model's configuration files before any weights are read.

Supported are diffusers' Stable Diffusion and SDXL pipelines that predict noise or v, from a prompt alone or with what
inpainting and depth checkpoints are told. Knows nothing of
weights or devices; what it cannot run it refuses with a `ModelError` of one sentence.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROLES = ("StableDiffusion{}Pipeline", "StableDiffusion{}Img2ImgPipeline", "StableDiffusion{}InpaintPipeline")
SD_PIPELINES = frozenset({*(role.format("") for role in ROLES), "StableDiffusionDepth2ImgPipeline"})
SDXL_PIPELINES = frozenset(role.format("XL") for role in ROLES)

PARTS: Mapping[str, frozenset[str]] = {
    "unet": frozenset({"UNet2DConditionModel"}),
    "vae": frozenset({"AutoencoderKL", "AutoencoderTiny"}),
    "text_encoder": frozenset({"CLIPTextModel", "CLIPTextModelWithProjection"}),
    "tokenizer": frozenset({"CLIPTokenizer", "CLIPTokenizerFast"}),
}
"""The classes that may stand behind a part of the pipeline; nothing else is ever loaded from a model's folder."""

EXTRAS: tuple[tuple[str, ...], ...] = (
    (),
    ("depth",),
    ("mask", "masked_latents"),
    ("depth", "mask", "masked_latents"),
)
"""What a UNet may take after the latents: nothing, a depth map, what inpainting checkpoints take, or all of it."""

TEXT_WIDTHS: Mapping[int, str] = {768: "sd1", 1024: "sd2"}


class ModelError(Exception):
    """A model that cannot be loaded; the message is one sentence for the person who asked for it."""


def read_json(folder: Path, file: str, name: str) -> dict[str, Any]:
    """The object in `folder`/`file`; ModelError where it is missing or no JSON."""
    try:
        found = json.loads((folder / file).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{name}: {file} is missing in {folder}.") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"{name}: {file} in {folder} cannot be read ({error}).") from error
    if not isinstance(found, dict):
        raise ModelError(f"{name}: {file} in {folder} is not a JSON object.")
    return found


def family_of(folder: Path, name: str) -> str:
    """The family of the diffusers model in `folder`, of which only the JSON files are read.

    Returns:
        "sdxl" for two text encoders; else by the width of the text conditioning "sd1" (768), "sd2" (1024), or "sd" for
        a model of the same architecture with a width of its own (the bundled one: 256).

    Raises:
        ModelError: for any other kind of model; `name` is what the message calls it.
    """
    index = read_json(folder, "model_index.json", name)
    sdxl = pipeline_is_sdxl(index, name)
    for part in parts(sdxl):
        _check_class(index, part, name)
    unet, vae = (read_json(folder, f"{part}/config.json", name) for part in ("unet", "vae"))
    _check_unet(unet, vae, sdxl, name)
    _check_scheduler(read_json(folder, "scheduler/scheduler_config.json", name), name)
    return "sdxl" if sdxl else TEXT_WIDTHS.get(unet.get("cross_attention_dim", 0), "sd")


def pipeline_is_sdxl(index: Mapping[str, Any], name: str) -> bool:
    """Whether a model_index.json describes SDXL (else Stable Diffusion); ModelError for any other pipeline."""
    pipeline = index.get("_class_name")
    if pipeline in SD_PIPELINES | SDXL_PIPELINES:
        return pipeline in SDXL_PIPELINES
    raise ModelError(f"{name} is a {pipeline}; only Stable Diffusion 1.x, 2.x and SDXL can be explored here.")


def parts(sdxl: bool) -> tuple[str, ...]:
    """The parts of a pipeline that are loaded, in loading order."""
    twins = ("text_encoder_2", "tokenizer_2") if sdxl else ()
    return (*PARTS, *twins, "scheduler")


def weighted_parts(sdxl: bool) -> tuple[str, ...]:
    """The parts that have weights."""
    return tuple(part for part in parts(sdxl) if not part.startswith(("tokenizer", "scheduler")))


def extras_of(taken: int, given: int, name: str) -> tuple[str, ...]:
    """What a UNet of `taken` channels takes beside latents of `given`, in its channels' order: names of EXTRAS.

    Raises ModelError for any other number (InstructPix2Pix, upscalers).
    """
    for names in EXTRAS:
        if taken == given + extra_channels(names, given):
            return names
    raise ModelError(
        f"{name}: its UNet takes {taken} channels and its VAE gives {given}, so it is told something else than a "
        "prompt, a region and a depth map; such models cannot be explored here."
    )


def extras_in_folder(folder: Path, name: str) -> tuple[str, ...]:
    """The same of a diffusers model, by its configuration."""
    unet, vae = (read_json(folder, f"{part}/config.json", name) for part in ("unet", "vae"))
    return extras_of(unet.get("in_channels", 4), vae.get("latent_channels", 4), name)


def extra_channels(names: Sequence[str], given: int) -> int:
    """How many channels those extras have beside latents of `given`."""
    return sum(given if name == "masked_latents" else 1 for name in names)


def check_prediction(prediction: str, name: str) -> None:
    """ModelError for a `prediction_type` other than noise and v."""
    if prediction not in ("epsilon", "v_prediction"):
        raise ModelError(f"{name} predicts {prediction!r}; only 'epsilon' and 'v_prediction' are supported.")


def _check_class(index: Mapping[str, Any], part: str, name: str) -> None:
    entry = index.get(part)
    found = entry[1] if isinstance(entry, list) and len(entry) == 2 else None
    if found is None:
        hint = " (the SDXL refiner is no text-to-image model)" if part == "text_encoder" else ""
        raise ModelError(f"{name} has no {part}{hint}.")
    allowed = PARTS.get(part.removesuffix("_2"))
    if allowed is not None and found not in allowed:
        raise ModelError(f"{name}: its {part} is a {found}; only {' or '.join(sorted(allowed))} is supported.")


def _check_unet(unet: Mapping[str, Any], vae: Mapping[str, Any], sdxl: bool, name: str) -> None:
    extras_of(unet.get("in_channels", 4), vae.get("latent_channels", 4), name)
    if unet.get("time_cond_proj_dim") is not None:
        raise ModelError(f"{name} is a latent consistency model (time_cond_proj_dim), which is not supported.")
    # "text" pools the prompt's own embeddings, so it asks for nothing beside them: the bundled model does so.
    supported = {
        "addition_embed_type": ("text_time",) if sdxl else (None, "text"),
        "class_embed_type": (None,),
        "encoder_hid_dim_type": (None,),
        "num_class_embeds": (None,),
    }
    for field, values in supported.items():
        if unet.get(field) not in values:
            allowed = " or ".join(map(repr, values))
            raise ModelError(f"{name}: its UNet has {field}={unet.get(field)!r}; only {allowed} is supported.")


def _check_scheduler(scheduler: Mapping[str, Any], name: str) -> None:
    check_prediction(scheduler.get("prediction_type", "epsilon"), name)
    if "beta_schedule" not in scheduler:
        made = scheduler.get("_class_name")
        raise ModelError(f"{name} is made for a {made} without a beta schedule, which is not supported.")
