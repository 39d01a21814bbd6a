"""Run folders: one execution of an experiment, on disk, for one visitor.

Contract: a run's folder has a name that nobody can guess, and inside `run.json` (the record), `frames.json` (captions
and coordinates of all frames, `packed`, there from the start), `frames/0000.png` (lossless, the settings of this one
frame inside), `view/0000.jpg` (what the page shows), `x0/0000-05.jpg` (previews), `exact/` (points between the frames,
by their keys) and `exports/`. Whatever has its final name is complete and is never written again, except `run.json`,
which is replaced as a whole. Any number of threads may add frames and read, and any number of servers may share a root:
nothing is taken away from a run that one of them renders, and what two of them delete at once is deleted once.

It does not know how frames are made, nor what the page does with the paths.
"""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image

from explorer.files.whole import whole
from explorer.messages import Message, packed, unpacked
from explorer.outputs import settings
from explorer.outputs.records import slim

GIB = 2**30
_NAME = re.compile(r"[A-Za-z0-9_-]{22}")  # what secrets.token_urlsafe(16) gives
_GONE = re.compile(r"\.[A-Za-z0-9_-]{22}\.gone")  # a run on its way out
_RECORD, _FRAMES, _MARK = settings.MEMBER, "frames.json", "rendering"
_FOLDERS = ("frames", "view", "x0", "exact", "exports")
_LIVE = 5 * 60.0  # seconds after the last touch in which a run is left alone
_BETWEEN_SWEEPS = 10 * 60.0
_SWEPT = ".swept"
_LONGEST = 2**16  # characters of what a single frame's file says of itself
_STALE = 60 * 60.0  # seconds after which the mark of a run counts for nothing: the process that set it has died


class BeingRendered(ValueError):
    """A run cannot be deleted now; the message is one sentence."""


