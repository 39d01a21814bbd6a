"""A tab: one experiment's widgets, and what happens when they are used. Nothing here knows any one experiment."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import gradio as gr

from explorer.engine.engine import Engine
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import Input, InputError, Spacing
from explorer.experiments.made_with import MadeWith
from explorer.messages import Message
from explorer.outputs.runs import Run, Runs
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.buttons import Buttons
from explorer.ui.controls import QUICK, Control, control, settings_of
from explorer.ui.due import Due
from explorer.ui.exporting import Exports
from explorer.ui.history import HistoryView, entry_of
from explorer.ui.jobs import Numbers
from explorer.ui.limits import Door
from explorer.ui.live import Live
from explorer.ui.memory import Memory, kept
from explorer.ui.news import Film, Status, settings_key
from explorer.ui.rendering import Folder, prices, render_of
from explorer.ui.shipped import Gallery
from explorer.ui.singles import Singles
from explorer.ui.text import say
from explorer.ui.views import VIEWS, StatusView, said

UNASKED = 30.0
"""Seconds that pictures may take which were not asked for by Render: a preset's, those of even steps."""

TUTORIALS = "As in the tutorials, which were made for Stable Diffusion:"


def void(chosen: str, options: Sequence[str]) -> list[str]:
    """The classes of a frame whose input plays a role only with these `options`. Hidden, it keeps its value."""
    return [] if chosen in options else ["void"]


