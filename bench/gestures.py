"""What a hand does on the page, for `bench.live`: sliders, keys, the lens of the pad; and what is counted meanwhile."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

from playwright.sync_api import Browser, Page

WATCH = """() => {
  const { pump } = document.querySelector('live-switch');
  let event = 0;
  const heard = ({ timeStamp }) => { event = timeStamp; };
  for (const kind of ['input', 'pointermove', 'keydown']) addEventListener(kind, heard, { capture: true });
  const asked = new Map(), { ask, show } = pump;
  window.pictures = [];
  pump.ask = (question) => { ask.call(pump, question); asked.set(pump.moment, event); };
  pump.show = async (part, question, newest) => {
    await show(part, question, newest);
    const { moment, exact = false } = question;
    if (part.blob) window.pictures.push({ at: performance.now(), asked: asked.get(moment), exact, newest });
  };
}"""
DRAG = """([selector, seconds]) => new Promise((done) => {
  const slider = document.querySelector(selector), end = performance.now() + 1000 * seconds;
  const [low, high] = [Number(slider.min), Number(slider.max)];
  slider.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
  const tick = (now) => {
    slider.value = low + (high - low) * (0.5 + 0.5 * Math.sin(now / 700));
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    if (now < end) return requestAnimationFrame(tick);
    slider.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }));
    done();
  };
  requestAnimationFrame(tick);
})"""
GUIDANCE = "#shared-guidance_scale input[type=range]"


def slider(page: Page, selector: str) -> Callable[[float], None]:
    """Drags a slider to and fro."""

    def drag(until: float) -> None:
        track = page.locator(selector)
        track.scroll_into_view_if_needed()
        box = track.bounding_box() or {}
        middle = box["y"] + box["height"] / 2
        at = lambda t: (box["x"] + box["width"] * (0.5 + 0.4 * math.sin(t)), middle)  # noqa: E731
        page.mouse.move(*at(0))
        page.mouse.down()
        start = time.monotonic()
        while time.monotonic() < until:
            page.mouse.move(*at(1.5 * (time.monotonic() - start)))
            page.wait_for_timeout(8)

    return drag


def keys(page: Page, selector: str, pressed: Callable[[int], str], pause: int) -> Callable[[float], None]:
    """Presses keys in a field, one after the other."""

    def press(until: float) -> None:
        page.locator(selector).focus()
        count = 0
        while time.monotonic() < until:
            page.keyboard.press(pressed(count))
            page.wait_for_timeout(pause)
            count += 1

    return press


def lens(page: Page) -> Callable[[float], None]:
    """Leads the pad's handle around."""

    def lead(until: float) -> None:
        square = page.locator("#prompt-grid-view .pad-square")
        square.scroll_into_view_if_needed()
        box = square.bounding_box() or {}
        centre = (box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        radius = 0.37 * box["width"]
        at = lambda t: (centre[0] + radius * math.cos(t), centre[1] + radius * math.sin(t))  # noqa: E731
        page.mouse.move(*at(0))
        page.mouse.down()
        start = time.monotonic()
        while time.monotonic() < until:
            page.mouse.move(*at(time.monotonic() - start))
            page.wait_for_timeout(8)

    return lead


def opened(browser: Browser, url: str) -> Page:
    """The page with live drawing switched on, however slow the machine, watched, and its shared settings in sight."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script("localStorage.setItem('latent-explorer.live', 'true')")
    page.goto(url)
    page.wait_for_selector(".live-switch[aria-checked=true]", timeout=300_000)
    page.locator("#tab-interpolation-button").click()
    page.wait_for_selector("#interpolation-prompts-0 textarea")
    page.locator("#shared-more").click()
    page.wait_for_selector(GUIDANCE)
    page.evaluate(WATCH)
    return page


def gestures(page: Page) -> Iterator[tuple[str, Callable[[float], None]]]:
    """Each gesture by name, its tab opened when its turn comes."""
    yield "guidance", slider(page, GUIDANCE)
    yield "seed", keys(page, "#shared-seed input", lambda _: "ArrowUp", 15)
    text = "a red boat at the beach in the snow at night, an oil painting "
    yield "typing", keys(page, "#interpolation-prompts-0 textarea", lambda k: text[k % len(text)], 40)
    page.locator("#shared-more").click()
    page.locator("#tab-prompt-grid-button").click()
    page.wait_for_function("document.querySelector('#prompt-grid-view [data-film]')?.reel.blobs.size > 0")
    yield "the pad's lens", lens(page)


def strokes(page: Page, count: int) -> list[tuple[float, float]]:
    """Paints on the start picture of Inpaint so many times: seconds from each pointer's release to draft and exact."""
    page.locator("#tab-inpainting-button").click()
    page.wait_for_function("document.querySelector('#inpainting-painted-canvas painting-canvas')?.picture")
    page.locator("#inpainting-prompt textarea").fill("a fish")
    page.locator("#inpainting-painted-canvas [data-part=clear]").click()
    page.wait_for_timeout(5000)
    found = []
    for number in range(count):
        sheet = page.locator("#inpainting-painted-canvas canvas")
        sheet.scroll_into_view_if_needed()
        box = sheet.bounding_box() or {}
        left, right = (box["x"] + share * box["width"] for share in (0.3, 0.7))
        height = box["y"] + (0.1 + 0.18 * number) * box["height"]
        page.evaluate("window.pictures.length = 0")
        page.mouse.move(left, height)
        page.mouse.down()
        page.mouse.move(right, height, steps=12)
        let_go = page.evaluate("performance.now()")
        page.mouse.up()
        page.wait_for_function("pictures.some(({ exact }) => exact)", timeout=60_000)
        page.wait_for_timeout(500)
        for_it = f"pictures.filter((p) => p.asked && p.at > {let_go})"
        moments = (page.evaluate(f"{for_it}.filter((p) => p.exact === {kind})[0]?.at") for kind in ("false", "true"))
        found.append(tuple((at - let_go) / 1000 if at else math.inf for at in moments))
    return found
