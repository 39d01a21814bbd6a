"""The estimates: what was measured is what is expected, scaled by area where nothing was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.engine.pace import Pace

SECONDS = st.floats(1e-3, 1e3)


def test_nothing_is_promised_before_something_was_measured():
    pace = Pace()
    assert pace.seconds("unet", 256) is None
    pace.record("vae", 256, 1.0)
    assert pace.seconds("unet", 256) is None
    assert pace.seconds("vae", 256) == 1.0


def test_other_sizes_are_scaled_by_area_from_the_nearest():
    pace = Pace()
    pace.record("unet", 100, 1.0)
    pace.record("unet", 1000, 30.0)
    assert pace.seconds("unet", 50) == 0.5
    assert pace.seconds("unet", 300) == 3.0
    assert pace.seconds("unet", 2000) == 60.0
    assert pace.seconds("unet", 1000) == 30.0


@given(usual=SECONDS, odd=SECONDS, when=st.integers(0, 3))
def test_one_odd_time_among_four_does_not_count(usual, odd, when):
    """A cold first call once made a fast machine a slow one for good."""
    pace = Pace()
    for i in range(4):
        pace.record("unet", 64, max(usual, odd) if i == when else usual)
    assert pace.seconds("unet", 64) == usual


@given(times=st.lists(SECONDS, min_size=1, max_size=30))
def test_an_estimate_is_never_outside_of_what_was_measured(times):
    pace = Pace()
    for seconds in times:
        pace.record("vae", 64, seconds)
    assert min(times) * 0.999 <= pace.seconds("vae", 64) <= max(times) * 1.001


def test_estimates_follow_a_device_that_got_slower():
    pace = Pace()
    pace.record("unet", 64, 1.0)
    for _ in range(3):
        pace.record("unet", 64, 2.0)
    assert pace.seconds("unet", 64) == 2.0


def test_a_call_of_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError):
        Pace().seconds("text", 64)
