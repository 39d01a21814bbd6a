"""The input that is a picture to start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from explorer.experiments.inputs.base import Input, InputError, Widget
from explorer.experiments.pictures import EXAMPLES, allowed, canonical, example_name
from explorer.messages import Message


@dataclass(frozen=True)
class Picture(Input):
    """A picture to start from, as the string that `pictures.canonical` makes of files, paths and examples' names."""

    heavy: ClassVar[bool] = True
    carries: ClassVar[str | None] = "picture"

    canvas: bool = False
    """Whether one can paint on it."""

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
            raise InputError(
                name, value, Message("{why}. Allowed is {allowed}", why=str(error), allowed=self.allowed)
            ) from None

    def to_texts(self, value: str) -> list[str] | None:
        """The name of an example; None for every other picture."""
        name = example_name(value)
        return [name] if name else None

    def from_texts(self, texts: Sequence[str]) -> str | None:
        """The name of an example: no other picture is taken from a link."""
        return texts[-1] if texts[-1] in EXAMPLES else None

    @property
    def flag(self) -> dict[str, Any]:
        return {"metavar": "FILE"}

    def from_flag(self, value: str | None) -> str | Path | None:
        """What is not the name of an example is a file."""
        return value if value is None or value in EXAMPLES else Path(value)

    @property
    def widget(self) -> Widget:
        if self.canvas:
            return Widget("canvas", {"examples": EXAMPLES, "layers": ("picture",)})
        return Widget("picture", {"examples": EXAMPLES})

    def pictures(self, value: str) -> tuple[str, ...]:
        """The one."""
        return (value,)
