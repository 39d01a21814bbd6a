"""A stranger's picture file to an upright RGB picture in sRGB, whatever its kind, mode and size.

Contract: `lazily(data)` looks at the header alone and refuses what is no picture or too large before a pixel is
decoded; `upright_rgb(image, longest)` decodes. Both raise ValueError with one sentence that says what was given and
what is allowed. Nothing else comes out of them, no warning either, and their memory is bounded by MAX_PIXELS.

It does not know what a start picture is or how one is kept: see `pictures`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from pillow_heif import HeifImageFile

from explorer.messages import Message

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""Pillow's; HEIC, which it does not know, is pillow-heif's."""
MAX_BYTES = 20_000_000
MAX_PIXELS = 64_000_000  # phones take photographs of 50 million
MIN_SIDE = 8
MAX_ASPECT = 8

ALLOWED = Message(
    "a PNG, JPEG, WebP, AVIF, HEIC, GIF, BMP or TIFF picture of at most {mb} MB and {mp} megapixels, {side} pixels or "
    "more on each side, at most {aspect} times as long as wide",
    mb=MAX_BYTES // 10**6,
    mp=MAX_PIXELS // 10**6,
    side=MIN_SIDE,
    aspect=MAX_ASPECT,
)


@contextmanager
def _quiet(bombs: Literal["ignore", "error"]) -> Iterator[None]:
    """Pillow's remarks about a stranger's file are nobody's business; `bombs`: what its warning of many pixels is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter(bombs, Image.DecompressionBombWarning)
        yield


def lazily(data: bytes) -> Image.Image:
    """The picture in `data`, its header read and its size found allowed, its pixels not decoded. Raises ValueError."""
    if len(data) > MAX_BYTES:
        raise ValueError(
            Message("it has {mb} MB, at most {most} MB are taken", mb=f"{len(data) / 1e6:.0f}", most=MAX_BYTES // 10**6)
        )
    try:
        with _quiet(bombs="ignore"):  # the size is checked below, and said
            image = _opened(data)
    except Image.DecompressionBombError:
        raise ValueError(
            Message("it has too many pixels, at most {mp} megapixels are taken", mp=MAX_PIXELS // 10**6)
        ) from None
    except Exception:  # a parser may raise anything at all over a stranger's file
        raise ValueError("it is no picture of a kind that is taken, or it is broken") from None
    check_size(*image.size)
    return image


def _opened(data: bytes) -> Image.Image:
    """As `Image.open`, and HEIC; Pillow is not told of the latter, so nothing else in the process opens it."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        if data[4:8] != b"ftyp":
            raise
        return HeifImageFile(io.BytesIO(data))


def check_size(width: int, height: int) -> None:
    """Raises ValueError for a size in pixels that no start picture has."""
    size = {"w": width, "h": height}
    if width * height > MAX_PIXELS:
        most = MAX_PIXELS // 10**6
        raise ValueError(Message("it has {w} x {h} pixels, at most {mp} megapixels are taken", mp=most, **size))
    if min(width, height) < MIN_SIDE:
        least = MIN_SIDE
        raise ValueError(
            Message("it has {w} x {h} pixels, at least {side} on each side are needed", side=least, **size)
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ValueError(
            Message(
                "it has {w} x {h} pixels, at most {aspect} times as long as wide is taken", aspect=MAX_ASPECT, **size
            )
        )


def upright_rgb(image: Image.Image, longest: int) -> Image.Image:
    """`image` decoded: its first frame, turned as EXIF says, on white where it is transparent, in sRGB.

    At most `longest` pixels on the longer side. Raises ValueError for a file that is cut off or broken.
    """
    try:
        with _quiet(bombs="error"):
            image.draft(None, (2 * longest, 2 * longest))  # JPEG: decodes fewer pixels of a large photograph
            image.load()
            small = _shrunk(_eight_bits(image), longest)  # first: what follows makes copies
            return _in_srgb(_on_white(_turned(small)), image.info.get("icc_profile"))
    except Exception:  # as above
        raise ValueError("it is cut off or broken, or of a colour mode that is not taken") from None


def _eight_bits(image: Image.Image) -> Image.Image:
    """A mode that can be resized well, of 8 bits a channel.

    One wide number a pixel (I;16, I, F) becomes L, scaled from the range that it is most likely in.
    """
    if image.mode in ("1", "P", "PA"):
        return image.convert("L" if image.mode == "1" else "RGBA" if image.has_transparency_data else "RGB")
    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return image
    values = np.array(image, dtype=np.float32)
    np.nan_to_num(values, copy=False, posinf=0.0, neginf=0.0)
    ranges = (1.0, 255.0, 65535.0) if image.mode == "F" else (65535.0,)
    highest = float(values.max())
    values *= 255.0 / next((end for end in ranges if highest <= end), highest)
    np.clip(values, 0, 255, out=values)
    return Image.fromarray(np.rint(values, out=values).astype(np.uint8))


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    """A copy of at most `longest` pixels on the longer side."""
    scale = longest / max(image.size)
    if scale >= 1:
        return image.copy()
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _turned(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF does not make a picture unfit: it stands as it is stored
        return image


def _on_white(image: Image.Image) -> Image.Image:
    """L, CMYK or RGB without transparency; every other mode becomes RGB."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    if image.mode == "LAB":
        return _converted(image, ImageCms.createProfile("LAB"))
    return image if image.mode in ("L", "CMYK", "RGB") else image.convert("RGB")


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile | ImageCms.core.CmsProfile) -> Image.Image:
    """RGB in sRGB of a picture in a colour profile. Raises PyCMSError where they do not fit."""
    converted = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert converted is not None  # as it is of a picture that is changed in place
    return converted


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB, by the file's colour profile where it has one that fits."""
    if profile:
        try:
            return _converted(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError):  # broken, or made for another colour mode
            pass
    return image.convert("RGB")
