"""The judge: says in the sentence encoder's space what a picture's latents show.

A small convolutional encoder, trained apart from the generator on composites of other seeds, to find the claim that is
true of a picture among a batch of others (CLIP's loss, arXiv:2103.00020). Claims are captions and shorter ones; beside
those of other pictures stand its own with one attribute exchanged, and the names of other subjects. It knows neither
pixels nor generators: likeness.py puts an autoencoder before it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize, pad

from training import latents
from training.claims import Claim, shorter, truth
from training.machines import this_machine
from training.pictures import Said
from training.recipe import Recipe
from training.steps import draws, train
from training.styles import COLORLESS
from training.teacher import Teacher, remembered

TITLE = "judge"
NOISE = 0.15  # of latents of variance 1: generated ones are not as clean as encoded ones
SHIFT = 1  # latent pixels, 8 px of the picture
CAPTION_SHARE = 0.4
OTHERS = 512  # names of subjects, of which a batch's own pictures show few
SHARPEST = math.log(100.0)


class Judge(ModelMixin, ConfigMixin):
    """Latents (n, channels, 16, 16) of variance 1 -> unit rows (n, embedding) in the sentence encoder's space.

    Args:
        latent_channels: of the autoencoder.
        width: channels at 16 x 16, a multiple of 8; twice as many at 8 x 8, three times at 4 x 4. 96: 4.4 M weights.
        embedding: width of the sentence encoder.
    """

    @register_to_config
    def __init__(self, latent_channels: int = 8, width: int = 96, embedding: int = 384) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(latent_channels, width, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            Residual(2 * width),
            nn.Conv2d(2 * width, 3 * width, 3, stride=2, padding=1),
            Residual(3 * width),
            Residual(3 * width),
            nn.GroupNorm(8, 3 * width),
            nn.SiLU(),
        )
        self.head = nn.Linear(3 * width, embedding)
        self.sharpness = nn.Parameter(torch.tensor(math.log(1 / 0.07)))  # of the softmax, learnt as CLIP does

    def forward(self, latents: Tensor) -> Tensor:
        return normalize(self.head(self.body(latents).mean((2, 3))).float(), dim=-1)


class Residual(nn.Module):
    """Two convolutions beside the identity, normalised before (He et al., arXiv:1603.05027); starts as the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.GroupNorm(8, width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.GroupNorm(8, width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
        )
        nn.init.zeros_(self.inner[-1].weight)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.inner(x)


def run(folder: Path, recipe: Recipe, teacher: Teacher | None = None) -> None:
    """Trains F/judge from the latents of `latents.judge_kinds`. Does nothing if it is there.

    Args:
        teacher: the sentence encoder; None takes the packaged one.
    """
    if (folder / "judge" / "config.json").exists():
        return
    seen, said = latents.load(folder, recipe, *latents.judge_kinds(recipe))
    texts = texts_of(said)
    lessons = Lessons(said, texts, remembered(folder / "judge_texts", texts, teacher or Teacher()))
    judge = taught(seen, lessons, recipe, folder / "judge.pt")
    judge.cpu().save_pretrained(folder / "judge")


def taught(seen: Tensor, lessons: Lessons, recipe: Recipe, checkpoint: Path) -> Judge:
    """The judge after the recipe's steps, resumed from the checkpoint.

    Args:
        seen: latents (n, 8, 16, 16), any float dtype, of variance 1.
        lessons: what is said of each of them.
    """
    machine = this_machine()
    layout = torch.channels_last  # five times faster on a CPU than the usual one
    judge = fresh(recipe, seen.shape[1], lessons.vectors.shape[1]).to(machine.device, memory_format=layout)
    optimizer = torch.optim.AdamW(_groups(judge), recipe.judge.peak, betas=(0.9, 0.98))

    def one_step(step: int) -> dict[str, float]:
        for group in optimizer.param_groups:
            group["lr"] = recipe.judge.rate(step)
        rng, noise = draws(recipe.seed, TITLE, step)
        rows = rng.choice(len(seen), size=min(recipe.judge.rows, len(seen)), replace=False)
        batch = augmented(seen[rows].float(), rng, noise).to(machine.device, memory_format=layout)
        targets, forbidden = (part.to(machine.device) for part in lessons.batch(rows, rng))
        with machine.autocast():
            found = judge(batch)
        loss, right = contrast(found, targets, forbidden, judge.sharpness)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimizer.step()
        return {"loss": loss.item(), "right": right}

    train(TITLE, {"judge": judge, "optimizer": optimizer}, one_step, recipe.judge.steps, checkpoint)
    return judge.eval()


def fresh(recipe: Recipe, channels: int, embedding: int) -> Judge:
    """Random weights, the same for the same recipe."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return Judge(channels, recipe.judge_width, embedding)


def contrast(found: Tensor, targets: Tensor, forbidden: Tensor, sharpness: Tensor) -> tuple[Tensor, float]:
    """CLIP's loss in both directions, and the share of pictures (0 to 1) whose own claim is the nearest.

    Args:
        found: unit rows (n, d), of pictures.
        targets: unit rows (m, d), m >= n, of claims; the first n are the pictures' own, the others only distract.
        forbidden: bool (n, m), claims that are true of a picture without being its own: they neither attract nor repel.
        sharpness: logarithm of the factor before the cosines, held below that of 100.
    """
    scores = sharpness.clamp(max=SHARPEST).exp() * found @ targets.T
    scores = scores.masked_fill(forbidden, -torch.inf)
    own = torch.arange(len(found), device=found.device)
    loss = (cross_entropy(scores, own) + cross_entropy(scores[:, : len(found)].T, own)) / 2
    return loss, (scores.argmax(1) == own).float().mean().item()


def augmented(batch: Tensor, rng: np.random.Generator, noise: torch.Generator) -> Tensor:
    """The batch moved by up to `SHIFT` latent pixels, borders repeated, under noise of up to `NOISE` a picture."""
    top, left = rng.integers(0, 2 * SHIFT + 1, size=2)
    height, width = batch.shape[2:]
    moved = pad(batch, (SHIFT,) * 4, mode="replicate")[:, :, top : top + height, left : left + width]
    level = NOISE * torch.rand(len(batch), 1, 1, 1, generator=noise)
    return moved + level * torch.randn(batch.shape, generator=noise)


class Lessons:
    """The claims to learn from.

    Args:
        said: what each picture shows, and its caption.
        texts: those of `texts_of`.
        vectors: their unit rows (texts, d) in the sentence encoder's space, any float dtype.
    """

    def __init__(self, said: Sequence[Said], texts: Sequence[str], vectors: np.ndarray) -> None:
        self.captions = [each.caption for each in said]
        self.claims = [claim_of(each) for each in said]
        named = {each.subject for each in said} | {each.other for each in said if each.other}
        self.names = [Claim(subject) for subject in sorted(named)]
        self.vectors = vectors
        self._row = {text: row for row, text in enumerate(texts)}

    def batch(self, rows: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """`targets` (m, d) and `forbidden` (n, m) of `contrast`.

        First a true claim a picture, then one gone wrong each, then names of subjects, `OTHERS` of them or all.
        """
        own = [self._choose(row, rng) for row in rows]
        wrong = [_exchanged(self.claims[row], rng) for row in rows]
        others = [self.names[n] for n in rng.choice(len(self.names), min(OTHERS, len(self.names)), replace=False)]
        texts = [text for text, _ in own] + [claim.words() for claim in (*wrong, *others)]
        true = truth([self.claims[row] for row in rows], [*(claim for _, claim in own), *wrong, *others])
        np.fill_diagonal(true, False)
        vectors = self.vectors[[self._row[text] for text in texts]].astype(np.float32)
        return torch.from_numpy(vectors), torch.from_numpy(true)

    def _choose(self, row: int, rng: np.random.Generator) -> tuple[str, Claim]:
        """The picture's caption or a shorter claim, and what it mentions."""
        if rng.random() < CAPTION_SHARE:
            return self.captions[row], self.claims[row]
        choices = shorter(self.claims[row])
        claim = choices[rng.integers(len(choices))]
        return claim.words(), claim


def claim_of(said: Said) -> Claim:
    """What a composite shows; its colours are left out where the style has none."""
    shown = Claim(*said[1:])
    return shown._replace(color=None, tint=None, other_tint=None) if said.style in COLORLESS else shown


def texts_of(said: Sequence[Said]) -> list[str]:
    """Every text that a lesson may need, sorted: captions, shorter claims, and those with an attribute exchanged."""
    claims = {claim for whole in {claim_of(each) for each in said} for claim in shorter(whole)}
    claims |= {other for claim in claims for other in claim.alternatives()}
    return sorted({each.caption for each in said} | {claim.words() for claim in claims})


def _exchanged(claim: Claim, rng: np.random.Generator) -> Claim:
    """One of the shorter claims gone wrong; if there is nothing to exchange it stays, and is masked as true."""
    choices = shorter(claim)
    chosen = choices[rng.integers(min(1, len(choices) - 1), len(choices))]  # the first has no attribute
    alternatives = chosen.alternatives()
    return alternatives[rng.integers(len(alternatives))] if alternatives else chosen


def _groups(judge: Judge) -> list[dict[str, object]]:
    """Matrices decay, the rest does not."""
    matrices = [weight for weight in judge.parameters() if weight.ndim > 1]
    others = [weight for weight in judge.parameters() if weight.ndim < 2]
    return [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
