"""Denoising that starts from a picture, against diffusers' own img2img pipelines on the same noise."""

import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionXLImg2ImgPipeline
from PIL import Image

from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.schedulers import make_scheduler
from explorer.engine.store import FrameStore
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan
from explorer.space.points import SCHEDULER_NAMES, Point, Sampling
from tests.tiny import tiny_sd, tiny_sdxl

STEPS = 5
SEED, PROMPT, NEGATIVE, GUIDANCE = 3, "a cat", "a dog", 4.0


@pytest.fixture(scope="module", params=["sd epsilon", "sd v_prediction", "sdxl"])
def pipe(request):
    prediction = request.param.removeprefix("sd ")
    pipe = tiny_sdxl() if request.param == "sdxl" else tiny_sd(prediction_type=prediction)
    pipe.set_progress_bar_config(disable=True)
    return pipe


@pytest.fixture(scope="module")
def engine(pipe):
    return Engine(DiffusersNetworks(from_pipeline(pipe, "tiny")), FrameStore())


def picture(width: int, height: int) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def points(engine: Engine, sampling: Sampling, strengths: list[float]) -> list[Point]:
    noise = Noise.of(SEED)
    latents = noise.latents(engine.latents_shape(sampling))
    encoded = engine.encode_picture(picture(sampling.width, sampling.height))
    sides = engine.encode(PROMPT), engine.encode_negative(NEGATIVE)
    return [Point(*sides, latents, noise, GUIDANCE, encoded, strength) for strength in strengths]


def plan_of(points: list[Point], sampling: Sampling) -> Plan:
    return Plan(tuple(Place((i,), "") for i in range(len(points))), lambda i: points[i], sampling)


def oracle(pipe, sampling: Sampling, encoded: torch.Tensor, strength: float) -> torch.Tensor:
    sdxl = getattr(pipe, "text_encoder_2", None) is not None
    cls = StableDiffusionXLImg2ImgPipeline if sdxl else StableDiffusionImg2ImgPipeline
    parts = {**pipe.components, "scheduler": make_scheduler(sampling.scheduler, pipe.scheduler, 1)}
    theirs = cls(**parts, **({} if sdxl else {"requires_safety_checker": False}))
    theirs.set_progress_bar_config(disable=True)
    generator = torch.Generator("cpu").manual_seed(SEED)
    return theirs(
        PROMPT,
        image=encoded[None],
        strength=strength,
        negative_prompt=NEGATIVE,
        guidance_scale=GUIDANCE,
        num_inference_steps=sampling.num_inference_steps,
        generator=generator,
        output_type="latent",
    ).images[0]


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_img2img_equals_the_pipeline(pipe, engine, scheduler):
    """One step, some of the steps and all of them, in one batch, at a size that is not square."""
    factor = engine.networks.factor
    sampling = Sampling(STEPS, scheduler, 8 * factor, 12 * factor)
    strengths = [1 / STEPS, 0.5, 0.8, 1.0]
    started = points(engine, sampling, strengths)
    events = engine.render(plan_of(started, sampling))
    ours = {event.index: event.latents for event in events if not isinstance(event, Frame) and event.last}
    for index, strength in enumerate(strengths):
        theirs = oracle(pipe, sampling, started[index].init_latents, strength)
        assert (ours[index] - theirs).abs().max() <= 1e-4 * max(1.0, float(theirs.std())), strength


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_strength_zero_is_the_picture_encoded_and_decoded(pipe, engine, scheduler):
    factor = engine.networks.factor
    sampling = Sampling(STEPS, scheduler, 8 * factor, 12 * factor)
    render = engine.render(plan_of(points(engine, sampling, [0.0, 0.9 / STEPS]), sampling))
    frames = [event for event in render if isinstance(event, Frame)]
    original = picture(sampling.width, sampling.height)
    with torch.no_grad():
        pixels = torch.tensor(list(original.tobytes())).view(1, sampling.height, sampling.width, 3) / 127.5 - 1
        decoded = pipe.vae.decode(pipe.vae.encode(pixels.permute(0, 3, 1, 2)).latent_dist.mode()).sample[0]
    expected = ((decoded / 2 + 0.5).clamp(0, 1) * 255).round().permute(1, 2, 0).to(torch.int16)
    for frame in frames:
        shown = torch.tensor(list(frame.image.tobytes())).view(expected.shape)
        assert (shown - expected).abs().max() <= 1  # the same, but for a rounding at .5
    assert len(frames) == 2
    assert render.rows.run == render.price.rows == 0


def test_strengths_of_as_many_steps_are_one_picture_and_cost_one():
    engine = Engine(FakeNetworks(), FrameStore())
    sampling = Sampling(10, "DPM++ 2M", 64, 64)
    plan = plan_of(points(engine, sampling, [0.5, 0.55, 0.599, 0.6, 0.0]), sampling)
    render = engine.render(plan)
    frames = [event for event in render if isinstance(event, Frame)]
    assert len({frame.key for frame in frames}) == 3
    assert render.rows.run == render.price.rows == 2 * 5 + 2 * 6  # floor(S * strength) steps of two rows each
    assert render.price.naive_rows == 2 * (5 + 5 + 5 + 6)


def test_the_fake_turns_a_picture_into_its_prompt():
    """From any picture and at full strength the fake still arrives at its prompt's colour; at little, on the way."""
    engine = Engine(FakeNetworks(), FrameStore())
    sampling = Sampling(10, "Euler", 64, 64)
    encoded, colour = engine.encode_picture(picture(64, 64)), engine.encode(PROMPT).prompt_embeds[0]
    events = engine.render(plan_of(points(engine, sampling, [0.0, 1.0]), sampling))
    ends = {event.index: event.latents for event in events if not isinstance(event, Frame) and event.last}
    assert torch.equal(ends[0], encoded)
    wanted = engine.encode(NEGATIVE).prompt_embeds[0]
    torch.testing.assert_close(ends[1].mean((1, 2)), wanted + GUIDANCE * (colour - wanted), rtol=0, atol=0.03)
