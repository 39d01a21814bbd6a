"""A graph of ComfyUI's, followed backwards along its links.

Contract: a graph is {id: {"class_type", "inputs"}}, and an input is a value or a link [id, output]. Everything here is
total: whatever stands in a graph, an answer comes back, within `DEEPEST` links and `MOST_NODES` nodes a search.

It knows how values, latents and pictures flow; what a text means is `comfyui_prompts`' affair.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from explorer.outputs.comfyui_kinds import KINDS, SAMPLERS, Kind, expanded, named

MOST_NODES = 2_000
MOST_INPUTS = 200
"""Inputs of a node; one that has more is none."""
DEEPEST = 80
"""Links in a row; real graphs have 20."""

_OF_TEXTS = ("positive", "negative", "conditioning", "text")


@dataclass(frozen=True, eq=False)
class Node:
    """One node: `kind` is None for a class that is not in the table."""

    id: str
    class_type: str
    inputs: Mapping[str, Any]
    kind: Kind | None
    _named: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @property
    def way(self) -> str | None:
        return self.kind.way if self.kind else None

    @property
    def by(self) -> str:
        """The input that says which way, between what or how much; empty where the kind has none."""
        return self.kind.by if self.kind else ""

    @property
    def samples(self) -> bool:
        """Whether it is a sampler."""
        guided = "positive" in self.inputs or "guider" in self.inputs
        return self.class_type in SAMPLERS or ("latent_image" in self.inputs and guided)

    def output(self, index: int) -> str:
        """What the output is called; empty where that is not known."""
        outputs = self.kind.outputs if self.kind else ()
        return outputs[index] if 0 <= index < len(outputs) else ""

    def named(self, what: str) -> list[str]:
        """The inputs that are called what carries `what`, and hold a text or a link."""
        if what not in self._named:
            names = named(self.inputs, what)
            held = [name for name in names if isinstance(self.inputs[name], str) or is_link(self.inputs[name])]
            self._named[what] = held
        return self._named[what]

    def links(self, *whats: str) -> list[Any]:
        """The links under inputs that are called what carries one of these."""
        values = [self.inputs[name] for what in whats for name in self.named(what)]
        return [value for value in values if is_link(value)]


def is_link(value: Any) -> bool:
    """Whether an input's value is [a node's id, the number of its output]."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], (str, int)) and type(value[1]) is int


