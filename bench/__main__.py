"""`python -m bench`: this program against its peers, on this machine's CPU, as a table in Markdown."""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.against import against, commit_of
from bench.film import Film
from bench.race import Entry, in_a_child, race
from bench.report import machine_line, table

POCKET = Path(__file__).parents[1] / "explorer" / "assets" / "pocket"
PLAIN, CHECK = "plain diffusers loop", "ours in float32"


def main() -> None:
    """Races on the bundled model and, unless `--quick`, on a network of SD 1.5's shape."""
    flags = _flags()
    print(f"{machine_line()}\n")
    _race_on(
        "the bundled model", str(POCKET), Film(flags.frames, flags.steps, 128), entries(flags.videos), flags.rounds
    )
    if flags.against:
        print(f"{against(flags.against, flags.rounds)}\n", flush=True)
    if flags.quick:
        return
    with tempfile.TemporaryDirectory() as folder:
        in_a_child("bench.sd15_shape:save", folder)
        # A row costs the same in any film, so a short film tells as much as a long one. Four networks of 4 GB would
        # not fit into 16 GB: ours in float32 comes after the race.
        contestants = [dataclasses.replace(entry, alone=entry.name == CHECK) for entry in entries(flags.videos)]
        _race_on("SD 1.5's shape, random weights", folder, Film(2, 10, 256), contestants, flags.rounds)


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the bundled model only")
    parser.add_argument("--frames", type=int, default=24, help="of the bundled model's film (default 24)")
    parser.add_argument("--steps", type=int, default=20, help="of the bundled model's film (default 20)")
    parser.add_argument("--rounds", type=int, default=3, help="films of each contestant, in turns (default 3)")
    parser.add_argument(
        "--against",
        metavar="COMMIT",
        help="also single pictures of the bundled model, in turns with that commit",
    )
    parser.add_argument(
        "--videos",
        metavar="FOLDER",
        help="packages for stable-diffusion-videos, as from pip install --target FOLDER; they come before ours",
    )
    flags = parser.parse_args()
    for name, least in {"frames": 2, "steps": 1, "rounds": 1}.items():
        if getattr(flags, name) < least:
            parser.error(f"--{name} = {getattr(flags, name)} is not allowed: {least} or more")
    if flags.against:
        try:
            flags.against = commit_of(flags.against)
        except (OSError, subprocess.CalledProcessError):
            parser.error(f"--against = {flags.against!r} is not allowed: a commit of this repository")
    if flags.videos and not Path(flags.videos).is_dir():
        parser.error(f"--videos = {flags.videos!r} is not allowed: a folder with packages in it")
    return flags


def _race_on(title: str, folder: str, film: Film, contestants: Sequence[Entry], rounds: int) -> None:
    """Races and prints."""
    print(
        f"## {title}, {film.size} px\n\n{film.frames} frames, {film.steps} steps, guidance {film.guidance:g}, "
        f"DPM++ 2M, {rounds} rounds in turns\n",
        flush=True,
    )
    print(f"{table(race(contestants, folder, film, rounds), film, PLAIN)}\n", flush=True)


def entries(videos: str | None = None) -> list[Entry]:
    """Who takes part; `videos` is a folder of packages for stable-diffusion-videos.

    Ours in float32 is there to show that the pictures, so the work, are the plain loop's.
    """
    return [
        Entry("ours", "bench.contestants:Ours"),
        Entry(CHECK, "bench.contestants:Ours", {"dtype": "float32"}),
        Entry(PLAIN, "bench.contestants:Plain"),
        Entry("stable-diffusion-videos", "bench.videos:Videos", packages=videos, compared=False),
    ]


if __name__ == "__main__":
    main()
