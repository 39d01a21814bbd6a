"""A connection that is cut in the middle of a render: what is there is shown again, and Render goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.ui.memory import interrupted
from tests.ui.hands import write
from tests.ui.serving import Served, served
from tests.ui.wire import Wire

STATUS = "#noise-loop-status"
SAID = re.compile(r"Your render was interrupted at (\d+) of 60 frames: press Render to go on")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), "interpolation", "noise-loop") as site:
        yield site


@pytest.fixture
def wire(site: Served) -> Iterator[Wire]:
    wire = Wire(site.url)
    yield wire
    wire.close()


@pytest.fixture
def page(wire: Wire, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(wire.url)
    ready(page)
    yield page
    context.close()


def ready(page: Page) -> None:
    """Waits for the price of the tab in sight: no other is asked for."""
    expect(page.locator("[id$='-status']:visible")).to_contain_text("rows")


def render(page: Page, prompt: str) -> None:
    """Begins a loop of 60 frames, and waits until some of it are in the browser."""
    page.locator("#tab-noise-loop-button").click()
    write(page.locator("#noise-loop-prompt textarea"), prompt)
    write(page.locator("#noise-loop-frames input[type=number]"), "60")
    page.locator("#noise-loop-render").click()
    expect(page.locator(STATUS)).to_contain_text(re.compile(r"\b[1-9]\d* of 60 frames"))
    expect(page.locator("#history .history-number")).to_have_text("1")


def is_shown_again(page: Page) -> int:
    """Waits for the sentence and the frames; how many there are."""
    expect(page.locator(STATUS)).to_contain_text(SAID)
    expect(page.locator("#noise-loop-view .film")).to_have_attribute("data-state", "shown")
    return int(SAID.search(page.locator(STATUS).inner_text()).group(1))


def test_a_connection_that_is_cut_in_mid_render_brings_its_frames_back(site: Served, wire: Wire, page: Page):
    with site.held(20):
        render(page, "a cut rope")
        wire.cut()
        expect(page.get_by_text("Connection to the server was lost")).to_be_visible()
        with page.expect_event("load", timeout=30_000):  # Gradio loads the page anew
            wire.mend()
    frames = is_shown_again(page)
    assert 0 < frames < 60
    expect(page.locator("#noise-loop-prompt textarea")).to_have_value("a cut rope")
    expect(page.locator("#noise-loop-export-zip")).to_be_enabled()
    expect(page.locator("#history .history-head")).to_contain_text(f"{frames} of 60 frames")
    page.locator("#noise-loop-render").click()
    expect(page.locator(STATUS)).to_contain_text("60 frames in", timeout=60_000)
    expect(page.locator(STATUS)).to_contain_text("were already rendered")
    page.reload()
    ready(page)
    expect(page.locator(STATUS)).not_to_contain_text("interrupted")


def test_so_does_a_page_that_is_loaded_again_with_the_link_of_these_settings_and_another_window_is_told_nothing(
    site: Served, wire: Wire, page: Page
):
    with site.held(20):
        render(page, "a stopped clock")
        page.locator("#noise-loop-share").click()
        expect(page).to_have_url(re.compile("a.stopped.clock"))
        other = page.context.new_page()
        other.goto(wire.url)
        expect(other.locator("#interpolation-render")).to_be_visible()
        page.reload()
    is_shown_again(page)
    expect(page.locator("#notice")).not_to_contain_text("Opened from a link")
    ready(other)
    other.locator("#tab-noise-loop-button").click()
    expect(other.locator("#noise-loop-prompt textarea")).to_have_value("a stopped clock")  # the form is remembered
    expect(other.locator(STATUS)).not_to_contain_text("interrupted")


def test_an_address_that_asks_for_something_else_wins(site: Served, wire: Wire, page: Page):
    with site.held(20):
        render(page, "a lost letter")
        page.goto(f"{wire.url}?v=1&tab=noise-loop&prompt=another+letter&frames=60")
    ready(page)
    expect(page.locator("#notice")).to_contain_text("Opened from a link")
    expect(page.locator("#noise-loop-prompt textarea")).to_have_value("another letter")
    expect(page.locator(STATUS)).to_contain_text("rows")
    expect(page.locator(STATUS)).not_to_contain_text("interrupted")


@pytest.mark.parametrize(
    "payload", [None, [], "x" * 22, {"interrupted": 5}, {"interrupted": "../../etc"}, {"interrupted": "x" * 22}]
)
def test_what_a_browser_says_was_interrupted_is_checked(payload, site: Served):
    assert interrupted(payload, site.runs) is None
