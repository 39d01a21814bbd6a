"""How fast this device is on this model, as measured while it works: the source of every time estimate."""

from __future__ import annotations


class Pace:
    """Smoothed seconds of a call ("unet", "vae", "sketch") by picture size, scaled by area to sizes not measured."""

    def __init__(self) -> None:
        self._seconds: dict[str, dict[int, float]] = {"unet": {}, "vae": {}, "sketch": {}}

    def record(self, call: str, area: int, seconds: float) -> None:
        """Takes in the time of one call on `area` latent pixels (all rows of a micro-batch together)."""
        known = self._seconds[call]
        known[area] = 0.8 * known.get(area, seconds) + 0.2 * seconds

    def seconds(self, call: str, area: int) -> float | None:
        """The expected time of one call; None while nothing of the kind was measured."""
        known = self._seconds[call]
        if not known:
            return None
        nearest = min(known, key=lambda other: abs(other - area))
        return known[nearest] * area / nearest
