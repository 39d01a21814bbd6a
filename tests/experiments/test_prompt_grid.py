"""The grid of four prompts: corners, edges, noise by place, and what a finer grid costs."""

import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.store import FrameStore
from explorer.experiments.inputs import InputError
from explorer.experiments.interpolation import Interpolation
from explorer.experiments.links import query, read
from explorer.experiments.prompt_grid import CORNERS, PromptGrid, quoted
from explorer.space.mixtures import prompts_of
from tests.tiny import tiny_sd, tiny_sdxl

PROMPTS = ("a cat", "a dog", "a boat", "a tree")
SQUARE = ((0, 0), (1, 0), (0, 1), (1, 1))
EDGES = {"top": (0, 1), "bottom": (2, 3), "left": (0, 2), "right": (1, 3)}
UNIT = st.floats(0, 1)
FAKE = Engine(FakeNetworks(), FrameStore())


def plan_of(engine, **settings):
    return PromptGrid(**{"prompts": PROMPTS, "cells": 5, **settings}).resolved(engine.networks.defaults).plan(engine)


def frames_of(engine, plan):
    return {e.index: e for e in engine.render(plan) if isinstance(e, Frame)}


def edge_of(cells, name):
    """The indices of the cells along an edge, from its first prompt to its second."""
    last = cells - 1
    steps = {"top": (0, 1), "bottom": (cells * last, 1), "left": (0, cells), "right": (last, cells)}
    start, by = steps[name]
    return [start + i * by for i in range(cells)]


@pytest.mark.parametrize("how", ["lerp", "slerp"])
def test_the_corners_are_the_prompts_own(engine, how):
    plan = plan_of(engine, interpolation=how)
    for prompt, index, corner in zip(PROMPTS, (0, 4, 20, 24), SQUARE, strict=True):
        assert plan.places[index].coordinates == corner
        assert plan.point(index).conditioning is engine.encode(prompt) or torch.equal(
            plan.point(index).conditioning.prompt_embeds, engine.encode(prompt).prompt_embeds
        )
        assert plan.places[index].caption == prompt


def test_places_go_row_by_row_through_the_square(engine):
    plan = plan_of(engine, cells=3)
    coordinates = [place.coordinates for place in plan.places]
    assert coordinates == [(x, y) for y in (0, 0.5, 1) for x in (0, 0.5, 1)]


@given(cells=st.integers(2, 12), how=st.sampled_from(["lerp", "slerp"]), edge=st.sampled_from(sorted(EDGES)))
def test_edges_are_interpolations(cells, how, edge):
    grid = plan_of(FAKE, cells=cells, interpolation=how, seed=3)
    pair = tuple(PROMPTS[i] for i in EDGES[edge])
    film = Interpolation(prompts=pair, frames=cells, interpolation=how, seed=3)
    film = film.resolved(FAKE.networks.defaults).plan(FAKE)
    along = [grid.point(i).digest(20, True) for i in edge_of(cells, edge)]
    assert along == [film.point(i).digest(20, True) for i in range(cells)]


@pytest.mark.parametrize("make", [tiny_sd, lambda: tiny_sd("v_prediction"), tiny_sdxl], ids=["sd1", "sd2", "sdxl"])
def test_an_edge_that_was_a_cell_is_a_film_for_nothing(make):
    engine = Engine(DiffusersNetworks(from_pipeline(make(), "tiny")), FrameStore())
    size = {"width": 32, "height": 32, "num_inference_steps": 2, "scheduler": "Euler", "guidance_scale": 4.0, "seed": 8}
    cells = frames_of(engine, plan_of(engine, cells=3, **size))
    assert len({frame.png for frame in cells.values()}) == 9
    for edge, pair in EDGES.items():
        film = Interpolation(prompts=tuple(PROMPTS[i] for i in pair), frames=3, **size).resolved(None).plan(engine)
        assert (engine.price(film).rows, engine.price(film).stored) == (0, 3)
        assert [frames_of(engine, film)[i].png for i in range(3)] == [cells[i].png for i in edge_of(3, edge)]


