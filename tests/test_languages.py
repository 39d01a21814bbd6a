"""Every sentence of the page in both languages: whatever has only one fails here.

What the experiments declare and the views say is walked; what is written elsewhere is found in the source, where each
literal that reads like a sentence must be in the phrase book or among those that no visitor reads.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from assets.untranslated import NAMES, untranslated
from assets.untranslated import main as report
from docs.generate import dropped_in, exported
from explorer.experiments import registry
from explorer.experiments.inputs import InputError
from explorer.experiments.noise_loop import NoiseLoop
from explorer.ui.manifests import manifest
from explorer.ui.text import (
    LANGUAGES,
    LONGEST,
    SEPARATORS,
    Phrases,
    book,
    language_named,
    say,
    say_caption,
    speaking,
    words,
    words_of,
)
from explorer.ui.views import VIEWS

ROOT = Path(__file__).parents[1]
CHINESE = re.compile(r"[\u4e00-\u9fff]")

DROPPED_IN = {Path(inspect.getfile(experiment)) for experiment in dropped_in()}
READ = [
    *sorted({*(ROOT / "explorer" / "experiments").rglob("*.py")} - DROPPED_IN),
    *(ROOT / "explorer" / "ui").glob("*.py"),
    *(ROOT / "explorer" / "outputs").glob("*.py"),
]
"""The rooms whose sentences reach the page. Those of the engine end on the terminal, before there is a page.

A tab that was only dropped into its folder is shown in English, and `make lint` says so.
"""

UNREAD = json.loads((Path(__file__).parent / "unread.json").read_text(encoding="utf-8"))
"""Literals there that no visitor reads: for developers, the terminal, the browser's script, other programs' files."""


def holes(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("experiment", exported(), ids=lambda e: e.name())
def test_everything_an_experiment_declares_is_there(experiment, language):
    assert untranslated(experiment, language) == []


def test_what_is_not_there_is_reported(monkeypatch, capsys):
    class Divination(NoiseLoop):
        """What the crystal ball has."""

    monkeypatch.setattr("assets.untranslated.registry", lambda: {"noise-loop": NoiseLoop, "divination": Divination})
    report()
    said = capsys.readouterr().out.splitlines()
    assert "divination: not in texts/zh.json: 'What the crystal ball has.'" in said
    assert all(line.startswith("divination: ") for line in said)


WORDS = {kind: words(kind) for kind in (*VIEWS, "history", "line", "link")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_every_word_of_every_view_is_there(words, language):
    assert not [text for text in words.values() if text not in book(language).views]
    assert words_of(words)[language].keys() == words.keys()


def template(node: ast.AST) -> str | None:
    """The text of a literal, with {} for what is put in; None for any other node."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """The literals of a module that read like a sentence or a label, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        text = None if id(node) in docs | parts else template(node)
        sentence = text and re.search(r"[A-Za-z]{3,}\W*\s.*[A-Za-z]|\s[A-Za-z]{3,}|^[A-Z][a-z]+$", text, re.DOTALL)
        if sentence and not re.search(r"=>|</|\w: \w+; |^[#.]|[\u4e00-\u9fff]", text):  # a script, CSS; both languages
            yield node.lineno, text


def bare(text: str) -> str:
    return re.sub(r"\{.*?\}", "{}", text)


