"""Measuring a film: what it costs, that it goes on where it was, and that the steps it leads to are even."""

import dataclasses

import numpy as np
import pytest
import torch

from explorer import evenly
from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.measuring import MOST, Measuring
from explorer.engine.store import FrameStore
from explorer.experiments.guidance_sweep import GuidanceSweep
from explorer.experiments.interpolation import Interpolation
from explorer.experiments.noise_loop import NoiseLoop
from explorer.experiments.prompt_walk import PromptWalk

PROMPTS = ("a cat", "a dog")


def film(**settings):
    settings = {"prompts": PROMPTS, "frames": 13, "num_inference_steps": 4, "easing": "ease in", "loop": "open"}
    return Interpolation(**{**settings, "interpolation": "lerp"})


def plan_of(engine, experiment):
    return experiment.resolved(engine.defaults).plan(engine)


@pytest.fixture
def engine(tmp_path):
    return Engine(FakeNetworks(), FrameStore(tmp_path))


def unevenness(engine, experiment):
    """The largest step of a film over the mean one, in pixels, root mean square."""
    found = {
        event.index: event.image for event in engine.render(plan_of(engine, experiment)) if isinstance(event, Frame)
    }
    pictures = np.stack([np.asarray(found[index], np.float32) for index in range(len(found))])
    steps = np.sqrt(np.square(np.diff(pictures, axis=0)).mean((1, 2, 3)))
    return steps.max() / steps.mean()


def test_a_film_that_speeds_up_gets_even_steps(engine):
    before, after = unevenness(engine, film()), unevenness(engine, evenly(film(), engine))
    assert after < 1.7
    assert before > 2.5


@pytest.mark.parametrize("loop", ["open", "closed"])
@pytest.mark.parametrize("guidance", [1, 5])
def test_its_price_is_told_and_with_it_the_film_costs_at_most_a_third_more(engine, loop, guidance, monkeypatch):
    plain = dataclasses.replace(film(), loop=loop, guidance_scale=guidance)
    alone = engine.price(plan_of(engine, plain)).rows
    measuring = Measuring(engine, plan_of(engine, plain))
    sent, predict = [], engine.networks.predict
    monkeypatch.setattr(engine.networks, "predict", lambda rows, most: sent.append(len(rows)) or predict(rows, most))
    assert [*measuring][-1] == measuring.count
    assert measuring.rows_run == sum(sent) <= measuring.rows
    spaced = dataclasses.replace(plain, spacing=measuring.spacing)
    assert engine.price(plan_of(engine, spaced)).rows == 0
    assert alone < measuring.rows_run <= 1.3 * alone


def test_what_was_measured_is_kept(engine, tmp_path):
    first = evenly(film(), engine)
    again = Engine(FakeNetworks(), FrameStore(tmp_path))
    assert Measuring(again, plan_of(again, film())).rows == 0
    assert evenly(film(), again) == first
    assert again.networks.calls == 0


@pytest.mark.parametrize("stopped_after", [1, 9, 50])
def test_stopped_anywhere_it_goes_on_and_ends_in_the_same_numbers(engine, stopped_after):
    whole = evenly(film(), Engine(FakeNetworks()))
    measuring = Measuring(engine, plan_of(engine, film()))
    for number, _ in enumerate(measuring):
        if number == stopped_after:
            measuring.cancel()
    assert not measuring.done
    again = Measuring(engine, plan_of(engine, film()))
    assert again.rows <= measuring.rows
    assert evenly(film(), engine) == whole


def test_a_long_film_is_not_measured_at_more_places_than_help(engine):
    measuring = Measuring(engine, plan_of(engine, dataclasses.replace(film(), frames=300)))
    assert [*measuring][-1] == measuring.count == MOST + 1
    assert len(measuring.spacing) == 298


def test_a_film_of_stops_alone_has_nothing_to_place(engine):
    measuring = Measuring(engine, plan_of(engine, dataclasses.replace(film(), frames=2)))
    assert ([*measuring], measuring.rows, measuring.spacing) == ([], 0, ())


def test_a_prompt_on_the_way_stays_a_frame(engine):
    for loop in ("open", "closed"):
        three = dataclasses.replace(film(), prompts=("a cat", "a dog", "a boat"), loop=loop)
        plan = plan_of(engine, evenly(three, engine))
        assert {0, 1, 2} <= {place.coordinates[0] for place in plan.places}
        assert len(plan.places) == len(plan_of(engine, three).places)


def test_a_film_inside_a_picture_is_measured_there(engine):
    from explorer.experiments.masks import written

    painted = {"picture": "boat", "mask": written(torch.ones(8, 8).numpy())}
    inside = dataclasses.replace(film(), region=painted)
    spaced = evenly(inside, engine)
    assert len(spaced.spacing) == 11
    assert engine.price(plan_of(engine, spaced)).rows == 0


def test_a_film_of_few_frames_is_never_less_even_than_it_was(engine):
    for frames in (3, 4, 5, 6):
        plain = film(frames=frames, easing="linear", num_inference_steps=2)
        spaced = evenly(plain, engine)
        assert spaced == plain or unevenness(engine, spaced) < unevenness(engine, plain)


def test_a_film_in_which_nothing_changes_has_no_numbers(engine):
    assert evenly(dataclasses.replace(film(), prompts=("a cat", "a cat")), engine).spacing == ()


def test_more_frames_than_can_be_placed_are_refused_before_anything_is_drawn(engine):
    with pytest.raises(ValueError, match="interpolation: 300 frames at most can be placed one by one"):
        evenly(dataclasses.replace(film(), prompts=("a cat", "a dog", "a boat"), frames=200), engine)
    assert engine.networks.calls == 0


@pytest.mark.parametrize(
    "plain",
    [NoiseLoop(frames=8), *(PromptWalk(way=way, frames=8, step_size=0.1) for way in ("straight", "circle"))],
    ids=["loop", "straight", "circle"],
)
def test_loops_and_walks_are_measured_too_and_stay_what_they_are(engine, plain):
    places = [place.coordinates[0] for place in plan_of(engine, plain).places]
    alone, measuring = engine.price(plan_of(engine, plain)).rows, Measuring(engine, plan_of(engine, plain))
    assert alone < measuring.rows <= 1.3 * alone
    spaced = evenly(plain, engine)
    plan = plan_of(engine, spaced)
    found = [place.coordinates[0] for place in plan.places]
    assert bool(spaced.spacing) == (spaced != plain) == (found != places)
    assert engine.price(plan).rows == 0
    assert len(found) == len(places)
    assert found == sorted(found)
    assert found[0] == 0
    end = plan.route.coordinate(1) or plan.route.unit  # a closed one stops before it
    assert (found[-1] < end) if plan.route.closed else (found[-1] == pytest.approx(places[-1]))


def test_an_experiment_whose_frames_have_places_of_their_own_is_refused(engine):
    with pytest.raises(ValueError, match="guidance-sweep: its frames have places of their own"):
        evenly(GuidanceSweep(), engine)
