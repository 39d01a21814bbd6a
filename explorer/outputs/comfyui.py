"""The settings of one picture in a graph of ComfyUI, found by following its links back from a sampler.

Contract: a graph is {id: {"class_type", "inputs"}}, and an input is a value or a link [id, output]. Nodes are known by
their inputs, not by their classes, because there are thousands of classes: texts are found where "positive" and
"negative" lead, the size where "latent_image" does. Every search looks at a node once, and at `MOST_NODES` at most.

It does not know files, or which values are allowed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

MOST_NODES = 2_000
_TEXTS = ("text", "text_g", "text_l", "prompt", "string", "value", "populated_text")
_NUMBERS = ("value", "seed", "noise_seed", "int", "float", "number")
Graph = Mapping[str, Any]


def settings_of_graph(graph: Graph) -> dict[str, Any]:
    """What the graph's sampler was told, by our names and with "sampler" and "model"; empty without a sampler."""
    starts = [node for node in list(graph.values())[:MOST_NODES] if _samples(node)]
    if not starts:
        return {}
    inputs = min(starts, key=lambda node: not _size(graph, node)[0])["inputs"]  # not the one that only refines
    width, height = _size(graph, {"inputs": inputs})
    guided = {**inputs, **_inputs(graph, inputs.get("guider"))}
    found = {
        "prompt": _text(graph, guided.get("positive", guided.get("conditioning")), "positive"),
        "negative_prompt": _text(graph, guided.get("negative"), "negative"),
        "seed": _number(graph, inputs, "seed", "noise_seed", "noise"),
        "num_inference_steps": _number(graph, inputs, "steps", "sigmas"),
        "guidance_scale": _number(graph, guided, "cfg"),
        "sampler": _sampler(graph, inputs),
        "width": width,
        "height": height,
        "model": _first(graph, inputs.get("model", guided.get("model")), ("ckpt_name", "unet_name")),
    }
    if found["negative_prompt"] == found["prompt"]:  # the prompt once more, blanked on its way
        found["negative_prompt"] = None
    return {name: value for name, value in found.items() if value is not None}


def _samples(node: Any) -> bool:
    inputs = node.get("inputs", {}) if isinstance(node, dict) else {}
    return isinstance(inputs, dict) and "latent_image" in inputs and ("positive" in inputs or "guider" in inputs)


def _node(graph: Graph, link: Any) -> Mapping[str, Any] | None:
    """The node a link leads to; None for a value, and for a link that leads nowhere."""
    if not isinstance(link, list) or len(link) != 2 or not isinstance(link[0], (str, int)):
        return None
    node = graph.get(str(link[0]))
    return node if isinstance(node, dict) and isinstance(node.get("inputs"), dict) else None


def _inputs(graph: Graph, link: Any) -> Mapping[str, Any]:
    node = _node(graph, link)
    return node["inputs"] if node else {}


def _behind(graph: Graph, link: Any, side: str = "") -> Iterator[Mapping[str, Any]]:
    """The inputs of all nodes that a link leads to, nearest first; where there is an input `side`, only through it."""
    waiting, seen = deque([link]), set()
    while waiting and len(seen) < MOST_NODES:
        inputs = _inputs(graph, waiting.popleft())
        if not inputs or id(inputs) in seen:
            continue
        seen.add(id(inputs))
        yield inputs
        waiting.extend([inputs[side]] if side in inputs else inputs.values())


def _first(graph: Graph, link: Any, names: tuple[str, ...]) -> Any:
    """The first value that is no link under one of `names`, behind a link."""
    values = (inputs[name] for inputs in _behind(graph, link) for name in names if name in inputs)
    return next((value for value in values if isinstance(value, (str, int, float))), None)


def _text(graph: Graph, link: Any, side: str) -> str | None:
    texts = (inputs[name] for inputs in _behind(graph, link, side) for name in _TEXTS if name in inputs)
    return next((text for text in texts if isinstance(text, str)), None)


def _number(graph: Graph, inputs: Mapping[str, Any], *names: str) -> Any:
    """A number, or the one at the end of a link; a link under a name of its own leads to a node that has it."""
    for name in names:
        value = inputs.get(name)
        value = _first(graph, value, (*names, *_NUMBERS)) if isinstance(value, list) else value
        if isinstance(value, (int, float)):
            return value
    return None


def _sampler(graph: Graph, inputs: Mapping[str, Any]) -> str | None:
    """The sampler and how its steps are spaced, where that is not the normal way: "dpmpp_2m karras"."""
    names = ("sampler_name",)
    name = inputs.get("sampler_name", _first(graph, inputs.get("sampler"), names))
    name = _first(graph, name, (*names, *_TEXTS)) if isinstance(name, list) else name
    spacing = inputs.get("scheduler", _first(graph, inputs.get("sigmas"), ("scheduler",)))
    if not isinstance(name, str):
        return None
    return name if spacing == "normal" or not isinstance(spacing, str) else f"{name} {spacing}"


def _size(graph: Graph, sampler: Mapping[str, Any]) -> tuple[Any, Any]:
    """(width, height) of the empty latents that a sampler starts from; (None, None) if it starts from others."""
    inputs = _inputs(graph, sampler["inputs"].get("latent_image"))
    return _number(graph, inputs, "width"), _number(graph, inputs, "height")
