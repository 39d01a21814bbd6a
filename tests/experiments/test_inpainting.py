"""Inpainting: what stays to the pixel, what becomes of strange masks, and what it costs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from explorer import command_line
from explorer.command_line import main
from explorer.engine.drafts import DraftRender
from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.store import FrameStore
from explorer.experiments.inpainting import PLANET, Inpainting
from explorer.experiments.inputs import InputError
from explorer.experiments.masks import fitted_mask, written
from explorer.experiments.pictures import ancestry, canonical, fitted, with_ancestry
from explorer.outputs.settings import read
from explorer.space.points import Point
from tests.tiny import tiny_sd

ALL, NONE, ONE = "8x8:64p", "", "8x8:27ap36a"
STEPS = FakeNetworks.defaults.num_inference_steps


def plan_of(engine, experiment):
    return experiment.resolved(engine.networks.defaults).plan(engine)


def pictures(engine, experiment, render=None) -> list[np.ndarray]:
    render = render or engine.render(plan_of(engine, experiment))
    found = {event.index: event.image for event in render if isinstance(event, Frame)}
    return [np.asarray(found[i], dtype=int) for i in range(len(found))]


def of(mask: str, **more) -> Inpainting:
    return Inpainting(painted={"picture": "boat", "mask": mask}, **more)


def original(width: int = 64, height: int = 64) -> np.ndarray:
    return np.asarray(fitted(canonical("boat"), width, height, "crop"), dtype=int)


def test_it_begins_with_the_picture_and_has_one_picture_a_seed(engine):
    plan = plan_of(engine, of(ONE, count=3, seed=7))
    assert [place.coordinates for place in plan.places] == [(0,), (1,), (2,), (3,)]
    assert [place.caption for place in plan.places] == ["start", "seed 7", "seed 8", "seed 9"]
    assert [place.settings.get("seed") for place in plan.places] == [None, 7, 8, 9]
    chosen = plan_of(engine, of(ONE, seeds="5, 99"))
    assert [place.settings.get("seed") for place in chosen.places] == [None, 5, 99]


@given(
    levels=st.lists(st.sampled_from([0, 0, 0, 5, 15]), min_size=64, max_size=64),
    edge=st.integers(0, 9),
    strength=st.sampled_from([0.0, 0.3, 0.7, 1.0]),
    area=st.sampled_from(["painted", "the rest"]),
    detail=st.sampled_from(["whole picture", "only here"]),
)
@settings(max_examples=40, deadline=None)
def test_outside_of_the_mask_not_a_pixel_changes(levels, edge, strength, area, detail):
    engine = Engine(FakeNetworks(), FrameStore())
    mask = written(np.array(levels).reshape(8, 8) / 15)
    experiment = of(mask, edge=edge, strength=strength, area=area, detail=detail, prompt="a cat")
    drawn = fitted_mask(mask, 64, 64)
    outside = (drawn == 1 if area == "the rest" else drawn == 0).numpy()
    assume(not outside.all())
    plan = plan_of(engine, experiment)
    for render in (engine.render(plan), DraftRender(engine, plan)):
        before, after = pictures(engine, experiment, render)
        np.testing.assert_array_equal(before, original())
        np.testing.assert_array_equal(after[outside], original()[outside])


def test_inside_it_is_drawn_and_fades_in(engine):
    hard, soft = (pictures(engine, of(ONE, edge=edge, guidance_scale=1))[1] for edge in (0, 3))
    inside = fitted_mask(ONE, 64, 64).numpy() > 0
    assert inside.sum() == 64
    assert (hard != original())[inside].any(-1).mean() > 0.9
    change = np.abs(soft - original()).sum(-1)
    assert change[24, 24] < change[27, 27]
    np.testing.assert_array_equal(soft[27:29, 27:29], hard[27:29, 27:29])


@pytest.mark.parametrize(
    ("mask", "area", "said"),
    [
        (NONE, "painted", "Nothing is painted yet: paint over what is to be drawn anew."),
        ("64x8:512a", "painted", "Nothing is painted yet: paint over what is to be drawn anew."),
        ("64x8:" + "p63a" * 8, "painted", "Nothing is painted yet: paint over what is to be drawn anew."),  # cut off
        (ALL, "the rest", "All is painted over, and only the rest is drawn anew: leave something free."),
    ],
)
def test_where_nothing_would_be_drawn_anew_it_is_said_instead(engine, mask, area, said):
    with pytest.raises(InputError, match=r"^painted = '.*' is not allowed: a mask ") as caught:
        plan_of(engine, of(mask, area=area))
    assert caught.value.wrong == said


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("weights", ["fake", "tiny"])
def test_a_mask_of_everything_is_a_plain_picture_of_the_prompt(weights, invert):
    networks = FakeNetworks() if weights == "fake" else DiffusersNetworks(from_pipeline(tiny_sd(), "tiny"))
    engine = Engine(networks, FrameStore())
    experiment = of(NONE if invert else ALL, area="the rest" if invert else "painted", prompt="a cat", seed=3)
    plan = plan_of(engine, experiment)
    point = plan.point(1)
    plain = Point(point.conditioning, point.negative_conditioning, point.latents, point.noise, point.guidance_scale)
    seen = pictures(engine, None, engine.render(plan))[1]
    (expected,) = pictures(engine, None, engine.render(type(plan)(plan.places[1:], lambda _: plain, plan.sampling)))
    np.testing.assert_array_equal(seen, expected)
    assert engine.render(plan).price.rows == 0  # it was rendered a moment ago


def test_a_mask_of_one_cell_is_that_cell(engine):
    plan = plan_of(engine, of(ONE))
    assert plan.point(1).region.mask.nonzero().tolist() == [[3, 3]]
    before, after = pictures(engine, of(ONE, edge=0))
    changed = (before != after).any(-1).nonzero()
    assert {tuple(cell) for cell in zip(changed[0] // 8, changed[1] // 8, strict=True)} == {(3, 3)}


@pytest.mark.parametrize("size", [(512, 512), (2000, 2000), (40, 40)])
def test_a_mask_of_another_size_is_fitted_like_the_picture(engine, size):
    mask = Image.new("L", size)
    side = size[0]
    ImageDraw.Draw(mask).rectangle([side // 2, side // 2, side - 1, side - 1], fill=255)
    cells = plan_of(engine, of(mask)).point(1).region.mask
    expected = torch.zeros(8, 8)
    expected[4:, 4:] = 1
    assert cells.equal(expected)


@pytest.mark.parametrize(("size", "said"), [((10_000, 3), "10000 x 3 pixels"), ((1, 1), "1 x 1 pixels")])
@pytest.mark.parametrize("part", ["picture", "mask"])
def test_a_strange_file_is_refused_in_a_sentence(size, said, part):
    painted = {"picture": "boat", "mask": ALL, part: Image.new("RGB", size)}
    with pytest.raises(InputError, match=f"painted = .* is not allowed: {part}: it has {said}, at least 8 on each"):
        Inpainting(painted=painted)


def test_a_strength_by_the_cell_is_less_of_the_steps(engine):
    half = written(np.full((8, 8), 0.5))
    soft, strong = (
        pictures(engine, e)[1] for e in (of(half, guidance_scale=1), of(ALL, strength=0.5, guidance_scale=1))
    )
    assert np.abs(soft - strong).max() <= 1


def test_only_here_draws_the_surroundings_as_large_as_the_frame(engine):
    near = plan_of(engine, of(ONE, detail="only here")).point(1).region
    far = plan_of(engine, of(ONE)).point(1).region
    assert near.mask.sum() > 2 * far.mask.sum()
    assert near.finish.box is not None
    small = near.finish(Image.new("RGB", (64, 64), (255, 0, 0)))
    inside = fitted_mask(ONE, 64, 64).numpy() > 0
    changed = (np.asarray(small, dtype=int) != original()).any(-1)
    assert changed[inside].all()
    assert not changed[~inside].any()
    assert near.finish.digest != far.finish.digest


def test_every_setting_that_changes_the_picture_changes_its_name(engine):
    others = [
        {"strength": 0.5},
        {"edge": 5},
        {"area": "the rest"},
        {"detail": "only here"},
        {"prompt": "a dog"},
        {"seed": 4},
    ]
    plans = [plan_of(engine, of(ONE, **more)) for more in ({}, *others)]
    plans += [plan_of(engine, of("8x8:27ao36a"))]
    assert len({plan.point(1).digest(STEPS, False) for plan in plans}) == len(plans)


def test_an_inpainting_checkpoint_is_told_the_mask_and_the_picture_with_a_hole():
    pipe = tiny_sd(in_channels=9)
    engine = Engine(DiffusersNetworks(from_pipeline(pipe, "tiny")), FrameStore())
    experiment = of(ONE, width=64, height=64, num_inference_steps=2)
    plan = plan_of(engine, experiment)
    region = plan.point(1).region
    holed = np.array(original(), dtype=np.uint8)
    rows, columns = (slice(int(line.min()) * 2, int(line.max()) * 2 + 2) for line in region.mask.nonzero().T)
    holed[rows, columns] = 128
    assert torch.equal(region.masked_latents, engine.encode_picture(Image.fromarray(holed)))
    before, after = pictures(engine, experiment)
    outside = fitted_mask(ONE, 64, 64).numpy() == 0
    np.testing.assert_array_equal(after[outside], original()[outside])
    assert (before != after).any()


def test_the_picture_says_where_it_came_from(engine):
    start = with_ancestry(canonical("hills"), ["a planet"])
    plan = plan_of(engine, Inpainting(painted={"picture": start, "mask": ONE}))
    assert plan.places[0].settings["came from"] == "a planet"
    assert ancestry(Inpainting(painted=start).painted.picture) == ["a planet"]


def test_the_command_line_takes_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command_line, "load", lambda **_: Engine(FakeNetworks(), FrameStore()))
    mask = Image.new("L", (64, 64))
    ImageDraw.Draw(mask).rectangle([0, 0, 31, 63], fill=255)
    mask.save(tmp_path / "mask.png")
    out = str(tmp_path / "out.zip")
    assert main(["inpainting", "--picture", "hills", "--mask", str(tmp_path / "mask.png"), "--out", out]) == 0
    made = Inpainting(**read(tmp_path / "out.zip")["settings"])
    assert made.painted.picture == canonical("hills")
    assert fitted_mask(made.painted.mask, 8, 8).sum(1).tolist() == [4.0] * 8
    assert main(["inpainting", "--mask", "8x8:64p", "--out", out]) == 0
    found = Inpainting(**read(tmp_path / "out.zip")["settings"]).painted
    assert found == Inpainting(painted={"picture": "planet", "mask": ALL}).painted
    assert main(["inpainting", "--out", out]) == 0
    assert Inpainting(**read(tmp_path / "out.zip")["settings"]) == Inpainting().resolved(FakeNetworks.defaults)
    assert main(["inpainting", "--mask", "", "--out", out]) == 2
    assert "painted = '' is not allowed: a mask with something painted over in it" in capsys.readouterr().err
    assert main(["inpainting", "--mask", str(tmp_path / "none.png"), "--out", out]) == 2
    assert "is not allowed: mask: the file cannot be read: No such file" in capsys.readouterr().err


def test_the_example_is_painted_over_where_its_planet_is():
    cells = fitted_mask(PLANET.mask, 16, 16)
    assert (int(cells.sum()), cells[7, 7], cells[0, 0]) == (100, 1, 0)
