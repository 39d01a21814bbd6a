"""Negative prompts: with, without, and the way between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import Numbers, Prompt, Seeds
from explorer.messages import Message
from explorer.space.mixtures import told
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan, Shown
from explorer.space.points import Point


@dataclass(frozen=True, kw_only=True)
class NegativePrompts(Experiment):
    """See what a negative prompt takes away: the pictures without it, with it, part of the way, and beyond it."""

    view: ClassVar[str] = "compare"
    tab: ClassVar[str] = "Take away"
    position: ClassVar[int] = 4
    linked: ClassVar[Mapping[str, Any]] = {
        "prompt": "a boat at the beach",
        "away_from": "blue sea",
        "amounts": (0, 0.25, 0.5, 0.75, 1, 1.5),
    }
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "A boat without the sea, in steps": {
            "prompt": "a boat at the beach",
            "away_from": "blue sea",
            "amounts": (0, 0.25, 0.5, 0.75, 1, 1.5),
        },
        "Nine seeds, with and without": {
            "prompt": "a tree in a meadow",
            "away_from": "green",
            "amounts": (0, 1),
            "seeds": tuple(range(1, 10)),
        },
        "A castle in the snow without the castle": {
            "prompt": "a castle in the snow",
            "away_from": "a castle",
            "amounts": (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5),
        },
    }

    prompt: str = Prompt("What every picture shows.").field("an apple in a meadow")
    away_from: str = Prompt("What they should keep away from.", label="Negative prompt of this tab").field(
        "red and orange"
    )
    amounts: tuple[float, ...] = Numbers(
        "How far the shared negative prompt (usually none) is moved towards this one: 0 not at all, 1 all the way.",
        high=3.0,
    ).field((0, 0.25, 0.5, 0.75, 1, 1.25, 1.5))
    seeds: tuple[int, ...] = Seeds(
        "A row of pictures for each; empty, and there is one row, of the shared seed.",
        label="Seeds",
        place="more",
        most=16,
    ).field(())

    def plan(self, studio: Studio) -> Plan:
        """Places at (amount, seed), row by row; `at(amount, seed)` is the point there."""
        shape = studio.latents_shape(self.sampling)
        conditioning = studio.encode(self.prompt)
        start, end = studio.encode_negative(self.negative_prompt), studio.encode_negative(self.away_from)

        def at(amount: float, seed: int) -> Point:
            noise, negative = Noise.of(seed), start.toward(end, amount, "lerp")
            return Point(conditioning, negative, noise.latents(shape), noise, self.guidance)

        places = [
            Place((amount, seed), self._caption(amount, seed), {"amount": amount, "seed": seed})
            for seed in self.seeds or (self.seed,)
            for amount in self.amounts
        ]
        return Plan(tuple(places), at, self.sampling, shown=Shown(("amount", "seed")))

    def _caption(self, amount: float, seed: int) -> str:
        if amount == 0:
            return Message("as it is, seed {s}", s=seed)
        if amount == 1:
            return Message("away from “{prompt}”, seed {s}", prompt=told(self.away_from), s=seed)
        return Message("{n} of the way, seed {s}", n=f"{amount:.0%}", s=seed)
