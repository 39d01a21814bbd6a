import numpy as np
import pytest

from training import figures
from training.questions import Question


class Letters:
    """Stands in for the judge: pictures and texts are unit vectors of the letter they begin with."""

    def see(self, pictures):
        return np.eye(26, dtype=np.float32)[pictures]

    def read(self, texts):
        return np.eye(26, dtype=np.float32)[[ord(text[0]) - ord("a") for text in texts]]


ASKED = [Question("b", ("a", "b", "c"), (1,)), Question("x", ("a", "b", "c"), (0, 2))]


def test_the_rank_is_that_of_the_best_right_text():
    assert figures.ranks(Letters(), np.array([1, 2]), ASKED).tolist() == [1, 1]
    assert figures.ranks(Letters(), np.array([0, 1]), ASKED).tolist() == [2, 2]


def test_words_are_asked_without_a_picture():
    assert figures.ranks_of_words(Letters(), ASKED[:1]).tolist() == [1]


def test_a_share_has_wilsons_interval_and_the_chance_of_blind_guessing():
    found = figures.share(np.array([1] * 8 + [3] * 2), ASKED[:1] * 10, 1)
    assert (found["share"], found["of"]) == (0.8, 10)
    assert (found["low"], found["high"]) == (0.4902, 0.9433)  # Wilson's interval of 8 of 10, from any table
    assert found["chance"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures.share(np.array([3, 3]), ASKED, 3)["share"] == 1


def test_equal_pictures_are_infinitely_alike_and_twice_the_error_costs_6_decibels():
    grey = np.full((1, 8, 8, 3), 100, np.uint8)
    assert figures.decibels(grey, grey) == np.inf
    assert figures.decibels(grey, grey + 5) - figures.decibels(grey, grey + 10) == pytest.approx(6.02, abs=0.01)


def test_blurring_keeps_colours_and_loses_shapes():
    stripes = np.zeros((1, 128, 128, 3), np.uint8)
    stripes[:, :, ::2] = 200
    blobs = figures.blurred(stripes)
    assert blobs.shape == stripes.shape
    assert abs(blobs.astype(float).mean() - 100) < 3
    assert blobs.std() < 0.1 * stripes.std()


def test_an_even_film_is_1_and_a_single_jump_the_number_of_steps():
    ramp = (np.arange(9) * 10)[:, None, None, None] * np.ones((1, 4, 4, 3))
    jump = (np.arange(9) > 4)[:, None, None, None] * np.full((1, 4, 4, 3), 80)
    assert figures.unevenness(figures.pixel_steps(ramp.astype(np.uint8))) == pytest.approx(1)
    assert figures.unevenness(figures.pixel_steps(jump.astype(np.uint8))) == pytest.approx(8)
    assert figures.unevenness(np.zeros(8)) == 1
    told = figures.smoothness([ramp.astype(np.uint8), jump.astype(np.uint8)], figures.pixel_steps)
    assert told["unevenness"] == pytest.approx(4.5)
    assert (told["worst"], told["of"], len(told["curve"])) == (8, 2, 8)


def test_the_judges_steps_are_angles():
    assert figures.judged_steps(np.array([0, 0, 1]), Letters()).tolist() == [0, 90]
