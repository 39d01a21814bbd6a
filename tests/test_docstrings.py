"""Whoever takes or gives a tensor says of which shape: public functions and methods, by annotation and docstring."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHAPE = re.compile(r"\bshape|\((?![^()]*\b(?:19|20)\d\d)\w[^()]*,[^()]*\)")
"""A tuple of sides, such as (channels, h, w) or (rows,), which no citation is; or a sentence about a shape."""


def public(body: list[ast.stmt], above: str = "") -> Iterator[tuple[ast.FunctionDef, str]]:
    """The public functions of a module with their docstrings; a protocol's stubs have that of their class."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public(node.body, ast.get_docstring(node) or "")
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            stub = isinstance(node.body[-1], ast.Expr) and len(node.body) == 1 and not ast.get_docstring(node)
            yield node, above if stub else ast.get_docstring(node) or ""


def of_tensors(function: ast.FunctionDef) -> bool:
    """Whether an argument or the result is a tensor or several; named ones (a Mapping) may be of any shape."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    annotations = [ast.unparse(found) for found in (*(a.annotation for a in arguments), function.returns) if found]
    return any(re.search(r"\bTensor\b", text) and "Mapping" not in text for text in annotations)


@pytest.mark.parametrize("room", ["space", "engine", "experiments"])
def test_whatever_takes_or_gives_a_tensor_names_its_shape(room):
    found = {}
    for path in sorted((ROOT / "explorer" / room).rglob("*.py")):
        for function, said in public(ast.parse(path.read_text(encoding="utf-8")).body):
            if of_tensors(function):
                found[f"{path.name}:{function.lineno} {function.name}"] = bool(SHAPE.search(said))
    assert found
    assert not [where for where, named in found.items() if not named]
