"""The denoising loop, once, for every experiment: points go in, steps come out.

It is a generator: whoever iterates decides after each step whether to go on, and nothing is held between two steps, no
lock, no grad mode. Points need not be in step with each other: rows of different points at different timesteps share a
call, so a call is full as long as there is work for it, and as many calls are under way as there are workers. The loop
knows nothing about prompts, pictures, stores or frames.

Three rules make a picture independent of what it is rendered with:
- a row's output does not depend on its call: neither on its neighbours nor, to the bit, on their number (see unet);
- latents and scheduler arithmetic stay in float32, one scheduler copy a point;
- fresh noise of ancestral samplers comes from the point's own stream.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple, Protocol

import torch
from diffusers.schedulers.scheduling_utils import SchedulerMixin
from torch import Tensor

from explorer.engine.schedulers import EulerAncestralScheduler, alpha_bar, predict_clean
from explorer.space.adapters import Adapters, named
from explorer.space.points import Conditioning, Point
from explorer.space.regions import Region
from explorer.space.steps import Step


class Row(NamedTuple):
    """One sample through the UNet: latents (channels, h, w) as the UNet takes them, timestep, conditioning.

    `adapters` change the UNet for it: those of its point, of both its sides. All rows of a call have the same.
    A model that is told more has that in further channels, see `extras`.
    """

    model_input: Tensor
    timestep: Tensor
    conditioning: Conditioning
    adapters: Adapters = ()


class Submit(Protocol):
    """The UNet, seen from the loop: rows in, their outputs (rows, channels, h, w) in float32 some time later."""

    def __call__(self, rows: Sequence[Row]) -> Future[Tensor]: ...


@dataclass
class Rows:
    """The account of a render: rows that the UNet ran, and those that it was sent, padding included."""

    run: int = 0
    sent: int = 0


def timesteps_of(point: Point, scheduler: SchedulerMixin) -> Tensor:
    """The timesteps (calls,) at which the UNet is asked for a point; `strength` leaves some out as diffusers does."""
    first, steps = point.first_step(scheduler.num_inference_steps), scheduler.num_inference_steps
    return scheduler.timesteps[first * scheduler.order if first < steps else len(scheduler.timesteps) :]


class Trajectory:
    """One point on its way from noise to a clean picture: its sample, its scheduler copy, its own fresh noise."""

    def __init__(
        self,
        index: int,
        point: Point,
        scheduler: SchedulerMixin,
        device: torch.device,
        extras: Tensor | None = None,
        *,
        blends: bool = True,
    ) -> None:
        """`extras` (more channels, h, w) goes to the UNet after the sample; see `extras`, and there what blends."""
        self.index, self.point, self._extras = index, point, extras
        self._region = point.region if blends else None
        self.scheduler = copy.deepcopy(scheduler)
        self.timesteps = timesteps_of(point, scheduler)
        self.prediction_type = self.scheduler.config.prediction_type
        self.adapters = point.adapters
        self.done = self.age = 0
        self.sample = self._start(device)
        self._noise = self._fresh_noise()
        self._outputs: dict[str, Tensor] = {}

    def _start(self, device: torch.device) -> Tensor:
        """The noise alone; or the encoded picture, under as much of the noise as its first timestep has."""
        latents, picture = self.point.latents.to(device, torch.float32), self.point.init_latents
        if picture is None:
            return latents * self.scheduler.init_noise_sigma
        picture = picture.to(device, torch.float32)
        if not len(self.timesteps):
            return picture
        if hasattr(self.scheduler, "set_begin_index"):
            self.scheduler.set_begin_index(len(self.scheduler.timesteps) - len(self.timesteps))
        if not self.point.begins_on_picture:
            return latents * self.scheduler.init_noise_sigma
        return self.scheduler.add_noise(picture[None], latents[None], self.timesteps[:1])[0]

    def at_rest(self) -> Step:
        """The only step of a point that has none to take."""
        return Step(self.index, 0, 0, 0.0, 0.0, *[self.sample] * 4)

    def _fresh_noise(self) -> Iterator[Tensor]:
        draws = self.point.noise.draws(self.point.latents.shape)
        next(draws)  # the starting latents were drawn before
        for noise in draws:
            yield noise.to(self.sample.device)

    @property
    def timestep(self) -> Tensor:
        """The one that its next call is about, a number of shape ()."""
        return self.timesteps[self.done]

    def rows(self) -> dict[str, Row]:
        """What the UNet has to be asked for the next step, by side: one or two rows."""
        self._noisy = self.scheduler.scale_model_input(self.sample, self.timestep)
        whole = self._noisy if self._extras is None else torch.cat([self._noisy, self._extras])
        return {side: Row(whole, self.timestep, c, self.adapters) for side, c in self.point.sides.items()}

    def receive(self, side: str, output: Tensor) -> bool:
        """Takes one row's output (channels, h, w); says whether the step has all it needs."""
        self._outputs[side] = output
        return len(self._outputs) == len(self.point.sides)

    def advance(self) -> Step:
        """Combines the outputs by the guidance formula (Ho & Salimans 2021) and takes the scheduler's step."""
        outputs, self._outputs = self._outputs, {}
        output, alone = self._guided(outputs), outputs["positive" if "positive" in outputs else "negative"]
        timestep, signal = self.timestep, alpha_bar(self.scheduler, self.timestep)
        noisy = self._noisy
        predicted, unguided = (predict_clean(self.prediction_type, o, noisy, signal) for o in (output, alone))
        if isinstance(self.scheduler, EulerAncestralScheduler):
            self.sample = self.scheduler.step_with(output, self.sample, next(self._noise))
        else:
            # diffusers' schedulers index by batch in places, so the sample travels as a batch of one.
            step = self.scheduler.step(output[None], timestep, self.sample[None], return_dict=False)
            self.sample = step[0][0]
        self.done += 1
        if self._region is not None:
            self.sample = self._blended(self._region, self.point.init_latents)
        sigma = ((1 - signal) / signal) ** 0.5
        place = (self.index, self.done, len(self.timesteps), float(timestep), sigma)
        return Step(*place, self.sample, predicted, noisy, unguided)

    def _blended(self, region: Region, picture: Tensor | None) -> Tensor:
        """The sample with the picture where it stands still, under the point's one noise of the step to come."""
        assert picture is not None  # a point with a region has one
        device = self.sample.device
        known = picture.to(device, torch.float32)
        if self.done < len(self.timesteps):
            latents, level = self.point.latents.to(device, torch.float32), self.timesteps[self.done : self.done + 1]
            known = self.scheduler.add_noise(known[None], latents[None], level)[0]
        return torch.where(region.kept(self.done, len(self.timesteps)).to(device), known, self.sample)

    def _guided(self, outputs: Mapping[str, Tensor]) -> Tensor:
        if len(outputs) == 1:
            return next(iter(outputs.values()))
        negative, positive = outputs["negative"], outputs["positive"]
        return negative + self.point.guidance_scale * (positive - negative)


