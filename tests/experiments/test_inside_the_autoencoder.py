"""Inside the autoencoder: its rows, what is decoded at each place, and the round trip against diffusers' own."""

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.engine.autoencoder import to_png
from explorer.engine.engine import Engine, Frame
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.experiments.autoencoder_looks import psnr
from explorer.experiments.inputs import InputError
from explorer.experiments.inside_the_autoencoder import BLANK, FADE, MIX, NOISE, POKED, SCALE, SWAP
from explorer.experiments.inside_the_autoencoder import InsideTheAutoencoder as Inside
from explorer.experiments.pictures import fitted
from explorer.space.noise import Noise
from tests.tiny import tiny_sd

SIDE = 64


def plan_of(engine: Engine, experiment: Inside):
    return experiment.resolved(engine.networks.defaults).plan(engine)


def frames_of(engine: Engine, experiment: Inside) -> dict[tuple, Frame]:
    events = list(engine.render(plan_of(engine, experiment)))
    return {event.place.coordinates: event for event in events if isinstance(event, Frame)}


def encoded(engine: Engine, name: str) -> torch.Tensor:
    return engine.encode_picture(fitted(Inside(picture=name).picture, SIDE, SIDE, "crop"))


def test_it_is_a_tab_that_compares():
    assert Inside.title() == "Inside the autoencoder"
    assert (Inside.view, Inside.position) == ("compare", 9)


def test_its_rows_are_there_and_back_the_channels_and_the_pokes(engine):
    plan = plan_of(engine, Inside(poke=SCALE, amounts="0..2"))
    rows = {}
    for place in plan.places:
        rows.setdefault((place.coordinates[1], place.settings["row"]), []).append(place.coordinates[0])
    assert rows == {
        (0, "There and back"): [0, 1, 2],
        (1, "Latent channels, 8 × 8 × 4"): [1, 2, 3, 4],
        (2, "Poked: scale everything"): [0, 1, 2],
    }
    assert [place.caption for place in plan.places[:3]] == ["original", "error", "decoded"]
    assert plan.order == list(range(10)), "the round trip comes first"


def test_nothing_is_sent_through_the_unet(engine):
    plan = plan_of(engine, Inside())
    price = engine.price(plan)
    assert (price.rows, price.naive_rows, price.frames) == (0, 0, 3 + 4 + 5)
    frames = [event for event in engine.render(plan) if isinstance(event, Frame)]
    assert len(frames) == price.frames
    assert engine.networks.calls == 0
    assert engine.price(plan).stored == price.frames


def test_prompts_guidance_and_seeds_change_nothing(engine):
    frames_of(engine, Inside())
    again = Inside(negative_prompt="blur", guidance_scale=9, seed=7)
    assert engine.price(plan_of(engine, again)).stored == 12


@pytest.fixture(scope="module")
def tiny() -> Engine:
    return Engine(DiffusersNetworks(from_pipeline(tiny_sd(), "tiny")))


def test_the_round_trip_is_diffusers_own(tiny):
    """vae.decode(vae.encode(x).mode), to the last bit of the last byte but for rounding."""
    frames = frames_of(tiny, Inside(picture="boat", poke=SCALE, amounts=(0, 1), width=SIDE, height=SIDE))
    original = fitted(Inside(picture="boat").picture, SIDE, SIDE, "crop")
    vae, pixels = tiny_sd().vae, torch.from_numpy(np.array(original)).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.inference_mode():
        back = vae.decode(vae.encode(pixels).latent_dist.mode()).sample[0]
    theirs = ((back / 2 + 0.5).clamp(0, 1) * 255).round().permute(1, 2, 0).numpy()
    assert frames[0, 0].image.tobytes() == original.tobytes()
    assert np.abs(np.asarray(frames[2, 0].image, float) - theirs).max() <= 1
    assert theirs.std() > 1
    said = f"PSNR {psnr(original, frames[2, 0].image):.1f} dB"
    assert frames[2, 0].note.startswith(said)
    assert frames[1, 0].note.startswith(said)
    assert frames[1, POKED].png == frames[2, 0].png, "unpoked latents give the round trip's own frame"
    assert frames[0, POKED].png != frames[2, 0].png


