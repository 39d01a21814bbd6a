"""The page as a visitor meets it, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from explorer.outputs import settings
from tests.ui.hands import settled, unfold, write
from tests.ui.serving import Served, served

PREFIX = "#interpolation"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), "interpolation", pause=0.02) as site:
        yield site


@pytest.fixture
def page(site: Served, browser: Browser) -> Iterator[Page]:
    """A fresh visitor; a script error or a request to the outside world fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on("request", lambda r: problems.append(f"request: {r.url}") if is_foreign(r.url, site.url) else None)
    page.goto(site.url)
    expect(page.locator(f"{PREFIX}-render")).to_be_enabled()
    yield page
    context.close()
    assert problems == []


def is_foreign(url: str, home: str) -> bool:
    return url.startswith("http") and not url.startswith(home.rstrip("/"))


def fill(page: Page, name: str, value: str) -> None:
    write(page.locator(f"{PREFIX}-{name} textarea, {PREFIX}-{name} input").first, value)


def render(page: Page) -> None:
    page.locator(f"{PREFIX}-render").click()
    expect(page.locator(f"{PREFIX}-status")).to_contain_text("frames in", timeout=30_000)


def caption(page: Page):
    return page.locator(f"{PREFIX}-view .film-caption")


def all_loaded(page: Page, count: int) -> None:
    """Waits until so many frames are in the browser: then the rail has a stretch for each."""
    marks = "document.querySelector('#interpolation-view .film-ready')?.getAttribute('d') ?? ''"
    page.wait_for_function(f"count => ({marks}).split('M').length - 1 >= count", arg=count)


def scrubber(page: Page):
    return page.locator(f"{PREFIX}-view input[type=range]")


def test_the_price_is_said_before_it_is_paid_and_errors_stand_at_their_field_and_lose_nothing(page: Page):
    fill(page, "frames", "12")
    expect(page.locator(f"{PREFIX}-status")).to_contain_text("12 frames")
    expect(page.locator(f"{PREFIX}-status .status-detail")).to_have_text("96 rows")
    fill(page, "prompts-1", "")
    expect(page.locator(f"{PREFIX}-status .status-text")).to_have_text("Prompt 2 is empty")
    expect(page.locator(f"{PREFIX}-status .status-detail")).to_contain_text("2 to 8 prompts, none empty")
    fill(page, "prompts-0", "")
    expect(page.locator(f"{PREFIX}-prompts-0")).to_contain_text("Prompt 1 is empty")
    page.locator(f"{PREFIX}-render").click()
    expect(page.locator(f"{PREFIX}-prompts-1 .validation-error").first).to_be_attached()
    for k in (0, 1):
        # in the bar and at the field, and on the stage, where there is nothing else
        expect(page.get_by_text(f"Prompt {k + 1} is empty").locator("visible=true")).to_have_count(3 - 2 * k)
        expect(page.locator(f"{PREFIX}-prompts-{k} textarea")).to_have_attribute("aria-invalid", "true")
    fill(page, "prompts-0", "a boat")
    fill(page, "prompts-1", "a lion")
    fill(page, "frames", "4")
    render(page)
    page.locator(f"{PREFIX}-more button").first.click()
    fill(page, "seeds", "1, 2, 3")
    expect(page.locator(f"{PREFIX}-status")).to_contain_text("one for each of the 2 prompts, or none")
    page.locator(f"{PREFIX}-render").click()
    expect(page.locator(f"{PREFIX}-seeds")).to_contain_text("one for each of the 2 prompts, or none")
    all_loaded(page, 4)
    fill(page, "seeds", "1, 2")
    render(page)


def test_render_then_scrub_without_a_request_and_nothing_sticks_out_of_the_page(page: Page):
    fill(page, "prompts-0", "a red boat")
    render(page)
    expect(caption(page)).to_have_text("a red boat")
    all_loaded(page, 24)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    box = scrubber(page).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 10, y)
    page.mouse.down()
    for i in range(1, 41):
        page.mouse.move(box["x"] + 10 + (box["width"] - 20) * i / 40, y)
    page.mouse.up()
    expect(scrubber(page)).to_have_value("23")
    expect(caption(page)).to_have_text("a lion in the desert")
    page.keyboard.press("ArrowLeft")
    expect(caption(page)).to_contain_text("→ a lion in the desert, 96%")
    assert requests == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        unfold(page, f"{PREFIX[1:]}-export")
        for part in ("render", "view", "status", "share", "export-menu", "use-menu", "export-gif", "export-zip"):
            box = page.locator(f"{PREFIX}-{part}").bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width + 1
        unfold(page, f"{PREFIX[1:]}-export")


