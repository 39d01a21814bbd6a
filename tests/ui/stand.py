"""A page with views and nothing else on it, and runs made of coloured frames to show there."""

from __future__ import annotations

import contextlib
import json
import queue
import re
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template
from typing import Any

import gradio as gr
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from explorer.experiments.denoising_trajectory import LAYERS
from explorer.space.plans import Playback
from explorer.ui.news import Film, Preview
from explorer.ui.offline import FOLDER
from explorer.ui.views import VIEWS, StatusView
from explorer.ui.widget import address, served

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


PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>$style .block { overflow: hidden; }</style>
<body>
<button id="go">Go</button> <button id="read">Read</button> <label id="done">done <input></label>
$places
<script type="module">
import { mount } from '$mount';
const told = {}, done = document.querySelector('#done input');
const post = async (path, what) => {
  done.value = await (await fetch(path, { method: 'POST', body: JSON.stringify(what) })).text();
};
for (const props of $props) {
  const heard = [];
  told[props.elem_id] = (value) => { props.value = value; for (const hear of heard) hear(); };
  const trigger = (name, detail) => name === 'visit' && post('/visit', detail);
  mount(document.querySelector(`#$${props.elem_id} > div`), props, trigger, (_, hear) => heard.push(hear));
}
document.querySelector('#read').onclick = () => post('/read', explorer.seen('$first', 0, [null])[0]);
document.querySelector('#go').onclick = async () => {
  const reader = (await fetch('/feed', { method: 'POST' })).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ; ) {
    const { value, done: over } = await reader.read();
    if (over) return;
    const lines = (text + value).split('\\n');
    text = lines.pop();
    for (const line of lines) for (const [id, one] of Object.entries(JSON.parse(line))) told[id](one);
  }
};
</script>""")


class Stand:
    """A page with views of these kinds and nothing of Gradio, which takes a second of a processor for each visit.

    What is put into `feed` is told by the server to the page when its Go button is pressed, until END: the value of the
    first view, or a tuple with the status line's besides (gr.skip() is nothing new). The Read button tells the server
    the state of the view, and `visit` what it fires. The views' values, scripts and styles are those of the real page.
    """

    def __init__(self, root: Path, *kinds: str) -> None:
        self.root = root
        self.feed: queue.Queue[Any] = queue.Queue()
        self.received: list[Any] = []
        self.asked: list[Any] = []
        self.status = StatusView(elem_id="status")
        self.views = [VIEWS[kind](elem_id=kind, texts={"zh": {"empty": EMPTY[kind]}}) for kind in kinds]
        self.view = self.views[0]

        async def page(_: Request) -> Response:
            return HTMLResponse(self.page())

        async def read(request: Request) -> Response:
            self.received.append(self.view.preprocess(await request.json()))
            return Response(f"taken {len(self.received)}")

        async def visit(request: Request) -> Response:
            self.asked.append((await request.json())["coordinates"])
            return Response(f"asked {len(self.asked)}")

        async def feed(_: Request) -> Response:
            return StreamingResponse(self.lines())

        routes = [Route("/", page), *served(), Mount("/files", StaticFiles(directory=root))]
        routes += [Route(f"/{f.__name__}", f, methods=["POST"]) for f in (read, visit, feed)]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}/"

    def page(self) -> str:
        """The page."""
        shown = [self.status, *self.views]
        props = [{**view.get_config()["props"], "value": None, "elem_id": view.elem_id} for view in shown]
        return PAGE.substitute(
            style=(FOLDER / "offline.css").read_text(),
            places="".join(f'<div id="{view.elem_id}" class="block"><div></div></div>' for view in shown),
            mount=address("mount.js"),
            props=json.dumps(props, default=str).replace("<", "\\u003c"),
            first=self.view.elem_id,
        )

    def lines(self) -> Iterator[str]:
        feed = self.feed
        while (item := feed.get(timeout=60)) is not END:
            items = item if isinstance(item, tuple) else (item,)
            shown = zip((self.view, self.status), items, strict=False)
            told = {view.elem_id: self.addressed(view.postprocess(one)) for view, one in shown if one != gr.skip()}
            yield json.dumps(told) + "\n"

    def addressed(self, told: Any) -> Any:
        """As Gradio does it, every file in it with its address."""
        if not isinstance(told, dict):
            return told
        if "path" in told:
            return {**told, "url": f"/files/{Path(told['path']).relative_to(self.root)}"}
        return {name: self.addressed(one) for name, one in told.items()}


@contextlib.contextmanager
def stood(root: Path, *kinds: str) -> Iterator[Stand]:
    stand = Stand(root, *kinds)
    yield stand
    stand.server.should_exit = True
    stand.thread.join(10)


@contextlib.contextmanager
def opened(browser: Browser, stand: Stand, **options: Any) -> Iterator[Page]:
    """The stand's page in a fresh context; errors on its console fail the test, unless it `may_complain`."""
    stand.feed, stand.asked, stand.received = queue.Queue(), [], []
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(error.stack))
    page.goto(stand.url)
    for view in stand.views:
        expect(page.locator(f"#{view.elem_id} .view")).to_be_attached()
    yield page
    stand.feed.put(END)
    context.close()
    if not getattr(page, "may_complain", False):
        assert not problems, problems  # pytest explains no assert of this module


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
