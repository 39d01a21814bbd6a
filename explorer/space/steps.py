"""A step of a point's denoising, as whoever draws it sees it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Step:
    """One step done of one point. `latents` is the sample after it, `predicted` the clean latents x0 foreseen in it.

    `index` is the point's number, `step` counts from 1 to `steps`, `timestep` and `sigma` say how noisy the sample was
    before it (sigma in units of the clean latents). `steps` counts UNet evaluations: Heun has 2 * S - 1, PNDM S + 1.
    `noisy` is that sample at unit variance, as the UNet takes it; `unguided` is what would have been `predicted` if the
    prompt alone had been asked. A point that starts at its end has one step, number 0 of 0, of its clean latents.
    """

    index: int
    step: int
    steps: int
    timestep: float
    sigma: float
    latents: Tensor
    predicted: Tensor
    noisy: Tensor
    unguided: Tensor

    @property
    def last(self) -> bool:
        """Whether `latents` is now the finished picture's."""
        return self.step == self.steps
