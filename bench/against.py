"""Single pictures by this code and by that of another commit, in turns: seconds, and whether the bytes are the same.

The other commit's files are checked out beside; each side is a process that imports its own `explorer` and is told over
a pipe when to draw. Both remember their measured decisions in one folder, so they choose one dtype and one layout.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
STEPS = 20


def commit_of(name: str) -> str:
    """The full name of a commit. Raises CalledProcessError if there is none of that name."""
    return _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()


def against(commit: str, rounds: int, model: str = "pocket") -> str:
    """A table in Markdown of `rounds` pictures, each drawn by both, after one that does not count."""
    with tempfile.TemporaryDirectory() as folder, _checked_out(commit, Path(folder) / "code") as code:
        sides = [Side(tree, Path(folder) / "cache", model) for tree in (ROOT, code)]
        drawn = [[side.draw(seed) for side in sides] for seed in range(rounds + 1)][1:]
        for side in sides:
            side.close()
    return table(commit, drawn)


def table(commit: str, drawn: list[list[dict[str, Any]]]) -> str:
    """Of pairs of pictures, ours and the commit's: medians, the ratio of the seconds (lowest to highest), the bytes."""
    ratios = [ours["seconds"] / theirs["seconds"] for ours, theirs in drawn]
    same = sum(ours["bytes"] == theirs["bytes"] for ours, theirs in drawn)
    lines = [f"## A single picture of {STEPS} steps, {len(drawn)} seeds in turns\n"]
    lines += ["| code | s a picture | core-s a picture | seconds, as a ratio | same bytes |", "|---|---|---|---|---|"]
    for number, name in enumerate(("this", f"commit {commit[:7]}")):
        seconds, cores = (median(pair[number][key] for pair in drawn) for key in ("seconds", "core_seconds"))
        ratio = f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})" if number == 0 else "1"
        lines.append(f"| {name} | {seconds:.3f} | {cores:.3f} | {ratio} | {f'{same} of {len(drawn)}'} |")
    return "\n".join(lines)


class Side:
    """A process that draws single pictures with the `explorer` of a tree."""

    def __init__(self, tree: Path, cache: Path, model: str) -> None:
        command = [sys.executable, str(ROOT / "bench" / "single.py"), str(cache), model, str(STEPS)]
        env = {**os.environ, "PYTHONPATH": str(tree), "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
        self._process = subprocess.Popen(
            command, env=env, cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def draw(self, seed: int) -> dict[str, Any]:
        """`seconds`, `core_seconds` and the digest of the `bytes` of a picture, from an empty store."""
        self._process.stdin.write(f"{seed}\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"bench/single.py ended with code {self._process.wait()}")
        return json.loads(line)


@contextmanager
def _checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """The files of a commit in a folder, for as long as that takes."""
    _git("worktree", "add", "--detach", str(folder), commit)
    try:
        yield folder
    finally:
        _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout
