"""From a run to a file the visitor keeps.

Contract: `export` writes into the run's own `exports/`, under a name for humans that says what is in the file, by way
of a temporary name. The name holds everything that decides the content (number of frames, fps, loop), and a run only
ever gains frames, so a file that is there is the right one and is not made twice.

It does not know experiments: of the settings it looks at `prompts` or `prompt` for the name, and at `fps` and `loop`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from explorer.files.whole import whole
from explorer.outputs.archives import write_zip
from explorer.outputs.films import playback, rate, write_gif, write_mp4, write_webp
from explorer.outputs.runs import Run
from explorer.outputs.sheets import write_sheet

LONGEST_NAME = 60  # characters, without the suffix
Writer = Callable[..., None]
Beside = Callable[[Mapping[str, Any], Sequence[int]], Mapping[str, str]]
"""From a run's record and the numbers of its frames present to texts that stand beside them in a ZIP, by name."""


def _film(write: Writer) -> Writer:
    def played(
        pictures: Sequence[Path], path: Path, *, fps: float, loop: str, record: Mapping[str, Any], **_: object
    ) -> None:
        write(playback(pictures, loop), path, fps=fps, record=record)

    return played


def _still(write: Writer) -> Writer:
    def kept(pictures: Sequence[Path], path: Path, *, record: Mapping[str, Any], **_: object) -> None:
        write(pictures, path, record=record)

    return kept


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
        "png": _still(write_sheet),
    }
)


def export(run: Run, format: str, *, fps: float = 10, loop: str = "open", beside: Beside | None = None) -> Path:
    """The frames present as one file of `format`, its record saying the `fps` and `loop` it was asked with.

    A ZIP and a sheet (PNG) hold every frame once, whatever the loop; `beside` says what else is in a ZIP. Raises
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
    path = run.folder / "exports" / f"{_name(record, f'{len(pictures)}f-{fps:g}fps-{loop}')}.{format}"
    if not path.exists():
        with whole(path) as part:
            FORMATS[format](pictures, part, fps=fps, loop=loop, record=record, beside=beside)
    return path


def _played(record: Mapping[str, Any], **playing: Any) -> dict[str, Any]:
    settings = record["settings"]
    return {**record, "settings": {**settings, **{key: playing[key] for key in playing if key in settings}}}


def _name(record: Mapping[str, Any], ending: str) -> str:
    """The experiment and its first prompts in ASCII letters, digits and hyphens, then `ending`."""
    prompts = record["settings"].get("prompts") or record["settings"].get("prompt") or ()
    prompts = [prompts] if isinstance(prompts, str) else list(prompts)
    words = " ".join(str(part) for part in (record.get("experiment", "film"), *prompts[:2]))
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "film"
    return f"{slug[: LONGEST_NAME - len(ending) - 1].rstrip('-')}-{ending}"
