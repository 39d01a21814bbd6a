"""The trajectory: what each look draws, what its lanes are, and that all its pictures cost one denoising a lane."""

import numpy as np
import pytest
import torch

from explorer.engine.engine import Engine, Frame
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.store import FrameStore
from explorer.experiments.denoising_trajectory import LAYERS, DenoisingTrajectory
from explorer.experiments.guidance_sweep import GuidanceSweep
from explorer.experiments.inputs import InputError
from explorer.experiments.looks import HEAT, GuidanceEffect, Noisy, Predicted, Unguided, heat_map
from explorer.space.points import SCHEDULER_NAMES
from explorer.space.steps import Step
from tests.tiny import tiny_sd, tiny_sdxl

TINY = {"SD 1.x": tiny_sd, "SD 2.x": lambda: tiny_sd("v_prediction"), "SDXL": tiny_sdxl}


def tiny_engine(name: str) -> Engine:
    return Engine(DiffusersNetworks(from_pipeline(TINY[name](), "tiny")), FrameStore())


def plan_of(engine, experiment=None, **settings):
    experiment = experiment or DenoisingTrajectory(**{"prompts": ("a cat",), **settings})
    return experiment.resolved(engine.networks.defaults).plan(engine)


def rendered(engine, plan):
    """(frames by coordinates, the render, the coordinates in the order in which they came)."""
    render = engine.render(plan)
    frames = [event for event in render if isinstance(event, Frame)]
    order = [frame.place.coordinates for frame in frames]
    return {frame.place.coordinates: frame for frame in frames}, render, order


def step_of(predicted, unguided=None, noisy=None):
    unguided = predicted if unguided is None else unguided
    return Step(0, 1, 2, 1.0, 1.0, predicted, predicted, predicted if noisy is None else noisy, unguided)


# ---- looks ---------------------------------------------------------------------------------------------------------


def test_heat_is_black_at_nothing_and_lighter_all_the_way():
    row = np.array(heat_map(np.linspace(-1, 2, 100)[None], (100, 1)).convert("L"))[0].astype(int)
    assert heat_map(np.zeros((1, 1)), (2, 2)).getcolors() == [(4, (0, 0, 0))]
    assert heat_map(np.ones((1, 1)), (2, 2)).getcolors() == [(4, tuple(bytes.fromhex(HEAT[-1])))]
    assert (np.diff(row) >= 0).all()
    assert row[-1] > 240


def test_a_patch_of_heat_is_where_its_value_is():
    picture = heat_map(torch.tensor([[0.0, 1.0], [0.0, 0.0]]), (8, 8))
    assert picture.getpixel((7, 0)) != (0, 0, 0)
    assert picture.getpixel((4, 3)) == picture.getpixel((7, 0))
    assert picture.getpixel((3, 0)) == picture.getpixel((7, 7)) == (0, 0, 0)


def test_guidance_that_changes_nothing_is_black_and_more_is_lighter(engine):
    clean, look = torch.zeros(4, 8, 8), GuidanceEffect(64, 64)
    lightness = []
    for moved in (0, 0.05, 1, 10, 100):
        picture = look(step_of(clean + moved, clean), engine)
        assert picture.size == (64, 64)
        assert picture.info["note"].startswith(f"{moved:.2g} on average")
        lightness.append(picture.convert("L").getpixel((0, 0)))
    assert lightness[0] == 0
    assert lightness == sorted(lightness)
    assert len(set(lightness)) == 4, "10 standard deviations are the end of the scale"


def test_guidance_is_measured_a_channel_however_many_there_are(engine):
    few, many = torch.zeros(4, 8, 8), torch.zeros(16, 8, 8)
    looks = [GuidanceEffect(8, 8)(step_of(clean + 1, clean), engine) for clean in (few, many)]
    assert looks[0].tobytes() == looks[1].tobytes()


def test_the_other_looks_decode_what_they_are_called_after(engine):
    predicted, unguided, noisy = (torch.full((4, 8, 8), level) for level in (0.2, 0.4, 0.6))
    step = step_of(predicted, unguided, noisy)
    for look, latents in ((Predicted(), predicted), (Unguided(), unguided), (Noisy(64, 64), noisy)):
        assert look(step, engine).tobytes() == engine.decode(latents).tobytes()


def test_looks_that_draw_differently_have_different_names():
    looks = [Predicted(), Unguided(), Noisy(64, 64), Noisy(64, 96), GuidanceEffect(64, 64)]
    assert len({look.digest for look in looks}) == len(looks)
    assert Noisy(64, 64).digest == looks[2].digest


