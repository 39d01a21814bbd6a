"""A model whose GPU is there only now and then, in another process: Hugging Face's ZeroGPU.

Contract: `Borrowed` holds one loaded model in main memory. `planner` is an engine that encodes on the CPU, plans, knows
prices and finds stored frames; it cannot render. `worker` is an engine that can, made anew in the process that has the
GPU: forked from this one, so the weights are there, but locks and threads of the planner are not to be used in it. Both
encode on the CPU with the same weights and give frames the same names, and share the store's folder.

Not tried on ZeroGPU itself. The weights go to the GPU inside the process that has it, rather than when the page starts,
because `spaces` emulates CUDA on the main thread only, and models are loaded on the device's thread (see turns).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from platformdirs import user_cache_path

from explorer.engine import models
from explorer.engine.autoencoder import Autoencoder
from explorer.engine.engine import Engine
from explorer.engine.models import Model
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.store import FrameStore
from explorer.engine.turns import Turns


@dataclass(frozen=True)
class Borrowed:
    """A model loaded on the CPU, and where its frames are kept, up to `store_gb` gigabytes."""

    model: Model
    folder: Path
    store_gb: float = 4.0
    device: str = "cuda"

    def planner(self) -> Engine:
        """The engine of the process without a GPU. Makes the text encoders and the VAE float32, as CPUs want them."""
        pipe = self.model.pipe
        for part in ("text_encoder", "text_encoder_2", "vae"):
            if getattr(pipe, part, None) is not None:
                getattr(pipe, part).float()
        return self._engine(_Planned(self.model, self.device))

    def worker(self) -> Engine:
        """The engine of the process that has the GPU. Moves the UNet and a copy of the VAE there."""
        return self._engine(_Placed(self.model, self.device))

    def _engine(self, networks: DiffusersNetworks) -> Engine:
        return Engine(networks, FrameStore(self.folder, disk_bytes=int(self.store_gb * 1e9)))


def borrow(model: str, *, cache_folder: Path | None = None, store_gb: float = 4.0, **options: Any) -> Borrowed:
    """The model of that name, loaded for a GPU that comes later; `options` as for `explorer.load`. Raises ModelError.

    bfloat16 unless another dtype is asked for: every GPU of ZeroGPU computes in it.
    """
    cache_folder = cache_folder or user_cache_path("latent-explorer")
    options |= {"device": "cpu", "dtype": options.get("dtype") or "bfloat16"}
    loaded = Turns().run(models.load, model, cache_folder=cache_folder, **options)
    return Borrowed(loaded, cache_folder / "frames", store_gb)


class _Borrowing(DiffusersNetworks):
    """Encodes on the CPU. The size of a micro-batch goes by `device`, so both sides name frames alike."""

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model)
        self.device = torch.device(device)
        self.signature = "|".join((model.fingerprint, str(model.dtype), str(model.unet_memory_format), "borrowed"))


class _Planned(_Borrowing):
    """Knows everything but pictures."""

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self.predict = self.decode = self.preview = _not_here


class _Placed(_Borrowing):
    """Predicts and decodes on the device."""

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._unet.to(self.device)
        autoencoder = Autoencoder(copy.deepcopy(model.pipe.vae).to(self.device), self.device, self.factor)
        self.decode, self.preview = autoencoder.decode, autoencoder.preview


def _not_here(*_: object) -> object:
    raise RuntimeError("There is no GPU in this process: a frame was dropped from the store. Render again.")
