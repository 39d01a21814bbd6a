"""Finished frames by content: a point that was rendered once is never rendered again.

Keys are hashes of all that decides a picture, values are its PNG bytes. Frames live in memory up to a bound and on disk
up to another; what was used longest ago goes first. The disk part survives restarts and may be shared by processes.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from pathlib import Path

from cachetools import LRUCache


class FrameStore:
    """A bounded two-level cache of PNG bytes. `folder=None` keeps frames in memory only. Safe between threads."""

    def __init__(self, folder: Path | None = None, *, memory_bytes: int = 2**28, disk_bytes: int = 2**32) -> None:
        self._folder, self._disk_bytes = folder, disk_bytes
        self._memory: LRUCache[str, bytes] = LRUCache(memory_bytes, getsizeof=len)
        self._lock = threading.Lock()
        self._on_disk = sum(path.stat().st_size for path in self._files())

    def __contains__(self, key: str) -> bool:
        with self._lock:
            return key in self._memory or (self._folder is not None and self._path(key).exists())

    def get(self, key: str) -> bytes | None:
        """The frame's PNG bytes, or None; using a frame makes it the last to be dropped."""
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

    def _files(self) -> list[Path]:
        return list(self._folder.glob("??/*.png")) if self._folder is not None else []

    def _read(self, key: str) -> bytes | None:
        if self._folder is None:
            return None
        try:
            png = self._path(key).read_bytes()
            os.utime(self._path(key))
        except OSError:
            return None
        return png if png.endswith(b"IEND\xaeB`\x82") else None

    def _write(self, key: str, png: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(png)
        Path(file.name).replace(path)
        self._on_disk += len(png)
        if self._on_disk > self._disk_bytes:
            self._evict()

    def _evict(self) -> None:
        """Deletes the frames used longest ago, down to nine tenths of the bound."""
        sizes = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in self._files())
        self._on_disk = sum(size for _, size, _ in sizes)
        for _, size, path in sizes:
            if self._on_disk <= 0.9 * self._disk_bytes:
                return
            path.unlink(missing_ok=True)
            self._on_disk -= size
