"""From a run to a file the visitor keeps.

Contract: `export` writes into the run's own `exports/`, under a name for humans that says what is in the file, by way
of a temporary name. The name holds everything that decides the content (number of frames, fps, loop, look), and a run
only ever gains frames, so a file that is there is the right one and is not made twice.

It does not know experiments: of the settings it looks at `prompts` or `prompt` for the name, and at `fps` and `loop`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from PIL import Image

from explorer.files.whole import whole
from explorer.outputs.archives import write_zip
from explorer.outputs.enlarging import Look
from explorer.outputs.films import playback, rate, write_gif, write_mp4, write_webp
from explorer.outputs.runs import Run
from explorer.outputs.sheets import label, write_sheet

LONGEST_NAME = 60  # characters, without the suffix
MOST_BYTES = 120  # of it in UTF-8: as a temporary name, with its suffix, it fits into the 143 of eCryptfs
AS_DRAWN = Look()
Writer = Callable[..., None]
Beside = Callable[[Mapping[str, Any], Sequence[int]], Mapping[str, str]]
"""From a run's record and the numbers of its frames present to texts that stand beside them in a ZIP, by name."""


def _film(write: Writer) -> Writer:
    def played(
        pictures: Sequence[Path],
        path: Path,
        *,
        fps: float,
        loop: str,
        record: Mapping[str, Any],
        look: Look,
        **_: object,
    ) -> None:
        captions = {i: label(frame, i) for i, frame in enumerate(record.get("frames", ()))}
        write(playback(pictures, loop), path, fps=fps, record=record, opener=look.opener(pictures, captions))

    return played


def _sheet(pictures: Sequence[Path], path: Path, *, record: Mapping[str, Any], look: Look, **_: object) -> None:
    write_sheet(pictures, path, record=record, side=look.side)


def _zip(
    pictures: Sequence[Path], path: Path, *, record: Mapping[str, Any], beside: Beside | None, **_: object
) -> None:
    ready = [int(picture.stem) for picture in pictures]
    write_zip(pictures, path, record=record, beside=beside(record, ready) if beside else {})


FORMATS: Mapping[str, Writer] = MappingProxyType(
    {
        "gif": _film(write_gif),
        "mp4": _film(write_mp4),
        "webp": _film(write_webp),
        "zip": _zip,
        "png": _sheet,
    }
)


def export(
    run: Run,
    format: str,
    *,
    fps: float = 10,
    loop: str = "open",
    beside: Beside | None = None,
    look: Look = AS_DRAWN,
) -> Path:
    """The frames present as one file of `format`, its record saying the `fps` and `loop` it was asked with.

    A ZIP and a sheet (PNG) hold every frame once, whatever the loop; `beside` says what else is in a ZIP. The pictures
    of a film are as `look` says, those of a sheet as large, and a ZIP has them as they were drawn. Raises
    ValueError for a format, fps or loop that is not allowed, and for a run without frames.
    """
    if format not in FORMATS:
        raise ValueError(f"format: {format!r} is none of {', '.join(FORMATS)}")
    rate(fps)
    playback((), loop)
    pictures = run.pictures
    if not pictures:
        raise ValueError("run: no frame of it is rendered yet, so there is nothing to export")
    record = _played(run.record, fps=fps, loop=loop)
    ending = f"{len(pictures)}f-{fps:g}fps-{loop}{'' if format == 'zip' else _looks(look, pictures[0])}"
    path = run.folder / "exports" / f"{_name(record, ending)}.{format}"
    if not path.exists():
        with whole(path) as part:
            FORMATS[format](pictures, part, fps=fps, loop=loop, record=record, beside=beside, look=look)
    return path


def _looks(look: Look, picture: Path) -> str:
    with Image.open(picture) as opened:
        size, before = look.size(opened.size), opened.size
    return ("" if size == before else f"-{max(size)}px") + ("-captions" if look.captions else "")


def _played(record: Mapping[str, Any], **playing: Any) -> dict[str, Any]:
    settings = record["settings"]
    return {**record, "settings": {**settings, **{key: playing[key] for key in playing if key in settings}}}


def _name(record: Mapping[str, Any], ending: str) -> str:
    """The experiment and its first prompts in small letters of their scripts, digits and hyphens, then `ending`."""
    prompts = record["settings"].get("prompts") or record["settings"].get("prompt") or ()
    prompts = [prompts] if isinstance(prompts, str) else list(prompts)
    words = " ".join(str(part) for part in (record.get("experiment", "film"), *prompts[:2]))
    kept = (c if unicodedata.category(c)[0] in "LMN" else "-" for c in unicodedata.normalize("NFKC", words.lower()))
    slug = re.sub("-+", "-", "".join(kept)).strip("-") or "film"
    short = slug[: LONGEST_NAME - len(ending) - 1].encode()[: MOST_BYTES - len(ending) - 1]
    return f"{short.decode(errors='ignore').rstrip('-')}-{ending}"
