"""Pacing: where the frames of a film stand on its route, so that what one sees changes as much from each to the next.

A `spacing` is up to a few hundred numbers from 0 to 1 that do not fall: how much of the route a film has behind it at
even times, its two ends left out. Between those times it goes straight, and without numbers it goes evenly: so the same
spacing suits a film of any number of frames. How it is found is measured elsewhere (`engine/measuring`); here are pure
functions of numbers.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

DIGITS, EXACT, PLACE = 5, 14, 12
"""Of a measured number; of one that stands for a place that is known; of where a frame stands, so that three thirds of
a route are all of it."""


WORST = 8
"""To so high a power the largest of some steps is nearly all of their sum."""


@dataclass(frozen=True)
class Route:
    """What a film travels along: `legs` of length 1 between stops that are frames, in `steps` from frame to frame.

    A `closed` one comes back to where it began, and that is its last step. `unit` is how long a leg is in the plan's
    own coordinate.
    """

    legs: int
    steps: int
    unit: float = 1.0
    closed: bool = False

    @property
    def frames(self) -> int:
        """How many a film on it has."""
        return self.steps + (not self.closed)

    def coordinate(self, place: float) -> float:
        """The plan's own of a place in [0, legs]; where it comes back to, the beginning's."""
        return 0.0 if self.closed and place == self.legs else round(place * self.unit, PLACE)

    def coordinates(self, spacing: Sequence[float]) -> list[float]:
        """Where the frames stand with a spacing, in the plan's own coordinate."""
        times = [self.legs * step / self.steps for step in range(self.frames)]
        return [self.coordinate(place) for place in placed(times, self.legs, spacing)]


def paced(time: float, spacing: Sequence[float]) -> float:
    """How much of its route a film has behind it at `time`; both are from 0 to 1, and both ends are exact."""
    knots = (0.0, *spacing, 1.0)
    place = time * (len(knots) - 1)
    number = min(int(place), len(knots) - 2)
    return knots[number] + (knots[number + 1] - knots[number]) * (place - number)


def placed(times: Sequence[float], legs: int, spacing: Sequence[float]) -> list[float]:
    """Where on the route, in [0, legs], frames of these even times, in [0, legs], stand with a spacing."""
    return [round(legs * paced(time / legs, spacing), PLACE) for time in times]


def halved(places: Sequence[float], changes: Sequence[float], finest: float) -> int:
    """Which gap between neighbours, of rising places, is to be looked into next: the one that changes most.

    One that is not wider than `finest` is left to the last.
    """
    gaps = [after - before for before, after in pairwise(places)]
    return max(range(len(gaps)), key=lambda gap: (gaps[gap] > finest, changes[gap], gaps[gap]))


def even(places: Sequence[float], changes: Sequence[float], route: Route) -> tuple[float, ...]:
    """The spacing with which every step of a film on the route changes as much as the others.

    `places` rise from 0 to the route's legs, with all its stops among them; `changes` lie between neighbours. The stops
    stay frames, so a leg gets as many whole steps as suit it. () where nothing changes. Raises ValueError for fewer
    steps than legs.
    """
    if route.steps < route.legs:
        raise ValueError(f"{route.steps} steps do not reach {route.legs} stops")
    if not sum(changes):
        return ()
    behind = [0.0, *accumulate(changes)]
    at = [bisect.bisect_left(places, leg) for leg in range(route.legs + 1)]
    wholes = [behind[end] - behind[start] for start, end in pairwise(at)]
    counts = [1] * route.legs
    for _ in range(route.steps - route.legs):
        counts[max(range(route.legs), key=lambda leg: wholes[leg] / counts[leg])] += 1
    found: list[float] = []
    for leg, (count, (start, end)) in enumerate(zip(counts, pairwise(at), strict=True)):
        curve = Reached(places[start : end + 1], behind[start : end + 1])
        found.append(round(leg / route.legs, EXACT))
        for step in range(1, count):
            place = curve.place(behind[start] + wholes[leg] * step / count) if wholes[leg] else leg + step / count
            found.append(round(place / route.legs, DIGITS))
    return tuple(found[1:])


