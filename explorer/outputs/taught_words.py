"""Taught words on disk, each in a folder of its own under a key that nobody can guess: there is no list of them.

Contract: a folder has `word.json`, what is said of the word, `concept.zip`, what it stands for now, `steps/000040.zip`,
what it stood for on the way there, and `face.jpg`, a picture of it; no picture that it was taught from. What has its
final name is whole. A share is another random name, which opens one word for others until it is revoked: it never shows
the key. Any number of servers may share a root; it is bounded by bytes and by age, the longest unused goes first.

It does not know what is in the ZIPs.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.files.whole import whole

_KEY = re.compile(r"[A-Za-z0-9_-]{22}")  # what secrets.token_urlsafe(16) gives
_RECORD, _NOW, _FACE, _STEPS, _SHARES = "word.json", "concept.zip", "face.jpg", "steps", "shares"
_LIVE = 60 * 60.0


class NoWord(ValueError):
    """There is none under a key, or none any more."""


@dataclass(frozen=True)
class TaughtWord:
    """A word's folder."""

    folder: Path

    @property
    def key(self) -> str:
        """The only way to it."""
        return self.folder.name

    @property
    def record(self) -> dict[str, Any]:
        """What is said of it."""
        try:
            found = json.loads((self.folder / _RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise NoWord(f"word: {self.key[:30]!r} is gone") from error
        return found if isinstance(found, dict) else {}

    @property
    def zip(self) -> bytes:
        """What it stands for now."""
        try:
            return (self.folder / _NOW).read_bytes()
        except OSError as error:
            raise NoWord(f"word: {self.key[:30]!r} is gone") from error

    @property
    def face(self) -> bytes | None:
        """A JPEG of it; None if there is none yet."""
        with suppress(OSError):
            return (self.folder / _FACE).read_bytes()
        return None

    @property
    def steps(self) -> list[int]:
        """Those of which a copy is kept, ascending."""
        return sorted(int(path.stem) for path in (self.folder / _STEPS).glob("[0-9]*.zip"))

    @property
    def size(self) -> int:
        """Of all its files, in bytes."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def put(self, zip: bytes, record: Mapping[str, Any], step: int | None = None, face: bytes | None = None) -> None:
        """What it stands for from now on; as a copy of that step, too."""
        if step is not None:
            (self.folder / _STEPS).mkdir(exist_ok=True)
            _write(self.folder / _STEPS / f"{step:06d}.zip", zip)
        if face is not None:
            _write(self.folder / _FACE, face)
        _write(self.folder / _NOW, zip)
        _write(self.folder / _RECORD, json.dumps({**self.record, **record}).encode())

    def forget_steps(self) -> None:
        """Lets the copies of an earlier teaching go."""
        shutil.rmtree(self.folder / _STEPS, ignore_errors=True)

    def step(self, step: int) -> bytes:
        """The copy of a step. Raises NoWord where there is none."""
        try:
            return (self.folder / _STEPS / f"{int(step):06d}.zip").read_bytes()
        except (OSError, ValueError) as error:
            raise NoWord(f"word: there is no copy of step {step}") from error


@dataclass(frozen=True)
class TaughtWords:
    """All words under `root`, which need not exist yet, bounded to `max_bytes` and `max_age` seconds by `sweep`."""

    root: Path
    max_bytes: int = 2 * 2**30
    max_age: float = 30 * 24 * 60 * 60.0

    def create(self, record: Mapping[str, Any]) -> TaughtWord:
        """A new word that stands for nothing yet."""
        self.sweep()
        folder = self.root / secrets.token_urlsafe(16)
        folder.mkdir(parents=True, mode=0o700)
        said = {**record, "created": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())}
        _write(folder / _RECORD, json.dumps(said).encode())
        return TaughtWord(folder)

    def open(self, key: str) -> TaughtWord:
        """The word under a key. Raises NoWord."""
        if not isinstance(key, str) or not _KEY.fullmatch(key) or not (self.root / key / _RECORD).is_file():
            raise NoWord("word: there is none under this key")
        folder = self.root / key
        folder.touch()  # used now
        return TaughtWord(folder)

    def delete(self, key: str) -> None:
        """Deletes a word for good, and its share with it. Raises NoWord."""
        word = self.open(key)
        self.revoke(key)
        shutil.rmtree(word.folder, ignore_errors=True)

    def share(self, key: str) -> str:
        """A name under which others may use the word; the same until it is revoked. Raises NoWord."""
        word = self.open(key)
        if share := word.record.get("share"):
            return str(share)
        name = secrets.token_urlsafe(16)
        (self.root / _SHARES).mkdir(exist_ok=True, mode=0o700)
        _write(self.root / _SHARES / name, key.encode())
        _write(word.folder / _RECORD, json.dumps({**word.record, "share": name}).encode())
        return name

    def revoke(self, key: str) -> None:
        """The share opens nothing from now on. Raises NoWord."""
        word = self.open(key)
        record = word.record
        if share := record.pop("share", None):
            (self.root / _SHARES / str(share)).unlink(missing_ok=True)
            _write(word.folder / _RECORD, json.dumps(record).encode())

    def shared(self, share: str) -> TaughtWord:
        """The word that a share opens. Raises NoWord."""
        if not isinstance(share, str) or not _KEY.fullmatch(share):
            raise NoWord("word: this is not the name of a shared one")
        try:
            key = (self.root / _SHARES / share).read_text()
        except OSError as error:
            raise NoWord("word: it is no longer shared") from error
        return self.open(key)

    def sweep(self) -> None:
        """Deletes words, the longest unused first, until both bounds hold; not those of the last hour."""
        now, found = time.time(), []
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            if _KEY.fullmatch(folder.name) and not folder.is_symlink():
                with suppress(OSError):
                    found.append((folder.stat().st_mtime, TaughtWord(folder).size, folder.name))
        total = sum(size for _, size, _ in found)
        for used, size, key in sorted(found):
            if now - used > _LIVE and (total > self.max_bytes or now - used > self.max_age):
                total -= size
                with suppress(NoWord):
                    self.delete(key)


def _write(path: Path, content: bytes) -> None:
    with whole(path) as part:
        part.write_bytes(content)
