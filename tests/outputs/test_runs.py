"""Run folders: complete files only, kept when they must be, swept when they may be."""

from __future__ import annotations

import io
import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from explorer.outputs import runs as module
from explorer.outputs import settings as settings_inside
from explorer.outputs.runs import Run, Runs
from explorer.outputs.settings import NoSettings

RECORD = {"experiment": "interpolation", "settings": {"prompts": ["猫", "a dog"]}}


def png(value=100, size=16):
    buffer = io.BytesIO()
    Image.fromarray(np.full((size, size, 3), value, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def pixels(file):
    with Image.open(io.BytesIO(file)) as picture:
        return picture.mode, picture.size, picture.tobytes()


def age(run, seconds):
    """Sets the clock of everything in the run's folder back."""
    then = time.time() - seconds
    for path in (run.folder, *run.folder.rglob("*")):
        os.utime(path, (then, then))


def finished(runs, seconds, frames=1):
    run = runs.create(RECORD, frames)
    for i in range(frames):
        run.add(i, png(i))
    run.finish()
    age(run, seconds)
    return run


def test_a_new_run_tells_the_page_everything_before_a_frame_is_there(tmp_path):
    frames = [{"caption": f"{i} 猫", "coordinates": {"t": i / 2}} for i in range(3)]
    run = Runs(tmp_path / "not" / "yet").create({**RECORD, "frames": frames}, 3)
    assert json.loads((run.folder / "frames.json").read_text()) == {"count": 3, "frames": frames}
    assert run.record == {**RECORD, "frames": frames}
    assert (run.ready, run.pictures) == ([], [])
    assert {child.name for child in run.folder.iterdir() if child.is_dir()} == {
        "frames",
        "view",
        "x0",
        "exact",
        "exports",
    }


def test_a_point_between_the_frames_is_kept_beside_them_by_its_key(tmp_path):
    run = Runs(tmp_path).create(RECORD, 2)
    view, picture = run.exact("abc", png(7), {"coordinates": [0.5]})
    assert (view.relative_to(run.folder), picture.relative_to(run.folder)) == (
        Path("exact/abc.jpg"),
        Path("exact/abc.png"),
    )
    kept = picture.read_bytes()
    assert pixels(kept) == pixels(png(7))
    assert settings_inside.read(picture) == {**RECORD, "frame": {"coordinates": [0.5]}}
    with Image.open(view) as shown:
        assert shown.size == (16, 16)
    assert run.exact("abc", png(8), {}) == (view, picture)
    assert picture.read_bytes() == kept, "what is there is never written again"
    assert run.ready == []


def test_names_cannot_be_guessed(tmp_path):
    names = {Runs(tmp_path).create(RECORD, 1).name for _ in range(30)}
    assert len(names) == 30 and {len(name) for name in names} == {22}


def test_a_frame_keeps_its_pixels_and_is_shown_in_full_colour(tmp_path):
    run = Runs(tmp_path).create(RECORD, 2)
    view = run.add(1, png(77))
    assert pixels((run.folder / "frames/0001.png").read_bytes()) == pixels(png(77))
    with Image.open(view) as shown:
        assert shown.format == "JPEG"
        assert np.abs(np.asarray(shown, int) - 77).max() <= 1
        assert {layer[1:3] for layer in shown.layer} == {(1, 1)}  # 4:4:4
    assert view == run.folder / "view/0001.jpg"


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(6)), present=st.integers(0, 6))
def test_frames_arrive_in_any_order_and_are_listed_in_theirs(tmp_path_factory, order, present):
    run = Runs(tmp_path_factory.mktemp("runs")).create(RECORD, 6)
    for index in order[:present]:
        run.add(index, png(index))
    assert run.ready == sorted(order[:present])
    assert [path.name for path in run.pictures] == [f"{i:04d}.png" for i in run.ready]


def test_a_frame_that_is_served_is_never_written_again(tmp_path):
    run = Runs(tmp_path).create(RECORD, 1)
    view = run.add(0, png(10))
    before = [path.stat().st_ino for path in (view, run.pictures[0])]
    run.add(0, png(200))
    assert [path.stat().st_ino for path in (view, run.pictures[0])] == before


