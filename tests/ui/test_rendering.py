"""A render's bookkeeping: what it costs does not depend on how many frames there are already."""

import os
from pathlib import Path

import pytest

from explorer.experiments import registry
from explorer.experiments.guidance_sweep import GuidanceSweep
from explorer.outputs.runs import Runs
from explorer.ui import jobs
from explorer.ui.text import say
from tests.ui.renders import job_of, run_of


@pytest.fixture
def listings(monkeypatch):
    """The directories that are listed, pathlib's globs among them."""
    found, scandir, listdir = [], os.scandir, os.listdir
    monkeypatch.setattr(os, "scandir", lambda path=".": found.append(Path(path).name) or scandir(path))
    monkeypatch.setattr(os, "listdir", lambda path=".": found.append(Path(path).name) or listdir(path))
    return found


def film(frames):
    return registry()["interpolation"](prompts=("a cat", "a dog"), frames=frames, num_inference_steps=1)


def fresh(folder):
    runs = Runs(folder)
    if sweep := runs.tidy():
        sweep.join()  # it lists folders of its own accord
    return runs


@pytest.mark.parametrize("frames", [5, 40])
def test_the_run_folder_is_listed_once_at_the_end_however_long_the_run(tmp_path, engine, listings, monkeypatch, frames):
    monkeypatch.setattr(jobs, "SECONDS_BETWEEN_NEWS", -1)  # news an event
    job = job_of(film(frames), engine, fresh(tmp_path / "runs"))
    listings.clear()
    news = list(job)
    assert listings.count("frames") == 1
    assert [len(film.ready) for film, _ in news] == sorted(len(film.ready) for film, _ in news)
    assert len(news) > frames
    assert news[-1][0].ready == list(range(frames)) == job.sink.run.ready
    assert news[-1][1].text.startswith(f"{frames} frames in ")


def test_one_frame_is_told_as_one(tmp_path, engine):
    one = GuidanceSweep(prompt="a cat", scales=(2,), num_inference_steps=1)
    *_, (_, status) = job_of(one, engine, fresh(tmp_path / "runs"))
    assert status.text.startswith("1 frame in ")
    assert say(status.text, "zh").startswith("1 ")


def test_counting_goes_by_the_listing(tmp_path, engine, listings):
    run = job_of(film(3), engine, fresh(tmp_path / "runs")).sink.run
    listings.clear()
    assert run.ready == []
    assert "frames" in listings, "else the test above counts nothing"


def test_points_that_are_shown_twice_are_there_twice(tmp_path, engine):
    twice = GuidanceSweep(prompt="a cat", scales=(2, 3, 2), num_inference_steps=1)
    run = run_of(twice, engine, Runs(tmp_path / "runs"))
    assert run.ready == [0, 1, 2]
    pictures = [picture.read_bytes() for picture in sorted(run.folder.glob("view/*.jpg"))]
    assert pictures[0] == pictures[2] != pictures[1]


def test_a_render_that_fails_keeps_its_frames_and_its_record_and_says_so(tmp_path, engine, monkeypatch, capsys):
    job, predict, calls = job_of(film(9), engine, Runs(tmp_path / "runs")), engine.networks.predict, []

    def failing(*args):
        calls.append(args)
        if len(calls) > 1:
            raise RuntimeError("out of memory\nat 0x1234")
        return predict(*args)

    monkeypatch.setattr(engine.networks, "predict", failing)
    *_, (shown, status) = job
    assert (status.state, status.text) == ("error", "out of memory")
    assert "0x1234" in capsys.readouterr().err
    kept = len(shown.ready)
    assert 0 < kept < 9
    assert status.detail == f"{kept} of 9 frames are kept. Render tries the others again"
    assert job.sink.run.record["present"] == kept == len(job.sink.run.ready)
