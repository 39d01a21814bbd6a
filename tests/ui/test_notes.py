"""Notes, words measured while drawing: from the frames to the view and into the record of the run."""

import json
from pathlib import Path

import pytest

from explorer.experiments.guidance_sweep import GuidanceSweep
from explorer.experiments.inside_the_autoencoder import InsideTheAutoencoder
from explorer.outputs.runs import Run, Runs
from explorer.ui.jobs import Job
from explorer.ui.news import Film
from explorer.ui.reopening import film_of
from explorer.ui.text import speaking
from explorer.ui.views import CompareView
from tests.ui.renders import job_of


def rendered(experiment, engine, runs) -> tuple[Job, Film]:
    """A render that has come to its end, and the last film it told."""
    job = job_of(experiment, engine, runs)
    return job, [film for film, _ in job][-1]


def test_notes_reach_the_view_and_stay_in_the_record(engine, tmp_path):
    job, film = rendered(InsideTheAutoencoder(poke="add noise", amounts=(0, 1)), engine, Runs(tmp_path))
    places = job.render.plan.places
    assert sorted(film.notes) == list(range(len(places)))
    assert film.notes[0] == "64 × 64 × 3 → 8 × 8 × 4: 48 times fewer numbers"
    assert film.notes[2].startswith("PSNR")
    assert film.notes[len(places) - 1] != film.notes[2]
    told = {str(index): note for index, note in film.notes.items()}
    assert CompareView(render=False).postprocess(film)["notes"] == told
    assert job.sink.run.record["notes"] == told


def test_notes_of_frames_from_the_store_are_the_same(engine, tmp_path):
    (_, first), (again, second) = (rendered(InsideTheAutoencoder(), engine, Runs(tmp_path)) for _ in range(2))
    assert again.render.price.stored == again.render.price.frames
    assert first.notes == second.notes


def test_where_nothing_is_measured_there_are_none(engine, tmp_path):
    job, film = rendered(GuidanceSweep(scales=(1,)), engine, Runs(tmp_path))
    assert film.notes == {} == job.sink.run.record["notes"]


@pytest.mark.parametrize("renders", [1, 2], ids=["drawn", "from the store"])
def test_a_run_that_is_opened_again_is_read_in_chinese(renders, engine, tmp_path):
    for _ in range(renders):
        job, _ = rendered(InsideTheAutoencoder(poke="add noise", amounts=(0, 1)), engine, Runs(tmp_path))
    with speaking("zh"):
        told = CompareView(render=False).postprocess(film_of(Run.open(job.sink.run.folder)))
    assert told["notes"]["0"] == "64 × 64 × 3 → 8 × 8 × 4：数值少到 1/48"
    names = json.loads(Path(told["manifest"]["path"]).read_text())
    assert [frame["caption"] for frame in names["frames"]][:3] == ["原图", "误差", "解码图"]
    assert [title for _, title in names["shown"]["rows"]] == ["去而复返", "潜变量的通道，8 × 8 × 4", "改动：加噪声"]
