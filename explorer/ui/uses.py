"""Use this frame: a picture of one tab, or what made it, carried into the settings of another.

What a frame can become is derived from the declarations: every tab that takes a picture can start from it, with its
prompt, every tab that takes prompts with a seed each can have it as a keyframe, every other tab of one prompt can go on
from its prompt and seed, a tab whose frames have a setting of their own can go on from there, and its seed and guidance
can be taken over for all tabs. A frame between prompts has a
prompt, too, see `space.mixtures`. What was taken is told, and can be taken back. Nothing here knows any one experiment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from explorer.experiments.base import Experiment
from explorer.experiments.inputs import Input, InputError
from explorer.experiments.made_with import another_model
from explorer.messages import Message
from explorer.outputs.runs import Run
from explorer.ui.buttons import Buttons
from explorer.ui.controls import QUICK, Control
from explorer.ui.exporting import NO_RUN
from explorer.ui.forms import Form
from explorer.ui.news import Status
from explorer.ui.singles import GONE, Chosen
from explorer.ui.tab import Tab
from explorer.ui.views import StatusView, said

Change = Callable[[Chosen, Mapping[str, Any]], Mapping[str, Any]]
"""From a frame and the fields as they are to the fields as they shall be."""


@dataclass(frozen=True)
class Use:
    """One thing a frame can become: `change` says what the fields of `controls` shall be, and `tab` is opened.

    `of_text` ones take what a text encoder, a seed and guidance had a part in, not pictures that were only encoded.
    `own` ones are for frames of that very tab.
    """

    label: str
    tab: Tab | None
    controls: Sequence[Control]
    change: Change
    of_text: bool = True
    own: bool = False


def uses(form: Form) -> Iterator[Use]:
    """Everything that a frame can become on this page."""
    common = {c.name: c for c in form.shared}
    for tab in form.tabs:
        declared = tab.experiment.own_inputs()
        takes = {declared[c.name].carries: c for c in reversed(tab.own)}  # the first of each
        if "own" in takes:
            name = takes["own"].name
            yield Use(Message("On from this one"), tab, [takes["own"]], _taken({name: name}), own=True)
        words = None
        if "picture" in takes:
            name, title = takes["picture"].name, tab.experiment.label()
            around = Message("→ {tab}, around its region", tab=title) if declared[name].optional else None
            words = None if around else takes.get("prompt")
            fields = [takes["picture"], *([words] if words else [])]
            change = _started(name, declared[name], *((words.name, declared[words.name]) if words else (None, None)))
            yield Use(around or Message("→ {tab}", tab=title), tab, fields, change, of_text=False)
        if "prompt" in takes and words is None:
            taken = _taken({takes["prompt"].name: "prompt", "seed": "seed"})
            label = Message("→ {tab}, with its prompt", tab=tab.experiment.label())
            yield Use(label, tab, [takes["prompt"], common["seed"]], taken)
        if "prompts" in takes and "seeds" in takes:
            prompts, seeds = takes["prompts"], takes["seeds"]
            label = Message("→ {tab}, as its last stop", tab=tab.experiment.label())
            yield Use(label, tab, [prompts, seeds, common["seed"]], _keyframe(prompts.name, seeds.name, declared))
    yield Use("Its seed", None, [common["seed"]], _taken({"seed": "seed"}))
    yield Use("Its guidance", None, [common["guidance_scale"]], _taken({"guidance_scale": "guidance_scale"}))


def _started(field: str, declared: Input, prompt: str | None, of_prompt: Input | None) -> Change:
    """The frame as a start picture, and its prompt, if it has one that can be typed."""

    def change(chosen: Chosen, now: Mapping[str, Any]) -> Mapping[str, Any]:
        changes = {field: declared.started(now[field], chosen.picture, chosen.settings)}
        if prompt and of_prompt:
            with suppress(InputError):
                changes[prompt] = of_prompt.check(prompt, chosen.settings.get("prompt"))
        return changes

    return change


def _taken(fields: Mapping[str, str]) -> Change:
    """The frame's own settings into the fields of these names."""

    def change(chosen: Chosen, _now: Mapping[str, Any]) -> Mapping[str, Any]:
        if "prompt" in fields.values():
            _prompt(chosen)
        return {field: chosen.settings[setting] for field, setting in fields.items()}

    return change


def _prompt(chosen: Chosen) -> str:
    """The frame's prompt. Raises InputError where it has none: a walk leads to where no words are."""
    if prompt := chosen.settings.get("prompt"):
        return str(prompt)
    raise InputError("prompt", prompt, Message("a frame that has a prompt; this one lies where no words are"))


