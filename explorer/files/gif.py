"""GIF: its comment. The format: GIF89a, https://www.w3.org/Graphics/GIF/spec-gif89a.txt."""

from __future__ import annotations

from typing import BinaryIO


def comment(file: BinaryIO, limit: int) -> bytes:
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


def _colours(flags: int) -> int:
    """The length in bytes of the colour table that a GIF's flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 128 else 0
