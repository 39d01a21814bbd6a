"""Pokes: what they leave alone, their exact ends, and the spread of what they mix."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from explorer.space.pokes import faded, mixed, noised, scaled, swapped

CHANNELS = 4


def latents(seed: int, side: int = 6) -> Tensor:
    return torch.randn(CHANNELS, side, side, generator=torch.Generator().manual_seed(seed))


seeds = st.integers(0, 999)
channels = st.integers(0, CHANNELS - 1)
amounts = st.floats(-3, 3, allow_nan=False)


@given(seeds, channels, channels)
def test_each_has_an_amount_that_leaves_the_latents_as_they_were(seed, channel, other):
    start, else_ = latents(seed), latents(seed + 1)
    untouched = [
        scaled(start, 1),
        noised(start, 0, else_),
        faded(start, 0, channel),
        swapped(start, 0, channel, other),
        mixed(start, 0, else_),
    ]
    for same in untouched:
        assert torch.equal(same, start)


@given(seeds, amounts, channels, channels)
def test_none_changes_what_it_was_given_and_all_keep_the_shape(seed, amount, channel, other):
    start, before, else_ = latents(seed), latents(seed), latents(seed + 1)
    poked = [
        scaled(start, amount),
        noised(start, min(abs(amount), 1), else_),
        faded(start, amount, channel),
        swapped(start, amount, channel, other),
        mixed(start, amount, else_),
    ]
    assert torch.equal(start, before)
    assert torch.equal(else_, latents(seed + 1))
    assert all(each.shape == start.shape for each in poked)


@given(seeds, amounts)
def test_scaling_is_of_every_number(seed, amount):
    assert torch.equal(scaled(latents(seed), amount), latents(seed) * amount)
    assert not scaled(latents(seed), 0).any()


@given(seeds, channels)
def test_blanking_zeroes_one_channel_and_no_other(seed, channel):
    start, blanked = latents(seed), faded(latents(seed), 1, channel)
    assert not blanked[channel].any()
    rest = [i for i in range(CHANNELS) if i != channel]
    assert torch.equal(blanked[rest], start[rest])
    assert torch.equal(faded(start, 2, channel)[channel], -start[channel])


@given(seeds, channels, channels)
def test_swapping_exchanges_two_and_twice_is_as_before(seed, channel, other):
    start = latents(seed)
    once = swapped(start, 1, channel, other)
    assert torch.equal(once[channel], start[other])
    assert torch.equal(once[other], start[channel])
    rest = [i for i in range(CHANNELS) if i not in (channel, other)]
    assert torch.equal(once[rest], start[rest])
    assert torch.equal(swapped(once, 1, channel, other), start)


@given(seeds, channels, channels)
def test_half_a_swap_makes_the_two_channels_equal(seed, channel, other):
    half = swapped(latents(seed), 0.5, channel, other)
    torch.testing.assert_close(half[channel], half[other])


@given(seeds)
def test_a_mix_ends_exactly_at_the_other_and_lies_between(seed):
    start, other = latents(seed), latents(seed + 1)
    assert torch.equal(mixed(start, 1, other), other)
    torch.testing.assert_close(mixed(start, 0.25, other), 0.75 * start + 0.25 * other)
    torch.testing.assert_close(mixed(start, 2, other), 2 * other - start)


@given(st.floats(0, 1))
def test_noise_keeps_unit_variance(amount):
    """Of 65,536 numbers the standard deviation is known to 0.003: 0.02 is seven times that."""
    start, noise = latents(1, side=128), latents(2, side=128)
    assert abs(float(noised(start, amount, noise).std()) - 1) < 0.02


@given(seeds)
def test_noise_ends_exactly_at_itself(seed):
    assert torch.equal(noised(latents(seed), 1, latents(seed + 1)), latents(seed + 1))


@pytest.mark.parametrize("amount", [-0.1, 1.1])
def test_noise_beyond_all_is_refused(amount):
    with pytest.raises(ValueError, match=f"amount = {amount} is not allowed: a number from 0 to 1"):
        noised(latents(0), amount, latents(1))
