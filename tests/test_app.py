"""The page as app.py starts it: a process, a port, the bundled model; how it answers, how it ends, what it says."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from explorer.experiments import registry
from explorer.ui.canvas import NOTHING
from explorer.ui.limits import variables
from tests.clients import connected

ROOT = Path(__file__).parents[1]
LONG = 120  # seconds: what is not there by then never comes
SHARED = [0, 5.0, "", 2, "DPM++ 2M", 64, 64, []]
SETTINGS = [*SHARED, "a boat", "a lion", *[""] * 6, 3, "open", "slerp", "", "linear", None, NOTHING]


class Started:
    """app.py in a process of its own, as on a machine where nothing is set: no home, no offline switch, no stdin."""

    def __init__(self, folder: Path, *flags: object, **more: str) -> None:
        unset = ("HF_HUB_OFFLINE", "GRADIO_ANALYTICS_ENABLED", "GRADIO_SERVER_PORT", "PYTHONWARNINGS")
        env = {name: value for name, value in os.environ.items() if name not in unset}
        env |= dict.fromkeys(("HOME", "XDG_CACHE_HOME", "TMPDIR"), str(folder)) | {"PYTHONUNBUFFERED": "1"}
        env |= more
        self._out, self._err = folder / "out", folder / "err"
        with self._out.open("w") as out, self._err.open("w") as err:
            command = [sys.executable, str(ROOT / "app.py"), *map(str, flags)]
            pipes = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err}
            self.process = subprocess.Popen(command, cwd=folder, env=env, preexec_fn=_interruptible, **pipes)  # noqa: PLW1509

    @property
    def said(self) -> str:
        return self._err.read_text() + self._out.read_text()

    @property
    def errors(self) -> list[str]:
        return self._err.read_text().splitlines()

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
def app(folder: Path, *flags: object, **env: str) -> Iterator[Started]:
    folder.mkdir(exist_ok=True)
    started = Started(folder, "--cache-folder", folder / "cache", *flags, **env)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait(LONG)


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def runs(folder: Path) -> list[Path]:
    return list((folder / "cache" / "runs").glob("*/run.json"))


def test_a_visit_from_start_to_an_interrupt_in_the_middle_of_a_render(tmp_path, port):
    """One start for many questions: it takes seconds."""
    with app(tmp_path, "--port", port) as page:
        url = f"http://127.0.0.1:{port}/"
        answer = page.answer(url)
        assert answer.status_code == 200
        assert "Latent Explorer" in answer.text
        visitor = connected(url)
        film, status, *_ = visitor.submit(*SETTINGS, api_name="/interpolation").result(timeout=LONG)
        assert status["state"] == "done"
        assert film["count"] == 3
        frames = Path(film["manifest"]["path"]).parent / "frames"
        assert len(list(frames.glob("*.png"))) == len(list((tmp_path / "cache/frames").rglob("*.png"))) == 3
        assert len(runs(tmp_path)) == 1
        assert page.errors == []
        film = [{3: 300, 2: 50}[value] if value in (2, 3) else value for value in SETTINGS]
        job = visitor.submit(*film, api_name="/interpolation")
        until = time.monotonic() + LONG
        while not job.outputs() and time.monotonic() < until:
            time.sleep(0.05)
        assert not job.done()
        assert page.interrupt() == 0
        assert "Traceback" not in page.said
        assert page.errors == []
        assert len(runs(tmp_path)) == 2  # they are there after a restart


def test_with_the_variables_of_a_space_it_serves_everybody_renders_and_keeps_to_its_limits(tmp_path, port):
    """Everything by environment, as there: no flag but the folder that a test must not leave behind."""
    host = {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": str(port), "GRADIO_NUM_PORTS": "1"}
    space = {
        "SYSTEM": "spaces",
        "SPACE_ID": "someone/latent-explorer",
        "SPACE_HOST": "someone-space.hf.space",
    }
    own = {"LATENT_EXPLORER_RUNS_FOLDER": str(tmp_path / "mine"), "LATENT_EXPLORER_ROWS": "100"}
    with app(tmp_path, **host, **space, **own) as page:
        url = f"http://127.0.0.1:{port}/"
        answer = page.answer(url)
        assert answer.status_code == 200
        assert "Duplicate this Space" in answer.text
        assert "http://0.0.0.0:" in page.said
        visitor = connected(url)
        film, status, *_ = visitor.submit(*SETTINGS, api_name="/interpolation").result(timeout=LONG)
        assert (status["state"], film["count"]) == ("done", 3)
        assert list((tmp_path / "mine").rglob("run.json"))
        too_much = [{3: 300, 2: 50}[value] if value in (2, 3) else value for value in SETTINGS]
        assert "at most 100" in visitor.submit(*too_much, api_name="/interpolation").result(timeout=LONG)[1]["text"]
        visitor.close()
        assert page.interrupt() == 0
        assert list((tmp_path / "mine").rglob("run.json"))  # runs in a folder of one's own stay


def refused(monkeypatch, capsys, *flags: object, **env: str) -> str:
    """What is said instead of serving. Within this process: each of its own takes ten seconds to begin."""
    monkeypatch.setattr(sys, "argv", ["app.py", *map(str, flags)])
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    from app import main

    assert main() == 2
    return capsys.readouterr().err


def test_a_variable_that_is_no_limit_is_one_sentence(monkeypatch, capsys):
    assert refused(monkeypatch, capsys, LATENT_EXPLORER_QUEUE="many") == (
        "latent-explorer: LATENT_EXPLORER_QUEUE='many' must be a whole number from 1 to 999999999, or none\n"
    )


def test_the_model_comes_from_the_environment_unless_a_flag_says_otherwise(monkeypatch, capsys):
    said = refused(monkeypatch, capsys, LATENT_EXPLORER_MODEL="/nonexistent")
    assert said.startswith("latent-explorer: '/nonexistent' is no file or folder here")
    assert len(said.splitlines()) == 1
    said = refused(monkeypatch, capsys, "--model", "/elsewhere", LATENT_EXPLORER_MODEL="/nonexistent")
    assert "'/elsewhere' is no file or folder here" in said


def test_help_names_every_variable_and_every_experiment(monkeypatch, capsys):
    with pytest.raises(SystemExit, match=r"^0$"):
        refused(monkeypatch, capsys, "--help")
    said = capsys.readouterr().out
    named = [f"LATENT_EXPLORER_{flag}" for flag in ("MODEL", "DRAFT_MODEL")]
    assert all(name in said for name in [*variables(), *named, "GRADIO_SERVER_NAME", *registry()])


def test_a_draft_model_that_is_not_there_is_one_sentence_from_the_flag_and_from_the_environment(monkeypatch, capsys):
    for flags, more in ((("--draft-model", "/nowhere"), {}), ((), {"LATENT_EXPLORER_DRAFT_MODEL": "/nowhere"})):
        said = refused(monkeypatch, capsys, *flags, **more)
        assert said.startswith("latent-explorer: --draft-model /nowhere: '/nowhere' is no file or folder here")
        assert len(said.splitlines()) == 1


def test_a_port_in_use_is_one_sentence(monkeypatch, capsys, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(monkeypatch, capsys, "--cache-folder", tmp_path / "cache", "--port", port).splitlines()[-1]
    assert said == f"latent-explorer: 127.0.0.1:{port} is in use, or not this machine's: try --port"
    assert runs(tmp_path) == []


def test_a_runs_folder_that_cannot_be_made_is_one_sentence(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    flags = ("--cache-folder", tmp_path / "cache", "--runs-folder", tmp_path / "file" / "runs")
    said = refused(monkeypatch, capsys, *flags).splitlines()[-1]
    assert said.startswith(f"latent-explorer: runs cannot be kept in {tmp_path}/file/runs (Not a directory)")
