"""Where the comment of a GIF, an MP4, a PNG or a WebP file stands.

Contract: reads the headers of blocks, boxes and chunks, seeks past everything else, and takes time in proportion to the
file and memory in proportion to the limit. The libraries that write these files read them too, but opening a stranger's
MP4 with one starts its decoders, over a GIF whose comment fills 8 MB Pillow spends four seconds, growing one bytes
object by 255 at a time, and of a PNG or WebP it reads everything that stands in the way.

It does not know pictures, codecs, tracks or what the comment says.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from typing import BinaryIO

_WAY = (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
_BEFORE_CHILDREN = {b"meta": 4, b"data": 8}  # version and flags; value type and locale
_MOST_BOXES = 10_000
_MOST_CHUNKS = 100_000
_LONGEST_KEY = 79  # of a PNG's text
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")


def png_texts(file: BinaryIO, keys: Collection[str], limit: int) -> dict[str, str]:
    """The texts of a PNG under these keys, the first of each, cut off after `limit` + 1 bytes; not their pictures.

    iTXt is UTF-8, packed or not, and what is broken in it is replaced. tEXt and zTXt are Latin-1, but some programs
    write UTF-8 into them all the same: what is valid as such is taken for it, as Latin-1 text almost never is. Raises
    ValueError for a file that is no PNG, and zlib.error for a packed text that is none.
    """
    if file.read(8) != b"\x89PNG\r\n\x1a\n":
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
                found[name] = _png_text(kind, rest + file.read(max(0, min(left, limit + 1))), limit)
        file.seek(after)
    raise ValueError(f"more than {_MOST_CHUNKS} chunks")


def png_size(file: BinaryIO) -> tuple[int, int]:
    """(width, height) in pixels, as the header of a PNG says. Raises ValueError for a file that is none."""
    file.seek(0)
    head = file.read(24)
    if len(head) < 24 or head[12:16] != b"IHDR":
        raise ValueError("this is no PNG")
    return struct.unpack(">II", head[16:])


def webp_exif(file: BinaryIO, limit: int) -> bytes | None:
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


def mp4_comment(file: BinaryIO, limit: int) -> bytes | None:
    """The comment's bytes, at most `limit` + 1 of them; None without one. Raises ValueError for broken boxes.

    Boxes are ISO/IEC 14496-12's, the list of items inside is iTunes'.
    """
    end = file.seek(0, 2)
    file.seek(0)
    for wanted in _WAY:
        found = _find(file, wanted, end)
        if found is None:
            return None
        end = found
        file.seek(_BEFORE_CHILDREN.get(wanted, 0), 1)
    return file.read(min(max(end - file.tell(), 0), limit + 1))


def gif_comment(file: BinaryIO, limit: int) -> bytes:
    """All comments before the first picture, joined, at most `limit` + 255 bytes of them; empty without one."""
    screen = file.read(13)
    file.seek(_colours(screen[10]), 1)
    comment = bytearray()
    while file.read(1) == b"!":  # an extension; a picture or the end otherwise
        wanted = file.read(1) == b"\xfe"
        while (length := file.read(1)[0]) and len(comment) <= limit:
            block = file.read(length)
            comment += block if wanted else b""
    return bytes(comment)


def _png_text(kind: bytes, rest: bytes, limit: int) -> str:
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


def _colours(flags: int) -> int:
    """The length in bytes of the colour table that a GIF's flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 128 else 0


def _find(file: BinaryIO, wanted: bytes, end: int) -> int | None:
    """Leaves the file behind the header of the first box `wanted` before `end`, and gives where that box ends."""
    for _ in range(_MOST_BOXES):
        start = file.tell()
        header = file.read(8)
        if len(header) < 8 or start + 8 > end:
            return None
        size, kind = struct.unpack(">I4s", header)
        if size == 1:  # a 64-bit size follows
            size = struct.unpack(">Q", file.read(8))[0]
        after = start + size if size else end
        if not file.tell() <= after <= end:
            raise ValueError(f"box {kind!r} at {start} does not fit its parent")
        if kind == wanted:
            return after
        file.seek(after)
    raise ValueError(f"more than {_MOST_BOXES} boxes")
