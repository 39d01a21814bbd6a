"""Finished frames by content: a point that was rendered once is never rendered again.

Keys are hashes of all that decides a picture, values are its PNG bytes. Frames live in memory up to a bound and on disk
up to another; what was used longest ago goes first. The disk part survives restarts and is shared by processes.
"""

from __future__ import annotations

import contextlib
import io
import threading
from pathlib import Path

from cachetools import LRUCache
from PIL import Image

from explorer.engine.folder import Folder
from explorer.files import png as pngs

MEANT_BLACK = "black"
NOTE_OF = "note-of"
"""The text in the PNG of a picture of zeros: it is no overflow, its latents and pixels were looked at."""

HEADERS, ZEROS_TO_A_BYTE = 1000, 100
"""A PNG of zeros only has fewer bytes of headers, and packs more zeros into each of the others."""


class FrameStore:
    """A bounded two-level cache of PNG bytes. `folder=None` keeps frames in memory only. Safe between threads."""

    def __init__(self, folder: Path | None = None, *, memory_bytes: int = 2**28, disk_bytes: int = 2**32) -> None:
        self._disk = Folder(folder, ".png", disk_bytes) if folder is not None else None
        self._memory: LRUCache[str, bytes] = LRUCache(memory_bytes, getsizeof=len)
        self._lock = threading.Lock()

    def __contains__(self, key: str) -> bool:
        with self._lock:
            return key in self._memory or (self._disk is not None and key in self._disk)

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
            if self._disk is not None:
                with contextlib.suppress(OSError):
                    self._disk.write(key, png)

    def _remember(self, key: str, png: bytes) -> None:
        if len(png) <= self._memory.maxsize:
            self._memory[key] = png

    def _read(self, key: str) -> bytes | None:
        if self._disk is None or (png := self._disk.read(key)) is None:
            return None
        try:
            sound = png.endswith(pngs.END) and not _doubtful(png)
        except (OSError, SyntaxError):  # no picture that Pillow can read
            return None
        return png if sound else None


def _doubtful(png: bytes) -> bool:
    """Whether a PNG is black and does not say that it is meant: once, a model that gave NaN left such frames.

    Only files small enough to be one are decoded.
    """
    if not png.startswith(pngs.SIGNATURE):
        return False
    width, height = pngs.size(io.BytesIO(png))
    if len(png) > HEADERS + 3 * width * height / ZEROS_TO_A_BYTE:
        return False
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        return MEANT_BLACK not in picture.info and picture.getbbox() is None
