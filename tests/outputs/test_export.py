"""From a run to a file for the visitor: named for a human, made once, with the speed and loop it was asked with."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from explorer.outputs import export as module
from explorer.outputs.export import FORMATS, LONGEST_NAME, export
from explorer.outputs.runs import Runs
from explorer.outputs.settings import read


@pytest.fixture
def run(tmp_path, record):
    made = Runs(tmp_path).create(record, 5)
    for i in (0, 4, 2):
        add(made, i)
    return made


def add(run, index):
    buffer = io.BytesIO()
    Image.new("RGB", (48, 40), (50 * index, 80, 120)).save(buffer, "PNG")
    run.add(index, buffer.getvalue())


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_carries_the_settings_it_was_made_with(format, run, record):
    path = export(run, format, fps=12.5, loop="back-and-forth")
    assert path.parent == run.folder / "exports"
    played = {**record["settings"], "fps": 12.5, "loop": "back-and-forth"}
    assert read(path) == {**record, "settings": played}
    assert run.record == record


def test_settings_without_speed_and_loop_stay_without(tmp_path):
    run = Runs(tmp_path).create({"experiment": "grid", "settings": {"size": 3}}, 1)
    add(run, 0)
    assert read(export(run, "gif", fps=5, loop="closed"))["settings"] == {"size": 3}


def test_a_film_plays_back_and_forth_and_an_archive_holds_each_frame_once(run):
    with Image.open(export(run, "gif", fps=10, loop="back-and-forth")) as film:
        assert film.n_frames == 4  # 0 2 4 2
        film.seek(1)
        second = np.asarray(film.convert("RGB"))
        film.seek(3)
        assert np.array_equal(second, np.asarray(film.convert("RGB")))
    with zipfile.ZipFile(export(run, "zip", fps=10, loop="back-and-forth")) as archive:
        assert len(archive.namelist()) == 4  # three frames and run.json


def test_an_export_is_made_once_until_the_run_gains_a_frame(run, monkeypatch):
    made = []

    def counted(pictures, path, **_):
        made.append(len(pictures))
        path.write_text("film")

    monkeypatch.setattr(module, "FORMATS", {"gif": counted})
    first = export(run, "gif", fps=10, loop="open")
    assert export(run, "gif", fps=10, loop="open") == first
    assert export(run, "gif", fps=20, loop="open") != first
    assert export(run, "gif", fps=10, loop="closed") != first
    add(run, 1)
    assert export(run, "gif", fps=10, loop="open") != first
    assert made == [3, 3, 3, 4]


def test_an_export_that_fails_leaves_nothing(run, monkeypatch):
    def broken(pictures, path, **_):
        path.write_text("half")
        raise OSError("disk full")

    monkeypatch.setattr(module, "FORMATS", {"gif": broken})
    with pytest.raises(OSError, match="disk full"):
        export(run, "gif", fps=10, loop="open")
    assert not list((run.folder / "exports").iterdir())


@pytest.mark.parametrize(
    ("format", "playing", "message"),
    [
        ("avi", {}, "format: 'avi' is none of gif, mp4, webp, zip, png"),
        ("../gif", {}, "format: '../gif'"),
        ("gif", {"fps": 0}, "fps: 0 is not a number from 1 to 50"),
        ("zip", {"fps": 99}, "fps: 99"),
        ("zip", {"loop": "round"}, "loop: 'round'"),
    ],
)
def test_what_is_not_allowed_is_named(format, playing, message, run):
    with pytest.raises(ValueError, match=re.escape(message)):
        export(run, format, **playing)


def test_a_run_without_frames_says_so(tmp_path, record):
    with pytest.raises(ValueError, match="nothing to export"):
        export(Runs(tmp_path).create(record, 2), "gif")


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"prompts": ["a cat", "a dog", "a fish"]}, "interpolation-a-cat-a-dog-3f-10fps-open"),
        ({"prompts": ["a café, Zürich"]}, "interpolation-a-café-zürich-3f-10fps-open"),
        ({"prompts": ["一只猫，雪地里", "कि <bolt>"]}, "interpolation-一只猫-雪地里-कि-bolt-3f-10fps-open"),
        ({"prompts": ["cafe\u0301 ＡＢ"]}, "interpolation-café-ab-3f-10fps-open"),
        ({"prompt": "😀 🐈"}, "interpolation-3f-10fps-open"),
        ({"prompt": "../../etc/passwd\0"}, "interpolation-etc-passwd-3f-10fps-open"),
        ({}, "interpolation-3f-10fps-open"),
    ],
)
def test_names_are_for_humans(settings, name):
    assert module._name({"experiment": "interpolation", "settings": settings}, "3f-10fps-open") == name


@given(st.text(), st.lists(st.text() | st.text("一猫 -", min_size=60), max_size=4))
def test_every_name_is_short_plain_and_stays_in_its_folder(experiment, prompts):
    name = module._name({"experiment": experiment, "settings": {"prompts": prompts}}, "300f-29.97fps-back-and-forth")
    assert len(name) <= LONGEST_NAME
    assert len(f".{name}.webp.01234567.part".encode()) <= 143
    slug = name.removesuffix("-300f-29.97fps-back-and-forth")
    assert slug != name
    assert slug.strip("-")
    assert all(c == "-" or unicodedata.category(c)[0] in "LMN" for c in slug)
    assert "--" not in name
