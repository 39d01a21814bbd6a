"""What a model knows by name, and prompts read by it: English that it learnt for Chinese, and what it never met.

Contract: `Words.read` is pure. English stays as it was typed; what it has no name for is told, with the nearest name,
and so is an emoji, with the thing that it shows. Chinese becomes the model's own English: style, things, place, as
"a watercolor painting of a cat in the snow"; what is not known of it is left out and told. A text of which nothing is
known stays as it is. Words of a model are `words.json` in its folder; a model without it knows no names, and reads
nothing.

The nearest name of an unknown word is, in this order: the one that has the word in it; that of which it is a kind by
WordNet; the one that has it among Emojibase's keywords; the one spelled most alike (difflib, at least `ALIKE`). Endings
(-s, -ing, -ed) do not count. Of several the first of the file: the common ones stand first.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from explorer.engine.chinese import CHINESE, TAUGHT, TOKEN, Name, Reader, phrase
from explorer.messages import Message
from explorer.space.mixtures import Mixture, mixture

FILE = "words.json"
KINDS = ("subjects", "places", "styles", "colours")
ALIKE = 0.84
EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]\ufe0f?")
MOST_UNKNOWN = 12
"""Words of one text whose nearest names are looked for."""

FUNCTION = frozenset("""
    a an the of in on at with and or under over by from to for into onto near beside behind between before its his her
    is are be being as it this that one some style background painting picture image photo drawing color colour colored
    coloured looking no not without
