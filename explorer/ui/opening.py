"""Open a file: what a visitor chooses, or drops anywhere on the page, becomes the tab and the settings it came from.

What is in a file is `restoring`'s affair, a run on the page `reopening`'s. The file is not kept: what the page needs of
it is in the form and in the visitor's own run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from explorer.messages import Message
from explorer.outputs.settings import NoSettings
from explorer.ui.jobs import GIVES_UP, gave_up
from explorer.ui.reopening import Reopening
from explorer.ui.restoring import Restored, restore
from explorer.ui.views import StatusView, said
from explorer.ui.widget import Unseen

MAX_FILE_SIZE = "100mb"
"""What the page takes: an archive of 150 frames of 512 x 512 pixels has 60."""

OPENS = (
    "What opens here: every file that this page exports, its saved frames, and PNGs of AUTOMATIC1111, ComfyUI and "
    "InvokeAI."
)
_KEPT = 1_000_000  # bytes; pictures that the page itself serves from Gradio's folder are smaller


class DropArea(Unseen):
    """Makes the whole page a place to drop a file for the upload button `to`."""

    kind = "opening"


def draw_opening() -> gr.UploadButton:
    """The button, where it is called on the page; files may be dropped anywhere."""
    button = gr.UploadButton("Open", size="sm", scale=0, min_width=40, elem_id="open-file")
    DropArea(to="open-file", elem_id="drop-area")
    return button


Taker = Callable[[str | None, Path], "dict[Any, Any] | None"]
"""From a visitor's session and a file to updates, if it is one that is no run: see `taught_words`."""


def connect_opening(
    button: gr.UploadButton,
    reopening: Reopening,
    notice: StatusView,
    taker: Taker | None = None,
    more: Sequence[Any] = (),
) -> None:
    """Makes the button open files; `taker` comes first, whose updates are among `more` and the notice."""
    button.upload(
        _opened(reopening, notice, taker),
        button,
        [*reopening.outputs, notice, *more],
        concurrency_id="open",
        concurrency_limit=2,
        show_progress="hidden",
        api_visibility="private",
    )


def _opened(reopening: Reopening, notice: StatusView, taker: Taker | None) -> Callable[..., dict[Any, Any]]:
    form = reopening.form
    engine, runs = form.tabs[0].engine, form.tabs[0].runs

    def opened(request: gr.Request, file: str) -> dict[Any, Any]:
        path = Path(file)
        try:
            if taker is not None and (taken := taker(request.session_hash, path)) is not None:
                return taken
            found = restore(path, form.experiments, engine, runs)
            return {**updates(request.session_hash, found), notice: said("ready", found.said, found.remarks)}
        except ValueError as error:  # NoSettings, and a tab that is rendering
            return {notice: said("error", str(error), [OPENS] if isinstance(error, NoSettings) else [])}
        except GIVES_UP as error:
            why = Message("{file} could not be opened: {error}", file=path.name[:80], error=gave_up(error))
            return {notice: said("error", why)}
        finally:
            _forget(path)

    def updates(visitor: str | None, found: Restored) -> dict[Any, Any]:
        if found.run is not None:
            return reopening.updates(visitor, found.run)
        return form.filled(form.by_name[found.experiment.name()], found.settings, found.left)

    return opened


def _forget(path: Path) -> None:
    """Deletes a large upload. Small ones go with the server: a picture that the page serves is never a large one.

    A client may name any file that the page serves, runs among them: what is not Gradio's own stays.
    """
    uploaded = path.resolve().is_relative_to(Path(get_upload_folder()).resolve())
    if uploaded and path.is_file() and path.stat().st_size > _KEPT:
        path.unlink(missing_ok=True)
