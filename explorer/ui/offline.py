"""A run without its page: `view.html` stands beside the PNGs of an archive and shows them as the page does.

Contract: one file, the page's own view with its scripts and styles inlined, because a browser neither imports modules
nor fetches from a file; the frames are pictures beside it. What the run says of itself (captions and prompts, perhaps a
stranger's) is in it as JSON that can end no script, and goes through `textContent` like everywhere. It asks no server
anything. This module knows no gradio, so the command line may use it, and no experiment.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from explorer.outputs.records import playback_of
from explorer.ui.text import spoken_by

NAME = "view.html"
FOLDER = Path(__file__).parent / "widgets"
"""The scripts and style sheets of the page's widgets."""
PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Latent Explorer</title>
<style>
$styles</style>
</head>
<body>
<main></main>
<script>
(() => {
'use strict';
$script
})();
</script>
</body>
</html>
""")
_IMPORT = re.compile(r"^import \{[^}]*\} from '\./(\w+)\.js';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?:default )?", re.MULTILINE)


def mask(indices: Iterable[int]) -> str:
    """The indices as bits of a hexadecimal number: [0, 3] -> "9". A run of 300 frames takes 75 characters."""
    return f"{sum(1 << i for i in set(indices)):x}"


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


def offline_view(view: str, record: Mapping[str, Any], ready: Sequence[int]) -> dict[str, str]:
    """The page that plays a run, under its name: from the kind of view, the record, and the frames that are there."""
    frames = record.get("frames") or [{}] * (max(ready) + 1)  # runs of old did not keep them there
    value = {
        "manifest": {"url": "", "frames": frames, **({"shown": record["shown"]} if "shown" in record else {})},
        "count": len(frames),
        "ready": mask(ready),
        "preview": None,
        "notes": record.get("notes", {}),
        **dataclasses.asdict(playback_of(record)),
    }
    run = json.dumps({"texts": spoken_by(view), "value": value}).replace("<", "\\u003c")
    styles = "\n".join((FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in ("offline", "view", view))
    script = f"{bundle(view, 'offline')}\nplay(customElements.get('{view}-view'), {run});"
    return {NAME: PAGE.substitute(styles=styles, script=script)}
