"""Visits: a point between a run's places, asked for by a browser that is not trusted, and by one that is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.experiments.interpolation import Interpolation
from explorer.experiments.prompt_grid import PromptGrid
from explorer.outputs import settings
from explorer.outputs.runs import Run, Runs
from explorer.space.mixtures import prompts_of
from explorer.space.plans import Place
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.limits import Door, Limits
from explorer.ui.singles import Singles
from explorer.ui.text import say
from explorer.ui.visits import Courier, _visit, checked, visit_of
from tests.clients import connected
from tests.ui.hands import unfold, write
from tests.ui.renders import run_of
from tests.ui.serving import Served, served

PREFIX = "#prompt-grid"
SQUARE = [Place((x, y), "") for x in (0, 1) for y in (0, 1)]
HOSTILE = [
    None,
    [],
    "0.5, 0.5",
    {"x": 0.5, "y": 0.5},
    [0.5],
    [0.5, 0.5, 0.5],
    [0.5, 1.0001],
    [-1e-9, 0.5],
    [float("nan"), 0.5],
    [float("inf"), 0.5],
    [10**400, 0.5],
    ["0.5", 0.5],
    [True, 0.5],
    [None, 0.5],
    [[0.5], 0.5],
    [0.5] * 100_000,
]


def rendered(engine: Engine, runs: Runs, **settings) -> Run:
    """A finished run of the grid."""
    return run_of(PromptGrid(cells=3, **settings), engine, runs)


def tab_of(engine: Engine) -> SimpleNamespace:
    """What a visit needs of the grid's tab."""
    told = {"active": ActiveJobs(), "door": Door(), "desk": Desk(engine), "stop_button": "stop"}
    told["singles"] = Singles(engine)
    return SimpleNamespace(experiment=PromptGrid, name=PromptGrid.name(), engine=engine, **told)


def asked(tab: SimpleNamespace, run: Run | None, data: object, visitor: str = "somebody") -> list[dict]:
    """The news that the handler gives to an event with `data`; what it skips is left out."""
    request, event = SimpleNamespace(session_hash=visitor), gr.EventData(None, data)
    answers = _visit(tab, "courier")(request, event, run and str(run.folder))
    return [answer["courier"] for answer in answers if "courier" in answer]


@pytest.fixture
def run(engine, tmp_path) -> Run:
    return rendered(engine, Runs(tmp_path / "runs"))


# ---- what a browser may ask for ------------------------------------------------------------------------------------


@given(x=st.floats(0, 1), y=st.floats(0, 1))
def test_coordinates_within_the_places_are_taken_as_they_are(x, y):
    assert checked([x, y], SQUARE) == (x, y)


@pytest.mark.parametrize("coordinates", HOSTILE, ids=lambda c: repr(c)[:20])
def test_all_others_are_none(coordinates):
    assert checked(coordinates, SQUARE) is None


@pytest.mark.parametrize(
    "data",
    [None, "coordinates", ["coordinates"], 5, {}, *({"coordinates": c} for c in HOSTILE)],
    ids=lambda d: repr(d)[:30],
)
def test_a_hostile_event_is_ignored_and_costs_nothing(engine, run, data):
    calls = engine.networks.calls
    assert asked(tab_of(engine), run, data) == []
    assert engine.networks.calls == calls
    assert list((run.folder / "exact").iterdir()) == []


def test_so_is_one_without_a_run_or_of_another_experiment(engine, tmp_path):
    tab = tab_of(engine)
    assert asked(tab, None, {"coordinates": [0.3, 0.3]}) == []
    film = Interpolation(frames=3).resolved(engine.networks.defaults)
    assert asked(tab, run_of(film, engine, Runs(tmp_path / "films")), {"coordinates": [0.3]}) == []


