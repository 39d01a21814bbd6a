"""The UNet: from noise and a caption's text states to latents.

v-prediction (arXiv:2202.00512) on the noise schedule of Stable Diffusion, every timestep weighted alike: min-SNR's
weights (arXiv:2303.09556) teach little of the noisy timesteps, where the subject is decided. One caption in ten is
dropped for guidance (arXiv:2207.12598). The text reaches every residual block twice: by cross-attention, and pooled, as
a scale and a shift beside the timestep's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from diffusers.training_utils import EMAModel
from torch import Tensor
from torch.nn.functional import mse_loss

from training.latents import load, unet_kinds
from training.machines import this_machine
from training.muon import optimizers, update
from training.recipe import Recipe
from training.steps import draws, train
from training.text_states import TextStates

TITLE = "unet"
DROPPED_CAPTIONS = 0.1
# Embeddings of the timestep and the text, and the first and last convolution, are no matrices between features.
EDGES = ("conv_in", "conv_out", "time_embedding", "add_embedding")


def run(folder: Path, recipe: Recipe, compiled: bool = False) -> None:
    """Trains F/unet on F/latents, from F/start if that is there, else from random weights.

    It goes on from F/unet.pt, also when the recipe has more steps than that has done, or more latents.

    Args:
        compiled: by torch.compile, which needs a C++ compiler and rounds otherwise.
    """
    began = folder / "start"
    unet = UNet2DConditionModel.from_pretrained(began).float() if began.is_dir() else fresh(recipe)
    learning = Learning(folder, recipe, unet.train(), compiled)
    train(TITLE, learning.state, learning.one_step, recipe.unet.steps, folder / "unet.pt")
    learned = learning.averaged()
    if recipe.kept and began.is_dir():
        mix(learned, UNet2DConditionModel.from_pretrained(began), recipe.kept)
    learned.save_pretrained(folder / "unet")


@torch.no_grad()
def mix(unet: UNet2DConditionModel, other: UNet2DConditionModel, share: float) -> None:
    """Puts `share` (0 to 1) of another UNet's weights into `unet`, in place.

    They must have one history: between the weights before and after a fine-tune lie others that do both well.
    """
    for own, before in zip(unet.parameters(), other.parameters(), strict=True):
        own.lerp_(before.to(own), share)


class Learning:
    """A UNet that learns from F/latents.

    Attributes:
        state: all that a checkpoint must hold.
    """

    def __init__(self, folder: Path, recipe: Recipe, unet: UNet2DConditionModel, compiled: bool = False) -> None:
        self._recipe, self._machine = recipe, this_machine()
        self._kinds = [load(folder, recipe, name) for name in unet_kinds(recipe)]
        self._texts = TextStates(folder, [each.caption for _, said in self._kinds for each in said], self._machine)
        self._captions = [self._texts.rows([each.caption for each in said]) for _, said in self._kinds]
        self._nothing = self._texts.rows([""])
        self._signal = noise_schedule().alphas_cumprod
        self._counts = counts([portion.share for portion in recipe.portions], recipe.unet.rows)
        self._unet = unet.to(self._machine.device)
        if self._machine.device.type == "cpu":
            unet.set_attn_processor(AttnProcessor())  # the fused one is slow in its backward pass on a CPU
        self._network = torch.compile(unet) if compiled else unet
        self._average = EMAModel(unet.parameters(), decay=0.999, use_ema_warmup=True, power=0.75)
        self._average.to(self._machine.device)
        self._optimizers = optimizers(unet, recipe.unet.peak, between_features)
        self.state = {"unet": unet, "average": self._average}
        self.state |= {type(each).__name__: each for each in self._optimizers}

    def one_step(self, step: int) -> dict[str, float]:
        """The optimizer step of that number, from 0, and its loss."""
        clean, states, timesteps, random = (part.to(self._machine.device) for part in self._batch(step))
        share = self._signal.to(self._machine.device)[timesteps][:, None, None, None]
        noisy, wanted = noised(clean, random, share)
        with self._machine.autocast():
            predicted = self._network(noisy, timesteps, states).sample
        loss = mse_loss(predicted.float(), wanted)
        update(self._unet, loss, self._optimizers, self._recipe.unet.rate(step))
        self._average.step(self._unet.parameters())
        return {"loss": loss.item()}

    def averaged(self) -> UNet2DConditionModel:
        """The UNet, from now on with the moving average of its weights."""
        self._average.copy_to(self._unet.parameters())
        return self._unet

    def _batch(self, step: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Clean latents, text states, timesteps and noise."""
        noise = draws(self._recipe.seed, TITLE, step).noise
        parts = []
        for (latents, _), rows, count in zip(self._kinds, self._captions, self._counts, strict=True):
            chosen = torch.randint(len(latents), (count,), generator=noise)
            parts.append((latents[chosen].float(), rows[chosen]))
        clean, rows = (torch.cat(part) for part in zip(*parts, strict=True))
        dropped = torch.rand(len(rows), generator=noise) < DROPPED_CAPTIONS
        timesteps = spread(len(rows), len(self._signal), noise)
        random = torch.randn(clean.shape, generator=noise)
        return clean, self._texts.states(torch.where(dropped, self._nothing, rows)), timesteps, random


def counts(shares: Sequence[float], rows: int) -> list[int]:
    """How many of a batch's rows each share gets, as whole numbers that are `rows` in all."""
    ends = np.rint(np.cumsum(shares) * rows).astype(int)
    return np.diff(ends, prepend=0).tolist()


def fresh(recipe: Recipe, **changes: object) -> UNet2DConditionModel:
    """Random weights in the bundled model's shape, or in one with other values of the configuration."""
    shape = {
        "sample_size": 16,
        "in_channels": 8,
        "out_channels": 8,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "block_out_channels": recipe.unet_widths,
        "layers_per_block": recipe.unet_layers,
        "cross_attention_dim": recipe.text_width,
        "norm_num_groups": 16,
        "use_linear_projection": True,
        "addition_embed_type": "text",
        "addition_embed_type_num_heads": recipe.text_width // 32,
        "resnet_time_scale_shift": "scale_shift",
        **changes,
    }
    heads = tuple(max(1, width // 32) for width in shape["block_out_channels"])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return UNet2DConditionModel(**shape, attention_head_dim=heads)  # which is the number of heads


def noise_schedule() -> DDPMScheduler:
    """Stable Diffusion's noise schedule, 1000 timesteps, for v-prediction."""
    return DDPMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction"
    )


def spread(rows: int, steps: int, noise: torch.Generator) -> Tensor:
    """Timesteps (rows,) from 0 to steps - 1 in any order, one from each of as many equal parts.

    Batches differ less by chance: the low-discrepancy sampler of Kingma et al. (arXiv:2107.00630, appendix I.1).
    """
    parts = torch.randperm(rows, generator=noise)  # which rows of a batch are plain is no chance
    found = ((parts + torch.rand(rows, generator=noise)) * (steps / rows)).long()
    return found.clamp(max=steps - 1)  # in float32 a part's end may be rounded into what follows


def noised(clean: Tensor, random: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
    """Noisy latents and the v to predict, for the share of signal (alphas_cumprod) of each row."""
    return share.sqrt() * clean + (1 - share).sqrt() * random, share.sqrt() * random - (1 - share).sqrt() * clean


def between_features(name: str, parameter: Tensor) -> bool:
    """Whether a parameter is a matrix from features to features, not one of `EDGES`."""
    return parameter.ndim >= 2 and not name.startswith(EDGES)
