"""No serious or critical fault that axe finds in any kind of tab, light and dark; not in what Gradio draws either."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from explorer.outputs.taught_words import TaughtWords
from tests.teaching import tiny_engine
from tests.ui.hands import settled, turn_to
from tests.ui.serving import served
from tests.ui.test_shipped import GALLERY

TABS = {  # one of each kind of view, and what has widgets of its own
    "prompt-grid": "Map",
    "interpolation": "Morph",
    "guidance-sweep": "How strictly?",
    "inpainting": "Inpaint",
    "denoising-trajectory": "Out of the noise",
    "teach-a-word": "Teach",
}
COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
FADED = """async () => { const fades = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.all(fades.map((one) => one.finished.catch(() => {}))); }"""  # colours on their way are nobody's choice
BAD = """document.querySelector('#top').insertAdjacentHTML('beforeend',
  '<img id=bad src=./x.png><b id=faint style="color: #777; background: #888">faint</b>')"""


def faults(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """A line for each serious or critical fault, whoever drew it."""
    rules = Axe().run(page, options=options or {"resultTypes": ["violations"]}).response["violations"]
    nodes = [
        (rule["id"], node) for rule in rules if rule["impact"] in ("serious", "critical") for node in rule["nodes"]
    ]
    return [f"{rule} at {node['target'][0]}: {node['html'][:120]}" for rule, node in nodes]


def looked_at(page: Page, tab: str) -> list[str]:
    """What is found in a tab with its Export menu open, light; and in its colours, dark."""
    turn_to(page, tab, TABS[tab])
    expect(page.locator(f"#{tab}-status .status-text")).not_to_be_empty()
    settled(page)
    if (menu := page.locator(f"#{tab}-export-menu")).count():
        menu.click()
    page.evaluate(FADED)
    found = [f"{tab}: {fault}" for fault in faults(page)]
    page.locator("#dark").click()
    settled(page)
    page.evaluate(FADED)
    found += [f"{tab}, dark: {fault}" for fault in faults(page, COLOURS)]
    page.locator("#dark").click()
    return found


def test_no_kind_of_tab_has_a_serious_or_critical_fault_light_or_dark(browser: Browser, tmp_path):
    words = TaughtWords(tmp_path / "words")
    with served(tmp_path / "runs", *TABS, gallery=GALLERY, engine=tiny_engine(), words=words) as site:
        page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="light")
        page.goto(site.url)
        expect(page.locator("#prompt-grid-status")).to_contain_text("frames")
        page.evaluate(BAD)
        seen = [fault.split(":")[0] for fault in faults(page)]
        assert seen == ["color-contrast at #faint", "image-alt at #bad"]  # it sees what is there
        page.evaluate("for (const id of ['#bad', '#faint']) document.querySelector(id).remove()")
        assert [fault for tab in TABS for fault in looked_at(page, tab)] == []
