"""Shipped runs: whole, small, of the weights that are there, and in nobody's way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PIL import Image

from docs.generate import exported
from explorer.engine import checkpoint, models
from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore
from explorer.experiments import registry
from explorer.experiments.inputs import InputError
from explorer.experiments.prompt_grid import PromptGrid
from explorer.ui.shipped import FOLDER, Gallery, experiment_of, shipped

GALLERY = shipped(registry())
DEFAULTS = next(known.defaults for known in models.KNOWN if known.name == "pocket")
by_run = pytest.mark.parametrize("run", GALLERY.runs, ids=lambda run: run.name)


def pocket() -> FakeNetworks:
    """Networks that say they are the ones that drew the shipped runs."""
    networks = FakeNetworks()
    networks.defaults, networks.signature = DEFAULTS, GALLERY.runs[0].said["model"]["signature"]
    return networks


def test_every_tab_has_one_that_is_what_its_form_begins_with():
    for experiment in exported():
        run = GALLERY.first(experiment.name())
        if experiment.needs:  # the bundled model cannot draw them
            assert run is None
            continue
        assert experiment_of(run, DEFAULTS) == experiment().resolved(DEFAULTS)
    assert GALLERY.first("prompt-grid").count == 81


def test_they_are_of_the_weights_that_are_there():
    """Other weights in assets/pocket draw other pictures: then `make gallery` is due."""
    weights = checkpoint.fingerprint(checkpoint.open_folder(FOLDER.parent / "pocket", "pocket"))
    assert {run.said["model"]["signature"].partition("|")[0] for run in GALLERY.runs} == {weights}


@by_run
def test_the_picture_holds_every_frame_and_they_stand_where_the_plan_has_them(run, engine):
    plan = experiment_of(run, DEFAULTS).plan(engine)
    told = [tuple(frame["coordinates"]) for frame in run.said["frames"]]
    if run.experiment.name() != "inside-the-autoencoder":  # whose places follow the channels of the model
        assert told == [place.coordinates for place in plan.places]
    with Image.open(FOLDER / f"{run.name}.webp") as sheet:
        columns, width, height = (run.sheet[name] for name in ("columns", "width", "height"))
        assert (width, height) == (DEFAULTS.width, DEFAULTS.height)
        assert sheet.format == "WEBP"
        assert sheet.size == (columns * width, -(-run.count // columns) * height)


def test_all_of_it_is_small_and_nothing_lies_about():
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert sum(files.values()) < 5_000_000
    assert set(files) == {f"{run.name}{suffix}" for run in GALLERY.runs for suffix in (".webp", ".json")}


def test_what_is_served_has_a_name_that_changes_with_it_and_says_everything_in_every_language():
    run = GALLERY.first("noise-loop")
    sent = GALLERY.exhibit(run)
    assert set(sent["captions"]) == {"en", "zh", "zh-TW"}
    assert sent["drawn_by"] == "Pocket"
    for address in (*sent["captions"].values(), sent["sheet"]["url"]):
        version, _, name = address.removeprefix("./shipped/").partition("/")
        assert version == GALLERY.version
        assert GALLERY.files[name]
    assert Gallery(GALLERY.runs[:1]).version != GALLERY.version
    with pytest.raises(KeyError):
        GALLERY.address("../app.py")


def test_a_run_is_found_by_what_it_is_and_only_for_the_weights_that_drew_it():
    networks, grid = pocket(), PromptGrid().resolved(DEFAULTS)
    assert GALLERY.of(grid, networks).name == "prompt-grid"
    assert GALLERY.of(replace(grid, seed=1), networks) is None
    assert GALLERY.of(grid, FakeNetworks()) is None


def test_they_are_no_part_of_a_price():
    engine = Engine(pocket(), FrameStore())
    assert engine.price(PromptGrid().resolved(DEFAULTS).plan(engine)).stored == 0


def test_those_of_tabs_that_are_not_there_are_left_out():
    few = {name: experiment for name, experiment in registry().items() if name in ("noise-loop", "prompt-grid")}
    assert {run.experiment.name() for run in shipped(few).runs} == set(few)
    assert shipped({}).served() == []


def test_settings_that_are_not_allowed_are_refused(tmp_path):
    (tmp_path / "x.json").write_text(json.dumps({"experiment": "noise-loop", "settings": {"frames": 100_000}}))
    with pytest.raises(InputError, match="frames = 100000 is not allowed"):
        shipped(registry(), tmp_path)
