"""Depth to image: the shape of a picture, and another picture in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import InputError, Integer, Numbers, Picture, Prompt
from explorer.experiments.pictures import ancestry, fitted
from explorer.messages import Message, in_a_row
from explorer.space.noise import Noise
from explorer.space.plans import Drawing, Place, Plan, Shown
from explorer.space.points import Point, digest
from explorer.space.regions import scaled_depth
from explorer.space.steps import Step

NEEDED = (
    "a model that is told how far away things are, such as sd2-community/stable-diffusion-2-depth: start the program "
    "with it as --model"
)
WRONG = (
    "This model is not told how far away things are. One that is: sd2-community/stable-diffusion-2-depth. Start the "
    "program with it as --model."
)
NO_ESTIMATOR = "a depth map, near is white: this model has no network that estimates one"


@dataclass(frozen=True, eq=False)
class DepthMap:
    """A look: the depth that a point was told, near is white, instead of its picture."""

    depth: Tensor
    size: tuple[int, int]

    @property
    def digest(self) -> bytes:
        """Equal for equal depths at equal sizes."""
        return digest("depth map", self.depth, repr(self.size))

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image:  # noqa: ARG002 (it is the same at every step)
        grey = ((self.depth + 1) * 127.5).round().to(torch.uint8).numpy()
        return Image.fromarray(grey).convert("RGB").resize(self.size, Image.Resampling.BICUBIC)


@dataclass(frozen=True, kw_only=True)
class DepthToImage(Experiment):
    """Keep the shape of a picture and draw something else in it: the model is told how far away each part is.

    It takes a model made for that (Stable Diffusion 2 depth). Others are not told, and cannot be.
    """

    view: ClassVar[str] = "compare"
    tab: ClassVar[str] = "By depth"
    position: ClassVar[int] = 90
    needs: ClassVar[tuple[str, ...]] = ("depth",)

    picture: str = Picture("Drop, paste or take one, or choose an example.", label="Start picture").field("hills")
    depth: str | None = Picture(
        "Near is white, far is black. Empty: the model's own network estimates it from the start picture.",
        label="Depth map",
        optional=True,
        canvas=True,
        place="more",
    ).field(None)
    prompt: str = Prompt("What is drawn in that shape.").field("a lion in the desert")
    strengths: tuple[float, ...] = Numbers(
        "How much of it is made anew: 0 nothing, 1 all. One strength, or several to sweep over."
    ).field((1.0,))
    count: int = Integer("Variations of each strength: seeds counted from the shared one.", low=1, high=16).field(1)

    def plan(self, studio: Studio) -> Plan:
        """The start picture, its depth map, and a picture a seed and strength; coordinates are (number,)."""
        sampling = self.sampling
        if "depth" not in studio.extras:
            raise InputError("depth", self.depth, NEEDED, WRONG)
        original = fitted(self.picture, sampling.width, sampling.height, "crop")
        shape, start = studio.latents_shape(sampling), studio.encode_picture(original)
        depth = scaled_depth(self._near(studio, original), *shape[1:])
        conditioning, negative = studio.encode(self.prompt), studio.encode_negative(self.negative_prompt)
        seeds = [(self.seed + i) % 2**32 for i in range(self.count)]
        drawn = [(seed, strength) for seed in seeds for strength in self.strengths]

        def at(number: float) -> Point:
            seed, strength = drawn[max(0, round(number) - 2)]
            noise, strength = Noise.of(seed), strength if number > 1 else 0.0
            point = Point(conditioning, negative, noise.latents(shape), noise, self.guidance, start, strength)
            return point if number < 2 else dataclasses.replace(point, depth=depth)

        places = [
            Place((0,), Message("start"), self._came_from()),
            Place((1,), Message("depth map"), {"variation": 0}, look=DepthMap(depth, original.size)),
        ]
        for number, (seed, strength) in enumerate(drawn, start=2):
            settings = {"variation": number - 1, "strength": strength, "seed": seed}
            places.append(Place((number,), Message("strength {x}, seed {s}", x=f"{strength:g}", s=seed), settings))
        return Plan(tuple(places), at, sampling, shown=Shown(("variation",)))

    def _near(self, studio: Studio, original: Image.Image) -> Tensor:
        """How near each part of the start picture is, (rows, columns)."""
        if self.depth is not None:
            given = fitted(self.depth, *original.size, "crop").convert("L")
            return torch.from_numpy(np.asarray(given, dtype=np.float32) / 255)
        if (estimated := studio.estimate_depth(original)) is None:
            raise InputError("depth", None, NO_ESTIMATOR)
        return estimated

    def _came_from(self) -> Mapping[str, Any]:
        came_from = in_a_row(ancestry(self.picture), " → ")
        return {"variation": 0, **({"came from": came_from} if came_from else {})}
