"""Records: how a run plays, whoever wrote it down."""

import json

import pytest

from explorer.experiments import registry
from explorer.outputs.records import make_record, playback_of
from explorer.outputs.runs import Runs

WAYS = [
    ("interpolation", {"fps": 3, "loop": "closed"}),
    ("noise-loop", {"fps": 7}),
    ("prompt-walk", {"way": "circle"}),
    ("prompt-walk", {"way": "shell", "fps": 20}),
    ("guidance-sweep", {}),
]


@pytest.mark.parametrize(("name", "given"), WAYS)
def test_a_run_plays_as_its_plan_says_also_where_its_record_is_older_than_that(engine, tmp_path, name, given):
    experiment = registry()[name](**given).resolved(engine.networks.defaults)
    plan = experiment.plan(engine)
    record = make_record(name, experiment.settings(), {"name": "fake"}, plan)
    run = Runs(tmp_path).create(record, len(plan.places))
    assert playback_of(run.record) == plan.shown.playback
    assert json.loads((run.folder / "frames.json").read_text())["shown"]["axes"] == list(plan.shown.axes)
    before = {key: value for key, value in run.record.items() if key != "shown"}  # as commit 5487c25 wrote it
    assert playback_of(before) == plan.shown.playback
