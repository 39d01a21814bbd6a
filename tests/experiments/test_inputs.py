"""Every kind of input takes what it says it takes and refuses the rest by name, value and bounds."""

import contextlib
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.experiments import registry
from explorer.experiments.inputs import Choice, InputError, Integer, Numbers, Prompt, Prompts, Real, Seeds
from explorer.ui.text import say

KINDS = {
    "frames": Integer("", low=2, high=300),
    "width": Integer("", low=32, high=1536, step=32),
    "guidance": Real("", low=0, high=30),
    "loop": Choice("", options=("open", "closed")),
    "prompt": Prompt("", max_length=100),
    "prompts": Prompts("", low=2, high=8, max_length=100),
    "seeds": Seeds(""),
    "scales": Numbers("", low=0, high=30),
}


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("frames", 2, 2),
        ("frames", 300.0, 300),
        ("frames", "24", 24),
        ("width", 96, 96),
        ("guidance", 0, 0.0),
        ("guidance", "7.5", 7.5),
        ("loop", "closed", "closed"),
        ("prompt", "", ""),
        ("prompt", "猫 🐈 ${x} <img onerror>", "猫 🐈 ${x} <img onerror>"),
        ("prompts", ["a", "b"], ("a", "b")),
        ("seeds", "7, 8", (7, 8)),
        ("seeds", "", ()),
        ("seeds", [0, 2**32 - 1], (0, 2**32 - 1)),
        ("seeds", "7, 10..12", (7, 10, 11, 12)),
        ("scales", "0.25, 0.5, 1", (0.25, 0.5, 1.0)),
        ("scales", "1..2:0.25", (1.0, 1.25, 1.5, 1.75, 2.0)),
        ("scales", ["0.5", "2..4"], (0.5, 2.0, 3.0, 4.0)),
        ("scales", "0.25 0.5  1", (0.25, 0.5, 1.0)),
        ("scales", " 1, 2;3，4 、5 .. 7 : 2 ", (1.0, 2.0, 3.0, 4.0, 5.0, 7.0)),
        ("scales", "3..1", (3.0, 2.0, 1.0)),
        ("scales", "2..1:0.25", (2.0, 1.75, 1.5, 1.25, 1.0)),
        ("seeds", "9..7 7", (9, 8, 7, 7)),
        ("scales", [20, 1, 20], (20.0, 1.0, 20.0)),
    ],
)
def test_taken(name, given, value):
    assert KINDS[name].check(name, given) == value
    assert type(KINDS[name].check(name, given)) is type(value)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *[("frames", value) for value in (0, 1, 301, 10_000, -5, 2.5, None, "many", True, math.nan, math.inf, [3])],
        *[("width", value) for value in (0, 31, 33, 2048)],
        *[("guidance", value) for value in (-0.1, 30.1, math.nan, math.inf, None, "strong", False)],
        *[("loop", value) for value in ("", "OPEN", None, 3, ["open"])],
        *[("prompt", value) for value in (None, 3, "x" * 101, ["a"])],
        *[("prompts", value) for value in ([], ["a"], ["a"] * 9, ["a", ""], ["a", "  "], ["a", 3], "ab", None)],
        *[("seeds", value) for value in ("x", "1.5", "-1", "1,,2,x", [2**32], list(range(9)), 7, None, "1..9", [True])],
        *[
            ("scales", value)
            for value in ("", [], "1, 2,, x", "31", "-1", "nan", "inf", "1..2:0", "1..30:0.0001", "30..1:0.0001")
        ],
        *[("scales", value) for value in ("1..", "..", "1..2..3", "1..2:x", None, 4, [1] * 65)],
    ],
)
def test_refused_by_name_value_and_bounds(name, given):
    with pytest.raises(InputError) as caught:
        KINDS[name].check(name, given)
    assert caught.value.field == name
    assert str(caught.value).startswith(f"{name} = ")
    assert KINDS[name].allowed in str(caught.value)


@pytest.mark.parametrize(
    ("name", "given", "words", "at"),
    [
        ("prompts", ["a", " ", "b"], "Prompt 2 is empty", 1),
        ("prompts", ["a"], "Prompt 2 is empty", 1),
        ("prompts", [], "Prompt 1 is empty", 0),
        ("prompts", ["a"] * 9, "", 0),
        ("prompts", ["a", 3], "", 0),
        ("scales", "1, x, 31", "“x” is no number, and no range of at most 64 such as 6..9 or 1..3:0.5", 0),
        ("scales", "1 5..", "“5..” is no number, and no range of at most 64 such as 6..9 or 1..3:0.5", 0),
        ("scales", "1, 31, x", "31 is not from 0 to 30", 0),
        ("scales", "", "Here must be a number", 0),
        ("seeds", "1 1.5", "1.5 is no whole number", 0),
        ("seeds", "1..5 1..5", "That are 10 numbers, and 8 is the most", 0),
        ("frames", 1, "", 0),
    ],
)
def test_what_is_wrong_is_said_in_words_for_its_field(name, given, words, at):
    with pytest.raises(InputError) as caught:
        KINDS[name].check(name, given)
    assert (caught.value.wrong, caught.value.at) == (words, at)
    if words:
        assert re.search("[\u4e00-\u9fff]", say(caught.value.wrong, "zh"))


@pytest.mark.parametrize(
    ("given", "others"),
    [([], [1]), ([" ", "a", ""], [2]), (["a", ""], []), (["a"], []), (["("], []), ("a", []), (None, [])],
)
def test_the_other_prompts_that_are_empty_are_told_too(given, others):
    with pytest.raises(InputError) as caught:
        KINDS["prompts"].check("prompts", given)
    assert list(caught.value.others) == [(f"Prompt {i + 1} is empty", i) for i in others]


def test_more_prompts_than_have_names_are_refused_and_an_empty_one_among_them_is_no_crash():
    with pytest.raises(InputError, match="exactly 4 prompts"):
        registry()["prompt-grid"](prompts=["a", "b", "c", "d", ""])


@pytest.mark.parametrize("experiment", registry().values(), ids=registry())
def test_what_a_choice_hides_goes_by_an_option_that_it_has(experiment):
    inputs = experiment.inputs()
    for declared in inputs.values():
        if declared.only_with is not None:
            choice, options = declared.only_with
            assert set(options) < set(inputs[choice].options)


@given(value=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text())))
def test_nothing_but_the_named_error_comes_out(value):
    for name, kind in KINDS.items():
        with contextlib.suppress(InputError):
            accepted = kind.check(name, value)
            assert kind.check(name, accepted) == accepted


def test_a_long_value_is_shortened_in_the_error():
    with pytest.raises(InputError) as caught:
        KINDS["loop"].check("loop", "x" * 100_000)
    assert len(str(caught.value)) < 200


def test_only_optional_inputs_may_be_none():
    assert Integer("", optional=True).check("steps", None) is None
    with pytest.raises(InputError):
        Integer("").check("steps", None)
