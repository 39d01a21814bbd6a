"""Prompt interpolation: where it stops, what it passes, and that its ends are the prompts'."""

import pytest
import torch

from explorer.experiments.inputs import InputError
from explorer.experiments.interpolation import Interpolation

PROMPTS = ("a cat", "a dog", "a boat")


def plan_of(engine, **settings):
    settings = {"prompts": PROMPTS, "frames": 5, **settings}
    return Interpolation(**settings).resolved(engine.networks.defaults).plan(engine)


@pytest.mark.parametrize("how", ["lerp", "slerp"])
@pytest.mark.parametrize("seeds", [(), (4, 5, 6)])
def test_at_each_prompt_the_point_is_the_prompts_own(engine, how, seeds):
    plan = plan_of(engine, interpolation=how, seeds=seeds, easing="smooth")
    for number, prompt in enumerate(PROMPTS):
        point = plan.point(4 * number)
        assert torch.equal(point.conditioning.prompt_embeds, engine.encode(prompt).prompt_embeds)
        if seeds:
            assert point.noise.terms == ((seeds[number], 1.0),)


@pytest.mark.parametrize(("loop", "count"), [("open", 9), ("back-and-forth", 9), ("closed", 12)])
def test_the_number_of_frames(engine, loop, count):
    assert len(plan_of(engine, loop=loop).places) == count


def test_a_closed_loop_comes_home_in_even_steps(engine):
    plan = plan_of(engine, loop="closed", interpolation="lerp")
    embeds = [plan.point(i).conditioning.prompt_embeds for i in range(12)]
    to_home = (embeds[11] - embeds[0]).norm()
    torch.testing.assert_close(to_home, (embeds[10] - embeds[11]).norm(), rtol=1e-4, atol=1e-6)


def test_without_seeds_the_noise_stays(engine):
    plan = plan_of(engine, seed=9)
    assert all(torch.equal(plan.point(i).latents, plan.point(0).latents) for i in range(9))
    assert plan.point(0).noise.terms == ((9, 1.0),)


def test_with_seeds_it_travels_and_stays_noise(engine):
    plan = plan_of(engine, seeds="1, 2, 3", width=256, height=256)
    stds = [float(plan.point(i).latents.std()) for i in range(9)]
    assert stds == pytest.approx([1] * 9, abs=0.06)
    assert not torch.equal(plan.point(1).latents, plan.point(0).latents)


def test_seeds_must_match_the_prompts(engine):
    with pytest.raises(InputError, match="one for each of the 3 prompts") as caught:
        plan_of(engine, seeds=(1, 2))
    assert caught.value.field == "seeds"


def test_captions_say_where_one_is(engine):
    captions = [place.caption for place in plan_of(engine, loop="closed").places]
    assert captions[0] == "a cat"
    assert captions[1] == "a cat → a dog, 25%"
    assert captions[4] == "a dog"
    assert captions[11] == "a boat → a cat, 75%"
    assert plan_of(engine).places[-1].caption == "a boat"


@pytest.mark.parametrize("frames", [0, 1, 301, 10_000])
def test_the_number_of_frames_is_bounded(frames):
    with pytest.raises(InputError, match=f"frames = {frames} is not allowed: a whole number from 2 to 300"):
        Interpolation(prompts=PROMPTS, frames=frames)


def test_the_tutorials_presets_are_there_to_the_letter():
    short, long = (Interpolation(**Interpolation.tutorials[f"Retriever to fruit, {n} frames"]) for n in (5, 150))
    assert (
        short.prompts
        == long.prompts
        == (
            "a watercolor painting of a golden retriever at the beach",
            "a still life DSLR photo of a bowl of fruit",
        )
    )
    assert (short.frames, short.num_inference_steps, short.fps) == (5, 50, 2)
    assert (long.frames, long.num_inference_steps, long.fps) == (150, 25, 10)
    for preset in (short, long):
        assert (preset.seed, preset.seeds, preset.loop) == (12345, (), "back-and-forth")
