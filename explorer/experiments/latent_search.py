"""Latent search: a picture and its children, of which one is chosen, and has children of its own.

Interactive evolution (Dawkins, The Blind Watchmaker, 1986) in the inputs of a generator, as Bontrager et al. have it,
"Deep Interactive Evolution", arXiv:1801.08230; without their crossover.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import InputError, Integer, Prompt, Real, Text
from explorer.messages import Message
from explorer.space import walks
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan, Shown
from explorer.space.points import Conditioning, Point, digest

MOST, MOST_CHILDREN = 64, 16
CHILD = re.compile(r"(\d{1,2})@(\d?\.?\d+)(?:/(\d?\.?\d+))?")


class Child(NamedTuple):
    """A child's number from 1, and how far its noise and its words are from its parent's, 0 to 1."""

    number: int
    noise: float
    words: float = 0.0

    def __str__(self) -> str:
        return f"{self.number}@{self.noise:g}" + (f"/{self.words:g}" if self.words else "")


@dataclass(frozen=True)
class Line(Text):
    """The children that were chosen, the oldest first: "3@0.5, 8@0.4/0.2"."""

    carries: ClassVar[str | None] = "own"

    @property
    def allowed(self) -> str:
        return Message(
            "up to {m} chosen children such as 3@0.5, 8@0.4/0.2: a number from 1 to {n}, how far its noise went and, if"
            " at all, its words, 0 to 1",
            m=MOST,
            n=MOST_CHILDREN,
        )

    def _accept(self, value: Any) -> str:
        return written(line_of(super()._accept(value)))


def line_of(text: str) -> list[Child]:
    """The chosen children of a text. Raises ValueError for one that is none of ours."""
    found = [CHILD.fullmatch(each) for each in re.split(r"[,\s]+", text.strip()) if each]
    if len(found) > MOST or None in found:
        raise ValueError
    line = [Child(int(m[1]), float(m[2]), float(m[3] or 0)) for m in found if m]
    if any(not 1 <= number <= MOST_CHILDREN or max(noise, words) > 1 for number, noise, words in line):
        raise ValueError
    return line


def written(line: Sequence[Child]) -> str:
    """The text of chosen children."""
    return ", ".join(map(str, line))


@dataclass(frozen=True, kw_only=True)
class LatentSearch(Experiment):
    """Search by eye: choose the picture that comes nearest to what you look for, and it has children around it.

    The first picture is the parent, every other one of its children: the same with its noise turned a part of the way
    towards another noise, and its words, if you like, towards where no words are. Use, "on from this one", makes a
    child the next parent. Draw wide circles first and narrow ones later.
    """

    view: ClassVar[str] = "compare"
    tab: ClassVar[str] = "Search"
    position: ClassVar[int] = 7
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "Butterflies, second generation": {"prompt": "a butterfly", "chosen": "5@0.6/0.5"},
        "Houses in the snow": {"prompt": "a house in the snow"},
        "Castles, by their noise alone": {"prompt": "a castle on a hill", "noise": 0.9, "words": 0.0},
    }

    prompt: str = Prompt("What every picture shows, or begins with.").field("a butterfly")
    chosen: str = Line(
        "The child that was chosen of each generation, as Use writes it; empty, and the search begins at the seed.",
        label="Chosen so far",
    ).field("")
    children: int = Integer("Pictures beside their parent.", low=2, high=MOST_CHILDREN).field(8)
    noise: float = Real(
        "How far the children's noise is from their parent's. 1: nothing of it is left.",
        label="Distance by noise",
        step=0.05,
    ).field(0.6)
    words: float = Real(
        "How far they stray from their parent's words. 1: nearly as far as an unrelated prompt.",
        label="Distance by words",
        step=0.05,
    ).field(0.5)

    def plan(self, studio: Studio) -> Plan:
        """Places at (child, generation), child 0 the parent; `at(child, generation)` is the point there.

        A child lies in a direction of its own, however far: whoever changes the distance sees the same children nearer
        or farther. Raises InputError where they would be the parent itself.
        """
        if self._child(1) == Child(1, 0.0):
            raise InputError("noise", self.noise, "above 0, here or for the words")
        line, shape = line_of(self.chosen), studio.latents_shape(self.sampling)
        negative = studio.encode_negative(self.negative_prompt)
        prompt, noise = studio.encode(self.prompt), Noise.of(self.seed)
        for passed, chosen in enumerate(line):
            prompt, noise = moved(prompt, noise, chosen, self._seed_of(line[:passed], chosen.number))

        def at(number: float, _generation: float) -> Point:
            child = self._child(int(number))
            there = moved(prompt, noise, child, self._seed_of(line, child.number)) if child.number else (prompt, noise)
            return Point(there[0], negative, there[1].latents(shape), there[1], self.guidance)

        generation = float(len(line))
        places = [Place((float(number), generation), *self._said(line, number)) for number in range(self.children + 1)]
        titles = {generation: Message("generation {n}", n=len(line) + 1)}
        return Plan(tuple(places), at, self.sampling, shown=Shown(("child", "generation"), titles))

    def _child(self, number: int) -> Child:
        """A child as it is written down."""
        return Child(number, round(self.noise, 4), round(self.words, 4))

    def _said(self, line: Sequence[Child], number: int) -> tuple[Message, dict[str, Any]]:
        """What a place is called, and its own settings: no seed and no prompt say what has moved."""
        to = [*line, self._child(number)] if number else line
        settings: dict[str, Any] = {"chosen": written(to)}
        settings |= {"seed": None} if any(child.noise for child in to) else {}
        settings |= {"prompt": None} if any(child.words for child in to) else {}
        return Message("child {n}", n=number) if number else Message("parent"), settings

    def _seed_of(self, line: Sequence[Child], number: int) -> int:
        """Of the direction in which a child lies."""
        return int.from_bytes(digest(self.seed, *map(str, line), number)[:4], "little")


def moved(prompt: Conditioning, noise: Noise, child: Child, seed: int) -> tuple[Conditioning, Noise]:
    """The words and the noise of a child that lies in the direction `seed` of its parent's `prompt` and `noise`.

    Noises keep unit variance, for two of them are as good as orthogonal; words stay on the shell of `walks.shell`.
    """
    kept = math.sqrt(1 - child.noise**2)
    terms = [(each, weight * kept) for each, weight in noise.terms if kept] if child.noise else list(noise.terms)
    terms += [(seed, child.noise)] if child.noise else []
    return walks.shell(prompt, seed)(child.words) if child.words else prompt, Noise(tuple(terms))
