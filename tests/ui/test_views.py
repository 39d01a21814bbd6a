"""FilmView and StatusView in a browser, against run folders made of numbered coloured frames."""

from __future__ import annotations

import itertools
import json
import math
import queue
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from explorer.ui import views
from explorer.ui.views import FILM_TEXTS, FilmView, StatusView, mask, source

END = object()
NASTY = "<img src=x onerror=\"window.hacked='html'\"> ${window.hacked='dollar'} {{value}} `back` \\u0041"


def colour(i: int, count: int) -> tuple[int, int, int]:
    """The colour that stands for frame i: its red channel is the index, so a pixel tells which frame is shown."""
    return (8 * i + 4, 120, round(255 * i / max(1, count - 1)))


def make_run(root: Path, name: str, count: int, side: int = 64, captions: list[str] | None = None) -> Path:
    folder = root / name
    for sub in ("view", "frames", "x0"):
        (folder / sub).mkdir(parents=True)
    for i in range(count):
        picture = Image.new("RGB", (side, side), colour(i, count))
        ImageDraw.Draw(picture).text((4, 4), str(i), fill="white", font_size=side // 4)
        picture.save(folder / "view" / f"{i:04}.jpg", quality=95)
        picture.save(folder / "frames" / f"{i:04}.png")
    Image.new("RGB", (side // 8, side // 8), (250, 250, 0)).save(folder / "x0" / "0000-07.jpg")
    texts = captions or [f"t = {i / max(1, count - 1):.2f}" for i in range(count)]
    frames = [{"caption": text, "coordinates": [i / max(1, count - 1)]} for i, text in enumerate(texts)]
    (folder / "frames.json").write_text(json.dumps({"count": count, "frames": frames}))
    return folder


def film(folder: Path, count: int, ready: Any = None, **changes: Any) -> dict[str, Any]:
    ready = list(range(count)) if ready is None else list(ready)
    value = {"folder": folder, "count": count, "ready": ready, "preview": None, "fps": 10.0, "loop": "open"}
    return {**value, **changes}


def status(state: str = "running", text: str = "", **changes: Any) -> dict[str, Any]:
    return {"state": state, "text": text, "detail": "", "notes": [], "progress": None, **changes}


class Stand:
    """A page with both widgets. What is put into `feed` is yielded by the handler of its Go button until END."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.feed: queue.Queue[Any] = queue.Queue()
        self.received: list[Any] = []
        gr.set_static_paths([root])
        with gr.Blocks(analytics_enabled=False) as self.demo:
            go = gr.Button("Go", elem_id="go")
            self.status = StatusView(elem_id="status")
            self.view = FilmView(elem_id="film", texts={"zh": {"empty": "影片会出现在这里"}})
            name = gr.Textbox("sent along", visible="hidden")
            read = gr.Button("Read", elem_id="read")
            done = gr.Textbox(elem_id="done", label="done")
            go.click(self.stream, None, [self.view, self.status], show_progress="hidden")
            read.click(self.take, [name, self.view], done, js=self.view.state_js(1), show_progress="hidden")
        _, self.url, _ = self.demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False, show_error=True)

    def stream(self) -> Iterator[Any]:
        feed = self.feed
        while (item := feed.get(timeout=60)) is not END:
            yield item if isinstance(item, tuple) else (item, gr.skip())

    def take(self, name: str, state: Any) -> str:
        self.received.append((name, state))
        return f"taken {len(self.received)}"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    stand = Stand(tmp_path_factory.mktemp("runs"))
    yield stand
    stand.demo.close()


@pytest.fixture
def folder(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of 8 frames with a name of its own."""
    return make_run(stand.root, re.sub(r"\W", "-", request.node.name), 8)


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


def show(page: Page, stand: Stand, *values: Any) -> None:
    for value in values:
        stand.feed.put(value)
    stand.feed.put(END)
    page.locator("#go").click()


def stage_shows(page: Page, index: int) -> None:
    """Waits until the pixel in the middle of the stage has the colour of frame `index`."""
    page.wait_for_function(
        """index => { const c = document.querySelector('#film canvas.film-picture');
        const red = c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0];
        return Math.round((red - 4) / 8) === index; }""",
        arg=index,
    )


def all_loaded(page: Page, count: int) -> None:
    """Waits until every frame is in the browser: then the rail has a stretch for each."""
    page.wait_for_function(
        "count => document.querySelector('#film .film-ready').getAttribute('d').split('M').length - 1 === count",
        arg=count,
    )


def state(page: Page) -> dict[str, Any]:
    return json.loads(page.locator("#film [data-film]").get_attribute("data-film"))


def places_seen(page: Page) -> None:
    """From here on, the frames that the view goes through are kept in window.seen."""
    page.evaluate(
        """() => { window.seen = [];
        const root = document.querySelector('#film [data-film]');
        const look = () => { const { index } = JSON.parse(root.dataset.film);
            if (window.seen.at(-1) !== index) window.seen.push(index); };
        new MutationObserver(look).observe(root, { attributeFilter: ['data-film'] }); }"""
    )


# ---- plain Python --------------------------------------------------------------------------------------------------


def test_a_mask_names_each_index_in_a_quarter_of_a_character() -> None:
    assert mask([]) == "0"
    assert mask([0, 3]) == "9"
    assert len(mask(range(300))) == 75


def test_the_payload_holds_paths_and_a_mask_and_no_pictures(tmp_path: Path) -> None:
    run = make_run(tmp_path, "run", 3)
    preview = {"index": 0, "step": 7, "steps": 20, "path": run / "x0" / "0000-07.jpg"}
    payload = FilmView(render=False).postprocess(film(run, 300, [0, 2], preview=preview))
    assert payload["manifest"]["path"] == str(run / "frames.json")
    assert payload["ready"] == "5"
    assert payload["preview"]["file"]["path"] == str(preview["path"])
    assert len(json.dumps(payload)) < 1000
    assert FilmView(render=False).postprocess(None) is None


def test_a_preview_that_was_removed_meanwhile_is_left_out(tmp_path: Path) -> None:
    preview = {"index": 0, "step": 7, "steps": 20, "path": tmp_path / "gone.jpg"}
    assert FilmView(render=False).postprocess(film(tmp_path, 3, [], preview=preview))["preview"] is None


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
    assert FilmView(render=False).preprocess(payload) == expected


def test_a_status_is_checked() -> None:
    view = StatusView(render=False)
    assert view.postprocess(None) is None
    assert view.postprocess(status("running", progress=7))["progress"] == 1.0
    assert view.postprocess(status("running", progress=math.nan))["progress"] == 0.0
    assert view.preprocess({"state": "done"}) is None
    with pytest.raises(ValueError, match=r"'busy'.*ready, running"):
        view.postprocess(status("busy"))


def test_defining_the_widgets_wrote_no_stub_file() -> None:
    assert not Path(views.__file__).with_suffix(".pyi").exists()


def test_the_templates_interpolate_nothing() -> None:
    for name in ("film.html", "film.css", "status.html", "status.css"):
        text = source(name)
        assert not re.search(r"\$\{|\{\{|`|\\", text), name


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    code = source("film.js")
    used = set(re.findall(r"say\('([^']+)'", code)) | {"play", "pause", "open", "back-and-forth", "closed"}
    used |= {"scrub", "loop", "fps", "previous", "next"}
    assert used == set(FILM_TEXTS)


def test_frames_are_served_in_place_and_not_copied(stand: Stand, tmp_path: Path) -> None:
    run = make_run(stand.root, "in-place", 1)
    payload = stand.view.postprocess(film(run, 1))
    moved = gr.processing_utils.move_files_to_cache(payload, stand.view, postprocess=True)
    assert moved["manifest"]["path"] == str(run / "frames.json")
    assert moved["manifest"]["url"].endswith("/in-place/frames.json")


def test_decoded_pictures_are_bounded_and_the_oldest_are_closed(page: Page) -> None:
    code = (
        source("reel.js")
        + """; const reel = new Reel(() => {}); let closed = 0;
        for (let i = 0; i < 300; i++) reel.keep(i, { width: 512, height: 512, close: () => closed++ });
        reel.bitmap(299 - reel.bitmaps.size + 1); // the oldest is used: now it is the youngest
        const youngest = [...reel.bitmaps.keys()].at(-1);
        return [reel.bitmaps.size, closed, youngest, reel.pixels <= MAX_PIXELS];"""
    )
    held, closed, youngest, bounded = page.evaluate(f"() => Function({json.dumps(code)})()")
    assert 140 < held < 160
    assert held + closed == 300
    assert youngest == 300 - held
    assert bounded


def test_a_mask_is_read_as_it_was_written(page: Page) -> None:
    indices = [0, 3, 4, 63, 64, 299]
    code = source("bits.js") + "; return bitsOf(hex);"
    assert page.evaluate(f"hex => Function('hex', {json.dumps(code)})(hex)", mask(indices)) == indices


# ---- in the browser ------------------------------------------------------------------------------------------------


def test_an_empty_view_invites(page: Page) -> None:
    expect(page.get_by_text(FILM_TEXTS["empty"])).to_be_visible()
    expect(page.locator("#film .film-range")).to_be_hidden()


def test_frames_appear_with_their_captions(page: Page, stand: Stand, folder: Path) -> None:
    show(page, stand, film(folder, 8))
    all_loaded(page, 8)
    stage_shows(page, 0)
    expect(page.locator("#film .film-caption")).to_have_text("t = 0.00")
    expect(page.locator("#film .film-count")).to_have_text("1 / 8")
    expect(page.get_by_role("slider", name="Frame")).to_have_attribute("aria-valuetext", "frame 1 of 8: t = 0.00")
    page.get_by_role("button", name="Next frame").click()
    stage_shows(page, 1)
    expect(page.locator("#film .film-caption")).to_have_text("t = 0.14")
    page.get_by_role("button", name="Previous frame").click()
    stage_shows(page, 0)
    expect(page.locator("#film .film-cell canvas")).to_have_count(8)


def test_dragging_and_playing_make_no_request(page: Page, stand: Stand, folder: Path) -> None:
    show(page, stand, film(folder, 8, fps=50, loop="closed"))
    all_loaded(page, 8)
    stage_shows(page, 0)
    expect(page.locator("#film .film-cell canvas")).to_have_count(8)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    box = page.locator("#film .film-range").bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] / 2)
    page.mouse.down()
    for k in range(60):
        page.mouse.move(box["x"] + 10 + (box["width"] - 20) * k / 59, box["y"] + box["height"] / 2)
    page.mouse.up()
    stage_shows(page, 7)
    assert state(page)["index"] == 7
    cell = page.locator("#film .film-cell").nth(3)
    cell.click()
    stage_shows(page, 3)
    places_seen(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("window.seen.length > 12")
    page.get_by_role("button", name="Pause").click()
    assert requests == []


def test_the_keyboard_moves_and_plays(page: Page, stand: Stand, folder: Path) -> None:
    show(page, stand, film(folder, 8))
    all_loaded(page, 8)
    page.locator("#film .film-range").focus()
    for key, index in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 7), ("Home", 0), ("PageUp", 1)]:
        page.keyboard.press(key)
        stage_shows(page, index)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.locator("#film .film-stage").click()
    page.keyboard.press("End")
    stage_shows(page, 7)
    page.keyboard.press("ArrowLeft")
    stage_shows(page, 6)


