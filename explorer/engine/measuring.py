"""Measuring: how much the pictures of a film change along its route, as a task, from drafts at a few places of it.

The distance of two places is that of the clean latents of their drafts, root mean square; nothing is decoded. Latents
are what the autoencoder keeps of what one sees, and every model has them; a feature of the UNet's would be one of one
layer and one noise level. First the stops and places between them are drawn, then again and again the middle of the
gap that changes most.

A draft takes few of its picture's own steps, dense at the beginning: there it is decided what a picture will be of, and
with even steps a jump between two pictures stands elsewhere than in the film.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import torch
from diffusers.configuration_utils import ConfigMixin
from diffusers.schedulers.scheduling_utils import SchedulerMixin
from PIL import Image
from torch import Tensor

from explorer.engine.denoise import Trajectory, timesteps_of
from explorer.engine.engine import Engine
from explorer.engine.extras import blends, extras_at
from explorer.engine.networks import Networks
from explorer.engine.schedulers import draws_noise, make_scheduler, scheduler_at
from explorer.space.hashes import digest
from explorer.space.pacing import Route, even, halved
from explorer.space.plans import Plan
from explorer.space.points import Point
from explorer.space.regions import GREY

SPREAD = (0.0, 0.05, 0.15, 0.3, 0.5)
"""Which of a picture's steps a draft takes, in parts of all: of 20 those number 0, 1, 3, 6 and 10.

Chosen on the eight films of `bench/even_steps`, for the same rows: drafts of four or six even steps, or what the first
six steps foresee, left one or more of them a step of over 1.6 times the mean.
"""

PART = 0.3
"""What measuring costs of a film's rows at most, where the places to begin with are not more."""

COARSE, MOST, FINEST = 4, 18, 1024
"""Of a leg, in gaps: those it begins with, how many it has on average in the end, and how narrow one may be.

What looks like a jump between two of 64 pictures is mostly none: a tree grows out of a house within a sixtieth of the
way, but it grows.
"""

STILL = 1e-3
"""A change of the latents, whose spread is about 1, that is rounding and nothing else."""

NAMED = 16
"""At so many places of a leg a film's points give its way a name: no two ways of a plan meet at all of them."""


@dataclass(frozen=True, eq=False)
class Measuring:
    """The task: drafts of `evaluations` of the UNet at `count` places of a plan's route, an evaluation a step.

    Its result are `places` (count,), rising from 0 to the route's legs, and the `changes` (count - 1,) between them.
    """

    plan: Plan
    route: Route
    count: int
    evaluations: int
    rows: int
    title: str = "Measuring the film"

    @property
    def steps(self) -> int:
        """The evaluations of all drafts."""
        return self.count * self.evaluations

    @cached_property
    def digest(self) -> bytes:
        """Of points along the way, and of all else that decides what is drawn of them."""
        steps, fresh = self.plan.sampling.num_inference_steps, draws_noise(self.plan.sampling.scheduler)
        along = (self.plan.at(place / NAMED) for place in range(self.route.legs * NAMED + 1))
        points = [point.digest(steps, fresh).hex() for point in along]
        return digest("measuring", repr((self.plan.sampling, SPREAD, self.route.legs, self.count)), *points)

    def begin(self, networks: Any) -> Drafting:
        """The work before its first call."""
        return Drafting(self, networks)


def measuring_of(engine: Engine, plan: Plan) -> Measuring:
    """The task for a plan with a route, at most PART of its film's price. Raises ValueError where nothing is drawn."""
    route = plan.route
    if route is None:
        raise ValueError("the plan has no route")
    point, own = plan.at(0.0), engine.networks.scheduler
    exact = engine.scheduler(plan.sampling.scheduler, plan.sampling.num_inference_steps)
    evaluations = len(timesteps_of(*draft_of(point, exact, own)))
    if not evaluations:
        raise ValueError("nothing is drawn at any place of the route")
    affordable = int(PART * len(plan.places) * len(timesteps_of(point, exact)) / evaluations)
    count = max(COARSE * route.legs + 1, min(MOST * route.legs + 1, affordable))
    return Measuring(plan, route, count, evaluations, len(point.sides))