def _keyframe(prompts: str, seeds: str, declared: Mapping[str, Input]) -> Change:
    """The frame's prompt at the end; the seeds stay one for all unless its own differs from it."""

    def change(chosen: Chosen, now: Mapping[str, Any]) -> Mapping[str, Any]:
        prompt, seed = _prompt(chosen), chosen.settings["seed"]
        stops = list(now[prompts])
        given = list(declared[seeds].check(seeds, now[seeds])) or [now["seed"]] * len(stops)
        noises = [*given, seed] if len(set(given) | {seed}) > 1 else []
        return {prompts: [*stops, prompt], seeds: noises, "seed": now["seed"] if noises else seed}

    return change


class Taken(NamedTuple):
    """What a use has written over: the tab, what its fields were, and where the visitor came from."""

    tab: str
    fields: Mapping[str, Any]
    source: str


def connect_uses(form: Form, notice: StatusView) -> None:
    """Draws every tab's "Use this frame" buttons and makes them work; `notice` tells, and takes back."""
    everything, last = list(uses(form)), gr.State(None)
    written = list(dict.fromkeys(component for use in everything for c in use.controls for component in c.components))
    for source in form.tabs:
        speaks = any(declared.speaks for declared in source.experiment.own_inputs().values())
        offered = [use for use in everything if use.tab is source or not use.own]
        found = [use for use in offered if speaks or not use.of_text]
        names = {str(number): use.label for number, use in enumerate(found)}
        with source.use_column:
            buttons = Buttons(names=names, before="Use this frame:", id=f"{source.name}-use")
        read = list(dict.fromkeys(c for use in found for c in (use.tab or source).components))
        buttons.press(
            _carry(form, source, buttons, found, read, widgets=(notice, last)),
            [source.folder, source.view, *read],
            [*written, form.shown, form.due, notice, last],
            js=source.view.state_js(1),
            **QUICK,
        )

    def undo(taken: Taken | None) -> dict[Any, Any]:
        if taken is None:
            return {notice: None}
        tab = form.by_name[taken.tab]
        updates = {**form.opened(taken.source), last: None, notice: said("ready", "As it was before.")}
        for c in tab.controls:
            if c.name in taken.fields:
                updates |= zip(c.components, c.write(taken.fields[c.name]), strict=True)
        return updates

    notice.undo(undo, last, [*written, form.shown, form.due, notice, last], **QUICK)


def seen(folder: str | None, view: Mapping[str, Any], tab: Tab, *, itself: bool = False) -> Chosen:
    """What the visitor looks at. Raises ValueError where that is no picture, or no longer there.

    `itself`: of a run that is still rendered no frame stands in for another.
    """
    if "single" in view:
        chosen = tab.singles.chosen(view["single"])
        if chosen is None or chosen.experiment is not tab.experiment:
            raise ValueError(GONE)
        return chosen
    if folder is None or view.get("live"):
        raise ValueError(NO_RUN)
    if not Path(folder).exists():
        raise ValueError(GONE)
    run, index = Run.open(Path(folder)), view.get("index", 0)
    if itself and index not in run.ready:
        raise ValueError(NO_RUN)
    return Chosen.of(run, index, tab.experiment)


def _carry(
    form: Form, source: Tab, buttons: Buttons, found: Sequence[Use], read: Sequence[Any], *, widgets: tuple[Any, Any]
) -> Callable[..., dict[Any, Any]]:
    """What a press does: the target's form changes and tells its price; what cannot be done is said, and no more.

    `widgets` are the notice, and the state that keeps what was written over.
    """
    notice, last = widgets

    def carry(
        request: gr.Request, event: gr.EventData, folder: str | None, view: Mapping[str, Any] | None, *values: Any
    ) -> dict[Any, Any]:
        use, shown = found[int(buttons.pressed(event))], dict(zip(read, values, strict=True))
        target = use.tab or source
        now = target.settings([shown[component] for component in target.components])
        try:
            chosen = seen(folder, view or {}, source, itself=use.own)
            changes = use.change(chosen, now)
            if problem := next(iter(target.experiment.problems(changes).values()), None):
                raise problem
        except ValueError as error:
            return {notice: said("error", str(error))}
        before = _checked(target.experiment, {name: now[name] for name in changes})
        told = Message("{use}, from the picture “{caption}”", use=use.label, caption=chosen.caption)
        updates: dict[Any, Any] = {form.due: target.name, last: before and Taken(target.name, before, source.name)}
        updates[notice] = Status("ready", told, undo=before is not None)
        if use.tab:
            updates |= {form.shown: gr.Tabs(selected=use.tab.name)}
        for c in use.controls:
            if c.name in changes:
                updates |= zip(c.components, c.write(changes[c.name]), strict=True)
        if use.of_text and (other := another_model(chosen.record.get("model"), target.engine.networks)):
            target.note({**now, **changes}, request.session_hash, other)
        return updates

    return carry


def _checked(experiment: type[Experiment], settings: Mapping[str, Any]) -> dict[str, Any] | None:
    """Settings as they are written back; None if they are not allowed, which a half-typed form need not be."""
    try:
        return {name: experiment.inputs()[name].check(name, value) for name, value in settings.items()}
    except InputError:
        return None
