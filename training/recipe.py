"""Every number of a training, in one place: `POCKET` makes the bundled model, `SMOKE` runs all stages in a minute."""

from __future__ import annotations

from dataclasses import dataclass, fields


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


@dataclass(frozen=True)
class Recipe:
    """A whole training. Two recipes that differ in a number leave different weights.

    Attributes:
        seed: of everything that is drawn by lot.
        drawings: at most so many drawings, spread over the subjects; None takes all.
        pictures: composites that the autoencoder learns from.
        held_out: composites of other seeds, drawings seen, on which it is measured.
        plain, mixed, painted: latents of the three mixes (`composites.MIXES`) that the UNet learns from.
        plain_share, painted_share: share of a UNet batch drawn from those, 0 to 1; the rest are mixed ones.
        judged: latents of the plain and as many of the mixed kind, of seeds of their own, that the judge learns from.
        texts: texts that the text encoder learns from, at most; None takes all.
        vocabulary: entries of the tokenizer, 600 to 49,408.
        autoencoder_width: channels of every AutoencoderTiny block.
        text_width, text_layers: of the CLIPTextModel.
        unet_widths: channels of the UNet's three levels, multiples of 16.
        unet_layers: residual blocks a level.
    """

    name: str
    autoencoder: Pace
    text_encoder: Pace
    unet: Pace
    judge: Pace
    seed: int = 20261122
    drawings: int | None = None
    pictures: int = 12_000
    held_out: int = 64
    plain: int = 16_000
    mixed: int = 12_000
    painted: int = 8_000
    plain_share: float = 0.55
    painted_share: float = 0.2
    judged: int = 16_000
    texts: int | None = None
    vocabulary: int = 12_288
    autoencoder_width: int = 48
    text_width: int = 256
    text_layers: int = 5
    unet_widths: tuple[int, int, int] = (64, 128, 192)
    unet_layers: int = 1
    judge_width: int = 96

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and field.name != "seed" and value < 1:
                raise ValueError(f"{field.name} = {value} is not allowed: 1 or more")
        if min(self.plain_share, self.painted_share) < 0 or self.plain_share + self.painted_share > 1:
            shares = f"plain_share = {self.plain_share}, painted_share = {self.painted_share}"
            raise ValueError(f"{shares} is not allowed: 0 or more, together at most 1")


POCKET = Recipe(
    name="pocket",
    autoencoder=Pace(steps=5_000, rows=12, peak=1.5e-3, decay=0.5),
    text_encoder=Pace(steps=1_600, rows=192, peak=1e-3, warmup=200, decay=1.0),
    unet=Pace(steps=5_300, rows=96, peak=2e-3, warmup=30, decay=0.35),
    judge=Pace(steps=3_000, rows=128, peak=1e-3, decay=0.6),
)

SMOKE = Recipe(
    name="smoke",
    autoencoder=Pace(steps=4, rows=2, peak=1e-3, warmup=1),
    text_encoder=Pace(steps=4, rows=8, peak=1e-3, warmup=1),
    unet=Pace(steps=4, rows=4, peak=1e-3, warmup=1),
    judge=Pace(steps=4, rows=8, peak=1e-3, warmup=1),
    pictures=16,
    held_out=4,
    plain=16,
    mixed=16,
    painted=8,
    judged=24,
    texts=200,
    vocabulary=700,
    autoencoder_width=16,
    text_width=32,
    text_layers=2,
    unet_widths=(16, 32, 48),
    judge_width=16,
)
RECIPES = {recipe.name: recipe for recipe in (POCKET, SMOKE)}
