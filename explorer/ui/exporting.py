"""Exports: the buttons of the formats that fit a view, and the file that a press makes of the run that is shown."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from explorer.messages import Message
from explorer.outputs.enlarging import SIDE, Look
from explorer.outputs.export import AS_DRAWN, export
from explorer.outputs.runs import Run
from explorer.outputs.sheets import undrawn
from explorer.ui.buttons import Buttons
from explorer.ui.news import Status
from explorer.ui.offline import offline_view
from explorer.ui.text import say
from explorer.ui.views import RunView, StatusView, said

NO_RUN = "What you see is not rendered yet: press Render, then it is yours."

LABELS = {"gif": "GIF", "mp4": "MP4", "webp": "WebP", "zip": "ZIP of PNGs", "png": "Sheet (PNG)"}
"""What the buttons say; which of them fit, the views know."""


WORDS = {
    "file": "Your file",
    "large": "At least {side} px, saved pictures too",
    "captions": "With captions",
    "enlarged": "{width} × {height} px, drawn at {w} × {h} px. A ZIP has the pictures as they were drawn.",
    "drawn": "{width} × {height} px, as it was drawn.",
}


class Exports(Buttons):
    """The buttons of a view's formats. Its value may have a `file`, the path of one.

    How files shall look is chosen here, for the whole page, and kept by the browser: see `explorer.files` in page.js.
    """

    kind = "exports"

    def __init__(self, value: Mapping[str, Any] | None = None, *, view: RunView | None = None, **props: Any) -> None:
        names = {format: LABELS[format] for format in (view.exports if view else ())}
        super().__init__(value, names=names, also=WORDS, side=SIDE, **props)
        self._view = view

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What is sent to the browser: a file is a new one each time."""
        if not value or not value.get("file"):
            return value and dict(value)
        path = Path(value["file"])
        file = FileData(path=str(path), orig_name=path.name).model_dump()
        return {**value, "file": file, "stamp": secrets.token_hex(4)}

    def connect(self, folder: gr.State, status: StatusView, seen: Callable[..., str | None]) -> None:
        """Makes the buttons export the run in `folder` as the visitor sees it; `status` tells of it.

        `seen` says which folder that is, given what `folder` has and the state of the view.
        """

        def press(event: gr.EventData, folder: str | None, view: Mapping[str, Any] | None) -> tuple[Any, Any, Any]:
            folder = seen(folder, view or {})
            look = Look(SIDE if getattr(event, "large", True) else None, bool(getattr(event, "captions", False)))
            path, told = exported(folder, self.pressed(event), view or {}, self._view.kind, look)
            return {"off": False, "file": path}, told, folder

        self.press(
            press,
            [folder, self._view],
            [self, status, folder],
            js=self._view.state_js(1),
            concurrency_id="export",
            concurrency_limit=2,
            show_progress_on=self,
            api_visibility="private",
        )


def exported(
    folder: str | None, format: str, seen: Mapping[str, Any], view: str, look: Look = AS_DRAWN
) -> tuple[Path, Status]:
    """The file of a run in a format, and what the status line says of it. `seen` is the state of the kind of `view`.

    Raises gr.Error for a run that is no longer there, and for what is seen and is no run.
    """
    if seen.get("live"):
        raise gr.Error(say(NO_RUN))
    if folder is None or not Path(folder).exists():
        raise gr.Error(say("These pictures are no longer on the server: press Render, it brings them back."))
    run = Run.open(Path(folder))
    fps, loop = seen.get("fps", 10), seen.get("loop", "open")
    path = export(run, format, fps=fps, loop=loop, beside=partial(offline_view, view), look=look)
    text = Message("{file}, {size}, with its settings inside", file=path.name, size=_size(path.stat().st_size))
    letters = undrawn(run.record) if format == "png" else ()
    note = Message("Letters on the sheet that no font here has: {letters}", letters=" ".join(letters))
    return path, said("done", text, [note] if letters else ())


def _size(n: int) -> str:
    """So many bytes as one says them: "34 kB", "1.2 MB"."""
    return f"{n / 1e6:.1f} MB" if n >= 1e6 else f"{max(1, round(n / 1e3))} kB"
