"""Guidance sweep: the same prompt and noise at several guidance scales, and a second setting from row to row."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import Choice, InputError, Numbers, Prompt, Seeds, Text
from explorer.messages import Message
from explorer.space.mixtures import prompts_of, told
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan, Shown
from explorer.space.points import Point, Sampling

ROWS = {
    "seeds": "seed",
    "prompts": "prompt",
    "negative prompts": "negative_prompt",
    "steps": "num_inference_steps",
    "samplers": "scheduler",
}
"""What may differ from row to row, and the setting that it is."""

SAMPLED = {field.name for field in dataclasses.fields(Sampling)}
"""The settings among them that are no point's, but how it is sampled."""

MOST_ROWS = 8


@dataclass(frozen=True, kw_only=True)
class GuidanceSweep(Experiment):
    """How hard should the prompt pull? One noise, many guidance scales.

    At 1 the picture is the prompt's alone, at 0 it is the negative prompt's (or nothing's in particular), in between it
    is a mix, and above 1 it moves away from the negative prompt, until the colours burn.
    """

    view: ClassVar[str] = "compare"
    tab: ClassVar[str] = "How strictly?"
    position: ClassVar[int] = 3
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "A boat from 0 to 12": {"prompt": "a boat at the beach", "scales": (0, 0.5, 1, 2, 3, 5, 8, 12)},
        "A rose until it burns": {"prompt": "a rose", "scales": (0, 1, 2, 3, 5, 8, 12, 20)},
    }
    tutorials: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Nine scales, 50 steps": {
            "prompt": "a still life DSLR photo of a bowl of fruit",
            "scales": (0.25, 0.5, 1, 2, 4, 6, 8, 10, 20),
            "seed": 193,
            "num_inference_steps": 50,
        },
        "Three scales, 35 steps": {
            "prompt": "a watercolor painting of a golden retriever at the beach",
            "scales": (1.1, 8, 12),
            "seed": 42,
            "num_inference_steps": 35,
        },
    }

    prompt: str = Prompt("What every picture shows.").field("a lion in the desert")
    scales: tuple[float, ...] = Numbers("The guidance scales, or a range of them.", high=30.0).field(
        (0, 0.5, 1, 2, 4, 8, 12, 20)
    )
    rows: str = Choice("What differs from row to row.", label="Rows", place="more", options=tuple(ROWS)).field("seeds")
    seeds: tuple[int, ...] = Seeds(
        "A row of pictures for each; empty, and there is one row, of the shared seed.",
        label="Seeds",
        place="more",
        only_with=("rows", ("seeds",)),
    ).field(())
    row_values: str = Text(
        "What the rows have, where that is no seed, separated by semicolons: 5; 10; 20, or Euler; DDIM, or prompts.",
        label="Values of the rows",
        place="more",
        only_with=("rows", tuple(ROWS)[1:]),
    ).field("")

    def plan(self, studio: Studio) -> Plan:
        """Places at (guidance scale, row), row by row; `at(scale, row)` is the point there. A seed's row is that seed.

        Raises InputError for values that the rows cannot have.
        """
        shape, axis = studio.latents_shape(self.sampling), ROWS[self.rows]
        pairs = self._rows(axis)
        rows = dict(pairs)

        def of(number: float, name: str) -> Any:
            return rows[number] if name == axis else getattr(self, name)

        texts = {
            number: (studio.encode(of(number, "prompt")), studio.encode_negative(of(number, "negative_prompt")))
            for number in rows
        }

        def at(scale: float, number: float) -> Point:
            noise = Noise.of(of(number, "seed"))
            return Point(*texts[number], noise.latents(shape), noise, scale)

        titles = {number: _named(axis, value) for number, value in rows.items()}
        places = [
            Place(
                (scale, number),
                Message("guidance {g}, {row}", g=f"{scale:g}", row=titles[number]),
                {"guidance_scale": scale, axis: value},
                sampling=dataclasses.replace(self.sampling, **{axis: value}) if axis in SAMPLED else None,
            )
            for number, value in pairs
            for scale in self.scales
        ]
        usual = self.guidance_scale
        pair = None if usual is None else (self._nearest(1.0), self._nearest(usual))
        shown = Shown(("guidance_scale", axis), {} if axis == "seed" else titles, pair=pair)
        return Plan(tuple(places), at, self.sampling, shown=shown)

    def _nearest(self, scale: float) -> int:
        """The place of the first row whose scale is nearest: 1 and the usual one are a pair that tells something."""
        return min(range(len(self.scales)), key=lambda k: abs(self.scales[k] - scale))

    def prompts_used(self) -> list[str]:
        """Those of the rows, too."""
        rows = self._values() if self.rows in ("prompts", "negative prompts") else []
        return [*super().prompts_used(), *(prompt for value in rows for prompt in prompts_of(value))]

    def _rows(self, axis: str) -> list[tuple[float, Any]]:
        """The number of each row, and what it has on its axis."""
        if axis == "seed":
            return [(seed, seed) for seed in self.seeds or (self.seed,)]
        values = self._values()
        if not 1 <= len(values) <= MOST_ROWS:
            raise InputError(
                "row_values", self.row_values, Message("1 to {n} values, separated by semicolons", n=MOST_ROWS)
            )
        return [(number, self.inputs()[axis].check("row_values", value)) for number, value in enumerate(values)]

    def _values(self) -> list[str]:
        return [value.strip() for value in self.row_values.split(";") if value.strip()]


def _named(axis: str, value: Any) -> str:
    """What a row is called."""
    if axis == "seed":
        return Message("seed {s}", s=value)
    return Message("{n} steps", n=value) if axis == "num_inference_steps" else told(str(value))
