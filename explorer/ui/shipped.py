"""Shipped runs: pictures that come with the program, so that no stage is ever empty.

Contract: they were rendered beforehand by `assets/gallery.py` with the bundled model. They are to be looked at and
nothing else: no run folder, no frame of the store, no part of a price. Their frames travel as one picture, side by
side. The files are served as they are under /shipped/VERSION/, by exact name; VERSION says what is in them.

It knows no view, and of the engine only which models there are.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.engine.known import find
from explorer.experiments.base import Experiment
from explorer.experiments.made_with import MadeWith
from explorer.files.assets import ASSETS
from explorer.messages import unpacked
from explorer.outputs.records import FORMAT
from explorer.outputs.runs import Run, Runs
from explorer.space.plans import Playback
from explorer.space.points import Defaults
from explorer.ui.manifests import translated
from explorer.ui.news import settings_key
from explorer.ui.offline import mask
from explorer.ui.text import LANGUAGES, say_caption
from explorer.ui.widget import FOREVER

FOLDER = ASSETS / "gallery"
KINDS = {".webp": "image/webp", ".json": "application/json"}


@dataclass(frozen=True, eq=False)
class Shipped:
    """One run: `said` is what its JSON file says of it, `name` that of its files."""

    name: str
    experiment: type[Experiment]
    said: Mapping[str, Any]
    of: str = ""
    """As `Film.of`, where the weights that drew it are those of the page."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Those that were not left to the experiment and the model."""
        return self.said["settings"]

    @property
    def model(self) -> MadeWith:
        """What drew it."""
        return MadeWith.of(self.said["model"]) or MadeWith("unnamed")

    @property
    def count(self) -> int:
        """Of its frames."""
        return len(self.said["frames"])

    @property
    def sheet(self) -> Mapping[str, int]:
        """How the frames lie side by side: {columns, width, height}, both of a frame, in pixels."""
        return self.said["sheet"]

    @property
    def record(self) -> dict[str, Any]:
        """As a run of one's own has it, every setting said where its model is known."""
        drawer = find(self.model.name)
        whole = experiment_of(self, drawer.defaults) if drawer else self.experiment(**self.settings)
        return {
            "explorer": FORMAT,
            "experiment": whole.name(),
            "settings": whole.settings(),
            "model": self.said["model"],
        }

    def pictures(self, indices: Iterable[int]) -> Iterator[bytes]:
        """Those frames as PNGs, as good as they are shipped."""
        columns, width, height = (self.sheet[name] for name in ("columns", "width", "height"))
        with Image.open(FOLDER / f"{self.name}.webp") as opened:
            sheet = opened.convert("RGB")
        for index in indices:
            (row, column), buffer = divmod(index, columns), io.BytesIO()
            left, top = column * width, row * height
            sheet.crop((left, top, left + width, top + height)).save(buffer, "PNG")
            yield buffer.getvalue()

    def copied(self, runs: Runs) -> Run:
        """A run of one's own with its frames, for what is made of runs."""
        runs.tidy()
        run = runs.create({**self.record, "frames": self.said["frames"], "shown": self.said["shown"]}, self.count)
        for index, png in enumerate(self.pictures(range(self.count))):
            run.add(index, png)
        run.finish(notes=self.said["notes"])
        return run

    @property
    def playback(self) -> Playback:
        """How it plays."""
        return Playback(**self.said["shown"]["playback"])

    def manifest(self, language: str = "en") -> dict[str, Any]:
        """What the frames are called, as frames.json says it of a run of one's own, and what was measured of them."""
        found = {"count": self.count, "frames": self.said["frames"], "shown": self.said["shown"]}
        notes = {index: say_caption(note, language) for index, note in self.said["notes"].items()}
        return {**translated(found, language), "notes": notes}


@cache
def experiment_of(run: Shipped, defaults: Defaults) -> Experiment:
    """What a shipped run is with a model of those defaults."""
    return run.experiment(**run.settings).resolved(defaults)


