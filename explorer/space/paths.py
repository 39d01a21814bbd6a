"""Ways through a space: where to stop, how to ease, and what lies between two tensors.

Pure functions of numbers and tensors. Both ends of every path are exact: at 0 and at 1 a path returns the very tensors
it was given, so the first and the last picture are those of the prompts themselves.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def lerp(a: Tensor, b: Tensor, t: float) -> Tensor:
    """The straight line from `a` to `b`, any equal shapes; what the tutorials call a walk through latent space."""
    if t in (0, 1):
        return b if t else a
    return torch.lerp(a, b, t)


def slerp_weights(angle: Tensor, t: float) -> tuple[Tensor, Tensor]:
    """The weights of two unit vectors at `t` on the arc between them, for `angle` in radians of any shape.

    Vectors of (almost) one direction have no arc: there the weights are those of the straight line.
    """
    sine = torch.sin(angle)
    straight = sine < 1e-4
    sine = torch.where(straight, torch.ones_like(sine), sine)
    a = torch.where(straight, torch.full_like(sine, 1 - t), torch.sin((1 - t) * angle) / sine)
    b = torch.where(straight, torch.full_like(sine, t), torch.sin(t * angle) / sine)
    return a, b


def slerp(a: Tensor, b: Tensor, t: float) -> Tensor:
    """The arc from `a` to `b` of one shape, along the last dimension: each token turns, its norm changes evenly.

    Shoemake, "Animating rotation with quaternion curves", 1985, on directions; norms are interpolated linearly, so a
    token of the middle is as long as those of the ends are on average, where a straight line would shorten it.
    """
    if t in (0, 1):
        return b if t else a
    norm_a, norm_b = a.norm(dim=-1, keepdim=True), b.norm(dim=-1, keepdim=True)
    unit_a, unit_b = a / norm_a.clamp_min(1e-12), b / norm_b.clamp_min(1e-12)
    angle = torch.acos((unit_a * unit_b).sum(-1, keepdim=True).clamp(-1, 1))
    from_a, from_b = slerp_weights(angle, t)
    return (from_a * unit_a + from_b * unit_b) * torch.lerp(norm_a, norm_b, t)


INTERPOLATIONS: dict[str, Callable[[Tensor, Tensor, float], Tensor]] = {"lerp": lerp, "slerp": slerp}

EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "smooth": lambda t: t * t * (3 - 2 * t),
    "ease in": lambda t: t * t,
    "ease out": lambda t: t * (2 - t),
    "sine": lambda t: (1 - math.cos(math.pi * t)) / 2 if 0 < t < 1 else t,
}
"""Maps of [0, 1] onto itself with fixed ends: how the travel between two stops speeds up and slows down."""


def stops(frames: int, segments: int, closed: bool) -> list[float]:
    """Where the frames of a route stand, in [0, segments]: `frames` a segment, both of its ends included.

    An open route of n segments has n * (frames - 1) + 1 stops. A closed one leaves out the last, which is the first
    again. Refining from N to 2N - 1 frames meets the N old stops, and so their pictures.
    """
    steps = frames - 1
    return [i / steps for i in range(segments * steps + (0 if closed else 1))]


def segment(t: float, segments: int) -> tuple[int, float]:
    """Which segment `t` in [0, segments] lies in, and where in it, in [0, 1]; the far end belongs to the last one.

    The place in the segment is rounded to 12 digits, so that a third of the way is the same number, and the same
    picture, in every segment of every route.
    """
    if not 0 <= t <= segments:
        raise ValueError(f"t = {t} is not on the route: it goes from 0 to {segments}")
    index = min(int(t), segments - 1)
    return index, round(t - index, 12)


def along(corners: Sequence[tuple[float, float]], count: int) -> list[tuple[float, float]]:
    """`count` places (at least 2) on the broken line through `corners`, evenly spaced by its length, both ends exact.

    Raises ValueError for a line that has no length.
    """
    legs = list(itertools.pairwise(corners))
    ends = list(itertools.accumulate(math.dist(*leg) for leg in legs))
    if not ends or not ends[-1]:
        raise ValueError(f"corners = {tuple(corners)} are no line: it takes two places that differ")
    found = []
    for i in range(count - 1):
        way = ends[-1] * i / (count - 1)
        number = bisect.bisect_right(ends, way)
        (a, b), length = legs[number], math.dist(*legs[number])
        t = 1 - (ends[number] - way) / length
        x, y = (round(p + (q - p) * t, 12) + 0.0 for p, q in zip(a, b, strict=True))
        found.append((x, y))
    return [(*corners[0],), *found[1:], (*corners[-1],)]


def coarse_to_fine(count: int) -> list[int]:
    """The indices 0..count-1 with the ends first, then the middle, then the quarters, and so on.

    Whatever has been rendered when somebody looks is spread over the whole path.
    """
    return [index for level in _halvings(count) for index in level]


def coarse_to_fine_sheet(count: int) -> list[int]:
    """The indices of a square sheet of `count` cells, row by row, in an order that is coarse to fine both ways.

    First the corners, then the cells that halve the gaps between those, and so on: whenever somebody looks, what has
    been rendered is spread over the whole sheet. Raises ValueError for a count that is no square.
    """
    side = math.isqrt(count)
    if side * side != count:
        raise ValueError(f"count = {count} cells are no square sheet")
    level_of = {index: number for number, level in enumerate(_halvings(side)) for index in level}
    levels: dict[int, list[int]] = {}
    for cell in range(count):
        level = max(level_of[cell // side], level_of[cell % side])
        levels.setdefault(level, []).append(cell)
    return [cells[i] for _, cells in sorted(levels.items()) for i in coarse_to_fine(len(cells))]


def _halvings(count: int) -> list[list[int]]:
    """The indices 0..count-1 in levels: the ends, then the middles of the gaps that are left, until none is."""
    levels = [list(dict.fromkeys((0, count - 1)))] if count > 0 else []
    gaps: Sequence[tuple[int, int]] = [(0, count - 1)]
    while gaps := [(low, high) for low, high in gaps if high - low > 1]:
        middles = [(low + high) // 2 for low, high in gaps]
        levels.append(middles)
        gaps = [half for (low, high), m in zip(gaps, middles, strict=True) for half in ((low, m), (m, high))]
    return levels
