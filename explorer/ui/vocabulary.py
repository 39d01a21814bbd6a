"""Which taught words a visitor has: the way from the keys that a browser keeps to what prompts are read with.

Contract: a browser keeps keys, and says them when its page is opened; from then on its session has those words and no
others. A digest names a concept in settings, records and links; it is only looked for among the words of the session
that asks, so it opens nothing. A word under a share is its owner's: it goes when that is revoked. Whoever leaves the
page is forgotten; the words stay, see `outputs.taught_words`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import gradio as gr
from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.engine.concept_files import ConceptError, read, zipped
from explorer.engine.concepts import WORD, Concept, Use
from explorer.engine.engine import Engine
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import InputError
from explorer.experiments.inputs.taught import entry_of
from explorer.messages import Message
from explorer.outputs.taught_words import NoWord, TaughtWord, TaughtWords

NOT_HERE = "a word that you have: teach it, or drop its file here"
MOST = 32
READ = 16
"""Concepts that are kept read, one of the bundled model's 1.3 MB."""

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Vocabulary:
    """The words of all visitors of a server. Safe between threads."""

    def __init__(self, engine: Engine, words: TaughtWords, megabytes: int | None = None) -> None:
        self.engine, self.words, self.megabytes = engine, words, megabytes
        self._mine: dict[str, dict[str, TaughtWord]] = {}  # by session, by key or share
        self._read: LRUCache[str, Concept] = LRUCache(READ)
        self._lock = threading.Lock()

    def enter(self, session: str | None, keys: Any) -> list[dict[str, Any]]:
        """The words that the keys of a browser open, as the page shows them; the session has those from now on."""
        found = {key: word for key in self._sound(keys) if (word := self._opened(key)) is not None}
        with self._lock:
            if session is not None:
                self._mine[session] = found
        return self.told(session)

    def told(self, session: str | None) -> list[dict[str, Any]]:
        """What the page is told of the visitor's words."""
        return [self._said(key, word) for key, word in self._of(session).items()]

    def left(self, request: gr.Request) -> None:
        """The visitor has closed the page."""
        with self._lock:
            self._mine.pop(request.session_hash, None)

    def uses(self, session: str | None, experiment: Experiment) -> list[Use]:
        """The words of an experiment with what they stand for. Raises InputError for one that the visitor has not."""
        entries = [entry_of(text) for text in experiment.concepts]
        if not entries:
            return []
        own = {concept.digest.hex(): concept for _, concept in self._concepts(session)}
        found = []
        for entry in entries:
            if entry.digest not in own:
                raise InputError("concepts", entry.word, NOT_HERE)
            concept = own[entry.digest]
            found.append(Use(Concept(entry.word, concept.vectors, concept.adapter, concept.like), entry.strength))
        return found

    def lent(self, session: str | None, experiment: Experiment) -> tuple[list[str], list[str]]:
        """Of an experiment's words the names of shares that bring them along, and the words that are not lent."""
        wanted, shares, alone = {entry_of(text).digest for text in experiment.concepts}, [], []
        for key, word in self._of(session).items():
            record = word.record
            if record.get("digest") in wanted:
                share = key if word.key != key else record.get("share")
                (shares.append(str(share)) if share else alone.append(str(record.get("word"))))
        return shares, alone

    def named(self, session: str | None, word: str) -> TaughtWord | None:
        """The visitor's own word of that name, if there is one."""
        own = self._of(session)
        return next((one for key, one in own.items() if one.key == key and one.record.get("word") == word), None)

    def own(self, session: str | None, key: Any) -> TaughtWord:
        """The visitor's own word under a key. Raises NoWord."""
        found = self._of(session).get(key) if isinstance(key, str) else None
        if found is None or found.key != key:
            raise NoWord("word: there is none of yours under this key")
        return found

    def keep(self, session: str | None, concept: Concept, record: Mapping[str, Any], **more: Any) -> TaughtWord:
        """Keeps a concept among the visitor's words: in place of their own of that name, if there is one.

        `more` are the step and the face. Raises ConceptError where there is no room for it.
        """
        file, word = zipped(concept, record), self.named(session, concept.word)
        if self.megabytes is not None:
            others = sum(one.size for one in self._of(session).values() if word is None or one.key != word.key)
            if others + len(file) > self.megabytes * 2**20:
                full = Message("Your words take up {n} MB, the most that is kept here: delete one.", n=self.megabytes)
                raise ConceptError(full)
        said = {"word": concept.word, "like": concept.like, "digest": concept.digest.hex(), **record}
        word = self.words.create(said) if word is None else word
        word.put(file, said, **more)
        with self._lock:
            self._read[said["digest"]] = concept
            if session is not None:
                self._mine.setdefault(session, {})[word.key] = word
        return word

    def add_file(self, session: str | None, file: bytes, name: str) -> TaughtWord:
        """Keeps what a visitor's file has. Raises ConceptError."""
        concept = read(file, name, self.engine.networks)
        return self.keep(session, concept, {"from_file": name[:80], "model": self.engine.model})

    def choose(self, session: str | None, key: Any, step: int) -> None:
        """Makes the copy of a step what the word stands for. Raises NoWord."""
        word = self.own(session, key)
        concept = self._read_zip(word.step(step), str(word.record.get("word")))
        word.put(word.step(step), {"digest": concept.digest.hex(), "step": step})

    def delete(self, session: str | None, key: Any) -> None:
        """Deletes a word of the visitor's own; of a borrowed one only that they have it. Raises NoWord."""
        with self._lock:
            word = self._mine.get(session or "", {}).pop(key, None)
        if word is not None and word.key == key:
            self.words.delete(key)

    def served(self) -> list[Route]:
        """The routes of a word's file and of its picture; whoever has the key has them."""

        def answer(request: Request) -> Response:
            key, kind = request.path_params["key"], request.path_params["kind"]
            try:
                word = self.words.open(key) if kind == "zip" else self._opened(key)
                content = None if word is None else word.zip if kind == "zip" else word.face
            except NoWord:
                content = None
            if content is None or kind not in ("zip", "jpg"):
                return Response(status_code=404)
            name = re.sub(r"[<>]", "", str(word.record.get("word"))) if word else ""
            more = {"Content-Disposition": f'attachment; filename="{name}.zip"'} if kind == "zip" else {}
            kinds = {"zip": "application/zip", "jpg": "image/jpeg"}
            return Response(content, media_type=kinds[kind], headers={**HEADERS, **more})

        return [Route("/word/{key}.{kind}", answer, methods=["GET"])]

    def _of(self, session: str | None) -> dict[str, TaughtWord]:
        with self._lock:
            own = dict(self._mine.get(session or "", {}))
        return {key: word for key, word in own.items() if word.folder.is_dir() and self._still(key, word)}

    def _still(self, key: str, word: TaughtWord) -> bool:
        """Whether a borrowed word is still shared."""
        return word.key == key or self._opened(key) is not None

    def _opened(self, key: str) -> TaughtWord | None:
        """The word under a key or under a share."""
        with suppress(NoWord):
            return self.words.open(key)
        with suppress(NoWord):
            return self.words.shared(key)
        return None

    @staticmethod
    def _sound(keys: Any) -> Iterable[str]:
        return [key for key in keys[:MOST] if isinstance(key, str)] if isinstance(keys, list) else []

    def _concepts(self, session: str | None) -> Iterable[tuple[TaughtWord, Concept]]:
        for word in self._of(session).values():
            with suppress(NoWord, ConceptError):  # it went a moment ago, or is another model's
                yield word, self._concept(word)

    def _concept(self, word: TaughtWord) -> Concept:
        digest = str(word.record.get("digest"))
        if digest not in self._read:
            self._read[digest] = self._read_zip(word.zip, str(word.record.get("word")))
        return self._read[digest]

    def _read_zip(self, file: bytes, name: str) -> Concept:
        return read(file, f"{name}.zip", self.engine.networks)

    def _said(self, key: str, word: TaughtWord) -> dict[str, Any]:
        """What the page shows of a word; of one of another model the sentence that says so."""
        record, borrowed = word.record, word.key != key
        error = ""
        try:
            digest = self._concept(word).digest.hex()
        except (NoWord, ConceptError) as problem:
            digest, error = "", str(problem)
        shown = {name: record.get(name) for name in ("like", "step", "steps", "method", "created", "from_file")}
        shared = {} if borrowed else {"share": record.get("share"), "file": f"./word/{word.key}.zip"}
        name = str(record.get("word"))
        face = f"./word/{key}.jpg?{digest[:8]}" if word.face is not None else None
        said = {"key": key, "word": name if WORD.fullmatch(name) else "", "digest": digest, "borrowed": borrowed}
        return {**shown, **said, **shared, "face": face, "error": error}
