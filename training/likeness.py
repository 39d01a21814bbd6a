"""Likeness: how well texts describe pictures, by the judge, as cosines in the sentence encoder's space.

Pictures of any origin pass through the trained autoencoder's encoder first, so that every model is measured by the same
judge on the same terms. It does not know who made a picture, or what it was meant to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny

from training.autoencoder import encode
from training.judge import Judge
from training.machines import Machine, this_machine
from training.teacher import Teacher

LAYOUT = torch.channels_last  # several times faster on a CPU than the usual one


class Likeness:
    """The judge with its eyes (an autoencoder) and its dictionary (the sentence encoder). Texts are read once.

    Attributes:
        name: of the judge: the beginning of its weights' digest, 8 hexadecimal digits.
    """

    def __init__(self, judge: Judge, vae: AutoencoderTiny, teacher: Teacher, machine: Machine | None = None) -> None:
        self._machine = machine or this_machine()
        self._judge, self._vae = (part.to(self._machine.device, memory_format=LAYOUT).eval() for part in (judge, vae))
        weights = b"".join(weight.cpu().numpy().tobytes() for weight in judge.state_dict().values())
        self.name = sha256(weights).hexdigest()[:8]
        self._teacher = teacher
        self._known: dict[str, np.ndarray] = {}

    @classmethod
    def load(cls, folder: Path, teacher: Teacher | None = None) -> Likeness:
        """From a work folder's `judge` and `vae`; the packaged sentence encoder without another.

        Raises:
            FileNotFoundError: one of the two stages has not run there.
        """
        for part in ("judge", "vae"):
            if not (folder / part / "config.json").exists():
                raise FileNotFoundError(f"{folder / part} is missing: python -m training --folder {folder} makes it")
        judge = Judge.from_pretrained(folder / "judge")
        vae = AutoencoderTiny.from_pretrained(folder / "vae", torch_dtype=torch.float32)
        return cls(judge, vae, teacher or Teacher())

    @torch.no_grad()
    def see(self, pictures: np.ndarray) -> np.ndarray:
        """Pictures (n, 128, 128, 3) uint8 as unit rows (n, 384) float32."""
        latents = encode(self._vae, pictures, self._machine) * self._vae.config.scaling_factor
        batches = (batch.to(self._machine.device, memory_format=LAYOUT) for batch in latents.split(64))
        rows = [self._judge(batch).cpu() for batch in batches]
        return torch.cat(rows).numpy()

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """Texts as unit rows (m, 384) float32."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        if unknown:
            self._known.update(zip(unknown, self._teacher.embed(unknown), strict=True))
        return np.stack([self._known[text] for text in texts])

    def likeness(self, pictures: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """Cosines (n, m) of pictures (n, 128, 128, 3) uint8 and m texts, -1 to 1."""
        return self.see(pictures) @ self.read(texts).T
