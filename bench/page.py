"""What the page weighs: its config, and what a browser asks for when it opens it, cold and again.

    python -m bench.page                    # the working tree
    python -m bench.page --at 5487c25       # and another commit beside it, in a git worktree of its own

Each commit's own `app.py` is started with the bundled model and asked over HTTP; the requests are Chromium's, counted
by itself until two seconds after the first tab has told its price; what comes from its cache is none. It measures no
time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.browser import launched

ROOT = Path(__file__).parents[1]
CODE = ("js_on_load", "css_template", "html_template")
TRIES = 3
SECONDS = 300.0  # a busy machine takes its time to load a model


@contextlib.contextmanager
def worktree(commit: str | None) -> Iterator[Path]:
    """The files of a commit; of the working tree without one."""
    if commit is None:
        yield ROOT
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tree"
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--quiet", "--detach", path, commit], check=True)
        try:
            yield path
        finally:
            subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", path], check=True)


@contextlib.contextmanager
def running(tree: Path) -> Iterator[tuple[str, int]]:
    """The address of a commit's page and the id of its process, while it is served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    with tempfile.TemporaryDirectory() as folder:
        flags = ["--host", "127.0.0.1", "--port", str(port), "--runs-folder", folder]
        server = _started([sys.executable, "app.py", *flags], tree, url)
        try:
            yield url, server.pid
        finally:
            server.terminate()
            server.wait()


def _started(command: list[str], tree: Path, url: str) -> subprocess.Popen[bytes]:
    """The server of a page that answers. Gradio gives up by itself on a machine so busy that it answers late."""
    for _ in range(TRIES):
        server = subprocess.Popen(command, cwd=tree, stdout=subprocess.DEVNULL)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and server.poll() is None:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(url).close()
                return server
            time.sleep(0.5)
        server.kill()
        server.wait()
    raise SystemExit(f"{url} did not come up")


def of_config(url: str) -> dict[str, int]:
    """The config's bytes, as it is sent; those of our scripts and styles in it; its components and events."""
    with urllib.request.urlopen(f"{url}config") as answer:
        sent = answer.read()
    config: dict[str, Any] = json.loads(sent)
    texts = [component["props"].get(key) or "" for component in config["components"] for key in CODE]
    texts += [config.get("css") or "", config.get("js") or ""]
    texts += [event["js"] for event in config["dependencies"] if isinstance(event.get("js"), str)]
    return {
        "config, bytes": len(sent),
        "of them scripts, styles and templates": sum(len(text.encode()) for text in texts),
        "components": len(config["components"]),
        "events": len(config["dependencies"]),
    }


def of_loading(page: Page, url: str, name: str) -> dict[str, int]:
    """The requests that reached the server, and the bytes of their answers as they travelled."""
    page.add_init_script("performance.setResourceTimingBufferSize(5000)")
    page.goto(url)
    told = "[...document.querySelectorAll('[id$=-status]')].some(({ innerText }) => innerText.includes('frames'))"
    page.wait_for_function(told, timeout=1000 * SECONDS)  # whichever tab comes first
    page.wait_for_timeout(2000)
    travelled = page.evaluate(
        """() => ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
            .filter(({ name }) => name.startsWith(location.origin)).map(({ transferSize }) => transferSize)
            .filter((size) => size > 0)"""
    )
    return {f"requests, {name}": len(travelled), f"bytes, {name}": sum(travelled)}


def measured(commit: str | None) -> dict[str, int]:
    """Everything about one commit."""
    with worktree(commit) as tree, running(tree) as (url, _), sync_playwright() as playwright:
        browser = launched(playwright)
        context = browser.new_context()
        found = of_config(url)
        for name in ("first visit", "second visit"):
            page = context.new_page()
            found |= of_loading(page, url, name)
            page.close()
        browser.close()
    return found


def main() -> None:
    """Prints a table, a column a commit."""
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--at", metavar="COMMIT", action="append", default=[], help="another commit to measure, too")
    commits = [*parser.parse_args().at, None]
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    columns = {commit or "working tree": measured(commit) for commit in commits}
    print("".join([f"{'':42}", *(f"{name:>16}" for name in columns)]))
    for row in next(iter(columns.values())):
        print("".join([f"{row:42}", *(f"{found[row]:>16,}" for found in columns.values())]))


if __name__ == "__main__":
    main()
