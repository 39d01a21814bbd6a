"""What the report asks: prompts, the texts that the judge chooses among, and which of them are right.

Fixed lists and explicit seeds: every model gets the same questions. It does not know models, pictures or the judge.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from math import comb
from pathlib import Path
from typing import NamedTuple

import numpy as np

from training.claims import VALUES, Claim, article
from training.wordnet import WordNet

SEED = 6
UNSEEN = 200
UNSEEN_A_SUBJECT = 3  # or most would be trees, by their Latin names
SUBJECTS_A_VALUE = {"scene": 5, "style": 10, "color": 4}
ISSUE = ("cat", "dog", "apple", "rose", "car", "house", "boat", "fish", "tree", "pizza")
TUTORIALS = (
    "a watercolor painting of a golden retriever at the beach",
    "a still life DSLR photo of a bowl of fruit",
    "the eiffel tower in the style of starry night",
    "an architectural sketch of a skyscraper",
    "an oil painting of cows in a field next to a windmill in holland",
)
WORDS = ("puppy", "corgi", "golden retriever", "kitten", "bunny", "stallion", "automobile", "taxicab", "sailing ship")
WORDS += ("skyscraper", "cottage", "windmill", "eiffel tower", "oak", "tulips", "bowl of fruit", "cheeseburger")
PAIRS = (
    ("a cat", "a dog"),
    ("an apple", "a pizza"),
    ("a car", "a boat"),
    ("a house", "a tree"),
    ("a rose", "a fish"),
    ("a boat at the beach", "a lion in the desert"),
    ("a watercolor painting of a dog", "a pencil sketch of a horse"),
    ("a robot on a red background", "a robot on a blue background"),
)


NEWCOMERS = (
    "a cat on a chair", "a blue cat", "a black dog", "a cat and a dog", "two cats", "three red apples",
    "a pink elephant", "a red car next to a blue house", "a white horse in a field", "a dog wearing a red hat",
    "an astronaut riding a horse", "a bird on a tree", "a beautiful woman", "a man with a beard",
    "a girl with red hair", "an old man", "a portrait of a woman", "a king with a crown", "a wizard",
    "a little boy in a blue shirt", "mountains at sunrise", "a mountain lake", "a forest in autumn", "a waterfall",
    "a beach at sunset", "a city at night", "a road through a forest", "a field of flowers", "the sea in a storm",
    "a village in the snow", "a windmill", "a lighthouse by the sea", "a bowl of fruit", "a vase of flowers",
    "a castle on a hill", "a green dragon", "a robot with a flower", "a spaceship in space",
    "a cup of coffee on a table", "a yellow submarine",
)  # fmt: skip
"""What people type first, for eyes."""


class Question(NamedTuple):
    """A prompt, the texts to choose among, and the places of those that are right.

    Attributes:
        all_of: all of the right ones must be among the first, not one of them.
    """

    prompt: str
    choices: tuple[str, ...]
    right: tuple[int, ...]
    all_of: bool = False

    def chance(self, first: int) -> float:
        """The probability that a blind guess has what is right among the `first` ones."""
        if self.all_of:
            texts, wanted = len(self.choices), len(self.right)
            return comb(texts - wanted, first - wanted) / comb(texts, first) if first >= wanted else 0.0
        wrong, texts = len(self.choices) - len(self.right), len(self.choices)
        misses = [(wrong - n) / (texts - n) for n in range(min(first, texts))]
        return 1 - float(np.prod(np.clip(misses, 0, 1)))


def naming(core: Sequence[str]) -> list[Question]:
    """ "a <subject>" for each core subject: which of them all is it?"""
    choices = tuple(Claim(subject).words() for subject in core)
    return [Question(text, choices, (place,)) for place, text in enumerate(choices)]


def attributes(name: str, common: Sequence[str]) -> list[Question]:
    """Each scene, style or colour (`name`) with some of the common subjects: which of the scenes, ... is it?"""
    count = SUBJECTS_A_VALUE[name]
    questions = []
    for place, value in enumerate(VALUES[name]):
        chosen = np.random.default_rng([SEED, place]).choice(len(common), min(count, len(common)), replace=False)
        questions += [attribute(Claim(common[n])._replace(**{name: value}), name) for n in chosen]
    return questions


def attribute(claim: Claim, name: str) -> Question:
    """Which scene, style or colour (`name`) is it, given the rest of the claim?"""
    choices = tuple(claim._replace(**{name: value}).words() for value in VALUES[name])
    return Question(claim.words(), choices, (VALUES[name].index(getattr(claim, name)),))


def unseen(core: Sequence[str], wordnet: WordNet, captions: Iterable[str], count: int = UNSEEN) -> list[Question]:
    """Words for a kind of a core subject that no caption has: which core subject is it?

    A word is taken if its last part ("retriever") is in no caption, not even with another ending in -s; of each
    subject's the three that WordNet met most often. What is a kind of several core subjects has several right answers.
    """
    known = {part for caption in captions for part in caption.lower().split()}
    kinds: dict[str, list[int]] = {}
    for place, subject in enumerate(core):
        for word in wordnet.hyponyms(subject):
            if _is_new(word, known):
                kinds.setdefault(word, []).append(place)
    places = {place for each in kinds.values() for place in each}
    of = {place: sorted((w for w in kinds if place in kinds[w]), key=lambda w: -wordnet.counts[w]) for place in places}
    words = sorted({word for each in of.values() for word in each[:UNSEEN_A_SUBJECT]})
    chosen = np.random.default_rng(SEED).permutation(len(words))[:count]
    choices = tuple(Claim(subject).words() for subject in core)
    return [Question(article(words[n]), choices, tuple(kinds[words[n]])) for n in chosen]


class Frozen(NamedTuple):
    """The questions of the report of November 2026, so that models of then and of later compare.

    Attributes:
        core: the subjects, the choices of every question that names one.
        common: those that attributes are asked with.
        unseen: words that no caption of then had, each with the core subjects that it is a kind of.
    """

    core: list[str]
    common: list[str]
    unseen: list[tuple[str, list[str]]]

    def unseen_questions(self) -> list[Question]:
        """Which core subject is it?"""
        choices = tuple(Claim(subject).words() for subject in self.core)
        places = {subject: place for place, subject in enumerate(self.core)}
        return [Question(prompt, choices, tuple(places[name] for name in kinds)) for prompt, kinds in self.unseen]


def frozen() -> Frozen:
    """Those of training/questions.json."""
    kept = json.loads(Path(__file__).with_suffix(".json").read_text())
    return Frozen(kept["core"], kept["common"], [(prompt, kinds) for prompt, kinds in kept["unseen"]])


def _is_new(word: str, known: set[str]) -> bool:
    last = word.rsplit(maxsplit=1)[-1]
    readable = word.replace(" ", "").replace("-", "").isalpha() and len(last) > 2 and len(word) < 30
    return readable and not known & {last, last + "s", last.removesuffix("s")}


def fixed() -> list[str]:
    """The contact sheet's prompts: the issue's ten, the tutorials' five, styles, scenes, colours, other words."""
    styled = [Claim("horse", style=style).words() for style in VALUES["style"]]
    placed = [Claim(("boat", "cat", "robot")[n % 3], scene=scene).words() for n, scene in enumerate(VALUES["scene"])]
    coloured = [Claim("lion", color=color).words() for color in ("yellow", "purple", "green")]
    words = [article(word) for word in ("puppy", "corgi", "kitten", "sports car", "cottage", "oak", "cheeseburger")]
    return [article(name) for name in ISSUE] + list(TUTORIALS) + styled + placed + coloured + words
