"""Noise by its properties: seeds mean the same numbers everywhere, and what lies between them is noise too."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.space.noise import Noise, circle, travel

SHAPE = (4, 32, 32)


def draws(noise: Noise, count: int = 3) -> list[torch.Tensor]:
    stream = noise.draws(SHAPE)
    return [next(stream) for _ in range(count)]


def test_a_seed_is_what_diffusers_draws_from_it():
    generator = torch.Generator("cpu").manual_seed(12345)
    expected = [torch.randn((1, *SHAPE), generator=generator)[0] for _ in range(3)]
    for ours, theirs in zip(draws(Noise.of(12345)), expected, strict=True):
        assert torch.equal(ours, theirs)


def test_the_ends_of_the_arc_are_the_seeds_in_every_draw():
    for t, seed in ((0, 1), (1, 2), (1.0, 2)):
        for ours, theirs in zip(draws(travel(1, 2, t, SHAPE)), draws(Noise.of(seed)), strict=True):
            assert torch.equal(ours, theirs)


@given(t=st.floats(0, 1), a=st.integers(0, 2**32 - 1), b=st.integers(0, 2**32 - 1))
def test_between_two_seeds_the_variance_stays_one(t, a, b):
    for draw in draws(travel(a, b, t, SHAPE)):
        assert draw.std() == pytest.approx(1, abs=0.06)
        assert draw.mean() == pytest.approx(0, abs=0.08)


def test_a_seed_to_itself_does_not_move():
    assert travel(7, 7, 0.4, SHAPE) == Noise.of(7)


@given(angle=st.floats(0, 2 * math.pi), radius=st.floats(0.01, 1), seed=st.integers(0, 2**32 - 1))
def test_a_circle_is_noise_all_the_way_round(angle, radius, seed):
    noise = circle(seed, angle, radius)
    assert sum(weight**2 for _, weight in noise.terms) == pytest.approx(1)
    assert len({seed for seed, _ in noise.terms}) == len(noise.terms)
    assert noise.latents(SHAPE).std() == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("radius", [0.1, 0.5, 1])
def test_the_step_over_the_seam_is_as_large_as_the_others(radius):
    frames = [circle(0, 2 * math.pi * i / 12, radius).latents(SHAPE) for i in range(12)]
    steps = [float((frames[i] - frames[i - 1]).norm()) for i in range(12)]
    assert steps == pytest.approx([steps[0]] * 12, rel=0.05)


def test_a_great_circle_starts_at_the_seed_and_a_small_one_stays_near_it():
    own = Noise.of(4).latents(SHAPE)
    torch.testing.assert_close(circle(4, 0.0).latents(SHAPE), own)
    near = circle(4, 2.0, radius=0.2).latents(SHAPE)
    assert torch.nn.functional.cosine_similarity(near.flatten(), own.flatten(), dim=0) > 0.95
