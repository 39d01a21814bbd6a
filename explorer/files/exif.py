"""EXIF: the comment of whoever made the picture, in JPEG and WebP. The format: EXIF 2.3."""

from __future__ import annotations

from PIL import ExifTags, Image

_CHARSET = b"ASCII\0\0\0"  # a UserComment opens with the name of its character set
_IN_FRONT = b"Exif\0\0"  # JPEG has it before the block, WebP has not


def block(comment: bytes) -> bytes:
    """An EXIF block with an ASCII comment, as JPEG and Pillow's writers have it."""
    made = Image.Exif()
    made.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = _CHARSET + comment
    return made.tobytes()


def bare(block: bytes) -> bytes:
    """The block without the "Exif" in front."""
    return block.removeprefix(_IN_FRONT)


def loaded(block: bytes) -> Image.Exif:
    """A block that was read from a file. A stranger's may raise anything at all."""
    read = Image.Exif()
    read.load(bare(block))
    return read


def comment(block: Image.Exif) -> bytes | None:
    """The comment in a block; None without one. A stranger's may raise anything at all."""
    found = block.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
    return found.removeprefix(_CHARSET) if isinstance(found, bytes) else None
