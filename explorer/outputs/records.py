"""The record of a run: what it was, with what, and what it cost; written into run.json and into every file that leaves.

It is plain JSON. This module knows its shape; what the settings mean is the experiment's affair.
"""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import platform
import re
from collections.abc import Mapping
from typing import Any

from explorer.space.plans import Plan, Playback

_PICTURE = re.compile(r"data:image/webp;base64,[A-Za-z0-9+/]{28,}={0,2}")  # more than a prompt that begins like one
FORMAT = 1
"""The version of this shape, under "explorer"."""

_OF_A_FRAME = ("explorer", "experiment", "model", "versions", "created", "read_as")


def make_record(
    experiment: str,
    settings: Mapping[str, Any],
    model: Mapping[str, str],
    plan: Plan,
    read_as: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The record of a run that is about to start."""
    return {**origin_of(experiment, settings, model, read_as), "frames": frames_of(plan), "shown": shown_of(plan)}


def origin_of(
    experiment: str, settings: Mapping[str, Any], model: Mapping[str, str], read_as: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What made it, now; `model` names it and says what its bits depend on.

    `read_as` is what was drawn for prompts that were typed in other words.
    """
    read = {"read_as": dict(read_as)} if read_as else {}
    return {
        "explorer": FORMAT,
        "experiment": experiment,
        "settings": dict(settings),
        "model": dict(model),
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in ("torch", "diffusers", "transformers")},
        },
        "created": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        **read,
    }


def frames_of(plan: Plan) -> list[dict[str, Any]]:
    """What is said of every place."""
    return [
        {"caption": place.caption, "coordinates": list(place.coordinates), "settings": dict(place.settings)}
        for place in plan.places
    ]


def shown_of(plan: Plan) -> dict[str, Any]:
    """How its pictures are shown together."""
    return {**dataclasses.asdict(plan.shown), "rows": [list(row) for row in plan.shown.rows.items()]}


def playback_of(record: Mapping[str, Any]) -> Playback:
    """How the film of a run plays.

    Records made before plans said so (0.1.0, commit 5487c25 and earlier) have no "shown": there it follows from the
    experiment's name and settings.
    """
    if "shown" in record:
        return Playback(**record["shown"]["playback"])
    name, settings = record.get("experiment"), record["settings"]
    walk = "closed" if settings.get("way") == "circle" else "back-and-forth"
    loop = settings.get("loop") or {"noise-loop": "closed", "prompt-walk": walk}.get(str(name), "open")
    return Playback(settings.get("fps", 10), loop)


def slim(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a single frame's file says of its run: all settings but pictures, which are too long to stand in each."""
    settings = {name: value for name, value in record["settings"].items() if not is_picture(value)}
    return {**{name: record[name] for name in _OF_A_FRAME if name in record}, "settings": settings}


def is_picture(value: Any) -> bool:
    """Whether a setting is a start picture, as a data URL, or has one among its parts."""
    if isinstance(value, Mapping):
        return any(map(is_picture, value.values()))
    return isinstance(value, str) and bool(_PICTURE.fullmatch(value))
