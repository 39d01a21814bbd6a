"""The model's words: made from the drawings, emojibase and WordNet, and those in the repository are made by that."""

import json
import re

from explorer.engine.known import POCKET
from explorer.engine.words import KINDS, Words
from training import chinese, inventions, places, words
from training.captions import with_article
from training.landscapes import SKIES
from training.recipe import SMOKE
from training.scenes import COLORS, SCENES
from training.styles import STYLES

SHIPPED = json.loads((POCKET / "words.json").read_text(encoding="utf-8"))


def test_the_stage_makes_a_file_that_the_engine_reads(work):
    words.run(work, SMOKE)
    made = Words.of(_alone(work))
    assert made.read("雪地里的狗").english == "a dog in the snow"
    assert made.read("一只青苹果").english == "a green apple"
    assert [each.nearest for each in made.read("a corgi").unknown] == ["dog"]
    assert made.told["places"] == SHIPPED["places"]


def _alone(work):
    folder = work / "alone"
    folder.mkdir()
    (folder / "words.json").write_text((work / "words.json").read_text())
    return folder


def test_the_shipped_file_has_the_core_that_the_report_asks_about_and_what_no_set_draws():
    core = json.loads((POCKET.parents[1] / "training" / "questions.json").read_text())["core"]
    ours = {*chinese.PEOPLE, *chinese.INVENTED, *(places.NAMES[name][0] for name in chinese.LANDSCAPES)}
    names = {entry["name"] for entry in SHIPPED["subjects"]}
    others = {name for entry in SHIPPED["subjects"] for name in entry["also"]}
    assert set(core) <= names <= {*core, *ours} <= {*names, *others}
    assert all(entry["text"] == with_article(entry["name"]) for entry in SHIPPED["subjects"] if entry["name"] in core)


def test_the_shipped_file_has_the_places_styles_and_colours_of_the_captions():
    skies = {name: sky.words for name, sky in SKIES.items() if name not in SCENES}
    for kind, table in (("places", {**SCENES, **skies}), ("styles", STYLES)):
        assert {entry["name"] for entry in SHIPPED[kind]} == set(table)
        assert all(table[entry["name"]][0] in entry["text"] for entry in SHIPPED[kind])
    assert {entry["name"] for entry in SHIPPED["places"] if not entry.get("offered", True)} == set(skies)
    assert {e["group"] for e in SHIPPED["subjects"] if e["name"] in chinese.LANDSCAPES and e.get("offered", True)} == {
        "places"
    }
    assert [entry["name"] for entry in SHIPPED["colours"]] == [*COLORS, "white"]


def test_everything_has_a_chinese_name_of_its_own_in_both_scripts():
    for tongue in ("zh", "zh-TW"):
        shown = [entry[tongue] for kind in KINDS for entry in SHIPPED[kind]]
        assert len(set(shown)) == len(shown)
        assert all(re.search(r"[\u4e00-\u9fff]", name) for name in shown)
    names = [name for kind in KINDS for entry in SHIPPED[kind] for name in entry["zh_also"]]
    assert len(set(names)) == len(names)


def test_the_chinese_tables_are_about_what_there_is():
    assert set(chinese.SUBJECTS) <= {entry["name"] for entry in SHIPPED["subjects"]}
    assert set(chinese.PLACES) == set(SCENES)
    assert set(chinese.SKIES) == set(SKIES) - set(SCENES)
    assert set(chinese.INVENTED) == {
        inventions.NAMES.get(name, (name,))[0] for name in inventions.DRAWN if name not in inventions.PEOPLE
    }
    assert set(chinese.LANDSCAPES) <= set(places.NAMES)
    assert set(chinese.STYLES) == set(STYLES)
    assert set(chinese.COLORS) == {*COLORS, "white"}


def test_a_kind_or_a_keyword_is_no_name_and_belongs_to_one_or_few():
    own = {name for entry in SHIPPED["subjects"] for name in (entry["name"], *entry["also"])}
    kinds = [kind for entry in SHIPPED["subjects"] for kind in entry["kinds"]]
    assert len(set(kinds)) == len(kinds)
    assert not own & set(kinds)
    assert not own & {tag for entry in SHIPPED["subjects"] for tag in entry["tags"]}
