"""The examples on the page: seen at once, in the way of nothing, and one click from the form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import gradio as gr
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from explorer.engine.fake import FakeNetworks
from explorer.experiments import registry
from explorer.experiments.links import query
from explorer.experiments.made_with import MadeWith
from explorer.ui.forms import Form
from explorer.ui.gallery import _choose, examples
from explorer.ui.views import StatusView
from tests.ui.serving import Served, served

FOUND = examples(registry())
NO_FORM = Form((), (), gr.Tabs(render=False))
NAMES = [example.experiment.name() for example in FOUND]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs")) as site:
        yield site


@pytest.fixture
def visit(site: Served, browser: Browser) -> Iterator[Visit]:
    """A fresh visitor; a script error fails the test."""
    contexts, problems = [], []

    def visit(query: str = "", viewport=WIDE, **options) -> Page:
        contexts.append(browser.new_context(viewport=viewport, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.requested = []
        page.on("request", lambda request: page.requested.append(request.url))
        page.goto(site.url + query)
        expect(items(page)).to_have_count(len(FOUND))
        expect(page.locator("[id$='-status']").filter(has_text="frames").first).to_be_visible()  # of the tab in sight
        return page

    yield visit
    for context in contexts:
        context.close()
    assert problems == []


def items(page: Page) -> Locator:
    return page.locator("#gallery .gallery-item")


def choose(page: Page, name: str) -> None:
    items(page).nth(NAMES.index(name)).click()
    expect(page.locator(f"#{name}-render")).to_be_focused()


def pictures(page: Page) -> list[str]:
    return [re.sub(r".*/", "", url) for url in page.requested if "/gallery/" in url]


def in_the_first_screen(page: Page) -> None:
    """Examples and tabs are both there without scrolling, and nothing sticks out."""
    for seen in (
        items(page).first,
        page.locator("#tab-interpolation-button"),
        page.locator(f"#tab-{NAMES[-1]}-button"),
    ):
        expect(seen).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    first = items(page).first.locator("img")
    expect(first).to_have_js_property("complete", True)
    assert first.evaluate("image => image.naturalWidth") >= 128


def test_on_a_phone_they_are_in_the_first_screen_and_a_click_ends_at_render(visit):
    page = visit(viewport=PHONE)
    in_the_first_screen(page)
    choose(page, "guidance-sweep")
    expect(page.locator("#guidance-sweep-render")).to_be_in_viewport(ratio=0.98)


def test_on_a_wide_screen_too_and_every_item_is_a_button_that_says_what_it_is(visit):
    page = visit()
    in_the_first_screen(page)
    for example in FOUND:
        name = re.compile(f"{re.escape(example.experiment.title())} *{re.escape(example.title)}")
        expect(page.get_by_role("button", name=name)).to_be_visible()
    expect(page.locator(".gallery-hint")).to_have_text(re.compile("Made with the bundled model"))  # another one's
    assert set(pictures(page)) <= {example.film.name for example in FOUND}
    page.locator(".gallery-fold").focus()
    page.keyboard.press("Tab")
    expect(items(page).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#{NAMES[0]}-render")).to_be_focused()


def test_showing_them_asks_for_static_files_alone(visit):
    page = visit()
    before = len(page.requested)
    page.locator(".gallery-fold").click()
    page.locator(".gallery-fold").click()
    items(page).last.scroll_into_view_if_needed()
    expect(items(page).last.locator("img")).to_have_js_property("complete", True)
    assert [url for url in page.requested[before:] if "/gallery/" not in url] == []
    assert all("/gradio_api/file=" in url for url in page.requested if "/gallery/" in url)


def test_who_wants_no_motion_gets_stills(visit):
    page = visit(reduced_motion="reduce")
    expect(items(page).first.locator("img")).to_have_js_property("complete", True)
    assert set(pictures(page)) <= {example.still.name for example in FOUND}


def test_a_click_opens_the_tab_with_the_settings(visit):
    page = visit()
    for name in ("guidance-sweep", "inside-the-autoencoder", "interpolation"):
        choose(page, name)
        example = FOUND[NAMES.index(name)]
        expect(page.locator("#notice")).to_contain_text(f"{example.title}: its settings are in the form")
        expect(page.locator("#notice")).to_contain_text("Press Render")
        expect(page.locator(f"#{name}-render")).to_be_in_viewport(ratio=0.98)
        expect(page.locator(f"#{name}-view")).to_contain_text("Press Render")  # nothing was rendered
        page.locator(f"#{name}-share").click()
        box = page.locator(f"#{name}-link").locator("input, textarea").first
        whole = example.experiment(**example.settings).resolved(FakeNetworks.defaults)
        said, left_out = query(whole, FakeNetworks.defaults, MadeWith.running(FakeNetworks()))
        expect(box).to_have_value(re.compile(re.escape(said) + "$"))
        assert not left_out


def test_pictures_are_fetched_as_they_come_into_sight_and_what_the_form_held_before_is_replaced(visit):
    page = visit("?tab=noise-loop&seed=77&guidance_scale=2.5&prompt=mine")
    expect(page.locator("#noise-loop-prompt textarea")).to_have_value("mine")
    assert pictures(page) == []
    page.locator(".gallery-fold").click()
    expect(items(page).first.locator("img")).to_have_js_property("complete", True)
    assert pictures(page)
    choose(page, "noise-loop")
    expect(page.locator("#noise-loop-prompt textarea")).to_have_value(
        FOUND[NAMES.index("noise-loop")].settings["prompt"]
    )
    page.locator("#shared > button").click()
    expect(page.locator("#shared-seed input")).not_to_have_value("77")


def test_folded_stays_folded_and_open_stays_open(visit):
    page = visit()
    for folded in (True, False):
        page.locator(".gallery-fold").click()
        page.reload()
        expect(page.locator(".gallery-fold")).to_have_attribute("aria-expanded", str(not folded).lower())
        expect(items(page).first).to_be_visible(visible=not folded)


def test_a_link_opens_with_the_examples_folded_and_leaves_no_trace(visit):
    page = visit("?v=1&tab=noise-loop&frames=9")
    expect(items(page).first).to_be_hidden()
    page.goto(page.url.split("?")[0])
    expect(items(page).first).to_be_visible()


@pytest.mark.parametrize("index", [99, -1, True, "0", None, 0.5, {}])
def test_a_choice_that_there_is_not_changes_nothing(index):
    assert _choose(FOUND, NO_FORM, StatusView())(gr.EventData(None, {"index": index})) == gr.skip()


def test_an_event_without_a_choice_changes_nothing():
    assert _choose(FOUND, NO_FORM, StatusView())(gr.EventData(None, {})) == gr.skip()
