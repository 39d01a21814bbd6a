"""What means more than its words in other programs' prompts, and is read as plain text here."""

from __future__ import annotations

import re
from functools import partial

from explorer.messages import Message
from explorer.space.mixtures import looks_like_one, problem, prompts_of

LONGEST = 20_000
"""Characters that are looked through."""

_SYNTAX = (
    (
        re.compile(r"(?<!\\)\([^()]{1,500}\)|<(?:lora|lyco|hypernet):|[\w)\]](?:\+\+|--)|\)[+-](?:\s|$)"),
        partial(Message, "Weights and LoRAs in its {what} are read as plain text here."),
    ),
    (
        re.compile(r"(?<!\\)\[[^\[\]]{1,500}\]"),
        partial(
            Message,
            "Brackets in its {what}, which weaken words or change them on the way, are read as plain text here.",
        ),
    ),
    (
        re.compile(r"\b(?:AND|BREAK)\b"),
        partial(Message, "AND and BREAK, which part its {what}, are read as plain text here."),
    ),
    (
        re.compile(r"(?<!\\)\{[^{}]{1,500}\}|__[\w/*-]{1,80}__"),
        partial(Message, "Braces and wildcards in its {what}, which are choices, are read as plain text here."),
    ),
    (re.compile(r"\bembedding:"), partial(Message, "Embeddings in its {what} are read as plain text here.")),
    (
        re.compile(r"\)\.(?:and|blend)\(|\.swap\("),
        partial(Message, "Blends and swaps in its {what} are read as plain text here."),
    ),
)


def remarks(text: str, called: str) -> list[str]:
    """A sentence for each way to write that is found; `called` is "prompt" or "negative prompt"."""
    if wrong := problem(text):
        return [wrong]
    if looks_like_one(text):  # which means the same here
        return list(dict.fromkeys(remark for prompt in prompts_of(text) for remark in remarks(prompt, called)))
    return [said(what=called) for way, said in _SYNTAX if way.search(text[:LONGEST])]
