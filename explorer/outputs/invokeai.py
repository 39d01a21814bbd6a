"""The settings that InvokeAI writes into its pictures, by our names, with "sampler", "model" and "also"."""

from __future__ import annotations

import json
import re
from typing import Any

from explorer.messages import Message

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")  # negative prompts until version 3
_NAMES = {
    "seed": "seed",
    "num_inference_steps": "steps",
    "guidance_scale": "cfg_scale",
    "width": "width",
    "height": "height",
    "sampler": "scheduler",
}
_ALSO = {
    "loras": "LoRA",
    "controlnets": "ControlNet",
    "control_layers": "ControlNet",
    "t2iAdapters": "ControlNet",
    "ipAdapters": "reference pictures",
    "ref_images": "reference pictures",
    "strength": "a start picture",
    "init_image": "a start picture",
    "hrf_enabled": "a second pass",
    "refiner_model": "a second pass",
}


def settings_of_metadata(text: str) -> dict[str, Any]:
    """Those since version 3: one flat object. The style prompts of SDXL follow the prompts."""
    data = json.loads(text)
    model = data.get("model") or {}
    found = {ours: data[theirs] for ours, theirs in _NAMES.items() if theirs in data}
    remarks = []
    for ours, side, called in (("prompt", "positive", "prompt"), ("negative_prompt", "negative", "negative prompt")):
        prompt, style = data.get(f"{side}_prompt"), data.get(f"{side}_style_prompt")
        if prompt is not None:
            found[ours] = prompt
        if isinstance(prompt, str) and isinstance(style, str) and style.strip() and style.strip() != prompt.strip():
            found[ours] = ", ".join(part for part in (prompt.strip(), style.strip()) if part)
            remarks.append(
                Message("Its {what} was two texts, and the one for the style follows the other here.", what=called)
            )
    if not found:
        return {}
    begun = str(data.get("generation_mode", "")).endswith(("img2img", "inpaint", "outpaint"))
    also = [name for key, name in _ALSO.items() if data.get(key)] + (["a start picture"] if begun else [])
    named = {"model": model.get("name", model.get("model_name"))}
    return {**found, **named, "remarks": remarks, "also": list(dict.fromkeys(also))}


def settings_of_old_metadata(text: str) -> dict[str, Any]:
    """Those before version 3: one prompt with what it should keep away from in [brackets]."""
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
        "also": ["a start picture"] if image.get("type", "txt2img") != "txt2img" else [],
    }
    return {**found, "width": image.get("width"), "height": image.get("height"), "model": data.get("model_weights")}