# ---- places --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "lanes"),
    [
        ({}, [("a cat", 5.0)]),
        ({"guidance_scale": 9}, [("a cat", 9.0)]),
        ({"scales": "1, 3, 6, 12"}, [("a cat", 1.0), ("a cat", 3.0), ("a cat", 6.0), ("a cat", 12.0)]),
        ({"prompts": ("a", "b", "c", "d")}, [("a", 5.0), ("b", 5.0), ("c", 5.0), ("d", 5.0)]),
        ({"prompts": ("a", "b"), "scales": (2, 8)}, [("a", 2.0), ("b", 8.0)]),
    ],
)
def test_lanes_are_prompts_scales_or_pairs(engine, given, lanes):
    plan = plan_of(engine, **given)
    points = {place.coordinates[0]: plan.at(*place.coordinates) for place in plan.places}
    assert [point.guidance_scale for point in points.values()] == [scale for _, scale in lanes]
    for (prompt, _), point in zip(lanes, points.values(), strict=True):
        assert torch.equal(point.conditioning.prompt_embeds, engine.encode(prompt).prompt_embeds)
    told = {(p.settings["prompt"], p.settings["guidance_scale"]) for p in plan.places}
    assert told == set(lanes)


def test_lanes_that_do_not_match_are_refused(engine):
    for prompts, scales in ((("a", "b"), (1, 2, 3)), (("a", "b", "c"), (1,))):
        with pytest.raises(InputError, match=f"one for each of the {len(prompts)} prompts, or none") as caught:
            plan_of(engine, prompts=prompts, scales=scales)
        assert caught.value.field == "scales"
    with pytest.raises(InputError, match="1 to 4 prompts"):
        DenoisingTrajectory(prompts=("a",) * 5)
    for scales in ("1, 2,, x", (1, 2, 3, 4, 5), "31", "-1"):
        with pytest.raises(InputError, match="up to 4 numbers from 0 to 30"):
            DenoisingTrajectory(scales=scales)


@pytest.mark.parametrize(
    ("steps", "every", "kept"),
    [
        (64, 8, [1, 8, 16, 24, 32, 40, 48, 56, 64]),
        (20, 8, [1, 8, 16, 20]),
        (5, 1, [1, 2, 3, 4, 5]),
        (5, 16, [1, 5]),
        (1, 1, [1]),
        (2, 2, [1, 2]),
    ],
)
def test_the_first_and_the_last_step_are_always_kept(engine, steps, every, kept):
    plan = plan_of(engine, num_inference_steps=steps, keep_every=every)
    assert sorted({place.coordinates[1] for place in plan.places}) == kept
    assert len(plan.places) == len(kept) * len(LAYERS)


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
def test_every_evaluation_is_a_step_with_its_noise_level(engine, scheduler):
    plan = plan_of(engine, scheduler=scheduler, num_inference_steps=6)
    steps = {event.step: event.sigma for event in engine.render(plan) if isinstance(event, Step)}
    told = {place.settings["step"]: place.settings["sigma"] for place in plan.places}
    assert told == pytest.approx(steps)
    assert {place.settings["steps"] for place in plan.places} == {len(steps)}


def test_too_many_pictures_are_refused_with_a_way_out(engine):
    crowd = {"scales": (2, 4, 6, 8), "num_inference_steps": 150, "scheduler": "Heun"}
    with pytest.raises(InputError, match="and 1000 is the most") as caught:
        plan_of(engine, **crowd)
    assert caught.value.field == "keep_every"
    enough = int(caught.value.allowed.split()[2])
    assert len(plan_of(engine, **crowd, keep_every=enough).places) <= 1000


def test_at_guidance_0_there_is_nothing_to_compare(engine):
    layers = {place.settings["layer"] for place in plan_of(engine, scales=(0,)).places}
    assert layers == {"predicted", "noisy"}


def test_captions_say_where_one_is(engine):
    captions = {p.coordinates: p.caption for p in plan_of(engine, guidance_scale=9, num_inference_steps=8).places}
    assert captions[0, 3, 0] == "step 3 of 8, predicted picture, guidance 9"
    assert captions[0, 3, 1] == "step 3 of 8, noisy latents, guidance 9"
    assert captions[0, 8, 0] == "step 8 of 8, finished picture, guidance 9"