@dataclass(frozen=True)
class Gallery:
    """The shipped runs there are; none, unless it is given some."""

    runs: Sequence[Shipped] = ()

    def first(self, name: str) -> Shipped | None:
        """What stands on the stage of the tab of that name from the start."""
        return next((run for run in self.runs if run.experiment.name() == name), None)

    def of(self, experiment: Experiment, networks: Any) -> Shipped | None:
        """The run that a resolved experiment would be, drawn by these very weights."""
        ours = (run for run in self.runs if _drawn_by(run, networks))
        return next((run for run in ours if experiment_of(run, networks.defaults) == experiment), None)

    def named(self, name: Any) -> Shipped | None:
        """The run of that name."""
        return next((run for run in self.runs if run.name == name), None)

    def drawn_here(self, name: Any, experiment: type[Experiment], networks: Any) -> Experiment | None:
        """What the run of that name is with the model that is running, if it is of that experiment and drawn by it."""
        run = self.named(name)
        if run is None or run.experiment is not experiment or not _drawn_by(run, networks):
            return None
        return experiment_of(run, networks.defaults)

    @staticmethod
    def known(run: Shipped, networks: Any) -> Shipped:
        """The run with what its settings are here, if these very weights drew it."""
        if not _drawn_by(run, networks):
            return run
        settings = experiment_of(run, networks.defaults).settings()
        return replace(run, of=settings_key(run.experiment.name(), settings))

    def exhibit(self, run: Shipped) -> dict[str, Any]:
        """What a view is sent of a run."""
        captions = {tag: "." + self.address(captions_of(run, tag)) for tag in ("en", *LANGUAGES)}
        return {
            "captions": captions,
            "sheet": {"url": "." + self.address(f"{run.name}.webp"), **run.sheet},
            "count": run.count,
            "ready": mask(range(run.count)),
            "name": run.name,
            "drawn_by": run.model.name.capitalize(),
            "of": run.of,
            **asdict(run.playback),
        }

    @cached_property
    def files(self) -> dict[str, bytes]:
        """What is served: a picture a run, and its captions in every language."""
        found = {}
        for run in self.runs:
            found[f"{run.name}.webp"] = (FOLDER / f"{run.name}.webp").read_bytes()
            for language in ("en", *LANGUAGES):
                found[captions_of(run, language)] = json.dumps(run.manifest(language)).encode()
        return found

    @cached_property
    def version(self) -> str:
        """12 characters that another content of any of the files would change."""
        pieces = (name.encode() + b"\0" + data for name, data in sorted(self.files.items()))
        return hashlib.sha256(b"\0".join(pieces)).hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where the page finds a file, from its own root on. Raises KeyError for one that there is not."""
        if name not in self.files:
            raise KeyError(name)
        return f"/shipped/{self.version}/{name}"

    def served(self) -> list[Route]:
        """The route that serves them; another version's files are not found."""

        def answer(request: Request) -> Response:
            name = request.path_params["name"]
            data = self.files.get(name) if request.path_params["version"] == self.version else None
            if data is None:
                return Response(status_code=404)
            return Response(data, media_type=KINDS[Path(name).suffix], headers=FOREVER)

        return [Route("/shipped/{version}/{name}", answer, methods=["GET"])] if self.runs else []


def _drawn_by(run: Shipped, networks: Any) -> bool:
    return run.model.weights == MadeWith.running(networks).weights


def captions_of(run: Shipped, language: str) -> str:
    """The name of the file that says what the frames are called."""
    return f"{run.name}.{language if language in LANGUAGES else 'en'}.json"


def shipped(experiments: Mapping[str, type[Experiment]], folder: Path = FOLDER) -> Gallery:
    """The runs in `folder` whose experiments are among those by name, a tab's own first.

    Raises InputError for settings that their experiment does not take.
    """
    found = []
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stem):
        said = unpacked(json.loads(path.read_text(encoding="utf-8")))
        experiment = experiments.get(said["experiment"])
        if experiment is None:
            continue
        if problem := next(iter(experiment.problems(said["settings"]).values()), None):
            raise problem
        found.append(Shipped(path.stem, experiment, said))
    return Gallery(tuple(found))
