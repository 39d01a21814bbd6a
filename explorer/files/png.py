"""PNG: its texts, its size, and its pixels without anything else.

The format: PNG specification, third edition, https://www.w3.org/TR/png-3/.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND\xaeB`\x82"
"""What the last chunk of every whole PNG ends with."""
HEADER_END = 33
"""Bytes of the signature and the header chunk."""

_MOST_CHUNKS = 100_000
_LONGEST_KEY = 79
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_PIXELS = (b"IHDR", b"IDAT", b"IEND")
_RGB = (8, 2)  # bits a channel, colour type


def texts(file: BinaryIO, keys: Collection[str], limit: int) -> dict[str, str]:
    """The texts of a PNG under these keys, the first of each, cut off after `limit` + 1 bytes; not their pictures.

    iTXt is UTF-8, packed or not, and what is broken in it is replaced. tEXt and zTXt are Latin-1, but some programs
    write UTF-8 into them all the same: what is valid as such is taken for it, as Latin-1 text almost never is. Raises
    ValueError for a file that is no PNG, and zlib.error for a packed text that is none.
    """
    if file.read(8) != SIGNATURE:
        raise ValueError("this is no PNG")
    found: dict[str, str] = {}
    for _ in range(_MOST_CHUNKS):
        header = file.read(8)
        if len(header) < 8 or header[4:] == b"IEND":
            return found
        size, kind = struct.unpack(">I4s", header)
        after = file.tell() + size + 4
        if kind in _TEXTS:
            key, _, rest = file.read(min(size, _LONGEST_KEY + 1)).partition(b"\0")
            name = key.decode("latin-1")
            if name in keys and name not in found:
                left = size - len(key) - 1 - len(rest)
                found[name] = _text(kind, rest + file.read(max(0, min(left, limit + 1))), limit)
        file.seek(after)
    raise ValueError(f"more than {_MOST_CHUNKS} chunks")


def size(file: BinaryIO) -> tuple[int, int]:
    """(width, height) in pixels, as the header of a PNG says. Raises ValueError for a file that is none."""
    file.seek(0)
    head = file.read(24)
    if len(head) < 24 or head[12:16] != b"IHDR":
        raise ValueError("this is no PNG")
    return struct.unpack(">II", head[16:])


def with_text(png: bytes, key: str, text: str) -> bytes:
    """A PNG with an ASCII text put in behind its header; every other byte stays, so nothing is encoded again."""
    content = key.encode("ascii") + b"\0" + text.encode("ascii")
    chunk = struct.pack(">I", len(content)) + b"tEXt" + content + struct.pack(">I", zlib.crc32(b"tEXt" + content))
    return png[:HEADER_END] + chunk + png[HEADER_END:]


def only_pixels(png: bytes, longest: int) -> bytes | None:
    """A PNG without all that is not its pixels; None for what is no RGB PNG, 8 bits a channel, 1 to `longest` a side.

    Pixels and checksums are not looked at: whoever decodes it will.
    """
    if png[:12] != SIGNATURE + b"\0\0\0\x0d" or png[12:16] != b"IHDR" or len(png) < HEADER_END:
        return None
    width, height, bits, colours, *_, interlaced = struct.unpack_from(">IIBBBBB", png, 16)
    if not (1 <= width <= longest and 1 <= height <= longest and (bits, colours) == _RGB and not interlaced):
        return None
    kept, place = [SIGNATURE], 8
    while place + 12 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        if kind in _PIXELS:
            kept.append(png[place : place + 12 + length])
        place += 12 + length
    return b"".join(kept)


def _text(kind: bytes, rest: bytes, limit: int) -> str:
    """The text of a chunk, `rest` being what stands after its key. PNG specification, 11.3.3."""
    if kind == b"tEXt":
        return _decoded(rest)
    if kind == b"zTXt":
        return _decoded(zlib.decompressobj().decompress(rest[1:], limit + 1))
    packed = rest[:1] == b"\1"
    text = rest[2:].split(b"\0", 2)[-1]  # a language and a translated key stand before it
    return (zlib.decompressobj().decompress(text, limit + 1) if packed else text).decode("utf-8", "replace")


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")
