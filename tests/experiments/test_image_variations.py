"""Image variations: their rows and columns, what is shared and what it costs, what a strength and a picture decide."""

import numpy as np
import pytest
from PIL import Image

from explorer.engine.engine import Frame
from explorer.experiments.image_variations import ImageVariations
from explorer.experiments.inputs import InputError
from explorer.experiments.pictures import FITS, ancestry, canonical, fitted, with_ancestry


def plan_of(engine, experiment):
    return experiment.resolved(engine.networks.defaults).plan(engine)


def frames_of(engine, experiment) -> dict[tuple, bytes]:
    events = list(engine.render(plan_of(engine, experiment)))
    return {event.place.coordinates: event.png for event in events if isinstance(event, Frame)}


def test_one_strength_is_a_row_that_begins_with_the_start_picture(engine):
    plan = plan_of(engine, ImageVariations(strengths="0.5", count=3, seed=7))
    assert [place.coordinates for place in plan.places] == [(number, 0.5) for number in range(4)]
    assert [place.caption for place in plan.places][:2] == ["start", "strength 0.5: 2 of 4 steps, seed 7"]
    assert [place.settings.get("seed") for place in plan.places] == [None, 7, 8, 9]
    assert [plan.point(i).strength for i in range(4)] == [0, 0.5, 0.5, 0.5]


def test_a_sweep_is_a_row_a_seed_and_each_begins_with_the_start_picture(engine):
    plan = plan_of(engine, ImageVariations(strengths="0.25..1:0.25", seeds="3, 9"))
    columns = (0, 0.25, 0.5, 0.75, 1)
    assert [place.coordinates for place in plan.places] == [(s, seed) for seed in (3, 9) for s in columns]
    assert [place.settings for place in plan.places[5:7]] == [
        {"strength": 0, "seed": 9},
        {"strength": 0.25, "seed": 9},
    ]


def test_the_start_picture_is_drawn_once_and_costs_no_row(engine):
    frames = frames_of(engine, ImageVariations(strengths=(0, 0.5, 1), count=2))
    assert frames[0, 0] == frames[0, 1]
    assert (0.0, 0) in frames
    assert engine.price(plan_of(engine, ImageVariations(strengths=(0, 0), count=2, picture="boat"))).rows == 0


@pytest.mark.parametrize("strength", [0, 0.01, 0.24, 0.25, 0.3, 0.5, 0.6, 0.99, 1])
def test_the_caption_counts_the_steps_that_are_taken(engine, strength):
    steps = 7
    plan = plan_of(engine, ImageVariations(strengths=(strength,), count=1, num_inference_steps=steps))
    left = steps - plan.point(1).first_step(steps)
    assert plan.places[1].caption == f"strength {strength:g}: {left} of 7 steps, seed 0"


def test_strengths_of_as_many_steps_are_one_frame(engine):
    """Four steps: 0.5 and 0.7 are both two of them."""
    experiment = ImageVariations(strengths=(0.5, 0.7, 0.75), count=1)
    assert engine.price(plan_of(engine, experiment)).rows == 2 * 2 + 2 * 3
    frames = frames_of(engine, experiment)
    assert frames[0.5, 0] == frames[0.7, 0]


def test_it_costs_two_rows_a_step_that_is_taken(engine):
    price = engine.price(plan_of(engine, ImageVariations(strengths=(0.5,), count=3, num_inference_steps=6)))
    assert price.rows == 3 * 3 * 2


def test_every_seed_strength_and_picture_is_another_point(engine):
    experiments = [ImageVariations(picture=name, strengths=(0.25, 0.5, 1), count=2) for name in ("planet", "boat")]
    plans = [plan_of(engine, experiment) for experiment in experiments]
    digests = {plan.point(i).digest(4, False) for plan in plans for i in range(len(plan.places))}
    assert len(digests) == 2 * (1 + 2 * 3)


def test_the_picture_is_encoded_as_it_is_cropped_or_fitted(engine):
    wide = Image.new("RGB", (96, 32), "red")
    wide.paste("blue", (48, 0, 96, 32))
    seen = {}
    for fit in FITS:
        experiment = ImageVariations(picture=wide, fit=fit)
        point = plan_of(engine, experiment).point(0)
        image = fitted(experiment.picture, 64, 64, fit)
        np.testing.assert_array_equal(point.init_latents, engine.encode_picture(image))
        seen[fit] = point.digest(4, False)
    assert seen["crop"] != seen["fit"]


def test_its_settings_are_json_and_hold_the_picture_itself(engine):
    experiment = ImageVariations(picture="hills")
    assert experiment.settings()["picture"] == canonical("hills")
    assert ImageVariations(**experiment.settings()) == experiment
    assert experiment.prompts_used() == ["", "a watercolor painting of a boat at the beach"]


def test_a_variation_carried_on_says_where_it_came_from(engine):
    first = frames_of(engine, ImageVariations(strengths=(0.5,), count=2))[2, 0.5]
    picture = with_ancestry(canonical(first), ["planet", "strength 0.5, seed 1"])
    experiment = ImageVariations(picture=picture, strengths=(0.5,), count=2)
    assert plan_of(engine, experiment).places[0].settings["came from"] == "planet → strength 0.5, seed 1"
    assert ancestry(experiment.picture) == ["planet", "strength 0.5, seed 1"]
    plain = ImageVariations(picture=canonical(first), strengths=(0.5,), count=2)
    digests = [plan_of(engine, e).point(1).digest(4, True) for e in (experiment, plain)]
    assert digests[0] == digests[1]  # words about a picture are no part of it


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"strengths": ""}, "strengths = '' is not allowed: 1 to 64 numbers from 0 to 1"),
        ({"strengths": "1, 2,, x"}, "strengths = '1, 2,, x'"),
        ({"strengths": "1.01"}, "strengths = '1.01'"),
        ({"strengths": "-0.1"}, "strengths = '-0.1'"),
        ({"count": 0}, "count = 0 is not allowed: a whole number from 1 to 16"),
        ({"count": 17}, "count = 17"),
        ({"seeds": "0..16"}, "seeds = '0..16'"),
        ({"fit": "stretch"}, "fit = 'stretch' is not allowed: one of crop, fit"),
        ({"picture": b"words"}, "picture = a file of 5 bytes is not allowed: it is no picture"),
        ({"picture": "moon"}, "picture = 'moon' is not allowed: there is no example of this name"),
        ({"picture": None}, "picture = None is not allowed: there is no picture"),
    ],
)
def test_what_is_not_allowed_is_named(changes, named):
    with pytest.raises(InputError) as caught:
        ImageVariations(**changes)
    assert named in str(caught.value)


def test_one_of_everything_and_the_last_seed(engine):
    plan = plan_of(engine, ImageVariations(strengths="0.5", count=1))
    assert len(plan.places) == 2
    last = ImageVariations(seed=2**32 - 1, strengths="0.5", count=2)
    seeds = [place.settings.get("seed") for place in plan_of(engine, last).places]
    assert seeds == [None, 2**32 - 1, 0]


def test_the_tutorials_variations_are_there():
    preset = ImageVariations.tutorials["Nine planets"]
    assert (preset["count"], preset["guidance_scale"], preset["picture"]) == (9, 6, "planet")
    assert preset["negative_prompt"] == "cartoon, sketch, orbiting moon"
