"""Painting styles: right size and range, the same for the same generator, and what each is known by."""

import numpy as np
import pytest

from training import scenes, styles
from training.drawings import SETS, SOLID


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    made = scenes.scene("field", np.random.default_rng(3))
    made[40:90, 40:90] = (214, 48, 49)
    return made


def painted(picture: np.ndarray, style: str, seed: int = 1) -> np.ndarray:
    return styles.paint(picture, style, np.random.default_rng(seed))


@pytest.mark.parametrize("style", styles.STYLES)
def test_a_style_changes_the_picture_and_keeps_its_kind(picture, style):
    before = picture.copy()
    once = painted(picture, style)
    assert once.shape == (128, 128, 3)
    assert once.dtype == np.float32
    assert once.min() >= 0
    assert once.max() <= 255
    assert np.array_equal(once, painted(picture, style))
    assert np.abs(once - picture).mean() > 3
    assert np.array_equal(picture, before), "it painted over its argument"


@pytest.mark.parametrize("style", styles.STYLES)
def test_only_colourless_styles_have_no_colours_of_the_picture(picture, style):
    square, around = (painted(picture, style)[at].mean((0, 1)) for at in (np.s_[50:80, 50:80], np.s_[100:, 5:35]))
    is_red = square[0] - square[1] > 60
    is_green = around[1] - max(around[0], around[2]) > 20
    assert is_red == is_green == (style not in styles.COLORLESS)


@pytest.mark.parametrize("style", ["pencil sketch", "black and white photo"])
def test_grey_styles_are_grey(picture, style):
    made = painted(picture, style)
    assert np.array_equal(made[..., 0], made[..., 2])


def test_pixel_art_is_32_squares_a_side(picture):
    made = painted(picture, "pixel art")
    assert np.array_equal(made, made[::4, ::4].repeat(4, 0).repeat(4, 1))


def test_lines_show_between_colours_of_the_same_brightness():
    made = np.zeros((128, 128, 3), np.float32)
    made[:, :64], made[:, 64:] = (200, 60, 60), (41, 141, 60)
    assert np.ptp(styles.gray(made)) <= 1
    for style in ("pencil sketch", "blueprint"):
        line = np.abs(np.diff(painted(made, style).mean((0, 2))[56:72]))
        assert line.max() > 20


def test_every_style_and_every_set_has_words():
    assert set(styles.PAINTERS) == set(styles.STYLES)
    assert not styles.COLORLESS - set(styles.STYLES)
    assert set(styles.SOURCE_WORDS) == {*SETS, SOLID}
    with pytest.raises(KeyError):
        painted(np.zeros((128, 128, 3), np.float32), "cubism")
