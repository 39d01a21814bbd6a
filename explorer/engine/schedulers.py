"""The samplers on offer, each made from a model's own noise schedule.

A scheduler carries state from step to step, so every point gets a copy of its own; that is also what makes points of
different guidance, negative prompt and start noise right in one batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import diffusers
from diffusers.configuration_utils import ConfigMixin
from diffusers.schedulers.scheduling_euler_discrete import rescale_zero_terminal_snr
from diffusers.schedulers.scheduling_utils import SchedulerMixin
from torch import Tensor

LEAST_SIGNAL = 2**-24
"""alpha_bar of the last timestep at zero terminal SNR, as in diffusers: sigma stays finite, 4096."""


class EulerAncestralScheduler(diffusers.EulerAncestralDiscreteScheduler):
    """diffusers' Euler ancestral sampler, with the fresh noise of each step handed in instead of drawn inside.

    A point between two seeds needs a mix of two streams, which no single `torch.Generator` gives.
    """

    def step_with(self, output: Tensor, sample: Tensor, noise: Tensor) -> Tensor:
        """One ancestral step (k-diffusion's `sample_euler_ancestral`, eta = 1) from a model's `output`.

        `output`, `sample` and `noise` have one shape; returns the next sample.
        """
        sigma, sigma_to = (float(s) for s in self.sigmas[self.step_index : self.step_index + 2])
        derivative = output
        if self.config.prediction_type == "v_prediction":
            predicted = output * (-sigma / math.sqrt(sigma**2 + 1)) + sample / (sigma**2 + 1)
            derivative = (sample - predicted) / sigma
        sigma_up = sigma_to * math.sqrt(max(sigma**2 - sigma_to**2, 0)) / sigma
        sigma_down = math.sqrt(sigma_to**2 - sigma_up**2)
        self._step_index += 1
        return sample + derivative * (sigma_down - sigma) + noise * sigma_up


# The second member overrides what a foreign configuration would leave at a default that is wrong for latents.
SCHEDULERS: dict[str, tuple[type[SchedulerMixin], dict[str, object]]] = {
    "DPM++ 2M": (diffusers.DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "solver_order": 2}),
    "UniPC": (diffusers.UniPCMultistepScheduler, {}),
    "Euler": (diffusers.EulerDiscreteScheduler, {}),
    "Euler ancestral": (EulerAncestralScheduler, {}),
    "Heun": (diffusers.HeunDiscreteScheduler, {}),
    "LMS": (diffusers.LMSDiscreteScheduler, {}),
    "DDIM": (diffusers.DDIMScheduler, {"clip_sample": False, "set_alpha_to_one": False}),
    "PNDM": (diffusers.PNDMScheduler, {"skip_prk_steps": True, "set_alpha_to_one": False}),
}

# Handed over by name, because `from_config` replaces what a model left at its scheduler's default by the new one's.
NOISE_SCHEDULE = (
    "num_train_timesteps",
    "beta_start",
    "beta_end",
    "beta_schedule",
    "trained_betas",
    "prediction_type",
)


def make_scheduler(name: str, own: ConfigMixin, num_inference_steps: int) -> SchedulerMixin:
    """The sampler `name` on the noise schedule of the model's `own` scheduler, set to `num_inference_steps`.

    Raises ValueError for a name that is not in SCHEDULERS.
    """
    if name not in SCHEDULERS:
        raise ValueError(f"scheduler {name!r} is unknown: choose one of {', '.join(SCHEDULERS)}")
    scheduler = _scheduler(name, own)
    scheduler.set_timesteps(num_inference_steps)
    return scheduler


def scheduler_from(timestep: float, own: ConfigMixin, num_inference_steps: int) -> SchedulerMixin:
    """DPM++ 2M on the noise schedule of `own`, in so many even steps from `timestep` down to none."""
    steps = min(num_inference_steps, max(1, round(timestep)))
    return scheduler_at([timestep * (1 - i / steps) for i in range(steps)], own)


def scheduler_at(timesteps: Sequence[float], own: ConfigMixin) -> SchedulerMixin:
    """DPM++ 2M on the noise schedule of `own`, with steps at these timesteps, which fall, and from the last to none."""
    plain = {"use_karras_sigmas": False, "use_lu_lambdas": False, "use_exponential_sigmas": False}
    scheduler = _scheduler("DPM++ 2M", own, **plain, use_beta_sigmas=False)
    scheduler.set_timesteps(timesteps=[round(timestep) for timestep in timesteps])
    return scheduler


def _scheduler(name: str, own: ConfigMixin, **changes: object) -> SchedulerMixin:
    cls, overrides = SCHEDULERS[name]
    return cls.from_config(own.config, **{**_noise_schedule(own), **overrides, **changes})


def rescheduled(own: SchedulerMixin, changes: Mapping[str, object]) -> SchedulerMixin:
    """A template like the model's `own` scheduler, with `changes` to its configuration."""
    schedule = {key: own.config[key] for key in NOISE_SCHEDULE}
    return diffusers.EulerDiscreteScheduler.from_config(own.config, **{**schedule, **changes})


def _noise_schedule(own: SchedulerMixin) -> dict[str, object]:
    """NOISE_SCHEDULE of the model's own scheduler. Zero terminal SNR is written out as betas, which all samplers take.

    Heun, LMS and PNDM do not know `rescale_betas_zero_snr`, and DDIM divides by the signal that is no longer there.
    """
    schedule = {key: own.config[key] for key in NOISE_SCHEDULE}
    if not own.config.get("rescale_betas_zero_snr", False):
        return schedule
    betas = rescale_zero_terminal_snr(own.betas)
    betas[-1] = 1 - LEAST_SIGNAL / (1 - betas[:-1]).prod()
    return {**schedule, "trained_betas": betas.tolist(), "rescale_betas_zero_snr": False}


def draws_noise(name: str) -> bool:
    """Whether the sampler adds fresh noise at each step, so that a point's picture depends on its noise stream."""
    return SCHEDULERS[name][0] is EulerAncestralScheduler


def alpha_bar(scheduler: SchedulerMixin, timestep: Tensor) -> float:
    """How much of the variance is signal at the scheduler's present step, in [0, 1]; the rest is noise.

    Samplers that keep `sigmas` stand at `sigmas[step_index]`, alpha_bar = 1 / (1 + sigma^2); the others go by
    `timestep`, a number of shape ().
    """
    if not hasattr(scheduler, "sigmas"):
        return float(scheduler.alphas_cumprod[int(timestep)])
    if scheduler.step_index is None:
        scheduler._init_step_index(timestep)
    return 1 / (1 + float(scheduler.sigmas[scheduler.step_index]) ** 2)


def noise_levels(scheduler: SchedulerMixin) -> list[float]:
    """sigma before each of the scheduler's timesteps: the noise's spread in units of the clean latents'."""
    if hasattr(scheduler, "sigmas"):
        return [float(sigma) for sigma in scheduler.sigmas[: len(scheduler.timesteps)]]
    signal = scheduler.alphas_cumprod[scheduler.timesteps]
    return [float(sigma) for sigma in ((1 - signal) / signal) ** 0.5]


def predict_clean(prediction_type: str, output: Tensor, model_input: Tensor, signal: float) -> Tensor:
    """The clean latents x0 that a model's `output` implies for its (variance-preserving) `model_input`.

    All three have one shape; `signal` is `alpha_bar`.
    Ho et al. 2020, eq. 15, for "epsilon"; Salimans & Ho 2022, appendix D, for "v_prediction".
    """
    a, s = math.sqrt(signal), math.sqrt(1 - signal)
    if prediction_type == "epsilon":
        return (model_input - s * output) / a
    if prediction_type == "v_prediction":
        return a * model_input - s * output
    return output
