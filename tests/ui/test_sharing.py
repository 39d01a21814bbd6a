"""Links on the page: shared from one browser, opened in another, whoever wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.engine.fake import FakeNetworks
from explorer.experiments import registry
from explorer.experiments.links import read
from explorer.experiments.made_with import MadeWith
from explorer.ui.sharing import taken_over
from tests.ui.hands import write
from tests.ui.serving import Served, served

LINK = re.compile(r"^http.*\?v=\d+&tab=")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(
        tmp_path_factory.mktemp("runs"),
        "interpolation",
        "noise-loop",
        "guidance-sweep",
        "negative-prompts",
        "image-variations",
    ) as site:
        yield site


@pytest.fixture
def visit(site: Served, browser: Browser):
    """A fresh visitor at an address; a script error or a dialog fails the test."""
    contexts, problems = [], []

    def visit(query: str = "") -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(query if query.startswith("http") else site.url + query)
        expect(page.locator("#interpolation-render")).to_be_attached()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert problems == []


def share(page: Page, tab: str) -> str:
    page.locator(f"#{tab}-share").click()
    box = page.locator(f"#{tab}-link").locator("input, textarea").first
    expect(box).to_have_value(LINK)
    return box.input_value()


def fill(page: Page, name: str, value: str) -> None:
    write(page.locator(f"#{name} textarea, #{name} input").first, value)


SHARED = {
    "interpolation": {"prompts-0": "一只 “red” boat & <b>sea</b>?", "frames": "7", "seeds": "3, 4"},
    "guidance-sweep": {"prompt": "قطة 🐈 #1", "scales": "0.25, 1, 2..4"},
    "negative-prompts": {"prompt": "a tree", "away_from": "green=1&v=2"},
}


def test_a_link_opens_on_the_same_settings(visit):
    page = visit()
    for tab, changes in SHARED.items():
        page.locator(f"#tab-{tab}-button").click()
        if "seeds" in changes:
            page.locator(f"#{tab}-more > button").click()
        for name, value in changes.items():
            fill(page, f"{tab}-{name}", value)
        link = share(page, tab)
        page.wait_for_url(link)
        friend = visit(link)
        expect(friend.locator(f"#{tab}-render")).to_be_visible()
        expect(friend.locator("#notice")).to_contain_text("Opened from a link")
        assert share(friend, tab) == link
        expect(friend.locator(f"#{tab}-view")).to_contain_text("Press Render")  # it fills the form, it renders nothing
        friend.close()
    page.locator("#tab-image-variations-button").click()  # whose picture stays behind
    page.locator("#image-variations-preset-0").click()
    expect(page.locator("#image-variations-status")).to_contain_text("frames in", timeout=30_000)
    share(page, "image-variations")


def test_shared_settings_travel_another_models_size_is_changed_and_what_is_not_allowed_is_said_and_no_link(visit, site):
    page = visit("?v=1&tab=noise-loop&seed=77&guidance_scale=2.5&scheduler=DDIM&frames=9")
    expect(page.locator("#noise-loop-status")).to_contain_text("9 frames")
    page.locator("#shared > button").click()
    expect(page.locator("#shared-seed input")).to_have_value("77")
    link = share(page, "noise-loop")
    assert link.endswith("tab=noise-loop&seed=77&guidance_scale=2.5&scheduler=DDIM&frames=9&model=fake&weights=fake")
    page.goto(f"{site.url}?v=1&tab=noise-loop&width=768&height=512&model=sdxl&weights=0123abcd")
    expect(page.locator("#notice")).to_contain_text("It was made with the model sdxl.")
    expect(page.locator("#notice")).to_contain_text("Its size, 768 x 512, became 96 x 64, which suits this model")
    page.locator("#shared > button").click()
    expect(page.locator("#shared-width input[type=number]")).to_have_value("96")
    assert "width=96&height=64&model=fake" in share(page, "noise-loop")
    page.goto(f"{site.url}?tab=interpolation&frames=700&loop=spiral&x=1")
    expect(page.locator("#notice")).to_contain_text("frames = '700' is not allowed: a whole number from 2 to 300")
    expect(page.locator("#notice")).to_contain_text("loop = 'spiral' is not allowed")
    expect(page.locator("#interpolation-frames input[type=number]")).to_have_value("300")
    fill(page, "interpolation-prompts-0", " ")
    page.locator("#interpolation-share").click()
    expect(page.locator("#interpolation-status")).to_contain_text("2 to 8 prompts, none empty")
    expect(page.locator("#interpolation-link .link")).to_be_hidden()


def link_of(query: str):
    return taken_over(read(query, registry()), MadeWith.running(FakeNetworks()), FakeNetworks.defaults)


@pytest.mark.parametrize(
    ("query", "size", "remarks"),
    [
        ("width=768&height=512", {"width": 768, "height": 512}, 0),  # no model is named: nobody knows
        ("width=768&height=512&model=fake&weights=fake", {"width": 768, "height": 512}, 0),
        ("width=768&height=512&model=fake&weights=0123abcd", {"width": 768, "height": 512}, 1),
        ("width=768&height=512&model=sdxl", {"width": 96, "height": 64}, 2),
        ("width=64&height=96&model=sdxl", {"width": 64, "height": 96}, 1),
        ("frames=9&model=sdxl", {}, 1),
    ],
)
def test_only_another_models_size_is_changed(query, size, remarks):
    link = link_of(f"tab=noise-loop&{query}")
    assert {side: link.settings[side] for side in ("width", "height") if side in link.settings} == size
    assert len(link.remarks) == remarks


@pytest.mark.parametrize(
    "query",
    [
        "?tab=<img src=x onerror=alert(1)>",
        "?tab=interpolation&prompts=<script>alert(1)</script>"
        "&prompts=${alert(1)}{{alert(2)}}<img src=x onerror=alert(3)>",
        "?tab=interpolation&loop=<svg onload=alert(1)>&seeds=${alert(1)}",
    ],
)
def test_no_script_in_a_link_is_run(visit, query):
    page = visit(query)
    expect(page.locator("#notice .status-text")).not_to_be_empty()
    if "prompts" in query:
        page.locator("#interpolation-render").click()
        expect(page.locator("#interpolation-view .film-caption")).to_contain_text("alert(1)")
    assert page.evaluate("document.querySelectorAll('img[src=x], svg[onload]').length") == 0


# Playwright's pages are on http://127.0.0.1, where the clipboard is there; on http://192.168.1.5 it is not.
WITHOUT_A_CLIPBOARD = "Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })"
REFUSED = "navigator.clipboard.writeText = async () => { throw new DOMException('no', 'NotAllowedError'); }"
PASTE = """() => { const box = document.createElement('textarea'); document.body.append(box); box.id = 'pasted';
  box.focus(); }"""


@pytest.mark.parametrize("world", ["", WITHOUT_A_CLIPBOARD, REFUSED], ids=["https", "plain http", "refused"])
def test_a_link_is_copied_and_said_to_be(site, browser, world):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url.rstrip("/"))
    context.add_init_script(world)
    page = context.new_page()
    page.goto(site.url)
    expect(page.locator("#interpolation-status")).to_contain_text("rows")
    expect(page.locator("#interpolation-link .link")).to_be_hidden()
    link = share(page, "interpolation")
    page.locator("#interpolation-share").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Link to these settings")).to_be_focused()
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Copy the link")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#interpolation-link [role=status]")).to_have_text("Copied")
    expect(button).to_be_focused()
    page.evaluate(PASTE)
    page.keyboard.press("Control+V")
    expect(page.locator("#pasted")).to_have_value(link)
    context.close()


def test_a_link_that_cannot_be_copied_is_selected(site, browser):
    context = browser.new_context(locale="zh-CN")
    context.add_init_script(WITHOUT_A_CLIPBOARD + "; document.execCommand = () => false;")
    page = context.new_page()
    page.goto(site.url)
    expect(page.locator("#interpolation-status")).to_contain_text("帧")
    link = share(page, "interpolation")
    page.get_by_role("button", name="复制链接").click()
    expect(page.locator("#interpolation-link [role=status]")).to_contain_text("链接已选中")
    assert (
        page.evaluate(
            "() => { const f = document.activeElement; return f.value.slice(f.selectionStart, f.selectionEnd); }"
        )
        == link
    )
    context.close()


SHEET = """window.sent = []; navigator.share = async (what) => {
  window.sent.push(what.url); throw new DOMException('put away', window.refused ?? 'AbortError'); };"""


def test_a_link_goes_to_the_systems_share_sheet_where_there_is_one(site, browser):
    context = browser.new_context()
    context.add_init_script(SHEET)
    page = context.new_page()
    page.goto(site.url)
    expect(page.locator("#interpolation-status")).to_contain_text("rows")
    link = share(page, "interpolation")
    send, said = page.get_by_role("button", name="Send it"), page.locator("#interpolation-link [role=status]")
    send.click()
    assert page.evaluate("window.sent") == [link]
    expect(said).to_be_empty()
    page.evaluate("window.refused = 'NotAllowedError'")
    send.click()
    expect(said).not_to_be_empty()  # a page in a frame may not: it is copied, or at least selected
    context.close()
    page = browser.new_page()
    page.add_init_script("delete Navigator.prototype.share")
    page.goto(site.url)
    expect(page.locator("#interpolation-status")).to_contain_text("rows")
    share(page, "interpolation")
    expect(page.get_by_role("button", name="Copy the link")).to_be_visible()
    expect(page.get_by_role("button", name="Send it")).to_be_hidden()


def test_on_a_space_the_link_is_that_of_the_spaces_own_page(monkeypatch):
    from explorer.ui.sharing import home_page

    assert home_page() is None
    monkeypatch.setenv("SPACE_ID", "somebody/latent-explorer")
    assert home_page() == "https://huggingface.co/spaces/somebody/latent-explorer"
