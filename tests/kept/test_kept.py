"""Links, run folders and exported files of commit 5487c25 (see make.py) open, whatever became of the code since.

Nothing here is ever made anew or changed. Where the code moves, only the imports of this file follow.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from explorer.experiments import registry
from explorer.experiments.links import read as read_link
from explorer.outputs.export import FORMATS, export
from explorer.outputs.runs import Run, Runs
from explorer.outputs.settings import read
from explorer.ui.reopening import experiment_of, film_of
from explorer.ui.restoring import NO_PICTURE, Restored, restore
from tests.kept.contents import hashed, pixels, rounded, short

HERE = Path(__file__).parent
EXPERIMENTS = registry()
LINKS = json.loads((HERE / "links.json").read_text())
RUNS = {run["experiment"]: run for run in json.loads((HERE / "runs.json").read_text())}
EXPORTS = sorted(path for path in (HERE / "exports").glob("*/*") if path.stem != "frame")
FRAMES = sorted((HERE / "exports").glob("*/frame.png"))


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.name}"


def settings_in(settings, kept):
    """Those of the settings that there were: later ones may have been added, and only at their usual values."""
    return {name: settings[name] for name in kept}


@pytest.fixture(params=RUNS.values(), ids=RUNS)
def kept(request):
    return request.param


@pytest.fixture
def run(kept, tmp_path) -> Run:
    """A copy of the kept run, opened by its name as from the page's history."""
    folder = shutil.copytree(HERE / "runs" / kept["folder"], tmp_path / kept["folder"])
    for empty in ("exact", "exports"):  # git keeps no empty folders
        (folder / empty).mkdir(exist_ok=True)
    return Runs(tmp_path).open(kept["folder"])


@pytest.fixture
def opened(request, tmp_path, engine) -> Restored:
    return restore(request.param, EXPERIMENTS, engine, Runs(tmp_path))


def test_nothing_is_missing():
    assert {link["experiment"] for link in LINKS} == set(RUNS)
    assert len(LINKS) == len(RUNS) == 9
    assert {path.suffix.lstrip(".") for path in EXPORTS} == {*FORMATS, "json"}
    assert len(EXPORTS) == 4 * (len(FORMATS) + 1)
    assert len(FRAMES) == 4


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link["experiment"])
def test_a_link_opens_on_its_experiment_and_settings(link):
    found = read_link(link["query"], EXPERIMENTS)
    assert found.experiment.name() == link["experiment"]
    experiment = found.experiment(**found.settings)
    assert settings_in(short(experiment.settings()), link["settings"]) == link["settings"]


def test_a_run_opens_with_its_settings_and_frames(kept, run):
    experiment = experiment_of(run, EXPERIMENTS)
    assert experiment.name() == kept["experiment"]
    assert settings_in(hashed(experiment.settings()), kept["settings"]) == kept["settings"]
    assert run.record["model"] == kept["model"]
    film = film_of(run)
    assert (film.count, film.ready) == (len(kept["frames"]), list(range(len(kept["frames"]))))
    described = [{**frame, "pixels": pixels(picture)} for frame, picture in zip(run.frames, run.pictures, strict=True)]
    assert described == kept["frames"]


@pytest.mark.parametrize("format", FORMATS)
def test_a_run_is_exported(format, kept, run):
    settings = read(export(run, format, fps=9, loop="open"))["settings"]
    played = {"fps": 9, "loop": "open"}
    expected = {name: played.get(name, value) for name, value in kept["settings"].items()}
    assert settings_in(hashed(settings), expected) == expected


@pytest.mark.parametrize("opened", EXPORTS, ids=named, indirect=True)
def test_an_exported_file_opens_on_its_experiment_and_settings(opened, request):
    path = request.node.callspec.params["opened"]
    kept = RUNS[path.parent.name]
    played = {} if path.name == "run.json" else {"fps": 9, "loop": "back-and-forth"}
    expected = {name: played.get(name, value) for name, value in kept["settings"].items()}
    assert opened.experiment.name() == kept["experiment"]
    experiment = opened.experiment(**opened.settings)
    assert settings_in(hashed(experiment.settings()), expected) == expected
    assert read(path)["model"] == kept["model"]


@pytest.mark.parametrize("opened", [path for path in EXPORTS if path.suffix == ".zip"], ids=named, indirect=True)
def test_the_frames_of_an_archive_come_back(opened):
    kept = RUNS[opened.experiment.name()]
    described = [
        {**frame, "pixels": pixels(picture)}
        for frame, picture in zip(opened.run.frames, opened.run.pictures, strict=True)
    ]
    assert rounded(unprompted(described)) == rounded(unprompted(kept["frames"]))
    assert opened.run.record["model"] == kept["model"]


def unprompted(frames):
    """The frames without their prompts: between two there was the nearer one, now there is the mixture."""
    return [{**f, "settings": {key: value for key, value in f["settings"].items() if key != "prompt"}} for f in frames]


@pytest.mark.parametrize("opened", FRAMES, ids=named, indirect=True)
def test_a_single_frame_opens_on_its_experiment_and_settings(opened, request):
    path = request.node.callspec.params["opened"]
    kept = RUNS[path.parent.name]
    experiment = opened.experiment(**opened.settings)
    assert settings_in(hashed(experiment.settings()), kept["settings"]) == kept["settings"]
    last = {key: value for key, value in kept["frames"][-1].items() if key != "pixels"}
    assert read(path)["frame"] == {"index": len(kept["frames"]) - 1, **last}


def test_a_single_frame_of_a_start_picture_opens_without_it(tmp_path, engine):
    kept = RUNS["image-variations"]
    found = restore(HERE / "runs" / kept["folder"] / "frames/0000.png", EXPERIMENTS, engine, Runs(tmp_path))
    assert NO_PICTURE in found.remarks
    expected = {name: value for name, value in kept["settings"].items() if name != "picture"}
    assert settings_in(hashed(found.experiment(**found.settings).settings()), expected) == expected
