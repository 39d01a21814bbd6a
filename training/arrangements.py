"""Composites of more than one thing: pairs that stand to each other in some way, each in its own colour, and counts.

They stand large and overlap, because 16 x 16 latents hold no small animals. Who the things are is `decks`' matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from training import scenes, styles
from training.brushes import SIDE
from training.captions import counted, in_style, one_of, place
from training.composites import Composite, background, one_key
from training.decks import COVERS, HATS, RIDDEN, RIDERS, SUPPORTS, Deck, Thing
from training.placing import Box, fit, pasted, shadow

SCENIC, COLORED, PAINTED, TINTED = 0.35, 0.2, 0.12, 0.35
"""Shares of the backgrounds, of pictures in a painting style, and of things that are recoloured."""
BESIDE = ("{a} and {b}", "{a} next to {b}", "{a} beside {b}", "{a} with {b}", "{a} and {b} side by side")
LEFT = ("{a} to the left of {b}", "{a} on the left and {b} on the right", "{b} to the right of {a}")
ON = ("{a} on {b}", "{a} on top of {b}", "{a} sitting on {b}")
UNDER_FORMS = ("{a} under {b}", "{a} below {b}", "{b} above {a}")
WITH = ("{a} with {b}", "{a} and a small {bare}", "{a} holding {b}")
RIDING = ("{a} riding {b}", "{a} on {b}")
WEARING = ("{a} with {b}", "{a} wearing {b}", "{a} in {b}")
Placed = list[tuple[Thing, Box]]


class Pair(NamedTuple):
    """Two things and how they stand.

    Attributes:
        relation: of the first to the second, a key of `claims.RELATIONS`.
        form: of the caption.
        first, second: as the caption names them.
        placed: what is drawn where, from the back to the front.
    """

    relation: str
    form: str
    first: Thing
    second: Thing
    placed: Placed


def pair(deck: Deck, rng: np.random.Generator) -> Composite:
    """Two things; how they stand to each other is drawn by lot, side by side most often."""
    way = WAYS[int(np.searchsorted(RISING, rng.uniform() * RISING[-1], side="right"))]
    relation, form, first, second, placed = way(deck, rng)
    words = form.format(a=first.told, b=second.told, bare=second.words)
    return finished(
        placed, words, rng,
        subject=first.subject, tint=first.tint, other=second.subject, other_tint=second.tint, relation=relation,
    )  # fmt: skip


def side_by_side(deck: Deck, rng: np.random.Generator) -> Pair:
    """Next to each other on the same ground, overlapping a little; one in three captions says which is left."""
    left, right = deck.pick(rng, TINTED), deck.pick(rng, TINTED)
    sizes = [
        fit(thing.rgba, wide * SIDE, 0.62 * SIDE)
        for thing, wide in zip((left, right), rng.uniform(0.5, 0.6, 2), strict=True)
    ]
    ground = rng.uniform(0.74, 0.95) * SIDE
    free = (SIDE - sizes[0][0] - sizes[1][0]) / 2
    margins = np.clip(free, 1, rng.uniform(2, 14, 2))
    placed = [
        (left, Box(margins[0], ground - sizes[0][1], *sizes[0])),
        (right, Box(SIDE - margins[1] - sizes[1][0], ground - sizes[1][1], *sizes[1])),
    ]
    if rng.uniform() < 0.3:
        return Pair("left of", one_of(LEFT, rng), left, right, placed)
    first, second = (left, right) if rng.uniform() < 0.5 else (right, left)
    return Pair("beside", one_of(BESIDE, rng), first, second, placed)


def on_top(deck: Deck, rng: np.random.Generator) -> Pair:
    """One on the other, half of the time on something that one can sit on."""
    above = deck.pick(rng, TINTED)
    below = deck.pick(rng, TINTED, SUPPORTS if rng.uniform() < 0.5 else ())
    lower = _standing(below, rng, rng.uniform(0.62, 0.8), 0.56)
    wide, high = fit(above.rgba, rng.uniform(0.46, 0.56) * SIDE, 0.54 * SIDE)
    left = lower.left + (lower.width - wide) / 2 + rng.uniform(-0.1, 0.1) * SIDE
    upper = _whole(left, lower.top + 0.14 * lower.height - high, wide, high)
    return Pair("on", one_of(ON, rng), above, below, [(below, lower), (above, upper)])


def underneath(deck: Deck, rng: np.random.Generator) -> Pair:
    """One below the other: under a tree, an umbrella, a cloud, or anything."""
    above = deck.pick(rng, TINTED, COVERS if rng.uniform() < 0.6 else ())
    below = deck.pick(rng, TINTED)
    wide, high = fit(above.rgba, 0.72 * SIDE, 0.6 * SIDE)
    upper = Box((SIDE - wide) / 2 + rng.uniform(-8, 8), rng.uniform(2, 8), wide, high)
    wide, high = fit(below.rgba, rng.uniform(0.44, 0.54) * SIDE, 0.5 * SIDE)
    left = upper.left + (upper.width - wide) / 2 + rng.uniform(-10, 10)
    lower = _whole(left, SIDE - high - rng.uniform(2, 8), wide, high)
    return Pair("under", one_of(UNDER_FORMS, rng), below, above, [(above, upper), (below, lower)])


def with_small(deck: Deck, rng: np.random.Generator) -> Pair:
    """A large thing with a small one before it."""
    large, small = deck.pick(rng, TINTED), deck.pick(rng, TINTED)
    back = _standing(large, rng, rng.uniform(0.72, 0.86), 0.84)
    wide, high = fit(small.rgba, 0.42 * SIDE, 0.42 * SIDE)
    left = 2.0 if rng.uniform() < 0.5 else SIDE - wide - 2
    front = _whole(left, back.bottom - high + 3, wide, high)
    return Pair("with", one_of(WITH, rng), large, small, [(large, back), (small, front)])


def riding(deck: Deck, rng: np.random.Generator) -> Pair:
    """Somebody on an animal's back or a bicycle."""
    rider = deck.person(rng) if rng.uniform() < 0.5 else deck.pick(rng, 0.2, RIDERS)
    mount = deck.pick(rng, TINTED, RIDDEN)
    lower = _standing(mount, rng, rng.uniform(0.72, 0.86), 0.66)
    wide, high = fit(rider.rgba, 0.46 * SIDE, 0.5 * SIDE)
    left = lower.left + lower.width * rng.uniform(0.42, 0.56) - wide / 2
    upper = _whole(left, lower.top + 0.3 * lower.height - high, wide, high)
    return Pair("riding", one_of(RIDING, rng), rider, mount, [(mount, lower), (rider, upper)])


