"""The curve under the film's scrubber, and which exports fit which view."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from explorer.outputs.export import FORMATS
from explorer.ui.tab import EXPORTS, VIEWS
from tests.ui import test_views
from tests.ui.test_views import Stand, all_loaded, film, make_run, show, stage_shows

stand, folder, page = test_views.stand, test_views.folder, test_views.page  # the fixtures of that module

DISTANCES = (0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.125)


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
    show(page, stand, film(measured(folder, settings), 8))
    all_loaded(page, 8)
    measure = page.locator("#film .film-measure")
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
    show(page, stand, film(measured(folder, [{"distance": d} for d in DISTANCES]), 8))
    all_loaded(page, 8)
    slider = page.get_by_role("slider", name="Frame")
    slider.focus()
    box, drawn = (page.locator(f"#film {name}").bounding_box() for name in (".film-range", ".film-curve svg"))
    for i, distance in enumerate(DISTANCES):
        expect(slider).to_have_value(str(i))
        x, y = middle(page, "#film .curve-dot")
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
    show(page, stand, film(measured(folder, settings), 8))
    all_loaded(page, 8)
    stage_shows(page, 0)
    expect(page.locator("#film .film-curve")).to_be_hidden()
    expect(page.get_by_role("slider", name="Frame")).to_have_attribute("aria-valuetext", "frame 1 of 8: t = 0.00")


def test_the_curve_of_the_run_before_goes(page: Page, stand: Stand, folder: Path) -> None:
    plain = make_run(stand.root, f"{folder.name}-plain", 3)
    show(page, stand, film(measured(folder, [{"distance": d} for d in DISTANCES]), 8), film(plain, 3))
    all_loaded(page, 3)
    stage_shows(page, 0)
    expect(page.locator("#film .film-curve")).to_be_hidden()


@pytest.mark.parametrize(
    ("numbers", "ends", "heights"),
    [
        ([1, 3, 2], [0, 3], [2 / 3, 0, 1 / 3]),
        ([-1, 1], [-1, 1], [1, 0]),
        ([0, 0], [0, 0], [1, 1]),
        ([-4, -2], [-4, 0], [1, 0.5]),
    ],
)
def test_the_heights_of_a_curve(page: Page, numbers: list[float], ends: list[float], heights: list[float]) -> None:
    script = (Path(__file__).parents[2] / "explorer/ui/widgets/curve.js").read_text()
    found = page.evaluate(
        f"""numbers => {{ {script}
        const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
        const curve = new Curve(svg);
        curve.draw(numbers);
        return [[curve.low, curve.high], numbers.map((n) => curve.height(n)), svg.hasAttribute('hidden')]; }}""",
        numbers,
    )
    assert found == [ends, pytest.approx(heights), False]


def test_every_view_names_exports_that_there_are_and_the_page_has_words_for() -> None:
    for view in VIEWS.values():
        assert view.exports
        assert set(view.exports) <= set(FORMATS)
    assert set(EXPORTS) == set(FORMATS)


def test_a_film_is_offered_as_a_film_and_a_set_as_a_sheet() -> None:
    assert set(VIEWS["film"].exports) == {"gif", "mp4", "webp", "zip"}
    for name in ("compare", "pad", "trajectory"):
        assert set(VIEWS[name].exports) == {"png", "zip", "gif"}
