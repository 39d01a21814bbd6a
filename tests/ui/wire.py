"""What stands between a browser and the server: a connection that is cut and mended, a proxy with a path prefix."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send


class Wire:
    """A TCP proxy to `url` on a port of its own. `cut` breaks all connections and takes no new ones, until `mend`."""

    def __init__(self, url: str) -> None:
        self._to = ("127.0.0.1", urlsplit(url).port)
        self._whole, self._ends = True, set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._server.accept()
                if not self._whole:
                    near.close()
                    continue
                far = socket.create_connection(self._to)
                self._ends |= {near, far}
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):  # cut
            while data := source.recv(2**16):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self._whole = False
        for end in list(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for end in self._ends:
            end.close()


@contextlib.contextmanager
def under_a_prefix(url: str, prefix: str) -> Iterator[str]:
    """A reverse proxy that serves `url` under `prefix` ("/explorer"), as the nginx of the README: its address."""

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(f"{prefix}/"):
            assert scope["type"] == "http", "nothing else is asked for"
            await Response("outside the prefix", 404)(scope, receive, send)
            return
        request = Request(scope, receive)
        target = url.rstrip("/") + scope["raw_path"].decode().removeprefix(prefix)
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode()
        body = await request.body()
        async with (
            httpx.AsyncClient(timeout=None, verify=False) as client,
            client.stream(request.method, target, headers=request.headers.raw, content=body) as answer,
        ):
            passed = StreamingResponse(answer.aiter_raw(), answer.status_code)
            passed.raw_headers = answer.headers.raw
            await passed(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(proxy, port=0, log_level="error", lifespan="off"))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}{prefix}/"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
