"""Jobs: into a run folder and to the screen, whose they are, and how they end."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.engine.engine import Engine
from explorer.experiments import registry
from explorer.outputs.runs import Runs
from explorer.space.plans import Place, Plan
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.due import Due
from explorer.ui.history import HistoryView
from explorer.ui.jobs import Job, Screen, gave_up
from explorer.ui.memory import Memory
from explorer.ui.news import STATES, Status
from explorer.ui.rendering import Folder
from explorer.ui.tab import Tab
from tests.ui.renders import job_of

INTERPOLATION = registry()["interpolation"]


def film(frames: int = 3):
    return INTERPOLATION(prompts=("a cat", "a dog"), frames=frames, num_inference_steps=2)


def point(engine: Engine, at: float, steps: int = 2, seconds: float | None = None) -> Job:
    """A job that draws a point of the film between its places for the screen, as an HTTP route may ask for one."""
    plan = film().resolved(engine.networks.defaults).plan(engine)
    few = dataclasses.replace(plan.sampling, num_inference_steps=steps)
    here = Plan((Place((at,), ""),), plan.at, few)
    return Job(engine, here, Screen({"at": at}, lambda frame: {"png": frame.png}), seconds)


# ---- one job --------------------------------------------------------------------------------------------------------


def test_a_point_for_the_screen_says_how_it_goes_and_ends_with_its_picture(engine, monkeypatch):
    monkeypatch.setattr("explorer.ui.jobs.SECONDS_BETWEEN_NEWS", -1)
    job = point(engine, 0.3)
    first, *on_the_way, last = job
    assert first == {"at": 0.3}
    assert on_the_way == [{"at": 0.3, "step": step, "steps": 2} for step in (1, 2)]
    assert last["png"].startswith(b"\x89PNG")
    assert job.state == "done"


def test_one_whose_time_is_over_is_stopped_and_late(engine):
    job = point(engine, 0.3, seconds=0)
    *_, last = job
    assert last == {"at": 0.3, "stopped": True}
    assert (job.state, job.late) == ("stopped", True)


def test_a_cancelled_one_is_stopped_and_not_late(engine):
    job = point(engine, 0.3, seconds=1000)
    job.cancel()
    assert list(job)[-1] == {"at": 0.3, "stopped": True}
    assert not job.late


def test_whoever_stops_listening_ends_it_and_its_run_is_complete_on_disk(engine, tmp_path):
    runs = Runs(tmp_path)
    job = job_of(film(9), engine, runs)
    news = iter(job)
    next(news)
    news.close()
    assert job.render.cancelled
    assert job.sink.run.record["present"] == 0
    runs.delete(job.sink.run.name)  # it is no longer being rendered


@given(st.text())
def test_an_error_becomes_one_line_that_is_never_empty(text):
    told = gave_up(RuntimeError(text))
    assert len(told.splitlines()) <= 1
    assert told == "RuntimeError" or text.startswith(told)


@pytest.mark.parametrize("state", [*STATES, "busy", ""])
def test_there_are_five_states(state):
    if state in STATES:
        assert Status(state, "").state == state
    else:
        with pytest.raises(ValueError, match="ready, running"):
            Status(state, "")


# ---- whose they are -------------------------------------------------------------------------------------------------


def test_the_newest_of_a_visitor_and_view_and_kind_of_sink_wins(engine, tmp_path):
    active, jobs = ActiveJobs(), [point(engine, at) for at in (0.1, 0.2, 0.3, 0.4)]
    who = [("ann", "film"), ("ann", "film"), ("ann", "pad"), ("bob", "film")]
    render = job_of(film(), engine, Runs(tmp_path))
    news = [active.run("ann", "film", render), *(active.run(*key, job) for key, job in zip(who, jobs, strict=True))]
    for one in news:
        next(one)
    assert [job.render.cancelled for job in (render, *jobs)] == [False, True, False, False, False]
    assert active.of("ann", "film", Screen) == [jobs[1]]
    assert active.of("ann") == [render, jobs[1], jobs[2]]
    assert list(news[1]) == [], "what was replaced has nothing more to say"
    assert active.of("ann", "film") == [render, jobs[1]]
    assert ["png" in list(one)[-1] for one in news[2:]] == [True] * 3
    assert active.of("ann") == [render]


def test_a_job_is_no_longer_active_when_its_last_news_come(engine):
    active, job = ActiveJobs(), point(engine, 0.3)
    states = [(job.state, active.of("ann") == [job]) for _ in active.run("ann", "film", job)]
    assert states[0] == ("running", True)
    assert states[-1] == ("done", False)


def test_stop_and_leaving_end_what_they_name_and_nothing_of_nobody_elses(engine):
    active, keys = ActiveJobs(), [("ann", "film"), ("ann", "pad"), (None, "film"), ("bob", "film")]
    jobs = [point(engine, 0.1 * number) for number, _ in enumerate(keys)]
    active.outcomes = dict.fromkeys(keys, (film(), Status("done", "")))
    listened = [active.run(*key, job) for key, job in zip(keys, jobs, strict=True)]
    for news in listened:  # they are kept: a generator that is let go ends its job
        next(news)

    def cancelled():
        return [job.render.cancelled for job in jobs]

    active.stop("ann", "film", Folder)
    assert cancelled() == [False, False, False, False]
    active.stop("ann", "film")
    assert cancelled() == [True, False, False, False]
    active.stop(None)
    assert cancelled() == [True, False, True, False]
    active.left(SimpleNamespace(session_hash="ann"))
    assert cancelled() == [True, True, True, False]
    assert sorted(active.outcomes, key=str) == [("bob", "film"), (None, "film")]


ANN = SimpleNamespace(session_hash="ann", client=None, headers={})


@pytest.fixture
def tab(engine, tmp_path) -> Tab:
    """A tab whose values are pairs of a field and its value."""
    with gr.Blocks():
        page = {"desk": Desk(engine), "due": Due(), "memory": Memory(), "history": HistoryView()}
        tab = Tab(INTERPOLATION, [], engine, Runs(tmp_path), ActiveJobs(), **page)
    tab.settings = dict
    return tab


@pytest.mark.parametrize(("seconds", "asks"), [(31.0, True), (29.0, False), (None, False)])
def test_a_preset_that_takes_long_waits_for_render(tab, monkeypatch, seconds, asks):
    price = tab.engine.price(INTERPOLATION().resolved(tab.engine.defaults).plan(tab.engine))
    monkeypatch.setattr(tab.engine, "price", lambda _plan: dataclasses.replace(price, seconds=seconds))
    *_, last = tab.try_out(ANN, ("frames", 3), ("num_inference_steps", 1))
    begun = list(tab.runs.root.glob("*/run.json"))
    assert (last[tab.status].notes[-1:] == ("It takes a while: press Render to begin.",), begun == []) == (asks, asks)


def test_a_render_that_a_newer_one_replaces_is_listed_with_its_frames_and_says_no_more(tab):
    older, newer = (tab.render(ANN, ("frames", frames), ("num_inference_steps", 1)) for frames in (40, 3))
    next(older)
    shown = next(older)  # with the first frame
    next(newer)
    (last,) = older
    assert set(last) == {tab.history}
    entry = last[tab.history]["entry"]
    assert entry["run"] in shown[tab.folder]
    assert entry["ready"] not in ("", "0")
    *_, done = newer
    assert done[tab.status].text.startswith("3 frames in")
