"""TrajectoryView in a browser, against denoisings made of coloured frames."""

from __future__ import annotations

import json
import queue
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from explorer.experiments.denoising_trajectory import LAYERS
from explorer.experiments.looks import HEAT, GuidanceEffect
from explorer.ui import trajectory
from explorer.ui.trajectory import TRAJECTORY_TEXTS, TrajectoryView
from explorer.ui.views import FilmView, source
from tests.ui.hands import write
from tests.ui.serving import served

END = object()
NASTY = "<img src=x onerror=\"window.hacked='html'\"> ${window.hacked='dollar'} {{value}} `back` \\u0041"
STEPS = (1, 8, 16, 20)
SIGMAS = {1: 14.615, 8: 3.4, 16: 0.62, 20: 0.0292}
NAMES = tuple(LAYERS)
SCRIPTS = ("lanes.js", "curve.js", "pane.js", "trajectory.js")


def denoisings(
    scales: Sequence[float] = (4.0, 9.0), steps: Sequence[int] = STEPS, prompts: Sequence[str] = ("a cat",)
) -> list[dict[str, Any]]:
    """What frames.json says: layer by layer, lane by lane, step by step; one lane a scale."""
    frames = []
    for layer, name in enumerate(NAMES):
        for lane, scale in enumerate(scales):
            for step in steps:
                if scale == 0 and name in ("alone", "guidance"):
                    continue
                settings = {"prompt": prompts[lane % len(prompts)], "guidance_scale": scale, "steps": max(steps)}
                settings |= {"step": step, "sigma": SIGMAS.get(step, 1.0), "layer": name}
                caption = f"step {step} of {max(steps)}, {name}, guidance {scale:g}"
                frames.append({"caption": caption, "coordinates": [lane, step, layer], "settings": settings})
    return frames


