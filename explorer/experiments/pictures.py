"""Start pictures: any picture file becomes one string that settings can carry, and that string a picture again.

Contract: a start picture is a *canonical* string, the data URL of a static RGB WebP file of at most LONGEST pixels on
the longer side. `canonical` makes it and leaves a canonical one as it is, byte for byte; `opened` and `fitted` decode
it. Inside the file its ancestry may travel: a few lines about where it came from. A string is never taken for a path,
so settings from outside cannot make a server read its files: a path is a `pathlib.Path`.

It does not know latents, experiments or widgets.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import threading
from collections.abc import Sequence
from pathlib import Path

from cachetools import LRUCache, cached
from PIL import ExifTags, Image, ImageFilter, ImageOps

from explorer.experiments.picture_files import ALLOWED, MAX_BYTES, check_size, lazily, upright_rgb
from explorer.files import exif as exifs
from explorer.files.assets import ASSETS
from explorer.files.webp import chunks, webp
from explorer.messages import Message, in_a_row, packed, unpacked
from explorer.space.points import digest

LONGEST = 1024
LOSSLESS_BYTES = 256_000
KEPT_BYTES = 512_000
QUALITIES = (92, 80, 60, 30, 0)
"""The first of them that gives at most KEPT_BYTES: 92 for all pictures but noise."""
MAX_URL_BYTES = 4_000_000
"""Of a picture that comes as a data URL: what a canvas gives, or canonical ones, which have less."""
MAX_LINES, MAX_LINE = 32, 300
FITS = ("crop", "fit")
"""crop: the picture fills the frame, what stands over is cut off; fit: all of it, before a blurred copy of itself."""

_FOLDER = ASSETS / "examples"
EXAMPLES = {name: _FOLDER / f"{name}.webp" for name in ("planet", "boat", "hills", "still-life")}
"""The bundled start pictures by name."""

_PREFIX = "data:image/webp;base64,"


def canonical(source: str | bytes | Path | Image.Image) -> str:
    """The start picture that `source` stands for.

    `source` is the name of an example, a data URL, the bytes of a picture file, a path, or a picture. Transparent
    pixels become white, and of an animation the first frame is taken. Raises ValueError with what was given and what
    is allowed.
    """
    if source is None:
        raise ValueError("there is no picture")
    if isinstance(source, Image.Image):
        check_size(*source.size)
        return _url(_encoded(upright_rgb(source, LONGEST), []))
    return _url(_canonical_file(read_source(source)))


def allowed() -> str:
    """What `canonical` takes, as the end of a sentence."""
    return Message("{allowed}, or one of the examples {examples}", allowed=ALLOWED, examples=in_a_row(EXAMPLES))


def opened(picture: str) -> Image.Image:
    """A canonical picture, decoded: RGB, the caller's own."""
    return _decoded_file(webp_file(picture)).copy()


def example_name(picture: str) -> str | None:
    """The name of the example that a canonical picture is, if it is one: far shorter, where pictures must be short."""
    return next((name for name in EXAMPLES if canonical(name) == picture), None)


def webp_file(picture: str) -> bytes:
    """The WebP file that a canonical picture is."""
    return base64.b64decode(picture.removeprefix(_PREFIX))


