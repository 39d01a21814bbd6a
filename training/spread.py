"""How much the seeds of one prompt differ, beside how much real composites of one subject do.

In the judge's space and in pixels; only pictures in which the judge finds the subject first are counted, or scraps
would pass for variety.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from training.claims import Claim
from training.likeness import Likeness

SUBJECTS = ("cat", "dog", "car", "house", "tree", "rose", "robot", "penguin", "boat", "horse")
SEEDS = 5


def spread(shown: Mapping[str, np.ndarray], likeness: Likeness, core: Sequence[str]) -> dict[str, Any]:
    """Mean differences between pictures of one subject, on average over the subjects.

    Args:
        shown: pictures (n, 128, 128, 3) uint8 of each subject, which is one of the core's.

    Returns:
        "degrees" between them as the judge sees them, "pixels", the mean absolute difference from 0 to 255, and how
        many pictures of how many counted; the first two are None where no subject has two pictures that count.
    """
    names = likeness.read([Claim(subject).words() for subject in core])
    angles, pixels, counted = [], [], 0
    for subject, pictures in shown.items():
        seen = likeness.see(pictures)
        found = (seen @ names.T).argmax(1) == list(core).index(subject)
        counted += int(found.sum())
        if found.sum() > 1:
            angles.append(_mean_over_pairs(seen[found], _degrees))
            pixels.append(_mean_over_pairs(pictures[found].astype(np.float32), _difference))
    return {
        "degrees": round(float(np.mean(angles)), 2) if angles else None,
        "pixels": round(float(np.mean(pixels)), 2) if pixels else None,
        "counted": counted,
        "of": sum(map(len, shown.values())),
    }


def _mean_over_pairs(rows: np.ndarray, difference) -> float:
    return float(np.mean([difference(one, other) for one, other in combinations(rows, 2)]))


def _degrees(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(one @ other, -1, 1))))


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())