def make_run(root: Path, name: str, frames: list[dict[str, Any]], side: int = 64) -> Path:
    """A run whose frame i has the red value 8 i + 4, so that a pixel tells which frame is shown."""
    folder = root / re.sub(r"\W", "-", name)
    for sub in ("view", "frames", "x0"):
        (folder / sub).mkdir(parents=True)
    for i in range(len(frames)):
        picture = Image.new("RGB", (side, side), (8 * i + 4, 120, 60))
        picture.save(folder / "view" / f"{i:04}.jpg", quality=95)
        picture.save(folder / "frames" / f"{i:04}.png")
    Image.new("RGB", (side // 8, side // 8), (250, 250, 0)).save(folder / "x0" / "0000-001.jpg")
    (folder / "frames.json").write_text(json.dumps({"count": len(frames), "frames": frames}))
    return folder


def value(folder: Path, count: int, ready: Any = None, **changes: Any) -> dict[str, Any]:
    ready = list(range(count)) if ready is None else list(ready)
    return {"folder": folder, "count": count, "ready": ready, "preview": None, "fps": 10.0, "loop": "open", **changes}


class Stand:
    """A page with the widget. What is put into `feed` is yielded by the handler of its Go button until END."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.feed: queue.Queue[Any] = queue.Queue()
        self.received: list[Any] = []
        gr.set_static_paths([root])
        with gr.Blocks(analytics_enabled=False) as self.demo:
            go = gr.Button("Go", elem_id="go")
            self.view = TrajectoryView(elem_id="trajectory", texts={"zh": {"empty": "轨迹会出现在这里"}})
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
def one(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of one lane: 16 frames."""
    return make_run(stand.root, request.node.name, denoisings((9.0,)))


@pytest.fixture
def two(stand: Stand, request: pytest.FixtureRequest) -> Path:
    """A run of two lanes, guidance 4 and 9: 32 frames; frame 8 layer + 4 lane + step's place."""
    return make_run(stand.root, request.node.name, denoisings())


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
    """Shows a complete run and waits until all of it is in the browser: untouched, the view stands at its end."""
    with page.expect_response(lambda answer: "frames.json" in answer.url):
        stand.feed.put(value(folder, count, **changes))
        stand.feed.put(END)
        page.locator("#go").click()
    page.wait_for_function(
        "count => performance.getEntriesByType('resource').filter(e => e.name.endsWith('.jpg')"
        f" && e.name.includes('{folder.name}/view') && e.responseEnd).length >= count",
        arg=count,
    )


def shows(page: Page, lane: int, index: int) -> None:
    """Waits until the pixel in the middle of the lane has the colour of frame `index`."""
    page.wait_for_function(
        """([lane, index]) => { const c = document.querySelectorAll('#trajectory .trajectory-lane canvas')[lane];
        if (!c) return false;
        const red = c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[0];
        return Math.round((red - 4) / 8) === index; }""",
        arg=[lane, index],
    )


def scrubber(page: Page) -> Locator:
    return page.get_by_role("slider", name=TRAJECTORY_TEXTS["scrub"])


def layer(page: Page, name: str) -> None:
    page.get_by_role("button", name=TRAJECTORY_TEXTS[name], exact=True).click()


def lane(page: Page, k: int) -> Locator:
    return page.locator("#trajectory .trajectory-lane").nth(k)


def mark(page: Page, k: int) -> Locator:
    return page.locator("#trajectory .trajectory-mark").nth(k)


def place(page: Page) -> Locator:
    return page.locator("#trajectory .trajectory-place")


def state(page: Page) -> dict[str, Any]:
    return json.loads(page.locator("#trajectory [data-film]").get_attribute("data-film"))


def run_script(page: Page, code: str, argument: Any = None) -> Any:
    """What `return ...` gives after the pure functions of lanes.js, with `it` for the argument."""
    return page.evaluate(f"it => Function('it', {json.dumps(source('lanes.js') + code)})(it)", argument)


# ---- plain Python --------------------------------------------------------------------------------------------------


def test_it_takes_and_gives_exactly_what_a_film_does(tmp_path: Path) -> None:
    run = make_run(tmp_path, "run", denoisings())
    preview = {"index": 0, "step": 1, "steps": 20, "path": run / "x0" / "0000-001.jpg"}
    view, film = TrajectoryView(render=False), FilmView(render=False)
    for given in (None, value(run, 32, [0, 3], preview=preview)):
        assert view.postprocess(given) == film.postprocess(given)
    for given in (None, [1], {}, {"index": 10**400, "fps": "x", "loop": 3}, {"index": 3, "fps": 4, "loop": "closed"}):
        assert view.preprocess(given) == film.preprocess(given)
    assert view.api_info() == film.api_info()


def test_defining_the_widget_wrote_no_stub_file() -> None:
    assert not Path(trajectory.__file__).with_suffix(".pyi").exists()


def test_the_templates_interpolate_nothing_and_nothing_moves_by_itself() -> None:
    for name in ("trajectory.html", "trajectory.css"):
        assert not re.search(r"\$\{|\{\{|`|\\", source(name)), name
    assert not re.search(r"transition|animation", source("trajectory.css"))
    assert not re.search(r"innerHTML|insertAdjacentHTML|outerHTML", source(*SCRIPTS))


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    code = source("trajectory.js")
    used = set(re.findall(r"say\('([^']+)'", code)) | {"play", "pause", "lanes", "layers", "scrub", "honest", "keys"}
    used |= set(LAYERS) | {f"{name} hint" for name in LAYERS} | {"preview", "waiting"}
    assert used == set(TRAJECTORY_TEXTS)


def test_the_scale_of_colours_is_the_one_that_is_drawn() -> None:
    marks = re.findall(r'left: ([\d.]+)%">([\d.]+)<', source("trajectory.html"))
    places = [100 * np.log1p(float(x) / GuidanceEffect.FAINT) / np.log1p(GuidanceEffect.FULL / 0.05) for _, x in marks]
    assert [float(left) for left, _ in marks] == pytest.approx(places, abs=0.05)
    assert [float(x) for _, x in marks] == [0, 0.1, 1, GuidanceEffect.FULL]
    assert ", ".join(f"#{colour}" for colour in HEAT) in source("trajectory.css")
    assert f"pale yellow {GuidanceEffect.FULL:g} or more" in TRAJECTORY_TEXTS["guidance hint"]


# ---- what frames.json says -----------------------------------------------------------------------------------------


def test_coordinates_are_lane_step_and_layer(page: Page) -> None:
    script = "; const g = gridOf(it); return [g.lanes, g.steps, g.layers, g.find(1, 16, 2), g.find(2, 1, 0)];"
    assert run_script(page, script, denoisings()) == [[0, 1], list(STEPS), [0, 1, 2, 3], 22, -1]
    assert run_script(page, script, []) == [[], [], [], -1, -1]


@pytest.mark.parametrize(
    ("scales", "prompts", "names"),
    [
        ((4.0, 9.0), ("a",), ["guidance 4", "guidance 9"]),
        ((4.0, 4.0), ("a", "b"), ["a", "b"]),
        ((4.0, 0.5), ("a", "b"), ["a, guidance 4", "b, guidance 0.5"]),
        ((4.0,), ("a",), [""]),
    ],
)
def test_a_lane_is_named_by_what_tells_it_from_the_others(page: Page, scales, prompts, names) -> None:
    frames = denoisings(scales, prompts=prompts)
    assert run_script(page, "; return laneNames(it, gridOf(it));", frames) == names


def test_numbers_are_written_roughly(page: Page) -> None:
    assert run_script(page, "; return it.map(rough);", [14.615, 3.4321, 0.6249, 0.0292, 1, 120.4]) == [
        *("14.6", "3.4", "0.62", "0.029", "1", "120"),
    ]


def test_the_nearest_frame_is_of_the_same_row(page: Page) -> None:
    script = "; return nearestIn([4, 5, 6, 7], it, new Set([1, 4, 6, 8]));"
    assert [run_script(page, script, i) for i in (4, 5, 6, 7)] == [4, 4, 6, 6]
    assert run_script(page, "; return nearestIn([4, 5], 4, new Set([1]));") == -1


# ---- in the browser ------------------------------------------------------------------------------------------------


def test_an_empty_view_invites(page: Page) -> None:
    expect(page.get_by_text(TRAJECTORY_TEXTS["empty"])).to_be_visible()
    expect(scrubber(page)).to_be_hidden()
    expect(page.locator("#trajectory .trajectory-layers")).to_be_hidden()


def test_all_lanes_are_at_the_same_step(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two, 32)
    for k, index in enumerate((3, 7)):
        shows(page, k, index)
    expect(page.locator("#trajectory .trajectory-name")).to_have_text(["guidance 4", "guidance 9"])
    scrubber(page).fill("1")
    for k, index in enumerate((1, 5)):
        shows(page, k, index)
    expect(place(page)).to_contain_text("step 8 of 20, predicted, guidance 4")
    expect(place(page)).to_contain_text("noise level σ = 3.4: the noise is 3.4 times as strong as the picture")
    scrubber(page).fill("2")
    expect(place(page)).to_contain_text("noise level σ = 0.62: the noise has 62 % of the picture's strength")


def test_it_says_that_a_step_is_not_a_picture_of_so_many_steps(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one, 16)
    expect(page.get_by_text("Step 10 of 30 is not a 10-step picture")).to_be_visible()


def test_scrubbing_and_switching_layers_make_no_request(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two, 32)
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
    show(page, stand, one, 16)
    plot = page.locator("#trajectory .trajectory-plot")
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
    show(page, stand, one, 16)
    line = page.locator("#trajectory .curve-line").get_attribute("d")
    places = [[float(x) for x in point.split()] for point in re.split("[ML]", line) if point]
    logs = np.log([SIGMAS[step] for step in STEPS])
    assert [x for x, _ in places] == [0, 1, 2, 3]
    assert [y for _, y in places] == pytest.approx(1 - (logs - logs[-1]) / (logs[0] - logs[-1]))
    expect(page.locator("#trajectory .trajectory-axis span")).to_have_text(
        ["σ 14.6", TRAJECTORY_TEXTS["curve"], "σ 0.029"]
    )
    scrubber(page).fill("2")
    assert page.locator("#trajectory .curve-dot").get_attribute("d").startswith("M2 ")


def test_keys_go_through_the_steps(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two, 32)
    page.locator("#trajectory .trajectory-stage").focus()
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
        "step 8 of 20, predicted, guidance 4, noise level σ = 3.4: the noise is 3.4 times as strong as the picture",
    )


def test_playing_ends_at_the_finished_picture(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one, 16)
    page.locator("#trajectory .trajectory-stage").focus()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name=TRAJECTORY_TEXTS["pause"])).to_be_visible()
    expect(scrubber(page)).not_to_have_value("3")
    expect(page.get_by_role("button", name=TRAJECTORY_TEXTS["play"])).to_be_visible()
    expect(scrubber(page)).to_have_value("3")
    shows(page, 0, 3)


