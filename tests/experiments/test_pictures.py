"""Start pictures: every mode and kind of file comes in right, what is no picture is refused in one sentence."""

import base64
import contextlib
import io
import json
import random
import struct
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, TiffImagePlugin, UnidentifiedImageError

from explorer.experiments.inputs import InputError, Picture
from explorer.experiments.pictures import (
    EXAMPLES,
    FITS,
    KEPT_BYTES,
    LONGEST,
    MAX_LINE,
    MAX_LINES,
    ancestry,
    canonical,
    example_name,
    fitted,
    opened,
    webp_file,
    with_ancestry,
)
from explorer.files.webp import chunks, webp
from explorer.messages import Message


def file_of(image: Image.Image, format: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def noisy(width: int, height: int, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def halves(size=(48, 32), left="red", right="blue") -> Image.Image:
    image = Image.new("RGB", size, right)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return image


def colour(picture: str, x: float = 0.25, y: float = 0.5) -> tuple[int, ...]:
    image = opened(picture)
    return image.getpixel((int(x * image.width), int(y * image.height)))


def near(given: tuple[int, ...], expected: tuple[int, ...], by: int = 3) -> bool:
    return max(abs(a - b) for a, b in zip(given, expected, strict=True)) <= by


def bomb(side: int = 13_000) -> bytes:
    """A PNG of side x side black pixels in 164 kB."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    deflate = zlib.compressobj(9)
    row = bytes(side + 1)
    rows = b"".join(deflate.compress(row) for _ in range(side)) + deflate.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# Files of every kind ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_kind_of_file_is_taken(format):
    picture = canonical(file_of(halves(), format))
    assert picture.startswith("data:image/webp;base64,")
    assert opened(picture).size == (48, 32)
    assert near(colour(picture), (255, 0, 0), by=12)  # JPEG's and WebP's own loss
    assert near(colour(picture, 0.75), (0, 0, 255), by=12)


def heic(image: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, **options)
    return file.getvalue()


def test_a_phones_photograph_is_taken_the_right_way_up():
    image = halves()
    assert opened(canonical(heic(image))).size == (48, 32)
    assert near(colour(canonical(heic(image))), (255, 0, 0), by=12)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # the camera was turned: its left is the picture's top
    turned = canonical(heic(image, exif=exif.tobytes()))
    assert opened(turned).size == (32, 48)
    assert near(colour(turned, 0.5, 0.25), (255, 0, 0), by=12)
    assert near(colour(turned, 0.5, 0.75), (0, 0, 255), by=12)


def test_heic_is_opened_here_alone_and_told_to_nobody():
    canonical(heic(halves()))
    assert "HEIF" not in Image.OPEN
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(heic(halves())))


@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
def test_a_photograph_with_too_many_pixels_is_refused_by_its_header(kind):
    image = Image.new("RGB", (64, 64), "red")
    file = heic(image) if kind == "HEIC" else file_of(image, kind)
    large = file.replace(struct.pack(">II", 64, 64), struct.pack(">II", 20_000, 20_000))
    assert large != file
    with pytest.raises(ValueError, match=r"20000 x 20000 pixels|no picture"):
        canonical(large)


def test_heic_that_says_it_is_small_and_is_not_is_refused_before_it_is_decoded():
    file = heic(Image.new("RGB", (2048, 2048), "red"), quality=10)
    small = file.replace(struct.pack(">II", 2048, 2048), struct.pack(">II", 64, 64))
    tracemalloc.start()
    with pytest.raises(ValueError, match="cut off or broken"):
        canonical(small)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
def test_broken_photographs_are_refused_in_a_sentence(kind):
    file = heic(halves()) if kind == "HEIC" else file_of(halves(), kind)
    chance = random.Random(7)
    for _ in range(60):
        broken = bytearray(file[: chance.randrange(12, len(file))] if chance.random() < 0.5 else file)
        for _ in range(chance.randrange(1, 9)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        with contextlib.suppress(ValueError):
            assert canonical(bytes(broken)).startswith("data:image/webp;base64,")
    with pytest.raises(ValueError):
        canonical(file[: len(file) // 2])


def test_lossless_files_come_in_without_loss():
    image = noisy(60, 40)
    for format in ("PNG", "BMP", "TIFF"):
        assert opened(canonical(file_of(image, format))).tobytes() == image.tobytes()


def test_a_path_a_picture_an_example_a_data_url_and_bytes_are_the_same(tmp_path):
    path, image = tmp_path / "ä b.png", halves()
    path.write_bytes(file_of(image))
    url = "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
    assert canonical(path) == canonical(image) == canonical(path.read_bytes()) == canonical(url)
    assert canonical("planet") == canonical(EXAMPLES["planet"])


def test_a_picture_that_is_given_is_left_as_it_is():
    image = noisy(2000, 500)
    before = image.tobytes()
    canonical(image)
    assert (image.size, image.tobytes()) == ((2000, 500), before)


def test_a_string_is_never_a_path(tmp_path, monkeypatch):
    (tmp_path / "secret.png").write_bytes(file_of(halves()))
    monkeypatch.chdir(tmp_path)
    for text in ("secret.png", str(tmp_path / "secret.png"), f"file://{tmp_path}/secret.png", "data:,secret.png"):
        with pytest.raises(ValueError, match=r"no example|no data URL"):
            canonical(text)


# Modes --------------------------------------------------------------------------------------------------------------


def test_transparent_pixels_become_white():
    for mode in ("RGBA", "LA"):
        image = halves().convert(mode)
        image.putalpha(Image.new("L", image.size, 0))
        assert colour(canonical(file_of(image))) == (255, 255, 255)
    half = halves().convert("RGBA")
    half.putalpha(128)
    assert near(colour(canonical(file_of(half))), (255, 127, 127))


def test_a_palette_with_transparency():
    image = Image.new("P", (20, 20), 0)
    image.putpalette([0, 200, 0, 10, 20, 30])
    image.paste(1, (0, 0, 10, 20))
    for options in ({}, {"transparency": 0}, {"transparency": b"\x00\xff"}):
        picture = canonical(file_of(image, **options))
        assert colour(picture) == (10, 20, 30)
        assert colour(picture, 0.75) == ((0, 200, 0) if not options else (255, 255, 255))


def test_a_key_colour_is_transparent_too():
    picture = canonical(file_of(halves(), transparency=(0, 0, 255)))
    assert (colour(picture), colour(picture, 0.75)) == ((255, 0, 0), (255, 255, 255))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_turns_it_upright(orientation, format):
    """Stored as cameras do: the picture turned away, and the way back in its EXIF."""
    upright = halves((48, 32))
    upright.paste("lime", (0, 0, 24, 16))
    away = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(away[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    picture = canonical(file_of(stored, format, exif=exif))
    assert opened(picture).size == (48, 32)
    assert near(colour(picture, 0.25, 0.25), (0, 255, 0), by=12)
    assert near(colour(picture, 0.25, 0.75), (255, 0, 0), by=12)
    assert near(colour(picture, 0.75, 0.25), (0, 0, 255), by=12)
    assert canonical(picture) == picture  # and not turned a second time


def test_grey_of_sixteen_bits_is_scaled_and_not_cut_off():
    values = np.linspace(0, 65535, 256, dtype=np.uint16)[None].repeat(32, axis=0)
    for format in ("PNG", "TIFF"):
        image = np.asarray(opened(canonical(file_of(Image.fromarray(values), format))))
        assert np.abs(image[0, :, 0].astype(int) - np.arange(256)).max() <= 1


@pytest.mark.parametrize(
    ("dtype", "highest"),
    [(np.float32, 1), (np.float32, 255), (np.float32, 65535), (np.int32, 65535)],  # whole ones that wide: sixteen bits
)
def test_wide_numbers_are_scaled_from_their_likely_range(dtype, highest):
    ramp = np.linspace(0, highest, 256).astype(dtype)[None].repeat(32, axis=0)
    image = np.asarray(opened(canonical(file_of(Image.fromarray(ramp), "TIFF"))))
    assert np.abs(image[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_numbers_that_are_none_are_black():
    wild = np.full((20, 20), np.nan, dtype=np.float32)
    wild[:, 10:] = np.inf
    assert colour(canonical(file_of(Image.fromarray(wild), "TIFF"))) == (0, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "CMYK", "LAB"])
def test_other_modes(mode):
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(halves(), *profiles, outputMode="LAB")
    else:
        image = halves((48, 32), "white", "black").convert(mode)
    picture = canonical(file_of(image, "TIFF"))
    expected = ((255, 0, 0), (0, 0, 255)) if mode == "LAB" else ((255, 255, 255), (0, 0, 0))
    assert near(colour(picture), expected[0], by=25)  # Lab of eight bits is coarse
    assert near(colour(picture, 0.75), expected[1], by=25)


def test_a_cmyk_jpeg():
    assert near(colour(canonical(file_of(halves().convert("CMYK"), "JPEG"))), (255, 0, 0), by=12)


def test_a_colour_profile_is_followed_and_a_broken_one_is_not():
    image = Image.new("RGB", (16, 16), (100, 150, 200))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert near(colour(canonical(file_of(image, icc_profile=srgb))), (100, 150, 200), by=1)
    assert colour(canonical(file_of(image, icc_profile=b"nonsense"))) == (100, 150, 200)
    xyz = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    assert colour(canonical(file_of(image, icc_profile=xyz))) != (0, 0, 0)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken(format):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    file = file_of(frames[0], format, save_all=True, append_images=frames[1:])
    assert near(colour(canonical(file)), (255, 0, 0), by=8)
    assert not getattr(Image.open(io.BytesIO(webp_file(canonical(file)))), "is_animated", False)


# Sizes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "expected"),
    [((8, 8), (8, 8)), ((8, 64), (8, 64)), ((1024, 1024), (1024, 1024)), ((4000, 1000), (1024, 256))],
)
def test_large_pictures_are_shrunk_and_small_ones_left(size, expected):
    for format in ("PNG", "JPEG"):
        assert opened(canonical(file_of(Image.new("RGB", size, "navy"), format))).size == expected


def test_it_is_small_enough_to_travel_in_settings():
    noise = canonical(noisy(1400, 1400))
    assert len(webp_file(noise)) <= KEPT_BYTES + 100
    assert canonical(noise) == noise
    soft = noisy(40, 40).resize((1024, 1024))
    assert len(canonical(soft)) < KEPT_BYTES * 4 / 3


@settings(max_examples=30, deadline=None)
@given(st.integers(8, 200), st.integers(8, 200), st.sampled_from(["RGB", "L", "RGBA", "P"]))
@example(1400, 1100, "RGB")
@example(1025, 300, "RGBA")
def test_a_canonical_picture_is_left_byte_for_byte(width, height, mode):
    width, height = min(width, 8 * height), min(height, 8 * width)
    picture = canonical(noisy(40, 30).resize((width, height)).convert(mode))
    assert canonical(picture) == picture
    assert canonical(webp_file(picture)) == picture
    assert canonical(opened(picture)) == canonical(canonical(opened(picture)))
    assert max(opened(picture).size) <= LONGEST


def test_pixels_of_a_webp_of_our_kind_are_never_encoded_again():
    file = file_of(noisy(100, 80), "WEBP", quality=30, exif=Image.Exif().tobytes())
    assert opened(canonical(file)).tobytes() == Image.open(io.BytesIO(file)).convert("RGB").tobytes()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.sampled_from(FITS), st.sampled_from([(40, 40), (90, 20), (20, 90)]))
def test_it_is_fitted_to_exactly_the_size(width, height, how, size):
    image = fitted(canonical(noisy(*size)), 8 * width, 8 * height, how)
    assert (image.size, image.mode) == ((8 * width, 8 * height), "RGB")


def test_crop_cuts_the_middle_and_fit_shows_all_of_it():
    picture = canonical(halves((90, 30), "red", "lime"))
    cropped, whole = fitted(picture, 64, 64, "crop"), fitted(picture, 64, 64, "fit")
    assert near(cropped.getpixel((2, 2)), (255, 0, 0)) and near(cropped.getpixel((61, 61)), (0, 255, 0))
    assert near(whole.getpixel((1, 32)), (255, 0, 0)) and near(whole.getpixel((62, 32)), (0, 255, 0))
    thirds = Image.new("RGB", (90, 30), "white")
    thirds.paste("black", (30, 0, 60, 30))
    assert near(fitted(canonical(thirds), 64, 64, "crop").getpixel((32, 32)), (0, 0, 0))
    assert near(fitted(canonical(thirds), 64, 64, "fit").getpixel((2, 32)), (255, 255, 255))
    same = noisy(64, 64)
    assert fitted(canonical(same), 64, 64, "crop").tobytes() == same.tobytes()
    assert fitted(canonical(same), 64, 64, "fit").tobytes() == same.tobytes()


def test_no_other_way_to_fit():
    with pytest.raises(ValueError, match="one of crop, fit"):
        fitted(canonical("planet"), 64, 64, "stretch")


# What is no start picture -------------------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>'
BAD = {
    "truncated": (file_of(noisy(200, 200))[:5000], "cut off or broken"),
    "truncated jpeg": (file_of(noisy(200, 200), "JPEG")[:5000], "cut off or broken"),
    "truncated webp": (file_of(noisy(200, 200), "WEBP")[:5000], "broken"),
    "header only": (b"\x89PNG\r\n\x1a\n", "no picture"),
    "empty": (b"", "no picture"),
    "svg": (SVG, "no picture"),
    "text": (b"just some words, saved as picture.png\n" * 20, "no picture"),
    "1 x 1": (file_of(Image.new("RGB", (1, 1))), "1 x 1 pixels, at least 8"),
    "7 x 9": (file_of(Image.new("RGB", (7, 9))), "7 x 9 pixels, at least 8"),
    "10000 x 3": (file_of(Image.new("RGB", (10_000, 3))), "10000 x 3 pixels, at least 8"),
    "10000 x 30": (file_of(Image.new("RGB", (10_000, 30))), "10000 x 30 pixels, at most 8 times"),
    "an icon": (file_of(Image.new("RGB", (32, 32)), "ICO"), "no picture"),
    "base64": ("data:image/png;base64,!!!", "base64 is broken"),
    "another url": ("data:text/html,<script>", "no data URL of a picture"),
    "web address": ("https://example.org/cat.png", "no example of this name"),
    "nothing": (None, "no picture"),
    "a number": (3, "a int and no picture"),
    "no file": (Path("/nonexistent/cat.png"), "cannot be read"),
    "a folder": (Path("/"), "cannot be read"),
    "20 MB": (bytes(20_000_001), "at most 20 MB"),
}


@pytest.mark.parametrize(("given", "reason"), BAD.values(), ids=BAD)
def test_what_is_none_is_refused_in_one_sentence(given, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        canonical(given)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("given", [given for given, _ in BAD.values()], ids=BAD)
def test_the_input_names_its_field_and_what_is_allowed(given):
    with pytest.raises(InputError) as caught:
        Picture("").check("picture", given)
    text = str(caught.value)
    assert text.startswith("picture = ")
    assert len(text) < 500
    assert all(word in text for word in ("PNG", "20 MB", "64 megapixels", *EXAMPLES))


def test_a_bomb_is_refused_before_a_pixel_is_decoded():
    file = bomb()
    assert len(file) < 200_000
    tracemalloc.start()
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            with pytest.raises(ValueError, match="it has 13000 x 13000 pixels"):
                canonical(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said == []
    assert peak < 10_000_000


def test_a_bomb_of_which_pillow_does_not_say_the_size():
    with pytest.raises(ValueError, match="too many pixels, at most 64 megapixels"):
        canonical(bomb(20_000))


def test_a_bomb_costs_the_process_no_memory():
    """Pillow's pixels are not traced by Python: what the whole process took at most says it."""
    script = "import resource, sys; from explorer.experiments.pictures import canonical\n"
    script += "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
    script += "try: canonical(sys.stdin.buffer.read())\n"
    script += "except ValueError: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    import subprocess
    import sys

    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], input=bomb(), capture_output=True, cwd=root, check=True
    )
    assert int(done.stdout) < 30_000  # kilobytes; decoded it would be 165,000
    assert done.stderr == b""


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_file_that_is_spoilt_is_a_picture_or_a_value_error(data):
    format = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]))
    file = bytearray(file_of(noisy(24, 16), format))
    for place in data.draw(st.lists(st.integers(0, len(file) - 1), min_size=1, max_size=12)):
        file[place] = data.draw(st.integers(0, 255))
    file = bytes(file[: data.draw(st.integers(0, len(file)))])
    try:
        picture = canonical(file)
    except ValueError:
        return
    assert canonical(picture) == picture


