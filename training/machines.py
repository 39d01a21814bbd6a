"""Where a training runs: the device, and half precision only where this machine measures faster with it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch

from explorer.engine.machine import best_device, best_dtype


@dataclass(frozen=True)
class Machine:
    """The device of a training and the precision of its products.

    Attributes:
        device: cuda, mps or cpu.
        half: bfloat16 where it was measured faster, else None: weights, sums and losses stay in float32.
    """

    device: torch.device
    half: torch.dtype | None

    def autocast(self) -> AbstractContextManager[object]:
        """Products in half precision where that is faster; losses belong outside, in float32."""
        return torch.autocast(self.device.type, self.half or torch.bfloat16, enabled=self.half is not None)


def this_machine(device: str | None = None) -> Machine:
    """The best device that works here, or the named one. float16 would need loss scaling: CUDA trains in bfloat16."""
    chosen = torch.device(device) if device else best_device()
    if chosen.type == "cuda":
        return Machine(chosen, torch.bfloat16)
    return Machine(chosen, torch.bfloat16 if best_dtype(chosen) == torch.bfloat16 else None)
