"""The examination: a model's pictures before the judge, beside what the judge itself can see.

The same questions are put to real composites of seeds that neither generator nor judge has met (the ceiling), and to
those blurred to blobs of colour (a control: what passes it is no judge of shapes). It does not know how a picture is
made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from training import drawings, latents, mixes, subjects, wider, wordnet
from training.claims import VALUES, Claim
from training.drawings import Drawing
from training.figures import blurred, ranks, ranks_of_words, share
from training.judge import claim_of
from training.likeness import Likeness
from training.painting import Painter
from training.pictures import Said, pictures
from training.questions import Question, attribute, attributes, frozen, naming, unseen
from training.recipe import Recipe

LINES = (
    ("subject", 1), ("subject", 5), ("scene", 1), ("style", 1), ("color", 1), ("unseen", 1), ("unseen", 10),
    ("tint", 1), ("both", 5), ("bound", 1), ("side", 1), ("count", 1), ("person", 1), ("landscape", 1), ("sky", 1),
)  # fmt: skip
"""The kinds of question, and among how many first texts a right one must be."""
SEED_OFFSETS = {"plain": 40, "mixed": 50} | dict.fromkeys(sorted(set(wider.MIX_OF.values())), 40)
"""From the recipe's seed: composites that neither the generator nor the judge has seen."""


class Answers(NamedTuple):
    """Questions of one kind, and the rank of the best right text of each; 1 is the first."""

    questions: Sequence[Question]
    ranks: np.ndarray


class Composites(NamedTuple):
    """Real pictures (n, 128, 128, 3) uint8 and what is said of each."""

    seen: np.ndarray
    said: Sequence[Said]


def core_of(rows: Sequence[Drawing]) -> list[str]:
    """The subjects to choose among: the frozen ones where all of them are drawn, else those that are."""
    drawn = subjects.core(rows)
    return frozen().core if set(frozen().core) <= set(drawn) else drawn


def questions(folder: Path, recipe: Recipe, rows: Sequence[Drawing], every: int) -> dict[str, list[Question]]:
    """Every n-th question of each kind; the frozen ones where all that they ask for is drawn.

    Otherwise they are about what is drawn, and words are unseen if no caption of the latents has them. A kind without a
    question (a tiny dictionary has no unseen words) is left out.
    """
    core = core_of(rows)
    if core == frozen().core:
        common, new = frozen().common, frozen().unseen_questions()
    else:
        captions = {said.caption for said in latents.load(folder, recipe, *latents.unet_kinds(recipe))[1]}
        common, new = subjects.common(rows), unseen(core, wordnet.read(folder), captions)
    asked = {"subject": naming(core), "unseen": new}
    asked |= {name: attributes(name, common) for name in VALUES}
    asked |= wider.questions(core, common)
    return {name: each[::every] for name, each in asked.items() if each}


def composites(folder: Path, recipe: Recipe, count: int) -> dict[str, Composites]:
    """`count` real composites of the plain and the mixed mix, half as many of each wider one that is asked about."""
    counts = {mix: count if mix in ("plain", "mixed") else count // 2 for mix in SEED_OFFSETS}
    return {
        mix: Composites(*pictures(folder, mix, recipe.seed + SEED_OFFSETS[mix], each)) for mix, each in counts.items()
    }


def alike(folder: Path, recipe: Recipe, names: Sequence[str], count: int) -> dict[str, np.ndarray]:
    """`count` real composites of each subject on white, in loose poses: what seeds could be."""
    drawn, seed = drawings.load(folder), recipe.seed + 40
    return {name: np.stack([each.picture for each in mixes.several(drawn, name, seed, count)]) for name in names}


def painted(painter: Painter, likeness: Likeness, asked: Mapping[str, Sequence[Question]]) -> dict[str, Answers]:
    """The model's answers."""
    everything = [question.prompt for each in asked.values() for question in each]
    painter.paint(everything)  # all at once: batches are full, and one bar tells how far it is
    return {
        name: Answers(each, ranks(likeness, painter.paint([question.prompt for question in each]), each))
        for name, each in asked.items()
    }


def read(likeness: Likeness, asked: Mapping[str, Sequence[Question]]) -> dict[str, Answers]:
    """What the sentence encoder answers to unseen words: for these there are no real pictures to be a ceiling."""
    return {name: Answers(asked[name], ranks_of_words(likeness, asked[name])) for name in asked if name == "unseen"}


def real(likeness: Likeness, core: Sequence[str], shown: Mapping[str, Composites], blur: bool) -> dict[str, Answers]:
    """What the judge answers before real pictures, of the mix that shows such things."""
    mix_of = {"subject": "plain"} | dict.fromkeys(VALUES, "mixed") | wider.MIX_OF
    found = {}
    for name, mix in mix_of.items():
        if mix not in shown:
            continue
        seen, said = shown[mix]
        asked = {n: question for n, one in enumerate(said) if (question := _about(claim_of(one), name, core))}
        if asked:
            chosen, put = seen[list(asked)], list(asked.values())
            found[name] = Answers(put, ranks(likeness, blurred(chosen) if blur else chosen, put))
    return found


def _about(claim: Claim, name: str, core: Sequence[str]) -> Question | None:
    """The question of a kind that a real picture answers; None if it does not show such a thing."""
    if name in wider.MIX_OF:
        return wider.about(name, claim, core)
    if name == "subject":
        return naming(core)[core.index(claim.subject)] if claim.subject in core else None
    value = getattr(claim, name)
    as_asked = name == "style" or not claim.style  # prompts about scenes and colours name no style
    return attribute(Claim(claim.subject, **{name: value}), name) if value and as_asked else None


def shares(
    answers: Mapping[str, Answers], ceiling: Mapping[str, Answers], control: Mapping[str, Answers]
) -> dict[str, Any]:
    """The report's shares by line, such as "subject, first 5": `figures.share` of the model, and below it of the judge.

    Args:
        answers: the model's.
        ceiling, control: the judge's before real and before blurred pictures, as far as they show such things.
    """
    found = {}
    for name, first in LINES:
        each = {"own": answers, "ceiling": ceiling, "blurred": control}
        told = {title: share(of[name].ranks, of[name].questions, first) for title, of in each.items() if name in of}
        if "own" in told:
            found[f"{name}, first {first}"] = told.pop("own") | told
    return found
