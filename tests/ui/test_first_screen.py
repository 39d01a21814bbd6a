"""The first minute: the map moves, what is needed is in sight, and what is there need not be asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from docs.generate import exported
from explorer.engine.engine import Engine
from explorer.engine.store import FrameStore
from explorer.outputs.settings import read
from tests.ui.hands import turn_to, unfold, write
from tests.ui.serving import Served, served
from tests.ui.test_pad import square
from tests.ui.test_shipped import GALLERY, pocket

LAPTOP, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
MAP = "#prompt-grid"
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    engine = Engine(pocket(), FrameStore())
    with served(tmp_path_factory.mktemp("runs"), engine=engine, gallery=GALLERY) as site:
        yield site


@pytest.fixture
def visit(site: Served, browser: Browser) -> Iterator[Visit]:
    """A fresh visitor, whose first tab has told what it shows; a script error fails the test."""
    contexts, problems = [], []

    def visit(query: str = "", viewport=LAPTOP, **options) -> Page:
        contexts.append(browser.new_context(viewport=viewport, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.requested = []
        page.on("request", lambda request: page.requested.append(request.url))
        page.goto(site.url + query)
        expect(page.locator("[id$='-status'] .status-text").filter(has_text="frames").first).to_be_visible()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert problems == []


def place(page: Page) -> str:
    return page.locator(f"{MAP}-view [data-film]").get_attribute("data-film")


def chip(page: Page, k: int):
    return page.locator(f"{MAP}-view .pad-corners input").nth(k)


def lead(page: Page, *places: tuple[float, float]) -> None:
    """Drags the lens from place to place."""
    box = page.locator(f"{MAP}-view .pad-square").bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def test_the_map_stands_as_a_plain_picture_in_what_gradio_mounts(site: Served, browser: Browser):
    """With no script of ours it is there all the same, whole."""
    page = browser.new_page()
    page.route("**/widgets/**/pad.js", lambda route: route.abort())
    page.goto(site.url)
    picture = page.locator(f"{MAP}-view img")
    expect(picture).to_have_js_property("complete", True)
    expect(picture).to_have_js_property("naturalWidth", 9 * 128)
    page.close()


def test_a_visitor_who_opens_a_tab_before_the_page_is_filled_is_told_its_price(site: Served, browser: Browser):
    page = browser.new_page()
    page.add_init_script(
        """new MutationObserver((_, watching) => {
          const tab = document.querySelector('#tab-interpolation-button');
          if (tab) { watching.disconnect(); tab.click(); }
        }).observe(document, { subtree: true, childList: true });"""
    )
    page.goto(site.url)
    expect(page.locator("#interpolation-status")).to_contain_text("24 frames")
    page.close()


def test_the_config_carries_none_of_what_is_shipped(site: Served):
    assert len(httpx.get(f"{site.url}config").content) < 700_000


def test_the_lens_wanders_without_a_request_until_it_is_taken_and_where_it_has_been_becomes_a_film(visit):
    page = visit(reduced_motion="no-preference")
    expect(page.locator(f"{MAP}-view .view-kind")).to_contain_text("drawn by Pocket")
    before = place(page)
    expect(page.locator(f"{MAP}-view [data-film]")).not_to_have_attribute("data-film", before)
    page.wait_for_function("performance.now() - performance.getEntriesByType('resource').at(-1).responseEnd > 1500")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    before = place(page)
    expect(page.locator(f"{MAP}-view [data-film]")).not_to_have_attribute("data-film", before)
    lens = page.locator(f"{MAP}-view .pad-handle").bounding_box()
    page.mouse.move(lens["x"] + 28, lens["y"] + 28)
    page.mouse.down()  # where it is seen
    still = place(page)
    page.wait_for_timeout(300)
    assert place(page) == still
    assert requests == []
    page.mouse.up()  # now it may ask for the point itself
    record, status = page.locator(f"{MAP}-view .pad-record"), page.locator(f"{MAP}-status")
    expect(record).to_be_hidden()
    lead(page, (0.2, 0.2), (0.22, 0.2))
    expect(record).to_be_hidden()  # that is no way
    lead(page, (0.2, 0.2), (0.8, 0.3), (0.5, 0.8))
    expect(record).to_have_text("Record the trail")
    record.click()
    expect(status).to_contain_text("24 frames in")
    expect(page.locator(f"{MAP}-view .pad-cell canvas")).to_have_count(24)
    expect(page.locator(f"{MAP}-view .pad-ground")).to_be_visible()
    before = place(page)
    expect(page.locator(f"{MAP}-view [data-film]")).not_to_have_attribute("data-film", before)  # the lens plays it
    assert "trail=0.2,0.2" in page.url
    lead(page, (0.5, 0.5), (0.75, 0.3))
    expect(page.locator(f"{MAP}-view .pad-where")).to_contain_text("of 24 on the way")
    expect(record).to_have_text("Back to the whole map")
    record.click()
    expect(status).to_contain_text("shipped with the program")
    expect(page.locator(f"{MAP}-view .view-kind")).to_contain_text("drawn by Pocket")
    expect(page.locator(f"{MAP}-view .pad-ground")).to_be_hidden()
    page.wait_for_url(lambda url: "trail" not in url)


def test_it_stands_still_for_who_wants_no_motion_wanders_when_asked_to_and_let_go_shows_the_exact_point(visit):
    page = visit()
    expect(page.locator(f"{MAP}-view .view-kind")).to_have_text("shipped, drawn by Pocket")
    assert '"x":0.5,"y":0.5' in place(page)
    page.locator(f"{MAP}-view .pad-pause").click()
    expect(page.locator(f"{MAP}-view [data-film]")).not_to_have_attribute("data-film", re.compile('"x":0.5,"y":0.5'))
    dark = "document.body.classList.contains('dark')"
    assert page.evaluate(dark) is False
    page.locator("#dark").click()
    assert page.evaluate(dark) is True
    page.reload()
    page.wait_for_function(dark)
    expect(square(page)).to_have_count(1)
    save = page.locator(f"{MAP}-view .view-save")
    expect(save).to_have_attribute("href", "./single/prompt-grid/40.png")
    lead(page, (0.5, 0.5), (0.55, 0.32))
    expect(page.locator(f"{MAP}-view .view-kind")).to_have_text("exact")
    with page.expect_download() as download:
        save.click()
    assert re.fullmatch(r"\d+% a castle in the snow \+ .*\.png", download.value.suggested_filename)
    point = read(download.value.path())["frame"]
    assert point["coordinates"] == [pytest.approx(0.55, abs=0.01), pytest.approx(0.32, abs=0.01)]
    unfold(page, "prompt-grid-use")
    page.locator("#tab-prompt-grid").get_by_role("button", name="→ Remix", exact=True).click()
    expect(page.locator("#image-variations-render")).to_be_visible()
    page.wait_for_url("**/?*tab=image-variations*")


def test_the_numbers_of_the_sentence_are_typed_stepped_and_dragged_and_set_the_form(visit):
    page = visit()
    dials = page.locator(f"{MAP}-view .pad-sentence .dial")
    expect(dials).to_have_count(7)
    dials.nth(4).focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#shared-guidance_scale input[type=number]")).to_have_value("5.1")
    expect(page.locator("#shared-line .line-changed")).to_have_count(1)
    page.wait_for_function(  # the status has the room that the line, with its reset, leaves
        f"""document.querySelector('{MAP}-status .status').getBoundingClientRect().right
        < document.querySelector('#shared').getBoundingClientRect().left"""
    )
    dials.nth(5).fill("41")
    page.keyboard.press("Enter")
    expect(page.locator("#shared-seed input")).to_have_value("41")
    expect(page.locator(f"{MAP}-status .status-detail")).to_have_text(
        "3240 rows"
    )  # its price is told as for any change
    page.locator("#shared-line .line-reset").click()
    expect(page.locator("#shared-seed input")).to_have_value("0")
    expect(dials.nth(4)).to_have_value("5.0")
    dials.nth(1).fill("100")
    page.keyboard.press("Enter")
    expect(page.locator(f"{MAP}-view [data-film]")).to_have_attribute("data-film", re.compile('"x":1,"y":0'))
    steps = page.locator("#shared-line .dial").nth(2)
    box = steps.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 50, box["y"] + 10, steps=8)
    page.mouse.up()
    number = page.locator("#shared-num_inference_steps input[type=number]")
    expect(number).to_have_value("10")
    steps.fill("1000")  # out of bounds: what became of it is told
    page.keyboard.press("Enter")
    expect(page.locator(".bounds")).to_have_text("Steps: 1 – 150")
    expect(number).to_have_value("150")
    page.locator("#shared-more").click()
    number.fill("0")
    number.blur()
    expect(page.locator(".bounds")).to_have_text("Steps: 1 – 150")
    expect(number).to_have_value("1")


def test_words_at_a_corner_are_the_forms_and_the_links(visit):
    page = visit("?v=1&tab=prompt-grid&prompts=a&prompts=b&prompts=c&prompts=d")
    for k, word in enumerate("abcd"):
        expect(chip(page, k)).to_have_value(word)
    write(chip(page, 3), "a fox in the forest")
    box = page.locator(f"{MAP}-prompts-3 textarea, {MAP}-prompts-3 input").first
    expect(box).to_have_value("a fox in the forest")
    expect(page.locator(f"{MAP}-status .status-detail")).to_have_text("1000 rows")
    write(box, "an owl")
    expect(chip(page, 3)).to_have_value("an owl")


def test_no_stage_is_empty_and_all_of_the_first_minute_is_in_sight_on_a_laptop_and_back_leads_there(visit):
    page = visit()
    for experiment in exported():
        if experiment.needs:
            continue  # the bundled model cannot draw it
        name = experiment.name()
        turn_to(page, name, experiment.label())
        expect(page.locator(f"#{name}-view [data-state='shown']")).to_be_visible()
        expect(page.locator(f"#{name}-view .view-kind")).to_contain_text("drawn by Pocket")
        needed = [f"#{name}-render", f"#{name}-share", f"#{name}-export-menu", f"#{name}-use-menu", "#shared-line"]
        stage = {
            "film": ".film-controls",
            "compare": ".compare-cell",
            "pad": ".pad-sentence",
            "trajectory": ".view-range",
        }
        for part in (*needed, f"#{name}-view canvas:visible", f"#{name}-view {stage[experiment.view]}"):
            expect(page.locator(part).first).to_be_in_viewport(ratio=1)
        if experiment.view != "pad":
            field = page.locator(f"#tab-{name} .inputs").locator("textarea, input:not([type=file])").first
            expect(field).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    turn_to(page, "prompt-grid", "Map")
    page.locator("#tab-interpolation-button").click()
    page.wait_for_url("**/?*tab=interpolation*")
    page.locator("#tab-interpolation").get_by_role("button", name="Through four worlds").click()
    page.wait_for_url("**/?*castle*")
    page.go_back()
    expect(page.locator("#interpolation-prompts-1 textarea")).to_have_value("a lion in the desert")
    expect(page.locator("#interpolation-prompts-2 textarea")).to_be_hidden()
    page.go_back()
    expect(page.locator(f"{MAP}-render")).to_be_visible()
    page.go_forward()
    expect(page.locator("#interpolation-render")).to_be_visible()
    page.wait_for_url("**/?*tab=interpolation*")
    page.go_forward()
    expect(page.locator("#interpolation-prompts-2 textarea")).to_have_value("a castle in the snow")
    before = page.evaluate("history.length")
    write(page.locator("#interpolation-frames input[type=number]"), "7")
    page.wait_for_url("**/?*frames=7*")
    assert page.evaluate("history.length") == before


def test_on_a_phone_the_stage_comes_first_and_the_bar_is_in_sight(visit):
    page = visit("?tab=interpolation", viewport=PHONE, has_touch=True)
    view, form = (page.locator(part).bounding_box() for part in ("#interpolation-view", "#interpolation-prompts-0"))
    assert view["y"] < form["y"]
    for part in (
        "#interpolation-view canvas",
        "#interpolation-render",
        "#interpolation-share",
        "#interpolation-export-menu",
    ):
        expect(page.locator(part).first).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#tabs .overflow-menu")).to_be_hidden()
    expect(page.locator("#tab-interpolation-button")).to_be_in_viewport(ratio=1)
    page.evaluate("scrollTo(0, 400)")
    page.locator("#tab-depth-to-image-button").click()  # the last one: the row is scrolled to it
    expect(page.locator("#tab-depth-to-image-button")).to_be_in_viewport(ratio=1)
    page.wait_for_function("scrollY === 0")
    page.locator("#tab-prompt-grid-button").click()
    more = page.locator("#tab-prompt-grid .help").get_by_text("Where it went can be recorded")
    expect(more).to_be_hidden()
    page.locator("#tab-prompt-grid .help-more").press("Enter")
    expect(more).to_be_visible()


def test_what_is_shipped_plays_and_can_be_exported_and_nothing_is_rendered(visit, site: Served):
    page, calls = visit(reduced_motion="no-preference"), site.engine.networks.calls
    page.locator("#tab-interpolation-button").click()
    page.locator("#tab-interpolation").get_by_role("button", name="Through four worlds").click()
    expect(page.locator("#interpolation-view .film-count")).to_contain_text("/ 28")
    expect(page.locator("#interpolation-status")).to_contain_text("28 frames, shipped")
    expect(page.locator("#interpolation-view .film-play")).to_have_attribute("title", "Pause")
    unfold(page, "interpolation-export")
    with page.expect_download() as download:
        page.locator("#tab-interpolation").get_by_role("button", name="GIF").click()
    assert read(download.value.path())["settings"]["prompts"][2] == "a castle in the snow"
    assert site.engine.networks.calls == calls
    page.goto(f"{site.url}?tab=denoising-trajectory")
    place = page.locator("#denoising-trajectory-view .trajectory-place b")
    expect(place).to_contain_text("step 20 of 20")
    expect(page.locator("#denoising-trajectory-view .view-play")).to_have_attribute("title", "Play")


def test_what_is_in_the_store_is_there_without_a_press(visit, site: Served):
    page = visit("?tab=noise-loop&frames=3&prompt=a+lamp")
    expect(page.locator("#noise-loop-view .view-kind")).to_contain_text("Of earlier settings")
    page.locator("#noise-loop-render").click()
    expect(page.locator("#noise-loop-status")).to_contain_text("3 frames in")
    calls = site.engine.networks.calls
    again = visit("?tab=noise-loop&frames=3&prompt=a+lamp")
    expect(again.locator("#noise-loop-view .film-count")).to_have_text("1 / 3")
    expect(again.locator("#noise-loop-view .view-kind")).to_be_hidden()
    expect(again.locator("#noise-loop-export-gif")).to_be_enabled()
    assert site.engine.networks.calls == calls
    expect(again.locator("#history summary")).to_be_hidden()  # nobody rendered it here
