"""FilmView in a browser: scrubbing, playing, following what arrives, the curve under the scrubber."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.ui.text import words
from tests.ui.stand import (
    Stand,
    canvas_shows,
    film_frames,
    make_run,
    note,
    opened,
    preview,
    state,
    stood,
    tell,
    value,
)

TEXTS = words("film")
DISTANCES = (0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.125)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with stood(tmp_path_factory.mktemp("runs"), "film") as stand:
        yield stand


@pytest.fixture
def page(browser: Browser, stand: Stand) -> Iterator[Page]:
    with opened(browser, stand) as page:
        yield page


@pytest.fixture
def folder(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of 8 frames with a name of its own."""
    return make_run(stand.root, request.node.name, film_frames())


def stage_shows(page: Page, index: int) -> None:
    canvas_shows(page, ".film-picture", index)


def all_loaded(page: Page, count: int) -> None:
    """Waits until every frame is in the browser: then the rail has a stretch for each."""
    page.wait_for_function(
        "count => document.querySelector('.film-ready').getAttribute('d').split('M').length - 1 === count", arg=count
    )


def places_seen(page: Page) -> None:
    """From here on, the frames that the view goes through are kept in window.seen."""
    page.evaluate(
        """() => { window.seen = [];
        const root = document.querySelector('[data-film]');
        const look = () => { const { index } = JSON.parse(root.dataset.film);
            if (window.seen.at(-1) !== index) window.seen.push(index); };
        new MutationObserver(look).observe(root, { attributeFilter: ['data-film'] }); }"""
    )


def test_frames_appear_with_their_captions(page: Page, stand: Stand, folder: Path) -> None:
    tell(page, stand, value(folder))
    all_loaded(page, 8)
    stage_shows(page, 0)
    expect(page.locator(".film-caption")).to_have_text("t = 0.00")
    expect(page.locator(".film-count")).to_have_text("1 / 8")
    expect(page.get_by_role("slider", name="Frame")).to_have_attribute("aria-valuetext", "frame 1 of 8: t = 0.00")
    page.get_by_role("button", name="Next frame").click()
    stage_shows(page, 1)
    expect(page.locator(".film-caption")).to_have_text("t = 0.14")
    page.get_by_role("button", name="Previous frame").click()
    stage_shows(page, 0)
    expect(page.locator(".film-cell canvas")).to_have_count(8)


def test_dragging_and_playing_make_no_request(page: Page, stand: Stand, folder: Path) -> None:
    tell(page, stand, value(folder, fps=50, loop="closed"))
    all_loaded(page, 8)
    stage_shows(page, 0)
    expect(page.locator(".film-cell canvas")).to_have_count(8)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    box = page.locator(".film-range").bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] / 2)
    page.mouse.down()
    for k in range(60):
        page.mouse.move(box["x"] + 10 + (box["width"] - 20) * k / 59, box["y"] + box["height"] / 2)
    page.mouse.up()
    stage_shows(page, 7)
    assert state(page)["index"] == 7
    cell = page.locator(".film-cell").nth(3)
    cell.click()
    stage_shows(page, 3)
    places_seen(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("window.seen.length > 12")
    page.get_by_role("button", name="Pause").click()
    assert requests == []


def test_the_keyboard_moves_and_plays(page: Page, stand: Stand, folder: Path) -> None:
    tell(page, stand, value(folder))
    all_loaded(page, 8)
    page.locator(".film-range").focus()
    for key, index in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 7), ("Home", 0), ("PageUp", 1)]:
        page.keyboard.press(key)
        stage_shows(page, index)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.locator(".view-stage").click()
    page.keyboard.press("End")
    stage_shows(page, 7)
    page.keyboard.press("ArrowLeft")
    stage_shows(page, 6)


