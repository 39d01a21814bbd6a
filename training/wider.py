"""What the report asks beyond one subject and its place: colours, two things, sides, counts, people, landscapes.

Fixed lists and explicit seeds, like `questions`. Every line can be asked of a real composite as well, for the ceiling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np

from training.captions import with_article
from training.claims import OWN, Claim
from training.landscapes import SKIES
from training.people import BASIC
from training.places import PLACES
from training.questions import SEED, Question
from training.tints import TINTS

TINTED_EACH, PAIRS, COUNTED_EACH, SKIES_EACH = 6, 60, 20, 3
PEOPLE = (*BASIC, "child", "bald man", "doctor", "chef", "farmer", "teacher", "scientist", "astronaut", "firefighter",
          "police officer", "construction worker", "king", "prince", "princess", "bride", "wizard", "fairy", "mermaid",
          "vampire", "superhero", "santa claus", "ballet dancer", "man in a suit", "detective", "ninja", "pilot",
          "artist")  # fmt: skip
"""Who is asked for."""
MIX_OF = {"tint": "tinted", "both": "pairs", "bound": "pairs", "side": "pairs", "count": "counts", "person": "people",
          "landscape": "landscapes", "sky": "landscapes"}  # fmt: skip
"""Each line, and the mix whose composites show such things."""


def questions(core: Sequence[str], common: Sequence[str]) -> dict[str, list[Question]]:
    """All lines.

    Args:
        core: the subjects to choose among.
        common: those that are asked for.
    """
    plain = [name for name in common if not any(part in TINTS for part in name.split())]
    tinted = [Claim(name, tint=tint) for tint in TINTS for name in _some(plain, TINTED_EACH, tint)]
    pairs = [Claim(a, other=b, relation="beside") for a, b in _pairs(plain)]
    bound = [
        pair._replace(tint=one, other_tint=other)
        for pair, (one, other) in zip(pairs, _two_tints(len(pairs)), strict=True)
    ]
    counted = [Claim(name, count=n) for n in (2, 3, 4) for name in _some(plain, COUNTED_EACH, n)]
    views = [Claim(place, sky=sky) for place in PLACES for sky in _some(list(SKIES), SKIES_EACH, place)]
    claims = {
        "tint": tinted, "both": pairs, "bound": bound, "side": [pair._replace(relation="left of") for pair in pairs],
        "count": counted, "person": [Claim(name) for name in PEOPLE], "landscape": views, "sky": views,
    }  # fmt: skip
    return {line: [asked for claim in each if (asked := about(line, claim, core))] for line, each in claims.items()}


def about(line: str, claim: Claim, core: Sequence[str]) -> Question | None:
    """The question of a line that a picture of this claim answers; None if it shows nothing of the kind."""
    if claim.style:
        return None
    return ABOUT[line](claim, core)


def _tint(claim: Claim, _: Sequence[str]) -> Question | None:
    return _of_values(Claim(claim.subject, tint=claim.tint), "tint") if claim.tint else None


def _both(claim: Claim, core: Sequence[str]) -> Question | None:
    """Both of two subjects, among all."""
    if claim.subject not in core or claim.other not in core or claim.subject == claim.other:
        return None
    choices = tuple(Claim(subject).words() for subject in core)
    places = (core.index(claim.subject), core.index(claim.other))
    return Question(_beside(claim).words(), choices, places, all_of=True)


def _bound(claim: Claim, _: Sequence[str]) -> Question | None:
    """Each in its own colour, or exchanged, or both in one of the two?"""
    if not (claim.tint and claim.other_tint) or claim.tint == claim.other_tint:
        return None
    both = _beside(claim)
    ways = product((claim.tint, claim.other_tint), repeat=2)
    choices = tuple(both._replace(tint=one, other_tint=other).words() for one, other in ways)
    prompt = both._replace(tint=claim.tint, other_tint=claim.other_tint).words()
    return Question(prompt, choices, (choices.index(prompt),))


def _side(claim: Claim, _: Sequence[str]) -> Question | None:
    """Which of the two is left?"""
    if claim.relation != "left of" or claim.subject == claim.other:
        return None
    right = Claim(claim.subject, other=claim.other, relation="left of")
    wrong = right._replace(subject=right.other, other=right.subject)
    return Question(right.words(), (right.words(), wrong.words()), (0,))


def _count(claim: Claim, _: Sequence[str]) -> Question | None:
    return _of_values(Claim(claim.subject, count=claim.count), "count") if claim.count > 1 else None


def _person(claim: Claim, core: Sequence[str]) -> Question | None:
    """Is it anybody, and not one of the subjects?"""
    if claim.subject in core:
        return None
    people = tuple(dict.fromkeys((*PEOPLE, claim.subject)))
    choices = (*map(with_article, people), *map(with_article, core))
    return Question(with_article(claim.subject), choices, tuple(range(len(people))))


def _landscape(claim: Claim, _: Sequence[str]) -> Question | None:
    choices = tuple(Claim(place, sky=claim.sky).words() for place in PLACES)
    return Question(claim.words(), choices, (list(PLACES).index(claim.subject),)) if claim.sky else None


def _sky(claim: Claim, _: Sequence[str]) -> Question | None:
    return _of_values(Claim(claim.subject, sky=claim.sky), "sky") if claim.sky else None


ABOUT: Mapping[str, Callable[[Claim, Sequence[str]], Question | None]] = {
    "tint": _tint, "both": _both, "bound": _bound, "side": _side, "count": _count, "person": _person,
    "landscape": _landscape, "sky": _sky,
}  # fmt: skip


def _of_values(claim: Claim, name: str) -> Question:
    """Which value of an attribute is it?"""
    choices = tuple(claim._replace(**{name: value}).words() for value in OWN[name])
    return Question(claim.words(), choices, (OWN[name].index(getattr(claim, name)),))


def _beside(claim: Claim) -> Claim:
    return Claim(claim.subject, other=claim.other, relation="beside")


def _some(names: Sequence[str], count: int, seed: str | int) -> list[str]:
    """So many of the names, other ones with another seed, always the same."""
    rng = np.random.default_rng([SEED, *str(seed).encode()])
    return [names[n] for n in rng.choice(len(names), min(count, len(names)), replace=False)]


def _pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    rng = np.random.default_rng([SEED, 2])
    most = min(PAIRS, len(names) * (len(names) - 1))
    found: dict[tuple[str, str], None] = {}
    while len(found) < most:
        one, other = rng.choice(len(names), 2, replace=False)
        found[names[one], names[other]] = None
    return list(found)


def _two_tints(count: int) -> list[tuple[str, str]]:
    rng = np.random.default_rng([SEED, 3])
    return [tuple(rng.choice(list(TINTS), 2, replace=False).tolist()) for _ in range(count)]
