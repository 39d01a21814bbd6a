"""Measuring: where the frames of a film shall stand so that what one sees changes as much from each to the next.

Pictures of the film are drawn, first at its stops and at places between, then again and again in the middle of the gap
that changes most; of these its frames are chosen. They stay in the store, so that a film that was measured costs
nothing more, and the measuring a third of it at most (two pictures, of a film of six frames or fewer). A long film is
measured at fewer places than it has frames, and between those it is taken to change smoothly.

The distance of two places is that of the latents that the autoencoder makes of their pictures, root mean square: what
it keeps of what one sees, and every model has one. Few steps in the place of a picture's own would cost less, but often
they draw another picture, which leaps elsewhere than the film (measured: `bench/even_steps`).
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from torch import Tensor

from explorer.engine.denoise import timesteps_of
from explorer.engine.engine import Engine, Frame, Render
from explorer.space.pacing import EXACT, chosen, even, halved
from explorer.space.plans import Place, Plan

SPARE = 1.3
"""So many times as many pictures as the film has frames are drawn, at most."""

COARSE, FEW, MOST = 4, 5, 32
"""Of a leg, in gaps: those that measuring begins with, unless a film has so few that its even places are looked at
first; and how many there are on average in the end."""

SLACK = 2
"""Pictures that a film of few frames may have beside them."""

FINEST = 5
"""Decimals of a place of a leg: what a picture becomes may turn within less than a thousandth of the way."""

STILL = 1e-3
"""A change of the latents, whose spread is about 1, that is rounding and nothing else."""


class Measuring:
    """The pictures of a plan with a route that say where its frames shall stand. Iterate it, once.

    It gives how many of the `count` pictures there are, with every event of their renders; a film of stops alone needs
    none. `rows` is the most that it has still to pay, nothing where all are stored, `rows_run` what it has paid.
    Stopped, the next one goes on with what is stored. Raises ValueError for a plan without a route.
    """

    def __init__(self, engine: Engine, plan: Plan) -> None:
        if plan.route is None:
            raise ValueError("the plan has no route")
        self.engine, self.plan, self.route = engine, plan, plan.route
        legs, steps = self.route.legs, self.route.steps
        self._coarse = steps // legs if steps <= FEW * legs else COARSE
        most = max(int(SPARE * self.route.frames), self.route.frames + SLACK) + self.route.closed  # its end is free
        self.count = 0 if steps <= legs else min(MOST * legs + 1, most)
        self._seen: dict[float, Tensor] = {}  # by place, the latents (channels, h, w) of its picture
        self._places: list[float] = []  # of the render that goes on
        self._cancelled, self.rows_run = False, 0
        self._render = self._next()
        while self._render is not None and not self._render.price.rows:
            deque(self._look(self._render), maxlen=0)
        self.rows = self._rows(self._render)
        self.seconds = self._seconds(self._render)

    def _rows(self, first: Render | None) -> int:
        """What all pictures cost from the render `first` on; what of later ones is stored is not known yet."""
        if first is None:
            return 0
        point, sampling = self.plan.at(0.0), self.plan.sampling
        scheduler = self.engine.scheduler(sampling.scheduler, sampling.num_inference_steps)
        later = self.count - len(self._seen) - len(first.keys)
        return first.price.rows + later * len(point.sides) * len(timesteps_of(point, scheduler))

    def _seconds(self, first: Render | None) -> float | None:
        """About how long that takes; None before the engine has run its first row."""
        if first is None or first.price.seconds is None:
            return None
        return first.price.seconds * self.rows / first.price.rows

    def cancel(self) -> None:
        """Ends it before the next call of the UNet; what is drawn is stored."""
        self._cancelled = True
        if self._render is not None:
            self._render.cancel()

    @property
    def done(self) -> bool:
        """Whether all pictures are there."""
        return len(self._seen) >= self.count

    def __iter__(self) -> Iterator[int]:
        while not self._cancelled and self._render is not None:
            yield from self._look(self._render)

    def _look(self, render: Render) -> Iterator[int]:
        before = self.rows_run
        for event in render:
            if isinstance(event, Frame):
                self._seen[self._places[event.index]] = self.engine.encode_picture(event.image).float()
            self.rows_run = before + render.rows.run
            yield len(self._seen)
        if not render.cancelled:
            self._render = self._next()

    def _next(self) -> Render | None:
        """The render of the places that are to be seen next; None when there are enough."""
        if self.done:
            return None
        if not self._seen:
            self._places = [number / self._coarse for number in range(self._coarse * self.route.legs + 1)]
        else:
            known = sorted(self._seen)
            gap = halved(known, self._changes(known), 3 * 10**-FINEST)
            self._places = [round((known[gap] + known[gap + 1]) / 2, FINEST)]
        there = tuple(Place((self.route.coordinate(place),), "") for place in self._places)
        return self.engine.render(dataclasses.replace(self.plan, places=there))

    def _changes(self, places: Sequence[float]) -> list[float]:
        return [self._apart(here, there) for here, there in pairwise(places)]

    def _apart(self, here: float, there: float) -> float:
        return float((self._seen[here] - self._seen[there]).square().mean().sqrt())

    @property
    def spacing(self) -> tuple[float, ...]:
        """The spacing for the film that was measured; () where nothing changes, or no other is more even."""
        places, steps = sorted(self._seen), self.route.steps
        changes = self._changes(places)
        if sum(changes) < STILL:
            return ()
        if len(places) <= steps:
            return even(places, changes, self.route)
        apart = cache(lambda i, j: self._apart(places[i], places[j]))
        found = chosen(places, apart, self.route)
        return () if found == tuple(round(step / steps, EXACT) for step in range(1, steps)) else found
