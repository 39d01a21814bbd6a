"""PadView in a browser, against sheets of coloured cells."""

from __future__ import annotations

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

from explorer.ui import pad
from explorer.ui.pad import PAD_TEXTS, PadView
from explorer.ui.views import FilmView, source

END = object()
NASTY = "<img src=x onerror=\"window.hacked='html'\"> ${window.hacked='dollar'} {{value}} `back` \\u0041"
PROMPTS = ("a cat", "a dog", "a boat", "a tree")
SCRIPTS = ("lattice.js", "blend.js", "handle.js", "sheet.js", "pad.js", "courier.js")
SIDE = 3
COUNT = SIDE * SIDE


def red(index: float) -> float:
    """The red value of cell `index`, so that a pixel tells what is shown, blends included."""
    return 20 * index + 20


def told(side: int = SIDE, prompts: Sequence[str] = PROMPTS) -> list[dict[str, Any]]:
    stops = [i / (side - 1) for i in range(side)]
    frames = [{"caption": f"at {x:g}, {y:g}", "coordinates": [x, y], "settings": {}} for y in stops for x in stops]
    for i, prompt in zip((0, side - 1, side * (side - 1), side * side - 1), prompts, strict=True):
        frames[i] |= {"caption": prompt, "settings": {"prompt": prompt, "seed": 7}}
    return frames


def make_run(root: Path, name: str, frames: list[dict[str, Any]] | None = None) -> Path:
    folder = root / re.sub(r"\W", "-", name)
    frames = frames or told()
    for sub in ("view", "frames", "x0"):
        (folder / sub).mkdir(parents=True)
    for i in range(len(frames)):
        picture = Image.new("RGB", (64, 64), (min(250, red(i)), 120, 60))
        picture.save(folder / "view" / f"{i:04}.jpg", quality=95)
        picture.save(folder / "frames" / f"{i:04}.png")
    Image.new("RGB", (8, 8), (250, 250, 0)).save(folder / "x0" / "0000-07.jpg")
    (folder / "frames.json").write_text(json.dumps({"count": len(frames), "frames": frames}))
    return folder


def value(folder: Path, ready: Sequence[int] = range(COUNT), count: int = COUNT, **changes: Any) -> dict[str, Any]:
    given = {"folder": folder, "count": count, "ready": list(ready), "preview": None, "fps": 4.0, "loop": "open"}
    return {**given, **changes}


class Stand:
    """A page with the widget. What is put into `feed` is yielded by the handler of its Go button until END."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.feed: queue.Queue[Any] = queue.Queue()
        self.received: list[Any] = []
        self.asked: list[Any] = []
        gr.set_static_paths([root])
        with gr.Blocks(analytics_enabled=False) as self.demo:
            go = gr.Button("Go", elem_id="go")
            self.view = PadView(elem_id="pad", texts={"zh": {"empty": "网格会出现在这里"}})
            read = gr.Button("Read", elem_id="read")
            done = gr.Textbox(elem_id="done", label="done")
            go.click(self.stream, None, self.view, show_progress="hidden")
            read.click(self.take, self.view, done, js=self.view.state_js(0), show_progress="hidden")
            self.view.visit(self.ask, None, done, show_progress="hidden", trigger_mode="multiple")
        _, self.url, _ = self.demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False, show_error=True)

    def stream(self) -> Iterator[Any]:
        feed = self.feed
        while (item := feed.get(timeout=60)) is not END:
            yield item

    def take(self, state: Any) -> str:
        self.received.append(state)
        return f"taken {len(self.received)}"

    def ask(self, event: gr.EventData) -> str:
        self.asked.append(event.coordinates)
        return f"asked {len(self.asked)}"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    stand = Stand(tmp_path_factory.mktemp("runs"))
    yield stand
    stand.demo.close()


@pytest.fixture
def run(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of 3 x 3 cells."""
    return make_run(stand.root, request.node.name)


