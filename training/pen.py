"""What the project's own drawings are drawn with: shapes as SVG text, and numbers and colours by lot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.tints import TINTS

WOODS = ("#8a5a34", "#a06a3c", "#6f4728", "#b98550")
STONES = ("#a8a39b", "#8f8b86", "#bdb4a6", "#c9bda6")
WALLS = ("#f0e2c4", "#e8cfa8", "#f6f0e2", "#d9c7b8", "#e6b89c")
ROOFS = ("#b5452f", "#8c3b2b", "#6b5a50", "#4f6378", "#c96b34")
LEAVES = ("#3f9b4b", "#2f7d3c", "#63b04f", "#7fbf57")
SKINS = ("#fbd7b5", "#eebd92", "#c98f62", "#8d5a38", "#5c3a24")
HAIRS = {
    "blond": "#f0cf6a",
    "brown": "#6d4427",
    "black": "#26211f",
    "red": "#c4512b",
    "gray": "#a9a9ad",
    "white": "#efefef",
}


class Pen:
    """Draws by lot.

    Attributes:
        words: what the caption calls this one, where a drawing decides it ("woman in a red dress"); else empty.
        subject: what it is, where that is not the drawing's name; else empty.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self.words = self.subject = ""

    def between(self, low: float, high: float) -> float:
        """A number from low to high."""
        return round(float(self._rng.uniform(low, high)), 1)

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self._rng.integers(low, high + 1))

    def chance(self, share: float) -> bool:
        """True so often, 0 to 1."""
        return bool(self._rng.uniform() < share)

    def one(self, choices: Sequence[str]) -> str:
        """One of them."""
        return choices[self._rng.integers(len(choices))]

    def named(self) -> tuple[str, str]:
        """A colour's name, of `TINTS`, and the colour."""
        name = self.one(list(TINTS))
        return name, "#{:02x}{:02x}{:02x}".format(*TINTS[name])

    def tint(self) -> str:
        """A colour."""
        return self.named()[1]


def box(x: float, y: float, wide: float, high: float, fill: str, round_: float = 0) -> str:
    """A rectangle, its corners perhaps rounded."""
    return f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" rx="{round_}" fill="{fill}"/>'


def ball(x: float, y: float, rx: float, fill: str, ry: float | None = None) -> str:
    """A disc or an ellipse."""
    return f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{rx if ry is None else ry}" fill="{fill}"/>'


def path(shape: str, fill: str, line: str = "none", width: float = 0) -> str:
    """A path, filled, with or without a line."""
    ends = 'stroke-linecap="round" stroke-linejoin="round"'
    return f'<path d="{shape}" fill="{fill}" stroke="{line}" stroke-width="{width}" {ends}/>'


def stroke(shape: str, line: str, width: float) -> str:
    """A line along a path."""
    return path(shape, "none", line, width)


def turned(degrees: float, x: float, y: float, body: str) -> str:
    """A body turned around a place."""
    return f'<g transform="rotate({degrees} {x} {y})">{body}</g>'
