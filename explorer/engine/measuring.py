"""Measuring: how much the pictures of a film change along its route, as a task, at a few places of it.

Of each place the first steps of its own denoising are taken, PART of them, and nothing is decoded: the distance of two
places is that of the clean latents foreseen there, root mean square. What a picture will be of is decided early, so a
jump between two pictures stands at the very place where it is foreseen; a draft of a few steps from the same noise
often has it elsewhere. Latents are what the autoencoder keeps of a picture, and every model has them; a feature of the
UNet's would be one of one layer and one noise level. First the stops and places between them are measured, then
again and again the middle of the gap that changes most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from explorer.engine.denoise import Trajectory, timesteps_of
from explorer.engine.engine import Engine
from explorer.engine.extras import blends, extras_at
from explorer.engine.networks import Networks
from explorer.engine.schedulers import draws_noise, make_scheduler
from explorer.messages import Message
from explorer.space.hashes import digest
from explorer.space.pacing import Route, even, halved
from explorer.space.plans import Plan
from explorer.space.points import Point
from explorer.space.regions import GREY

PART = 0.3
"""Of a point's steps, that are taken; and of a film's, what its measuring costs at most."""

COARSE, MOST, FINEST = 4, 18, 1024
"""Of a leg, in gaps: those it begins with, how many it has on average in the end, and how narrow one may be.

What looks like a jump between two of 64 pictures is mostly none: a tree grows out of a house within a sixtieth of the
way, but it grows.
"""

NAMED = 16
"""At so many places of a leg a film's points give its way a name: no two ways of a plan meet at all of them."""


@dataclass(frozen=True, eq=False)
class Measuring:
    """The task: the first `evaluations` of the UNet at each of `count` places of a plan's route, one a step.

    Its result are `places` (count,), rising from 0 to the route's legs, and the `changes` (count - 1,) between them.
    """

    plan: Plan
    route: Route
    count: int
    evaluations: int
    rows: int
    title: str = Message("Measuring the film")

    @property
    def steps(self) -> int:
        """The evaluations of all places."""
        return self.count * self.evaluations

    @cached_property
    def digest(self) -> bytes:
        """Of points along the way, and of all else that decides what is drawn of them."""
        steps, fresh = self.plan.sampling.num_inference_steps, draws_noise(self.plan.sampling.scheduler)
        along = (self.plan.at(place / NAMED) for place in range(self.route.legs * NAMED + 1))
        points = [point.digest(steps, fresh).hex() for point in along]
        return digest("measuring", repr((self.plan.sampling, self.evaluations, self.route.legs)), *points)

    def begin(self, networks: Any) -> Foreseeing:
        """The work before its first call."""
        return Foreseeing(self, networks)


def measuring_of(engine: Engine, plan: Plan) -> Measuring:
    """The task for a plan with a route, at most PART of its film's price. Raises ValueError where nothing is drawn."""
    route = plan.route
    if route is None:
        raise ValueError("the plan has no route")
    point, sampling = plan.at(0.0), plan.sampling
    scheduler = make_scheduler(sampling.scheduler, engine.networks.scheduler, sampling.num_inference_steps)
    whole = len(timesteps_of(point, scheduler))
    if not whole:
        raise ValueError("nothing is drawn at any place of the route")
    evaluations = max(1, round(PART * whole))
    affordable = int(PART * len(plan.places) * whole / evaluations)
    count = max(COARSE * route.legs + 1, min(MOST * route.legs + 1, affordable))
    return Measuring(plan, route, count, evaluations, len(point.sides))


def spacing_of(task: Measuring, result: Mapping[str, Tensor]) -> tuple[float, ...]:
    """The spacing that the result of a task makes, for the film that it was of."""
    return even(result["places"].tolist(), result["changes"].tolist(), task.route)


class Foreseeing:
    """The task under way: the places measured so far, each with the latents (channels, h, w) foreseen there."""

    def __init__(self, task: Measuring, networks: Networks) -> None:
        self.task, self.networks = task, networks
        sampling = task.plan.sampling
        self._scheduler = make_scheduler(sampling.scheduler, networks.scheduler, sampling.num_inference_steps)
        self._seen: dict[float, Tensor] = {}
        self._trajectory: Trajectory | None = None

    def step(self, number: int) -> Mapping[str, float]:
        """One call of the UNet; taken up between two of one place, it begins there anew."""
        with torch.inference_mode():
            if self._trajectory is None:
                self._trajectory = self._at(self._next())
                for _ in range(number % self.task.evaluations):
                    self._call(self._trajectory)
            self._call(self._trajectory)
        return {"places": len(self._seen)}

    def state(self) -> Mapping[str, Tensor]:
        """What is foreseen, by its place."""
        return {repr(place): latents for place, latents in self._seen.items()}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Takes up what was measured."""
        self._seen = {float(place): latents for place, latents in state.items()}

    def result(self) -> Mapping[str, Tensor]:
        """`places` and `changes`, see `Measuring`."""
        places, changes = self._measured()
        return {"places": torch.tensor(places, dtype=torch.float64), "changes": torch.tensor(changes)}

    def _measured(self) -> tuple[list[float], list[float]]:
        places = sorted(self._seen)
        pairs = pairwise(self._seen[place] for place in places)
        return places, [float((a - b).square().mean().sqrt()) for a, b in pairs]

    def _next(self) -> float:
        """The next place to be measured."""
        coarse = self.task.route.legs * COARSE
        if (number := len(self._seen)) <= coarse:
            return number / COARSE
        places, changes = self._measured()
        gap = halved(places, changes, 1 / FINEST)
        return (places[gap] + places[gap + 1]) / 2

    def _at(self, place: float) -> Trajectory:
        point = self.task.plan.at(place)
        self._place = place
        names, device = self.networks.extras, self.networks.device
        told = extras_at(point, names, lambda: self._grey(point))
        told = None if told is None else told.to(device)
        return Trajectory(0, point, self._scheduler, device, told, blends=blends(names))

    def _grey(self, point: Point) -> Tensor:
        height, width = (side * self.networks.factor for side in point.latents.shape[-2:])
        return self.networks.encode_picture(Image.new("RGB", (width, height), GREY))

    def _call(self, trajectory: Trajectory) -> None:
        """The next step at the place that is being measured; what its last one foresees is kept."""
        rows = trajectory.rows()
        for side, output in zip(rows, self.networks.predict([*rows.values()], None), strict=True):
            trajectory.receive(side, output)
        if (step := trajectory.advance()).step == self.task.evaluations:
            self._seen[self._place] = step.predicted.cpu().clone()
            self._trajectory = None