@pytest.fixture
def page(browser: Browser, stand: Stand) -> Iterator[Page]:
    """The stand's page in a fresh context; errors on its console fail the test."""
    stand.feed = queue.Queue()
    stand.asked.clear()
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


def show(page: Page, stand: Stand, folder: Path, **changes: Any) -> None:
    """Shows a run and waits until all of it that is ready is in the browser."""
    given = value(folder, **changes)
    stand.feed.put(given)
    stand.feed.put(END)
    page.locator("#go").click()
    expect(page.locator("#pad .pad-cell canvas")).to_have_count(len(given["ready"]))


def answered(page: Page, count: int) -> None:
    """Waits until the server's answer to so many visits is here.

    Gradio's browser side loses the answer to an event that is sent while the stream of the answers before it is closed
    (the server takes it for a listener that is still there), so the next event waits for the last one's answer.
    """
    expect(page.locator("#done textarea, #done input")).to_have_value(f"asked {count}")


def shows(page: Page, index: float) -> None:
    """Waits until the middle of the picture has the colour of cell `index`; halves are blends of two cells."""
    page.wait_for_function(
        """red => { const c = document.querySelector('#pad .pad-picture');
        const is = c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0];
        return Math.abs(is - red) <= 2.5; }""",
        arg=red(index),
    )


def square(page: Page) -> Locator:
    return page.get_by_role("slider", name=PAD_TEXTS["pad"])


def cell(page: Page, index: int) -> Locator:
    return page.locator("#pad .pad-cell").nth(index)


def note(page: Page) -> Locator:
    return page.locator("#pad .pad-note")


def where(page: Page) -> Locator:
    return page.locator("#pad .pad-where")


def state(page: Page) -> dict[str, Any]:
    return json.loads(page.locator("#pad [data-film]").get_attribute("data-film"))


