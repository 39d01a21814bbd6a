"""Examples: a strip of finished runs over the tabs. A click fills a form with the settings of one; nothing renders.

Contract: what is shown was rendered beforehand by `assets/gallery.py` and is served as static files, pictures as they
come into sight; for visitors who want no motion, stills. The settings are checked by the experiment's own declaration
before the page is built. Whether the strip is folded, the visitor's browser remembers; on a page that was opened by a
link it is folded from the start.

It knows neither an engine nor what is in the pictures. They are of the bundled model, and where another one runs the
strip says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from explorer.experiments.base import Experiment
from explorer.ui.controls import QUICK
from explorer.ui.forms import Form
from explorer.ui.text import words
from explorer.ui.views import StatusView, said
from explorer.ui.widget import Widget

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "gallery"
MADE_WITH = "pocket"


@dataclass(frozen=True)
class Example:
    """A finished run: what it was, and a picture that moves of it and one that does not (they may be one file)."""

    experiment: type[Experiment]
    settings: Mapping[str, Any]
    title: str
    film: Path
    still: Path


def examples(experiments: Mapping[str, type[Experiment]], folder: Path = FOLDER) -> list[Example]:
    """The examples in `folder` whose experiments are among those by name, in the order of gallery.json.

    Raises InputError for settings that their experiment does not take.
    """
    found = []
    for entry in json.loads((folder / "gallery.json").read_text(encoding="utf-8")):
        experiment = experiments.get(entry["experiment"])
        if experiment is None:
            continue
        if problem := next(iter(experiment.problems(entry["settings"]).values()), None):
            raise problem
        files = folder / entry["file"], folder / entry["still"]
        found.append(Example(experiment, entry["settings"], entry["title"], *files))
    return found


class GalleryView(Widget):
    """The strip. Its event `choose` says as `index` which example was chosen.

    The value is the list of examples; it never changes. `foreign` says that the pictures are of another model than the
    page's. Its words, titles among them, are those of the phrase book.
    """

    kind = "gallery"
    fires = ("choose",)

    def __init__(self, value: Sequence[Example] | None = None, *, foreign: bool = False, **props: Any) -> None:
        self.examples = list(value or ())
        titles = {text: text for example in self.examples for text in (example.title, example.experiment.title())}
        super().__init__(value, words={**words("gallery"), **titles}, foreign=foreign, **props)

    def postprocess(self, value: Sequence[Example] | None) -> list[dict[str, Any]]:
        """What is sent to the browser: names, titles and addresses."""
        return [
            {
                "name": example.experiment.name(),
                "tab": example.experiment.title(),
                "title": example.title,
                "film": FileData(path=str(example.film)).model_dump(),
                "still": FileData(path=str(example.still)).model_dump(),
            }
            for example in value or ()
        ]


def draw_gallery(experiments: Mapping[str, type[Experiment]], model: str) -> GalleryView:
    """The strip, where it is called on the page, for a page over the model of that name."""
    gr.set_static_paths([FOLDER])
    return GalleryView(examples(experiments), foreign=model != MADE_WITH, elem_id="gallery")


def connect_gallery(gallery: GalleryView, form: Form, notice: StatusView) -> None:
    """Makes a click fill the form of the example's tab, open it, and scroll to its Render button."""
    chosen = gallery.choose(_choose(gallery.examples, form, notice), None, [*form.outputs, notice], **QUICK)
    chosen.then(None, None, None, js="() => explorer.toExample()")


def _choose(found: Sequence[Example], form: Form, notice: StatusView) -> Callable[..., Any]:
    def choose(event: gr.EventData) -> Any:
        index = getattr(event, "index", None)
        if type(index) is not int or not 0 <= index < len(found):  # an event that is not one of ours
            return gr.skip()
        example = found[index]
        text = f"{example.title}: its settings are in the form of {example.experiment.title()}. Press Render."
        filled = form.filled(form.by_name[example.experiment.name()], example.settings)
        return {**filled, notice: said("ready", text)}

    return choose
