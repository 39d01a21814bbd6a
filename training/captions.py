"""What a picture is called: "a watercolor painting of a dog at the beach", from small tables of forms.

The first form, phrase and word of every table is the plain one that the report asks for; training draws among all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from training.scenes import SCENES
from training.styles import SOURCE_WORDS, STYLES

BARE_FORMS = ("{a_subject}{place}", "{subject}{place}")
STYLED_FORMS = (
    "{a_style} of {a_subject}{place}",
    "{style} of {a_subject}{place}",
    "{a_subject}{place}, {style}",
    "{subject}{place}, {style}",
    "{a_subject} in {style} style{place}",
)
NO_ARTICLE = re.compile(
    r"(?<![siu])s$|clothes$|^(milk|honey|corn|broccoli|garlic|lettuce|bacon|butter|salt|sushi|spaghetti|pasta|popcorn|bread|cheese|chocolate"
    r"|tea|coffee|wine|soup|salad|ramen|paella|fire|wheat|earth|lightning|soap|money|oden|dango|falafel|santa claus"
    r"|mount .*|two .*|mrs\. claus|statue of liberty|meat|ginger root|canned food|curry rice|fog|dna|yarn|jewelry|wood"
    r"|ice|sake|mate)$"
)
"""Plurals, what cannot be counted, and names: without "a"."""
SOUNDS_LIKE_AN = re.compile(r"^([aeio]|u(?!ni|fo|se|ku)|hour|suv\b|x-ray)")


def with_article(words: str) -> str:
    """ "an owl", "a unicorn", "grapes"; "the eiffel tower"."""
    if words in ("eiffel tower", "statue of liberty", "moon", "sun", "earth"):
        return f"the {words}"
    if NO_ARTICLE.search(words):
        return words
    return f"an {words}" if SOUNDS_LIKE_AN.search(words) else f"a {words}"


def caption(  # noqa: PLR0917, the first four are a claim's fields
    subject: str,
    scene: str | None = None,
    style: str | None = None,
    color: str | None = None,
    source: str | None = None,
    rng: np.random.Generator | None = None,
) -> str:
    """One caption of a picture.

    Args:
        subject: its name, such as "dog".
        scene: a key of `SCENES`.
        style: a key of `STYLES`.
        color: a key of `COLORS`, of the background, or "white".
        source: a set, to name its own look; a style goes before it.
        rng: draws a form and words by lot; without one, the plainest are taken.

    Raises:
        KeyError: no such scene, style or source.
    """
    look = one_of(STYLES[style], rng) if style else one_of(SOURCE_WORDS[source], rng) if source else None
    where = place(scene, color, rng)
    form = one_of(STYLED_FORMS if look else BARE_FORMS, rng)
    a_style = with_article(look) if look else ""
    return form.format(subject=subject, a_subject=with_article(subject), style=look, a_style=a_style, place=where)


def one_of(choices: Sequence[str], rng: np.random.Generator | None) -> str:
    """One by lot, or the first."""
    return choices[0] if rng is None else choices[rng.integers(len(choices))]


NUMBERS = {2: ("two", "2"), 3: ("three", "3"), 4: ("four", "4")}
IRREGULAR = {
    "mouse": "mice", "fish": "fish", "sheep": "sheep", "deer": "deer", "wolf": "wolves", "leaf": "leaves",
    "loaf": "loaves", "knife": "knives", "man": "men", "woman": "women", "child": "children", "person": "people",
    "goose": "geese", "tooth": "teeth", "moose": "moose", "bison": "bison", "ox": "oxen", "foot": "feet",
    "sushi": "sushi", "shrimp": "shrimp", "squid": "squid", "broccoli": "broccoli", "scarf": "scarves",
}  # fmt: skip


def counted(words: str, number: int, rng: np.random.Generator | None = None) -> str:
    """So many of it, 2 to 4: "two red cars"."""
    return f"{one_of(NUMBERS[number], rng)} {plural(words)}"


def plural(words: str) -> str:
    """More than one of it: "red cars", "glasses of wine", "mice"."""
    head, of, rest = words.partition(" of ")
    *before, last = head.split(" ")
    return " ".join((*before, IRREGULAR.get(last) or _regular(last))) + of + rest


def _regular(word: str) -> str:
    if word.endswith(("ss", "us", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("s"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word in ("tomato", "potato", "mango", "volcano", "flamingo") else "s")


def in_style(words: str, style: str | None, rng: np.random.Generator | None = None) -> str:
    """Words that have their article already, with a style of `STYLES` before or after them."""
    if style is None:
        return words
    look = one_of(STYLES[style], rng)
    return one_of((f"{with_article(look)} of {words}", f"{look} of {words}", f"{words}, {look}"), rng)


def place(scene: str | None, color: str | None, rng: np.random.Generator | None = None) -> str:
    """Where something is, behind a space: a key of `SCENES`, or the colour of the background; else nothing."""
    if scene:
        return f" {one_of(SCENES[scene], rng)}"
    return f" on {with_article(color)} background" if color else ""