def test_what_is_no_png_leaves_nothing_behind(tmp_path):
    run = Runs(tmp_path).create(RECORD, 1)
    with pytest.raises(UnidentifiedImageError):
        run.add(0, b"no picture")
    assert run.ready == [] and not list(run.folder.glob("*/*")) and not list(run.folder.glob("*/.*"))


FRAMES = [{"caption": f"{i} 猫", "coordinates": [i / 2], "settings": {"seed": i}} for i in range(3)]
PICTURE = "data:image/webp;base64," + "A" * 400_000


def test_a_single_frame_says_what_it_is_and_no_more(tmp_path):
    record = {"explorer": 1, "experiment": "x", "rows": {}, "settings": {"prompt": "猫", "picture": PICTURE}}
    run = Runs(tmp_path).create({**record, "frames": FRAMES}, 3)
    for i in (2, 0):
        run.add(i, png(i))
        found = settings_inside.read(run.folder / f"frames/{i:04d}.png")
        assert found == {
            "explorer": 1,
            "experiment": "x",
            "settings": {"prompt": "猫"},
            "frame": {"index": i, **FRAMES[i]},
        }


def test_what_a_picture_says_for_itself_stays_in_its_frame(tmp_path):
    info, buffer = PngInfo(), io.BytesIO()
    info.add_itxt("note", "PSNR 30 猫")
    Image.new("RGB", (16, 16)).save(buffer, "PNG", pnginfo=info)
    run = Runs(tmp_path).create(RECORD, 1)
    run.add(0, buffer.getvalue())
    with Image.open(run.pictures[0]) as frame:
        assert frame.info["note"] == "PSNR 30 猫"


def test_a_frame_that_had_a_book_to_say_says_nothing(tmp_path):
    run = Runs(tmp_path).create({"settings": {"prompts": ["猫" * 20_000] * 8}}, 1)
    run.add(0, png())
    assert run.pictures[0].read_bytes() == png()


@pytest.mark.parametrize("index", [-1, 2, 10_000])
def test_an_index_out_of_range_is_named_with_what_is_allowed(index, tmp_path):
    run = Runs(tmp_path).create(RECORD, 2)
    for put in (lambda: run.add(index, png()), lambda: run.preview(index, 1, Image.new("RGB", (4, 4)))):
        with pytest.raises(ValueError, match=f"index: {index} .* 0 to 1"):
            put()


@pytest.mark.parametrize("count", [0, -3])
def test_a_run_has_frames(count, tmp_path):
    with pytest.raises(ValueError, match=f"count: {count}"):
        Runs(tmp_path).create(RECORD, count)
    assert not list(tmp_path.iterdir())


def test_a_record_of_another_number_of_frames_is_refused(tmp_path):
    with pytest.raises(ValueError, match="describes 1, the run has 2"):
        Runs(tmp_path).create({**RECORD, "frames": [{}]}, 2)


def test_a_preview_is_written_once_and_stays(tmp_path):
    run = Runs(tmp_path).create(RECORD, 2)
    grey = Image.new("RGB", (4, 4), "grey")
    paths = [run.preview(index, step, grey) for index, step in ((0, 1), (0, 10), (1, 1))]
    assert len(set(paths)) == 3
    assert all(path.exists() for path in paths)
    run.preview(0, 10, Image.new("RGB", (8, 8)))
    with Image.open(paths[1]) as kept:
        assert kept.size == (4, 4)


def test_finish_says_what_became_of_the_run(tmp_path):
    run = Runs(tmp_path).create(RECORD, 3)
    run.add(0, png())
    run.add(2, png())
    run.finish(rows={"run": 39}, seconds=1.5)
    assert run.record == {**RECORD, "rows": {"run": 39}, "seconds": 1.5, "present": 2}


def test_a_run_is_found_again_after_a_restart(tmp_path):
    run = finished(Runs(tmp_path), 0, frames=2)
    again = Runs(tmp_path).open(run.name)
    assert again == Run.open(run.folder) == run
    assert (again.ready, again.record) == (run.ready, run.record)


@pytest.mark.parametrize("name", ["", "..", "../../etc", "a/b", "A" * 22, "A" * 21 + "/", ".hidden"])
def test_no_name_leads_out_of_the_root(name, tmp_path):
    with pytest.raises(ValueError, match="run"):
        Runs(tmp_path / "root").open(name)


