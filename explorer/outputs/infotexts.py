"""The line of settings that AUTOMATIC1111 writes into its pictures, and Forge, SD.Next and image savers after it."""

from __future__ import annotations

import re
from typing import Any

# Both are AUTOMATIC1111's own (modules/infotext_utils.py), but for the length of a name.
_FIELD = re.compile(r'(\w[\w \-/]{1,60}):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
_LONGEST_FIELDS = 20_000


def settings_of_infotext(text: str) -> dict[str, Any]:
    """The prompt, "Negative prompt: ...", then one line of "Steps: 20, Sampler: Euler a, ..."; empty for others.

    By our names, with "sampler", "spacing" and "model", and "also": what it used that we have not.
    """
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
        "sampler": fields.get("Sampler", ""),
        "spacing": "" if spacing == "Automatic" else spacing,
        "model": fields.get("Model"),
        "also": list(_also(fields)),
    }
    return {"prompt": prompt.strip(), "negative_prompt": negative.strip(), **by_name}


def _also(fields: dict[str, str]) -> list[str]:
    second = any(name.startswith("Hires") for name in fields)
    found = {
        "a start picture": "Denoising strength" in fields and not second,
        "a second pass": second or "Refiner" in fields,
        "ControlNet": any(name.startswith("ControlNet") for name in fields),
        "CLIP skip": fields.get("Clip skip", "1") not in ("", "0", "1"),
        "a variation of its noise": "Variation seed" in fields,
    }
    return [thing for thing, used in found.items() if used]
