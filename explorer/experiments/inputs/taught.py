"""The input that says which taught words prompts may have: each with what it stands for and how strongly it acts."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from explorer.experiments.inputs.base import Input, Widget
from explorer.messages import Message

MOST = 32
STRONGEST = 1.5
_ENTRY = re.compile(r"(<[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?>):([0-9a-f]{32}):(\d{1,3}(?:\.\d{1,12})?)")


class Entry(NamedTuple):
    """A word in brackets, the digest of its concept in hex, its strength."""

    word: str
    digest: str
    strength: float

    def __str__(self) -> str:
        return f"{self.word}:{self.digest}:{self.strength:g}"


@dataclass(frozen=True)
class Taught(Input):
    """Taught words as texts, `<bolt>:DIGEST:STRENGTH`: a digest names a concept, and opens none.

    Of two of one word the last counts. What no prompt says has no part in an experiment.
    """

    @property
    def allowed(self) -> str:
        return Message(
            "at most {n} words as <word>:digest:strength, strengths from 0 to {m}", n=MOST, m=f"{STRONGEST:g}"
        )

    def _accept(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str) or len(value) > MOST:
            raise ValueError
        entries = {entry.word: entry for entry in map(entry_of, value)}
        return tuple(str(entries[word]) for word in sorted(entries))

    def beside(self, value: Sequence[str], prompts: Sequence[str]) -> tuple[str, ...]:
        """Those whose words stand in one of the prompts."""
        return tuple(text for text in value if any(entry_of(text).word in prompt for prompt in prompts))

    def to_texts(self, value: Sequence[str]) -> list[str]:
        """A text each."""
        return list(value)

    def from_texts(self, texts: Sequence[str]) -> list[str]:
        return list(texts)

    @property
    def flag(self) -> None:
        """None: on a command line files are given, see `--concept`."""

    @property
    def widget(self) -> Widget:
        """Nothing to see: the list of a visitor's words writes it."""
        return Widget("taught")


def entry_of(text: Any) -> Entry:
    """The entry that a text is. Raises ValueError or TypeError for one that is none."""
    if not (found := _ENTRY.fullmatch(text)):
        raise ValueError
    strength = float(found[3])
    if not (math.isfinite(strength) and 0 <= strength <= STRONGEST):
        raise ValueError
    return Entry(found[1], found[2], strength)
