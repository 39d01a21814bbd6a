"""A visitor teaches a word, finds it in the list, uses it in another tab, lends it and takes it back."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from explorer.outputs.taught_words import TaughtWords
from tests.teaching import draw, tiny_engine
from tests.ui.hands import write
from tests.ui.serving import Served, served
from tests.ui.test_shipped import GALLERY

STRANGER = "<bolt> is no word of yours"


def opened(browser: Browser, site: Served, query: str = "") -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(site.url + query)
    expect(page.locator("#interpolation-status")).to_contain_text("frames")
    return page


def prompt(page: Page) -> Locator:
    return page.locator("#interpolation-prompts-0 textarea")


def taught(page: Page, folder: Path) -> None:
    for i in range(2):
        draw(i, 48).save(folder / f"{i}.png")
    page.get_by_role("tab", name="Teach").click()
    page.locator("#teach-a-word-teach").click()
    status = page.locator("#teach-a-word-status .status")
    expect(status).to_have_attribute("data-state", "error")  # there is no picture yet
    page.locator("#teach-a-word-pictures input[type=file]").set_input_files([folder / "0.png", folder / "1.png"])
    expect(page.locator(".lesson-item")).to_have_count(2)
    expect(status).to_have_attribute("data-state", "ready")
    page.locator("#teach-a-word-word").locator("input, textarea").fill("Bolt")
    page.locator("#teach-a-word-more button").first.click()
    page.locator("#teach-a-word-steps input[type=number]").fill("10")
    page.locator("#teach-a-word-steps input[type=number]").press("Enter")
    page.locator("#teach-a-word-teach").click()
    expect(page.locator("#teach-a-word-status")).to_contain_text("<bolt> is a word now", timeout=200_000)


def test_a_word_is_taught_used_lent_and_taken_back(browser, tmp_path):
    words = TaughtWords(tmp_path / "words")
    with served(tmp_path / "runs", "interpolation", engine=tiny_engine(), words=words) as site:
        page = opened(browser, site)
        taught(page, tmp_path)
        expect(page.locator("#teach-a-word-view .film-count")).to_contain_text("/ 11")
        page.get_by_role("tab", name="Morph").click()
        write(prompt(page), "a <bolt> at the beach")
        expect(page.locator("#interpolation-status")).to_contain_text("frames")
        expect(page.locator("#interpolation-status")).not_to_contain_text(STRANGER)
        assert page.evaluate("explorer.taught.has('<bolt>') && !explorer.taught.has('<nut>')")
        page.locator("#taught summary").click()
        page.locator("#taught .taught-lend").click()
        link = page.locator("#taught .taught-link").input_value()

        friend = opened(browser, site, "?" + link.partition("?")[2])
        expect(friend.locator("#taught .taught-facts")).to_contain_text("lent to you")
        assert len(json.loads(friend.evaluate("JSON.stringify(explorer.field)"))) == 1

        page.locator("#taught .taught-recall").click()
        expect(page.locator("#taught .taught-lend")).to_be_visible()
        late = opened(browser, site, "?" + link.partition("?")[2])
        expect(late.locator("#taught details")).to_be_hidden()
        late.wait_for_function("!explorer.taught.has('<bolt>')")
        write(prompt(late), "a <bolt> at the beach")
        expect(late.locator("#interpolation-status")).to_contain_text(STRANGER)

        page.locator("#taught .taught-remove").click()
        page.locator("#taught .taught-remove").click()
        expect(page.locator("#taught details")).to_be_hidden()
        assert [path.name for path in (tmp_path / "words").iterdir()] == ["shares"]


CAMERA = """window.stopped = 0; navigator.mediaDevices.getUserMedia = async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 96, height: 64 });
  const pen = canvas.getContext('2d');
  setInterval(() => pen.fillRect(0, 0, 96, 64), 30);
  const stream = canvas.captureStream(30), [track] = stream.getTracks(), stop = track.stop.bind(track);
  track.stop = () => { window.stopped += 1; stop(); };
  return stream; };"""


def test_the_tab_has_an_address_of_its_own_and_takes_pictures_from_other_tabs_and_the_camera(browser, tmp_path):
    words = TaughtWords(tmp_path / "words")
    with served(tmp_path / "runs", "interpolation", engine=tiny_engine(), words=words, gallery=GALLERY) as site:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(CAMERA)
        page = context.new_page()
        page.goto(site.url + "?tab=teach-a-word")
        teach, status = page.locator("#teach-a-word-teach"), page.locator("#teach-a-word-status")
        expect(teach).to_be_visible()
        expect(status).to_contain_text("steps")
        expect(page.locator("#notice .status")).to_be_hidden()
        page.get_by_role("tab", name="Morph").click()
        page.wait_for_url("**/?v=1&tab=interpolation*")
        expect(page.locator("#interpolation-status")).to_contain_text("frames")
        page.go_back()
        expect(teach).to_be_visible()
        page.go_forward()
        expect(page.locator("#interpolation-render")).to_be_visible()
        page.get_by_role("tab", name="Teach").click()
        page.wait_for_url("**/?v=1&tab=teach-a-word")
        page.reload()
        expect(teach).to_be_visible()
        expect(status).to_contain_text("steps")
        page.goto(site.url)  # this browser knows which tab was open
        expect(teach).to_be_visible()

        page.get_by_role("tab", name="Morph").click()
        expect(page.locator("#interpolation-view .film-caption")).to_have_text("a boat at the beach")
        page.get_by_role("tab", name="Teach").click()
        page.get_by_role("button", name="Add the picture “a boat at the beach”").click()
        expect(page.locator(".lesson-item")).to_have_count(1)
        width = "[...document.querySelectorAll('.lesson-item img')].map((img) => img.naturalWidth)"
        page.wait_for_function(f"{width}[0] === 128")

        page.get_by_role("button", name="Use the camera").click()
        page.wait_for_function("document.querySelector('.lesson-camera video').videoWidth === 96")
        page.get_by_role("button", name="Take the picture").click()
        expect(page.locator(".lesson-item")).to_have_count(2)
        page.get_by_role("tab", name="Morph").click()
        page.wait_for_function("window.stopped === 1")
        context.close()
