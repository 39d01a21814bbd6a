"""CompareView in a browser, against sweeps made of coloured frames."""

from __future__ import annotations

import io
import json
import queue
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from explorer.ui import compare
from explorer.ui.compare import COMPARE_TEXTS, CompareView
from explorer.ui.views import MAX_NOTE, FilmView, source

END = object()
NASTY = "<img src=x onerror=\"window.hacked='html'\"> ${window.hacked='dollar'} {{value}} `back` \\u0041"
SCALES = (1.0, 4.0, 7.5, 20.0)
SCRIPTS = ("sweep.js", "pane.js", "wipe.js", "cells.js", "compare.js")


def frame(scale: float, seed: int, **changes: Any) -> dict[str, Any]:
    settings = {"guidance_scale": scale, "seed": seed}
    told = {"caption": f"guidance {scale:g}, seed {seed}", "coordinates": [scale, seed], "settings": settings}
    return {**told, **changes}


def sweep(seeds: Sequence[int] = (193,), scales: Sequence[float] = SCALES) -> list[dict[str, Any]]:
    return [frame(scale, seed) for seed in seeds for scale in scales]


def make_run(root: Path, name: str, frames: list[dict[str, Any]], side: int = 64) -> Path:
    """A run whose frame i has the red value 8 i + 4, so that a pixel tells which frame is shown."""
    folder = root / re.sub(r"\W", "-", name)
    for sub in ("view", "frames", "x0"):
        (folder / sub).mkdir(parents=True)
    for i in range(len(frames)):
        picture = Image.new("RGB", (side, side), (8 * i + 4, 120, 60))
        picture.save(folder / "view" / f"{i:04}.jpg", quality=95)
        picture.save(folder / "frames" / f"{i:04}.png")
    Image.new("RGB", (side // 8, side // 8), (250, 250, 0)).save(folder / "x0" / "0000-07.jpg")
    (folder / "frames.json").write_text(json.dumps({"count": len(frames), "frames": frames}))
    return folder


def value(folder: Path, count: int, ready: Any = None, **changes: Any) -> dict[str, Any]:
    ready = list(range(count)) if ready is None else list(ready)
    return {"folder": folder, "count": count, "ready": ready, "preview": None, "fps": 4.0, "loop": "open", **changes}


class Stand:
    """A page with the widget. What is put into `feed` is yielded by the handler of its Go button until END."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.feed: queue.Queue[Any] = queue.Queue()
        self.received: list[Any] = []
        gr.set_static_paths([root])
        with gr.Blocks(analytics_enabled=False) as self.demo:
            go = gr.Button("Go", elem_id="go")
            self.view = CompareView(elem_id="compare", texts={"zh": {"empty": "对比会出现在这里"}})
            read = gr.Button("Read", elem_id="read")
            done = gr.Textbox(elem_id="done", label="done")
            go.click(self.stream, None, self.view, show_progress="hidden")
            read.click(self.take, self.view, done, js=self.view.state_js(0), show_progress="hidden")
        _, self.url, _ = self.demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False, show_error=True)

    def stream(self) -> Iterator[Any]:
        feed = self.feed
        while (item := feed.get(timeout=60)) is not END:
            yield item

    def take(self, state: Any) -> str:
        self.received.append(state)
        return f"taken {len(self.received)}"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    stand = Stand(tmp_path_factory.mktemp("runs"))
    yield stand
    stand.demo.close()


@pytest.fixture
def row(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of one row: 4 scales."""
    return make_run(stand.root, request.node.name, sweep())


@pytest.fixture
def grid(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of three rows, 12 frames."""
    return make_run(stand.root, request.node.name, sweep((193, 7, 42)))


@pytest.fixture
def page(browser: Browser, stand: Stand) -> Iterator[Page]:
    """The stand's page in a fresh context; errors on its console fail the test."""
    stand.feed = queue.Queue()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(stand.url)
    expect(page.locator("#go")).to_be_visible()
    yield page
    stand.feed.put(END)
    context.close()
    if not getattr(page, "may_complain", False):
        assert problems == []


def show(page: Page, stand: Stand, folder: Path, count: int, **changes: Any) -> None:
    """Shows a complete run and waits until all of it is in the browser."""
    stand.feed.put(value(folder, count, **changes))
    stand.feed.put(END)
    page.locator("#go").click()
    expect(page.locator("#compare .compare-cell canvas")).to_have_count(count)


def pane_shows(page: Page, slot: str, index: int) -> None:
    """Waits until the pixel in the middle of pane "a" or "b" has the colour of frame `index`."""
    page.wait_for_function(
        """([slot, index]) => { const c = document.querySelector(`#compare .compare-pane-${slot} canvas`);
        const red = c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0];
        return Math.round((red - 4) / 8) === index; }""",
        arg=[slot, index],
    )


def frames_seen(page: Page, *places: float) -> list[int]:
    """Which frame a visitor sees so far from the left of the stage (0..1), well below the labels."""
    picture = Image.open(io.BytesIO(page.locator("#compare .compare-pair").screenshot())).convert("RGB")
    pixels = [picture.getpixel((round(x * (picture.width - 1)), round(0.8 * picture.height))) for x in places]
    return [round((red - 4) / 8) for red, _, _ in pixels]


def cell(page: Page, index: int) -> Locator:
    return page.locator(f'#compare .compare-cell[data-index="{index}"]')


def mode(page: Page, name: str) -> None:
    page.get_by_role("button", name=COMPARE_TEXTS[name], exact=True).click()


def slot(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=COMPARE_TEXTS["slot"].format(slot=name))


def differences(page: Page) -> list[list[str]]:
    rows = page.locator("#compare tbody tr").all()
    return [row.locator("th, td").all_text_contents() for row in rows]


def note(page: Page) -> Locator:
    return page.locator("#compare .compare-note")


def state(page: Page) -> dict[str, Any]:
    return json.loads(page.locator("#compare [data-film]").get_attribute("data-film"))


def run_script(page: Page, code: str, argument: Any = None) -> Any:
    """What `return ...` gives after the pure functions of sweep.js, with `it` for the argument."""
    return page.evaluate(f"it => Function('it', {json.dumps(source('sweep.js') + code)})(it)", argument)


# ---- plain Python --------------------------------------------------------------------------------------------------


def test_it_takes_and_gives_exactly_what_a_film_does(tmp_path: Path) -> None:
    run = make_run(tmp_path, "run", sweep())
    preview = {"index": 0, "step": 7, "steps": 20, "path": run / "x0" / "0000-07.jpg"}
    view, film = CompareView(render=False), FilmView(render=False)
    for given in (None, value(run, 4, [0, 3], preview=preview)):
        assert view.postprocess(given) == film.postprocess(given)
    assert view.postprocess(value(run, 4, [0, 3]))["ready"] == "9"
    assert view.postprocess(value(run, 4))["notes"] == {}
    assert view.postprocess(value(run, 4, notes={3: "x" * 9999}))["notes"] == {"3": "x" * MAX_NOTE}
    for state in (None, [1], {}, {"index": 10**400, "fps": "x", "loop": 3}, {"index": 3, "fps": 4, "loop": "closed"}):
        assert view.preprocess(state) == film.preprocess(state)
    assert view.preprocess({"index": 3, "fps": 4, "loop": "closed"}) == {"index": 3, "fps": 4.0, "loop": "closed"}
    assert view.api_info() == film.api_info()


def test_defining_the_widget_wrote_no_stub_file() -> None:
    assert not Path(compare.__file__).with_suffix(".pyi").exists()


def test_the_templates_interpolate_nothing_and_nothing_moves_by_itself() -> None:
    for name in ("compare.html", "compare.css"):
        assert not re.search(r"\$\{|\{\{|`|\\", source(name)), name
    assert not re.search(r"transition|animation", source("compare.css"))
    assert not re.search(r"innerHTML|insertAdjacentHTML|outerHTML", source(*SCRIPTS))


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    code = source("compare.js")
    used = set(re.findall(r"say\('([^']+)'", code)) | {"flip", "wipe", "side", "same", "unknown", "others", "alike"}
    used |= {"modes", "slots", "scrub", "divider", "strip", "swap"}
    assert used == set(COMPARE_TEXTS)


# ---- what frames.json says -----------------------------------------------------------------------------------------


def test_frames_of_one_second_coordinate_are_a_row_ordered_by_the_first(page: Page) -> None:
    shuffled = [{"coordinates": c} for c in ([8, 2], [1, 2], [4, 1], [1, 1], [4, 2], [8, 1])]
    assert run_script(page, "; return rowsOf(it, 6);", shuffled) == [[1, 4, 0], [3, 2, 5]]
    assert run_script(page, "; return rowsOf(it, 3);", [{"coordinates": [c]} for c in (3, 1, 2)]) == [[1, 2, 0]]
    assert run_script(page, "; return rowsOf(it, 3);", []) == [[0, 1, 2]], "before frames.json is here"


def test_the_axes_are_the_settings_that_equal_the_coordinates(page: Page) -> None:
    assert run_script(page, "; return axesOf(it);", sweep((193, 7))) == ["guidance_scale", "seed"]
    assert run_script(page, "; return axesOf(it);", [frame(7.0, 7)]) == ["guidance_scale", "seed"]
    assert run_script(page, "; return axesOf(it);", [{"coordinates": [0.5]}, {"coordinates": [1]}]) == ["", ""]
    assert run_script(page, "; return axesOf(it);", []) == ["", ""]


def test_a_thumbnail_is_labelled_by_a_short_caption_or_its_place(page: Page) -> None:
    frames = [frame(0.25, 1), {"caption": "without", "coordinates": [0]}, {"caption": "", "coordinates": []}]
    assert run_script(page, "; return [0, 1, 2].map(i => labelOf(it, i));", frames) == ["0.25", "without", "3"]
    assert run_script(page, "; return labelOf(it, 0);", [{"coordinates": [0.1 + 0.2]}]) == "0.3"


def test_values_are_written_as_people_write_them(page: Page) -> None:
    given = [0.1 + 0.2, 193, 10**15, "", None, "a cat", [1, 2], True, 0]
    texts = run_script(page, "; return it.map(v => written(v, 'none'));", given)
    assert texts == ["0.3", "193", str(10**15), "none", "none", "a cat", "[1,2]", "true", "0"]


# ---- in the browser ------------------------------------------------------------------------------------------------


def test_an_empty_view_invites(page: Page) -> None:
    expect(page.get_by_text(COMPARE_TEXTS["empty"])).to_be_visible()
    expect(page.locator("#compare .compare-range")).to_be_hidden()
    expect(page.locator("#compare .compare-modes")).to_be_hidden()


def test_it_begins_with_the_ends_of_the_first_row(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid, 12)
    pane_shows(page, "a", 0)
    pane_shows(page, "b", 3)
    assert frames_seen(page, 0.1, 0.4, 0.6, 0.9) == [0, 0, 3, 3]
    expect(page.locator("#compare .compare-title")).to_have_text(["seed 193", "seed 7", "seed 42"])
    expect(page.locator("#compare .compare-axis")).to_have_text("guidance scale")
    expect(page.locator("#compare .compare-label")).to_have_text(["1", "4", "7.5", "20"] * 3)


def test_one_row_needs_no_title(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row, 4)
    expect(page.locator("#compare .compare-label")).to_have_text(["1", "4", "7.5", "20"])
    expect(page.locator("#compare .compare-title")).to_have_count(0)


def test_a_and_b_are_picked_and_marked(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid, 12)
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
        expect(page.locator(f"#compare .compare-is-{mark}")).to_have_count(1)
        expect(cell(page, index)).to_have_class(re.compile(f"compare-is-{mark}"))
        expect(cell(page, index)).to_have_accessible_name(re.compile(f"picture {mark.upper()}$"))
    page.get_by_role("button", name=COMPARE_TEXTS["swap"]).click()
    pane_shows(page, "a", 2)
    pane_shows(page, "b", 5)


def test_enter_picks_and_shift_enter_picks_b(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row, 4)
    cell(page, 2).focus()
    page.keyboard.press("Enter")
    pane_shows(page, "a", 2)
    cell(page, 1).focus()
    page.keyboard.press("Shift+Enter")
    pane_shows(page, "b", 1)
    pane_shows(page, "a", 2)


def test_wiping_and_flipping_make_no_request(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid, 12)
    pane_shows(page, "b", 3)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    box = page.locator("#compare .compare-pair").bounding_box()
    divider = page.get_by_role("slider", name=COMPARE_TEXTS["divider"])
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
    show(page, stand, grid, 12)
    mode(page, "flip")
    page.locator("#compare .compare-stage").click(position={"x": 5, "y": 5})
    keys = [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowDown", 6), ("ArrowDown", 10), ("ArrowDown", 10)]
    keys += [("ArrowLeft", 9), ("Home", 8), ("ArrowLeft", 8), ("End", 11), ("ArrowUp", 7), ("x", 3), ("x", 7)]
    for key, index in keys:
        page.keyboard.press(key)
        pane_shows(page, "a", index)
        assert state(page)["index"] == index
    assert frames_seen(page, 0.05, 0.95) == [7, 7], "only A is seen"


def test_the_focus_in_the_strip_follows_the_keys(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid, 12)
    assert page.locator("#compare .compare-cell[tabindex='0']").count() == 1, "one stop for the Tab key"
    cell(page, 0).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(cell(page, 5)).to_be_focused()
    pane_shows(page, "a", 5)


def test_the_slider_flips_what_is_being_picked(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid, 12)
    slider = page.get_by_role("slider", name=COMPARE_TEXTS["scrub"])
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
    show(page, stand, row, 4)
    mode(page, "flip")
    expect(page.locator("#compare .compare-pane-b")).to_be_hidden()
    cell(page, 1).click(modifiers=["Shift"])
    expect(page.get_by_role("button", name=COMPARE_TEXTS["wipe"], exact=True)).to_have_attribute("aria-pressed", "true")
    pane_shows(page, "b", 1)
    assert frames_seen(page, 0.1, 0.9) == [0, 1]


def test_side_by_side_shows_both_whole(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row, 4)
    mode(page, "side")
    pane_shows(page, "a", 0)
    pane_shows(page, "b", 3)
    assert frames_seen(page, 0.02, 0.45, 0.55, 0.98) == [0, 0, 3, 3]
    expect(page.locator("#compare .compare-divider")).to_be_hidden()


def test_exactly_the_settings_that_differ_are_listed(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid, 12)
    others = page.locator("#compare .compare-others")
    expect(others).to_have_text(COMPARE_TEXTS["others"])
    assert differences(page) == [["guidance scale", "1", "20"]]
    cell(page, 7).click()
    assert differences(page) == [["seed", "7", "193"]]
    cell(page, 6).click()
    assert differences(page) == [["guidance scale", "7.5", "20"], ["seed", "7", "193"]]
    cell(page, 3).click()
    assert differences(page) == []
    expect(others).to_have_text(COMPARE_TEXTS["same"])


def test_what_was_measured_of_a_picture_stands_first_and_in_the_name_of_its_cell(
    page: Page, stand: Stand, row: Path
) -> None:
    show(page, stand, row, 4, notes={0: "PSNR 20 dB", 2: NASTY})
    nothing, measured = COMPARE_TEXTS["nothing"], COMPARE_TEXTS["measured"]
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
    stand.feed.put(value(row, 4, [0]))
    expect(page.locator("#compare tbody tr")).to_have_count(1)
    stand.feed.put(value(row, 4, [0, 3], notes={3: "PSNR 9 dB"}))
    expect(page.locator("#compare tbody tr").first).to_contain_text("PSNR 9 dB")


def test_rows_have_the_titles_that_their_settings_give_them(page: Page, stand: Stand) -> None:
    there = [{"caption": c, "coordinates": [k, 0], "settings": {"row": "There"}} for k, c in enumerate("ab")]
    back = [{"caption": c, "coordinates": [k, 1], "settings": {"row": NASTY, "amount": k}} for k, c in enumerate("cd")]
    show(page, stand, make_run(stand.root, "titled", [*there, *back]), 4)
    expect(page.locator("#compare .compare-title")).to_have_text(["There", NASTY])
    expect(page.locator("#compare [role=group][aria-label=There] .compare-cell")).to_have_count(2)
    cell(page, 3).click(modifiers=["Shift"])
    nothing = COMPARE_TEXTS["nothing"]
    assert differences(page) == [["row", "There", NASTY], ["amount", nothing, "1"]]
    expect(page.get_by_role("slider", name=COMPARE_TEXTS["scrub"])).to_have_attribute(
        "aria-valuetext", "a, There, 1 of 2"
    )
    assert page.evaluate("window.hacked") is None


def test_settings_that_are_alike_empty_or_were_not_kept(page: Page, stand: Stand) -> None:
    same, other = {"negative_prompt": "", "seed": 1}, {"negative_prompt": "blur"}
    frames = [{"caption": f"{k}", "coordinates": [k], "settings": s} for k, s in enumerate((same, same, other))]
    frames += [{"caption": "3", "coordinates": [3]}, {"caption": "4", "coordinates": [4], "settings": {}}]
    show(page, stand, make_run(stand.root, "alike", frames), 5)
    others = page.locator("#compare .compare-others")
    cell(page, 1).click(modifiers=["Shift"])
    expect(others).to_have_text(COMPARE_TEXTS["alike"])
    cell(page, 2).click(modifiers=["Shift"])
    nothing = COMPARE_TEXTS["nothing"]
    assert differences(page) == [["negative prompt", nothing, "blur"], ["seed", "1", nothing]]
    cell(page, 3).click()
    cell(page, 4).click(modifiers=["Shift"])
    expect(others).to_have_text(COMPARE_TEXTS["unknown"])
    assert differences(page) == []


def test_frames_arrive_coarse_to_fine(page: Page, stand: Stand, row: Path) -> None:
    preview = {"index": 0, "step": 7, "steps": 20, "path": row / "x0" / "0000-07.jpg"}
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/view/" in request.url else None)
    page.locator("#go").click()
    stand.feed.put(value(row, 4, []))
    expect(note(page)).to_have_text(COMPARE_TEXTS["waiting"])
    stand.feed.put(value(row, 4, [], preview=preview))
    expect(note(page)).to_have_text("Step 7 of 20, predicted picture")
    expect(page.locator("#compare .compare-pane-b")).to_be_hidden()
    stand.feed.put(value(row, 4, [0]))
    expect(note(page)).to_have_text("B: 20 is still to come; showing 1")
    stand.feed.put(value(row, 4, [0, 3]))
    expect(note(page)).to_be_hidden()
    pane_shows(page, "b", 3)
    expect(page.locator("#compare .compare-cell")).to_have_count(4)
    expect(page.locator("#compare .compare-cell canvas")).to_have_count(2)
    expect(cell(page, 2)).to_have_accessible_name(f"guidance 7.5, seed 193, {COMPARE_TEXTS['missing']}")
    cell(page, 2).click()
    expect(note(page)).to_have_text("A: 7.5 is still to come; showing 20")
    pane_shows(page, "a", 3)
    assert state(page)["index"] == 2
    stand.feed.put(value(row, 4))
    pane_shows(page, "a", 2)
    expect(note(page)).to_be_hidden()
    expect(page.locator("#compare .compare-cell canvas")).to_have_count(4)
    assert sorted(re.findall(r"\d{4}\.jpg", " ".join(fetched))) == [f"{i:04}.jpg" for i in range(4)], "each once"


def test_a_choice_made_before_the_labels_are_here_is_kept(page: Page, stand: Stand, row: Path) -> None:
    held: list[Any] = []
    page.route("**/frames.json", lambda route: held.append(route))  # noqa: PLW0108
    show(page, stand, row, 4)
    cell(page, 2).click()
    pane_shows(page, "a", 2)
    held[0].continue_()
    expect(page.locator("#compare .compare-label")).to_have_text(["1", "4", "7.5", "20"])
    pane_shows(page, "a", 2)
    assert state(page)["index"] == 2


def test_a_new_run_starts_afresh_but_keeps_the_mode(page: Page, stand: Stand, row: Path) -> None:
    other = make_run(stand.root, row.name + "-other", sweep((1, 2), (0.0, 1.0)))
    page.locator("#go").click()
    stand.feed.put(value(row, 4))
    pane_shows(page, "b", 3)
    mode(page, "side")
    cell(page, 2).click()
    pane_shows(page, "a", 2)
    stand.feed.put(value(other, 4, fps=12.0, loop="closed"))
    expect(page.locator("#compare .compare-title")).to_have_text(["seed 1", "seed 2"])
    pane_shows(page, "a", 0)
    pane_shows(page, "b", 1)
    assert page.locator("#compare .compare").get_attribute("data-mode") == "side"
    assert state(page) == {"index": 0, "fps": 12, "loop": "closed"}
    stand.feed.put(None)
    expect(page.get_by_text(COMPARE_TEXTS["empty"])).to_be_visible()


def test_one_picture_is_compared_with_itself(page: Page, stand: Stand) -> None:
    show(page, stand, make_run(stand.root, "single", [frame(7.5, 1)]), 1)
    pane_shows(page, "a", 0)
    pane_shows(page, "b", 0)
    expect(page.locator("#compare .compare-others")).to_have_text(COMPARE_TEXTS["same"])
    page.locator("#compare .compare-stage").click()
    page.keyboard.press("End")
    assert state(page)["index"] == 0


def test_the_state_reaches_a_handler(page: Page, stand: Stand, row: Path) -> None:
    stand.received.clear()
    page.locator("#read").click()
    expect(page.locator("#done textarea, #done input")).to_have_value("taken 1")
    show(page, stand, row, 4)
    cell(page, 2).click()
    page.locator("#read").click()
    expect(page.locator("#done textarea, #done input")).to_have_value("taken 2")
    assert stand.received == [None, {"index": 2, "fps": 4.0, "loop": "open"}]


def test_the_saved_picture_is_a_and_lossless(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row, 4)
    cell(page, 2).click()
    pane_shows(page, "a", 2)
    with page.expect_download() as download:
        page.get_by_role("link", name=COMPARE_TEXTS["save"]).click()
    assert download.value.suggested_filename == "0002.png"
    assert Path(download.value.path()).read_bytes() == (row / "frames" / "0002.png").read_bytes()


def test_pictures_that_are_gone_are_said_to_be_gone(page: Page, stand: Stand, row: Path) -> None:
    page.may_complain = True  # the browser itself reports the 404s
    for picture in (row / "view").iterdir():
        picture.unlink()
    stand.feed.put(value(row, 4))
    page.locator("#go").click()
    expect(note(page)).to_have_text(COMPARE_TEXTS["gone"])


def test_a_broken_picture_is_passed_over(page: Page, stand: Stand, row: Path) -> None:
    (row / "view" / "0002.jpg").write_bytes(b"no picture")
    stand.feed.put(value(row, 4))
    page.locator("#go").click()
    expect(page.locator("#compare .compare-cell canvas")).to_have_count(3)
    cell(page, 2).click()
    expect(note(page)).to_have_text("A: 7.5 could not be loaded; showing 4")
    pane_shows(page, "a", 1)


def test_text_of_visitors_is_shown_and_never_run(page: Page, stand: Stand) -> None:
    frames = [frame(1, 1, caption=NASTY, settings={NASTY: NASTY}), frame(2, 1, caption="你好 🙂", settings={NASTY: ""})]
    show(page, stand, make_run(stand.root, "nasty", frames), 2)
    pane_shows(page, "a", 0)
    expect(page.locator("#compare thead th").nth(1)).to_contain_text(NASTY)
    assert differences(page) == [[NASTY, NASTY, COMPARE_TEXTS["nothing"]]]
    expect(cell(page, 0)).to_have_attribute("aria-label", f"{NASTY}, picture A")
    expect(cell(page, 1)).to_contain_text("你好 🙂")
    assert page.evaluate("window.hacked") is None
    assert page.locator("#compare img").count() == 0


def test_hit_targets_are_large_enough_on_a_phone_and_nothing_is_clipped(page: Page, stand: Stand, grid: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, stand, grid, 12)
    for name in ("flip", "wipe", "side"):
        mode(page, name)
        for control in page.locator("#compare :is(button, a, input, .compare-divider svg):visible").all():
            box = control.bounding_box()
            assert box["height"] >= 36
            assert box["width"] >= 36
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_every_control_has_a_name(page: Page, stand: Stand, grid: Path) -> None:
    show(page, stand, grid, 12)
    controls = page.locator("#compare :is(button, a, input, canvas[role], [role=slider], [role=group]):visible").all()
    assert len(controls) > 20
    for control in controls:
        expect(control).to_have_accessible_name(re.compile(r"\w"))
    expect(page.get_by_role("img", name="Picture B: guidance 20, seed 193")).to_be_visible()


def test_a_finger_chooses_and_wipes(browser: Browser, stand: Stand, row: Path) -> None:
    stand.feed = queue.Queue()
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(stand.url)
    show(page, stand, row, 4)
    slot(page, "B").tap()
    cell(page, 1).tap()
    pane_shows(page, "b", 1)
    pane_shows(page, "a", 0)
    pair = page.locator("#compare .compare-pair")
    pair.scroll_into_view_if_needed()
    box = pair.bounding_box()
    page.touchscreen.tap(box["x"] + 0.9 * box["width"], box["y"] + 0.6 * box["height"])
    expect(page.get_by_role("slider", name=COMPARE_TEXTS["divider"])).to_have_attribute("aria-valuenow", "90")
    assert frames_seen(page, 0.8, 0.97) == [0, 1]
    context.close()


def test_a_view_that_leaves_the_page_lets_its_pictures_go(page: Page, stand: Stand, row: Path) -> None:
    show(page, stand, row, 4)
    page.evaluate("() => { window.gone = document.querySelector('#compare [data-film]'); }")
    page.evaluate("() => document.querySelector('#compare').remove()")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    before = page.evaluate("window.gone.dataset.film")
    page.evaluate("window.gone.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))")
    assert page.evaluate("window.gone.dataset.film") == before


def test_texts_follow_the_language_of_the_browser(browser: Browser, stand: Stand) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(stand.url)
    expect(page.get_by_text("对比会出现在这里")).to_be_visible()
    expect(page.get_by_text(COMPARE_TEXTS["hint"])).to_be_visible()  # not translated: English
    context.close()
