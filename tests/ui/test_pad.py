"""PadView in a browser: travelling between the cells of a square, and asking for the points between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from explorer.ui.text import words
from tests.ui.stand import (
    NASTY,
    PROMPTS,
    Stand,
    canvas_shows,
    make_run,
    note,
    opened,
    preview,
    square_frames,
    state,
    stood,
    tell,
    value,
)

TEXTS = words("pad")


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with stood(tmp_path_factory.mktemp("runs"), "pad") as stand:
        yield stand


@pytest.fixture
def page(browser: Browser, stand: Stand) -> Iterator[Page]:
    with opened(browser, stand) as page:
        yield page


def show(page: Page, stand: Stand, folder: Path, **changes: Any) -> None:
    """Shows a run and waits until all of it that is ready is in the browser."""
    told = value(folder, **changes)
    tell(page, stand, told)
    expect(page.locator(".pad-cell canvas")).to_have_count(len(told.ready))


def shows(page: Page, index: float) -> None:
    """Waits until the picture has the colour of cell `index`; halves are blends of two cells."""
    canvas_shows(page, ".pad-picture", index, near=2)


@pytest.fixture
def run(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of 3 x 3 cells."""
    return make_run(stand.root, request.node.name, square_frames())


def answered(page: Page, count: int) -> None:
    """Waits until the server's answer to so many visits is here.

    Gradio's browser side loses the answer to an event that is sent while the stream of the answers before it is closed
    (the server takes it for a listener that is still there), so the next event waits for the last one's answer.
    """
    expect(page.locator("#done textarea, #done input")).to_have_value(f"asked {count}")


def square(page: Page) -> Locator:
    return page.get_by_role("slider", name=TEXTS["pad"])


def cell(page: Page, index: int) -> Locator:
    return page.locator(".pad-cell").nth(index)


def where(page: Page) -> Locator:
    return page.locator(".pad-where")


