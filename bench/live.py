"""Live drawing in a real browser: pictures a second while a hand drags and types, beside what the engine alone makes.

    python -m bench.live                 # three minutes
    python -m bench.live --minutes 10    # and a soak: memory and threads after so many minutes of dragging

The page is this tree's `app.py` with the bundled model in a process of its own, the hand is Chromium's own mouse and
keyboard. A picture counts when it is on the canvas; its latency is from the browser's event to there. Beside it: the
same drafts by the engine without a page, and by a slider through Gradio's queue.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from bench.browser import launched
from bench.gestures import DRAG, GUIDANCE, gestures, opened, slider, strokes
from bench.live_alone import serve_queue
from bench.page import ROOT, running
from bench.race import in_a_child
from bench.report import machine_line

PAUSE = 10_000  # milliseconds
COUNT = """() => {
  window.count = 0;
  let last = '';
  const heard = () => {
    const src = document.querySelector('#image img')?.src ?? '';
    if (src && src !== last) [last, window.count] = [src, window.count + 1];
  };
  const what = { subtree: true, childList: true, attributeFilter: ['src'] };
  new MutationObserver(heard).observe(document.querySelector('#image'), what);
}"""


@dataclass(frozen=True)
class Drawn:
    """What came of one gesture: drafts a second, their latencies in seconds, seconds from release to exact picture."""

    a_second: float
    latencies: list[float]
    to_exact: float | None

    @property
    def p95(self) -> float:
        """The latency that 95 of 100 keep; infinite where nothing was drawn."""
        return sorted(self.latencies)[int(0.95 * len(self.latencies))] if self.latencies else math.inf


def measured(page: Page, gesture: Callable[[float], None], seconds: float) -> Drawn:
    """Makes the gesture for so long, lets go, and waits for the exact picture."""
    page.evaluate("window.pictures.length = 0")
    start = page.evaluate("performance.now()")
    gesture(time.monotonic() + seconds)
    end = page.evaluate("performance.now()")
    page.mouse.up()
    page.wait_for_timeout(1500)
    pictures = page.evaluate("window.pictures")
    drafts = [p for p in pictures if not p["exact"] and start <= p["at"] <= end]
    exact = [p["at"] for p in pictures if p["exact"] and p["at"] > end]
    latencies = [(p["at"] - p["asked"]) / 1000 for p in drafts if p["asked"]]
    return Drawn(1000 * len(drafts) / (end - start), latencies, (exact[0] - end) / 1000 if exact else None)


def in_turn(page: Page) -> Iterator[tuple[str, Callable[[float], None]]]:
    """The first drag after a start, a pause in which the server makes its model faster, and then every gesture."""
    yield "the first drag", slider(page, GUIDANCE)
    page.wait_for_timeout(PAUSE)
    yield from gestures(page)


def film(page: Page) -> dict[str, float]:
    """Seconds from Render to all 24 drafts, and to all 24 frames of it."""
    page.locator("#tab-interpolation-button").click()
    page.locator("#interpolation-prompts-0 textarea").fill(f"a boat at the beach {time.monotonic():.0f}")
    page.wait_for_timeout(3000)
    view = "document.querySelector('#interpolation-view [data-film]').reel"
    page.locator("#interpolation-render").click()
    start, found = time.monotonic(), {}
    page.wait_for_function(f"{view}.blobs.size === 24 && {view}.base", timeout=600_000)
    found["pictures"] = time.monotonic() - start
    page.wait_for_function(f"{view}.blobs.size === 24 && {view}.kinds.size === 0", timeout=600_000)
    return {**found, "frames": time.monotonic() - start}


@contextmanager
def queued() -> Iterator[str]:
    """The address of the page whose slider goes through the queue."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        server = multiprocessing.get_context("spawn").Process(target=serve_queue, args=(folder, port))
        server.start()
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.join()


