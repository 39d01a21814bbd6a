"""Makes the page's shipped runs with the program itself: `make gallery`.

Contract: every run of `RUNS` is rendered on the bundled model and becomes assets/gallery/NAME.webp, all of its
frames side by side, and NAME.json, which says what they are; whatever else is in the folder goes. Another model in
assets/pocket needs nothing but this command. It does not know the page; `explorer/ui/shipped.py` reads what is
made here.
"""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from explorer import load
from explorer.command_line import quiet_libraries
from explorer.engine.engine import Engine, Frame
from explorer.experiments import registry
from explorer.messages import packed
from explorer.outputs.records import make_record

FOLDER = Path(__file__).parents[1] / "assets" / "gallery"
QUALITY = 92
KEPT = ("model", "frames", "shown")
"""What of a run's record is shipped; its settings are shipped as they are given here."""


@dataclass(frozen=True)
class Run:
    """One run: its experiment by name, and the settings that are not left to the experiment and the model.

    The first run of an experiment stands on its tab's stage; `number` tells the others apart.
    """

    experiment: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    number: int = 1

    @property
    def name(self) -> str:
        """Of its files."""
        return self.experiment if self.number == 1 else f"{self.experiment}-{self.number}"


def runs() -> list[Run]:
    """What every tab begins with, and those of its presets that this model draws well."""
    presets = {name: experiment.presets for name, experiment in registry().items()}
    first = [Run(name) for name, experiment in registry().items() if not experiment.needs]
    return first + [Run(name, presets[name][preset], number) for name, preset, number in ALSO]


ALSO = (
    ("interpolation", "Through four worlds", 2),
    ("image-variations", "A planet becomes the moon", 2),
    ("noise-loop", "A boat, small circle", 2),
    ("inside-the-autoencoder", "Hills become a boat", 2),
)
"""Presets whose frames are shipped, too: experiment, preset, number."""


def make(run: Run, engine: Engine) -> None:
    """Renders a run and writes its two files into FOLDER."""
    experiment = registry()[run.experiment](**run.settings).resolved(engine.networks.defaults)
    plan = experiment.plan(engine)
    frames = sorted((event for event in engine.render(plan) if isinstance(event, Frame)), key=lambda frame: frame.index)
    pictures = [Image.open(io.BytesIO(frame.png)).convert("RGB") for frame in frames]
    columns = math.ceil(math.sqrt(len(pictures)))
    sheet(pictures, columns).save(FOLDER / f"{run.name}.webp", format="WEBP", quality=QUALITY, method=6)
    record = make_record(run.experiment, experiment.settings(), engine.model, plan)
    width, height = pictures[0].size
    said = {
        "experiment": run.experiment,
        "settings": dict(run.settings),
        **{name: record[name] for name in KEPT},
        "notes": {frame.index: frame.note for frame in frames if frame.note},
        "sheet": {"columns": columns, "width": width, "height": height},
    }
    (FOLDER / f"{run.name}.json").write_text(json.dumps(packed(said), ensure_ascii=False) + "\n", encoding="utf-8")


def sheet(pictures: list[Image.Image], columns: int) -> Image.Image:
    """The pictures edge to edge, row by row."""
    width, height = pictures[0].size
    whole = Image.new("RGB", (width * columns, height * -(-len(pictures) // columns)))
    for number, picture in enumerate(pictures):
        row, column = divmod(number, columns)
        whole.paste(picture, (column * width, row * height))
    return whole


def main(cache_folder: Path | None = None) -> None:
    """All of them."""
    quiet_libraries()
    engine = load(cache_folder=cache_folder)
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for run in runs():
        make(run, engine)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
