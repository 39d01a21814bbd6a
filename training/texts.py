"""What the tokenizer and the text encoder read: captions, words for kinds of what is drawn, and the rest of WordNet.

Every text has a weight: how often it is drawn. What people type comes first, the names of mosses last. A text about a
kind of something drawn knows the same text about the thing itself ("a corgi", "a dog"). Knows no vectors.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from explorer.files.whole import whole
from training import drawings, subjects, wordnet
from training.captions import caption, with_article
from training.composites import MIXES, called, one_key, weigh
from training.drawings import Drawing
from training.recipe import Recipe
from training.scenes import COLORS, SCENES
from training.steps import draws
from training.styles import STYLES
from training.wordnet import WordNet

TITLE = "texts"
SHARES = {"captions": 0.35, "kinds": 0.35, "words": 0.2, "glosses": 0.1}
"""How often each of the four is drawn."""
CAPTIONS = 24_000  # composites whose captions are read, half of them plain
PLAIN = ("{bare}", "{a}")
FORMS = (
    "a photo of {a}",
    "a picture of {a}",
    "a drawing of {a}",
    "a cute {bare}",
    "the {bare}",
    "{a} on a white background",
)
AGAIN = 0.02  # how often the text that one is like is drawn for its sake
GLOSS = 120  # characters
RARE_NOUNS, OTHER_WORDS, GLOSSES = 0.15, 0.4, 0.12  # which share of them is read
RARE = 2.0  # words of a familiarity up to this
NEAR = {
    "spaceship": "rocket",
    "spacecraft": "rocket",
    "space shuttle": "rocket",
    "office building": "skyscraper",
    "tower block": "skyscraper",
    "office tower": "skyscraper",
    "kitten": "cat",
    "kitty": "cat",
    "puppy": "dog",
    "doggy": "dog",
    "bunny": "rabbit",
    "foal": "horse",
    "pony": "horse",
    "calf": "cow",
    "lamb": "sheep",
    "piglet": "pig",
    "duckling": "duck",
    "windmill": "house",
    "oak": "tree",
    "oak tree": "tree",
    "barn": "house",
    "tokyo tower": "eiffel tower",
    "bike": "bicycle",
    "plane": "airplane",
    "jet": "airplane",
    "steam engine": "train",
    "yacht": "boat",
    "bowl of fruit": "apple",
    "sneakers": "shoe",
    "couch": "sofa",
    "flowers": "flower",
    "trees": "tree",
    "cows": "cow",
    "cats": "cat",
    "dogs": "dog",
    "cars": "car",
    "boats": "boat",
}
"""What WordNet does not call a kind of what is drawn, and people would take for one."""


class Text(NamedTuple):
    """One text to read.

    Attributes:
        weight: how often it is drawn, in shares of 1 over a whole corpus.
        like: the same text about the drawn thing that its own is a kind of, itself one of the corpus; often None.
    """

    text: str
    weight: float
    like: str | None = None


def load(folder: Path, recipe: Recipe) -> list[Text]:
    """The corpus of a work folder from F/texts.json, made first where it is missing; `recipe.texts` at most."""
    file = folder / "texts.json"
    if not file.exists():
        rows = drawings.load(folder)[1]
        captions = spoken(rows, CAPTIONS, draws(recipe.seed, TITLE, 1).rng)
        with whole(file) as part:
            part.write_text(json.dumps(corpus(wordnet.read(folder), subjects.core(rows), captions, recipe), indent=0))
    return [Text(*entry) for entry in json.loads(file.read_text())]


def spoken(rows: Sequence[Drawing], count: int, rng: np.random.Generator) -> list[str]:
    """Captions as composites of the two mixes have them, without the pictures: the same names, forms and places."""
    found = []
    for mix in MIXES.values():
        rising = np.cumsum(weigh(rows, mix))
        for place in np.searchsorted(rising, rng.random(count // len(MIXES)) * rising[-1], side="right"):
            scene, color = (one_key(table, rng) for table in (SCENES, COLORS))
            kind, painted, looks = rng.random(3)
            found.append(
                caption(
                    called(rows[place], rng),
                    scene if kind < mix.scenic else None,
                    one_key(STYLES, rng) if painted < mix.painted else None,
                    color if mix.scenic <= kind < mix.scenic + mix.colored else None,
                    rows[place].source if looks < mix.looks else None,
                    rng,
                )
            )
    return found


def corpus(words: WordNet, core: Sequence[str], captions: Iterable[str], recipe: Recipe) -> list[Text]:
    """All texts once, sorted, the same for the same arguments; `recipe.texts` of them at most.

    Args:
        core: the subjects that are drawn.
        captions: of composites, as the UNet reads them; a caption that comes twice is drawn twice as often.
    """
    rng = draws(recipe.seed, TITLE, 0).rng
    known = familiarity(words)
    about = list(_about(core, kinds_of(words, core), known, rng))
    parts: dict[str, Iterable[Text]] = {
        "captions": (Text(text, 1.0) for text in captions),
        "kinds": about,
        "words": (Text(word, known(word) ** 2) for word in _words(words, known, rng)),
        "glosses": (Text(gloss[:GLOSS], known(word)) for word, gloss in words.glosses() if rng.random() < GLOSSES),
    }
    total: Counter[str] = Counter()
    for name, texts in parts.items():
        weights = Counter[str]()
        for text in texts:
            weights[text.text] += text.weight
        whole = weights.total()
        total.update({text: SHARES[name] * weight / whole for text, weight in weights.items()})
    like = {text.text: text.like for text in about if text.like}
    return limited([Text(text, total[text], like.get(text)) for text in sorted(total)], recipe.texts, rng)


def limited(texts: list[Text], most: int | None, rng: np.random.Generator) -> list[Text]:
    """At most so many texts in the same order, by lot, those of great weight rather; None keeps all."""
    if most is None or len(texts) <= most:
        return texts
    chances = np.array([text.weight for text in texts])
    chosen = np.sort(rng.choice(len(texts), most, replace=False, p=chances / chances.sum()))
    kept = {texts[row].text for row in chosen}
    return [text if text.like in kept else text._replace(like=None) for text in (texts[row] for row in chosen)]


def familiarity(words: WordNet) -> Callable[[str], float]:
    """How well a word is known, 1 and more: of its parts the rarest, by WordNet's tagged texts and its definitions."""
    counts = Counter(words.counts)
    for _, gloss in words.glosses():
        counts.update(re.findall(r"[a-z]+", gloss.lower()))
    return lambda word: min(math.log2(2 + counts[part]) for part in word.split())


