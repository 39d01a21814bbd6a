"""Widgets that live in the browser: FilmView shows a run as a film, StatusView says how a render is going.

RunView is what all views of a run share; see `compare` for the other one.

Contract: Python sends small values (paths and a bit mask, never pictures); the browser fetches each frame of a run
once and scrubs without a request. The files of a run are served in place, so `gr.set_static_paths([root of runs])`
must have been called. Text that comes from visitors (captions, notes) is written through `textContent` only; the
templates are constant and no value is interpolated into them. Nothing here knows an engine or an experiment.

How a view of a run is read. Its value flows one way, from Python to the page. What the visitor does (frame, speed, loop
mode) stays on its DOM node, so a yield of the server and a drag of the visitor never overwrite each other. An event
reads it when it is fired: the view is among the event's inputs, and `js=view.state_js(its place among them)` puts the
state there, which arrives in Python as a checked {"index", "fps", "loop"}:

    button.click(export, inputs=[folder, view], outputs=file, js=view.state_js(1))

Events that output to either widget want show_progress="hidden": Gradio dims what waits for an output.
"""

from __future__ import annotations

import json
import math
from abc import ABCMeta
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import gradio as gr
from gradio.component_meta import ComponentMeta, updateable
from gradio.data_classes import FileData

from explorer.space.plans import LOOPS
from explorer.ui.manifests import manifest
from explorer.ui.text import say, say_caption, spoken, words_of

FPS = (1.0, 50.0)
STATES = ("ready", "running", "stopped", "done", "error")
MAX_INDEX = 9999  # frames are files with four digits
MAX_NOTE = 300  # characters

FILM_TEXTS = {
    "play": "Play",
    "pause": "Pause",
    "previous": "Previous frame",
    "next": "Next frame",
    "scrub": "Frame",
    "loop": "How the film repeats",
    "open": "Once",
    "back-and-forth": "Back and forth",
    "closed": "Loop",
    "fps": "Frames per second",
    "per second": "fps",
    "save": "Save frame",
    "frame": "frame {n} of {count}",
    "range": "the curve goes from {low} to {high}",
    "coming": "Frame {n} is still to come; showing {m}",
    "loading": "Frame {n} is loading; showing {m}",
    "lost": "Frame {n} could not be loaded; showing {m}",
    "gone": "These pictures are no longer on the server. Render again to see them.",
    "waiting": "The first picture is on its way",
    "preview": "Step {step} of {steps}, predicted picture",
    "empty": "Your film will appear here",
    "hint": "Press Render. The first pictures come early, and you can move through the film while the rest arrives.",
}


class WidgetMeta(ComponentMeta):
    """Gradio's metaclass without its side effect: it writes a .pyi beside any module that defines a component."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> type:
        if "__init__" in attrs:
            attrs["__init__"] = updateable(attrs["__init__"])
        return ABCMeta.__new__(mcs, name, bases, attrs)


def source(*names: str) -> str:
    """The text of the named files of widgets/, one after the other."""
    folder = Path(__file__).parent / "widgets"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def mask(indices: Iterable[int]) -> str:
    """The indices as bits of a hexadecimal number: [0, 3] -> "9". A run of 300 frames takes 75 characters."""
    return f"{sum(1 << i for i in set(indices)):x}"


def number(value: Any, low: float, high: float, default: float) -> float:
    """`value` if it is a finite number, brought into low..high; otherwise `default`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return default
    if isinstance(value, float) and not math.isfinite(value):
        return default
    return min(high, max(low, value))


