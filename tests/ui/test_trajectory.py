"""TrajectoryView in a browser: denoisings side by side, scrubbed in step, layer by layer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from explorer.experiments.denoising_trajectory import LAYERS
from explorer.experiments.looks import HEAT, GuidanceEffect
from explorer.ui.offline import FOLDER
from explorer.ui.text import words
from tests.ui.hands import write
from tests.ui.serving import served
from tests.ui.stand import (
    NASTY,
    SIGMAS,
    STEPS,
    Stand,
    canvas_shows,
    denoisings,
    loaded,
    make_run,
    note,
    opened,
    preview,
    state,
    stood,
    tell,
    value,
)

TEXTS = words("trajectory")
NAMES = tuple(LAYERS)

LOUD = "before it, noise level σ = 3.4: the noise is 3.4 times as strong as the picture"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with stood(tmp_path_factory.mktemp("runs"), "trajectory") as stand:
        yield stand


@pytest.fixture
def page(browser: Browser, stand: Stand) -> Iterator[Page]:
    with opened(browser, stand) as page:
        yield page


def show(page: Page, stand: Stand, folder: Path, **changes: Any) -> None:
    """Shows a complete run and waits until all of it is in the browser: untouched, the view stands at its end."""
    told = value(folder, fps=10.0, **changes)
    with page.expect_response(lambda answer: "frames.json" in answer.url):
        tell(page, stand, told)
    loaded(page, folder, told.count)


def shows(page: Page, lane: int, index: int) -> None:
    canvas_shows(page, f".trajectory-lane:nth-child({lane + 1}) canvas", index)


@pytest.fixture
def one(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of one lane: 16 frames."""
    return make_run(stand.root, request.node.name, denoisings((9.0,)))


@pytest.fixture
def two(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of two lanes, guidance 4 and 9: 32 frames; frame 8 layer + 4 lane + step's place."""
    return make_run(stand.root, request.node.name, denoisings())


def scrubber(page: Page) -> Locator:
    return page.get_by_role("slider", name=TEXTS["scrub"])


def layer(page: Page, name: str) -> None:
    page.get_by_role("button", name=TEXTS[name], exact=True).click()


def lane(page: Page, k: int) -> Locator:
    return page.locator(".trajectory-lane").nth(k)


def mark(page: Page, k: int) -> Locator:
    return page.locator(".trajectory-mark").nth(k)


def place(page: Page) -> Locator:
    return page.locator(".trajectory-place")


def test_the_scale_of_colours_is_the_one_that_is_drawn() -> None:
    marks = re.findall(r'left: ([\d.]+)%">([\d.]+)<', (FOLDER / "trajectory.js").read_text())
    places = [100 * np.log1p(float(x) / GuidanceEffect.FAINT) / np.log1p(GuidanceEffect.FULL / 0.05) for _, x in marks]
    assert [float(left) for left, _ in marks] == pytest.approx(places, abs=0.05)
    assert [float(x) for _, x in marks] == [0, 0.1, 1, GuidanceEffect.FULL]
    assert ", ".join(f"#{colour}" for colour in HEAT) in (FOLDER / "trajectory.css").read_text()
    assert f"pale yellow {GuidanceEffect.FULL:g} or more" in TEXTS["guidance hint"]


def test_all_lanes_are_at_the_same_step(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two)
    for k, index in enumerate((3, 7)):
        shows(page, k, index)
    expect(page.locator(".trajectory-name")).to_have_text(["guidance 4", "guidance 9"])
    scrubber(page).fill("1")
    for k, index in enumerate((1, 5)):
        shows(page, k, index)
    expect(place(page)).to_contain_text("step 8 of 20, predicted, guidance 4")
    expect(place(page)).to_contain_text(LOUD)
    scrubber(page).fill("2")
    expect(place(page)).to_contain_text("before it, noise level σ = 0.62: the noise has 62 % of the picture's strength")


def test_it_says_that_a_step_is_not_a_picture_of_so_many_steps(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one)
    expect(page.get_by_text("Step 10 of 30 is not a 10-step picture")).to_be_visible()


def test_scrubbing_and_switching_layers_make_no_request(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two)
    shows(page, 1, 7)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    box = scrubber(page).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 10, y)
    page.mouse.down()
    for k in range(60):
        page.mouse.move(box["x"] + 10 + (box["width"] - 20) * (1 - k / 59), y)
    page.mouse.up()
    shows(page, 0, 0)
    shows(page, 1, 4)
    for number, name in enumerate(NAMES):
        layer(page, name)
        for step in range(4):
            scrubber(page).fill(str(step))
            for k in (0, 1):
                shows(page, k, 8 * number + 4 * k + step)
    assert requests == []


