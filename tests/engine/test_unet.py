"""Calls of the UNet: fewer rows and a graph only where the bits are the network's, found once and remembered."""

import json
import time

import pytest
import torch
from torch import nn

from explorer.engine import frozen, machine
from explorer.engine.denoise import Row
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.unet import CALLS_BEFORE_A_GRAPH, UNet
from explorer.space.points import Conditioning
from tests.tiny import tiny_sd, tiny_sdxl

CPU = torch.device("cpu")
SHAPE = (8, 8)


class Free(nn.Module):
    """Rows never depend on how many there are. Counts its calls by their number of rows."""

    def __init__(self):
        super().__init__()
        self.sizes = []
        self.eval()

    def forward(self, sample, timesteps, text):
        if not torch.jit.is_tracing():
            self.sizes.append(len(sample))
        return sample.cos() * timesteps.view(-1, 1, 1, 1) + text.mean((1, 2)).view(-1, 1, 1, 1)


class Bound(Free):
    """The bits depend on the number of rows, but for those in `alike`, which agree with each other."""

    def __init__(self, *alike):
        super().__init__()
        self.alike = alike

    def forward(self, sample, timesteps, text):
        rows = torch.ones_like(timesteps).sum()  # an operation, so that a graph depends on it as well
        for other in self.alike:
            rows = rows * (rows != other)
        return super().forward(sample, timesteps, text) * (1 + 1e-6 * rows)


class Slow(Free):
    """A call takes a second of the clock that stands still."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock

    def forward(self, sample, timesteps, text):
        self.clock[0] += 1.0
        return super().forward(sample, timesteps, text)


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only where a test lets them."""
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(time, "thread_time", lambda: now[0])
    return now


@pytest.fixture
def paying(monkeypatch):
    """Whatever is raced wins."""
    monkeypatch.setattr(machine, "race", lambda calls, *_, **__: {name: 1.0 - 0.5 * name for name in calls})


def arguments(rows, seed=1):
    generator = torch.Generator().manual_seed(seed)
    sample = torch.randn(rows, 4, *SHAPE, generator=generator)
    return [sample, torch.arange(rows) + 1, torch.randn(rows, 5, 6, generator=generator)]


def tuned(network, memory=None, micro_batch=8):
    unet = UNet(network, CPU, "key", memory or machine.Remembered(None))
    for _ in unet.tune(arguments(2), micro_batch, fully=True):
        pass
    return unet


def batches(unet, micro_batch=8):
    return [unet.batch(rows, SHAPE, micro_batch) for rows in range(1, micro_batch + 1)]


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (Free(), [1, 2, 3, 4, 6, 6, 8, 8]),
        (Bound(), [8] * 8),
        (Bound(4, 8), [4, 4, 4, 4, 8, 8, 8, 8]),
        (Bound(1, 2, 3), [8] * 8),
    ],
    ids=["free", "bound", "multiples of four", "alike, but not the micro-batch"],
)
def test_a_batch_is_as_small_as_the_bits_of_the_micro_batch_allow(network, expected):
    unet = tuned(network)
    assert batches(unet) == expected
    whole = unet(arguments(8), 8)
    for rows, batch in enumerate(expected, 1):
        network.sizes.clear()
        few = unet([argument[:rows] for argument in arguments(8)], 8)
        assert network.sizes == [batch]
        assert torch.equal(few, whole[:rows])


def test_before_anything_was_measured_batches_are_full():
    network = Free()
    unet = UNet(network, CPU, "key", machine.Remembered(None))
    assert batches(unet) == [8] * 8
    assert len(unet(arguments(3), 8)) == 3
    assert network.sizes == [8]


def test_each_size_of_pictures_and_each_micro_batch_is_a_matter_of_its_own():
    unet = tuned(Free())
    assert unet.batch(2, (4, 4), 8) == 8
    assert unet.batch(2, SHAPE, 4) == 4


@pytest.mark.usefixtures("paying")
def test_what_was_measured_is_remembered_and_not_measured_again(tmp_path):
    memory = machine.Remembered(tmp_path)
    tuned(Bound(4, 8), memory)
    network = Free()
    assert batches(tuned(network, memory)) == [4, 4, 4, 4, 8, 8, 8, 8]
    assert 16 not in network.sizes
    notes = json.loads((tmp_path / "measured.json").read_text())
    assert sorted(key.split(":")[0] for key in notes) == [
        "batches with the same bits",
        "graph with the same bits",
        "twice the rows",
    ]
    assert all("key, 8 x 8 latents, 8 rows a call" in key for key in notes)


def test_nothing_is_due_until_padding_has_cost_what_trying_does_and_many_calls_were_made():
    network = Free()
    unet = UNet(network, CPU, "key", machine.Remembered(None))
    few = arguments(2)

    def due():
        return sum(1 for _ in unet.tune(few, 8))

    unet(few, 8)
    assert due() == 0
    for _ in range(7):
        unet(few, 8)
    assert due() == 1
    assert unet.batch(2, SHAPE, 8) == 2
    for _ in range(CALLS_BEFORE_A_GRAPH - 9):
        unet(few, 8)
    assert due() == 0
    unet(few, 8)
    assert due() > 1
    unet(few, 8)
    assert due() == 0


