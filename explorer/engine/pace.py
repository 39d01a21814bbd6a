"""How fast this device is on this model, as measured while it works: the source of every time estimate."""

from __future__ import annotations

from collections import deque
from statistics import median_low

LATEST = 5
"""Calls that an estimate is made of: their median, so that neither a cold first call nor a busy moment stays in it."""


CALLS = ("unet", "adapted", "vae", "sketch", "lesson")


class Pace:
    """Seconds of a call by picture size, scaled by area to sizes not measured.

    Calls are "unet", "adapted" (the same with adapters), "vae", "sketch", and "lesson": a turn of a teaching.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, dict[int, deque[float]]] = {call: {} for call in CALLS}

    def record(self, call: str, area: int, seconds: float) -> None:
        """Takes in the time of one call on `area` latent pixels (all rows of a micro-batch together)."""
        self._seconds[call].setdefault(area, deque(maxlen=LATEST)).append(seconds)

    def seconds(self, call: str, area: int) -> float | None:
        """The expected time of one call; None while nothing of the kind was measured."""
        known = self._seconds[call]
        if not known:
            return None
        nearest = min(known, key=lambda other: abs(other - area))
        return median_low(known[nearest]) * area / nearest