def fitted(picture: str, width: int, height: int, how: str) -> Image.Image:
    """A canonical picture brought to exactly `width` x `height` pixels: RGB, the middle of it in the middle.

    `how` is one of FITS; any other raises ValueError.
    """
    if how not in FITS:
        raise ValueError(f"how = {how!r} is not allowed: one of {', '.join(FITS)}")
    image, size = opened(picture), (width, height)
    filled = ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    if how == "crop":
        return filled
    whole = ImageOps.contain(image, size, Image.Resampling.LANCZOS)
    frame = filled.filter(ImageFilter.GaussianBlur(max(size) / 16))
    frame.paste(whole, ((width - whole.width) // 2, (height - whole.height) // 2))
    return frame


def ancestry(picture: str) -> list[str]:
    """Where a canonical picture came from, oldest first; empty if it was nobody's descendant."""
    return _lines_in(Image.open(io.BytesIO(webp_file(picture)), formats=["WEBP"]))


def with_ancestry(picture: str, lines: Sequence[str]) -> str:
    """The same picture, pixel for pixel, with these lines inside: the last MAX_LINES, of MAX_LINE characters each."""
    file = webp_file(picture)
    size = Image.open(io.BytesIO(file), formats=["WEBP"]).size
    return _url(_descended(file, size, _bounded(lines)))


def _url(file: bytes) -> str:
    return _PREFIX + base64.b64encode(file).decode("ascii")


def read_source(source: str | bytes | Path) -> bytes:
    """The file that a source of any kind but a picture stands for. Raises ValueError."""
    if isinstance(source, (bytes, bytearray)):
        return bytes(source)
    if isinstance(source, str) and source.startswith("data:"):
        return _decoded(source)
    if isinstance(source, str):
        if source not in EXAMPLES:
            raise ValueError(
                Message("there is no example of this name; the examples are {examples}", examples=in_a_row(EXAMPLES))
            )
        return EXAMPLES[source].read_bytes()
    if not isinstance(source, Path):
        raise ValueError(Message("it is a {kind} and no picture", kind=type(source).__name__))
    try:
        with source.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # one more is refused by its length
    except OSError as error:
        raise ValueError(Message("the file cannot be read: {error}", error=error.strerror or str(error))) from None


def _decoded(url: str) -> bytes:
    head, _, content = url.partition(",")
    if len(content) > MAX_URL_BYTES * 4 / 3 + 4:
        raise ValueError(
            Message(
                "it has {n} MB, at most {m} MB are painted", n=f"{len(content) * 3 / 4e6:.1f}", m=MAX_URL_BYTES // 10**6
            )
        )
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ValueError("it is no data URL of a picture in base64")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("its base64 is broken") from None


@cached(LRUCache(8), key=digest, lock=threading.Lock())
def _decoded_file(file: bytes) -> Image.Image:
    """The pixels of a canonical file, at most 3 MB; those of the last files stay. Raises ValueError."""
    return upright_rgb(lazily(file), LONGEST)


@cached(LRUCache(32), key=digest, lock=threading.Lock())
def _canonical_file(file: bytes) -> bytes:
    """The WebP file of a picture file; the very same pixels if it already was of our kind.

    A form sends its picture with every event: what the last files became is kept, by their content, half a MB each.
    """
    image = lazily(file)
    lines = _lines_in(image)
    if image.format == "WEBP" and image.mode == "RGB" and max(image.size) <= LONGEST and _is_upright(image):
        pixels = _pixels(file)
        if pixels is not None and len(pixels) <= KEPT_BYTES:
            kept = webp(pixels, *image.size, _exif(lines))
            _decoded_file(kept)  # is all of it there?
            return kept
    return _encoded(upright_rgb(image, LONGEST), lines)


def _encoded(image: Image.Image, lines: list[str]) -> bytes:
    def save(**options: object) -> bytes:
        file = io.BytesIO()
        image.save(file, "WEBP", **options)
        return file.getvalue()

    file = save(lossless=True)
    if len(file) > LOSSLESS_BYTES:
        file = next(file for quality in QUALITIES if len(file := save(quality=quality)) <= KEPT_BYTES or not quality)
    return _descended(file, image.size, lines)


def _descended(file: bytes, size: tuple[int, int], lines: list[str]) -> bytes:
    """A WebP file of ours, of (width, height) pixels, with these lines inside."""
    pixels = _pixels(file)
    assert pixels is not None  # what Pillow writes has one chunk of them
    return webp(pixels, *size, _exif(lines))


def _pixels(file: bytes) -> bytes | None:
    """The one chunk of a WebP file with its pixels; None where more than that decides how it looks."""
    found = dict(chunks(file))
    picture = [name for name in found if name in (b"VP8 ", b"VP8L")]
    strange = found.keys() & {b"ICCP", b"ALPH", b"ANIM", b"ANMF"}
    return picture[0] + found[picture[0]] if len(picture) == 1 and not strange else None


def _is_upright(image: Image.Image) -> bool:
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1) == 1
    except Exception:  # a parser may raise anything at all over a stranger's file
        return True


def _exif(lines: list[str]) -> bytes:
    """The lines as an EXIF block without the "Exif" in front, as WebP has it; empty for none."""
    if not lines:
        return b""
    comment = json.dumps(packed({"ancestry": lines}), separators=(",", ":")).encode("ascii")
    return exifs.bare(exifs.block(comment))


def _lines_in(image: Image.Image) -> list[str]:
    """The ancestry in a picture's EXIF; whatever else is there is nobody's ancestry."""
    try:
        found = unpacked(json.loads(exifs.comment(image.getexif()) or b"{}"))["ancestry"]
        return _bounded(found if isinstance(found, list) else [])
    except Exception:  # as above: a stranger's EXIF, and a stranger's JSON in it
        return []


def _bounded(lines: Sequence[str]) -> list[str]:
    texts = [(line, " ".join(line.split())[:MAX_LINE]) for line in lines if isinstance(line, str)]
    return [line if line == text else text for line, text in texts if text][-MAX_LINES:]  # a message is one no more
