"""Backgrounds: right size and range, the same for the same generator, no two scenes alike."""

import numpy as np
import pytest

from training import scenes


def drawn(name: str, *seed: int) -> np.ndarray:
    return scenes.scene(name, np.random.default_rng(seed))


@pytest.mark.parametrize("name", scenes.SCENES)
def test_a_scene_is_another_one_with_another_generator_only(name):
    once, again, other = drawn(name, 1), drawn(name, 1), drawn(name, 2)
    assert once.shape == (128, 128, 3)
    assert once.dtype == np.float32
    assert once.min() >= 0
    assert once.max() <= 255
    assert np.array_equal(once, again)
    assert np.abs(once - other).mean() > 1


def test_scenes_are_told_apart_by_their_colours_alone():
    rows = {name: [small(drawn(name, 7, seed)) for seed in range(8)] for name in scenes.SCENES}
    means = {name: np.mean(seen, axis=0) for name, seen in rows.items()}
    right = [
        min(means, key=lambda other: np.abs(picture - means[other]).mean()) == name
        for name, seen in rows.items()
        for picture in seen
    ]
    assert np.mean(right) > 0.95


def small(picture: np.ndarray) -> np.ndarray:
    """A picture as 8 x 8 squares."""
    return picture.reshape(8, 16, 8, 16, 3).mean((1, 3))


@pytest.mark.parametrize("name", scenes.COLORS)
def test_a_plain_background_is_nearest_to_its_own_colour(name):
    for seed in range(5):
        shade = scenes.plain(name, np.random.default_rng(seed))
        assert shade.shape == (128, 128, 3)
        assert (shade == shade[0, 0]).all()
        nearest = min(scenes.COLORS, key=lambda other: np.abs(shade[0, 0] - scenes.COLORS[other]).sum())
        assert nearest == name


def test_every_scene_has_words_and_a_painter():
    assert set(scenes.PAINTERS) == set(scenes.SCENES)
    said = [phrase for phrases in scenes.SCENES.values() for phrase in phrases]
    assert len(set(said)) == len(said)
    with pytest.raises(KeyError):
        drawn("moon base", 1)