""".split())  # fmt: skip  # noqa: SIM905
"""English words that say nothing about what is drawn."""


@dataclass(frozen=True)
class Unknown:
    """A word that the model has no name for, where it stands in the text, and the nearest name that it has."""

    word: str
    start: int
    nearest: str | None = None


@dataclass(frozen=True)
class Reading:
    """A text as it was typed, as it is drawn, and what of it the model does not know."""

    typed: str
    english: str
    unknown: tuple[Unknown, ...] = ()

    @property
    def translated(self) -> bool:
        """Whether it is drawn from other words than were typed."""
        return self.english != self.typed


class Words:
    """The names that a model knows, as its `words.json` has them. `megabytes` is the size of its folder."""

    def __init__(self, told: Mapping[str, Any], megabytes: float = 0.0) -> None:
        self.told, self.megabytes = told, megabytes

    @classmethod
    def of(cls, folder: Path) -> Words | None:
        """Those of the model in a folder; None where it has no such file."""
        path = folder / FILE
        if not path.is_file():
            return None
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        return cls(json.loads(path.read_text(encoding="utf-8")), size / 1e6)

    def line(self, name: str, language: str = "en") -> str:
        """One sentence about the model, which is called `name`."""
        lines, things = self.told["line"], sum(entry.get("offered", True) for entry in self.told["subjects"])
        template = str(lines.get(language, lines["en"]))
        return template.format(name=name.capitalize(), megabytes=round(self.megabytes), things=things)

    def english(self, text: str) -> str:
        """What is drawn for a text: itself, unless there is Chinese in it."""
        return self.read(text).english if CHINESE.search(text) else text

    def read(self, text: str) -> Reading:
        """What is drawn for a text, and what of it is unknown. That of a mixture is so of each prompt in it."""
        with suppress(ValueError):  # one that is not written well is told where it is drawn
            if found := mixture(text):
                return self._read_mixture(text, found)
        return self._read_one(text)

    def _read_mixture(self, text: str, found: Mixture) -> Reading:
        unknown: list[Unknown] = []
        at = 0
        for prompt in found.prompts():
            begins = text.find(f'"{prompt}"', at) + 1  # 0 where it is written with escapes
            if begins:
                found_here = self._read_one(prompt, len(unknown)).unknown
                unknown += (Unknown(each.word, begins + each.start, each.nearest) for each in found_here)
                at = begins
        return Reading(text, str(found.mapped(self.english)) if CHINESE.search(text) else text, tuple(unknown))

    def _read_one(self, text: str, told: int = 0) -> Reading:
        if not CHINESE.search(text):
            return Reading(text, text, tuple(self._strangers(text, told)))
        found = self._reader.found(text)
        return Reading(text, phrase(found.known) or text, tuple(Unknown(*each) for each in found.unknown))

    def nearest(self, word: str) -> str | None:
        """The name of a subject, place, style or colour that is nearest to an unknown word; None where none is near."""
        low = word.lower()
        for names in self._near:
            if form := next((form for form in _forms(low) if form in names), None):
                return names[form]
        alike = [name for name in self._names if name[0] == low[0] and abs(len(name) - len(low)) <= 2]
        close = difflib.get_close_matches(low, alike, 1, ALIKE)
        return str(self._names[close[0]].entry["name"]) if close else None

    def _strangers(self, text: str, told: int = 0) -> Iterator[Unknown]:
        """The English words of a text that are no name, no part of one, and no function word, after so many others."""
        tokens = [(found.group(), found.start()) for found in TOKEN.finditer(text)]
        words = [word.lower().replace("’", "'") for word, _ in tokens]
        i = 0
        while i < len(tokens):
            if length := self._name_at(words[i : i + self._longest]):
                i += length
                continue
            word, start = tokens[i]
            if not (words[i] in FUNCTION or word.isdigit() or TAUGHT.fullmatch(word)):
                told += 1
                yield Unknown(word, start, self.nearest(words[i]) if told <= MOST_UNKNOWN else None)
            i += 1
        for emoji in EMOJI.finditer(text):
            yield Unknown(emoji.group(), emoji.start(), self._pictured.get(emoji.group()[0]))

    @cached_property
    def _pictured(self) -> Mapping[str, str]:
        """The names of the subjects by their emoji, of those that are one character."""
        shown = [(str(entry.get("emoji", "")).rstrip("\ufe0f"), str(entry["name"])) for entry in self.told["subjects"]]
        return {emoji: name for emoji, name in reversed(shown) if len(emoji) == 1}

    def _name_at(self, words: Sequence[str]) -> int:
        """How many of the words, from the first on, are a name."""
        for length in range(len(words), 0, -1):
            *before, last = words[:length]
            if any(" ".join([*before, form]) in self._names for form in _singulars(last)):
                return length
        return 0

    @cached_property
    def _names(self) -> dict[str, Name]:
        """What every English name means; the first that has it counts."""
        return self._by("name", "also")

    @cached_property
    def _longest(self) -> int:
        return max(len(name.split()) for name in self._names)

    @cached_property
    def _reader(self) -> Reader:
        chinese = self._by("zh_also")  # a thing comes before the place of that name
        return Reader(chinese, self._names, FUNCTION, max(map(len, chinese), default=0))

    @cached_property
    def _near(self) -> tuple[dict[str, str], ...]:
        """The first name that has a word in it, that has it for a kind, that has it for a keyword."""
        parts: dict[str, str] = {}
        for name, (_, entry) in self._names.items():
            for word in name.split():
                parts.setdefault(word, entry["name"])
        others = ({word: name.entry["name"] for word, name in self._by(key).items()} for key in ("kinds", "tags"))
        return (parts, *others)

    def _by(self, *keys: str) -> dict[str, Name]:
        """Everything that there is by what stands under these keys, in small letters; the first that has it counts."""
        found: dict[str, Name] = {}
        for kind in KINDS:
            for entry in self.told[kind]:
                for said in (entry.get(key, ()) for key in keys):
                    for name in (said,) if isinstance(said, str) else said:
                        found.setdefault(name.lower(), Name(kind, entry))
        return found


def read_as(words: Words | None, texts: Iterable[str]) -> dict[str, str]:
    """What is drawn for each of the texts that has Chinese in it; nothing of a model that knows no names."""
    return {text: words.english(text) for text in texts if CHINESE.search(text)} if words else {}


def remarks(words: Words | None, texts: Iterable[str]) -> list[str]:
    """A sentence for every text that is drawn from other words than were typed, and one for what is left out of it."""
    said: list[str] = []
    for reading in (words.read(text) for text in read_as(words, texts)) if words else ():
        if reading.translated:
            said.append(
                Message(
                    "“{typed}” is drawn as “{english}”", typed=_short(reading.typed), english=_short(reading.english)
                )
            )
            if reading.unknown:
                unknown = ", ".join(each.word for each in reading.unknown)
                said.append(Message("Unknown to the model, and left out: {words}", words=_short(unknown)))
    return said


def _singulars(word: str) -> Iterator[str]:
    """The word, and what it may be the plural of."""
    yield word
    for ending, instead in (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield word.removesuffix(ending) + instead


def _forms(word: str) -> Iterator[str]:
    """The word, and what it may be a form of: "smiling" of "smile"."""
    yield from _singulars(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            bare = word.removesuffix(ending)
            yield from (bare, f"{bare}e", bare[:-1] if bare[-1:] == bare[-2:-1] else bare)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
