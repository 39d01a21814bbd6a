"""view.html: an archive unpacked somewhere, opened from the disk by a browser that has no server to ask."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from explorer.outputs.archives import read_pictures, write_zip
from explorer.outputs.settings import read
from explorer.ui.offline import NAME, bundle, offline_view
from explorer.ui.text import words
from explorer.ui.views import VIEWS
from tests.ui.stand import NASTY, denoisings, film_frames, make_run, red, square_frames, sweep

FRAMES = {"film": film_frames(), "compare": sweep(), "pad": square_frames(), "trajectory": denoisings((9.0,))}
CANVAS = {
    "film": ".film-picture",
    "compare": ".compare-pane-a canvas",
    "pad": ".pad-picture",
    "trajectory": ".trajectory-lane canvas",
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose errors, and requests for anything but files of its own folder, fail the test."""
    page, problems = browser.new_page(), []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda r: problems.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    yield page
    page.close()
    assert problems == []


def shows(page: Page, view: str, index: int) -> None:
    """Waits until frame `index` is seen; a canvas with pictures from files gives no pixels, so it is photographed."""
    for _ in range(200):
        seen = Image.open(io.BytesIO(page.locator(CANVAS[view]).first.screenshot())).convert("RGB")
        found = seen.getpixel((seen.width // 5, seen.height // 2))[0]
        if abs(found - red(index)) <= 3:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"red is {found}, not {red(index)}")


def unpacked(folder: Path, view: str, text: str = "a cat", present: int | None = None) -> Path:
    """Where the archive of a run of this view is unpacked; `text` is its every caption and prompt."""
    frames = [
        {**f, "caption": f"{text} {i}", "settings": {**f.get("settings", {}), "prompt": text, text: i}}
        for i, f in enumerate(FRAMES[view])
    ]
    run = make_run(folder, "run", frames)
    record = {"experiment": "x", "settings": {"prompt": text, "fps": 50, "loop": "closed"}, "frames": frames}
    pictures = sorted((run / "frames").iterdir())[:present]
    beside = offline_view(view, record, [int(picture.stem) for picture in pictures])
    write_zip(pictures, folder / "run.zip", record=record, beside=beside)
    with zipfile.ZipFile(folder / "run.zip") as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.mark.parametrize("view", VIEWS)
def test_it_plays_the_run_without_a_server_and_runs_no_text_of_anybodys(page: Page, tmp_path: Path, view: str) -> None:
    folder = unpacked(tmp_path, view, NASTY)
    page.goto((folder / NAME).as_uri())
    if view == "compare":
        page.get_by_role("button", name=words(view)["flip"]).click()
    first = {"trajectory": 3, "pad": 4}.get(view, 0)  # the lens begins in the middle
    shows(page, view, first)
    assert page.locator(".view").get_attribute("data-state") == "shown"
    expect(page.locator(".view")).to_contain_text(NASTY)
    if view == "pad":
        page.get_by_role("slider").press("Shift+ArrowRight")
        then = 5
    else:
        page.get_by_role("slider", name=words(view)["scrub"]).fill("1")
        then = 1
    shows(page, view, then)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x]").count() == 0
    assert page.locator(".view-save").get_attribute("href") == f"frame-{then:04}.png"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_film_is_played_as_it_was(page: Page, tmp_path: Path) -> None:
    page.goto((unpacked(tmp_path, "film") / NAME).as_uri())
    shows(page, "film", 0)
    expect(page.locator(".film-cell canvas")).to_have_count(8)
    expect(page.locator(".film-loop")).to_have_value("closed")
    page.get_by_role("button", name="Play").click()
    shows(page, "film", 5)
    page.get_by_role("button", name="Pause").click()


def test_what_was_not_rendered_is_still_to_come(page: Page, tmp_path: Path) -> None:
    page.goto((unpacked(tmp_path, "film", present=3) / NAME).as_uri())
    shows(page, "film", 0)
    page.get_by_role("slider", name="Frame").fill("6")
    expect(page.locator(".view-note")).to_have_text("Frame 7 is still to come; showing 3")
    shows(page, "film", 2)


def test_between_the_cells_of_a_square_nobody_is_asked(page: Page, tmp_path: Path) -> None:
    page.goto((unpacked(tmp_path, "pad") / NAME).as_uri())
    shows(page, "pad", 4)
    page.get_by_role("slider").press("ArrowRight")
    page.get_by_role("slider").press("Enter")
    expect(page.locator(".view-note")).to_have_text(words("pad")["offline"])
    expect(page.locator(".view-keys")).to_be_hidden()


def test_it_speaks_the_language_of_the_browser(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto((unpacked(tmp_path, "film") / NAME).as_uri())
    expect(page.get_by_role("button", name="播放")).to_be_visible()
    page.close()


def test_reading_an_archive_back_passes_it_over(tmp_path: Path) -> None:
    folder = unpacked(tmp_path, "film")
    frames = list(read_pictures(tmp_path / "run.zip", 99, 512))
    assert [number for number, _ in frames] == list(range(8))
    assert read(tmp_path / "run.zip") == json.loads((folder / "run.json").read_text())


@pytest.mark.parametrize("view", VIEWS)
def test_a_bundle_has_every_module_once_and_no_import(view: str) -> None:
    text = bundle(view, "offline")
    assert "import " not in "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    assert text.count("class RunView ") == text.count("class Reel ") == 1
    assert text.index("class Widget ") < text.index("class RunView ") < text.index("extends RunView")
    assert "</script" not in text.lower()
    assert "<!--" not in text


def test_an_unknown_view_has_no_words() -> None:
    with pytest.raises(KeyError, match="hologram"):
        words("hologram")
