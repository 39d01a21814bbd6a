"""A plan: which places of the space to look at, the point at each of them, and how the pictures are shown together.

Points are made when they are asked for, never kept in a list: 2,100 conditionings of SDXL would be 1.3 GB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from torch import Tensor

from explorer.space.pacing import Route
from explorer.space.paths import coarse_to_fine
from explorer.space.points import Point, Sampling
from explorer.space.steps import Step
from explorer.space.tasks import Task

if TYPE_CHECKING:  # pictures are named here, never made
    from PIL import Image


class Drawing(Protocol):
    """What can draw latents (channels, height/f, width/f); an engine is one."""

    def decode(self, latents: Tensor) -> Image.Image: ...
    def preview(self, predicted: Tensor) -> Image.Image: ...


class Look(Protocol):
    """A way to draw a step of a point's denoising, other than the finished picture.

    What is in the picture's `info["note"]`, words about this very picture, is kept with the frame.
    """

    @property
    def digest(self) -> bytes:
        """Equal for looks that draw equal pictures of equal steps."""

    def __call__(self, step: Step, pictures: Drawing) -> Image.Image: ...


@dataclass(frozen=True)
class Place:
    """One stop of a plan: its coordinates on the path, in the path's own units, and the words under its picture.

    `settings` are those in which the frames of the plan differ from each other, for views that compare them. What is
    shown is the finished picture; with a `look` it is what that draws after evaluation `step` of the point's denoising
    (counted from 1; None: after the last one). Places of one point cost one denoising, however many steps they look at.
    `sampling` is for places with steps or a sampler of their own; None is the plan's.
    """

    coordinates: tuple[float, ...]
    caption: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    step: int | None = None
    look: Look | None = None
    sampling: Sampling | None = None


LOOPS = ("open", "back-and-forth", "closed")


@dataclass(frozen=True)
class Playback:
    """How a film of the places plays: frames per second, and what follows its last frame (one of LOOPS)."""

    fps: float = 10
    loop: str = "open"


@dataclass(frozen=True)
class Shown:
    """How the pictures of a plan are shown together.

    `axes` names the coordinates. `rows` are titles, by the second coordinate. `curve` is the number in the places'
    settings that is drawn along the film. `path` says that they are a way over the square of the axes, passed in their
    order; `corners` are the words at the corners of that square. `pair` are the numbers of the two places that are held
    against each other before anybody has chosen; None: the ends of the first row.
    """

    axes: tuple[str, ...] = ()
    rows: Mapping[float, str] = field(default_factory=dict)
    curve: str | None = None
    playback: Playback = Playback()
    path: bool = False
    corners: tuple[str, ...] = ()
    pair: tuple[int, int] | None = None


@dataclass(frozen=True)
class Plan:
    """What an experiment wants rendered: `places` in the order they are shown, and `at(*coordinates)` -> Point.

    `at` is pure: equal coordinates give equal points. It answers between the places, too. `ordering(count)` says in
    which order the places are rendered, `shown` how their pictures are shown. `before` are the tasks that have to be
    done first: until then the plan has places, but `at` need not answer. A film whose frames may stand elsewhere on
    their way, the coordinate, says so by its `route`. `settings_at(*coordinates)` are those that a place there would
    have, as far as an experiment can say them between its places. Raises ValueError for a place whose own sampling has
    another size than the plan's: `at` gives latents of one shape.
    """

    places: tuple[Place, ...]
    at: Callable[..., Point]
    sampling: Sampling
    ordering: Callable[[int], list[int]] = coarse_to_fine
    shown: Shown = Shown()
    before: tuple[Task, ...] = ()
    route: Route | None = None
    settings_at: Callable[..., Mapping[str, Any]] = lambda *_: {}

    def __post_init__(self) -> None:
        for place in self.places:
            own = place.sampling
            if own is not None and (own.height, own.width) != (self.sampling.height, self.sampling.width):
                size = f"{self.sampling.width} x {self.sampling.height}"
                raise ValueError(f"{place.caption}: its sampling is {own.width} x {own.height}, the plan's {size}")

    def sampling_of(self, index: int) -> Sampling:
        """How the point of the place `index` is rendered."""
        return self.places[index].sampling or self.sampling

    def point(self, index: int) -> Point:
        """The point of the place `index`."""
        return self.at(*self.places[index].coordinates)

    @property
    def order(self) -> list[int]:
        """The indices in the order they are rendered; unless the plan says otherwise, spread over it from the start."""
        return self.ordering(len(self.places))
