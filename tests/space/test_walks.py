"""Ways around a conditioning by their properties: start, norms, even steps, closure, purity."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.space import walks
from explorer.space.points import Conditioning

TOKENS, WIDTH = 7, 64
SEEDS = st.integers(0, 2**32 - 1)
LENGTHS = st.floats(0.001, 5)


def text(seed: int = 0, pooled: bool = False) -> Conditioning:
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randn(TOKENS, WIDTH, generator=generator)
    return Conditioning(tokens, 3 * torch.randn(2 * WIDTH, generator=generator) if pooled else None)


OPEN = {
    "straight": lambda start, seed: walks.straight(start),
    "direction": walks.direction,
    "shell": walks.shell,
}
RANDOM = {
    "direction": walks.direction,
    "shell": walks.shell,
    "circle": lambda start, seed: walks.circle(start, seed, 0.7),
}
EVERY = {**OPEN, "circle": RANDOM["circle"]}


def every(ways):
    return pytest.mark.parametrize("way", ways.values(), ids=ways)


def equal(a: Conditioning, b: Conditioning) -> bool:
    return a.digest == b.digest


@every(OPEN)
def test_an_open_way_starts_at_the_prompt_itself(way):
    start = text(pooled=True)
    assert way(start, 5)(0) is start


@given(length=LENGTHS)
def test_straight_is_the_tutorials_sum(length):
    start = text()
    assert torch.equal(walks.straight(start)(length).prompt_embeds, start.prompt_embeds + length)


@every({"straight": OPEN["straight"], "direction": OPEN["direction"]})
@given(length=LENGTHS, seed=SEEDS)
def test_a_straight_way_is_as_far_as_its_length(way, length, seed):
    start = text()
    assert walks.distance(way(start, seed)(length), start) == pytest.approx(length, rel=1e-3)


@given(length=LENGTHS, seed=SEEDS)
def test_the_shell_keeps_the_norm_of_every_token_and_of_the_pooled_embeddings(length, seed):
    start = text(pooled=True)
    there = walks.shell(start, seed)(length)
    torch.testing.assert_close(there.prompt_embeds.norm(dim=-1), start.prompt_embeds.norm(dim=-1), rtol=1e-4, atol=0)
    torch.testing.assert_close(there.pooled_prompt_embeds.norm(), start.pooled_prompt_embeds.norm(), rtol=1e-4, atol=0)
    assert not torch.equal(there.pooled_prompt_embeds, start.pooled_prompt_embeds)


@given(seed=SEEDS, i=st.integers(0, 60))
def test_steps_on_the_shell_are_as_long_as_asked_also_round_a_corner(seed, i):
    """A step over a corner is shorter than two legs end to end, never longer."""
    step = 0.05
    at = walks.shell(text(), seed)
    taken = walks.distance(at(round(i * step, 9)), at(round((i + 1) * step, 9)))
    corner = int(round((i + 1) * step, 9) / walks.LEG) != int(round(i * step, 9) / walks.LEG)
    assert taken <= step * 1.001
    assert taken == pytest.approx(step, rel=0.5 if corner else 0.01)


def test_a_walk_on_the_shell_turns_and_does_not_go_round_in_a_circle():
    start = text()
    at = walks.shell(start, 3)
    first, second = (at(length).prompt_embeds[1:] for length in (walks.LEG, 2 * walks.LEG))
    before = first - start.prompt_embeds[1:]
    turned = torch.nn.functional.cosine_similarity(before.flatten(), (second - first).flatten(), dim=0)
    assert abs(turned) < 0.7


@given(seed=SEEDS, length=LENGTHS)
def test_where_a_frame_stands_does_not_depend_on_what_was_asked_before(seed, length):
    start = text()
    fresh, used = walks.shell(start, seed), walks.shell(start, seed)
    used(7.3)
    used(0.2)
    assert equal(fresh(length), used(length))


@given(seed=SEEDS, radius=st.floats(0.05, 1.2), frames=st.integers(3, 40))
def test_a_circle_is_even_closed_and_everywhere_as_far(seed, radius, frames):
    start = text()
    at = walks.circle(start, seed, radius)
    stops = [at(i / frames) for i in range(frames)]
    assert [walks.distance(stop, start) for stop in stops] == pytest.approx([radius] * frames, rel=1e-3)
    steps = [walks.distance(stops[i], stops[i - 1]) for i in range(frames)]  # the first is the seam
    assert steps == pytest.approx([steps[0]] * frames, rel=1e-2)
    assert equal(at(1), at(0))


@given(seed=SEEDS, turn=st.floats(0, 1))
def test_a_circle_keeps_to_the_shell(seed, turn):
    start = text(pooled=True)
    there = walks.circle(start, seed, 0.8)(turn)
    torch.testing.assert_close(there.prompt_embeds.norm(dim=-1), start.prompt_embeds.norm(dim=-1), rtol=1e-4, atol=0)
    torch.testing.assert_close(there.pooled_prompt_embeds.norm(), start.pooled_prompt_embeds.norm(), rtol=1e-4, atol=0)


@every(RANDOM)
def test_the_first_token_stays(way):
    start = text()
    there = way(start, 1)(0.3).prompt_embeds
    assert torch.equal(there[0], start.prompt_embeds[0])
    assert (there[1:] != start.prompt_embeds[1:]).any(dim=-1).all()


@every(RANDOM)
def test_seeds_differ_and_a_seed_is_always_the_same(way):
    start = text()
    assert equal(way(start, 1)(0.3), way(start, 1)(0.3))
    far = walks.distance(way(start, 1)(0.3), way(start, 2)(0.3))
    assert far > 0.1


@every(EVERY)
@given(place=st.floats(0, 1))
def test_a_way_leaves_its_start_alone(way, place):
    start = text(pooled=True)
    before = start.prompt_embeds.clone(), start.pooled_prompt_embeds.clone()
    way(start, 9)(place)
    assert torch.equal(start.prompt_embeds, before[0])
    assert torch.equal(start.pooled_prompt_embeds, before[1])


@every(EVERY)
def test_a_conditioning_without_a_norm_stays_finite(way):
    start = Conditioning(torch.cat([torch.zeros(2, WIDTH), text().prompt_embeds]))
    assert way(start, 0)(0.4).prompt_embeds.isfinite().all()


@pytest.mark.parametrize("radius", [-0.1, 3.0, math.nan])
def test_a_circle_that_would_leave_the_near_side_is_refused(radius):
    with pytest.raises(ValueError, match="radius: "):
        walks.circle(text(), 0, radius)


@given(a=st.integers(0, 20), b=st.integers(0, 20))
def test_distance_is_a_distance(a, b):
    one, other = text(a), text(b)
    assert walks.distance(one, other) == walks.distance(other, one)
    assert (walks.distance(one, other) == 0) == (a == b)
