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
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

import explorer
from explorer.outputs.settings import read
from explorer.ui.canvas import NOTHING
from tests.clients import connected

ROOT = Path(__file__).parents[1]
LONG = 120  # seconds: what is not there by then never comes


def film_of(frames: int, steps: int) -> list:
    """A film of guided pictures, as the page sends it."""
    shared = [0, 5.0, "", steps, "DPM++ 2M", 64, 64, []]
    return [*shared, "a boat", "a lion", *[""] * 6, frames, "open", "slerp", "", "linear", None, NOTHING]


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
    return {"cwd": tmp_path / "empty", "env": env}


def test_everything_in_the_package_is_in_the_wheel(installed):
    (packages,) = installed.glob("lib/python*/site-packages/explorer")
    assert files_of(ROOT / "explorer") | {f"assets/{name}" for name in files_of(ROOT / "assets") if "/" in name} == (
        files_of(packages)
    )


def test_a_module_renders_a_film_and_says_no_more_than_its_name(command):
    """`latent-explorer` by its other name, which is not on the path."""
    small = ["--frames=2", "--num-inference-steps=2", "--width=64", "--height=64", "--loop=open", "--out=boat.gif"]
    python = shutil.which("python", path=command["env"]["PATH"])
    asked = [python, "-m", "explorer", "interpolation", *small, "--cache-folder=../cache"]
    done = subprocess.run(asked, **command, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "boat.gif"
    assert "8/8" in done.stderr  # the bar counts rows
    assert not {"Traceback", "Warning", "transformers", "diffusers"} & set(re.findall(r"\w+", done.stderr))
    assert [path.name for path in command["cwd"].iterdir()] == ["boat.gif"]
    with Image.open(command["cwd"] / "boat.gif") as film:
        assert (film.n_frames, film.size) == (2, (64, 64))
    assert read(command["cwd"] / "boat.gif")["model"]["name"] == "pocket"
    assert len(list((command["cwd"] / "../cache/frames").rglob("*.png"))) == 2


class Started:
    """A command's own process, as on a machine where nothing is set: no home, no offline switch, no stdin."""

    def __init__(self, folder: Path, *command: object, **more: str) -> None:
        unset = ("HF_HUB_OFFLINE", "GRADIO_ANALYTICS_ENABLED", "GRADIO_SERVER_PORT", "PYTHONWARNINGS")
        env = {name: value for name, value in os.environ.items() if name not in unset}
        env |= dict.fromkeys(("HOME", "XDG_CACHE_HOME", "TMPDIR"), str(folder)) | {"PYTHONUNBUFFERED": "1"}
        env |= more
        self._out, self._err = folder / "out", folder / "err"
        with self._out.open("w") as out, self._err.open("w") as err:
            started = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, "preexec_fn": _interruptible}
            self.process = subprocess.Popen([*map(str, command)], cwd=folder, env=env, **started)

    @property
    def said(self) -> str:
        return "\n".join([*self.errors, self._out.read_text()])

    @property
    def errors(self) -> list[str]:
        """The lines on stderr, but for those of Gradio's reloader, which misses a package that a Space has."""
        reloader = r"Exception in thread [^\n]*\n(?:[ T][^\n]*\n)*RuntimeError: `spaces` package [^\n]*\n"
        return re.sub(reloader, "", self._err.read_text()).splitlines()

    def ended(self) -> int:
        return self.process.wait(LONG)

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.ended()

    def answer(self, url: str) -> httpx.Response:
        """What the page answers, as soon as it does."""
        until = time.monotonic() + LONG
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                return httpx.get(url, timeout=LONG)
            time.sleep(0.1)
        raise AssertionError(f"the page never answered: {self.said}")


def _interruptible() -> None:
    """What is started in the background by a shell ignores the interrupt, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextlib.contextmanager
def page(folder: Path, **env: str) -> Iterator[Started]:
    folder.mkdir()
    started = Started(folder, "latent-explorer", "--cache-folder", folder / "cache", **env)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait(LONG)


def test_a_visit_to_the_command_on_a_space_from_start_to_an_interrupt_in_the_middle_of_a_render(command, tmp_path):
    """One start for many questions: it takes seconds. All by environment, as there, but for where a test may write."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    env = {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": port, "GRADIO_NUM_PORTS": "1", "SYSTEM": "spaces"}
    env |= {"SPACE_ID": "someone/latent-explorer", "SPACE_HOST": "someone-space.hf.space"}
    env |= {"LATENT_EXPLORER_ROWS": "20000", "PATH": command["env"]["PATH"]}
    with page(tmp_path / "visit", **env) as started:
        url = f"http://127.0.0.1:{port}"
        answer = started.answer(url)
        assert answer.status_code == 200
        assert "Latent Explorer" in answer.text
        assert "Duplicate this Space" in answer.text
        assert "http://0.0.0.0:" in started.said
        config = httpx.get(f"{url}/config", timeout=LONG).text
        found = {re.search(rf"/{kind}/\w+/[\w.-]+", answer.text + config) for kind in ("widgets", "shipped")}
        assert all(httpx.get(url + path.group(0)).status_code == 200 for path in found)
        visitor = connected(url)

        def asked(*settings: int):
            return visitor.submit(*film_of(*settings), api_name="/interpolation")

        film, status, *_ = asked(3, 2).result(timeout=LONG)
        assert status["state"] == "done"
        assert film["count"] == 3
        frames = Path(film["manifest"]["path"]).parent / "frames"
        assert len(list(frames.glob("*.png"))) == len(list((tmp_path / "visit/cache/frames").rglob("*.png"))) == 3
        runs = tmp_path / "visit/cache/runs"
        assert len(list(runs.glob("*/run.json"))) == 1
        assert "at most 20000" in asked(300, 50).result(timeout=LONG)[1]["text"]
        assert started.errors == []
        job = asked(150, 50)
        until = time.monotonic() + LONG
        while not job.outputs() and time.monotonic() < until:
            time.sleep(0.05)
        assert not job.done()
        assert started.interrupt() == 0
        assert "Traceback" not in started.said
        assert started.errors == []
        assert len(list(runs.glob("*/run.json"))) == 2  # they are there after a restart


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
