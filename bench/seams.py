"""How well an edit sits in its picture: `python -m bench.seams`.

Random masks (a blob or a box somewhere on a bundled example), a prompt each, drawn by the bundled model as the tab
Inpaint draws them. What is measured: pixels that differ outside of the mask, which must be none; the part of the pixels
inside that differ; and the mean step between neighbouring pixels across the mask's edge, in parts of the picture's own
across that very line.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from explorer import load, render
from explorer.engine.engine import Engine
from explorer.experiments.inpainting import Inpainting
from explorer.experiments.masks import fitted_mask, written
from explorer.experiments.pictures import EXAMPLES, canonical, fitted

PROMPTS = (
    "a fish at the beach",
    "a house at the beach",
    "a tree in a meadow",
    "a castle in the snow",
    "a bowl of fruit on a table",
    "a rocket under a starry night sky",
    "a lion in the desert",
)
MOST_STEP, LEAST_CHANGED = 1.2, 0.9


@dataclass(frozen=True)
class Seam:
    """One edit: pixels changed outside, the part of those inside, the mean steps across the edge after and before.

    `usual` is the mean step anywhere in the picture before.
    """

    outside: int
    inside: float
    across: float
    before: float
    usual: float


def random_mask(random: np.random.Generator, cells: int) -> np.ndarray:
    """Strengths (cells, cells), 0 or 1: an ellipse or a box of a sixth to half of the sides."""
    width, height = random.uniform(cells / 6, cells / 2, 2)
    x, y = random.uniform(0, cells, 2)
    across, down = np.meshgrid(np.arange(cells) + 0.5 - x, np.arange(cells) + 0.5 - y)
    if random.random() < 0.5:
        return ((np.abs(across) < width / 2) & (np.abs(down) < height / 2)).astype(float)
    return ((2 * across / width) ** 2 + (2 * down / height) ** 2 < 1).astype(float)


def steps(picture: np.ndarray, inside: np.ndarray | None = None) -> float:
    """The mean step between neighbouring pixels; with `inside`, between those on two sides of its edge."""
    found = []
    for axis in (0, 1):
        step = np.abs(np.diff(picture, axis=axis)).mean(-1)
        found.append(step.ravel() if inside is None else step[np.diff(inside.astype(int), axis=axis) != 0])
    return float(np.concatenate(found).mean())


def seams(engine: Engine, count: int, edge: int, seed: int = 0) -> Iterator[Seam]:
    """So many edits, the same for the same seed."""
    random, done = np.random.default_rng(seed), 0
    width, height = engine.defaults.width, engine.defaults.height
    while done < count:
        mask = written(random_mask(random, 16))
        inside = fitted_mask(mask, width, height).numpy() > 0
        if not inside.any() or inside.all():
            continue
        name, prompt = random.choice(list(EXAMPLES)), random.choice(PROMPTS)
        edit = Inpainting(painted={"picture": str(name), "mask": mask}, prompt=str(prompt), edge=edge, seed=done)
        frames = {frame.index: frame.image for frame in render(edit, engine, progress=False)}
        before, after = (np.asarray(frames[i], dtype=float) for i in (0, 1))
        assert (before == np.asarray(fitted(canonical(str(name)), width, height, "crop"))).all()
        changed = (before != after).any(-1)
        yield Seam(
            int(changed[~inside].sum()),
            float(changed[inside].mean()),
            steps(after, inside),
            steps(before, inside),
            steps(before),
        )
        done += 1


def main() -> int:
    """Prints a line; exit code 1 where what is promised does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.seams", description=__doc__)
    parser.add_argument("--masks", type=int, default=50, help="how many edits (default 50)")
    parser.add_argument("--edge", type=int, default=Inpainting.edge, help="the feather in pixels (default: the tab's)")
    flags = parser.parse_args()
    found = list(seams(load("pocket"), flags.masks, flags.edge))
    outside, inside = sum(seam.outside for seam in found), float(np.mean([seam.inside for seam in found]))
    across, before, usual = (float(np.mean([getattr(s, n) for s in found])) for n in ("across", "before", "usual"))
    print(
        f"{len(found)} edits, feather {flags.edge} px: {outside} pixels changed outside, {inside:.1%} inside; step "
        f"across the edge {across:.2f}, before {before:.2f} ({across / before:.2f} times), in the picture anywhere "
        f"{usual:.2f} ({across / usual:.2f} times)"
    )
    return int(outside > 0 or inside < LEAST_CHANGED or across > MOST_STEP * before)


if __name__ == "__main__":
    sys.exit(main())
