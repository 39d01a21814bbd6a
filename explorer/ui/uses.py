"""Use this frame: a picture of one tab, or what made it, carried into the settings of another.

What a frame can become is derived from the declarations: every tab that takes a picture can start from it, every tab
that takes prompts with a seed each can have it as a keyframe, and its seed and guidance can be taken over for all tabs.
Nothing here knows any one experiment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from explorer.experiments.inputs import Input, InputError
from explorer.experiments.made_with import another_model
from explorer.messages import Message
from explorer.outputs.runs import Run
from explorer.ui.buttons import Buttons
from explorer.ui.controls import QUICK, Control
from explorer.ui.exporting import NO_RUN
from explorer.ui.forms import Form
from explorer.ui.singles import GONE, Chosen
from explorer.ui.tab import Tab
from explorer.ui.views import said

Change = Callable[[Chosen, Mapping[str, Any]], Mapping[str, Any]]
"""From a frame and the fields as they are to the fields as they shall be."""


@dataclass(frozen=True)
class Use:
    """One thing a frame can become: `change` says what the fields of `controls` shall be, and `tab` is opened.

    `of_text` ones take what a text encoder, a seed and guidance had a part in, not pictures that were only encoded.
    """

    label: str
    tab: Tab | None
    controls: Sequence[Control]
    change: Change
    of_text: bool = True


def uses(form: Form) -> Iterator[Use]:
    """Everything that a frame can become on this page."""
    common = {c.name: c for c in form.shared}
    for tab in form.tabs:
        declared = tab.experiment.own_inputs()
        takes = {declared[c.name].carries: c for c in reversed(tab.own)}  # the first of each
        if "picture" in takes:
            name = takes["picture"].name
            start = _start(name, declared[name])
            title = tab.experiment.title()
            around = Message("→ {tab}, around its region", tab=title) if declared[name].optional else None
            yield Use(around or Message("→ {tab}", tab=title), tab, [takes["picture"]], start, of_text=False)
        if "prompts" in takes and "seeds" in takes:
            prompts, seeds = takes["prompts"], takes["seeds"]
            label = Message("→ {tab}, as its last stop", tab=tab.experiment.title())
            yield Use(label, tab, [prompts, seeds, common["seed"]], _keyframe(prompts.name, seeds.name, declared))
    yield Use("Its seed", None, [common["seed"]], _taken("seed"))
    yield Use("Its guidance", None, [common["guidance_scale"]], _taken("guidance_scale"))


def _start(field: str, declared: Input) -> Change:
    return lambda chosen, now: {field: declared.started(now[field], chosen.picture, chosen.settings)}


def _taken(field: str) -> Change:
    return lambda chosen, _now: {field: chosen.settings[field]}


def _keyframe(prompts: str, seeds: str, declared: Mapping[str, Input]) -> Change:
    """The frame's prompt at the end; the seeds stay one for all unless its own differs from it."""

    def change(chosen: Chosen, now: Mapping[str, Any]) -> Mapping[str, Any]:
        prompt, seed = chosen.settings.get("prompt"), chosen.settings["seed"]
        if not prompt:
            raise InputError("prompt", prompt, "a frame that shows one prompt; this one lies between several")
        stops = list(now[prompts])
        given = list(declared[seeds].check(seeds, now[seeds])) or [now["seed"]] * len(stops)
        noises = [*given, seed] if len(set(given) | {seed}) > 1 else []
        return {prompts: [*stops, prompt], seeds: noises, "seed": now["seed"] if noises else seed}

    return change


def connect_uses(form: Form) -> None:
    """Draws every tab's "Use this frame" buttons and makes them work."""
    everything = list(uses(form))
    for source in form.tabs:
        speaks = any(declared.speaks for declared in source.experiment.own_inputs().values())
        found = [use for use in everything if speaks or not use.of_text]
        names = {str(number): use.label for number, use in enumerate(found)}
        with source.use_column:
            buttons = Buttons(names=names, before="Use this frame:", id=f"{source.name}-use")
        read = list(dict.fromkeys(c for use in found for c in (use.tab or source).components))
        written = dict.fromkeys(component for use in found for c in use.controls for component in c.components)
        buttons.press(
            _carry(form, source, buttons, found, read),
            [source.folder, source.view, *read],
            [*written, form.shown, form.due, source.status],
            js=source.view.state_js(1),
            **QUICK,
        )


def seen(folder: str | None, view: Mapping[str, Any], tab: Tab) -> Chosen:
    """What the visitor looks at. Raises ValueError where that is no picture, or no longer there."""
    if "single" in view:
        chosen = tab.singles.chosen(view["single"])
        if chosen is None or chosen.experiment is not tab.experiment:
            raise ValueError(GONE)
        return chosen
    if folder is None or view.get("live"):
        raise ValueError(NO_RUN)
    if not Path(folder).exists():
        raise ValueError(GONE)
    return Chosen.of(Run.open(Path(folder)), view.get("index", 0), tab.experiment)


def _carry(
    form: Form, source: Tab, buttons: Buttons, found: Sequence[Use], read: Sequence[Any]
) -> Callable[..., dict[Any, Any]]:
    """What a press does: the target's form changes and tells its price; what cannot be done is said, and no more."""

    def carry(
        request: gr.Request, event: gr.EventData, folder: str | None, view: Mapping[str, Any] | None, *values: Any
    ) -> dict[Any, Any]:
        use, shown = found[int(buttons.pressed(event))], dict(zip(read, values, strict=True))
        target = use.tab or source
        now = target.settings([shown[component] for component in target.components])
        try:
            chosen = seen(folder, view or {}, source)
            changes = use.change(chosen, now)
            if problem := next(iter(target.experiment.problems(changes).values()), None):
                raise problem
        except ValueError as error:
            return {source.status: said("error", str(error))}
        updates: dict[Any, Any] = {form.due: target.name}
        if use.tab:
            updates |= {form.shown: gr.Tabs(selected=use.tab.name)}
        if target is not source:
            updates |= {source.status: said("done", Message("Taken over: {caption}", caption=chosen.caption))}
        for c in use.controls:
            updates |= zip(c.components, c.write(changes[c.name]), strict=True)
        if use.of_text and (other := another_model(chosen.record.get("model"), target.engine.networks)):
            target.note({**now, **changes}, request.session_hash, other)
        return updates

    return carry
