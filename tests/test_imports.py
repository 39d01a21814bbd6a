"""The arrows of the architecture, walked; and that importing does nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "space": set(),
    "files": set(),
    "engine": {"space", "files"},
    "experiments": {"space", "files"},
    "outputs": {"space", "files"},
    "ui": {"space", "files", "engine", "experiments", "outputs"},
}
GROUND = {"messages"}
MODULES = sorted(path.relative_to(ROOT) for path in (ROOT / "explorer").rglob("*.py"))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by the full name"
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("path", [path for path in MODULES if len(path.parts) > 2], ids=str)
def test_imports_point_one_way(path):
    room = path.parts[1]
    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("explorer.") and name.count(".") >= 1}
    rooms -= GROUND
    assert rooms - {room} <= MAY_IMPORT[room], f"{path} imports {rooms - {room} - MAY_IMPORT[room]}"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_the_page_knows_gradio(path):
    if path.parts[1] != "ui":
        assert not any(name.split(".")[0] == "gradio" for name in imported(path))


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_the_app_knows_neither_training_nor_bench(path):
    assert not any(name.split(".")[0] in ("training", "bench", "tests") for name in imported(path))


def test_importing_loads_no_weights_opens_no_socket_and_writes_no_file(tmp_path):
    training = sorted(path.relative_to(ROOT) for path in (ROOT / "training").glob("*.py"))
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in [*MODULES, *training]]
    script = f"""
import os, socket, sys
def refuse(event, args):
    if event == "socket.connect":
        raise SystemExit(f"importing did {{event}} {{args}}")
    if event == "open" and ".safetensors" in str(args[0]):
        raise SystemExit(f"importing opened weights: {{args}}")
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax") and str(args[0]).startswith(HERE):
        raise SystemExit(f"importing wrote {{args}}")
HERE = {str(tmp_path)!r}
os.chdir(HERE)
sys.argv = ["x", "--nonsense"]
sys.dont_write_bytecode = True
sys.addaudithook(refuse)
for name in {[n for n in names if not n.endswith("__main__")]!r}:
    __import__(name)
"""
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GRADIO_ANALYTICS_ENABLED": "False"}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.rglob("*")) == []
