"""app.py as it is started: a process, a port, the bundled model; how it answers, how it ends, what it says."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from gradio_client import Client

from explorer.experiments.interpolation import Interpolation
from explorer.ui.page import build_page  # noqa: F401 (compiles what the process will import)

ROOT = Path(__file__).parents[1]
LONG = 240  # seconds: what is not there by then never comes


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def started(folder: Path, *flags: object) -> subprocess.Popen:
    """app.py in a process of its own, as on a machine where nothing is set: no home, no offline switch, no stdin."""
    unset = ("HF_HUB_OFFLINE", "GRADIO_ANALYTICS_ENABLED", "GRADIO_SERVER_PORT", "PYTHONWARNINGS")
    env = {name: value for name, value in os.environ.items() if name not in unset}
    env |= {"HOME": str(folder), "XDG_CACHE_HOME": str(folder), "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, str(ROOT / "app.py"), *map(str, flags)]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=(folder / "out").open("w"),
        stderr=(folder / "err").open("w"),
        start_new_session=True,
    )
