"""A run as one labelled picture: bounded, laid out in rows, with words that fit and the settings inside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from explorer.outputs import sheets
from explorer.outputs.lettering import Lettering, fonts_here
from explorer.outputs.settings import read
from explorer.outputs.sheets import heading, label, rows_of, write_sheet


def described(*coordinates, caption="here"):
    return {i: {"caption": caption, "coordinates": list(c), "settings": {}} for i, c in enumerate(coordinates)}


def recorded(record, frames):
    return {**record, "frames": list(frames.values())}


def contains(sheet, array) -> bool:
    """Whether a picture stands on the sheet as it is."""
    height, width, _ = array.shape
    starts = np.argwhere((sheet[: -height + 1, : -width + 1] == array[0, 0]).all(-1))
    return any(np.array_equal(sheet[y : y + height, x : x + width], array) for y, x in starts)


def test_a_sheet_shows_every_picture_and_carries_the_record(pictures, record, tmp_path):
    paths, arrays = pictures(4, 200, 192)
    record = recorded(record, described((0, 7), (1, 7), (0, 8), (1, 8)))
    write_sheet(paths, tmp_path / "sheet.png", record=record)
    assert read(tmp_path / "sheet.png") == record
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert all(contains(sheet, array) for array in arrays)


def test_words_stand_over_and_under_the_pictures(pictures, record, tmp_path):
    paths, _ = pictures(2, 192, 192)
    frames = described((0,), (1,))
    write_sheet(paths, tmp_path / "with.png", record=recorded(record, frames))
    frames[1]["caption"] = "there"
    write_sheet(paths, tmp_path / "other.png", record=recorded(record, frames))
    changed = np.argwhere(
        np.asarray(Image.open(tmp_path / "with.png")) != np.asarray(Image.open(tmp_path / "other.png"))
    )
    top, left = changed.min(0)[:2]
    assert left > sheets.MARGIN + 192  # under the second picture, nowhere else
    assert top > 192


@pytest.mark.parametrize(("count", "size"), [(300, (64, 64)), (1, (1600, 32)), (7, (1536, 1536)), (40, (32, 1536))])
def test_a_sheet_is_bounded(count, size, pictures, record, tmp_path):
    paths, _ = pictures(count, *size)
    write_sheet(paths, tmp_path / "sheet.png", record=record)
    width, height = Image.open(tmp_path / "sheet.png").size
    assert width * height <= sheets.MOST_PIXELS
    assert max(width, height) <= sheets.LONGEST_SIDE


def test_small_pictures_are_enlarged_by_a_whole_number(pictures, record, tmp_path):
    paths, arrays = pictures(1, 64, 64)
    write_sheet(paths, tmp_path / "sheet.png", record=record)
    enlarged = Image.fromarray(arrays[0]).resize((192, 192), Image.Resampling.LANCZOS)
    assert contains(np.asarray(Image.open(tmp_path / "sheet.png")), np.asarray(enlarged))


def test_a_sheet_without_pictures_says_so(tmp_path, record):
    with pytest.raises(ValueError, match="pictures: 0 frames"):
        write_sheet([], tmp_path / "sheet.png", record=record)
    assert not (tmp_path / "sheet.png").exists()


def test_frames_of_one_second_coordinate_are_a_row_in_order():
    assert rows_of(described((2, 5), (1, 5), (1, 6), (2, 6)), range(4)) == [[1, 0], [2, 3]]


@pytest.mark.parametrize(
    "coordinates", [[(i,) for i in range(13)], [(i, 0) for i in range(13)], [(0, i) for i in range(13)]]
)
def test_a_single_row_is_wrapped(coordinates):
    rows = rows_of(described(*coordinates), range(13))
    assert [len(row) for row in rows] == [5, 5, 3]
    assert [i for row in rows for i in row] == list(range(13))


def test_rows_of_frames_that_nothing_is_known_of():
    assert rows_of({}, range(5)) == [[0, 1, 2], [3, 4]]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), min_size=1, max_size=120))
def test_every_frame_is_on_the_sheet_once(coordinates):
    rows = rows_of(described(*coordinates), range(len(coordinates)))
    assert sorted(i for row in rows for i in row) == list(range(len(coordinates)))
    assert max(map(len, rows)) <= sheets.MOST_COLUMNS


def test_a_way_is_wrapped_in_its_own_order(pictures, record, tmp_path):
    paths, _ = pictures(6, 192, 192)
    way = described((0, 0), (1, 0), (1, 1), (0.5, 1), (0, 1), (0, 0.5))
    write_sheet(paths, tmp_path / "way.png", record={**recorded(record, way), "shown": {"path": True}})
    write_sheet(paths, tmp_path / "row.png", record=recorded(record, described(*[()] * 6)))
    way, row = (Image.open(tmp_path / name).size for name in ("way.png", "row.png"))
    assert way == row


def test_labels_are_the_caption_the_settings_or_the_number():
    assert label({"caption": "a cat", "settings": {"seed": 1}}, 3) == "a cat"
    assert label({"caption": "", "settings": {"guidance_scale": 7.5, "seed": 1}}, 3) == "guidance scale 7.5, seed 1"
    assert label({}, 3) == "frame 4"


def test_the_heading_names_experiment_prompts_and_settings_but_no_picture_and_nothing_unset():
    settings = {
        "prompt": "a cat",
        "negative_prompt": "blue",
        "scales": [1.0, 2.5],
        "seeds": [],
        "scheduler": None,
        "picture": "data:image/webp;base64," + "A" * 40,
    }
    title, *texts, rest = heading({"experiment": "image-variations", "settings": settings, "model": {"name": "pocket"}})
    assert title == "Image variations"
    assert texts == ["a cat", "not: blue"]
    assert rest == "model pocket · scales 1, 2.5 · picture (a picture)"


@given(text=st.text(max_size=300), width=st.integers(20, 400), most=st.integers(1, 3))
def test_lines_fit_and_nothing_but_a_cut_is_lost(text, width, most):
    words = Lettering(12, ())
    lines = words.lines(text, width, most)
    assert len(lines) <= most
    assert all(words.width(line) <= width or len(line) <= 2 for line in lines)
    plain = "".join(letter for letter in text if letter.isprintable() and not letter.isspace())
    shown = "".join(lines).replace(" ", "")
    assert shown == plain.replace(" ", "") or (shown.endswith("…") and plain.startswith(shown[:-1]))


def test_chinese_is_broken_where_the_line_ends():
    words = Lettering(12, ())
    lines = words.lines("一只狗在海滩上跑" * 3, words.width("一") * 5.5, 3)
    assert [len(line) for line in lines[:2]] == [5, 5]
    assert lines[2].endswith("…")


@pytest.mark.skipif(not fonts_here(), reason="this system has no font to fall back on")
def test_letters_that_pillows_font_lacks_come_from_the_systems():
    def drawn(words, text):
        picture = Image.new("RGB", (80, 40), "white")
        words.draw(ImageDraw.Draw(picture), 2, 2, text, "black")
        return picture.tobytes()

    alone, helped = Lettering(20, ()), Lettering(20, fonts_here())
    assert drawn(alone, "狗") == drawn(alone, "猫")  # one sign for all that is missing
    assert drawn(helped, "狗") != drawn(helped, "猫")
    assert drawn(helped, "dog") == drawn(alone, "dog")
