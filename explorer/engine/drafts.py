"""Drafts: the places of a plan in few steps, for the screen. Nothing of them is kept anywhere.

A draft has the point of its picture (the same noise, texts and guidance) and the steps of the model's `Defaults.draft`,
in calls of as many rows as there are: its bits may depend on its company, so it has no name in any store. With a start
picture it begins where the picture begins, at the noise level of that one's first step. What is looked at on the way is
drawn at the same part of the way. A model that has a small decoder draws its drafts with that, one that has a companion
leaves to it what that can draw. Where the picture itself
takes no more steps than a draft, it is drawn by them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from concurrent.futures import Future

from diffusers.schedulers.scheduling_utils import SchedulerMixin
from PIL import Image
from torch import Tensor

from explorer.engine.companions import suits, unguided
from explorer.engine.denoise import Row, timesteps_of
from explorer.engine.engine import Engine, Render
from explorer.engine.schedulers import scheduler_from
from explorer.engine.store import FrameStore
from explorer.engine.workers import Worker
from explorer.space.plans import Plan
from explorer.space.points import Point, Sampling
from explorer.space.steps import Step


class DraftRender(Render):
    """One execution of a plan in few steps; as a `Render`, but for what is said above."""

    def __init__(self, engine: Engine, plan: Plan) -> None:
        if engine.companion is not None and suits(engine, plan):
            engine, plan = engine.companion, unguided(plan)
        self._few = few = engine.defaults.draft
        self._short = engine.scheduler(few.scheduler, few.num_inference_steps)
        super().__init__(engine, plan, FrameStore(memory_bytes=0))
        self._first_rows = min(self._micro_batch, len(plan.point(plan.order[0]).sides))

    def _way(self, index: int, point: Point) -> tuple[Point, SchedulerMixin]:
        exact, steps = timesteps_of(point, self._scheduler(index)), self._few.num_inference_steps
        if len(exact) <= steps:
            return point, self._scheduler(index)
        if not point.begins_on_picture:
            return point, self._short
        start = scheduler_from(float(exact[0]), self.engine.networks.scheduler, steps)
        region = point.region and dataclasses.replace(point.region, on_picture=True)
        return dataclasses.replace(point, strength=1.0, region=region), start

    def _due(self, index: int, step: Step) -> bool:
        wanted = self.plan.places[index].step
        if wanted is None or not step.steps:
            return step.last
        exact = len(timesteps_of(self.plan.point(index), self._scheduler(index)))
        return step.step == max(1, round(wanted * step.steps / exact))

    def _decode(self, latents: Tensor) -> Image.Image:
        return self.engine.sketch(latents)

    def _rows_a_call(self) -> int:
        """As few as the first picture has; more when it is there."""
        return super()._rows_a_call() if self._decoded else self._first_rows

    def _call(self, worker: Worker, rows: Sequence[Row]) -> Future[Tensor]:
        self.rows.sent += len(rows)
        return worker.submit(rows)


def seconds_of_a_draft(engine: Engine) -> float | None:
    """How long a draft of the model's own size takes on this machine; None before anything was measured."""
    usual, drawing = engine.defaults, engine.companion or engine
    steps = min(usual.num_inference_steps, drawing.defaults.draft.num_inference_steps)
    _, height, width = engine.latents_shape(Sampling(steps, usual.scheduler, usual.height, usual.width))
    rows = 1 if usual.guidance_scale in (0, 1) or engine.companion else 2
    call, decode = drawing.seconds("unet", height * width * rows), drawing.seconds("sketch", height * width)
    return None if call is None or decode is None else call * steps + decode
