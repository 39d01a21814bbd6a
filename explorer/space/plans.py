"""A plan: which places of the space to look at, and the point at each of them.

Points are made when they are asked for, never kept in a list: 2,100 conditionings of SDXL would be 1.3 GB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.space.paths import coarse_to_fine
from explorer.space.points import Point, Sampling


@dataclass(frozen=True)
class Place:
    """One stop of a plan: its coordinates on the path, in the path's own units, and the words under its picture.

    `settings` are those in which the frames of the plan differ from each other, for views that compare them.
    """

    coordinates: tuple[float, ...]
    caption: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What an experiment wants rendered: `places` in the order they are shown, and `at(*coordinates)` -> Point.

    `at` is pure: equal coordinates give equal points. It answers between the places, too.
    """

    places: tuple[Place, ...]
    at: Callable[..., Point]
    sampling: Sampling

    def point(self, index: int) -> Point:
        """The point of the place `index`."""
        return self.at(*self.places[index].coordinates)

    @property
    def order(self) -> list[int]:
        """The indices in the order they are rendered: spread over the path from the start."""
        return coarse_to_fine(len(self.places))
