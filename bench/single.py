"""Draws one picture for each seed that comes in as a line: `against` runs it over this code and over another commit's.

So it keeps to what both have: `load`, `render`, an experiment, `warm_up`, and the store that frames are kept in.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path


def main(cache: str, model: str, steps: str) -> None:
    """Says {} when it is warm, then a line of JSON a picture."""
    from explorer import GuidanceSweep, load, render  # noqa: PLC0415 (of the tree in PYTHONPATH, whichever it is)
    from explorer.engine.store import FrameStore  # noqa: PLC0415

    engine = load(model, cache_folder=Path(cache), device="cpu", local_files_only=True)
    engine.warm_up()
    say({})
    for line in sys.stdin:
        engine.store = FrameStore()
        experiment = GuidanceSweep(
            prompt="a lion in the desert", scales=(5.0,), seed=int(line), num_inference_steps=int(steps)
        )
        wall, cores = time.perf_counter(), time.process_time()
        (frame,) = render(experiment, engine, progress=False)
        spent = time.perf_counter() - wall, time.process_time() - cores
        say({"seconds": spent[0], "core_seconds": spent[1], "bytes": hashlib.sha256(frame.png).hexdigest()})


def say(answer: dict[str, object]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