def wearing(deck: Deck, rng: np.random.Generator) -> Pair:
    """An animal's face, or somebody, with something on the head."""
    head = (deck.face(rng, TINTED) if rng.uniform() < 0.8 else None) or deck.invented(rng, ("portrait",))
    hat = deck.pick(rng, 0.7, HATS)
    wide, high = fit(head.rgba, 0.74 * SIDE, 0.72 * SIDE)
    face = Box((SIDE - wide) / 2 + rng.uniform(-6, 6), SIDE - high - rng.uniform(3, 8), wide, high)
    wide, high = fit(hat.rgba, rng.uniform(0.6, 0.8) * face.width, 0.42 * SIDE)
    left = face.left + (face.width - wide) / 2 + rng.uniform(-4, 4)
    top = _whole(left, face.top + 0.26 * face.height - high, wide, high)
    return Pair("wearing", one_of(WEARING, rng), head, hat, [(head, face), (hat, top)])


WAYS: tuple[Callable[[Deck, np.random.Generator], Pair], ...] = (
    side_by_side, on_top, underneath, with_small, riding, wearing,
)  # fmt: skip
RISING = np.cumsum((0.52, 0.14, 0.09, 0.08, 0.09, 0.08))
"""How often each of `WAYS`, summed up."""


def count(deck: Deck, rng: np.random.Generator) -> Composite:
    """Two to four of the same, in a row or staggered, all in one colour."""
    number = int(rng.choice((2, 2, 3, 3, 4)))
    thing = deck.pick(rng, 0.3, own=False)
    size = {2: 0.6, 3: 0.5, 4: 0.5}[number] * SIDE * rng.uniform(0.92, 1.05)
    wide, high = fit(thing.rgba, size, size)
    placed = []
    for across, down in _spots(number, wide, rng):
        left = np.clip(across * (SIDE - wide) + rng.uniform(-3, 3), 0, SIDE - wide)
        top = np.clip(down * (SIDE - high) + rng.uniform(-3, 3), 0, SIDE - high)
        rgba = thing.rgba[:, ::-1] if rng.uniform() < 0.2 else thing.rgba
        placed.append((thing._replace(rgba=rgba), Box(left, top, wide, high)))
    words = counted(thing.words, number, rng)
    return finished(placed, words, rng, subject=thing.subject, tint=thing.tint, count=number)


def _spots(number: int, wide: float, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Where they stand, shares of the room across and down."""
    if number == 2:
        base = rng.uniform(0.4, 0.9)
        return [(0.02, base), (0.98, base)]
    if number == 4:
        return [(0.04, 0.04), (0.96, 0.04), (0.04, 0.98), (0.96, 0.98)]
    if wide * 3 < 1.25 * SIDE or rng.uniform() < 0.25:
        base = rng.uniform(0.4, 0.9)
        return [(0.0, base), (0.5, base), (1.0, base)]
    return (
        [(0.5, 0.03), (0.02, 0.97), (0.98, 0.97)] if rng.uniform() < 0.7 else [(0.02, 0.03), (0.98, 0.03), (0.5, 0.97)]
    )


def finished(placed: Placed, words: str, rng: np.random.Generator, **said: object) -> Composite:
    """The things before a background, perhaps painted over, and the caption that says so."""
    kind = rng.uniform()
    scene = one_key(scenes.SCENES, rng) if kind < SCENIC else None
    tints = {thing.tint for thing, _ in placed} - {None}
    style = one_key(styles.STYLES, rng) if rng.uniform() < PAINTED else None
    if tints and style in styles.COLORLESS:
        style = None
    color = None
    if SCENIC <= kind < SCENIC + COLORED and style not in styles.COLORLESS:
        color = one_of([name for name in scenes.COLORS if name not in tints], rng)
    picture = background(scene, color, rng).copy()
    if scene and scene not in ("space", "underwater", "starry night"):
        for _, box in placed:
            shadow(picture, box)
    for thing, box in placed:
        pasted(picture, thing.rgba, box)
    if style:
        picture = styles.paint(picture, style, rng)
    words = in_style(words + place(scene, color, rng), style, rng)
    seen = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    return Composite(seen, words, scene=scene, style=style, color=color, **said)


def _standing(thing: Thing, rng: np.random.Generator, wide: float, high: float) -> Box:
    """As large as fits into shares of the side, on the ground, about in the middle."""
    width, height = fit(thing.rgba, wide * SIDE, high * SIDE)
    left = (SIDE - width) / 2 + rng.uniform(-0.5, 0.5) * min(24.0, SIDE - width)
    return Box(left, SIDE - height - rng.uniform(2, 9), width, height)


def _whole(left: float, top: float, width: float, height: float) -> Box:
    """The box, moved into the picture."""
    return Box(float(np.clip(left, 1, SIDE - width - 1)), float(np.clip(top, 1, SIDE - height - 1)), width, height)
