"""Pacing: a warp of a film's time that keeps its ends and stops, and steps of equal change."""

from itertools import accumulate, combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.space.pacing import WORST, Reached, Route, chosen, denser, even, halved, paced, placed
from explorer.space.paths import stops

SPACINGS = st.lists(st.floats(0, 1), max_size=20).map(sorted).map(tuple)
ROUTES = st.builds(lambda legs, frames: Route(legs, legs * (frames - 1)), st.integers(1, 8), st.integers(2, 30))


@given(SPACINGS, st.floats(0, 1), st.floats(0, 1))
def test_the_way_does_not_fall_and_has_both_ends(spacing, one, other):
    assert (paced(0, spacing), paced(1, spacing)) == (0, 1)
    low, high = sorted((one, other))
    assert paced(low, spacing) <= paced(high, spacing) + 1e-12


@given(ROUTES)
def test_without_numbers_frames_stand_evenly(route):
    times = [route.legs * step / route.steps for step in range(route.steps + 1)]
    assert placed(times, route.legs, ()) == pytest.approx(times, abs=1e-11)


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=9).map(sorted))
def test_a_film_of_as_many_frames_has_them_at_the_numbers(thousandths):
    spacing = [number / 1000 for number in thousandths]
    steps = len(spacing) + 1
    assert placed([step / steps for step in range(steps + 1)], 1, spacing) == [0, *spacing, 1]


@given(ROUTES, SPACINGS)
def test_twice_as_fine_keeps_every_frame(route, spacing):
    frames = route.steps // route.legs + 1
    coarse, fine = (placed(stops(n, route.legs, False), route.legs, spacing) for n in (frames, 2 * frames - 1))
    assert fine[::2] == pytest.approx(coarse, abs=1e-11)


@given(ROUTES, st.data())
def test_even_steps_change_as_much_and_every_stop_stays_a_frame(route, data):
    places = [number / 8 for number in range(8 * route.legs + 1)]
    changes = data.draw(st.lists(st.floats(0.01, 1), min_size=len(places) - 1, max_size=len(places) - 1))
    spacing = even(places, changes, route)
    assert len(spacing) == route.steps - 1
    times = [route.legs * step / route.steps for step in range(route.steps + 1)]
    frames = placed(times, route.legs, spacing)
    assert set(range(route.legs + 1)) <= set(frames)

    behind = [0, *accumulate(changes)]
    for leg in range(route.legs):
        inside = [frame for frame in frames if leg <= frame <= leg + 1]
        first, last = behind[8 * leg], behind[8 * leg + 8]
        for step, frame in enumerate(inside[1:-1], 1):
            gap = min(int(8 * frame), len(changes) - 1)
            wanted = first + (last - first) * step / (len(inside) - 1)
            slack = 1e-3 * route.legs  # of numbers of five digits
            assert behind[gap] - slack <= wanted <= behind[gap + 1] + slack


@given(st.integers(1, 3), st.integers(1, 4), st.integers(0, 3), st.data())
def test_the_chosen_places_are_the_most_even_of_all_that_have_the_stops(legs, frames, spare, data):
    between = data.draw(
        st.sets(
            st.integers(1, 100 * legs - 1).filter(lambda n: n % 100), min_size=frames + spare, max_size=frames + spare
        )
    )
    places = sorted([*range(legs + 1), *(number / 100 for number in between)])
    values = data.draw(st.lists(st.floats(0, 1), min_size=len(places), max_size=len(places)))
    route = Route(legs, legs + frames)

    def worst(numbers):
        return sum(abs(values[i] - values[j]) ** WORST for i, j in pairwise(numbers))

    spacing = chosen(places, lambda i, j: abs(values[i] - values[j]), route)
    times = [legs * step / route.steps for step in range(route.steps + 1)]
    found = [places.index(place) for place in placed(times, legs, spacing)]
    stops = [places.index(leg) for leg in range(legs + 1)]
    others = [number for number in range(len(places)) if number not in stops]
    best = min(worst(sorted([*stops, *some])) for some in combinations(others, frames))
    assert set(stops) <= set(found)
    assert worst(found) == pytest.approx(best, abs=1e-12)


def test_fewer_places_than_frames_are_refused():
    with pytest.raises(ValueError, match="2 places are too few for 3 frames"):
        chosen([0, 1], lambda i, j: 1.0, Route(1, 2))


def test_where_all_changes_alike_nothing_moves():
    assert even([0, 0.25, 0.5, 1], [1, 1, 2], Route(1, 8)) == tuple(step / 8 for step in range(1, 8))


def test_of_a_gap_more_changes_beside_the_neighbour_that_changes_more():
    (middle,) = even([0, 0.4, 0.6, 1], [1, 2, 9], Route(1, 2))
    assert 0.6 < middle < 0.6 + 0.4 * 3 / 9 + 0.05
    curve = Reached([0, 0.4, 0.6, 1], [0, 1, 3, 12])
    assert curve.place(2) > 0.5, "half of the second gap's change lies behind later than at its middle"


def test_a_leg_that_changes_more_has_more_of_the_steps():
    spacing = even([0, 0.5, 1, 1.5, 2], [3, 3, 1, 1], Route(2, 8))
    assert [number * 2 for number in spacing].index(1) == 5  # six steps, then two


def test_where_nothing_changes_there_is_nothing_to_space():
    assert even([0, 1, 2], [0, 0], Route(2, 6)) == ()


def test_a_leg_that_stands_still_is_even_within():
    assert even([0, 1, 2], [1, 0], Route(2, 4)) == pytest.approx((1 / 6, 1 / 3, 1 / 2), abs=1e-5)


def test_fewer_steps_than_stops_are_refused():
    with pytest.raises(ValueError, match="1 steps do not reach 2 stops"):
        even([0, 1, 2], [1, 1], Route(2, 1))


@given(ROUTES, SPACINGS, st.floats(0, 1))
def test_more_frames_in_one_step_leave_all_others_where_they_are(route, spacing, part):
    frames, legs = route.steps // route.legs + 1, route.legs
    before = placed(stops(frames, legs, False), legs, spacing)
    finer = denser(spacing, route, part * legs)
    after = placed(stops(frames + 1, legs, False), legs, finer)
    assert len(after) == len(before) + legs
    without = [[*after[:start], *after[start + legs :]] for start in range(1, len(before))]
    assert any(rest == pytest.approx(before, abs=1e-11) for rest in without)


def test_more_frames_halve_the_step_of_a_film_of_two_prompts():
    assert denser((), Route(1, 4), 0.6) == (0.25, 0.5, 0.625, 0.75)
    assert denser((0.1, 0.2), Route(1, 3), 1.0) == (0.1, 0.2, 0.6)
    with pytest.raises(ValueError, match=r"place = 1\.5 is not on the route: it goes from 0 to 1"):
        denser((), Route(1, 4), 1.5)


def test_the_gap_that_changes_most_is_halved_next_and_the_finest_last():
    places = [0, 0.5, 0.75, 1]
    assert halved(places, [1, 2, 1], 0.1) == 1
    assert halved(places, [1, 2, 1], 0.25) == 0
    assert halved(places, [0, 0, 0], 0.1) == 0