class RunView(gr.HTML, metaclass=WidgetMeta):
    """A run, shown in the browser: the value that goes there and the visitor's state that comes back.

    The value is None (nothing yet) or a mapping with `folder` (the run: frames.json, view/0000.jpg, frames/0000.png),
    `count` (frames when complete), `ready` (indices finished, any order), `preview` (None or `index`, `step`, `steps`
    and the `path` of a predicted picture), `fps` and `loop` ("open", "back-and-forth" or "closed"). There may be
    `notes`: index -> words about that very frame.
    As an input it gives what the visitor is looking at; see the module's docstring.

    A kind of view names its files in widgets/ (`widget`.html, .css and .js, and the `scripts` before that one) and its
    English `words`. Its script keeps the visitor's state in the attribute data-film of its root.
    `exports` are the formats that fit it, by their names in outputs.export: a set's unless it says otherwise.
    """

    widget: ClassVar[str]
    scripts: ClassVar[tuple[str, ...]]
    words: ClassVar[Mapping[str, str]]
    exports: ClassVar[Sequence[str]] = ("png", "zip", "gif")
    names_settings: ClassVar[bool] = False  # whether visitors read the names of the frames' settings

    def __init__(
        self,
        value: Mapping[str, Any] | None = None,
        *,
        texts: Mapping[str, Mapping[str, str]] | None = None,
        elem_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        """`texts`: language tag ("zh", "zh-TW") -> translations of `words`; keys left out are shown in English.

        Without any, the phrase book's are taken.
        """
        texts = words_of(self.words) if texts is None else texts
        super().__init__(
            value=value,
            texts={**{tag: dict(words) for tag, words in texts.items()}, "en": dict(self.words)},
            html_template=source(f"{self.widget}.html"),
            css_template=source(f"{self.widget}.css"),
            js_on_load=source(*self.scripts, f"{self.widget}.js"),
            apply_default_css=False,
            elem_id=elem_id or self.widget,
            **kwargs,
        )

    def state_js(self, place: int = 0) -> str:
        """The `js=` of an event that has this view at `place` among its inputs: puts the visitor's state there."""
        node = f"document.getElementById({json.dumps(self.elem_id)})?.querySelector('[data-film]')"
        return f"(...inputs) => {{ inputs[{place}] = JSON.parse({node}?.dataset.film ?? 'null'); return inputs; }}"

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What is sent to the browser: O(count / 4) characters, and notes. A preview without its file is left out."""
        if value is None:
            return None
        preview = value["preview"]
        if preview is not None and Path(preview["path"]).is_file():
            file = FileData(path=str(preview["path"])).model_dump()
            preview = {"step": preview["step"], "steps": preview["steps"], "index": preview["index"], "file": file}
        else:
            preview = None
        return {
            "manifest": FileData(path=str(manifest(Path(value["folder"]), spoken(), self.names_settings))).model_dump(),
            "count": value["count"],
            "ready": mask(value["ready"]),
            "preview": preview,
            "notes": {str(i): say_caption(str(note)[:MAX_NOTE]) for i, note in value.get("notes", {}).items()},
            "fps": value["fps"],
            "loop": value["loop"],
        }

    def preprocess(self, payload: Any) -> dict[str, Any] | None:
        """What the visitor is looking at, or None: `index` 0..MAX_INDEX, `fps` within FPS, `loop` one of LOOPS.

        The browser is not trusted: what is missing or of a wrong kind becomes a default, what is too large is clamped.
        Only the handler knows how many frames the run has.
        """
        if not isinstance(payload, dict):
            return None
        loop = payload.get("loop")
        return {
            "index": int(number(payload.get("index"), 0, MAX_INDEX, 0)),
            "fps": float(number(payload.get("fps"), *FPS, 10.0)),
            "loop": loop if loop in LOOPS else "open",
        }

    def api_info(self) -> dict[str, Any]:
        """The JSON schema of the state that `preprocess` accepts."""
        properties = {
            "index": {"type": "integer", "minimum": 0, "maximum": MAX_INDEX},
            "fps": {"type": "number", "minimum": FPS[0], "maximum": FPS[1]},
            "loop": {"type": "string", "enum": list(LOOPS)},
        }
        return {"type": "object", "properties": properties}


class FilmView(RunView):
    """A run as a film: stage, caption, scrubber, filmstrip, playing and saving of single frames.

    Where frames.json gives every frame a setting that is a number, the first of them is a curve under the scrubber.
    """

    widget = "film"
    scripts = ("bits.js", "reel.js", "pane.js", "player.js", "strip.js", "curve.js")
    words = FILM_TEXTS
    exports = ("gif", "mp4", "webp", "zip")


class Unseen(gr.HTML, metaclass=WidgetMeta):
    """A script on the page with nothing to see: `script` is its file in widgets/, `props` what it is told for good."""

    script: ClassVar[str]

    def __init__(self, value: Any = None, **props: Any) -> None:
        super().__init__(
            value=value,
            html_template="",
            css_template=".html-container:has(> &) { display: none; }",
            js_on_load=source(self.script),
            apply_default_css=False,
            **props,
        )


class StatusView(gr.HTML, metaclass=WidgetMeta):
    """One quiet place that says how things stand: a line, a thin progress bar, and notes.

    The value is None (nothing to say) or a mapping with `state` (one of STATES), `text`, `detail`, `notes` (list of
    strings, may quote the visitor) and `progress` (0..1, or None for no bar). It is an output only.
    """

    def __init__(self, value: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(
            value=value,
            html_template=source("status.html"),
            css_template=source("status.css"),
            js_on_load=source("status.js"),
            apply_default_css=False,
            **kwargs,
        )

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What is sent to the browser. Raises ValueError for a state that there is not."""
        if value is None:
            return None
        if value["state"] not in STATES:
            raise ValueError(f"state is {value['state']!r}; it must be one of {', '.join(STATES)}")
        progress = value["progress"]
        return {
            "state": value["state"],
            "text": say(str(value["text"])),
            "detail": say(str(value["detail"])),
            "notes": [say(str(note)) for note in value["notes"]],
            "progress": None if progress is None else number(progress, 0.0, 1.0, 0.0),
        }

    def preprocess(self, payload: Any) -> None:
        """Nothing is read back."""

    def api_info(self) -> dict[str, Any]:
        """The JSON schema of the value."""
        return {"type": "object"}


def said(state: str, text: str, notes: Iterable[str] = ()) -> dict[str, Any]:
    """A value of StatusView that is a sentence, perhaps with notes, and no progress."""
    return {"state": state, "text": text, "detail": "", "notes": list(notes), "progress": None}
