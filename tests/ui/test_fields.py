"""Fields: what is wrong stands at the one it is about, what a choice makes void is hidden, help is behind a "?"."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.hands import settled, write
from tests.ui.serving import Served, served

TABS = ("interpolation", "guidance-sweep", "prompt-walk")
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), *TABS) as site:
        yield site


@pytest.fixture
def visit(site: Served, browser: Browser) -> Iterator[Visit]:
    contexts, problems = [], []

    def visit(tab: str, **options) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 720}, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{site.url}?tab={tab}")
        expect(page.locator(f"#{tab}-status .status-text")).not_to_be_empty()
        settled(page)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert problems == []


def field(page: Page, id: str):
    return page.locator(f"#{id}").locator("textarea, input").first


def test_an_empty_prompt_is_told_at_that_prompt_until_it_is_written_and_help_is_behind_a_question_mark(visit):
    page = visit("interpolation")
    write(field(page, "interpolation-prompts-0"), "  ")
    wrong = page.locator(".field-error")
    expect(page.locator("#interpolation-prompts-0 .field-error")).to_have_text("Prompt 1 is empty")
    expect(field(page, "interpolation-prompts-0")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#interpolation-status .status-text")).to_have_text("Prompt 1 is empty")
    hint = page.locator("#interpolation-view .view-empty-hint")
    expect(hint).to_have_text("Prompt 1 is empty")
    write(field(page, "interpolation-prompts-0"), "a cat")
    expect(hint).to_contain_text("Press Render")
    expect(wrong).to_have_count(0)
    expect(field(page, "interpolation-prompts-0")).not_to_have_attribute("aria-invalid", "true")
    frames = page.locator("#interpolation-frames")
    text, mark = frames.locator(".info-text"), frames.locator(".help-mark")
    expect(text).to_be_hidden()
    expect(mark).to_have_attribute("aria-label", "Help: Frames per segment")
    mark.press("Enter")
    expect(text).to_be_visible()
    expect(mark).to_have_attribute("aria-expanded", "true")


def test_a_list_of_numbers_says_in_chinese_what_is_wrong_with_it(visit):
    page = visit("guidance-sweep", locale="zh-CN")
    write(field(page, "guidance-sweep-scales"), "1 40")
    expect(page.locator("#guidance-sweep-scales .field-error")).to_have_text("40 不在 0 到 30 之间")
    write(field(page, "guidance-sweep-scales"), "9..6，1 0.5")
    expect(page.locator(".field-error")).to_have_count(0)
    expect(page.locator("#guidance-sweep-status")).to_contain_text("6 帧")


def test_five_keys_lead_from_the_loaded_page_to_a_film_and_what_a_choice_makes_void_is_hidden(visit):
    page = visit("prompt-walk")
    page.locator("body").press("Tab")
    expect(page.locator("#to-picture")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#tab-prompt-walk-button")).to_be_focused()
    page.keyboard.press("ArrowRight")  # from the last to the first
    expect(page.locator("#tab-interpolation-button")).to_be_focused()
    expect(page.locator("#interpolation-status .status-text")).to_contain_text("24 frames")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#interpolation-status .status")).to_have_attribute("data-state", "done")
    page.locator("#tab-prompt-walk-button").click()
    step, radius = page.locator("#prompt-walk-step_size"), page.locator("#prompt-walk-radius")
    expect(step).to_be_visible()
    expect(radius).to_be_hidden()
    page.locator("#prompt-walk-way input").click()
    page.locator("[role=listbox] [role=option]").nth(1).click()  # circle
    expect(radius).to_be_visible()
    expect(step).to_be_hidden()
    page.wait_for_url("**/?*way=circle*")
    assert "radius" not in page.url