def test_the_tutorials_preset():
    preset = DenoisingTrajectory(**DenoisingTrajectory.tutorials["Every 8th of 64 steps"])
    assert (preset.num_inference_steps, preset.guidance_scale, preset.seed, preset.keep_every) == (64, 9.0, 193, 8)


# ---- rendered ------------------------------------------------------------------------------------------------------


def test_all_pictures_of_a_lane_cost_one_denoising(engine):
    steps = 6
    frames, render, _ = rendered(engine, plan_of(engine, num_inference_steps=steps))
    assert len(frames) == steps * len(LAYERS)
    assert render.rows.run == render.price.rows == render.price.naive_rows == 2 * steps


def test_lanes_go_in_step(engine):
    steps = 5
    plan = plan_of(engine, scales=(2, 4, 8), num_inference_steps=steps)
    _, render, order = rendered(engine, plan)
    assert render.rows.run == render.price.rows == 3 * 2 * steps
    assert [step for _, step, _ in order] == sorted(step for _, step, _ in order)
    firsts = [lane for lane, step, layer in order if (step, layer) == (3, 0)]
    assert firsts == [0, 1, 2]


def test_stored_frames_come_step_by_step_too(engine):
    plan = plan_of(engine, scales=(2, 4), num_inference_steps=3)
    first, *_ = rendered(engine, plan)
    again, render, order = rendered(engine, plan)
    assert {c: f.png for c, f in again.items()} == {c: f.png for c, f in first.items()}
    assert render.rows.run == 0
    assert [(step, lane) for lane, step, _ in order] == sorted((step, lane) for lane, step, _ in order)


def test_the_finished_picture_comes_from_the_store_after_a_sweep_rendered_it(engine):
    sweep = GuidanceSweep(prompt="a cat", scales=(3, 7), num_inference_steps=4)
    finished, *_ = rendered(engine, plan_of(engine, sweep))
    plan = plan_of(engine, scales=(3, 7), num_inference_steps=4)
    assert engine.price(plan).stored == 2
    frames, *_ = rendered(engine, plan)
    for lane, scale in enumerate((3.0, 7.0)):
        assert frames[lane, 4, 0].stored
        assert frames[lane, 4, 0].png == finished[scale, 0].png
    calls = engine.networks.calls
    ends = tuple(place for place in plan.places if place.look is None)
    _, render, _ = rendered(engine, type(plan)(ends, plan.at, plan.sampling))
    assert (len(ends), render.rows.run, engine.networks.calls) == (2, 0, calls)


@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize("scheduler", ["DPM++ 2M", "Euler"])
def test_the_last_prediction_of_a_deterministic_sampler_is_the_finished_picture(name, scheduler):
    engine = tiny_engine(name)
    plan = plan_of(engine, scheduler=scheduler, num_inference_steps=4, width=32, height=32)
    last = [event for event in engine.render(plan) if isinstance(event, Step)][-1]
    torch.testing.assert_close(last.predicted, last.latents, atol=1e-4, rtol=1e-4)
    seen = np.array(Predicted()(last, engine), int) - np.array(engine.decode(last.latents), int)
    assert abs(seen).max() <= 1


@pytest.mark.parametrize("name", TINY)
def test_on_a_pipeline_every_layer_is_a_picture_and_guidance_1_changes_nothing(name):
    engine = tiny_engine(name)
    plan = plan_of(engine, scales=(1, 6), num_inference_steps=3, width=32, height=32)
    frames, render, _ = rendered(engine, plan)
    assert render.rows.run == render.price.rows
    assert {frame.image.size for frame in frames.values()} == {(32, 32)}
    for step in (1, 2, 3):
        assert frames[0, step, 3].image.getcolors() == [(32 * 32, (0, 0, 0))]
        assert frames[0, step, 3].note == "0 on average, 0 at most"
        assert frames[0, step, 2].png == frames[0, step, 0].png, "without guidance is what it is"
        assert frames[1, step, 2].png != frames[1, step, 0].png
        assert frames[1, step, 3].image.getextrema() != ((0, 0),) * 3
    assert frames[0, 1, 1].png == frames[1, 1, 1].png, "one noise"


def test_a_rectangle_is_a_rectangle_in_every_layer(engine):
    frames, *_ = rendered(engine, plan_of(engine, width=96, height=64, num_inference_steps=2))
    assert {frame.image.size for frame in frames.values()} == {(96, 64)}
