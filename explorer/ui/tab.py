"""A tab: one experiment's widgets, and what happens when they are used. Nothing here knows any one experiment."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from explorer.engine.engine import Engine
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import Input, InputError
from explorer.outputs.export import export
from explorer.outputs.runs import Run, Runs
from explorer.ui.compare import CompareView
from explorer.ui.controls import Control, control, settings_of
from explorer.ui.limits import Door
from explorer.ui.memory import Memory, kept
from explorer.ui.pad import PadView
from explorer.ui.rendering import Refused, Rendering, prices
from explorer.ui.text import say
from explorer.ui.trajectory import TrajectoryView
from explorer.ui.under_way import UnderWay
from explorer.ui.views import FilmView, StatusView, said
from explorer.ui.visits import Visits

VIEWS = {"film": FilmView, "compare": CompareView, "pad": PadView, "trajectory": TrajectoryView}

EXPORTS = {"gif": "GIF", "mp4": "MP4", "webp": "WebP", "zip": "ZIP of PNGs", "png": "Sheet (PNG)"}
"""What the buttons of the export formats say; which of them fit, the views know."""

QUICK = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
"""For events that answer at once: past the queue, without a sign of waiting, for the page alone."""

CLICK_WHEN_THERE = """() => { const look = (tries) => { const link = document.querySelector('%s');
  if (link) link.click(); else if (tries) setTimeout(look, 100, tries - 1); }; setTimeout(look, 50, 30); }"""
"""Starts the download of a finished export as soon as its link is drawn, for at most three seconds."""


class Tab:
    """One experiment on the page: its widgets and what happens when they are used."""

    def __init__(
        self,
        experiment: type[Experiment],
        shared: Sequence[Control],
        engine: Engine,
        runs: Runs,
        under_way: UnderWay,
        *,
        memory: Memory,
        door: Door | None = None,
    ) -> None:
        self.experiment, self.engine, self.runs, self.under_way = experiment, engine, runs, under_way
        self.door = door or Door()
        self.name, self.memory = experiment.name(), memory
        with gr.Tab(experiment.title(), id=self.name, elem_id=f"tab-{self.name}"):
            gr.Markdown(experiment.__doc__ or "", elem_classes="help")
            with gr.Row(elem_classes="workbench"):
                with gr.Column(scale=2, min_width=320, elem_classes="inputs"):
                    self._draw_inputs(shared)
                with gr.Column(scale=3, min_width=320, elem_classes="outputs"):
                    self._draw_outputs()
        self._connect()

    def _draw_inputs(self, shared: Sequence[Control]) -> None:
        presets = self.experiment.presets
        if presets:
            with gr.Row(elem_classes="presets"):
                gr.Markdown("Try one:", elem_classes="try")
                self.presets = {
                    name: gr.Button(name, size="sm", elem_id=f"{self.name}-preset-{i}", min_width=80)
                    for i, name in enumerate(presets)
                }
        in_form = {name: i for name, i in self.experiment.own_inputs().items() if i.place != "view"}
        own = [self._control(name, declared) for name, declared in in_form.items() if declared.place == "form"]
        with gr.Accordion("More settings", open=False, visible=len(own) < len(in_form), elem_id=f"{self.name}-more"):
            own += [self._control(name, declared) for name, declared in in_form.items() if declared.place == "more"]
        self.own = own
        self.controls = [*shared, *own]
        self.components = [component for c in self.controls for component in c.components]
        with gr.Row():
            self.button = gr.Button("Render", variant="primary", elem_id=f"{self.name}-render", scale=3)
            self.stop_button = gr.Button("Stop", interactive=False, elem_id=f"{self.name}-stop", scale=1)
        self.status = StatusView(elem_id=f"{self.name}-status")

    def _control(self, name: str, declared: Input) -> Control:
        return control(name, declared, getattr(self.experiment, name), elem_id=f"{self.name}-{name}")

    def _draw_outputs(self) -> None:
        self.view = VIEWS[self.experiment.view](elem_id=f"{self.name}-view")
        self.folder = gr.State(None)
        self.visits = Visits(self.experiment, self.engine, self.under_way, self.view, door=self.door)
        with gr.Row(elem_classes="exports"):
            self.exports = {
                format: gr.Button(
                    EXPORTS[format], size="sm", min_width=80, interactive=False, elem_id=f"{self.name}-export-{format}"
                )
                for format in self.view.exports
            }
        with gr.Row(elem_classes="uses") as self.use_row:
            gr.Markdown("Use this frame:", elem_classes="try")
        self.share_row = gr.Row(elem_classes="share")
        self.file = gr.File(label="Your file", visible=False, elem_id=f"{self.name}-file")

    def _connect(self) -> None:
        render = {
            "fn": self.render,
            "inputs": self.components,
            "outputs": [
                self.view,
                self.status,
                self.folder,
                self.button,
                self.stop_button,
                *self.exports.values(),
                self.file,
            ],
            "validator": self.validate,
            "concurrency_id": "render",
            # visitors share the device by turns, one UNet call each: see engine.turns
            "concurrency_limit": self.door.limits.renders or 4,
            "show_progress": "hidden",
        }
        entered = [event for c in self.controls for event in c.entered]
        self.rendered = [gr.on([self.button.click, *entered], api_name=self.name, **render)]
        changed = [event for c in self.controls for event in c.changed]
        told = [self.status, self.memory]
        gr.on(changed, self.price_and_keep, self.components, told, trigger_mode="always_last", **QUICK)
        self.stop_button.click(self.stop, None, None, **QUICK)
        self.visits.connect(self.folder, self.stop_button)
        for name, button in getattr(self, "presets", {}).items():
            filled = button.click(self._fill(name), None, self.components, **QUICK)
            self.rendered.append(filled.then(**render, api_visibility="private"))
        for format, button in self.exports.items():
            made = button.click(
                self._export(format),
                [self.folder, self.view],
                [self.file, self.status],
                js=self.view.state_js(1),
                concurrency_id="export",
                concurrency_limit=2,
                show_progress_on=button,
                api_visibility="private",
            )
            made.then(None, None, None, js=CLICK_WHEN_THERE % f"#{self.name}-file a[download]")

    def settings(self, values: Sequence[Any]) -> dict[str, Any]:
        """The settings that the widgets' values stand for, unchecked."""
        return settings_of(self.controls, values)

    def validate(self, *values: Any) -> list[dict[str, Any]]:
        """Errors inline, each at its field's first widget."""
        settings = self.settings(values)
        problems: Mapping[str, InputError] = self.experiment.problems(settings)
        if not problems:
            problems = self._problem_of_the_plan(settings)
        verdicts = []
        for c in self.controls:
            problem = problems.get(c.name)
            verdicts.append(gr.validate(problem is None, say(str(problem or ""))))
            verdicts += [gr.validate(True, "")] * (len(c.components) - 1)
        return verdicts

    def _problem_of_the_plan(self, settings: Mapping[str, Any]) -> dict[str, InputError]:
        try:
            self.experiment(**settings).resolved(self.engine.networks.defaults).plan(self.engine)
        except InputError as error:
            return {error.field: error}
        return {}

    def price(self, request: gr.Request, *values: Any) -> Any:
        """The price of the settings as they stand, see `price_of`."""
        return self.price_of(self.settings(values), request.session_hash)

    def price_of(self, settings: Mapping[str, Any], session: str | None) -> Any:
        """What the status line says of settings; silent while this visitor's render is telling its progress.

        Silent, too, if a render began, or even ended, while the price was reckoned: it has more to say.
        """
        visitor = session, self.name
        told = self.under_way.told.get(visitor)
        status = gr.skip() if visitor in self.under_way.renders else self._quote(settings, told)
        overtaken = visitor in self.under_way.renders or self.under_way.told.get(visitor) is not told
        return gr.skip() if overtaken else status

    def _quote(self, settings: Mapping[str, Any], told: tuple[Experiment, dict[str, Any]] | None) -> dict[str, Any]:
        """The price, or what the render of these very settings came to."""
        try:
            experiment = self.experiment(**settings).resolved(self.engine.networks.defaults)
            return told[1] if told and told[0] == experiment else prices(experiment, self.engine)
        except InputError as error:
            return said("error", str(error))

    def price_and_keep(self, request: gr.Request, *values: Any) -> list[Any]:
        """The price, and what this visitor's browser shall remember of the settings."""
        defaults = self.engine.networks.defaults
        return [self.price(request, *values), kept(self.experiment, self.settings(values), defaults)]

    def render(self, request: gr.Request, *values: Any) -> Iterator[list[Any]]:
        """Renders, telling the view and the status line as frames arrive, until done, stopped or left."""
        experiment = self.experiment(**self.settings(values)).resolved(self.engine.networks.defaults)
        limits, refusal = self.door.limits, partial(self.door.refusal, request)
        try:
            rendering = Rendering.of(experiment, self.engine, self.runs, limits.seconds, refusal)
        except Refused as refused:
            yield self._refused(str(refused))
            return
        visitor, render = request.session_hash, rendering.render
        self.under_way.begin(visitor, self.name, render)
        try:
            for film, status in rendering:
                if status["state"] != "running":  # first: a price asked for as soon as this is told must be answered
                    self.under_way.told[visitor, self.name] = experiment, status
                    self.under_way.end(visitor, self.name, render)
                yield self._shown(rendering, film, status)
        except (RuntimeError, OSError) as error:  # a device out of memory, a disk that is full
            traceback.print_exc()
            yield self._shown(rendering, rendering.film(), rendering.failed(error))
        finally:
            self.under_way.end(visitor, self.name, render)

    def _shown(self, rendering: Rendering, film: Mapping[str, Any], status: Mapping[str, Any]) -> list[Any]:
        running = status["state"] == "running"
        buttons = [gr.update(interactive=not running), gr.update(interactive=running)]
        exports = [gr.update(interactive=bool(film["ready"]) and not running)] * len(self.exports)
        return [film, status, str(rendering.run.folder), *buttons, *exports, gr.update(visible=False)]

    def _refused(self, sentence: str) -> list[Any]:
        """Nothing but the status line changes."""
        return [gr.skip(), said("error", sentence), *[gr.skip()] * (4 + len(self.exports))]

    def stop(self, request: gr.Request) -> None:
        """Ends this visitor's render of this tab before its next UNet call."""
        for name in (self.name, self.visits.name):
            self.under_way.stop(request.session_hash, name)

    def _fill(self, preset: str) -> Any:
        settings = self.experiment.presets[preset]

        def fill() -> list[Any]:
            whole = self.experiment(**settings).resolved(self.engine.networks.defaults)
            return [value for c in self.controls for value in c.write(getattr(whole, c.name))]

        return fill

    def _export(self, format: str) -> Any:
        def make(folder: str | None, view: Mapping[str, Any] | None) -> tuple[Any, Any]:
            if folder is None or not Path(folder).exists():
                raise gr.Error("These pictures are no longer on the server: press Render, it brings them back.")
            run, view = Run.open(Path(folder)), view or {}
            path = export(run, format, fps=view.get("fps", 10), loop=view.get("loop", "open"))
            size = path.stat().st_size / 1e6
            text = f"{path.name}, {size:.1f} MB, with its settings inside"
            return gr.update(value=str(path), visible=True), said("done", text)

        return make
