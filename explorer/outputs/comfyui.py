"""The settings of one picture in a graph of ComfyUI's.

Contract: back from the node that saves to its samplers, and of those to the first in the flow, the one whose latents
come from no other sampler: it drew the picture, those after it refine. What cannot be followed for certain is left out;
where several samplers may have drawn it, what they do not agree on.

It does not know files, or which values are allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from explorer.messages import Message
from explorer.outputs.comfyui_graph import DEEPEST, MOST_NODES, Graph, Node
from explorer.outputs.comfyui_kinds import EMPTY_LATENTS, KEEPS_SIZE
from explorer.outputs.comfyui_prompts import Side

__all__ = ["MOST_NODES", "settings_of_graph"]

MOST_SAMPLERS = 16
_SAVES = re.compile(r"save|videocombine|websocket", re.IGNORECASE)
_PREVIEWS = re.compile(r"preview", re.IGNORECASE)
_NOT_NAMED = ("", "None", None)
_NUMBER = (int, float)


def settings_of_graph(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the graph's first sampler was told, by our names; empty without a sampler.

    Beside them "sampler", "spacing" and "model", the names; "also", what it used that we have not; and "remarks".
    """
    graph = Graph(data)
    last = _last_samplers(graph)
    first = _first_samplers(graph, last)
    if not first:
        return {}
    found = [_settings(graph, sampler) for sampler in first]
    agreed = {name: value for name, value in found[0].items() if all(other.get(name) == value for other in found)}
    agreed["remarks"] = list(dict.fromkeys(remark for each in found for remark in each["remarks"]))
    agreed["also"] = list(dict.fromkeys(thing for each in found for thing in each["also"]))
    if len(found) > 1:
        agreed["remarks"].append(
            Message("{n} samplers may have drawn it; what they do not agree on is left out.", n=len(found))
        )
    if {node.id for node in last} != {node.id for node in first}:
        agreed["also"].append("a second pass")
    return agreed


def _last_samplers(graph: Graph) -> list[Node]:
    """The samplers nearest before the nodes that save; before those that preview where none saves; or else all."""
    for pattern in (_SAVES, _PREVIEWS):
        links = [link for node in graph.nodes if _ends(node, pattern) for link in node.links("image")]
        savers = [node for node in graph.nodes if node.samples and pattern.search(str(node.inputs.get("image_output")))]
        if reached := [*savers, *(node for node in graph.flow(links) if node.samples)]:
            return _each_once(reached)
    return [node for node in graph.nodes if node.samples][:MOST_SAMPLERS]


def _ends(node: Node, pattern: re.Pattern[str]) -> bool:
    return bool(pattern.search(node.class_type)) and not node.samples


def _first_samplers(graph: Graph, last: Iterable[Node]) -> list[Node]:
    """The samplers at the beginning of the flow: those whose latents come from no other."""
    waiting, seen, first = list(last), set[str](), []
    while waiting and len(seen) < MOST_SAMPLERS:
        sampler = waiting.pop(0)
        if sampler.id in seen:
            continue
        seen.add(sampler.id)
        before = [node for node in graph.started_from(sampler) if node.samples]
        waiting += before
        first += [] if before else [sampler]
    return first


def _each_once(nodes: Iterable[Node]) -> list[Node]:
    return list({node.id: node for node in nodes}.values())[:MOST_SAMPLERS]


def _settings(graph: Graph, sampler: Node) -> dict[str, Any]:
    guider = graph.source(sampler.inputs.get("guider")) or sampler
    told = [*graph.bundled(sampler), guider]
    sides = {side: Side(graph, side) for side in ("positive", "negative")}
    prompt, negative, remarks = _prompts(sides, guider)
    steps, spacing = _schedule(graph, told, sampler)
    width, height, begun = _size(graph, sampler)
    model, loras = _model(graph, told)
    passed = {name.lower() for side in sides.values() for name in side.passed}
    also = [
        *(["LoRA"] if loras else []),
        *(["ControlNet"] if any("controlnet" in name for name in passed) else []),
        *(["a start picture"] if begun else []),
    ]
    noise = graph.source(sampler.inputs.get("noise"))
    found = {
        "prompt": prompt,
        "negative_prompt": negative,
        "seed": _value(graph, [*told, *([noise] if noise else [])], ("seed", "noise_seed"), (int,)),
        "num_inference_steps": steps,
        "guidance_scale": _value(graph, told, ("cfg",), _NUMBER),
        "sampler": _sampler(graph, told),
        "spacing": None if spacing == "normal" else spacing,
        "width": width,
        "height": height,
        "model": model,
    }
    return {**{name: value for name, value in found.items() if value is not None}, "remarks": remarks, "also": also}


