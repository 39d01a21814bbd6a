"""The model that settings were made with, and what becomes of its size where another one draws.

Contract: settings lose nothing but a size that does not suit, and that is told with the size that it was.

It does not know networks: a model is its name and the beginning of its fingerprint.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.experiments.base import Experiment
from explorer.experiments.inputs import Integer
from explorer.messages import Message

LONGEST = 100
"""Characters of a model's name."""
SUITS = 2
"""A size of at most so many times the model's own area, or as little of it, stays."""
FAR = 4
"""So many times the model's own area is too much, whatever drew it."""

_ENDING = re.compile(r"\.(?:safetensors|ckpt|sft|gguf)$", re.IGNORECASE)


@dataclass(frozen=True)
class MadeWith:
    """A model: the last part of its name, so that no folder of anybody's travels, and 8 digits of its fingerprint."""

    name: str
    weights: str = ""

    @classmethod
    def of(cls, model: Any) -> MadeWith | None:
        """That of {"name", "signature"}, as records have it; None where there is no name."""
        given = model if isinstance(model, Mapping) else {}
        name, signature = given.get("name"), given.get("signature")
        if not isinstance(name, str) or not name.strip():
            return None
        last = re.split(r"[/\\]", name.rstrip("/\\"))[-1].strip()[:LONGEST]
        weights = signature.partition("|")[0][:8] if isinstance(signature, str) else ""
        return cls(last, weights) if last else None

    @classmethod
    def running(cls, networks: Any) -> MadeWith:
        """That of an engine's networks."""
        return cls.of({"name": networks.name, "signature": networks.signature}) or cls("unnamed")

    def is_other_than(self, here: MadeWith) -> bool:
        """Whether the names differ, in more than the ending of a file; the same weights have any name."""
        if self.weights and self.weights == here.weights:
            return False
        return _ENDING.sub("", self.name).lower() != _ENDING.sub("", here.name).lower()

    def remarks(self, here: MadeWith) -> list[str]:
        """What is to be said of settings of this model where `here` draws."""
        if self.is_other_than(here):
            return [Message("It was made with the model {model}.", model=self.name)]
        if self.weights and here.weights and self.weights != here.weights:
            return [Message("It was made with other weights of {model}, which draw other pictures.", model=self.name)]
        return []


def another_model(model: Any, networks: Any) -> str | None:
    """A sentence that says which model made a run and which one runs now; None for the same weights under any name.

    `model` is the record's. Of two models of one name the weights are told.
    """
    made, here = MadeWith.of(model) or MadeWith("another"), MadeWith.running(networks)
    if made.weights == here.weights:
        return None
    names = made.name, here.name
    if not made.is_other_than(here):
        names = f"{made.name} ({made.weights or '?'})", f"{here.name} ({here.weights})"
    return Message("The run was made with {model}, and {other} runs now", model=names[0], other=names[1])


def suited(settings: Mapping[str, Any], defaults: Any) -> tuple[dict[str, Any], list[str]]:
    """Settings whose size has at most `SUITS` times the area of `defaults`, or as little of it, and a remark on it.

    `defaults` are the model's own. Without a size in the settings, and for one that is not allowed, nothing changes.
    """
    width, height = (_pixels(settings.get(side, getattr(defaults, side))) for side in ("width", "height"))
    area = defaults.width * defaults.height
    if not width or not height or abs(math.log(width * height / area)) <= math.log(SUITS):
        return dict(settings), []
    near = nearest_size(width, height, area)
    if near == (width, height):
        return dict(settings), []
    remark = Message(
        "Its size, {n} x {m}, became {w} x {h}, which suits this model: "
        "type {a} and {b} into Width and Height for the original.",
        n=width,
        m=height,
        w=near[0],
        h=near[1],
        a=width,
        b=height,
    )
    return {**settings, "width": near[0], "height": near[1]}, [remark]


def suited_from(
    model: MadeWith | None, here: MadeWith, settings: Mapping[str, Any], defaults: Any
) -> tuple[dict[str, Any], list[str]]:
    """As `suited` where another model than the one `here` made the settings; those of this one or of nobody stay."""
    other = model is not None and model.is_other_than(here)
    return suited(settings, defaults) if other else (dict(settings), [])


def is_far(settings: Mapping[str, Any], defaults: Any) -> bool:
    """Whether settings name a size of more than `FAR` times the area of `defaults`."""
    width, height = (_pixels(settings.get(side, 0)) for side in ("width", "height"))
    return width * height > FAR * defaults.width * defaults.height


def _pixels(value: Any) -> int:
    """A side in pixels, also where it came as text; 0 for what is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def nearest_size(width: int, height: int, area: int) -> tuple[int, int]:
    """The size that is nearest to `area` pixels in the proportion of `width` to `height`, of those that are allowed.

    Both are measured as ratios; that of the proportion counts twice.
    """
    inputs = Experiment.inputs()
    sides = [side for name in ("width", "height") if isinstance(side := inputs[name], Integer)]
    wide, high = (range(max(side.low, side.step), side.high + 1, side.step) for side in sides)

    def off(size: tuple[int, int]) -> float:
        proportion = math.log(size[0] * height / (size[1] * width))
        return 2 * abs(proportion) + abs(math.log(size[0] * size[1] / area))

    return min(((w, h) for w in wide for h in high), key=off)
