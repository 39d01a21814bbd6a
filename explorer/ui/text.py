"""Two languages: whatever a visitor reads, said in theirs.

Contract: the code is written in English, and English is all that leaves it for files, scripts and the command line. A
phrase book (texts/zh.json) has each sentence once more, by its English or, of a `messages.Message`, by its key. `say`
finds it there and puts the values into the holes: those that are messages are said, too, all others stand as they are,
whatever they read like. A plain text is looked up as a whole and never taken apart. What has no phrase stays as it is.

In the translation a hole may ask for more of a value that is a plain text: `{tab!t}` is a text of the page, looked up
as a whole, `{field!f}` is the label of the field that has that name, or that label in English.

It knows no widget and no request but the language that it asks for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from explorer.messages import Message

LANGUAGES = ("zh", "zh-TW")
"""The languages besides English, each a file in texts/."""

SEPARATORS = {" → ": " → ", ". ": "。", "; ": "；", ", ": "，"}
"""Between messages in a row, and what stands there in Chinese."""

_TRADITIONAL = re.compile(r"hant|tw|hk|mo", re.IGNORECASE)
_spoken: ContextVar[str] = ContextVar("language", default="en")


@dataclass(frozen=True)
class Book:
    """Everything in one language: `texts` and `views` of the page by their English, names of `fields`.

    `settings` are the names of what tells one picture from another, where those are not fields.
    """

    texts: Mapping[str, str]
    views: Mapping[str, str]
    fields: Mapping[str, str]
    settings: Mapping[str, str]

    def said(self, text: str) -> str:
        """A text or a message; itself where there is no translation."""
        if not isinstance(text, Message):
            return self.texts.get(text, text)
        return self._filled(text, None)

    def _filled(self, message: Message, of_a_row: str | None) -> str:
        """A message; `of_a_row` is what is asked of its plain values, if it is one of several in a row."""
        pieces = list(Formatter().parse(self.texts.get(message.key, message.key)))
        if message.key not in self.texts:
            if any(literal and literal not in SEPARATORS for literal, *_ in pieces):
                return message
            pieces = [(SEPARATORS.get(literal, ""), name, None, of_a_row) for literal, name, *_ in pieces]
        values = message.values
        return "".join(literal + (self._value(values[name], way) if name else "") for literal, name, _, way in pieces)

    def _value(self, value: Any, way: str | None) -> str:
        if isinstance(value, Message):
            return self._filled(value, way)
        text = str(value)
        if way == "f" and text in self.fields:
            return self.fields[text]
        return self.texts.get(text, text) if way in ("t", "f") else text


@cache
def book(language: str) -> Book:
    """The phrase book of one of LANGUAGES. Raises KeyError for another one."""
    if language not in LANGUAGES:
        raise KeyError(language)
    return Book(**json.loads((Path(__file__).parent / "texts" / f"{language}.json").read_text(encoding="utf-8")))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """In here, and in the threads that are started from here, `say` speaks `language`."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> str:
    """The language of the visitor who is being answered: "en" or one of LANGUAGES."""
    return _spoken.get()


def say(text: str, language: str | None = None) -> str:
    """A message, or an English text of the page, in `language`, or else in the visitor's.

    Itself if there is no translation.
    """
    language = language or spoken()
    return book(language).said(text) if language in LANGUAGES else text


def say_caption(caption: str, language: str | None = None) -> str:
    """A picture's caption, a row's title or a note, as `say`: a plain one is a visitor's own, and stays."""
    return say(caption, language) if isinstance(caption, Message) else caption


def words(widget: str) -> dict[str, str]:
    """The English words of a kind of widget, by their keys in its script. Raises KeyError for one that has none."""
    return json.loads((Path(__file__).parent / "texts" / "en.json").read_text(encoding="utf-8"))[widget]


def kinds() -> list[str]:
    """The kinds of widget that have words."""
    return list(json.loads((Path(__file__).parent / "texts" / "en.json").read_text(encoding="utf-8")))


def spoken_by(widget: str) -> dict[str, dict[str, str]]:
    """The words of a kind of widget in all languages, by "en" and LANGUAGES."""
    return {"en": words(widget), **words_of(words(widget))}


def words_of(words: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The translations of a view's words, by language; a word without one is left out."""
    said = {}
    for language in LANGUAGES:
        known = {**book(language).texts, **book(language).views}
        said[language] = {key: known[text] for key, text in words.items() if text in known}
    return said


def language_named(tags: str) -> str:
    """ "en" or one of LANGUAGES, for what a browser says it speaks: "zh-HK,zh;q=0.9,en;q=0.8" is "zh-TW".

    The first tag that is English or Chinese decides, as browsers send them in order; with none of them it is "en".
    """
    for tag in tags.split(","):
        first, _, rest = tag.strip().lower().partition("-")
        if first.partition(";")[0] == "zh":
            return "zh-TW" if _TRADITIONAL.search(rest.partition(";")[0]) else "zh"
        if first.partition(";")[0] == "en":
            return "en"
    return "en"
