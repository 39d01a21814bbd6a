"""Drawings in other colours: the colour is there, eyes stay, nothing vanishes, and the shape is the same."""

from __future__ import annotations

import numpy as np
import pytest

from training import tints
from training.placing import Box, cut, fit, pasted
from training.tints import TINTS, outlined, tinted, turned, varied


def disc(colour: tuple[int, int, int], eye: bool = True) -> np.ndarray:
    """A round thing with a black eye, RGBA."""
    rows, columns = np.mgrid[0:128, 0:128]
    rgba = np.zeros((128, 128, 4), np.uint8)
    rgba[(rows - 64) ** 2 + (columns - 64) ** 2 < 50**2] = (*colour, 255)
    if eye:
        rgba[50:56, 50:56, :3] = 5
    return rgba


@pytest.mark.parametrize("tint", TINTS)
@pytest.mark.parametrize("own", [(240, 160, 40), (150, 152, 158), (250, 250, 250), (40, 40, 44), (120, 80, 50)])
def test_whatever_its_colour_it_gets_the_new_one(tint, own):
    before = disc(own)
    made = tinted(before, tint)
    assert made[80, 64, :3] == pytest.approx(TINTS[tint], abs=12)
    assert np.array_equal(made[..., 3], before[..., 3])
    assert np.array_equal(before, disc(own)), "it painted over its argument"


@pytest.mark.parametrize("own", [(240, 160, 40), (150, 152, 158), (250, 250, 250)])
def test_eyes_stay_dark(own):
    assert tinted(disc(own), "pink")[52, 52, :3].max() < 60


def test_lighter_and_darker_parts_stay_so():
    rgba = disc((150, 150, 150))
    rgba[60:70, 40:90, :3] = 90
    rgba[80:90, 40:90, :3] = 210
    light = tinted(rgba, "blue")[..., :3].mean(-1)
    assert light[65, 60] < light[75, 60] < light[85, 60]


def test_a_drawing_of_which_nothing_is_seen_comes_back():
    assert not tinted(np.zeros((8, 8, 4), np.uint8), "red")[..., 3].any()


def test_an_unknown_tint_is_refused():
    with pytest.raises(KeyError):
        tinted(disc((1, 2, 3)), "mauve")


def test_what_is_white_gets_a_line_and_what_is_not_does_not():
    white, red = disc((250, 250, 250), eye=False), disc((216, 40, 44))
    line = outlined(white)
    before = np.full((128, 128, 3), 255, np.float32)
    pasted(before, line, Box(0, 0, 128, 128))
    assert before.min() < 150, "it vanishes on white"
    assert before[64, 64].min() > 240, "the line fills it"
    assert outlined(red) is red


def test_varying_keeps_the_names_of_colours():
    for seed in range(20):
        made = varied(disc((216, 40, 44)), np.random.default_rng(seed))[80, 64, :3].astype(int)
        assert made[0] > made[1:].max() + 80


def test_turning_keeps_the_whole_drawing_and_lets_nothing_bleed():
    rgba = np.zeros((60, 40, 4), np.uint8)
    rgba[..., :3] = (0, 255, 0)
    rgba[4:-4, 4:-4] = (255, 0, 0, 255)
    for seed in range(12):
        made = turned(rgba, np.random.default_rng(seed))
        seen = made[..., 3] > 128
        assert seen.sum() == pytest.approx(52 * 32, rel=0.2)
        assert (made[seen][:, 0] > 200).all()


def test_cutting_leaves_what_is_seen():
    rgba = np.zeros((128, 128, 4), np.uint8)
    rgba[20:50, 30:100] = 255
    assert cut(rgba).shape == (30, 70, 4)
    assert cut(np.zeros((9, 9, 4), np.uint8)).shape == (9, 9, 4)
    assert fit(cut(rgba), 35, 90) == (35, 15)


@pytest.mark.parametrize(
    "box", [Box(-40, -40, 60, 60), Box(110, 110, 60, 60), Box(200, 0, 30, 30), Box(30, 30, 40, 40)]
)
def test_what_is_beyond_the_edge_is_lost_without_an_error(box):
    behind = np.zeros((128, 128, 3), np.float32)
    pasted(behind, np.full((20, 20, 4), 255, np.uint8), box)
    inside = max(0, min(128, box.right) - max(0, box.left)) * max(0, min(128, box.bottom) - max(0, box.top))
    assert (behind > 250).all(-1).sum() == pytest.approx(inside, rel=0.01)


def test_the_tints_are_apart_from_each_other():
    colours = np.array(list(TINTS.values()))
    apart = np.abs(colours[:, None] - colours[None]).sum(-1) + 999 * np.eye(len(colours))
    assert apart.min() > 90
    assert tints.TINTS.keys() >= {"red", "green", "blue"}
