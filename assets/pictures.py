"""Makes the README's pictures with the program itself: `make pictures`.

A film from the command line, a screenshot of the page with a film, and two contact sheets of tabs, wide
and as on a phone. Needs chromium, the test tools and a Chinese font, as Debian's fonts-wqy-microhei: without one,
中文 is boxes.
"""

from __future__ import annotations

import io
import re
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

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from bench.browser import launched
from explorer.command_line import main as explorer
from explorer.experiments.interpolation import Interpolation

HERE = Path(__file__).parent
SIX = (
    "interpolation",
    "guidance-sweep",
    "image-variations",
    "inpainting",
    "denoising-trajectory",
    "prompt-walk",
)
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
    """assets/page.png, the first screen; assets/tabs-wide.webp and tabs-phone.webp, six other tabs."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        tab = browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        tab.goto(url)
        expect(tab.locator("#prompt-grid-view .view-kind")).to_contain_text("shipped")
        tab.wait_for_timeout(1500)
        tab.screenshot(path=HERE / "page.png")
        wide = [shot(browser, url, name, {"width": 1280, "height": 720}) for name in SIX]
        sheet(wide, 3, 760).save(HERE / "tabs-wide.webp", quality=85, method=6)
        phone = [shot(browser, url, name, {"width": 390, "height": 844}) for name in SIX]
        sheet(phone, 6, 390).save(HERE / "tabs-phone.webp", quality=85, method=6)
        browser.close()


def shot(browser: Browser, url: str, name: str, viewport: dict[str, int]) -> Image.Image:
    """A screenshot of one tab with its first preset rendered, or shown where that is shipped."""
    tab = browser.new_page(viewport=viewport, reduced_motion="reduce")
    tab.goto(f"{url}?tab={name}")
    tab.locator(f"#{name}-preset-0").click()
    tab.wait_for_timeout(2000)  # until then the line may speak of what stood there before
    expect(tab.locator(f"#{name}-status")).to_contain_text(re.compile("frames in|shipped"), timeout=300_000)
    tab.locator("#notice .status").evaluate("note => note.hidden = true")
    tab.evaluate("scrollTo(0, 0)")
    tab.wait_for_timeout(1500)
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    tab.close()
    return picture


def sheet(pictures: list[Image.Image], columns: int, width: int) -> Image.Image:
    """The pictures in cells of one size, each scaled to `width` pixels, from the top left."""
    gap, rows = 12, -(-len(pictures) // columns)
    small = [picture.resize((width, round(picture.height * width / picture.width))) for picture in pictures]
    height = max(picture.height for picture in small)
    whole = Image.new("RGB", (columns * (width + gap) + gap, rows * (height + gap) + gap), "#94a3b8")
    for number, picture in enumerate(small):
        row, column = divmod(number, columns)
        whole.paste(picture, (gap + column * (width + gap), gap + row * (height + gap)))
    return whole


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache:
        film(cache)
        with page(cache) as url:
            screenshots(url)
