"""Points are equal exactly when their pictures must be."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.space.noise import Noise
from explorer.space.points import Conditioning, Point, digest


def conditioning(value: float, pooled: bool = False) -> Conditioning:
    return Conditioning(torch.full((77, 4), float(value)), torch.full((8,), float(value)) if pooled else None)


def point(**changes) -> Point:
    made = Point(conditioning(1), conditioning(0), torch.ones(4, 8, 8), Noise.of(1), 5.0)
    return dataclasses.replace(made, **changes)


def test_equal_tensors_are_equal_points():
    assert point().digest(20, False) == point().digest(20, False)
    assert point(conditioning=conditioning(1)).digest(20, False) == point().digest(20, False)


@pytest.mark.parametrize(
    "change",
    [
        {"conditioning": conditioning(2)},
        {"conditioning": conditioning(1, pooled=True)},
        {"negative_conditioning": conditioning(2)},
        {"latents": torch.zeros(4, 8, 8)},
        {"latents": torch.ones(4, 4, 16)},
        {"guidance_scale": 5.5},
        {"conditioning": conditioning(0), "negative_conditioning": conditioning(1)},
    ],
)
def test_what_changes_a_picture_changes_the_digest(change):
    assert point(**change).digest(20, False) != point().digest(20, False)


def test_what_has_no_part_in_the_picture_has_none_in_the_digest():
    at_one = point(guidance_scale=1), point(guidance_scale=1, negative_conditioning=conditioning(9))
    at_zero = point(guidance_scale=0), point(guidance_scale=0, conditioning=conditioning(9))
    for a, b in (at_one, at_zero):
        assert a.digest(20, False) == b.digest(20, False)
        assert len(a.sides) == 1
    assert at_one[0].digest(20, False) != at_zero[0].digest(20, False)


def test_the_noise_stream_counts_only_where_it_is_drawn_from():
    other = point(noise=Noise.of(2))
    assert other.digest(20, fresh_noise=False) == point().digest(20, fresh_noise=False)
    assert other.digest(20, fresh_noise=True) != point().digest(20, fresh_noise=True)


@pytest.mark.parametrize("how", ["lerp", "slerp"])
def test_conditionings_travel_with_their_pooled_part(how):
    a, b = conditioning(1, pooled=True), conditioning(3, pooled=True)
    middle = a.toward(b, 0.5, how)
    assert a.toward(b, 0, how) is a
    assert a.toward(b, 1, how) is b
    torch.testing.assert_close(middle.prompt_embeds, torch.full((77, 4), 2.0))
    torch.testing.assert_close(middle.pooled_prompt_embeds, torch.full((8,), 2.0))


def test_digest_keeps_its_parts_apart():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest(1) != digest(1.0)
    assert digest(None) != digest("None")


@given(st.floats(0, 1), st.integers(1, 150))
def test_strength_counts_steps_as_diffusers_does(strength, steps):
    started = point(init_latents=torch.ones(4, 8, 8), strength=strength)
    assert steps - started.first_step(steps) == int(steps * strength)
    assert point(strength=strength).first_step(steps) == 0  # without a picture there is nothing to start from


def test_a_picture_left_as_it_is_depends_on_nothing_else():
    left = {"init_latents": torch.ones(4, 8, 8), "strength": 0.0}
    assert point(**left).digest(20, True) == point(**left, guidance_scale=9.0, conditioning=conditioning(2)).digest(
        20, True
    )
    assert point(**left).digest(20, True) != point(init_latents=torch.zeros(4, 8, 8), strength=0.0).digest(20, True)


def test_strengths_of_as_many_steps_have_one_digest():
    a, b, c = (point(init_latents=torch.ones(4, 8, 8), strength=s).digest(10, False) for s in (0.5, 0.59, 0.6))
    assert a == b != c
