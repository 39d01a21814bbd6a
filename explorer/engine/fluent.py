"""An engine that understands taught words: what plans are made with where prompts may have some.

It is a studio (see `experiments.base`) for whoever has these words; the engine itself knows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from explorer.engine.concepts import Uses
from explorer.engine.engine import Engine
from explorer.space.points import Conditioning, Sampling
from explorer.space.tasks import Task


def named(uses: Uses) -> tuple[str, ...]:
    """How settings name the words that are used: what an experiment's `concepts` are."""
    return tuple(f"{use.concept.word}:{use.concept.digest.hex()}:{use.strength:g}" for use in uses)


@dataclass(frozen=True)
class Fluent:
    """The engine, where prompts are read with the words of `uses`."""

    engine: Engine
    uses: Uses

    def encode(self, prompt: str) -> Conditioning:
        """The conditioning of a prompt."""
        return self.engine.encode(prompt, self.uses)

    def encode_negative(self, negative_prompt: str) -> Conditioning:
        """That of a negative prompt; "" is the model's own idea of none."""
        return self.engine.encode_negative(negative_prompt, self.uses)

    def cut_off(self, prompt: str) -> str:
        """What of the prompt the text encoder does not read."""
        return self.engine.cut_off(prompt, self.uses)

    def encode_picture(self, picture: Image.Image) -> Tensor:
        """The latents (channels, height/f, width/f), as the engine's."""
        return self.engine.encode_picture(picture)

    def latents_shape(self, sampling: Sampling) -> tuple[int, int, int]:
        """As the engine's."""
        return self.engine.latents_shape(sampling)

    def sigmas(self, sampling: Sampling) -> list[float]:
        """As the engine's."""
        return self.engine.sigmas(sampling)

    def result(self, task: Task) -> Mapping[str, Tensor]:
        """As the engine's."""
        return self.engine.result(task)

    def estimate_depth(self, picture: Image.Image) -> Tensor | None:
        """As the engine's, of shape (rows, columns)."""
        return self.engine.estimate_depth(picture)

    @property
    def extras(self) -> tuple[str, ...]:
        """As the engine's."""
        return self.engine.extras
