"""`latent-explorer teach-a-word ...`: a word from pictures to a file, which `--concept FILE` of every experiment takes.

latent-explorer teach-a-word --pictures one.png two.png --word "<bolt>" --like cat --out bolt.zip
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm.auto import tqdm

from explorer.engine.concept_files import zipped
from explorer.engine.lessons import MOST_LESSONS, MOST_RANK, MOST_VECTORS, Course, Lesson, LessonError, record_of
from explorer.engine.teaching import METHODS
from explorer.experiments.inputs import InputError
from explorer.experiments.pictures import allowed, canonical, opened
from explorer.files.whole import whole
from explorer.messages import Message

NAME = "teach-a-word"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of the command; those left out are what suits the model."""
    add = parser.add_argument
    add("--pictures", nargs="+", type=Path, required=True, metavar="FILE", help="1 to 8 pictures of one thing")
    add("--word", required=True, help='what it shall be called, such as "<bolt>"; brackets are added')
    add("--like", default="", help='the kind of thing it is, such as "cat": the word starts there')
    add("--method", choices=METHODS, default="look", help="look: vectors and an adapter; word: vectors alone (look)")
    add("--captions", nargs="*", default=(), metavar="TEXT", help='one a picture, with the word; several by "|"')
    add("--vectors", type=int, metavar="N", help=f"how many the word has, 1 to {MOST_VECTORS}")
    add("--rank", type=int, default=8, metavar="N", help=f"of the adapter, 1 to {MOST_RANK} (8)")
    add("--steps", type=int, metavar="N", help=f"optimizer steps, 1 to {MOST_LESSONS}")
    add("--learning-rate", type=float, metavar="N", help="how far a step goes")
    add("--seed", type=int, default=0, metavar="N", help="of what is drawn by lot (0)")
    add(
        "--keep", action="store_true", help="keep its kind as it is: learn beside pictures of that (prior preservation)"
    )
    add("--out", type=Path, required=True, help="the ZIP to write")


def lesson_of(args: argparse.Namespace) -> Lesson:
    """What the flags ask for. Raises InputError and LessonError."""
    if args.out.suffix.lower() != ".zip":
        raise InputError("out", str(args.out), "a file ending in .zip")
    names = ("word", "like", "method", "vectors", "rank", "steps", "learning_rate", "seed", "keep")
    given = {name: getattr(args, name) for name in names}
    return Lesson(tuple(map(_picture, args.pictures)), captions=tuple(args.captions), **given)


def _picture(path: Path) -> Image.Image:
    try:
        return opened(canonical(path))
    except ValueError as error:
        raise InputError(
            "pictures", path, Message("{why}. Allowed is {allowed}", why=str(error), allowed=allowed())
        ) from None


def teach(lesson: Lesson, engine: Any, out: Path) -> None:
    """Teaches with a progress bar and writes the ZIP."""
    out.parent.mkdir(parents=True, exist_ok=True)  # before hours of work, not after
    course, concept = Course(engine, lesson), None
    with tqdm(total=course.task.lessons, unit="step") as bar:
        for taught in course:
            bar.update(max(0, taught.step - bar.n))
            if taught.loss is not None:
                bar.set_postfix(loss=f"{taught.loss:.3f}", refresh=False)
            concept = taught.concept or concept
    if concept is None:
        raise LessonError("steps", lesson.steps, "at least one step")
    with whole(out) as part:
        part.write_bytes(zipped(concept, record_of(engine, course.task)))
