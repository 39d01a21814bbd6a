"""A model that gives no numbers: told in a sentence, never stored, and black frames of before are not handed out."""

import io

import pytest
import torch
from PIL import Image

from explorer import GuidanceSweep, render
from explorer.engine.autoencoder import Autoencoder, to_png
from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import ModelError, load
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.overflow import Overflow, check_finite
from explorer.engine.quiet import quiet
from explorer.engine.store import FrameStore
from explorer.ui.text import say
from tests.engine.loading import UNET, rewrite
from tests.tiny import tiny_sd

pytestmark = pytest.mark.usefixtures("unmeasured")
SWEEP = GuidanceSweep(prompt="a cat", scales=(1, 2), num_inference_steps=2, width=32, height=32, scheduler="DDIM")
VAE = "vae/diffusion_pytorch_model.safetensors"


class Broken(FakeNetworks):
    """Fakes that overflow from a call on; their colours are known."""

    def __init__(self, value=float("nan"), healthy_calls=0, dtype=torch.float16):
        super().__init__()
        self.value, self.healthy_calls, self.dtype = value, healthy_calls, dtype

    def predict(self, rows, micro_batch):
        output = super().predict(rows, micro_batch)
        return output if self.calls <= self.healthy_calls else torch.full_like(output, self.value)


class Black(FakeNetworks):
    """Fakes whose pictures are black, and meant to be."""

    def decode(self, latents):
        return Image.new("RGB", (latents.shape[2] * 8, latents.shape[1] * 8))


def rendered(engine, experiment=SWEEP):
    return list(render(experiment, engine, progress=False))


def plain_black(size=32):
    buffer = io.BytesIO()
    Image.new("RGB", (size, size)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_numbers_end_the_render_in_a_sentence_and_nothing_is_kept(tmp_path, value):
    engine = Engine(Broken(value), FrameStore(tmp_path))
    with pytest.raises(Overflow, match=r"no numbers \(NaN or infinity\) in float16: try --dtype float32\.$"):
        rendered(engine)
    assert not list(tmp_path.rglob("*.png"))
    assert engine.price(SWEEP.resolved(engine.networks.defaults).plan(engine)).stored == 0


def test_in_float32_another_way_out_is_named():
    with pytest.raises(ModelError, match="in float32: its file is broken") as caught:
        rendered(Engine(Broken(dtype=torch.float32), FrameStore()))
    assert "--dtype" not in str(caught.value)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_visitor_reads_it_in_their_language(dtype):
    with pytest.raises(Overflow) as caught:
        check_finite(torch.tensor(float("nan")), dtype)
    assert say(str(caught.value), "zh").startswith(f"模型在 {str(dtype).removeprefix('torch.')} 下给出的不是数字")


def test_what_was_finished_before_stays():
    engine = Engine(Broken(healthy_calls=2), FrameStore())
    rendered(engine, GuidanceSweep(prompt="a cat", scales=(1,), num_inference_steps=2, scheduler="DDIM"))
    with pytest.raises(Overflow):
        rendered(engine, GuidanceSweep(prompt="a dog", scales=(1,), num_inference_steps=2, scheduler="DDIM"))
    assert rendered(engine, GuidanceSweep(prompt="a cat", scales=(1,), num_inference_steps=2, scheduler="DDIM"))[
        0
    ].stored


@pytest.mark.parametrize("file", [UNET, VAE])
def test_a_broken_file_is_told_whichever_network_it_breaks(sd, file, tmp_path):
    def spoil(tensors):
        name = "conv_out.weight" if file == UNET else "decoder.conv_out.weight"
        tensors[name].fill_(float("nan"))

    rewrite(sd / file, spoil)
    engine = Engine(DiffusersNetworks(load(str(sd), device="cpu", dtype="float32")), FrameStore(tmp_path / "frames"))
    with pytest.raises(Overflow, match="broken"):
        rendered(engine)
    assert not list(tmp_path.rglob("*.png"))


def test_a_decoder_that_overflows_is_told_by_its_own_dtype():
    vae = tiny_sd().vae.to(torch.bfloat16)
    vae.decoder.conv_out.bias.data.fill_(float("inf"))
    with pytest.raises(Overflow, match="in bfloat16: try --dtype float32"):
        Autoencoder(vae, torch.device("cpu"), 2).decode(torch.zeros(4, 16, 16))


def test_numbers_pass():
    check_finite(torch.tensor([1e38, -1e38, 0.0]), torch.float32)


def test_a_black_frame_of_before_is_rendered_once_more(tmp_path):
    sound = {frame.key: frame.png for frame in rendered(Engine(FakeNetworks(), FrameStore()))}
    before = FrameStore(tmp_path)
    for key in sound:
        before.put(key, plain_black())
    again = rendered(Engine(FakeNetworks(), FrameStore(tmp_path)))
    assert {frame.key: frame.png for frame in again} == sound
    assert not any(frame.stored for frame in again)
    assert all(frame.stored for frame in rendered(Engine(FakeNetworks(), FrameStore(tmp_path))))


def test_a_picture_that_is_meant_to_be_black_stays(tmp_path):
    first = rendered(Engine(Black(), FrameStore(tmp_path)))
    networks = Black()
    again = rendered(Engine(networks, FrameStore(tmp_path)))
    assert all(frame.stored for frame in again)
    assert networks.calls == 0
    assert {frame.png for frame in first} == {frame.png for frame in again}
    assert first[0].image.getbbox() is None


@pytest.mark.parametrize("size", [8, 32, 128, 1536])
def test_only_black_is_doubted(tmp_path, size):
    flat, black = Image.new("RGB", (size, size), (0, 0, 1)), Image.new("RGB", (size, size))
    for key, png, found in (
        ("aa", plain_black(size), False),
        ("bb", to_png(black), True),
        ("cc", to_png(flat), True),
    ):
        FrameStore(tmp_path).put(key, png)
        assert (FrameStore(tmp_path).get(key) == png) is found


def test_the_rest_of_a_picture_that_is_no_picture_is_none(tmp_path):
    FrameStore(tmp_path).put("aa", plain_black()[:40] + plain_black()[-12:])
    assert FrameStore(tmp_path).get("aa") is None


def test_loading_a_model_whose_text_is_no_number_ends_the_same_way(tmp_path):
    with quiet():
        tiny_sd().save_pretrained(tmp_path / "f")
    rewrite(tmp_path / "f/text_encoder/model.safetensors", lambda t: t["final_layer_norm.bias"].fill_(float("nan")))
    engine = Engine(DiffusersNetworks(load(str(tmp_path / "f"), device="cpu", dtype="float32")), FrameStore())
    with pytest.raises(Overflow):
        rendered(engine)
