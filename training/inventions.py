"""Drawings of the project's own, of what people type and no set draws: SVGs from parameters, another one each time.

They come under this repository's licence (Apache-2.0). A drawing is a function of a `Pen` in one of the three files of
`inventions_*`; what it is called is its name, and what else people call it is in `NAMES`.
"""

from __future__ import annotations

import io

import numpy as np
import resvg_py
from PIL import Image

from training import inventions_buildings, inventions_people, inventions_things
from training.brushes import SIDE
from training.pen import Pen

DRAWN = {
    draw.__name__.replace("_", " "): draw
    for room in (inventions_buildings, inventions_things, inventions_people)
    for draw in room.DRAWN
}
"""Every drawing by its name."""
PEOPLE = tuple(draw.__name__.replace("_", " ") for draw in inventions_people.DRAWN)
"""Those that are somebody."""
NAMES: dict[str, tuple[str, ...]] = {
    "windmill": ("windmill", "dutch windmill", "mill"),
    "bowl of fruit": ("bowl of fruit", "fruit bowl", "still life of fruit"),
    "vase of flowers": ("vase of flowers", "vase with flowers"),
    "lighthouse": ("lighthouse",),
    "cottage": ("cottage", "small house", "country house"),
    "log cabin": ("log cabin", "cabin", "wooden cabin"),
    "barn": ("barn", "red barn", "farm"),
    "stone bridge": ("stone bridge", "bridge", "old bridge"),
    "hanging bridge": ("suspension bridge", "golden gate bridge"),
    "tower": ("tower", "stone tower", "medieval tower"),
    "clock tower": ("clock tower", "big ben"),
    "pagoda": ("pagoda", "japanese temple"),
    "pyramid": ("pyramid", "egyptian pyramid"),
    "skyscrapers": ("skyscrapers", "tall buildings"),
    "potted plant": ("plant in a pot", "houseplant"),
    "bare tree": ("bare tree", "dead tree", "tree without leaves"),
    "autumn tree": ("autumn tree", "tree in autumn"),
    "bookshelf": ("bookshelf", "bookcase"),
    "lamp": ("lamp", "table lamp", "desk lamp"),
    "wine bottle": ("wine bottle", "bottle of wine", "bottle"),
    "mug": ("mug", "coffee mug"),
    "basket of apples": ("basket of apples", "basket of fruit"),
    "treasure chest": ("treasure chest",),
    "spaceship": ("spaceship", "spacecraft"),
    "pirate ship": ("pirate ship", "old sailing ship", "galleon"),
    "witch hat": ("witch hat", "wizard hat"),
}
"""What people call them, the plainest first, where it is more than the name."""


def draw(rng: np.random.Generator, name: str | None = None) -> tuple[str, str, np.ndarray]:
    """Subject, words for a caption, and picture, uint8 (128, 128, 4), of one of the drawings.

    Args:
        name: a key of `DRAWN`; None takes one by lot.

    Raises:
        KeyError: no such drawing.
    """
    name = name or list(DRAWN)[rng.integers(len(DRAWN))]
    pen = Pen(rng)
    body = DRAWN[name](pen)
    names = NAMES.get(name, (name,))
    words = pen.words or names[rng.integers(len(names))]
    return pen.subject or name, words, rendered(body)


def rendered(body: str) -> np.ndarray:
    """The body of an SVG of 128 x 128 as a picture, uint8 (128, 128, 4), colours not premultiplied."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 128 128">{body}</svg>'
    data = resvg_py.svg_to_bytes(svg_string=svg, width=SIDE, height=SIDE)
    return np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGBA"))
