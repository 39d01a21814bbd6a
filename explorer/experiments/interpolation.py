"""Prompt interpolation: a film through two or more prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import SPACING, Choice, InputError, Integer, Painted, Prompts, Seeds
from explorer.experiments.painting import REGION, around
from explorer.messages import Message
from explorer.space.mixtures import between, told
from explorer.space.noise import Noise, travel
from explorer.space.pacing import Route
from explorer.space.paths import EASINGS, INTERPOLATIONS, segment, stops
from explorer.space.plans import LOOPS, Place, Plan, Playback, Shown
from explorer.space.points import Point

TUTORIAL: Mapping[str, Any] = {
    "prompts": (
        "a watercolor painting of a golden retriever at the beach",
        "a still life DSLR photo of a bowl of fruit",
    ),
    "seed": 12345,
    "loop": "back-and-forth",
}


@dataclass(frozen=True, kw_only=True)
class Interpolation(Experiment):
    """Travel from prompt to prompt. Every frame is a picture of its own, made from a text between the texts."""

    tab: ClassVar[str] = "Morph"
    position: ClassVar[int] = 2
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "A fox in three places": {
            "prompts": ("a fox in a forest", "a fox in the snow", "a fox at the beach"),
            "frames": 9,
            "seed": 6,
            "loop": "closed",
        },
        "Mountains from sunrise to night": {
            "prompts": ("mountains at sunrise", "mountains at night"),
            "frames": 13,
            "loop": "back-and-forth",
        },
        "Through four worlds": {
            "prompts": (
                "a boat at the beach",
                "a lion in the desert",
                "a castle in the snow",
                "a rocket under a starry night sky",
            ),
            "frames": 8,
            "loop": "closed",
        },
        "A tree in three styles": {
            "prompts": (
                "a watercolor painting of a tree in a meadow",
                "an oil painting of a tree at sunset",
                "a pixel art picture of a tree in the snow",
            ),
            "frames": 13,
            "seed": 2,
            "loop": "closed",
        },
        "From castle to rainbow": {"prompts": ("a castle", "a rainbow"), "frames": 13},
        "A bird becomes a rocket": {"prompts": ("a bird", "a rocket"), "frames": 13, "seed": 3},
        "A snowman by day and night": {
            "prompts": ("a snowman in the snow", "a snowman under a starry night sky"),
            "frames": 13,
            "seed": 4,
        },
        "The sun becomes the moon": {"prompts": ("the sun", "the moon"), "frames": 13},
        "An apple in four styles": {
            "prompts": (
                "a watercolor painting of an apple",
                "an oil painting of an apple",
                "a pixel art of an apple",
                "a pencil sketch of an apple",
            ),
            "frames": 7,
            "loop": "closed",
        },
    }
    tutorials: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Retriever to fruit, 5 frames": {**TUTORIAL, "frames": 5, "num_inference_steps": 50, "fps": 2},
        "Retriever to fruit, 150 frames": {**TUTORIAL, "frames": 150, "num_inference_steps": 25, "fps": 10},
    }

    prompts: tuple[str, ...] = Prompts("The stops of the journey, 2 to 8.").field(
        ("a boat at the beach", "a lion in the desert")
    )
    frames: int = Integer(
        "From one prompt to the next, both included.", label="Frames per segment", low=2, high=300
    ).field(24)
    interpolation: str = Choice(
        "How the text travels: slerp turns each token on an arc and keeps its length, lerp goes straight.",
        label="Text path",
        place="more",
        options=tuple(INTERPOLATIONS),
    ).field("slerp")
    seeds: tuple[int, ...] = Seeds(
        "One per prompt, and the noise travels with the text; empty, and one noise (the seed above) stays throughout.",
        label="Seeds along the way",
        place="more",
    ).field(())
    easing: str = Choice(
        "How the journey speeds up and slows down at each prompt.", place="more", options=tuple(EASINGS)
    ).field("linear")
    spacing: tuple[float, ...] = SPACING.field(())
    loop: str = Choice(
        "Open ends at the last prompt; back-and-forth plays back again; closed goes on from the last to the first.",
        options=LOOPS,
    ).field("back-and-forth")
    region: Painted | None = REGION.field(None)  # noqa: RUF009 (its default is None)
    fps: int = Integer("Frames per second of the film.", label="Frames per second", low=1, high=50, place="view").field(
        10
    )

    def plan(self, studio: Studio) -> Plan:
        """Places in [0, segments] along the route, a stop at each whole number; `at(t)` is the point there."""
        if self.seeds and len(self.seeds) != len(self.prompts):
            raise InputError(
                "seeds", self.seeds, Message("one for each of the {n} prompts, or none", n=len(self.prompts))
            )
        closed = self.loop == "closed"
        conditionings = [studio.encode(prompt) for prompt in self.prompts]
        seeds = list(self.seeds) or [self.seed] * len(self.prompts)
        negative, shape = studio.encode_negative(self.negative_prompt), studio.latents_shape(self.sampling)
        segments = len(self.prompts) if closed else len(self.prompts) - 1
        fixed, inside = Noise.of(self.seed).latents(shape), around(studio, self.sampling, self.region)

        def at(t: float) -> Point:
            start, local = segment(t, segments)
            end, eased = (start + 1) % len(self.prompts), EASINGS[self.easing](local)
            noise = travel(seeds[start], seeds[end], eased, shape)
            latents = noise.latents(shape) if self.seeds else fixed
            conditioning = conditionings[start].toward(conditionings[end], eased, self.interpolation)
            return inside(Point(conditioning, negative, latents, noise, self.guidance))

        def place(t: float) -> Place:
            return Place((t,), self._caption(t, segments), said(t))

        def said(t: float) -> dict[str, Any]:
            start, local = segment(t, segments)
            end = (start + 1) % len(self.prompts)
            ends, eased = (self.prompts[start], self.prompts[end]), EASINGS[self.easing](local)
            return {"prompt": between(*ends, eased, self.interpolation), "seed": seeds[end if round(local) else start]}

        route = Route(segments, segments * (self.frames - 1), closed=closed)
        times = route.coordinates(self.spacing) if self.spacing else stops(self.frames, segments, closed)
        places = [place(t) for t in times]
        shown = Shown(("stop",), playback=Playback(self.fps, self.loop))
        return Plan(tuple(places), at, self.sampling, shown=shown, route=route, settings_at=said)

    def _caption(self, t: float, segments: int) -> str:
        start, local = segment(t, segments)
        here, there = (told(self.prompts[i % len(self.prompts)]) for i in (start, start + 1))
        if local in (0, 1):
            return there if local else here
        return f"{here} → {there}, {local:.0%}"
