"""Latent search: where children lie, what their line says, and that it leads back to them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore
from explorer.experiments.inputs import InputError
from explorer.experiments.latent_search import MOST, MOST_CHILDREN, Child, LatentSearch, line_of, written
from explorer.space.points import Defaults

DEFAULTS = Defaults(height=32, width=32, num_inference_steps=2)
PARTS = st.integers(0, 10_000).map(lambda n: n / 10_000)
LINES = st.lists(st.builds(Child, st.integers(1, MOST_CHILDREN), PARTS, PARTS), max_size=6)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(FakeNetworks(), FrameStore())


def plan_of(engine, **settings):
    return LatentSearch(**settings).resolved(DEFAULTS).plan(engine)


def unit(noise) -> float:
    return sum(weight**2 for _, weight in noise.terms)


@given(LINES)
def test_a_line_is_read_as_it_is_written(line):
    text = written(line)
    assert line_of(text) == line
    assert LatentSearch(chosen=text.replace(", ", " ")).chosen == text


@pytest.mark.parametrize("line", ["3", "0@0.5", f"{MOST_CHILDREN + 1}@0.5", "3@1.1", "3@0.5/2", "3@x", "1@0.5," * 65])
def test_a_line_that_is_none_is_refused(line):
    assert len(line_of("1@0.5," * MOST)) == MOST
    with pytest.raises(InputError, match="chosen children such as") as refused:
        LatentSearch(chosen=line)
    assert refused.value.field == "chosen"


def test_the_parent_is_first_and_its_children_are_all_others(engine):
    plan = plan_of(engine, children=5, seed=3)
    assert [place.coordinates for place in plan.places] == [(float(child), 0.0) for child in range(6)]
    assert [place.caption for place in plan.places][:2] == ["parent", "child 1"]
    names = {plan.point(i).digest(2, False) for i in range(6)}
    assert len(names) == 6
    parent = plan.point(0)
    assert parent.noise.terms == ((3, 1.0),)
    assert torch.equal(parent.conditioning.prompt_embeds, engine.encode("a butterfly").prompt_embeds)


@given(line=LINES, noise=PARTS, words=PARTS.filter(bool))
def test_noises_keep_unit_variance_and_words_their_norm(engine, line, noise, words):
    chosen = written(line)
    point = plan_of(engine, chosen=chosen, noise=noise, words=words, children=2).point(1)
    assert unit(point.noise) == pytest.approx(1)
    start = engine.encode("a butterfly").prompt_embeds
    lengths = point.conditioning.prompt_embeds.norm(dim=-1), start.norm(dim=-1)
    assert torch.allclose(*lengths, rtol=1e-3)


@given(line=LINES, child=st.integers(1, 4), noise=PARTS.filter(bool), words=PARTS)
def test_the_child_that_is_chosen_is_the_next_parent_to_the_bit(engine, line, child, noise, words):
    before = plan_of(engine, chosen=written(line), children=4, noise=noise, words=words)
    settings = before.places[child].settings
    after = plan_of(engine, chosen=settings["chosen"], children=4)
    assert after.point(0).digest(2, True) == before.point(child).digest(2, True)
    assert after.places[0].settings == settings


def test_another_distance_moves_the_same_children(engine):
    near, far = (plan_of(engine, noise=noise, words=0.0).point(2).noise.terms for noise in (0.2, 0.8))
    assert [seed for seed, _ in near] == [seed for seed, _ in far]
    assert (near[1][1], far[1][1]) == (0.2, 0.8)


def test_what_has_moved_has_no_seed_and_no_prompt_and_children_that_are_their_parent_are_refused(engine):
    assert {"seed", "prompt"} & set(plan_of(engine).places[0].settings) == set()
    assert plan_of(engine, words=0.0).places[1].settings == {"chosen": "1@0.6", "seed": None}
    assert plan_of(engine, noise=0.0, words=0.3).places[1].settings == {"chosen": "1@0/0.3", "prompt": None}
    with pytest.raises(InputError, match=r"noise = 0\.0 is not allowed: above 0"):
        plan_of(engine, noise=0.0, words=0.00001)
