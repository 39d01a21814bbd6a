"""Visits: a point of a run between its places, rendered at full quality where the visitor let go.

Contract: a view that can be let go anywhere (the event `visit`) fires it with {coordinates: [...]}. The point
is planned from the run's own record, never from the form as it stands now, and the newest visit of a visitor ends the
one before. How it goes comes back as a DOM event "visited" on the root of the view: {run, coordinates}, and on the way
{step, steps}, or at the end {picture, file, seed} (JPEG, PNG), {stopped} or {error}; {run, gone} when there is no such
run any more, {run, error} when another model made it. The run's frames, the view's value and a render under way are not
touched. A point that was rendered before costs no row.

It knows neither the pad nor its experiment: coordinates are numbers within the bounds of the run's places.
"""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from explorer.engine.engine import Engine, Frame, Render
from explorer.experiments.base import Experiment
from explorer.experiments.made_with import another_model
from explorer.outputs.runs import Run
from explorer.space.plans import Place, Plan
from explorer.ui.limits import Door
from explorer.ui.text import say
from explorer.ui.under_way import UnderWay
from explorer.ui.views import RunView
from explorer.ui.widget import Unseen

SECONDS_BETWEEN_NEWS = 0.4


class AnotherModel(ValueError):
    """A run was made by another model than the one that would render its points; the message is a sentence."""


class Courier(Unseen):
    """Carries news of a visit to the view `to`, past its value: an output only."""

    kind = "courier"

    def postprocess(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        """News as they are sent: paths as files that the browser can fetch."""
        files = {key: FileData(path=str(path)).model_dump() for key, path in (value or {}).items() if _is_file(path)}
        told = {"error": say(value["error"])} if value and "error" in value else {}
        return value and {**value, **files, **told}


def _is_file(value: Any) -> bool:
    return isinstance(value, Path)


def checked(coordinates: Any, places: Sequence[Place]) -> tuple[float, ...] | None:
    """Coordinates from a browser as floats, or None: one finite number an axis, within the bounds of the places."""
    axes = list(zip(*(place.coordinates for place in places), strict=True))
    if not isinstance(coordinates, list) or len(coordinates) != len(axes):
        return None
    for value, axis in zip(coordinates, axes, strict=True):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (number and min(axis) <= value <= max(axis)):  # NaN is within no bounds
            return None
    return tuple(float(value) for value in coordinates)


@dataclass
class Visit:
    """One point of a run on its way into the run's folder. Iterate it for news; `render.cancel()` ends it."""

    run: Run
    place: Place
    seed: int | None
    render: Render
    experiment: type[Experiment]

    @classmethod
    def of(cls, experiment: type[Experiment], engine: Engine, run: Run, coordinates: Any) -> Visit | None:
        """A visit of the point at `coordinates`; None if those are not within the run, or it is another experiment's.

        Raises ValueError for a record that is gone, or whose settings are no longer allowed, and AnotherModel.
        """
        record = run.record
        if record.get("experiment") != experiment.name():
            return None
        if sentence := another_model(record.get("model"), engine.networks):
            raise AnotherModel(sentence)
        whole = experiment(**record["settings"]).resolved(engine.networks.defaults).plan(engine)
        here = checked(coordinates, whole.places)
        if here is None:
            return None
        place, terms = Place(here, ""), whole.at(*here).noise.terms
        seed = terms[0][0] if len(terms) == 1 else None
        return cls(run, place, seed, engine.render(Plan((place,), whole.at, whole.sampling)), experiment)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        told = time.perf_counter()
        yield self.news()
        try:
            for event in self.render:
                if isinstance(event, Frame):
                    settings = {"coordinates": list(self.place.coordinates), "settings": {"seed": self.seed}}
                    picture, file = self.run.exact(event.key, event.png, settings)
                    yield self.news(picture=picture, file=file, seed=self.seed)
                    return
                if time.perf_counter() - told > SECONDS_BETWEEN_NEWS:
                    yield self.news(step=event.step, steps=event.steps)
                    told = time.perf_counter()
        finally:  # the visitor may have gone: then the generator ends here, and so must the work
            self.render.cancel()
        yield self.news(stopped=True)

    def news(self, **more: Any) -> dict[str, Any]:
        """What the view is told."""
        return {"run": self.run.name, "coordinates": list(self.place.coordinates), **more}


class Visits:
    """The visits of one tab, if its view has any: `connect` listens, the newest of a visitor wins."""

    def __init__(
        self,
        experiment: type[Experiment],
        engine: Engine,
        under_way: UnderWay,
        view: RunView,
        *,
        door: Door | None = None,
    ) -> None:
        self.experiment, self.engine, self.under_way, self.view = experiment, engine, under_way, view
        self.door = door or Door()
        self.name = f"{experiment.name()}/visit"  # beside the tab's own render in UnderWay
        self.on = "visit" in view.fires
        self.courier = Courier(to=view.elem_id, elem_id=f"{view.elem_id}-courier") if self.on else None

    def connect(self, folder: gr.State, stop_button: gr.Button) -> None:
        """Listens to the view, whose run is in `folder`."""
        if self.on:
            self.view.visit(
                self.visit,
                folder,
                [self.courier, stop_button],
                trigger_mode="multiple",  # a newer visit must reach the server while the older one is under way
                concurrency_id="visit",
                concurrency_limit=4,
                show_progress="hidden",
                api_visibility="private",
            )

    def visit(self, request: gr.Request, event: gr.EventData, folder: str | None) -> Iterator[list[Any]]:
        """Renders the point that the event asks for; what is no point of the run is ignored."""
        visitor = request.session_hash
        self.under_way.stop(visitor, self.name)  # at once: to plan the new one takes turns on the device
        try:
            visit = Visit.of(self.experiment, self.engine, Run.open(Path(folder)), event.coordinates)
        except (AttributeError, TypeError, KeyError):  # an event that is not one of ours, or before there was a run
            visit = None
        except AnotherModel as error:
            yield [{"run": Path(folder).name, "error": str(error)}, gr.skip()]
            return
        except ValueError:  # the run has been swept away, or can no longer be planned
            yield [{"run": Path(folder).name, "gone": True}, gr.skip()]
            return
        if visit is None:
            yield [gr.skip(), gr.skip()]
            return
        render = visit.render
        if (refused := self.door.refusal(request, render.price)) is not None:
            yield [visit.news(error=refused), gr.skip()]
            return
        self.under_way.begin(visitor, self.name, render)
        seconds = self.door.limits.seconds
        until = math.inf if seconds is None else time.perf_counter() + seconds
        try:
            for news in visit:
                if time.perf_counter() > until:
                    render.cancel()
                if not self._replaced(visitor, render):
                    yield [news, gr.update(interactive=True)]
        except (RuntimeError, OSError) as error:  # a device out of memory, a disk that is full
            traceback.print_exc()
            text = next(iter(str(error).splitlines()), type(error).__name__)
            yield [visit.news(error=text), gr.update(interactive=True)]
        finally:
            replaced = self._replaced(visitor, render)
            self.under_way.end(visitor, self.name, render)
        if not replaced:  # Stop is for the tab's own render, too
            running = (visitor, self.experiment.name()) in self.under_way.renders
            yield [gr.skip(), gr.update(interactive=running)]

    def _replaced(self, visitor: str | None, render: Render) -> bool:
        return self.under_way.renders.get((visitor, self.name)) is not render
