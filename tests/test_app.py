"""What app.py says instead of serving. A visit to what it serves is in `test_package.py`."""

import socket
import sys
from pathlib import Path

import pytest

from explorer.app import make_parser
from explorer.experiments import registry
from explorer.ui.limits import variables


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
    assert not list(tmp_path.rglob("run.json"))


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", "٣"])
def test_a_port_that_is_none_is_refused_with_what_is_allowed(port, capsys):
    with pytest.raises(SystemExit) as ended:
        make_parser({}).parse_args([f"--port={port}"])
    assert ended.value.code == 2
    assert f"{port!r} is not allowed: a whole number from 1 to 65535" in capsys.readouterr().err


def test_a_runs_folder_that_cannot_be_made_is_one_sentence(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    flags = ("--cache-folder", tmp_path / "cache", "--runs-folder", tmp_path / "file" / "runs")
    said = refused(monkeypatch, capsys, *flags).splitlines()[-1]
    assert said.startswith(f"latent-explorer: runs cannot be kept in {tmp_path}/file/runs (Not a directory)")
    assert make_parser({"LATENT_EXPLORER_RUNS_FOLDER": "mine"}).parse_args([]).runs_folder == Path("mine")
