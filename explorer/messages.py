"""Messages: English sentences that know what they are made of, so that they can be said in another language.

    Message("{n} pictures, about {s} s", n=24, s=12) == "24 pictures, about 12 s"

Contract: a `Message` is the finished English for files, terminals and scripts; its key and values are what a phrase
book is asked with where a visitor reads it. It survives `str()`, an exception's `args`, copies and pickles; through
JSON it goes with what `packed` puts beside it. What is done to a `str` (joined, cut, formatted into another) leaves a
plain one, which is said as it stands: sentences in a row are `in_a_row`.

It is the ground that every room stands on, and imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import Formatter
from typing import Any, Self

VERSION = 1
"""Of what `stored` gives."""

DEEPEST = 8
"""Messages in messages, and mappings and lists in each other, that are read back."""


class Message(str):
    """The finished sentence, with the template and what stands in its holes.

    Args:
        key: the English template, `{name}` where a value stands; also what the phrase book knows it by.
        values: what stands there, other messages among them. Raises KeyError where one is missing, and ValueError for
            a hole that is no plain name.

    Attributes:
        key, values: as given.
    """

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, Any]

    def __new__(cls, key: str, /, **values: Any) -> Self:
        message = super().__new__(cls, "".join(_filled(key, values)))
        message.key, message.values = str.__str__(key), values
        return message

    def __str__(self) -> Self:
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.key,), dict(self.values)


def _filled(key: str, values: Mapping[str, Any]) -> Iterator[str]:
    """The pieces of the sentence. A template can reach into no value: those of files and browsers are filled, too."""
    for literal, name, how, conversion in Formatter().parse(key):
        yield literal
        if name is not None:
            if not name.isidentifier() or how or conversion:
                raise ValueError(f"key = {key!r} has a hole that is no plain name: {name!r}")
            yield str(values[name])


def in_a_row(messages: Iterable[str], between: str = ", ") -> Message:
    """Several messages one after the other, as one; `between` is English, ", " or ". " or "; " or " → "."""
    parts = list(messages)
    holes = {f"part{place}": part for place, part in enumerate(parts)}
    return Message(between.join(f"{{{name}}}" for name in holes), **holes)


def packed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data for JSON, with what its messages are made of, as `stored`, under "messages"."""
    return {**data, **({"messages": parts} if (parts := stored(data)) else {})}


def unpacked(data: Mapping[str, Any]) -> dict[str, Any]:
    """What `packed` gave, out of JSON: its sentences are messages again, and "messages" is gone.

    Data without that, as older versions wrote it, stays as it is.
    """
    return {name: restored(value, data.get("messages")) for name, value in data.items() if name != "messages"}


def stored(data: Any) -> dict[str, Any]:
    """What the messages in plain data are made of, as JSON: {"version", "parts": {sentence: [key, values]}}.

    A value is a text, a number, or again [key, values]. Without any message it is empty.
    """
    parts = {str.__str__(message): _parts(message) for message in _within(data)}
    return {"version": VERSION, "parts": parts} if parts else {}


def restored(data: Any, found: Any) -> Any:
    """Data out of JSON, its sentences messages again: those that `found`, what `stored` gave, has.

    What stands in a file is not trusted: a text whose parts do not make that very text stays plain.
    """
    sound = isinstance(found, Mapping) and found.get("version") == VERSION and isinstance(found.get("parts"), Mapping)
    return _restored(data, found["parts"]) if sound else data


def _restored(data: Any, parts: Mapping[str, Any], depth: int = 0) -> Any:
    if isinstance(data, Mapping) and depth < DEEPEST:
        return {key: _restored(value, parts, depth + 1) for key, value in data.items()}
    if isinstance(data, list) and depth < DEEPEST:
        return [_restored(value, parts, depth + 1) for value in data]
    if not isinstance(data, str) or data not in parts:
        return data
    try:
        message = _message(parts[data], len(data))
    except (KeyError, TypeError, ValueError):
        return data
    return message if message == data else data


def _within(data: Any) -> Iterator[Message]:
    if isinstance(data, Message):
        yield data
    elif isinstance(data, (Mapping, Sequence)) and not isinstance(data, (str, bytes)):
        for value in data.values() if isinstance(data, Mapping) else data:
            yield from _within(value)


def _parts(value: Any) -> Any:
    if isinstance(value, Message):
        return [value.key, {name: _parts(inner) for name, inner in value.values.items()}]
    return value if isinstance(value, (str, int, float)) else str(value)


def _message(parts: Any, longest: int, depth: int = 0) -> Message:
    """Of the parts of one of at most `longest` characters. Raises KeyError, TypeError or ValueError for all else."""
    key, values = parts
    if depth > DEEPEST or not isinstance(key, str) or not isinstance(values, dict):
        raise ValueError(f"no message of at most {DEEPEST} in each other")
    made = {
        name: _message(value, longest, depth + 1) if isinstance(value, list) else value
        for name, value in values.items()
        if isinstance(value, (list, str, int, float))
    }
    if sum(map(len, _filled(key, made))) > longest:  # before it is made: a sentence can hold itself many times
        raise ValueError(f"longer than {longest} characters")
    return Message(key, **made)
