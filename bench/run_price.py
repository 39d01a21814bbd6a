"""What a run's bookkeeping costs a frame, by the number of its frames: `python -m bench.run_price`.

The networks are fakes, so nearly all of it is this program's own: planning, storing, writing the run folder, telling
the page. Core-seconds, so that other programs' share of the machine does not count; the least of a few rounds, taken in
turns.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore
from explorer.experiments.interpolation import Interpolation
from explorer.outputs.runs import Runs
from explorer.ui.asked import Asked
from explorer.ui.rendering import render_of

SIZES = (100, 1000, 2000)
MOST_APART = 0.2


def film(frames: int) -> Interpolation:
    """An interpolation of at least `frames` frames, between eight prompts whatever its length."""
    prompts = tuple(f"prompt {number}" for number in range(8))
    between = -(-(frames - 1) // 7) + 1
    return Interpolation(prompts=prompts, frames=between, num_inference_steps=1, width=32, height=32, scheduler="DDIM")


def core_seconds_a_frame(frames: int) -> float:
    """Of one render into an empty run folder, with an empty store."""
    engine = Engine(FakeNetworks(), FrameStore())
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        experiment = film(frames).resolved(engine.networks.defaults)
        job = render_of(Asked(experiment, experiment.plan(engine)), engine, Runs(Path(folder)))
        for _ in job:
            pass
        return (time.process_time() - start) / len(job.render.keys)


def measure(sizes: Sequence[int], rounds: int) -> dict[int, float]:
    """The least core-seconds a frame by number of frames, after a warm-up."""
    core_seconds_a_frame(sizes[0])
    found = [[core_seconds_a_frame(size) for size in sizes] for _ in range(rounds)]
    return {size: min(column) for size, column in zip(sizes, zip(*found, strict=True), strict=True)}


def main() -> int:
    """Prints a table; exit code 1 where the dearest size is more than a fifth above the cheapest."""
    parser = argparse.ArgumentParser(prog="python -m bench.run_price", description=__doc__)
    parser.add_argument("--frames", type=int, nargs="+", default=SIZES, help="sizes of runs (default 100 1000 2000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each size, in turns (default 3)")
    flags = parser.parse_args()
    found = measure(flags.frames, flags.rounds)
    print("| frames | core-ms a frame |\n|---|---|")
    print("\n".join(f"| {size} | {seconds * 1e3:.2f} |" for size, seconds in found.items()))
    apart = max(found.values()) / min(found.values()) - 1
    print(f"\n{apart:.0%} apart")
    return int(apart > MOST_APART)


if __name__ == "__main__":
    sys.exit(main())
