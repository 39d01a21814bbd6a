"""The kinds of input an experiment can declare, each with its bounds, in one place.

From a declaration derive the page's widget, the command line's flag, the check of everything that comes from outside
and the words of the error. This module knows no widget and no parser; it knows what is allowed.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class InputError(ValueError):
    """A value that an experiment does not take: which field, what it was given, what is allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        shown = repr(value)
        shown = shown if len(shown) <= 80 else f"{shown[:76]}...{shown[-1]}"
        super().__init__(f"{field} = {shown} is not allowed: {allowed}")
        self.field, self.value, self.allowed = field, value, allowed


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
    """From `low` to `high` prompts, none of them empty."""

    low: int = 2
    high: int = 8

    @property
    def allowed(self) -> str:
        return f"{self.low} to {self.high} prompts, none empty, of at most {self.max_length} characters each"

    def _accept(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str) or not self.low <= len(value) <= self.high:
            raise ValueError
        if not all(isinstance(prompt, str) and prompt.strip() for prompt in value):
            raise ValueError
        return tuple(super(Prompts, self)._accept(prompt) for prompt in value)


@dataclass(frozen=True)
class Seeds(Input):
    """No seed, or up to `high` of them; a text such as "7, 8" is taken too."""

    high: int = 8

    @property
    def allowed(self) -> str:
        return f"up to {self.high} whole numbers from 0 to {2**32 - 1}, separated by commas"

    def _accept(self, value: Any) -> tuple[int, ...]:
        items: Sequence[Any] = value
        if isinstance(value, str):
            items = value.replace(",", " ").split() if value.strip() else ()
        seed = Integer("", low=0)
        if len(items) > self.high:
            raise ValueError
        return tuple(seed._accept(item) for item in items)
