"""The package: a wheel of this tree, installed alone into an empty environment and used from an empty folder.

The wheel is built by the running environment's setuptools (torch requires it) and its dependencies are that
environment's, so no registry is asked.
"""

import ast
import contextlib
import importlib
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image

import explorer
from explorer.outputs.settings import read

ROOT = Path(__file__).parents[1]
LONG = 120  # seconds: what is not there by then never comes


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A virtual environment with nothing but the wheel, and a sight of the packages of this one."""
    folder = tmp_path_factory.mktemp("package")
    source, environment = folder / "source", folder / "environment"
    source.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "requirements.txt"):
        shutil.copy(ROOT / name, source)
    for name in ("explorer", "assets"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    alone = ["--no-deps", "--no-index"]
    build = ["wheel", *alone, "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run([*pip, *build], check=True)
    shutil.rmtree(source)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*pip, "--python", str(environment), "install", *alone, str(wheel)], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return environment


def files_of(top: Path) -> set[str]:
    """All files below, by their paths from there; what Python has compiled is none."""
    return {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@pytest.fixture
def command(installed, tmp_path) -> dict:
    """What `subprocess` needs to run a command of the environment in an empty folder, at home nowhere else."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GRADIO"))}
    env |= dict.fromkeys(("HOME", "XDG_CACHE_HOME", "TMPDIR"), str(tmp_path / "home"))
    env["PATH"] = f"{installed / 'bin'}{os.pathsep}{env['PATH']}"
    (tmp_path / "home").mkdir()
    (tmp_path / "empty").mkdir()
    return {"cwd": tmp_path / "empty", "env": env, "text": True}


def test_everything_in_the_package_is_in_the_wheel(installed):
    (packages,) = installed.glob("lib/python*/site-packages/explorer")
    assert files_of(ROOT / "explorer") | {f"assets/{name}" for name in files_of(ROOT / "assets") if "/" in name} == (
        files_of(packages)
    )


def test_the_command_renders(command):
    small = ["--frames=3", "--num-inference-steps=2", "--width=64", "--height=64"]
    done = subprocess.run(
        ["latent-explorer", "noise-loop", *small, "--out=loop.gif"], **command, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in command["cwd"].iterdir()] == ["loop.gif"]
    with Image.open(command["cwd"] / "loop.gif") as film:
        assert (film.n_frames, film.size) == (3, (64, 64))
    assert read(command["cwd"] / "loop.gif")["model"]["name"] == "pocket"


def test_the_command_serves_the_page_with_its_scripts_and_shipped_pictures(command):
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    url, until = f"http://127.0.0.1:{port}", time.monotonic() + LONG
    with subprocess.Popen(["latent-explorer", "--port", str(port)], **command, stdout=subprocess.DEVNULL) as page:
        try:
            answer = None
            while answer is None and time.monotonic() < until and page.poll() is None:
                with contextlib.suppress(httpx.TransportError):
                    answer = httpx.get(url, timeout=LONG)
                time.sleep(0.1)
            assert answer is not None, "the page never answered"
            config = httpx.get(f"{url}/config", timeout=LONG).text
            found = {re.search(rf"/{kind}/\w+/[\w.-]+", answer.text + config) for kind in ("widgets", "shipped")}
            assert all(httpx.get(url + path.group(0)).status_code == 200 for path in found)
        finally:
            page.kill()


def exported() -> dict[str, str]:
    """What the package imports for editors only, by name: the module it comes from."""
    tree = ast.parse((ROOT / "explorer/__init__.py").read_text(encoding="utf-8"))
    (known,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = (node for node in known.body if isinstance(node, ast.ImportFrom))
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def test_what_an_editor_knows_is_what_is_there():
    functions = {"evenly", "load", "load_concept", "render", "save_concept", "speaking", "teach"}
    assert exported().keys() | functions | {"__version__"} == set(explorer.__all__)
    for name, module in exported().items():
        assert getattr(explorer, name) is getattr(importlib.import_module(module), name)
