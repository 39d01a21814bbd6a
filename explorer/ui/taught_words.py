"""Your words: the list of what a visitor has taught, and the setting that every tab has of it.

Contract: the list lives in the visitor's own browser, as keys; the server is told them when the page is opened and says
what each is (see `vocabulary`). `YourWords` shows them, with a strength each, and writes them into the hidden control
`concepts` that all tabs share, so a word is an input like others: typed in a prompt it is priced, drawn live,
remembered and linked. A link's `word=SHARE` brings a word that its owner shares.

To the page go `words` (all that the session has), with a `stamp`, and `said` (a sentence). From the page come `enter`
with `keys`, `remove`, `lend` and `recall` with a `key`, all checked. What a file calls itself is shown as text only.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gradio as gr

from explorer.engine.concept_files import ConceptError, record_of
from explorer.messages import Message
from explorer.outputs.taught_words import NoWord
from explorer.ui.controls import QUICK
from explorer.ui.taught_field import TaughtField
from explorer.ui.text import say
from explorer.ui.views import StatusView, said
from explorer.ui.vocabulary import Vocabulary
from explorer.ui.widget import Widget

LIKE_CONCEPTS = (".safetensors", ".pt", ".bin", ".ckpt", ".pth")
"""How files are called that may be concepts; all but the first are pickles, and told so."""

PUT = "() => explorer.taught?.put()"
"""The `js=` of the event that writes the words into the hidden control."""


class YourWords(Widget):
    """The list, behind its icon: nothing of it is seen before there is a word."""

    kind = "taught"
    fires = ("enter", "put", "remove", "lend", "recall")  # Gradio keeps "share" for itself

    def __init__(self, value: Mapping[str, Any] | None = None, **props: Any) -> None:
        super().__init__(value, phrases=(self.kind,), **props)

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What is sent to the browser, as something new each time."""
        if not value:
            return None
        told = [{**word, "error": say(word["error"])} for word in value.get("words", ())]
        spoken = {"said": say(str(value["said"]))} if "said" in value else {}
        return {**value, **spoken, **({"words": told} if "words" in value else {}), "stamp": secrets.token_hex(4)}


def connect_words(page: gr.Blocks, drawer: YourWords, vocabulary: Vocabulary, field: TaughtField) -> None:
    """Makes the list work."""
    page.unload(vocabulary.left)
    drawer.put(None, None, field, js=PUT, **QUICK)
    drawer.enter(_entered(vocabulary), None, drawer, **QUICK)
    for name, act in {"remove": _removed, "lend": _lent, "recall": _recalled}.items():
        drawer.event(name)(_answer(vocabulary, act), None, drawer, **QUICK)


def taker(vocabulary: Vocabulary, drawer: YourWords, notice: StatusView) -> Callable[..., dict[Any, Any] | None]:
    """What an opened file becomes if it is a concept: a word of the visitor's, or a sentence why not."""

    def take(session: str | None, path: Path) -> dict[Any, Any] | None:
        if path.suffix.lower() not in LIKE_CONCEPTS and not (path.suffix.lower() == ".zip" and _is_concept(path)):
            return None
        try:
            word = vocabulary.add_file(session, path.read_bytes(), path.name[:80])
        except ConceptError as error:
            return {notice: said("error", str(error))}
        sentence = Message("{word} is a word of yours now: type it in any prompt.", word=word.record["word"])
        return {notice: said("ready", sentence), drawer: {"words": vocabulary.told(session)}}

    return take


def _is_concept(path: Path) -> bool:
    return "word" in record_of(path.read_bytes())


def _entered(vocabulary: Vocabulary) -> Callable[..., dict[str, Any]]:
    def entered(request: gr.Request, event: gr.EventData) -> dict[str, Any]:
        return {"words": vocabulary.enter(request.session_hash, getattr(event, "keys", None))}

    return entered


def _answer(vocabulary: Vocabulary, act: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    def answer(request: gr.Request, event: gr.EventData) -> dict[str, Any]:
        session, news = request.session_hash, {}
        try:
            act(vocabulary, session, getattr(event, "key", None))
        except NoWord:
            news = {"said": "This word is no longer on the server."}
        return {"words": vocabulary.told(session), **news}

    return answer


def _removed(vocabulary: Vocabulary, session: str | None, key: Any) -> None:
    vocabulary.delete(session, key)


def _lent(vocabulary: Vocabulary, session: str | None, key: Any) -> None:
    vocabulary.words.share(vocabulary.own(session, key).key)


def _recalled(vocabulary: Vocabulary, session: str | None, key: Any) -> None:
    vocabulary.words.revoke(vocabulary.own(session, key).key)
