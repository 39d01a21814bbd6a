"""Inputs that are numbers: whole ones, real ones, and lists of either."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar

from explorer.experiments.inputs.base import Input, Widget
from explorer.messages import Message

_ALL = 2**32 - 1
"""The largest of the seeds: an input that takes them all takes the last 32 bits of a larger one."""

WIDEST = 10_000
"""The range up to which a slider helps; beyond it a number is typed, or drawn by lot."""


_LISTS = {
    (False, True): partial(Message, "{n} to {m} numbers from {l} to {h}, such as 1, 4, 6..9 or 1..3:0.5"),
    (False, False): partial(Message, "up to {m} numbers from {l} to {h}, such as 1, 4, 6..9 or 1..3:0.5"),
    (True, True): partial(Message, "{n} to {m} whole numbers from {l} to {h}, such as 1, 4, 6..9 or 1..3:0.5"),
    (True, False): partial(Message, "up to {m} whole numbers from {l} to {h}, such as 1, 4, 6..9 or 1..3:0.5"),
}
"""What lists are allowed, by whether the numbers are whole, and whether there must be one."""


@dataclass(frozen=True)
class Integer(Input):
    """A whole number from `low` to `high`, in steps of `step` from zero."""

    low: int = 0
    high: int = _ALL
    step: int = 1

    @property
    def allowed(self) -> str:
        bounds = {"l": self.low, "h": self.high}
        if self.step > 1:
            return Message("a whole number from {l} to {h}, a multiple of {s}", s=self.step, **bounds)
        return Message("a whole number from {l} to {h}", **bounds)

    def _accept(self, value: Any) -> int:
        if isinstance(value, bool) or int(value) != float(value):
            raise ValueError
        if not self.low <= int(value) <= self.high or int(value) % self.step:
            raise ValueError
        return int(value)

    def nearest(self, value: Any) -> int | None:
        """The nearest whole number within the bounds; of a seed beyond 32 bits the last 32, so that two stay two."""
        try:
            if self.high == _ALL and (whole := _whole(value)) > _ALL:
                return whole & _ALL
            return self.check("", round(_within(self, value) / self.step) * self.step)
        except (TypeError, ValueError, OverflowError):
            return None

    @property
    def flag(self) -> dict[str, Any]:
        return {"type": int, "metavar": "N"}

    @property
    def widget(self) -> Widget:
        """A slider, or a number with a dice."""
        bounds = {"low": self.low, "high": self.high, "step": self.step}
        return Widget("number" if self.high - self.low > WIDEST else "slider", bounds)


@dataclass(frozen=True)
class Real(Input):
    """A number from `low` to `high`; `step` is only the slider's."""

    low: float = 0.0
    high: float = 1.0
    step: float = 0.1

    @property
    def allowed(self) -> str:
        return Message("a number from {l} to {h}", l=f"{self.low:g}", h=f"{self.high:g}")

    def _accept(self, value: Any) -> float:
        if isinstance(value, bool) or not (math.isfinite(float(value)) and self.low <= float(value) <= self.high):
            raise ValueError
        return float(value)

    def nearest(self, value: Any) -> float | None:
        """The nearest number within the bounds."""
        try:
            return self.check("", _within(self, value))
        except (TypeError, ValueError, OverflowError):
            return None

    def to_texts(self, value: float) -> list[str]:
        """The shortest text that is this very number."""
        return [_text(value)]

    @property
    def flag(self) -> dict[str, Any]:
        return {"type": float, "metavar": "N"}

    @property
    def widget(self) -> Widget:
        return Widget("slider", {"low": self.low, "high": self.high, "step": self.step})


