"""How far away things in a picture are, as a model's own network sees it (DPT, Ranftl et al. 2021).

Depth-conditioned checkpoints of Stable Diffusion 2 come with one, in folders of their own beside the UNet. What it says
becomes a point's `depth`, which is in the point's name; so it is no part of a model's fingerprint.
"""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image
from safetensors import SafetensorError
from torch import Tensor

from explorer.engine.families import ModelError
from explorer.engine.quiet import quiet

NETWORK, PROCESSOR = "depth_estimator", "feature_extractor"


class DepthEstimator:
    """The network in a model's folder, on `device`, in float32: it is small, and its batch norm knows no less."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        """Raises ModelError where its files cannot be read."""
        try:
            with quiet():
                from transformers import DPTForDepthEstimation, DPTImageProcessor  # noqa: PLC0415 (they talk)

                network = DPTForDepthEstimation.from_pretrained(
                    folder / NETWORK, use_safetensors=True, local_files_only=True, dtype=torch.float32
                )
                self._processor = DPTImageProcessor.from_pretrained(folder / PROCESSOR, local_files_only=True)
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            raise ModelError(f"{folder.name}: its depth estimator cannot be read ({error}).") from error
        self._network, self._device = network.eval().requires_grad_(False).to(device), device

    @torch.inference_mode()
    def __call__(self, picture: Image.Image) -> Tensor:
        """How near each part of a picture (RGB) is, (rows, columns) float32 on the CPU; larger is nearer."""
        pixels = self._processor(images=picture, return_tensors="pt").pixel_values.to(self._device)
        return self._network(pixels).predicted_depth[0].float().cpu()


def estimator_in(folder: Path, device: torch.device) -> DepthEstimator | None:
    """The one in a model's folder; None where there is none."""
    return DepthEstimator(folder, device) if (folder / NETWORK / "config.json").is_file() else None