def point_at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the screen the place (x, y) of the pad is."""
    box = square(page).bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def corners(page: Page) -> list[str]:
    """The words at the corners of the map."""
    return [chip.input_value() for chip in page.locator(".pad-corners input").all()]


def to_the_first_cell(page: Page) -> None:
    """Moves the lens from the middle of a map of 3 x 3 to its first corner, by keys."""
    square(page).focus()
    for key in ("ArrowLeft", "ArrowUp"):
        page.keyboard.press(f"Shift+{key}")
    shows(page, 0)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], steps: int = 30) -> None:
    """Takes the handle from one place to another, and does not let go."""
    page.mouse.move(*point_at(page, *start))
    page.mouse.down()
    for k in range(1, steps + 1):
        page.mouse.move(*point_at(page, *(a + (b - a) * k / steps for a, b in zip(start, end, strict=True))))


def test_it_begins_in_the_middle_with_the_prompts_at_the_corners(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    shows(page, 4)
    assert corners(page) == list(PROMPTS)
    expect(where(page)).to_have_text("Cell 2, 2")
    expect(page.locator(".view-kind")).to_have_text("exact")
    expect(note(page)).to_be_hidden()
    assert state(page) == {"index": 4, "fps": 4, "loop": "open", "x": 0.5, "y": 0.5}


def test_dragging_blends_and_makes_no_request(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    drag(page, (0.02, 0.02), (0.25, 0.25))
    shows(page, 2)  # the mean of cells 0, 1, 3 and 4
    expect(note(page)).to_have_text(TEXTS["blend"])
    for k in range(60):
        page.mouse.move(*point_at(page, 0.25 + 0.5 * k / 59, 0.25 + 0.25 * (k % 20) / 20))
    page.mouse.move(*point_at(page, 0.75, 0.5))
    shows(page, 4.5)
    assert requests == []
    assert state(page)["x"] == pytest.approx(0.75, abs=0.01)
    parts = [dial.input_value() for dial in page.locator(".pad-sentence .dial").all()]
    assert [int(part) for part in parts] == pytest.approx([12, 38, 12, 38], abs=2)
    expect(page.locator(".view-kind")).to_have_text("blend")
    assert stand.asked == []


def test_keys_move_and_make_no_request_while_one_is_held(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    to_the_first_cell(page)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for _ in range(25):
        page.keyboard.down("ArrowRight")  # without a keyup: a key held down repeats
    shows(page, 1)
    for _ in range(10):
        page.keyboard.down("ArrowDown")
    expect(note(page)).to_have_text(TEXTS["blend"])
    assert state(page) == {"index": 1, "fps": 4, "loop": "open", "x": 0.5, "y": 0.2}
    assert requests == []
    assert stand.asked == []
    page.keyboard.up("ArrowDown")
    page.keyboard.up("ArrowRight")
    answered(page, 1)
    assert stand.asked == [[0.5, 0.2]]


def test_shift_and_an_arrow_go_from_cell_to_cell(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    to_the_first_cell(page)
    keys = [("ArrowRight", 1), ("ArrowDown", 4), ("ArrowDown", 7), ("ArrowDown", 7), ("ArrowLeft", 6), ("ArrowUp", 3)]
    for key, index in keys:
        page.keyboard.press(f"Shift+{key}")
        shows(page, index)
        assert state(page)["index"] == index
        expect(cell(page, index)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    assert stand.asked == [], "a cell that is here is its own exact picture"


def test_a_place_is_told_in_words(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    to_the_first_cell(page)
    expect(square(page)).to_have_attribute("aria-valuetext", "100 % a cat. Cell 1, 1, seed 7")
    for _ in range(5):
        page.keyboard.down("ArrowRight")
    expect(square(page)).to_have_attribute("aria-valuetext", "90 % a cat, 10 % a dog. x 0.10, y 0.00")
    expect(square(page)).to_have_attribute("aria-valuenow", "10")
    expect(page.locator(".pad-picture")).to_have_accessible_name(re.compile("^90 % a cat, 10 % a dog"))


def test_letting_go_asks_for_the_point_once_and_on_a_cell_for_nothing(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    drag(page, (0.1, 0.1), (0.3, 0.8))
    page.mouse.up()
    answered(page, 1)
    assert stand.asked[0] == pytest.approx([0.3, 0.8], abs=0.005)
    expect(note(page)).to_have_text(TEXTS["asked"])
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".view-save")).not_to_have_attribute("href", re.compile("."))
    drag(page, (0.3, 0.8), (0.501, 0.499))
    page.mouse.up()
    shows(page, 4)
    assert (state(page)["x"], state(page)["y"]) == (0.5, 0.5), "near enough to a cell is the cell"
    expect(note(page)).to_be_hidden()
    expect(page.locator(".view-save")).to_have_attribute("href", re.compile(r"/frames/0004\.png$"))
    assert len(stand.asked) == 1


def visited(page: Page, **news: Any) -> None:
    """What the courier does when news of a visit have come."""
    code = "detail => document.querySelector('[data-film]').dispatchEvent(new CustomEvent('visited', { detail }))"
    page.evaluate(code, news)


def test_the_exact_picture_is_shown_if_the_handle_is_still_there(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    drag(page, (0.1, 0.1), (0.3, 0.8))
    page.mouse.up()
    expect(note(page)).to_have_text(TEXTS["asked"])
    here, base = [state(page)["x"], state(page)["y"]], page.url.rstrip("/") + f"/files/{run.name}"
    files = {"picture": {"url": f"{base}/view/0008.jpg"}, "file": {"url": f"{base}/frames/0008.png"}, "seed": 5}
    visited(page, run="another", coordinates=here, **files)
    visited(page, run=run.name, coordinates=[0.1, 0.2], **files)
    visited(page, run=run.name, coordinates=here, step=3, steps=20)
    expect(note(page)).to_contain_text("step 3 of 20")
    visited(page, run=run.name, coordinates=here, **files)
    shows(page, 8)
    expect(where(page)).to_have_text("Rendered here, seed 5")
    expect(note(page)).to_be_hidden()
    expect(page.locator(".view-save")).to_have_attribute("href", files["file"]["url"])
    visited(page, run=run.name, coordinates=here, stopped=True)
    expect(where(page)).to_have_text("Rendered here, seed 5")
    square(page).focus()
    page.keyboard.down("ArrowUp")
    expect(note(page)).to_have_text(TEXTS["blend"])
    expect(page.locator(".view-save")).not_to_have_attribute("href", re.compile("."))


@pytest.mark.parametrize(
    ("news", "text"),
    [
        ({"stopped": True}, TEXTS["stopped"]),
        ({"error": NASTY}, f"not be rendered: {NASTY}"),
        ({"coordinates": None, "gone": True}, TEXTS["gone"]),
    ],
)
def test_a_visit_that_ends_without_a_picture_says_so(page: Page, stand: Stand, run: Path, news, text) -> None:
    show(page, stand, run)
    drag(page, (0.1, 0.1), (0.3, 0.8))
    page.mouse.up()
    answered(page, 1)
    expect(note(page)).to_have_text(TEXTS["asked"])
    visited(page, **{"run": run.name, "coordinates": [state(page)["x"], state(page)["y"]], **news})
    expect(note(page)).to_contain_text(text)
    assert page.evaluate("window.hacked") is None
    square(page).focus()
    page.keyboard.press("Enter")
    answered(page, 2)


def test_a_cell_is_pinned_by_a_click_and_by_enter(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    cell(page, 5).click()
    shows(page, 5)
    expect(page.locator(".pad-cell[aria-pressed='true']")).to_have_count(1)
    expect(cell(page, 5)).to_have_attribute("aria-pressed", "true")
    assert page.locator(".pad-cell[tabindex='0']").count() == 1, "one stop for the Tab key"
    expect(square(page)).to_be_focused()
    cell(page, 5).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(cell(page, 7)).to_be_focused()
    shows(page, 5)
    page.keyboard.press("Enter")
    shows(page, 7)
    assert (state(page)["x"], state(page)["y"]) == (0.5, 1)
    expect(where(page)).to_have_text("Cell 3, 2")


def test_cells_arrive_corners_first_and_the_nearest_stand_in(page: Page, stand: Stand, run: Path) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/view/" in request.url else None)
    page.locator("#go").click()
    stand.feed.put(value(run, []))
    expect(note(page)).to_have_text(TEXTS["waiting"])
    stand.feed.put(value(run, [], preview=preview(run)))
    expect(note(page)).to_have_text("Step 7 of 20, predicted picture")
    stand.feed.put(value(run, [0, 2, 6, 8]))
    expect(page.locator(".pad-cell canvas")).to_have_count(4)
    shows(page, 0)
    expect(cell(page, 4)).to_have_accessible_name(re.compile("still to come$"))
    drag(page, (0.02, 0.02), (0.9, 0.9))
    shows(page, 8)
    expect(note(page)).to_contain_text(TEXTS["coming"])
    page.mouse.up()
    stand.feed.put(value(run))
    expect(page.locator(".pad-cell canvas")).to_have_count(9)
    shows(page, 0.04 * 4 + 0.16 * 5 + 0.16 * 7 + 0.64 * 8)
    assert sorted(re.findall(r"\d{4}\.jpg", " ".join(fetched))) == [f"{i:04}.jpg" for i in range(9)], "each once"


def test_a_cell_that_is_still_to_come_may_be_asked_for(page: Page, stand: Stand, run: Path) -> None:
    page.locator("#go").click()
    stand.feed.put(value(run, [0, 2, 6, 8]))
    expect(page.locator(".pad-cell canvas")).to_have_count(4)
    cell(page, 4).click()
    answered(page, 1)
    assert stand.asked == [[0.5, 0.5]]
    stand.feed.put(value(run))
    shows(page, 4)
    expect(note(page)).to_be_hidden()


def test_a_new_run_starts_afresh(page: Page, stand: Stand, run: Path) -> None:
    other = make_run(stand.root, run.name + "-other", square_frames(2, ("一", "二", "三", "四")))
    page.locator("#go").click()
    stand.feed.put(value(run))
    expect(page.locator(".pad-cell canvas")).to_have_count(9)
    cell(page, 5).click()
    shows(page, 5)
    stand.feed.put(value(other))
    expect(page.locator(".pad-cell canvas")).to_have_count(4)
    shows(page, 1.5)  # a square of four has no cell in the middle
    assert corners(page) == ["一", "二", "三", "四"]
    stand.feed.put(None)
    expect(page.get_by_text(TEXTS["empty"])).to_be_visible()


def test_a_finger_drags(browser: Browser, stand: Stand, run: Path) -> None:
    with opened(browser, stand, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        show(page, stand, run)
        square(page).scroll_into_view_if_needed()
        x, y = point_at(page, 0.75, 0.25)
        page.touchscreen.tap(x, y)
        shows(page, 3)
        answered(page, 1)
        assert stand.asked[0] == pytest.approx([0.75, 0.25], abs=0.005)


def test_what_was_drawn_for_a_hand_is_not_what_the_lens_strolls_over(browser: Browser, stand: Stand, run: Path) -> None:
    with opened(browser, stand, reduced_motion="no-preference") as page:
        show(page, stand, run)
        page.evaluate(
            """async () => {
            const view = document.querySelector('[data-film]');
            const blob = await new Promise((done) => document.createElement('canvas').toBlob(done));
            window.draft = () => view.drew({ index: null, coordinates: [0.3, 0.3], kind: 'draft' }, blob);
            window.sketched = () => Boolean(view.sketch); }"""
        )
        pause = page.locator(".pad-pause")
        expect(pause).to_have_attribute("title", TEXTS["pause"])
        page.evaluate("draft()")
        assert page.evaluate("sketched()") is False
        pause.click(force=True)
        page.evaluate("draft()")
        assert page.evaluate("sketched()") is True
        pause.click(force=True)
        page.wait_for_function("!sketched()")


def test_a_draft_of_this_very_point_is_told_and_gone_when_the_lens_moves_on(page: Page, stand: Stand, run: Path):
    show(page, stand, run)
    draw = """async (kind) => {
        const view = document.querySelector('[data-film]');
        const blob = await new Promise((done) => document.createElement('canvas').toBlob(done));
        view.moveTo(0.3, 0.3);
        await view.drew({ index: null, coordinates: [0.3, 0.3], kind }, blob); }"""
    page.evaluate(draw, "draft")
    expect(note(page)).to_have_text(TEXTS["drafted"])
    expect(page.locator(".view-kind")).to_have_text(TEXTS["kind draft"])
    page.evaluate(draw, "exact")
    expect(page.locator(".view-kind")).to_have_text(TEXTS["kind exact"])
    expect(note(page)).to_be_hidden()
    page.evaluate("document.querySelector('[data-film]').moveTo(0.35, 0.3)")
    expect(note(page)).to_have_text(TEXTS["between"])
    expect(page.locator(".view-kind")).to_have_text(TEXTS["is blend"])
