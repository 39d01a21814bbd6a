"""Finished frames by content: a point that was rendered once is never rendered again.

Keys are hashes of all that decides a picture, values are its PNG bytes. Frames live in memory up to a bound and on disk
up to another; what was used longest ago goes first. The disk part survives restarts and is shared by processes: its
bound is the folder's, whoever writes there.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from cachetools import LRUCache
from PIL import Image

MEANT_BLACK = "black"
"""The text in the PNG of a picture of zeros: it is no overflow, its latents and pixels were looked at."""

SIGNATURE, END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
HEADERS, ZEROS_TO_A_BYTE = 1000, 100
"""A PNG of zeros only has fewer bytes of headers, and packs more zeros into each of the others."""

UNSEEN = 1 / 64
"""Of the bound: what a store writes before it looks again what others have written."""

ROOM, AFTERWARDS = 1 - 4 * UNSEEN, 0.9
"""Of the bound: what a look may find, so that four processes at once keep to it; what it leaves where there is more."""


class FrameStore:
    """A bounded two-level cache of PNG bytes. `folder=None` keeps frames in memory only. Safe between threads."""

    def __init__(self, folder: Path | None = None, *, memory_bytes: int = 2**28, disk_bytes: int = 2**32) -> None:
        self._folder, self._disk_bytes = folder, disk_bytes
        self._memory: LRUCache[str, bytes] = LRUCache(memory_bytes, getsizeof=len)
        self._lock = threading.Lock()
        self._unseen = 0.0 if folder is None else float("inf")  # bytes written since the last look at the folder

    def __contains__(self, key: str) -> bool:
        with self._lock:
            return key in self._memory or (self._folder is not None and self._path(key).exists())

    def get(self, key: str) -> bytes | None:
        """The frame's PNG bytes, or None; using a frame makes it the last to be dropped.

        A black picture that was stored before overflow was looked for counts as none, and so does half a file.
        """
        with self._lock:
            png = self._memory.get(key)
            if png is None and (png := self._read(key)) is not None:
                self._remember(key, png)
            return png

    def put(self, key: str, png: bytes) -> None:
        """Keeps a frame; a disk that is full or not writable costs the disk part, not the render."""
        with self._lock:
            self._remember(key, png)
            if self._folder is not None:
                with contextlib.suppress(OSError):
                    self._write(key, png)

    def _remember(self, key: str, png: bytes) -> None:
        if len(png) <= self._memory.maxsize:
            self._memory[key] = png

    def _path(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / key[:2] / f"{key}.png"

    def _read(self, key: str) -> bytes | None:
        if self._folder is None:
            return None
        try:
            png = self._path(key).read_bytes()
            os.utime(self._path(key))
            sound = png.endswith(END) and not _doubtful(png)
        except (OSError, SyntaxError):  # not there; no picture that Pillow can read
            return None
        return png if sound else None

    def _write(self, key: str, png: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(png)
        Path(file.name).replace(path)
        self._unseen += len(png)
        if self._unseen > UNSEEN * self._disk_bytes:
            self._make_room()

    def _make_room(self) -> None:
        """Deletes the files used longest ago, whoever wrote them, where there is more than ROOM."""
        files = sorted(self._files())
        total, self._unseen = sum(size for _, size, _ in files), 0.0
        if total <= ROOM * self._disk_bytes:
            return
        for _, size, path in files:
            if total <= AFTERWARDS * self._disk_bytes:
                return
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                os.unlink(path)  # noqa: PTH108 (a path from scandir)
            total -= size

    def _files(self) -> Iterator[tuple[float, int, str]]:
        """When each file was last used, its bytes, its path; half files of writers that died among them."""
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder) as folders:
            for folder in folders:
                with contextlib.suppress(NotADirectoryError), os.scandir(folder) as files:
                    for file in files:
                        with contextlib.suppress(FileNotFoundError):
                            found = file.stat()
                            yield found.st_mtime, found.st_size, file.path


def _doubtful(png: bytes) -> bool:
    """Whether a PNG is black and does not say that it is meant: once, a model that gave NaN left such frames.

    Only files small enough to be one are decoded.
    """
    if not png.startswith(SIGNATURE):
        return False
    width, height = struct.unpack(">II", png[16:24])
    if len(png) > HEADERS + 3 * width * height / ZEROS_TO_A_BYTE:
        return False
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        return MEANT_BLACK not in picture.info and picture.getbbox() is None
