"""The arrows of the architecture, walked; and that importing does nothing."""

import ast
import subprocess
import sys
from pathlib import Path

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


def test_imports_point_one_way_the_page_alone_knows_gradio_and_nothing_knows_training_or_bench():
    for path in MODULES:
        room, names = path.parts[1], imported(path)
        tops = {name.split(".")[0] for name in names}
        assert room == "ui" or "gradio" not in tops, path
        assert not tops & {"training", "bench", "tests"}, path
        if len(path.parts) > 2:
            rooms = {name.split(".")[1] for name in names if name.startswith("explorer.")} - GROUND - {room}
            assert rooms <= MAY_IMPORT[room], f"{path} imports {rooms - MAY_IMPORT[room]}"


SCRIPT = """
import os, sys
def refuse(event, args):
    if event == "socket.connect":
        raise SystemExit(f"importing did {event} {args}")
    if event == "open" and ".safetensors" in str(args[0]) and not loading:
        raise SystemExit(f"importing opened weights: {args}")
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax") and str(args[0]).startswith(HERE):
        raise SystemExit(f"importing wrote {args}")
loading, HERE = False, os.getcwd()
sys.argv = ["x", "--nonsense"]
sys.dont_write_bytecode = True
sys.addaudithook(refuse)
from explorer.engine.models import load
loading = True
load("pocket", dtype="float32")
loading = False
print("loaded")
print("loaded", file=sys.stderr)
import explorer.ui.jobs, explorer.ui.news
assert "gradio" not in sys.modules, "what jobs need imports the library of the page"
for name in NAMES:
    __import__(name)
"""


def test_importing_loads_no_weights_opens_no_socket_and_writes_no_file_and_loading_prints_nothing(tmp_path):
    """One process for what can only be asked of a fresh one: it takes seconds to import torch. Jobs need no Gradio."""
    training = sorted(path.relative_to(ROOT) for path in (ROOT / "training").glob("*.py"))
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in [*MODULES, *training]]
    script = f"NAMES = {[name for name in names if not name.endswith('__main__')]}{SCRIPT}"
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GRADIO_ANALYTICS_ENABLED": "False"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr.partition("loaded")[:2]) == ("loaded\n", ("", "loaded"))
    assert list(tmp_path.rglob("*")) == []
