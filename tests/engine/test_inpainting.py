"""Regions and depth maps against diffusers' own inpainting and depth pipelines, on the same noise."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from diffusers import (
    StableDiffusionDepth2ImgPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionXLInpaintPipeline,
)
from PIL import Image

from explorer.engine.drafts import DraftRender
from explorer.engine.engine import Engine, Frame
from explorer.engine.extras import extras_at
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import from_pipeline, load
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.schedulers import make_scheduler
from explorer.engine.store import FrameStore
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan
from explorer.space.points import SCHEDULER_NAMES, Point, Sampling
from explorer.space.regions import GREY, Region, scaled_depth
from tests.tiny import tiny_sd, tiny_sdxl

STEPS, SEED, PROMPT, NEGATIVE, GUIDANCE = 5, 3, "a cat", "a dog", 4.0
STRENGTHS = [1 / STEPS, 0.5, 0.8, 1.0]
HEIGHT, WIDTH = 8, 12  # of the latents
KINDS = {
    "sd": tiny_sd,
    "sd that predicts v": lambda: tiny_sd(prediction_type="v_prediction"),
    "sdxl": tiny_sdxl,
    "sd of 9 channels": lambda: tiny_sd(in_channels=9),
    "sdxl of 9 channels": lambda: tiny_sdxl(in_channels=9),
}


def hard_mask() -> torch.Tensor:
    """An L of cells."""
    mask = torch.zeros(HEIGHT, WIDTH)
    mask[2:7, 3:5] = 1
    mask[5:7, 3:11] = 1
    return mask


def picture(width: int, height: int) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def engine_of(pipe) -> Engine:
    return Engine(DiffusersNetworks(from_pipeline(pipe, "tiny")), FrameStore())


def sampling_of(engine: Engine, scheduler: str) -> Sampling:
    return Sampling(STEPS, scheduler, HEIGHT * engine.networks.factor, WIDTH * engine.networks.factor)


def point(engine: Engine, sampling: Sampling, strength: float, **more) -> Point:
    noise, sides = Noise.of(SEED), (engine.encode(PROMPT), engine.encode_negative(NEGATIVE))
    encoded = engine.encode_picture(picture(sampling.width, sampling.height))
    latents = noise.latents(engine.latents_shape(sampling))
    return Point(*sides, latents, noise, GUIDANCE, encoded, strength, **more)


def plan_of(points: list[Point], sampling: Sampling) -> Plan:
    return Plan(tuple(Place((i,), "") for i in range(len(points))), lambda i: points[i], sampling)


def latents_of(engine: Engine, points: list[Point], sampling: Sampling) -> list[torch.Tensor]:
    events = engine.render(plan_of(points, sampling))
    found = {event.index: event.latents for event in events if not isinstance(event, Frame) and event.last}
    return [found[i] for i in range(len(points))]


def assert_same(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() <= 1e-4 * max(1.0, float(theirs.std()))


def masked(engine: Engine, mask: torch.Tensor) -> torch.Tensor:
    """The latents of the picture with grey in the mask."""
    side = engine.networks.factor
    whole = picture(mask.shape[1] * side, mask.shape[0] * side)
    hole = Image.fromarray((mask.numpy() * 255).astype(np.uint8)).resize(whole.size, Image.Resampling.NEAREST)
    whole.paste(GREY, mask=hole)
    return engine.encode_picture(whole)


def asked_of(theirs, scheduler: str, **more) -> torch.Tensor:
    theirs.scheduler = make_scheduler(scheduler, theirs.scheduler, 1)
    theirs.set_progress_bar_config(disable=True)
    return theirs(
        PROMPT,
        negative_prompt=NEGATIVE,
        guidance_scale=GUIDANCE,
        num_inference_steps=STEPS,
        generator=torch.Generator("cpu").manual_seed(SEED),
        output_type="latent",
        **more,
    ).images[0]


@pytest.fixture(scope="module", params=KINDS)
def pipe(request):
    return KINDS[request.param]()


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_inpainting_equals_the_pipeline(pipe, scheduler):
    """One step, some and all, a hard mask, at a size that is not square, all in one batch."""
    engine, sdxl = engine_of(pipe), getattr(pipe, "text_encoder_2", None) is not None
    sampling, mask = sampling_of(engine, scheduler), hard_mask()
    hole = masked(engine, mask)
    ours = [point(engine, sampling, strength, region=Region(mask, None, hole)) for strength in STRENGTHS]
    cls = StableDiffusionXLInpaintPipeline if sdxl else StableDiffusionInpaintPipeline
    theirs = cls(**pipe.components, **({} if sdxl else {"requires_safety_checker": False}))
    pixels = mask.repeat_interleave(engine.networks.factor, 0).repeat_interleave(engine.networks.factor, 1)
    for strength, latents in zip(STRENGTHS, latents_of(engine, ours, sampling), strict=True):
        told = {"image": ours[0].init_latents[None], "mask_image": pixels[None, None]}
        size = {"width": sampling.width, "height": sampling.height}
        expected = asked_of(theirs, scheduler, strength=strength, masked_image_latents=hole[None], **told, **size)
        assert_same(latents, expected)


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_depth_equals_the_pipeline(scheduler, monkeypatch):
    pipe = tiny_sd(in_channels=5)
    engine = engine_of(pipe)
    sampling = sampling_of(engine, scheduler)
    near = torch.linspace(-3, 9, sampling.height * sampling.width).view(1, sampling.height, sampling.width) ** 3
    depth = scaled_depth(near[0], HEIGHT, WIDTH)
    ours = [point(engine, sampling, strength, depth=depth) for strength in STRENGTHS]
    parts = {name: part for name, part in pipe.components.items() if name not in ("safety_checker", "image_encoder")}
    theirs = StableDiffusionDepth2ImgPipeline(**parts, depth_estimator=None)
    # Theirs draws from the encoder's distribution, and its noise after that: ours takes the mode.
    encoded = SimpleNamespace(latents=ours[0].init_latents[None] / pipe.vae.config.scaling_factor)
    monkeypatch.setattr(theirs.vae, "encode", lambda _: encoded)
    for strength, latents in zip(STRENGTHS, latents_of(engine, ours, sampling), strict=True):
        start = picture(sampling.width, sampling.height)
        assert_same(latents, asked_of(theirs, scheduler, image=start, depth_map=near, strength=strength))


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_outside_of_a_region_the_latents_are_the_pictures(scheduler):
    engine = Engine(FakeNetworks(), FrameStore())
    sampling, mask = Sampling(6, scheduler, 64, 96), hard_mask()
    here = point(engine, sampling, 0.7, region=Region(mask))
    (latents,) = latents_of(engine, [here], sampling)
    outside, inside = mask == 0, mask > 0
    assert torch.equal(latents[:, outside], here.init_latents[:, outside])
    wanted = here.negative_conditioning.prompt_embeds[0] * -3 + here.conditioning.prompt_embeds[0] * 4
    torch.testing.assert_close(latents[:, inside].mean(1), wanted, rtol=0, atol=0.15)  # PNDM ends short of it


def test_a_soft_mask_is_a_strength_by_the_cell():
    """A cell of 0.4 has the last two of five steps, exactly those that a strength of 0.4 leaves a whole picture."""
    region = Region(torch.tensor([[0.0, 0.1, 0.4, 0.8, 1.0]]))
    kept = [region.kept(step, 5)[0].tolist() for step in range(1, 6)]
    assert [sum(cell) for cell in zip(*kept, strict=True)] == [5, 5, 3, 1, 0]
    engine = Engine(FakeNetworks(), FrameStore())
    sampling = Sampling(STEPS, "DDIM", 64, 96)
    everywhere = torch.full((HEIGHT, WIDTH), 0.4)
    soft, strong = (
        point(engine, sampling, 1.0, region=Region(everywhere)),
        point(engine, sampling, 0.4),
    )
    ours, theirs = latents_of(engine, [soft, strong], sampling)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)


def test_a_region_of_everything_is_the_plain_picture_and_one_of_nothing_costs_nothing():
    engine = engine_of(tiny_sd())
    sampling = sampling_of(engine, "DPM++ 2M")
    every, none = torch.ones(HEIGHT, WIDTH), torch.zeros(HEIGHT, WIDTH)
    whole = point(engine, sampling, 1.0, region=Region(every))
    plain = Point(whole.conditioning, whole.negative_conditioning, whole.latents, whole.noise, GUIDANCE)
    ours, theirs = latents_of(engine, [whole, plain], sampling)
    assert torch.equal(ours, theirs)
    nothing = engine.render(plan_of([point(engine, sampling, 1.0, region=Region(none))], sampling))
    assert nothing.price.rows == 0
    (step,) = [event for event in nothing if not isinstance(event, Frame)]
    assert torch.equal(step.latents, whole.init_latents)


def test_a_flat_depth_map_is_as_far_everywhere():
    assert not scaled_depth(torch.full((16, 16), 7.0), 4, 4).any()
    assert scaled_depth(torch.arange(256.0).view(16, 16), 4, 4).aminmax() == (-1, 1)


class Inverted:
    """A finish that can be seen."""

    digest = b"inverted"

    def __call__(self, picture: Image.Image) -> Image.Image:
        return Image.eval(picture, lambda value: 255 - value)


def test_a_region_and_its_finish_are_part_of_the_frames_name_and_picture():
    engine = Engine(FakeNetworks(), FrameStore())
    sampling = Sampling(4, "DPM++ 2M", 64, 96)
    other = hard_mask()
    other[0, 0] = 1
    regions = [None, Region(hard_mask()), Region(other), Region(hard_mask(), Inverted())]
    points = [point(engine, sampling, 1.0, region=region) for region in regions]
    render = engine.render(plan_of(points, sampling))
    frames = {event.index: event for event in render if isinstance(event, Frame)}
    assert len({frame.key for frame in frames.values()}) == 4
    assert render.rows.run == render.price.rows == 4 * 4 * 2
    seen = [np.asarray(frames[i].image, dtype=int) for i in range(4)]
    np.testing.assert_array_equal(seen[3], 255 - seen[1])
    drafts = [event for event in DraftRender(engine, plan_of(points, sampling)) if isinstance(event, Frame)]
    assert {frame.index: frame.png for frame in drafts} == {i: frames[i].png for i in frames}  # 4 steps are a draft's
    depths = [point(engine, sampling, 1.0, depth=torch.full((HEIGHT, WIDTH), d)) for d in (0.0, 1.0)]
    assert len({p.digest(4, False) for p in [points[0], *depths]}) == 3


def test_a_draft_of_a_region_begins_where_the_picture_begins():
    engine = Engine(FakeNetworks(), FrameStore())
    sampling = Sampling(20, "Euler", 64, 96)
    for strength, begins in ((1.0, False), (0.5, True)):
        here = point(engine, sampling, strength, region=Region(hard_mask()))
        way, scheduler = DraftRender(engine, plan_of([here], sampling))._way(0, here)
        assert way.begins_on_picture is begins
        assert scheduler.num_inference_steps == engine.defaults.draft.num_inference_steps
        drawn = [event for event in DraftRender(engine, plan_of([here], sampling)) if not isinstance(event, Frame)]
        outside = hard_mask() == 0
        assert torch.equal(drawn[-1].latents[:, outside], here.init_latents[:, outside])


def test_a_region_without_a_picture_is_refused():
    engine = Engine(FakeNetworks(), FrameStore())
    text, noise = engine.encode(""), Noise.of(0)
    with pytest.raises(ValueError, match="needs init_latents"):
        Point(text, text, noise.latents((4, 8, 8)), noise, 1.0, region=Region(torch.ones(8, 8)))


@pytest.mark.parametrize("channels", [5, 9, 10])
def test_a_model_that_is_told_more_draws_plain_prompts_too(channels, tmp_path):
    """Everything is to be drawn, on grey, and as far away; from files, through the warming up and for drafts."""
    tiny_sd(in_channels=channels).save_pretrained(tmp_path)
    engine = Engine(DiffusersNetworks(load(str(tmp_path), device="cpu", dtype="float32")), FrameStore())
    names = {5: ("depth",), 9: ("mask", "masked_latents"), 10: ("depth", "mask", "masked_latents")}[channels]
    assert engine.extras == names
    assert engine.latents_shape(sampling_of(engine, "Euler")) == (4, HEIGHT, WIDTH)
    sampling = sampling_of(engine, "Euler")
    whole = point(engine, sampling, 1.0)
    plain = Point(whole.conditioning, whole.negative_conditioning, whole.latents, whole.noise, GUIDANCE)
    extras = engine.extras_at(plain)
    assert extras.shape == (channels - 4, HEIGHT, WIDTH)
    if "mask" in names:
        grey = engine.encode_picture(Image.new("RGB", (sampling.width, sampling.height), GREY))
        torch.testing.assert_close(extras[-5:], torch.cat([torch.ones(1, HEIGHT, WIDTH), grey]))
    if "depth" in names:
        assert not extras[0].any()
    (latents,) = latents_of(engine, [plain], sampling)
    assert latents.shape == (4, HEIGHT, WIDTH)
    assert latents.isfinite().all()


def test_the_edit_variants_channels_have_their_order():
    """Latents, depth, mask, masked latents: what is settled for a variant of the bundled model."""
    text, noise = FakeNetworks().encode(""), Noise.of(0)
    latents, hole = noise.latents((8, 4, 4)), torch.full((8, 4, 4), 7.0)
    region = Region(torch.full((4, 4), 0.6), None, hole)
    told = Point(text, text, latents, noise, 1.0, latents, 1.0, region, torch.full((4, 4), -0.5))
    found = extras_at(told, ("depth", "mask", "masked_latents"), lambda: latents)
    assert [float(channel.mean()) for channel in found] == [-0.5, 1.0, *[7.0] * 8]
    assert found.shape == (10, 4, 4)


@pytest.mark.parametrize("pipeline", ["StableDiffusionInpaintPipeline", "StableDiffusionDepth2ImgPipeline"])
def test_checkpoints_of_their_pipelines_are_loaded(pipeline, tmp_path):
    tiny_sd(in_channels=9 if "Inpaint" in pipeline else 5).save_pretrained(tmp_path)
    index = json.loads((tmp_path / "model_index.json").read_text())
    (tmp_path / "model_index.json").write_text(json.dumps({**index, "_class_name": pipeline}))
    assert DiffusersNetworks(load(str(tmp_path), device="cpu", dtype="float32")).latent_channels == 4
