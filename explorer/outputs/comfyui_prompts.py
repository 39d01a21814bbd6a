"""The text of one side of a sampler in a graph of ComfyUI's: the prompt or the negative prompt.

Contract: `Side.of` gives the text only where it is certain that it leads to this side; None where it is not, and then
`reasons` may say why. What is certain but not all of the truth is in `remarks`. A side is followed by what outputs are
(the table of kinds) and by inputs that are named after it, and never into an input that is named after the other one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.messages import Message
from explorer.outputs.comfyui_graph import DEEPEST, Graph, Node
from explorer.outputs.comfyui_kinds import expanded, writes_itself

LONGEST = 20_000
"""Characters of a joined text: a graph that doubles a text at each of its nodes has no end."""

_OTHER = {"positive": "negative", "negative": "positive"}
_CALLED = {"positive": "prompt", "negative": "negative prompt"}


class Side:
    """One side, "positive" or "negative", of one sampler."""

    def __init__(self, graph: Graph, side: str) -> None:
        self.graph, self.side, self.called = graph, side, _CALLED[side]
        self.remarks: dict[str, None] = {}
        self.reasons: dict[str, None] = {}
        self.passed: set[str] = set()
        self._known: dict[tuple[str, int, str], str | None] = {}

    def of(self, node: Node) -> str | None:
        """The text of this side at a sampler or its guider."""
        text = self._bundle(node, self.side, 0)
        return None if text is None else text.strip()

    def text(self, value: Any, side: str, depth: int = 0) -> str | None:
        """The text that a value is, or that a link leads to when it is followed for `side`."""
        if isinstance(value, str):
            return value
        found = self.graph.at(value)
        if found is None or depth > DEEPEST:
            return None
        key = (found[0].id, found[1], side)
        if key not in self._known:
            self._known[key] = None  # what a circle leads to
            self._known[key] = self._made(*found, side, depth + 1)
        return self._known[key]

    def _made(self, node: Node, index: int, side: str, depth: int) -> str | None:
        self.passed.add(node.class_type)
        side = node.output(index) if node.output(index) in _OTHER else side
        if node.way in ("change", "style"):
            self._changed(node)
        match node.way:
            case None:
                text = self._unknown(node, side, depth)
            case "blank":
                text = ""
            case "bundle" | "style":
                text = self._bundle(node, side, depth)
            case "encode":
                text = self._encoded(node, expanded(node.kind, node.inputs), side, depth)
            case "join":
                text = self._joined(node, side, depth)
            case "mix" | "average":
                text = self._mixed(node, side, depth)
            case _:
                text = self._handed_on(node, side, depth)
        return text

    def _handed_on(self, node: Node, side: str, depth: int) -> str | None:
        values = self.graph.taken(node, depth)
        if not values and node.way == "switch":
            self.reasons[Message("Which way {node} was switched is not in the graph.", node=node.class_type)] = None
        return self.text(values[0], side, depth) if values else None

    def _bundle(self, node: Node, side: str, depth: int) -> str | None:
        """Through what is named after the side, or else through the bundles that a bundle is made of."""
        own = node.named(side)
        if own or node.way == "first":
            return self._encoded(node, own, side, depth) if own else self._handed_on(node, side, depth)
        texts = {self.text(link, side, depth) for link in node.links("bundle")}
        return texts.pop() if len(texts) == 1 else None

    def _encoded(self, node: Node, names: Sequence[str], side: str, depth: int) -> str | None:
        """The one text that several inputs have; the first of them, and a remark, if they differ."""
        texts = self._texts(node, names, side, depth)
        if texts is None:
            return None
        different = list(dict.fromkeys(text for text in texts if text.strip()))
        if len(different) > 1:
            self.remarks[
                Message(
                    "Its {what} is {n} texts, one for each encoder; the first is here.",
                    what=self.called,
                    n=len(different),
                )
            ] = None
        return different[0] if different else ""

    def _texts(self, node: Node, names: Sequence[str], side: str, depth: int) -> list[str] | None:
        """What the inputs of these names say; None if there are none, or one of them cannot be told."""
        found = [self.text(node.inputs[name], side, depth) for name in names]
        texts = [text for text in found if text is not None]
        return texts if texts and len(texts) == len(found) else None

    def _joined(self, node: Node, side: str, depth: int) -> str | None:
        between = self.graph.value(node.inputs.get(node.by, ""), (str,))
        texts = self._texts(node, expanded(node.kind, node.inputs), side, depth)
        if between is None or texts is None:
            self.reasons[
                Message("Its {what} is put together of texts that are not all in the graph.", what=self.called)
            ] = None
            return None
        return _bounded(between.replace("\\n", "\n"), texts)

    def _mixed(self, node: Node, side: str, depth: int) -> str | None:
        """Several conditionings as one text: they are something else, which is said."""
        names = expanded(node.kind, node.inputs)
        share = self.graph.value(node.inputs.get(node.by), (int, float)) if node.way == "average" else None
        if share in (0, 1):  # of the first
            names = names[:1] if share else names[1:]
        texts = self._texts(node, names, side, depth)
        if texts is None:
            self.reasons[
                Message("Its {what} is put together of texts that are not all in the graph.", what=self.called)
            ] = None
            return None
        different = list(dict.fromkeys(text for text in texts if text.strip()))
        if (count := len(different)) > 1:
            self.remarks[
                Message("Its {what} is put together of {n} texts; they are joined here.", what=self.called, n=count)
            ] = None
        return _bounded(", ", different)

    def _unknown(self, node: Node, side: str, depth: int) -> str | None:
        """Through a kind that is not in the table, where its inputs leave one way only."""
        own, other, bundles = node.named(side), node.named(_OTHER[side]), node.links("bundle")
        if own:
            return self._encoded(node, own, side, depth)
        if not bundles and not other and self.graph.has_several_texts(node):
            return None
        ways = [*bundles, *([] if other and side == "negative" else _neutral(node))]
        if len(ways) > 1:
            self.reasons[
                Message(
                    "Its {what} comes out of {node}, which is not known here.", what=self.called, node=node.class_type
                )
            ] = None
        if len(ways) != 1:
            return None
        if not bundles and writes_itself(node.class_type, node.inputs):
            self.reasons[
                Message("Its {what} was written by {node} while it ran.", what=self.called, node=node.class_type)
            ] = None
            return None
        if not bundles:
            self._changed(node)
        return self.text(ways[0], side, depth)

    def _changed(self, node: Node) -> None:
        if node.class_type:
            self.remarks[
                Message(
                    "Its {what} went through {node}, which may have changed it.", what=self.called, node=node.class_type
                )
            ] = None


def _neutral(node: Node) -> list[Any]:
    """The links and texts that are named after neither side."""
    conditionings = node.links("conditioning")
    return conditionings or [node.inputs[name] for name in node.named("text")]


def _bounded(between: str, texts: Sequence[str]) -> str | None:
    """The texts as one; None for one that is too long."""
    long = sum(map(len, texts)) + len(between) * len(texts)
    return between.join(texts) if long <= LONGEST else None
