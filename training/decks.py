"""The drawings that pictures of several things are made from, picked by lot, each with what a caption calls it.

It knows drawings by their rows, and the project's own by `inventions`; not where they are put.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from training import inventions, subjects
from training.captions import with_article
from training.composites import called
from training.drawings import ALIKE, SETS, SOLID, Drawing
from training.people import BASIC, person_named
from training.placing import cut
from training.tints import TINTS, outlined, tinted, turned, varied

COMMON = 0.75
"""Share of the picks that are common subjects, where a pick is a core subject."""
INVENTED = 0.06
"""Share of the picks that the project draws itself."""
OWN_PEOPLE = 0.3
"""Share of the people that the project draws itself."""
BASICS = 0.4
"""Share of the people that are `people.BASIC`."""
RIDDEN = ("horse", "elephant", "camel", "bicycle", "motorcycle", "dragon", "unicorn", "cow", "donkey", "zebra",
          "ostrich")  # fmt: skip
RIDERS = ("cat", "dog", "monkey", "bear", "robot", "panda", "rabbit", "frog", "penguin", "mouse", "alien", "teddy bear")
HATS = ("top hat", "cap", "sun hat", "crown", "graduation cap", "helmet")
COVERS = ("tree", "umbrella", "beach umbrella", "palm tree", "mushroom", "rainbow", "cloud", "moon", "sun", "star",
          "ufo")  # fmt: skip
SUPPORTS = ("bed", "chair", "sofa", "car", "boat", "horse", "elephant", "book", "gift", "skateboard", "truck", "cake",
            "turtle", "whale", "cheese", "watermelon", "drum", "house", "mushroom", "soccer ball", "pizza")  # fmt: skip
"""What people ask for in such a place: to ride on, to ride, to wear, to be under, to be on."""


class Thing(NamedTuple):
    """A drawing, cut to what is seen.

    Attributes:
        rgba: uint8 (h, w, 4).
        subject: its plain name.
        words: what the caption calls it, without an article: "red car", "kitten".
        tint: a key of `TINTS`; None where it has its own colours.
    """

    rgba: np.ndarray
    subject: str
    words: str
    tint: str | None = None

    @property
    def told(self) -> str:
        """With its article: "a red car"."""
        return with_article(self.words)


class Deck:
    """Picks drawings by lot.

    Args:
        pictures, rows: as `drawings.load` returns them.
    """

    def __init__(self, pictures: np.ndarray, rows: Sequence[Drawing]) -> None:
        self._pictures, self._rows = pictures, rows
        core = set(subjects.core(rows))
        self._alike = self._by_subject(lambda row: row.subject in core and row.source in ALIKE)
        self._loose = self._by_subject(lambda row: row.subject in core and row.source in (*SETS, SOLID))
        self._common = [name for name in subjects.common(rows) if name in self._alike]

    @cached_property
    def people(self) -> dict[str, list[int]]:
        """Rows of people by the name that a caption gives them."""
        named = {number: person_named(row.subject) for number, row in enumerate(self._rows) if row.group == "people"}
        found: dict[str, list[int]] = {}
        for number, name in named.items():
            if name:
                found.setdefault(name, []).append(number)
        return found

    @cached_property
    def faces(self) -> dict[str, list[int]]:
        """Rows of animals' faces, which can wear hats, by the animal."""
        rows = self._by_subject(lambda row: row.group == "animals" and row.subject.endswith(" face"))
        return {name.removesuffix(" face"): numbers for name, numbers in rows.items()}

    def pick(
        self, rng: np.random.Generator, tints: float = 0.0, among: Sequence[str] = (), *, own: bool = True
    ) -> Thing:
        """A core subject in the look-alike sets' manner, a common one most often, now and then one of the project's.

        Args:
            tints: share that is recoloured, and said to be.
            among: subjects to pick from, where some of them are drawn.
            own: whether it may be one of the project's, which have colours and plurals of their own.
        """
        names = [name for name in among if name in self._alike]
        if own and not names and rng.uniform() < INVENTED:
            return self.invented(rng)
        if not names:
            names = self._common if self._common and rng.uniform() < COMMON else list(self._alike)
        name = names[rng.integers(len(names))]
        return self.thing(self._alike[name], rng, tints)

    def loose(self, rng: np.random.Generator, subject: str | None = None) -> tuple[Thing, str]:
        """A core subject of any set, a little turned and varied, and its set.

        Args:
            subject: which; None takes one by lot.
        """
        names = self._common if self._common and rng.uniform() < COMMON else list(self._loose)
        numbers = self._loose[subject or names[rng.integers(len(names))]]
        number = numbers[rng.integers(len(numbers))]
        found = self.thing([number], rng, 0.0)
        return found._replace(rgba=cut(turned(varied(found.rgba, rng), rng))), self._rows[number].source

    def invented(self, rng: np.random.Generator, among: Sequence[str] = ()) -> Thing:
        """One of the project's own drawings, or one of some of them."""
        subject, words, rgba = inventions.draw(rng, among[rng.integers(len(among))] if among else None)
        return Thing(outlined(cut(rgba)), subject, words)

    def person(self, rng: np.random.Generator) -> Thing:
        """Somebody of the emoji sets, or one of the project's own people, whose clothes and hair are told."""
        names = list(self.people)
        if not names or rng.uniform() < OWN_PEOPLE:
            return self.invented(rng, inventions.PEOPLE)
        basic = [name for name in BASIC if name in self.people]
        chosen = basic if basic and rng.uniform() < BASICS else names
        name = chosen[rng.integers(len(chosen))]
        numbers = self.people[name]
        rgba = self._drawn(numbers[rng.integers(len(numbers))])
        return Thing(rgba, name, name)

    def face(self, rng: np.random.Generator, tints: float = 0.0) -> Thing | None:
        """An animal's face, called as the animal; None if there is none."""
        names = list(self.faces)
        if not names:
            return None
        name = names[rng.integers(len(names))]
        return self.thing(self.faces[name], rng, tints, name)

    def thing(self, numbers: Sequence[int], rng: np.random.Generator, tints: float, name: str | None = None) -> Thing:
        """One of some rows, perhaps recoloured; called `name`, or by one of its names."""
        number = numbers[rng.integers(len(numbers))]
        row, rgba = self._rows[number], self._drawn(number)
        words = name or called(row, rng)
        if rng.uniform() >= tints:
            return Thing(outlined(rgba), name or row.subject, words)
        tint = list(TINTS)[rng.integers(len(TINTS))]
        return Thing(outlined(tinted(rgba, tint)), name or row.subject, f"{tint} {colourless(words)}", tint)

    def _drawn(self, number: int) -> np.ndarray:
        return cut(np.asarray(self._pictures[number]))

    def _by_subject(self, fit: Callable[[Drawing], bool]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows):
            if fit(row):
                found.setdefault(row.subject, []).append(number)
        return found


def colourless(words: str) -> str:
    """The words without a colour that was theirs: a "red apple" that is blue is a "blue apple"."""
    kept = [part for part in words.split() if part not in TINTS]
    return " ".join(kept) if kept else words
