"""Training pictures: a drawing before a background, perhaps painted over, with its caption.

The n-th composite of a mix and a seed is always the same, whoever makes it, however many are made. It reads no files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from training import scenes, styles, subjects
from training.captions import caption
from training.drawings import ALIKE, SETS, SIDE, SOLID, Drawing

TAGGED = 0.4
"""Share of the captions that say a tag, where the subject has any: of all plain captions about one in seven."""
TOLD_WHITE = 0.2
"""Share of the captions of pictures on white that say so."""
GROUP_WEIGHTS = {
    "animals": 2.0,
    "food": 1.8,
    "plants": 2.0,
    "vehicles": 2.0,
    "buildings": 2.0,
    "creatures": 1.5,
    "places": 1.0,
    "objects": 0.9,
    "faces": 0.3,
    "people": 0.12,
}
"""How often a drawing of a group is taken in the mixed mix, relative to the others."""


class Composite(NamedTuple):
    """A picture and what it shows.

    Attributes:
        picture: uint8 (128, 128, 3).
        caption: such as "a watercolor painting of a dog at the beach".
        subject: the drawing's, whatever name the caption uses.
        scene: a key of `scenes.SCENES`, or None.
        style: a key of `styles.STYLES`, or None for the set's own look.
        color: of a plain background, a key of `scenes.COLORS`; None for white and before a scene.
        tint: that the subject was given, a key of `tints.TINTS`; None for its own colours.
        count: of the subject, 1 to 4.
        other, other_tint: the second subject, and what it was given.
        relation: of the subject to the other one, a value of `claims.RELATIONS`.
        sky: a key of `landscapes.SKIES`, where the picture is a landscape and the subject its place.
    """

    picture: np.ndarray
    caption: str
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


@dataclass(frozen=True)
class Mix:
    """How composites are drawn by lot; all are shares from 0 to 1.

    Attributes:
        sources: the sets.
        core_only: only core subjects, half as often as they are not common ones.
        common: share of the common subjects where `core_only`.
        colored, scenic: backgrounds; the rest is white.
        painted: in one of the painting styles.
        flipped: left and right exchanged.
        looks: captions that name the set's own look, where not painted.
        sizes: of the drawing before a plain background, share of the side.
        scenic_sizes: before a scene.
        wander: how far from the middle a drawing may be, share of the room that is left.
    """

    sources: tuple[str, ...]
    core_only: bool
    common: float
    colored: float
    scenic: float
    painted: float
    flipped: float
    looks: float
    sizes: tuple[float, float]
    scenic_sizes: tuple[float, float]
    wander: float


PLAIN = Mix(ALIKE, True, 0.65, 0.25, 0.20, 0.0, 0.0, 0.12, (0.88, 0.92), (0.68, 0.76), 0.15)
MIXED = Mix((*SETS, SOLID), False, 0.0, 0.25, 0.45, 0.38, 0.3, 0.5, (0.74, 0.96), (0.55, 0.8), 0.8)
PAINTED = Mix(ALIKE, True, 0.65, 0.10, 0.45, 0.8, 0.0, 0.12, (0.84, 0.92), (0.66, 0.78), 0.3)
MIXES = {"plain": PLAIN, "mixed": MIXED, "painted": PAINTED}
"""What is widened step by step: one pose in look-alike sets, everything, and the core subjects in the styles."""


def composites(
    drawings: tuple[np.ndarray, Sequence[Drawing]], mix: str, seed: int, count: int, start: int = 0
) -> Iterator[Composite]:
    """Composites number `start` to `start + count - 1` of a mix and a seed.

    Args:
        drawings: as `drawings.load` returns them.
        mix: a key of `MIXES`.

    Raises:
        KeyError: no such mix.
        ValueError: no drawing fits it.
    """
    pictures, rows = drawings
    chosen = MIXES[mix]
    weights = weigh(rows, chosen)
    if not weights.sum():
        raise ValueError(f"none of the {len(rows)} drawings is fit for the mix {mix!r}")
    rising = np.cumsum(weights / weights.sum())
    for number in range(start, start + count):
        rng = np.random.default_rng([seed, list(MIXES).index(mix), number])
        index = int(np.searchsorted(rising, rng.uniform() * rising[-1], side="right"))
        yield compose(pictures[index], rows[index], chosen, rng)


def weigh(rows: Sequence[Drawing], mix: Mix) -> np.ndarray:
    """How often each drawing is taken, (D,), not normalised; every subject of a kind is as likely as the next."""
    if not mix.core_only:
        return np.array([GROUP_WEIGHTS[row.group] * (row.source in mix.sources) for row in rows], np.float64)
    core, common = set(subjects.core(rows)), set(subjects.common(rows))
    fit = [row.source in mix.sources and row.subject in core for row in rows]
    drawn: dict[str, int] = {}
    for row, is_fit in zip(rows, fit, strict=True):
        drawn[row.subject] = drawn.get(row.subject, 0) + is_fit
    share = {True: mix.common / max(1, len(common)), False: (1 - mix.common) / max(1, len(core - common))}
    return np.array(
        [
            share[row.subject in common] / drawn[row.subject] if is_fit else 0.0
            for row, is_fit in zip(rows, fit, strict=True)
        ]
    )


def compose(rgba: np.ndarray, row: Drawing, mix: Mix, rng: np.random.Generator) -> Composite:
    """One composite of a drawing, uint8 (128, 128, 4)."""
    kind = rng.uniform()
    scene = one_key(scenes.SCENES, rng) if kind < mix.scenic else None
    style = one_key(styles.STYLES, rng) if rng.uniform() < mix.painted else None
    colored = mix.scenic <= kind < mix.scenic + mix.colored and style not in styles.COLORLESS
    color = one_key(scenes.COLORS, rng) if colored else None
    white = not scene and not color and not style and rng.uniform() < TOLD_WHITE
    if rng.uniform() < mix.flipped:
        rgba = rgba[:, ::-1]
    picture = placed(rgba, background(scene, color, rng), mix, scene is not None, rng)
    if style:
        picture = styles.paint(picture, style, rng)
    words = caption(
        called(row, rng),
        scene,
        style,
        "white" if white else color,
        row.source if rng.uniform() < mix.looks else None,
        rng,
    )
    return Composite(np.clip(picture + 0.5, 0, 255).astype(np.uint8), words, row.subject, scene, style, color)


def one_key(table: dict[str, object], rng: np.random.Generator) -> str:
    """One of a table's keys by lot."""
    return list(table)[rng.integers(len(table))]