def test_shape_and_compression_are_said(tiny):
    frames = frames_of(tiny, Inside(poke=SCALE, amounts=(1,), width=SIDE, height=32))
    assert frames[0, 0].note == "64 × 32 × 3 → 32 × 16 × 4: 3 times fewer numbers"
    assert frames[4, 1].place.settings["row"] == "Latent channels, 32 × 16 × 4"
    assert frames[4, 1].note.endswith("(black: -3, grey: 0, white: 3)")
    assert frames[4, 1].image.size == (SIDE, 32)


def test_every_poke_is_decoded_as_its_formula_says(engine):
    start, other = encoded(engine, "planet"), encoded(engine, "boat")
    noise = Noise.of(5).latents(start.shape)
    expected = {
        (SCALE, 2): 2 * start,
        (NOISE, 0.6): 0.8 * start + 0.6 * noise,
        (BLANK, 0): start,
        (BLANK, 2): start * torch.tensor([1, 0, 1, 1])[:, None, None],
        (FADE, 0.5): start * torch.tensor([1, 1, 0.5, 1])[:, None, None],
        (SWAP, 1): start[[0, 1, 3, 2]],
        (MIX, 0): start,
        (MIX, 0.25): 0.75 * start + 0.25 * other,
        (MIX, 1): other,
    }
    for (poke, amount), latents in expected.items():
        chosen = Inside(poke=poke, amounts=(amount,), channel=3, second_channel=4, second_picture="boat", seed=5)
        point = plan_of(engine, chosen).at(amount, POKED)
        torch.testing.assert_close(point.init_latents, latents, msg=f"{poke} {amount}")
        assert point.first_step(20) == 20


def test_the_end_of_a_mix_is_the_other_pictures_round_trip(engine):
    mixed = frames_of(engine, Inside(picture="hills", poke=MIX, amounts=(1,), second_picture="boat"))
    other = frames_of(engine, Inside(picture="boat"))
    assert mixed[1, POKED].image.tobytes() == other[2, 0].image.tobytes()


@pytest.mark.parametrize("poke", [SCALE, NOISE, BLANK, FADE, SWAP, MIX])
def test_every_poke_has_amounts_of_its_own_that_change_something(engine, poke):
    frames = frames_of(engine, Inside(poke=poke))
    poked = [frame for place, frame in frames.items() if place[1] == POKED]
    assert len(poked) >= 5
    assert len({frame.place.caption for frame in poked}) == len(poked)
    assert len({frame.png for frame in poked}) > 1
    assert frames[2, 0].png in {frame.png for frame in poked}, "one of them is no poke at all, to compare with"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"poke": FADE, "channel": 5}, "channel = 5 is not allowed: a channel of this model, 1 to 4"),
        ({"poke": SWAP, "second_channel": 16}, "second_channel = 16 is not allowed: a channel of this model, 1 to 4"),
        ({"poke": NOISE, "amounts": (0, 1.5)}, r"amounts = \(0.0, 1.5\) is not allowed: numbers from 0 to 1"),
        ({"poke": BLANK, "amounts": (5,)}, r"amounts = \(5.0,\) is not allowed: channels of this model, 1 to 4"),
        ({"poke": BLANK, "amounts": (0.5,)}, r"amounts = \(0.5,\) is not allowed: channels of this model"),
        ({"poke": "tickle"}, "poke = 'tickle' is not allowed: one of scale everything, add noise"),
        ({"amounts": "1, 2,, x"}, "amounts = '1, 2,, x' is not allowed: up to 32 numbers from -16 to 16"),
        ({"picture": "moon"}, "picture = 'moon' is not allowed: there is no example of this name"),
    ],
)
def test_what_does_not_go_together_is_a_clear_error(engine, settings, message):
    with pytest.raises(InputError, match=message):
        plan_of(engine, Inside(**settings))


def test_channels_that_the_poke_does_not_use_are_not_looked_at(engine):
    assert plan_of(engine, Inside(poke=SCALE, channel=16)).places


def test_a_picture_of_another_shape_is_cropped_or_fitted(engine, tmp_path):
    path = tmp_path / "wide.png"
    picture = Image.new("RGB", (3 * SIDE, SIDE), (255, 0, 0))
    picture.paste((0, 0, 255), (SIDE, 0, 2 * SIDE, SIDE))
    path.write_bytes(to_png(picture))
    crop, fit = (frames_of(engine, Inside(picture=path, fit=how))[0, 0].image for how in ("crop", "fit"))
    assert crop.size == fit.size == (SIDE, SIDE)
    assert crop.getpixel((4, SIDE // 2))[2] > 200
    assert fit.getpixel((4, SIDE // 2))[0] > 200
