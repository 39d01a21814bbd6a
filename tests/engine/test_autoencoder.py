"""Latents to pictures: to the byte what diffusers' pipelines make of them, and glimpses that tell something."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny, StableDiffusionPipeline
from diffusers.image_processor import VaeImageProcessor
from PIL import Image, ImageDraw

from explorer.engine.autoencoder import Autoencoder, to_png
from explorer.engine.engine import Frame
from explorer.engine.known import POCKET
from explorer.engine.quiet import quiet
from explorer.messages import Message
from explorer.space.plans import Place
from tests.tiny import tiny_sd, tiny_sdxl

CPU = torch.device("cpu")


def pocket() -> StableDiffusionPipeline:
    with quiet():
        pipe = StableDiffusionPipeline.from_pretrained(POCKET, dtype=torch.float32, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    return pipe


PIPES = {"sd": tiny_sd, "sdxl": tiny_sdxl, "pocket": pocket}


@pytest.fixture(scope="module", params=PIPES)
def pipe(request):
    return PIPES[request.param]()


@pytest.fixture(scope="module")
def pocket_pipe():
    return pocket()


def autoencoder_of(pipe) -> Autoencoder:
    return Autoencoder(pipe.vae, CPU, pipe.vae_scale_factor)


def pixels(picture: Image.Image) -> np.ndarray:
    """In [0, 1]."""
    return np.asarray(picture, np.float64) / 255


@pytest.mark.parametrize(("height", "width"), [(8, 12), (16, 8)])
def test_a_picture_has_the_bytes_of_the_pipelines_own(pipe, height, width):
    def made(output_type):
        generator, factor = torch.Generator("cpu").manual_seed(5), pipe.vae_scale_factor
        size = {"height": height * factor, "width": width * factor}
        return pipe(
            "a boat", **size, num_inference_steps=1, guidance_scale=1, generator=generator, output_type=output_type
        ).images[0]

    latents, theirs = made("latent"), made("pil")
    ours = autoencoder_of(pipe).decode(latents)
    assert latents.shape == (pipe.unet.config.in_channels, height, width)
    assert (ours.size, ours.mode) == (theirs.size, theirs.mode)
    assert ours.size == (width * pipe.vae_scale_factor, height * pipe.vae_scale_factor)
    assert ours.tobytes() == theirs.tobytes()
    assert pixels(ours).std() > 0.01


def test_latents_far_outside_give_black_and_white_and_no_overflow():
    vae = SimpleNamespace(
        dtype=torch.float32,
        config=SimpleNamespace(scaling_factor=1.0),
        decode=lambda latents, return_dict: (latents[:, :3],),
    )
    latents = torch.tensor([-1e6, 0.0, 1e6])[:, None, None].expand(3, 2, 2)
    assert Autoencoder(vae, CPU, 1).decode(latents).getpixel((0, 0)) == (0, 128, 255)


def test_a_half_precision_autoencoder_that_overflows_is_used_in_float32():
    whole, half = tiny_sd().vae, tiny_sd().vae.to(torch.float16)
    assert half.config.force_upcast
    latents = torch.randn(4, 8, 8, generator=torch.Generator().manual_seed(0))
    picture = Autoencoder(half, CPU, 2).decode(latents)
    assert half.dtype == torch.float32
    difference = np.abs(pixels(picture) - pixels(Autoencoder(whole, CPU, 2).decode(latents)))
    assert difference.max() < 0.05  # the weights were rounded to half precision before


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_other_autoencoders_stay_as_they_are(dtype):
    tiny = AutoencoderTiny(
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        num_encoder_blocks=(1, 1),
        num_decoder_blocks=(1, 1),
    ).to(dtype)
    Autoencoder(tiny, CPU, 2)
    assert tiny.dtype == dtype
    large = tiny_sd().vae.to(torch.bfloat16)
    Autoencoder(large, CPU, 2)
    assert large.dtype == torch.bfloat16


def test_a_bfloat16_picture_is_close_to_the_float32_one(pocket_pipe):
    latents = torch.randn(8, 16, 16, generator=torch.Generator().manual_seed(0))
    fine = pixels(autoencoder_of(pocket_pipe).decode(latents))
    with quiet():
        vae = AutoencoderTiny.from_pretrained(POCKET / "vae", dtype=torch.bfloat16)
    assert np.abs(pixels(Autoencoder(vae, CPU, 8).decode(latents)) - fine).mean() < 0.01  # measured: 0.0016


def test_a_glimpse_of_a_tiny_autoencoder_is_the_picture(pocket_pipe):
    latents = torch.randn(8, 8, 12, generator=torch.Generator().manual_seed(0))
    decoder = autoencoder_of(pocket_pipe)
    assert decoder.preview(latents).size == (96, 64)
    assert decoder.preview(latents).tobytes() == decoder.decode(latents).tobytes()


@pytest.mark.parametrize("make", [tiny_sd, tiny_sdxl])
def test_other_glimpses_have_a_pixel_a_latent(make):
    decoder = autoencoder_of(make())
    glimpse = decoder.preview(torch.randn(4, 6, 10, dtype=torch.bfloat16))
    assert (glimpse.size, glimpse.mode) == ((10, 6), "RGB")


class Mapped:
    """The bundled autoencoder, trained, in the shape of an `AutoencoderKL`, whose glimpses are a linear map."""

    def __init__(self, vae: AutoencoderTiny) -> None:
        self.config, self.dtype, self.decode, self._encode = vae.config, vae.dtype, vae.decode, vae.encode

    def encode(self, picture):
        latents = self._encode(picture).latents
        return SimpleNamespace(latent_dist=SimpleNamespace(mode=lambda: latents))


def scene(number: int) -> Image.Image:
    """Five hard-edged shapes in any colours, which the map was not fitted to."""
    random = np.random.default_rng(number)
    colours = [tuple(colour) for colour in random.integers(0, 256, (6, 3)).tolist()]
    picture = Image.new("RGB", (128, 96), colours[0])
    draw = ImageDraw.Draw(picture)
    for shape, colour in zip((draw.ellipse, draw.rectangle) * 3, colours[1:], strict=False):
        x, y, width, height = random.integers((0, 0, 20, 20), (90, 70, 60, 60)).tolist()
        shape((x, y, x + width, y + height), fill=colour)
    return picture


@pytest.mark.parametrize("number", range(2))
def test_a_mapped_glimpse_is_like_the_picture(pocket_pipe, number):
    """Against the best that knows nothing: a plane of the picture's own mean colour.

    Of eight such scenes the root mean square error was 0.43 to 0.59 of the plane's, the correlation 0.90 to 0.94.
    """
    vae, decoder = pocket_pipe.vae, Autoencoder(Mapped(pocket_pipe.vae), CPU, 8)
    with torch.inference_mode():
        values = torch.tensor(np.array(scene(number))).permute(2, 0, 1)[None] / 127.5 - 1
        latents = vae.encode(values).latents[0] * vae.config.scaling_factor
    picture, glimpse = pixels(decoder.decode(latents).reduce(8)), pixels(decoder.preview(latents))
    error, plane = (np.sqrt(((other - picture) ** 2).mean()) for other in (glimpse, picture.mean((0, 1))))
    assert error < 0.75 * plane
    assert np.corrcoef(picture.ravel(), glimpse.ravel())[0, 1] > 0.8


def test_a_png_loses_nothing():
    noise = np.random.default_rng(0).integers(0, 256, (24, 40, 3), np.uint8)
    png = to_png(Image.fromarray(noise))
    with Image.open(io.BytesIO(png)) as read:
        assert read.format == "PNG"
        assert np.array_equal(np.asarray(read), noise)
    assert png == to_png(Image.fromarray(noise))


def test_a_picture_is_encoded_as_diffusers_encodes_its_mode(pipe):
    factor = pipe.vae_scale_factor
    picture = Image.radial_gradient("L").resize((12 * factor, 8 * factor)).convert("RGB")
    latents = autoencoder_of(pipe).encode(picture)
    with torch.no_grad():
        values = VaeImageProcessor(vae_scale_factor=factor).preprocess(picture)
        output = pipe.vae.encode(values)
        theirs = output.latents if isinstance(pipe.vae, AutoencoderTiny) else output.latent_dist.mode()
    assert latents.shape == (pipe.unet.config.in_channels, 8, 12)
    torch.testing.assert_close(latents, theirs[0] * pipe.vae.config.scaling_factor)


def test_a_picture_is_encoded_once(pipe, monkeypatch):
    autoencoder, factor, calls = autoencoder_of(pipe), pipe.vae_scale_factor, []
    encode = pipe.vae.encode
    monkeypatch.setattr(pipe.vae, "encode", lambda *args: calls.append(1) or encode(*args))
    grey, white = (Image.new("RGB", (8 * factor, 8 * factor), colour) for colour in ("grey", "white"))
    first = autoencoder.encode(grey)
    assert torch.equal(autoencoder.encode(grey.copy()), first)
    assert not torch.equal(autoencoder.encode(white), first)
    assert len(calls) == 2


def test_a_picture_of_a_wrong_size_is_refused(pipe):
    with pytest.raises(ValueError, match=r"picture: 33 x 32 px, not multiples of \d"):
        autoencoder_of(pipe).encode(Image.new("RGB", (33, 32)))


def test_a_png_carries_the_note_of_its_picture():
    picture = Image.new("RGB", (4, 4))
    picture.info["note"] = "12.3 dB → fine, 好"
    assert Image.open(io.BytesIO(to_png(picture))).info["note"] == "12.3 dB → fine, 好"
    assert "note" not in Image.open(io.BytesIO(to_png(Image.new("RGB", (4, 4))))).info
    picture.info["note"] = Message("{n} rows", n=3)
    note = Frame(0, Place((0,), ""), "key", to_png(picture), stored=False).note
    assert (note, note.key, note.values) == ("3 rows", "{n} rows", {"n": 3})
