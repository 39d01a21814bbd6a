"""Sweeps of guidance and of the negative prompt: their grids of places, their ends, their rows of the UNet."""

import dataclasses
import re

import pytest
import torch

from explorer.engine.engine import Frame
from explorer.experiments.guidance_sweep import GuidanceSweep
from explorer.experiments.inputs import InputError
from explorer.experiments.negative_prompts import NegativePrompts


def plan_of(engine, experiment):
    return experiment.resolved(engine.networks.defaults).plan(engine)


def frames_of(engine, experiment) -> dict[tuple, bytes]:
    events = list(engine.render(plan_of(engine, experiment)))
    return {event.place.coordinates: event.png for event in events if isinstance(event, Frame)}


def test_a_sweep_is_a_row_a_seed_and_a_column_a_scale(engine):
    plan = plan_of(engine, GuidanceSweep(scales="0.5, 1..3", seeds="7, 8"))
    assert [place.coordinates for place in plan.places] == [(g, s) for s in (7, 8) for g in (0.5, 1, 2, 3)]
    assert plan.places[0].settings == {"guidance_scale": 0.5, "seed": 7}
    assert plan.point(5).guidance_scale == 1


def test_a_sweep_costs_two_rows_a_step_and_picture_and_one_at_guidance_one_and_zero(engine):
    scales, steps = (0, 0.25, 0.5, 1, 2, 4, 6, 8, 10, 20), 6
    price = engine.price(plan_of(engine, GuidanceSweep(scales=scales, seeds=(1, 2), num_inference_steps=steps)))
    assert price.rows == 2 * steps * (2 * 8 + 2)


def test_rows_may_be_of_any_setting(engine):
    steps = plan_of(engine, GuidanceSweep(scales=(1, 4), rows="steps", row_values="3; 7 ;"))
    assert [place.sampling.num_inference_steps for place in steps.places] == [3, 3, 7, 7]
    assert steps.shown.rows == {0: "3 steps", 1: "7 steps"}
    assert [place.caption for place in steps.places][2:] == ["guidance 1, 7 steps", "guidance 4, 7 steps"]
    assert engine.price(steps).rows == (3 + 7) * (1 + 2)
    samplers = plan_of(engine, GuidanceSweep(scales=(4,), rows="samplers", row_values="Euler;DPM++ 2M"))
    assert [place.sampling.scheduler for place in samplers.places] == ["Euler", "DPM++ 2M"]
    prompts = plan_of(engine, GuidanceSweep(scales=(4,), rows="prompts", row_values="a cat; a dog, a cat"))
    assert [place.settings["prompt"] for place in prompts.places] == ["a cat", "a dog, a cat"]
    assert torch.equal(prompts.point(0).conditioning.prompt_embeds, engine.encode("a cat").prompt_embeds)
    away = plan_of(engine, GuidanceSweep(scales=(4,), rows="negative prompts", row_values="red"))
    assert torch.equal(away.point(0).negative_conditioning.prompt_embeds, engine.encode_negative("red").prompt_embeds)


@pytest.mark.parametrize(
    ("rows", "values", "said"),
    [
        ("steps", "", "1 to 8 values, separated by semicolons"),
        ("prompts", ";".join("abcdefghi"), "1 to 8 values, separated by semicolons"),
        ("steps", "5; many", "row_values = 'many' is not allowed: a whole number from 1 to 150"),
        ("samplers", "Euler; Eule", "row_values = 'Eule' is not allowed: one of DPM"),
    ],
)
def test_what_rows_cannot_have_is_said_at_their_field(engine, rows, values, said):
    with pytest.raises(InputError, match=re.escape(said)) as refused:
        plan_of(engine, GuidanceSweep(rows=rows, row_values=values))
    assert refused.value.field == "row_values"


def test_a_place_with_its_own_sampling_is_the_picture_of_that_sampling(engine):
    """Whether a picture stands in a row of its own or is the whole of an experiment: it has one name."""
    rows = plan_of(engine, GuidanceSweep(scales=(4,), rows="steps", row_values="3; 5"))
    alone = plan_of(engine, GuidanceSweep(scales=(4,), num_inference_steps=5))
    assert engine.render(rows).keys[1] == engine.render(alone).keys[0]
    events = list(engine.render(rows))
    assert [max(e.steps for e in events if not isinstance(e, Frame) and e.index == i) for i in (0, 1)] == [3, 5]
    assert engine.price(alone).rows == 0


def test_a_place_cannot_have_another_size_than_its_plan(engine):
    plan = plan_of(engine, GuidanceSweep(scales=(4,)))
    larger = dataclasses.replace(plan.sampling, width=plan.sampling.width * 2)
    with pytest.raises(ValueError, match=r"its sampling is \d+ x \d+, the plan's \d+ x \d+"):
        dataclasses.replace(plan, places=(dataclasses.replace(plan.places[0], sampling=larger),))


def test_scales_below_one_are_drawn_as_the_formula_says(engine):
    """The fake's picture is the guided colour itself: halfway between negative and prompt at 0.5."""
    steps = engine.render(plan_of(engine, GuidanceSweep(prompt="a", scales=(0, 0.5, 1), num_inference_steps=8)))
    ends = {e.index: e.latents.mean((1, 2)) for e in steps if not isinstance(e, Frame) and e.last}
    torch.testing.assert_close(ends[1], (ends[0] + ends[2]) / 2, atol=1e-3, rtol=0)


def test_no_scale_at_all_and_nonsense_are_refused():
    for scales in ("", (), "1, 2,, x", "31", "-1"):
        with pytest.raises(InputError, match=r"scales = .* 1 to 64 numbers from 0 to 30"):
            GuidanceSweep(scales=scales)


def test_one_scale_is_one_picture(engine):
    assert len(frames_of(engine, GuidanceSweep(scales="7.5"))) == 1


def test_the_tutorials_sweeps_are_there():
    nine, three = GuidanceSweep.tutorials.values()
    assert nine["scales"] == (0.25, 0.5, 1, 2, 4, 6, 8, 10, 20)
    assert (nine["seed"], nine["num_inference_steps"]) == (193, 50)
    assert three["scales"] == (1.1, 8, 12)
    assert (three["seed"], three["num_inference_steps"]) == (42, 35)


def test_the_ends_of_the_way_are_the_pictures_without_and_with(engine):
    same = {"prompt": "a cat", "seed": 3}
    way = frames_of(engine, NegativePrompts(away_from="a dog", amounts=(0, 0.5, 1, 2), guidance_scale=1.5, **same))
    without = frames_of(engine, GuidanceSweep(scales=(1.5,), **same))
    with_it = frames_of(engine, GuidanceSweep(scales=(1.5,), negative_prompt="a dog", **same))
    assert way[0, 3] == without[1.5, 3]
    assert way[1, 3] == with_it[1.5, 3]
    assert len(set(way.values())) == 4


def test_what_another_tab_rendered_is_not_rendered_again(engine):
    frames_of(engine, GuidanceSweep(prompt="a cat", scales=(5,), seed=3))
    assert engine.price(plan_of(engine, NegativePrompts(prompt="a cat", amounts=(0,), seed=3))).rows == 0


def test_a_sweep_of_the_negative_costs_two_rows_a_step_and_picture(engine):
    steps, amounts = 5, (0, 0.5, 1)
    price = engine.price(plan_of(engine, NegativePrompts(amounts=amounts, num_inference_steps=steps)))
    assert price.rows == len(amounts) * 2 * steps
