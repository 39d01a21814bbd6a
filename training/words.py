"""What the model knows by name, as the page offers it and reads prompts by it: F/words.json (`explorer.engine.words`).

Subjects are those of the drawings, with emojibase's Chinese names, keywords and emoji, people, the project's own
drawings and landscapes; places, styles and colours are those of the captions, with the Chinese of `chinese`. Times of
day and weather are places, too: understood, but not offered, for only landscapes were drawn in them. It goes into the
model's folder with the other parts.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from explorer.files.whole import whole
from training import chinese, inventions, inventions_buildings, landscapes, names, subjects, wordnet
from training import places as lands
from training.captions import place, with_article
from training.drawings import Drawing
from training.recipe import Recipe
from training.scenes import COLORS, SCENES
from training.styles import STYLES

TONGUES = {"zh": "zh", "zh-TW": "zh-hant"}
"""Languages of the page, and emojibase's folders for them."""
SHARED = 3
"""Subjects that may have a keyword; one of more says nothing: "animal"."""
KIND = re.compile(r"[a-z]{3,}")
"""The kinds that are kept: one word, for who writes "golden retriever" is told what a retriever is."""
ALONE = {
    "starry night": "a starry night sky", "sunset": "a sunset", "snow": "snow", "underwater": "the sea",
    "space": "outer space",
}  # fmt: skip
"""What a place is called with nothing before it, where "a field" would not do."""
LEADING = re.compile(r"^(?:(?:at|in front of|in|on|under|floating in) )?(?:the |an? )?")
GROUPS = {"pirate ship": "vehicles", "spaceship": "vehicles", "seahorse": "animals", "starfish": "animals"}
GROUPS |= dict.fromkeys(("plant in a pot", "bonsai", "bare tree", "autumn tree", "sunflowers"), "plants")
"""What the project's own drawings belong to, where that is neither buildings nor objects."""
LINE = {
    "en": "{name} is {megabytes} MB, draws like emoji and knows {things} things",
    "zh": "{name} 只有 {megabytes} MB，画风像表情符号，认识 {things} 样东西",
    "zh-TW": "{name} 只有 {megabytes} MB，畫風像表情符號，認識 {things} 樣東西",
}


class Named(NamedTuple):
    """What emojibase says of a subject: an emoji, keywords, and its names in each of `TONGUES`."""

    emoji: str
    tags: tuple[str, ...]
    told: dict[str, list[str]]


def run(folder: Path, _recipe: Recipe) -> None:
    """Writes F/words.json from F/drawings.json, emojibase's names, and the kinds of things that WordNet knows."""
    rows = json.loads((folder / "drawings.json").read_text())
    drawings = [Drawing(row["source"], row["subject"], tuple(row["tags"]), row["group"]) for row in rows]
    names_of = read_names(folder / "sources" / "node_modules" / "emojibase-data")
    made = words(drawings, names_of, wordnet.read(folder))
    with whole(folder / "words.json") as part:
        part.write_text(as_text(made), encoding="utf-8")


def as_text(made: Mapping[str, Any]) -> str:
    """JSON with an entry a line."""
    parts = []
    for key, value in made.items():
        rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in value) if isinstance(value, list) else ""
        parts.append(f" {json.dumps(key)}: " + (f"[\n  {rows}\n ]" if rows else json.dumps(value, ensure_ascii=False)))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def read_names(package: Path) -> dict[str, Named]:
    """What emojibase says of every subject.

    Raises:
        FileNotFoundError: the sources were fetched before the Chinese names were asked for.
    """
    try:
        tables = {tongue: json.loads((package / code / "data.json").read_text()) for tongue, code in TONGUES.items()}
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error.filename} is not there: remove {package} and run the stage sources") from error
    labels = {tongue: {row["hexcode"]: row["label"] for row in table} for tongue, table in tables.items()}
    found: dict[str, Named] = {}
    for row in json.loads((package / "en" / "data.json").read_text()):
        told = {tongue: labels[tongue].get(row["hexcode"]) for tongue in TONGUES}
        first = found.setdefault(names.subject(row["label"]), Named(row["emoji"], tuple(row.get("tags", ())), {}))
        for tongue, label in told.items():
            if label:
                first.told.setdefault(tongue, []).append(label)
    return found


def words(drawings: Sequence[Drawing], named: Mapping[str, Named], known: wordnet.WordNet) -> dict[str, Any]:
    """Everything that the file has; of the subjects the core, which the model learnt well, the common ones first."""
    common = subjects.common(drawings)
    drawn = {drawing.subject: drawing for drawing in drawings}
    colours = [(name, chinese.COLORS[name]) for name in (*COLORS, "white")]
    taken: set[str] = set()  # a Chinese name means the first that has it
    rows = []
    for name in dict.fromkeys([*common, *subjects.core(drawings)]):
        row = {**subject(drawn[name], named.get(name)), "common": name in common}
        row["zh_also"] = [word for word in row["zh_also"] if word not in taken]
        taken.update(row["zh_also"])
        rows.append(row)
    known_by = {name for row in rows for name in (row["name"], *row["also"])}
    for row in also_drawn():
        if row["name"] not in known_by:
            row["also"] = [name for name in row["also"] if name not in known_by]
            row["zh_also"] = [word for word in row["zh_also"] if word not in taken]
            taken.update(row["zh_also"])
            known_by.update((row["name"], *row["also"]))
            rows.append(row)
    add_near(rows, known)
    skies = [sky(name, said.words) for name, said in landscapes.SKIES.items() if name not in SCENES]
    return {
        "format": 1,
        "line": LINE,
        "subjects": rows,
        "places": [*(thing(chinese.PLACES[name], name, **placed(name, said)) for name, said in SCENES.items()), *skies],
        "styles": [thing(chinese.STYLES[name], name, **styled(said)) for name, said in STYLES.items()],
        "colours": [thing(said, name, text=place(None, name).strip(), also=[name]) for name, said in colours],
    }


