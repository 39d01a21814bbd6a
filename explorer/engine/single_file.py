"""What a single-file checkpoint says of itself: family, channels, what it predicts; from its header alone.

Weights keep the names of the original (CompVis, Stability) code. Beside them stand, in some files, empty tensors whose
names are statements (`v_pred`, `ztsnr`), and metadata; no weight is read for any of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from explorer.engine.families import ModelError, check_prediction, extras_of

UNET, VAES = "model.diffusion_model.", ("first_stage_model.", "vae.")
CLIP = ("cond_stage_model.transformer.", "conditioner.embedders.0.transformer.")
"""Where CLIP's own code stands: the only text encoder of SD 1.x, the first of SDXL."""

TEXT_ENCODERS: Mapping[str, tuple[str, ...]] = {
    "sd1": CLIP[:1],
    "sd2": ("cond_stage_model.model.",),
    "sdxl": (CLIP[1], "conditioner.embedders.1.model."),
}
"""Where the text encoders stand, by family."""

EDM = ("edm_vpred.sigma_max", "edm_mean")
"""Statements of checkpoints on EDM's noise schedule (Karras et al. 2022): CosXL, Playground 2.5."""

PREDICTIONS = ("modelspec.prediction_type", "modelspec.predict_key")
"""Metadata that says what is predicted: the Stability model specification's, and as ComfyUI writes it."""

ZERO_TERMINAL_SNR = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
"""What `ztsnr` asks of a scheduler (Lin et al. 2024, "Common Diffusion Noise Schedules ... are Flawed", section 3)."""


def shapes(files: Iterable[Path]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights, from the files' headers alone; ModelError for a broken file."""
    return {name: shape for file in files for name, shape in _header(file)[0].items()}


def family_in_file(file: Path) -> str:
    """The family of a single-file checkpoint, by the names of its weights.

    Raises ModelError if it is no whole model, or one that is told what nobody here can tell it.
    """
    sizes = shapes([file])
    for part, prefixes in {"UNet": (UNET,), "VAE": VAES}.items():
        if not any(name.startswith(prefixes) for name in sizes):
            raise ModelError(
                f"{file.name} holds no {part}, so it is no Stable Diffusion checkpoint "
                "(LoRA, VAE and ControlNet files cannot be opened by themselves)."
            )
    extras_in_file(file, sizes)
    for family, prefixes in TEXT_ENCODERS.items():
        if all(any(name.startswith(prefix) for name in sizes) for prefix in prefixes):
            return family
    raise ModelError(f"{file.name} holds no text encoder of Stable Diffusion 1.x, 2.x or SDXL.")


def schedule_in_file(file: Path, configured: Mapping[str, Any]) -> dict[str, Any]:
    """What a single-file checkpoint says of its noise schedule that its scheduler's configuration does not say.

    Its tensors' names count for more than its metadata, and both for more than `configured`.

    Returns:
        Changes to the scheduler's configuration; none for most files.

    Raises:
        ModelError: it predicts something else than noise or v, is on EDM's noise schedule, or predicts noise from a
            sample without any signal.
    """
    names, metadata = _header(file)
    if any(statement in names for statement in EDM):
        raise ModelError(f"{file.name} is made for EDM's noise schedule (edm_vpred), which is not supported.")
    before = configured.get("prediction_type", "epsilon")
    predicted = _prediction(names, metadata) or before
    check_prediction(predicted, file.name)
    changes = {} if predicted == before else {"prediction_type": predicted}
    if not ("ztsnr" in names or _is_true(metadata.get("ss_zero_terminal_snr"))):
        return changes
    if predicted == "epsilon":
        raise ModelError(
            f"{file.name} says that no signal is left at its last timestep (ztsnr), where noise tells nothing of the "
            "picture, but not that it predicts v; as config give a diffusers folder whose scheduler predicts v."
        )
    return changes | {key: value for key, value in ZERO_TERMINAL_SNR.items() if configured.get(key) != value}


def extras_in_file(file: Path, sizes: Mapping[str, tuple[int, ...]] | None = None) -> tuple[str, ...]:
    """What a single file's UNet takes beside the latents, see `families.EXTRAS`; ModelError for what is not known.

    `sizes` are the shapes of its weights, where they were read before.
    """
    sizes = shapes([file]) if sizes is None else sizes
    taken = sizes.get(UNET + "input_blocks.0.0.weight")
    given = next((sizes[name] for vae in VAES if (name := vae + "decoder.conv_in.weight") in sizes), None)
    return () if taken is None or given is None else extras_of(taken[1], given[1], file.name)


def _prediction(names: Iterable[str], metadata: Mapping[str, str]) -> str | None:
    """`prediction_type` as the file says it; None where it says nothing."""
    if "v_pred" in names:
        return "v_prediction"
    said = next((metadata[key].strip().lower() for key in PREDICTIONS if metadata.get(key)), None)
    if said is None and _is_true(metadata.get("ss_v_parameterization")):
        said = "v"
    return None if said is None else {"v": "v_prediction", "eps": "epsilon"}.get(said, said)


def _is_true(said: str | None) -> bool:
    return (said or "").strip().lower() == "true"


def older_text_encoder(names: Iterable[str]) -> dict[str, str]:
    """Today's names of CLIP's weights by those of old checkpoints, which leave out `text_model.`; empty for others."""
    parts = ("embeddings.", "encoder.", "final_layer_norm.")
    old = {clip + part: f"{clip}text_model.{part}" for clip in CLIP for part in parts}
    return {
        name: new + name.removeprefix(prefix)
        for name in names
        for prefix, new in old.items()
        if name.startswith(prefix)
    }


def _header(file: Path) -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
    """Shapes by name, and the metadata."""
    try:
        with safe_open(file, "pt") as tensors:
            sizes = {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118
            return sizes, tensors.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{file} is no complete safetensors file ({error}); fetch it again.") from error
