"""Denoising trajectory: one picture on its way from noise, at every step; up to four of them side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import InputError, Integer, Numbers, Prompts
from explorer.experiments.looks import GuidanceEffect, Noisy, Predicted, Unguided
from explorer.messages import Message
from explorer.space.noise import Noise
from explorer.space.plans import Look, Place, Plan, Shown
from explorer.space.points import Point

LAYERS = {
    "predicted": "predicted picture",
    "noisy": "noisy latents",
    "alone": "predicted without guidance",
    "guidance": "what guidance changes",
}
"""What is drawn of a step, by the name in a frame's settings, and its words; a layer's coordinate is its place here."""

MAX_LANES = 4
MAX_FRAMES = 1000


@dataclass(frozen=True, kw_only=True)
class DenoisingTrajectory(Experiment):
    """Watch a picture come out of noise: what the network sees at every step, and what it expects to become of it.

    **Step 10 of 30 is not a 10-step picture.** A run of 10 steps takes longer strides and ends without noise; step 10
    of 30 is a stop on the way, and its predicted picture is a guess that the later steps still correct.
    """

    view: ClassVar[str] = "trajectory"
    tab: ClassVar[str] = "Out of the noise"
    position: ClassVar[int] = 8
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "A beach out of noise": {"prompts": ("a boat at the beach",), "seed": 193},
        "Four scales side by side": {
            "prompts": ("a watercolor painting of a tree in a meadow",),
            "scales": (1, 3, 6, 12),
            "seed": 193,
            "keep_every": 2,
        },
    }
    tutorials: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Every 8th of 64 steps": {
            "prompts": ("a still life DSLR photo of a bowl of fruit",),
            "seed": 193,
            "guidance_scale": 9,
            "num_inference_steps": 64,
            "keep_every": 8,
        },
    }

    prompts: tuple[str, ...] = Prompts(
        "What to draw; several start from one noise, side by side.", low=1, high=MAX_LANES
    ).field(("a boat at the beach",))
    scales: tuple[float, ...] = Numbers(
        "One prompt at each of these side by side, or one scale a prompt; empty: the shared guidance.",
        label="Guidance scales",
        high=30.0,
        least=0,
        most=MAX_LANES,
    ).field(())
    keep_every: int = Integer(
        "1 shows every step, 8 every 8th; the first and the last are always there.", place="more", low=1, high=16
    ).field(1)

    def plan(self, studio: Studio) -> Plan:
        """Places at (lane, step, layer): lanes count from 0, steps from 1, layers as in LAYERS.

        `at(lane, step, layer)` is the lane's one point, whatever the step. Frames are in the order of layer, lane and
        step, and are rendered step by step. Raises InputError for scales that do not go with the prompts, and for more
        than MAX_FRAMES frames.
        """
        lanes, sigmas = self.lanes, studio.sigmas(self.sampling)
        steps = self._kept(len(sigmas), len(lanes))
        shape, noise = studio.latents_shape(self.sampling), Noise.of(self.seed)
        latents, negative = noise.latents(shape), studio.encode_negative(self.negative_prompt)
        points = [Point(studio.encode(prompt), negative, latents, noise, scale) for prompt, scale in lanes]
        places = [
            self._place(lane, step, layer, sigmas)
            for layer, name in enumerate(LAYERS)
            for lane, (_, scale) in enumerate(lanes)
            for step in steps
            if scale != 0 or name in ("predicted", "noisy")  # at 0 the prompt is not asked: nothing to compare with
        ]

        def in_step(count: int) -> list[int]:
            return sorted(range(count), key=lambda i: (places[i].coordinates[1], places[i].coordinates[0]))

        def at(lane: float, step: float, layer: float) -> Point:  # noqa: ARG001 (they are looked at on one way)
            return points[int(lane)]

        return Plan(tuple(places), at, self.sampling, in_step, Shown(("lane", "step", "layer"), curve="sigma"))

    @property
    def lanes(self) -> list[tuple[str, float]]:
        """The (prompt, guidance scale) of each, at most MAX_LANES. Raises InputError for counts that do not match."""
        prompts, scales = self.prompts, self.scales or (self.guidance,) * len(self.prompts)
        if len(prompts) == 1:
            prompts = prompts * len(scales)
        if len(prompts) != len(scales):
            allowed = Message(
                "one for each of the {n} prompts, or none; or one prompt with up to {m} scales",
                n=len(prompts),
                m=MAX_LANES,
            )
            raise InputError("scales", self.scales, allowed)
        return list(zip(prompts, scales, strict=True))

    def _kept(self, evaluations: int, lanes: int) -> list[int]:
        """The steps that are shown, of 1..`evaluations`."""
        kept = {1, *range(self.keep_every, evaluations + 1, self.keep_every), evaluations}
        frames = len(kept) * lanes * len(LAYERS)
        if frames > MAX_FRAMES:
            enough = math.ceil(evaluations / (MAX_FRAMES // (lanes * len(LAYERS)) - 2))
            allowed = Message(
                "at least {enough} for so many steps side by side: {n} pictures, and {most} is the most",
                enough=enough,
                n=frames,
                most=MAX_FRAMES,
            )
            raise InputError("keep_every", self.keep_every, allowed)
        return sorted(kept)

    def _place(self, lane: int, step: int, layer: int, sigmas: Sequence[float]) -> Place:
        (prompt, scale), name = self.lanes[lane], list(LAYERS)[layer]
        last = step == len(sigmas)
        words = "finished picture" if last and name == "predicted" else LAYERS[name]
        settings = {"prompt": prompt, "guidance_scale": scale, "step": step, "steps": len(sigmas)}
        return Place(
            (lane, step, layer),
            Message("step {n} of {m}, {layer}, guidance {g}", n=step, m=len(sigmas), layer=words, g=f"{scale:g}"),
            {**settings, "sigma": sigmas[step - 1], "layer": name},
            None if last else step,
            self._look(name, scale, last),
        )

    def _look(self, layer: str, scale: float, last: bool) -> Look | None:
        """How a layer is drawn; None, the finished picture, for the last prediction, so that other tabs share it."""
        sampling = self.sampling
        if layer == "noisy":
            return Noisy(sampling.width, sampling.height)
        if layer == "guidance":
            return GuidanceEffect(sampling.width, sampling.height)
        if layer == "alone" and scale != 1:  # at 1 the prompt alone is what is predicted: the same frame
            return Unguided()
        return None if last else Predicted()