def add_near(rows: Sequence[dict[str, Any]], known: wordnet.WordNet) -> None:
    """Gives each subject the words by which it is found: `kinds` of it by WordNet, and the `tags` that are a noun's.

    A kind is the subject's of which it is the nearest one, of several the first; what is a subject's name is no kind.
    """
    of: dict[str, tuple[int, int]] = {}
    own = {name for row in rows for name in (row["name"], *row["also"])}
    for n, row in enumerate(rows):
        for kind, level in known.kinds(row["name"], depth=3).items():
            if KIND.fullmatch(kind) and kind not in own:
                of[kind] = min(of.get(kind, (level, n)), (level, n))
    common = Counter(tag for row in rows for tag in row["tags"])
    for n, row in enumerate(rows):
        row["kinds"] = [kind for kind, (_, first) in of.items() if first == n]
        row["tags"] = [
            tag
            for tag in row["tags"]
            if common[tag] <= SHARED and tag in known.senses and tag not in known.others and tag not in {*own, *of}
        ]


def subject(drawing: Drawing, named: Named | None) -> dict[str, Any]:
    """A subject's entry."""
    told = named.told if named else {}
    ours = chinese.SUBJECTS.get(drawing.subject, "").split()
    theirs = list(dict.fromkeys(word for each in told.values() for word in each))
    shown = dict(zip(TONGUES, ours, strict=False)) if ours else {key: each[0] for key, each in told.items()}
    return {
        "name": drawing.subject,
        "text": with_article(drawing.subject),
        "group": drawing.group,
        "emoji": named.emoji if named else "",
        "also": list(drawing.tags),
        "tags": list(named.tags if named else ()),
        **shown,
        "zh_also": list(dict.fromkeys([*ours, *theirs])),
    }


def also_drawn() -> Iterator[dict[str, Any]]:
    """Entries of who and what no look-alike set draws: people, the project's own drawings, landscapes.

    Of these only landscapes are offered: the others the model has met, but does not draw well enough.
    """
    for name, told in chinese.PEOPLE.items():
        yield {**entry(name, told, "people"), "offered": False}
    for name in inventions.DRAWN:
        if name not in inventions.PEOPLE:
            first, *others = inventions.NAMES.get(name, (name,))
            built = any(draw.__name__ == name.replace(" ", "_") for draw in inventions_buildings.DRAWN)
            group = GROUPS.get(first, "buildings" if built else "objects")
            yield {**entry(first, chinese.INVENTED[first], group, others), "offered": False}
    for name, told in chinese.LANDSCAPES.items():
        first, *others = lands.NAMES[name]
        yield entry(first, told, "places", others)


def entry(name: str, told: str, group: str, others: Sequence[str] = ()) -> dict[str, Any]:
    """A subject's entry without what emojibase says."""
    text = f"a {name}" if " of " in name else with_article(name)
    more = {"text": text, "group": group, "emoji": "", "also": list(others), "tags": [], "kinds": []}
    return {**thing(told, name, **more), "common": False}


def sky(name: str, said: Sequence[str]) -> dict[str, Any]:
    """The entry of a time of day or a weather."""
    bare = [LEADING.sub("", words.removeprefix("in ").removeprefix("by ").removeprefix("with ")) for words in said]
    also = dict.fromkeys([name, *said[1:], *bare])
    row = thing(chinese.SKIES[name], name, text=said[0], alone=f"a landscape {said[0]}", also=[*also])
    return {**row, "offered": False}


def thing(told: str, name: str, **more: Any) -> dict[str, Any]:
    """The entry of a place, style or colour."""
    ours = told.split()
    return {"name": name, **more, **dict(zip(TONGUES, ours, strict=False)), "zh_also": list(dict.fromkeys(ours))}


def placed(name: str, said: Sequence[str]) -> dict[str, Any]:
    """The English of a place: where something is, the place alone, and other words."""
    bare = [LEADING.sub("", words) for words in said]
    also = [name, *said[1:], *bare, *(words.split()[-1] for words in bare)]
    return {
        "text": said[0],
        "alone": ALONE.get(name, with_article(name)),
        "also": list(dict.fromkeys(word for word in also if word != said[0])),
    }


def styled(said: Iterable[str]) -> dict[str, Any]:
    """The English of a style."""
    first, *others = said
    return {"text": with_article(first), "also": list(dict.fromkeys([first, *others]))}
