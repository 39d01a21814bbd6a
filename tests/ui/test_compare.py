"""CompareView in a browser: picking, wiping, flipping, and what differs between two pictures of a sweep."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from explorer.ui.text import words
from tests.ui.stand import (
    NASTY,
    Stand,
    canvas_shows,
    frame,
    make_run,
    note,
    opened,
    preview,
    red,
    state,
    stood,
    sweep,
    tell,
    value,
)

TEXTS = words("compare")


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with stood(tmp_path_factory.mktemp("runs"), "compare") as stand:
        yield stand


@pytest.fixture
def page(browser: Browser, stand: Stand) -> Iterator[Page]:
    with opened(browser, stand) as page:
        page.evaluate("document.querySelector('.compare').setMode('wipe')")
        yield page


def show(page: Page, stand: Stand, folder: Path, **changes: Any) -> None:
    """Shows a complete run and waits until all of it is in the browser."""
    told = value(folder, **changes)
    tell(page, stand, told)
    expect(page.locator(".compare-cell canvas")).to_have_count(told.count)


def pane_shows(page: Page, slot: str, index: int) -> None:
    canvas_shows(page, f".compare-pane-{slot} canvas", index)


@pytest.fixture
def row(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of one row: 4 scales."""
    return make_run(stand.root, request.node.name, sweep())


