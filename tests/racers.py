"""Contestants for the bench's tests that need no model and import no torch: one that runs and three that do not."""

from pathlib import Path

import numpy as np

from bench.film import Film, Rendered


class Still:
    """Renders the same grey, at a cost of its own invention."""

    stack = "nothing"

    def __init__(self, folder):
        self.folder = folder

    def render(self, film: Film) -> Rendered:
        pictures = np.full((film.frames, film.size, film.size, 3), 128, np.uint8)
        return Rendered(1.0, 2.0, film.frames, film.frames + 1, pictures)


class Broken(Still):
    """Cannot be made."""

    def __init__(self, folder):
        raise ValueError(f"no such | folder\n{folder}")


class Fails(Still):
    """Renders its warm-up, then raises."""

    def render(self, film: Film) -> Rendered:
        if film.frames > 2:
            raise MemoryError("no more")
        return super().render(film)


class Dies(Still):
    """Its process ends in the middle of its work."""

    def render(self, film: Film) -> Rendered:
        raise SystemExit(3)


def leave_a_note(path):
    """What a child is asked to do."""
    Path(path).write_text("done")
