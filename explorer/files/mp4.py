"""MP4: its comment. Boxes are ISO/IEC 14496-12's, the list of items inside is iTunes'."""

from __future__ import annotations

import struct
from typing import BinaryIO

_WAY = (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
_BEFORE_CHILDREN = {b"meta": 4, b"data": 8}  # version and flags; value type and locale
_MOST_BOXES = 10_000


def comment(file: BinaryIO, limit: int) -> bytes | None:
    """The comment's bytes, at most `limit` + 1 of them; None without one. Raises ValueError for broken boxes."""
    end = file.seek(0, 2)
    file.seek(0)
    for wanted in _WAY:
        found = _find(file, wanted, end)
        if found is None:
            return None
        end = found
        file.seek(_BEFORE_CHILDREN.get(wanted, 0), 1)
    return file.read(min(max(end - file.tell(), 0), limit + 1))


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