def test_the_curve_is_dragged_like_the_scrubber(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one)
    plot = page.locator(".trajectory-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 12, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.34 * box["width"], y)
    page.mouse.up()
    shows(page, 0, 1)
    expect(scrubber(page)).to_have_value("1")
    page.mouse.move(box["x"], y)
    shows(page, 0, 1)


def test_the_curve_falls_with_the_noise_and_says_its_ends(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one)
    line = page.locator(".curve-line").get_attribute("d")
    places = [[float(x) for x in point.split()] for point in re.split("[ML]", line) if point]
    logs = np.log([SIGMAS[step] for step in STEPS])
    assert [x for x, _ in places] == [0, 1, 2, 3]
    assert [y for _, y in places] == pytest.approx(1 - (logs - logs[-1]) / (logs[0] - logs[-1]))
    expect(page.locator(".trajectory-axis span")).to_have_text(["σ 14.6", TEXTS["curve"], "σ 0.029"])
    scrubber(page).fill("2")
    assert page.locator(".curve-dot").get_attribute("d").startswith("M2 ")


def test_keys_go_through_the_steps(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two)
    page.locator(".view-stage").focus()
    for key, index in [
        ("Home", 0),
        ("ArrowLeft", 0),
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("End", 3),
        ("ArrowLeft", 2),
    ]:
        page.keyboard.press(key)
        shows(page, 0, index)
        assert state(page)["index"] == index
    scrubber(page).focus()
    page.keyboard.press("Home")
    shows(page, 1, 4)
    page.keyboard.press("ArrowRight")
    shows(page, 1, 5)
    expect(scrubber(page)).to_have_attribute(
        "aria-valuetext",
        f"step 8 of 20, predicted, guidance 4, {LOUD}",
    )


def test_playing_ends_at_the_finished_picture(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one)
    page.locator(".view-stage").focus()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name=TEXTS["pause"])).to_be_visible()
    expect(scrubber(page)).not_to_have_value("3")
    expect(page.get_by_role("button", name=TEXTS["play"])).to_be_visible()
    expect(scrubber(page)).to_have_value("3")
    shows(page, 0, 3)


def test_a_layer_says_what_it_is(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one)
    about, scale = page.locator(".trajectory-about"), page.locator(".trajectory-scale")
    for name in NAMES:
        layer(page, name)
        button = page.get_by_role("button", name=TEXTS[name], exact=True)
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(about).to_have_text(TEXTS[f"{name} hint"])
    expect(scale).to_be_visible()
    layer(page, "noisy")
    expect(scale).to_be_hidden()
    shows(page, 0, 7)


def test_what_was_measured_of_a_picture_stands_beside_it(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two, notes={27: "0.3 on average", 31: NASTY})
    about = page.locator(".trajectory-about")
    hint = TEXTS["guidance hint"]
    expect(about).to_have_text(TEXTS["predicted hint"])
    layer(page, "guidance")
    expect(about).to_have_text(f"{hint} Here: 0.3 on average.")
    lane(page, 1).click()
    expect(about).to_have_text(f"{hint} Here: {NASTY}.")
    scrubber(page).fill("0")
    expect(about).to_have_text(hint)
    assert page.evaluate("window.hacked") is None


