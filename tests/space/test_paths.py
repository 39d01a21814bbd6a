"""Paths by their properties: ends, norms, closure, order."""

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.space.paths import (
    EASINGS,
    INTERPOLATIONS,
    along,
    coarse_to_fine,
    coarse_to_fine_sheet,
    lerp,
    segment,
    slerp,
    stops,
)

UNIT = st.floats(0, 1)


def pair(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, 7, 16, generator=generator).unbind(0)


@pytest.mark.parametrize("path", INTERPOLATIONS.values(), ids=INTERPOLATIONS)
def test_ends_are_the_very_tensors(path):
    a, b = pair()
    assert path(a, b, 0) is a
    assert path(a, b, 1) is b
    assert path(a, b, 1.0) is b


@given(t=UNIT, seed=st.integers(0, 50))
def test_slerp_changes_each_norm_evenly(t, seed):
    a, b = pair(seed)
    expected = torch.lerp(a.norm(dim=-1), b.norm(dim=-1), t)
    torch.testing.assert_close(slerp(a, b, t).norm(dim=-1), expected, rtol=1e-4, atol=1e-5)


@given(t=st.floats(0.01, 0.99))
def test_slerp_divides_the_angle(t):
    a, b = pair()
    between = slerp(a, b, t)
    whole = torch.acos(torch.nn.functional.cosine_similarity(a, b, dim=-1))
    part = torch.acos(torch.nn.functional.cosine_similarity(a, between, dim=-1))
    torch.testing.assert_close(part, t * whole, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("other", [lambda a: a, lambda a: 2 * a, torch.zeros_like, lambda a: -a])
def test_slerp_stays_finite_where_there_is_no_arc(other):
    a, _ = pair()
    assert slerp(a, other(a), 0.3).isfinite().all()


def test_slerp_of_one_direction_is_the_straight_line():
    a, _ = pair()
    torch.testing.assert_close(slerp(a, 3 * a, 0.25), lerp(a, 3 * a, 0.25), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("easing", EASINGS.values(), ids=EASINGS)
def test_easings_have_fixed_ends_and_never_go_back(easing):
    values = [easing(i / 100) for i in range(101)]
    assert (values[0], values[-1]) == (0, 1)
    assert values == sorted(values)


@given(frames=st.integers(2, 40), segments=st.integers(1, 8))
def test_an_open_route_meets_both_ends_and_every_prompt(frames, segments):
    route = stops(frames, segments, closed=False)
    assert len(route) == segments * (frames - 1) + 1
    assert set(range(segments + 1)) <= set(route)
    assert route == sorted(set(route))


@given(frames=st.integers(2, 40), segments=st.integers(2, 8))
def test_a_closed_route_does_not_show_its_start_twice(frames, segments):
    assert stops(frames, segments, closed=True) == stops(frames, segments, closed=False)[:-1]


@given(frames=st.integers(2, 60), segments=st.integers(1, 8))
def test_refining_keeps_every_stop(frames, segments):
    assert set(stops(frames, segments, False)) <= set(stops(2 * frames - 1, segments, False))


@given(frames=st.integers(2, 60), segments=st.integers(2, 8))
def test_a_part_of_the_way_is_the_same_number_in_every_segment(frames, segments):
    places = [segment(t, segments) for t in stops(frames, segments, closed=False)[:-1]]
    first = [t for index, t in places if index == 0]
    for number in range(1, segments):
        assert [t for index, t in places if index == number] == first


def test_a_place_off_the_route_is_refused_by_number():
    assert segment(2, 2) == (1, 1.0)
    with pytest.raises(ValueError, match=r"t = 2.5 .* from 0 to 2"):
        segment(2.5, 2)


@given(count=st.integers(0, 400))
def test_coarse_to_fine_is_a_permutation(count):
    assert sorted(coarse_to_fine(count)) == list(range(count))


@given(count=st.integers(3, 400))
def test_coarse_to_fine_halves_the_gaps(count):
    seen = sorted(coarse_to_fine(count)[:5])
    assert coarse_to_fine(count)[:3] == [0, count - 1, (count - 1) // 2]
    assert max(b - a for a, b in itertools.pairwise(seen)) <= math.ceil((count - 1) / 2)


@given(side=st.integers(0, 20))
def test_a_sheets_order_is_a_permutation(side):
    assert sorted(coarse_to_fine_sheet(side * side)) == list(range(side * side))


@pytest.mark.parametrize("side", range(2, 13))
def test_a_sheet_begins_with_its_corners_and_is_spread_whenever_one_looks(side):
    """After (2^n + 1)^2 cells none of the sheet is farther from a rendered one than half a gap of the n-th halving."""
    order, cells = coarse_to_fine_sheet(side * side), list(itertools.product(range(side), repeat=2))
    assert set(order[:4]) == {0, side - 1, side * (side - 1), side * side - 1}
    for count in range(4, side * side + 1):
        there = [divmod(i, side) for i in order[:count]]
        halvings = int(math.log2(math.isqrt(count) - 1))
        farthest = max(min(max(abs(r - x), abs(c - y)) for x, y in there) for r, c in cells)
        assert farthest <= math.ceil(math.ceil((side - 1) / 2**halvings) / 2)


def test_a_sheet_is_square():
    with pytest.raises(ValueError, match="count = 12 cells are no square sheet"):
        coarse_to_fine_sheet(12)


PLACE = st.tuples(UNIT, UNIT)


@given(corners=st.lists(PLACE, min_size=2, max_size=30), count=st.integers(2, 300))
def test_places_along_a_line_are_evenly_spaced_on_it_from_end_to_end(corners, count):
    length = sum(math.dist(a, b) for a, b in itertools.pairwise(corners))
    if not length:
        with pytest.raises(ValueError, match="no line"):
            along(corners, count)
        return
    places = along(corners, count)
    assert (len(places), places[0], places[-1]) == (count, corners[0], corners[-1])
    assert all(0 <= t <= 1 for place in places for t in place)
    for a, b in itertools.pairwise(places):
        assert math.dist(a, b) <= length / (count - 1) + 1e-9  # the way between them may have a bend


def test_along_a_bent_line_they_keep_its_bends():
    bent = [(0, 0), (0.5, 0.5), (0.5, 0.5), (1, 0)]
    assert along(bent, 5) == [(0, 0), (0.25, 0.25), (0.5, 0.5), (0.75, 0.25), (1, 0)]
