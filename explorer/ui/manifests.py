"""What the pictures of a run are called, in the visitor's language: frames.json once more, as frames.zh.json.

Contract: a run's own frames.json is English and stays as it is. The translation is made when somebody first asks for
it, whole, and never again. Beside the captions it has the titles of rows and, where `names` asks for it, the names of
the settings in Chinese. It knows no view.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from explorer.outputs.runs import whole
from explorer.ui.text import LANGUAGES, book, say_caption

ENGLISH = "frames.json"


def manifest(folder: Path, language: str, names: bool = False) -> Path:
    """The file that names the frames of the run in `folder`: in `language` if it can be had, in English otherwise."""
    ours = folder / f"frames.{language}.json"
    if language not in LANGUAGES or not (folder / ENGLISH).is_file():
        return folder / ENGLISH
    if not ours.exists():
        found = json.loads((folder / ENGLISH).read_text(encoding="utf-8"))
        frames = [_frame(frame, language, names) for frame in found["frames"]]
        with whole(ours) as part:
            part.write_text(json.dumps({**found, "frames": frames}), encoding="utf-8")
    return ours


def _frame(frame: dict[str, Any], language: str, names: bool) -> dict[str, Any]:
    settings = dict(frame.get("settings", {}))
    for name in ("row", "came from"):
        if name in settings:
            settings[name] = say_caption(str(settings[name]), language)
    if names:
        known = {**book(language).fields, **book(language).settings}
        settings = {known.get(name, name): value for name, value in settings.items()}
    return {**frame, "caption": say_caption(str(frame.get("caption", "")), language), "settings": settings}
