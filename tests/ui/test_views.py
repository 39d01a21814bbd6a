"""What holds for every view of a run, each shown the same way; and the status line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.experiments.denoising_trajectory import LAYERS
from explorer.outputs.export import FORMATS
from explorer.ui import bilingual, views, widget
from explorer.ui.exporting import LABELS
from explorer.ui.news import Status
from explorer.ui.offline import FOLDER
from explorer.ui.text import words
from explorer.ui.views import MAX_NOTE, VIEWS, FilmView, StatusView, mask
from tests.ui.stand import (
    EMPTY,
    NASTY,
    Stand,
    canvas_shows,
    denoisings,
    film_frames,
    left_quietly,
    loaded,
    make_run,
    note,
    opened,
    preview,
    square_frames,
    state,
    stood,
    sweep,
    tell,
    value,
)

SCRIPTS = {
    path.stem: re.sub(r"(^|;) *// .*$", "", path.read_text(), flags=re.MULTILINE) for path in FOLDER.glob("*.js")
}
PICKED = "button, a, input, select, .pad-square, .trajectory-plot, .compare-divider svg"
NAMED = "button, a, input, select, canvas[role], [role=img], [role=slider], [role=group], ul"


@dataclass(frozen=True)
class Case:
    """A kind of view with a run to show in it, and where hands and eyes find what all of them have.

    Frame 2 is reached by `go` (a selector to click, or a step for the scrubber); if its file is broken, `instead` is
    seen and `broken` is said. `first` is what a complete run begins with.
    """

    frames: Sequence[dict[str, Any]]
    canvas: str
    go: str | int
    instead: int
    broken: str
    first: int = 0
    said: str = ".view-note"
    state: tuple[tuple[str, Any], ...] = ()
    own: str = ""

    def to_2(self, page: Page) -> None:
        if isinstance(self.go, int):
            page.get_by_role("slider").first.fill(str(self.go))
        else:
            page.locator(self.go).click()


CASES = {
    "film": Case(film_frames(), ".film-picture", 2, 1, "Frame 3 could not be loaded; showing 2", own=".film-caption"),
    "compare": Case(
        sweep((193, 7)),
        ".compare-pane-a canvas",
        '.compare-cell[data-index="2"]',
        1,
        "A: 7.5, seed 193 could not be loaded; showing 4, seed 193",
        own=".compare-table thead th:nth-child(2)",
    ),
    "pad": Case(
        square_frames(),
        ".pad-picture",
        ".pad-cell:nth-child(3)",
        1,
        "This very point is being rendered",
        state=(("x", 1.0), ("y", 0.0)),
        first=4,
        own=".pad-word",
    ),
    "trajectory": Case(
        denoisings(),
        ".trajectory-lane canvas",
        2,
        1,
        "step 16 could not be loaded; showing step 8",
        first=3,
        said=".trajectory-mark",
        own=".trajectory-place b",
    ),
}


@pytest.fixture(scope="module", params=CASES)
def stand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with stood(tmp_path_factory.mktemp("runs"), request.param) as stand:
        yield stand


@pytest.fixture
def case(stand: Stand) -> Case:
    return CASES[stand.view.kind]


@pytest.fixture
def texts(stand: Stand) -> dict[str, str]:
    return words(stand.view.kind)


@pytest.fixture
def page(browser: Browser, stand: Stand) -> Iterator[Page]:
    with opened(browser, stand) as page:
        yield page


@pytest.fixture
def run(stand: Stand, case: Case, request: pytest.FixtureRequest) -> Path:
    return make_run(stand.root, request.node.name, case.frames)


@pytest.fixture
def shown(page: Page, stand: Stand, case: Case, run: Path) -> Path:
    """A complete run, all of it in the browser."""
    tell(page, stand, value(run))
    loaded(page, run, len(case.frames))
    canvas_shows(page, case.canvas, case.first)
    return run


# ---- plain Python --------------------------------------------------------------------------------------------------


def test_a_mask_names_each_index_in_a_quarter_of_a_character() -> None:
    assert mask([]) == "0"
    assert mask([0, 3]) == "9"
    assert len(mask(range(300))) == 75


@pytest.mark.parametrize("kind", CASES)
def test_the_payload_holds_paths_and_a_mask_and_no_pictures(tmp_path: Path, kind: str) -> None:
    run, view = make_run(tmp_path, "run", CASES[kind].frames), VIEWS[kind](render=False)
    told = view.postprocess(replace(value(run, [0, 2], preview=preview(run)), count=300))
    assert told["manifest"]["path"] == str(run / "frames.json")
    assert told["ready"] == "5"
    assert told["preview"]["file"]["path"] == str(run / "x0" / "0000-07.jpg")
    assert told["notes"] == {}
    assert len(json.dumps(told)) < 1000
    assert view.postprocess(value(run, notes={3: "x" * 9999}))["notes"] == {"3": "x" * MAX_NOTE}
    assert view.postprocess(value(run, preview=replace(preview(run), path=tmp_path / "gone.jpg")))["preview"] is None
    assert view.postprocess(None) is None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (None, None),
        ("index", None),
        ([1], None),
        ({}, {"index": 0, "fps": 10.0, "loop": "open"}),
        ({"index": 5, "fps": 24, "loop": "closed"}, {"index": 5, "fps": 24.0, "loop": "closed"}),
        ({"index": -5, "fps": 0, "loop": "sideways"}, {"index": 0, "fps": 1.0, "loop": "open"}),
        ({"index": 10**400, "fps": 1e9, "loop": ["open"]}, {"index": 9999, "fps": 50.0, "loop": "open"}),
        ({"index": math.nan, "fps": math.inf, "loop": None}, {"index": 0, "fps": 10.0, "loop": "open"}),
        ({"index": "3", "fps": True, "loop": 1}, {"index": 0, "fps": 10.0, "loop": "open"}),
    ],
)
def test_the_state_is_checked_whatever_the_browser_sends(payload: Any, expected: Any) -> None:
    for kind, view in VIEWS.items():
        place = {"x": 0.0, "y": 0.0} if kind == "pad" and expected else {}
        assert view(render=False).preprocess(payload) == (expected and {**expected, **place})
        assert set(view(render=False).api_info()["properties"]) == {"index", "fps", "loop", *place} | (
            {"x", "y"} if kind == "pad" else set()
        )


@pytest.mark.parametrize(
    ("x", "y", "place"),
    [(0.25, 7, (0.25, 1.0)), ("1", None, (0.0, 0.0)), (math.nan, -(10**400), (0, 0)), (True, 1, (0, 1))],
)
def test_the_place_of_a_handle_is_checked(x: Any, y: Any, place: tuple[float, float]) -> None:
    found = VIEWS["pad"](render=False).preprocess({"index": 3, "x": x, "y": y})
    assert (found["x"], found["y"]) == place


def test_a_status_is_checked() -> None:
    view = StatusView(render=False)
    told = Status("running", "", progress=7)
    assert view.postprocess(None) is None
    assert view.postprocess(told)["progress"] == 1.0
    assert view.postprocess(replace(told, progress=math.nan))["progress"] == 0.0
    assert view.preprocess({"state": "done"}) is None
    with pytest.raises(ValueError, match=r"'busy'.*ready, running"):
        replace(told, state="busy")


def test_defining_the_widgets_wrote_no_stub_file() -> None:
    for module in (views, widget, bilingual):
        assert not Path(module.__file__).with_suffix(".pyi").exists()


def test_frames_are_served_in_place_and_not_copied(tmp_path: Path) -> None:
    gr.set_static_paths([tmp_path])
    run, view = make_run(tmp_path, "in-place", film_frames(1)), FilmView(render=False)
    moved = gr.processing_utils.move_files_to_cache(view.postprocess(value(run)), view, postprocess=True)
    assert moved["manifest"]["path"] == str(run / "frames.json")
    assert moved["manifest"]["url"].endswith("/in-place/frames.json")


def test_every_view_names_exports_that_there_are_and_the_page_has_words_for() -> None:
    for view in VIEWS.values():
        assert view.exports
        assert set(view.exports) <= set(FORMATS)
    assert set(LABELS) == set(FORMATS)


def test_a_film_is_offered_as_a_film_a_set_as_a_sheet_and_a_map_that_may_be_a_trail_as_both() -> None:
    assert set(VIEWS["film"].exports) == {"gif", "mp4", "webp", "zip"}
    for name in ("compare", "trajectory"):
        assert set(VIEWS[name].exports) == {"png", "zip", "gif"}
    assert set(VIEWS["pad"].exports) == set(FORMATS)


# ---- scripts, styles and words -------------------------------------------------------------------------------------


def test_markup_is_constant_and_written_in_one_place() -> None:
    writes = [name for name, text in SCRIPTS.items() if re.search(r"(inner|outer)HTML|insertAdjacentHTML", text)]
    assert writes == ["widget"]
    assert SCRIPTS["widget"].count("innerHTML") == 1
    for name, text in SCRIPTS.items():
        for markup in re.findall(r"html`([^`]*)`", text):
            assert not re.search(r"\$\{|\{\{|\\", markup), name


@pytest.mark.parametrize("kind", ["view", "compare", "pad", "trajectory"])
def test_nothing_moves_by_itself(kind: str) -> None:
    assert not re.search(r"transition|animation", (FOLDER / f"{kind}.css").read_text())


@pytest.mark.parametrize("kind", CASES)
def test_every_text_is_used_and_every_text_used_is_there(kind: str) -> None:
    code = "".join(SCRIPTS[name] for name in (kind, "view", "player"))
    marked = re.findall(r'data-(?:say|name|title)="([^"]+)"', code)
    quoted = re.findall(r"'([^'\n]*)'", code)
    of_layers = {word for layer in LAYERS for word in (layer, f"{layer} hint")} if kind == "trajectory" else set()
    assert set(words(kind)) <= {*quoted, *marked} | of_layers
    said = re.findall(r"say\('([^']+)'|data-(?:say|name|title)=\"([^\"]+)\"", SCRIPTS[kind] + SCRIPTS["view"])
    elsewhere = set() if "this.missing(" in SCRIPTS[kind] else {"lost", "loading"}
    assert {word for pair in said for word in pair if word} - elsewhere <= set(words(kind))


# ---- in the browser ------------------------------------------------------------------------------------------------


def test_an_empty_view_invites(page: Page, texts: dict[str, str]) -> None:
    expect(page.get_by_text(texts["empty"])).to_be_visible()
    expect(page.get_by_text(texts["hint"])).to_be_visible()
    assert page.locator(f".view :is({PICKED}):visible").count() == 0


def test_texts_follow_the_language_of_the_browser(browser: Browser, stand: Stand, texts: dict[str, str]) -> None:
    with opened(browser, stand, locale="zh-CN") as page:
        expect(page.get_by_text(EMPTY[stand.view.kind])).to_be_visible()
        expect(page.get_by_text(texts["hint"])).to_be_visible()  # not translated: English


def test_each_frame_is_fetched_once_while_it_arrives(
    page: Page, stand: Stand, case: Case, run: Path, texts: dict[str, str]
) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/view/" in request.url else None)
    page.locator("#go").click()
    stand.feed.put(value(run, []))
    expect(note(page)).to_have_text(texts["waiting"])
    stand.feed.put(value(run, [], preview=preview(run)))
    expect(note(page)).to_have_text("Step 7 of 20, predicted picture")
    assert page.locator(".view").get_attribute("data-shows") == "preview"
    for ready in ([0], [0, 2], None):
        stand.feed.put(value(run, ready))
    loaded(page, run, len(case.frames))
    canvas_shows(page, case.canvas, case.first)
    assert page.locator(".view").get_attribute("data-shows") == "frame"
    names = sorted(re.findall(r"\d{4}\.jpg", " ".join(fetched)))
    assert names == [f"{i:04}.jpg" for i in range(len(case.frames))]


def test_a_new_run_takes_the_place_of_the_last_and_none_empties_the_view(
    page: Page, stand: Stand, case: Case, run: Path, texts: dict[str, str]
) -> None:
    other = make_run(stand.root, run.name + "-other", list(case.frames))
    page.locator("#go").click()
    stand.feed.put(value(run))
    loaded(page, run, len(case.frames))
    case.to_2(page)
    canvas_shows(page, case.canvas, 2)
    stand.feed.put(value(other, fps=12.0, loop="closed"))
    loaded(page, other, len(case.frames))
    canvas_shows(page, case.canvas, case.first)
    assert state(page)["fps"] == 12
    assert state(page)["loop"] == "closed"
    assert state(page)["index"] == case.first
    stand.feed.put(None)
    expect(page.get_by_text(texts["empty"])).to_be_visible()
    expect(page.locator("[data-film]")).to_have_attribute("data-film", "null")


def test_the_state_reaches_a_handler(page: Page, stand: Stand, case: Case, run: Path) -> None:
    done = page.locator("#done textarea, #done input")
    page.locator("#read").click()
    expect(done).to_have_value("taken 1")
    tell(page, stand, value(run))
    loaded(page, run, len(case.frames))
    canvas_shows(page, case.canvas, case.first)
    case.to_2(page)
    canvas_shows(page, case.canvas, 2)
    page.locator("#read").click()
    expect(done).to_have_value("taken 2")
    told = {"index": 2, "fps": 4.0, "loop": "open", **dict(case.state)}
    assert stand.received == [None, told]


def test_what_is_saved_is_the_lossless_frame(page: Page, case: Case, shown: Path, texts: dict[str, str]) -> None:
    page.may_complain = True  # nothing is enlarged here: the frame itself is what there is
    case.to_2(page)
    canvas_shows(page, case.canvas, 2)
    with page.expect_download() as download:
        page.get_by_role("link", name=texts["save"]).click()
    assert download.value.suggested_filename == re.sub(r"[^\w%+.,]+", " ", case.frames[2]["caption"]) + ".png"
    assert Path(download.value.path()).read_bytes() == (shown / "frames" / "0002.png").read_bytes()


def test_pictures_that_are_gone_are_said_to_be_gone(
    page: Page, stand: Stand, case: Case, run: Path, texts: dict[str, str]
) -> None:
    page.may_complain = True  # the browser itself reports the 404s
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/view/" in request.url else None)
    for picture in (run / "view").iterdir():
        picture.unlink()
    tell(page, stand, value(run))
    expect(note(page)).to_have_text(texts["gone"])
    assert len(asked) == 2 * len(case.frames), "each is tried twice"


def test_a_broken_picture_is_passed_over(page: Page, stand: Stand, case: Case, run: Path) -> None:
    (run / "view" / "0002.jpg").write_bytes(b"no picture")
    tell(page, stand, value(run))
    loaded(page, run, len(case.frames))
    canvas_shows(page, case.canvas, case.first)
    case.to_2(page)
    expect(page.locator(case.said).first).to_have_text(case.broken)
    canvas_shows(page, case.canvas, case.instead)


def test_text_of_visitors_is_shown_and_never_run(page: Page, stand: Stand, case: Case) -> None:
    frames = [
        {**told, "caption": NASTY, "settings": {**told.get("settings", {}), "prompt": NASTY, NASTY: f"{NASTY} {i}"}}
        for i, told in enumerate(case.frames)
    ]
    run = make_run(stand.root, f"nasty-{stand.view.kind}", frames)
    said = Status("error", NASTY, [NASTY, "你好 🙂"], NASTY, 0.5)
    tell(page, stand, (value(run, notes=dict.fromkeys(range(len(frames)), NASTY)), said))
    loaded(page, run, len(frames))
    canvas_shows(page, case.canvas, case.first)
    expect(page.locator(case.own).first).to_contain_text(NASTY)
    expect(page.locator(".status-text")).to_have_text(NASTY)
    expect(page.locator(".status-detail")).to_have_text(NASTY)
    expect(page.locator(".status li")).to_have_text([NASTY, "你好 🙂"])
    assert page.evaluate("window.hacked") is None
    assert page.locator(".view img, .status img").count() == 0


def long_words(case: Case) -> list[dict[str, Any]]:
    prompts = ("word " * 60, "x" * 300, "a very long prompt about boats at night " * 6)
    return [
        {**told, "caption": prompts[i % 3], "settings": {**told.get("settings", {}), "prompt": prompts[i % 3]}}
        for i, told in enumerate(case.frames)
    ]


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out_and_targets_are_large_enough(page: Page, stand: Stand, case: Case, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    run = make_run(stand.root, f"{stand.view.kind}-{width}", long_words(case))
    tell(page, stand, value(run))
    loaded(page, run, len(case.frames))
    canvas_shows(page, case.canvas, case.first)
    switches = page.locator(".view-switch button").all()
    for press in [None, *switches]:
        if press:
            press.click()
        for control in page.locator(f".view :is({PICKED}):not(.pad-sentence *):visible").all():
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 36
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        for text in page.locator(".view p:visible").all():
            box = text.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_control_has_a_name(page: Page, shown: Path) -> None:
    controls = page.locator(f".view :is({NAMED}):visible").all()
    assert len(controls) > 7
    for control in controls:
        expect(control).to_have_accessible_name(re.compile(r"\w"))


GESTURES = {
    "film": "window.gone.querySelector('.film-play').click()",
    "compare": "window.gone.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))",
    "pad": "window.gone.querySelector('.pad-square').dispatchEvent("
    "new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))",
    "trajectory": "window.gone.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft' }))",
}


def test_a_view_that_leaves_the_page_lets_its_pictures_go(page: Page, stand: Stand, shown: Path) -> None:
    left_quietly(page, GESTURES[stand.view.kind])


def test_a_view_that_is_moved_shows_its_run_again(page: Page, stand: Stand, case: Case, shown: Path) -> None:
    page.evaluate("() => { const view = document.querySelector('[data-film]'); view.parentNode.append(view); }")
    canvas_shows(page, case.canvas, case.first)
    page.wait_for_function(f"document.querySelector('[data-film]').reel.blobs.size === {len(case.frames)}")


@pytest.mark.parametrize("stand", ["film"], indirect=True)
def test_a_status_says_how_far_it_is(page: Page, stand: Stand) -> None:
    told = Status("running", "3 of 24 frames", progress=0.25)
    page.locator("#go").click()
    stand.feed.put((gr.skip(), told))
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "25")
    expect(page.locator(".status-text")).to_have_text("3 of 24 frames")
    stand.feed.put((gr.skip(), Status("done", "24 frames in 9.0 s", since=2.0)))
    expect(bar).to_be_hidden()
    expect(page.locator(".status")).to_have_attribute("data-state", "done")
    for text, since in (("a price asked before", 1.5), ("a newer one", 2.5)):
        late = {"state": "ready", "text": text, "notes": [], "since": since}
        page.evaluate("late => { document.querySelector('status-view').value = late; }", late)
        expect(page.locator(".status-text")).to_have_text("24 frames in 9.0 s" if since < 2 else text)
