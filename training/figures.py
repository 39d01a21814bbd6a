"""The report's measures: pictures and questions in, figures out.

Every share comes with its Wilson interval and with what blind guessing would reach. It does not know where pictures
come from, or which files figures end up in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, AutoencoderTiny
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.stats import binomtest
from torch import Tensor

from explorer.experiments.autoencoder_looks import psnr
from training.likeness import Likeness
from training.questions import Question

BLUR = 12.0  # pixels: of a subject nothing is left but a blob of its colours


def ranks(likeness: Likeness, pictures: np.ndarray, questions: Sequence[Question]) -> np.ndarray:
    """The place of the best right text among each question's choices, by likeness to its picture; 1 is the first.

    Where a question wants all of its right texts, it is the place of the worst of them.
    """
    return _ranks(likeness.see(pictures), likeness, questions)


def ranks_of_words(likeness: Likeness, questions: Sequence[Question]) -> np.ndarray:
    """The same with a perfect picture in the place of a painted one: the prompt's own place in the sentence space."""
    return _ranks(likeness.read([question.prompt for question in questions]), likeness, questions)


def _ranks(seen: np.ndarray, likeness: Likeness, questions: Sequence[Question]) -> np.ndarray:
    found = []
    for row, question in zip(seen, questions, strict=True):
        scores = likeness.read(question.choices) @ row
        right = scores[list(question.right)]
        found.append(1 + int((scores > (right.min() if question.all_of else right.max())).sum()))
    return np.array(found, dtype=int)


def share(found: np.ndarray, questions: Sequence[Question], first: int) -> dict[str, float]:
    """Of the questions with these ranks, the share with a right text among the first ones.

    Returns:
        "share", the ends "low" and "high" of its 95 % interval (Wilson, 1927) and "chance", all 0 to 1; "of" questions.
    """
    hits = int((found <= first).sum())
    interval = binomtest(hits, len(found)).proportion_ci(0.95, method="wilson")
    chance = float(np.mean([question.chance(first) for question in questions]))
    figures = {"share": hits / len(found), "low": interval.low, "high": interval.high, "chance": chance}
    return {**{name: round(figure, 4) for name, figure in figures.items()}, "of": len(found)}


def blurred(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, h, w, 3) uint8 of which only blobs of colour are left: what a judge of shapes must fail at."""
    return gaussian_filter(pictures, (0, BLUR, BLUR, 0))


@torch.no_grad()
def reconstructed(vae: AutoencoderTiny | AutoencoderKL, pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, h, w, 3) uint8 through a model's autoencoder and back, uint8."""
    device = next(vae.parameters()).device
    made = []
    for start in range(0, len(pictures), 16):
        batch = torch.from_numpy(pictures[start : start + 16]).permute(0, 3, 1, 2).to(device).float() / 127.5 - 1
        made.append(vae.decode(_latents(vae.encode(batch))).sample.clamp(-1, 1).cpu())
    back = (torch.cat(made).permute(0, 2, 3, 1) + 1) * 127.5
    return back.round().to(torch.uint8).numpy()


def _latents(encoded: Any) -> Tensor:
    """AutoencoderTiny gives latents, AutoencoderKL a distribution, whose mode is taken."""
    return encoded.latents if hasattr(encoded, "latents") else encoded.latent_dist.mode()


def decibels(originals: np.ndarray, others: np.ndarray) -> float:
    """Mean peak signal-to-noise ratio of pictures (n, h, w, 3) uint8, each with its other, in dB."""
    pairs = zip(originals, others, strict=True)
    return float(np.mean([psnr(Image.fromarray(one), Image.fromarray(other)) for one, other in pairs]))


def pixel_steps(film: np.ndarray) -> np.ndarray:
    """Root mean square differences of neighbouring pictures of a film (n, h, w, 3) uint8, 0 to 255: (n - 1,)."""
    return np.sqrt(np.square(np.diff(film.astype(np.float64), axis=0)).mean(axis=(1, 2, 3)))


def judged_steps(film: np.ndarray, likeness: Likeness) -> np.ndarray:
    """Angles in degrees between neighbours in a film (n, h, w, 3) uint8, as the judge sees them: (n - 1,)."""
    seen = likeness.see(film)
    return np.degrees(np.arccos(np.clip((seen[1:] * seen[:-1]).sum(1), -1, 1)))


def unevenness(steps: np.ndarray) -> float:
    """The largest step over the mean one: 1 is perfectly even (or no motion), len(steps) is a single jump."""
    return float(steps.max() / steps.mean()) if steps.mean() > 0 else 1.0


def smoothness(films: Sequence[np.ndarray], measure: Callable[[np.ndarray], np.ndarray]) -> dict[str, Any]:
    """The unevenness of films, its mean and worst, and their mean curve: steps over their film's mean step."""
    curves = [measure(film) for film in films]
    uneven = [unevenness(curve) for curve in curves]
    even = [curve / curve.mean() if curve.mean() > 0 else np.ones_like(curve) for curve in curves]
    return {
        "unevenness": round(float(np.mean(uneven)), 3),
        "worst": round(max(uneven), 3),
        "curve": [round(float(step), 3) for step in np.mean(even, axis=0)],
        "of": len(films),
    }
