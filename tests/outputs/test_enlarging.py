"""Files as large as people look at them: never reduced, their settings as they were, captions under the picture."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from explorer.outputs import sheets
from explorer.outputs.enlarging import SIDE, Look, enlarged_size
from explorer.outputs.export import FORMATS, export
from explorer.outputs.runs import Runs
from explorer.outputs.settings import read
from explorer.outputs.sheets import write_sheet
from tests.outputs.conftest import gradient

LARGE, TITLED = Look(SIDE), Look(SIDE, captions=True)
CAPTIONS = [
    "a cat",
    "a cat → a dog, 50%, and so many more words that one line has no room for all of them",
    "a dog 一只狗",
]


@pytest.fixture
def run(tmp_path, record):
    frames = [{"caption": caption, "coordinates": [i], "settings": {}} for i, caption in enumerate(CAPTIONS)]
    made = Runs(tmp_path / "runs").create({**record, "frames": frames}, len(frames))
    for i in range(len(frames)):
        made.add(i, png(gradient(i, 128, 96)))
    return made


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def lanczos(run, index: int, size: tuple[int, int]) -> np.ndarray:
    with Image.open(run.pictures[index]) as picture:
        return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS))


@given(st.tuples(st.integers(1, 2000), st.integers(1, 2000)), st.integers(32, 4096))
def test_nothing_is_reduced_and_proportions_stay(size, side):
    width, height = enlarged_size(size, side)
    assert width >= size[0]
    assert height >= size[1]
    assert max(width, height) == max(side, *size)
    assert abs(width * size[1] - height * size[0]) <= max(size)  # half a pixel, or the one that there must be


@pytest.mark.parametrize("side", [0, 31, 4097, True, 512.0, "512"])
def test_another_side_is_refused_in_a_sentence(side):
    with pytest.raises(ValueError, match=r"side: .* is not a whole number from 32 to 4096, or None"):
        Look(side)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("look", [LARGE, TITLED, Look(captions=True)])
def test_the_record_inside_is_the_same(format, look, run):
    assert read(export(run, format, look=look)) == read(export(run, format))


def test_films_and_saved_pictures_are_the_frames_by_lanczos(run):
    with Image.open(export(run, "webp", look=LARGE)) as film:
        shown = [np.asarray(frame.convert("RGB"), int) for frame in ImageSequence.Iterator(film)]
    with Image.open(io.BytesIO(LARGE.png(run.pictures[1].read_bytes()))) as picture:
        assert np.array_equal(np.asarray(picture), lanczos(run, 1, (512, 384)))
    for index, frame in enumerate(shown):
        assert frame.shape == (384, 512, 3)
        assert abs(frame - lanczos(run, index, (512, 384))).mean() < 2  # WebP has losses


def test_captions_stand_under_the_picture_in_a_bar_of_one_height(run):
    with Image.open(export(run, "gif", look=TITLED)) as film:
        shown = [np.asarray(frame.convert("RGB"), int) for frame in ImageSequence.Iterator(film)]
    assert len({frame.shape for frame in shown}) == 1
    height, width, _ = shown[0].shape
    assert width == 512
    assert 384 + 40 < height < 384 + 120
    for index, frame in enumerate(shown):
        assert abs(frame[:384] - lanczos(run, index, (512, 384))).mean() < 6  # 256 colours
        bar = frame[384:].mean(-1)
        assert (bar > 250).mean() > 0.8
        assert (bar < 100).any()
    assert not np.array_equal(shown[0][384:], shown[2][384:])


def test_a_saved_picture_has_its_own_caption_and_settings(run, tmp_path):
    (tmp_path / "saved.png").write_bytes(TITLED.png(run.pictures[2].read_bytes()))
    assert read(tmp_path / "saved.png") == read(run.pictures[2])
    with Image.open(tmp_path / "saved.png") as picture:
        assert picture.width == 512
        assert 384 < picture.height < 384 + 60  # one line


def test_what_is_large_enough_stays_as_it_is(run):
    file = run.pictures[0].read_bytes()
    assert Look(128).png(file) == file
    assert Look().png(file) == file
    assert export(run, "gif", look=Look(96)) == export(run, "gif")


def test_a_zip_has_the_pictures_as_they_were_drawn(run):
    with zipfile.ZipFile(export(run, "zip", look=TITLED)) as archive:
        for i, path in enumerate(run.pictures):
            assert archive.read(f"frame-{i:04}.png") == path.read_bytes()


def test_each_look_is_a_file_of_its_own(run):
    looks = [Look(), LARGE, TITLED, Look(captions=True)]
    assert len({export(run, "gif", look=look).name for look in looks}) == len(looks)


@pytest.mark.parametrize("count", [1, 9, 81])
def test_sheets_are_enlarged_no_further_than_is_reasonable(count, pictures, record, tmp_path):
    paths, _ = pictures(count, 64, 48)
    for name, side in (("plain", None), ("large", SIDE)):
        write_sheet(paths, tmp_path / f"{name}.png", record=record, side=side)
    plain, large = (Image.open(tmp_path / f"{name}.png").size for name in ("plain", "large"))
    assert all(after >= before for before, after in zip(plain, large, strict=True))
    assert large[0] * large[1] < 1.6 * sheets.MOST_ENLARGED
    assert (large[0] > 512) and (large != plain or count == 81)