# Ancestry -----------------------------------------------------------------------------------------------------------

LINES = ["planet", "variation 3 of strength 0.6, seed 7", "“再来一次” 🐈"]


def test_its_ancestry_travels_with_it_and_its_pixels_stay():
    for picture in (canonical("planet"), canonical(noisy(900, 700)), canonical(noisy(31, 17))):
        child = with_ancestry(picture, LINES)
        assert ancestry(picture) == []
        assert ancestry(child) == LINES
        assert canonical(child) == child
        assert opened(child).tobytes() == opened(picture).tobytes()
        assert with_ancestry(child, []) == picture
        assert with_ancestry(with_ancestry(picture, LINES[:1]), LINES) == child


def test_a_line_of_its_ancestry_is_still_a_message():
    line = Message("{tab}: {caption}", tab="Image variations", caption=Message("start"))
    child = with_ancestry(canonical("planet"), [line, "own words", Message("{n} \n rows", n=3)])
    assert canonical(child) == child
    said, own, broken = ancestry(child)
    assert (said, said.values["caption"].key) == ("Image variations: start", "start")
    assert (own, type(own), broken, type(broken)) == ("own words", str, "3 rows", str)


def test_of_a_long_ancestry_the_latest_is_kept():
    picture = with_ancestry(canonical("planet"), [f"{i} " + "x" * 1000 for i in range(100)])
    found = ancestry(picture)
    assert len(found) == MAX_LINES
    assert found[-1].startswith("99 ")
    assert {len(line) for line in found} == {MAX_LINE}
    assert canonical(picture) == picture


