"""What teaching a word takes and gives, on this machine: seconds, a contact sheet, and what else has changed.

    python -m bench.teaching --out taught.webp            the three things of bench.things; minutes
    python -m bench.teaching --things "<bolt>" --prior    one of them, with and without pictures of its kind
    python -m bench.teaching --judge ../pocket-work       also by the judge that `training` has made there

Columns of the sheet: the four pictures, then ten scenes and styles; a row each of the word, and of its kind with the
same seeds. "Nearer" counts in how many of the ten the word has more of the thing's own colours (shares of 64 colours in
the middle of the picture, cosine with those of the four pictures) than its kind has: a plain measure that needs no
other model. With the judge also: in how many of the ten the word's picture is nearer to the four in its space than its
kind's is, and of how many it names the scene, the style or the background first among all that it knows (and of how
many of its kind's).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageStat

from bench.things import THINGS, pictures
from explorer import load
from explorer.engine.concepts import Concept, Use
from explorer.engine.engine import Engine, Frame
from explorer.engine.lessons import Course, Lesson
from explorer.space.adapters import Adapters
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan
from explorer.space.points import Point, Sampling
from training.claims import VALUES, Claim
from training.likeness import Likeness
from training.questions import frozen

SCENES = {
    "{} at the beach": ("scene", "beach"),
    "{} in the snow": ("scene", "snow"),
    "{} in the desert": ("scene", "desert"),
    "{} in a forest": ("scene", "forest"),
    "{} at sunset": ("scene", "sunset"),
    "{} under a starry night sky": ("scene", "starry night"),
    "{} underwater": ("scene", "underwater"),
    "{} on a red background": ("color", "red"),
    "a watercolor painting of {}": ("style", "watercolor"),
    "a pixel art picture of {}": ("style", "pixel art"),
}
"""Prompts, each with what the judge should say of its picture: a name of `training.claims.VALUES` and one of those."""
SEEDS = 8
SIDE = 128


def drawn(engine: Engine, prompts: list[str], uses: list[Use], seed: int, adapters: Adapters = ()) -> list[Image.Image]:
    """A picture of each prompt; all have the same noise, and these adapters besides."""
    usual = engine.defaults
    sampling = Sampling(usual.num_inference_steps, usual.scheduler, usual.height, usual.width)
    noise, negative = Noise.of(seed), engine.encode_negative("")
    latents = noise.latents(engine.latents_shape(sampling))

    def at(number: float) -> Point:
        text = engine.encode(prompts[int(number)], uses)
        text = dataclasses.replace(text, adapters=text.adapters or adapters)
        return Point(text, negative, latents, noise, usual.guidance_scale)

    plan = Plan(tuple(Place((float(i),), prompt) for i, prompt in enumerate(prompts)), at, sampling)
    found = {event.index: event.image for event in engine.render(plan) if isinstance(event, Frame)}
    return [found[i] for i in range(len(prompts))]


def colours(picture: Image.Image) -> np.ndarray:
    """Shares of 64 colours in the middle of a picture."""
    side = picture.width
    middle = np.asarray(picture.convert("RGB").crop((side // 4, side // 5, 3 * side // 4, 9 * side // 10))) // 64
    numbers = middle.reshape(-1, 3) @ np.array([16, 4, 1])
    return np.bincount(numbers, minlength=64) / len(numbers)


def likeness(picture: Image.Image, own: np.ndarray) -> float:
    """The cosine of its colours with the thing's own."""
    found = colours(picture)
    return float(found @ own / (np.linalg.norm(found) * np.linalg.norm(own)))


def judged(judge: Likeness, word: str, its: list[Image.Image], others: list[Image.Image], side: int) -> dict[str, int]:
    """What the judge says of the word's ten pictures and its kind's: how many are nearer, how many scenes it names.

    A made-up thing is no cat, so the scene is that of the best claim about any of the subjects that the report knows.
    """
    seen = [np.stack([np.asarray(each.resize((side, side))) for each in row]) for row in (pictures(word), its, others)]
    own, found, kinds = map(judge.see, seen)

    def named(rows: np.ndarray) -> int:
        right = 0
        for picture, (name, value) in zip(rows, SCENES.values(), strict=True):
            claims = [
                (Claim(subject, **{name: other}).words(), other) for subject in frozen().core for other in VALUES[name]
            ]
            best = int(np.argmax(judge.read([text for text, _ in claims]) @ picture))
            right += claims[best][1] == value
        return right

    nearer = int(np.sum(found @ own.mean(0) > kinds @ own.mean(0)))
    return {"judge_nearer_of_ten": nearer, "judge_names_of_ten": named(found), "of_its_kind": named(kinds)}


