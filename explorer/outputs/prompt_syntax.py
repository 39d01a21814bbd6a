"""What means more than its words in other programs' prompts, and is read as plain text here."""

from __future__ import annotations

import re

LONGEST = 20_000
"""Characters that are looked through."""

_SYNTAX = (
    (
        re.compile(r"(?<!\\)\([^()]{1,500}\)|<(?:lora|lyco|hypernet):|[\w)\]](?:\+\+|--)|\)[+-](?:\s|$)"),
        "Weights and LoRAs in its {} are read as plain text here.",
    ),
    (
        re.compile(r"(?<!\\)\[[^\[\]]{1,500}\]"),
        "Brackets in its {}, which weaken words or change them on the way, are read as plain text here.",
    ),
    (re.compile(r"\b(?:AND|BREAK)\b"), "AND and BREAK, which part its {}, are read as plain text here."),
    (
        re.compile(r"(?<!\\)\{[^{}]{1,500}\}|__[\w/*-]{1,80}__"),
        "Braces and wildcards in its {}, which are choices, are read as plain text here.",
    ),
    (re.compile(r"\bembedding:"), "Embeddings in its {} are read as plain text here."),
    (re.compile(r"\)\.(?:and|blend)\(|\.swap\("), "Blends and swaps in its {} are read as plain text here."),
)


def remarks(text: str, called: str) -> list[str]:
    """A sentence for each way to write that is found; `called` is "prompt" or "negative prompt"."""
    return [said.format(called) for way, said in _SYNTAX if way.search(text[:LONGEST])]