@dataclass(frozen=True)
class Run:
    """One run's folder. It keeps nothing in memory but what never changes, so two of them on one folder agree."""

    folder: Path
    count: int

    @classmethod
    def open(cls, folder: Path) -> Run:
        """The run in `folder`. Raises ValueError if there is none."""
        try:
            return cls(folder, int(json.loads((folder / _FRAMES).read_text())["count"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(Message("folder: {name} is not a run, or is gone", name=folder.name)) from error

    @property
    def name(self) -> str:
        """The name of the folder, the only key to it."""
        return self.folder.name

    @property
    def record(self) -> dict[str, Any]:
        """The record as run.json has it now."""
        return settings.read(self.folder / _RECORD)

    @property
    def created(self) -> str:
        """When it was begun, as the record says; "" where that says nothing."""
        return str(self._slim.get("created", ""))

    @property
    def model(self) -> Any:
        """The model that made it, {"name", "signature"}; whatever else a record may say, None where it says nothing."""
        return self._slim.get("model")

    @property
    def frames(self) -> list[dict[str, Any]]:
        """What is known of every frame of the run, rendered or not: caption, coordinates, settings."""
        return unpacked(json.loads((self.folder / _FRAMES).read_text()))["frames"]

    @property
    def ready(self) -> list[int]:
        """The indices of the frames present, ascending."""
        return [int(picture.stem) for picture in self.pictures]

    @property
    def pictures(self) -> list[Path]:
        """The lossless PNGs of the frames present, in order."""
        return sorted(self.folder.glob("frames/[0-9]*.png"))

    def add(self, index: int, png: bytes) -> Path:
        """Puts frame `index` (0 .. count - 1) in place and gives its JPEG. A frame that is there already is kept.

        Raises ValueError for an index out of range, and Pillow's UnidentifiedImageError for what is no PNG.
        """
        self._check(index)
        picture, view = self.folder / f"frames/{index:04d}.png", self.folder / f"view/{index:04d}.jpg"
        self._mark()
        if not view.exists():
            with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
                _jpeg(opened, view)
        if not picture.exists():  # last: `ready` goes by this file
            with whole(picture) as part:
                known = self._frames[index] if self._frames else {}
                part.write_bytes(told(png, self._slim, {"index": index, **known}))
        return view

    def preview(self, index: int, step: int, image: Image.Image) -> Path:
        """Writes what frame `index` looks like at `step`, once: a browser may be fetching it. A few kB each.

        Raises ValueError for an index out of range.
        """
        self._check(index)
        path = self.folder / f"x0/{index:04d}-{step:03d}.jpg"
        self._mark()
        if not path.exists():
            _jpeg(image, path)
        return path

    def exact(self, key: str, png: bytes, frame: Mapping[str, Any]) -> tuple[Path, Path]:
        """Puts the picture of a point between the frames in place, under its content's name: its JPEG and its PNG.

        `frame` is what is known of it (caption, coordinates, settings), and goes into the PNG.
        """
        view, picture = (self.folder / f"exact/{key}{suffix}" for suffix in (".jpg", ".png"))
        if not view.exists():
            with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
                _jpeg(opened, view)
        if not picture.exists():
            with whole(picture) as part:
                part.write_bytes(told(png, self._slim, frame))
        return view, picture

    def finish(self, **changes: Any) -> None:
        """Takes `changes` (rows, seconds, ...) and the number of frames present into run.json; rendering is over."""
        _write_record(self.folder, {**self.record, **packed(changes), "present": len(self.ready)})
        (self.folder / _MARK).unlink(missing_ok=True)

    @cached_property
    def _slim(self) -> dict[str, Any]:
        return slim(self.record)

    @cached_property
    def _frames(self) -> list[dict[str, Any]]:
        return self.frames

    def _check(self, index: int) -> None:
        if not 0 <= index < self.count:
            raise ValueError(f"index: {index} is not a frame of this run, which has 0 to {self.count - 1}")

    def _mark(self) -> None:
        (self.folder / _MARK).touch()


@dataclass(frozen=True)
class Runs:
    """All runs under `root`, which need not exist yet, bounded to `max_bytes` and `max_age` seconds by `sweep`."""

    root: Path
    max_bytes: int = 4 * GIB
    max_age: float = 30 * 24 * 60 * 60.0

    def create(self, record: Mapping[str, Any], count: int) -> Run:
        """A new run of `count` frames, marked as being rendered. Its `frames` and `shown` become frames.json.

        Raises ValueError for a count below 1, and when the record describes another number of frames.
        """
        frames = list(record.get("frames", ()))
        if count < 1:
            raise ValueError(f"count: {count} frames, at least 1 is needed for a run")
        if frames and len(frames) != count:
            raise ValueError(f"frames: the record describes {len(frames)}, the run has {count}")
        folder = self.root / secrets.token_urlsafe(16)
        for inner in _FOLDERS:
            (folder / inner).mkdir(parents=True)
        run = Run(folder, count)
        run._mark()
        with whole(folder / _FRAMES) as part:
            shown = {"shown": record["shown"]} if "shown" in record else {}
            part.write_text(json.dumps(packed({"count": count, "frames": frames, **shown})))
        _write_record(folder, record)
        return run

    def open(self, name: str) -> Run:
        """The run of that name. Raises ValueError for a name that no run can have, and when the run is gone."""
        if not _NAME.fullmatch(name):
            raise ValueError(Message("run: {run} is not the name of a run", run=repr(name)))
        return Run.open(self.root / name)

    def delete(self, name: str) -> None:
        """Deletes a run for good.

        Raises ValueError for what is not the name of a run directly under the root, or of none any more, and
        `BeingRendered` while it is rendered (or for an hour after a server died over it).
        """
        folder = self.open(name).folder
        if not _is_run(folder):
            raise ValueError(Message("run: {run} is not a run of this folder", run=repr(name)))
        if _rendering(folder, time.time()):
            raise BeingRendered("This run is still being rendered: stop it first.")
        _remove(folder)

    def sweep(self) -> list[str]:
        """Deletes finished runs, the oldest first, until both bounds hold, and gives their names.

        Left alone: runs being rendered, runs touched in the last minutes, and every folder that is not a run.
        """
        now, runs, gone = time.time(), self._by_age(), []
        total = sum(size for _, size, _ in runs)
        for touched, size, folder in runs:
            past = total > self.max_bytes or now - touched > self.max_age
            if past and now - touched > _LIVE and not _rendering(folder, now):
                total -= size
                if _remove(folder):
                    gone.append(folder.name)
        return gone

    def _by_age(self) -> list[tuple[float, int, Path]]:
        """When each run was last touched, its bytes and its folder, the oldest first."""
        runs = []
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            if _GONE.fullmatch(folder.name) and not folder.is_symlink():  # whoever was deleting it has died
                shutil.rmtree(folder, ignore_errors=True)
            elif _is_run(folder):
                with suppress(FileNotFoundError):  # another server has just deleted it
                    runs.append((_touched(folder), _bytes(folder), folder))
        return sorted(runs)

    def tidy(self) -> threading.Thread | None:
        """Sweeps, beside whatever goes on, unless some server did so in the last ten minutes. Gives the thread."""
        self.root.mkdir(parents=True, exist_ok=True)
        stamp = self.root / _SWEPT
        if stamp.exists() and 0 <= time.time() - stamp.stat().st_mtime < _BETWEEN_SWEEPS:
            return None
        stamp.mkdir(exist_ok=True)  # a folder, because the page serves every file under the root
        os.utime(stamp)
        sweeping = threading.Thread(target=self.sweep, daemon=True)
        sweeping.start()
        return sweeping


def told(png: bytes, record: Mapping[str, Any], frame: Mapping[str, Any]) -> bytes:
    """The PNG of a frame that says what it is: a `slim` record, and what is known of the frame by itself.

    One that had a book to say says nothing (its run and its archive say it).
    """
    record = {**record, "frame": dict(frame)}
    return settings.png_with_record(png, record) if len(settings.dumps(record)) <= _LONGEST else png


def _remove(folder: Path) -> bool:
    """Takes the run out of sight at once, then its files. False if somebody else was faster."""
    leaving = folder.with_name(f".{folder.name}.gone")
    try:
        folder.rename(leaving)
    except FileNotFoundError:
        return False
    shutil.rmtree(leaving, ignore_errors=True)
    return True


def _write_record(folder: Path, record: Mapping[str, Any]) -> None:
    with whole(folder / _RECORD) as part:
        part.write_text(settings.dumps(record))


def _jpeg(image: Image.Image, path: Path) -> None:
    """4:4:4, because smeared colours are the first thing a still picture shows."""
    with whole(path) as part:
        image.convert("RGB").save(part, format="JPEG", quality=92, subsampling=0)


def _is_run(folder: Path) -> bool:
    own = _NAME.fullmatch(folder.name) and not folder.is_symlink()
    return bool(own) and all((folder / name).is_file() for name in (_RECORD, _FRAMES))


def _rendering(folder: Path, now: float) -> bool:
    with suppress(FileNotFoundError):  # taken away between a question and the next
        return now - (folder / _MARK).stat().st_mtime < _STALE
    return False


def _touched(folder: Path) -> float:
    """When something was last put into the folder: a new file changes the time of the directory it is in."""
    times = [folder.stat().st_mtime]  # raises FileNotFoundError if it vanishes
    for place in (folder / _RECORD, folder / _MARK, *(folder / inner for inner in _FOLDERS)):
        with suppress(FileNotFoundError):
            times.append(place.stat().st_mtime)
    return max(times)


def _bytes(folder: Path) -> int:
    """Of all files in it: a run has no folders inside its folders. Raises FileNotFoundError if it vanishes."""
    places = [folder, *(folder / inner for inner in _FOLDERS if (folder / inner).is_dir())]
    return sum(entry.stat().st_size for place in places for entry in os.scandir(place) if entry.is_file())
