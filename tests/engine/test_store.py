"""The frame store: bounded in memory and on disk, alive after a restart, unmoved by a broken disk."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.engine.store import FrameStore

END = b"IEND\xaeB`\x82"


def key(number: int) -> str:
    return f"{number % 256:02x}{number:030x}"


def png(size: int = 1000) -> bytes:
    return b"x" * (size - len(END)) + END


def test_what_was_put_is_there_after_a_restart(tmp_path):
    FrameStore(tmp_path).put(key(1), png())
    store = FrameStore(tmp_path)
    assert key(1) in store
    assert store.get(key(1)) == png()
    assert store.get(key(2)) is None
    assert key(2) not in store


def test_memory_is_bounded_and_the_disk_still_answers(tmp_path):
    store = FrameStore(tmp_path, memory_bytes=5000)
    for number in range(20):
        store.put(key(number), png())
    assert sum(map(len, store._memory.values())) <= 5000
    assert all(store.get(key(number)) == png() for number in range(20))


def test_without_a_folder_nothing_is_written_and_old_frames_go():
    store = FrameStore(memory_bytes=5000)
    for number in range(20):
        store.put(key(number), png())
    assert key(0) not in store
    assert key(19) in store


@given(sizes=st.lists(st.integers(20, 3000), min_size=1, max_size=40))
def test_the_disk_is_bounded(tmp_path_factory, sizes):
    folder = tmp_path_factory.mktemp("store")
    store = FrameStore(folder, disk_bytes=10_000)
    for number, size in enumerate(sizes):
        store.put(key(number), png(size))
        assert sum(path.stat().st_size for path in folder.rglob("*.png")) <= 10_000


def test_what_was_used_last_stays_longest(tmp_path):
    store = FrameStore(tmp_path, memory_bytes=1, disk_bytes=5500)
    for number in range(5):
        store.put(key(number), png())
        os.utime(store._disk.path(key(number)), (number, number))
    assert store.get(key(0)) == png()
    store.put(key(9), png())
    assert key(0) in store
    assert key(1) not in store


def test_half_a_file_is_no_frame(tmp_path):
    store = FrameStore(tmp_path)
    store.put(key(1), png())
    store._disk.path(key(1)).write_bytes(png()[:500])
    assert FrameStore(tmp_path).get(key(1)) is None


def test_a_folder_that_cannot_be_written_costs_no_frame(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    store = FrameStore(blocked)
    store.put(key(1), png())
    assert store.get(key(1)) == png()


def on_disk(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("writers", [2, 4])
def test_the_bound_is_the_folders_whoever_writes(tmp_path, writers):
    stores = [FrameStore(tmp_path, disk_bytes=100_000) for _ in range(writers)]
    for number in range(400):
        stores[number % writers].put(key(256 * number), png())  # all in one inner folder: quicker to add up
        assert on_disk(tmp_path) <= 100_000
    assert on_disk(tmp_path) > 80_000


def test_two_processes_share_one_bound(tmp_path):
    script = """
import sys
from pathlib import Path
from explorer.engine.store import FrameStore
from tests.engine.test_store import key, png
store = FrameStore(Path(sys.argv[1]), disk_bytes=100_000)
print(flush=True)
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 150):
    store.put(key(number), png())
    input()
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": Path(__file__).parents[2]}
    processes = [subprocess.Popen([*command, str(first)], **pipes) for first in (0, 150)]
    for process in processes:
        process.stdout.readline()
    for process in processes:  # each writes while the other one is alive
        process.communicate("\n" * 150)
        assert process.returncode == 0
    assert 80_000 < on_disk(tmp_path) <= 100_000


def test_the_folder_is_looked_at_now_and_then_and_not_at_every_frame(tmp_path, monkeypatch):
    looks, scandir = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: looks.append(path) or scandir(path))
    store = FrameStore(tmp_path, disk_bytes=6_400_000)
    for _ in range(301):
        store.put(key(0), png())  # at the first one, and after each hundred of them
    assert looks.count(tmp_path) == 3


def test_what_a_writer_that_died_left_goes_like_a_frame(tmp_path):
    store = FrameStore(tmp_path, disk_bytes=10_000)
    store.put(key(0), png())
    half = store._disk.path(key(0)).with_name("tmphalf")
    half.write_bytes(b"x" * 5000)
    os.utime(half, (0, 0))
    for number in range(1, 9):
        store.put(key(number), png())
    assert not half.exists()
