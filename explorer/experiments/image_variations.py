"""Image variations: a picture under some noise, and denoised again (SDEdit, Meng et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import Choice, Integer, Numbers, Picture, Prompt, Seeds
from explorer.experiments.pictures import FITS, ancestry, fitted
from explorer.messages import Message, in_a_row
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan, Shown
from explorer.space.points import Point

MOST = 16


@dataclass(frozen=True, kw_only=True)
class ImageVariations(Experiment):
    """Start from a picture: it is buried under noise and dug out again, with every seed as something a little else.

    Strength says how deep. At 0.2 only details change, at 0.6 colours and places stay and things become others, at 1
    nothing is left of the picture. Strength 0.6 means the last 12 of 20 steps: only whole steps count.
    """

    view: ClassVar[str] = "compare"
    tab: ClassVar[str] = "Remix"
    position: ClassVar[int] = 5
    linked: ClassVar[Mapping[str, Any]] = {
        "picture": "planet",
        "prompt": "a planet in space",
        "strengths": (0.6,),
        "count": 9,
    }
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "A planet becomes the moon": {
            "picture": "planet",
            "prompt": "the moon at night",
            "strengths": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
        },
        "Winter comes to the hills": {
            "picture": "hills",
            "prompt": "mountains in winter",
            "strengths": (0.2, 0.3, 0.4, 0.5, 0.7, 0.9),
        },
        "Nine sunsets": {"picture": "hills", "prompt": "mountains at sunset", "strengths": (0.6,), "count": 9},
    }
    tutorials: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Nine planets": {
            "picture": "planet",
            "prompt": "a planet in space",
            "negative_prompt": "cartoon, sketch, orbiting moon",
            "guidance_scale": 6,
            "strengths": (0.4,),
            "count": 9,
        },
    }

    picture: str = Picture(
        "Drop, paste or take one, or choose an example; and paint on it.", label="Start picture", canvas=True
    ).field("boat")
    fit: str = Choice(
        "crop: it fills the frame, and what stands over is cut off. fit: all of it, before a blurred copy of itself.",
        label="Where its shape is another",
        place="more",
        options=FITS,
    ).field("crop")
    prompt: str = Prompt("What the variations show.").field("a watercolor painting of a boat at the beach")
    strengths: tuple[float, ...] = Numbers(
        "How much of it is made anew: 0 nothing, 1 all. One strength, or several to sweep over."
    ).field((0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1))
    count: int = Integer("Variations of each strength: seeds counted from the shared one.", low=1, high=MOST).field(1)
    seeds: tuple[int, ...] = Seeds(
        "These seeds and no others; empty, and they are counted from the shared one.",
        label="Seeds",
        place="more",
        most=MOST,
    ).field(())

    def plan(self, studio: Studio) -> Plan:
        """A row of variations along the seeds, or a row a seed along the strengths; each begins with the start picture.

        Its coordinates are (number, strength), number 0 the start picture, for one strength; for several they are
        (strength, seed), strength 0 the start picture.
        """
        shape = studio.latents_shape(self.sampling)
        conditioning, negative = studio.encode(self.prompt), studio.encode_negative(self.negative_prompt)
        start = studio.encode_picture(fitted(self.picture, self.sampling.width, self.sampling.height, self.fit))

        def by_strength(strength: float, seed: int) -> Point:
            noise = Noise.of(seed)
            return Point(conditioning, negative, noise.latents(shape), noise, self.guidance, start, strength)

        def by_number(number: int, strength: float) -> Point:
            return by_strength(strength if number else 0.0, self._seeds()[max(0, number - 1)])

        if len(self.strengths) > 1:
            return Plan(tuple(self._sweep()), by_strength, self.sampling, shown=Shown(("strength", "seed")))
        return Plan(tuple(self._row(*self.strengths)), by_number, self.sampling, shown=Shown(("variation", "strength")))

    def _seeds(self) -> tuple[int, ...]:
        return self.seeds or tuple((self.seed + i) % 2**32 for i in range(self.count))

    def _row(self, strength: float) -> list[Place]:
        numbered = enumerate(self._seeds(), start=1)
        variations = [
            Place((i, strength), self._caption(strength, seed), {"variation": i, "strength": strength, "seed": seed})
            for i, seed in numbered
        ]
        return [self._start((0, strength), {"variation": 0, "strength": 0.0}), *variations]

    def _sweep(self) -> list[Place]:
        places = []
        for seed in self._seeds():
            places.append(self._start((0.0, seed), {"strength": 0.0, "seed": seed}))
            places += [
                Place((strength, seed), self._caption(strength, seed), {"strength": strength, "seed": seed})
                for strength in self.strengths
                if strength > 0
            ]
        return places

    def _start(self, coordinates: tuple[float, ...], settings: Mapping[str, Any]) -> Place:
        came_from = in_a_row(ancestry(self.picture), " → ")
        return Place(coordinates, Message("start"), {**settings, **({"came from": came_from} if came_from else {})})

    def _caption(self, strength: float, seed: int) -> str:
        steps = self.sampling.num_inference_steps
        return Message(
            "strength {x}: {n} of {m} steps, seed {s}", x=f"{strength:g}", n=int(steps * strength), m=steps, s=seed
        )
