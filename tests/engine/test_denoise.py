"""The loop against diffusers' own pipelines, on tiny random networks, and against what is known without any."""

import itertools

import pytest
import torch

from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.schedulers import SCHEDULERS, make_scheduler
from explorer.engine.store import FrameStore
from explorer.space.noise import Noise, travel
from explorer.space.plans import Place, Plan
from explorer.space.points import SCHEDULER_NAMES, Point, Sampling
from tests.tiny import tiny_sd, tiny_sdxl

STEPS = 5


@pytest.fixture(scope="module", params=["sd epsilon", "sd v_prediction", "sdxl"])
def pipe(request):
    if request.param == "sdxl":
        pipe = tiny_sdxl()
    elif request.param == "sd epsilon":
        pipe = tiny_sd()
    else:  # with the pooled text of the bundled model's UNet
        pooled = {"addition_embed_type": "text", "addition_embed_type_num_heads": 4}
        pipe = tiny_sd("v_prediction", **pooled, resnet_time_scale_shift="scale_shift")
    pipe.set_progress_bar_config(disable=True)
    return pipe


def engine_of(pipe) -> Engine:
    return Engine(DiffusersNetworks(from_pipeline(pipe, "tiny")), FrameStore())


def point(engine: Engine, sampling: Sampling, guidance: float, prompt="a cat", negative="", seed=3) -> Point:
    noise = Noise.of(seed)
    latents = noise.latents(engine.latents_shape(sampling))
    return Point(engine.encode(prompt), engine.encode_negative(negative), latents, noise, guidance)


def final_latents(engine: Engine, sampling: Sampling, points: list[Point]) -> list[torch.Tensor]:
    places = tuple(Place((i,), "") for i in range(len(points)))
    events = engine.render(Plan(places, lambda i: points[i], sampling))
    finished = {event.index: event.latents for event in events if not isinstance(event, Frame) and event.last}
    return [finished[i] for i in range(len(points))]


def oracle(pipe, sampling: Sampling, guidance: float, prompt="a cat", negative=None, seed=3) -> torch.Tensor:
    scheduler, pipe.scheduler = pipe.scheduler, make_scheduler(sampling.scheduler, pipe.scheduler, 1)
    try:
        out = pipe(
            prompt,
            negative_prompt=negative,
            guidance_scale=guidance,
            num_inference_steps=sampling.num_inference_steps,
            height=sampling.height,
            width=sampling.width,
            generator=torch.Generator("cpu").manual_seed(seed),
            output_type="latent",
        )
    finally:
        pipe.scheduler = scheduler
    return out.images[0]