def test_a_slow_network_is_not_tried_unasked(clock):
    network = Slow(clock)
    unet = tuned(network)
    assert len(network.sizes) == 1
    assert batches(unet) == [8] * 8


@pytest.mark.usefixtures("paying")
def test_a_graph_takes_over_where_it_has_the_bits_and_pays():
    network = Free()
    unet = tuned(network)
    network.sizes.clear()
    expected = network(*arguments(8))
    assert torch.equal(unet(arguments(8), 8), expected)
    assert network.sizes == [8]  # the call above: the graph is not the module


@pytest.mark.usefixtures("clock")
def test_a_graph_that_does_not_pay_is_not_used_and_on_a_quieter_day_it_may(monkeypatch, tmp_path):
    network, memory = Free(), machine.Remembered(tmp_path)
    unet = tuned(network, memory)
    network.sizes.clear()
    unet(arguments(8), 8)
    assert network.sizes == [8]
    monkeypatch.setattr(UNet, "_faster", lambda *_: True)
    unet = tuned(network, memory)
    network.sizes.clear()
    unet(arguments(8), 8)
    assert network.sizes == []


@pytest.mark.usefixtures("paying")
@pytest.mark.parametrize("wrong", [1, 8, 6])
def test_a_graph_with_other_bits_at_any_batch_size_is_not_used_and_not_made_again(monkeypatch, tmp_path, wrong):
    made = []

    def freeze(network, _):
        made.append(network)
        yield lambda *given: network(*given) + (1e-6 if len(given[0]) == wrong else 0)

    monkeypatch.setattr(frozen, "freeze", freeze)
    network, memory = Free(), machine.Remembered(tmp_path)
    unet = tuned(network, memory)
    network.sizes.clear()
    expected = [network(*arguments(rows)) for rows in (1, 6, 8)]
    assert all(torch.equal(unet(arguments(len(one)), 8), one) for one in expected)
    tuned(network, memory)
    assert len(made) == 1


@pytest.mark.usefixtures("paying")
def test_without_room_for_a_copy_of_the_weights_no_graph_is_made(monkeypatch):
    monkeypatch.setattr(machine, "available_memory", lambda _: 0)
    monkeypatch.setattr(frozen, "freeze", lambda *_: pytest.fail("there is no room"))
    assert batches(tuned(Free())) == [1, 2, 3, 4, 6, 6, 8, 8]


@pytest.mark.usefixtures("paying")
def test_a_wider_batch_is_used_where_it_has_the_bits_and_pays():
    unet = tuned(Free())
    assert unet.widest(SHAPE, 8) == 16
    assert unet.batch(9, SHAPE, 8) == 16
    both = arguments(16)
    halves = [unet([argument[part] for argument in both], 8) for part in (slice(8), slice(8, None))]
    assert torch.equal(unet(both, 8), torch.cat(halves))
    assert tuned(Bound(8)).widest(SHAPE, 8) == 8


@pytest.mark.usefixtures("clock")
def test_a_wider_batch_that_does_not_pay_is_not_used():
    assert tuned(Free()).widest(SHAPE, 8) == 8


def test_what_torch_cannot_freeze_has_no_graph():
    class Unfit(nn.Module):
        def forward(self, sample):
            return {"a": sample, 1: sample}

    assert list(frozen.freeze(Unfit().eval(), [torch.ones(1)])) == []


@pytest.mark.usefixtures("paying")
@pytest.mark.parametrize(("make", "side"), [(tiny_sd, 8), (tiny_sd, 10), (tiny_sdxl, 8)], ids=["sd", "odd", "sdxl"])
def test_a_real_network_keeps_its_bits_at_every_number_of_rows(make, side):
    plain, quick = (DiffusersNetworks(from_pipeline(make(), "tiny")) for _ in range(2))
    text = plain.encode("a cat")
    rows = [Row(torch.randn(4, side, side), torch.tensor(100 * i + 1), text) for i in range(8)]
    for _ in quick.tune(rows, 8, fully=True):
        pass
    for count in range(1, 9):
        assert torch.equal(quick.predict(rows[:count], 8), plain.predict(rows[:count], 8))
    assert quick.widest(side, side, 8) in (8, 16)


def test_pooled_text_belongs_to_sdxl_alone():
    networks = DiffusersNetworks(from_pipeline(tiny_sdxl(), "tiny"))
    row = Row(torch.zeros(4, 8, 8), torch.tensor(1), networks.encode("a cat"))
    assert isinstance(row.conditioning, Conditioning)
    assert [len(argument) for argument in networks._arguments([row] * 3)] == [3] * 5
