"""A record goes into every kind of file and comes back equal; a stranger's file is refused in one sentence."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from explorer.outputs import archives, films
from explorer.outputs.settings import KEY, LIMIT, NoSettings, dumps, exif, png_info, png_with_record, read

BLACK = Image.new("RGB", (16, 16))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.fixed_dictionaries({"settings": st.dictionaries(st.text(), JSON, max_size=4)}, optional={"rows": JSON})
TROUBLE = {"settings": {"prompts": ["<img src=x onerror=alert(1)>", "${a}", "\"'\\\0\n", "قطة 猫 🐈‍⬛", "\ud800"]}}


def still(suffix, **save):
    def write(record, path):
        BLACK.save(path, format=suffix, **{name: make(record) for name, make in save.items()})

    return write


def film(writer, **arguments):
    def write(record, path):
        pictures = [path.with_name(f"{number:04d}.png") for number in range(2)]
        for picture in pictures:
            BLACK.save(picture)
        writer(pictures, path, record=record, **arguments)

    return write


def chunked(record, path):
    buffer = io.BytesIO()
    BLACK.save(buffer, "PNG")
    path.write_bytes(png_with_record(buffer.getvalue(), record))


WRITERS = {
    "run.json": lambda record, path: path.write_text(dumps(record)),
    "png": still("PNG", pnginfo=png_info),
    "png as it was": chunked,
    "jpeg": still("JPEG", exif=exif),
    "webp still": still("WEBP", exif=exif),
    "webp": film(films.write_webp, fps=10),
    "gif": film(films.write_gif, fps=10),
    "mp4": film(films.write_mp4, fps=10),
    "zip": film(archives.write_zip),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(record=RECORDS)
@example(record=TROUBLE)
def test_a_record_comes_back_equal_from_every_format_whatever_the_file_is_called(write, record):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "misleading.txt"
        write(record, path)
        assert read(path) == record


@pytest.mark.parametrize("kind", ["png", "webp", "gif", "mp4", "zip", "run.json"])
def test_a_long_record_fits_every_format_that_is_exported(kind, tmp_path):
    record = {"settings": {"prompts": ["猫" * 100_000]}}
    WRITERS[kind](record, tmp_path / "file")
    assert read(tmp_path / "file") == record


def test_other_programs_see_the_record_too(tmp_path, record):
    for kind in ("png", "gif", "mp4"):
        WRITERS[kind](record, tmp_path / kind)
    with Image.open(tmp_path / "png") as png, Image.open(tmp_path / "gif") as gif, av.open(tmp_path / "mp4") as mp4:
        texts = png.text[KEY], gif.info["comment"], mp4.metadata["comment"]
    assert [json.loads(text) for text in texts] == [record] * 3


def test_a_record_in_a_png_changes_no_pixel(tmp_path, pictures, record):
    (path,), (pixels,) = pictures(1)
    with Image.open(io.BytesIO(png_with_record(path.read_bytes(), record))) as picture:
        assert np.array_equal(np.asarray(picture), pixels)


def test_an_archive_in_a_folder_of_its_own_is_read(tmp_path, record):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("frames/run.json", dumps(record))
    assert read(tmp_path / "a.zip") == record


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "a" * LIMIT])
def test_what_could_not_be_read_back_is_not_written(bad):
    with pytest.raises(ValueError, match="JSON"):
        dumps({"settings": {"value": bad}})


def zipped(member, text, **changes):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, text)
    return buffer.getvalue()


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width, *chunks):
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + png_chunk(b"IDAT", zlib.compress(b"\0"))


def gif_of(comment):
    blocks = b"".join(bytes([len(comment[i : i + 255])]) + comment[i : i + 255] for i in range(0, len(comment), 255))
    return b"GIF89a\1\0\1\0\0\0\0!\xfe" + blocks + b"\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


MP4 = b"\0\0\0\x10ftypisom\0\0\0\0"
HUGE = b'{"settings":{"a":"' + b"a" * LIMIT + b'"}}'
LIE = zipped("run.json", HUGE).replace(struct.pack("<I", len(HUGE)), struct.pack("<I", 100))
HOSTILE = {
    "empty": b"",
    "a page": b"<html>",
    "not JSON": b"{settings",
    "a list": b'[{"settings":{}}]',
    "no settings": b'{"experiment":"grid"}',
    "settings that are none": b'{"settings":[1]}',
    "NaN": b'{"settings":{"a":NaN}}',
    "infinity in disguise": b'{"settings":{"a":1e999}}',
    "not UTF-8": b'{"settings":{"a":"\xff"}}',
    "deep lists": b'{"settings":' + b"[" * 1_000_000,
    "deep objects": b'{"settings":' + b'{"a":' * 500_000,
    "a very long number": b'{"settings":{"a":' + b"1" * 100_000 + b"}}",
    "huge text": HUGE,
    "huge PNG text": png_of(1, png_chunk(b"tEXt", KEY.encode() + b"\0" + HUGE)),
    "PNG text that unpacks to a bomb": png_of(1, png_chunk(b"zTXt", KEY.encode() + b"\0\0" + zlib.compress(HUGE * 9))),
    "PNG of enormous size": png_of(60_000),
    "huge GIF comment": gif_of(HUGE),
    "cut GIF": gif_of(b"a" * 300)[:100],
    "ZIP bomb": zipped("run.json", HUGE * 20),
    "ZIP that lies about a size": LIE,
    "ZIP of something else": zipped("readme.txt", "hello"),
    "half a ZIP": zipped("run.json", "{}")[:30],
    "MP4 box without end": MP4 + b"\0\0\0\1moov" + b"\xff" * 8,
    "MP4 box that leaves its parent": MP4 + b"\0\0\0\x10moov\0\0\0\xffudta",
    "MP4 box that goes back": MP4 + b"\0\0\0\1moov" + struct.pack(">Q", 4),
    "MP4 box of size 2": MP4 + b"\0\0\0\2moov",
    "MP4 of a million boxes": MP4 + b"\0\0\0\x08free" * 1_000_000,
    "MP4 with nothing in it": MP4,
    "half a RIFF": b"RIFF\0\0\0\0WEBPVP8X",
    "half a JPEG": b"\xff\xd8\xff\xe1",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_strangers_file_is_refused_in_one_sentence_that_names_it(content, tmp_path):
    (tmp_path / "gift.png").write_bytes(content)
    with pytest.raises(NoSettings) as caught:
        read(tmp_path / "gift.png")
    message = str(caught.value)
    assert message.startswith("gift.png c") and message.endswith(".") and "\n" not in message


def test_a_file_that_is_missing_is_refused_too(tmp_path):
    for path in (tmp_path / "gone.gif", tmp_path):
        with pytest.raises(NoSettings, match=path.name):
            read(path)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "mp4", "zip"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_file_gives_a_record_or_a_refusal_and_nothing_else(kind, data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged"
        WRITERS[kind]({"settings": {"prompt": "a cat"}}, path)
        content = bytearray(path.read_bytes())
        for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
            content[place] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        try:
            assert isinstance(read(path)["settings"], dict)
        except NoSettings as refusal:
            assert "damaged" in str(refusal)
