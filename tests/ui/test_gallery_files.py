"""The examples' files: small, whole, and of the very settings that the page fills in."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from explorer.engine.models import KNOWN
from explorer.experiments import registry
from explorer.experiments.inputs import InputError
from explorer.outputs.settings import read
from explorer.ui.gallery import FOLDER, MADE_WITH, GalleryView, examples

FOUND = examples(registry())
DEFAULTS = next(known.defaults for known in KNOWN if known.name == MADE_WITH)
by_tab = pytest.mark.parametrize("example", FOUND, ids=lambda example: example.experiment.name())


def plain(settings) -> dict:
    return json.loads(json.dumps(settings))


def test_there_are_six_to_ten_from_at_least_seven_tabs():
    assert 6 <= len(FOUND) <= 10
    assert len({example.experiment for example in FOUND}) >= 7
    assert len({example.title for example in FOUND}) == len(FOUND)


@by_tab
def test_the_settings_are_those_in_the_pictures_record(example):
    record = read(example.film)
    assert record["experiment"] == example.experiment.name()
    assert record["model"]["name"] == MADE_WITH
    assert plain(example.experiment(**example.settings).resolved(DEFAULTS).settings()) == record["settings"]


@by_tab
def test_the_settings_can_be_planned(example, engine):
    plan = example.experiment(**example.settings).resolved(engine.networks.defaults).plan(engine)
    assert len(plan.places) > 1
    assert plan.point(0).latents.shape == engine.latents_shape(plan.sampling)


@by_tab
def test_the_pictures_are_small_and_square_and_the_still_stands_still(example):
    for path in {example.film, example.still}:
        assert path.stat().st_size <= 100_000
        with Image.open(path) as picture:
            assert picture.format == "WEBP"
            assert picture.width == picture.height >= 128
    with Image.open(example.still) as still:
        assert not still.is_animated


def test_all_of_it_is_small_and_nothing_lies_about():
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert sum(files.values()) <= 800_000
    assert set(files) == {"gallery.json", *(path.name for e in FOUND for path in (e.film, e.still))}


def test_some_move():
    moving = [example for example in FOUND if example.film != example.still]
    assert len(moving) >= 4
    for example in moving:
        with Image.open(example.film) as film:
            assert film.n_frames >= 5
            assert film.info["loop"] == 0


def test_examples_of_tabs_that_are_not_there_are_left_out():
    few = {name: experiment for name, experiment in registry().items() if name in ("noise-loop", "prompt-grid")}
    assert {example.experiment.name() for example in examples(few)} == set(few)


def test_settings_that_are_not_allowed_are_refused(tmp_path):
    entry = {"experiment": "noise-loop", "title": "x", "file": "x", "still": "x", "settings": {"frames": 100_000}}
    (tmp_path / "gallery.json").write_text(json.dumps([entry]))
    with pytest.raises(InputError, match="frames = 100000 is not allowed"):
        examples(registry(), tmp_path)


def test_the_browser_is_sent_names_and_addresses_only():
    sent = GalleryView(render=False).postprocess(FOUND)
    assert [item["title"] for item in sent] == [example.title for example in FOUND]
    assert len(json.dumps(sent)) < 8_000
