"""Visits: a point of a run between its places, rendered at full quality where the visitor let go.

Contract: a view that can be let go anywhere (the event `visit`) fires it with {coordinates: [...]}, and of a
shipped run with {shipped: its name}. The point is planned from the run's own record, never from the form as it stands
now, and the newest visit of a visitor ends the one before. How it goes comes back as a DOM event "visited" on the root
of the view: {run, coordinates}, and on the way {step, steps}, or at the end {picture, file, single, seed} (JPEG, PNG,
its name, see `singles`), {stopped} or {error}; {run, gone} when there is no such run any more, {run, error} when
another model made it. The run's frames, the view's value and a render under way are not touched. A point that was
rendered before costs no row.

It knows neither the pad nor its experiment: coordinates are numbers within the bounds of the run's places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from explorer.engine.concepts import Uses
from explorer.engine.engine import Engine, Frame
from explorer.engine.fluent import Fluent
from explorer.experiments.base import Experiment
from explorer.experiments.made_with import another_model
from explorer.outputs.runs import Run
from explorer.space.plans import Place, Plan
from explorer.ui.jobs import Job, Screen
from explorer.ui.questions import checked, seed_at
from explorer.ui.singles import Singles, address
from explorer.ui.tab import Tab
from explorer.ui.text import say
from explorer.ui.widget import Unseen


class Refused(Exception):
    """A point is not rendered; the argument is what the view is told of that."""


class Courier(Unseen):
    """Carries news of a visit to the view `to`, past its value: an output only."""

    kind = "courier"

    def postprocess(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        """News as they are sent: paths as files that the browser can fetch."""
        news = dict(value or {})
        files = {key: FileData(path=str(path)).model_dump() for key, path in news.items() if isinstance(path, Path)}
        sentence = {"error": say(news["error"])} if "error" in news else {}
        return value and {**news, **files, **sentence}


def visit_of(
    experiment: type[Experiment],
    singles: Singles,
    run: Run,
    coordinates: Any,
    seconds: float | None = None,
    *,
    uses: Callable[[Experiment], Uses] = lambda _: (),
) -> Job[dict[str, Any]]:
    """The job that draws the point of a run at `coordinates`, beside its frames; `uses` finds its taught words.

    Raises Refused for coordinates that are not within the run, and for a run of another experiment or model; ValueError
    for a record that is gone, or whose settings are no longer allowed.
    """
    record, engine = run.record, singles.engine
    if record.get("experiment") != experiment.name():
        raise Refused({})
    if sentence := another_model(record.get("model"), engine.networks):
        raise Refused({"error": sentence})
    whole = experiment(**record["settings"]).resolved(engine.networks.defaults)
    plan = whole.plan(Fluent(engine, uses(whole)))

    def keep(frame: Frame) -> dict[str, Any]:
        here = frame.place.coordinates
        seed = seed_at(plan, here)
        own = {**plan.settings_at(*here), "seed": seed}
        picture, file = run.exact(frame.key, frame.png, {"coordinates": list(here), "settings": own})
        return {
            "picture": picture,
            "file": file,
            "single": singles.keep(singles.group(whole), plan, frame),
            "seed": seed,
        }

    return _job(run.name, plan, engine, coordinates, keep, seconds=seconds)


def visit_of_shipped(
    name: Any, experiment: type[Experiment], singles: Singles, coordinates: Any, seconds: float | None = None
) -> Job[dict[str, Any]]:
    """The same of the shipped run of that name, which has no folder: the picture is a single one.

    Raises Refused for one that is not of that experiment and of the model that is running.
    """
    engine = singles.engine
    whole = singles.gallery.drawn_here(name, experiment, engine.networks)
    if whole is None:
        raise Refused({})
    plan = whole.plan(engine)

    def keep(frame: Frame) -> dict[str, Any]:
        single = singles.keep(singles.group(whole), plan, frame)
        file = {"url": address(single)}
        return {"picture": file, "file": file, "single": single, "seed": seed_at(plan, frame.place.coordinates)}

    return _job(name, plan, engine, coordinates, keep, seconds=seconds)


def _job(
    run: str,
    plan: Plan,
    engine: Engine,
    coordinates: Any,
    keep: Callable[[Frame], dict[str, Any]],
    *,
    seconds: float | None,
) -> Job[dict[str, Any]]:
    here = checked(coordinates, plan.places)
    if here is None:
        raise Refused({})
    screen = Screen({"run": run, "coordinates": list(here)}, keep)
    return Job(engine, Plan((Place(here, ""),), plan.at, plan.sampling), screen, seconds)


def connect_visits(tab: Tab) -> None:
    """Listens to the view of a tab, if it can be let go anywhere. Stop ends visits, too."""
    if "visit" not in tab.view.fires:
        return
    with tab.panel:
        courier = Courier(to=tab.view.elem_id, elem_id=f"{tab.view.elem_id}-courier")
    tab.view.visit(
        _visit(tab, courier),
        tab.folder,
        [courier, tab.stop_button],
        trigger_mode="multiple",  # a newer visit must reach the server while the older one is under way
        concurrency_id="visit",
        concurrency_limit=4,
        show_progress="hidden",
        api_visibility="private",
    )


def _visit(tab: Tab, courier: Courier) -> Callable[..., Iterator[Any]]:
    def visit(request: gr.Request, event: gr.EventData, folder: str | None) -> Iterator[Any]:
        visitor, seconds = request.session_hash, tab.door.limits.seconds
        tab.active.stop(visitor, tab.name, Screen)  # at once: to plan the new one takes turns on the device
        try:
            if shipped := getattr(event, "shipped", None):
                job = visit_of_shipped(shipped, tab.experiment, tab.singles, event.coordinates, seconds)
            else:
                run, uses = Run.open(Path(folder)), partial(tab.desk.uses, visitor)
                job = visit_of(tab.experiment, tab.singles, run, event.coordinates, seconds, uses=uses)
            if sentence := tab.door.refusal(request, job.render.price):
                raise Refused({**job.sink.about, "error": sentence})
        except Refused as refused:
            (news,) = refused.args
        except ValueError:  # the run has been swept away, or can no longer be planned
            news = {"gone": True}
        except (AttributeError, TypeError, KeyError):  # an event that is not one of ours, or before there was a run
            news = {}
        else:
            for news in tab.active.run(visitor, tab.name, job):
                running = bool(tab.active.of(visitor, tab.name))
                yield {courier: news, tab.stop_button: gr.update(interactive=running)}
            return
        yield {courier: {"run": folder and Path(folder).name, **news}} if news else gr.skip()

    return visit
