"""Pictures as large as people look at them, and with their words: a small model's 128 pixels are a stamp on a screen.

Contract: what is smaller is enlarged by Lanczos's filter, in one step; nothing is ever reduced, and what is large
enough stays as it is, pixel for pixel. A caption stands in a bar of its own under the picture, never on it. The record
inside a file knows nothing of this: it reopens on the same settings, however large it is.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from explorer.files import png as pngs
from explorer.outputs.lettering import Lettering, fonts_here
from explorer.outputs.settings import KEY, LIMIT

SIDE = 512
"""Pixels of the longer side, where people look at the files."""
SIDES = (32, 4096)
PAPER, INK = "#ffffff", "#16161d"
MOST_LINES = 3  # of a caption

Opener = Callable[[Path], Image.Image]
"""From the file of a picture to it, in RGB, as it shall be seen."""


def as_it_is(path: Path) -> Image.Image:
    """The picture in a file, in RGB."""
    with Image.open(path) as picture:
        return picture.convert("RGB")


def enlarged_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The (width, height) that a picture of `size` is enlarged to, in its proportions: the longer side is `side`."""
    longer = max(size)
    return size if longer >= side else (round(size[0] * side / longer) or 1, round(size[1] * side / longer) or 1)


def enlarged(picture: Image.Image, side: int = SIDE) -> Image.Image:
    """The picture, its longer side at least `side` pixels."""
    size = enlarged_size(picture.size, side)
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


@dataclass(frozen=True)
class Look:
    """How pictures leave: the longer side at least `side` pixels (None: as they are), with their `captions` or without.

    Raises ValueError for a `side` outside `SIDES`.
    """

    side: int | None = None
    captions: bool = False

    def __post_init__(self) -> None:
        low, high = SIDES
        whole = isinstance(self.side, int) and not isinstance(self.side, bool)
        if self.side is not None and not (whole and low <= self.side <= high):
            raise ValueError(f"side: {self.side!r} is not a whole number from {low} to {high}, or None")

    def enlarged(self, picture: Image.Image) -> Image.Image:
        """The picture without its bar."""
        return picture if self.side is None else enlarged(picture, self.side)

    def size(self, size: tuple[int, int]) -> tuple[int, int]:
        """The (width, height) of a picture of `size`, without its bar."""
        return size if self.side is None else enlarged_size(size, self.side)

    def opener(self, pictures: Sequence[Path], captions: Mapping[int, str]) -> Opener:
        """What opens files named by numbers, with the captions of these numbers: pictures of one size stay that."""
        if not pictures or self == Look():
            return as_it_is
        with Image.open(pictures[0]) as first:
            frame = _Frame(self.size(first.size), captions.values() if self.captions else ())
        return lambda path: frame.around(self.enlarged(as_it_is(path)), captions.get(int(path.stem), ""))

    def png(self, png: bytes) -> bytes:
        """A frame's own PNG, what is inside it kept; its caption is what it says there."""
        with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
            picture = opened.convert("RGB")
        record = pngs.texts(io.BytesIO(png), {KEY}, LIMIT).get(KEY)
        caption = json.loads(record or "{}").get("frame", {}).get("caption", "")
        large = self.enlarged(picture)
        seen = _Frame(large.size, [caption] if self.captions else ()).around(large, caption)
        if seen is picture:
            return png
        buffer = io.BytesIO()
        seen.save(buffer, "PNG")
        return buffer.getvalue() if record is None else pngs.with_text(buffer.getvalue(), KEY, record)


class _Frame:
    """What is around pictures that leave together: their `size`, and a bar that has room for each of the captions."""

    def __init__(self, size: tuple[int, int], captions: Iterable[str]) -> None:
        self.size, self.pad = size, max(4, size[0] // 40)
        self.words = Lettering(max(10, min(28, size[0] // 28)), fonts_here())
        lines = max((len(self._lines(caption)) for caption in dict.fromkeys(captions)), default=0)
        self.bar = lines and lines * self.words.line + 2 * self.pad

    def around(self, picture: Image.Image, caption: str) -> Image.Image:
        """The enlarged picture as it leaves."""
        if not self.bar:
            return picture
        width, height = picture.size
        whole = Image.new("RGB", (width, height + self.bar), PAPER)
        whole.paste(picture)
        draw = ImageDraw.Draw(whole)
        for number, line in enumerate(self._lines(caption)):
            self.words.draw(draw, self.pad, height + self.pad + number * self.words.line, line, INK)
        return whole

    def _lines(self, caption: str) -> list[str]:
        return self.words.lines(caption, self.size[0] - 2 * self.pad, MOST_LINES)
