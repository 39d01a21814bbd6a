"""The page behind a reverse proxy, under a path of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from explorer.ui.bilingual import SPEAK, SpeakFirst
from tests.ui.hands import unfold, write
from tests.ui.serving import served
from tests.ui.wire import under_a_prefix

PREFIX = "/explorer"


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ROOT_PATH", PREFIX)
        folder = tmp_path_factory.mktemp("runs")
        with served(folder, "interpolation", "prompt-grid") as site, under_a_prefix(site.url, PREFIX) as address:
            yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A visitor; a script error, and whatever is asked for outside the prefix or is not there, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on("response", lambda r: problems.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
    page.goto(address)
    expect(page.locator("#prompt-grid-status")).to_contain_text("frames")
    page.locator("#tab-interpolation-button").click()
    expect(page.locator("#interpolation-status")).to_contain_text("frames")
    yield page
    context.close()
    assert problems == []


@pytest.mark.parametrize("path", ["/", PREFIX, f"{PREFIX}/"])
def test_the_page_speaks_whether_or_not_the_proxy_takes_the_prefix_away(path: str):
    async def page(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<head></head>"})

    answer = TestClient(SpeakFirst(page), root_path=PREFIX).get(path)
    assert SPEAK in answer.text


def test_whether_the_page_is_there_is_answered_without_drawing_it():
    """Gradio asks for it when it starts, and does not start if a busy machine takes more than three seconds."""
    answer = TestClient(SpeakFirst(None)).head("/")
    assert (answer.status_code, answer.text) == (200, "")


def test_films_the_pad_exports_and_the_list_of_runs_are_there(page: Page):
    write(page.locator("#interpolation-frames input[type=number]"), "4")
    page.locator("#interpolation-render").click()
    expect(page.locator("#interpolation-status")).to_contain_text("4 frames in", timeout=60_000)
    expect(page.locator("#interpolation-view .film-count")).to_have_text("1 / 4")
    with page.expect_download() as download:
        unfold(page, "interpolation-export")
        page.locator("#interpolation-export-zip").click()
    assert download.value.suggested_filename.endswith(".zip")
    page.locator("#tab-prompt-grid-button").click()
    write(page.locator("#prompt-grid-cells input[type=number]"), "2")
    page.locator("#prompt-grid-render").click()
    expect(page.locator("#prompt-grid-view .pad-cell canvas")).to_have_count(4, timeout=60_000)
    square = page.locator("#prompt-grid-view .pad-square").bounding_box()
    page.mouse.click(square["x"] + 0.4 * square["width"], square["y"] + 0.4 * square["height"])
    expect(page.locator("#prompt-grid-view .pad-where")).to_contain_text("Rendered here", timeout=30_000)
    page.locator("#history summary").click()
    expect(page.locator("#history .history-card")).to_have_count(2)
    loaded = "[...document.querySelectorAll('#history img')].every((img) => img.complete && img.naturalWidth)"
    page.wait_for_function(f"document.querySelector('#history img') && {loaded}")
    page.get_by_role("button", name="Open again: Morph").click()
    expect(page.locator("#interpolation-status")).to_contain_text("4 of 4 frames, from your runs")


def test_a_link_has_the_prefix_and_opens_and_the_language_is_chosen_and_kept(page: Page, address: str):
    write(page.locator("#interpolation-prompts-0 textarea"), "a gate")
    page.locator("#interpolation-share").click()
    link = page.locator("#interpolation-link input")
    expect(link).to_have_value(re.compile(re.escape(address) + r"\?.*a.gate"))
    page.goto(link.input_value())
    expect(page.locator("#notice")).to_contain_text("Opened from a link")
    expect(page.locator("#interpolation-prompts-0 textarea")).to_have_value("a gate")
    page.locator("#language").click()
    expect(page.locator("#interpolation-render")).to_have_text("渲染")
    expect(page.locator("#interpolation-status .status-text")).to_contain_text("24 帧")
    page.reload()
    expect(page.locator("#interpolation-render")).to_have_text("渲染")
