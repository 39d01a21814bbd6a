"""Picture files become a film: animated GIF, animated WebP, or MP4.

Contract: the three writers share one signature, show the pictures in the order given at `fps`, carry the record, and
hold one or two decoded pictures at a time however long the film is. Pictures are files that Pillow opens, of one size.

It does not know runs, frames or where the film will be put.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from PIL import GifImagePlugin, Image, ImageChops

from explorer.outputs.enlarging import Opener, as_it_is
from explorer.outputs.palettes import Palette
from explorer.outputs.settings import dumps, exif
from explorer.space.plans import LOOPS

FPS = (1, 50)  # browsers slow a GIF down whose frames stand for less than 2/100 s
T = TypeVar("T")


def playback(frames: Sequence[T], loop: str) -> list[T]:
    """The frames in the order of one round. Back and forth repeats neither end; a closed loop is closed already.

    Raises ValueError for another `loop` than those of `LOOPS`.
    """
    if loop not in LOOPS:
        raise ValueError(f"loop: {loop!r} is none of {', '.join(LOOPS)}")
    back = frames[-2:0:-1] if loop == "back-and-forth" else ()
    return [*frames, *back]


def rate(fps: float) -> Fraction:
    """`fps` as an exact fraction. Raises ValueError outside `FPS`."""
    low, high = FPS
    if isinstance(fps, bool) or not isinstance(fps, (int, float, Fraction)) or not low <= fps <= high:
        raise ValueError(f"fps: {fps!r} is not a number from {low} to {high}")
    return Fraction(fps).limit_denominator(1001)


def delays(count: int, fps: float, unit: int) -> list[int]:
    """How long each frame stands, in whole 1/`unit` seconds, the ends never more than half of one off the clock."""
    ends = [int(i * unit / rate(fps) + Fraction(1, 2)) for i in range(count + 1)]
    return [end - start for start, end in pairwise(ends)]


def write_gif(
    pictures: Sequence[Path], path: Path, *, fps: float, record: Mapping[str, Any], opener: Opener = as_it_is
) -> None:
    """An animated GIF that loops for ever, in one palette; the record is its comment. Raises ValueError as `rate`."""
    stands = delays(_some(pictures), fps, 100)
    palette = Palette.of(pictures, opener)
    before = None
    # Pillow's own save_all keeps every frame until the last one is quantised, and gives each its own palette.
    with path.open("wb") as file:
        for picture, stand in zip(_opened(pictures, opener), stands, strict=True):
            frame = palette.quantize(picture)
            if before is None:
                header, _ = GifImagePlugin.getheader(frame, info={"loop": 0, "comment": dumps(record)})
                file.writelines(header)
            box = _changed(before, frame)
            file.writelines(GifImagePlugin.getdata(frame.crop(box), box[:2], duration=10 * stand))
            before = frame
        file.write(b";")


def write_webp(
    pictures: Sequence[Path], path: Path, *, fps: float, record: Mapping[str, Any], opener: Opener = as_it_is
) -> None:
    """An animated WebP that loops for ever; the record is its EXIF. Raises ValueError as `rate`."""
    stands = delays(_some(pictures), fps, 1000)
    comment = exif(record).removeprefix(b"Exif\0\0")  # the prefix belongs to JPEG; WebP names the chunk instead
    film = _Film(pictures, opener)
    film.save(path, format="WEBP", save_all=True, duration=stands, loop=0, quality=85, method=4, exif=comment)


def write_mp4(
    pictures: Sequence[Path], path: Path, *, fps: float, record: Mapping[str, Any], opener: Opener = as_it_is
) -> None:
    """H.264 as every browser and QuickTime play it; the record is the comment. Odd sizes grow by one repeated edge.

    Raises ValueError as `rate`.
    """
    _some(pictures)
    speed = rate(fps)
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as film:
        film.metadata["comment"] = dumps(record)
        stream = None
        for number, picture in enumerate(_opened(pictures, opener)):
            frame = _yuv(picture)
            frame.pts, frame.time_base = number, 1 / speed
            if stream is None:
                stream = _h264(film, frame, speed)
            film.mux(stream.encode(frame))
        assert stream is not None  # there is a picture
        film.mux(stream.encode())


def _h264(film: av.container.OutputContainer, frame: av.VideoFrame, speed: Fraction) -> av.VideoStream:
    stream = film.add_stream("libx264", rate=speed, options={"crf": "17"})
    stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
    stream.time_base = 1 / speed
    # Without these tags players guess from the height, and small films come out with another green.
    stream.colorspace, stream.color_range = Colorspace.ITU709, ColorRange.MPEG
    stream.color_primaries, stream.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return stream


def _yuv(picture: Image.Image) -> av.VideoFrame:
    """(height, width, 3) RGB to 4:2:0 in BT.709, limited range, padded to even sides."""
    pixels = np.asarray(picture)
    height, width, _ = pixels.shape
    pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    return frame.reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )


class _Film(Image.Image):
    """Picture files as the one many-framed picture that Pillow's WebP writer wants, with one of them open at a time."""

    def __init__(self, pictures: Sequence[Path], opener: Opener):
        super().__init__()
        self._pictures, self._opener, self._at = pictures, opener, 0
        self.n_frames = len(pictures)
        self.seek(0)

    def seek(self, frame: int) -> None:
        picture = next(_opened(self._pictures[frame : frame + 1], self._opener, self.size if frame else None))
        self.im, self._mode, self._size, self._at = picture.im, picture.mode, picture.size, frame

    def tell(self) -> int:
        return self._at


def _some(pictures: Sequence[Path]) -> int:
    if not pictures:
        raise ValueError("pictures: 0 frames, at least 1 is needed for a film")
    return len(pictures)


def _opened(pictures: Sequence[Path], opener: Opener, size: tuple[int, int] | None = None) -> Iterator[Image.Image]:
    """Each picture, opened when it is asked for. Raises ValueError when one differs in size."""
    for path in pictures:
        frame = opener(path)
        size = size or frame.size
        if frame.size != size:
            raise ValueError(f"pictures: {path.name} is {frame.size}, the film is {size}")
        yield frame


def _changed(before: Image.Image | None, frame: Image.Image) -> tuple[int, int, int, int]:
    """The part to be painted over the frame before; one pixel where nothing changed, as a frame cannot be empty."""
    if before is None:
        return (0, 0, *frame.size)
    return ImageChops.subtract_modulo(frame, before).getbbox() or (0, 0, 1, 1)