@given(x=UNIT, y=UNIT)
def test_with_lerp_every_point_is_the_weighted_mean(x, y):
    at = plan_of(FAKE, interpolation="lerp").at(x, y).conditioning.prompt_embeds
    weights = ((1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y)
    mean = sum(w * FAKE.encode(p).prompt_embeds for w, p in zip(weights, PROMPTS, strict=True))
    torch.testing.assert_close(at, mean, rtol=1e-4, atol=1e-5)


@given(x=UNIT, y=UNIT, how=st.sampled_from(["lerp", "slerp"]), noise=st.sampled_from(["fixed", "free"]))
def test_equal_places_are_equal_points(x, y, how, noise):
    plans = [plan_of(FAKE, cells=cells, interpolation=how, noise=noise, seed=5) for cells in (2, 7)]
    assert len({plan.at(x, y).digest(20, True) for plan in plans}) == 1


@given(x=st.floats(-1, 2), y=st.floats(-1, 2))
def test_there_is_nothing_outside_the_square(x, y):
    plan = plan_of(FAKE)
    if 0 <= x <= 1 and 0 <= y <= 1:
        assert plan.at(x, y).conditioning.prompt_embeds.isfinite().all()
    else:
        with pytest.raises(ValueError, match="is not on the route"):
            plan.at(x, y)


def test_fixed_noise_is_the_seeds_and_free_noise_each_places_own(engine):
    fixed, free = (plan_of(engine, noise=noise, seed=9) for noise in ("fixed", "free"))
    assert {fixed.point(i).noise.terms for i in range(25)} == {((9, 1.0),)}
    assert len({free.point(i).noise.terms for i in range(25)}) == 25
    assert {place.settings["seed"] for place in fixed.places} == {9}
    for i, place in enumerate(free.places):
        assert free.point(i).noise.terms == ((place.settings["seed"], 1.0),)
        assert place.caption.endswith(f", seed {place.settings['seed']}")
        assert 0 <= place.settings["seed"] < 2**32
    assert free.at(0.0, 0.5).noise == free.at(-0.0, 0.5).noise


def test_free_noise_follows_the_shared_seed(engine):
    one, other = (plan_of(engine, noise="free", seed=seed).point(7).noise for seed in (1, 2))
    assert one != other


@pytest.mark.parametrize("noise", ["fixed", "free"])
@pytest.mark.parametrize(("coarse", "fine"), [(2, 3), (4, 7), (5, 9), (3, 9)])
def test_a_finer_grid_keeps_the_cells_of_a_coarser_one(engine, noise, coarse, fine):
    frames_of(engine, plan_of(engine, cells=coarse, noise=noise))
    price = engine.price(plan_of(engine, cells=fine, noise=noise))
    assert (price.frames, price.stored) == (fine**2, coarse**2)


@pytest.mark.parametrize("cells", [2, 4, 7])
def test_no_more_rows_than_there_must_be(engine, cells):
    steps, plan = engine.networks.defaults.num_inference_steps, plan_of(engine, cells=cells)
    render = engine.render(plan)
    assert render.price.rows == cells**2 * 2 * steps
    assert len([e for e in render if isinstance(e, Frame)]) == cells**2
    assert render.rows.run == render.price.rows


def test_the_corners_come_first(engine):
    frames = [e.index for e in engine.render(plan_of(engine, cells=6)) if isinstance(e, Frame)]
    assert set(frames[:4]) == {0, 5, 30, 35}
    assert sorted(frames) == list(range(36))


def test_captions_and_settings_say_what_a_cell_is_made_of(engine):
    plan = plan_of(engine, prompts=("a cat " * 200, *PROMPTS[1:]), cells=3)
    assert plan.places[0].caption == "a cat " * 200 == plan.places[0].settings["prompt"]
    assert plan.places[1].caption == "50% a cat a cat a cat a cat a cat a… + 50% a dog"
    settings = dict(plan.places[4].settings)
    assert prompts_of(settings.pop("prompt")) == ("a cat " * 200, *PROMPTS[1:])
    assert settings == {"weights": [0.25] * 4, "seed": 0}
    assert len(plan.places[4].caption) < 150
    assert len(quoted("x" * 50)) == 32
    assert quoted("x" * 32) == "x" * 32


@pytest.mark.parametrize("cells", [1, 0, 13, 2.5, "many"])
def test_the_number_of_cells_is_bounded(cells):
    with pytest.raises(InputError, match=f"cells = {cells!r} is not allowed: a whole number from 2 to 12"):
        PromptGrid(cells=cells)


@pytest.mark.parametrize("prompts", [PROMPTS[:3], (*PROMPTS, "a fifth"), (*PROMPTS[:3], " "), ()])
def test_it_takes_four_prompts(prompts):
    with pytest.raises(InputError, match="exactly 4 prompts, none empty") as caught:
        PromptGrid(prompts=prompts)
    assert caught.value.field == "prompts"


def test_each_box_is_named_after_its_corner():
    assert PromptGrid.inputs()["prompts"].names == CORNERS


def test_the_tutorials_grid_is_a_preset_with_fixed_and_with_free_noise():
    presets = [PromptGrid(**settings) for settings in PromptGrid.tutorials.values()]
    fixed, free = (preset for preset in presets if preset.cells == 6)
    assert (fixed.noise, free.noise) == ("fixed", "free")
    assert fixed.prompts == free.prompts
    for prompt, word in zip(fixed.prompts, ("golden retriever", "fruit", "Eiffel tower", "skyscraper"), strict=True):
        assert word in prompt


BENT = (0.1, 0.1, 0.5, 0.9, 0.9, 0.1)


def test_a_trail_is_a_film_of_the_grids_own_points_along_it(engine):
    whole, trail = plan_of(engine), plan_of(engine, trail=BENT, trail_frames=7)
    places = [place.coordinates for place in trail.places]
    assert (places[0], places[3], places[-1]) == ((0.1, 0.1), (0.5, 0.9), (0.9, 0.1))
    assert (trail.shown.path, trail.shown.playback.loop, trail.shown.corners) == (True, "back-and-forth", PROMPTS)
    for i, place in enumerate(places):
        here, there = trail.point(i), whole.at(*place)
        assert torch.equal(here.conditioning.prompt_embeds, there.conditioning.prompt_embeds)
        assert torch.equal(here.latents, there.latents)


def test_a_trail_that_comes_back_is_closed_and_says_no_frame_twice(engine):
    plan = plan_of(engine, trail=(0.1, 0.1, 0.9, 0.1, 0.1, 0.1), trail_frames=8)
    assert (len(plan.places), plan.shown.playback.loop) == (8, "closed")
    assert plan.places[0].coordinates != plan.places[-1].coordinates


@pytest.mark.parametrize(
    "trail", [(0.5,), (0.5, 0.5), (0.1, 0.2, 0.3), (0.5, 0.5, 0.5, 0.5), (0, 0, 1, 1.1), (0.1, 0.2) * 301, "a, b"]
)
def test_what_is_no_trail_is_refused(trail):
    with pytest.raises(InputError, match=r"trail = .* is not allowed: x, y of 2 to 300 places"):
        PromptGrid(trail=trail)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=300, unique=True))
def test_a_trail_travels_in_a_link_and_in_a_file(places):
    grid = PromptGrid(trail=[t for place in places for t in place]).resolved(FAKE.defaults)
    assert PromptGrid(**json.loads(json.dumps(grid.settings()))) == grid
    link, _ = query(grid, FAKE.defaults)
    assert read(link, {"prompt-grid": PromptGrid}).settings["trail"] == grid.trail
