"""The noise loop closes, keeps its prompt, and costs what a film of free noise costs."""

import math

import torch

from explorer.experiments.noise_loop import NoiseLoop


def plan_of(engine, **settings):
    return (
        NoiseLoop(**{"frames": 12, "width": 256, "height": 256, **settings})
        .resolved(engine.networks.defaults)
        .plan(engine)
    )


def test_one_turn_without_its_end(engine):
    angles = [place.coordinates[0] for place in plan_of(engine).places]
    assert angles[0] == 0
    assert angles == sorted(set(angles))
    assert angles[-1] < 2 * math.pi


def test_the_seam_is_a_step_like_the_others(engine):
    plan = plan_of(engine, seed=7)
    latents = [plan.point(i).latents for i in range(12)]
    steps = [float((latents[i] - latents[i - 1]).norm()) for i in range(12)]
    assert max(steps) < 1.1 * min(steps)


def test_a_full_turn_is_the_start(engine):
    plan = plan_of(engine)
    torch.testing.assert_close(plan.at(2 * math.pi).latents, plan.point(0).latents, atol=1e-5, rtol=0)


def test_rows_are_two_a_step_and_frame_but_for_no_shared_noise(engine):
    plan = plan_of(engine, num_inference_steps=5, width=64, height=64)
    assert engine.price(plan).rows == 12 * 2 * 5


def test_the_tutorials_preset():
    preset = NoiseLoop(**NoiseLoop.tutorials["Cows and a windmill, 150 frames"])
    assert preset.prompt == "an oil painting of cows in a field next to a windmill in Holland"
    assert (preset.frames, preset.num_inference_steps, preset.variation) == (150, 25, 1.0)
