"""Noise loop: one prompt, and a circle through noise that comes back to where it started."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import SPACING, Integer, Painted, Prompt, Real
from explorer.experiments.painting import REGION, around
from explorer.space.noise import circle
from explorer.space.pacing import Route
from explorer.space.plans import Place, Plan, Playback, Shown
from explorer.space.points import Point


@dataclass(frozen=True, kw_only=True)
class NoiseLoop(Experiment):
    """Keep the prompt and turn the noise once around a circle: a film without a seam."""

    tab: ClassVar[str] = "Other noise"
    position: ClassVar[int] = 6
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "A boat, small circle": {"prompt": "a boat at the beach", "frames": 16, "variation": 0.4},
        "A butterfly changes its colours": {"prompt": "a butterfly", "frames": 16, "variation": 0.6},
        "Roses all around": {"prompt": "a rose", "frames": 16},
    }
    tutorials: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Cows and a windmill, 150 frames": {
            "prompt": "an oil painting of cows in a field next to a windmill in Holland",
            "frames": 150,
            "num_inference_steps": 25,
        },
    }

    prompt: str = Prompt("What every frame shows.").field("a tree in a meadow")
    frames: int = Integer(
        "In one turn; the last is as far from the first as from the one before.", low=3, high=600
    ).field(24)
    variation: float = Real(
        "1: the great circle through the seed's noise and another. Less: a small circle around the seed's noise.",
        low=0.01,
        step=0.01,
    ).field(1.0)
    spacing: tuple[float, ...] = SPACING.field(())
    region: Painted | None = REGION.field(None)  # noqa: RUF009 (its default is None)
    fps: int = Integer("Frames per second of the film.", label="Frames per second", low=1, high=50, place="view").field(
        10
    )

    def plan(self, studio: Studio) -> Plan:
        """Places at angles in [0, 2 pi), in radians; `at(angle)` is the point there."""
        shape = studio.latents_shape(self.sampling)
        conditioning, negative = studio.encode(self.prompt), studio.encode_negative(self.negative_prompt)
        inside = around(studio, self.sampling, self.region)

        def at(angle: float) -> Point:
            noise = circle(self.seed, angle, self.variation)
            return inside(Point(conditioning, negative, noise.latents(shape), noise, self.guidance))

        route = Route(1, self.frames, 2 * math.pi, closed=True)
        even = [2 * math.pi * i / self.frames for i in range(self.frames)]
        angles = route.coordinates(self.spacing) if self.spacing else even
        places = tuple(Place((a,), f"{math.degrees(a):.0f}°") for a in angles)
        shown = Shown(("angle",), playback=Playback(self.fps, "closed"))
        return Plan(places, at, self.sampling, shown=shown, route=route)
