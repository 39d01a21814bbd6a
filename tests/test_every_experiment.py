"""Every experiment, whichever there are: from Python on each family of models, and from the command line."""

import zipfile

import pytest

import explorer
from explorer import command_line
from explorer.engine.engine import Engine
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.store import FrameStore
from explorer.experiments import registry
from explorer.experiments.inputs import InputError
from explorer.outputs.settings import read
from tests.tiny import tiny_sd, tiny_sdxl

FEW = {"frames": 3, "cells": 2, "count": 2, "num_inference_steps": 3, "depth": "hills"}
FAMILIES = {
    "SD 1.x": tiny_sd,
    "SD 2.x, v-prediction": lambda: tiny_sd("v_prediction"),
    "SDXL": tiny_sdxl,
    "SD 2.x, depth": lambda: tiny_sd("v_prediction", in_channels=5),
    "SD 1.x, inpainting": lambda: tiny_sd(in_channels=9),
}


def few(experiment) -> dict:
    """Settings that make a run of it small."""
    return {name: value for name, value in FEW.items() if name in experiment.inputs()}


@pytest.fixture(scope="module", params=FAMILIES)
def family(request):
    return Engine(DiffusersNetworks(from_pipeline(FAMILIES[request.param](), "tiny")), FrameStore())


@pytest.mark.parametrize("experiment", registry().values(), ids=lambda cls: cls.name())
def test_from_python_on_every_family(family, experiment):
    """Every picture is there, as large as asked for, and was paid as priced; or what the model lacks is said."""
    side = 32
    settings = experiment(**few(experiment), width=side, height=side).resolved(family.networks.defaults)
    if set(experiment.needs) - set(family.extras):
        with pytest.raises(InputError, match="a model that is told"):
            settings.plan(family)
        return
    plan = settings.plan(family)
    price, render = family.price(plan), family.render(plan)
    frames = {event.index: event for event in render if hasattr(event, "png")}
    assert sorted(frames) == list(range(price.frames)) == list(range(len(plan.places)))
    assert {frame.image.size for frame in frames.values()} == {(side, side)}
    assert render.rows.run == price.rows <= price.naive_rows
    again = list(explorer.render(settings, family, progress=False))
    assert {frame.index: frame.png for frame in again} == {index: frame.png for index, frame in frames.items()}
    assert all(frame.stored for frame in again)


@pytest.fixture(scope="module")
def bundled(tmp_path_factory) -> Engine:
    """Loaded once: the command itself, which loads it, is in `test_package.py`."""
    return explorer.load(cache_folder=tmp_path_factory.mktemp("cache"), dtype="float32")


@pytest.mark.parametrize("experiment", registry().values(), ids=lambda cls: cls.name())
def test_from_the_command_line_on_the_bundled_model(bundled, tmp_path, experiment, monkeypatch, capsys):
    monkeypatch.setattr(command_line, "load", lambda **_: bundled)
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in few(experiment).items()]
    out = tmp_path / "run.zip"
    code = command_line.main([experiment.name(), *flags, "--width=64", "--height=64", "--out", str(out)])
    if experiment.needs:
        assert code == 2
        assert "a model that is told" in capsys.readouterr().err
        return
    assert code == 0
    record = read(out)
    with zipfile.ZipFile(out) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
    assert len(pictures) == record["present"] == len(record["frames"]) > 1
    assert experiment(**record["settings"]).settings() == record["settings"]


@pytest.mark.parametrize("experiment", registry().values(), ids=lambda cls: cls.name())
def test_every_preset_is_an_experiment_that_can_be_planned(family, experiment):
    presets = (*experiment.presets.values(), *experiment.tutorials.values())
    for settings in () if set(experiment.needs) - set(family.extras) else presets:
        chosen = experiment(**{**settings, "width": 32, "height": 32}).resolved(family.networks.defaults)
        plan = chosen.plan(family)
        assert len(plan.places) > 1
        assert plan.order[0] in range(len(plan.places))
        assert sorted(plan.order) == list(range(len(plan.places)))
