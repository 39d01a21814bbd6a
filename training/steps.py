"""A training loop that a kill does not hurt: the state after a step is the same, however often the loop was stopped.

Every step draws from generators of its own (`draws`), the learning rate follows from the step alone, and a checkpoint
holds everything else. The loop is the engine's, whose tasks go on after a kill in the same way. It knows nothing of
what is trained.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from tqdm import tqdm

from explorer.engine.tasks import going_on
from explorer.files.whole import whole


class Stateful(Protocol):
    """A module, an optimizer, anything whose state can be taken and put back."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> Any: ...


class Draws(NamedTuple):
    """What one step draws from: a numpy and a torch generator, both on the CPU."""

    rng: np.random.Generator
    noise: torch.Generator


def draws(seed: int, title: str, step: int) -> Draws:
    """The generators of one step of one stage; no two steps or stages share them."""
    digest = hashlib.sha256(f"{seed}/{title}/{step}".encode()).digest()
    number = int.from_bytes(digest[:8], "big") >> 1
    return Draws(np.random.default_rng(number), torch.Generator().manual_seed(number))


def train(
    title: str,
    state: Mapping[str, Stateful],
    one_step: Callable[[int], Mapping[str, float]],
    steps: int,
    checkpoint: Path,
    *,
    save_every_s: float = 120.0,
    stop_after: int | None = None,
) -> bool:
    """Runs `one_step(0)` to `one_step(steps - 1)`, from the checkpoint if there is one, behind a progress bar.

    Args:
        title: shown at the bar.
        state: what the checkpoint holds, by name; all of it is loaded before the first step.
        one_step: one optimizer step; returns figures to show, such as {"loss": 0.1}.
        steps: how many in all, over all calls.
        checkpoint: a file that appears after `save_every_s` seconds and at the end; written to another name first, so
            that a kill while it is written leaves the last one.
        stop_after: steps of this call at most, after which a checkpoint is left; None goes to the end.

    Returns:
        True if all steps are done.
    """
    done = load(checkpoint, state) if checkpoint.exists() else 0
    last = steps if stop_after is None else min(steps, done + stop_after)
    shown: dict[str, float] = {}
    with tqdm(total=steps, initial=min(done, steps), desc=title, mininterval=2, unit="step") as bar:
        for _, figures in going_on(range(done, last), one_step, partial(save, checkpoint, state), save_every_s):
            for name, figure in figures.items():
                shown[name] = 0.98 * shown.get(name, figure) + 0.02 * figure
            bar.update()
            bar.set_postfix({name: f"{figure:.4f}" for name, figure in shown.items()}, refresh=False)
    return last >= steps


def save(checkpoint: Path, state: Mapping[str, Stateful], done: int) -> None:
    """Writes a checkpoint that is either whole or not there."""
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    with whole(checkpoint) as half:
        torch.save({"done": done, "state": {name: part.state_dict() for name, part in state.items()}}, half)


def load(checkpoint: Path, state: Mapping[str, Stateful]) -> int:
    """Puts a checkpoint's state back; returns how many steps it had done.

    Raises:
        ValueError: it holds other parts than `state`.
    """
    kept = torch.load(checkpoint, weights_only=True, map_location="cpu")
    if set(kept["state"]) != set(state):
        raise ValueError(f"{checkpoint} holds {sorted(kept['state'])}, not {sorted(state)}: remove it to start again")
    for name, part in state.items():
        part.load_state_dict(kept["state"][name])
    return int(kept["done"])