def draft_of(point: Point, exact: SchedulerMixin, own: ConfigMixin) -> tuple[Point, SchedulerMixin]:
    """What is denoised for a draft of the point, and by which scheduler.

    `exact` is its picture's; on the noise schedule of `own`, the model's, that of the draft is made.
    """
    timesteps = timesteps_of(point, exact)
    if len(timesteps) <= len(SPREAD):
        return point, exact
    chosen = dict.fromkeys(float(timesteps[round(part * len(timesteps))]) for part in SPREAD)
    if point.begins_on_picture:
        region = point.region and dataclasses.replace(point.region, on_picture=True)
        point = dataclasses.replace(point, strength=1.0, region=region)
    return point, scheduler_at([*chosen], own)


def spacing_of(task: Measuring, result: Mapping[str, Tensor]) -> tuple[float, ...]:
    """The spacing that the result of a task makes, for the film that it was of; () where nothing changes."""
    if float(result["changes"].sum()) < STILL:
        return ()
    return even(result["places"].tolist(), result["changes"].tolist(), task.route)


class Drafting:
    """The task under way: the places drawn so far, each with the clean latents (channels, h, w) of its draft."""

    def __init__(self, task: Measuring, networks: Networks) -> None:
        self.task, self.networks = task, networks
        sampling = task.plan.sampling
        self._exact = make_scheduler(sampling.scheduler, networks.scheduler, sampling.num_inference_steps)
        self._drawn: dict[float, Tensor] = {}
        self._trajectory: Trajectory | None = None

    def step(self, number: int) -> Mapping[str, float]:
        """One call of the UNet; taken up in the middle of a draft, it draws that from its beginning."""
        with torch.inference_mode():
            if self._trajectory is None:
                self._trajectory = self._at(self._next())
                for _ in range(number % self.task.evaluations):
                    self._call(self._trajectory)
            self._call(self._trajectory)
        return {"places": len(self._drawn)}

    def state(self) -> Mapping[str, Tensor]:
        """What is drawn, by its place."""
        return {repr(place): latents for place, latents in self._drawn.items()}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Takes up what was drawn."""
        self._drawn = {float(place): latents for place, latents in state.items()}

    def result(self) -> Mapping[str, Tensor]:
        """`places` and `changes`, see `Measuring`."""
        places, changes = self._measured()
        return {"places": torch.tensor(places, dtype=torch.float64), "changes": torch.tensor(changes)}

    def _measured(self) -> tuple[list[float], list[float]]:
        places = sorted(self._drawn)
        pairs = pairwise(self._drawn[place] for place in places)
        return places, [float((a - b).square().mean().sqrt()) for a, b in pairs]

    def _next(self) -> float:
        """The next place to be drawn."""
        coarse = self.task.route.legs * COARSE
        if (number := len(self._drawn)) <= coarse:
            return number / COARSE
        places, changes = self._measured()
        gap = halved(places, changes, 1 / FINEST)
        return (places[gap] + places[gap + 1]) / 2

    def _at(self, place: float) -> Trajectory:
        point = self.task.plan.at(place)
        self._place = place
        names, device = self.networks.extras, self.networks.device
        drawn, scheduler = draft_of(point, self._exact, self.networks.scheduler)
        told = extras_at(drawn, names, lambda: self._grey(drawn))
        told = None if told is None else told.to(device)
        return Trajectory(0, drawn, scheduler, device, told, blends=blends(names))

    def _grey(self, point: Point) -> Tensor:
        height, width = (side * self.networks.factor for side in point.latents.shape[-2:])
        return self.networks.encode_picture(Image.new("RGB", (width, height), GREY))

    def _call(self, trajectory: Trajectory) -> None:
        """The next step of the draft under way; its latents are kept after the last one."""
        rows = trajectory.rows()
        for side, output in zip(rows, self.networks.predict([*rows.values()], None), strict=True):
            trajectory.receive(side, output)
        if (step := trajectory.advance()).last:
            self._drawn[self._place] = step.latents.cpu().clone()
            self._trajectory = None
