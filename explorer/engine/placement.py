"""Putting a model on a device: which device and dtype, whether it fits, in which layouts it is faster.

What was asked for and cannot be is a `ModelError` of one sentence. The measurements are machine.py's. Knows nothing of
where models come from.
"""

from collections.abc import Callable

import diffusers
import torch

from explorer.engine import machine
from explorer.engine.checkpoint import Checkpoint, size
from explorer.engine.families import ModelError

GIGABYTE = 1e9
HEADROOM_FACTOR, HEADROOM_BYTES = 1.2, 250e6  # a rule of thumb for what a step needs beside the weights


def pick_device(asked: torch.device | str | None) -> torch.device:
    """The device asked for if it works, or the best one; ModelError if it does not work or is unknown."""
    if asked is None:
        return machine.best_device()
    try:
        device = torch.device(asked)
    except RuntimeError as error:
        raise ModelError(f"device={asked!r} is unknown; choose cuda, mps or cpu.") from error
    if device.type not in ("cuda", "mps", "cpu") or not machine.runs(device):
        raise ModelError(
            f"device={str(device)!r} does not work on this machine; the best that does is {machine.best_device()}."
        )
    return device


def pick_dtype(asked: torch.dtype | str | None, device: torch.device, memory: machine.Remembered) -> torch.dtype:
    """The dtype asked for, or the measured one; ModelError if it is unknown, or float16 on a CPU."""
    if asked is None:
        key = f"dtype: {machine.signature(device)}"
        return memory.recall(key, machine.DTYPES, lambda: machine.best_dtype(device))
    dtype = machine.DTYPES.get(str(asked).removeprefix("torch."))
    if dtype is None:
        raise ModelError(f"dtype={asked!r} is unknown; choose one of {', '.join(machine.DTYPES)}.")
    if device.type == "cpu" and dtype == torch.float16:
        raise ModelError(
            "dtype='float16' is refused on a CPU, where it is many times slower than float32; "
            "choose float32 or bfloat16."
        )
    return dtype


def check_switches(device: torch.device, cpu_offload: bool, attention_slicing: bool) -> None:
    """ModelError for a low-memory switch that would do nothing, or harm, on `device`."""
    if cpu_offload and device.type != "cuda":
        raise ModelError(
            f"cpu_offload spares the memory of a CUDA GPU and does nothing on {device.type}; leave it off."
        )
    if attention_slicing and device.type != "mps":
        raise ModelError(
            f"attention_slicing helps on mps only: on {device.type} it slows PyTorch's attention down; leave it off."
        )


def check_memory(found: Checkpoint, dtype: torch.dtype, device: torch.device) -> None:
    """ModelError where the weights in `dtype` and room for a step exceed the memory free on `device`."""
    needed = size(found, dtype) * HEADROOM_FACTOR + HEADROOM_BYTES
    free = machine.available_memory(device)
    if needed > free:
        kind = str(dtype).removeprefix("torch.")
        raise ModelError(
            f"{found.name} needs about {needed / GIGABYTE:.1f} GB in {kind} and {free / GIGABYTE:.1f} GB are free on "
            f"{device}; close other programs or choose a smaller model."
        )


def tile(pipe: diffusers.DiffusionPipeline, name: str) -> None:
    """Let the VAE decode large pictures in tiles; ModelError if it cannot."""
    if not isinstance(pipe.vae, diffusers.AutoencoderKL):  # AutoencoderTiny's tiles fit 4 channels and factor 8 only
        raise ModelError(f"vae_tiling: {name} has a small decoder ({type(pipe.vae).__name__}) that needs no tiles.")
    pipe.vae.enable_tiling()


def place(
    pipe: diffusers.DiffusionPipeline,
    device: torch.device,
    model: str,
    memory: machine.Remembered,
    cpu_offload: bool = False,
) -> torch.memory_format:
    """Put the parts on `device` in their faster layouts; returns the UNet's.

    The VAE is always faster in channels_last (of the bundled model: 68.8 to 25.0 ms in float32, 21.5 to 14.4 ms in
    bfloat16, on a 2-core EPYC). On mps both stay contiguous: nothing was measured there.
    """
    (pipe.unet if cpu_offload else pipe).to(device)
    if device.type == "mps":
        return torch.contiguous_format
    pipe.vae.to(memory_format=torch.channels_last)
    layout = memory.recall(
        f"layout: {machine.signature(device)}, model {model}",
        machine.LAYOUTS,
        lambda: machine.faster_layout(pipe.unet, _probe(pipe.unet)),
    )
    pipe.unet.to(memory_format=layout)
    if cpu_offload:
        pipe.enable_model_cpu_offload(device=device)  # takes the UNet back to main memory, too
    return layout


def _probe(unet: diffusers.UNet2DConditionModel) -> Callable[[], object]:
    """One call of the UNet with 4 rows at 16 x 16 latents: the least that still tells the layouts apart."""
    config, to = unet.config, {"device": unet.device, "dtype": unet.dtype}
    added = None
    if config.addition_embed_type == "text_time":
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        added = {"text_embeds": torch.ones(4, pooled, **to), "time_ids": torch.ones(4, 6, **to)}
    latents = torch.ones(4, config.in_channels, 16, 16, **to)
    text = torch.ones(4, 77, config.cross_attention_dim, **to)

    @torch.inference_mode()
    def forward() -> object:
        return unet(latents, 500, encoder_hidden_states=text, added_cond_kwargs=added, return_dict=False)

    return forward
