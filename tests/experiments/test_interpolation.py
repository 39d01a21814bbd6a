"""Prompt interpolation: where it stops, what it passes, and that its ends are the prompts'."""

import pytest
import torch

from explorer.experiments.inputs import InputError
from explorer.experiments.interpolation import Interpolation
from explorer.experiments.links import query, read

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


def test_frames_stand_where_the_spacing_says_and_its_ends_are_the_prompts(engine):
    plan = plan_of(engine, prompts=("a cat", "a dog"), spacing="0.1 0.2 0.9")
    assert [place.coordinates for place in plan.places] == [(0,), (0.1,), (0.2,), (0.9,), (1,)]
    assert plan.places[1].caption == "a cat → a dog, 10%"
    for index, prompt in ((0, "a cat"), (4, "a dog")):
        assert torch.equal(plan.point(index).conditioning.prompt_embeds, engine.encode(prompt).prompt_embeds)


def test_a_spacing_that_is_even_is_none_to_the_byte(engine):
    plain, spaced = plan_of(engine), plan_of(engine, spacing=[0.125 * i for i in range(1, 8)])
    for i in range(9):
        assert plain.point(i).digest(4, False) == spaced.point(i).digest(4, False)


@pytest.mark.parametrize("loop", ["open", "closed"])
def test_a_spacing_goes_over_the_whole_film(engine, loop):
    places = [place.coordinates[0] for place in plan_of(engine, loop=loop, spacing=(0.9,)).places]
    assert places[0] == 0
    assert places[len(places) // 2] == pytest.approx((2 if loop == "open" else 3) * 0.9)
    assert len(places) == (9 if loop == "open" else 12)


@pytest.mark.parametrize(
    ("spacing", "wrong"),
    [
        ("0.2 0.5 0.4", "0.4 comes after 0.5, and must not be less"),
        ("0.2 1.2", "1.2 is not from 0 to 1"),
        ("0.2 x", "“x” is no number"),
        ([0.3, 0.1], "0.1 comes after 0.3, and must not be less"),
        ([None], "up to 300 numbers from 0 to 1 that do not fall"),
    ],
)
def test_numbers_that_fall_or_leave_the_way_are_refused_at_their_field(spacing, wrong):
    with pytest.raises(InputError) as caught:
        Interpolation(prompts=PROMPTS, spacing=spacing)
    assert caught.value.field == "spacing"
    assert wrong in Interpolation.at_its_field(caught.value)


def test_a_spacing_travels_in_a_link_and_a_film_without_one_has_the_link_it_had(engine):
    defaults, known = engine.networks.defaults, {"interpolation": Interpolation}
    plain = Interpolation(prompts=("a cat", "a dog")).resolved(defaults)
    assert "spacing" not in query(plain, defaults)[0]
    spaced = Interpolation(prompts=("a cat", "a dog"), spacing=(0.1, 1 / 3, 0.9)).resolved(defaults)
    text, left_out = query(spaced, defaults)
    assert "spacing=0.1,0.3333333333333333,0.9" in text
    assert not left_out
    assert Interpolation(**read(text, known).settings).resolved(defaults) == spaced
