"""Saved pictures: a frame of a run, or a single one, as large as people look at it, with its caption if they want that.

Contract: /saved/RUN/frames/0007.png, /saved/RUN/exact/KEY.png and /saved/single/GROUP/NUMBER.png are the lossless
pictures of those places, their settings inside as there; `large` and `captions` of the query, "1" or "0", say how they
leave. Nobody gets here what the page does not serve as it is, and nothing is written or rendered.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.outputs.enlarging import SIDE, Look
from explorer.outputs.runs import Runs
from explorer.ui.singles import HEADERS, Singles

_FILE = re.compile(r"[\w-]{1,80}")


def saved_routes(runs: Runs, singles: Singles) -> list[Route]:
    """The route that serves them."""

    def found(place: str, kind: str, name: str) -> bytes | None:
        if place == "single":
            return singles.file(f"{kind}/{name}")
        if kind not in ("frames", "exact") or not _FILE.fullmatch(name):
            return None
        try:
            return (runs.open(place).folder / kind / f"{name}.png").read_bytes()
        except (ValueError, OSError):  # a run, or a picture of it, that is not there
            return None

    def answer(request: Request) -> Response:
        png = found(*(request.path_params[part] for part in ("place", "kind", "name")))
        if png is None:
            return Response(status_code=404)
        asked = request.query_params
        look = Look(SIDE if asked.get("large") == "1" else None, asked.get("captions") == "1")
        return Response(look.png(png), media_type="image/png", headers=HEADERS)

    return [Route("/saved/{place}/{kind}/{name}.png", answer, methods=["GET"])]