class Graph:
    """The nodes of a graph, and the ways back from them."""

    def __init__(self, graph: Mapping[str, Any]) -> None:
        self._graph = graph
        self._known: dict[str, Node | None] = {}
        self._values: dict[tuple[str, int, tuple[type, ...]], Any] = {}

    @cached_property
    def nodes(self) -> list[Node]:
        """The first `MOST_NODES` of them."""
        found = (self._node(str(key)) for key in list(self._graph)[:MOST_NODES])
        return [node for node in found if node]

    @cached_property
    def _texts_taken(self) -> Mapping[str, set[int]]:
        """Which outputs of each node go into inputs that are called like texts or conditionings."""
        taken: dict[str, set[int]] = {}
        for node in self.nodes:
            for link in node.links(*_OF_TEXTS):
                taken.setdefault(str(link[0]), set()).add(link[1])
        return taken

    def _node(self, key: str) -> Node | None:
        if key not in self._known:
            self._known[key] = self._made(key, self._graph.get(key))
        return self._known[key]

    def _made(self, key: str, found: Any) -> Node | None:
        inputs = found.get("inputs") if isinstance(found, dict) else None
        if not isinstance(inputs, dict) or len(inputs) > MOST_INPUTS:
            return None
        class_type = str(found.get("class_type", ""))[:100]
        return Node(key, class_type, inputs, KINDS.get(class_type))

    def at(self, link: Any) -> tuple[Node, int] | None:
        """The node and the output that a link leads to; None for a value, and for a link that leads nowhere."""
        node = self._node(str(link[0])) if is_link(link) else None
        return (node, link[1]) if node else None

    def has_several_texts(self, node: Node) -> bool:
        """Whether texts or conditionings are taken from more than one of the node's outputs."""
        return len(self._texts_taken.get(node.id, ())) > 1

    def taken(self, node: Node, depth: int = 0) -> list[Any]:
        """What a node of the table hands on, of those that hand on one thing; empty where that cannot be told."""
        options, kind = expanded(node.kind, node.inputs), node.kind
        match node.way:
            case "switch" if kind:
                return self._switched(node, kind, depth)
            case "first":
                return [node.inputs[name] for name in options if self.at(node.inputs[name])][:1]
            case "pass" | "change":
                return [node.inputs[name] for name in options][:1]
        return []

    def _switched(self, node: Node, kind: Kind, depth: int) -> list[Any]:
        number = self.value(node.inputs.get(kind.by), (bool, int), depth + 1)
        if number is None:
            return []
        place, pattern = int(number) - kind.counted_from, kind.inputs[0]
        numbered = f"{pattern[:-1]}{int(number)}" if pattern.endswith("*") else None
        name = numbered or (kind.inputs[place] if 0 <= place < len(kind.inputs) else "")
        return [node.inputs[name]] if name in node.inputs else []

    def value(self, value: Any, of: tuple[type, ...], depth: int = 0) -> Any:
        """A value of one of these types, itself or at the end of a link; None where there is none for certain.

        Of a node that is not in the table it is certain where the node has one input and no other.
        """
        if type(value) in of:
            return value
        found = self.at(value)
        if found is None or depth > DEEPEST:
            return None
        key = (found[0].id, found[1], of)
        if key not in self._values:
            self._values[key] = None  # what a circle leads to
            self._values[key] = self._handed(*found, of, depth)
        return self._values[key]

    def _handed(self, node: Node, index: int, of: tuple[type, ...], depth: int) -> Any:
        name = node.output(index)
        if name in node.inputs:
            values = [node.inputs[name]]
        elif node.way == "bundle":
            values = node.links("bundle")
        elif node.kind:
            values = self.taken(node, depth)
        else:
            values = [node.inputs[name] for name in node.inputs if name != "control_after_generate"]
        return self.value(values[0], of, depth + 1) if len(values) == 1 else None

    def source(self, link: Any) -> Node | None:
        """The node behind a link, past those that only hand on."""
        for _ in range(DEEPEST):
            found = self.at(link)
            if found is None or found[0].way not in ("pass", "switch", "first"):
                return found[0] if found else None
            link = next(iter(self.taken(found[0])), None)
        return None

    def flow(self, links: Iterable[Any]) -> Iterator[Node]:
        """All nodes that latents or pictures come from, nearest first, as far as the samplers and those included."""
        waiting, seen = deque(links), set[tuple[str, int]]()
        while waiting and len(seen) < MOST_NODES:
            found = self.at(waiting.popleft())
            if found is None or (found[0].id, found[1]) in seen:
                continue
            node, index = found
            seen.add((node.id, index))
            yield node
            waiting.extend([] if node.samples else self._before(node, index))

    def _before(self, node: Node, index: int) -> list[Any]:
        """The links that the latents or pictures of a node come through."""
        if node.way in ("pass", "switch", "first"):
            return self.taken(node)
        name = node.output(index)
        if name in node.inputs:
            return [node.inputs[name]]
        return (node.links("bundle") if node.way == "bundle" else []) or node.links("latent", "image")

    def started_from(self, sampler: Node) -> list[Node]:
        """What a sampler's latents come from: nodes up to and with the samplers before it."""
        return list(self.flow(sampler.links("latent") or sampler.links("bundle")))

    def bundled(self, node: Node) -> Iterator[Node]:
        """The node and those whose bundles it is handed, nearest first."""
        for _ in range(DEEPEST):
            yield node
            links = self.taken(node) if node.way == "first" else node.links("bundle")
            found = self.source(links[0]) if len(links) == 1 else None
            if found is None:
                return
            node = found
