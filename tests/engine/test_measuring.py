"""Measuring a film: what it costs, that it goes on where it was, and that the steps it leads to are even."""

import dataclasses
from itertools import pairwise

import pytest
import torch

from explorer import evenly
from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.measuring import FINEST, MOST, Drafting, measuring_of, spacing_of
from explorer.engine.tasks import TaskStore
from explorer.experiments.interpolation import Interpolation
from explorer.experiments.noise_loop import NoiseLoop

PROMPTS = ("a cat", "a dog")


def film(**settings):
    settings = {"prompts": PROMPTS, "frames": 13, "num_inference_steps": 20, "easing": "ease in", "loop": "open"}
    return Interpolation(**{**settings, "interpolation": "lerp"})


def plan_of(engine, experiment):
    return experiment.resolved(engine.defaults).plan(engine)


@pytest.fixture
def engine(tmp_path):
    return Engine(FakeNetworks(), tasks=TaskStore(tmp_path))


def test_a_film_that_speeds_up_gets_even_steps(engine):
    even = evenly(film(), engine)
    colours = [plan_of(engine, even).point(i).conditioning.prompt_embeds[0] for i in range(13)]
    steps = torch.stack([(b - a).norm() for a, b in pairwise(colours)])
    assert steps.max() < 1.2 * steps.mean()
    plain = [plan_of(engine, film()).point(i).conditioning.prompt_embeds[0] for i in range(13)]
    before = torch.stack([(b - a).norm() for a, b in pairwise(plain)])
    assert before.max() > 1.8 * before.mean()


def test_its_price_is_told_and_is_at_most_a_third_of_the_films(engine):
    plan = plan_of(engine, film())
    task = measuring_of(engine, plan)
    execution = engine.execute(task)
    assert execution.rows == task.steps * task.rows <= 0.3 * engine.price(plan).rows
    calls = engine.networks.calls
    list(execution)
    assert engine.networks.calls - calls == task.steps


def test_what_was_measured_is_kept(engine, tmp_path):
    first = evenly(film(), engine)
    again = Engine(FakeNetworks(), tasks=TaskStore(tmp_path))
    assert evenly(film(), again) == first
    assert again.networks.calls == 0


def test_another_film_of_the_same_way_asks_for_the_same_task(engine):
    films = film(), dataclasses.replace(film(), fps=3, loop="back-and-forth")
    one, other = (measuring_of(engine, plan_of(engine, each)) for each in films)
    assert one.digest == other.digest
    other = measuring_of(engine, plan_of(engine, dataclasses.replace(film(), seed=2)))
    assert one.digest != other.digest


@pytest.mark.parametrize("stopped_after", [1, 5, 8, 40])
def test_stopped_anywhere_it_ends_in_the_same_numbers(engine, stopped_after):
    task = measuring_of(engine, plan_of(engine, film()))
    whole = Drafting(task, FakeNetworks())
    for number in range(task.steps):
        whole.step(number)
    execution = engine.execute(task)
    for progress in execution:
        if progress.step == stopped_after:
            execution.cancel()
    assert engine.execute(task).rows == (task.steps - stopped_after) * task.rows
    list(engine.execute(task))
    result = engine.result(task)
    assert torch.equal(result["places"], whole.result()["places"])
    assert torch.equal(result["changes"], whole.result()["changes"])


def test_a_long_film_is_not_measured_at_more_places_than_help(engine):
    task = measuring_of(engine, plan_of(engine, dataclasses.replace(film(), frames=300)))
    list(engine.execute(task))
    places = engine.result(task)["places"]
    assert len(places) == task.count == MOST + 1
    assert torch.equal((places * FINEST).round() / FINEST, places)
    assert len(spacing_of(task, engine.result(task))) == 298


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
    task, plain = (measuring_of(engine, plan_of(engine, each)) for each in (inside, film()))
    assert task.digest != plain.digest
    assert len(evenly(inside, engine).spacing) == 11


def test_a_film_in_which_nothing_is_drawn_has_nothing_to_measure(engine):
    plan = plan_of(engine, film())
    still = dataclasses.replace(
        plan, at=lambda t: dataclasses.replace(plan.at(t), init_latents=plan.at(t).latents, strength=0)
    )
    with pytest.raises(ValueError, match="nothing is drawn at any place of the route"):
        measuring_of(engine, still)


def test_a_film_without_a_spacing_is_refused(engine):
    with pytest.raises(ValueError, match="noise-loop: its frames have places of their own"):
        evenly(NoiseLoop(), engine)