def through_the_queue(browser: Browser, seconds: float) -> float:
    """Pictures a second of a slider through Gradio's queue."""
    with queued() as url:
        page = browser.new_page()
        for _ in range(600):
            try:
                page.goto(url)
                break
            except Error:  # it loads a model first
                time.sleep(0.5)
        page.wait_for_selector("#slider input[type=range]")
        page.evaluate(COUNT)
        page.evaluate(DRAG, ["#slider input[type=range]", 2.0])
        before = page.evaluate("window.count")
        page.evaluate(DRAG, ["#slider input[type=range]", seconds])
        return (page.evaluate("window.count") - before) / seconds


def two_visitors(browser: Browser, url: str, seconds: float) -> list[float]:
    """Pictures a second of each of two who drag at once."""
    pages = [opened(browser, url) for _ in range(2)]
    for page in pages:
        page.mouse.click(5, 5)
        page.evaluate("([drag, given]) => { window.going = eval(drag)(given); }", [DRAG, [GUIDANCE, seconds]])
    for page in pages:
        page.evaluate("window.going")
    counts = [page.evaluate("window.pictures.filter(({ exact }) => !exact).length") for page in pages]
    for page in pages:
        page.close()
    return [count / seconds for count in counts]


def usage(pid: int, page: Page) -> tuple[float, int, float]:
    """MB of the server, its threads, and MB of the page's scripts. Linux only."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    heap = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
    return int(status["VmRSS"].split()[0]) / 1024, int(status["Threads"]), heap


def soak(browser: Browser, url: str, pid: int, minutes: float) -> None:
    """Drags for so long and prints what is used, every minute."""
    page = opened(browser, url)
    page.mouse.click(5, 5)
    page.evaluate(DRAG, [GUIDANCE, 20.0])
    for minute in range(math.ceil(minutes) + 1):
        megabytes, threads, heap = usage(pid, page)
        print(f"after {minute:3} min: server {megabytes:6.0f} MB, {threads:3} threads; page {heap:6.1f} MB", flush=True)
        if minute < minutes:
            page.evaluate(DRAG, [GUIDANCE, 60.0 * min(1.0, minutes - minute)])
    page.close()


def main() -> None:
    """Prints a table, a line a gesture, and what stands beside it."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="of each gesture (default 10)")
    parser.add_argument("--minutes", type=float, default=0.0, help="of a soak (default none)")
    flags = parser.parse_args()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    print(machine_line())
    with tempfile.TemporaryDirectory() as folder:
        in_a_child("bench.live_alone:rate", folder, flags.seconds)
        alone = json.loads((Path(folder) / "alone.json").read_text())
    print(f"engine alone: {alone['a second']:.1f} drafts a second, 95 % within {1000 * alone['p95']:.0f} ms\n")
    with sync_playwright() as playwright, running(ROOT) as (url, pid):
        browser = launched(playwright)
        page = opened(browser, url)
        print(f"{'':16}{'a second':>10}{'of alone':>10}{'median':>10}{'95 %':>10}{'to exact':>10}")
        for name, gesture in in_turn(page):
            drawn = measured(page, gesture, flags.seconds)
            share, middle = drawn.a_second / alone["a second"], statistics.median(drawn.latencies or [math.inf])
            exact = f"{drawn.to_exact:.2f} s" if drawn.to_exact else "-"
            times = f"{1000 * middle:7.0f} ms{1000 * drawn.p95:7.0f} ms{exact:>10}"
            print(f"{name:16}{drawn.a_second:10.1f}{share:10.0%}{times}", flush=True)
        done = film(page)
        print(f"\nfilm of 24: all pictures after {done['pictures']:.1f} s, all frames after {done['frames']:.1f} s")
        drafts, exact = zip(*strokes(page, 5), strict=True)
        print(f"a stroke: draft after {statistics.median(drafts):.2f} s, exact after {statistics.median(exact):.2f} s")
        page.close()
        print("two at once:", ", ".join(f"{each:.1f} a second" for each in two_visitors(browser, url, flags.seconds)))
        if flags.minutes:
            soak(browser, url, pid, flags.minutes)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        print(f"through Gradio's queue: {through_the_queue(browser, flags.seconds):.1f} a second")


if __name__ == "__main__":
    main()
