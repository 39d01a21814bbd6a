"""How long the first screen takes, in a real browser: the map, the first picture of one's own, a link.

    python -m bench.first_screen

The page is this tree's `app.py` with the bundled model. Seconds count from the moment at which Gradio has put the view
on the page, for a picture of one's own from the last key. Medians of several visits, each in a fresh context.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable

from playwright.sync_api import Browser, Page, sync_playwright

from bench.browser import launched
from bench.gestures import WATCH
from bench.page import ROOT, running
from bench.report import machine_line

MARKS = """(() => {
  window.marks = {};
  const mark = (name) => { window.marks[name] ??= performance.now(); };
  new MutationObserver(() => {
    const view = document.querySelector('VIEW');
    if (!view) return;
    mark('mounted');
    if ([...view.querySelectorAll('img')].some((img) => img.src)) mark('img');
    const film = view.querySelector('[data-film]')?.dataset.film;
    if (film && film !== 'null' && window.first !== film && window.first) mark('moved');
    if (film && film !== 'null') window.first ??= film;
  }).observe(document, { subtree: true, childList: true, attributes: true });
  const full = () => {
    const reel = document.querySelector('VIEW [data-film]')?.reel;
    if (reel?.count && reel.blobs.size === reel.count) return mark('full');
    requestAnimationFrame(full);
  };
  requestAnimationFrame(full);
})()"""
MAP, FILM = "#prompt-grid-view", "#interpolation-view"
CORNER = f"{MAP} .pad-corners input >> nth=0"


def visited(browser: Browser, url: str, view: str) -> Page:
    """A new visitor's page at `url`, whose `window.marks` say when things happened to a view."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.add_init_script("localStorage.setItem('latent-explorer.live', 'true')")
    page.add_init_script(MARKS.replace("VIEW", view))
    page.goto(url)
    return page


def since_the_mount(page: Page, name: str) -> float:
    """Seconds from the view's mount to the mark `name`, once it is there."""
    page.wait_for_function(f"window.marks.{name}", timeout=120_000)
    return page.evaluate(f"(window.marks.{name} - window.marks.mounted) / 1000")


def own_picture(browser: Browser, url: str) -> float:
    """Seconds from the last key at a corner of the map to the first picture of what was typed."""
    page = visited(browser, url, MAP)
    page.wait_for_selector(".live-switch[aria-checked=true]", timeout=120_000)
    since_the_mount(page, "full")
    page.evaluate(WATCH)
    page.evaluate("addEventListener('input', ({ timeStamp }) => { window.last = timeStamp; }, { capture: true })")
    page.locator(CORNER).fill("")
    page.wait_for_timeout(1000)
    page.keyboard.type("a red boat", delay=60)
    answer = "window.pictures.find(({ asked }) => asked >= window.last)"
    page.wait_for_function(f"Boolean({answer})", timeout=120_000)
    seconds = page.evaluate(f"(({{ at, asked }}) => (at - asked) / 1000)({answer})")
    page.context.close()
    return seconds


def _of_a_visit(browser: Browser, url: str, view: str, name: str) -> float:
    page = visited(browser, url, view)
    seconds = since_the_mount(page, name)
    page.context.close()
    return seconds


def main() -> None:
    """Prints a line a question: the median and the longest of the visits."""
    parser = argparse.ArgumentParser(prog="python -m bench.first_screen", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--visits", type=int, default=5, help="of each kind (default 5)")
    flags = parser.parse_args()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    print(machine_line())
    with sync_playwright() as playwright, running(ROOT) as (url, _pid):
        browser = launched(playwright)
        _of_a_visit(browser, url, MAP, "full")  # the server has answered once
        asked: dict[str, Callable[[], float]] = {
            "the map's pictures are in the page": lambda: _of_a_visit(browser, url, MAP, "img"),
            "the map moves": lambda: _of_a_visit(browser, url, MAP, "moved"),
            "a link to a film that is there is full": lambda: _of_a_visit(
                browser, f"{url}?tab=interpolation", FILM, "full"
            ),
            "a picture of one's own, from the last key": lambda: own_picture(browser, url),
        }
        for name, ask in asked.items():
            seconds = [ask() for _ in range(flags.visits)]
            print(f"{name:44} {statistics.median(seconds):6.2f} s, at most {max(seconds):.2f} s", flush=True)


if __name__ == "__main__":
    main()
