"""Pacing: where the frames of a film stand on its route, so that what one sees changes as much from each to the next.

A `spacing` is up to a few hundred numbers from 0 to 1 that do not fall: how much of the route a film has behind it at
even times, its two ends left out. Between those times it goes straight, and without numbers it goes evenly: so the same
spacing suits a film of any number of frames. How it is found is measured elsewhere (`engine/measuring`); here are pure
functions of numbers.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

DIGITS, EXACT, PLACE = 5, 14, 12
"""Of a measured number; of one that stands for a place that is known; of where a frame stands, so that three thirds of
a route are all of it."""


@dataclass(frozen=True)
class Route:
    """What a film travels along: `legs` of length 1 between stops that are frames, in `steps` from frame to frame.

    A closed one comes back to where it began, and that is its last step.
    """

    legs: int
    steps: int


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
    stops = [behind[bisect.bisect_left(places, leg)] for leg in range(route.legs + 1)]
    wholes = [after - before for before, after in pairwise(stops)]
    counts = [1] * route.legs
    for _ in range(route.steps - route.legs):
        counts[max(range(route.legs), key=lambda leg: wholes[leg] / counts[leg])] += 1
    found = []
    for leg, count in enumerate(counts):
        for step in range(count):
            part = step / count
            if step and wholes[leg]:
                found.append(round(_at(stops[leg] + wholes[leg] * part, behind, places) / route.legs, DIGITS))
            else:
                found.append(round((leg + part) / route.legs, EXACT))
    return tuple(found[1:])


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


def _at(value: float, values: Sequence[float], places: Sequence[float]) -> float:
    """Where, on the line through (place, value) with rising values, a value is reached."""
    number = bisect.bisect_left(values, value)
    low, high = values[number - 1], values[number]
    return places[number - 1] + (places[number] - places[number - 1]) * (value - low) / (high - low)
