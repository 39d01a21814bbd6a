"""Prompts that are mixtures of prompts, as texts: a place between words, written down.

    ("a boat at the beach", "a lion in the desert").slerp(0.4)
    ("a cat", "a lion", "a car").blend(2, 1, 1)

`slerp(t)` is what lies at t from 0 to 1 on the arc from the first to the second, `blend(weights)` the mean of two or
more by their weights, which need not be 1 in all; a part may be a mixture, too. The notation of `blend` is that of
Compel and InvokeAI, where it means the same. A text that does not begin and end like that is a prompt like any other.

Knows texts, numbers and conditionings; what makes conditionings of plain prompts is handed in.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from explorer.messages import Message
from explorer.space.points import Conditioning

MOST = 16
"""Plain prompts in a mixture that is typed."""
DEEPEST = 8
"""Mixtures in mixtures that are typed."""

WRITTEN = Message('a mixture is written ("one", "another").slerp(0.4) or ("one", "another").blend(2, 1)')

TOO_LARGE = Message("a mixture has at most {n} prompts, {m} mixtures deep", n=MOST, m=DEEPEST)

LOOKS_LIKE_ONE = re.compile(r"\s*\(.*\)\s*\.\s*(?:slerp|blend)\s*\([^()]*\)\s*", re.DOTALL)
_NUMBER = r"\s*(\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)\s*"
_END = re.compile(rf"\s*\)\s*\.\s*(slerp|blend)\s*\({_NUMBER}((?:,{_NUMBER})*)\)\s*")
_NO_DEEPER = 32


@dataclass(frozen=True)
class Mixture:
    """Two or more `parts`, prompts or mixtures, and their weights, none below 0 and not all of them 0.

    `how` is "slerp", of two parts whose weights are 1 in all, or "lerp".
    """

    parts: tuple[str | Mixture, ...]
    weights: tuple[float, ...]
    how: str

    def __str__(self) -> str:
        parts = ", ".join(json.dumps(p, ensure_ascii=False) if isinstance(p, str) else str(p) for p in self.parts)
        if self.how == "slerp":
            return f"({parts}).slerp({self.weights[1]!r})"
        return f"({parts}).blend({', '.join(map(repr, self.weights))})"

    @property
    def depth(self) -> int:
        """1 where no part is a mixture."""
        return 1 + max(part.depth if isinstance(part, Mixture) else 0 for part in self.parts)

    def prompts(self) -> Iterator[str]:
        """The plain ones, from the left."""
        for part in self.parts:
            yield from part.prompts() if isinstance(part, Mixture) else (part,)

    def conditioning(self, encode: Callable[[str], Conditioning]) -> Conditioning:
        """What lies between the conditionings that `encode` makes of the plain prompts."""
        found = [encode(part) if isinstance(part, str) else part.conditioning(encode) for part in self.parts]
        mixed, weight = found[0], self.weights[0]
        for part, more in zip(found[1:], self.weights[1:], strict=True):
            weight += more
            mixed = mixed.toward(part, more / weight if weight else 0.0, self.how)
        return mixed

    def told(self) -> str:
        """It as a caption: the parts that have a share, with that."""
        shares = [(part, weight) for part, weight in zip(self.parts, self.weights, strict=True) if weight]
        return " + ".join(
            f"{percent}% {f'({part.told()})' if isinstance(part, Mixture) else part}"
            for percent, (part, _) in zip(percents([weight for _, weight in shares]), shares, strict=True)
        )

    def mapped(self, change: Callable[[str], str]) -> Mixture:
        """It with `change` made to each of its prompts."""
        parts = (part.mapped(change) if isinstance(part, Mixture) else change(part) for part in self.parts)
        return Mixture(tuple(parts), self.weights, self.how)


def percents(weights: Sequence[float]) -> list[int]:
    """Weights of 0 or more, not all 0, in whole percents that are 100 together: what is cut off most is rounded up."""
    whole = sum(weights)
    parts = [math.floor(100 * weight / whole + 1e-9) for weight in weights]
    cut = sorted(range(len(weights)), key=lambda k: parts[k] - 100 * weights[k] / whole)
    for k in cut[: 100 - sum(parts)]:
        parts[k] += 1
    return parts


def mixture(text: str) -> Mixture | None:
    """The mixture that a text says; None for a plain prompt.

    Raises ValueError for one that is not written well, or is of more than `MOST` prompts or `DEEPEST` levels.
    """
    found = _mixture(text)
    if found and (found.depth > DEEPEST or sum(1 for _ in found.prompts()) > MOST):
        raise ValueError(TOO_LARGE)
    return found


def problem(text: str) -> Message | None:
    """What is wrong with a text that looks like a mixture, in words; None where nothing is."""
    try:
        mixture(text)
    except ValueError as error:
        return error.args[0]
    return None


def looks_like_one(text: str) -> bool:
    """Whether it is a mixture, or would be one if it were written well."""
    return LOOKS_LIKE_ONE.fullmatch(text) is not None


def between(start: str, end: str, t: float, how: str) -> str:
    """The text of what lies at `t` from 0 to 1 on the way between two prompts or mixtures, see `paths.INTERPOLATIONS`.

    At 0 and at 1 it is that end. What it says is mixed as a film mixes it: the same conditioning, to the bit. It may be
    larger than one that is typed.
    """
    if t in (0, 1):
        return end if t else start
    rest = round(1 - t, 12)  # 0.2 reads better than 0.19999999999999996, and is as good where the sum is 1 all the same
    weights = (rest if rest + t == 1 else 1 - t, t)
    return str(Mixture((_mixture(start) or start, _mixture(end) or end), weights, how))


def prompts_of(text: str) -> tuple[str, ...]:
    """The plain prompts in a text that is a mixture, or else the text."""
    found = _readable(text)
    return tuple(found.prompts()) if found else (text,)


def told(text: str) -> str:
    """A prompt in a caption."""
    found = _readable(text)
    return found.told() if found else text


def _readable(text: str) -> Mixture | None:
    with suppress(ValueError):
        return _mixture(text)
    return None


def _mixture(text: str) -> Mixture | None:
    if not looks_like_one(text):
        return None
    found, end = _read(text, len(text) - len(text.lstrip()), 0)
    if end != len(text):
        raise ValueError(WRITTEN)
    return found


def _read(text: str, at: int, depth: int) -> tuple[Mixture, int]:
    """The mixture that begins in that place, and where it ends."""
    if depth == _NO_DEEPER or text[at : at + 1] != "(":
        raise ValueError(WRITTEN)
    parts: list[str | Mixture] = []
    while not parts or text[at : at + 1] == ",":
        at = _after_space(text, at + 1)
        part, at = _quoted(text, at) if text[at : at + 1] == '"' else _read(text, at, depth + 1)
        parts.append(part)
        at = _after_space(text, at)
    end = _END.match(text, at)
    if end is None:
        raise ValueError(WRITTEN)
    weights = tuple(float(number) for number in f"{end[2]}{end[3]}".split(","))
    if end[1] == "slerp":
        if len(parts) != 2 or len(weights) != 1 or not 0 <= weights[0] <= 1:
            raise ValueError(WRITTEN)
        return Mixture(tuple(parts), (1 - weights[0], weights[0]), "slerp"), end.end()
    if len(parts) != len(weights) or len(parts) < 2 or not 0 < sum(weights) < 1e6:
        raise ValueError(WRITTEN)
    return Mixture(tuple(parts), weights, "lerp"), end.end()


def _quoted(text: str, at: int) -> tuple[str, int]:
    """The text in quotes that begins in that place, not an empty one, and where it ends."""
    try:
        part, end = json.JSONDecoder(strict=False).raw_decode(text, at)
    except ValueError as error:
        raise ValueError(WRITTEN) from error
    if not part.strip() or re.search("[\ud800-\udfff]", part):  # half a pair of surrogates is no text
        raise ValueError(WRITTEN)
    return part, end


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at