def chosen(places: Sequence[float], apart: Callable[[int, int], float], route: Route) -> tuple[float, ...]:
    """The spacing with which the frames of a film on the route stand at some of the places, in the most even steps.

    `places` rise from 0 to the route's legs, with all its stops among them, which stay frames; `apart(i, j)`, from 0 to
    about 1, is how much those of two numbers differ. The most even steps have the least sum of their powers of WORST:
    nearly the least largest step, and of the others' the least that goes with it. They are a shortest path, found by
    dynamic programming (Bellman 1958). Raises ValueError for fewer places than frames.
    """
    last, spare = len(places) - 1, len(places) - 1 - route.steps
    if spare < 0:
        raise ValueError(f"{len(places)} places are too few for {route.steps + 1} frames")
    stops = {bisect.bisect_left(places, leg) for leg in range(route.legs + 1)}
    costs, ways = {0: 0.0}, []  # of the shortest paths of so many steps: by their end, and where each came from
    for step in range(1, route.steps + 1):
        found: dict[int, tuple[float, int]] = {}
        for here, cost in costs.items():
            for there in range(here + 1, min(step + spare, last) + 1):
                longer = cost + apart(here, there) ** WORST
                found[there] = min(found.get(there, (math.inf, here)), (longer, here))
                if there in stops:
                    break
        costs = {there: cost for there, (cost, _) in found.items()}
        ways.append({there: here for there, (_, here) in found.items()})
    path = [last]
    for way in reversed(ways):
        path.append(way[path[-1]])
    return tuple(round(places[number] / route.legs, EXACT) for number in path[-2:0:-1])


def denser(spacing: Sequence[float], route: Route, place: float) -> tuple[float, ...]:
    """The spacing of a film with a frame more a leg, all of them in the step that `place` in [0, legs] lies in.

    All its other frames stay where they are. Raises ValueError for a place that is not on the route.
    """
    if not 0 <= place <= route.legs:
        raise ValueError(f"place = {place} is not on the route: it goes from 0 to {route.legs}")
    frames = [round(paced(step / route.steps, spacing), EXACT) for step in range(route.steps + 1)]
    step = min(bisect.bisect_right(frames, place / route.legs), route.steps) - 1
    low, wide = frames[step], frames[step + 1] - frames[step]
    more = [round(low + wide * part / (route.legs + 1), EXACT) for part in range(1, route.legs + 1)]
    return tuple([*frames[: step + 1], *more, *frames[step + 1 :]][1:-1])


class Reached:
    """A smooth curve through (place, value) that rises where they do: at which place it reaches a value.

    Monotone cubic interpolation (Fritsch and Butland 1984, SIAM J. Sci. Stat. Comput. 5, 300): of a gap that was not
    looked into, more changes at the side where its neighbour changes more.
    """

    def __init__(self, places: Sequence[float], values: Sequence[float]) -> None:
        self.places, self.values = places, values
        self._widths = [after - before for before, after in pairwise(places)]
        rises = [after - before for before, after in pairwise(values)]
        self._slopes = [rise / width for rise, width in zip(rises, self._widths, strict=True)]
        inner = map(self._tangent, range(1, len(rises)))
        self._tangents = [self._slopes[0], *inner, self._slopes[-1]]

    def _tangent(self, knot: int) -> float:
        """The weighted harmonic mean of the slopes beside a place; 0 beside a gap that is level."""
        (before, after), (left, right) = self._slopes[knot - 1 : knot + 1], self._widths[knot - 1 : knot + 1]
        if not before or not after:
            return 0.0
        weights = 2 * right + left, right + 2 * left
        return sum(weights) / (weights[0] / before + weights[1] / after)

    def place(self, value: float) -> float:
        """The place of a value between the first and the last one, found by halving."""
        gap = min(max(bisect.bisect_left(self.values, value), 1), len(self._slopes)) - 1
        low, high = 0.0, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self._value(gap, middle) < value else (low, middle)
        return self.places[gap] + self._widths[gap] * high

    def _value(self, gap: int, part: float) -> float:
        """The curve in a gap, at a part of its width: Hermite's cubic."""
        start, end, width = self.values[gap], self.values[gap + 1], self._widths[gap]
        leaves, comes = self._tangents[gap] * width, self._tangents[gap + 1] * width
        rise, rest = part * part * (3 - 2 * part), 1 - part
        return start + (end - start) * rise + part * rest * (rest * leaves - part * comes)
