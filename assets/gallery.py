"""Makes the page's examples with the program itself: `make gallery`.

Contract: every run of `RUNS` is rendered on the bundled model and becomes assets/gallery/NAME.webp, a small film or a
sheet without gaps, with the record of the run inside, and for a film a still of it for those who want no motion.
gallery.json says what is there. It does not know the page; `explorer/ui/gallery.py` reads what is made here.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from explorer import load, render
from explorer.command_line import quiet_libraries
from explorer.engine.engine import Engine
from explorer.experiments import registry
from explorer.outputs.films import playback
from explorer.outputs.records import make_record
from explorer.outputs.settings import exif
from explorer.space.plans import Place

FOLDER = Path(__file__).parent / "gallery"
SIDE = 128  # pixels of a film, and of half a sheet
HOLD = 900  # milliseconds that a film rests where it is told to
MOST_BYTES = 100_000
QUALITIES = (70, 60, 50, 40, 30)
"""The first of them that gives at most MOST_BYTES."""


@dataclass(frozen=True)
class Show:
    """What is made of a run: a film of the places that `keep` lets through, or with `columns` a sheet of them.

    A film shows `fps` pictures a second, repeats as `loop` says, and rests on its ends where `rest` says so. `still` is
    the part of it, 0 to 1, that those see who want no motion.
    """

    keep: Callable[[Place], bool] = lambda _place: True
    columns: int = 0
    fps: int = 10
    loop: str = "open"
    rest: Sequence[int] = ()
    still: float = 0.0


@dataclass(frozen=True)
class Run:
    """One example: its experiment by name, its settings or the name of a preset, its title, and what is made of it."""

    experiment: str
    title: str
    settings: Mapping[str, Any] | str
    show: Show = Show()

    @property
    def given(self) -> dict[str, Any]:
        """The settings that are not left to the experiment and the model."""
        if isinstance(self.settings, str):
            return dict(registry()[self.experiment].presets[self.settings])
        return dict(self.settings)


RUNS = (
    Run(
        "interpolation",
        "From the beach into the night",
        {
            "prompts": (
                "a boat at the beach",
                "a lion in the desert",
                "a giraffe in a field",
                "a rocket under a starry night sky",
            ),
            "frames": 8,
            "loop": "closed",
        },
        Show(loop="closed"),
    ),
    Run("prompt-grid", "Between four prompts", "Beach, sunset, sea and desert, 4 x 4", Show(columns=4)),
    Run(
        "guidance-sweep",
        "From none to a strong pull",
        {"prompt": "a lion in the desert", "scales": (0, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 9, 12)},
        Show(fps=5, loop="back-and-forth", rest=(0, -1), still=0.7),
    ),
    Run(
        "negative-prompts",
        "An apple without red",
        {
            "prompt": "an apple in a meadow",
            "away_from": "red and orange",
            "amounts": (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5),
            "seed": 2,
        },
        Show(fps=5, loop="back-and-forth", rest=(0, -1)),
    ),
    Run("image-variations", "One planet, eight more", "Nine planets", Show(lambda p: p.coordinates[0] < 9, columns=3)),
    Run(
        "noise-loop",
        "Once around the noise",
        {"prompt": "a watercolor painting of a boat at the beach"},
        Show(loop="closed"),
    ),
    Run("prompt-walk", "Where no words lead", "Out of the sunset", Show(fps=6, loop="back-and-forth", rest=(0,))),
    Run(
        "denoising-trajectory",
        "A beach out of noise",
        "A beach out of noise",
        Show(lambda p: p.settings["layer"] == "noisy", fps=8, rest=(-1,), still=0.7),
    ),
    Run(
        "inside-the-autoencoder",
        "Hills become a boat",
        "Hills become a boat",
        Show(lambda p: p.settings["row"].startswith("Poked"), fps=5, loop="back-and-forth", rest=(0, -1), still=0.5),
    ),
)


def make(run: Run, engine: Engine) -> dict[str, Any]:
    """Renders a run, writes its files into FOLDER and gives its entry of gallery.json."""
    experiment = registry()[run.experiment](**run.given).resolved(engine.networks.defaults)
    plan = experiment.plan(engine)
    model = {"name": engine.networks.name, "signature": engine.networks.signature}
    record = make_record(run.experiment, experiment.settings(), model, plan)
    # Captions of frames, of which not all are shown, would be a tenth of the file.
    comment = exif({**record, "frames": []}).removeprefix(b"Exif\0\0")
    pictures = {
        frame.index: Image.open(io.BytesIO(frame.png)).convert("RGB")
        for frame in render(experiment, engine, progress=False)
        if run.show.keep(plan.places[frame.index])
    }
    shown = [pictures[i] for i in sorted(pictures)]
    name = f"{run.experiment}.webp"
    entry = {"experiment": run.experiment, "title": run.title, "settings": run.given, "file": name, "still": name}
    if run.show.columns:
        write(FOLDER / name, [sheet(shown, run.show.columns)], [0], comment)
        return entry
    entry["still"] = f"{run.experiment}-still.webp"
    write(FOLDER / entry["still"], [shown[round(run.show.still * (len(shown) - 1))]], [0])
    stands = [1000 // run.show.fps] * len(shown)
    for end in run.show.rest:
        stands[end] = HOLD
    write(FOLDER / name, playback(shown, run.show.loop), playback(stands, run.show.loop), comment)
    return entry


def sheet(pictures: Sequence[Image.Image], columns: int) -> Image.Image:
    """The pictures edge to edge, row by row, on a square of twice SIDE."""
    side = 2 * SIDE // columns
    whole = Image.new("RGB", (side * columns, side * -(-len(pictures) // columns)))
    for number, picture in enumerate(pictures):
        row, column = divmod(number, columns)
        whole.paste(picture.resize((side, side), Image.Resampling.LANCZOS), (column * side, row * side))
    return whole


def write(path: Path, pictures: Sequence[Image.Image], stands: Sequence[int], comment: bytes = b"") -> None:
    """A still, or a film that loops for ever, its pictures standing for so many milliseconds; small enough."""
    film = {"save_all": True, "append_images": pictures[1:], "duration": list(stands), "loop": 0}
    for quality in QUALITIES:
        more = film if len(pictures) > 1 else {}
        pictures[0].save(path, format="WEBP", quality=quality, method=6, exif=comment, **more)
        if path.stat().st_size <= MOST_BYTES:
            return
    raise SystemExit(f"{path.name}: {path.stat().st_size} bytes, at most {MOST_BYTES} are allowed")


def main(cache_folder: Path | None = None) -> None:
    """All of it; whatever else is in FOLDER goes."""
    quiet_libraries()
    engine = load(cache_folder=cache_folder)
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    entries = [make(run, engine) for run in RUNS]
    text = json.dumps(entries, indent=2, ensure_ascii=False)
    (FOLDER / "gallery.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
