"""The canvas in a real browser: painted by mouse, by touch and by keys, and what becomes of it."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import gradio as gr
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from explorer.experiments.inpainting import PLANET, Inpainting
from explorer.experiments.inputs import InputError
from explorer.experiments.masks import read_cells
from explorer.experiments.pictures import canonical, fitted
from explorer.outputs.runs import Run
from explorer.ui.canvas import Canvas
from explorer.ui.controls import control
from tests.ui.hands import settled, turn_to, unfold
from tests.ui.serving import Served, served

TABS = ("inpainting", "image-variations", "interpolation")
LABELS = {"inpainting": "Inpaint", "image-variations": "Remix", "interpolation": "Morph"}
PAINTED = "#inpainting-painted-canvas painting-canvas"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), *TABS, live=True) as site:
        yield site


def opened(browser: Browser, site: Served, tab: str = "inpainting", query: str = "", **context) -> Page:
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context}).new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(site.url + query)
    expect(page.locator(".live-switch")).to_have_attribute("aria-checked", "true")
    turn_to(page, tab, LABELS[tab])
    expect(page.locator(f"#{tab}-status")).to_contain_text("frames")
    settled(page)
    page.wait_for_function(f"document.querySelector('#{tab}-view [data-film]')")
    return page


@pytest.fixture
def page(browser: Browser, site: Served) -> Iterator[Page]:
    """A visitor at the tab; a script error fails the test."""
    page = opened(browser, site)
    when(page, "c.picture")
    yield page
    page.context.close()
    assert page.problems == []


def when(page: Page, holds: str, canvas: str = PAINTED) -> None:
    """Waits until that is true of the canvas `c`."""
    page.wait_for_function(f"((c) => c && ({holds}))(document.querySelector('{canvas}'))")


def rendered(page: Page, tab: str, count: int) -> None:
    """Waits for the end of a render."""
    page.wait_for_function(f"document.querySelector('#{tab}-status').textContent.includes('{count} frames in')")


def mask_of(page: Page, canvas: str = PAINTED) -> str:
    return page.evaluate(f"(document.querySelector('{canvas}').given ?? {{}}).mask ?? ''")


def place(page: Page, column: float, row: float, canvas: str = PAINTED) -> tuple[float, float]:
    """Where a cell's corner is on the screen."""
    sheet = page.locator(f"{canvas} canvas")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box
    return box["x"] + box["width"] * column / 8, box["y"] + box["height"] * row / 8


def stroke(page: Page, *cells: tuple[float, float], canvas: str = PAINTED) -> None:
    page.mouse.move(*place(page, *cells[0], canvas))
    page.mouse.down()
    for cell in cells[1:]:
        page.mouse.move(*place(page, *cell, canvas), steps=4)
    page.mouse.up()
    when(page, "c.stroke === null && !c.waiting", canvas)  # the form has been told of the whole stroke, not of half


def clear(page: Page, canvas: str = PAINTED) -> None:
    page.locator(f"{canvas} [data-part=clear]").click()
    expect(page.locator(f"{canvas} [data-part=undo]")).to_be_enabled()


def test_a_stroke_is_drawn_while_it_is_painted_and_taken_back_with_keys_as_well_and_with_none_it_is_said(
    page: Page, site: Served
):
    clear(page)
    when(page, "c.given.mask === ''")
    page.locator(f"{PAINTED} [data-part=size]").fill("1")
    stroke(page, (1.5, 2.5), (6.5, 2.5))
    assert mask_of(page) == "8x8:17a6p41a"
    kind = page.locator("#inpainting-view .view-kind")
    expect(kind).to_have_text(re.compile("^(Exact)?$"))  # or what is in the store by then is shown as a run
    expect(kind).to_have_attribute("data-late", "false")
    page.wait_for_url("**painted=mask*8x8*17a6p41a*")
    stroke(page, (0.5, 5.5), (0.5, 5.5))
    when(page, "c.given.mask !== '8x8:17a6p41a'")
    page.locator(f"{PAINTED} canvas").focus()
    page.keyboard.press("Control+z")
    when(page, "c.given.mask === '8x8:17a6p41a'")
    clear(page)
    said = "Nothing is painted yet: paint over what is to be drawn anew."
    expect(page.locator("#inpainting-status .status-text")).to_have_text(said)
    expect(page.locator("#inpainting-painted .field-error")).to_have_text(said)
    calls = site.quiet()
    with page.expect_response("**/queue/join**") as refused:
        page.locator("#inpainting-render").click()
    assert refused.value.status == 422
    assert site.quiet() == calls
    page.locator("#inpainting-painted-canvas [data-part=undo]").click()
    expect(page.locator("#inpainting-painted .field-error")).to_have_count(0)
    clear(page)
    sheet = page.locator(f"{PAINTED} canvas")
    sheet.focus()  # the keys begin where the hand was
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", " "):
        page.keyboard.press(key)
    expect(page.locator(f"{PAINTED} [role=status]")).to_have_text("Column 2, row 8 painted over")
    when(page, "c.given.mask === '8x8:57ap6a'")
    assert sheet.get_attribute("aria-label")
    page.locator(f"{PAINTED} [data-name=eraser]").click()
    sheet.focus()
    page.keyboard.press(" ")
    expect(page.locator(f"{PAINTED} [role=status]")).to_have_text("Column 2, row 8 free")