def _prompts(sides: Mapping[str, Side], guider: Node) -> tuple[str | None, str | None, list[str]]:
    """Prompt and negative prompt, and what is to be said of them."""
    if "conditioning" in guider.inputs and not guider.named("positive"):  # a guider of one side has no other
        texts = {"positive": sides["positive"].text(guider.inputs["conditioning"], "positive"), "negative": ""}
    else:
        texts = {name: side.of(guider) for name, side in sides.items()}
    told = [side.remarks if texts[name] is not None else side.reasons for name, side in sides.items()]
    remarks = [remark for each in told for remark in each]
    if texts["positive"] and texts["negative"] == texts["positive"]:
        texts["negative"] = ""
        remarks.append("Its negative prompt is the prompt once more, and was left out.")
    return texts["positive"], texts["negative"], remarks


def _value(graph: Graph, nodes: Iterable[Node], names: tuple[str, ...], of: tuple[type, ...]) -> Any:
    """The value under the first of `names` that one of the nodes has."""
    inputs = (node.inputs[name] for node in nodes for name in names if name in node.inputs)
    return graph.value(next(inputs, None), of)


def _schedule(graph: Graph, told: Iterable[Node], sampler: Node) -> tuple[Any, str | None]:
    """The number of steps, and how they are spaced."""
    nodes = [*told, *_sigmas(graph, sampler)]
    spacing = _value(graph, nodes, ("scheduler",), (str,))
    if spacing is None and len(nodes) > 1 and nodes[-1].class_type.endswith("Scheduler"):
        spacing = nodes[-1].class_type.removesuffix("Scheduler")
    return _value(graph, nodes, ("steps", "steps_total"), (int,)), spacing


def _sigmas(graph: Graph, sampler: Node) -> Iterator[Node]:
    """The nodes that a sampler's sigmas come through, nearest first."""
    node = sampler
    for _ in range(DEEPEST):
        source = graph.source(node.inputs.get("sigmas"))
        if source is None:
            return
        yield source
        node = source


def _sampler(graph: Graph, told: list[Node]) -> str | None:
    """The sampler's name; that of its node's class where it is a node of its own without a name in it."""
    name = _value(graph, told, ("sampler_name",), (str,))
    if name is not None:
        return name
    link = next((node.inputs["sampler"] for node in told if "sampler" in node.inputs), None)
    chosen = graph.source(link)
    if chosen is None:
        return link if isinstance(link, str) else None
    return _value(graph, [chosen], ("sampler_name",), (str,)) or chosen.class_type or None


def _size(graph: Graph, sampler: Node) -> tuple[Any, Any, bool]:
    """(width, height) of the empty latents that a sampler starts from, and whether it starts from a picture instead."""
    kept, begun = True, False
    for node in graph.started_from(sampler):
        if EMPTY_LATENTS.fullmatch(node.class_type):
            sides = [(f"{side}", f"empty_latent_{side}") for side in ("width", "height")]
            width, height = (_value(graph, [node], names, (int,)) if kept else None for names in sides)
            return (None, None, begun) if None in (width, height) else (width, height, begun)
        begun = begun or "VAEEncode" in node.class_type or node.class_type.startswith("LoadImage")
        kept = kept and (node.way is not None or node.class_type in KEEPS_SIZE)
    return None, None, begun


def _model(graph: Graph, told: Iterable[Node]) -> tuple[str | None, bool]:
    """The checkpoint's name, and whether a LoRA was laid over it."""
    loras, links = False, [node.inputs["model"] for node in told if "model" in node.inputs]
    node = graph.source(links[0]) if links else next(reversed(list(told)), None)
    for _ in range(DEEPEST):
        if node is None:
            break
        loras = loras or _has_lora(node)
        name = _value(graph, [node], ("ckpt_name", "base_ckpt_name", "unet_name"), (str,))
        if name not in _NOT_NAMED:
            return name, loras
        bundles = node.links("bundle")
        node = graph.source(node.inputs.get("model", bundles[0] if bundles else None))
    return None, loras


def _has_lora(node: Node) -> bool:
    if "lora" not in node.class_type.lower() and "lora_name" not in node.inputs:
        return False
    named = [value for name, value in node.inputs.items() if name.startswith("lora")]
    return any(value.get("on") if isinstance(value, dict) else value not in _NOT_NAMED for value in named)
