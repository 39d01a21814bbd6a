"""Views of a run in the browser (film, compare, pad, trajectory), and StatusView, which says how a render is going.

Contract: Python sends small values (paths and a bit mask, never pictures); the browser fetches each frame of a run
once and scrubs without a request. The files of a run are served in place, so `gr.set_static_paths([root of runs])`
must have been called. Nothing here knows an engine or an experiment.

How a view of a run is read. Its value flows one way, from Python to the page. What the visitor does (frame, speed, loop
mode) stays on its DOM node, so a yield of the server and a drag of the visitor never overwrite each other. An event
reads it when it is fired: the view is among the event's inputs, and `js=view.state_js(its place among them)` puts the
state there, which arrives in Python as a checked {"index", "fps", "loop"}, or as {"live": True} when what is seen is no
run (see `live`); with "single" where it is a picture that no run of one's own has (see `singles`),
and "shipped" where it is a frame of the shipped run of that name:

    button.click(export, inputs=[folder, view], outputs=file, js=view.state_js(1))

Events that output to either widget want show_progress="hidden": Gradio dims what waits for an output.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from gradio.data_classes import FileData

from explorer.space.plans import LOOPS
from explorer.ui.manifests import manifest
from explorer.ui.news import Film, Status
from explorer.ui.offline import mask
from explorer.ui.shipped import Gallery, Shipped
from explorer.ui.text import say, say_caption, spoken
from explorer.ui.widget import Widget

FPS = (1.0, 50.0)
MAX_INDEX = 9999  # frames are files with four digits
MAX_NAME = 80  # characters of what a single picture is called by
MAX_NOTE = 300  # characters


def number(value: Any, low: float, high: float, default: float) -> float:
    """`value` if it is a finite number, brought into low..high; otherwise `default`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return default
    if isinstance(value, float) and not math.isfinite(value):
        return default
    return min(high, max(low, value))