def test_a_layer_says_what_it_is(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one, 16)
    about, scale = page.locator("#trajectory .trajectory-about"), page.locator("#trajectory .trajectory-scale")
    for name in NAMES:
        layer(page, name)
        button = page.get_by_role("button", name=TRAJECTORY_TEXTS[name], exact=True)
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(about).to_have_text(TRAJECTORY_TEXTS[f"{name} hint"])
    expect(scale).to_be_visible()
    layer(page, "noisy")
    expect(scale).to_be_hidden()
    shows(page, 0, 7)


def test_what_was_measured_of_a_picture_stands_beside_it(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two, 32, notes={27: "0.3 on average", 31: NASTY})
    about = page.locator("#trajectory .trajectory-about")
    hint = TRAJECTORY_TEXTS["guidance hint"]
    expect(about).to_have_text(TRAJECTORY_TEXTS["predicted hint"])
    layer(page, "guidance")
    expect(about).to_have_text(f"{hint} Here: 0.3 on average.")
    lane(page, 1).click()
    expect(about).to_have_text(f"{hint} Here: {NASTY}.")
    scrubber(page).fill("0")
    expect(about).to_have_text(hint)
    assert page.evaluate("window.hacked") is None


def test_the_chosen_lane_is_saved_and_carried_on(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two, 32)
    expect(lane(page, 0)).to_have_attribute("aria-pressed", "true")
    lane(page, 1).click()
    layer(page, "noisy")
    scrubber(page).fill("2")
    shows(page, 1, 14)
    expect(lane(page, 1)).to_have_attribute("aria-pressed", "true")
    assert state(page) == {"index": 14, "fps": 10, "loop": "open"}
    with page.expect_download() as download:
        page.get_by_role("link", name=TRAJECTORY_TEXTS["save"]).click()
    assert download.value.suggested_filename == "0014.png"
    assert Path(download.value.path()).read_bytes() == (two / "frames" / "0014.png").read_bytes()
    stand.received.clear()
    page.locator("#read").click()
    expect(page.locator("#done textarea, #done input")).to_have_value("taken 1")
    assert stand.received == [{"index": 14, "fps": 10.0, "loop": "open"}]


