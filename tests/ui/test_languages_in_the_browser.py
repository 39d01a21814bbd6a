"""The page as a Chinese and as an English visitor reads it: neither finds a sentence in the other's language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.engine.schedulers import SCHEDULERS
from tests.ui.hands import settled, unfold, write
from tests.ui.serving import Served, served

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b|\b[A-Z][a-z]+ [a-z]{2,}\b")
OURS = re.compile(r"\b(mountains|an? (beach|boat|desert|fish|forest|fox|lion|oil painting|tree))\b[a-z …]*")
"""What the model is told is English, and so is what quotes it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs")) as running:
        yield running


def opened(browser: Browser, server: Served, locale: str) -> Page:
    page = browser.new_context(locale=locale).new_page()
    page.goto(server.url)
    expect(page.locator("#prompt-grid-status .status-text")).to_contain_text("81")
    page.locator("#tab-interpolation-button").first.click()
    expect(page.locator("#interpolation-status .status-text")).to_contain_text("24")  # its price
    return page


def seen(page: Page) -> str:
    """Everything that can be read or heard on the page, but what is in the fields, and prompts in a sentence."""
    return page.evaluate(
        """() => [[...document.querySelectorAll('.pad-word')].reduce((text, { innerText }) =>
            text.replaceAll(innerText || '-', ''), document.body.innerText),
            ...[...document.querySelectorAll('[aria-label], [title]')]
            .filter((node) => node.closest('.film, .compare, .pad, .trajectory, .status'))
            .flatMap((node) => [node.ariaLabel, node.title])].filter(Boolean).join('\\n')"""
    )


def english(text: str) -> list[str]:
    """The lines that read like English sentences."""
    return [line for line in OURS.sub("", text).splitlines() if ENGLISH.search(line) and line not in SCHEDULERS]


def rendered(page: Page, tab: str, preset: int = 0) -> None:
    page.locator(f"#tab-{tab}-button").first.click()
    page.locator(f"#{tab}-preset-{preset}").click()
    expect(page.locator(f"#{tab}-status .status")).to_have_attribute("data-state", "done")
    expect(page.locator(f"#{tab}-view [data-film]")).not_to_have_attribute("data-film", "null")


EVERY_VIEW = ("interpolation", "guidance-sweep", "prompt-grid", "denoising-trajectory", "inside-the-autoencoder")


@pytest.mark.parametrize(
    ("locale", "tabs", "again"), [("zh-CN", EVERY_VIEW, "帧"), ("zh-TW", ("interpolation", "prompt-grid"), "幀")]
)
def test_a_chinese_visitor_reads_chinese(browser, server, locale, tabs, again):
    """The two books have the same phrases (see test_languages.py), so a few of the tabs will do for the second."""
    page = opened(browser, server, locale)
    expect(page.locator("#interpolation-render")).to_have_text("渲染")
    for tab in tabs:
        rendered(page, tab)
        assert english(seen(page)) == []
    expect(page.locator("#interpolation-status .status-text")).to_contain_text(again)
    page.close()


def test_an_error_is_told_in_chinese(browser, server):
    page = opened(browser, server, "zh-CN")
    page.locator("#tab-guidance-sweep-button").first.click()
    write(page.locator("#guidance-sweep-scales textarea"), "99")
    expect(page.locator("#guidance-sweep-scales .field-error")).to_have_text("99 不在 0 到 30 之间")
    page.locator("#guidance-sweep-render").click()
    expect(page.locator("#guidance-sweep-status .status-detail")).to_contain_text("不能是")
    assert english(seen(page)) == []
    page.goto(f"{server.url}?v=1&tab=interpolation&frames=1000000")
    expect(page.locator("#notice")).to_contain_text("已改为 300")
    expect(page.locator("#interpolation-status .status-text")).to_contain_text("300 帧")
    settled(page)
    unfold(page, "interpolation-use")
    page.locator("#interpolation-use-0").click()  # nothing is rendered: a toast
    expect(page.get_by_text("请按“渲染”，之后就可以用了").first).to_be_visible()
    page.close()


def test_the_language_can_be_chosen_and_is_kept_and_is_english_for_any_other_where_no_chinese_is_read(browser, server):
    page = opened(browser, server, "fr-FR")
    expect(page.locator("#interpolation-render")).to_have_text("Render")
    page.locator("#language").click()
    expect(page.locator("#interpolation-render")).to_have_text("渲染")
    expect(page.locator("#interpolation-status .status-text")).to_contain_text("24 帧")
    page.reload()
    expect(page.locator("#interpolation-render")).to_have_text("渲染")
    page.locator("#language").click()
    expect(page.locator("#interpolation-render")).to_have_text("Render")
    expect(page.locator("#interpolation-status .status-text")).to_contain_text("24 frames")
    for tab in ("interpolation", "guidance-sweep", "prompt-grid"):
        rendered(page, tab)
        assert CHINESE.findall(seen(page)) == ["中", "文"], "the button that changes the language"
    page.close()
