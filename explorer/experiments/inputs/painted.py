"""Inputs that are painted: a mask, and a picture with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from explorer.experiments.inputs.base import Input, InputError, Widget
from explorer.experiments.inputs.parts import Parts
from explorer.experiments.inputs.pictures import Picture
from explorer.experiments.masks import MASKS_ALLOWED, canonical_mask
from explorer.experiments.pictures import EXAMPLES
from explorer.messages import Message

LONGEST_IN_A_LINK = 4_000
"""Characters of a mask that a link can hold; a mask of 64 x 64 cells that somebody painted has some hundred."""


@dataclass(frozen=True)
class Mask(Input):
    """What of a picture is drawn anew, as the text that `masks.canonical_mask` makes of texts and files."""

    @property
    def allowed(self) -> str:
        return MASKS_ALLOWED

    def check(self, name: str, value: Any) -> str:
        """The canonical mask. Raises InputError, which says what is wrong with this one."""
        try:
            return canonical_mask(value)
        except ValueError as error:
            raise InputError(
                name, value, Message("{why}. Allowed is {allowed}", why=str(error), allowed=self.allowed)
            ) from None

    def to_texts(self, value: str) -> list[str] | None:
        """Its text, unless it is a long one."""
        return [value] if len(value) <= LONGEST_IN_A_LINK else None

    @property
    def flag(self) -> dict[str, Any]:
        return {"metavar": "FILE"}

    def from_flag(self, value: str | None) -> str | Path | None:
        """What is not written as a mask is a file."""
        return value if not value or (":" in value and not Path(value).exists()) else Path(value)

    @property
    def widget(self) -> Widget:
        return Widget("text")


@dataclass(frozen=True)
class Painted:
    """A start picture, and what of it is painted over."""

    picture: str = Picture("Drop, paste or take one, or choose an example.", label="Start picture").field("boat")
    mask: str = Mask("White where it is drawn anew.").field("")


@dataclass(frozen=True)
class PaintedPicture(Parts):
    """A picture and a mask, painted on the page. A picture alone is taken, too, with a mask of nothing.

    `optional` ones may be none at all, which is what a mask of nothing is then.
    """

    carries: ClassVar[str | None] = "picture"

    of: type = Painted
    flags_of_parts: bool = True

    @property
    def allowed(self) -> str:
        return "a picture (a file, or the name of an example) and a mask (a file, or its text)"

    def check(self, name: str, value: Any) -> Painted | None:
        """A `Painted` of canonical parts. Raises InputError, which names the part."""
        if isinstance(value, (str, bytes, Path)):
            value = {"picture": value}
        painted = super().check(name, value)
        return None if painted is not None and self.optional and not painted.mask else painted

    def started(self, now: Any, picture: str, settings: Mapping[str, Any]) -> dict[str, str]:
        """It with another start picture, and with the mask that was painted on that one, if any was."""
        masks = [part["mask"] for part in settings.values() if isinstance(part, Mapping) and part.get("mask")]
        mask = masks[0] if masks else (now or {}).get("mask", "")
        return {"picture": picture, "mask": mask}

    @property
    def widget(self) -> Widget:
        return Widget("canvas", {"examples": EXAMPLES, "layers": ("mask", "picture"), "optional": self.optional})
