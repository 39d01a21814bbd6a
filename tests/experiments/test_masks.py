"""Masks: their text, what becomes a mask and what does not, and how they are brought to a frame."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw, ImageOps

from explorer.experiments.inputs import InputError, Mask, Painted, PaintedPicture
from explorer.experiments.masks import LEVELS, canonical_mask, fitted_mask, read_cells, written, zoomed
from explorer.experiments.painting import surroundings
from explorer.experiments.pictures import LONGEST, canonical
from explorer.space.regions import feathered, shrunk

GRIDS = arrays.arrays(np.int64, st.tuples(st.integers(1, 20), st.integers(1, 20)), elements=st.integers(0, LEVELS - 1))


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def hole(width: int, height: int, *box: int) -> Image.Image:
    """Black with a white box."""
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).rectangle(box, fill=255)
    return image


@given(levels=GRIDS)
def test_a_mask_comes_back_from_its_text(levels):
    text = written(levels / (LEVELS - 1))
    assert canonical_mask(text) == text
    if text:
        np.testing.assert_allclose(read_cells(text), levels / (LEVELS - 1), atol=1e-6)
    else:
        assert not levels.any()


def test_the_text_is_short_and_one_mask_has_one():
    assert canonical_mask("4x2:aaaap3a") == "4x2:4ap3a"
    assert canonical_mask("4x2:8a") == canonical_mask("") == ""
    assert canonical_mask(hole(16, 8, 0, 0, 15, 7)) == "16x8:128p"
    assert canonical_mask(png(hole(8, 8, 2, 0, 3, 0))) == "8x8:2a2p60a"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("4x2:7a", "it has 7 cells, and says that it has 4 x 2"),
        ("0x2:a", "it has 0 x 2 cells"),
        ("2000x2:4000a", "it has 2000 x 2 cells, at most 1024 a side are taken"),
        ("4x2:9999999p", "it has 9999999 cells"),
        ("boat", "it is no mask"),
        ("/etc/passwd", "it is no mask"),
        ("4x2:8q", "it is no mask"),
        (None, "there is no mask"),
        (7, "it is a int and no picture"),
        (png(Image.new("L", (10_000, 3))), "it has 10000 x 3 pixels, at least 8 on each side are needed"),
        (png(Image.new("L", (1, 1))), "it has 1 x 1 pixels, at least 8 on each side are needed"),
        (b"words", "it is no picture of a kind that is taken"),
        ("data:image/png;base64," + "A" * 6_000_000, "it has 4.5 MB, at most 4 MB are painted"),
    ],
)
def test_what_is_no_mask_is_told_in_a_sentence(given, why):
    with pytest.raises(InputError, match="is not allowed: ") as caught:
        Mask("").check("mask", given)
    assert why in str(caught.value)


def test_a_large_mask_loses_no_stroke():
    thin = hole(4 * LONGEST, 2 * LONGEST, 1, 0, 1, 2 * LONGEST)  # one pixel wide, and 4,096 is shrunk to 1,024
    cells = read_cells(canonical_mask(thin))
    assert cells.shape == (LONGEST // 2, LONGEST)
    assert cells[:, 0].min() == 1
    assert cells[:, 1:].max() == 0


@given(levels=GRIDS, width=st.integers(1, 40), height=st.integers(1, 40))
def test_a_fitted_mask_has_the_size_of_the_frame_and_no_strength_that_was_not_painted(levels, width, height):
    text = written(levels / (LEVELS - 1))
    frame = fitted_mask(text, width, height)
    assert frame.shape == (height, width)
    assert set(frame.flatten().tolist()) <= {0.0, *np.float32(levels / (LEVELS - 1)).flatten().tolist()}
    if levels.shape == (height, width):
        np.testing.assert_array_equal(frame, np.float32(levels / (LEVELS - 1)))


@pytest.mark.parametrize(("size", "frame"), [((512, 256), (64, 64)), ((300, 200), (128, 96)), ((90, 200), (64, 64))])
def test_a_mask_of_another_size_is_cut_as_its_picture_is(size, frame):
    whole = hole(*size, size[0] // 2 - 40, size[1] // 2 - 40, size[0] // 2 + 39, size[1] // 2 + 39)
    expected = np.asarray(ImageOps.fit(whole, frame, Image.Resampling.BOX)) > 0
    found = fitted_mask(canonical_mask(whole), *frame).numpy() > 0
    assert (found != expected).mean() < 0.02
    assert (found | ~expected).all()  # by maximum: all that its picture's fit touches


def test_the_cells_of_the_latents_are_the_largest_strength_in_them():
    mask = torch.zeros(16, 24)
    mask[3, 9] = 0.4
    mask[15, 23] = 1.0
    cells = shrunk(mask, 2, 3)
    assert cells.tolist() == [[0, pytest.approx(0.4), 0], [0, 0, 1]]
    assert shrunk(mask, 16, 24).equal(mask)


def test_a_feather_lies_inside():
    mask = torch.zeros(40, 40)
    mask[10:30, 10:40] = 0.5  # how strong it is drawn is not how much of it is seen; the right border is no edge
    weights = feathered(mask, 3)
    assert weights[mask == 0].max() == 0
    assert weights[20, 10:14].tolist() == [0.15625, 0.5, 0.84375, 1.0]
    assert weights[20, 39] == 1
    assert feathered(mask, 0).equal((mask > 0).float())
    assert feathered(torch.ones(9, 9), 5).equal(torch.ones(9, 9))
    assert not feathered(torch.zeros(9, 9), 5).any()


@given(x=st.integers(0, 127), y=st.integers(0, 95), w=st.integers(1, 60), h=st.integers(1, 60))
def test_surroundings_hold_the_mask_in_the_frames_proportions(x, y, w, h):
    mask = torch.zeros(96, 128)
    mask[y : y + h, x : x + w] = 1
    box = surroundings(mask)
    if box is None:
        assert max(w / 128, h / 96) >= 0.5
        return
    left, top, right, bottom = box
    assert 0 <= left < right <= 128
    assert 0 <= top < bottom <= 96
    assert mask[top:bottom, left:right].sum() == mask.sum()
    assert abs((right - left) / (bottom - top) - 128 / 96) < 0.1
    assert right - left >= 32
    assert zoomed(mask, box, 128, 96).max() == 1


def test_a_painted_picture_is_checked_part_by_part():
    kind = PaintedPicture("")
    assert kind.check("p", {"picture": "boat", "mask": "4x2:8p"}) == Painted(canonical("boat"), "4x2:8p")
    assert kind.check("p", "hills") == Painted(canonical("hills"), "")
    optional = PaintedPicture("", optional=True)
    assert optional.check("p", "hills") is optional.check("p", None) is None
    assert optional.pictures(None) == optional.prompts(None) == ()
    for wrong, said in (
        ({"picture": "boat", "mask": "x"}, "mask: it is no mask"),
        ({"picture": "moon"}, "picture: there is no example of this name"),
        ({"brush": 3}, r"a picture \(a file, or the name of an example\) and a mask"),
        (None, r"a picture \(a file"),
    ):
        with pytest.raises(InputError, match=f"p = .* is not allowed: {said}"):
            kind.check("p", wrong)


def test_a_short_mask_fits_into_a_link_and_a_long_one_does_not():
    kind = PaintedPicture("")
    painted = Painted(canonical("boat"), "4x2:8p")
    texts = kind.to_texts(painted)
    assert texts == ["picture:boat", "mask:4x2:8p"]
    assert kind.check("p", kind.from_texts(texts)) == painted
    noisy = written(np.indices((80, 80)).sum(0) % 2)
    assert kind.to_texts(Painted(canonical("boat"), noisy)) is None
    assert kind.to_texts(Painted(canonical(Image.new("RGB", (8, 8))), "4x2:8p")) is None
