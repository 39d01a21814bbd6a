"""The engine's promises: the same point, the same bytes; no frame twice; early pictures first; a stop that stops."""

import dataclasses

import pytest

from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.store import FrameStore
from explorer.experiments.interpolation import Interpolation
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan
from explorer.space.points import SCHEDULER_NAMES, Point, Sampling
from tests.tiny import tiny_sd

EVALUATIONS = {"Heun": lambda steps: 2 * steps - 1, "PNDM": lambda steps: steps + 1}


def film(engine: Engine, **settings) -> Plan:
    settings = {"prompts": ("a cat", "a dog"), "frames": 9, **settings}
    return Interpolation(**settings).resolved(engine.networks.defaults).plan(engine)


def frames_of(render) -> list[Frame]:
    return [event for event in render if isinstance(event, Frame)]


def pictures(render) -> dict[int, bytes]:
    return {frame.index: frame.png for frame in frames_of(render)}


def tiny_engine(folder=None) -> Engine:
    return Engine(DiffusersNetworks(from_pipeline(tiny_sd(), "tiny")), FrameStore(folder))


@pytest.mark.parametrize("scheduler", SCHEDULER_NAMES)
@pytest.mark.parametrize("frames", [2, 9, 24])
def test_a_film_costs_two_rows_an_evaluation_and_frame(engine, scheduler, frames):
    steps = 6
    plan = film(engine, scheduler=scheduler, frames=frames, num_inference_steps=steps)
    render = engine.render(plan)
    assert len(frames_of(render)) == frames
    evaluations = EVALUATIONS.get(scheduler, lambda s: s)(steps)
    assert render.rows.run == render.price.rows == render.price.naive_rows == 2 * evaluations * frames


@pytest.mark.parametrize("scales", [[7.5], [0.25, 2, 4, 8], [0, 1], [0, 0.5, 1, 2, 4, 6, 8, 20], [1, 3]])
def test_guidance_one_and_zero_cost_half(engine, scales):
    steps, sampling = 20, Sampling(20, "DPM++ 2M", 64, 64)
    noise = Noise.of(1)
    cat, none, latents = engine.encode("a cat"), engine.encode_negative(""), noise.latents((4, 8, 8))
    places = tuple(Place((scale,), str(scale)) for scale in scales)
    render = engine.render(Plan(places, lambda g: Point(cat, none, latents, noise, g), sampling))
    assert len(frames_of(render)) == len(scales)
    others = len([g for g in scales if g not in (0, 1)])
    assert render.rows.run == render.price.rows == steps * (2 * others + len(scales) - others)


def test_guidance_one_needs_no_negative_and_is_one_frame_whatever_it_is(engine):
    first = engine.render(film(engine, guidance_scale=1.0, num_inference_steps=5))
    assert len(frames_of(first)) == 9
    assert first.rows.run == 9 * 5
    again = engine.render(film(engine, guidance_scale=1.0, num_inference_steps=5, negative_prompt="ugly"))
    assert again.price.rows == 0
    assert all(frame.stored for frame in frames_of(again))


def test_batches_are_full(engine):
    list(engine.render(film(engine, frames=24, num_inference_steps=10)))
    assert engine.networks.calls == 24 * 20 / 8


def test_the_same_frames_in_another_plan_come_from_the_store(engine):
    coarse = pictures(engine.render(film(engine, frames=5)))
    fine = engine.render(film(engine, frames=9))
    assert fine.price.stored == 5
    finer = pictures(fine)
    assert [coarse[i] for i in range(5)] == [finer[i] for i in range(0, 9, 2)]
    longer = engine.render(film(engine, prompts=("a dog", "a cat", "a dog"), frames=5))
    assert longer.price.stored >= 5


def test_the_end_of_a_film_is_the_picture_of_its_prompt(engine):
    there = pictures(engine.render(film(engine)))
    back = pictures(engine.render(film(engine, prompts=("a dog", "a cat"))))
    assert there[0] == back[8]
    assert there[8] == back[0]
    assert there[0] != there[8]


