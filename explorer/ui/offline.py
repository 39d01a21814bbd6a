"""A run to play without the page: `view.html`, which stands beside the PNGs of an archive and shows them as the page does.

Contract: one file, the page's own view with its scripts and styles inlined, because a browser neither imports modules nor
fetches from a file; the frames are pictures beside it. What the run says of itself (captions and prompts, a stranger's
perhaps) is in it as JSON that can end no script, and goes through `textContent` like everywhere. It asks nothing of any
server. It knows no gradio, so the command line may use it, and no experiment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from explorer.ui.text import words_of

NAME = "view.html"
FOLDER = Path(__file__).parent / "widgets"
_IMPORT = re.compile(r"^import \{[^}]*\} from '\./(\w+)\.js';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?:default )?", re.MULTILINE)


def words(view: str) -> dict[str, str]:
    """The texts of a kind of view in English. Raises FileNotFoundError for one that there is not."""
    return json.loads((FOLDER / f"{view}.json").read_text(encoding="utf-8"))


@cache
def bundle(*names: str) -> str:
    """The modules of these names and all that they import as one script, each once and after what it needs.

    It is for modules like ours: every import is of one of them by its names, every name at the top is unique.
    """
    texts: dict[str, str] = {}

    def add(name: str) -> None:
        text = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
        for needed in _IMPORT.findall(text):
            if needed not in texts:
                add(needed)
        texts[name] = _EXPORT.sub("", _IMPORT.sub("", text))

    for name in names:
        if name not in texts:
            add(name)
    return "\n".join(texts.values())


def view_html(view: str, record: Mapping[str, Any], ready: Sequence[int]) -> str:
    """The page that plays a run: its kind of view, its record, and the numbers of the frames that are there."""
    frames = record["frames"]
    settings = record["settings"]
    value = {
        "manifest": {"url": "", "frames": frames},
        "count": len(frames),
        "ready": f"{sum(1 << i for i in ready):x}",
        "preview": None,
        "notes": record.get("notes", {}),
        "fps": settings.get("fps", 10),
        "loop": settings.get("loop", "open"),
    }
    english = words(view)
    told = json.dumps({"texts": {**words_of(english), "en": english}, "value": value}, ensure_ascii=True)
    styles = "\n".join((FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in ("offline", "view", view))
    kind = f"{view.capitalize()}View"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Latent Explorer</title>\n'
        f"<style>\n{styles}</style>\n</head>\n<body>\n<main></main>\n"
        f'<script type="application/json" id="run">{told.replace("<", chr(92) + "u003c")}</script>\n'
        f"<script>\n(() => {{\n'use strict';\n{bundle(view, 'offline')}\n"
        f"play({kind}, JSON.parse(document.getElementById('run').textContent));\n}})();\n</script>\n</body>\n</html>\n"
    )
