"""Graphs of ComfyUI's at random: no text of the negative side is ever the prompt, and what can be followed is found.

The builder below knows the answer because it makes the graph from it; it uses nothing of what is under test.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from explorer.outputs.comfyui import settings_of_graph

GRAPHS = 300
KINDS = (
    "CLIPTextEncode",
    "PrimitiveStringMultiline",
    "StringConcatenate",
    "Text Input Switch",
    "ConditioningSetArea",
    "ConditioningConcat",
    "ConditioningZeroOut",
    "ControlNetApplyAdvanced",
    "Context (rgthree)",
    "Efficient Loader",
)
STRANGE = ("My area", "My sides", "My writer")
"""Kinds that nobody knows; what runs through them cannot be followed by named outputs."""


class Made(NamedTuple):
    """A value or a link, the text that it stands for, and whether all on the way has named outputs."""

    value: Any
    text: str
    followed: bool = True


@dataclass
class Builder:
    chance: random.Random
    nodes: dict[str, Any] = field(default_factory=dict)
    leads_to: dict[str, set[str]] = field(default_factory=dict)
    """Each word of the graph, and the sides that it leads to."""

    def node(self, kind: str, **inputs: Any) -> str:
        key = str(self.chance.choice([n for n in range(10, 900) if str(n) not in self.nodes]))
        self.nodes[key] = {"class_type": kind, "inputs": inputs}
        return key

    def word(self, side: str) -> str:
        word = f"word{len(self.leads_to)}"
        self.leads_to[word] = {side}
        return word

    def text(self, side: str, depth: int) -> Made:
        kind = self.chance.choice(("word", "word", *KINDS[1:4], *STRANGE[2:])) if depth else "word"
        if kind == "StringConcatenate":
            first, second = self.text(side, depth - 1), self.text(side, depth - 1)
            key = self.node(kind, string_a=first.value, string_b=second.value, delimiter=" + ")
            return Made([key, 0], f"{first.text} + {second.text}", first.followed and second.followed)
        if kind == "Text Input Switch":
            taken, left = self.text(side, depth - 1), self.text("nowhere", depth - 1)
            first = self.chance.random() < 0.5
            ends = (taken, left) if first else (left, taken)
            key = self.node(kind, boolean=first, text_a=ends[0].value, text_b=ends[1].value)
            return Made([key, 0], taken.text, taken.followed)
        word = self.word(side)
        if kind == "My writer":
            return Made([self.node(kind, text=f"write about {word}", temperature=0.7), 0], "?", False)
        return Made([self.node(kind, value=word), 0] if kind == "PrimitiveStringMultiline" else word, word)

    def conditioning(self, side: str, depth: int) -> Made:
        kind = self.chance.choice(("CLIPTextEncode", *KINDS[4:7], *STRANGE[:1])) if depth else "CLIPTextEncode"
        if kind == "CLIPTextEncode":
            text = self.text(side, depth)
            return Made([self.node(kind, text=text.value, clip=["4", 1]), 0], text.text, text.followed)
        if kind == "ConditioningConcat":
            to, source = self.conditioning(side, depth - 1), self.conditioning(side, depth - 1)
            key = self.node(kind, conditioning_to=to.value, conditioning_from=source.value)
            joined = ", ".join(text for text in (to.text, source.text) if text)
            return Made([key, 0], joined, to.followed and source.followed)
        if kind == "ConditioningZeroOut":
            blanked = self.conditioning("nowhere", depth - 1)
            return Made([self.node(kind, conditioning=blanked.value), 0], "")
        under = self.conditioning(side, depth - 1)
        key = self.node(kind, conditioning=under.value, strength=1.0)
        return Made([key, 0], under.text, under.followed and kind not in STRANGE)

    def sides(self, depth: int) -> tuple[Made, Made]:
        kind = self.chance.choice(("apart", *KINDS[7:], *STRANGE[1:2])) if depth else "apart"
        if kind == "Efficient Loader":
            words = self.text("positive", depth), self.text("negative", depth)
            key = self.node(kind, ckpt_name="m", positive=words[0].value, negative=words[1].value)
            return tuple(made._replace(value=[key, 1 + n]) for n, made in enumerate(words))
        if kind == "apart":
            return self.conditioning("positive", depth), self.conditioning("negative", depth)
        positive, negative = self.sides(depth - 1)
        if kind == "Context (rgthree)":
            return self.context(positive, negative)
        crossed = self.chance.random() < 0.3
        ends = (negative, positive) if crossed else (positive, negative)
        names = ("positive", "negative") if kind == "ControlNetApplyAdvanced" else ("a", "b")
        key = self.node(kind, **dict(zip(names, (end.value for end in ends), strict=True)))
        positive, negative = positive._replace(value=[key, int(crossed)]), negative._replace(value=[key, 1 - crossed])
        if kind in STRANGE:
            return positive._replace(followed=False), negative._replace(followed=False)
        return positive, negative

    def context(self, positive: Made, negative: Made) -> tuple[Made, Made]:
        """One side is put into a context, and the other into one that is made of it; perhaps over an older one."""
        sides = [("positive", positive), ("negative", negative)]
        self.chance.shuffle(sides)
        (first, under), (second, over) = sides
        before = {second: self.conditioning("nowhere", 1).value} if self.chance.random() < 0.5 else {}
        key = self.node("Context (rgthree)", model=["4", 0], **{first: under.value}, **before)
        key = self.node("Context (rgthree)", base_ctx=[key, 0], **{second: over.value})
        return positive._replace(value=[key, 4]), negative._replace(value=[key, 5])

    def whole(self) -> tuple[Made, Made]:
        """Everything from the loader to the node that saves."""
        positive, negative = self.sides(3)
        numbers = {"seed": 1, "steps": 20, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0}
        ends = {"positive": positive.value, "negative": negative.value, "latent_image": ["5", 0], "model": ["4", 0]}
        self.nodes["4"] = {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "m.safetensors"}}
        self.nodes["5"] = {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512, "batch_size": 1}}
        sampler = self.node("KSampler", **numbers, **ends)
        pixels = self.node("VAEDecode", samples=[sampler, 0], vae=["4", 2])
        self.node("SaveImage", images=[pixels, 0])
        self.nodes = dict(sorted(self.nodes.items(), key=lambda item: int(item[0])))
        return positive, negative


@pytest.fixture(scope="module")
def read() -> list[tuple[Builder, Made, Made, dict[str, Any]]]:
    """300 graphs: how each was made, and what was found in it."""
    graphs = []
    for seed in range(GRAPHS):
        builder = Builder(random.Random(seed))
        positive, negative = builder.whole()
        graphs.append((builder, positive, negative, settings_of_graph(builder.nodes)))
    return graphs


def words(builder: Builder, text: str) -> set[str]:
    return {word for word in text.replace(",", " ").split() if word in builder.leads_to}


def test_the_graphs_are_of_all_kinds(read):
    kinds = {node["class_type"] for builder, *_ in read for node in builder.nodes.values()}
    assert kinds >= {*KINDS, *STRANGE}
    assert sum(positive.followed for _, positive, _, _ in read) > GRAPHS // 3
    assert sum(not positive.followed for _, positive, _, _ in read) > GRAPHS // 10


def test_no_text_of_the_other_side_or_of_neither_is_ever_taken(read):
    for builder, _, _, found in read:
        for side, name in (("positive", "prompt"), ("negative", "negative_prompt")):
            taken = words(builder, found.get(name, ""))
            assert all(builder.leads_to[word] == {side} for word in taken), (builder.nodes, found)


def test_what_is_found_is_the_whole_of_it(read):
    """Also where it runs through kinds that nobody knows."""
    for builder, positive, negative, found in read:
        assert found.get("prompt") in (None, positive.text), (builder.nodes, found)
        assert found.get("negative_prompt") in (None, negative.text), (builder.nodes, found)


@pytest.mark.parametrize(("place", "name"), [(1, "prompt"), (2, "negative_prompt")])
def test_nine_of_ten_that_can_be_followed_are_found(read, place, name):
    followed = [graph for graph in read if graph[place].followed]
    found = [graph for graph in followed if graph[3].get(name) == graph[place].text]
    assert len(found) >= 0.9 * len(followed)
