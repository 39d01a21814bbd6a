"""Every mix of composites by its name: the three of one drawing in one pose, and the wider ones.

The wider ones are things in other colours, pairs, counts, loose poses, landscapes, people, and the project's own
drawings. The n-th composite of a mix and a seed is always the same, however many are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from training import composites as single
from training.arrangements import count, finished, pair
from training.brushes import SIDE
from training.captions import one_of, with_article
from training.composites import Composite, background, one_key
from training.decks import Deck, Thing, colourless
from training.drawings import Drawing
from training.landscapes import landscape
from training.placing import Box, fit, pasted
from training.styles import SOURCE_WORDS
from training.tints import TINTS, outlined, tinted

LOOKS = 0.35
"""Share of the loose poses whose caption names the set's own look."""


def recoloured(deck: Deck, rng: np.random.Generator) -> Composite:
    """One thing in one of `TINTS`, said to be, mirrored half of the time."""
    thing, tint = deck.pick(rng, own=False), one_key(TINTS, rng)
    rgba = tinted(thing.rgba[:, ::-1] if rng.uniform() < 0.5 else thing.rgba, tint)
    thing = Thing(outlined(rgba), thing.subject, f"{tint} {colourless(thing.words)}", tint)
    return finished([(thing, anywhere(thing, rng))], thing.told, rng, subject=thing.subject, tint=tint)


def loose(deck: Deck, rng: np.random.Generator) -> Composite:
    """One thing of any set, of any size, anywhere, turned, mirrored and varied: what seeds are to choose among."""
    thing, source = deck.loose(rng)
    words = thing.told if rng.uniform() < 0.85 else thing.words
    if rng.uniform() < LOOKS:
        look = one_of(SOURCE_WORDS[source], rng)
        words = one_of((f"{with_article(look)} of {words}", f"{words}, {look}"), rng)
    return finished([(thing, anywhere(thing, rng))], words, rng, subject=thing.subject)


def person(deck: Deck, rng: np.random.Generator) -> Composite:
    """Somebody, large."""
    thing = deck.person(rng)
    if rng.uniform() < 0.5:
        thing = thing._replace(rgba=thing.rgba[:, ::-1])
    lead = "" if "portrait" in thing.words else one_of(("", "", "", "portrait of ", "a picture of "), rng)
    return finished([(thing, anywhere(thing, rng, 0.7))], lead + thing.told, rng, subject=thing.subject)


def invented(deck: Deck, rng: np.random.Generator) -> Composite:
    """One of the project's own drawings."""
    thing = deck.invented(rng)
    return finished([(thing, anywhere(thing, rng, 0.6))], thing.told, rng, subject=thing.subject)


def anywhere(thing: Thing, rng: np.random.Generator, least: float = 0.5) -> Box:
    """A place in the picture and a size from `least` to 0.92 of its side, rather low than high."""
    size = SIDE * rng.uniform(least, 0.92)
    wide, high = fit(thing.rgba, size, size)
    return Box(rng.uniform(0.02, 0.98) * (SIDE - wide), rng.uniform(0.3, 0.98) * (SIDE - high), wide, high)


WIDER: dict[str, Callable[[Deck, np.random.Generator], Composite]] = {
    "tinted": recoloured,
    "pairs": pair,
    "counts": count,
    "loose": loose,
    "landscapes": lambda _, rng: landscape(rng),
    "people": person,
    "invented": invented,
}
MIXES = (*single.MIXES, *WIDER)
"""Their names. New ones go to the end: a mix's place is part of what its composites are drawn by."""


def composites(
    drawings: tuple[np.ndarray, Sequence[Drawing]], mix: str, seed: int, count: int, start: int = 0
) -> Iterator[Composite]:
    """Composites number `start` to `start + count - 1` of a mix and a seed.

    Args:
        drawings: as `drawings.load` returns them.
        mix: one of `MIXES`.

    Raises:
        KeyError: no such mix.
        ValueError: no drawing fits it.
    """
    if mix in single.MIXES:
        yield from single.composites(drawings, mix, seed, count, start)
        return
    draw, deck = WIDER[mix], Deck(*drawings)
    for number in range(start, start + count):
        yield draw(deck, np.random.default_rng([seed, MIXES.index(mix), number]))


def several(drawings: tuple[np.ndarray, Sequence[Drawing]], subject: str, seed: int, count: int) -> list[Composite]:
    """`count` loose composites of one subject on white.

    Raises:
        KeyError: no set draws it.
    """
    deck, found = Deck(*drawings), []
    for number in range(count):
        rng = np.random.default_rng([seed, len(MIXES), number, *subject.encode()])
        thing, _ = deck.loose(rng, subject=subject)
        picture = background(None, None, rng)
        pasted(picture, thing.rgba, anywhere(thing, rng))
        found.append(Composite(np.clip(picture + 0.5, 0, 255).astype(np.uint8), thing.told, subject))
    return found
