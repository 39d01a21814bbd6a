"""Makes the README's pictures with the program itself: `make pictures`.

A film from the command line, and a screenshot of the page in the middle of a film. Needs chromium and the test tools.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from explorer.command_line import main as explorer
from explorer.experiments.interpolation import Interpolation

HERE = Path(__file__).parent
PRESET = Interpolation.presets["A tree in three styles"]


def film(cache: str) -> None:
    """assets/three-styles.gif, of the preset's own settings."""
    settings = ["--prompts", *PRESET["prompts"], "--seed", str(PRESET["seed"]), "--loop", PRESET["loop"]]
    arguments = ["interpolation", *settings, "--frames", str(PRESET["frames"])]
    out = ["--out", str(HERE / "three-styles.gif"), "--cache-folder", cache]
    if explorer([*arguments, *out]):
        raise SystemExit("the film was not rendered")


@contextmanager
def page(cache: str) -> Iterator[str]:
    """The address of a running page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [sys.executable, "app.py", "--port", str(port), "--cache-folder", cache]
    server = subprocess.Popen(arguments, cwd=HERE.parent)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(url).close()
                break
            except urllib.error.URLError:
                time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait()


def screenshots(url: str) -> None:
    """assets/page.png: the preset, rendered, in its middle."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 1000})
        tab.goto(url)
        tab.get_by_role("button", name="A tree in three styles").click()
        expect(tab.locator("#interpolation-status")).to_contain_text("frames in", timeout=120_000)
        scrubber = tab.locator("#interpolation-view input[type=range]")
        scrubber.fill("12")
        tab.wait_for_timeout(800)
        tab.screenshot(path=HERE / "page.png")
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache:
        film(cache)
        with page(cache) as url:
            screenshots(url)
