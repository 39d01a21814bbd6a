"""Writes the tables in the documents that the code knows better: `make docs`; `--check` only says which are stale.

A table stands between two marks, <!-- NAME --> and <!-- /NAME -->. Of the experiments only those that the package
exports are in them: a tab that is dropped into a folder makes no document stale.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import explorer
from explorer.engine.models import KNOWN
from explorer.experiments import registry
from explorer.experiments.base import Experiment
from explorer.ui.limits import variables
from explorer.ui.text import say

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def exported() -> list[type[Experiment]]:
    """The experiments that `explorer.__all__` names, in the order of their tabs."""
    return [experiment for experiment in registry().values() if experiment.__name__ in explorer.__all__]


def dropped_in() -> list[type[Experiment]]:
    """The others: files of `explorer/experiments/` that nothing else knows of."""
    return [experiment for experiment in registry().values() if experiment.__name__ not in explorer.__all__]


def table(*rows: tuple[str, ...]) -> str:
    """Rows of cells as Markdown; the first is the head."""
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *rest])


def first_paragraph(experiment: type[Experiment]) -> str:
    """The beginning of its help text, on one line."""
    return " ".join(inspect.cleandoc(experiment.__doc__ or "").split("\n\n")[0].split())


def tabs() -> str:
    """Every tab, and what it shows."""
    rows = ((f"**{e.label()}**", e.title(), first_paragraph(e)) for e in exported())
    return table(("tab", "experiment", "what it shows"), *rows)


def tabs_in_chinese() -> str:
    """The same in Chinese."""
    rows = []
    for experiment in exported():
        text = say(inspect.cleandoc(experiment.__doc__ or ""), "zh").split("\n\n")[0].replace("\n", "")
        names = (f"**{say(experiment.label(), 'zh')}**", f"{say(experiment.title(), 'zh')}（{experiment.title()}）")
        rows.append((*names, text))
    return table(("标签页", "实验", "看什么"), *rows)


def models() -> str:
    """The models with a short name and what each is at home with."""
    rows = (
        (
            known.name,
            "bundled" if known.name == "pocket" else known.source,
            f"{known.defaults.width} x {known.defaults.height}",
            str(known.defaults.num_inference_steps),
            f"{known.defaults.guidance_scale:g}",
            known.defaults.scheduler,
        )
        for known in KNOWN
    )
    return table(("name", "model", "size", "steps", "guidance", "sampler"), *rows)


def limits() -> str:
    """The variables that limit what a visitor may ask."""
    rows = ((name, meaning, value) for name, (meaning, value) in variables().items())
    return table(("variable", "meaning", "on a Space"), *rows)


def modules() -> str:
    """Every module of the package with the first sentences of its docstring, a table a room."""
    dropped = {experiment.__module__ for experiment in dropped_in()}
    rooms: dict[Path, list[tuple[str, ...]]] = {}
    for path in sorted((ROOT / "explorer").rglob("*.py")):
        inside = path.relative_to(ROOT)
        if path.name != "__init__.py" and ".".join(inside.with_suffix("").parts) not in dropped:
            rooms.setdefault(inside.parent, []).append((f"[{path.name}](../{inside})", contract(path)))
    parts = []
    for room in sorted(rooms):
        parts.append(f"### {room}/\n\n{contract(ROOT / room / '__init__.py')}\n")
        parts.append(table(("module", "what it is"), *rooms[room]) + "\n")
    return "\n" + "\n".join(parts)


def contract(path: Path) -> str:
    """The first paragraph of a module's docstring, on one line."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(said.split("\n\n")[0].split()).replace("|", "\\|")


TABLES: dict[str, Callable[[], str]] = {
    "tabs": tabs,
    "tabs in Chinese": tabs_in_chinese,
    "models": models,
    "limits": limits,
    "modules": modules,
}


def written(text: str) -> str:
    """A document with its tables as they are to be. Raises KeyError for a mark that is no table's."""

    def anew(match: re.Match[str]) -> str:
        name = match.group(1)
        return f"<!-- {name} -->\n{TABLES[name]()}\n<!-- /{name} -->"

    return re.sub(r"<!-- ([\w ]+) -->\n.*?<!-- /\1 -->", anew, text, flags=re.DOTALL)


def stale() -> Iterator[Path]:
    """The documents whose tables are not as the code has them."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        if written(text) != text:
            yield path


def main(argv: list[str] | None = None) -> int:
    """Writes what is stale, or with `--check` names it and returns 1."""
    parser = argparse.ArgumentParser("make docs", description="Writes the tables of the documents.")
    parser.add_argument("--check", action="store_true", help="write nothing; say what is stale, and fail")
    check = parser.parse_args(argv).check
    for experiment in dropped_in():
        print(f"{experiment.__name__} is in no document: explorer/__init__.py does not export it.")
    found = list(stale())
    for path in found:
        print(f"{path.relative_to(ROOT)} {'is stale: make docs' if check else 'is written anew'}.")
        if not check:
            path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
