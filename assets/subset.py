"""Made the two fonts of assets/fonts/: what sheets need beside Pillow's own, small enough to be bundled.

    apt-get download fonts-dejavu-core fonts-wqy-microhei && for deb in fonts-*.deb; do dpkg -x $deb debian; done
    pip install fonttools && python assets/subset.py debian

DejaVu Sans: Greek, Cyrillic, Hebrew, Arabic with its joined forms, arrows, mathematics and signs. WenQuanYi Micro Hei:
Chinese as GB 2312 (simplified) and the common half of Big5 (traditional) have it, kana, the common kanji and Hangul.
Hints and tables that the drawing of plain text has no use for are left out; the outlines are as they were.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parents[1] / "assets" / "fonts"
DEJAVU = ((0x00A0, 0x0700), (0x1E00, 0x2C00), (0xFB1D, 0xFE00), (0xFE70, 0xFF00))
LEFT_OUT = ["BASE", "FFTM", "GDEF", "GPOS", "GSUB", "MATH", "kern", "vhea", "vmtx"]


def written_in(codec: str, first: int = 0xA1, last: int = 0xFE) -> Iterator[int]:
    """The letters that a double-byte code writes with a first byte from `first` to `last`."""
    for letter in range(0x80, 0x30000):
        code = chr(letter).encode(codec, "ignore")
        if len(code) == 2 and first <= code[0] <= last:
            yield letter


def write(source: Path, number: int, letters: set[int], target: Path) -> None:
    """The subset of one font of a file, with its names and licence."""
    font = TTFont(source, fontNumber=number)
    options = Options(hinting=False, notdef_outline=True, layout_features=[])
    options.drop_tables += LEFT_OUT
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters | {ord(" ")})
    subsetter.subset(font)
    font.save(target)


def main(debian: Path) -> None:
    """Writes both fonts from Debian's packages, unpacked in `debian`."""
    truetype = debian / "usr/share/fonts/truetype"
    chinese = {*written_in("gb2312"), *written_in("big5", last=0xC6)}
    others = {*written_in("shift_jis", first=0x81, last=0x97), *written_in("euc_kr", first=0xB0, last=0xC8)}
    dejavu = {letter for start, stop in DEJAVU for letter in range(start, stop)}
    write(truetype / "dejavu/DejaVuSans.ttf", -1, dejavu, FOLDER / "DejaVuSans.ttf")
    write(truetype / "wqy/wqy-microhei.ttc", 0, chinese | others, FOLDER / "WenQuanYiMicroHei.ttf")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
