"""Says what the Chinese phrase book lacks, and what of it nothing says: `make lint`. What it lacks is shown in English.

Read are the keys of the `Message`s in the code, by its syntax, and what the experiments declare.

python -m assets.untranslated
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from explorer.experiments import registry
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import Choice, Prompts
from explorer.space.points import SCHEDULER_NAMES
from explorer.ui.text import LANGUAGES, book

CODE = Path(__file__).parents[1] / "explorer"

NAMES = {*SCHEDULER_NAMES, "slerp", "lerp"}
"""What is called the same in every language."""


def declared(experiment: type[Experiment]) -> Iterator[str]:
    """Every text that an experiment declares."""
    yield experiment.title()
    yield experiment.label()
    yield inspect.cleandoc(experiment.__doc__ or "")
    yield from (*experiment.presets, *experiment.tutorials)
    for name, field in experiment.inputs().items():
        yield field.help
        if isinstance(field, Prompts):
            yield from field.names
        else:
            yield field.label or name.replace("_", " ").capitalize()
        if isinstance(field, Choice):
            yield from (option for option in field.options if option not in NAMES)


def messages(tree: ast.AST) -> Iterator[tuple[str | None, set[str] | None]]:
    """Of every `Message(key, ...)` and `partial(Message, key)` in a module its key, and the names of its values.

    None for a key that is made there, and for names that do not stand there.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = [part.id if isinstance(part, ast.Name) else "" for part in (node.func, *node.args[:1])]
        if called[0] == "Message" or called == ["partial", "Message"]:
            key = node.args[called.index("Message")]
            names = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            whole = called[0] == "Message" and len(names) == len(node.keywords)
            literal = isinstance(key, ast.Constant) and isinstance(key.value, str)
            yield key.value if literal else None, names if whole else None


def unsaid(path: Path, language: str) -> list[str]:
    """The keys of a module's messages that are in English only."""
    found = dict.fromkeys(key for key, _ in messages(tree_of(path)))
    return [key for key in found if key is not None and key not in book(language).texts]


def unused(language: str) -> list[str]:
    """The phrases of a book that stand nowhere in the code."""
    of_experiments = registry().values()
    of_widgets = json.loads((CODE / "ui/texts/en.json").read_text(encoding="utf-8")).values()
    said = {text for words in of_widgets for text in words.values()} | _constants()
    for experiment in of_experiments:
        said |= {*declared(experiment), *experiment.inputs()}
    found = book(language)
    return [text for phrases in dataclasses.astuple(found) for text in phrases if text not in said]


def _constants() -> set[str]:
    nodes: Iterable[ast.AST] = (node for path in CODE.rglob("*.py") for node in ast.walk(tree_of(path)))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def tree_of(path: Path) -> ast.AST:
    """The syntax of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def untranslated(experiment: type[Experiment], language: str) -> list[str]:
    """The texts of an experiment, and the names of its fields for errors, that are in English only."""
    texts = [text for text in declared(experiment) if text not in book(language).texts]
    return texts + [field for field in experiment.inputs() if field not in book(language).fields]


def main() -> None:
    """A line for every text and language."""
    for language in LANGUAGES:
        for experiment in registry().values():
            for text in untranslated(experiment, language):
                print(f"{experiment.name()}: not in texts/{language}.json: {text!r}")
        for path in sorted(CODE.rglob("*.py")):
            for text in unsaid(path, language):
                print(f"{path.relative_to(CODE.parent)}: not in texts/{language}.json: {text!r}")
        for text in unused(language):
            print(f"texts/{language}.json: nothing in the code says {text!r}")


if __name__ == "__main__":
    main()
