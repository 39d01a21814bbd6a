"""Two languages: whatever a visitor reads, said in theirs.

Contract: the code is written in English, and English is all that leaves it for files, scripts and the command line. A
phrase book (texts/zh.json) has each sentence once more; `say` finds a text in it, as it stands or by its template, and
puts the visitor's own words into the holes untouched. So what makes a sentence need not know that there is another
language, and a sentence that comes out of an old file can still be said in both. What no phrase fits stays as it is.

A hole whose name is one letter is a number, any other is any text. In the translation a hole may ask for more:
`{why!t}` is translated, too, `{caption!c}` as a caption, `{field!f}` is the label of the field of that name. A text
that is several phrases in a row ("24 frames, 663 rows") is translated if each of them is known.

It knows no widget and no request but the language that it asks for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from string import Formatter
from typing import Any

LANGUAGES = ("zh", "zh-TW")
"""The languages besides English, each a file in texts/."""

SEPARATORS = {" → ": " → ", ". ": "。", "; ": "；", ", ": "，"}
"""Between phrases in a row, and what stands there in Chinese."""

LONGEST = 1_000
"""Characters of a text that is compared with templates: holes can be put into a longer one in too many ways."""

MOST_IN_A_ROW = 16
"""Phrases that a text is looked through for: what has more separators is a visitor's own."""

_SEPARATOR = re.compile("|".join(re.escape(separator) for separator in SEPARATORS))
_NUMBER = r"[-+]?(?:\d[\d.,]*(?:e[-+]?\d+)?|inf|nan)[%°]?"
_TRADITIONAL = re.compile(r"hant|tw|hk|mo", re.IGNORECASE)
_spoken: ContextVar[str] = ContextVar("language", default="en")


@dataclass(frozen=True)
class Phrases:
    """The phrases of one kind in one language: English templates and their translations."""

    translations: Mapping[str, str]

    @cached_property
    def patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Those with holes, the most literal ones first: they are the most particular."""
        keys = [key for key in self.translations if "{" in key]
        keys.sort(key=lambda key: -len(re.sub(r"\{.*?\}", "", key)))
        return [(_pattern(key), self.translations[key]) for key in keys]

    def find(self, text: str) -> tuple[str, dict[str, str]] | None:
        """The translation that fits the whole text, and what goes into its holes; None where there is none."""
        if text in self.translations:
            return self.translations[text], {}
        for pattern, translation in self.patterns if len(text) <= LONGEST else ():
            if match := pattern.fullmatch(text):
                return translation, match.groupdict()
        return None


def _pattern(template: str) -> re.Pattern[str]:
    parts = [
        re.escape(literal) + (f"(?P<{name}>{_NUMBER if len(name) == 1 else '.+'})" if name else "")
        for literal, name, _, _ in Formatter().parse(template)
    ]
    return re.compile("".join(parts), re.DOTALL)


@dataclass(frozen=True)
class Book:
    """Everything in one language: `texts` of the page, `captions` of pictures, `views` and the names of `fields`.

    `settings` are the names of what tells one picture from another, where those are not fields.
    """

    texts: Phrases
    captions: Phrases
    views: Mapping[str, str]
    fields: Mapping[str, str]
    settings: Mapping[str, str]

    def text(self, text: str) -> str | None:
        """The translation; None if there is none."""
        return self._said(self.texts, text)

    def caption(self, caption: str) -> str | None:
        """The translation of a caption, of a row's title or of what was measured; None if there is none."""
        return self._said(self.captions, caption)

    def _said(self, phrases: Phrases, text: str) -> str | None:
        """One phrase, or several in a row, each of them known."""
        places = [found.span() for found in _SEPARATOR.finditer(text)]
        ends: dict[int, str | None] = {}  # what is said of the text from there on, looked up once for each place

        def said_from(start: int) -> str | None:
            if (found := phrases.find(text[start:])) is not None:
                return self._filled(*found)
            for end, after in places if len(places) < MOST_IN_A_ROW else ():
                found = phrases.find(text[start:end]) if end > start else None
                if found is None:
                    continue
                if after not in ends:
                    ends[after] = said_from(after)
                if (rest := ends[after]) is not None:
                    return self._filled(*found) + SEPARATORS[text[end:after]] + rest
            return None

        return said_from(0)

    def _filled(self, translation: str, holes: Mapping[str, str]) -> str:
        ways = {"t": self.text, "c": self.caption, "f": self.fields.get}
        said = []
        for literal, name, _, way in Formatter().parse(translation) if holes else [(translation, None, None, None)]:
            hole = holes[name] if name else ""
            said += [literal, (ways[way](hole) or hole) if way else hole]
        return "".join(said)


@cache
def book(language: str) -> Book:
    """The phrase book of one of LANGUAGES. Raises KeyError for another one."""
    if language not in LANGUAGES:
        raise KeyError(language)
    found = json.loads((Path(__file__).parent / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    kinds = {kind: Phrases(found[kind]) for kind in ("texts", "captions")}
    return Book(**kinds, **{kind: found[kind] for kind in ("views", "fields", "settings")})


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
    """An English text of the page in `language`, or else in the visitor's; itself if there is no translation."""
    return _in(language, lambda book: book.text(text)) or text


def say_caption(caption: str, language: str | None = None) -> str:
    """A picture's caption, a row's title or a note, as `say`."""
    return _in(language, lambda book: book.caption(caption)) or caption


def _in(language: str | None, look_up: Any) -> str | None:
    language = language or spoken()
    return look_up(book(language)) if language in LANGUAGES else None


def words(widget: str) -> dict[str, str]:
    """The English words of a kind of widget, by their keys in its script. Raises KeyError for one that has none."""
    return json.loads((Path(__file__).parent / "texts" / "en.json").read_text(encoding="utf-8"))[widget]


def words_of(words: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The translations of a view's words, by language; a word without one is left out."""
    said = {}
    for language in LANGUAGES:
        known = {**book(language).texts.translations, **book(language).views}
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