def test_stop_keeps_what_is_there_and_render_goes_on(page: Page, site: Served):
    fill(page, "frames", "120")
    fill(page, "prompts-0", "stop me")
    status = page.locator(f"{PREFIX}-status")
    with site.held(30) as waits:
        page.locator(f"{PREFIX}-render").click()
        expect(status).to_contain_text("of 120 frames")
        all_loaded(page, 4)
        expect(page.locator(f"{PREFIX}-render")).to_be_disabled()
        assert waits.wait(30)
        with page.expect_response(lambda response: "/run/" in response.url):
            page.locator(f"{PREFIX}-stop").click()
        expect(page.locator(f"{PREFIX}-stop")).to_have_attribute("data-pressed", "")
    expect(status).to_contain_text("Stopped:")
    expect(page.locator(f"{PREFIX}-stop")).not_to_have_attribute("data-pressed", "")
    calls = site.engine.networks.calls
    page.wait_for_timeout(300)
    assert site.engine.networks.calls == calls
    kept = int(status.inner_text().split("Stopped: ")[1].split(" of ")[0])
    assert 3 < kept < 120
    page.locator(f"{PREFIX}-render").click()
    expect(status).to_contain_text(f"{kept} frames were already rendered", timeout=60_000)
    expect(status).to_contain_text("120 frames in")


def is_shown_again(page: Page, text: str) -> None:
    """The film of 4 frames from `text` on is there, and what can be done with it; the form has other settings."""
    expect(page.locator(f"{PREFIX}-view [data-film]")).to_have_attribute("data-state", "shown")
    all_loaded(page, 4)
    expect(page.locator(f"{PREFIX}-view .view-kind")).to_have_text("Of earlier settings")
    expect(page.locator("#history .history-number")).to_have_text("1")
    scrubber(page).press("Home")
    expect(caption(page)).to_have_text(text)
    with page.expect_download() as download:
        unfold(page, f"{PREFIX[1:]}-export")
        page.locator(f"{PREFIX}-export-webp").click()
    assert settings.read(download.value.path())["settings"]["prompts"][0] == text
    page.keyboard.press("Escape")


def test_a_render_that_ends_before_its_first_frame_brings_back_what_was_shown(page: Page, site: Served, monkeypatch):
    fill(page, "frames", "4")
    fill(page, "prompts-0", "an old film")
    render(page)
    status = page.locator(f"{PREFIX}-status")
    fill(page, "prompts-0", "stopped too soon")
    fill(page, "prompts-1", "a lion that nobody has drawn")
    with site.held(1):
        page.locator(f"{PREFIX}-render").click()
        expect(page.locator(f"{PREFIX}-view [data-film]")).to_have_attribute("data-state", "preview")
        page.locator(f"{PREFIX}-stop").click()
    expect(status).to_contain_text("Stopped: 0 of 4 frames are kept")
    is_shown_again(page, "an old film")

    def failing(*_):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(site.engine.networks, "predict", failing)
    page.locator(f"{PREFIX}-render").click()
    expect(status).to_contain_text("out of memory")
    is_shown_again(page, "an old film")


