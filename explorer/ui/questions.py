"""What a live page asks for, and what of a plan that means: the question, what is said before the pictures, the places.

It draws nothing and knows no visitor. A question comes from a browser, and nothing in it is trusted.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.experiments.base import Experiment
from explorer.outputs.records import frames_of, shown_of
from explorer.space.plans import Place, Plan
from explorer.space.points import digest
from explorer.ui.manifests import translated
from explorer.ui.news import settings_key
from explorer.ui.text import spoken

MOST_PLACES = 144
NONE_OF_OURS = "This is nothing that this page would ask for: reload it."


class Refused(ValueError):
    """A question is not answered; the message is the sentence, `status` as HTTP has it."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


BETWEEN = -1
"""Among the numbers of the pictures that a page has: that of the point it looks at between the places."""


@dataclass(frozen=True)
class Question:
    """What a page asks for: pictures of its tab, with the `values` of its widgets.

    `sight` are the coordinates of the places that are looked at (the nearest count; none, and it is the first finished
    picture), or `point` is, coordinates between places; `typed` is the text under the hand: if a place has it for its
    caption, that one is looked at. `whole`: all others shall follow. `exact`: no drafts. The page has pictures `have`,
    by their numbers (or `BETWEEN`), of settings `of`, and knows the places `places`.
    """

    tab: str
    values: Sequence[Any]
    sight: Sequence[Sequence[float]] = ()
    point: Sequence[float] | None = None
    typed: str | None = None
    whole: bool = False
    exact: bool = False
    have: Sequence[int] = ()
    of: str = ""
    places: str = ""

    @classmethod
    def read(cls, asked: Any) -> Question:
        """The question of a browser, which is not trusted. Raises Refused."""
        names = {each.name for each in dataclasses.fields(cls)}
        if not isinstance(asked, dict) or not {"tab", "values"} <= set(asked) <= names:
            raise Refused(NONE_OF_OURS)
        question = cls(**asked)
        texts = (question.tab, question.of, question.places, question.typed or "")
        lists = (question.values, question.sight, question.have)
        sound = (
            all(isinstance(text, str) for text in texts)
            and isinstance(question.whole, bool)
            and isinstance(question.exact, bool)
            and all(isinstance(some, (list, tuple)) for some in lists)
            and all(map(_finite, question.sight))
            and all(type(i) is int for i in question.have)
        )
        if not sound:
            raise Refused(NONE_OF_OURS)
        return question


@dataclass(frozen=True)
class Head:
    """What the pictures that follow belong to: settings `of`, places `places`, which are described if they are new.

    `sight` are the numbers of the places that are looked at, `moved` says that they are others than was asked for;
    `here` is what `Live.here` says by now.
    """

    of: str
    places: str
    sight: Sequence[int]
    point: Sequence[float] | None
    moved: bool
    here: str = ""
    frames: Sequence[Mapping[str, Any]] | None = None
    shown: Mapping[str, Any] | None = None


def _finite(numbers: Any) -> bool:
    """Whether it is a list of numbers that a place may have for coordinates."""
    if not isinstance(numbers, list) or len(numbers) > 8:
        return False
    return all(type(number) in (int, float) and math.isfinite(number) for number in numbers)


def checked(coordinates: Any, places: Sequence[Place]) -> tuple[float, ...] | None:
    """Coordinates from a browser as floats, or None: one finite number an axis, within the bounds of the places."""
    axes = list(zip(*(place.coordinates for place in places), strict=True))
    if not isinstance(coordinates, list) or len(coordinates) != len(axes):
        return None
    for value, axis in zip(coordinates, axes, strict=True):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (number and min(axis) <= value <= max(axis)):  # NaN is within no bounds
            return None
    return tuple(float(value) for value in coordinates)


def head_of(experiment: Experiment, plan: Plan, question: Question) -> Head:
    """What is said before the pictures of a plan, in the language that is spoken."""
    frames, shown = frames_of(plan), shown_of(plan)
    places = digest(json.dumps([frames, shown, spoken()])).hex()
    sight, point, moved = _looked_at(plan, question)
    head = Head(settings_key(experiment.name(), experiment.settings()), places, sight, point, moved)
    if places == question.places:
        return head
    said = translated({"frames": frames, "shown": shown}, spoken())
    return dataclasses.replace(head, **said)


def seed_at(plan: Plan, coordinates: Sequence[float]) -> int | None:
    """The seed of the noise there; None of a mixture."""
    terms = plan.at(*coordinates).noise.terms
    return terms[0][0] if len(terms) == 1 else None


def _looked_at(plan: Plan, question: Question) -> tuple[list[int], tuple[float, ...] | None, bool]:
    """The numbers of the places that are looked at, or a point between them; whether that is not what was asked for."""
    said = ((i, place.caption, place.settings.get("prompt")) for i, place in enumerate(plan.places))
    if titled := [i for i, *words in said if question.typed is not None and question.typed in words]:
        return titled[:1], None, True
    if (point := checked(question.point, plan.places)) is not None:
        here = [i for i, place in enumerate(plan.places) if place.coordinates == point]
        return (here[:1], None, False) if here else ([], point, False)
    axes = len(plan.places[0].coordinates)
    asked = [tuple(where) for where in question.sight if len(where) == axes]
    if not asked:
        return [next((i for i, place in enumerate(plan.places) if place.look is None), 0)], None, True
    sight = [_nearest(plan, where) for where in asked]
    return sight, None, {plan.places[i].coordinates for i in sight} != set(asked)


def _nearest(plan: Plan, where: Sequence[float]) -> int:
    """The number of the place nearest to coordinates, each axis measured by its own length."""
    axes = list(zip(*(place.coordinates for place in plan.places), strict=True))
    lengths = [max(axis) - min(axis) or 1 for axis in axes]

    def distance(i: int) -> float:
        parts = zip(plan.places[i].coordinates, where, lengths, strict=True)
        return sum(((there - here) / length) ** 2 for there, here, length in parts)

    return min(range(len(plan.places)), key=distance)


def wanted(plan: Plan, question: Question, head: Head) -> tuple[list[int | None], list[Place]]:
    """The numbers and places to be drawn, what is looked at first. Of a point between the places there is no number."""
    have = set(question.have) if question.of == head.of else set()
    others = plan.order[:MOST_PLACES] if question.whole else []
    numbers = [i for i in dict.fromkeys([*head.sight, *others]) if i not in have]
    places = [plan.places[i] for i in numbers]
    if head.point is None or BETWEEN in have:
        return numbers, places
    return [None, *numbers], [Place(head.point, ""), *places]
