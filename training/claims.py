"""What may be said of a picture: what it shows, how many, in which colours, how two things stand, and where.

A claim leaves out what it does not mention, so "a dog" is true of a dog at the beach as well. The judge learns from
claims and the report asks them, both in the same words. Knows no pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from training.captions import caption, counted, in_style, place
from training.captions import with_article as article
from training.landscapes import SKIES
from training.scenes import COLORS, SCENES
from training.styles import STYLES
from training.tints import TINTS

__all__ = ["OWN", "RELATIONS", "VALUES", "Claim", "article", "facts", "shorter", "truth"]

VALUES: dict[str, tuple[str, ...]] = {"scene": tuple(SCENES), "style": tuple(STYLES), "color": tuple(COLORS)}
"""The attributes beside the subject, and what each may be."""
OWN: dict[str, tuple[str | int, ...]] = {"tint": tuple(TINTS), "count": (1, 2, 3, 4), "sky": tuple(SKIES)}
"""Attributes of the subject itself: its colour, how many of it, and of a landscape the sky."""
RELATIONS = {
    "beside": "{a} and {b}",
    "left of": "{a} to the left of {b}",
    "on": "{a} on {b}",
    "under": "{a} under {b}",
    "with": "{a} with {b}",
    "riding": "{a} riding {b}",
    "wearing": "{a} wearing {b}",
}
"""How one thing stands to another, with the plainest words."""
LOOSE = ("beside", "with")
"""Relations that say no more than that both are there."""


class Claim(NamedTuple):
    """What is said of a picture: fields of `composites.Composite`; None, and a count of 1, is not mentioned."""

    subject: str
    scene: str | None = None
    style: str | None = None
    color: str | None = None
    tint: str | None = None
    count: int = 1
    other: str | None = None
    other_tint: str | None = None
    relation: str | None = None
    sky: str | None = None

    def words(self) -> str:
        """The claim as a prompt, in the captions' plainest form: "a watercolor painting of a dog at the beach"."""
        if self[4:] == (None, 1, None, None, None, None):
            return caption(self.subject, self.scene, self.style, self.color)
        return in_style(self._things() + self._where(), self.style)

    def _things(self) -> str:
        name = f"{self.tint} {self.subject}" if self.tint else self.subject
        first = counted(name, self.count) if self.count > 1 else article(name)
        if not self.other:
            return first
        second = article(f"{self.other_tint} {self.other}" if self.other_tint else self.other)
        return RELATIONS[self.relation or "beside"].format(a=first, b=second)

    def _where(self) -> str:
        return f" {SKIES[self.sky].words[0]}" if self.sky else place(self.scene, self.color)

    def alternatives(self) -> list[Claim]:
        """The same claim with each attribute exchanged for each other value, and of two things the exchanged ones."""
        found = [
            self._replace(**{name: other})
            for name, values in (VALUES | OWN).items()
            if getattr(self, name) and (name != "count" or self.count > 1)
            for other in values
            if other != getattr(self, name)
        ]
        return found + (self._exchanged() if self.other else [])

    def _exchanged(self) -> list[Claim]:
        """Colours or places of the two things exchanged, and the other ways to stand."""
        found = []
        if self.tint != self.other_tint:
            found.append(self._replace(tint=self.other_tint, other_tint=self.tint))
        if self.relation in LOOSE:
            return found
        found.append(self._replace(subject=self.other, tint=self.other_tint, other=self.subject, other_tint=self.tint))
        return found + [self._replace(relation=each) for each in RELATIONS if each not in (*LOOSE, self.relation)]


def shorter(said: Claim) -> list[Claim]:
    """The claims that are true because `said` is: its subject alone, that with each of its attributes, the other."""
    alone = Claim(said.subject)
    found = [alone, *(alone._replace(**{name: getattr(said, name)}) for name in VALUES if getattr(said, name))]
    found += [alone._replace(**{name: getattr(said, name)}) for name in ("tint", "sky") if getattr(said, name)]
    if said.count > 1:
        found.append(alone._replace(count=said.count))
    if said.other:
        both = alone._replace(other=said.other, relation="beside")
        found += [Claim(said.other), both]
        if said.other_tint:
            found.append(Claim(said.other, tint=said.other_tint))
        if said.tint or said.other_tint:
            found.append(both._replace(tint=said.tint, other_tint=said.other_tint))
        if said.relation not in LOOSE:
            found.append(both._replace(relation=said.relation))
    return found


def facts(claim: Claim) -> frozenset[str]:
    """What a claim comes down to; it is true of a picture of which all its facts are."""
    found = {claim.subject}
    found |= {f"{name}={getattr(claim, name)}" for name in (*VALUES, "sky") if getattr(claim, name)}
    if claim.tint:
        found.add(f"{claim.tint} {claim.subject}")
    if claim.count > 1:
        found.add(f"{claim.count} {claim.subject}")
    if claim.other:
        found.add(claim.other)
        if claim.other_tint:
            found.add(f"{claim.other_tint} {claim.other}")
        if claim.relation not in (None, *LOOSE):
            found.add(f"{claim.subject} {claim.relation} {claim.other}")
        if claim.relation == "riding":
            found.add(f"{claim.subject} on {claim.other}")
        if claim.subject == claim.other:
            found.add(f"2 {claim.subject}")
    return frozenset(found)


def truth(said: Sequence[Claim], claims: Sequence[Claim]) -> np.ndarray:
    """Whether each claim is true of each picture of which all is said: bool (pictures, claims)."""
    known, asked = [facts(claim) for claim in said], [facts(claim) for claim in claims]
    places = {fact: place for place, fact in enumerate(sorted(set().union(*known, *asked)))}
    tables = [np.zeros((len(rows), len(places)), np.float32) for rows in (known, asked)]
    for table, rows in zip(tables, (known, asked), strict=True):
        for row, each in zip(table, rows, strict=True):
            row[[places[fact] for fact in each]] = 1
    return tables[0] @ tables[1].T == tables[1].sum(1)
