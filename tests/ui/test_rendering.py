"""A render's bookkeeping: what it costs does not depend on how many frames there are already."""

import os
from pathlib import Path

import pytest

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.experiments import registry
from explorer.experiments.guidance_sweep import GuidanceSweep
from explorer.outputs.runs import Run, Runs
from explorer.ui import rendering as module
from explorer.ui.rendering import Rendering


@pytest.fixture
def listings(monkeypatch):
    """The directories that are listed, pathlib's globs among them."""
    found, scandir, listdir = [], os.scandir, os.listdir
    monkeypatch.setattr(os, "scandir", lambda path=".": found.append(Path(path).name) or scandir(path))
    monkeypatch.setattr(os, "listdir", lambda path=".": found.append(Path(path).name) or listdir(path))
    return found


def film(frames):
    return registry()["interpolation"](prompts=("a cat", "a dog"), frames=frames, num_inference_steps=1)


def rendering_of(frames, engine, folder):
    runs = Runs(folder)
    if sweep := runs.tidy():
        sweep.join()  # it lists folders of its own accord
    return Rendering.of(film(frames).resolved(engine.networks.defaults), engine, runs)


@pytest.mark.parametrize("frames", [5, 40])
def test_the_run_folder_is_listed_once_at_the_end_however_long_the_run(tmp_path, engine, listings, monkeypatch, frames):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_UPDATES", -1)  # an update an event
    rendering = rendering_of(frames, engine, tmp_path / "runs")
    listings.clear()
    updates = list(rendering)
    assert listings.count("frames") == 1
    assert [len(film["ready"]) for film, _ in updates] == sorted(len(film["ready"]) for film, _ in updates)
    assert updates[-1][0]["ready"] == list(range(frames)) == rendering.run.ready
    assert updates[-1][1]["text"].startswith(f"{frames} frames in ")


def test_counting_goes_by_the_listing(tmp_path, engine, listings):
    run = rendering_of(3, engine, tmp_path / "runs").run
    listings.clear()
    assert run.ready == []
    assert "frames" in listings, "else the test above counts nothing"


def test_a_rendering_into_a_run_that_has_frames_counts_them(tmp_path, engine):
    first = rendering_of(5, engine, tmp_path / "runs")
    list(first)
    again = Rendering.into(Run.open(first.run.folder), first.experiment, None, engine)
    assert again.film()["ready"] == [0, 1, 2, 3, 4]


def test_what_another_process_put_into_the_folder_is_counted_when_it_fails(tmp_path, engine):
    rendering = rendering_of(5, engine, tmp_path / "runs")
    elsewhere = Rendering.into(rendering.run, rendering.experiment, None, Engine(FakeNetworks()))
    list(elsewhere)
    assert rendering.failed(RuntimeError("no GPU"))["detail"].startswith("5 of 5 frames are kept")
    assert rendering.film()["ready"] == [0, 1, 2, 3, 4]


def test_points_that_are_shown_twice_are_there_twice(tmp_path, engine):
    twice = GuidanceSweep(prompt="a cat", scales=(2, 3, 2), num_inference_steps=1).resolved(engine.networks.defaults)
    rendering = Rendering.of(twice, engine, Runs(tmp_path / "runs"))
    list(rendering)
    assert rendering.run.ready == [0, 1, 2]
    pictures = [picture.read_bytes() for picture in sorted(rendering.run.folder.glob("view/*.jpg"))]
    assert pictures[0] == pictures[2] != pictures[1]
