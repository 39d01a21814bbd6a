"""The record of a run: what it was, with what, and what it cost; written into run.json and into every file that leaves.

It is plain JSON. This module knows its shape; what the settings mean is the experiment's affair.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
import re
from collections.abc import Mapping
from typing import Any

from explorer.space.plans import Plan

_PICTURE = re.compile(r"data:image/webp;base64,[A-Za-z0-9+/]{28,}={0,2}")  # more than a prompt that begins like one
FORMAT = 1
"""The version of this shape, under "explorer"."""

_OF_A_FRAME = ("explorer", "experiment", "model", "versions", "created")


def make_record(experiment: str, settings: Mapping[str, Any], model: Mapping[str, str], plan: Plan) -> dict[str, Any]:
    """The record of a run that is about to start; `model` names it and says what its bits depend on."""
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
        "frames": [
            {"caption": place.caption, "coordinates": list(place.coordinates), "settings": dict(place.settings)}
            for place in plan.places
        ],
    }


def slim(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a single frame's file says of its run: all settings but pictures, which are too long to stand in each."""
    settings = {name: value for name, value in record["settings"].items() if not is_picture(value)}
    return {**{name: record[name] for name in _OF_A_FRAME if name in record}, "settings": settings}


def other_model(record: Mapping[str, Any], name: str, signature: str) -> str | None:
    """A sentence that says which model made a run and which one is here; None for the same weights under any name.

    A signature begins with the fingerprint of the weights; what follows (dtype, layout, machine) changes a picture by
    single bits. Of two models of one name the fingerprints are told.
    """
    found = record.get("model")
    model = found if isinstance(found, Mapping) else {}
    made_with, made, here = str(model.get("name", "another")), _weights(model.get("signature")), _weights(signature)
    if made == here:
        return None
    if made_with == name:
        made_with, name = f"{name} ({made[:8] or '?'})", f"{name} ({here[:8]})"
    return f"The run was made with {made_with}, and {name} runs now"


def _weights(signature: Any) -> str:
    return str(signature or "").split("|", 1)[0]


def is_picture(value: Any) -> bool:
    """Whether a setting is a start picture, as a data URL."""
    return isinstance(value, str) and bool(_PICTURE.fullmatch(value))