@pytest.fixture
def grid(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of three rows, 12 frames."""
    return make_run(stand.root, request.node.name, sweep((193, 7, 42)))


def frames_seen(page: Page, *places: float) -> list[int]:
    """Which frame a visitor sees so far from the left of the stage (0..1), well below the labels."""
    picture = Image.open(io.BytesIO(page.locator(".compare-pair").screenshot())).convert("RGB")
    pixels = [picture.getpixel((round(x * (picture.width - 1)), round(0.8 * picture.height))) for x in places]
    return [round((red - 4) / 8) for red, _, _ in pixels]


def cell(page: Page, index: int) -> Locator:
    return page.locator(f'.compare-cell[data-index="{index}"]')


def mode(page: Page, name: str) -> None:
    page.get_by_role("button", name=TEXTS[name], exact=True).click()


def slot(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=TEXTS["slot"].format(slot=name))


def differences(page: Page) -> list[list[str]]:
    rows = page.locator("tbody tr").all()
    return [row.locator("th, td").all_text_contents() for row in rows]


def test_it_begins_with_the_ends_of_the_first_row(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid)
    pane_shows(page, "a", 0)
    pane_shows(page, "b", 3)
    assert frames_seen(page, 0.1, 0.4, 0.6, 0.9) == [0, 0, 3, 3]
    expect(page.locator(".compare-title")).to_have_text(["seed 193", "seed 7", "seed 42"])
    expect(page.locator(".compare-axis")).to_have_text("guidance scale")
    expect(page.locator(".compare-label")).to_have_text(["1", "4", "7.5", "20"] * 3)


def test_one_row_needs_no_title(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row)
    expect(page.locator(".compare-label")).to_have_text(["1", "4", "7.5", "20"])
    expect(page.locator(".compare-title")).to_have_count(0)


def test_a_and_b_are_picked_and_marked(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid)
    cell(page, 5).click()
    pane_shows(page, "a", 5)
    cell(page, 10).click(modifiers=["Shift"])
    pane_shows(page, "b", 10)
    expect(slot(page, "A")).to_have_attribute("aria-pressed", "true")
    slot(page, "B").click()
    expect(slot(page, "B")).to_have_attribute("aria-pressed", "true")
    cell(page, 2).click()
    pane_shows(page, "b", 2)
    pane_shows(page, "a", 5)
    for index, mark in ((5, "a"), (2, "b")):
        expect(page.locator(f".compare-is-{mark}")).to_have_count(1)
        expect(cell(page, index)).to_have_class(re.compile(f"compare-is-{mark}"))
        expect(cell(page, index)).to_have_accessible_name(re.compile(f"picture {mark.upper()}$"))
    page.get_by_role("button", name=TEXTS["swap"]).click()
    pane_shows(page, "a", 2)
    pane_shows(page, "b", 5)


def test_enter_picks_and_shift_enter_picks_b(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row)
    cell(page, 2).focus()
    page.keyboard.press("Enter")
    pane_shows(page, "a", 2)
    cell(page, 1).focus()
    page.keyboard.press("Shift+Enter")
    pane_shows(page, "b", 1)
    pane_shows(page, "a", 2)


def test_wiping_and_flipping_make_no_request(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid)
    pane_shows(page, "b", 3)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    box = page.locator(".compare-pair").bounding_box()
    divider = page.get_by_role("slider", name=TEXTS["divider"])
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    for k in range(60):
        page.mouse.move(box["x"] + (0.5 - 0.4 * k / 59) * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "10")
    expect(divider).to_have_attribute("aria-valuetext", "10 % of A, 1, seed 193; 90 % of B, 20, seed 193")
    assert frames_seen(page, 0.05, 0.2, 0.9) == [0, 3, 3]
    divider.focus()
    steps = {"ArrowRight": 12, "PageUp": 22, "ArrowLeft": 20, "End": 100, "Shift+ArrowLeft": 90, "Home": 0}
    for key, percent in steps.items():
        page.keyboard.press(key)
        expect(divider).to_have_attribute("aria-valuenow", str(percent))
    assert frames_seen(page, 0.02, 0.5, 0.9) == [3, 3, 3]
    for name in ("side", "flip"):
        mode(page, name)
        for k in range(12):
            cell(page, k).click()
            pane_shows(page, "a", k)
    assert requests == []


def test_the_keys_flip_along_the_row_and_to_the_next(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid)
    mode(page, "flip")
    page.locator(".view-stage").click(position={"x": 5, "y": 5})
    keys = [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowDown", 6), ("ArrowDown", 10), ("ArrowDown", 10)]
    keys += [("ArrowLeft", 9), ("Home", 8), ("ArrowLeft", 8), ("End", 11), ("ArrowUp", 7), ("x", 3), ("x", 7)]
    for key, index in keys:
        page.keyboard.press(key)
        pane_shows(page, "a", index)
        assert state(page)["index"] == index
    assert frames_seen(page, 0.05, 0.95) == [7, 7], "only A is seen"


def test_the_focus_in_the_strip_follows_the_keys(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid)
    assert page.locator(".compare-cell[tabindex='0']").count() == 1, "one stop for the Tab key"
    cell(page, 0).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(cell(page, 5)).to_be_focused()
    pane_shows(page, "a", 5)


def test_the_slider_flips_what_is_being_picked(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid)
    slider = page.get_by_role("slider", name=TEXTS["scrub"])
    slider.focus()
    page.keyboard.press("ArrowRight")
    pane_shows(page, "a", 1)
    page.keyboard.press("ArrowDown")
    pane_shows(page, "a", 5)
    expect(slider).to_have_attribute("aria-valuetext", "4, seed 7, 2 of 4")
    slot(page, "B").click()
    expect(slider).to_have_attribute("aria-valuetext", "20, seed 193, 4 of 4")
    slider.focus()
    page.keyboard.press("Home")
    pane_shows(page, "b", 0)
    pane_shows(page, "a", 5)


def test_choosing_b_while_flipping_brings_the_pair_back(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row)
    mode(page, "flip")
    expect(page.locator(".compare-pane-b")).to_be_hidden()
    cell(page, 1).click(modifiers=["Shift"])
    expect(page.get_by_role("button", name=TEXTS["wipe"], exact=True)).to_have_attribute("aria-pressed", "true")
    pane_shows(page, "b", 1)
    assert frames_seen(page, 0.1, 0.9) == [0, 1]


def test_all_are_seen_at_once_a_click_is_a_and_a_hold_shows_a_there(browser: Browser, stand: Stand, row: Path) -> None:
    with opened(browser, stand) as page:
        show(page, stand, row)
        expect(page.get_by_role("button", name=TEXTS["all"], exact=True)).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".compare-pair")).to_be_hidden()
        boxes = [cell(page, k).locator(".compare-thumb").bounding_box() for k in range(4)]
        assert min(box["width"] for box in boxes) > 200
        assert len({round(box["y"]) for box in boxes}) == 2, "one row of four is broken in two"
        cell(page, 1).click()
        assert state(page)["index"] == 1
        cell(page, 3).hover()
        page.mouse.down()
        held = page.locator(".compare-cell[data-index='3'] .compare-held")
        expect(held).to_be_visible()
        canvas_shows(page, ".compare-held", 1)
        page.mouse.up()
        expect(held).to_have_count(0)
        assert state(page)["index"] == 1, "that was no click"
        cell(page, 2).click(modifiers=["Shift"])
        expect(page.locator(".compare-pair")).to_be_visible()
        pane_shows(page, "b", 2)


def test_the_pair_that_a_plan_names_is_there_first(page: Page, stand: Stand, row: Path) -> None:
    manifest = row / "frames.json"
    shown = {"axes": ["guidance_scale", "seed"], "rows": [], "curve": None, "pair": [1, 2]}
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "shown": shown}))
    show(page, stand, row)
    pane_shows(page, "a", 1)
    pane_shows(page, "b", 2)


def test_what_differs_is_what_is_left_of_one_picture_without_the_other(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row)
    mode(page, "difference")
    shot = Image.open(io.BytesIO(page.locator(".compare-pair").screenshot())).convert("RGB")
    red_a, red_b = red(0), red(3)
    assert shot.getpixel((shot.width // 2, shot.height // 3)) == pytest.approx((2 * (red_b - red_a), 0, 0), abs=8)


def test_side_by_side_shows_both_whole(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row)
    mode(page, "side")
    pane_shows(page, "a", 0)
    pane_shows(page, "b", 3)
    assert frames_seen(page, 0.02, 0.45, 0.55, 0.98) == [0, 0, 3, 3]
    expect(page.locator(".compare-divider")).to_be_hidden()


def test_exactly_the_settings_that_differ_are_listed(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid)
    others = page.locator(".compare-others")
    expect(others).to_have_text(TEXTS["others"])
    assert differences(page) == [["guidance scale", "1", "20"]]
    cell(page, 7).click()
    assert differences(page) == [["seed", "7", "193"]]
    cell(page, 6).click()
    assert differences(page) == [["guidance scale", "7.5", "20"], ["seed", "7", "193"]]
    cell(page, 3).click()
    assert differences(page) == []
    expect(others).to_have_text(TEXTS["same"])


def test_what_was_measured_of_a_picture_stands_first_and_in_the_name_of_its_cell(
    page: Page, stand: Stand, row: Path
) -> None:
    show(page, stand, row, notes={0: "PSNR 20 dB", 2: NASTY})
    nothing, measured = TEXTS["nothing"], TEXTS["measured"]
    assert differences(page) == [[measured, "PSNR 20 dB", nothing], ["guidance scale", "1", "20"]]
    expect(cell(page, 0)).to_have_accessible_name("guidance 1, seed 193, PSNR 20 dB, picture A")
    cell(page, 2).click()
    assert differences(page)[0] == [measured, NASTY, nothing]
    expect(cell(page, 2)).to_have_attribute("aria-label", f"guidance 7.5, seed 193, {NASTY}, picture A")
    assert page.evaluate("window.hacked") is None
    cell(page, 1).click()
    assert differences(page) == [["guidance scale", "4", "20"]], "no line where nothing was measured"


def test_a_note_that_comes_with_its_picture_is_shown_then(page: Page, stand: Stand, row: Path) -> None:
    page.locator("#go").click()
    stand.feed.put(value(row, [0]))
    expect(page.locator("tbody tr")).to_have_count(1)
    stand.feed.put(value(row, [0, 3], notes={3: "PSNR 9 dB"}))
    expect(page.locator("tbody tr").first).to_contain_text("PSNR 9 dB")


def test_rows_have_the_titles_that_their_settings_give_them(page: Page, stand: Stand) -> None:
    there = [{"caption": c, "coordinates": [k, 0], "settings": {"row": "There"}} for k, c in enumerate("ab")]
    back = [{"caption": c, "coordinates": [k, 1], "settings": {"row": NASTY, "amount": k}} for k, c in enumerate("cd")]
    show(page, stand, make_run(stand.root, "titled", [*there, *back]))
    expect(page.locator(".compare-title")).to_have_text(["There", NASTY])
    expect(page.locator("[role=group][aria-label=There] .compare-cell")).to_have_count(2)
    cell(page, 3).click(modifiers=["Shift"])
    nothing = TEXTS["nothing"]
    assert differences(page) == [["row", "There", NASTY], ["amount", nothing, "1"]]
    expect(page.get_by_role("slider", name=TEXTS["scrub"])).to_have_attribute("aria-valuetext", "a, There, 1 of 2")
    assert page.evaluate("window.hacked") is None


def test_settings_that_are_alike_empty_or_were_not_kept(page: Page, stand: Stand) -> None:
    same, other = {"negative_prompt": "", "seed": 1}, {"negative_prompt": "blur"}
    frames = [{"caption": f"{k}", "coordinates": [k], "settings": s} for k, s in enumerate((same, same, other))]
    frames += [{"caption": "3", "coordinates": [3]}, {"caption": "4", "coordinates": [4], "settings": {}}]
    show(page, stand, make_run(stand.root, "alike", frames))
    others = page.locator(".compare-others")
    cell(page, 1).click(modifiers=["Shift"])
    expect(others).to_have_text(TEXTS["alike"])
    cell(page, 2).click(modifiers=["Shift"])
    nothing = TEXTS["nothing"]
    assert differences(page) == [["negative prompt", nothing, "blur"], ["seed", "1", nothing]]
    cell(page, 3).click()
    cell(page, 4).click(modifiers=["Shift"])
    expect(others).to_have_text(TEXTS["unknown"])
    assert differences(page) == []


def test_frames_arrive_coarse_to_fine(page: Page, stand: Stand, row: Path) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/view/" in request.url else None)
    page.locator("#go").click()
    stand.feed.put(value(row, []))
    expect(note(page)).to_have_text(TEXTS["waiting"])
    stand.feed.put(value(row, [], preview=preview(row)))
    expect(note(page)).to_have_text("Step 7 of 20, predicted picture")
    expect(page.locator(".compare-pane-b")).to_be_hidden()
    stand.feed.put(value(row, [0]))
    expect(note(page)).to_have_text("B: 20 is still to come; showing 1")
    stand.feed.put(value(row, [0, 3]))
    expect(note(page)).to_be_hidden()
    pane_shows(page, "b", 3)
    expect(page.locator(".compare-cell")).to_have_count(4)
    expect(page.locator(".compare-cell canvas")).to_have_count(2)
    expect(cell(page, 2)).to_have_accessible_name(f"guidance 7.5, seed 193, {TEXTS['missing']}")
    cell(page, 2).click()
    expect(note(page)).to_have_text("A: 7.5 is still to come; showing 20")
    pane_shows(page, "a", 3)
    assert state(page)["index"] == 2
    stand.feed.put(value(row))
    pane_shows(page, "a", 2)
    expect(note(page)).to_be_hidden()
    expect(page.locator(".compare-cell canvas")).to_have_count(4)
    assert sorted(re.findall(r"\d{4}\.jpg", " ".join(fetched))) == [f"{i:04}.jpg" for i in range(4)], "each once"


def test_a_choice_made_before_the_labels_are_here_is_kept(page: Page, stand: Stand, row: Path) -> None:
    held: list[Any] = []
    page.route("**/frames.json", lambda route: held.append(route))  # noqa: PLW0108
    show(page, stand, row)
    cell(page, 2).click()
    pane_shows(page, "a", 2)
    held[0].continue_()
    expect(page.locator(".compare-label")).to_have_text(["1", "4", "7.5", "20"])
    pane_shows(page, "a", 2)
    assert state(page)["index"] == 2


def test_a_new_run_starts_afresh_but_keeps_the_mode(page: Page, stand: Stand, row: Path) -> None:
    other = make_run(stand.root, row.name + "-other", sweep((1, 2), (0.0, 1.0)))
    page.locator("#go").click()
    stand.feed.put(value(row))
    pane_shows(page, "b", 3)
    mode(page, "side")
    cell(page, 2).click()
    pane_shows(page, "a", 2)
    stand.feed.put(value(other, fps=12.0, loop="closed"))
    expect(page.locator(".compare-title")).to_have_text(["seed 1", "seed 2"])
    pane_shows(page, "a", 0)
    pane_shows(page, "b", 1)
    assert page.locator(".compare").get_attribute("data-mode") == "side"
    assert state(page) == {"index": 0, "fps": 12, "loop": "closed"}
    stand.feed.put(None)
    expect(page.get_by_text(TEXTS["empty"])).to_be_visible()


def test_one_picture_is_compared_with_itself(page: Page, stand: Stand) -> None:
    show(page, stand, make_run(stand.root, "single", [frame(7.5, 1)]))
    pane_shows(page, "a", 0)
    pane_shows(page, "b", 0)
    expect(page.locator(".compare-others")).to_have_text(TEXTS["same"])
    page.locator(".view-stage").click()
    page.keyboard.press("End")
    assert state(page)["index"] == 0


def test_a_finger_chooses_and_wipes(browser: Browser, stand: Stand, row: Path) -> None:
    with opened(browser, stand, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        show(page, stand, row)
        mode(page, "wipe")
        slot(page, "B").tap()
        cell(page, 1).tap()
        pane_shows(page, "b", 1)
        pane_shows(page, "a", 0)
        pair = page.locator(".compare-pair")
        pair.scroll_into_view_if_needed()
        box = pair.bounding_box()
        page.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + 0.6 * box["height"])
        expect(page.get_by_role("slider", name=TEXTS["divider"])).to_have_attribute("aria-valuenow", "90")
        assert frames_seen(page, 0.8, 0.97) == [0, 1]


BOXES = """(selectors) => {
  const boxes = selectors.map((selector) => document.querySelector(selector)?.getBoundingClientRect());
  return boxes.every((box) => box?.width) && boxes.map(({ x, y, width, height }) => ({ x, y, width, height }));
}"""
"""Of the first of each, once they have a size, in one and the same moment."""


def part_seen(page: Page, canvas: str, frame: str) -> tuple[float, float, float]:
    """What part of a picture is seen in its frame: how many times enlarged, and its left upper corner, in 0..1."""
    inner, outer = page.wait_for_function(BOXES, arg=[canvas, frame]).json_value()
    zoom = inner["width"] / outer["width"]
    return zoom, *((outer[a] - inner[a]) / inner[s] for a, s in (("x", "width"), ("y", "height")))


SHEET = (".compare-cell[data-index='5'] canvas", ".compare-cell[data-index='5'] .compare-thumb")


def hover(page: Page, frame: str, x: float, y: float) -> None:
    box = page.locator(frame).first.bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_the_wheel_zooms_all_pictures_of_the_sheet_where_it_is_and_a_drag_moves_them(page, stand, grid):
    show(page, stand, grid)
    mode(page, "all")
    hover(page, SHEET[1], 0.25, 0.5)
    page.mouse.wheel(0, -800)
    expect(page.locator(".compare")).to_have_attribute("data-zoomed", "")
    zoom, x, y = part_seen(page, *SHEET)
    assert zoom > 1.4
    assert x + 0.25 / zoom == pytest.approx(0.25, abs=0.02)
    assert y + 0.5 / zoom == pytest.approx(0.5, abs=0.02)
    other = [selector.replace("'5'", "'2'") for selector in SHEET]
    assert part_seen(page, *other) == pytest.approx((zoom, x, y), abs=0.02)
    before = state(page)["index"]
    page.mouse.down()
    hover(page, SHEET[1], 0.15, 0.4)
    page.mouse.up()
    now = part_seen(page, *SHEET)
    assert now == pytest.approx((zoom, x + 0.1 / zoom, y + 0.1 / zoom), abs=0.02)
    assert state(page)["index"] == before  # a drag is no click
    cell(page, 6).click()
    assert state(page)["index"] == 6
    page.get_by_role("button", name=TEXTS["whole"]).click()
    assert part_seen(page, *SHEET) == pytest.approx((1, 0, 0), abs=0.01)


def test_a_double_click_goes_in_and_back_and_so_do_keys(page, stand, grid):
    show(page, stand, grid)
    pair = (".compare-pane-a canvas", ".compare-pane-a")
    hover(page, ".compare-pair", 0.5, 0.5)
    box = page.locator(".compare-pair").bounding_box()
    page.mouse.dblclick(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    assert part_seen(page, *pair) == pytest.approx((3, 1 / 3, 1 / 3), abs=0.02)
    wiped = page.locator(".compare-divider").get_attribute("aria-valuenow")
    hover(page, ".compare-pair", 0.8, 0.5)  # beside the divider, which goes on by itself
    page.mouse.down()
    hover(page, ".compare-pair", 0.2, 0.5)
    page.mouse.up()
    assert part_seen(page, *pair) == pytest.approx((3, 1 / 3 + 0.2, 1 / 3), abs=0.02)
    assert page.locator(".compare-divider").get_attribute("aria-valuenow") == wiped  # the divider stands still
    for key, expected in (("Escape", (1, 0, 0)), ("+", (1.5, 1 / 6, 1 / 6)), ("-", (1, 0, 0))):
        page.locator(".compare-cell[tabindex='0']").press(key)
        assert part_seen(page, *pair) == pytest.approx(expected, abs=0.02)
    page.locator(".compare-cell[tabindex='0']").press("+")
    page.locator(".compare-cell[tabindex='0']").press("Shift+ArrowRight")
    assert part_seen(page, *pair) == pytest.approx((1.5, 1 / 6 + 1 / 12, 1 / 6), abs=0.02)
    assert state(page)["index"] == 0  # arrows with shift do not flip
    for name in ("flip", "side", "difference"):
        mode(page, name)
        assert part_seen(page, *pair)[0] == pytest.approx(1.5, abs=0.02)


def test_at_the_whole_picture_the_wheel_scrolls_the_page(page, stand, grid):
    show(page, stand, grid)
    page.set_viewport_size({"width": 900, "height": 500})  # not so low that it is a telephone on its side
    hover(page, ".compare-pair", 0.5, 0.2)
    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY > 0")
    page.mouse.wheel(0, -300)
    page.wait_for_function("scrollY === 0")
    expect(page.locator(".compare")).not_to_have_attribute("data-zoomed", "")


FINGERS = """([selector, places]) => {
  const node = document.querySelector(selector), { left, top, width, height } = node.getBoundingClientRect();
  for (const [type, pointerId, x, y] of places) node.dispatchEvent(new PointerEvent(type, {
    bubbles: true, pointerId, pointerType: 'touch', clientX: left + x * width, clientY: top + y * height }));
}"""


def test_two_fingers_zoom(page, stand, grid):
    show(page, stand, grid)
    mode(page, "all")
    ways = [("pointerdown", 1, 0.4, 0.5), ("pointerdown", 2, 0.6, 0.5)]
    ways += [("pointermove", 1, 0.3, 0.5), ("pointermove", 2, 0.7, 0.5), ("pointermove", 1, 0.1, 0.5)]
    assert part_seen(page, *SHEET) == pytest.approx((1, 0, 0), abs=0.02)  # it has its size now
    page.evaluate(FINGERS, [SHEET[1], ways])
    zoom, _, y = part_seen(page, *SHEET)
    assert zoom == pytest.approx(3, abs=0.2)
    assert y == pytest.approx(1 / 3, abs=0.03)
    page.evaluate(FINGERS, [SHEET[1], [("pointerup", 1, 0.1, 0.5), ("pointerup", 2, 0.7, 0.5)]])
    page.evaluate(FINGERS, [SHEET[1], [("pointermove", 1, 0.9, 0.5)]])
    assert part_seen(page, *SHEET)[0] == pytest.approx(zoom)


def test_on_a_phone_the_words_of_the_bar_stay_apart_when_pictures_are_zoomed(browser: Browser, stand: Stand, grid):
    with opened(browser, stand, viewport={"width": 390, "height": 844}) as page:
        show(page, stand, grid)
        page.locator(".compare").evaluate("view => { view.setMode('all'); view.zoom.set({ zoom: 3, x: 0, y: 0 }); }")
        expect(page.locator(".compare-whole")).to_be_visible()
        wider = "buttons => buttons.filter((button) => button.scrollWidth > button.clientWidth).map((b) => b.innerText)"
        assert page.locator(".compare-modes button").evaluate_all(wider) == []
