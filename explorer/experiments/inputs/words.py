"""Inputs that are words: one of several, a prompt, or a list of prompts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.inputs.base import Input, Widget
from explorer.messages import Message, in_a_row
from explorer.space.mixtures import problem, prompts_of


@dataclass(frozen=True)
class Choice(Input):
    """One of the given words."""

    options: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        return Message("one of {options}", options=in_a_row(self.options))

    def _accept(self, value: Any) -> str:
        if value not in self.options:
            raise ValueError
        return str(value)

    @property
    def flag(self) -> dict[str, Any]:
        return {"metavar": "NAME"}

    @property
    def widget(self) -> Widget:
        """A row of buttons for three or fewer, a list for more."""
        return Widget("radio" if len(self.options) <= 3 else "dropdown", {"options": self.options})


@dataclass(frozen=True)
class Text(Input):
    """Any text of at most `max_length` characters."""

    max_length: int = 20_000

    @property
    def allowed(self) -> str:
        return Message("a text of at most {n} characters", n=self.max_length)

    def _accept(self, value: Any) -> Any:
        if not isinstance(value, str) or len(value) > self.max_length:
            raise ValueError
        return value

    @property
    def widget(self) -> Widget:
        return Widget("text", {"speaks": self.speaks})


@dataclass(frozen=True)
class Prompt(Text):
    """A text for the text encoder, or a mixture of such texts (see `space.mixtures`).

    Long ones are taken, and the page says what the encoder cut off.
    """

    speaks: ClassVar[bool] = True
    carries: ClassVar[str | None] = "prompt"

    def _accept(self, value: Any) -> Any:
        if problem(super()._accept(value)):
            raise ValueError
        return value

    def wrong(self, value: Any) -> tuple[str, int]:
        """What is wrong with a mixture."""
        return ((isinstance(value, str) and problem(value)) or ""), 0

    def prompts(self, value: str) -> tuple[str, ...]:
        """The one, or those in a mixture."""
        return prompts_of(value)


@dataclass(frozen=True)
class Prompts(Prompt):
    """From `low` to `high` prompts, none of them empty; `names` says what each is, where its place means something."""

    carries: ClassVar[str | None] = "prompts"

    low: int = 2
    high: int = 8
    names: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        bounds = {"l": self.low, "n": self.max_length}
        if self.low == self.high:
            return Message("exactly {l} prompts, none empty, of at most {n} characters each", **bounds)
        return Message("{l} to {h} prompts, none empty, of at most {n} characters each", h=self.high, **bounds)

    def _accept(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str) or not self.low <= len(value) <= self.high:
            raise ValueError
        if not all(isinstance(prompt, str) and prompt.strip() for prompt in value):
            raise ValueError
        return tuple(super(Prompts, self)._accept(prompt) for prompt in value)

    def wrong(self, value: Any) -> tuple[str, int]:
        """Which prompt is empty, or missing, or a mixture that is not written well."""
        given = list(value) if isinstance(value, (list, tuple)) else []
        texts = [text for text in given if isinstance(text, str)]
        if len(texts) != len(given) or len(texts) > self.high or any(len(text) > self.max_length for text in texts):
            return "", 0
        unwritten = next(((wrong, i) for i, text in enumerate(texts) if (wrong := problem(text))), ("", 0))
        return next(self._empty(texts), unwritten)

    def also_wrong(self, value: Any) -> Sequence[tuple[str, int]]:
        """The other prompts that are empty, or missing."""
        first, listed = self.wrong(value), isinstance(value, (list, tuple))
        found = list(self._empty(value)) if first[0] and listed else []  # nothing is said of prompts that are too many
        return found[1:] if first in found else ()

    def _empty(self, texts: Sequence[Any]) -> Iterator[tuple[str, int]]:
        missing = [""] * (self.low - len(texts))
        for i, text in enumerate([*texts, *missing]):
            if isinstance(text, str) and not text.strip():
                yield Message("{prompt} is empty", prompt=self.called(i)), i

    def called(self, i: int) -> str:
        """What the prompt in that place is called."""
        return self.names[i] if self.names else Message("Prompt {n}", n=i + 1)

    def to_texts(self, value: Sequence[str]) -> list[str]:
        """A text each."""
        return list(value)

    def from_texts(self, texts: Sequence[str]) -> list[str]:
        return list(texts)

    @property
    def flag(self) -> dict[str, Any]:
        return {"nargs": "*", "metavar": "TEXT"}

    @property
    def widget(self) -> Widget:
        return Widget("texts", {"low": self.low, "high": self.high, "names": self.names})

    def prompts(self, value: Sequence[str]) -> tuple[str, ...]:
        return tuple(prompt for text in value for prompt in prompts_of(text))