def kinds_of(words: WordNet, core: Sequence[str]) -> dict[str, str]:
    """What words that are no subjects are a kind of, the fewest levels above: {"auto": "car", "pug": "dog"}."""
    nearest: dict[str, tuple[int, str]] = {}
    for subject in core:
        for word, level in words.kinds(subject).items():
            nearest[word] = min(nearest.get(word, (level, subject)), (level, subject))
    drawn = set(core)
    found = {word: subject for word, (_, subject) in nearest.items()}
    found.update({word: subject for word, subject in NEAR.items() if subject in drawn})
    return {word: found[word] for word in sorted(found) if word not in drawn}


def _about(
    core: Sequence[str], kinds: Mapping[str, str], known: Callable[[str], float], rng: np.random.Generator
) -> Iterator[Text]:
    """Texts about subjects and their kinds: the word, "a <word>", and two other forms by lot unless the word is rare.

    A kind is drawn as often as it is familiar, those of many kinds less: there are 1,500 words for birds and 25 for
    apples. What `NEAR` has is as familiar as the thing itself.
    """
    many = Counter(kinds.values())
    for word, subject in {**{name: name for name in core}, **kinds}.items():
        weight = known(subject if word in NEAR else word) / (1 + many[subject]) ** 0.25
        more = (FORMS[rng.integers(len(FORMS))], _told(rng)) if known(word) > RARE or word == subject else ()
        for form in (*PLAIN, *more):
            text, same = (form.format(bare=name, a=with_article(name)) for name in (word, subject))
            yield Text(text, weight, same if text != same else None)
            yield Text(same, weight * AGAIN)


def _told(rng: np.random.Generator) -> str:
    """The form of a caption with a scene or a colour, a style, or both."""
    style = one_key(STYLES, rng) if rng.random() < 0.6 else None
    place = {"scene": one_key(SCENES, rng)} if rng.random() < 0.7 else {"color": one_key(COLORS, rng)}
    return caption("thing", style=style, **place).replace("a thing", "{a}")


def _words(words: WordNet, known: Callable[[str], float], rng: np.random.Generator) -> Iterator[str]:
    """Every noun that is not rare, some of the others and of the other parts of speech."""
    for part in words.synsets:
        for word in words.words(part):
            share = OTHER_WORDS if part != "noun" else 1.0 if known(word) > RARE else RARE_NOUNS
            if rng.random() < share:
                yield word
