"""Walk around a prompt: what lies near it that no words say, and how far away that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import SPACING, Choice, InputError, Integer, Painted, Prompt, Real
from explorer.experiments.painting import REGION, around
from explorer.messages import Message
from explorer.space import walks
from explorer.space.mixtures import told
from explorer.space.noise import Noise
from explorer.space.pacing import Route
from explorer.space.plans import Place, Plan, Playback, Shown
from explorer.space.points import Conditioning, Point

UNRELATED = (
    "a lion in the desert",
    "a bowl of fruit on a table",
    "a city street at night",
    "a mountain in the snow",
)
"""Prompts that have nothing to do with each other; see `unit`."""


def unit(studio: Studio) -> float:
    """How far apart two unrelated prompts are: the mean distance of the six pairs of `UNRELATED`.

    It is measured with the model at hand and depends on nothing else; as `walks.distance`, about 1.2 for the bundled
    model. Raises InputError for a model to which those prompts are all one.
    """
    conditionings = [studio.encode(prompt) for prompt in UNRELATED]
    distances = [walks.distance(a, b) for a, b in combinations(conditionings, 2)]
    if not sum(distances):
        raise InputError("prompt", UNRELATED[0], "this model's text encoder tells no prompts apart")
    return sum(distances) / len(distances)


@dataclass(frozen=True, kw_only=True)
class PromptWalk(Experiment):
    """Leave the prompt, in small steps, for places that no words lead to. The noise stays the same.

    The curve under the film says how far from the prompt each frame is: at 0 it is the prompt's own picture, at 1 as
    far away as an unrelated prompt (the mean of six pairs of them, measured with this model).
    """

    tab: ClassVar[str] = "Off the map"
    position: ClassVar[int] = 7
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Out of the sunset": {
            "prompt": "an oil painting of a tree at sunset",
            "frames": 13,
            "step_size": 0.1,
            "direction": 1,
        },
        "Around the beach": {"prompt": "a boat at the beach", "way": "circle", "frames": 16, "radius": 0.6},
    }
    tutorials: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Starry Eiffel tower, 150 frames": {
            "prompt": "The Eiffel Tower in the style of starry night",
            "way": "straight",
            "frames": 150,
            "step_size": 0.005,
            "num_inference_steps": 25,
        },
    }

    prompt: str = Prompt("Where the walk begins; the circle goes around it.").field(
        "an oil painting of a tree at sunset"
    )
    way: str = Choice(
        "Shell: a random walk on which the text keeps the length that all real ones have. Circle: once around the"
        " prompt, always as far from it. Random direction: straight on, off that shell. Straight: the tutorial's.",
        options=("shell", "circle", "random direction", "straight"),
    ).field("shell")
    frames: int = Integer("From the prompt on, or in one turn of the circle.", low=2, high=300).field(24)
    step_size: float = Real(
        "How much each number of the text changes from frame to frame: on average, and on the straight way it is added"
        " to all of them. Half the step and twice the frames show the same way finer. The circle has a radius instead.",
        label="Step size",
        low=0.001,
        high=0.2,
        step=0.001,
        only_with=("way", ("shell", "random direction", "straight")),
    ).field(0.05)
    radius: float = Real(
        "Of the circle. 1: as far from the prompt as an unrelated one is.",
        label="Radius",
        low=0.05,
        step=0.05,
        only_with=("way", ("circle",)),
    ).field(0.6)
    direction: int = Integer(
        "Which way at random: another number, another direction.",
        only_with=("way", ("shell", "circle", "random direction")),
    ).field(0)
    spacing: tuple[float, ...] = SPACING.field(())
    region: Painted | None = REGION.field(None)  # noqa: RUF009 (its default is None)
    fps: int = Integer("Frames per second of the film.", label="Frames per second", low=1, high=50, place="view").field(
        10
    )

    @property
    def loop(self) -> str:
        """How the film repeats: the circle has no end."""
        return "closed" if self.way == "circle" else "back-and-forth"

    def plan(self, studio: Studio) -> Plan:
        """Places at lengths (see `walks`), for the circle at parts of its turn; `at(place)` is the point there."""
        shape, noise = studio.latents_shape(self.sampling), Noise.of(self.seed)
        prompt, negative = studio.encode(self.prompt), studio.encode_negative(self.negative_prompt)
        latents, one = noise.latents(shape), unit(studio)
        walk, inside = self._walk(prompt, one), around(studio, self.sampling, self.region)

        def at(place: float) -> Point:
            return inside(Point(walk(place), negative, latents, noise, self.guidance))

        def stop(place: float) -> Place:
            far = round(walks.distance(walk(place), prompt) / one, 4)
            return Place((place,), self._caption(place, far), {"distance": far, **({"prompt": None} if far else {})})

        places = tuple(stop(place) for place in self._places())
        axis = "turn" if self.way == "circle" else "length"
        shown = Shown((axis,), curve="distance", playback=Playback(self.fps, self.loop))
        return Plan(places, at, self.sampling, shown=shown, route=self._route)

    def _walk(self, prompt: Conditioning, one: float) -> walks.Way:
        if self.way == "straight":
            return walks.straight(prompt)
        if self.way == "random direction":
            return walks.direction(prompt, self.direction)
        if self.way == "shell":
            return walks.shell(prompt, self.direction)
        try:
            return walks.circle(prompt, self.direction, self.radius * one)
        except ValueError as error:
            raise InputError(
                "radius", self.radius, Message("{why} (1 is {one} with this model)", why=str(error), one=f"{one:.3g}")
            ) from None

    @property
    def _route(self) -> Route:
        if self.way == "circle":
            return Route(1, self.frames, closed=True)
        return Route(1, self.frames - 1, self.step_size * (self.frames - 1))

    def _places(self) -> list[float]:
        """Rounded, so that the same place of a finer walk is the same number, and the same picture."""
        if self.spacing:
            return self._route.coordinates(self.spacing)
        step = 1 / self.frames if self.way == "circle" else self.step_size
        return [round(i * step, 9) for i in range(self.frames)]

    def _caption(self, place: float, far: float) -> str:
        if not far:
            return told(self.prompt)
        turn = f"{math.degrees(2 * math.pi * place):.0f}°"
        where = turn if self.way == "circle" else Message("After {n}", n=f"{place:.4g}")
        return Message("{where}: {far} as far from the prompt as an unrelated one is", where=where, far=f"{far:.0%}")