def test_readers_and_writers_at_once_see_whole_pictures(tmp_path):
    run = Runs(tmp_path).create(RECORD, 24)

    def look(_):
        for picture in run.pictures:
            with Image.open(picture) as opened, Image.open(run.folder / f"view/{picture.stem}.jpg") as view:
                opened.load()
                view.load()

    with ThreadPoolExecutor(8) as pool:
        written = [pool.submit(run.add, i // 2, png(i // 2, 64)) for i in range(48)]  # everything by two threads
        list(pool.map(look, range(16)))
        for job in written:
            job.result()
    assert run.ready == list(range(24))
    assert not list(run.folder.rglob("*.part"))


def test_the_sweep_takes_the_oldest_until_the_bytes_fit(tmp_path):
    runs = Runs(tmp_path)
    old, older, young = finished(runs, 2000), finished(runs, 3000), finished(runs, 1000)
    one = module._bytes(young.folder)
    assert Runs(tmp_path, max_bytes=2 * one + 50).sweep() == [older.name]
    assert Runs(tmp_path, max_bytes=0).sweep() == [old.name, young.name]
    assert not list(tmp_path.iterdir())


def test_the_sweep_takes_what_is_too_old_and_leaves_the_rest(tmp_path):
    runs = Runs(tmp_path, max_age=10_000)
    old, young = finished(runs, 10_001), finished(runs, 9_000)
    assert runs.sweep() == [old.name]
    assert young.folder.exists() and not old.folder.exists()


def test_the_sweep_leaves_a_run_that_is_rendered_or_was_just_touched(tmp_path):
    runs = Runs(tmp_path, max_bytes=0)
    rendering, touched, viewed = runs.create(RECORD, 2), finished(runs, 10), finished(runs, 9_000)
    age(rendering, module._STALE / 2)
    (viewed.folder / "exports" / "film.gif").touch()
    assert runs.sweep() == []
    age(rendering, module._STALE + 1)  # whoever rendered it has died
    assert runs.sweep() == [rendering.name]
    assert touched.folder.exists()


def test_a_run_that_is_continued_is_marked_again(tmp_path):
    runs = Runs(tmp_path, max_bytes=0)
    run = runs.create(RECORD, 2)
    run.finish()
    Run.open(run.folder).add(0, png())
    age(run, module._STALE / 2)
    assert runs.sweep() == []


def test_the_sweep_destroys_nothing_but_runs(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "run.json").write_text("{}")
    (tmp_path / ("A" * 22)).mkdir()
    (tmp_path / ("A" * 22) / "thesis.tex").write_text("years of work")
    (tmp_path / "run.json").write_text("{}")
    outside = finished(Runs(tmp_path / "elsewhere"), 9_000)
    (tmp_path / ("B" * 22)).symlink_to(outside.folder)
    before = sorted(tmp_path.rglob("*"))
    for path in before:
        if not path.is_symlink():
            os.utime(path, (0, 0))
    assert Runs(tmp_path, max_bytes=0, max_age=0).sweep() == []
    assert sorted(tmp_path.rglob("*")) == before


def test_the_sweep_of_a_root_that_is_not_there_does_nothing(tmp_path):
    assert Runs(tmp_path / "none").sweep() == []
    assert not (tmp_path / "none").exists()


def test_the_sweep_passes_over_a_run_that_vanishes_under_it(tmp_path, monkeypatch):
    stays, goes = sorted((finished(Runs(tmp_path), 9_000) for _ in range(2)), key=lambda run: run.folder.name)
    is_run = module._is_run

    def found(folder):
        answer = is_run(folder)
        if folder == goes.folder:
            shutil.rmtree(folder, ignore_errors=True)
        return answer

    monkeypatch.setattr(module, "_is_run", found)
    assert Runs(tmp_path, max_bytes=0).sweep() == [stays.folder.name]


def test_a_run_that_is_gone_is_named(tmp_path):
    run = finished(Runs(tmp_path), 9_000)
    Runs(tmp_path, max_bytes=0).sweep()
    with pytest.raises(ValueError, match=f"{run.name} is not a run, or is gone"):
        Run.open(run.folder)
    with pytest.raises(NoSettings, match=r"run.json cannot be read"):
        _ = run.record