def assert_same(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    """Within 1e-4 of the latents' own spread: trained networks leave it near 1, random ones at 10."""
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() <= 1e-4 * max(1.0, float(theirs.std()))


def test_every_scheduler_has_a_name_and_every_name_a_scheduler():
    assert tuple(SCHEDULERS) == SCHEDULER_NAMES


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_the_loop_equals_the_pipeline(pipe, scheduler):
    """Guidance, negative prompts and a size that is not square, all in one batch of points."""
    engine = engine_of(pipe)
    factor = engine.networks.factor
    sampling = Sampling(STEPS, scheduler, 8 * factor, 12 * factor)
    cases = [
        {"guidance": 7.5},
        {"guidance": 7.5, "negative": "a dog", "seed": 4},
        {"guidance": 1.0, "prompt": "a boat"},
        {"guidance": 2.5, "negative": "blurry"},
        {"guidance": 1.1, "prompt": ""},
    ]
    ours = final_latents(engine, sampling, [point(engine, sampling, **case) for case in cases])
    for case, latents in zip(cases, ours, strict=True):
        assert_same(latents, oracle(pipe, sampling, **case))


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_guidance_at_and_below_one_is_the_formula(pipe, scheduler):
    """diffusers renders every g <= 1 as 1, so the oracle is its scheduler around the formula, written out."""
    engine = engine_of(pipe)
    side = 8 * engine.networks.factor
    sampling = Sampling(STEPS, scheduler, side, side)
    scales = [0.0, 0.5, 1.0, 7.5]
    points = [point(engine, sampling, scale, negative="a dog") for scale in scales]
    for scale, p, latents in zip(scales, points, final_latents(engine, sampling, points), strict=True):
        assert_same(latents, by_hand(pipe, sampling, p, scale))


@torch.no_grad()
def by_hand(pipe, sampling: Sampling, p: Point, scale: float) -> torch.Tensor:
    scheduler = make_scheduler(sampling.scheduler, pipe.scheduler, sampling.num_inference_steps)
    generator = torch.Generator("cpu").manual_seed(3)
    sample = torch.randn((1, *p.latents.shape), generator=generator) * scheduler.init_noise_sigma
    for timestep in scheduler.timesteps:
        model_input = scheduler.scale_model_input(sample, timestep)
        outputs = []
        for side in (p.negative_conditioning, p.conditioning):
            added = None
            if side.pooled_prompt_embeds is not None:
                time_ids = torch.tensor([[sampling.height, sampling.width, 0, 0, sampling.height, sampling.width]])
                added = {"text_embeds": side.pooled_prompt_embeds[None], "time_ids": time_ids.float()}
            kwargs = {"encoder_hidden_states": side.prompt_embeds[None], "added_cond_kwargs": added}
            outputs.append(pipe.unet(model_input, timestep, **kwargs).sample)
        output = outputs[0] + scale * (outputs[1] - outputs[0])
        fresh = {"generator": generator} if sampling.scheduler == "Euler ancestral" else {}
        sample = scheduler.step(output, timestep, sample, **fresh).prev_sample
    return sample[0]


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_every_sampler_finds_the_answer_the_fake_is_known_to_have(scheduler):
    engine = Engine(FakeNetworks(), FrameStore())
    sampling = Sampling(8, scheduler, 64, 64)
    for scale in (0.0, 1.0, 3.0):
        p = point(engine, sampling, scale)
        cat, empty = (side.prompt_embeds[0] for side in (p.conditioning, p.negative_conditioning))
        (latents,) = final_latents(engine, sampling, [p])
        torch.testing.assert_close(latents.mean((1, 2)), empty + scale * (cat - empty), rtol=0, atol=0.03)
        assert latents.std((1, 2)).max() < 0.05  # DDIM and PNDM end where the schedule does, a little short of no noise


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_the_predicted_picture_is_right_from_the_first_step(scheduler):
    """The fake's prediction is exact at every noise level, so x0 must be its colour at each step."""
    engine = Engine(FakeNetworks(), FrameStore())
    sampling = Sampling(6, scheduler, 64, 64)
    p = point(engine, sampling, 1.0)
    steps = [e for e in engine.render(Plan((Place((), ""),), lambda: p, sampling)) if not isinstance(e, Frame)]
    assert [step.step for step in steps] == list(range(1, steps[0].steps + 1))
    colour = p.conditioning.prompt_embeds[0][:, None, None].expand(4, 8, 8)
    if scheduler != "PNDM":  # its multistep output mixes noise levels on purpose
        for step in steps:
            torch.testing.assert_close(step.predicted, colour, rtol=0, atol=0.03)
    assert steps[0].sigma > steps[-1].sigma > 0


def test_ancestral_noise_travels_with_the_point():
    """Between two seeds the fresh noise is a mix as well; at the ends it is the seed's own, to the bit."""
    pipe = tiny_sd()
    engine = engine_of(pipe)
    side = 8 * engine.networks.factor
    sampling = Sampling(STEPS, "Euler ancestral", side, side)
    shape = engine.latents_shape(sampling)

    def between(t: float) -> Point:
        noise = travel(1, 2, t, shape)
        return Point(engine.encode("a"), engine.encode_negative(""), noise.latents(shape), noise, 3.0)

    stops = final_latents(engine, sampling, [between(t) for t in (0, 0.01, 0.5, 0.99, 1)])
    ends = final_latents(engine_of(pipe), sampling, [point(engine, sampling, 3.0, prompt="a", seed=s) for s in (1, 2)])
    assert torch.equal(stops[0], ends[0])
    assert torch.equal(stops[-1], ends[1])
    near, far = ((stops[0] - stops[i]).norm() for i in (1, 4))
    assert near < 0.2 * far
    assert all(not torch.equal(a, b) for a, b in itertools.pairwise(stops))