def change(engine: Engine, concept: Concept) -> tuple[float, float]:
    """How far "a dog" moves where the adapter is on, of 255, and how far another seed moves it: means over SEEDS."""
    adapters = ((concept.adapter, 1.0),) if concept.adapter else ()
    plain = [drawn(engine, ["a dog"], [], seed)[0] for seed in range(SEEDS + 1)]
    moved = [drawn(engine, ["a dog"], [], seed, adapters)[0] for seed in range(SEEDS)]
    by_it = [apart(a, b) for a, b in zip(plain, moved, strict=False)]
    by_seed = [apart(a, b) for a, b in pairwise(plain)]
    return sum(by_it) / SEEDS, sum(by_seed) / SEEDS


def apart(a: Image.Image, b: Image.Image) -> float:
    """The mean difference of two pictures, of 255."""
    return sum(ImageStat.Stat(ImageChops.difference(a, b)).mean) / 3


def taught(engine: Engine, word: str, **changes: Any) -> tuple[Concept, dict[str, float]]:
    """The concept of a thing, and what it took."""
    like, _ = THINGS[word]
    start, cpu, concept, losses = time.perf_counter(), time.process_time(), None, []
    for step in Course(engine, Lesson(tuple(pictures(word)), word, like, **changes)):
        concept = step.concept or concept
        losses += [step.loss] if step.loss is not None else []
    assert concept is not None
    took = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu}
    return concept, {**took, "first_loss": sum(losses[:10]) / 10, "last_loss": sum(losses[-10:]) / 10}


def row(found: list[Image.Image], before: list[Image.Image]) -> Image.Image:
    """Pictures side by side."""
    everything = [*before, *found]
    strip = Image.new("RGB", (SIDE * len(everything), SIDE), "white")
    for place, picture in enumerate(everything):
        strip.paste(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (place * SIDE, 0))
    return strip


def main() -> None:
    """Teaches, draws, and prints what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--things", nargs="+", default=list(THINGS), choices=list(THINGS))
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--method", default="look", choices=("look", "word"))
    parser.add_argument("--steps", type=int)
    parser.add_argument(
        "--times", type=int, default=1, help="teach so often, for the median of the seconds (default 1)"
    )
    parser.add_argument("--judge", type=Path, metavar="FOLDER", help="training's folder, for what its judge says")
    parser.add_argument("--prior", action="store_true", help="teach once more beside pictures of its kind")
    parser.add_argument("--out", type=Path, help="where the contact sheet goes")
    args = parser.parse_args()
    rows, said = [], {}
    judge = Likeness.load(args.judge) if args.judge else None
    with TemporaryDirectory() as folder:
        engine = load(args.model, cache_folder=Path(folder))
        engine.warm_up()
        for word in args.things:
            rounds = [taught(engine, word, method=args.method, steps=args.steps) for _ in range(args.times)]
            concept, told = sorted(rounds, key=lambda each: each[1]["seconds"])[args.times // 2]
            kind, uses = f"a {THINGS[word][0]}", [Use(concept)]
            own = np.mean([colours(one) for one in pictures(word)], axis=0)
            its = drawn(engine, [scene.format(word) for scene in SCENES], uses, 0)
            others = drawn(engine, [scene.format(kind) for scene in SCENES], [], 0)
            nearer = sum(likeness(a, own) > likeness(b, own) for a, b in zip(its, others, strict=True))
            dog, seed = change(engine, concept)
            said[word] = {**told, "nearer_of_ten": nearer, "dog_changes": dog, "another_seed_changes": seed}
            blank = [Image.new("RGB", (SIDE, SIDE), "white")] * 4
            if judge:
                said[word] |= judged(judge, word, its, others, engine.defaults.width)
            rows += [row(its, pictures(word)), row(others, blank)]
            if args.prior:
                kept, told = taught(engine, word, method=args.method, steps=args.steps, keep=True)
                said[f"{word} beside its kind"] = {**told, "dog_changes": change(engine, kept)[0]}
                rows.append(row(drawn(engine, [scene.format(word) for scene in SCENES], [Use(kept)], 0), blank))
            print(json.dumps(said[word]), flush=True)
            if args.out:
                sheet = Image.new("RGB", (rows[0].width, SIDE * len(rows)))
                for place, strip in enumerate(rows):
                    sheet.paste(strip, (0, place * SIDE))
                sheet.save(args.out)
    print(json.dumps(said, indent=1))


if __name__ == "__main__":
    main()
