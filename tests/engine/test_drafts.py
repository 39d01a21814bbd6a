"""Drafts: few steps, no trace, and the start of a picture that begins with another."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.engine.denoise import timesteps_of
from explorer.engine.drafts import DraftRender, seconds_of_a_draft
from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import load
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.schedulers import SCHEDULERS, alpha_bar, make_scheduler, scheduler_from
from explorer.engine.store import FrameStore
from explorer.experiments import registry
from explorer.space.points import FewSteps
from tests.tiny import tiny_sd

EXPERIMENTS = registry()


def engine(tmp_path=None, steps: int = 4) -> Engine:
    networks = FakeNetworks()
    networks.defaults = dataclasses.replace(networks.defaults, num_inference_steps=20, draft=FewSteps(steps))
    return Engine(networks, FrameStore(tmp_path))


def plan_of(name: str, drawing: Engine, **changes):
    return EXPERIMENTS[name](**changes).resolved(drawing.defaults).plan(drawing)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_place_of_every_experiment_has_a_draft_and_nothing_of_it_is_kept(name, tmp_path):
    drawing = engine(tmp_path)
    plan = plan_of(name, drawing)
    frames = [event for event in DraftRender(drawing, plan) if isinstance(event, Frame)]
    assert sorted(frame.index for frame in frames) == list(range(len(plan.places)))
    assert list(tmp_path.rglob("*.png")) == []
    assert drawing.price(plan).stored == 0


@given(name=st.sampled_from(sorted(EXPERIMENTS)), index=st.integers(0, 99), steps=st.integers(1, 25))
@settings(max_examples=25, deadline=None)
def test_a_draft_is_never_in_the_store_under_any_name(name, index, steps):
    drawing = engine(steps=steps)
    plan = plan_of(name, drawing)
    place = plan.places[index % len(plan.places)]
    one = dataclasses.replace(plan, places=(place,))
    render = DraftRender(drawing, one)
    assert [event for event in render if isinstance(event, Frame)]
    assert render.keys[0] not in drawing.store
    assert drawing.price(one).stored == 0


def test_a_draft_takes_the_models_few_steps_and_no_more_than_the_picture():
    drawing = engine()
    rows = {}
    for steps in (20, 3):
        plan = plan_of("noise-loop", drawing, frames=3, num_inference_steps=steps)
        render = DraftRender(drawing, plan)
        list(render)
        rows[steps] = render.rows.run
    assert rows == {20: 3 * 2 * 4, 3: 3 * 2 * 3}


def test_where_the_picture_takes_no_more_steps_the_draft_is_the_picture():
    drawing = engine()
    plan = plan_of("noise-loop", drawing, frames=3, num_inference_steps=4, scheduler="Euler")
    drafts, frames = (
        [e.png for e in render if isinstance(e, Frame)] for render in (DraftRender(drawing, plan), drawing.render(plan))
    )
    assert drafts == frames


def test_a_draft_shows_what_the_picture_shows():
    drawing = engine()
    plan = plan_of("interpolation", drawing, frames=5)
    pictures = [
        {e.index: np.asarray(e.image, dtype=float) for e in render if isinstance(e, Frame)}
        for render in (DraftRender(drawing, plan), drawing.render(plan))
    ]
    assert max(np.abs(pictures[0][i] - pictures[1][i]).mean() for i in range(5)) < 3


@given(strength=st.floats(0.05, 1.0), scheduler=st.sampled_from(sorted(SCHEDULERS)))
@settings(max_examples=40, deadline=None)
def test_a_draft_with_a_start_picture_begins_at_the_pictures_own_noise_level(strength, scheduler):
    drawing = engine()
    plan = plan_of("image-variations", drawing, strengths=(strength,), count=1, scheduler=scheduler)
    render, point = DraftRender(drawing, plan), plan.point(1)
    exact = timesteps_of(point, make_scheduler(scheduler, drawing.networks.scheduler, 20))
    way, short = render._way(0, point)
    steps = timesteps_of(way, short)
    assert len(steps) == min(4, len(exact))
    if len(exact) > 4:
        assert abs(float(steps[0]) - float(exact[0])) <= 0.5  # timesteps of DPM++ 2M are whole
        torch.testing.assert_close(way.init_latents, point.init_latents)


@given(timestep=st.floats(1, 999), steps=st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_a_schedule_from_a_timestep_on_falls_from_it_evenly(timestep, steps):
    own = FakeNetworks().scheduler
    scheduler = scheduler_from(timestep, own, steps)
    times = [int(t) for t in scheduler.timesteps]
    assert times[0] == round(timestep)
    assert times == sorted(set(times), reverse=True)
    assert alpha_bar(scheduler, scheduler.timesteps[0]) == pytest.approx(float(own.alphas_cumprod[times[0]]), rel=1e-3)


def test_what_is_looked_at_on_the_way_is_drawn_at_the_same_part_of_the_way():
    drawing = engine()
    plan = plan_of("denoising-trajectory", drawing)
    render = DraftRender(drawing, plan)
    seen: dict[int, int] = {}
    step = 0
    for event in render:
        if isinstance(event, Frame):
            seen.setdefault(plan.places[event.index].step or 20, step)
        else:
            step = event.step
    assert [seen[k] for k in (1, 5, 10, 15, 20)] == [1, 1, 2, 3, 4]


def test_the_time_of_a_draft_is_known_when_the_machine_was_measured():
    drawing = engine()
    assert seconds_of_a_draft(drawing) is None
    drawing.warm_up()
    assert seconds_of_a_draft(drawing) > 0


def test_drafts_stop_before_the_next_call():
    drawing = engine()
    render = DraftRender(drawing, plan_of("noise-loop", drawing))
    for _ in render:
        render.cancel()
    assert drawing.networks.calls == 1


def test_drafts_and_glimpses_are_drawn_by_the_small_decoder_where_there_is_one_and_frames_are_not(tmp_path):
    folder = tmp_path / "model"
    tiny_sd().save_pretrained(folder)
    plain = DiffusersNetworks(load(str(folder), device="cpu", dtype="float32"))
    small = AutoencoderTiny(
        encoder_block_out_channels=(4, 4),
        decoder_block_out_channels=(4, 4),
        num_encoder_blocks=(1, 1),
        num_decoder_blocks=(1, 1),
        latent_channels=plain.latent_channels,
    )
    small.save_pretrained(folder / "small_decoder")
    sketching = DiffusersNetworks(load(str(folder), device="cpu", dtype="float32"))
    assert sketching.signature.split("|")[0] == plain.signature.split("|")[0]  # no frame gets another name
    latents = torch.randn(plain.latent_channels, 4, 4, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        drawn = small.eval().decode(latents[None] / small.config.scaling_factor, return_dict=False)[0][0]
    expected = ((drawn / 2 + 0.5).clamp(0, 1).permute(1, 2, 0).numpy() * 255).round()
    for way in (sketching.sketch, sketching.preview):
        np.testing.assert_array_equal(np.asarray(way(latents)), expected.astype(np.uint8))
    np.testing.assert_array_equal(np.asarray(sketching.decode(latents)), np.asarray(plain.decode(latents)))
    np.testing.assert_array_equal(np.asarray(plain.sketch(latents)), np.asarray(plain.decode(latents)))
