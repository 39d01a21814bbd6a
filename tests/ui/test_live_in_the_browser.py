"""Pictures that follow the hand, in a real browser: what is dragged and typed is drawn, marked as what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.outputs.settings import read
from tests.ui.hands import settled
from tests.ui.serving import Served, served

TABS = ("interpolation", "prompt-grid")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), *TABS, live=True) as site:
        yield site


@pytest.fixture
def page(browser: Browser, site: Served) -> Iterator[Page]:
    """A visitor whose page is ready; a script error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(site.url)
    expect(page.locator(".live-switch")).to_have_attribute("aria-checked", "true")
    page.locator("#tab-interpolation-button").click()
    expect(page.locator("#interpolation-status")).to_contain_text("24 frames")
    settled(page)
    yield page
    context.close()
    assert problems == []


def colour(page: Page, selector: str) -> list[int]:
    """Of the pixel in the middle of a canvas."""
    return page.evaluate(
        """(selector) => { const c = document.querySelector(selector);
        return [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data.slice(0, 3)]; }""",
        selector,
    )


def drawn(site: Served, prompt: str) -> list[float]:
    """The colour that the fake networks draw for a prompt with the page's usual guidance."""
    networks = site.engine.networks
    here, there = (networks.encode(text).prompt_embeds[0, :3] for text in (prompt, ""))
    mixed = there + networks.defaults.guidance_scale * (here - there)
    return [float(255 * part) for part in mixed.clamp(0, 1)]


def badge(page: Page, tab: str):
    return page.locator(f"#{tab}-view .view-kind")


def test_what_is_typed_is_drawn_and_when_the_hand_rests_the_picture_itself_is_in_the_store(page: Page, site: Served):
    field = page.locator("#interpolation-prompts-1 textarea")  # the film's other end comes into sight
    field.fill("a small house")
    expect(badge(page, "interpolation")).to_have_text("Exact")
    expect(badge(page, "interpolation")).to_have_attribute("data-late", "false")
    expect(page.locator("#interpolation-view .film-caption")).to_have_text("a small house")
    expect(page.locator("#interpolation-view .film-count")).to_have_text("24 / 24")
    shown = colour(page, "#interpolation-view .film-picture")
    assert all(abs(a - b) <= 4 for a, b in zip(shown, drawn(site, "a small house"), strict=True))
    field.fill("a large house")
    expect(badge(page, "interpolation")).to_have_text("Draft")
    field.fill("a small house")  # at rest the bar and the address say so, before the field is left
    expect(page.locator("#interpolation-status")).to_contain_text("1 already rendered")
    page.wait_for_url("**/*prompts=a+small+house*")
    expect(badge(page, "interpolation")).to_have_text("Exact")
    save = page.locator("#interpolation-view .view-save")
    with page.expect_download() as download:  # there is no run yet
        save.click()
    assert download.value.suggested_filename == "a small house.png"
    assert read(download.value.path())["frame"]["settings"]["prompt"] == "a small house"


def test_a_film_stands_in_drafts_before_its_frames_come(page: Page, site: Served):
    page.locator("#interpolation-prompts-0 textarea").fill("a film of drafts")
    expect(badge(page, "interpolation")).to_have_text("Exact")
    with site.held(26):  # 24 drafts in calls of 2 rows and more, and no frame
        page.locator("#interpolation-render").click()
        drafts = "document.querySelector('#interpolation-view [data-film]').reel.kinds.size"
        page.wait_for_function(f"{drafts} > 3")
        assert page.locator("#interpolation-view .film-drafts").get_attribute("d")
    expect(page.locator("#interpolation-status")).to_contain_text("24 frames in", timeout=60_000)
    page.wait_for_function(f"{drafts} === 0")
    expect(badge(page, "interpolation")).to_be_hidden()
    page.locator("#interpolation-prompts-0 textarea").fill("another film")
    expect(page.locator("#interpolation-status")).to_contain_text("24 frames, ")
    page.locator("#interpolation-prompts-0 textarea").fill("a film of drafts")  # what is shown again is told again
    expect(page.locator("#interpolation-status")).to_contain_text("24 frames in")


def test_the_pad_draws_under_the_hand_and_lets_go_of_it_with_live_off(page: Page, site: Served):
    page.locator("#tab-prompt-grid-button").click()
    settled(page)
    page.locator("#prompt-grid-view .pad-corners input").last.fill("a red lamp")
    expect(badge(page, "prompt-grid")).to_have_text("Exact")
    square = page.locator("#prompt-grid-view .pad-square").bounding_box()
    at = lambda t: (square["x"] + t * square["width"], square["y"] + t * square["height"])  # noqa: E731
    page.mouse.move(*at(0.4))
    page.mouse.down()
    page.mouse.move(*at(0.6))
    expect(badge(page, "prompt-grid")).to_have_text("Draft")
    calls = site.quiet()
    page.evaluate("window.looks = 0; document.addEventListener('look', () => { looks += 1; }, true)")
    page.mouse.move(*at(0.7))
    assert site.quiet() > calls
    assert page.evaluate("looks") == 0  # no widget has moved: Gradio is not asked what they say
    save = page.locator("#prompt-grid-view .view-save")
    assert save.get_attribute("href") is None
    page.mouse.up()
    expect(badge(page, "prompt-grid")).to_have_text("Exact")
    expect(save).to_have_attribute("href", re.compile("single/"))
    kinds = "[...document.querySelector('#prompt-grid-view [data-film]').reel.kinds.values()]"
    page.wait_for_function(f"{kinds}.filter((kind) => kind === 'exact').length === 81")
    calls = site.quiet()
    page.locator("#prompt-grid-use-menu").click()  # a click anywhere makes no draft of it again
    assert site.quiet() == calls
    page.locator(".live-switch").click()
    calls = site.quiet()
    page.mouse.move(*at(0.3))
    page.mouse.down()
    page.mouse.move(*at(0.2))
    expect(page.locator("#prompt-grid-view .view-note")).to_contain_text("blend", ignore_case=True)
    assert site.engine.networks.calls == calls
    page.mouse.up()


def test_two_visitors_drag_at_once_and_each_sees_only_theirs(browser: Browser, page: Page, site: Served):
    other = browser.new_page()
    other.goto(site.url)
    expect(other.locator(".live-switch")).to_have_attribute("aria-checked", "true")
    other.locator("#tab-interpolation-button").click()
    expect(other.locator("#interpolation-status")).to_contain_text("24 frames")
    settled(other)
    prompts = {page: "a blue door", other: "a green hill"}
    for visitor, prompt in prompts.items():
        visitor.locator("#interpolation-prompts-0 textarea").fill(prompt)
    for visitor, prompt in prompts.items():
        expect(badge(visitor, "interpolation")).to_have_text("Exact")
        shown = colour(visitor, "#interpolation-view .film-picture")
        assert all(abs(a - b) <= 4 for a, b in zip(shown, drawn(site, prompt), strict=True))
    other.close()
