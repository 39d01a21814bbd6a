"""Pictures become a ZIP archive of lossless PNGs.

Contract: `run.json` with the whole record, and `frame-0000.png` and so on, each by the number in its file's name and
byte for byte what was given: a run's frames carry their own settings, and the list of all of them stands in the archive
once. Texts may stand beside them; reading back passes them over. Written and read back one picture at a time; what is
read back is a stranger's, and bounded.

It does not know runs, or what is in the pictures.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from explorer.files import png, zips
from explorer.outputs.settings import MEMBER, dumps

MOST_BYTES = 400_000_000  # of pictures that are read back from one archive
_NAME = re.compile(r"frame-([0-9]{4})\.png")


def write_zip(
    pictures: Sequence[Path], path: Path, *, record: Mapping[str, Any], beside: Mapping[str, str] = MappingProxyType({})
) -> None:
    """PNG files named by numbers into one archive, stored as they are: PNG is compressed already.

    `beside` are texts by their names in the archive.

    Raises ValueError without pictures.
    """
    if not pictures:
        raise ValueError("pictures: 0 frames, at least 1 is needed for an archive")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(MEMBER, dumps(record))
        for name, text in beside.items():
            archive.writestr(name, text, zipfile.ZIP_DEFLATED)
        for picture in pictures:
            archive.write(picture, f"frame-{int(picture.stem):04d}.png")


def read_pictures(path: Path, count: int, longest: int) -> Iterator[tuple[int, bytes]]:
    """The frames 0 .. `count` - 1 that an archive has, by their numbers: PNGs of plain pixels, nothing else in them.

    Left out is every member that is not named as `write_zip` names them, and all that is no RGB PNG of 8 bits a channel
    with 1 to `longest` pixels a side. Ends where the archive is broken, and after `MOST_BYTES` of pictures.
    """
    left = MOST_BYTES
    with path.open("rb") as file, zips.opened(file) as archive:
        for name, entry in zips.members(archive).items():
            number = _NAME.fullmatch(name)
            if number is None or int(number[1]) >= count:
                continue
            data = zips.content(archive, entry, min(left, longest * longest * 4))
            left -= len(data)
            if left <= 0:
                return
            if (pixels := png.only_pixels(data, longest)) is not None:
                yield int(number[1]), pixels


def is_archive(path: Path) -> bool:
    """Whether a file begins as a ZIP does."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"
