"""The kinds of input an experiment can declare, each with its bounds, in one place.

From a declaration derive the page's widget, the command line's flag, the check of everything that comes from outside
and the words of the error. This module knows no widget and no parser; it knows what is allowed.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.experiments.pictures import allowed, canonical


class InputError(ValueError):
    """A value that an experiment does not take: which field, what it was given, what is allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        shown = _shown(value)
        super().__init__(f"{field} = {shown} is not allowed: {allowed}")
        self.field, self.value, self.allowed = field, value, allowed


def _shown(value: object) -> str:
    """The value as it stands in an error: at most 80 characters, and of a file only how large it is."""
    if isinstance(value, bytes):
        return f"a file of {len(value)} bytes"
    if isinstance(value, str) and value.startswith("data:"):
        return f"a data URL of {len(value)} characters"
    try:
        shown = repr(str(value) if isinstance(value, Path) else value)
    except RecursionError:  # a stranger's JSON, nested as deep as it could be read
        return f"a {type(value).__name__} of very many levels"
    return shown if len(shown) <= 80 else f"{shown[:76]}...{shown[-1]}"


@dataclass(frozen=True)
class Input:
    """A declared input. `optional` inputs may be None: the model's own value.

    `label` and `help` are what people read; `label` defaults to the field's name. `place` says where it stands in a
    tab: in the "form", behind "more", or in the "view" itself.
    """

    help: str
    label: str = ""
    optional: bool = False
    place: str = "form"

    def field(self, default: Any) -> Any:
        """The dataclass field of this input."""
        return dataclasses.field(default=default, metadata={"input": self})

    @property
    def allowed(self) -> str:
        """What values are taken, as the end of a sentence."""
        raise NotImplementedError

    def check(self, name: str, value: Any) -> Any:
        """The value in its proper type. Raises InputError."""
        if value is None and self.optional:
            return None
        try:
            return self._accept(value)
        except (TypeError, ValueError, OverflowError):
            raise InputError(name, value, self.allowed) from None

    def _accept(self, value: Any) -> Any:
        """The value in its proper type; ValueError or TypeError if it is none of ours."""
        raise NotImplementedError


@dataclass(frozen=True)
class Integer(Input):
    """A whole number from `low` to `high`, in steps of `step` from zero."""

    low: int = 0
    high: int = 2**32 - 1
    step: int = 1

    @property
    def allowed(self) -> str:
        multiples = f", a multiple of {self.step}" if self.step > 1 else ""
        return f"a whole number from {self.low} to {self.high}{multiples}"

    def _accept(self, value: Any) -> int:
        if isinstance(value, bool) or int(value) != float(value):
            raise ValueError
        if not self.low <= int(value) <= self.high or int(value) % self.step:
            raise ValueError
        return int(value)


@dataclass(frozen=True)
class Real(Input):
    """A number from `low` to `high`; `step` is only the slider's."""

    low: float = 0.0
    high: float = 1.0
    step: float = 0.1

    @property
    def allowed(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"

    def _accept(self, value: Any) -> float:
        if isinstance(value, bool) or not (math.isfinite(float(value)) and self.low <= float(value) <= self.high):
            raise ValueError
        return float(value)


@dataclass(frozen=True)
class Choice(Input):
    """One of the given words."""

    options: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        return f"one of {', '.join(self.options)}"

    def _accept(self, value: Any) -> str:
        if value not in self.options:
            raise ValueError
        return str(value)


@dataclass(frozen=True)
class Prompt(Input):
    """A text for the text encoder. Long ones are taken, and the page says what the encoder cut off."""

    max_length: int = 20_000

    @property
    def allowed(self) -> str:
        return f"a text of at most {self.max_length} characters"

    def _accept(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > self.max_length:
            raise ValueError
        return value


@dataclass(frozen=True)
class Prompts(Prompt):
    """From `low` to `high` prompts, none of them empty; `names` says what each is, where its place means something."""

    low: int = 2
    high: int = 8
    names: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        count = f"{self.low} to {self.high}" if self.low < self.high else f"exactly {self.low}"
        return f"{count} prompts, none empty, of at most {self.max_length} characters each"

    def _accept(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str) or not self.low <= len(value) <= self.high:
            raise ValueError
        if not all(isinstance(prompt, str) and prompt.strip() for prompt in value):
            raise ValueError
        return tuple(super(Prompts, self)._accept(prompt) for prompt in value)


@dataclass(frozen=True)
class Numbers(Input):
    """From `least` to `most` numbers from `low` to `high`; `whole` ones only if so declared.

    Besides a sequence a text is taken, with ranges: "0.5, 1, 2..10" counts by one, "1..3:0.5" by halves.
    """

    low: float = 0.0
    high: float = 1.0
    least: int = 1
    most: int = 64
    whole: bool = False

    @property
    def allowed(self) -> str:
        kind = "whole numbers" if self.whole else "numbers"
        count = f"{self.least} to {self.most}" if self.least else f"up to {self.most}"
        return f"{count} {kind} from {self.low:.12g} to {self.high:.12g}, such as 1, 4, 6..9 or 1..3:0.5"

    def _accept(self, value: Any) -> tuple[float, ...]:
        items: Sequence[Any] = value
        if isinstance(value, str):
            items = value.split(",") if value.strip() else ()
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
        by = float(step or 1)
        if by <= 0 or end < start or (end - start) / by >= self.most:
            raise ValueError
        return [round(start + i * by, 9) for i in range(int((end - start) / by + 1e-9) + 1)]


@dataclass(frozen=True)
class Seeds(Numbers):
    """Seeds, or none at all."""

    high: float = 2**32 - 1
    least: int = 0
    most: int = 8
    whole: bool = True


@dataclass(frozen=True)
class Picture(Input):
    """A picture to start from, as the string that `pictures.canonical` makes of files, paths and examples' names."""

    @property
    def allowed(self) -> str:
        return allowed()

    def check(self, name: str, value: Any) -> Any:
        """The canonical picture. Raises InputError, which says what is wrong with this one."""
        if value is None and self.optional:
            return None
        try:
            return canonical(value)
        except ValueError as error:
            raise InputError(name, value, f"{error}. Allowed is {self.allowed}") from None
