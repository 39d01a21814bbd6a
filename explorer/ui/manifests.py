"""What the pictures of a run are called, in the visitor's language: frames.json once more, as frames.zh.json.

Contract: a run's own frames.json is English and stays as it is. The translation is made when somebody first asks for
it, whole, and never again. Beside the captions it has the titles of rows, and what the settings are called: their own
names stay what they are found by. It knows no view.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from explorer.files.whole import whole
from explorer.messages import unpacked
from explorer.ui.text import LANGUAGES, book, say_caption

ENGLISH = "frames.json"


def manifest(folder: Path, language: str) -> Path:
    """The file that names the frames of the run in `folder`: in `language` if it can be had, in English otherwise."""
    ours = folder / f"frames.{language}.json"
    if language not in LANGUAGES or not (folder / ENGLISH).is_file():
        return folder / ENGLISH
    if not ours.exists():
        found = unpacked(json.loads((folder / ENGLISH).read_text(encoding="utf-8")))
        with whole(ours) as part:
            part.write_text(json.dumps(translated(found, language)), encoding="utf-8")
    return ours


def translated(found: dict[str, Any], language: str) -> dict[str, Any]:
    """What frames.json says, in `language`; as it is in English."""
    if language not in LANGUAGES:
        return found
    said = {**found, "frames": [_frame(frame, language) for frame in found["frames"]]}
    if "shown" in found:
        said["shown"] = _shown(found["shown"], found["frames"], language)
    return said


def _frame(frame: dict[str, Any], language: str) -> dict[str, Any]:
    settings = dict(frame.get("settings", {}))
    for name in ("row", "came from"):
        if name in settings:
            settings[name] = say_caption(settings[name], language)
    return {**frame, "caption": say_caption(frame.get("caption", ""), language), "settings": settings}


def _shown(shown: dict[str, Any], frames: list[dict[str, Any]], language: str) -> dict[str, Any]:
    rows = [[row, say_caption(title, language)] for row, title in shown["rows"]]
    called = {**book(language).fields, **book(language).settings}
    found = {*shown["axes"], *(name for frame in frames for name in frame.get("settings", {}))}
    return {**shown, "rows": rows, "names": {name: called[name] for name in sorted(found & called.keys())}}
