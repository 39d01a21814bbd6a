"""The report's wider questions: always the same, each with its right answer among its choices; spread of seeds."""

from __future__ import annotations

import numpy as np
import pytest

from training import spread, wider
from training.claims import Claim
from training.questions import frozen

CORE, COMMON = frozen().core, frozen().common


@pytest.fixture(scope="module")
def asked():
    return wider.questions(CORE, COMMON)


def test_every_line_is_asked_and_always_the_same(asked):
    assert list(asked) == list(wider.MIX_OF) == list(wider.ABOUT)
    assert {line: len(each) for line, each in asked.items()} == {
        "tint": 66, "both": 60, "bound": 60, "side": 60, "count": 60, "person": 40, "landscape": 60, "sky": 60,
    }  # fmt: skip
    assert asked == wider.questions(CORE, COMMON)


def test_the_prompt_says_what_is_right(asked):
    for line in ("tint", "bound", "side", "count", "landscape", "sky"):
        for question in asked[line]:
            assert [question.choices[place] for place in question.right] == [question.prompt]
            assert len(set(question.choices)) == len(question.choices)


def test_two_things_are_both_wanted_and_their_colours_have_four_ways(asked):
    for both, bound in zip(asked["both"], asked["bound"], strict=True):
        assert both.all_of
        assert all(both.choices[place].split(" ", 1)[-1] in both.prompt for place in both.right)
        assert len(bound.choices) == 4
    assert asked["side"][0].chance(1) == pytest.approx(0.5)
    assert asked["count"][0].chance(1) == pytest.approx(0.25)


def test_people_are_right_whoever_they_are_taken_for(asked):
    question = asked["person"][0]
    assert len(question.right) == len(wider.PEOPLE) == 40
    assert len(question.choices) == 40 + len(CORE)


@pytest.mark.parametrize(
    ("line", "claim"),
    [
        ("tint", Claim("cat")),
        ("tint", Claim("cat", tint="red", style="watercolor")),
        ("both", Claim("cat", other="cat", relation="beside")),
        ("both", Claim("cat", other="windmill", relation="beside")),
        ("bound", Claim("cat", tint="red", other="dog", other_tint="red", relation="on")),
        ("side", Claim("cat", other="dog", relation="on")),
        ("count", Claim("cat")),
        ("person", Claim("cat")),
        ("landscape", Claim("mountains")),
    ],
)
def test_what_shows_nothing_of_the_kind_is_not_asked(line, claim):
    assert wider.about(line, claim, CORE) is None


class Seeing:
    """Stands in for the judge: a picture's first two values are where it is seen."""

    def see(self, pictures):
        angle = pictures[:, 0, 0, 0].astype(float) / 100
        return np.stack([np.cos(angle), np.sin(angle)], 1)

    def read(self, texts):
        return np.array([[1.0, 0.0] if "cat" in text else [0.0, 1.0] for text in texts])


def shown(*values: int) -> np.ndarray:
    return np.array(values, np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 3), np.uint8)


def test_spread_counts_only_pictures_of_the_subject():
    told = spread.spread({"cat": shown(0, 20, 150)}, Seeing(), ["cat", "dog"])
    assert told == {"degrees": pytest.approx(np.degrees(0.2), abs=0.01), "pixels": 20.0, "counted": 2, "of": 3}
    none = spread.spread({"cat": shown(0, 150, 150)}, Seeing(), ["cat", "dog"])
    assert (none["degrees"], none["counted"]) == (None, 1)
