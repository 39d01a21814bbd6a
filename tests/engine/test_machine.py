"""Decisions by measurement: a fake clock that only the measured calls advance stands for every machine."""

import itertools
import json
from types import SimpleNamespace

import psutil
import pytest
import torch

from explorer.engine import machine
from explorer.engine.machine import LAYOUTS, Remembered

CPU = torch.device("cpu")


class Clock:
    """A clock that stands still until `work` takes its time."""

    def __init__(self):
        self.now = 0.0

    def work(self, milliseconds):
        self.now += milliseconds / 1000


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(machine.time, "perf_counter", lambda: clock.now)
    return clock


def test_the_processor_runs_and_a_device_without_numbers_does_not():
    assert machine.runs(CPU)
    assert not machine.runs(torch.device("meta"))


@pytest.mark.parametrize(
    ("available", "working", "best"),
    [
        ((), (), "cpu"),
        (("cuda",), ("cuda",), "cuda"),
        (("cuda",), (), "cpu"),
        (("mps",), ("mps",), "mps"),
        (("cuda", "mps"), ("cuda", "mps"), "cuda"),
        (("cuda", "mps"), ("mps",), "mps"),
    ],
)
def test_the_best_device_is_the_first_that_is_there_and_works(monkeypatch, available, working, best):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in available)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in available)
    monkeypatch.setattr(machine, "runs", lambda device: device.type in working)
    assert machine.best_device() == torch.device(best)


@pytest.mark.parametrize(
    ("half", "single", "best"),
    [
        (0.33, 0.6, torch.bfloat16),  # the EPYC this was written on
        (20.0, 0.5, torch.float32),  # an EPYC without instructions for bfloat16
        (0.79, 1.0, torch.bfloat16),
        (0.81, 1.0, torch.float32),
    ],
)
def test_a_processor_takes_bfloat16_only_where_it_is_clearly_faster(monkeypatch, clock, half, single, best):
    cost = {torch.bfloat16: half, torch.float32: single}
    monkeypatch.setattr(machine, "_product", lambda dtype: lambda: clock.work(cost[dtype]))
    assert machine.best_dtype(CPU) == best


def test_the_measured_product_is_a_real_one():
    assert machine._product(torch.bfloat16)().eq(256).all()
    assert machine.best_dtype(CPU) in (torch.bfloat16, torch.float32)


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_an_accelerator_takes_float16(name):
    assert machine.best_dtype(torch.device(name)) == torch.float16


def layout_of(module):
    last = module.weight.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if last else torch.contiguous_format


@pytest.mark.parametrize(
    ("gain", "best"),
    [(2.0, torch.channels_last), (1.16, torch.channels_last), (1.14, torch.contiguous_format)],
)
def test_channels_last_must_win_clearly_and_the_module_is_left_in_the_winner(clock, gain, best):
    module, seen = torch.nn.Conv2d(4, 8, 3), []

    def forward():
        seen.append(layout_of(module))
        clock.work(1.0 if seen[-1] == torch.channels_last else gain)

    assert machine.faster_layout(module, forward) == best
    assert layout_of(module) == best
    assert set(seen) == set(LAYOUTS.values())
    assert all(one != next_one for one, next_one in itertools.pairwise(seen)), "they take turns"


def test_the_first_call_warms_up_and_does_not_count(clock):
    module, seen = torch.nn.Conv2d(4, 8, 3), set()

    def forward():
        layout = layout_of(module)
        cold = layout == torch.channels_last and layout not in seen
        seen.add(layout)
        clock.work(100 if cold else 1 if layout == torch.channels_last else 2)

    assert machine.faster_layout(module, forward) == torch.channels_last


def test_one_slow_moment_decides_nothing(clock):
    module, calls = torch.nn.Conv2d(4, 8, 3), []

    def forward():
        calls.append(layout_of(module))
        disturbed = len(calls) == 4  # channels_last, second round
        clock.work(50 if disturbed else 1 if calls[-1] == torch.channels_last else 2)

    assert machine.faster_layout(module, forward) == torch.channels_last