def test_a_finger_paints_and_the_page_does_not_scroll_and_nothing_is_cut_off(browser: Browser, site: Served):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = opened(browser, site, **phone)
    clear(page)
    page.locator(f"{PAINTED} [data-part=size]").fill("1")
    sheet, stood = page.locator(f"{PAINTED} canvas"), None
    while stood != (stood := sheet.bounding_box()):  # what comes above moves it
        page.wait_for_timeout(500)
    start, end = place(page, 2.5, 1.5), place(page, 2.5, 5.5)
    hand = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", start)
    for part in range(1, 9):
        touch("touchMove", (start[0], start[1] + (end[1] - start[1]) * part / 8))
    touch("touchEnd")
    when(page, "c.stroke === null && !c.waiting && c.given.mask")
    painted = read_cells(mask_of(page))
    assert painted[:, 2].tolist() == [0, 1, 1, 1, 1, 1, 0, 0]
    assert painted.sum() == 5
    # a browser that scrolled would have ended the stroke; where it scrolls to by itself depends on what has grown above
    assert page.locator(f"{PAINTED} canvas").evaluate("sheet => getComputedStyle(sheet).touchAction") == "none"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    cut = page.evaluate(
        """(canvas) => [...document.querySelectorAll(`${canvas} button, ${canvas} input, ${canvas} canvas`)]
        .filter((node) => node.offsetParent).filter((node) => node.getBoundingClientRect().right > 390)
        .map((node) => node.outerHTML)""",
        PAINTED,
    )
    assert cut == []
    assert page.problems == []
    page.context.close()


def test_a_link_brings_the_mask_back_and_its_result_is_carried_on_to_a_film_around_the_same_region(
    browser: Browser, site: Served
):
    given = "8x8:8a16p40a"
    query = f"?tab=inpainting&painted={quote('picture:hills')}&painted={quote('mask:' + given)}&prompt=a+castle"
    page = opened(browser, site, query=query)
    when(page, f"c.given.mask === '{given}'")
    shown = page.evaluate(f"document.querySelector('{PAINTED}').mask.levels.reduce((a, b) => a + b, 0)")
    assert shown == 16 * 15
    expect(page.locator("#inpainting-prompt textarea")).to_have_value("a castle")
    page.locator("#inpainting-render").click()
    rendered(page, "inpainting", 2)
    run = max(site.runs.root.iterdir(), key=lambda folder: folder.stat().st_mtime)
    assert Inpainting(**Run.open(run).record["settings"]).painted.mask == given
    unfold(page, "inpainting-use")
    page.locator("[id^=inpainting-use-]", has_text="→ Morph, around its region").click()
    expect(page.locator("#interpolation-status")).to_contain_text("frames")
    page.locator("#interpolation-more > button").click()
    film = "#interpolation-region-canvas painting-canvas"
    when(page, "c.given?.mask", film)
    assert mask_of(page, film) == given
    page.locator("#interpolation-render").click()
    rendered(page, "interpolation", 24)
    assert page.problems == []
    page.context.close()


def test_a_picture_that_is_painted_is_the_start_picture(browser: Browser, site: Served):
    page = opened(browser, site, "image-variations")
    canvas = "#image-variations-picture-canvas painting-canvas"
    when(page, "c.picture", canvas)
    page.locator(f"{canvas} .canvas-colours button").nth(8).click()
    page.locator(f"{canvas} [data-part=size]").fill("8")
    stroke(page, (1, 1), (7, 7), canvas=canvas)
    when(page, "c.given.painted", canvas)
    expect(page.locator("#image-variations-view .view-kind")).to_have_text("Exact")
    expect(page.locator("#image-variations-view .view-kind")).to_have_attribute("data-late", "false")
    page.locator("#image-variations-render").click()
    rendered(page, "image-variations", 9)
    run = max(site.runs.root.iterdir(), key=lambda folder: folder.stat().st_mtime)
    painted = fitted(Run.open(run).record["settings"]["picture"], 64, 64, "crop")
    assert painted.getpixel((32, 32)) == (29, 78, 216)
    assert painted.getpixel((60, 4)) != (29, 78, 216)
    assert page.problems == []
    page.context.close()


def given(**value) -> dict:
    return Canvas(image="i", layers=("mask", "picture")).preprocess(value)


def test_nothing_of_a_browser_is_trusted():
    assert given(mask=3, painted="/etc/passwd") == {"mask": "", "painted": None}
    assert given(mask="8x8:64p", painted="data:text/html,x") == {"mask": "8x8:64p", "painted": None}
    assert Canvas(image="i").preprocess("words") == {"mask": "", "painted": None}


def test_a_painted_picture_of_more_than_4_mb_is_refused_before_it_is_decoded():
    with gr.Blocks():
        made = control("painted", Inpainting.inputs()["painted"], PLANET, elem_id="x")
    url = "data:image/png;base64," + base64.b64encode(bytes(4_100_000)).decode()
    read = made.read([None, {"mask": PLANET.mask, "painted": url}])
    with pytest.raises(InputError, match=r"picture: it has 4\.1 MB, at most 4 MB are painted"):
        Inpainting(painted=read)


def test_what_is_painted_comes_before_the_picture_under_it():
    with gr.Blocks():
        made = control("painted", Inpainting.inputs()["painted"], PLANET, elem_id="x")
    file = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(file, "PNG")
    url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    under = canonical("hills")
    assert made.read([under, {"mask": "8x8:64p", "painted": None}]) == {"picture": under, "mask": "8x8:64p"}
    assert made.read([under, {"mask": "", "painted": url}]) == {"picture": url, "mask": ""}
    assert made.write(PLANET) == [canonical("planet"), {"mask": PLANET.mask, "painted": None}]
    assert json.dumps(made.write({"picture": "boat", "mask": ""})[1]) == '{"mask": "", "painted": null}'