def test_the_view_follows_the_denoising_until_it_is_touched(page: Page, stand: Stand, two: Path) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/view/" in request.url else None)
    page.locator("#go").click()
    stand.feed.put(value(two, 32, []))
    note = page.locator("#trajectory .trajectory-note")
    expect(note).to_have_text(TRAJECTORY_TEXTS["waiting"])
    expect(page.locator("#trajectory .trajectory-lane")).to_have_count(2)
    preview = {"index": 4, "step": 1, "steps": 20, "path": two / "x0" / "0000-001.jpg"}
    stand.feed.put(value(two, 32, [], preview=preview))
    expect(note).to_have_text("Step 1 of 20, predicted picture")
    stand.feed.put(value(two, 32, [0]))
    expect(note).to_be_hidden()
    shows(page, 0, 0)
    expect(mark(page, 1)).to_have_text("step 1 is still to come")
    stand.feed.put(value(two, 32, [0, 4]))
    expect(mark(page, 1)).to_be_hidden()
    stand.feed.put(value(two, 32, [0, 4, 1, 5, 2]))
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
    stand.feed.put(value(two, 32))
    page.wait_for_function(
        "() => new Set(performance.getEntriesByType('resource').filter(e => "
        f"e.name.includes('{two.name}/view') && e.responseEnd).map(e => e.name)).size === 32"
    )
    shows(page, 0, 0)
    expect(scrubber(page)).to_have_value("0")
    assert sorted(re.findall(r"\d{4}\.jpg", " ".join(fetched))) == [f"{i:04}.jpg" for i in range(32)], "each once"


