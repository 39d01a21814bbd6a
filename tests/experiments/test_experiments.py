"""What holds for every experiment, found by the registry: this file never names one."""

import dataclasses
import json

import pytest

from explorer.experiments import registry
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import InputError
from explorer.space.plans import LOOPS

EVERY = pytest.mark.parametrize("experiment", registry().values(), ids=registry())


@EVERY
def test_every_field_is_declared_and_explained(experiment):
    assert experiment.__doc__
    assert dataclasses.fields(experiment)
    for name, declared in experiment.inputs().items():
        assert declared.help.endswith("."), name
        assert declared.place in ("form", "more", "view")


@EVERY
def test_settings_are_json_and_make_the_same_experiment(experiment):
    made = experiment()
    settings = json.loads(json.dumps(made.settings()))
    assert experiment(**settings) == made


@EVERY
def test_every_preset_is_valid_and_can_be_planned(experiment, engine):
    for name, settings in {**experiment.presets, **experiment.tutorials}.items():
        plan = experiment(**settings).resolved(engine.networks.defaults).plan(engine)
        assert plan.places, name
        assert all(place.caption for place in plan.places)


@EVERY
def test_equal_coordinates_are_equal_points(experiment, engine):
    plan = experiment().resolved(engine.networks.defaults).plan(engine)
    for index in range(min(5, len(plan.places))):
        assert plan.point(index).digest(20, True) == plan.point(index).digest(20, True)


@EVERY
def test_problems_name_every_wrong_field_and_unknown_ones(experiment):
    problems = experiment.problems({"seed": -1, "scheduler": "nope", "colour": "red"})
    assert set(problems) == {"seed", "scheduler", "colour"}
    assert experiment.problems(experiment().settings()) == {}


@EVERY
def test_an_experiment_left_to_the_model_says_what_is_missing(experiment, engine):
    with pytest.raises(InputError, match=r"None is not allowed: set it, or take the model's with resolved\(\)"):
        experiment().plan(engine)


def test_names_and_titles_come_from_the_class():
    class NoiseLoop(Experiment):
        """A loop."""

    assert NoiseLoop.name() == "noise-loop"
    assert NoiseLoop.title() == "Noise loop"


@EVERY
def test_what_a_plan_says_of_how_it_is_shown_is_there(experiment, engine):
    plan = experiment().resolved(engine.networks.defaults).plan(engine)
    if plan.shown.axes:  # a plan need not name them
        assert all(len(plan.shown.axes) == len(place.coordinates) for place in plan.places)
    assert set(plan.shown.rows) <= {place.coordinates[-1] for place in plan.places}
    assert plan.shown.curve is None or all(place.settings[plan.shown.curve] >= 0 for place in plan.places)
    assert plan.shown.playback.loop in LOOPS
