"""Settings out of other programs' PNGs: AUTOMATIC1111 (and Forge, SD.Next), ComfyUI, InvokeAI.

Contract: `read` gives what was found as one neutral mapping with the keys of `NAMES`, unchecked (whoever uses it checks
it against the experiment's bounds), and sentences about what was not found and what does not mean the same here. What
is not certain is not there. For every other file it raises `NoSettings`. Bounded like `settings.read`: texts of at most
4 MB, graphs of at most `comfyui.MOST_NODES` nodes, and no pixel decoded.

It does not know experiments; samplers it names as `space.points` does, and leaves out those that we do not have.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.files import png
from explorer.messages import Message
from explorer.outputs.comfyui import settings_of_graph
from explorer.outputs.infotexts import settings_of_infotext
from explorer.outputs.invokeai import settings_of_metadata, settings_of_old_metadata
from explorer.outputs.prompt_syntax import remarks as syntax_of
from explorer.outputs.sampler_names import sampler
from explorer.outputs.settings import LIMIT, NoSettings

__all__ = ["NAMES", "Foreign", "read", "sampler"]

NAMES = (
    "prompt",
    "negative_prompt",
    "seed",
    "num_inference_steps",
    "guidance_scale",
    "scheduler",
    "width",
    "height",
)

_CALLED = {
    "prompt": "prompt",
    "negative_prompt": "negative prompt",
    "seed": "seed",
    "num_inference_steps": "number of steps",
    "guidance_scale": "guidance",
    "sampler": "sampler",
}
"""What is said to be missing where it was not found; a size never is."""


@dataclass(frozen=True)
class Foreign:
    """What was found: the program's name, settings by the names of `NAMES`, and sentences about them.

    `model` is what it calls the model that drew the picture.
    """

    program: str
    settings: Mapping[str, Any]
    remarks: tuple[str, ...] = ()
    model: str | None = field(default=None, compare=False)


def read(path: str | Path) -> Foreign:
    """The settings inside another program's PNG. Raises `NoSettings` in one sentence, and nothing else."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            texts = png.texts(file, {key for key, _, _ in _PROGRAMS}, LIMIT)
            size = png.size(file)
    except Exception as error:  # a parser may raise anything at all over a stranger's file
        raise NoSettings(Message("{file} cannot be read: it is broken, or no PNG.", file=path.name)) from error
    for key, program, reader in _PROGRAMS:
        if key in texts and len(texts[key]) <= LIMIT:
            found = _understood(reader, texts[key])
            if found:
                return _told(program, found, size)
    raise NoSettings(Message("{file} carries no settings of AUTOMATIC1111, ComfyUI or InvokeAI.", file=path.name))


def _understood(reader: Callable[[str], dict[str, Any]], text: str) -> dict[str, Any]:
    """What a reader finds; nothing in a text that is not of its kind. Every value a text or a number, but for lists."""
    try:
        found = reader(text)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):  # others' JSON, any shape
        return {}
    lists = {name: found.get(name, []) for name in ("remarks", "also")}
    plain = {name: value for name, value in found.items() if type(value) in (str, int, float)}
    plain = {name: value for name, value in plain.items() if value != "" or name in ("prompt", "negative_prompt")}
    return {**plain, **lists} if plain else {}


def _told(program: str, found: dict[str, Any], size: tuple[int, int]) -> Foreign:
    """The neutral settings, and what is to be said of them. `size` is the picture's own."""
    settings = {name: found[name] for name in NAMES if name in found and name != "scheduler"}
    remarks = (
        ["The same seed makes other noise here, so the picture will be another one."] if "seed" in settings else []
    )
    if "sampler" in found:
        given, spacing = str(found["sampler"])[:60], str(found.get("spacing", ""))[:60]
        name, exactly = sampler(given, spacing)
        settings |= {"scheduler": name} if name else {}
        given = f"{given} {spacing}".strip()
        if name and not exactly:
            remarks.append(Message("Its sampler, {given}, is taken as {ours}.", given=given, ours=name))
        elif not exactly:
            remarks.append(Message("Its sampler, {given}, is none of those here.", given=given))
    if "model" in found:
        remarks.append(Message("It was made with the model {model}.", model=str(found["model"])[:100]))
    for name in ("prompt", "negative_prompt"):
        remarks += syntax_of(str(settings.get(name, "")), _CALLED[name])
    remarks += found["remarks"]
    remarks += [Message("It also used {what}, which is left out here.", what=thing) for thing in found["also"]]
    missing = [called for name, called in _CALLED.items() if name not in found]
    remarks += [
        Message("Its {what} was not found in the file: that field is left as it was.", what=called)
        for called in missing
    ]
    if "width" not in settings or "height" not in settings:
        settings |= {"width": size[0], "height": size[1]}
        remarks.append(
            Message(
                "Its size was not found in its settings: it is that of the picture, {n} x {m}.", n=size[0], m=size[1]
            )
        )
    model = str(found["model"])[:100] if "model" in found else None
    return Foreign(program, settings, tuple(remarks), model)


_PROGRAMS: tuple[tuple[str, str, Callable[[str], dict[str, Any]]], ...] = (
    ("parameters", "AUTOMATIC1111", settings_of_infotext),
    ("invokeai_metadata", "InvokeAI", settings_of_metadata),
    ("sd-metadata", "InvokeAI", settings_of_old_metadata),
    ("prompt", "ComfyUI", lambda text: settings_of_graph(json.loads(text))),
)
"""The key of the PNG's text, whose it is, and what reads it."""
