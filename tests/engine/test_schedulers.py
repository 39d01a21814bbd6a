"""The samplers: each on the model's own noise schedule, and each knows how noisy it stands."""

import copy

import diffusers
import numpy as np
import pytest
import torch

from explorer.engine.schedulers import (
    EulerAncestralScheduler,
    alpha_bar,
    draws_noise,
    make_scheduler,
    predict_clean,
)
from explorer.space.points import SCHEDULER_NAMES

LATENT = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
OWN = {
    "DPM": lambda: diffusers.DPMSolverMultistepScheduler(**LATENT, prediction_type="v_prediction"),
    "PNDM": lambda: diffusers.PNDMScheduler(**LATENT, skip_prk_steps=True, set_alpha_to_one=False, steps_offset=1),
    "DDIM": lambda: diffusers.DDIMScheduler(**LATENT, clip_sample=False, prediction_type="v_prediction"),
    "Euler": lambda: diffusers.EulerDiscreteScheduler(beta_start=0.001, beta_end=0.02, beta_schedule="linear"),
    "defaults": lambda: diffusers.DDIMScheduler(beta_schedule="linear"),
    "betas of its own": lambda: diffusers.DPMSolverMultistepScheduler(
        trained_betas=list(np.linspace(1e-4, 0.01, 500)), num_train_timesteps=500
    ),
}
KEPT = ("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "prediction_type")


@pytest.fixture(params=OWN)
def own(request):
    return OWN[request.param]()


@pytest.mark.parametrize("name", ["Magic", "", "ddim", "DPM++ 2M Karras"])
def test_an_unknown_name_is_refused_with_the_names_there_are(name):
    with pytest.raises(ValueError, match="is unknown: choose one of") as caught:
        make_scheduler(name, OWN["PNDM"](), 5)
    assert repr(name) in str(caught.value)
    assert all(known in str(caught.value) for known in SCHEDULER_NAMES)


@pytest.mark.parametrize("name", SCHEDULER_NAMES)
def test_a_sampler_keeps_the_models_noise_schedule_clips_no_latents_and_shares_no_state(own, name):
    before, state = dict(own.config), copy.deepcopy(own.__dict__)
    made, other = make_scheduler(name, own, 5), make_scheduler(name, own, 7)
    assert {key: made.config[key] for key in KEPT} == {key: own.config[key] for key in KEPT}
    assert torch.equal(made.alphas_cumprod, own.alphas_cumprod)
    assert not made.config.get("clip_sample", False)
    assert not made.config.get("thresholding", False)
    assert dict(own.config) == before
    assert repr(own.__dict__) == repr(state)
    assert len(made.timesteps) < len(other.timesteps)


def test_ddim_goes_on_from_latents_beyond_one():
    """Its default clips the clean picture to [-1, 1], which latents are not in."""
    scheduler = make_scheduler("DDIM", OWN["DPM"](), 5)
    sample, clean = torch.full((1, 4, 2, 2), 3.0), torch.full((1, 4, 2, 2), 2.5)
    timestep = scheduler.timesteps[0]
    signal = float(scheduler.alphas_cumprod[timestep])
    noise = (sample - signal**0.5 * clean) / (1 - signal) ** 0.5
    velocity = signal**0.5 * noise - (1 - signal) ** 0.5 * clean
    found = scheduler.step(velocity, timestep, sample).pred_original_sample
    torch.testing.assert_close(found, clean, rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", SCHEDULER_NAMES)
def test_how_noisy_a_sampler_stands_is_what_the_schedule_says_at_its_timestep(own, name):
    sample = torch.zeros(1, 4, 2, 2)
    for steps in (1, 2, 7, 20):
        scheduler = make_scheduler(name, own, steps)
        levels = scheduler.alphas_cumprod.double().numpy()
        sigmas = ((1 - levels) / levels) ** 0.5
        for timestep in scheduler.timesteps:
            scheduler.scale_model_input(sample, timestep)
            # between two levels of the schedule, samplers go straight from sigma to sigma
            sigma = np.interp(float(timestep), np.arange(len(sigmas)), sigmas)
            assert alpha_bar(scheduler, timestep) == pytest.approx(1 / (1 + sigma**2), rel=1e-4)
            step(scheduler, timestep, sample)


def step(scheduler, timestep, sample):
    if isinstance(scheduler, EulerAncestralScheduler):
        return scheduler.step_with(sample, sample, sample)
    return scheduler.step(sample, timestep, sample)


@pytest.mark.parametrize("name", SCHEDULER_NAMES)
def test_only_the_ancestral_sampler_draws_noise(name):
    assert draws_noise(name) == (name == "Euler ancestral")


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("steps", [2, 6])
def test_the_ancestral_step_is_diffusers_with_its_noise_handed_in(prediction, steps):
    own = diffusers.EulerDiscreteScheduler(**LATENT, prediction_type=prediction)
    ours = make_scheduler("Euler ancestral", own, steps)
    theirs = diffusers.EulerAncestralDiscreteScheduler.from_config(own.config)
    theirs.set_timesteps(steps)
    drawn, handed = torch.Generator().manual_seed(1), torch.Generator().manual_seed(1)
    sample = mine = torch.randn(1, 4, 4, 4, generator=torch.Generator().manual_seed(0)) * ours.init_noise_sigma
    for timestep in theirs.timesteps:
        output = torch.sin(theirs.scale_model_input(sample, timestep))
        ours.scale_model_input(mine, timestep)
        sample = theirs.step(output, timestep, sample, generator=drawn).prev_sample
        mine = ours.step_with(output, mine, torch.randn(1, 4, 4, 4, generator=handed))
        torch.testing.assert_close(mine, sample, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("signal", [0.005, 0.5, 0.999])
def test_the_clean_latents_follow_from_whatever_the_model_predicts(signal):
    clean, noise = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(0)).double()
    noisy = signal**0.5 * clean + (1 - signal) ** 0.5 * noise
    outputs = {
        "epsilon": noise,
        "v_prediction": signal**0.5 * noise - (1 - signal) ** 0.5 * clean,
        "sample": clean,
    }
    for prediction, output in outputs.items():
        torch.testing.assert_close(predict_clean(prediction, output, noisy, signal), clean)
