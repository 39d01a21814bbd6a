"""The walk around a prompt: its units, its ways, and that a finer or a longer walk costs only what is new."""

import pytest
import torch

from explorer.engine.engine import Frame
from explorer.experiments.inputs import InputError
from explorer.experiments.prompt_walk import UNRELATED, PromptWalk, unit
from explorer.space import walks

WAYS = ("shell", "circle", "random direction", "straight")


def plan_of(engine, **settings):
    settings = {"prompt": "a cat", "frames": 8, "step_size": 0.05, "radius": 0.4, **settings}
    return PromptWalk(**settings).resolved(engine.networks.defaults).plan(engine)


def far(plan) -> list[float]:
    return [place.settings["distance"] for place in plan.places]


@pytest.mark.parametrize("way", ["shell", "random direction", "straight"])
def test_a_walk_begins_with_the_prompts_own_point(engine, way):
    plan = plan_of(engine, way=way, seed=3)
    assert torch.equal(plan.point(0).conditioning.prompt_embeds, engine.encode("a cat").prompt_embeds)
    assert plan.places[0].caption == "a cat"
    assert far(plan)[0] == 0
    assert all(plan.point(i).noise.terms == ((3, 1.0),) for i in range(8))


def test_the_straight_way_is_the_tutorials(engine):
    plan = plan_of(engine, way="straight", step_size=0.005, frames=150)
    expected = engine.encode("a cat").prompt_embeds + 149 * 0.005
    torch.testing.assert_close(plan.point(149).conditioning.prompt_embeds, expected)


@pytest.mark.parametrize("way", WAYS)
def test_distances_are_measured_in_those_of_unrelated_prompts(engine, way):
    plan, home = plan_of(engine, way=way), engine.encode("a cat")
    for i, distance in enumerate(far(plan)):
        measured = walks.distance(plan.point(i).conditioning, home) / unit(engine)
        assert distance == pytest.approx(measured, abs=1e-4)
    assert len({place.caption for place in plan.places}) == 8


def test_the_unit_is_the_mean_distance_of_unrelated_prompts(engine):
    shift = plan_of(engine, way="straight", frames=2, step_size=0.1)
    assert far(shift)[1] == pytest.approx(0.1 / unit(engine), abs=1e-4)
    pairs = [walks.distance(engine.encode(a), engine.encode(b)) for a in UNRELATED for b in UNRELATED if a < b]
    assert unit(engine) == pytest.approx(sum(pairs) / 6)


def test_a_circle_is_everywhere_as_far_and_loops(engine):
    plan = plan_of(engine, way="circle", frames=12)
    assert far(plan) == pytest.approx([0.4] * 12, abs=1e-3)
    assert PromptWalk(way="circle").loop == "closed"
    assert all(PromptWalk(way=way).loop == "back-and-forth" for way in WAYS if way != "circle")


def test_a_circle_too_large_for_the_shell_is_refused(engine):
    with pytest.raises(
        InputError, match=r"radius = 1\.0 is not allowed: radius: .* a quarter round the shell"
    ) as caught:
        plan_of(engine, way="circle", radius=1.0, prompt=dark(engine))
    assert caught.value.field == "radius"


def dark(engine) -> str:
    """A prompt that the fake networks give a short conditioning."""
    prompts = (str(number) for number in range(1000))
    return next(p for p in prompts if engine.encode(p).prompt_embeds.square().mean().sqrt() < unit(engine) / 2)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "again",
    [{"frames": 15, "step_size": 0.025}, {"frames": 20}],
    ids=["refined", "extended"],
)
def test_a_finer_or_longer_walk_renders_only_new_frames(engine, way, again):
    if way == "circle":
        again = {"frames": 16}
    for event in engine.render(plan_of(engine, way=way)):
        assert not isinstance(event, Frame) or not event.stored
    events = list(engine.render(plan_of(engine, way=way, **again)))
    assert sum(event.stored for event in events if isinstance(event, Frame)) == 8
    assert engine.price(plan_of(engine, way=way, frames=8)).rows == 0


@pytest.mark.parametrize("way", ["shell", "circle", "random direction"])
def test_the_direction_decides_the_way_and_the_seed_the_noise(engine, way):
    one, two = plan_of(engine, way=way), plan_of(engine, way=way, direction=1)
    assert not torch.equal(one.point(3).conditioning.prompt_embeds, two.point(3).conditioning.prompt_embeds)
    assert torch.equal(one.point(3).latents, two.point(3).latents)
    assert not torch.equal(one.point(3).latents, plan_of(engine, way=way, seed=1).point(3).latents)


@pytest.mark.parametrize("settings", [{"frames": 1}, {"frames": 301}, {"step_size": 0}, {"radius": 1.5}, {"way": "up"}])
def test_what_is_out_of_bounds_is_named(settings):
    (name, value), *_ = settings.items()
    with pytest.raises(InputError, match=f"{name} = {value!r} is not allowed"):
        PromptWalk(**settings)


def test_the_tutorials_preset():
    preset = PromptWalk(**PromptWalk.tutorials["Starry Eiffel tower, 150 frames"])
    assert preset.prompt == "The Eiffel Tower in the style of starry night"
    assert (preset.way, preset.frames, preset.step_size) == ("straight", 150, 0.005)