class RunView(Widget):
    """A run, shown in the browser: the value that goes there and the visitor's state that comes back.

    The value is a `Film`, one of the shipped runs of `gallery`, or None (nothing yet). As an input it gives what the
    visitor is looking at; see the module's docstring.

    A kind of view is a module and a style sheet in widgets/ and its words in texts/en.json. What frames.json says of
    each frame decides what it shows; it does not know which experiments there are. `exports` are the formats that fit
    it, by their names in outputs.export: a set's unless it says otherwise.
    """

    exports: ClassVar[Sequence[str]] = ("png", "zip", "gif")
    fires: ClassVar[tuple[str, ...]] = ("look",)  # the visitor looks at another place
    says: ClassVar[str] = ""  # the name of words of its own, beside those of its kind

    def __init__(
        self,
        value: Film | Shipped | None = None,
        *,
        elem_id: str | None = None,
        gallery: Gallery | None = None,
        **props: Any,
    ) -> None:
        self._gallery = gallery or Gallery()
        first = self.first(value) if isinstance(value, Shipped) else ""
        phrases = (self.kind, *([self.says] if self.says else []))
        super().__init__(value, phrases=phrases, first=first, elem_id=elem_id or self.kind, **props)

    def first(self, run: Shipped) -> str:  # noqa: ARG002 (most have nothing to show so early)
        """The markup that stands there until the module is loaded."""
        return ""

    def state_js(self, place: int = 0) -> str:
        """The `js=` of an event that has this view at `place` among its inputs: puts the visitor's state there."""
        return f"(...inputs) => explorer.seen({json.dumps(self.elem_id)}, {place}, inputs)"

    def postprocess(self, value: Film | Shipped | None) -> dict[str, Any] | None:
        """What is sent to the browser: O(count / 4) characters, and notes. A preview without its file is left out."""
        if value is None:
            return None
        if isinstance(value, Shipped):
            return self._gallery.exhibit(value)
        captions, preview = manifest(value.folder, spoken()), value.preview
        if preview is not None:
            file = FileData(path=str(preview.path)).model_dump() if preview.path.is_file() else None
            preview = file and {"step": preview.step, "steps": preview.steps, "index": preview.index, "file": file}
        return {
            "manifest": FileData(path=str(captions)).model_dump(),
            "count": value.count,
            "ready": mask(value.ready),
            "preview": preview,
            "notes": {str(i): say_caption(note)[:MAX_NOTE] for i, note in value.notes.items()},
            **asdict(value.playback),
            "of": value.of,
        }

    def preprocess(self, payload: Any) -> dict[str, Any] | None:
        """What the visitor is looking at, or None: `index` 0..MAX_INDEX, `fps` within FPS, `loop` one of LOOPS.

        The browser is not trusted: what is missing or of a wrong kind becomes a default, what is too large is clamped.
        Only the handler knows how many frames the run has.
        """
        if not isinstance(payload, dict):
            return None
        names = {key: payload[key] for key in ("single", "shipped") if isinstance(payload.get(key), str)}
        names = {key: name for key, name in names.items() if len(name) <= MAX_NAME}
        if payload.get("live") is True:
            return {"live": True, **names}
        loop = payload.get("loop")
        return {
            **names,
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

    The setting that `shown` names as `curve` is drawn under the scrubber. A `paced` one, whose frames can be placed,
    has there what changes along the film, and fires `even`, perhaps with {place}, and `outdated` when the numbers
    that place them are those of a film that was set before: see `even_steps`.
    """

    kind = "film"
    fires = ("look", "even", "outdated")
    exports = ("gif", "mp4", "webp", "zip")


class CompareView(RunView):
    """A run as a sweep: two pictures behind a wipe, in place or side by side, and all of them to pick from.

    `index` of the state is picture A. `coordinates` are (column, row): frames of the same second coordinate are a row,
    the first one orders it; `shown` has the titles of rows and the names of the axes. The table under the pictures
    lists the `settings` that differ between A and B, after what was measured of them (`notes` of the value).
    """

    kind = "compare"


class PadView(RunView):
    """A run as a square: one picture, a pad to move it with, and the sheet of all rendered cells.

    `coordinates` are (x, y) in [0, 1]; the setting `prompt` has the words of a corner. The state has `x` and `y` too;
    `index` is the nearest cell. Moving makes no request. Letting go off the cells fires `visit` (see `visits`), a word
    written at a corner `typed` (its texts are read by `explorer.put`), and the Enter key there `enter`; where the lens
    has been is told, and rendered, with `record`.
    """

    kind = "pad"
    exports = ("png", "zip", "gif", "mp4", "webp")
    fires = ("look", "visit", "typed", "enter", "record")

    def first(self, run: Shipped) -> str:
        """The whole map as a plain picture."""
        return f'<img class="pad-first" src=".{self._gallery.address(f"{run.name}.webp")}" alt="">'

    def preprocess(self, payload: Any) -> dict[str, Any] | None:
        """What every view gives, and the handle's place: `x` and `y`, each in 0..1."""
        state = super().preprocess(payload)
        if not state or "live" in state:
            return state
        return {**state, **{axis: float(number(payload.get(axis), 0.0, 1.0, 0.0)) for axis in ("x", "y")}}

    def api_info(self) -> dict[str, Any]:
        """The JSON schema of the state that `preprocess` accepts."""
        info, axis = super().api_info(), {"type": "number", "minimum": 0.0, "maximum": 1.0}
        return {**info, "properties": {**info["properties"], "x": axis, "y": axis}}


class TrajectoryView(RunView):
    """A run as denoisings side by side: one scrubber over the steps, a switch of what is drawn, the noise level.

    `coordinates` are (lane, step, layer); `settings` has `steps`, the noise level that `shown` names as `curve`, the
    `layer`'s name, `prompt` and `guidance_scale`. `index` of the state is the frame shown in the chosen lane. A layer
    whose name is not among the words is shown under its own name. It does not know how a step is drawn.
    """

    kind = "trajectory"


VIEWS = {view.kind: view for view in (FilmView, CompareView, PadView, TrajectoryView)}


class StatusView(Widget):
    """One quiet place that says how things stand: a line, a thin progress bar, and notes.

    The value is a `Status`, or None (nothing to say). It is an output only; where that is `free` it fires `show`. What
    can be taken back has a button, which fires `undo`.
    """

    kind = "status"
    fires = ("show", "undo")

    def __init__(self, **props: Any) -> None:
        super().__init__(phrases=("status",), **props)

    def postprocess(self, value: Status | None) -> dict[str, Any] | None:
        """What is sent to the browser."""
        if value is None:
            return None
        progress = None if value.progress is None else number(value.progress, 0.0, 1.0, 0.0)
        spoken_in = {"text": say(value.text), "detail": say(value.detail), "notes": [say(note) for note in value.notes]}
        more = {"at": [(id, say(sentence)) for id, sentence in value.at]} if value.at else {}
        more |= {"paced": value.paced} if value.paced else {}
        told = {"state": value.state, "progress": progress, "free": value.free, "undo": value.undo, "of": value.of}
        told["since"] = value.since
        return {**told, **spoken_in, **more}


def said(state: str, text: str, notes: Iterable[str] = ()) -> Status:
    """A value of StatusView that is a sentence, perhaps with notes, and no progress."""
    return Status(state, text, tuple(notes))
