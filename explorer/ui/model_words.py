"""ModelWords: what the model knows by name, on the page: a line, a drawer of words, and what is made of prompts.

Contract: only of a model that has words (`engine.words`). GET /model-words/VERSION.json are the words as the drawer
needs them, which a browser may keep for good; POST /model-words takes {"texts": up to `MOST` of them} and gives a
reading each, {"typed", "english", "unknown": [{"word", "start", "nearest"}]}. Nothing is kept of what is asked, and
nothing is encoded or drawn for it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from explorer.engine.words import KINDS, Words
from explorer.ui.text import LANGUAGES
from explorer.ui.widget import FOREVER, Widget

ASK = "model-words"
MOST = 12
"""Texts of one question."""
MOST_BYTES = 64_000
SHOWN = ("name", "text", "emoji", "group", "common", *LANGUAGES)


class ModelWords(Widget):
    """The line about a model, called `name`, and the drawer that it opens."""

    kind = "words"

    def __init__(self, known: Words, name: str, **props: Any) -> None:
        called = PurePath(name).name
        line = {language: known.line(called, language) for language in ("en", *LANGUAGES)}
        super().__init__(phrases=("words",), line=line, file=address(known), ask=ASK, most=MOST, **props)


def shown(known: Words) -> bytes:
    """JSON of every entry that is offered, as the drawer needs it; `find` is what the search looks through."""
    kinds = {kind: [_entry(e) for e in known.told[kind] if e.get("offered", True)] for kind in KINDS}
    return json.dumps(kinds, ensure_ascii=False).encode()


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    names = [entry["name"], *entry["also"], *entry["zh_also"]]
    return {**{key: entry[key] for key in SHOWN if key in entry}, "find": " ".join(names).lower()}


def address(known: Words) -> str:
    """Where the words are, from the page's root on."""
    return f"{ASK}/{hashlib.sha256(shown(known)).hexdigest()[:12]}.json"


def word_routes(known: Words) -> list[Route]:
    """The two routes."""
    data, path = shown(known), f"/{address(known)}"

    def file(_request: Request) -> Response:
        return Response(data, media_type="application/json", headers=FOREVER)

    async def read(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                return Response(status_code=413)
        texts = _texts(body)
        if texts is None:
            return Response(status_code=400)
        readings = await run_in_threadpool(lambda: [dataclasses.asdict(known.read(text)) for text in texts])
        return JSONResponse(readings, headers={"Cache-Control": "no-store"})

    return [Route(path, file, methods=["GET"]), Route(f"/{ASK}", read, methods=["POST"])]


def _texts(body: bytes | bytearray) -> list[str] | None:
    """The texts that are asked about; None for what is no question of ours."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None
    texts = asked.get("texts") if isinstance(asked, dict) else None
    if not isinstance(texts, list) or len(texts) > MOST or not all(isinstance(text, str) for text in texts):
        return None
    return texts
