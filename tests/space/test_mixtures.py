"""Prompts that are mixtures of prompts: written, read, and what they mean."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.space.mixtures import DEEPEST, MOST, Mixture, between, mixture, percents, problem, prompts_of, told
from explorer.space.points import Conditioning

CAT_TO_DOG = '("a cat", "a dog").slerp(0.25)'
PROMPTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
SHARES = st.floats(0, 1).filter(lambda t: 0 < t < 1)


def mixtures(deepest: int = 2) -> st.SearchStrategy[Mixture]:
    parts = PROMPTS if deepest == 0 else PROMPTS | mixtures(deepest - 1)
    slerps = st.builds(lambda a, b, t: Mixture((a, b), (1 - t, t), "slerp"), parts, parts, st.floats(0, 1))
    weights = st.floats(0.001, 1000)
    blends = st.lists(st.tuples(parts, weights), min_size=2, max_size=3).map(
        lambda pairs: Mixture(tuple(p for p, _ in pairs), tuple(w for _, w in pairs), "lerp")
    )
    return slerps | blends


def encode(prompt: str) -> Conditioning:
    generator = torch.Generator().manual_seed(sum(prompt.encode()))
    return Conditioning(torch.randn(3, 4, generator=generator), torch.randn(5, generator=generator))


@given(mixtures())
def test_what_is_written_is_read_back(whole):
    if len(list(whole.prompts())) <= MOST:
        assert mixture(str(whole)) == whole


@pytest.mark.parametrize(
    "text", ["", "a cat", "(a cat)", "(masterpiece), a cat (1.2)", 'a "cat".slerp(0.5)', "f(x).blend"]
)
def test_any_other_text_is_a_prompt(text):
    assert mixture(text) is None
    assert (prompts_of(text), told(text)) == ((text,), text)


@pytest.mark.parametrize(
    "text",
    [
        '("a", "b").slerp(1.5)',
        '("a", "b").slerp(0.5, 0.5)',
        '("a", "b", "c").slerp(0.5)',
        '("a").blend(1)',
        '("a", "b").blend(1)',
        '("a", "b").blend(0, 0)',
        '("a", "b").blend(1, -1)',
        '("a", " ").blend(1, 1)',
        '("a", "\\ud800").blend(1, 1)',
        "(a, b).blend(1, 1)",
        '("a" "b").blend(1, 1)',
        '("a", "b",).blend(1, 1)',
        "(" * 99 + '"a", "b").slerp(0.5)' + ', "c").slerp(0.5)' * 98,
        "(" * 10_000 + ").blend(1)",
    ],
)
def test_one_that_is_written_otherwise_is_refused_in_words(text):
    with pytest.raises(ValueError, match="a mixture is written"):
        mixture(text)
    assert (prompts_of(text), told(text)) == ((text,), text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("(" + ", ".join(['"a"'] * (MOST + 1)) + ").blend(" + ", ".join("1" * (MOST + 1)) + ")", MOST + 1),
        ("(" * (DEEPEST + 1) + '"a", "b").slerp(0.5)' + ', "c").slerp(0.5)' * DEEPEST, DEEPEST + 2),
    ],
)
def test_one_that_is_too_large_is_refused_but_may_come_of_others(text, parts):
    with pytest.raises(ValueError, match="a mixture has at most"):
        mixture(text)
    assert "at most" in problem(between(text, "a cat", 0.5, "slerp"))
    assert len(prompts_of(between(text, "a cat", 0.5, "slerp"))) == parts + 1


@given(PROMPTS, PROMPTS, PROMPTS, SHARES, SHARES, st.sampled_from(["lerp", "slerp"]))
def test_between_is_the_very_place_to_the_bit(a, b, c, t, u, how):
    text = between(between(a, b, t, how), c, u, how)
    wanted = encode(a).toward(encode(b), t, how).toward(encode(c), u, how)
    assert mixture(text).conditioning(encode).digest == wanted.digest


def test_at_its_ends_it_is_the_prompt_itself():
    assert [between("a cat", "a dog", t, "slerp") for t in (0, 0.25, 1)] == ["a cat", CAT_TO_DOG, "a dog"]
    assert between("a cat", "a dog", 0.8, "lerp") == '("a cat", "a dog").blend(0.2, 0.8)'


def test_weights_need_not_be_one_in_all():
    found = mixture('("a", "b", "c").blend(2, 1, 1)').conditioning(encode).prompt_embeds
    a, b, c = (encode(prompt).prompt_embeds for prompt in "abc")
    torch.testing.assert_close(found, (2 * a + b + c) / 4)


@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=9).filter(lambda weights: sum(weights) > 1e-6))
def test_percents_are_a_hundred_together_and_none_is_a_whole_one_off(weights):
    found = percents(weights)
    assert sum(found) == 100
    assert all(abs(part - 100 * weight / sum(weights)) < 1 for part, weight in zip(found, weights, strict=True))


def test_it_is_told_in_a_caption():
    assert told(CAT_TO_DOG) == "75% a cat + 25% a dog"
    assert told(between(CAT_TO_DOG, "a car", 0.5, "slerp")) == "50% (75% a cat + 25% a dog) + 50% a car"