def test_frames_come_coarse_to_fine(engine):
    order = [frame.index for frame in frames_of(engine.render(film(engine)))]
    assert order[:2] == [0, 8]
    assert order[2] == 4


@pytest.mark.parametrize("scheduler", ["DPM++ 2M", "Euler ancestral", "LMS"])
def test_a_point_has_the_same_bytes_alone_first_last_and_after_a_restart(tmp_path, scheduler):
    settings = {"scheduler": scheduler, "num_inference_steps": 4, "seeds": (1, 2)}
    in_a_set = pictures(tiny_engine().render(film(e := tiny_engine(), **settings)))
    plan = film(e, **settings)
    for index in (0, 3, 8):
        alone = dataclasses.replace(plan, places=(plan.places[index],))
        assert pictures(tiny_engine().render(alone)) == {0: in_a_set[index]}
    backwards = dataclasses.replace(plan, places=plan.places[::-1])
    assert list(pictures(tiny_engine(tmp_path).render(backwards)).values())
    after = tiny_engine(tmp_path).render(plan)
    assert after.price.rows == 0
    assert pictures(after) == in_a_set


def test_cancel_ends_before_the_next_call_and_the_next_render_goes_on(engine):
    plan = film(engine, frames=24, num_inference_steps=10)
    render, kept = engine.render(plan), []
    for event in render:
        if isinstance(event, Frame):
            kept.append(event.index)
            if len(kept) == 5:
                render.cancel()
                calls = engine.networks.calls
    assert engine.networks.calls == calls
    assert 5 <= len(kept) < 24
    again = engine.render(plan)
    assert again.price.stored == len(kept)
    assert len(frames_of(again)) == 24


def test_a_render_that_is_dropped_leaves_the_engine_free(engine):
    events = iter(engine.render(film(engine)))
    next(events)
    events.close()
    assert len(frames_of(engine.render(film(engine)))) == 9


def test_two_renders_at_once_take_turns_and_keep_their_pictures_apart(engine):
    plans = [film(engine, seed=1), film(engine, seed=2, scheduler="Euler ancestral")]
    expected = [pictures(Engine(FakeNetworks()).render(plan)) for plan in plans]
    renders = [iter(engine.render(plan)) for plan in plans]
    found: list[dict[int, bytes]] = [{}, {}]
    while renders:
        for number, render in enumerate(list(renders)):
            event = next(render, None)
            if event is None:
                renders.remove(render)
                break
            if isinstance(event, Frame):
                owner = number if len(renders) == 2 else next(i for i in (0, 1) if len(found[i]) < 9)
                found[owner][event.index] = event.png
    assert found == expected


def test_a_frame_lost_from_the_store_is_rendered_again():
    engine = Engine(FakeNetworks(), FrameStore(memory_bytes=1))
    render = engine.render(film(engine))
    assert len(frames_of(render)) == 9
    engine.store = FrameStore()
    list(engine.render(film(engine)))
    late = engine.render(film(engine))
    engine.store = FrameStore()
    assert len(frames_of(late)) == 9
    assert all(not frame.stored for frame in frames_of(engine.render(film(engine, seed=5))))


def test_two_places_of_one_point_are_rendered_once(engine):
    plan = film(engine, frames=5)
    twice = dataclasses.replace(plan, places=plan.places + plan.places)
    render = engine.render(twice)
    found = pictures(render)
    assert sorted(found) == list(range(10))
    assert render.rows.run == engine.price(film(engine, frames=5, seed=77)).rows
    assert found[1] == found[6]


def test_the_price_has_seconds_once_something_was_measured(engine):
    plan = film(engine)
    assert engine.price(plan).seconds is None
    engine.warm_up()
    assert engine.price(plan).seconds > 0
    list(engine.render(plan))
    assert engine.price(plan).seconds == 0
