"""Files by key in a folder with a bound: what was used longest ago goes first.

A file is whole or not there. The bound is the folder's, whoever writes there: it survives restarts and is shared by
processes. It does not know what is in the files.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from explorer.files.whole import whole

UNSEEN = 1 / 64
"""Of the bound: what is written before another look at what others have written."""

ROOM, AFTERWARDS = 1 - 4 * UNSEEN, 0.9
"""Of the bound: what a look may find, so that four processes at once keep to it; what it leaves where there is more."""


class Folder:
    """At most `most_bytes` of files `key[:2]/key.suffix` under `root`. One thread at a time."""

    def __init__(self, root: Path, suffix: str, most_bytes: int) -> None:
        self._root, self._suffix, self._most = root, suffix, most_bytes
        self._unseen = float("inf")  # bytes written since the last look at the folder

    def __contains__(self, key: str) -> bool:
        return self.path(key).exists()

    def path(self, key: str) -> Path:
        """Where the file of that key is, or would be."""
        return self._root / key[:2] / f"{key}{self._suffix}"

    def read(self, key: str) -> bytes | None:
        """The file's bytes, or None; reading a file makes it the last to be dropped."""
        try:
            content = self.path(key).read_bytes()
            os.utime(self.path(key))
        except OSError:
            return None
        return content

    def write(self, key: str, content: bytes) -> None:
        """Puts the file there, in place of what was there; OSError where the disk is full or not writable."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as part:
            part.write_bytes(content)
        self._unseen += len(content)
        if self._unseen > UNSEEN * self._most:
            self._make_room()

    def drop(self, key: str) -> None:
        """Deletes the file, if it is there."""
        self.path(key).unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Deletes the files used longest ago, whoever wrote them, where there is more than ROOM."""
        files = sorted(self._files())
        total, self._unseen = sum(size for _, size, _ in files), 0.0
        if total <= ROOM * self._most:
            return
        for _, size, path in files:
            if total <= AFTERWARDS * self._most:
                return
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                os.unlink(path)  # noqa: PTH108 (a path from scandir)
            total -= size

    def _files(self) -> Iterator[tuple[float, int, str]]:
        """When each file was last used, its bytes, its path; half files of writers that died among them."""
        with contextlib.suppress(FileNotFoundError), os.scandir(self._root) as folders:
            for folder in folders:
                with contextlib.suppress(NotADirectoryError), os.scandir(folder) as files:
                    for file in files:
                        with contextlib.suppress(FileNotFoundError):
                            found = file.stat()
                            yield found.st_mtime, found.st_size, file.path