@given(st.lists(st.text(max_size=400), max_size=40))
@settings(max_examples=50, deadline=None)
def test_any_lines_come_back_bounded(lines):
    child = with_ancestry(canonical(halves()), lines)
    found = ancestry(child)
    assert with_ancestry(child, found) == child
    assert all(0 < len(line) <= MAX_LINE and line.split() for line in found)


def hostile(comment: bytes) -> bytes:
    block = Image.Exif()
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    return file_of(halves(), "WEBP", lossless=True, exif=block.tobytes())


@pytest.mark.parametrize(
    "comment",
    [
        b"",
        b"ASCII\0\0\0not json",
        b'ASCII\0\0\0{"ancestry": "a text"}',
        b'ASCII\0\0\0{"ancestry": {"a": 1}}',
        b'ASCII\0\0\0{"ancestry": [1, null, [], {}]}',
        b'ASCII\0\0\0["ancestry"]',
        b"ASCII\0\0\0" + b"[" * 50_000,
        b"\xff" * 1000,
    ],
)
def test_whatever_else_stands_there_is_no_ancestry_and_is_not_kept(comment):
    picture = canonical(hostile(comment))
    assert ancestry(picture) == []
    assert [name for name, _ in chunks(webp_file(picture))] == [b"VP8L"]


