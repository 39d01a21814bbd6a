"""Text on pictures: which font has the letters, in what order they stand, how wide they are, where a line breaks.

Contract: Pillow's own font writes what it can; a letter that it lacks is taken from the first of `FONTS` that has it.
Two are bundled, so European, Hebrew, Arabic and common Chinese, Japanese and Korean letters look the same everywhere;
rarer ones may be in a font of the system. Where no font has a letter, Pillow's sign for a missing one stands, and
`missing` names it. Hebrew and Arabic run from right to left, and Arabic letters are joined; vowel marks are left out.

It does not know pictures, or what the text says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import arabic_reshaper
from bidi import get_display
from bidi.mirror import MIRRORED
from PIL import ImageDraw, ImageFont

from explorer.files.assets import ASSETS

BUNDLED = tuple(str(ASSETS / "fonts" / name) for name in ("DejaVuSans.ttf", "WenQuanYiMicroHei.ttf"))
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
_CHINESE = (
    r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"  # and all else that is broken between any two letters
)
_PIECES = re.compile(rf"[{_CHINESE}]|\s+|[^\s{_CHINESE}]+")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
_MARK = "\u034f"  # has no look, and the direction of what it follows
_BRACKETS = re.compile(f"[{re.escape(''.join(MIRRORED))}]")
_MARKED = re.compile(rf"({_BRACKETS.pattern}){_MARK}|{_MARK}({_BRACKETS.pattern})")
_UNSEEN = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # how the letter before is to look: another font's affair


class Lettering:
    """Letters of one size, in pixels; `fonts` are the names of those to fall back on, as `fonts_here` finds them."""

    def __init__(self, size: int, fonts: Sequence[str]) -> None:
        self.size, self.line = size, round(size * 1.35)
        # Pillow's other layout engine is there only on systems with FriBidi, and would order the letters once more.
        basic = ImageFont.Layout.BASIC
        self._fonts = [ImageFont.load_default(size), *(ImageFont.truetype(name, size, 0, "", basic) for name in fonts)]
        self._blanks = [bytes(font.getmask(_MISSING)) for font in self._fonts]
        self._known: dict[str, int | None] = {}

    def width(self, text: str) -> float:
        """In pixels."""
        return sum(font.getlength(part) for font, part in self._parts(text))

    def lines(self, text: str, width: float, most: int) -> list[str]:
        """The text in at most `most` lines of `width` pixels, broken between words if it can be; "…" ends a cut one."""
        lines: list[str] = []
        rest = _plain(text).strip()  # a line begins with a word: see _PIECES
        while rest and len(lines) < most:
            line = self._fitting(rest, width)
            rest = rest[len(line) :].lstrip()
            lines.append(line.rstrip())
        if rest:
            lines[-1] = self._cut(lines[-1] + " " + rest, width)
        return lines

    def missing(self, texts: Iterable[str]) -> list[str]:
        """The letters of the texts that no font has, each once, in the order in which they come."""
        letters = dict.fromkeys("".join(visual(_plain(text)) for text in texts))
        return [letter for letter in letters if self._font_of(letter) is None]

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

    def _parts(self, text: str) -> list[tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, str]]:
        """The text, as it stands from left to right, in stretches of one font each; a space is its left neighbour's."""
        stretches: list[tuple[int, str]] = []
        for letter in visual(text):
            last, before = stretches[-1] if stretches else (0, "")
            font = last if letter.isspace() else self._font_of(letter) or 0
            if before and font == last:
                stretches[-1] = (font, before + letter)
            else:
                stretches.append((font, letter))
        return [(self._fonts[font], part) for font, part in stretches]

    def _font_of(self, letter: str) -> int | None:
        """The place of the first font that has the letter, or None."""
        if letter not in self._known:
            has = (i for i, font in enumerate(self._fonts) if bytes(font.getmask(letter)) != self._blanks[i])
            self._known[letter] = 0 if letter.isspace() else next(has, None)
        return self._known[letter]


def visual(text: str) -> str:
    """A line's letters from left to right as they are seen: Unicode's bidirectional algorithm, Arabic ones joined.

    `get_display` leaves rule L4 (brackets from right to left are mirrored) to others, and does not say which way a
    bracket runs: a mark put behind each goes along, and stands before it where it was turned.
    """
    if not _RIGHT_TO_LEFT.search(text):
        return text
    seen = get_display(_BRACKETS.sub(rf"\g<0>{_MARK}", arabic_reshaper.reshape(text.replace(_MARK, ""))))
    return _MARKED.sub(lambda found: found[1] or MIRRORED[found[2]], seen)


def fonts_here() -> tuple[str, ...]:
    """The bundled fonts, and the names of those of `SYSTEM_FONTS` that this system has."""
    return (*BUNDLED, *(name for name in SYSTEM_FONTS if _is_here(name)))


def _is_here(name: str) -> bool:
    try:
        ImageFont.truetype(name, 12)
    except OSError:
        return False
    return True


def _plain(text: str) -> str:
    """On one line, and without letters that stand for nothing visible."""
    return "".join(letter for letter in " ".join(_UNSEEN.sub("", text).split()) if letter.isprintable())