def prompts(value: object) -> Iterator[str]:
    """Every text in settings: what a preset or a default lets the model draw."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.values() for text in prompts(inner))
    elif isinstance(value, (list, tuple)):
        yield from (text for inner in value for text in prompts(inner))


@cache
def drawn() -> set[str]:
    """Every prompt and option that the program comes with."""
    found = {text for e in registry().values() for text in prompts({**e.presets, **e.tutorials})}
    return found | {text for e in registry().values() for text in prompts(e().settings())}


def in_the_book(text: str, keys: set[str]) -> bool:
    """Whether a literal is a phrase, a part of one or the form that some have, or a row of several."""
    text = bare(text).strip(" .;,")
    form = re.compile(re.escape(text).replace(r"\{\}", "(?s:.*)"))
    if text in keys or (len(re.findall("[A-Za-z]", text)) > 3 and any(form.search(key) for key in keys)):
        return True
    rows = [text.split(separator) for separator in SEPARATORS if separator in text]
    return any(all(in_the_book(part, keys) for part in row) for row in rows)


@pytest.mark.parametrize("path", READ, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_sentence_in_the_source_is_in_the_book(path):
    found = json.loads((ROOT / "explorer/ui/texts/zh.json").read_text(encoding="utf-8"))
    keys = {bare(key).strip(" .;,") for phrases in found.values() for key in phrases}
    known = NAMES | drawn() | set(UNREAD.get(path.name, []))
    missing = [
        f"{path.name}:{line}: {text!r}"
        for line, text in literals(path)
        if bare(text) not in known and not in_the_book(text, keys)
    ]
    assert not missing, "only in English: put it into texts/zh.json, or into tests/unread.json if no visitor reads it"


def test_both_kinds_of_chinese_have_the_same_phrases():
    simplified, traditional = (
        json.loads((ROOT / f"explorer/ui/texts/{language}.json").read_text(encoding="utf-8")) for language in LANGUAGES
    )
    assert {kind: list(phrases) for kind, phrases in simplified.items()} == {
        kind: list(phrases) for kind, phrases in traditional.items()
    }, "run python -m assets.traditional"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_holes_of_its_phrase_and_is_chinese(language):
    found = json.loads((ROOT / f"explorer/ui/texts/{language}.json").read_text(encoding="utf-8"))
    for phrases in found.values():
        for key, said in phrases.items():
            assert holes(said) == holes(key), key
            assert CHINESE.search(said) or not re.search(r"[a-z]{3}", re.sub(r"\{.*?\}|[A-Z]\w+", "", key)), key


SAID = {
    "24 frames, 7 already rendered, about 9 s": "24 帧，其中 7 帧已渲染，约 9 秒",
    "3 of 24 frames, 40 of 663 rows, about 2 min left": "3 / 24 帧，40 / 663 行，还需约 2 分钟",
    "9 rows run; a plain loop would have run 20; 1 frames were already rendered. Render goes on from here": (
        "实际运行 9 行，逐帧渲染则需要 20 行；1 帧早已渲染。再按“渲染”会从这里继续"
    ),
    "width = 33 is not allowed: a whole number from 32 to 1536, a multiple of 32": (
        "“宽度”不能是 33，应为 32 到 1536 的整数，且为 32 的倍数"
    ),
    "frames = 'x. It became 5.' is not allowed: a whole number from 2 to 300. It became 2.": (
        "“帧数”不能是 'x. It became 5.'，应为 2 到 300 的整数。已改为 2。"
    ),
    "no phrase fits, this one": "no phrase fits, this one",
}


@pytest.mark.parametrize("text", SAID)
def test_a_sentence_with_values_is_said_in_chinese(text):
    assert say(text, "zh") == SAID[text]
    assert say(text, "en") == text


def test_a_visitors_own_words_stay_as_they_are():
    assert say_caption("away from “Width, seed 3”, seed 4", "zh") == "远离“Width, seed 3”，种子 4"
    note = "The text encoder reads only the beginning of “Stop…”. Cut off: “Render {n} frames”"
    assert say(note, "zh") == "文本编码器只读到“Stop……”的开头部分。被截去的是：“Render {n} frames”"
    assert say_caption("a bird that turns left", "zh") == "a bird that turns left"


@pytest.mark.parametrize("experiment", exported(), ids=lambda e: e.name())
def test_every_error_of_every_field_is_said_in_chinese(experiment):
    for name in experiment.inputs():
        for value in ({}, -1, "§", [], ["", ""], 1e9, b"x", "data:,"):
            error = experiment.problems({name: value}).get(name)
            if error is None:
                continue
            said = say(str(error), "zh").replace(repr(value), "")
            assert CHINESE.search(said), error
            rest = re.sub(
                "data URL|too deep|PNG|JPEG|base64|DPM|Euler|ancestral|\\b[A-Z]\\w*|slerp|lerp|bytes|dict|list",
                "",
                said,
            )
            assert not re.search(r"[a-z]{3,} [a-z]{2,}", rest), said


def test_the_visitors_language_is_spoken_where_they_are_answered():
    assert say("Render") == "Render"
    with speaking("zh"):
        assert say("Render") == "渲染"
        with speaking("zh-TW"):
            assert say("Stop") == "停止"
            assert say("Sampler") == "取樣器"
    assert say("Render") == "Render"


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh", "zh"),
        ("zh-Hans-HK", "zh-TW"),
        ("zh-TW;q=0.9", "zh-TW"),
        ("zh-Hant", "zh-TW"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr-FR,fr;q=0.9,zh;q=0.5", "zh"),
        ("de", "en"),
        ("", "en"),
        ("zhongwen", "en"),
    ],
)
def test_what_a_browser_says_it_speaks(tags, language):
    assert language_named(tags) == language


def test_a_text_made_to_be_looked_up_for_ever_is_looked_up_a_few_times(monkeypatch):
    looked = []
    find = Phrases.find
    monkeypatch.setattr(Phrases, "find", lambda phrases, text: looked.append(text) or find(phrases, text))
    for separator in SEPARATORS:
        for count in (3, 15, 16, 200):
            for part in ("start", "After 3", "x"):
                looked.clear()
                book("zh").caption(separator.join([part] * count + ["?"]))
                assert len(looked) <= 16 * 17 / 2


def test_what_is_longer_than_any_sentence_is_not_tried_in_the_templates(monkeypatch):
    monkeypatch.setattr(Phrases, "patterns", property(lambda phrases: pytest.fail("a template was tried")))
    assert say("a" * (LONGEST + 1), "zh") == "a" * (LONGEST + 1)


def test_the_pictures_of_a_run_have_names_in_both_languages(tmp_path):
    settings = {"row": "Poked: add noise", "guidance_scale": 2, "prompt": "seed"}
    frame = {"caption": "guidance 2, seed 7", "coordinates": [2, 7], "settings": settings}
    english = tmp_path / "frames.json"
    english.write_text(json.dumps({"count": 1, "frames": [frame]}))
    before = english.read_bytes()
    assert manifest(tmp_path, "en") == english
    chinese = json.loads(manifest(tmp_path, "zh", names=True).read_text())["frames"][0]
    assert chinese["caption"] == "引导系数 2，种子 7"
    assert chinese["settings"] == {"row": "改动：加噪声", "引导系数": 2, "提示词": "seed"}
    assert chinese["coordinates"] == [2, 7]
    assert english.read_bytes() == before
    assert manifest(tmp_path / "gone", "zh") == tmp_path / "gone" / "frames.json"


def test_an_error_knows_no_language():
    error = InputError("frames", 1, "a whole number from 2 to 300")
    with speaking("zh"):
        assert str(error) == "frames = 1 is not allowed: a whole number from 2 to 300"
