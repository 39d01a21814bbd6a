"""Standings as a table in Markdown, and the line that says on which machine it was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.film import Film, Rendered
from bench.race import Standing, difference

COLUMNS = ("contestant", "s a frame", "core-s a frame", "speed", "rows a frame", "peak memory", "pixels differ", "with")


def table(standings: Sequence[Standing], film: Film, against: str) -> str:
    """One line a contestant. Times are medians of the rounds; speed is the ratio to the contestant `against`.

    In brackets: the lowest and highest ratio of a round; the rows that went through the UNet where padding adds some.
    """
    reference = next(standing for standing in standings if standing.entry.name == against)
    lines = [COLUMNS, ("---",) * len(COLUMNS)]
    lines += [(standing.entry.name, *_cells(standing, reference, film)) for standing in standings]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine_line() -> str:
    """Processor, cores, load by others, Python."""
    load = f", load {os.getloadavg()[0]:.1f} before the start" if hasattr(os, "getloadavg") else ""
    return f"{_processor()}, {os.cpu_count()} cores{load}, Python {platform.python_version()}"


def _cells(standing: Standing, reference: Standing, film: Film) -> tuple[str, ...]:
    if standing.error:
        return ("-",) * (len(COLUMNS) - 2) + (standing.error.replace("\n", " ").replace("|", "\\|"),)
    last = standing.films[-1]
    return (
        f"{median(done.seconds for done in standing.films) / film.frames:.3f}",
        f"{median(done.core_seconds for done in standing.films) / film.frames:.3f}",
        _speed(standing, reference),
        _rows(last, film.frames),
        f"{standing.peak_bytes / 1e6:,.0f} MB",
        _difference(standing, reference),
        standing.stack,
    )


def _rows(last: Rendered, frames: int) -> str:
    padded = f" ({last.sent / frames:.2f})" if last.sent != last.rows else ""
    return f"{last.rows / frames:.2f}{padded}"


def _speed(standing: Standing, reference: Standing) -> str:
    if reference.error or standing.entry.alone:
        return "-"
    rounds = [theirs.seconds / own.seconds for own, theirs in zip(standing.films, reference.films, strict=True)]
    return f"{median(rounds):.2f}x ({min(rounds):.2f}-{max(rounds):.2f})"


def _difference(standing: Standing, reference: Standing) -> str:
    if reference.error or standing is reference or not standing.entry.compared:
        return "-"
    largest, mean = difference(standing.films[-1], reference.films[-1])
    return f"at most {largest}, mean {mean:.3f}"


def _processor() -> str:
    """The processor's name; Linux has it in a file only."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
