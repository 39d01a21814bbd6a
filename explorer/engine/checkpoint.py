"""From model files on disk to a diffusers pipeline that only holds the parts; the loop over them is ours.

Reads safetensors only, runs no code that comes with a model, opens no connection, and says in one sentence
(`ModelError`) what is wrong with a file. Part by part, because diffusers' own `from_pretrained` fills missing weights
with random numbers and a warning. Knows nothing about devices and the table of known models.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from diffusers.loaders.single_file_utils import SingleFileComponentError, create_diffusers_clip_model_from_ldm
from safetensors import SafetensorError, safe_open

from explorer.engine.families import ModelError, extras_in_folder, family_of, read_json, weighted_parts
from explorer.engine.families import parts as parts_of
from explorer.engine.quiet import quiet
from explorer.engine.schedulers import rescheduled
from explorer.engine.single_file import (
    extras_in_file,
    family_in_file,
    older_text_encoder,
    schedule_in_file,
    shapes,
)

SCHEDULER = "scheduler/scheduler_config.json"
READ_ERRORS = (OSError, ValueError, KeyError, RuntimeError, SafetensorError, SingleFileComponentError)


@dataclass(frozen=True)
class Checkpoint:
    """Files that make up one model: configuration and tokenizers in `folder`, weights in `weights`.

    `weights` maps each part to its files, or "" to the one file of a single-file checkpoint. `schedule` is what that
    file says of its noise schedule and the scheduler's configuration in `folder` does not.
    """

    name: str
    family: str
    folder: Path
    weights: Mapping[str, tuple[Path, ...]]
    variant: str | None = None
    schedule: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(file for part in sorted(self.weights) for file in self.weights[part])


def open_folder(folder: Path, name: str, half: bool = False) -> Checkpoint:
    """The model in a diffusers folder; with `half`, its float16 files where it has both.

    Raises ModelError: no diffusers model, not a supported one, without safetensors, or with broken ones.
    """
    family = family_of(folder, name)
    needed = weighted_parts(family == "sdxl")
    for variant in ("fp16", None) if half else (None, "fp16"):
        weights = {part: _weights(folder / part, variant) for part in needed}
        if all(weights.values()):
            return _checked(Checkpoint(name, family, folder, weights, variant))
    part = next(part for part in needed if not _weights(folder / part, None))
    if any(found for kind in ("*.bin", "*.ckpt", "*.pt") for found in (folder / part).glob(kind)):
        raise ModelError(f"{name}: the weights of its {part} are pickled; only safetensors are loaded.")
    raise ModelError(f"{name}: there are no safetensors in {folder / part}.")


def open_file(file: Path, folder: Path, name: str) -> Checkpoint:
    """The model in a single-file checkpoint, configured as the diffusers model in `folder`.

    Raises ModelError: a broken file, one without UNet, VAE or text encoder, of another family than `folder`, or one
    that says of itself what is not supported.
    """
    family, found = family_of(folder, name), family_in_file(file)
    text_width_is_own = family == "sd" and found != "sdxl"
    if found != family and not text_width_is_own:
        raise ModelError(f"{name} is of the {found} family and cannot be configured as {family} by {folder}.")
    if extras_in_file(file) != (extras := extras_in_folder(folder, name)):
        configured = f"a model that is told {', '.join(extras) or 'a prompt alone'}"
        raise ModelError(
            f"{name} has another number of input channels than {folder}, the configuration of {configured}."
        )
    schedule = schedule_in_file(file, read_json(folder, SCHEDULER, name))
    return Checkpoint(name, family, folder, {"": (file,)}, schedule=schedule)


def size(checkpoint: Checkpoint, dtype: torch.dtype) -> int:
    """Bytes of the weights in `dtype`."""
    numbers = 0
    for part in checkpoint.weights:
        found = shapes(checkpoint.weights[part])
        numbers += sum(math.prod(shape) for name, shape in found.items() if not name.startswith("model_ema."))
    return numbers * dtype.itemsize


def digest(pieces: Iterable[bytes | memoryview]) -> str:
    """32 hex digits that change with any byte of the pieces."""
    running = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        running.update(piece)
    return running.hexdigest()


def fingerprint(checkpoint: Checkpoint) -> str:
    """Digest of every byte of the weight files and of the configurations that decide what they compute."""
    return digest(_contents(checkpoint))


def read(checkpoint: Checkpoint, dtype: torch.dtype) -> diffusers.DiffusionPipeline:
    """The pipeline on the CPU in `dtype`, frozen, silently; ModelError if files do not fit their configuration."""
    with quiet():
        pipe = _read_file(checkpoint, dtype) if "" in checkpoint.weights else _read_folder(checkpoint, dtype)
    for part in weighted_parts(checkpoint.family == "sdxl"):
        getattr(pipe, part).eval().requires_grad_(False)
    return pipe


def read_small_decoder(checkpoint: Checkpoint, dtype: torch.dtype) -> diffusers.AutoencoderTiny | None:
    """The autoencoder in the model's folder `small_decoder`, if there is one; it is no part of any frame's name."""
    folder = checkpoint.folder / "small_decoder"
    if "" in checkpoint.weights or not (folder / "config.json").is_file():
        return None
    with quiet():
        small = diffusers.AutoencoderTiny.from_pretrained(folder, dtype=dtype, local_files_only=True)
    return small.eval().requires_grad_(False)


def _weights(folder: Path, variant: str | None) -> tuple[Path, ...]:
    """The safetensors of one part, whole or in shards; nothing if there are none of this variant."""
    stem = "model" if folder.name.startswith("text_encoder") else "diffusion_pytorch_model"
    dotted = f".{variant}" if variant else ""
    whole, index = folder / f"{stem}{dotted}.safetensors", folder / f"{stem}.safetensors.index{dotted}.json"
    if whole.is_file():
        return (whole,)
    if not index.is_file():
        return ()
    shards = read_json(folder, index.name, folder.parent.name).get("weight_map", {})
    return tuple(folder / shard for shard in sorted(set(shards.values())))


def _checked(checkpoint: Checkpoint) -> Checkpoint:
    shapes(checkpoint.files)
    return checkpoint


def _contents(checkpoint: Checkpoint) -> Iterator[bytes]:
    for part in ("unet/config.json", "vae/config.json", SCHEDULER):
        config = read_json(checkpoint.folder, part, checkpoint.name)
        facts = {key: value for key, value in config.items() if key not in ("_name_or_path", "_diffusers_version")}
        yield json.dumps(facts, sort_keys=True).encode()
        if config.get("rescale_betas_zero_snr"):
            yield b"of every sampler"  # three of them did not rescale once: their pictures are other ones now
    if checkpoint.schedule:
        yield json.dumps(checkpoint.schedule, sort_keys=True).encode()
    for file in checkpoint.files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 22):
                yield block


def _read_folder(checkpoint: Checkpoint, dtype: torch.dtype) -> diffusers.DiffusionPipeline:
    index = read_json(checkpoint.folder, "model_index.json", checkpoint.name)
    sdxl = checkpoint.family == "sdxl"
    loaded = {part: _read_part(checkpoint, part, index[part][1], dtype) for part in parts_of(sdxl)}
    if not sdxl:
        return diffusers.StableDiffusionPipeline(
            **loaded, safety_checker=None, feature_extractor=None, requires_safety_checker=False
        )
    zeros = index.get("force_zeros_for_empty_prompt", True)
    return diffusers.StableDiffusionXLPipeline(**loaded, force_zeros_for_empty_prompt=zeros, add_watermarker=False)


def _read_part(checkpoint: Checkpoint, part: str, kind: str, dtype: torch.dtype) -> Any:
    library = transformers if part.startswith(("text_encoder", "tokenizer")) else diffusers
    cls: Any = getattr(library, kind, None)
    folder = str(checkpoint.folder / part)
    if part == "scheduler" and not (isinstance(cls, type) and issubclass(cls, diffusers.SchedulerMixin)):
        raise ModelError(f"{checkpoint.name}: its scheduler {kind!r} is unknown to diffusers.")
    try:
        if part not in checkpoint.weights:
            return cls.from_pretrained(folder, local_files_only=True)
        loaded, report = cls.from_pretrained(
            folder,
            dtype=dtype,
            use_safetensors=True,
            variant=checkpoint.variant,
            local_files_only=True,
            output_loading_info=True,
        )
    except READ_ERRORS as error:
        raise ModelError(f"{checkpoint.name}: its {part} cannot be read ({_first_line(error)}).") from error
    if report["missing_keys"]:
        missing = sorted(report["missing_keys"])
        raise ModelError(f"{checkpoint.name}: its {part} lacks {len(missing)} weights, such as {missing[0]}.")
    return loaded


def _read_file(checkpoint: Checkpoint, dtype: torch.dtype) -> diffusers.DiffusionPipeline:
    if checkpoint.family == "sdxl":
        cls, options = diffusers.StableDiffusionXLPipeline, {"add_watermarker": False, "image_encoder": None}
    else:
        cls, options = diffusers.StableDiffusionPipeline, {"requires_safety_checker": False}
        options["safety_checker"] = None
    holes = ModelError(f"{checkpoint.name} lacks weights that {checkpoint.folder} asks for.")
    try:
        pipe = cls.from_single_file(
            str(checkpoint.weights[""][0]),
            config=str(checkpoint.folder),
            dtype=dtype,
            local_files_only=True,
            feature_extractor=None,
            **_older_text_encoder(checkpoint, dtype),
            **options,
        )
    except NotImplementedError as error:  # "Cannot copy out of meta tensor": a weight that was never filled
        raise holes from error
    except READ_ERRORS as error:
        fault = f"{checkpoint.name} does not fit the configuration in {checkpoint.folder}"
        raise ModelError(f"{fault} ({_first_line(error)}).") from error
    if checkpoint.schedule:
        pipe.scheduler = rescheduled(pipe.scheduler, checkpoint.schedule)
    modules = (getattr(pipe, part) for part in weighted_parts(checkpoint.family == "sdxl"))
    if any(weight.is_meta for module in modules for weight in module.parameters()):
        raise holes
    return pipe


def _older_text_encoder(checkpoint: Checkpoint, dtype: torch.dtype) -> dict[str, Any]:
    """The text encoder of an old checkpoint, whose names diffusers does not know; nothing for the others."""
    (file,) = checkpoint.weights[""]
    if not (renamed := older_text_encoder(shapes([file]))):
        return {}
    with safe_open(file, "pt") as tensors:
        weights = {new: tensors.get_tensor(old) for old, new in renamed.items()}
    kind = read_json(checkpoint.folder, "model_index.json", checkpoint.name)["text_encoder"][1]
    options = {"config": str(checkpoint.folder), "subfolder": "text_encoder", "local_files_only": True}
    encoder = create_diffusers_clip_model_from_ldm(getattr(transformers, kind), weights, torch_dtype=dtype, **options)
    return {"text_encoder": encoder}


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
