"""The record inside files: how it is put into each format, and how it is read back from a stranger's file.

Contract: `read` gives back what `dumps`, `png_info`, `png_with_record`, `exif` and the writers of this room put in,
equal as JSON; for every other file it raises `NoSettings` with one sentence, within bounded time and memory, and
without decoding a pixel. The text is ASCII (all else is escaped), because PNG tEXt, GIF comments, EXIF and MP4 comments
agree on nothing more.

It does not know what a record means: whoever uses the settings checks them against the experiment's own bounds.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from PIL import Image, PngImagePlugin

from explorer.files import exif as exifs
from explorer.files import gif, mp4, webp, zips
from explorer.files import png as pngs
from explorer.messages import Message

KEY = "latent-explorer"
MEMBER = "run.json"
LIMIT = 4 * 2**20
_JPEG_HEAD = 2**20
_EXIF_ROOM = 2**12  # what else may stand in an EXIF block


class NoSettings(ValueError):
    """A file carries no settings that can be read; the message is one sentence that names the file."""


def dumps(record: Mapping[str, Any]) -> str:
    """The record as compact ASCII JSON. Raises ValueError for NaN, infinity, and over `LIMIT` characters."""
    text = json.dumps(record, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    if len(text) > LIMIT:
        raise ValueError(Message("record: {n} characters of JSON, at most {most} are allowed", n=len(text), most=LIMIT))
    return text


def png_info(record: Mapping[str, Any]) -> PngImagePlugin.PngInfo:
    """The record as a PNG text chunk, for `Image.save(..., pnginfo=...)`."""
    info = PngImagePlugin.PngInfo()
    info.add_text(KEY, dumps(record))
    return info


def png_with_record(png: bytes, record: Mapping[str, Any]) -> bytes:
    """A PNG with the record put in as a text chunk; every other byte stays, so nothing is encoded again."""
    return pngs.with_text(png, KEY, dumps(record))


def exif(record: Mapping[str, Any]) -> bytes:
    """The record as an EXIF block (UserComment) for JPEG or WebP. JPEG has room for 64 kB of it, WebP for all."""
    return exifs.block(dumps(record).encode())


def read(path: str | Path) -> dict[str, Any]:
    """The record inside a PNG, GIF, WebP, JPEG, MP4, ZIP or run.json, told apart by content and never by name.

    Raises `NoSettings` if there is none, and for a file that is missing, broken or made to do harm.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            text = _text(file)
    except Exception as error:  # a parser may raise anything at all over a stranger's file
        raise NoSettings(
            Message("{file} cannot be read: it is broken, or of a kind that carries no settings.", file=path.name)
        ) from error
    if not text:
        raise NoSettings(Message("{file} carries no settings of Latent Explorer.", file=path.name))
    if len(text) > LIMIT:
        raise NoSettings(
            Message(
                "{file} carries settings of more than {n} MB, which are not read.", file=path.name, n=LIMIT // 2**20
            )
        )
    return _record(text, path.name)


def _text(file: BinaryIO) -> bytes | str | None:
    """What stands where the settings should be; None if the file has no such place or is of an unknown kind."""
    head = file.read(16)
    file.seek(0)
    for found, reader in _READERS:
        if found(head):
            return reader(file)
    return None


def _png_text(file: BinaryIO) -> str | None:
    return pngs.texts(file, {KEY}, LIMIT).get(KEY)


def _jpeg_comment(file: BinaryIO) -> bytes | None:
    """JPEG has its EXIF among the first of its segments, which take 64 kB each."""
    picture = Image.open(io.BytesIO(file.read(_JPEG_HEAD)), formats=["JPEG"])
    return exifs.comment(picture.getexif())


def _webp_comment(file: BinaryIO) -> bytes | None:
    return exifs.comment(exifs.loaded(webp.exif_of(file, LIMIT + _EXIF_ROOM) or b""))


def _member(file: BinaryIO) -> bytes | None:
    with zips.opened(file) as archive:
        found = zips.members(archive).get(MEMBER)
        return None if found is None else zips.content(archive, found, LIMIT)


def _plain(file: BinaryIO) -> bytes:
    return file.read(LIMIT + 1)


_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO], bytes | str | None]], ...] = (
    (lambda head: head.startswith(pngs.SIGNATURE), _png_text),
    (lambda head: head.startswith((b"GIF87a", b"GIF89a")), lambda file: gif.comment(file, LIMIT)),
    (lambda head: head.startswith(b"\xff\xd8\xff"), _jpeg_comment),
    (lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP", _webp_comment),
    (lambda head: head[4:8] == b"ftyp", lambda file: mp4.comment(file, LIMIT)),
    (lambda head: head.startswith((b"PK\x03\x04", b"PK\x05\x06")), _member),
    (lambda head: head.lstrip().startswith(b"{"), _plain),
)


def _record(text: bytes | str, name: str) -> dict[str, Any]:
    try:
        record = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise NoSettings(
            Message("{file} carries a text that is not settings of Latent Explorer.", file=name)
        ) from error
    if not isinstance(record, dict) or not isinstance(record.get("settings"), dict):
        raise NoSettings(Message("{file} carries a text without the settings of a run.", file=name))
    return record


def _finite(number: str) -> float:
    return float(number) if math.isfinite(float(number)) else _refuse(number)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant[:40]} is not a number that JSON can carry")