@dataclass(frozen=True)
class Numbers(Input):
    """From `least` to `most` numbers from `low` to `high`; `whole` ones only if so declared.

    Besides a sequence a text is taken, with commas or spaces, and ranges that rise or fall: "0.5, 1, 2..10" counts by
    one, "3..1:0.5" down by halves.
    """

    low: float = 0.0
    high: float = 1.0
    least: int = 1
    most: int = 64
    whole: bool = False

    @property
    def allowed(self) -> str:
        bounds = {"l": f"{self.low:.12g}", "h": f"{self.high:.12g}"}
        return _LISTS[self.whole, bool(self.least)](n=self.least, m=self.most, **bounds)

    def wrong(self, value: Any) -> tuple[str, int]:
        """The first of a text's items that is none, or out of bounds; or that there are too many, or none."""
        if not isinstance(value, str):
            return "", 0
        count = 0
        for item in _items(value):
            try:
                numbers = self._range(item) if ".." in item else [float(item)]
            except ValueError:
                return Message(
                    "“{item}” is no number, and no range of at most {n} such as 6..9 or 1..3:0.5",
                    item=item[:20],
                    n=self.most,
                ), 0
            for number in numbers:
                if not self.low <= number <= self.high:
                    return Message(
                        "{n} is not from {a} to {b}", n=f"{number:.12g}", a=f"{self.low:.12g}", b=f"{self.high:.12g}"
                    ), 0
                if self.whole and number != int(number):
                    return Message("{n} is no whole number", n=f"{number:.12g}"), 0
            count += len(numbers)
        if count > self.most:
            return Message("That are {n} numbers, and {m} is the most", n=count, m=self.most), 0
        return (Message("Here must be a number"), 0) if count < self.least else ("", 0)

    def _accept(self, value: Any) -> tuple[float, ...]:
        items: Sequence[Any] = _items(value) if isinstance(value, str) else value
        numbers: list[float] = []
        for item in items:
            numbers += self._range(item) if isinstance(item, str) and ".." in item else [float(item)]
            if isinstance(item, bool) or len(numbers) > self.most:
                raise ValueError
        if len(numbers) < self.least or not all(self.low <= number <= self.high for number in numbers):
            raise ValueError
        if self.whole and any(number != int(number) for number in numbers):
            raise ValueError
        return tuple(int(number) if self.whole else number for number in numbers)

    def _range(self, item: str) -> list[float]:
        ends, _, step = item.partition(":")
        start, end = (float(end) for end in ends.split(".."))
        by = abs(float(step or 1))
        if not by or not abs(end - start) / by < self.most:  # nor infinite, nor NaN
            raise ValueError
        count = int(abs(end - start) / by + 1e-9) + 1
        return [round(start + i * (by if end >= start else -by), 9) for i in range(count)]

    def to_texts(self, value: Sequence[float]) -> list[str]:
        """One text, the numbers separated by commas."""
        return [",".join(map(_text, value))]

    @property
    def flag(self) -> dict[str, Any]:
        return {"nargs": "*", "metavar": "N"}

    def from_flag(self, value: Sequence[Any]) -> str:
        """The numbers as one text."""
        return " ".join(map(str, value))

    @property
    def widget(self) -> Widget:
        """A text, with an example of what may be written."""
        return Widget("numbers", {"example": "7, 42, 100..107" if self.whole else "0.5, 1, 2..4, 5..10:2.5"})


@dataclass(frozen=True)
class Seeds(Numbers):
    """Seeds, or none at all."""

    carries: ClassVar[str | None] = "seeds"

    high: float = _ALL
    least: int = 0
    most: int = 8
    whole: bool = True


@dataclass(frozen=True)
class Spacing(Numbers):
    """Where a film's frames stand, see `space.pacing`; none is evenly. `frames` names the input that says how many."""

    carries: ClassVar[str | None] = "spacing"

    least: int = 0
    most: int = 300
    frames: str = ""

    @property
    def allowed(self) -> str:
        holes = {"n": self.most, "a": f"{self.low:g}", "b": f"{self.high:g}"}
        return Message("up to {n} numbers from {a} to {b} that do not fall, such as 0.2, 0.5, 0.8", **holes)

    def wrong(self, value: Any) -> tuple[str, int]:
        """As of any numbers; or the first that is less than the one before it."""
        found = super().wrong(value)
        try:
            numbers = super()._accept(value)
        except (TypeError, ValueError, OverflowError):
            return found
        for before, number in pairwise(numbers):
            if number < before:
                holes = {"n": _text(number), "before": _text(before)}
                return Message("{n} comes after {before}, and must not be less", **holes), 0
        return "", 0

    def _accept(self, value: Any) -> tuple[float, ...]:
        numbers = super()._accept(value)
        if any(number < before for before, number in pairwise(numbers)):
            raise ValueError
        return numbers

    @property
    def widget(self) -> Widget:
        return Widget("numbers", {"example": "0.2, 0.5, 0.8"})


def _within(declared: Integer | Real, value: Any) -> float:
    return min(max(float(value), declared.low), declared.high)


def _whole(value: Any) -> int:
    """A whole number, exactly; -1 for what is none."""
    digits = str(value) if isinstance(value, (int, str)) else ""
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 40 else -1


def _items(text: str) -> list[str]:
    """Numbers and ranges of a text, between commas, spaces or both; a range may have spaces in it."""
    return re.sub(r"\s*(\.\.|:)\s*", r"\1", re.sub("[,，、;；]", " ", text.replace("：", ":"))).split()


def _text(value: float) -> str:
    return repr(value).removesuffix(".0")


SPACING = Spacing(
    "How much of the way lies behind at even times, from 0 to 1; empty, and the way is even. Even steps, under the"
    " film, measures these numbers.",
    place="more",
    frames="frames",
)
"""The input of every film whose frames may stand elsewhere on their way; `frames` says how many there are."""
