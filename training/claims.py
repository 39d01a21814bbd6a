"""What may be said of a picture: its subject, and at most a scene, a style and the colour behind it.

A claim leaves out what it does not mention, so "a dog" is true of a dog at the beach as well. The judge learns from
claims and the report asks them, both in the same words. Knows no pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from training.captions import caption
from training.captions import with_article as article
from training.scenes import COLORS, SCENES
from training.styles import STYLES

__all__ = ["VALUES", "Claim", "article", "shorter", "truth"]

VALUES: dict[str, tuple[str, ...]] = {"scene": tuple(SCENES), "style": tuple(STYLES), "color": tuple(COLORS)}
"""The attributes beside the subject, and what each may be."""


class Claim(NamedTuple):
    """Subject, and keys of `SCENES`, `STYLES` and `COLORS`; None is not mentioned."""

    subject: str
    scene: str | None = None
    style: str | None = None
    color: str | None = None

    def words(self) -> str:
        """The claim as a prompt, in the captions' plainest form: "a watercolor painting of a dog at the beach"."""
        return caption(self.subject, self.scene, self.style, self.color)

    def alternatives(self) -> list[Claim]:
        """The same claim with its scene, style or colour exchanged for each other one, one exchange at a time."""
        return [
            self._replace(**{name: other})
            for name, values in VALUES.items()
            if getattr(self, name)
            for other in values
            if other != getattr(self, name)
        ]


def shorter(said: Claim) -> list[Claim]:
    """The claims that are true because `said` is: its subject alone, and that with each of its attributes."""
    alone = Claim(said.subject)
    return [alone, *(alone._replace(**{name: getattr(said, name)}) for name in VALUES if getattr(said, name))]


def truth(said: Sequence[Claim], claims: Sequence[Claim]) -> np.ndarray:
    """Whether each claim is true of each picture of which all is said: bool (pictures, claims)."""
    known, asked = _table(said)[:, None], _table(claims)[None]
    return ((asked == "") | (asked == known)).all(axis=-1)


def _table(claims: Sequence[Claim]) -> np.ndarray:
    return np.array([[part or "" for part in claim] for claim in claims], dtype=str).reshape(len(claims), 4)
