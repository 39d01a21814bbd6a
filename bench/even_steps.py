"""How even a film's steps are, before and after measuring: `python -m bench.even_steps`.

The eight pairs of prompts of the model's card as films of 13 frames, once with frames at equal parameter and once at
the places that `explorer.evenly` measured. "Largest step" is the largest over the mean of the 12, in pixels (root mean
square of what differs, as in the card) and, with the judge that `training` has made, in its angles; rows are those of
measuring and what the film has beside it, over those of the film alone. The distance that places the frames is neither:
it is that of the pictures' latents.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from explorer import evenly, load
from explorer.engine.engine import Engine, Frame
from explorer.engine.measuring import Measuring
from explorer.experiments.base import Experiment
from explorer.experiments.interpolation import Interpolation
from training.figures import judged_steps, pixel_steps, unevenness
from training.likeness import Likeness
from training.questions import PAIRS

FRAMES, MOST_UNEVEN, MOST_ROWS = 13, 1.6, 1.3

Measure = Callable[[np.ndarray], np.ndarray]
"""From a film (frames, h, w, 3) uint8 to the steps (frames - 1,) between neighbours."""


@dataclass(frozen=True)
class Evened:
    """A film: its largest step over the mean one, by measure, before and after; what it cost, in parts of before."""

    prompts: tuple[str, ...]
    before: Mapping[str, float]
    after: Mapping[str, float]
    rows: float


def film_of(experiment: Experiment, engine: Engine) -> np.ndarray:
    """Its pictures (frames, h, w, 3) uint8, in order."""
    plan = experiment.resolved(engine.defaults).plan(engine)
    found = {event.index: np.asarray(event.image) for event in engine.render(plan) if isinstance(event, Frame)}
    return np.stack([found[index] for index in range(len(found))])


def evened(engine: Engine, plain: Interpolation, measures: Mapping[str, Measure]) -> Evened:
    """A film before and after."""
    plan, fresh = plain.resolved(engine.defaults).plan(engine), Engine(engine.workers)  # whose store is empty
    alone, measuring = fresh.price(plan).rows, Measuring(fresh, plan).rows
    spaced = evenly(plain, fresh)
    beside = fresh.price(spaced.resolved(engine.defaults).plan(engine)).rows
    films = film_of(plain, fresh), film_of(spaced, fresh)
    before, after = ({name: unevenness(of(film)) for name, of in measures.items()} for film in films)
    return Evened(plain.prompts, before, after, (measuring + beside) / alone)


def measured(
    engine: Engine, frames: int, measures: Mapping[str, Measure], pairs: int, seed: int = 0
) -> Iterator[Evened]:
    """The first pairs of the card."""
    for prompts in PAIRS[:pairs]:
        yield evened(engine, Interpolation(prompts=prompts, frames=frames, seed=seed, loop="open"), measures)


def main() -> int:
    """Prints a table in Markdown; exit code 1 where a film is less even, or dearer, than promised."""
    parser = argparse.ArgumentParser(prog="python -m bench.even_steps", description=__doc__)
    parser.add_argument("--frames", type=int, default=FRAMES, help=f"of each film (default {FRAMES})")
    parser.add_argument("--pairs", type=int, default=len(PAIRS), help="how many pairs of prompts (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the noise (default 0)")
    parser.add_argument("--judge", type=Path, metavar="FOLDER", help="training's folder, for the judge's angles")
    flags = parser.parse_args()
    with TemporaryDirectory() as empty:
        engine = load("pocket", cache_folder=Path(empty))
        measures: dict[str, Measure] = {"pixels": pixel_steps}
        if flags.judge:
            measures["judge"] = partial(judged_steps, likeness=Likeness.load(flags.judge))
        heads = [f"{name}, {when}" for name in measures for when in ("before", "after")]
        print("| largest step over the mean | " + " | ".join(heads) + " | rows |\n|" + "---|" * (len(heads) + 2))
        found = []
        for film in measured(engine, flags.frames, measures, flags.pairs, flags.seed):
            found.append(film)
            cells = [f"{side[name]:.2f}" for name in measures for side in (film.before, film.after)]
            print(f"| {' to '.join(film.prompts)} | {' | '.join(cells)} | {film.rows:.2f} |", flush=True)
    good = all(film.rows <= MOST_ROWS and max(film.after.values()) <= MOST_UNEVEN for film in found)
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