def test_at_guidance_0_it_says_that_there_is_nothing_to_compare(page: Page, stand: Stand) -> None:
    frames = denoisings((0.0, 9.0))
    show(page, stand, make_run(stand.root, "nothing", frames), len(frames))
    layer(page, "guidance")
    expect(mark(page, 0)).to_have_text(TRAJECTORY_TEXTS["nothing"])
    expect(mark(page, 1)).to_be_hidden()
    shows(page, 1, 23)
    assert state(page)["index"] == 3, "the predicted picture of that step stands in"
    expect(page.locator("#trajectory .trajectory-save")).not_to_have_attribute("href", re.compile("."))
    layer(page, "predicted")
    expect(mark(page, 0)).to_be_hidden()
    shows(page, 0, 3)


def test_a_new_run_starts_afresh_but_keeps_the_layer(page: Page, stand: Stand, two: Path) -> None:
    other = make_run(stand.root, two.name + "-other", denoisings((9.0,), (1, 2)))
    page.locator("#go").click()
    stand.feed.put(value(two, 32))
    shows(page, 1, 7)
    layer(page, "noisy")
    lane(page, 1).click()
    scrubber(page).fill("0")
    shows(page, 1, 12)
    stand.feed.put(value(other, 8, fps=12.0, loop="closed"))
    expect(page.locator("#trajectory .trajectory-lane")).to_have_count(1)
    shows(page, 0, 3)
    assert state(page) == {"index": 3, "fps": 12, "loop": "closed"}
    stand.feed.put(None)
    expect(page.get_by_text(TRAJECTORY_TEXTS["empty"])).to_be_visible()


def test_a_denoising_of_one_step_has_no_curve(page: Page, stand: Stand) -> None:
    show(page, stand, make_run(stand.root, "single", denoisings((9.0,), (1,))), 4)
    shows(page, 0, 0)
    expect(page.locator("#trajectory .trajectory-plot")).to_be_hidden()
    page.locator("#trajectory .trajectory-stage").focus()
    for key in ("End", " ", "ArrowLeft"):
        page.keyboard.press(key)
        assert state(page)["index"] == 0


def test_pictures_that_are_gone_are_said_to_be_gone(page: Page, stand: Stand, one: Path) -> None:
    page.may_complain = True  # the browser itself reports the 404s
    for picture in (one / "view").iterdir():
        picture.unlink()
    stand.feed.put(value(one, 16))
    page.locator("#go").click()
    expect(page.locator("#trajectory .trajectory-note")).to_have_text(TRAJECTORY_TEXTS["gone"])


def test_a_broken_picture_is_passed_over(page: Page, stand: Stand, one: Path) -> None:
    (one / "view" / "0002.jpg").write_bytes(b"no picture")
    show(page, stand, one, 16)
    shows(page, 0, 3)
    scrubber(page).fill("2")
    expect(mark(page, 0)).to_have_text("step 16 could not be loaded; showing step 8")
    shows(page, 0, 1)


def test_text_of_visitors_is_shown_and_never_run(page: Page, stand: Stand) -> None:
    frames = denoisings((9.0, 9.0), (1, 2), prompts=(NASTY, "你好 🙂"))
    for told in frames:
        told["caption"] = told["settings"]["prompt"]
    show(page, stand, make_run(stand.root, "nasty", frames), 16)
    expect(page.locator("#trajectory .trajectory-name")).to_have_text([NASTY, "你好 🙂"])
    expect(place(page)).to_contain_text(NASTY)
    assert page.evaluate("window.hacked") is None
    assert page.locator("#trajectory img").count() == 0


