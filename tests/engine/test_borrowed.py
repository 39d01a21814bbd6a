"""A borrowed device: what is planned here is rendered there, under the same names. The CPU stands in for the GPU."""

import pytest

from explorer.engine.borrowed import Borrowed, borrow
from explorer.engine.engine import Frame
from explorer.experiments.image_variations import ImageVariations
from explorer.experiments.interpolation import Interpolation


@pytest.fixture(scope="module")
def borrowed(tmp_path_factory) -> Borrowed:
    lent = borrow("pocket", cache_folder=tmp_path_factory.mktemp("cache"), dtype="float32")
    return Borrowed(lent.model, lent.folder, device="cpu")


@pytest.fixture(scope="module")
def planner(borrowed):
    return borrowed.planner()


def small(kind, **settings):
    return kind(width=64, height=64, num_inference_steps=2, **settings)


@pytest.mark.parametrize("kind", [Interpolation, ImageVariations])
def test_what_the_worker_renders_is_what_the_planner_priced_and_finds(borrowed, planner, kind):
    film = small(kind).resolved(planner.networks.defaults)
    priced = planner.render(film.plan(planner))
    worker = borrowed.worker()
    render = worker.render(film.plan(worker))
    assert render.keys == priced.keys
    assert render.price.rows == priced.price.rows
    assert len({event.index for event in render if isinstance(event, Frame)}) == len(render.keys)
    found = planner.price(film.plan(planner))
    assert found.stored == found.frames


def test_the_planner_renders_nothing_and_says_so(planner):
    film = small(Interpolation, seed=7).resolved(planner.networks.defaults)
    with pytest.raises(RuntimeError, match="There is no GPU in this process"):
        list(planner.render(film.plan(planner)))


def test_without_a_wish_the_unet_is_bfloat16_and_the_rest_float32_and_names_say_so(tmp_path):
    lent = borrow("pocket", cache_folder=tmp_path)
    networks = lent.planner().networks
    assert str(lent.model.pipe.unet.dtype) == "torch.bfloat16"
    assert str(lent.model.pipe.text_encoder.dtype) == str(lent.model.pipe.vae.dtype) == "torch.float32"
    assert networks.device.type == "cuda"
    assert "bfloat16" in networks.signature
