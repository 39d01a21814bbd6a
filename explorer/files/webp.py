"""WebP: its parts, so that words can be put beside its pixels without encoding them again.

The format: https://developers.google.com/speed/webp/docs/riff_container (RIFF, lengths little-endian, parts padded to
an even number of bytes).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

_HAS_EXIF = 0x08
_MOST_CHUNKS = 100_000


def chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a WebP file as (name of four bytes, content), in order; none for any other file.

    Within the file's own bounds, whatever lengths it claims.
    """
    if file[:4] != b"RIFF" or file[8:12] != b"WEBP":
        return
    place = 12
    while place + 8 <= len(file):
        name, size = struct.unpack_from("<4sI", file, place)
        yield name, file[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def webp(pixels: bytes, width: int, height: int, exif: bytes) -> bytes:
    """A static WebP file without alpha.

    `pixels` is four bytes of name ("VP8 ", "VP8L") and the content of that part; `exif` may be empty.

    The same arguments give the same bytes, in the simple form of the format where there is no EXIF.
    """
    parts = _part(pixels[:4], pixels[4:])
    if exif:
        size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
        parts = _part(b"VP8X", struct.pack("<I", _HAS_EXIF) + size) + parts + _part(b"EXIF", exif)
    return b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"WEBP" + parts


def exif_of(file: BinaryIO, limit: int) -> bytes | None:
    """The EXIF block of a WebP file, at most `limit` + 1 bytes of it; None without one."""
    end = file.seek(0, 2)
    file.seek(12)
    for _ in range(_MOST_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            return None
        kind, size = struct.unpack("<4sI", header)
        if kind == b"EXIF":
            return file.read(min(size, limit + 1))
        if file.seek(size + size % 2, 1) > end:
            return None
    raise ValueError(f"more than {_MOST_CHUNKS} chunks")


def _part(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
