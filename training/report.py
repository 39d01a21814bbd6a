"""What a model can do, measured: whether its pictures show their prompts, smoothness, fidelity, speed, size.

Everything random has a fixed seed, and pictures are kept by the digest of the weights, so a report that was stopped
goes on. The report of a work folder measures any model in diffusers' format, all by that folder's judge.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.report import machine_line
from explorer.engine import checkpoint
from training import card, drawings, exam, figures, sheet, spread, timing
from training.claims import Claim
from training.likeness import Likeness
from training.nearest import nearest
from training.painting import GUIDANCE, STEPS, Painter
from training.questions import NEWCOMERS, PAIRS, WORDS, fixed
from training.recipe import Recipe
from training.tables import judged, table

FRAMES = 9


@dataclass(frozen=True)
class Extent:
    """How much is asked: every n-th question, composites of each mix for the ceiling, films, rounds of the clock."""

    name: str
    every: int
    composites: int
    films: int
    rounds: int


FULL = Extent("full", every=1, composites=500, films=len(PAIRS), rounds=7)
QUICK = Extent("quick (every fourth question)", every=4, composites=125, films=2, rounds=3)
SMOKE = Extent("smoke (next to nothing)", every=1_000, composites=8, films=1, rounds=1)


def run(folder: Path, recipe: Recipe, model: Path | None = None, quick: bool = False) -> None:
    """Measures a model: F/report/<digest>.json, .md, .png and -newcomers.png (sheets), and F/report.md with all so far.

    Args:
        model: a folder in diffusers' format; None takes F/pocket, which gets its card, F/report.json and F/sheet.png.
        quick: every fourth question only; file names and tables say so.

    Raises:
        FileNotFoundError: the work folder has no judge.
    """
    own = model is None
    model = model or folder / "pocket"
    extent = SMOKE if recipe.name == "smoke" else QUICK if quick else FULL
    digest = checkpoint.fingerprint(checkpoint.open_folder(model, model.name))[:12]
    stem = folder / "report" / (digest if extent is FULL else f"{digest}-{extent.name.split()[0]}")
    painter = Painter(model, folder / "report" / digest)
    found = {"model": model.name, "digest": digest, "extent": extent.name}
    found |= measured(folder, recipe, model, painter, extent)
    if own:
        found["text_encoder"] |= _own(folder / "text_encoder.json")
        found["small_decoder"] = _own(folder / "small_decoder.json")
    _file(stem, ".json").write_text(json.dumps(found, indent=1) + "\n")
    _file(stem, ".md").write_text(f"{table([found])}\n{judged(found)}\n")
    (folder / "report.md").write_text(table(everything(folder)))
    for ending, prompts in ((".png", fixed()), ("-newcomers.png", NEWCOMERS)):
        shown = prompts[:: 1 if extent.every < 1_000 else 10]
        sheet.write(_file(stem, ending), f"{model.name} ({digest})", painter.paint(shown), shown)
    if own:
        shutil.copyfile(_file(stem, ".json"), folder / "report.json")
        shutil.copyfile(_file(stem, ".png"), folder / "sheet.png")
        card.write(folder, found)


def _own(figures: Path) -> dict[str, Any]:
    """What a stage found when it trained a part; nothing where that was not here."""
    return json.loads(figures.read_text()) if figures.exists() else {}


def everything(folder: Path) -> list[dict[str, Any]]:
    """The figures of all models that were measured in a work folder, in the order of their measurement."""
    found = [json.loads(file.read_text()) for file in (folder / "report").glob("*.json")]
    return sorted(found, key=lambda each: each["measured"])


def measured(folder: Path, recipe: Recipe, model: Path, painter: Painter, extent: Extent) -> dict[str, Any]:
    """All figures of a model and its painter, of JSON's types."""
    found: dict[str, Any] = {"measured": time.strftime("%Y-%m-%d %H:%M"), "machine": machine_line()}
    rows = drawings.load(folder)[1]
    core, likeness = exam.core_of(rows), Likeness.load(folder)
    found["judge"] = likeness.name
    asked = exam.questions(folder, recipe, rows, extent.every)
    answers = exam.painted(painter, likeness, asked)
    real = exam.composites(folder, recipe, extent.composites)
    ceiling, control = (exam.real(likeness, core, real, blur) for blur in (False, True))
    ranks = zip(asked["subject"], answers["subject"].ranks, strict=True)
    found |= {
        "settings": {"steps": STEPS, "guidance": GUIDANCE},
        "core": len(core),
        "shares": exam.shares(answers, ceiling | exam.read(likeness, asked), control),
        "subjects": {core[question.right[0]]: int(rank) for question, rank in ranks},
        "autoencoder": _fidelity(painter, real["mixed"].seen),
        "text_encoder": {"nearest": nearest(painter.pipe, WORDS, core)},
        "smoothness": _smoothness(painter, likeness, extent.films),
        "spread": _spread(painter, likeness, core, exam.alike(folder, recipe, _alike(core, extent), spread.SEEDS)),
        "seconds": timing.seconds(model, painter.pipe, extent.rounds),
        "size": timing.size(model),
    }
    return found


def _fidelity(painter: Painter, originals: np.ndarray) -> dict[str, float]:
    """The model's own autoencoder on pictures that it was not trained on."""
    back = figures.reconstructed(painter.pipe.vae, originals)
    return {"psnr_db": round(figures.decibels(originals, back), 2), "pictures": len(originals)}


def _smoothness(painter: Painter, likeness: Likeness, count: int) -> dict[str, Any]:
    """Of nine-picture films between pairs of prompts: the judge's angles, and pixels."""
    films = [painter.between(*pair, FRAMES) for pair in PAIRS[:count]]
    return {
        "judge": figures.smoothness(films, lambda film: figures.judged_steps(film, likeness)),
        "pixels": figures.smoothness(films, figures.pixel_steps),
    }


def _alike(core: Sequence[str], extent: Extent) -> list[str]:
    """The subjects of which several pictures are asked."""
    return [name for name in spread.SUBJECTS if name in core][:: 2 if extent.every > 1 else 1]


def _spread(
    painter: Painter, likeness: Likeness, core: Sequence[str], real: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """How much the seeds of a prompt differ, and how much real composites of a subject do."""
    own = {name: painter.again(Claim(name).words(), spread.SEEDS) for name in real}
    return {name: spread.spread(shown, likeness, core) for name, shown in (("own", own), ("real", real))}


def _file(stem: Path, suffix: str) -> Path:
    """Not `with_suffix`: a stem may have a dot."""
    return stem.parent / (stem.name + suffix)
