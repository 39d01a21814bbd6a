"""A stranger's ZIP, read with bounds: its list of members, a text, pictures one after the other.

Contract: nothing is unpacked to a path, so a member's name is only compared. Every bound is on what is really read, not
on what the archive declares: the list of members takes at most 1 MB, a member at most what the caller allows. Only
members that are stored or deflated are read (the dictionary of an LZMA member may be 4 GB). Raises ValueError, and what
zipfile raises over a broken archive.

It does not know what the members say or show.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

MOST_AT_ONCE = 2**20
_PIECE = 2**16
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Careful:
    """A file whose every read is at most `MOST_AT_ONCE` bytes: zipfile reads a list of members as long as it claims."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """As a file's; ValueError for more."""
        allowed = 0 <= size <= MOST_AT_ONCE
        data = self._file.read(size if allowed else MOST_AT_ONCE + 1)
        if len(data) > MOST_AT_ONCE:
            raise ValueError(f"more than {MOST_AT_ONCE} bytes at once")
        return data


@contextmanager
def opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive in a file."""
    careful: Any = Careful(file)
    with zipfile.ZipFile(careful) as archive:
        yield archive


def members(archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    """The members by their names without folders, because some programs put one around an archive."""
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        found.setdefault(entry.filename.rpartition("/")[2], entry)
    return found


def content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """A member unpacked, at most `limit` + 1 bytes of it, whatever size it declares."""
    if entry.compress_type not in _PLAIN:
        raise ValueError(f"{entry.filename[:80]!r} is packed in a way that is not read")
    pieces, left = [], limit + 1
    with archive.open(entry) as member:
        while left and (piece := member.read(min(_PIECE, left))):
            pieces.append(piece)
            left -= len(piece)
    return b"".join(pieces)
