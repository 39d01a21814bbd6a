"""Settings out of other programs' PNGs: AUTOMATIC1111 (and Forge, SD.Next), ComfyUI, InvokeAI.

Contract: `read` gives what was found as one neutral mapping with the keys of `NAMES`, unchecked (whoever uses it checks
it against the experiment's bounds), and sentences about what does not mean the same here. For every other file it
raises `NoSettings`. Bounded like `settings.read`: texts of at most 4 MB, graphs of at most `MOST_NODES` nodes, and no
pixel decoded.

It does not know experiments; samplers it names as `space.points` does, and leaves out those that we do not have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.outputs.comfyui import settings_of_graph
from explorer.outputs.comments import png_texts
from explorer.outputs.settings import LIMIT, NoSettings
from explorer.space.points import SCHEDULER_NAMES

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

_SAMPLERS = {
    "dpm++2m": "DPM++ 2M",
    "dpmpp2m": "DPM++ 2M",
    "unipc": "UniPC",
    "unipcbh2": "UniPC",
    "euler": "Euler",
    "eulera": "Euler ancestral",
    "eulerancestral": "Euler ancestral",
    "heun": "Heun",
    "lms": "LMS",
    "ddim": "DDIM",
    "plms": "PNDM",
    "pndm": "PNDM",
}
"""Our samplers by what others call them, in lower case and without spaces, "_" and "k_"."""
_SPACING = re.compile(r"(karras|polyexponential|exponential|(sgm|ddim)?uniform|simple|beta|(?<=2m|er|un|ms)k)$")
"""How steps may be spaced, which we leave to each sampler."""

# Both are AUTOMATIC1111's own (modules/infotext_utils.py), but for the length of a name.
_FIELD = re.compile(r'(\w[\w \-/]{1,60}):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
_LONGEST_FIELDS = 20_000
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")  # InvokeAI's negative prompts until version 3
_WEIGHTS = re.compile(r"\(.{1,200}?:[0-9.]+\)|<lora:", re.DOTALL)


@dataclass(frozen=True)
class Foreign:
    """What was found: the program's name, settings by the names of `NAMES`, and sentences about them."""

    program: str
    settings: Mapping[str, Any]
    remarks: tuple[str, ...] = ()


def read(path: str | Path) -> Foreign:
    """The settings inside another program's PNG. Raises `NoSettings` in one sentence, and nothing else."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            texts = png_texts(file, {key for key, _, _ in _PROGRAMS}, LIMIT)
    except Exception as error:  # a parser may raise anything at all over a stranger's file
        raise NoSettings(f"{path.name} cannot be read: it is broken, or no PNG.") from error
    for key, program, reader in _PROGRAMS:
        if key in texts and len(texts[key]) <= LIMIT:
            found = _understood(reader, texts[key])
            if found:
                return _told(program, found)
    raise NoSettings(f"{path.name} carries no settings of AUTOMATIC1111, ComfyUI or InvokeAI.")


def _understood(reader: Callable[[str], dict[str, Any]], text: str) -> dict[str, Any]:
    """What a reader finds; nothing in a text that is not of its kind. Every value a text or a number."""
    try:
        found = reader(text)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):  # others' JSON, any shape
        return {}
    plain = {name: value for name, value in found.items() if isinstance(value, (str, int, float))}
    return {name: value for name, value in plain.items() if not isinstance(value, bool) and value != ""}


def _told(program: str, found: dict[str, Any]) -> Foreign:
    """The neutral settings, and what is to be said of them."""
    settings = {name: found[name] for name in NAMES if name in found and name != "scheduler"}
    remarks = (
        ["The same seed makes other noise here, so the picture will be another one."] if "seed" in settings else []
    )
    if "sampler" in found:
        name, exactly = sampler(str(found["sampler"]))
        settings |= {"scheduler": name} if name else {}
        given = f"Its sampler, {str(found['sampler'])[:60]},"
        if not exactly:
            remarks.append(f"{given} is taken as {name}." if name else f"{given} is none of those here.")
    if "model" in found:
        remarks.append(f"It was made with the model {str(found['model'])[:100]}.")
    if _WEIGHTS.search(str(settings.get("prompt", ""))[:20_000]):
        remarks.append("Weights and LoRAs in its prompt are read as plain text here.")
    return Foreign(program, settings, tuple(remarks))


def sampler(name: str) -> tuple[str | None, bool]:
    """Our sampler for another program's, and whether it is the very same; None where there is none like it."""
    if name in SCHEDULER_NAMES:
        return name, True
    plain = re.sub(r"[\s_]", "", name[:80].lower().removeprefix("k_"))
    if plain in _SAMPLERS:
        return _SAMPLERS[plain], True
    return _SAMPLERS.get(_SPACING.sub("", plain)), False


