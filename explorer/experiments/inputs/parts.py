"""An input made of others: a picture and what is painted on it, an axis and its values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.experiments.inputs.base import Input, InputError, Widget
from explorer.messages import Message, in_a_row


def _of_part(name: str, allowed: str) -> Message:
    return Message("{part}: {allowed}", part=name, allowed=allowed)


@dataclass(frozen=True)
class Parts(Input):
    """Several inputs under one name. `of` is a frozen dataclass whose fields are declared as an experiment's are.

    Values are instances of `of`, its fields checked. A mapping by the fields' names is taken, too; what it leaves out
    is as `of` has it. In a link and on the command line each part says its name: `painted=picture:boat`; with
    `flags_of_parts` every part has a flag of its own there, of the part's name.
    """

    of: type = object
    flags_of_parts: bool = False

    @property
    def parts(self) -> dict[str, Input]:
        """The inputs by the names of the fields."""
        return {part.name: part.metadata["input"] for part in dataclasses.fields(self.of)}

    @property
    def allowed(self) -> str:
        return in_a_row((_of_part(name, part.allowed) for name, part in self.parts.items()), "; ")

    def check(self, name: str, value: Any) -> Any:
        """An instance of `of`. Raises InputError, which names the part."""
        if value is None and self.optional:
            return None
        given = self._by_part(value) if isinstance(value, self.of) else value
        if not isinstance(given, Mapping) or not set(given) <= set(self.parts):
            raise InputError(name, value, self.allowed)
        try:
            checked = {key: part.check(key, given.get(key, self._usual(key))) for key, part in self.parts.items()}
        except InputError as error:
            raise InputError(name, error.value, _of_part(error.field, error.allowed)) from None
        return self.of(**checked)

    def _by_part(self, value: Any) -> dict[str, Any]:
        return {name: getattr(value, name) for name in self.parts}

    def _usual(self, name: str) -> Any:
        return getattr(self.of, name)

    def to_texts(self, value: Any) -> list[str] | None:
        """`name:text` for every text of every part; None if one of them does not fit."""
        found = {name: part.to_texts(getattr(value, name)) for name, part in self.parts.items()}
        if None in found.values():
            return None
        return [f"{name}:{text}" for name, texts in found.items() for text in texts or ()]

    def from_texts(self, texts: Sequence[str]) -> dict[str, Any] | None:
        """A mapping by part; what names no part, or is not taken from a link, is left out. None for nothing."""
        given: dict[str, list[str]] = {}
        for text in texts:
            name, _, rest = text.partition(":")
            given.setdefault(name, []).append(rest)
        found = {name: part.from_texts(given[name]) for name, part in self.parts.items() if name in given}
        return {name: value for name, value in found.items() if value is not None} or None

    @property
    def flag(self) -> dict[str, Any]:
        return {"nargs": "*", "metavar": "PART:VALUE"}

    def from_flag(self, value: Any) -> Any:
        """A mapping by part; names of no part stay in it, for `check` to refuse."""
        if isinstance(value, self.of):
            return value
        given: dict[str, list[str]] = {}
        for text in value:
            name, _, rest = text.partition(":")
            given.setdefault(name, []).append(rest)
        parts = self.parts
        several = {name: "nargs" in (part.flag or {}) for name, part in parts.items()}
        return {
            name: parts[name].from_flag(texts if several[name] else texts[-1]) if name in parts else texts
            for name, texts in given.items()
        }

    def flags(self, name: str, default: Any) -> dict[str, tuple[Input, Any]]:
        if not self.flags_of_parts:
            return super().flags(name, default)
        return {
            key: (part, self._usual(key) if default is None else getattr(default, key))
            for key, part in self.parts.items()
        }

    def from_flags(self, values: Mapping[str, Any]) -> Any:
        if not self.flags_of_parts:
            return super().from_flags(values)
        return {key: self.parts[key].from_flag(value) for key, value in values.items()}

    def shown(self, value: Any) -> str:
        return " ".join(f"{name}:{part.shown(getattr(value, name))}" for name, part in self.parts.items())

    @property
    def widget(self) -> Widget:
        """The widgets of its parts, in a group."""
        return Widget("parts", {"parts": self.parts})

    # What other kinds know of themselves follows from the parts here.

    @property
    def heavy(self) -> bool:  # type: ignore[override]
        return any(part.heavy for part in self.parts.values())

    @property
    def speaks(self) -> bool:  # type: ignore[override]
        return any(part.speaks for part in self.parts.values())

    def prompts(self, value: Any) -> tuple[str, ...]:
        found = [] if value is None else self.parts.items()
        return tuple(p for name, part in found for p in part.prompts(getattr(value, name)))

    def pictures(self, value: Any) -> tuple[str, ...]:
        found = [] if value is None else self.parts.items()
        return tuple(p for name, part in found for p in part.pictures(getattr(value, name)))
