"""A page with views and nothing else on it, and runs made of coloured frames to show there."""

from __future__ import annotations

import contextlib
import json
import queue
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from explorer.experiments.denoising_trajectory import LAYERS
from explorer.space.plans import Playback
from explorer.ui.news import Film, Preview
from explorer.ui.views import VIEWS, StatusView
from explorer.ui.widget import served

END = object()
NASTY = "<img src=x onerror=\"window.hacked='html'\"> ${window.hacked='dollar'} {{value}} `back` \\u0041</script>"
EMPTY = {
    "film": "影片会出现在这里",
    "compare": "对比会出现在这里",
    "pad": "网格会出现在这里",
    "trajectory": "轨迹会出现在这里",
}


def red(index: float) -> float:
    """The red value of frame `index`, so that a pixel tells which frame is shown, or which blend of frames."""
    return 8 * index + 4


def make_run(root: Path, name: str, frames: Sequence[dict[str, Any]], side: int = 64) -> Path:
    """A run of these frames; `name` may be that of a test."""
    folder = root / re.sub(r"\W", "-", name)
    for sub in ("view", "frames", "x0"):
        (folder / sub).mkdir(parents=True)
    for i in range(len(frames)):
        picture = Image.new("RGB", (side, side), (red(i), 120, 60))
        picture.save(folder / "view" / f"{i:04}.jpg", quality=95)
        picture.save(folder / "frames" / f"{i:04}.png")
    Image.new("RGB", (side // 8, side // 8), (250, 250, 0)).save(folder / "x0" / "0000-07.jpg")
    (folder / "frames.json").write_text(json.dumps({"count": len(frames), "frames": list(frames)}))
    return folder


def value(folder: Path, ready: Any = None, fps: float = 4.0, loop: str = "open", **more: Any) -> Film:
    """What a view is told of a run, complete unless `ready` says otherwise."""
    count = json.loads((folder / "frames.json").read_text())["count"]
    ready = list(range(count)) if ready is None else list(ready)
    return Film(folder, count, ready, playback=Playback(fps, loop), **more)


def preview(folder: Path) -> Preview:
    return Preview(0, 7, 20, folder / "x0" / "0000-07.jpg")


class Stand:
    """A page with views of these kinds. What is put into `feed` is yielded by the handler of its Go button until END.

    That is the value of the first view, or a tuple with the status line's besides. The Read button takes its state.
    """

    def __init__(self, root: Path, *kinds: str) -> None:
        self.root = root
        self.feed: queue.Queue[Any] = queue.Queue()
        self.received: list[Any] = []
        self.asked: list[Any] = []
        gr.set_static_paths([root])
        with gr.Blocks(analytics_enabled=False) as self.demo:
            go = gr.Button("Go", elem_id="go")
            status = StatusView(elem_id="status")
            self.views = [VIEWS[kind](elem_id=kind, texts={"zh": {"empty": EMPTY[kind]}}) for kind in kinds]
            self.view = self.views[0]
            name = gr.Textbox("sent along", visible="hidden")
            read = gr.Button("Read", elem_id="read")
            done = gr.Textbox(elem_id="done", label="done")
            go.click(self.stream, None, [self.view, status], show_progress="hidden")
            read.click(self.take, [name, self.view], done, js=self.view.state_js(1), show_progress="hidden")
            if "visit" in self.view.fires:
                self.view.visit(self.ask, None, done, show_progress="hidden", trigger_mode="multiple")
        options = {"ssr_mode": False, "show_error": True, "app_kwargs": {"routes": served()}}
        _, self.url, _ = self.demo.launch(prevent_thread_lock=True, quiet=True, **options)

    def stream(self) -> Iterator[Any]:
        feed = self.feed
        while (item := feed.get(timeout=60)) is not END:
            yield item if isinstance(item, tuple) else (item, gr.skip())

    def take(self, name: str, state: Any) -> str:
        self.received.append((name, state))
        return f"taken {len(self.received)}"

    def ask(self, event: gr.EventData) -> str:
        self.asked.append(event.coordinates)
        return f"asked {len(self.asked)}"


@contextlib.contextmanager
def stood(root: Path, *kinds: str) -> Iterator[Stand]:
    stand = Stand(root, *kinds)
    yield stand
    stand.demo.close()


@contextlib.contextmanager
def opened(browser: Browser, stand: Stand, **options: Any) -> Iterator[Page]:
    """The stand's page in a fresh context; errors on its console fail the test, unless it `may_complain`."""
    stand.feed, stand.asked, stand.received = queue.Queue(), [], []
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(stand.url)
    for view in stand.views:
        expect(page.locator(f"#{view.elem_id} .view")).to_be_attached()
    yield page
    stand.feed.put(END)
    context.close()
    if not getattr(page, "may_complain", False):
        assert problems == []


def tell(page: Page, stand: Stand, *values: Any) -> None:
    """The view is told these values, one after the other, and no more."""
    for one in values:
        stand.feed.put(one)
    stand.feed.put(END)
    page.locator("#go").click()


def loaded(page: Page, folder: Path, count: int) -> None:
    """Waits until `count` frames of the run are in the browser."""
    page.wait_for_function(
        "([name, count]) => new Set(performance.getEntriesByType('resource').filter(e => e.name.endsWith('.jpg')"
        " && e.name.includes(name + '/view') && e.responseEnd).map(e => e.name)).size >= count",
        arg=[folder.name, count],
    )


def canvas_shows(page: Page, selector: str, index: float, near: float = 3) -> None:
    """Waits until the pixel in the middle of the canvas has the colour of frame `index`, or of a blend."""
    page.wait_for_function(
        """([selector, red, near]) => { const c = document.querySelector(selector);
        if (!c) return false;
        const is = c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0];
        return Math.abs(is - red) <= near; }""",
        arg=[selector, red(index), near],
    )


def note(page: Page) -> Locator:
    return page.locator(".view-note").first


def state(page: Page) -> dict[str, Any]:
    return json.loads(page.locator("[data-film]").first.get_attribute("data-film"))


def left_quietly(page: Page, gesture: str) -> None:
    """Takes the view off the page: what a hand or a key (`gesture`, of window.gone) does then changes nothing."""
    page.evaluate("() => { window.gone = document.querySelector('[data-film]'); window.gone.remove(); }")
    two_frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(two_frames)
    before = page.evaluate("window.gone.dataset.film")
    page.evaluate(gesture)
    for _ in range(5):
        page.evaluate(two_frames)
    assert page.evaluate("window.gone.dataset.film") == before
    assert page.evaluate("[window.gone.reel.blobs.size, window.gone.reel.bitmaps.size]") == [0, 0]


# ---- what frames.json says, of each kind of run --------------------------------------------------------------------


def film_frames(count: int = 8, captions: Sequence[str] = ()) -> list[dict[str, Any]]:
    ts = [i / max(1, count - 1) for i in range(count)]
    return [{"caption": captions[i] if captions else f"t = {t:.2f}", "coordinates": [t]} for i, t in enumerate(ts)]


SCALES = (1.0, 4.0, 7.5, 20.0)


def frame(scale: float, seed: int, **changes: Any) -> dict[str, Any]:
    settings = {"guidance_scale": scale, "seed": seed}
    told = {"caption": f"guidance {scale:g}, seed {seed}", "coordinates": [scale, seed], "settings": settings}
    return {**told, **changes}


def sweep(seeds: Sequence[int] = (193,), scales: Sequence[float] = SCALES) -> list[dict[str, Any]]:
    return [frame(scale, seed) for seed in seeds for scale in scales]


PROMPTS = ("a cat", "a dog", "a boat", "a tree")


def square_frames(side: int = 3, prompts: Sequence[str] = PROMPTS) -> list[dict[str, Any]]:
    stops = [i / (side - 1) for i in range(side)]
    frames = [{"caption": f"at {x:g}, {y:g}", "coordinates": [x, y], "settings": {}} for y in stops for x in stops]
    for i, prompt in zip((0, side - 1, side * (side - 1), side * side - 1), prompts, strict=True):
        frames[i] |= {"caption": prompt, "settings": {"prompt": prompt, "seed": 7}}
    return frames


STEPS = (1, 8, 16, 20)
SIGMAS = {1: 14.615, 8: 3.4, 16: 0.62, 20: 0.0292}


def denoisings(
    scales: Sequence[float] = (4.0, 9.0), steps: Sequence[int] = STEPS, prompts: Sequence[str] = ("a cat",)
) -> list[dict[str, Any]]:
    """Layer by layer, lane by lane, step by step; one lane a scale."""
    frames = []
    for layer, name in enumerate(LAYERS):
        for lane, scale in enumerate(scales):
            for step in steps:
                if scale == 0 and name in ("alone", "guidance"):
                    continue
                settings = {"prompt": prompts[lane % len(prompts)], "guidance_scale": scale, "steps": max(steps)}
                settings |= {"step": step, "sigma": SIGMAS.get(step, 1.0), "layer": name}
                caption = f"step {step} of {max(steps)}, {name}, guidance {scale:g}"
                frames.append({"caption": caption, "coordinates": [lane, step, layer], "settings": settings})
    return frames
