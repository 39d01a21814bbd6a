"""Many composites at once: made over the CPU's cores, the same pictures whatever the number of cores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np

from training.drawings import load
from training.mixes import composites

PART = 250


class Said(NamedTuple):
    """A composite without its picture; see `composites.Composite`."""

    caption: str
    subject: str
    scene: str | None = None
    style: str | None = None
    color: str | None = None
    tint: str | None = None
    count: int = 1
    other: str | None = None
    other_tint: str | None = None
    relation: str | None = None
    sky: str | None = None


class Part(NamedTuple):
    """Composites `start` to `start + count` of a mix and a seed."""

    folder: Path
    mix: str
    seed: int
    start: int
    count: int


def pictures(folder: Path, mix: str, seed: int, count: int, start: int = 0) -> tuple[np.ndarray, list[Said]]:
    """Composites `start` to `start + count` of a mix: (count, 128, 128, 3) uint8 and what their captions say."""
    parts = [Part(folder, mix, seed, start + done, min(PART, count - done)) for done in range(0, count, PART)]
    finished = list(_over_the_cores(parts))
    return np.concatenate([seen for seen, _ in finished]), [said for _, part in finished for said in part]


def _over_the_cores(parts: list[Part]) -> Iterator[tuple[np.ndarray, list[Said]]]:
    cores = min(len(parts), os.cpu_count() or 1)
    if cores == 1:
        yield from map(made, parts)
        return
    # Not forked: a child of a process with torch's threads in it can hang.
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        yield from pool.map(made, parts)


def made(part: Part) -> tuple[np.ndarray, list[Said]]:
    """One part's pictures and what is said of them, by this process alone."""
    drawn = load(part.folder)
    found = list(islice(composites(drawn, part.mix, part.seed, part.count, part.start), part.count))
    return np.stack([composite.picture for composite in found]), [Said(*composite[1:]) for composite in found]
