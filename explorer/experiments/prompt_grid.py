"""Grid of four prompts: a square with a prompt at each corner, and the pictures that lie between all four."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import Choice, Integer, Numbers, Prompts
from explorer.experiments.interpolation import TUTORIAL
from explorer.messages import Message
from explorer.space.mixtures import between, percents, told
from explorer.space.noise import Noise
from explorer.space.paths import INTERPOLATIONS, along, coarse_to_fine_sheet, segment
from explorer.space.plans import Place, Plan, Playback, Shown
from explorer.space.points import Point, digest

CORNERS = ("Top left", "Top right", "Bottom left", "Bottom right")
KERAS = {
    "prompts": (
        *TUTORIAL["prompts"],
        "the Eiffel tower under a starry sky",
        "an architectural sketch of a skyscraper",
    ),
    "cells": 6,
    "seed": TUTORIAL["seed"],
    "num_inference_steps": 50,
}
WORLDS = (
    "a castle in the snow",
    "a boat at the beach",
    "a rocket under a starry night sky",
    "a lion in the desert",
)
PLACES = (
    "a boat at the beach",
    "an oil painting of a tree at sunset",
    "a fish underwater",
    "a tree in the desert",
)
QUOTED = 32  # characters of a prompt in the caption of a cell between the corners


TRAIL_FPS = 12


@dataclass(frozen=True)
class Trail(Numbers):
    """A way over the square, as x, y of up to 300 places on it, or none at all."""

    carries: ClassVar[str | None] = "trail"

    least: int = 0
    most: int = 600

    @property
    def allowed(self) -> str:
        return "x, y of 2 to 300 places from 0 to 1 that are not all the same, such as 0, 0, 0.5, 1, or none"

    def _accept(self, value: Any) -> tuple[float, ...]:
        numbers = super()._accept(value)
        if len(numbers) % 2 or (numbers and len(set(places_of(numbers))) < 2):
            raise ValueError
        return numbers


def places_of(trail: Sequence[float]) -> list[tuple[float, float]]:
    """The places (x, y) of a trail."""
    return list(zip(trail[::2], trail[1::2], strict=True))


@dataclass(frozen=True, kw_only=True)
class PromptGrid(Experiment):
    """A prompt at each corner of a square, and every mixture of the four between them.

    Drag the handle over the pad: the rendered cells cross-fade. Let go, and the picture of that very point is rendered.
    Where it went can be recorded: the trail becomes a film.
    """

    view: ClassVar[str] = "pad"
    tab: ClassVar[str] = "Map"
    position: ClassVar[int] = 1
    linked: ClassVar[Mapping[str, Any]] = {"prompts": PLACES, "cells": 5}
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Sunrise, sunset, autumn and night, 4 x 4": {
            "prompts": ("mountains at sunrise", "a beach at sunset", "a forest in autumn", "a desert at night"),
            "cells": 4,
        },
        "Cat, lion, car and rocket, 5 x 5": {"prompts": ("a cat", "a lion", "a car", "a rocket"), "cells": 5},
        "Sun, star, moon and heart, 5 x 5": {"prompts": ("the sun", "a star", "the moon", "a heart"), "cells": 5},
    }
    tutorials: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Retriever, fruit, tower, sketch, 6 x 6": {**KERAS, "noise": "fixed"},
        "The same with free noise": {**KERAS, "noise": "free"},
    }

    prompts: tuple[str, ...] = Prompts("One for each corner.", low=4, high=4, names=CORNERS).field(WORLDS)
    cells: int = Integer(
        "Pictures a side, corners included; 4 refined to 7 keeps the 16 there are.", low=2, high=12
    ).field(9)
    noise: str = Choice(
        "fixed: one noise for all, the seed above. free: a seed of its own for each cell, to compare.",
        options=("fixed", "free"),
    ).field("fixed")
    interpolation: str = Choice(
        "How the text travels: slerp turns each token on an arc and keeps its length, lerp goes straight.",
        label="Text path",
        place="more",
        options=tuple(INTERPOLATIONS),
    ).field("slerp")
    trail: tuple[float, ...] = Trail(
        "A way over the square, x and y of each of its places in turn: it becomes a film. Empty: the whole square.",
        place="more",
    ).field(())
    trail_frames: int = Integer(
        "Pictures along the trail, evenly spaced.", label="Frames of the trail", place="more", low=2, high=300
    ).field(24)

    def plan(self, studio: Studio) -> Plan:
        """Places at (x, y) in [0, 1] x [0, 1], from the top left, row by row; `at(x, y)` is the point there.

        With a trail they are along that.
        """
        shape, how = studio.latents_shape(self.sampling), self.interpolation
        corners = [studio.encode(prompt) for prompt in self.prompts]
        negative = studio.encode_negative(self.negative_prompt)
        fixed = Noise.of(self.seed).latents(shape)

        def at(x: float, y: float) -> Point:
            (_, along), (_, down) = segment(x, 1), segment(y, 1)
            top, bottom = (a.toward(b, along, how) for a, b in (corners[:2], corners[2:]))
            noise = Noise.of(self.seed_at(x, y))
            latents = fixed if self.noise == "fixed" else noise.latents(shape)
            return Point(top.toward(bottom, down, how), negative, latents, noise, self.guidance)

        if self.trail:
            places, shown = self._film()
            return Plan(places, at, self.sampling, shown=shown, settings_at=self._said)
        stops = [i / (self.cells - 1) for i in range(self.cells)]
        places = tuple(self._place(x, y) for y in stops for x in stops)
        shown = Shown(("x", "y"), corners=tuple(map(told, self.prompts)))
        return Plan(places, at, self.sampling, ordering=coarse_to_fine_sheet, shown=shown, settings_at=self._said)

    def _film(self) -> tuple[tuple[Place, ...], Shown]:
        """The places along the trail, and how they are shown.

        There are no cells: what lies along the trail is all that a visitor waits for, a few seconds, and all that is
        exported. It is shown on the map where it was drawn, and the lens plays it: no tab to go to and back from, and
        no second view that links, history, exports and live drawing would have to know of.
        """
        way, count = places_of(self.trail), self.trail_frames
        comes_back = way[0] == way[-1]
        ways = along(way, count + 1)[:-1] if comes_back else along(way, count)  # its last is its first again
        playback = Playback(TRAIL_FPS, "closed" if comes_back else "back-and-forth")
        shown = Shown(("x", "y"), playback=playback, path=True, corners=tuple(map(told, self.prompts)))
        return tuple(self._place(x, y) for x, y in ways), shown

    def seed_at(self, x: float, y: float) -> int:
        """The seed at a place: the shared one, or with free noise one made of that and the place itself.

        It does not depend on how many cells there are, so a finer grid keeps the pictures of a coarser one.
        """
        if self.noise == "fixed":
            return self.seed
        place = (round(float(c), 12) + 0.0 for c in (x, y))  # + 0.0: there is no minus zero
        return int.from_bytes(digest(self.seed, *place)[:4], "little")

    def _said(self, x: float, y: float) -> dict[str, Any]:
        """The prompt there: a mixture of the four, as `at` mixes them."""
        (_, along), (_, down) = segment(x, 1), segment(y, 1)
        top, bottom = (between(a, b, along, self.interpolation) for a, b in (self.prompts[:2], self.prompts[2:]))
        return {"prompt": between(top, bottom, down, self.interpolation)}

    def _place(self, x: float, y: float) -> Place:
        weights = [round(w, 12) for w in ((1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y)]
        seed = self.seed_at(x, y)
        settings = {"weights": weights, "seed": seed, **self._said(x, y)}
        if 1 in weights:
            caption = told(self.prompts[weights.index(1)])
        else:
            corners = [(w, quoted(told(p))) for w, p in zip(weights, self.prompts, strict=True) if w]
            shares = percents([w for w, _ in corners])
            caption = " + ".join(f"{share}% {said}" for share, (_, said) in zip(shares, corners, strict=True))
        return Place(
            (x, y), caption if self.noise == "fixed" else Message("{mix}, seed {s}", mix=caption, s=seed), settings
        )


def quoted(prompt: str) -> str:
    """The beginning of a prompt: a sheet of 144 captions that quote four whole prompts each would be a book."""
    return prompt if len(prompt) <= QUOTED else f"{prompt[: QUOTED - 1].rstrip()}…"