def point_at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the screen the place (x, y) of the pad is."""
    box = square(page).bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], steps: int = 30) -> None:
    """Takes the handle from one place to another, and does not let go."""
    page.mouse.move(*point_at(page, *start))
    page.mouse.down()
    for k in range(1, steps + 1):
        page.mouse.move(*point_at(page, *(a + (b - a) * k / steps for a, b in zip(start, end, strict=True))))


def run_script(page: Page, code: str) -> Any:
    """What `return ...` gives after the functions of lattice.js."""
    return page.evaluate(f"() => Function({json.dumps(source('lattice.js') + code)})()")


# ---- plain Python --------------------------------------------------------------------------------------------------


def test_it_takes_what_a_film_does_and_gives_a_place_besides(tmp_path: Path) -> None:
    folder = make_run(tmp_path, "run")
    view, film = PadView(render=False), FilmView(render=False)
    for given in (None, value(folder, [0, 3])):
        assert view.postprocess(given) == film.postprocess(given)
    assert view.preprocess(None) is view.preprocess([1]) is None
    for given in ({}, {"x": "1", "y": None}, {"x": float("nan"), "y": -(10**400)}, {"index": 3, "x": True}):
        assert view.preprocess(given) == {**film.preprocess(given), "x": 0.0, "y": 0.0}
    assert view.preprocess({"index": 3, "fps": 4, "loop": "closed", "x": 0.25, "y": 7}) == {
        "index": 3,
        "fps": 4.0,
        "loop": "closed",
        "x": 0.25,
        "y": 1.0,
    }
    assert set(view.api_info()["properties"]) == {*film.api_info()["properties"], "x", "y"}


def test_defining_the_widget_wrote_no_stub_file() -> None:
    assert not Path(pad.__file__).with_suffix(".pyi").exists()


def test_the_templates_interpolate_nothing_and_nothing_moves_by_itself() -> None:
    for name in ("pad.html", "pad.css"):
        assert not re.search(r"\$\{|\{\{|`|\\", source(name)), name
    assert not re.search(r"transition|animation", source("pad.css"))
    assert not re.search(r"innerHTML|insertAdjacentHTML|outerHTML", source(*SCRIPTS))


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    used = set(re.findall(r"(?:say\(|\? |: )'([a-z]+)'", source("pad.js"))) & set(PAD_TEXTS)
    used |= {"pad", "sheet", "weights"}
    assert used == set(PAD_TEXTS)


# ---- where the cells are -------------------------------------------------------------------------------------------


def test_the_cells_around_a_place_weigh_one_together(page: Page) -> None:
    places = [[0, 0], [1, 1], [0.25, 0], [0.25, 0.25], [0.5, 0.75], [0.3, 0.9]]
    around = run_script(page, f"; const l = new Lattice([], 9); return {places}.map(([x, y]) => l.around(x, y));")
    for parts in around:
        assert sum(weight for _, weight in parts) == pytest.approx(1)
        assert all(weight > 0 for _, weight in parts)
    assert around[0] == [[0, 1]]
    assert around[1] == [[8, 1]]
    assert around[2] == [[0, 0.5], [1, 0.5]]
    assert around[3] == [[0, 0.25], [1, 0.25], [3, 0.25], [4, 0.25]]
    assert [i for i, _ in around[4]] == [4, 7]


def test_a_lattice_is_read_from_the_coordinates_in_any_order(page: Page) -> None:
    frames = [{"coordinates": [x, y]} for x, y in ((1, 1), (0, 1), (0.5, 0), (0, 0), (1, 0), (0.5, 1))]
    code = f"; const l = new Lattice({json.dumps(frames)}, 6);"
    assert run_script(page, code + "return [l.xs, l.ys, l.at(0.5, 1), l.at(0.501, 1), l.at(0.6, 1)];") == [
        [0, 0.5, 1],
        [0, 1],
        5,
        5,
        -1,
    ]
    assert run_script(page, code + "return [l.nearest(0.8, 0.1), l.nearest(0.8, 0.1, new Set([0, 3]))];") == [4, 3]
    moves = "return [l.next(0, 0.3, 1), l.next(0, 0.5, 1), l.next(0, 1, 1), l.next(0, 0.3, -1), l.next(1, 1, -1)];"
    assert run_script(page, code + moves) == [0.5, 1, 1, 0, 0]


# ---- in the browser ------------------------------------------------------------------------------------------------


def test_an_empty_view_invites(page: Page) -> None:
    expect(page.get_by_text(PAD_TEXTS["empty"])).to_be_visible()
    expect(page.locator("#pad .pad-square")).to_be_hidden()


def test_it_begins_at_the_first_corner_with_the_prompts_at_theirs(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    shows(page, 0)
    expect(page.locator("#pad .pad-words span")).to_have_text(list(PROMPTS))
    expect(where(page)).to_have_text("Cell 1, 1, seed 7")
    expect(note(page)).to_be_hidden()
    assert state(page) == {"index": 0, "fps": 4, "loop": "open", "x": 0, "y": 0}


def test_dragging_blends_and_makes_no_request(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    drag(page, (0.02, 0.02), (0.25, 0.25))
    shows(page, 2)  # the mean of cells 0, 1, 3 and 4
    expect(note(page)).to_have_text(PAD_TEXTS["blend"])
    for k in range(60):
        page.mouse.move(*point_at(page, 0.25 + 0.5 * k / 59, 0.25 + 0.25 * (k % 20) / 20))
    page.mouse.move(*point_at(page, 0.75, 0.5))
    shows(page, 4.5)
    assert requests == []
    assert state(page)["x"] == pytest.approx(0.75, abs=0.01)
    parts = page.locator("#pad .pad-weights b").all_text_contents()
    assert [int(part.split()[0]) for part in parts] == pytest.approx([12, 38, 12, 38], abs=2)
    assert stand.asked == []


def test_keys_move_and_make_no_request_while_one_is_held(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    square(page).focus()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for _ in range(25):
        page.keyboard.down("ArrowRight")  # without a keyup: a key held down repeats
    shows(page, 1)
    for _ in range(10):
        page.keyboard.down("ArrowDown")
    expect(note(page)).to_have_text(PAD_TEXTS["blend"])
    assert state(page) == {"index": 1, "fps": 4, "loop": "open", "x": 0.5, "y": 0.2}
    assert requests == []
    assert stand.asked == []
    page.keyboard.up("ArrowDown")
    page.keyboard.up("ArrowRight")
    answered(page, 1)
    assert stand.asked == [[0.5, 0.2]]


def test_shift_and_an_arrow_go_from_cell_to_cell(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    square(page).focus()
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
    square(page).focus()
    expect(square(page)).to_have_attribute("aria-valuetext", "100 % a cat. Cell 1, 1, seed 7")
    for _ in range(5):
        page.keyboard.down("ArrowRight")
    expect(square(page)).to_have_attribute("aria-valuetext", "90 % a cat, 10 % a dog. x 0.10, y 0.00")
    expect(square(page)).to_have_attribute("aria-valuenow", "10")
    expect(page.locator("#pad .pad-picture")).to_have_accessible_name(re.compile("^90 % a cat, 10 % a dog"))


def test_letting_go_asks_for_the_point_once_and_on_a_cell_for_nothing(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    drag(page, (0.1, 0.1), (0.3, 0.8))
    page.mouse.up()
    answered(page, 1)
    assert stand.asked[0] == pytest.approx([0.3, 0.8], abs=0.005)
    expect(note(page)).to_have_text(PAD_TEXTS["asked"])
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#pad .pad-save")).not_to_have_attribute("href", re.compile("."))
    drag(page, (0.3, 0.8), (0.501, 0.499))
    page.mouse.up()
    shows(page, 4)
    assert (state(page)["x"], state(page)["y"]) == (0.5, 0.5), "near enough to a cell is the cell"
    expect(note(page)).to_be_hidden()
    expect(page.locator("#pad .pad-save")).to_have_attribute("href", re.compile(r"/frames/0004\.png$"))
    assert len(stand.asked) == 1


def visited(page: Page, **news: Any) -> None:
    """What the courier does when news of a visit have come."""
    code = "detail => document.querySelector('#pad [data-film]').dispatchEvent(new CustomEvent('visited', { detail }))"
    page.evaluate(code, news)


def test_the_exact_picture_is_shown_if_the_handle_is_still_there(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    drag(page, (0.1, 0.1), (0.3, 0.8))
    page.mouse.up()
    expect(note(page)).to_have_text(PAD_TEXTS["asked"])
    here, base = [state(page)["x"], state(page)["y"]], page.url.rstrip("/") + f"/gradio_api/file={run}"
    files = {"picture": {"url": f"{base}/view/0008.jpg"}, "file": {"url": f"{base}/frames/0008.png"}, "seed": 5}
    visited(page, run="another", coordinates=here, **files)
    visited(page, run=run.name, coordinates=[0.1, 0.2], **files)
    visited(page, run=run.name, coordinates=here, step=3, steps=20)
    expect(note(page)).to_contain_text("step 3 of 20")
    visited(page, run=run.name, coordinates=here, **files)
    shows(page, 8)
    expect(where(page)).to_have_text("Rendered here, seed 5")
    expect(note(page)).to_be_hidden()
    expect(page.locator("#pad .pad-save")).to_have_attribute("href", files["file"]["url"])
    visited(page, run=run.name, coordinates=here, stopped=True)
    expect(where(page)).to_have_text("Rendered here, seed 5")
    square(page).focus()
    page.keyboard.down("ArrowUp")
    expect(note(page)).to_have_text(PAD_TEXTS["blend"])
    expect(page.locator("#pad .pad-save")).not_to_have_attribute("href", re.compile("."))


@pytest.mark.parametrize(
    ("news", "text"),
    [
        ({"stopped": True}, PAD_TEXTS["stopped"]),
        ({"error": NASTY}, f"not be rendered: {NASTY}"),
        ({"coordinates": None, "gone": True}, PAD_TEXTS["gone"]),
    ],
)
def test_a_visit_that_ends_without_a_picture_says_so(page: Page, stand: Stand, run: Path, news, text) -> None:
    show(page, stand, run)
    drag(page, (0.1, 0.1), (0.3, 0.8))
    page.mouse.up()
    answered(page, 1)
    expect(note(page)).to_have_text(PAD_TEXTS["asked"])
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
    expect(page.locator("#pad .pad-cell[aria-pressed='true']")).to_have_count(1)
    expect(cell(page, 5)).to_have_attribute("aria-pressed", "true")
    assert page.locator("#pad .pad-cell[tabindex='0']").count() == 1, "one stop for the Tab key"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(cell(page, 7)).to_be_focused()
    shows(page, 5)
    page.keyboard.press("Enter")
    shows(page, 7)
    assert (state(page)["x"], state(page)["y"]) == (0.5, 1)
    expect(where(page)).to_have_text("Cell 3, 2")


def test_cells_arrive_corners_first_and_the_nearest_stand_in(page: Page, stand: Stand, run: Path) -> None:
    preview = {"index": 0, "step": 7, "steps": 20, "path": run / "x0" / "0000-07.jpg"}
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/view/" in request.url else None)
    page.locator("#go").click()
    stand.feed.put(value(run, []))
    expect(note(page)).to_have_text(PAD_TEXTS["waiting"])
    stand.feed.put(value(run, [], preview=preview))
    expect(note(page)).to_have_text("Step 7 of 20, predicted picture")
    stand.feed.put(value(run, [0, 2, 6, 8]))
    expect(page.locator("#pad .pad-cell canvas")).to_have_count(4)
    shows(page, 0)
    expect(cell(page, 4)).to_have_accessible_name(re.compile("still to come$"))
    drag(page, (0.02, 0.02), (0.9, 0.9))
    shows(page, 8)
    expect(note(page)).to_contain_text(PAD_TEXTS["coming"])
    page.mouse.up()
    stand.feed.put(value(run))
    expect(page.locator("#pad .pad-cell canvas")).to_have_count(9)
    shows(page, 0.04 * 4 + 0.16 * 5 + 0.16 * 7 + 0.64 * 8)
    assert sorted(re.findall(r"\d{4}\.jpg", " ".join(fetched))) == [f"{i:04}.jpg" for i in range(9)], "each once"


def test_a_cell_that_is_still_to_come_may_be_asked_for(page: Page, stand: Stand, run: Path) -> None:
    page.locator("#go").click()
    stand.feed.put(value(run, [0, 2, 6, 8]))
    expect(page.locator("#pad .pad-cell canvas")).to_have_count(4)
    cell(page, 4).click()
    answered(page, 1)
    assert stand.asked == [[0.5, 0.5]]
    stand.feed.put(value(run))
    shows(page, 4)
    expect(note(page)).to_be_hidden()


def test_a_new_run_starts_afresh(page: Page, stand: Stand, run: Path) -> None:
    other = make_run(stand.root, run.name + "-other", told(2, ("一", "二", "三", "四")))
    page.locator("#go").click()
    stand.feed.put(value(run))
    expect(page.locator("#pad .pad-cell canvas")).to_have_count(9)
    cell(page, 5).click()
    shows(page, 5)
    stand.feed.put(value(other, range(4), 4))
    expect(page.locator("#pad .pad-cell canvas")).to_have_count(4)
    shows(page, 0)
    assert page.locator("#pad .pad-words span").all_text_contents() == ["一", "二", "三", "四"]
    stand.feed.put(None)
    expect(page.get_by_text(PAD_TEXTS["empty"])).to_be_visible()


def test_the_state_reaches_a_handler(page: Page, stand: Stand, run: Path) -> None:
    stand.received.clear()
    show(page, stand, run)
    cell(page, 7).click()
    page.locator("#read").click()
    expect(page.locator("#done textarea, #done input")).to_have_value("taken 1")
    assert stand.received == [{"index": 7, "fps": 4.0, "loop": "open", "x": 0.5, "y": 1.0}]


def test_the_saved_cell_is_lossless(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    cell(page, 4).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=PAD_TEXTS["save"]).click()
    assert Path(download.value.path()).read_bytes() == (run / "frames" / "0004.png").read_bytes()


def test_pictures_that_are_gone_are_said_to_be_gone(page: Page, stand: Stand, run: Path) -> None:
    page.may_complain = True  # the browser itself reports the 404s
    for picture in (run / "view").iterdir():
        picture.unlink()
    stand.feed.put(value(run))
    page.locator("#go").click()
    expect(note(page)).to_have_text(PAD_TEXTS["gone"])


def test_a_broken_picture_is_passed_over(page: Page, stand: Stand, run: Path) -> None:
    (run / "view" / "0004.jpg").write_bytes(b"no picture")
    stand.feed.put(value(run))
    page.locator("#go").click()
    expect(page.locator("#pad .pad-cell canvas")).to_have_count(8)
    cell(page, 4).click()
    page.wait_for_function("document.querySelector('#pad .pad-note').textContent !== ''")
    shows(page, 1)  # the first of the four that are equally near


def test_text_of_visitors_is_shown_and_never_run(page: Page, stand: Stand) -> None:
    folder = make_run(stand.root, "nasty", told(prompts=(NASTY, "你好 🙂", "\u202eabc", "d" * 500)))
    show(page, stand, folder)
    expect(page.locator("#pad .pad-words span").first).to_have_text(NASTY)
    expect(page.locator("#pad .pad-weights span").first).to_have_text(NASTY)
    expect(cell(page, 0)).to_have_attribute("aria-label", f"Cell 1, 1, seed 7: {NASTY}")
    assert page.evaluate("window.hacked") is None
    assert page.locator("#pad img").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out_and_targets_are_large_enough(page: Page, stand: Stand, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    name = f"wide-{width}"
    show(page, stand, make_run(stand.root, name, told(prompts=("word " * 60, "x" * 300, *PROMPTS[2:]))))
    for control in page.locator("#pad :is(button, a, .pad-square):visible").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 36
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_control_has_a_name(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    controls = page.locator("#pad :is(button, a, canvas[role], [role=slider], [role=group], ul):visible").all()
    assert len(controls) == 9 + 1 + 1 + 1 + 1 + 1
    for control in controls:
        expect(control).to_have_accessible_name(re.compile(r"\w"))


def test_a_finger_drags(browser: Browser, stand: Stand, run: Path) -> None:
    stand.feed = queue.Queue()
    stand.asked.clear()
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(stand.url)
    show(page, stand, run)
    square(page).scroll_into_view_if_needed()
    x, y = point_at(page, 0.75, 0.25)
    page.touchscreen.tap(x, y)
    shows(page, 3)
    answered(page, 1)
    assert stand.asked[0] == pytest.approx([0.75, 0.25], abs=0.005)
    context.close()


def test_a_view_that_leaves_the_page_lets_its_pictures_go(page: Page, stand: Stand, run: Path) -> None:
    show(page, stand, run)
    page.evaluate("() => { window.gone = document.querySelector('#pad [data-film]'); }")
    page.evaluate("() => document.querySelector('#pad').remove()")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    before = page.evaluate("window.gone.dataset.film")
    key = "new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true })"
    page.evaluate(f"window.gone.querySelector('.pad-square').dispatchEvent({key})")
    assert page.evaluate("window.gone.dataset.film") == before


def test_texts_follow_the_language_of_the_browser(browser: Browser, stand: Stand) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(stand.url)
    expect(page.get_by_text("网格会出现在这里")).to_be_visible()
    expect(page.get_by_text(PAD_TEXTS["hint"])).to_be_visible()  # not translated: English
    context.close()
