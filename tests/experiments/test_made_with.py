"""The model that settings were made with: named without anybody's folders, and its size brought to the one here."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from explorer.engine.fake import FakeNetworks
from explorer.experiments.base import Experiment
from explorer.experiments.made_with import FAR, SUITS, MadeWith, is_far, nearest_size, suited

SMALL = SimpleNamespace(width=128, height=128)
ALLOWED = range(32, 1537, 32)
HERE = MadeWith("pocket", "0123abcd")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ({"name": "pocket", "signature": "0123abcd4567|torch.float32|x"}, HERE),
        ({"name": "/home/ann/models/ink v2.safetensors"}, MadeWith("ink v2.safetensors")),
        ({"name": "C:\\ann\\ink.ckpt", "signature": 7}, MadeWith("ink.ckpt")),
        ({"name": "stabilityai/sdxl/", "signature": ""}, MadeWith("sdxl")),
        ({"name": " "}, None),
        ({"name": ["x"]}, None),
        ("pocket", None),
        (None, None),
    ],
)
def test_a_record_says_which_model_it_was(model, expected):
    assert MadeWith.of(model) == expected


def test_networks_name_themselves():
    assert MadeWith.running(FakeNetworks()) == MadeWith("fake", "fake")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (HERE, []),
        (MadeWith("pocket"), []),  # older links and records do not say which weights
        (MadeWith("Pocket.safetensors", "0123abcd"), []),
        (MadeWith("models/of/mine", "0123abcd"), []),  # the same weights under another name
        (MadeWith("sdxl", "4567cdef"), ["It was made with the model sdxl."]),
        (MadeWith("pocket", "ffffffff"), ["It was made with other weights of pocket, which draw other pictures."]),
    ],
)
def test_another_model_and_other_weights_are_told(model, said):
    assert model.remarks(HERE) == said


@pytest.mark.parametrize(
    ("size", "near"),
    [
        ((512, 768), (96, 160)),
        ((1024, 1024), (128, 128)),
        ((1344, 768), (160, 96)),
        ((2048, 512), (256, 64)),
        ((64, 64), (128, 128)),
        ((128, 192), (128, 192)),  # near enough
        ((128, 256), (128, 256)),
    ],
)
@pytest.mark.parametrize("kind", [int, str])
def test_a_size_is_brought_to_the_models_area_in_its_proportion(size, near, kind):
    given = {"width": kind(size[0]), "height": kind(size[1]), "seed": 7}
    settings, remarks = suited(given, SMALL)
    if near == size:
        assert (settings, remarks) == (given, [])
        return
    assert settings == {"width": near[0], "height": near[1], "seed": 7}
    assert remarks == [
        f"Its size, {size[0]} x {size[1]}, became {near[0]} x {near[1]}, which suits this model: "
        f"type {size[0]} and {size[1]} into Width and Height for the original."
    ]


@pytest.mark.parametrize(
    "size", [{}, {"width": "x"}, {"width": 0}, {"height": None}, {"width": "9" * 400}, {"width": -5}]
)
def test_without_a_size_nothing_changes(size):
    assert suited(size, SMALL) == (size, [])


@given(st.integers(32, 4096), st.integers(32, 4096), st.sampled_from([64, 128, 512, 1024]))
def test_the_nearest_size_is_allowed_and_lies_the_same_way(width, height, side):
    near = nearest_size(width, height, side * side)
    assert set(near) <= set(ALLOWED)
    if width > 2 * height:
        assert near[0] > near[1]
    if height > 2 * width:
        assert near[0] < near[1]
    assert Experiment(width=near[0], height=near[1])


@given(st.integers(32, 1536), st.integers(32, 1536))
def test_what_is_brought_near_suits(width, height):
    assume(max(width, height) <= 8 * min(width, height))
    settings, remarks = suited({"width": width, "height": height}, SMALL)
    ratio = settings["width"] * settings["height"] / 128**2
    assert bool(remarks) == (not 1 / SUITS <= width * height / 128**2 <= SUITS)
    assert 0.5 <= ratio <= 2


def test_far_is_more_than_four_times_the_area():
    assert not is_far({"width": 256, "height": 256}, SMALL)
    assert is_far({"width": "256", "height": 288}, SMALL)
    assert not is_far({"width": 4096}, SMALL)
    assert FAR == 4
