"""Messages: English sentences that know what they are made of, so that they can be said in another language.

    Message("{n} pictures, about {s} s", n=24, s=12) == "24 pictures, about 12 s"

Contract: a `Message` is the finished English for files, terminals and scripts; its key and values are what a phrase
book is asked with where a visitor reads it. It survives `str()`, an exception's `args`, copies and pickles. What is
done to a `str` (joined, cut, formatted into another) leaves a plain one, which is said as it stands: sentences in a row
are `in_a_row`.

It is the ground that every room stands on, and imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any, Self


class Message(str):
    """The finished sentence, with the template and what stands in its holes.

    Args:
        key: the English template, `{name}` where a value stands; also what the phrase book knows it by.
        values: what stands there, other messages among them. Raises KeyError where one is missing.

    Attributes:
        key, values: as given.
    """

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, Any]

    def __new__(cls, key: str, /, **values: Any) -> Self:
        message = super().__new__(cls, Formatter().vformat(key, (), values))
        message.key, message.values = str.__str__(key), values
        return message

    def __str__(self) -> Self:
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.key,), dict(self.values)


def in_a_row(messages: Iterable[str], between: str = ", ") -> Message:
    """Several messages one after the other, as one; `between` is English, ", " or ". " or " → "."""
    parts = list(messages)
    holes = {f"part{place}": part for place, part in enumerate(parts)}
    return Message(between.join(f"{{{name}}}" for name in holes), **holes)
