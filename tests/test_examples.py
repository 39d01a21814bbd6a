"""The notebooks of examples/: every cell run from top to bottom, as Jupyter would.

Without Jupyter: a cell is compiled and run in one namespace, and its last expression must have a value to show. The
bundled model draws, at a size and in steps that take seconds.
"""

import ast
import dataclasses
import json
from pathlib import Path

import pytest

import explorer

NOTEBOOKS = sorted((Path(__file__).parents[1] / "examples").glob("*.ipynb"))


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> explorer.Engine:
    """The bundled model in 2 steps of 64 x 64 pixels; both notebooks share it."""
    engine = explorer.load(cache_folder=tmp_path_factory.mktemp("cache"), dtype="float32")
    engine.networks.defaults = dataclasses.replace(engine.defaults, num_inference_steps=2, width=64, height=64)
    return engine


def run(cells: list[dict]) -> list[object]:
    """What the cells' last expressions are, in order; None for a cell that ends with a statement."""
    namespace, shown = {"__name__": "__main__"}, []
    for cell in cells:
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), "cell", "exec"), namespace)
        shown.append(last and eval(compile(ast.Expression(last.value), "cell", "eval"), namespace))
    return shown


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, small, tmp_path, monkeypatch, capsys):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells), "saved without outputs"
    monkeypatch.setattr(explorer, "load", lambda: small)
    monkeypatch.chdir(tmp_path)
    shown = run(cells)
    printed = capsys.readouterr().out
    if path.stem == "five-lines":
        assert sorted(file.name for file in tmp_path.iterdir()) == [f"{number:04}.png" for number in range(8)]
        assert "8 of 8 frames were there already" in printed
        assert shown[-1].size == (8 * 64, 64)
    else:
        assert "frames = 1 is not allowed: a whole number from 2 to 100" in printed
        assert "0% of the way\n25% of the way\n50% of the way\n75% of the way\n100% of the way" in printed
        assert shown[2].size == (64, 64)
        assert 0.8 < shown[3] < 1.2


def test_both_are_there():
    assert [path.stem for path in NOTEBOOKS] == ["an-experiment-of-your-own", "five-lines"]
