"""What the pictures of a run are called, in the visitor's language: frames.json once more, as frames.zh.json.

Contract: a run's own frames.json is English and stays as it is. The translation is made when somebody first asks for
it, whole, and never again. Beside the captions it has the titles of rows and, where `names` asks for it, the names of
the settings in Chinese. It knows no view.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from explorer.files.whole import whole
from explorer.messages import unpacked
from explorer.ui.text import LANGUAGES, book, say_caption

ENGLISH = "frames.json"


def manifest(folder: Path, language: str, names: bool = False) -> Path:
    """The file that names the frames of the run in `folder`: in `language` if it can be had, in English otherwise."""
    ours = folder / f"frames.{language}.json"
    if language not in LANGUAGES or not (folder / ENGLISH).is_file():
        return folder / ENGLISH
    if not ours.exists():
        found = unpacked(json.loads((folder / ENGLISH).read_text(encoding="utf-8")))
        with whole(ours) as part:
            part.write_text(json.dumps(translated(found, language, names)), encoding="utf-8")
    return ours


def translated(found: dict[str, Any], language: str, names: bool = False) -> dict[str, Any]:
    """What frames.json says, in `language`; as it is in English."""
    if language not in LANGUAGES:
        return found
    said = {**found, "frames": [_frame(frame, language, names) for frame in found["frames"]]}
    if "shown" in found:
        said["shown"] = _shown(found["shown"], language, names)
    return said


def _frame(frame: dict[str, Any], language: str, names: bool) -> dict[str, Any]:
    settings = dict(frame.get("settings", {}))
    for name in ("row", "came from"):
        if name in settings:
            settings[name] = say_caption(settings[name], language)
    if names:
        settings = {_name(name, language): value for name, value in settings.items()}
    return {**frame, "caption": say_caption(frame.get("caption", ""), language), "settings": settings}


def _shown(shown: dict[str, Any], language: str, names: bool) -> dict[str, Any]:
    rows = [[row, say_caption(title, language)] for row, title in shown["rows"]]
    axes = [_name(axis, language) for axis in shown["axes"]] if names else shown["axes"]
    return {**shown, "rows": rows, "axes": axes}


def _name(setting: str, language: str) -> str:
    return {**book(language).fields, **book(language).settings}.get(setting, setting)