@pytest.mark.parametrize(
    ("loop", "positions"),
    [
        ("open", [0, 1, 2, 3, None, None, None, None]),
        ("closed", [0, 1, 2, 3, 0, 1, 2, 3]),
        ("back-and-forth", [0, 1, 2, 3, 2, 1, 0, 1]),
    ],
)
def test_the_order_of_playing(page: Page, loop: str, positions: list[int | None]) -> None:
    code = source("reel.js") + "; return loop => [0, 1, 2, 3, 4, 5, 6, 7].map(p => frameAt(p, 4, loop));"
    assert page.evaluate(f"loop => Function({json.dumps(code)})()(loop)", loop) == positions


@pytest.mark.parametrize("loop", ["closed", "back-and-forth"])
def test_playing_repeats_as_chosen(page: Page, stand: Stand, folder: Path, loop: str) -> None:
    show(page, stand, film(folder, 8))
    all_loaded(page, 8)
    page.get_by_label(FILM_TEXTS["loop"]).select_option(loop)
    page.get_by_label(FILM_TEXTS["fps"]).fill("20")
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
    show(page, stand, film(folder, 8, fps=50))
    all_loaded(page, 8)
    page.get_by_role("button", name="Play").click()
    stage_shows(page, 7)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    places_seen(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("window.seen.at(-1) === 7")
    assert page.evaluate("window.seen")[0] == 0


def test_frames_arrive_coarse_to_fine(page: Page, stand: Stand, folder: Path) -> None:
    preview = {"index": 0, "step": 7, "steps": 20, "path": folder / "x0" / "0000-07.jpg"}
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/view/" in request.url else None)
    page.locator("#go").click()
    note = page.locator("#film .film-note")
    stand.feed.put(film(folder, 8, []))
    expect(note).to_have_text(FILM_TEXTS["waiting"])
    stand.feed.put(film(folder, 8, [], preview=preview))
    expect(note).to_have_text("Step 7 of 20, predicted picture")
    stand.feed.put(film(folder, 8, [0, 7]))
    all_loaded(page, 2)
    page.get_by_role("slider", name="Frame").evaluate("e => { e.value = 4; e.dispatchEvent(new Event('input')); }")
    expect(note).to_have_text("Frame 5 is still to come; showing 8")
    stage_shows(page, 7)
    expect(page.locator("#film .film-cell")).to_have_count(8)
    expect(page.locator("#film .film-cell canvas")).to_have_count(2)
    stand.feed.put(film(folder, 8, [0, 3, 7]))
    expect(note).to_have_text("Frame 5 is still to come; showing 4")
    stand.feed.put(film(folder, 8))
    all_loaded(page, 8)
    stage_shows(page, 4)
    expect(note).to_have_text("")
    assert state(page)["index"] == 4, "a visitor who has moved is not moved"
    assert sorted(re.findall(r"\d{4}\.jpg", " ".join(fetched))) == [f"{i:04}.jpg" for i in range(8)], "each once"


def test_an_untouched_view_follows_and_ends_at_the_beginning(page: Page, stand: Stand, folder: Path) -> None:
    page.locator("#go").click()
    stand.feed.put(film(folder, 8, [5]))
    stage_shows(page, 5)
    stand.feed.put(film(folder, 8))
    all_loaded(page, 8)
    stage_shows(page, 0)


def test_a_new_run_starts_afresh_but_keeps_the_visitors_speed(page: Page, stand: Stand, folder: Path) -> None:
    other = make_run(stand.root, folder.name + "-other", 5)
    page.locator("#go").click()
    stand.feed.put(film(folder, 8))
    all_loaded(page, 8)
    page.get_by_label(FILM_TEXTS["fps"]).fill("24")
    page.keyboard.press("Tab")
    page.locator("#film .film-range").focus()
    page.keyboard.press("End")
    stage_shows(page, 7)
    stand.feed.put(film(other, 5, loop="closed"))
    all_loaded(page, 5)
    stage_shows(page, 0)
    expect(page.locator("#film .film-count")).to_have_text("1 / 5")
    assert state(page) == {"index": 0, "fps": 24, "loop": "closed"}
    stand.feed.put(None)
    expect(page.get_by_text(FILM_TEXTS["empty"])).to_be_visible()


def test_the_state_reaches_a_handler(page: Page, stand: Stand, folder: Path) -> None:
    stand.received.clear()
    page.locator("#read").click()
    expect(page.locator("#done textarea, #done input")).to_have_value("taken 1")
    show(page, stand, film(folder, 8))
    all_loaded(page, 8)
    page.get_by_label(FILM_TEXTS["fps"]).fill("99")
    page.get_by_label(FILM_TEXTS["loop"]).select_option("back-and-forth")
    page.locator("#film .film-range").focus()
    page.keyboard.press("End")
    stage_shows(page, 7)
    page.locator("#read").click()
    expect(page.locator("#done textarea, #done input")).to_have_value("taken 2")
    assert stand.received == [
        ("sent along", None),
        ("sent along", {"index": 7, "fps": 50.0, "loop": "back-and-forth"}),
    ]


def test_the_saved_frame_is_the_lossless_one(page: Page, stand: Stand, folder: Path) -> None:
    show(page, stand, film(folder, 8))
    all_loaded(page, 8)
    page.locator("#film .film-cell").nth(3).click()
    stage_shows(page, 3)
    with page.expect_download() as download:
        page.get_by_role("link", name=FILM_TEXTS["save"]).click()
    assert download.value.suggested_filename == "0003.png"
    assert Path(download.value.path()).read_bytes() == (folder / "frames" / "0003.png").read_bytes()


def test_pictures_that_are_gone_are_said_to_be_gone(page: Page, stand: Stand, folder: Path) -> None:
    page.may_complain = True  # the browser itself reports the 404s
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/view/" in request.url else None)
    for picture in (folder / "view").iterdir():
        picture.unlink()
    show(page, stand, film(folder, 8))
    expect(page.locator("#film .film-note")).to_have_text(FILM_TEXTS["gone"])
    assert len(asked) == 16, "each is tried twice"


def test_a_broken_picture_is_passed_over(page: Page, stand: Stand, folder: Path) -> None:
    (folder / "view" / "0003.jpg").write_bytes(b"no picture")
    show(page, stand, film(folder, 8))
    all_loaded(page, 8)
    page.locator("#film .film-cell").nth(3).click()
    expect(page.locator("#film .film-note")).to_have_text("Frame 4 could not be loaded; showing 3")
    stage_shows(page, 2)


def test_many_frames_show_as_many_thumbnails_as_fit(page: Page, stand: Stand) -> None:
    folder = make_run(stand.root, "many", 31)
    show(page, stand, film(folder, 31))
    all_loaded(page, 31)
    wide = page.locator("#film .film-cell").count()
    assert 4 < wide < 31
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"document.querySelectorAll('#film .film-cell').length < {wide}")
    picks = page.locator("#film .film-cell").evaluate_all("cells => cells.map(c => Number(c.dataset.index))")
    assert picks[0] == 0
    assert picks[-1] == 30
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_text_of_visitors_is_shown_and_never_run(page: Page, stand: Stand, request: pytest.FixtureRequest) -> None:
    folder = make_run(stand.root, "nasty", 2, captions=[NASTY, NASTY])
    said = status("error", NASTY, detail=NASTY, notes=[NASTY, "你好 🙂"], progress=0.5)
    show(page, stand, (film(folder, 2), said))
    all_loaded(page, 2)
    expect(page.locator("#film .film-caption")).to_have_text(NASTY)
    expect(page.locator("#status .status-text")).to_have_text(NASTY)
    expect(page.locator("#status .status-detail")).to_have_text(NASTY)
    expect(page.locator("#status li")).to_have_text([NASTY, "你好 🙂"])
    assert page.evaluate("window.hacked") is None
    assert page.locator("#film img, #status img").count() == 0