def test_every_export_holds_its_settings_and_is_enlarged_and_titled_as_it_is_chosen_for_the_whole_page(
    page: Page, tmp_path: Path
):
    fill(page, "frames", "4")
    fill(page, "prompts-0", "export this")
    render(page)
    for format in ("gif", "mp4", "webp", "zip"):
        with page.expect_download(timeout=30_000) as download:
            unfold(page, f"{PREFIX[1:]}-export")
            page.locator(f"{PREFIX}-export-{format}").click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert path.suffix == f".{format}"
        assert settings.read(path)["settings"]["prompts"] == ["export this", "a lion in the desert"]
    with Image.open(next(tmp_path.glob("*.gif"))) as film:
        assert (film.n_frames, film.size) == (6, (512, 512))  # there and back, neither end twice
    unfold(page, f"{PREFIX[1:]}-export")
    size = page.locator("#tab-interpolation .exports-size")
    expect(size).to_have_text("512 × 512 px, drawn at 64 × 64 px. A ZIP has the pictures as they were drawn.")
    page.locator(f"{PREFIX}-export-large").uncheck()
    expect(size).to_have_text("64 × 64 px, as it was drawn.")
    page.locator(f"{PREFIX}-export-captions").check()
    with page.expect_download() as download:
        page.locator(f"{PREFIX}-export-gif").click()
    with Image.open(download.value.path()) as film:
        assert film.width == 64
        assert film.height > 70
    unfold(page, f"{PREFIX[1:]}-export")
    with page.expect_download() as download:
        page.locator(f"{PREFIX}-view .view-save").click()
    with Image.open(download.value.path()) as picture:
        assert picture.width == 64
        assert picture.height > 70
    page.reload()  # this browser keeps it
    unfold(page, f"{PREFIX[1:]}-export")
    expect(page.locator(f"{PREFIX}-export-large")).not_to_be_checked()
    page.locator(f"{PREFIX}-export-large").check()
    page.locator(f"{PREFIX}-export-captions").uncheck()
    unfold(page, f"{PREFIX[1:]}-export")
    with page.expect_download() as download:
        page.locator(f"{PREFIX}-view .view-save").click()
    with Image.open(download.value.path()) as picture:
        assert picture.size == (512, 512)
    assert settings.read(download.value.path())["settings"]["width"] == 64


def test_a_device_that_gives_up_is_reported_and_its_frames_are_kept(page: Page, site: Served, monkeypatch):
    predict, calls = site.engine.networks.predict, site.engine.networks.calls

    def failing(rows, micro_batch):
        if site.engine.networks.calls > calls + 12:
            raise RuntimeError("out of memory: tried to allocate 20 GiB")
        return predict(rows, micro_batch)

    monkeypatch.setattr(site.engine.networks, "predict", failing)
    fill(page, "prompts-0", "too much")
    page.locator(f"{PREFIX}-render").click()
    status = page.locator(f"{PREFIX}-status")
    expect(status).to_contain_text("out of memory: tried to allocate 20 GiB")
    expect(status).to_contain_text("of 24 frames are kept")
    monkeypatch.undo()
    render(page)
    expect(status).to_contain_text("frames were already rendered")


def test_prompts_are_added_and_taken_away_shown_and_never_run_and_what_is_cut_off_is_named(page: Page):
    page.locator(f"{PREFIX}-prompts-add").click()
    fill(page, "prompts-2", "a third stop")
    fill(page, "frames", "3")
    expect(page.locator(f"{PREFIX}-status")).to_contain_text("5 frames")
    render(page)
    page.locator(f"{PREFIX}-prompts-remove").click()
    expect(page.locator(f"{PREFIX}-prompts-2")).to_be_hidden()
    page.locator(f"{PREFIX}-render").click()
    expect(page.locator(f"{PREFIX}-status")).to_contain_text("3 frames in")
    text = "<img src=x onerror=\"document.title='run'\">${document.title='run'}{{value}} 一只猫 🐈"
    fill(page, "prompts-0", text)
    fill(page, "frames", "2")
    render(page)
    expect(caption(page)).to_have_text(text)
    assert page.title() == "Latent Explorer"
    fill(page, "prompts-0", " ".join(f"word{i}" for i in range(2000)))
    expect(page.locator(f"{PREFIX}-status")).to_contain_text("Cut off: “word75 word76")
    render(page)


def test_one_click_on_a_preset_fills_the_form_and_renders(page: Page):
    page.locator(f"{PREFIX}-tutorial-0").click()
    expect(page.locator(f"{PREFIX}-status")).to_contain_text("5 frames in", timeout=60_000)
    expect(page.locator(f"{PREFIX}-prompts-1 textarea, {PREFIX}-prompts-1 input").first).to_have_value(
        "a still life DSLR photo of a bowl of fruit"
    )
    page.locator("#shared button").first.click()
    expect(page.locator("#shared-num_inference_steps input").first).to_have_value("50")


def test_closing_the_tab_in_the_middle_frees_the_engine(site: Served, browser: Browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.url)
    fill(page, "frames", "300")
    fill(page, "prompts-0", "left alone")
    page.locator(f"{PREFIX}-render").click()
    expect(page.locator(f"{PREFIX}-status")).to_contain_text("of 300 frames")
    context.close()
    page = browser.new_page()
    page.goto(site.url)
    for _ in range(50):
        calls = site.engine.networks.calls
        page.wait_for_timeout(200)
        if site.engine.networks.calls == calls:
            break
    assert site.engine.networks.calls == calls
    fill(page, "frames", "2")
    render(page)
    page.close()