def test_a_slow_race_ends_after_one_round_that_counts(clock):
    module, calls = torch.nn.Conv2d(4, 8, 3), []

    def forward():
        calls.append(layout_of(module))
        clock.work(3000 if calls[-1] == torch.channels_last else 6000)

    assert machine.faster_layout(module, forward) == torch.channels_last
    assert len(calls) == 4


def test_the_signature_names_what_may_change_bits(monkeypatch):
    before = machine.signature(CPU)
    assert before == machine.signature(CPU)
    assert torch.__version__ in before
    assert torch.backends.cpu.get_cpu_capability() in before
    monkeypatch.setattr(torch, "get_num_threads", lambda: 61)
    assert machine.signature(CPU) != before
    assert "61 threads" in machine.signature(CPU)


def test_the_signature_of_a_gpu_names_it(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "H200")
    assert "H200" in machine.signature(torch.device("cuda"))


def test_free_memory_is_the_machine_s_within_a_container_s_limit(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    for limit, free in [(None, 1000), (300, 300), (5000, 1000)]:
        monkeypatch.setattr(machine, "container_memory", lambda limit=limit: limit)
        assert machine.available_memory(CPU) == free


def test_free_memory_of_a_gpu_is_its_own(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (7, 9))
    assert machine.available_memory(torch.device("cuda")) == 7


@pytest.mark.parametrize(("limit", "used", "free"), [("1000", "400", 650), ("1000", "2000", 0), ("max", "400", None)])
def test_a_container_s_limit_is_read_and_droppable_cache_is_free(tmp_path, limit, used, free):
    (tmp_path / "memory.max").write_text(limit + "\n")
    (tmp_path / "memory.current").write_text(used + "\n")
    (tmp_path / "memory.stat").write_text("anon 350\ninactive_file 50\n")
    assert machine.container_memory(tmp_path) == free


def test_without_a_container_there_is_no_limit(tmp_path):
    assert machine.container_memory(tmp_path) is None


class Choosing:
    """A measurement that counts how often it is made."""

    def __init__(self, choice):
        self.choice, self.made = choice, 0

    def __call__(self):
        self.made += 1
        return self.choice


def test_a_decision_survives_a_restart(tmp_path):
    first, second = Choosing(torch.channels_last), Choosing(torch.contiguous_format)
    assert Remembered(tmp_path / "new").recall("unet", LAYOUTS, first) == torch.channels_last
    assert Remembered(tmp_path / "new").recall("unet", LAYOUTS, second) == torch.channels_last
    assert (first.made, second.made) == (1, 0)
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["measured.json"]


def test_another_key_is_another_decision_and_both_are_kept(tmp_path):
    memory = Remembered(tmp_path)
    memory.recall("one", LAYOUTS, Choosing(torch.channels_last))

    def measure():
        Remembered(tmp_path).recall("meanwhile", LAYOUTS, Choosing(torch.channels_last))
        return torch.contiguous_format

    assert memory.recall("two", LAYOUTS, measure) == torch.contiguous_format
    noted = json.loads((tmp_path / "measured.json").read_text())
    assert noted == {"one": "channels_last", "two": "contiguous", "meanwhile": "channels_last"}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b'{"unet": 3}', b'{"unet": ["channels_last"]}', b'{"unet": "diagonal"}', b"\xff\xfe{"],
)
def test_a_broken_note_is_measured_again_and_mended(tmp_path, content):
    (tmp_path / "measured.json").write_bytes(content)
    again = Choosing(torch.channels_last)
    assert Remembered(tmp_path).recall("unet", LAYOUTS, again) == torch.channels_last
    assert Remembered(tmp_path).recall("unet", LAYOUTS, again) == torch.channels_last
    assert again.made == 1


def test_where_nothing_can_be_written_each_time_is_measured(tmp_path):
    (tmp_path / "occupied").write_text("a file where the folder should be")
    for folder in (tmp_path / "occupied", None):
        each = Choosing(torch.channels_last)
        for _ in range(2):
            assert Remembered(folder).recall("unet", LAYOUTS, each) == torch.channels_last
        assert each.made == 2