def test_a_run_that_is_gone_or_no_longer_allowed_is_said_to_be_gone(engine, run, tmp_path):
    tab, here = tab_of(engine), {"coordinates": [0.3, 0.3]}
    assert asked(tab, Run(tmp_path / "lost", 9), here) == [{"run": "lost", "gone": True}]
    record = run.record
    record["settings"]["cells"] = 99
    (run.folder / "run.json").write_text(json.dumps(record))
    assert asked(tab, run, here) == [{"run": run.name, "gone": True}]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"name": "pocket", "signature": "4092a5ac00|bfloat16|x"}, "made with pocket, and fake runs now"),
        ({"name": "fake", "signature": "4092a5ac00|bfloat16|x"}, "made with fake (4092a5ac), and fake (fake) runs now"),
        ({"name": "fake"}, "made with fake (?), and fake (fake) runs now"),
        ({}, "made with another, and fake runs now"),
        ("fake", "made with another, and fake runs now"),
    ],
)
def test_a_point_of_another_models_run_is_refused_and_both_models_named(engine, run, model, said):
    (run.folder / "run.json").write_text(json.dumps({**run.record, "model": model}))
    calls = engine.networks.calls
    (news,) = asked(tab_of(engine), run, {"coordinates": [0.3, 0.8]})
    assert news == {"run": run.name, "error": f"The run was {said}"}
    assert engine.networks.calls == calls
    assert list((run.folder / "exact").iterdir()) == []
    assert "现在运行的是 fake" in say(news["error"], "zh")


def test_the_same_weights_under_another_name_or_on_another_machine_are_the_same_model(engine, run):
    model = {"name": "./folder", "signature": "fake|bfloat16|another machine"}
    (run.folder / "run.json").write_text(json.dumps({**run.record, "model": model}))
    *_, last = asked(tab_of(engine), run, {"coordinates": [0.3, 0.8]})
    assert last["file"].exists()


# ---- what comes back -----------------------------------------------------------------------------------------------


def test_the_exact_point_is_rendered_into_the_runs_folder(engine, tmp_path):
    run = rendered(engine, Runs(tmp_path), noise="free", seed=4, interpolation="lerp")
    first, *_, last = asked(tab_of(engine), run, {"coordinates": [0.3, 0.8]})
    assert first == {"run": run.name, "coordinates": [0.3, 0.8]}
    experiment = PromptGrid(**run.record["settings"])
    plan = experiment.plan(engine)
    assert last["seed"] == experiment.seed_at(0.3, 0.8)
    assert (last["picture"].suffix, last["file"].suffix) == (".jpg", ".png")
    alone = type(plan)((Place((0.3, 0.8), ""),), plan.at, plan.sampling)
    (frame,) = (e for e in engine.render(alone) if isinstance(e, Frame))
    assert frame.stored
    assert prompts_of(plan.settings_at(0.3, 0.8)["prompt"]) == experiment.prompts
    with Image.open(last["file"]) as picture:
        assert picture.tobytes() == frame.image.tobytes()
    told = {"coordinates": [0.3, 0.8], "settings": {**plan.settings_at(0.3, 0.8), "seed": last["seed"]}}
    assert settings.read(last["file"])["frame"] == told
    assert run.ready == list(range(9)), "the run's own frames are as they were"


def test_a_point_whose_time_is_over_ends_like_stop(engine, run, monkeypatch):
    monkeypatch.setattr("explorer.ui.jobs.SECONDS_BETWEEN_NEWS", 0)
    tab, here = tab_of(engine), {"coordinates": [0.3, 0.8]}
    tab.door = Door(Limits(seconds=0))
    assert asked(tab, run, here)[-1]["stopped"]
    tab.door = Door(Limits(seconds=1000))
    assert "picture" in asked(tab, run, here)[-1]


def test_a_point_that_is_a_cell_costs_nothing(engine, run):
    calls = engine.networks.calls
    *_, last = asked(tab_of(engine), run, {"coordinates": [0.5, 1]})
    with Image.open(last["file"]) as point, Image.open(run.folder / "frames" / "0007.png") as cell:
        assert point.tobytes() == cell.tobytes()
    assert engine.networks.calls == calls


def test_the_runs_own_record_decides_not_the_engines_defaults(engine, tmp_path):
    run = rendered(engine, Runs(tmp_path), num_inference_steps=7, guidance_scale=1.0)
    assert visit_of(PromptGrid, Singles(engine), run, [0.3, 0.3]).render.price.rows == 7


