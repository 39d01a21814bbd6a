"""Every number of a training, in one place: `POCKET` makes the bundled model, `SMOKE` runs all stages in a minute."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple


@dataclass(frozen=True)
class Pace:
    """How long and how fast a network learns.

    Attributes:
        steps: optimizer steps, 1 or more.
        rows: examples in a step's batch, 2 or more.
        peak: the learning rate after the warm-up.
        warmup: steps over which the rate rises from 0.
        decay: the share of the steps at the end over which it falls linearly to 1 % of the peak, 0 to 1.
    """

    steps: int
    rows: int
    peak: float
    warmup: int = 100
    decay: float = 0.4

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0: warm-up, plateau, decay (WSD, arXiv:2404.06395)."""
        rising = min(1.0, (step + 1) / max(1, self.warmup))
        falling = (self.steps - step) / max(1.0, self.decay * self.steps)
        return self.peak * min(rising, max(0.01, min(1.0, falling)))


class Portion(NamedTuple):
    """Composites of one mix that a network learns from.

    Attributes:
        mix: a key of `mixes.MIXES`.
        count: how many are encoded, 1 or more.
        share: of every batch of the UNet, 0 to 1; the judge takes every picture as often as the next.
    """

    mix: str
    count: int
    share: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """A whole training. Two recipes that differ in a number leave different weights.

    Attributes:
        seed: of everything that is drawn by lot.
        drawings: at most so many drawings, spread over the subjects; None takes all.
        pictures: composites that the autoencoder learns from.
        held_out: composites of other seeds, drawings seen, on which it is measured.
        start: parts that are taken as they are, and the UNet to go on from: a model's folder, below the project's;
            None trains all of them.
        kept: the share of the UNet's weights before, in F/start, that is mixed into what it has become, 0 to below 1:
            what it could do before stays (WiSE-FT, Wortsman et al., arXiv:2109.01903).
        portions: what the UNet learns from; the shares are 1 in all.
        judged: what the judge learns from, composites of seeds of their own.
        texts: texts that the text encoder learns from, at most; None takes all.
        vocabulary: entries of the tokenizer, 600 to 49,408.
        autoencoder_width: channels of every AutoencoderTiny block.
        text_width, text_layers: of the CLIPTextModel.
        unet_widths: channels of the UNet's three levels, multiples of 16.
        unet_layers: residual blocks a level.
        judge_width, small_decoder_width: channels of those.
    """

    name: str
    autoencoder: Pace
    text_encoder: Pace
    unet: Pace
    judge: Pace
    small_decoder: Pace
    seed: int = 20261122
    drawings: int | None = None
    pictures: int = 12_000
    held_out: int = 64
    start: str | None = None
    kept: float = 0.0
    portions: tuple[Portion, ...] = ()
    judged: tuple[Portion, ...] = ()
    texts: int | None = None
    vocabulary: int = 12_288
    autoencoder_width: int = 48
    text_width: int = 256
    text_layers: int = 5
    unet_widths: tuple[int, int, int] = (64, 128, 192)
    unet_layers: int = 1
    judge_width: int = 96
    small_decoder_width: int = 24

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and field.name != "seed" and value < 1:
                raise ValueError(f"{field.name} = {value} is not allowed: 1 or more")
        if not 0 <= self.kept < 1:
            raise ValueError(f"kept = {self.kept} is not allowed: 0 to below 1")
        if self.portions and abs(sum(portion.share for portion in self.portions) - 1) > 1e-6:
            shares = ", ".join(f"{portion.mix} {portion.share}" for portion in self.portions)
            raise ValueError(f"portions = {shares} is not allowed: the shares must be 1 in all")
        for portion in (*self.portions, *self.judged):
            if portion.count < 1 or portion.share < 0:
                raise ValueError(f"{portion} is not allowed: a count of 1 or more, a share of 0 or more")


POCKET = Recipe(
    name="pocket",
    autoencoder=Pace(steps=5_000, rows=12, peak=1.5e-3, decay=0.5),
    text_encoder=Pace(steps=1_600, rows=192, peak=1e-3, warmup=200, decay=1.0),
    unet=Pace(steps=4_000, rows=96, peak=8e-4, warmup=60, decay=0.45),
    judge=Pace(steps=3_000, rows=128, peak=1e-3, decay=0.6),
    small_decoder=Pace(steps=1_500, rows=12, peak=2e-3, decay=0.5),
    start="assets/pocket",
    kept=0.25,
    portions=(
        Portion("plain", 12_000, 0.28),
        Portion("painted", 4_000, 0.10),
        Portion("mixed", 2_000, 0.07),
        Portion("tinted", 4_000, 0.13),
        Portion("pairs", 5_000, 0.15),
        Portion("counts", 2_000, 0.05),
        Portion("loose", 4_000, 0.12),
        Portion("landscapes", 2_000, 0.05),
        Portion("people", 2_000, 0.03),
        Portion("invented", 2_000, 0.02),
    ),
    judged=(
        Portion("mixed", 3_000),
        Portion("plain", 4_000),
        Portion("tinted", 2_000),
        Portion("pairs", 3_000),
        Portion("counts", 1_000),
        Portion("loose", 2_000),
        Portion("landscapes", 1_000),
        Portion("people", 1_000),
        Portion("invented", 1_000),
    ),
)

SMOKE = Recipe(
    name="smoke",
    autoencoder=Pace(steps=4, rows=2, peak=1e-3, warmup=1),
    text_encoder=Pace(steps=4, rows=8, peak=1e-3, warmup=1),
    unet=Pace(steps=4, rows=4, peak=1e-3, warmup=1),
    judge=Pace(steps=4, rows=8, peak=1e-3, warmup=1),
    small_decoder=Pace(steps=4, rows=2, peak=1e-3, warmup=1),
    pictures=16,
    held_out=4,
    portions=(
        Portion("plain", 12, 0.2),
        Portion("mixed", 8, 0.1),
        *(Portion(mix, 4, 0.1) for mix in ("painted", "tinted", "pairs", "counts", "loose", "landscapes", "invented")),
    ),
    judged=tuple(Portion(mix, 6) for mix in ("mixed", "plain", "tinted", "pairs", "counts", "landscapes", "invented")),
    texts=200,
    vocabulary=700,
    autoencoder_width=16,
    text_width=32,
    text_layers=2,
    unet_widths=(16, 32, 48),
    judge_width=16,
    small_decoder_width=8,
)
RECIPES = {recipe.name: recipe for recipe in (POCKET, SMOKE)}