def test_the_chosen_lane_is_saved_and_carried_on(page: Page, stand: Stand, two: Path) -> None:
    page.may_complain = True  # nothing is enlarged here
    show(page, stand, two)
    expect(lane(page, 0)).to_have_attribute("aria-pressed", "true")
    lane(page, 1).click()
    layer(page, "noisy")
    scrubber(page).fill("2")
    shows(page, 1, 14)
    expect(lane(page, 1)).to_have_attribute("aria-pressed", "true")
    assert state(page) == {"index": 14, "fps": 10, "loop": "open"}
    with page.expect_download() as download:
        page.get_by_role("link", name=TEXTS["save"]).click()
    assert download.value.suggested_filename == "step 16 of 20, noisy, guidance 9.png"
    assert Path(download.value.path()).read_bytes() == (two / "frames" / "0014.png").read_bytes()
    stand.received.clear()
    page.locator("#read").click()
    expect(page.locator("#done textarea, #done input")).to_have_value("taken 1")
    assert stand.received == [{"index": 14, "fps": 10.0, "loop": "open"}]


def test_the_view_follows_the_denoising_until_it_is_touched(page: Page, stand: Stand, two: Path) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/view/" in request.url else None)
    page.locator("#go").click()
    stand.feed.put(value(two, []))
    expect(note(page)).to_have_text(TEXTS["waiting"])
    expect(page.locator(".trajectory-lane")).to_have_count(2)
    stand.feed.put(value(two, [], preview=preview(two)))
    expect(note(page)).to_have_text("Step 7 of 20, predicted picture")
    stand.feed.put(value(two, [0]))
    expect(note(page)).to_be_hidden()
    shows(page, 0, 0)
    expect(mark(page, 1)).to_have_text("step 1 is still to come")
    stand.feed.put(value(two, [0, 4]))
    expect(mark(page, 1)).to_be_hidden()
    stand.feed.put(value(two, [0, 4, 1, 5, 2]))
    shows(page, 0, 1)
    shows(page, 1, 5)
    expect(scrubber(page)).to_have_value("1")
    scrubber(page).fill("3")
    expect(mark(page, 0)).to_have_text("step 20 is still to come; showing step 16")
    expect(mark(page, 1)).to_have_text("step 20 is still to come; showing step 8")
    shows(page, 0, 2)
    expect(lane(page, 1)).to_have_accessible_name(
        "guidance 9: step 20 of 20, predicted, guidance 9. step 20 is still to come; showing step 8"
    )
    scrubber(page).fill("0")
    stand.feed.put(value(two))
    page.wait_for_function(
        "() => new Set(performance.getEntriesByType('resource').filter(e => "
        f"e.name.includes('{two.name}/view') && e.responseEnd).map(e => e.name)).size === 32"
    )
    shows(page, 0, 0)
    expect(scrubber(page)).to_have_value("0")
    assert sorted(re.findall(r"\d{4}\.jpg", " ".join(fetched))) == [f"{i:04}.jpg" for i in range(32)], "each once"


def test_at_guidance_0_it_says_that_there_is_nothing_to_compare(page: Page, stand: Stand) -> None:
    frames = denoisings((0.0, 9.0))
    show(page, stand, make_run(stand.root, "nothing", frames))
    layer(page, "guidance")
    expect(mark(page, 0)).to_have_text(TEXTS["nothing"])
    expect(mark(page, 1)).to_be_hidden()
    shows(page, 1, 23)
    assert state(page)["index"] == 3, "the predicted picture of that step stands in"
    expect(page.locator(".view-save")).not_to_have_attribute("href", re.compile("."))
    layer(page, "predicted")
    expect(mark(page, 0)).to_be_hidden()
    shows(page, 0, 3)


def test_a_new_run_starts_afresh_but_keeps_the_layer(page: Page, stand: Stand, two: Path) -> None:
    other = make_run(stand.root, two.name + "-other", denoisings((9.0,), (1, 2)))
    page.locator("#go").click()
    stand.feed.put(value(two))
    shows(page, 1, 7)
    layer(page, "noisy")
    lane(page, 1).click()
    scrubber(page).fill("0")
    shows(page, 1, 12)
    stand.feed.put(value(other, fps=12.0, loop="closed"))
    expect(page.locator(".trajectory-lane")).to_have_count(1)
    shows(page, 0, 3)
    assert state(page) == {"index": 3, "fps": 12, "loop": "closed"}
    stand.feed.put(None)
    expect(page.get_by_text(TEXTS["empty"])).to_be_visible()


