"""Guidance sweep: the same prompt and noise at several guidance scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import Numbers, Prompt, Seeds
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan, Shown
from explorer.space.points import Point


@dataclass(frozen=True, kw_only=True)
class GuidanceSweep(Experiment):
    """How hard should the prompt pull? One noise, many guidance scales.

    At 1 the picture is the prompt's alone, at 0 it is the negative prompt's (or nothing's in particular), in between it
    is a mix, and above 1 it moves away from the negative prompt, until the colours burn.
    """

    view: ClassVar[str] = "compare"
    tab: ClassVar[str] = "How strictly?"
    position: ClassVar[int] = 3
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "A boat from 0 to 12": {"prompt": "a boat at the beach", "scales": (0, 0.5, 1, 2, 3, 5, 8, 12)},
        "A rose until it burns": {"prompt": "a rose", "scales": (0, 1, 2, 3, 5, 8, 12, 20)},
    }
    tutorials: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Nine scales, 50 steps": {
            "prompt": "a still life DSLR photo of a bowl of fruit",
            "scales": (0.25, 0.5, 1, 2, 4, 6, 8, 10, 20),
            "seed": 193,
            "num_inference_steps": 50,
        },
        "Three scales, 35 steps": {
            "prompt": "a watercolor painting of a golden retriever at the beach",
            "scales": (1.1, 8, 12),
            "seed": 42,
            "num_inference_steps": 35,
        },
    }

    prompt: str = Prompt("What every picture shows.").field("a lion in the desert")
    scales: tuple[float, ...] = Numbers("The guidance scales, or a range of them.", high=30.0).field(
        (0, 0.5, 1, 2, 4, 8, 12, 20)
    )
    seeds: tuple[int, ...] = Seeds(
        "A row of pictures for each; empty, and there is one row, of the shared seed.", label="Seeds", place="more"
    ).field(())

    def plan(self, studio: Studio) -> Plan:
        """Places at (guidance scale, seed), row by row; `at(scale, seed)` is the point there."""
        shape = studio.latents_shape(self.sampling)
        conditioning, negative = studio.encode(self.prompt), studio.encode_negative(self.negative_prompt)

        def at(scale: float, seed: int) -> Point:
            noise = Noise.of(seed)
            return Point(conditioning, negative, noise.latents(shape), noise, scale)

        places = [
            Place((scale, seed), f"guidance {scale:g}, seed {seed}", {"guidance_scale": scale, "seed": seed})
            for seed in self.seeds or (self.seed,)
            for scale in self.scales
        ]
        return Plan(tuple(places), at, self.sampling, shown=Shown(("guidance_scale", "seed")))