class Tab:
    """One experiment on the page: its widgets and what happens when they are used."""

    def __init__(
        self,
        experiment: type[Experiment],
        shared: Sequence[Control],
        engine: Engine,
        runs: Runs,
        active: ActiveJobs,
        *,
        desk: Desk,
        due: Due,
        memory: Memory,
        history: HistoryView,
        door: Door | None = None,
        gallery: Gallery | None = None,
        singles: Singles | None = None,
    ) -> None:
        self.experiment, self.engine, self.runs, self.active = experiment, engine, runs, active
        self.desk, self.due, self.memory, self.history = desk, due, memory, history
        self.door, self.name, self.gallery = door or Door(), experiment.name(), gallery or Gallery()
        self.singles = singles or Singles(engine, self.gallery)
        self.live: Live | None = None
        with gr.Tab(experiment.label(), id=self.name, elem_id=f"tab-{self.name}") as self.panel:
            with gr.Row(elem_classes=["workbench", f"{experiment.view}-bench"]):
                with gr.Column(min_width=320, elem_classes="outputs"):
                    self._draw_view()
                with gr.Column(min_width=320, elem_classes="inputs"):
                    gr.Markdown(experiment.title(), elem_classes=["help", "called"])
                    gr.Markdown(experiment.__doc__ or "", elem_classes="help")
                    self._draw_inputs(shared)
            with gr.Row(elem_classes="bar"):
                self._draw_bar()
        self._connect()

    def _draw_inputs(self, shared: Sequence[Control]) -> None:
        self.presets = [self._draw_presets(self.experiment.presets, "Try one:", "preset")]
        in_form = {name: i for name, i in self.experiment.own_inputs().items() if i.place != "view"}
        self.only: list[tuple[gr.Column, str, Sequence[str]]] = []  # what a choice hides: see `Input.only_with`
        own = [self._control(name, declared) for name, declared in in_form.items() if declared.place == "form"]
        with gr.Accordion("More settings", open=False, visible=len(own) < len(in_form), elem_id=f"{self.name}-more"):
            own += [self._control(name, declared) for name, declared in in_form.items() if declared.place == "more"]
        if self.experiment.tutorials:
            self.presets.append(self._draw_presets(self.experiment.tutorials, TUTORIALS, "tutorial"))
        self.own = own
        self.controls = [*shared, *own]
        self.components = [component for c in self.controls for component in c.components]

    def _draw_presets(self, presets: Mapping[str, Any], before: str, id: str) -> tuple[Buttons, Mapping[str, Any]]:
        names = {str(number): name for number, name in enumerate(presets)}
        buttons = Buttons(names=names, before=before, id=f"{self.name}-{id}", step=True, visible=bool(names))
        return buttons, presets

    def _control(self, name: str, declared: Input) -> Control:
        shown = {"value": getattr(self.experiment, name), "elem_id": f"{self.name}-{name}"}
        if declared.only_with is None:
            return control(name, declared, **shown)
        choice, options = declared.only_with
        with gr.Column(elem_classes=void(getattr(self.experiment, choice), options)) as frame:
            made = control(name, declared, **shown)
        self.only.append((frame, choice, options))
        return made

    def _draw_view(self) -> None:
        first, id = self.gallery.first(self.name), f"{self.name}-view"
        first = self.first = first and self.gallery.known(first, self.engine.networks)
        paced = any(isinstance(declared, Spacing) for declared in self.experiment.own_inputs().values())
        more = {"paced": True} if paced else {}
        self.view = VIEWS[self.experiment.view](first, elem_id=id, gallery=self.gallery, **more)
        self.folder = gr.State(None)

    def paced(self, experiment: Experiment) -> tuple[str, ...]:
        """What a status says of an experiment whose frames can be placed, see `Status`; nothing for others."""
        inputs, settings = experiment.inputs(), experiment.settings()
        for name, declared in inputs.items():
            if isinstance(declared, Spacing):
                apart = {name, declared.frames, *(other for other, one in inputs.items() if one.place == "view")}
                way = {key: value for key, value in settings.items() if key not in apart}
                numbers = settings[name]
                return settings_key(self.name, way), settings_key(name, {name: numbers}) if numbers else ""
        return ()

    def _draw_bar(self) -> None:
        """What is always in sight: render, how it goes, and what can be done with what is shown."""
        small = {"size": "sm", "scale": 0, "min_width": 64}
        self.button = gr.Button("Render", variant="primary", elem_id=f"{self.name}-render", **small)
        self.stop_button = gr.Button("Stop", interactive=False, elem_id=f"{self.name}-stop", **small)
        self.status = StatusView(elem_id=f"{self.name}-status")
        self.share_row = gr.Row(elem_classes="share")
        with gr.Column(elem_classes="menu", scale=0, min_width=64):
            gr.Button("Export ▴", elem_id=f"{self.name}-export-menu", **small)
            off = self.gallery.first(self.name) is None
            self.exports = Exports({"off": off}, view=self.view, id=f"{self.name}-export")
        with gr.Column(elem_classes="menu", scale=0, min_width=64) as self.use_column:
            gr.Button("Use ▴", elem_id=f"{self.name}-use-menu", **small)
        shown = [self.view, self.status, self.folder, self.button, self.stop_button, self.exports]
        self.outputs = [*shown, self.history, self.memory]

    def _connect(self) -> None:
        render = {
            "fn": self.render,
            "inputs": self.components,
            "outputs": self.outputs,
            "validator": self.validate,
            "concurrency_id": "render",
            "trigger_mode": "multiple",  # one that comes while another draws takes its place, and is not dropped
            # visitors share the device by turns, one UNet call each: see engine.turns
            "concurrency_limit": self.door.limits.renders or 4,
            "show_progress": "hidden",
        }
        entered = [event for c in self.controls for event in c.entered]
        entered += [self.view.enter] if "enter" in self.view.fires else []
        gr.on([self.button.click, *entered], api_name=self.name, **render)
        price = {"inputs": self.components, "outputs": [self.status, self.memory], "trigger_mode": "always_last"}
        self.due.connect(self.name, self.panel, self.price, **price)
        self.stop_button.click(self.stop, None, None, **QUICK)
        filled = gr.on([buttons.press for buttons, _ in self.presets], self.fill, None, self.components, **QUICK)
        filled.then(**{**render, "fn": self.try_out, "api_visibility": "private"})
        self.exports.connect(self.folder, self.status, self.folder_seen)
        self.status.show(self.show, self.components, self.outputs, concurrency_limit=None, **QUICK)
        self._connect_corners({**render, "api_visibility": "private"})
        self._connect_choices()

    def _connect_choices(self) -> None:
        """What plays no role with another choice is hidden."""
        for name in dict.fromkeys(choice for _, choice, _ in self.only):
            (choice,) = next(c.components for c in self.own if c.name == name)
            frames = [(frame, options) for frame, of, options in self.only if of == name]

            def hide(chosen: str, frames: Sequence[Any] = tuple(frames)) -> list[Any]:
                return [gr.update(elem_classes=void(chosen, options)) for _, options in frames]

            choice.change(hide, choice, [frame for frame, _ in frames], **QUICK)

    def _connect_corners(self, render: Mapping[str, Any]) -> None:
        """Where prompts are written in the view itself: it and their boxes are kept the same, without a request.

        So is the trail of a lens, after the prompts; recorded, it is rendered.
        """
        declared = self.experiment.own_inputs()
        prompts, trails = ([c for c in self.own if declared[c.name].carries == what] for what in ("prompts", "trail"))
        if "typed" not in self.view.fires or not prompts:
            return
        told = [box for c in (*prompts[:1], *trails[:1]) for box in c.components]
        boxes = [box for box in told if isinstance(box, gr.Textbox)]
        put = f"(...values) => explorer.put({self.view.elem_id!r}, values, {self.name!r})"
        self.view.typed(None, [*boxes, self.due], [*boxes, self.due], js=put, **QUICK)
        if trails:
            record = self.view.record(None, [*boxes, self.due], [*boxes, self.due], js=put, **QUICK)
            record.then(**render)
        told = f"(...texts) => explorer.told({self.view.elem_id!r}, texts)"
        gr.on([*(box.change for box in boxes), self.panel.select], None, boxes, None, js=told, **QUICK)

    def settings(self, values: Sequence[Any]) -> dict[str, Any]:
        """The settings that the widgets' values stand for, unchecked."""
        return settings_of(self.controls, values)

    def resolved(self, settings: Mapping[str, Any]) -> Experiment:
        """The experiment that settings make, the model's own where they say nothing. Raises InputError."""
        return self.experiment(**settings).resolved(self.engine.networks.defaults)

    def validate(self, request: gr.Request, *values: Any) -> list[dict[str, Any]]:
        """Errors inline, in words, each at the widget of its field that it is about."""
        problems = self._problems(request.session_hash, self.settings(values))
        verdicts = []
        for c in self.controls:
            problem = problems.get(c.name)
            own = [gr.validate(True, "")] * len(c.components)
            if problem is not None:
                for sentence, place in ((self.experiment.at_its_field(problem), problem.at), *problem.others):
                    own[min(place, len(own) - 1)] = gr.validate(False, say(sentence))
            verdicts += own
        return verdicts

    def _problems(self, session: str | None, settings: Mapping[str, Any]) -> Mapping[str, InputError]:
        """All that is wrong with the fields one by one or, if nothing is, with how they go together."""
        try:
            self.desk.asked(session, self.resolved(settings))
        except InputError as error:
            return self.experiment.problems(settings) or {error.field: error}
        return {}

    def price(self, request: gr.Request, *values: Any) -> Any:
        """Updates: the price of the settings as they stand, see `price_of`."""
        return self.price_of(self.settings(values), request.session_hash) or gr.skip()

    def price_of(self, settings: Mapping[str, Any], session: str | None) -> dict[Any, Any]:
        """Updates: what the status line says of settings, and what this visitor's browser shall remember of them.

        The price, or what the render of these very settings came to. The status line is left alone while this visitor's
        render is telling its progress (when it has ended, it is told), and if a render began, or even ended, while the
        price was reckoned: it has more to say.
        """
        visitor, updates, since = (session, self.name), {}, time.time()
        outcome, rendering = self.active.outcomes.get(visitor), self.active.of(*visitor, Folder)
        if rendering or self.active.of(*visitor, Numbers):
            self.active.meanwhile[visitor] = settings
        try:
            experiment = self.resolved(settings)
            updates = self.remembered(experiment)
            if not rendering:
                rendered = outcome is not None and outcome[0] == experiment
                status = outcome[1] if rendered else self._priced(session, experiment)
                key = settings_key(self.name, experiment.settings())
                status = replace(status, of=key, paced=self.paced(experiment), since=since)
        except InputError as error:
            detail = self.experiment.labelled(error) if error.wrong else ""
            text = self.experiment.at_its_field(error)
            status = Status("error", text, detail=detail, at=self._fields_of(error, text))
        overtaken = self.active.of(*visitor, Folder) or self.active.outcomes.get(visitor) is not outcome
        return updates if rendering or overtaken else {**updates, self.status: status}

    def _fields_of(self, error: InputError, text: str) -> list[tuple[str, str]]:
        """The ids of the widgets that an error is about, each with its sentence; none where they are no tab's."""
        components = next((c.components for c in self.controls if c.name == error.field), [])
        told = ((text, error.at), *error.others) if components else ()
        return [(str(components[min(at, len(components) - 1)].elem_id), sentence) for sentence, at in told]

    def _priced(self, session: str | None, experiment: Experiment) -> Status:
        """The price of what this visitor's view does not show."""
        status = prices(self.desk.asked(session, experiment), self.engine)
        return replace(status, free=True) if self.gallery.of(experiment, self.engine.networks) else status

    def show(self, request: gr.Request, *values: Any) -> dict[Any, Any]:
        """Updates: what these settings make, in the view, if it costs no row; nothing new if it does."""
        visitor = request.session_hash, self.name
        try:
            experiment = self.resolved(self.settings(values))
            run, asked = self.gallery.of(experiment, self.engine.networks), self.desk.asked(visitor[0], experiment)
        except InputError:
            return {self.status: gr.skip()}
        if self.active.of(*visitor, Folder):
            return {self.status: gr.skip()}
        if run is not None:
            status = Status("ready", Message("{n} frames, shipped with the program", n=run.count))
            run = self.gallery.known(run, self.engine.networks)
            self.active.seen[visitor] = run, None
            updates = {**self.seen(visitor[0]), self.status: status}
        else:
            job = render_of(asked, self.engine, self.runs)
            if job.render.price.stored < job.render.price.frames:
                return {self.status: gr.skip()}
            *_, (film, status) = job
            updates = self.shown(visitor[0], job.sink.run, film, status)
        self.active.outcomes[visitor] = experiment, status
        return updates

    def note(self, settings: Mapping[str, Any], session: str | None, note: str) -> None:
        """Whenever the status line tells the price of these very settings, it says `note`, too."""
        if (status := self.price_of(settings, session).get(self.status)) and status.state != "error":
            with_note = replace(status, notes=[*status.notes, note])
            self.active.outcomes[session, self.name] = self.resolved(settings), with_note

    def render(self, request: gr.Request, *values: Any) -> Iterator[dict[Any, Any]]:
        """Renders, telling the view and the status line as frames arrive, until done, stopped or left."""
        visitor = request.session_hash
        asked = self.desk.asked(visitor, self.resolved(self.settings(values)))
        job = render_of(asked, self.engine, self.runs, self.door.limits.seconds)
        if (sentence := self.door.refusal(request, job.render.price)) is not None:
            yield {self.status: said("error", sentence)}
            return
        experiment, folder, last = asked.experiment, job.sink, None
        drafts = self.live and self.live.drafts_of_a_run(visitor, self.name)
        self.active.meanwhile.pop((visitor, self.name), None)
        self.active.stop(visitor, self.name, Numbers)
        paced = self.paced(experiment)
        for film, told in self.active.run(visitor, self.name, job):
            status = replace(told, paced=paced)
            more = self.remembered(experiment, folder.run) if last is None else {}
            if status.state in ("done", "stopped", "error"):
                self.active.outcomes[visitor, self.name] = experiment, status
            if status.state != "running":
                more |= self.left(folder, experiment)
            elif last is None:
                more |= self.listed(folder.run, experiment, begun=True)
            yield {**self.shown(visitor, folder.run, film, status), **more}
            if last is None and drafts:  # they are there long before the first of its own frames
                drafts.wait()
            last = status.state
        if last != job.state:  # a newer render has taken its place
            yield self.left(folder, experiment)
        elif updates := self._set_meanwhile(visitor, experiment):
            yield updates

    def _set_meanwhile(self, session: str | None, experiment: Experiment) -> dict[Any, Any]:
        """Updates: the price of what this visitor has set while the experiment was rendered; none for the very same."""
        settings = self.active.meanwhile.pop((session, self.name), None)
        with suppress(InputError):
            if settings is None or self.resolved(settings) == experiment:
                return {}
        return self.price_of(settings or {}, session)

    def try_out(self, request: gr.Request, *values: Any) -> Iterator[dict[Any, Any]]:
        """As `render`, of what another press set: what is shipped is shown, what takes long waits for Render."""
        experiment = self.resolved(self.settings(values))
        if self.gallery.of(experiment, self.engine.networks) is not None:
            yield {**self.show(request, *values), **self.remembered(experiment)}
            return
        plan = self.desk.asked(request.session_hash, experiment).plan
        if (self.engine.price(plan).seconds or 0) > UNASKED:
            settings, session = self.settings(values), request.session_hash
            self.note(settings, session, Message("It takes a while: press Render to begin."))
            yield self.price_of(settings, session)
            return
        yield from self.render(request, *values)

    def folder_seen(self, folder: str | None, view: Mapping[str, Any]) -> str | None:
        """The run folder of what the visitor sees; of a shipped run it is made now."""
        shipped = self.gallery.named(view.get("shipped")) if folder is None else None
        return folder if shipped is None else str(shipped.copied(self.runs).folder)

    def shown(self, session: str | None, run: Run, film: Film | None, status: Status) -> dict[Any, Any]:
        """Updates: a run in the view, and the buttons that go with it.

        Of a render that has ended without a picture nothing is shown: what was there before is back.
        """
        running, empty = status.state == "running", not (film and film.ready)
        if not empty:
            self.active.seen[session, self.name] = film, str(run.folder)
        if film and empty and not running:
            view = self.seen(session)
            status = replace(status, of=film.of)  # so the view knows that what it shows is of other settings
        else:
            view = {self.view: film, self.folder: str(run.folder), self.exports: {"off": running or empty}}
        return {
            **view,
            self.status: status,
            self.button: gr.update(interactive=not running),
            self.stop_button: gr.update(interactive=running),
        }

    def seen(self, session: str | None) -> dict[Any, Any]:
        """Updates: what this visitor's view showed last, or what it shows at first."""
        film, folder = self.active.seen.get((session, self.name), (self.first, None))
        return {self.view: film, self.folder: folder, self.exports: {"off": film is None}}

    def listed(self, run: Run, experiment: Experiment, begun: bool = False) -> dict[Any, Any]:
        """Updates: the run of a resolved experiment, as it is now, among the visitor's own; `begun`: being rendered."""
        settings = kept(experiment, self.engine.networks, MadeWith.of(run.model))
        return {self.history: {"entry": entry_of(run, experiment, settings.get("query", "")), "begun": begun}}

    def left(self, folder: Folder, experiment: Experiment) -> dict[Any, Any]:
        """Updates: the run of a render that has ended among the visitor's own, if it has a picture to open."""
        return self.listed(folder.run, experiment) if folder.ready else {self.history: {"removed": folder.run.name}}

    def remembered(
        self, experiment: Experiment, run: Run | None = None, model: MadeWith | None = None
    ) -> dict[Any, Any]:
        """Updates: the settings of a resolved experiment in the visitor's browser, and the `run` that has them, if any.

        `model` drew it, if another than the one here did.
        """
        settings = kept(experiment, self.engine.networks, model)
        if run is None:
            return {self.memory: settings}
        settings = settings if "query" in settings else {"tab": self.name}
        return {self.memory: {**settings, "run": run.name}}

    def stop(self, request: gr.Request) -> None:
        """Ends this visitor's jobs of this tab before their next UNet call."""
        self.active.stop(request.session_hash, self.name)

    def fill(self, event: gr.EventData) -> list[Any]:
        """The values of all widgets for the preset that was pressed."""
        pressed = getattr(event.target, "_id", None)  # a visitor's session may have a copy of the widget
        buttons, presets = next(each for each in self.presets if each[0]._id == pressed)
        whole = self.resolved(list(presets.values())[int(buttons.pressed(event))])
        return [value for c in self.controls for value in c.write(getattr(whole, c.name))]