def test_a_denoising_of_one_step_has_no_curve(page: Page, stand: Stand) -> None:
    show(page, stand, make_run(stand.root, "single", denoisings((9.0,), (1,))))
    shows(page, 0, 0)
    expect(page.locator(".trajectory-plot")).to_be_hidden()
    page.locator(".view-stage").focus()
    for key in ("End", " ", "ArrowLeft"):
        page.keyboard.press(key)
        assert state(page)["index"] == 0


def test_on_a_phone_two_stand_beside_each_other_and_nothing_is_clipped(page: Page, stand: Stand) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    scales = (1.0, 3.0, 6.0, 12.0)
    prompts = [f"a very long prompt about {n} boats at the beach at night " * 4 for n in range(4)]
    frames = denoisings(scales, (1, 2), prompts=prompts)
    for told in frames:
        told["caption"] += ", " + told["settings"]["prompt"]
    show(page, stand, make_run(stand.root, "phone", frames))
    shows(page, 3, 7)
    boxes = [lane(page, k).bounding_box() for k in range(4)]
    assert boxes[0]["y"] == boxes[1]["y"] < boxes[2]["y"] == boxes[3]["y"]
    for name in NAMES:
        layer(page, name)
        controls = page.locator("[data-film] :is(button, a, input, .trajectory-plot):visible").all()
        assert len(controls) >= 12
        for control in controls:
            box = control.bounding_box()
            assert box["height"] >= 36
            assert box["width"] >= 36
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        for text in page.locator(":is(p, p *, .trajectory-name):visible").all():
            box = text.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_wide_all_lanes_are_in_a_row(page: Page, stand: Stand) -> None:
    frames = denoisings((1.0, 3.0, 6.0, 12.0), (1, 2))
    show(page, stand, make_run(stand.root, "wide", frames))
    shows(page, 3, 7)
    assert len({lane(page, k).bounding_box()["y"] for k in range(4)}) == 1


def test_one_denoising_is_a_picture_and_no_button(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one)
    expect(page.get_by_role("img", name="the picture: step 20 of 20, predicted, guidance 9")).to_be_visible()
    expect(page.locator(".trajectory-name")).to_have_count(0)


def test_a_finger_scrubs(browser: Browser, stand: Stand, two: Path) -> None:
    with opened(browser, stand, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        show(page, stand, two)
        lane(page, 1).tap()
        expect(lane(page, 1)).to_have_attribute("aria-pressed", "true")
        scrubber(page).scroll_into_view_if_needed()
        box = scrubber(page).bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
        shows(page, 1, 5)


def test_on_the_page_a_rendered_trajectory_is_scrubbed_without_a_request(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "runs", "denoising-trajectory") as site:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(site.url)
        write(page.locator("#denoising-trajectory-scales textarea, #denoising-trajectory-scales input").first, "3, 9")
        page.locator("#denoising-trajectory-render").click()
        expect(page.locator("#denoising-trajectory-status")).to_contain_text("32 frames in", timeout=60_000)
        view = page.locator("#denoising-trajectory-view")
        expect(view.locator(".trajectory-lane")).to_have_count(2)
        page.wait_for_function(
            "() => new Set(performance.getEntriesByType('resource').map(e => e.name)"
            ".filter(name => /view.[0-9]{4}.jpg/.test(name))).size === 32"
        )
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        for name in LAYERS:
            view.get_by_role("button", name=TEXTS[name], exact=True).click()
            for key in ("Home", "ArrowRight", "ArrowRight", "End"):
                view.get_by_role("slider").press(key)
        expect(view.locator(".trajectory-place")).to_contain_text("step 4 of 4, what guidance changes, guidance 3")
        assert requests == []
        page.close()