def test_a_device_that_gives_up_is_told_and_the_next_visit_works(engine, run, monkeypatch, capsys):
    tab = tab_of(engine)

    def failing(*_):
        raise RuntimeError("out of memory\nat 0x1234")

    with monkeypatch.context() as patch:
        patch.setattr(engine.networks, "predict", failing)
        *_, last = asked(tab, run, {"coordinates": [0.3, 0.3]})
    assert last["error"] == "out of memory"
    assert "out of memory" in capsys.readouterr().err
    *_, last = asked(tab, run, {"coordinates": [0.3, 0.3]})
    assert last["file"].exists()


def test_the_courier_sends_files_and_leaves_the_rest(tmp_path):
    picture = tmp_path / "a.jpg"
    picture.touch()
    sent = Courier(to="x", render=False).postprocess({"coordinates": [0, 1], "picture": picture, "seed": None})
    assert sent["coordinates"] == [0, 1]
    assert sent["picture"]["path"] == str(picture)
    assert sent["seed"] is None
    assert Courier(to="x", render=False).postprocess(None) is None


class Gate(FakeNetworks):
    """Fake networks whose UNet waits at a gate that is `open` at first."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.waiting = threading.Event(), threading.Event()
        self.open.set()

    def predict(self, rows, micro_batch):
        if not self.open.is_set():
            self.waiting.set()
            assert self.open.wait(30)
        return super().predict(rows, micro_batch)


def test_the_newest_visit_of_a_visitor_wins_and_others_are_left_alone(tmp_path, monkeypatch):
    engine = Engine(Gate())
    run, tab = rendered(engine, Runs(tmp_path)), tab_of(engine)
    stops, stop = threading.Semaphore(0), ActiveJobs.stop

    def counted(self, *who):
        stop(self, *who)
        stops.release()

    monkeypatch.setattr(ActiveJobs, "stop", counted)
    answers: dict[str, list[dict]] = {}

    def visitor(name: str, place: list[float], who: str) -> threading.Thread:
        thread = threading.Thread(
            target=lambda: answers.update({name: asked(tab, run, {"coordinates": place}, who)}), daemon=True
        )
        thread.start()
        assert stops.acquire(timeout=30)
        return thread

    engine.networks.open.clear()
    threads = [visitor("older", [0.1, 0.1], "somebody")]
    assert engine.networks.waiting.wait(30)
    threads += [visitor("newer", [0.2, 0.2], "somebody"), visitor("another", [0.3, 0.3], "somebody else")]
    engine.networks.open.set()
    for thread in threads:
        thread.join(30)
    assert not any("picture" in news or "stopped" in news for news in answers["older"][1:-1])
    assert "picture" not in answers["older"][-1]
    assert answers["newer"][-1]["picture"].exists()
    assert answers["another"][-1]["picture"].exists()
    assert len(list((run.folder / "exact").glob("*.png"))) == 2
    assert tab.active.jobs == {}


# ---- through the page ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), "prompt-grid", pause=0.02) as site:
        yield site


@pytest.fixture
def page(site: Served, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(site.url)
    page.locator("#tab-prompt-grid-button").click()
    expect(page.locator(f"{PREFIX}-render")).to_be_enabled()
    yield page
    context.close()
    assert problems == []


def fill(page: Page, name: str, value: str) -> None:
    write(page.locator(f"{PREFIX}-{name} textarea, {PREFIX}-{name} input").first, value)


def render(page: Page, cells: int) -> None:
    fill(page, "cells", str(cells))
    page.locator(f"{PREFIX}-render").click()
    expect(page.locator(f"{PREFIX}-view .pad-cell canvas")).to_have_count(cells**2, timeout=60_000)


def release_at(page: Page, x: float, y: float) -> None:
    box = page.locator(f"{PREFIX}-view .pad-square").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.up()


def is_exact(page: Page) -> None:
    expect(page.locator(f"{PREFIX}-view .pad-where")).to_contain_text("Rendered here", timeout=30_000)


def folder_of(page: Page, site: Served) -> Path:
    """The run that the page shows, found by where its pictures are."""
    page.locator(f"{PREFIX}-view .pad-cell").first.click()
    link = page.locator(f"{PREFIX}-view .view-save").get_attribute("href")
    return site.runs.root / link.split("/frames/")[0].rsplit("/", 1)[1]


def test_letting_go_shows_the_exact_picture_whatever_the_form_says_now_and_so_do_keys_that_come_to_rest(
    page: Page, site: Served
):
    fill(page, "prompts-0", "exactly this")
    render(page, 3)
    fill(page, "prompts-0", "something else by now")
    release_at(page, 0.3, 0.7)
    is_exact(page)
    unfold(page, f"{PREFIX[1:]}-export")
    page.locator(f"{PREFIX}-export-large").uncheck()
    unfold(page, f"{PREFIX[1:]}-export")
    state = json.loads(page.locator(f"{PREFIX}-view [data-film]").get_attribute("data-film"))
    with page.expect_download() as download:
        page.locator(f"{PREFIX}-view .view-save").click()
    with Image.open(download.value.path()) as picture:
        saved = picture.convert("RGB").tobytes()
    expect(page.locator(f"{PREFIX}-view .pad-cell canvas")).to_have_count(9)
    run = Run.open(folder_of(page, site))
    plan = PromptGrid(**run.record["settings"]).plan(site.engine)
    assert run.record["settings"]["prompts"][0] == "exactly this"
    alone = type(plan)((Place((state["x"], state["y"]), ""),), plan.at, plan.sampling)
    assert [e.image.tobytes() for e in site.engine.render(alone) if isinstance(e, Frame)] == [saved]
    render(page, 2)
    square = page.locator(f"{PREFIX}-view .pad-square")
    square.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    is_exact(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    is_exact(page)
    expect(square).to_have_attribute("aria-valuenow", "58")


def test_a_visit_in_the_middle_of_a_render_breaks_neither(page: Page):
    fill(page, "prompts-0", "in the middle")
    fill(page, "cells", "12")
    page.locator(f"{PREFIX}-render").click()
    expect(page.locator(f"{PREFIX}-view .pad-cell canvas").nth(3)).to_be_visible(timeout=30_000)
    release_at(page, 0.03, 0.06)
    is_exact(page)
    expect(page.locator(f"{PREFIX}-status")).to_contain_text("144 frames in", timeout=120_000)
    expect(page.locator(f"{PREFIX}-view .pad-cell canvas")).to_have_count(144, timeout=60_000)
    is_exact(page)
    expect(page.locator(f"{PREFIX}-stop")).to_be_disabled()


def test_stop_ends_a_visit_and_a_point_of_another_models_run_says_which_model_made_it(
    page: Page, site: Served, monkeypatch
):
    fill(page, "prompts-0", "stop here")
    render(page, 2)
    gate, predict = threading.Event(), site.engine.networks.predict

    def gated(rows, micro_batch):
        assert gate.wait(30)
        return predict(rows, micro_batch)

    monkeypatch.setattr(site.engine.networks, "predict", gated)
    try:
        release_at(page, 0.4, 0.4)
        expect(page.locator(f"{PREFIX}-stop")).to_be_enabled()
        with page.expect_response(lambda response: "/run/" in response.url):
            page.locator(f"{PREFIX}-stop").click()
    finally:
        gate.set()
    expect(page.locator(f"{PREFIX}-view .view-note")).to_contain_text("Stopped")
    expect(page.locator(f"{PREFIX}-stop")).to_be_disabled()
    folder = folder_of(page, site)
    record = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**record, "model": {"name": "sd15", "signature": "0123|x"}}))
    release_at(page, 0.4, 0.6)
    note = page.locator(f"{PREFIX}-view .view-note")
    expect(note).to_have_text("This point could not be rendered: The run was made with sd15, and fake runs now")
    expect(page.locator(f"{PREFIX}-view .pad-where")).not_to_contain_text("Rendered here")


def test_over_the_wire_hostile_coordinates_are_ignored_too(site: Served):
    visitor = connected(site.url)
    number = next(i for i, fn in site.page.fns.items() if fn.name == "visit")
    calls = site.engine.networks.calls
    for coordinates in HOSTILE[:11:2]:
        body = {"fn_index": number, "data": [None], "session_hash": visitor.session_hash}
        text = json.dumps({**body, "event_data": {"coordinates": coordinates}})
        headers = {"content-type": "application/json"}
        answer = httpx.post(f"{site.url}gradio_api/queue/join", content=text, headers=headers)
        assert answer.status_code in (200, 422)
    assert site.engine.networks.calls == calls
