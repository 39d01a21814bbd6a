"""A model's own words: English that it learnt for Chinese, and what it has no name for, told with the nearest name."""

from __future__ import annotations

import itertools
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.known import POCKET
from explorer.engine.words import KINDS, Words, read_as, remarks
from explorer.experiments.guidance_sweep import GuidanceSweep

WORDS = Words.of(POCKET)

KNOWN = {
    "猫": "a cat",
    "一只猫在雪地里": "a cat in the snow",
    "雪地里的猫": "a cat in the snow",
    "雪地裡的貓": "a cat in the snow",
    "海滩上的船，水彩画": "a watercolor painting of a boat at the beach",
    "一幅城堡的油画": "an oil painting of a castle",
    "红色背景上的苹果": "an apple on a red background",
    "蝴蝶，黄色背景": "a butterfly on a yellow background",
    "星空下的火箭": "a rocket under a starry night sky",
    "夕阳下的大树，油画风格": "an oil painting of a tree at sunset",
    "沙漠里的狮子": "a lion in the desert",
    "水下的章鱼": "an octopus underwater",
    "像素画风格的机器人": "a pixel art of a robot",
    "一张城市里的出租车的黑白照片": "a black and white photo of a taxi in the city",
    "森林里的狐狸": "a fox in a forest",
    "埃菲尔铁塔，铅笔画": "a pencil sketch of the eiffel tower",
    "红色的汽车": "a red car",
    "一只橙色的猫和一只蓝色的鸟": "an orange cat and a blue bird",
    "太空中的企鹅": "a penguin in space",
    "木桌上的蛋糕": "a cake on a wooden table",
}
PARTLY = {
    "微笑的猫": ("a cat", ["微笑"]),
    "开心的小狗在森林里奔跑": ("a dog in a forest", ["开心", "奔跑"]),
    "胖猫": ("a cat", ["胖"]),
    "两只猫": ("a cat", ["两只"]),
    "屋顶上的汽车": ("a car", ["屋顶上"]),
    "戴帽子的猫": ("a top hat and a cat", ["戴"]),
    "宇航员骑马": ("an astronaut and a horse", ["骑"]),
    "可爱的熊猫": ("a panda", ["可爱"]),
    "赛博朋克风格的城市": ("a city", ["赛博朋克"]),
    "美丽的花，水彩画": ("a watercolor painting of a flower", ["美丽"]),
    "会飞的大象": ("an elephant", ["会飞"]),
    "古老的城堡在雪地里": ("a castle in the snow", ["古老"]),
    "透明的玻璃苹果": ("an apple", ["透明", "玻璃"]),
    "巨大的章鱼攻击轮船": ("an octopus and a ship", ["巨大", "攻击"]),
    "穿西装的企鹅": ("a penguin", ["穿西装"]),
    "漩涡中的船": ("a boat", ["漩涡中"]),
    "蒸汽朋克机器人": ("a robot", ["蒸汽朋克"]),
    "睡觉的猫在沙发上": ("a cat and a sofa", ["睡觉"]),
    "红楼梦": ("红楼梦", ["红楼梦"]),
    "你好，世界": ("你好，世界", ["你好", "世界"]),
}
WORD_BY_WORD = {
    "红苹果": ("a red apple", []),
    "紅蘋果": ("a red apple", []),
    "两个红苹果和绿苹果": ("a red apple and a green apple", ["两个"]),
    "绿茶": ("a cup of tea", []),
    "黑猫": ("a black cat", []),
    "一只戴着红帽子的狗骑自行车": ("a red top hat and a dog and a bicycle", ["戴着", "骑"]),
    "狗騎自行車": ("a dog and a bicycle", ["騎"]),
    "一只猫坐在月亮上": ("a cat and the moon", ["坐"]),
    "一只猫正在睡觉": ("a cat", ["睡觉"]),
    "女孩看书": ("a girl and a book", ["看"]),
    "拿著刀的貓": ("a knife and a cat", ["拿著"]),
    "车站": ("车站", ["车站"]),
    "穿山甲": ("穿山甲", ["穿山甲"]),
    "下雪的山 snow": ("a mountain in the snow", []),
}
"""Colours before names, characters beside verbs, a place that is said twice."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    networks = FakeNetworks()
    networks.words = WORDS
    return Engine(networks)


def test_there_are_twenty_of_each():
    assert len(KNOWN) == len(PARTLY) == 20


@pytest.mark.parametrize("typed", KNOWN)
def test_chinese_of_known_words_draws_what_its_english_draws_byte_for_byte(engine, typed):
    reading = WORDS.read(typed)
    assert (reading.english, reading.unknown) == (KNOWN[typed], ())
    chinese, english = (
        GuidanceSweep(prompt=text, negative_prompt=text, scales=(2,), seeds=(1,)).resolved(engine.defaults)
        for text in (typed, KNOWN[typed])
    )
    frames = [[frame.png for frame in _frames(engine, each)] for each in (chinese, english)]
    assert frames[0] == frames[1]
    assert engine.render(chinese.plan(engine)).keys == engine.render(english.plan(engine)).keys


def _frames(engine, experiment):
    return [event for event in engine.render(experiment.plan(engine)) if hasattr(event, "png")]


@pytest.mark.parametrize("typed", [*PARTLY, *WORD_BY_WORD])
def test_what_is_unknown_in_chinese_is_named_where_it_stands_and_left_out(typed):
    english, unknown = (PARTLY | WORD_BY_WORD)[typed]
    reading = WORDS.read(typed)
    assert reading.english == english
    assert [each.word for each in reading.unknown] == unknown
    assert all(typed[each.start :].startswith(each.word) for each in reading.unknown)


UNKNOWN = {
    "a castle in the snow": [],
    "an oil painting of a tree at sunset": [],
    "A Cat, watercolor style": [],
    "cats and dogs on a red background": [],
    "cherries and butterflies": [],
    "a <my-dog> in space": [],
    "a corgi on the sofa": [("corgi", "dog")],
    "an umbrela": [("umbrela", "umbrella")],
    "a puppy wearing a hat": [("puppy", "dog"), ("wearing", None)],
    "a castle under a starry sky": [("starry", "starry night")],
    "a smiling cat": [("smiling", None)],
    "": [],
}


@pytest.mark.parametrize("typed", UNKNOWN)
def test_unknown_english_is_told_with_the_nearest_name_and_drawn_as_it_stands(typed):
    reading = WORDS.read(typed)
    assert reading.english == typed
    assert not reading.translated
    assert [(each.word, each.nearest) for each in reading.unknown] == UNKNOWN[typed]


def test_an_emoji_is_told_with_the_thing_that_it_shows():
    reading = WORDS.read("a 🚀 and a ❤️ beside 🀄")
    assert [(each.word, each.start, each.nearest) for each in reading.unknown] == [
        ("🚀", 2, "rocket"),
        ("❤️", 10, "heart"),
        ("🀄", 20, None),
    ]
    assert reading.english == reading.typed


def test_every_name_of_the_file_is_known_in_each_of_its_languages():
    for kind, entry in [(each, entry) for each in KINDS for entry in WORDS.told[each]]:
        for name in (entry["name"], *entry["also"], entry["text"]):
            assert WORDS.read(name).unknown == (), name
        for name in entry["zh_also"]:
            reading = WORDS.read(name)
            assert reading.unknown == (), name
            assert reading.translated or name.isascii(), name
        if kind == "subjects":
            assert WORDS.english(entry["zh"]) == WORDS.english(entry["zh-TW"]) == entry["text"]


@pytest.mark.parametrize("tongue", ["zh", "zh-TW"])
def test_whatever_the_drawer_puts_together_in_chinese_is_what_it_puts_together_in_english(tongue):
    told, draw = WORDS.told, random.Random(7)
    places = [*[(each, "的") for each in told["places"]], *[(each, "背景上的") for each in told["colours"]]]
    for subject in told["subjects"]:
        place, after = draw.choice(places)
        for style, where in itertools.product((None, draw.choice(told["styles"])), (False, True)):
            chinese = (
                (place[tongue] + after if where else "") + subject[tongue] + (f"，{style[tongue]}" if style else "")
            )
            english = (
                (f"{style['text']} of " if style else "") + subject["text"] + (f" {place['text']}" if where else "")
            )
            assert WORDS.read(chinese).english == english, chinese
            assert WORDS.read(chinese).unknown == WORDS.read(english).unknown == ()


@given(st.text(max_size=60))
def test_any_text_is_read_the_same_way_twice_and_what_is_unknown_stands_in_it(text):
    reading = WORDS.read(text)
    assert reading == WORDS.read(text)
    assert all(text[each.start : each.start + len(each.word)] == each.word for each in reading.unknown)
    assert WORDS.read(reading.english).english == reading.english


@given(st.text("猫雪红的在一只和画心海上里两abc <>", max_size=30))
def test_english_of_chinese_has_no_chinese_in_it_unless_nothing_was_known(text):
    english = WORDS.english(text)
    assert english == text or english.isascii()


def test_a_long_text_is_read_in_no_time_and_nearest_names_are_looked_for_a_few_times(monkeypatch):
    looked = []
    nearest = Words.nearest
    monkeypatch.setattr(Words, "nearest", lambda words, word: looked.append(word) or nearest(words, word))
    WORDS.read(" ".join(f"qx{a}{b}" for a in string.ascii_lowercase for b in string.ascii_lowercase))
    assert len(looked) == 12


def test_a_model_without_the_file_reads_everything_as_it_stands(tmp_path):
    assert Words.of(tmp_path) is None
    plain = Engine(FakeNetworks())
    assert plain.english("雪地里的猫") == "雪地里的猫"
    assert plain.read_as(["雪地里的猫"]) == {}
    assert plain.remarks(["雪地里的猫"]) == []


def test_what_is_said_of_a_prompt():
    assert remarks(WORDS, ["a smiling cat", "开心的猫"]) == [
        "“开心的猫” is drawn as “a cat”",
        "Unknown to the model, and left out: 开心",
    ]
    assert read_as(WORDS, ["a cat", "猫", "你好"]) == {"猫": "a cat", "你好": "你好"}


def test_the_line_counts_what_there_is():
    things = sum(entry.get("offered", True) for entry in WORDS.told["subjects"])
    size = sum(file.stat().st_size for file in POCKET.rglob("*") if file.is_file())
    assert WORDS.line("pocket") == f"Pocket is {round(size / 1e6)} MB, draws like emoji and knows {things} things"
    assert str(things) in WORDS.line("pocket", "zh")
