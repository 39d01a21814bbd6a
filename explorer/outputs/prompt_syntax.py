"""What means more than its words in other programs' prompts, and is read as plain text here."""

from __future__ import annotations

import re

LONGEST = 20_000
"""Characters that are looked through."""

_WEIGHTS = re.compile(r"(?<!\\)\([^()]{1,500}\)|<(?:lora|lyco|hypernet):|[\w)\]](?:\+\+|--)|\)[+-](?:\s|$)")
_SYNTAX = (
    (re.compile(r"(?<!\\)\[[^\[\]]{1,500}\]"), "Brackets in its {}, which weaken words or change them on the way,"),
    (re.compile(r"\b(?:AND|BREAK)\b"), "AND and BREAK in its {}, which part it,"),
    (re.compile(r"(?<!\\)\{[^{}]{1,500}\}|__[\w/*-]{1,80}__"), "Braces and wildcards in its {}, which are choices,"),
    (re.compile(r"\bembedding:"), "Embeddings in its {}"),
    (re.compile(r"\)\.(?:and|blend)\(|\.swap\("), "Blends and swaps in its {}"),
)


def remarks(text: str, called: str) -> list[str]:
    """A sentence for each way to write that is found; `called` is "prompt" or "negative prompt"."""
    text = text[:LONGEST]
    found = [f"Weights and LoRAs in its {called} are read as plain text here."] if _WEIGHTS.search(text) else []
    return found + [f"{what.format(called)} are read as plain text here." for way, what in _SYNTAX if way.search(text)]