class RowQueue:
    """Rows that wait for the UNet, the oldest point's first, and the calls that are under way."""

    def __init__(self, submit: Submit) -> None:
        self.ready: deque[Trajectory] = deque()
        self._submit = submit
        self._waiting: list[tuple[int, Trajectory, str, Row]] = []
        self._calls: dict[Future[Tensor], list[tuple[Trajectory, str]]] = {}
        self._age = count()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def calls(self) -> int:
        """How many calls are under way."""
        return len(self._calls)

    def ask(self, trajectory: Trajectory) -> None:
        """Queues the rows of the trajectory's next step."""
        trajectory.age = next(self._age) if trajectory.done == 0 else trajectory.age
        self._waiting += [(trajectory.age, trajectory, side, row) for side, row in trajectory.rows().items()]
        self._waiting.sort(key=lambda item: item[0])

    def send(self, most: int) -> None:
        """Begins a call with the oldest row and the next ones that have its adapters, at most `most`."""
        kind = named(self._waiting[0][-1].adapters)
        same = [i for i, (*_, row) in enumerate(self._waiting) if named(row.adapters) == kind][:most]
        batch = [self._waiting[i] for i in same]
        self._waiting = [waiting for i, waiting in enumerate(self._waiting) if i not in same]
        call = self._submit([row for *_, row in batch])
        self._calls[call] = [(trajectory, side) for _, trajectory, side, _ in batch]

    def receive(self) -> None:
        """Waits for a call to end and hands out what comes back."""
        done, _ = wait(self._calls, return_when=FIRST_COMPLETED)
        for call in [call for call in self._calls if call in done]:
            for (trajectory, side), output in zip(self._calls.pop(call), call.result(), strict=True):
                if trajectory.receive(side, output.to(trajectory.sample.device)):
                    self.ready.append(trajectory)

    def abandon(self) -> None:
        """Takes back the calls that have not begun."""
        for call in self._calls:
            call.cancel()


def denoise(
    trajectories: Iterable[Trajectory], submit: Submit, rows_a_call: Callable[[], int], workers: int = 1
) -> Iterator[Step]:
    """Runs points to their end, a few at a time, and yields every step of each as it is done.

    A call has at most `rows_a_call()` rows, and `workers` calls are under way at once. New points are taken up only
    when older ones leave room in them, so the first picture is not held up by the last.
    """
    fresh, queue, active = iter(trajectories), RowQueue(submit), 0
    try:
        while True:
            while queue.ready:
                with torch.inference_mode():
                    trajectory = queue.ready.popleft()
                    step = trajectory.advance()
                    if step.last:
                        active -= 1
                    else:
                        queue.ask(trajectory)
                yield step
            most = rows_a_call()
            room = most * (workers - queue.calls)
            while active < most * workers and len(queue) < room and (begun := next(fresh, None)) is not None:
                if not len(begun.timesteps):
                    yield begun.at_rest()
                    continue
                active += 1
                with torch.inference_mode():
                    queue.ask(begun)
            with torch.inference_mode():
                while len(queue) and queue.calls < workers:
                    queue.send(most)
                if queue.calls:
                    queue.receive()
                else:
                    return
    finally:
        queue.abandon()
