"""POST /live: the way from a hand on the page to a picture, past Gradio's queue.

The body is JSON, a `Question` and the page's `key`. The answer is multipart/mixed: first application/json, the
`Head`, then an image/jpeg for every picture as soon as it is drawn, with what it is in X-Picture; a picture that cannot
be drawn ends it with {"error"}. What is refused before that is {"error": a sentence, "field"} with its status: 403 for
an origin that is not the page's own and for a key that is nobody's, 413 for a body of more than MOST_BYTES, 429 for a
visitor who has to wait. No browser keeps anything of it. When nobody listens any more the work ends within a UNet call.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from explorer.engine.tasks import TasksMissing
from explorer.experiments.inputs import InputError
from explorer.ui.live import Live, Picture
from explorer.ui.questions import NONE_OF_OURS, Head, Question, Refused
from explorer.ui.text import say, speaking

MOST_BYTES = 1_000_000  # a painted picture of 512 px is about half of it
TOO_LARGE = "This is too large to be drawn while you paint: press Render."
NOT_FROM_HERE = "This page is no longer known here: reload it."
BOUNDARY = "live-picture"
END = object()
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Accel-Buffering": "no"}


@dataclass(frozen=True)
class Visitor:
    """Who asks, as the door knows visitors."""

    session_hash: str | None
    client: Any
    headers: Mapping[str, str]


def live_routes(live: Live, language_of: Any) -> list[Route]:
    """The route; `language_of` says which language a request is answered in."""

    async def answer(request: Request) -> Response:
        language = language_of(request)
        try:
            asked = await _body(request)
            visitor = _visitor(live, request, asked)
            question = Question.read(asked)
        except Refused as refused:
            return _sentence(say(str(refused), language), refused.status)
        drawn = _speaking(live.answer(visitor, question), language)
        try:
            head = await anyio.to_thread.run_sync(next, drawn)
        except InputError as error:
            sentence = live.tabs[question.tab].experiment.at_its_field(error)
            return _sentence(say(sentence, language), 400, error.field)
        except (Refused, TasksMissing) as error:
            return _sentence(say(str(error), language), getattr(error, "status", 409))
        kind = f"multipart/mixed; boundary={BOUNDARY}"
        return StreamingResponse(_parts(head, drawn, language), media_type=kind, headers=HEADERS)

    return [Route("/live", answer, methods=["POST"])]


async def _body(request: Request) -> Any:
    if not _from_here(request):
        raise Refused(NOT_FROM_HERE, 403)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refused(TOO_LARGE, 413)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(NONE_OF_OURS) from None


def _from_here(request: Request) -> bool:
    """Whether a script of this very page asks, or no browser at all. A proxy may have changed Host."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site == "same-origin"
    hosts = {request.headers.get("host"), request.headers.get("x-forwarded-host")}
    return origin is None or urlsplit(origin).netloc in hosts


def _visitor(live: Live, request: Request, asked: Any) -> Visitor:
    key = asked.pop("key", None) if isinstance(asked, dict) else None
    session = live.visitor(key) if isinstance(key, str) else None
    if session is None:
        raise Refused(NOT_FROM_HERE, 403)
    return Visitor(session, request.client, request.headers)


def _sentence(text: str, status: int, field: str | None = None) -> Response:
    return JSONResponse({"error": text, "field": field}, status, headers=HEADERS)


def _speaking(drawn: Iterator[Any], language: str) -> Iterator[Any]:
    with closing(drawn):
        while True:
            with speaking(language):  # a generator has the context of whoever goes on with it
                part = next(drawn, END)
            if part is END:
                return
            yield part


async def _parts(head: Head, drawn: Iterator[Any], language: str) -> AsyncIterator[bytes]:
    yield _part("application/json", json.dumps(dataclasses.asdict(head)).encode())
    with closing(drawn):
        try:
            while (picture := await anyio.to_thread.run_sync(next, drawn, END)) is not END:
                if picture is not None:
                    yield _part("image/jpeg", picture.jpeg, {"X-Picture": _described(picture)})
        except Refused as refused:
            yield _part("application/json", json.dumps({"error": say(str(refused), language)}).encode())
    yield f"--{BOUNDARY}--\r\n".encode()


def _described(picture: Picture) -> str:
    what = {"kind": picture.kind, "index": picture.index, "coordinates": list(picture.coordinates)}
    return json.dumps({**what, "single": picture.single} if picture.single else what)


def _part(kind: str, content: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    lines = {"Content-Type": kind, **(headers or {}), "Content-Length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"--{BOUNDARY}\r\n{head}\r\n".encode() + content + b"\r\n"
