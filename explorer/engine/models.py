"""Which models there are, and how one is loaded: `load("pocket")`.

A `Model` is a diffusers pipeline that only holds the parts (tokenizers, text encoders, UNet, VAE, scheduler), on its
device, in its dtype and layout. Nothing is loaded before `load` is called. Knows nothing about points or frames.

Pictures are decoded one at a time by the engine, so VAE slicing is always on in effect; the VAE of SDXL in float16
(`force_upcast`) is the decoder's affair. A single file that says what it predicts is believed (see single_file); one
that says nothing is taken to predict what its configuration says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import diffusers
import torch

from explorer.engine import checkpoint as checkpoints
from explorer.engine import hub, machine, placement
from explorer.engine.depth import DepthEstimator, estimator_in
from explorer.engine.families import TEXT_WIDTHS, ModelError, family_of, weighted_parts
from explorer.engine.known import CONFIGURED_BY, KNOWN, Known, find
from explorer.engine.single_file import extras_in_file, family_in_file
from explorer.engine.words import Words
from explorer.space.points import Defaults

__all__ = ["KNOWN", "Defaults", "Known", "Model", "ModelError", "from_pipeline", "load"]


@dataclass(frozen=True, eq=False)
class Model:
    """One model on one device.

    Attributes:
        name: what it was asked for by.
        family: "sd1", "sd2", "sdxl", or "sd" (the architecture of SD with another text width).
        pipe: the parts, frozen and in `eval`; `pipe.scheduler` is a template, to be copied and never stepped.
        device: where tensors must be put; with CPU offload the parts themselves wait elsewhere.
        dtype: of the weights and of what goes into the UNet.
        fingerprint: changes with any weight or configuration that decides a picture.
        unet_memory_format: the layout the UNet was found to be faster in.
        small_decoder: a quicker way from latents to pictures, for drafts and glimpses; None where there is none.
        estimate_depth: its own network for that, see `depth`; None where there is none.
        measured: where decisions by measurement are remembered.
        words: what it knows by name; None where its folder does not say.
    """

    name: str
    family: str
    pipe: diffusers.DiffusionPipeline
    device: torch.device
    dtype: torch.dtype
    defaults: Defaults
    fingerprint: str
    unet_memory_format: torch.memory_format = torch.contiguous_format
    small_decoder: torch.nn.Module | None = None
    estimate_depth: DepthEstimator | None = None
    measured: machine.Remembered = field(default_factory=lambda: machine.Remembered(None))
    words: Words | None = None


def load(
    name: str = "pocket",
    *,
    device: torch.device | str | None = None,
    dtype: torch.dtype | str | None = None,
    config: str | None = None,
    cpu_offload: bool = False,
    vae_tiling: bool = False,
    attention_slicing: bool = False,
    cache_folder: Path | str | None = None,
    local_files_only: bool = False,
) -> Model:
    """Load a model, ready to run.

    Args:
        name: a known name ("pocket", "sd15"), a hub id "owner/name", a diffusers folder, or a .safetensors checkpoint.
        device: "cuda", "mps", "cpu", "cuda:1"; None takes the best one that works.
        dtype: float32, bfloat16 or float16; None takes the fastest that is safe, by measurement.
        config: for a .safetensors checkpoint, the diffusers folder, known name or hub id it is configured like; without
            it, SD 1.5, SD 2.1 (768 px, predicts v; give "sd21-base" for a base checkpoint) or SDXL, from the hub.
        cpu_offload: keep parts in main memory until they are needed (CUDA only).
        vae_tiling: decode large pictures in tiles: less memory, slightly different pictures.
        attention_slicing: slower attention in less memory (mps only; elsewhere torch's own is lean already).
        cache_folder: where measured decisions are remembered between restarts; None measures each time.
        local_files_only: never ask the hub, even for a hub id.

    Raises:
        ModelError: one sentence that says what is wrong and, where there is one, the way out.
    """
    memory = machine.Remembered(cache_folder)
    device = placement.pick_device(device)
    dtype = placement.pick_dtype(dtype, device, memory)
    placement.check_switches(device, cpu_offload, attention_slicing)
    found = _locate(name, config, dtype == torch.float16, local_files_only)
    placement.check_memory(found, dtype, torch.device("cpu") if cpu_offload else device)
    pipe = checkpoints.read(found, dtype)
    fingerprint = checkpoints.fingerprint(found)
    if vae_tiling:
        placement.tile(pipe, found.name)
        fingerprint = checkpoints.digest([fingerprint.encode(), b"tiles"])
    layout = placement.place(pipe, device, f"{fingerprint} {dtype}", memory, cpu_offload)
    if attention_slicing:
        pipe.enable_attention_slicing()
    known = find(name) or (find(config) if config else None)
    defaults = known.defaults if known else _native(pipe)
    small = checkpoints.read_small_decoder(found, dtype)
    if small is not None:
        small.to(device, memory_format=torch.channels_last)
    words, depth = None if "" in found.weights else Words.of(found.folder), estimator_in(found.folder, device)
    return Model(name, found.family, pipe, device, dtype, defaults, fingerprint, layout, small, depth, memory, words)


def from_pipeline(pipe: diffusers.DiffusionPipeline, name: str, defaults: Defaults | None = None) -> Model:
    """A `Model` of a pipeline made in Python, on its own device, in its own dtype and layout, frozen.

    The fingerprint is taken from the weights in memory, so it is not that of the same model loaded from files.
    """
    sdxl = getattr(pipe, "text_encoder_2", None) is not None
    modules = {part: getattr(pipe, part).eval().requires_grad_(False) for part in weighted_parts(sdxl)}
    family = "sdxl" if sdxl else TEXT_WIDTHS.get(pipe.unet.config.cross_attention_dim, "sd")
    configs = [str(sorted(part.config.items())).encode() for part in (pipe.unet, pipe.vae, pipe.scheduler)]
    fingerprint = checkpoints.digest([*configs, *_bytes_of(modules)])
    return Model(name, family, pipe, pipe.unet.device, pipe.unet.dtype, defaults or _native(pipe), fingerprint)


def _bytes_of(modules: Mapping[str, torch.nn.Module]) -> Iterator[bytes]:
    for part, module in modules.items():
        for name, tensor in module.state_dict().items():
            yield f"{part}.{name} {tensor.dtype} {tuple(tensor.shape)}".encode()
            yield tensor.cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()


def _locate(name: str, config: str | None, half: bool, local_files_only: bool) -> checkpoints.Checkpoint:
    """The files that `name` means, fetched from the hub if need be."""
    known = find(name)
    path = Path(known.source if known else name).expanduser()
    if path.suffix in (".ckpt", ".bin", ".pt", ".pth"):
        raise ModelError(
            f"{path.name} is a pickle, which can run code when it is opened; only .safetensors are loaded."
        )
    if path.suffix == ".safetensors":
        if not path.is_file():
            raise ModelError(f"There is no file {path}.")
        return checkpoints.open_file(path, _configuration(path, config, local_files_only), path.name)
    if config is not None:
        raise ModelError(f"config={config!r} is for .safetensors checkpoints only; {name} has its own configuration.")
    if name and path.is_dir():  # Path("") is the current folder
        return checkpoints.open_folder(path, name, half)
    repository = known.source if known else name
    if name.startswith((".", "~", "/")) or repository.count("/") != 1:
        names = ", ".join(known.name for known in KNOWN)
        raise ModelError(f"{name!r} is no file or folder here, no known model ({names}) and no hub id (owner/name).")
    family_of(hub.fetch_configuration(repository, local_files_only), name)  # refuse before gigabytes are fetched
    return checkpoints.open_folder(hub.fetch_model(repository, half, local_files_only), name, half)


def _configuration(file: Path, config: str | None, local_files_only: bool) -> Path:
    """The folder a single-file checkpoint is configured by."""
    if config is None and (extras := extras_in_file(file)):
        raise ModelError(
            f"{file.name} is told more than a prompt ({', '.join(extras)}); as config give the diffusers folder or hub "
            "id of such a model, stable-diffusion-v1-5/stable-diffusion-inpainting for one."
        )
    known = find(config or CONFIGURED_BY[family_in_file(file)])
    source = known.source if known else str(config)
    if Path(source).expanduser().is_dir():
        return Path(source).expanduser()
    try:
        return hub.fetch_configuration(source, local_files_only)
    except ModelError as error:
        raise ModelError(
            f"{file.name} carries no configuration of its own; give a diffusers folder as config ({error})"
        ) from error


def _native(pipe: diffusers.DiffusionPipeline) -> Defaults:
    """The size a model was trained at, by its configuration; 64 latents a side where it does not say."""
    sides = pipe.unet.config.sample_size or 64
    height, width = (sides, sides) if isinstance(sides, int) else sides
    return Defaults(width * pipe.vae_scale_factor, height * pipe.vae_scale_factor)
