"""A point is everything that decides one picture; this module says what that is and what it is equal to.

It knows tensors and numbers. It does not know where conditionings come from, how a point is rendered, or what a
model is. All tensors here are float32 on the CPU; the engine moves what it needs to its device.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from explorer.space.adapters import Adapters, mixed, named, strongest
from explorer.space.hashes import digest
from explorer.space.noise import Noise
from explorer.space.paths import INTERPOLATIONS
from explorer.space.regions import Region

SCHEDULER_NAMES = ("DPM++ 2M", "UniPC", "Euler", "Euler ancestral", "Heun", "LMS", "DDIM", "PNDM")


@dataclass(frozen=True, eq=False)
class Conditioning:
    """What the text encoder makes of a prompt.

    `prompt_embeds` has shape (tokens, width); `pooled_prompt_embeds`, shape (pooled_width,), exists for SDXL only.
    `adapters` are those that taught words of the prompt bring along: they act on the UNet.
    """

    prompt_embeds: Tensor
    pooled_prompt_embeds: Tensor | None = None
    adapters: Adapters = ()

    @cached_property
    def digest(self) -> bytes:
        """Equal for equal tensors, whichever prompts or paths they came from; the adapters are the point's affair."""
        return digest(self.prompt_embeds, self.pooled_prompt_embeds)

    def toward(self, other: Conditioning, t: float, how: str) -> Conditioning:
        """The conditioning at `t` on the way to `other`: self at 0, `other` at 1; `how` is a name of INTERPOLATIONS."""
        if t in (0, 1):
            return other if t else self
        path, pooled = INTERPOLATIONS[how], None
        if self.pooled_prompt_embeds is not None and other.pooled_prompt_embeds is not None:
            pooled = path(self.pooled_prompt_embeds, other.pooled_prompt_embeds, t)
        adapters = mixed((self.adapters, 1 - t), (other.adapters, t))
        return Conditioning(path(self.prompt_embeds, other.prompt_embeds, t), pooled, adapters)


@dataclass(frozen=True)
class FewSteps:
    """How a draft is drawn: at most so many steps of this scheduler."""

    num_inference_steps: int = 6
    scheduler: str = "DPM++ 2M"


@dataclass(frozen=True)
class Defaults:
    """What a model is at home with: pixels, steps, guidance (1: the prompt alone, one row a step), scheduler.

    `draft` is how its drafts are drawn.
    """

    width: int
    height: int
    num_inference_steps: int = 20
    guidance_scale: float = 7.5
    scheduler: str = "DPM++ 2M"
    draft: FewSteps = FewSteps()


@dataclass(frozen=True)
class Sampling:
    """How a point is rendered: with `Point` and the model, all that a picture depends on.

    `scheduler` is a name of SCHEDULER_NAMES; `height` and `width` are in pixels.
    """

    num_inference_steps: int
    scheduler: str
    height: int
    width: int


@dataclass(frozen=True, eq=False)
class Point:
    """One place in latent space.

    `latents` is unit-variance noise of shape (channels, height/f, width/f). `noise` is the stream that samplers with
    fresh noise at every step (Euler ancestral) go on drawing from. `guidance_scale` g means
    `negative + g * (conditioning - negative)`: at 1 the negative conditioning has no part, at 0 the prompt has none.

    With `init_latents`, an encoded picture of that same shape, denoising starts from them under the noise of the
    step that leaves `strength` in [0, 1] of the steps to do (SDEdit, Meng et al. 2021): at 0 they stay as they are.
    With a `region` only that part of them changes. `depth` (height/f, width/f) in [-1, 1], near is 1, is for models
    that are told how far away things are.
    """

    conditioning: Conditioning
    negative_conditioning: Conditioning
    latents: Tensor
    noise: Noise
    guidance_scale: float
    init_latents: Tensor | None = None
    strength: float = 1.0
    region: Region | None = None
    depth: Tensor | None = None

    def __post_init__(self) -> None:
        if self.region is not None and self.init_latents is None:
            raise ValueError("a region needs init_latents: the picture that stands still around it")

    def first_step(self, num_inference_steps: int) -> int:
        """How many of the steps are left out: as diffusers counts, all but floor(num_inference_steps * strength)."""
        if self.init_latents is None:
            return 0
        if self.region is not None and self.region.empty:
            return num_inference_steps
        return num_inference_steps - min(int(num_inference_steps * self.strength), num_inference_steps)

    @property
    def begins_on_picture(self) -> bool:
        """Whether its first sample is `init_latents` under noise; else it is the noise alone."""
        if self.init_latents is None:
            return False
        return self.region is None or self.region.on_picture or self.strength < 1

    @property
    def sides(self) -> dict[str, Conditioning]:
        """The conditionings that have a part in the picture: a row of the UNet each, at every step."""
        sides = {}
        if self.guidance_scale != 0:
            sides["positive"] = self.conditioning
        if self.guidance_scale != 1:
            sides["negative"] = self.negative_conditioning
        return sides

    @property
    def adapters(self) -> Adapters:
        """What changes the UNet for this point, in the rows of both sides alike."""
        return strongest(*(side.adapters for side in self.sides.values()))

    def start(self, num_inference_steps: int) -> bytes:
        """Equal for points that begin with equal samples at equal noise levels."""
        return digest(self.latents, self.init_latents, self.first_step(num_inference_steps))

    def digest(self, num_inference_steps: int, fresh_noise: bool) -> bytes:
        """Equal for points that give equal pictures; `fresh_noise` says whether the sampler draws any."""
        more = (*(self.region.parts if self.region else ()), *(() if self.depth is None else (self.depth,)))
        if self.first_step(num_inference_steps) == num_inference_steps:
            return digest(self.init_latents, *(self.region.parts if self.region else ()))
        sides = [f"{name}:{side.digest.hex()}" for name, side in self.sides.items()]
        noise = repr(self.noise) if fresh_noise else None
        parts = *sides, self.start(num_inference_steps), float(self.guidance_scale), noise
        return digest(*parts, *more, *named(self.adapters))