def _parameters(text: str) -> dict[str, Any]:
    """AUTOMATIC1111's: the prompt, "Negative prompt: ...", then one line of "Steps: 20, Sampler: Euler a, ..."."""
    texts, found, last = f"\n{text}".rpartition("\nSteps: ")
    line = f"Steps: {last}".partition("\n")[0]
    fields = {name: value.strip('" ') for name, value in _FIELD.findall(line[:_LONGEST_FIELDS])}
    if not found or len(fields) < 3:
        return {}
    prompt, _, negative = texts.partition("\nNegative prompt:")
    width, _, height = fields.get("Size", "").partition("x")
    spacing = fields.get("Schedule type", "Automatic")
    by_name = {
        "seed": fields.get("Seed"),
        "num_inference_steps": fields.get("Steps"),
        "guidance_scale": fields.get("CFG scale"),
        "width": width,
        "height": height,
        "sampler": " ".join([fields.get("Sampler", ""), "" if spacing == "Automatic" else spacing]).strip(),
        "model": fields.get("Model"),
    }
    return {"prompt": prompt.strip(), "negative_prompt": negative.strip(), **by_name}


def _graph(text: str) -> dict[str, Any]:
    return settings_of_graph(json.loads(text))


def _invoke(text: str) -> dict[str, Any]:
    """InvokeAI's since version 3."""
    data = json.loads(text)
    model = data.get("model") or {}
    names = {
        "prompt": "positive_prompt",
        "negative_prompt": "negative_prompt",
        "seed": "seed",
        "num_inference_steps": "steps",
        "guidance_scale": "cfg_scale",
        "width": "width",
        "height": "height",
        "sampler": "scheduler",
    }
    found = {ours: data[theirs] for ours, theirs in names.items() if theirs in data}
    return {**found, "model": model.get("name", model.get("model_name")) if found else None}


def _old_invoke(text: str) -> dict[str, Any]:
    """InvokeAI's before version 3: one prompt with what it should keep away from in [brackets]."""
    data = json.loads(text)
    image = data["image"]
    prompts = image["prompt"]
    prompt = prompts if isinstance(prompts, str) else ", ".join(part["prompt"] for part in prompts)
    found = {
        "prompt": re.sub(r"\s+", " ", _BRACKETS.sub("", prompt)).strip(),
        "negative_prompt": ", ".join(part.strip() for part in _BRACKETS.findall(prompt)),
        "seed": image.get("seed"),
        "num_inference_steps": image.get("steps"),
        "guidance_scale": image.get("cfg_scale"),
        "sampler": image.get("sampler"),
    }
    return {**found, "width": image.get("width"), "height": image.get("height"), "model": data.get("model_weights")}


_PROGRAMS: tuple[tuple[str, str, Callable[[str], dict[str, Any]]], ...] = (
    ("parameters", "AUTOMATIC1111", _parameters),
    ("invokeai_metadata", "InvokeAI", _invoke),
    ("sd-metadata", "InvokeAI", _old_invoke),
    ("prompt", "ComfyUI", _graph),
)
"""The key of the PNG's text, whose it is, and what reads it."""