def test_a_strangers_lines_are_bounded_and_nothing_beside_them_is_kept():
    lines = [f"{i}\n\x00" + "y" * 5000 for i in range(500)]
    comment = b"ASCII\0\0\0" + json.dumps({"ancestry": lines, "payload": "z" * 10_000}).encode()
    picture = canonical(hostile(comment))
    assert len(ancestry(picture)) == MAX_LINES
    assert b"payload" not in webp_file(picture)
    assert canonical(picture) == picture


def test_a_large_picture_keeps_its_ancestry_when_it_is_shrunk():
    comment = b"ASCII\0\0\0" + json.dumps({"ancestry": ["a cat"]}).encode()
    block = Image.Exif()
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    assert ancestry(canonical(file_of(noisy(1200, 900), "WEBP", exif=block.tobytes()))) == ["a cat"]


def test_broken_exif_does_not_make_a_picture_unfit():
    tiff = TiffImagePlugin.ImageFileDirectory_v2()
    tiff[ExifTags.Base.Orientation] = 3
    for exif in (b"Exif\0\0garbage", b"Exif\0\0" + tiff.tobytes()[:9], b"Exif\0\0MM\0*\xff\xff\xff\xff"):
        assert near(colour(canonical(file_of(halves(), "JPEG", exif=exif))), (255, 0, 0), by=12)


# The container ------------------------------------------------------------------------------------------------------


def test_the_container_is_the_one_that_others_write():
    for options in ({"lossless": True}, {"quality": 80}):
        file = file_of(noisy(33, 21), "WEBP", **options)
        (name, content) = next(chunks(file))
        assert webp(name + content, 33, 21, b"") == file


@given(st.binary(max_size=200))
def test_chunks_of_anything_end(data):
    for file in (data, b"RIFF\xff\xff\xff\xffWEBP" + data):
        assert sum(len(content) for _, content in chunks(file)) <= len(file)


# The examples -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_canonical_small_and_square(name):
    file = EXAMPLES[name].read_bytes()
    assert webp_file(canonical(name)) == file
    assert len(file) < 60_000
    assert opened(canonical(name)).size == (512, 512)
    assert example_name(canonical(name)) == name
    assert example_name(with_ancestry(canonical(name), ["a copy"])) is None


def test_the_planet_stands_before_a_black_sky():
    sky = np.asarray(fitted(canonical("planet"), 128, 128, "crop")).astype(int)
    assert sky[[0, 0, -1, -1], [0, -1, 0, -1]].max() < 60
    assert sky[56:72, 50:70].mean() > 100
