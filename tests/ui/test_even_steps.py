"""Even steps on the page: measured once, written into the form, rendered; and more frames in one gap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace

import gradio as gr
import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.measuring import Measuring
from explorer.experiments.inputs import Spacing
from explorer.experiments.interpolation import Interpolation
from explorer.outputs.runs import Run
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.even_steps import ASKS, CHANGED, STILL, STOPPED, Measurement, _even, _finer, _measuring
from explorer.ui.limits import Door, Limits
from explorer.ui.tab import Tab
from explorer.ui.text import say
from tests.ui.hands import settled, write
from tests.ui.serving import Served, served

MORPH = "#interpolation"
FILM = "?tab=interpolation&prompts=a+cat&prompts=a+dog&frames=7&num_inference_steps=20&guidance_scale=1&easing=ease+in"
REQUEST = SimpleNamespace(session_hash="a visitor", client=None, headers={})


def film(**settings):
    return Interpolation(**{"prompts": ("a cat", "a dog"), "frames": 7, "easing": "ease in", **settings})


SPACING = ("spacing", Spacing("", frames="frames"))


class FormOf:
    """A tab of one experiment, as far as the buttons know one; what is rendered is kept in `rendered`."""

    def __init__(self, experiment, limits=None):
        self.engine, self.door = Engine(FakeNetworks()), Door(limits)
        self.now, self.experiment, self.name = experiment, type(experiment), experiment.name()
        self.active, self.desk = ActiveJobs(), Desk(self.engine)
        self.status, self.stop_button, self.rendered = "status", "stop", []
        fields = {"spacing": list(experiment.spacing), "frames": experiment.frames}
        self.controls = [SimpleNamespace(name=n, components=[n], write=lambda value: [value]) for n in fields]
        self.values = list(fields.values())

    paced = Tab.paced

    def settings(self, values):
        return {**self.now.settings(), **dict(zip(("spacing", "frames"), values, strict=True))}

    def resolved(self, settings):
        return self.experiment(**settings).resolved(self.engine.defaults)

    def try_out(self, request, *values):
        self.rendered.append(dict(zip(("spacing", "frames"), values, strict=True)))
        yield {"view": "the film"}


def pressed(form, button, **event):
    return list(button(REQUEST, *([gr.EventData(None, event)] if event else []), *form.values))


def test_even_steps_tells_how_it_goes_fills_the_form_and_renders():
    form = FormOf(film())
    *_, filled, shown = news = pressed(form, _even(form, *SPACING))
    assert news[0]["status"].state == "running"
    assert news[0]["stop"]["interactive"]
    assert len(filled["spacing"]) == 5
    assert filled["spacing"][0] > 1 / 6, "it speeds up, so it begins with a wider step"
    assert shown == {"view": "the film"}
    assert form.rendered == [{"spacing": filled["spacing"], "frames": 7}]


def test_what_is_in_the_field_has_no_part_in_what_is_measured():
    plain, spaced = (pressed(form, _even(form, *SPACING)) for form in (FormOf(film()), FormOf(film(spacing=(0.9,)))))
    assert plain[-2] == spaced[-2]


def test_measuring_is_paid_in_rows_and_a_price_that_is_too_high_is_refused():
    form = FormOf(film(), Limits(rows_a_minute=10))
    (told,) = pressed(form, _even(form, *SPACING))
    assert told["status"].state == "error"
    assert "10 rows a minute" in told["status"].text
    assert form.rendered == []


def test_a_film_of_one_prompt_is_as_even_as_it_can_be():
    form = FormOf(film(prompts=("a cat", "a cat")))
    assert pressed(form, _even(form, *SPACING))[-1]["status"].text == STILL
    assert form.rendered == []


def test_stop_ends_measuring_and_it_goes_on_from_there(monkeypatch):
    monkeypatch.setattr("explorer.ui.even_steps.SECONDS_BETWEEN_NEWS", 0)
    form = FormOf(film())
    plan = form.desk.asked(None, form.resolved(form.now.settings())).plan
    job = Measurement(Measuring(form.engine, plan))
    told = []
    for status in job:
        told.append(status.text)
        if form.engine.price(plan).stored:
            job.cancel()
    assert (told[-1], job.state) == (STOPPED, "stopped")
    assert 0 < Measuring(form.engine, plan).rows < job.measuring.rows


def test_stopped_by_the_button_nothing_is_rendered():
    form = FormOf(film())
    updates = _even(form, *SPACING)(REQUEST, *form.values)
    next(updates)
    form.active.stop("a visitor", form.name)
    assert list(updates)[-1]["status"].state == "stopped"
    assert form.rendered == []


@pytest.mark.parametrize(
    ("now", "written"), [({"prompts": ["a cat", "an apple"]}, False), ({"prompts": [" "]}, False), ({"fps": 3}, True)]
)
def test_numbers_of_a_film_that_is_another_by_now_are_not_written(now, written):
    form = FormOf(film())
    updates = _even(form, *SPACING)(REQUEST, *form.values)
    told = [next(updates)]
    form.active.meanwhile["a visitor", form.name] = {**form.now.settings(), **now}
    told += updates
    assert any("spacing" in update for update in told) == written
    assert bool(form.rendered) == written
    assert written or told[-1]["status"].text == CHANGED


def test_what_takes_long_is_asked_for_by_a_second_press(monkeypatch):
    monkeypatch.setattr("explorer.ui.even_steps.UNASKED", 1e-9)
    form = FormOf(film())
    form.engine.warm_up()
    (told,) = pressed(form, _even(form, *SPACING))
    assert told["status"].text.startswith("First 9 pictures of this film are drawn, about ")
    assert told["status"].detail == ASKS
    assert len(pressed(form, _even(form, *SPACING))) > 1
    assert len(form.rendered) == 1


def test_a_device_that_fails_is_told(monkeypatch, capsys):
    form = FormOf(film())

    def predict(*_):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(form.engine.networks, "predict", predict)
    assert pressed(form, _even(form, *SPACING))[-1]["status"].text == "out of memory"
    assert "out of memory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("place", "more"), [(0.6, 7 / 12), (0.99, 11 / 12), (7, 11 / 12), (None, 1 / 12), ("x", 1 / 12)]
)
def test_more_frames_halve_the_gap_that_is_pointed_at(place, more):
    form = FormOf(film(easing="linear"))
    pressed(form, _finer(form, *SPACING), place=place)
    (rendered,) = form.rendered
    assert rendered["frames"] == 8
    assert rendered["spacing"] == pytest.approx(sorted([*(step / 6 for step in range(1, 6)), more]))


@pytest.mark.parametrize(("frames", "wrong"), [(300, "Frames per segment = 301 is not"), (200, "At most 300 frames")])
def test_more_frames_than_can_be_are_refused_in_a_sentence(frames, wrong):
    prompts = ("a cat", "a dog", "a boat")[: 2 if frames == 300 else 3]
    form = FormOf(film(prompts=prompts, frames=frames))
    (told,) = pressed(form, _finer(form, *SPACING), place=0.1)
    assert wrong in told["status"].text
    assert form.rendered == []


def test_more_frames_than_can_be_placed_are_not_measured():
    form = FormOf(film(prompts=("a cat", "a dog", "a boat"), frames=200))
    (told,) = pressed(form, _even(form, *SPACING))
    assert "At most 300 frames" in told["status"].text
    assert form.engine.networks.calls == 0


@pytest.mark.parametrize(
    "sentence", [STILL, STOPPED, ASKS, CHANGED, _measuring(3, SimpleNamespace(count=9, rows=7, rows_run=2)).text]
)
def test_what_is_said_is_said_in_chinese_too(sentence):
    assert say(sentence, "zh") != sentence != say(sentence, "zh-TW")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), "interpolation") as site:
        yield site


@pytest.fixture
def page(site: Served, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(site.url + FILM)
    expect(page.locator(f"{MORPH}-status .status-text")).to_contain_text("7 frames")
    page.locator(f"{MORPH}-render").click()
    yield page
    context.close()
    assert problems == []


def times(text: str) -> float:
    """How many times the mean step the largest one is, as the view says it."""
    return float(re.findall(r"[\d.]+", text)[0])


def test_a_film_becomes_even_and_finer_by_two_presses(page: Page, site: Served) -> None:
    view = page.locator(f"{MORPH}-view")
    told = view.locator("[data-part=uneven]")
    expect(told).to_contain_text("Largest step: ")
    before = told.inner_text()
    view.get_by_role("button", name="Even steps").click()
    expect(told).not_to_have_text(re.compile(f"^$|{before}"))
    assert times(told.inner_text()) < times(before)
    expect(view.locator(".pace-before")).to_have_attribute("d", re.compile(r"^M0 1L"))
    settled(page)
    box = view.locator("[data-part=paces]").bounding_box()
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    expect(view.locator(".film-count")).to_have_text("1 / 8")
    found = [
        Run.open(folder).record["settings"] for folder in site.runs.root.iterdir() if not folder.name.startswith(".")
    ]
    assert sorted((one["frames"], len(one["spacing"])) for one in found) == [(7, 0), (7, 5), (8, 6)]
    field = page.locator(f"{MORPH}-spacing").locator("input, textarea")
    page.locator("#tab-interpolation").get_by_role("button", name="More settings").click()
    expect(field).not_to_have_value("")
    write(page.locator(f"{MORPH}-frames input[type=number]"), "9")
    page.wait_for_url("**/*frames=9*")
    expect(field).not_to_have_value("")
    write(page.locator(f"{MORPH}-prompts-1 textarea"), "a dragon")
    expect(field).to_have_value("")
    expect(told).to_have_text("Even again: those steps were measured of another film")
