"""Three made-up things of different kinds, four pictures of each: what words are taught from when that is measured.

python -m bench.things FOLDER     writes them as PNGs
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 256
LARGE = 4 * SIDE
BACKGROUNDS = ((238, 222, 190), (165, 212, 245), (255, 255, 255), (88, 180, 90))
"""Plain ones, a picture each."""


def creature(pen: ImageDraw.ImageDraw, pose: int) -> None:
    """A purple animal with orange stripes, one eye and two horns."""
    lean = (-40, 30, 0, 60)[pose]
    for foot in (330, 620):
        pen.rounded_rectangle((foot, 720, foot + 100, 900), 40, fill=(96, 44, 150))
    pen.ellipse((220, 420, 820, 820), fill=(128, 60, 190))
    for stripe in (340, 480, 620):
        pen.rounded_rectangle((stripe, 440, stripe + 60, 790), 30, fill=(245, 140, 30))
    x = 560 + lean
    pen.polygon([(x - 120, 260), (x - 170, 60), (x - 40, 220)], fill=(245, 210, 60))
    pen.polygon([(x + 120, 260), (x + 170, 60), (x + 40, 220)], fill=(245, 210, 60))
    pen.ellipse((x - 190, 180, x + 190, 540), fill=(128, 60, 190))
    pen.ellipse((x - 80, 270, x + 80, 430), fill="white")
    pen.ellipse((x - 30 + lean // 4, 320, x + 40 + lean // 4, 390), fill=(20, 20, 30))


def vehicle(pen: ImageDraw.ImageDraw, pose: int) -> None:
    """A teal car with three wheels, a yellow dome and a red flag."""
    shift, tall = (-60, 40, 0, 80)[pose], (0, 30, -20, 10)[pose]
    pen.line((280 + shift, 520, 280 + shift, 160 - tall), fill=(60, 60, 60), width=22)
    pen.polygon([(280 + shift, 160 - tall), (500 + shift, 230 - tall), (280 + shift, 300 - tall)], fill=(220, 40, 50))
    pen.pieslice((360 + shift, 300 - tall, 760 + shift, 720), 180, 360, fill=(250, 205, 60))
    pen.rounded_rectangle((150 + shift, 490, 880 + shift, 720), 90, fill=(20, 150, 150))
    pen.rounded_rectangle((150 + shift, 590, 880 + shift, 640), 20, fill="white")
    for wheel in (210, 430, 660):
        pen.ellipse((wheel + shift, 640, wheel + 180 + shift, 820), fill=(35, 35, 40))
        pen.ellipse((wheel + 55 + shift, 695, wheel + 125 + shift, 765), fill=(240, 160, 190))


def vessel(pen: ImageDraw.ImageDraw, pose: int) -> None:
    """A pink cup with blue dots, green feet and two handles."""
    wide, high = (0, 40, -30, 20)[pose], (0, -40, 30, 60)[pose]
    for side in (-1, 1):
        x = 512 + side * (300 + wide)
        pen.ellipse((x - 130, 400 + high, x + 130, 660 + high), outline=(40, 150, 80), width=50)
    for foot in (-150, 110):
        pen.polygon([(512 + foot, 780), (552 + foot, 780), (532 + foot, 920)], fill=(40, 150, 80))
    body = [(220 - wide, 280 + high), (804 + wide, 280 + high), (720, 820), (304, 820)]
    pen.polygon(body, fill=(245, 130, 180))
    pen.ellipse((220 - wide, 220 + high, 804 + wide, 340 + high), fill=(205, 80, 140))
    for x, y in ((360, 450), (520, 420), (670, 470), (430, 620), (600, 620), (520, 740)):
        pen.ellipse((x - 45, y - 45 + high // 3, x + 45, y + 45 + high // 3), fill=(40, 80, 220))


THINGS: Mapping[str, tuple[str, Callable[[ImageDraw.ImageDraw, int], None]]] = {
    "<bolt>": ("cat", creature),
    "<trike>": ("car", vehicle),
    "<dotcup>": ("cup of coffee", vessel),
}
"""Each word with the kind of thing it is like, and how it is drawn."""


def pictures(word: str) -> list[Image.Image]:
    """Four of a thing, RGB, SIDE x SIDE."""
    _, draw = THINGS[word]
    found = []
    for pose, background in enumerate(BACKGROUNDS):
        large = Image.new("RGB", (LARGE, LARGE), background)
        draw(ImageDraw.Draw(large), pose)
        found.append(large.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    return found


def main(folder: Path) -> None:
    """Writes all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for word in THINGS:
        for number, picture in enumerate(pictures(word)):
            picture.save(folder / f"{word.strip('<>')}-{number}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