def background(scene: str | None, color: str | None, rng: np.random.Generator) -> np.ndarray:
    """What stands behind, float32 (128, 128, 3): a scene, a colour, or white."""
    if scene:
        return scenes.scene(scene, rng)
    return scenes.plain(color, rng) if color else np.full((SIDE, SIDE, 3), 255, np.float32)


def called(row: Drawing, rng: np.random.Generator) -> str:
    """The subject's name, or now and then a tag, the first one most often; a cat's face is half of the time a cat."""
    if row.tags and rng.uniform() < TAGGED:
        return row.tags[0] if rng.uniform() < 0.5 else row.tags[rng.integers(len(row.tags))]
    whole = row.subject.removesuffix(" face")
    return whole if row.group == "animals" and rng.uniform() < 0.5 else row.subject


def placed(rgba: np.ndarray, behind: np.ndarray, mix: Mix, before_scene: bool, rng: np.random.Generator) -> np.ndarray:
    """The drawing before the background, float32 (128, 128, 3), whole, in a scene a little below the middle."""
    share = rng.uniform(*(mix.scenic_sizes if before_scene else mix.sizes))
    size = round(share * SIDE)
    # RGBa is premultiplied: what is invisible must not bleed into the edges when it is resampled.
    drawing = Image.fromarray(np.ascontiguousarray(rgba)).convert("RGBa")
    front = np.asarray(drawing.resize((size, size), Image.Resampling.LANCZOS), np.float32)
    room = SIDE - size
    middle = np.array((0.72 if before_scene else 0.5, 0.5))
    top, left = np.rint(room * np.clip(middle + rng.uniform(-0.5, 0.5, 2) * mix.wander, 0, 1)).astype(int)
    under = behind[top : top + size, left : left + size]
    behind[top : top + size, left : left + size] = front[..., :3] + under * (1 - front[..., 3:] / 255)
    return behind
