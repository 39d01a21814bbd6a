"""Tiny models on disk, and a machine without a network."""

import shutil
import socket
from pathlib import Path

import huggingface_hub
import pytest
import torch

from explorer.engine import machine
from explorer.engine.quiet import quiet
from tests.tiny import save_single_file, tiny_sd, tiny_sdxl


@pytest.fixture
def attempts(monkeypatch):
    """No network: the list of addresses that somebody tried to reach in vain."""
    tried = []

    def refuse(*args, **_):
        tried.append(args)
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    return tried


@pytest.fixture
def unmeasured(monkeypatch):
    """Layouts are measured in test_machine.py, with a clock that stands still."""
    monkeypatch.setattr(machine, "faster_layout", lambda module, forward: torch.contiguous_format)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Folders of a tiny SD, a tiny SDXL, and the SD as a single file."""
    root = tmp_path_factory.mktemp("models")
    sd = tiny_sd()
    with quiet():
        sd.save_pretrained(root / "sd")
        tiny_sdxl().save_pretrained(root / "sdxl")
    save_single_file(sd, root / "sd.safetensors")
    return root


@pytest.fixture
def sd(saved, tmp_path):
    """A copy of the tiny SD to spoil."""
    return Path(shutil.copytree(saved / "sd", tmp_path / "sd"))
