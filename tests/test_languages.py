"""Every sentence of the page in both languages: whatever has only one fails here.

What the experiments declare and the views say is walked; what is written elsewhere is found in the source, where the
key of every message and each literal that reads like a sentence must be in the phrase book, or the latter among those
that no visitor reads.
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

from assets.untranslated import CODE, NAMES, messages, tree_of, unsaid, untranslated, unused
from assets.untranslated import main as report
from docs.generate import dropped_in, exported
from explorer.experiments import registry
from explorer.experiments.inputs import InputError
from explorer.experiments.noise_loop import NoiseLoop
from explorer.messages import Message, in_a_row, packed
from explorer.ui.manifests import manifest
from explorer.ui.text import (
    LANGUAGES,
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
    assert "texts/zh.json: nothing in the code says 'What every picture shows.'" not in said, "another file has it"
    assert "texts/zh.json: nothing in the code says 'Guidance sweep'" in said
    assert not [line for line in said if line.startswith(("noise-loop", "explorer/"))]


def test_a_message_that_is_not_there_is_reported(tmp_path):
    source = """Message("{n} owls", n=3); partial(Message, "no {bird}"); Message("{n} rows", n=2); Message(key, n=1)"""
    (tmp_path / "owls.py").write_text(source)
    assert unsaid(tmp_path / "owls.py", "zh") == ["{n} owls", "no {bird}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_said_somewhere(language):
    assert unused(language) == []


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


@pytest.mark.parametrize("path", READ, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_sentence_in_the_source_is_in_the_book(path):
    found = json.loads((ROOT / "explorer/ui/texts/zh.json").read_text(encoding="utf-8"))
    known = NAMES | drawn() | set(UNREAD.get(path.name, [])) | {key for phrases in found.values() for key in phrases}
    missing = [f"{path.name}:{line}: {text!r}" for line, text in literals(path) if text not in known]
    assert not missing, (
        "make it a Message if it has values; into texts/zh.json, or tests/unread.json if nobody reads it"
    )


MESSAGES = [
    (path, *found)
    for path in sorted({*CODE.rglob("*.py")} - DROPPED_IN - {CODE / "messages.py"})
    for found in messages(tree_of(path))
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_a_phrase_that_its_values_fill(language):
    texts = book(language).texts
    for path, key, names in MESSAGES:
        assert key is not None, f"{path}: the key of a message is a literal, or make lint cannot read it"
        assert key in texts, f"{path}: {key}"
        assert holes(texts[key]) <= (holes(key) if names is None else names), f"{path}: {key}"
    assert {key for _, key, _ in MESSAGES if holes(key)} == {key for key in texts if holes(key)}, "no more, no fewer"


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


PRICE = in_a_row([Message("{n} frames", n=24), Message("{n} already rendered", n=7), Message("about {n} s", n=9)])
MULTIPLE = Message("a whole number from {l} to {h}, a multiple of {s}", l=32, h=1536, s=32)
SAID = [
    (PRICE, "24 frames, 7 already rendered, about 9 s", "24 帧，其中 7 帧已渲染，约 9 秒"),
    (in_a_row([PRICE, Message("1 frame")], ". "), f"{PRICE}. 1 frame", "24 帧，其中 7 帧已渲染，约 9 秒。1 帧"),
    (
        InputError("width", 33, MULTIPLE).message,
        "width = 33 is not allowed: a whole number from 32 to 1536, a multiple of 32",
        "“宽度”不能是 33，应为 32 到 1536 的整数，且为 32 的倍数",
    ),
    (
        InputError("loop", "round", Message("one of {options}", options=in_a_row(["open", "closed"]))).message,
        "loop = 'round' is not allowed: one of open, closed",
        "“循环方式”不能是 'round'，应为其中之一：单程，闭环",
    ),
    (Message("{n} owls in {place}", n=3, place=Message("1 frame")), "3 owls in 1 frame", "3 owls in 1 frame"),
    (in_a_row([Message("{n} rows", n=3), "Render"], " → "), "3 rows → Render", "3 行 → Render"),
    ("Render", "Render", "渲染"),
    ("24 frames, about 9 s", "24 frames, about 9 s", "24 frames, about 9 s"),
]


@pytest.mark.parametrize(("text", "english", "chinese"), SAID, ids=[chinese for *_, chinese in SAID])
def test_a_sentence_with_values_is_said_in_chinese(text, english, chinese):
    assert text == english == say(text, "en")
    assert say(text, "zh") == chinese


@pytest.mark.parametrize(
    "own", ["start", "Render", "{n} frames", "seed {s!t}", "{", "3 rows, 1 frame", "{0.__class__}"]
)
def test_a_visitors_own_words_stay_as_they_are(own):
    assert say_caption(own, "zh") == own
    assert say_caption(Message("away from “{prompt}”, seed {s}", prompt=own, s=4), "zh") == f"远离“{own}”，种子 4"
    assert say(InputError("frames", own, Message("a number from {l} to {h}", l=2, h=3)).message, "zh") == (
        f"“帧数”不能是 {own!r}，应为 2 到 3 的数"
    )


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


def test_the_pictures_of_a_run_have_names_in_both_languages(tmp_path):
    row, caption = Message("Poked: {poke}", poke="add noise"), Message("guidance {g}, {row}", g=2, row="seed 7")
    settings = {"row": row, "guidance_scale": 2, "prompt": "seed"}
    frame = {"caption": caption, "coordinates": [2, 7], "settings": settings}
    english = tmp_path / "frames.json"
    shown = {"axes": ["guidance_scale", "pets"], "rows": [[7, row]], "curve": "distance"}
    english.write_text(json.dumps(packed({"count": 1, "frames": [frame], "shown": shown})))
    before = english.read_bytes()
    assert manifest(tmp_path, "en") == english
    found = json.loads(manifest(tmp_path, "zh").read_text())
    (chinese,) = found["frames"]
    assert chinese["caption"] == "引导系数 2，seed 7", "the row is this visitor's own text"
    assert chinese["settings"] == {"row": "改动：加噪声", "guidance_scale": 2, "prompt": "seed"}
    assert found["shown"]["names"] == {"guidance_scale": "引导系数", "prompt": "提示词"}
    assert {**found["shown"], "names": None} == {**shown, "rows": [[7, "改动：加噪声"]], "names": None}
    assert chinese["coordinates"] == [2, 7]
    assert english.read_bytes() == before
    assert manifest(tmp_path / "gone", "zh") == tmp_path / "gone" / "frames.json"


def test_the_names_of_an_older_run_are_english(tmp_path):
    frame = {"caption": "guidance 2, seed 7", "coordinates": [2, 7], "settings": {"row": "There and back"}}
    (tmp_path / "frames.json").write_text(json.dumps({"count": 1, "frames": [frame]}))
    assert json.loads(manifest(tmp_path, "zh").read_text())["frames"] == [frame]


def test_an_error_knows_no_language():
    error = InputError("frames", 1, "a whole number from 2 to 300")
    with speaking("zh"):
        assert str(error) == "frames = 1 is not allowed: a whole number from 2 to 300"
