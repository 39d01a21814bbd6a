"""Text on pictures: which font has the letters, how wide they are, where a line breaks.

Contract: Pillow's own font writes what it can; a letter that it lacks (Chinese, arrows) is taken from the first font
that has it, of a few that systems commonly bring. Where no font has it, Pillow's sign for a missing one stands.

It does not know pictures, or what the text says.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from PIL import ImageDraw, ImageFont

SYSTEM_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
    "Arial Unicode.ttf",
    "DejaVuSans.ttf",
)
"""Tried in this order, by the names they have on Linux, macOS and Windows; Pillow knows where those keep fonts."""

_MISSING = "\U0010ffff"  # no font has a letter for it
_PIECES = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|\s+|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\uffef]+"
)


class Lettering:
    """Letters of one size, in pixels; `fonts` are the names of those to fall back on, as `fonts_here` finds them."""

    def __init__(self, size: int, fonts: Sequence[str]) -> None:
        self.size, self.line = size, round(size * 1.35)
        self._fonts = [ImageFont.load_default(size), *(ImageFont.truetype(name, size) for name in fonts)]
        self._blanks = [bytes(font.getmask(_MISSING)) for font in self._fonts]
        self._known: dict[str, int] = {}

    def width(self, text: str) -> float:
        """In pixels."""
        return sum(font.getlength(part) for font, part in self._parts(text))

    def lines(self, text: str, width: float, most: int) -> list[str]:
        """The text in at most `most` lines of `width` pixels, broken between words if it can be; "…" ends a cut one."""
        lines, rest = [], _plain(text).strip()  # a line begins with a word: see _PIECES
        while rest and len(lines) < most:
            line = self._fitting(rest, width)
            rest = rest[len(line) :].lstrip()
            lines.append(line.rstrip())
        if rest:
            lines[-1] = self._cut(lines[-1] + " " + rest, width)
        return lines

    def draw(self, draw: ImageDraw.ImageDraw, left: float, top: float, text: str, fill: str) -> None:
        """Writes one line whose box begins at `left`, `top`."""
        for font, part in self._parts(text):
            draw.text((left, top + self.size), part, font=font, fill=fill, anchor="ls")
            left += font.getlength(part)

    def _fitting(self, text: str, width: float) -> str:
        """The beginning that fits: whole words, or as much of the first one as there is room for; at least a letter."""
        line = ""
        for piece in _PIECES.findall(text):
            if self.width(line + piece.rstrip()) > width:
                return line if line.strip() else self._letters(piece, width)
            line += piece
        return line

    def _letters(self, text: str, width: float) -> str:
        count = len(text)
        while count > 1 and self.width(text[:count]) > width:
            count -= 1
        return text[:count]

    def _cut(self, text: str, width: float) -> str:
        return self._letters(text[:200], width - self.width("…")).rstrip() + "…"

    def _parts(self, text: str) -> list[tuple[ImageFont.FreeTypeFont, str]]:
        """The text as stretches of one font each."""
        return [(self._fonts[i], "".join(part)) for i, part in itertools.groupby(text, self._font_of)]

    def _font_of(self, letter: str) -> int:
        """The place of the first font that has the letter; the first of all if none has."""
        if letter not in self._known:
            has = (i for i, font in enumerate(self._fonts) if bytes(font.getmask(letter)) != self._blanks[i])
            self._known[letter] = 0 if letter.isspace() else next(has, 0)
        return self._known[letter]


def fonts_here() -> tuple[str, ...]:
    """The names of those of `SYSTEM_FONTS` that this system has."""
    return tuple(name for name in SYSTEM_FONTS if _is_here(name))


def _is_here(name: str) -> bool:
    try:
        ImageFont.truetype(name, 12)
    except OSError:
        return False
    return True


def _plain(text: str) -> str:
    """On one line, and without letters that stand for nothing visible."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
