"""Frames that are drawn on the way: which step they show, what they cost, and where they are kept."""

from dataclasses import dataclass

import pytest
import torch
from PIL import Image

from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.schedulers import make_scheduler
from explorer.engine.store import FrameStore
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan
from explorer.space.points import SCHEDULER_NAMES, Point, Sampling

STEPS = 6


@dataclass(frozen=True)
class StepNumber:
    """A picture whose red is the number of the step, with a note that says it."""

    @property
    def digest(self) -> bytes:
        return b"step number"

    def __call__(self, step, pictures) -> Image.Image:
        picture = pictures.decode(step.predicted)
        picture.paste((step.step, 0, 0), (0, 0, *picture.size))
        picture.info["note"] = f"step {step.step} → {step.steps}"
        return picture


@pytest.fixture
def engine():
    return Engine(FakeNetworks(), FrameStore())


def point(engine: Engine, seed: int, guidance: float = 3.0) -> Point:
    noise = Noise.of(seed)
    latents = noise.latents((4, 8, 8))
    return Point(engine.encode("a"), engine.encode_negative(""), latents, noise, guidance)


def plan_of(engine: Engine, *places: Place, scheduler: str = "DPM++ 2M") -> Plan:
    return Plan(places, lambda seed, *_: point(engine, seed), Sampling(STEPS, scheduler, 64, 64))


def frames_of(render) -> dict[int, Frame]:
    return {event.index: event for event in render if isinstance(event, Frame)}


def test_places_of_one_point_cost_one_denoising_and_show_their_own_steps(engine):
    places = [Place((1, step), "", step=step, look=StepNumber()) for step in (1, 3, STEPS)]
    render = engine.render(plan_of(engine, *places, Place((1,), "the picture"), Place((2,), "another")))
    frames = frames_of(render)
    assert [frames[i].image.getpixel((0, 0))[0] for i in range(3)] == [1, 3, STEPS]
    assert [frames[i].note for i in range(5)] == ["step 1 → 6", "step 3 → 6", "step 6 → 6", "", ""]
    assert render.rows.run == render.price.rows == 2 * 2 * STEPS
    assert render.price.naive_rows == 2 * 2 * STEPS


def test_a_look_without_a_step_is_at_the_last_one(engine):
    frames = frames_of(engine.render(plan_of(engine, Place((1,), "", look=StepNumber()))))
    assert frames[0].note == "step 6 → 6"


def test_a_finished_picture_is_the_same_frame_with_and_without_looks_beside_it(engine):
    first = engine.render(plan_of(engine, Place((1,), "")))
    finished = frames_of(first)[0]
    second = engine.render(plan_of(engine, Place((1,), ""), Place((1, 2), "", step=2, look=StepNumber())))
    assert second.price.stored == 1
    frames = frames_of(second)
    assert frames[0].png == finished.png
    assert frames[0].stored
    third = engine.render(plan_of(engine, Place((1, 2), "", step=2, look=StepNumber()), Place((1,), "")))
    assert third.price.rows == 0
    assert frames_of(third)[0].png == frames[1].png


def test_looks_alone_are_priced_as_one_pipeline_call_a_point(engine):
    places = [Place((seed, step), "", step=step, look=StepNumber()) for seed in (1, 2) for step in range(1, STEPS + 1)]
    price = engine.price(plan_of(engine, *places))
    assert (price.frames, price.naive_rows, price.rows) == (12, 2 * 2 * STEPS, 2 * 2 * STEPS)


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_a_step_says_how_noisy_its_sample_is(engine, scheduler):
    """`noisy` has unit variance, `sigmas` are those of the steps, and `unguided` is what the prompt alone foresees."""
    plan = plan_of(engine, Place((1,), ""), scheduler=scheduler)
    steps = [event for event in engine.render(plan) if not isinstance(event, Frame)]
    assert [step.sigma for step in steps] == pytest.approx(engine.sigmas(plan.sampling), rel=1e-5)
    assert len(steps) == len(make_scheduler(scheduler, engine.networks.scheduler, STEPS).timesteps)
    assert 0.8 < float(steps[0].noisy.std()) < 1.2
    if scheduler != "PNDM":  # its multistep output mixes noise levels on purpose
        colour = engine.encode("a").prompt_embeds[0][:, None, None].expand(4, 8, 8)
        torch.testing.assert_close(steps[2].unguided, colour, rtol=0, atol=0.03)