@pytest.mark.parametrize("loop", ["closed", "back-and-forth"])
def test_playing_repeats_as_chosen(page: Page, stand: Stand, folder: Path, loop: str) -> None:
    tell(page, stand, value(folder))
    all_loaded(page, 8)
    page.get_by_label(TEXTS["loop"]).select_option(loop)
    page.get_by_label(TEXTS["fps"]).fill("20")
    places_seen(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("window.seen.length > 20")
    seen = page.evaluate("window.seen")
    falls = [(a, b) for a, b in itertools.pairwise(seen) if b < a]
    if loop == "closed":  # falls only over the seam, from the last frames to the first
        assert falls
        assert all(a - b >= 4 for a, b in falls)
    else:  # comes back the way it went, in steps (of at most 4, where the machine was too slow to show each)
        assert len(falls) > 2
        assert all(a - b <= 4 for a, b in falls)


def test_a_film_played_once_stops_at_its_end_and_starts_again(page: Page, stand: Stand, folder: Path) -> None:
    tell(page, stand, value(folder, fps=50))
    all_loaded(page, 8)
    page.get_by_role("button", name="Play").click()
    stage_shows(page, 7)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    places_seen(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("window.seen.at(-1) === 7")
    assert page.evaluate("window.seen")[0] == 0


def test_frames_arrive_coarse_to_fine(page: Page, stand: Stand, folder: Path) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/view/" in request.url else None)
    page.locator("#go").click()
    stand.feed.put(value(folder, []))
    expect(note(page)).to_have_text(TEXTS["waiting"])
    stand.feed.put(value(folder, [], preview=preview(folder)))
    expect(note(page)).to_have_text("Step 7 of 20, predicted picture")
    stand.feed.put(value(folder, [0, 7]))
    all_loaded(page, 2)
    page.get_by_role("slider", name="Frame").evaluate("e => { e.value = 4; e.dispatchEvent(new Event('input')); }")
    expect(note(page)).to_have_text("Frame 5 is still to come; showing 8")
    stage_shows(page, 7)
    expect(page.locator(".film-cell")).to_have_count(8)
    expect(page.locator(".film-cell canvas")).to_have_count(2)
    stand.feed.put(value(folder, [0, 3, 7]))
    expect(note(page)).to_have_text("Frame 5 is still to come; showing 4")
    stand.feed.put(value(folder))
    all_loaded(page, 8)
    stage_shows(page, 4)
    expect(note(page)).to_have_text("")
    assert state(page)["index"] == 4, "a visitor who has moved is not moved"
    assert sorted(re.findall(r"\d{4}\.jpg", " ".join(fetched))) == [f"{i:04}.jpg" for i in range(8)], "each once"


def test_an_untouched_view_follows_and_ends_at_the_beginning(page: Page, stand: Stand, folder: Path) -> None:
    page.locator("#go").click()
    stand.feed.put(value(folder, [5]))
    stage_shows(page, 5)
    stand.feed.put(value(folder))
    all_loaded(page, 8)
    stage_shows(page, 0)


def test_a_new_run_starts_afresh_but_keeps_the_visitors_speed(page: Page, stand: Stand, folder: Path) -> None:
    other = make_run(stand.root, folder.name + "-other", film_frames(5))
    page.locator("#go").click()
    stand.feed.put(value(folder))
    all_loaded(page, 8)
    page.get_by_label(TEXTS["fps"]).fill("24")
    page.keyboard.press("Tab")
    page.locator(".film-range").focus()
    page.keyboard.press("End")
    stage_shows(page, 7)
    stand.feed.put(value(other, loop="closed"))
    all_loaded(page, 5)
    stage_shows(page, 0)
    expect(page.locator(".film-count")).to_have_text("1 / 5")
    assert state(page) == {"index": 0, "fps": 24, "loop": "closed"}
    stand.feed.put(None)
    expect(page.get_by_text(TEXTS["empty"])).to_be_visible()


def test_many_frames_show_as_many_thumbnails_as_fit(page: Page, stand: Stand) -> None:
    folder = make_run(stand.root, "many", film_frames(31))
    tell(page, stand, value(folder))
    all_loaded(page, 31)
    wide = page.locator(".film-cell").count()
    assert 4 < wide < 31
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"document.querySelectorAll('.film-cell').length < {wide}")
    picks = page.locator(".film-cell").evaluate_all("cells => cells.map(c => Number(c.dataset.index))")
    assert picks[0] == 0
    assert picks[-1] == 30
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_visitor_who_wants_less_motion_is_not_moved(browser: Browser, stand: Stand, folder: Path) -> None:
    with opened(browser, stand, reduced_motion="reduce") as page:
        page.locator("#go").click()
        stand.feed.put(value(folder, [5]))
        stage_shows(page, 5)
        stand.feed.put(value(folder, [2, 5]))
        all_loaded(page, 2)
        assert state(page)["index"] == 5


def test_a_finger_scrubs(browser: Browser, stand: Stand, folder: Path) -> None:
    with opened(browser, stand, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        tell(page, stand, value(folder))
        all_loaded(page, 8)
        last = page.locator(".film-cell").last
        last.scroll_into_view_if_needed()
        last.tap()
        stage_shows(page, 7)


def measured(folder: Path, settings: Sequence[dict[str, Any]]) -> Path:
    """The run's frames with these settings, one each."""
    manifest = json.loads((folder / "frames.json").read_text())
    frames = [{**frame, "settings": own} for frame, own in zip(manifest["frames"], settings, strict=True)]
    (folder / "frames.json").write_text(json.dumps({**manifest, "frames": frames}))
    return folder


def middle(page: Page, name: str) -> tuple[float, float]:
    """The middle of the first node of that selector, in the window."""
    box = page.locator(name).first.evaluate(
        "n => { const b = n.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; }"
    )
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def test_a_setting_that_every_frame_has_as_a_number_is_a_curve(page: Page, stand: Stand, folder: Path) -> None:
    settings = [{"way": "shell", "distance": d, "other_one": 3} for d in DISTANCES]
    tell(page, stand, value(measured(folder, settings)))
    all_loaded(page, 8)
    measure = page.locator(".film-curve .film-measure")
    expect(measure.locator("span").first).to_have_text("distance 0")
    expect(measure.locator("span").last).to_have_text("the curve goes from 0 to 1")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    slider = page.get_by_role("slider", name="Frame")
    slider.focus()
    slider.press("End")
    stage_shows(page, 7)
    expect(measure.locator("span").first).to_have_text("distance 0.125")
    expect(slider).to_have_attribute("aria-valuetext", "frame 8 of 8: t = 1.00. distance 0.125")
    assert requests == []


def test_the_dot_stands_under_the_thumb_at_the_height_of_the_number(page: Page, stand: Stand, folder: Path) -> None:
    tell(page, stand, value(measured(folder, [{"distance": d} for d in DISTANCES])))
    all_loaded(page, 8)
    slider = page.get_by_role("slider", name="Frame")
    slider.focus()
    box, drawn = (page.locator(f"{name}").bounding_box() for name in (".film-range", ".film-curve svg"))
    for i, distance in enumerate(DISTANCES):
        expect(slider).to_have_value(str(i))
        x, y = middle(page, ".curve-dot")
        assert x == pytest.approx(box["x"] + 10 + (box["width"] - 20) * i / 7, abs=1.5)
        assert y == pytest.approx(drawn["y"] + drawn["height"] * (1 - distance), abs=1.5)
        slider.press("ArrowRight")


@pytest.mark.parametrize(
    "settings",
    [
        [{}] * 8,
        [{"way": "shell"}] * 8,
        [{"distance": d} for d in DISTANCES[:7]] + [{}],
        [{"distance": None if d == 1 else d} for d in DISTANCES],
    ],
    ids=["none", "words", "not in every frame", "not always a number"],
)
def test_without_a_number_in_every_frame_there_is_no_curve(
    page: Page, stand: Stand, folder: Path, settings: list[dict[str, Any]]
) -> None:
    tell(page, stand, value(measured(folder, settings)))
    all_loaded(page, 8)
    stage_shows(page, 0)
    expect(page.locator(".film-curve")).to_be_hidden()
    expect(page.get_by_role("slider", name="Frame")).to_have_attribute("aria-valuetext", "frame 1 of 8: t = 0.00")


def test_the_curve_of_the_run_before_goes(page: Page, stand: Stand, folder: Path) -> None:
    plain = make_run(stand.root, f"{folder.name}-plain", film_frames(3))
    tell(page, stand, value(measured(folder, [{"distance": d} for d in DISTANCES])), value(plain))
    all_loaded(page, 3)
    stage_shows(page, 0)
    expect(page.locator(".film-curve")).to_be_hidden()


def test_on_its_side_a_telephone_shows_the_picture_with_what_moves_it(page: Page, stand: Stand, folder: Path) -> None:
    page.set_viewport_size({"width": 844, "height": 390})
    tell(page, stand, value(folder))
    all_loaded(page, 8)
    picture, slider = (page.locator(name).bounding_box() for name in (".film-picture", ".film-range"))
    assert picture["x"] + picture["width"] <= slider["x"]
    assert picture["height"] >= 160
    for box in (picture, slider, page.locator(".film-play").bounding_box()):
        assert 0 <= box["y"] < box["y"] + box["height"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 844