def test_on_a_phone_two_stand_beside_each_other_and_nothing_is_clipped(page: Page, stand: Stand) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    scales = (1.0, 3.0, 6.0, 12.0)
    prompts = [f"a very long prompt about {n} boats at the beach at night " * 4 for n in range(4)]
    frames = denoisings(scales, (1, 2), prompts=prompts)
    for told in frames:
        told["caption"] += ", " + told["settings"]["prompt"]
    show(page, stand, make_run(stand.root, "phone", frames), len(frames))
    shows(page, 3, 7)
    boxes = [lane(page, k).bounding_box() for k in range(4)]
    assert boxes[0]["y"] == boxes[1]["y"] < boxes[2]["y"] == boxes[3]["y"]
    for name in NAMES:
        layer(page, name)
        controls = page.locator("#trajectory :is(button, a, input, .trajectory-plot):visible").all()
        assert len(controls) >= 12
        for control in controls:
            box = control.bounding_box()
            assert box["height"] >= 36
            assert box["width"] >= 36
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        for words in page.locator("#trajectory :is(p, p *, .trajectory-name):visible").all():
            box = words.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_wide_all_lanes_are_in_a_row(page: Page, stand: Stand) -> None:
    frames = denoisings((1.0, 3.0, 6.0, 12.0), (1, 2))
    show(page, stand, make_run(stand.root, "wide", frames), len(frames))
    shows(page, 3, 7)
    assert len({lane(page, k).bounding_box()["y"] for k in range(4)}) == 1


def test_every_control_has_a_name(page: Page, stand: Stand, two: Path) -> None:
    show(page, stand, two, 32)
    controls = page.locator("#trajectory :is(button, a, input, [role=img], [role=group]):visible").all()
    assert len(controls) >= 10
    for control in controls:
        expect(control).to_have_accessible_name(re.compile(r"\w"))
    expect(page.get_by_role("button", name="guidance 9: step 20 of 20, predicted, guidance 9")).to_be_visible()


def test_one_denoising_is_a_picture_and_no_button(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one, 16)
    expect(page.get_by_role("img", name="the picture: step 20 of 20, predicted, guidance 9")).to_be_visible()
    expect(page.locator("#trajectory .trajectory-name")).to_have_count(0)


def test_a_finger_scrubs(browser: Browser, stand: Stand, two: Path) -> None:
    stand.feed = queue.Queue()
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(stand.url)
    show(page, stand, two, 32)
    lane(page, 1).tap()
    expect(lane(page, 1)).to_have_attribute("aria-pressed", "true")
    scrubber(page).scroll_into_view_if_needed()
    box = scrubber(page).bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    shows(page, 1, 5)
    context.close()


def test_a_view_that_leaves_the_page_lets_its_pictures_go(page: Page, stand: Stand, one: Path) -> None:
    show(page, stand, one, 16)
    page.evaluate("() => { window.gone = document.querySelector('#trajectory [data-film]'); }")
    page.evaluate("() => document.querySelector('#trajectory').remove()")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    before = page.evaluate("window.gone.dataset.film")
    page.evaluate("window.gone.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft' }))")
    assert page.evaluate("window.gone.dataset.film") == before


def test_texts_follow_the_language_of_the_browser(browser: Browser, stand: Stand) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(stand.url)
    expect(page.get_by_text("轨迹会出现在这里")).to_be_visible()
    expect(page.get_by_text(TRAJECTORY_TEXTS["hint"])).to_be_visible()  # not translated: English
    context.close()


def test_on_the_page_a_rendered_trajectory_is_scrubbed_without_a_request(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "runs", "denoising-trajectory") as site:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(site.url)
        page.get_by_role("tab", name="Denoising trajectory").click()
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
            view.get_by_role("button", name=TRAJECTORY_TEXTS[name], exact=True).click()
            for key in ("Home", "ArrowRight", "ArrowRight", "End"):
                view.get_by_role("slider").press(key)
        expect(view.locator(".trajectory-place")).to_contain_text("step 4 of 4, what guidance changes, guidance 3")
        assert requests == []
        page.close()
