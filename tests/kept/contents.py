"""What of a kept file is compared: settings without long pictures, frames as digests of their pixels."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from PIL import Image

from explorer.experiments.pictures import example_name


def short(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, start pictures by the names of the examples they are."""
    return {
        name: (example_name(value) or value) if str(value).startswith("data:") else value
        for name, value in settings.items()
    }


def hashed(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, each start picture as a digest of its data URL."""
    return {
        name: hashlib.sha256(value.encode()).hexdigest() if str(value).startswith("data:") else value
        for name, value in settings.items()
    }


def pixels(picture: Path) -> str:
    """A digest of a picture's size and its RGB."""
    with Image.open(picture) as opened:
        return hashlib.sha256(repr(opened.size).encode() + opened.convert("RGB").tobytes()).hexdigest()


def rounded(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Frames as a plan describes them: its noise levels are computed, and the last of their bits is the machine's."""
    settings = [
        {key: round(value, 6) if isinstance(value, float) else value for key, value in frame["settings"].items()}
        for frame in frames
    ]
    return [{**frame, "settings": each} for frame, each in zip(frames, settings, strict=True)]