def test_a_status_says_how_far_it_is(page: Page, stand: Stand) -> None:
    page.locator("#go").click()
    stand.feed.put((gr.skip(), status("running", "3 of 24 frames", progress=0.25)))
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "25")
    expect(page.locator("#status .status-text")).to_have_text("3 of 24 frames")
    stand.feed.put((gr.skip(), status("done", "24 frames in 9.0 s")))
    expect(bar).to_be_hidden()
    expect(page.locator("#status .status")).to_have_attribute("data-state", "done")


def test_hit_targets_are_large_enough_on_a_phone(page: Page, stand: Stand, folder: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, stand, film(folder, 8))
    all_loaded(page, 8)
    for control in page.locator("#film button, #film select, #film input, #film a").all():
        box = control.bounding_box()
        assert box["height"] >= 36
        assert box["width"] >= 36
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_a_view_that_leaves_the_page_stops_quietly(page: Page, stand: Stand, folder: Path) -> None:
    show(page, stand, film(folder, 8, loop="closed", fps=50))
    all_loaded(page, 8)
    places_seen(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("window.seen.length > 3")
    page.evaluate("() => { window.gone = document.querySelector('#film [data-film]'); window.gone.remove(); }")
    page.evaluate("() => document.querySelector('#film').remove()")
    two_frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(two_frames)
    before = page.evaluate("window.gone.dataset.film")
    for _ in range(10):
        page.evaluate(two_frames)
    assert page.evaluate("window.gone.dataset.film") == before


def test_a_visitor_who_wants_less_motion_is_not_moved(browser: Browser, stand: Stand, folder: Path) -> None:
    stand.feed = queue.Queue()
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(stand.url)
    page.locator("#go").click()
    stand.feed.put(film(folder, 8, [5]))
    stage_shows(page, 5)
    stand.feed.put(film(folder, 8, [2, 5]))
    all_loaded(page, 2)
    assert state(page)["index"] == 5
    stand.feed.put(END)
    context.close()


def test_texts_follow_the_language_of_the_browser(browser: Browser, stand: Stand) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(stand.url)
    expect(page.get_by_text("影片会出现在这里")).to_be_visible()
    expect(page.get_by_text(FILM_TEXTS["hint"])).to_be_visible()  # not translated: English
    context.close()


def test_a_finger_scrubs(browser: Browser, stand: Stand, folder: Path) -> None:
    stand.feed = queue.Queue()
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(stand.url)
    show(page, stand, film(folder, 8))
    all_loaded(page, 8)
    last = page.locator("#film .film-cell").last
    last.scroll_into_view_if_needed()
    last.tap()
    stage_shows(page, 7)
    context.close()
