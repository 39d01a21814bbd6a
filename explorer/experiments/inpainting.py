"""Inpainting: one region of a picture is drawn anew, and nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import Choice, InputError, Integer, Painted, PaintedPicture, Prompt, Real, Seeds
from explorer.experiments.masks import fitted_mask
from explorer.experiments.painting import SOFT, edit_of
from explorer.experiments.pictures import ancestry
from explorer.messages import Message, in_a_row
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan, Shown
from explorer.space.points import Point

MOST = 16
PLANET = Painted("planet", f"16x16:51a{'10p6a' * 9}10p51a")
HILLS = Painted("hills", f"16x16:20a{'8p8a' * 7}8p116a")
"""The example with its boat painted over."""


@dataclass(frozen=True, kw_only=True)
class Inpainting(Experiment):
    """Paint over a part of a picture, and the prompt is drawn there. Outside, not a pixel changes.

    The network sees all of the picture at every step, so what it draws fits in. The prompt is best about the whole
    picture as it shall be: *a fish at the beach*, not only *a fish*.
    """

    view: ClassVar[str] = "compare"
    tab: ClassVar[str] = "Inpaint"
    position: ClassVar[int] = 5
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "A rocket for the planet": {"painted": PLANET, "prompt": "a rocket under a starry night sky"},
        "A rainbow over the hills": {"painted": HILLS, "prompt": "a rainbow in a meadow"},
        "Four rockets": {"painted": PLANET, "prompt": "a rocket under a starry night sky", "count": 4},
    }

    prompt: str = Prompt("What the whole picture shows when it is done.").field("a rocket under a starry night sky")
    painted: Painted = PaintedPicture(  # noqa: RUF009 (its default is frozen)
        "What you paint over is drawn anew; everything else stays as it is.", label="Picture and mask"
    ).field(PLANET)
    strength: float = Real("How much is made anew inside the mask: 1 all, less keeps colours and places.").field(1.0)
    count: int = Integer("Pictures: seeds counted from the shared one.", low=1, high=MOST).field(1)
    edge: int = Integer(
        "How many pixels inside the mask the new picture fades in over; outside of it nothing changes.",
        label="Soft edge",
        low=0,
        high=64,
        place="more",
    ).field(SOFT)
    area: str = Choice(
        "painted: what is painted over is drawn anew. the rest: all but that.",
        label="What is drawn",
        place="more",
        options=("painted", "the rest"),
    ).field("painted")
    detail: str = Choice(
        "whole picture: all of it is looked at. only here: the mask and what is around it are drawn as large as the"
        " frame and put back smaller: finer, and it sees less.",
        place="more",
        options=("whole picture", "only here"),
    ).field("whole picture")
    seeds: tuple[int, ...] = Seeds(
        "These seeds and no others; empty, and they are counted from the shared one.",
        label="Seeds",
        place="more",
        most=MOST,
    ).field(())

    def plan(self, studio: Studio) -> Plan:
        """The picture before, number 0, and one after it for every seed; coordinates are (number,).

        Raises InputError where nothing would be drawn anew.
        """
        self._check_mask()
        invert, only_here = self.area == "the rest", self.detail == "only here"
        shape = studio.latents_shape(self.sampling)
        edit = edit_of(studio, self.sampling, self.painted, edge=self.edge, invert=invert, only_here=only_here)
        conditioning, negative = studio.encode(self.prompt), studio.encode_negative(self.negative_prompt)
        seeds = self.seeds or tuple((self.seed + i) % 2**32 for i in range(self.count))

        def at(number: float) -> Point:
            noise = Noise.of(seeds[max(0, round(number) - 1)])
            point = Point(conditioning, negative, noise.latents(shape), noise, self.guidance)
            return edit.inside(point, self.strength) if number else edit.before(point)

        places = [Place((0,), Message("start"), self._start())]
        places += [
            Place((i,), Message("seed {s}", s=seed), {"variation": i, "seed": seed})
            for i, seed in enumerate(seeds, start=1)
        ]
        return Plan(tuple(places), at, self.sampling, shown=Shown(("variation",)))

    def _check_mask(self) -> None:
        mask = fitted_mask(self.painted.mask, self.sampling.width, self.sampling.height)
        if self.area == "painted" and not mask.any():
            wrong = Message("Nothing is painted yet: paint over what is to be drawn anew.")
            raise InputError("painted", self.painted.mask, Message("a mask with something painted over in it"), wrong)
        if self.area == "the rest" and bool((mask == 1).all()):
            wrong = Message("All is painted over, and only the rest is drawn anew: leave something free.")
            raise InputError("painted", self.painted.mask, Message("a mask that leaves something free"), wrong)

    def _start(self) -> Mapping[str, Any]:
        came_from = in_a_row(ancestry(self.painted.picture), " → ")
        return {"variation": 0, **({"came from": came_from} if came_from else {})}
