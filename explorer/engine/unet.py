"""The UNet as the engine calls it: in as few rows and as little time as the same bits allow.

The batch size changes the bits, so a call has a fixed number of rows, padded with copies: the micro-batch. But not
everywhere. Where a smaller or a wider batch is found to give the bits of the micro-batch, it takes its place, and where
a frozen graph is found to give the bits of the network in less time, it is called instead. That depends on machine,
dtype, network and size of the picture; so it is measured, each once, and remembered. No picture and no frame's name
depends on what was found: it may be found late, or never.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from explorer.engine import frozen, machine

Arguments = Sequence[Tensor]
"""What the UNet is called with: tensors of one number of rows, the first the sample (rows, channels, h, w)."""

SMALLER = (1, 2, 3, 4, 6)
"""Batch sizes that are tried, those under the micro-batch: a single picture has 2 rows a step."""

CALLS_BEFORE_A_GRAPH = 100
"""Five pictures of 20 steps: making a graph of the bundled model and trying it costs as much as about 60 calls."""

MUST_BE_FASTER_BY = 1.05
QUICK_SECONDS = 1.0  # a graph saves some 10 ms of a call: nothing of a slow one, which is not tried unasked either
YES_OR_NO: Mapping[str, bool] = {"yes": True, "no": False}


@dataclass
class _Size:
    """What is known about calls with samples of one shape: which batch sizes have the micro-batch's bits, a graph."""

    micro_batch: int
    batches: tuple[int, ...]  # ascending; the micro-batch is among them
    graph: frozen.Graph | None = None
    calls: int = 0
    padding: int = 0  # rows run in vain
    batches_tried: bool = False
    graph_tried: bool = False

    @property
    def smaller(self) -> tuple[int, ...]:
        """The batch sizes to try."""
        return tuple(batch for batch in SMALLER if batch < self.micro_batch)


class UNet:
    """Calls of `network` on `device`. `key` names what may change its bits or speed: model, dtype, layout, machine."""

    def __init__(self, network: nn.Module, device: torch.device, key: str, memory: machine.Remembered) -> None:
        self._network, self._device, self._key, self._memory = network, device, key, memory
        self._sizes: dict[tuple[int, ...], _Size] = {}

    @torch.inference_mode()
    def __call__(self, arguments: Arguments, micro_batch: int) -> Tensor:
        """The outputs (rows, channels, h, w), with the bits they have in a batch of `micro_batch` rows."""
        rows, size = len(arguments[0]), self._size(arguments[0].shape[-2:], micro_batch)
        batch = _least(size.batches, rows)
        size.calls, size.padding = size.calls + 1, size.padding + batch - rows
        return (size.graph or self._network)(*_padded(arguments, batch))[:rows]

    @torch.inference_mode()
    def unpadded(self, arguments: Arguments) -> Tensor:
        """Outputs (rows, channels, h, w), with the bits of a batch of as many; by a graph, if there is one."""
        shape = tuple(arguments[0].shape[-2:])
        graphs = [size.graph for key, size in self._sizes.items() if key[:2] == shape and size.graph is not None]
        return (graphs[0] if graphs else self._network)(*arguments)

    @torch.inference_mode()
    def itself(self, arguments: Arguments, micro_batch: int) -> Tensor:
        """Outputs (rows, channels, h, w) of the network itself, in full batches: nothing was measured of adapters."""
        starts = range(0, len(arguments[0]), micro_batch)
        parts = [[tensor[i : i + micro_batch] for tensor in arguments] for i in starts]
        return torch.cat([self._network(*_padded(part, micro_batch))[: len(part[0])] for part in parts])

    def batch(self, rows: int, shape: Sequence[int], micro_batch: int) -> int:
        """How many rows a call with `rows` of them runs, for samples of `shape` (h, w)."""
        return _least(self._size(shape, micro_batch).batches, rows)

    def widest(self, shape: Sequence[int], micro_batch: int) -> int:
        """How many rows a call may have at most."""
        return self._size(shape, micro_batch).batches[-1]

    def due(self, shape: Sequence[int], micro_batch: int) -> bool:
        """Whether `tune` has something to do: padding cost what trying smaller batches does, or calls were many."""
        size = self._size(shape, micro_batch)
        return self._batches_due(size) or self._graph_due(size)

    def tune(self, arguments: Arguments, micro_batch: int, fully: bool = False) -> Iterator[None]:
        """Work in slices of at most a second or two that makes later calls like this one faster: what is due.

        `fully` does all of it now, unless a call is slow.
        """
        size = self._size(arguments[0].shape[-2:], micro_batch)
        fully = fully and self._quick(size, arguments)
        if self._batches_due(size) or (fully and not size.batches_tried):
            size.batches_tried = True
            yield from self._try_batches(size, arguments)
        if self._graph_due(size) or (fully and not size.graph_tried):
            size.graph_tried = True
            if fully or self._quick(size, arguments):
                yield from self._try_graph(size, arguments)
                yield from self._try_wide(size, arguments)

    def _batches_due(self, size: _Size) -> bool:
        return not size.batches_tried and size.padding >= 2 * sum(size.smaller) + size.micro_batch

    def _graph_due(self, size: _Size) -> bool:
        return not size.graph_tried and size.calls >= CALLS_BEFORE_A_GRAPH

    def _size(self, shape: Sequence[int], micro_batch: int) -> _Size:
        return self._sizes.setdefault((*shape, micro_batch), _Size(micro_batch, (micro_batch,)))

    def _try_batches(self, size: _Size, arguments: Arguments) -> Iterator[None]:
        counts = range(len(size.smaller) + 1)
        subsets = [some for count in counts for some in itertools.combinations(size.smaller, count)]
        choices = {" ".join(map(str, (*some, size.micro_batch))): some for some in subsets}
        key = self._name("batches with the same bits", size, arguments)
        found = self._memory.recall(key, choices, lambda: self._same(size, arguments))
        size.batches = tuple(sorted({*found, *size.batches}))
        yield

    @torch.inference_mode()
    def _same(self, size: _Size, arguments: Arguments) -> tuple[int, ...]:
        """The batch sizes whose rows, first or last among others, have the bits they have in a micro-batch."""
        probe = _probe(arguments, size.micro_batch)
        whole = self._network(*probe)

        def same(batch: int) -> bool:
            parts = (slice(0, batch), slice(size.micro_batch - batch, None))
            return all(torch.equal(self._network(*(a[part] for a in probe)), whole[part]) for part in parts)

        return tuple(batch for batch in size.smaller if same(batch))

    def _try_graph(self, size: _Size, arguments: Arguments) -> Iterator[None]:
        key = self._name("graph with the same bits", size, arguments)
        if self._memory.noted(key, YES_OR_NO) is False or not self._may_freeze():
            return
        graph = None
        for part in frozen.freeze(self._network, _probe(arguments, size.micro_batch)):
            graph = part
            yield
        if graph is None:
            return
        for batch in size.batches:
            if not self._equal(graph, _probe(arguments, batch)):
                self._memory.recall(key, YES_OR_NO, lambda: False)
                return
            yield
        usual = _least(size.batches, min(2, size.micro_batch))
        race = [_probe(arguments, batch) for batch in {usual, size.micro_batch}]
        # One that gains nothing is not noted: that may be chance where others work, and the next process asks again.
        if self._memory.noted(key, YES_OR_NO) or self._faster(graph, self._network, race):
            size.graph = graph
            self._memory.recall(key, YES_OR_NO, lambda: True)
        yield

    def _may_freeze(self) -> bool:
        """Not on mps, where nothing was measured; nor where parts move between devices, or a copy would not fit.

        A graph of SD 1.5's shape took 0.14 GB beside weights of 3.4 GB (float32, CPU): no copy, but none is promised.
        """
        copy = sum(tensor.nbytes for tensor in self._network.parameters())
        moving = any(hasattr(module, "_hf_hook") for module in self._network.modules())
        return self._device.type != "mps" and not moving and machine.available_memory(self._device) > copy

    @torch.inference_mode()
    def _quick(self, size: _Size, arguments: Arguments) -> bool:
        """Whether a call takes less than a second; on a CPU of this thread's own time, however busy the machine is."""
        probe, clock = _probe(arguments, size.micro_batch), time.perf_counter
        if self._device.type == "cpu":
            clock = time.thread_time
        start = clock()
        machine.seconds_of(lambda: self._network(*probe), self._device)
        return clock() - start < QUICK_SECONDS

    @torch.inference_mode()
    def _equal(self, graph: frozen.Graph, arguments: Arguments) -> bool:
        """Whether a graph gives the network's bits: three times, because its first calls are still being optimised."""
        expected = self._network(*arguments)
        return all(torch.equal(graph(*arguments), expected) for _ in range(3))

    @torch.inference_mode()
    def _try_wide(self, size: _Size, arguments: Arguments) -> Iterator[None]:
        """On a CPU, twice the micro-batch, if it has the same bits and a row takes less time in it."""
        if self._device.type != "cpu":
            return
        call, wide = size.graph or self._network, _probe(arguments, 2 * size.micro_batch)
        halves = [tuple(a[part] for a in wide) for part in (slice(size.micro_batch), slice(size.micro_batch, None))]

        def in_halves(*_: Tensor) -> Tensor:
            with torch.inference_mode():
                return torch.cat([call(*half) for half in halves])

        def pays() -> bool:
            with torch.inference_mode():
                same = all(torch.equal(call(*wide), in_halves()) for _ in range(2))
            return same and self._faster(call, in_halves, [wide])

        if self._memory.recall(self._name("twice the rows", size, arguments), YES_OR_NO, pays):
            size.batches = (*size.batches, 2 * size.micro_batch)
        yield

    def _faster(self, call: Callable[..., object], than: Callable[..., object], probes: Sequence[Arguments]) -> bool:
        contestants = {False: than, True: call}
        with torch.inference_mode():
            times = machine.race(
                {name: partial(_each, contestant, probes) for name, contestant in contestants.items()},
                self._device,
                rounds=8,
                long_enough=1.0,
            )
        return times[False] > MUST_BE_FASTER_BY * times[True]

    def _name(self, what: str, size: _Size, arguments: Arguments) -> str:
        height, width = arguments[0].shape[-2:]
        return f"{what}: {self._key}, {height} x {width} latents, {size.micro_batch} rows a call"


def _least(batches: Sequence[int], rows: int) -> int:
    """The smallest of the batch sizes that holds `rows`."""
    return next(batch for batch in batches if batch >= rows)


def _padded(arguments: Arguments, batch: int) -> Arguments:
    """The same with copies of the last row up to `batch` rows."""
    missing = batch - len(arguments[0])
    if not missing:
        return arguments
    return [
        torch.cat([tensor, tensor[-1:].expand(missing, *tensor.shape[1:])]).contiguous(memory_format=_layout(tensor))
        for tensor in arguments
    ]


def _probe(arguments: Arguments, rows: int) -> Arguments:
    """Arguments of the same kind and layout with `rows` rows, all different, the same each time."""
    generator = torch.Generator("cpu").manual_seed(0)
    probe = []
    for tensor in arguments:
        shape = (rows, *tensor.shape[1:])
        timesteps = torch.linspace(1, 999, rows).long().expand(shape) if not tensor.is_floating_point() else None
        values = torch.randn(shape, generator=generator) if timesteps is None else timesteps
        probe.append(values.to(tensor.device, tensor.dtype).contiguous(memory_format=_layout(tensor)))
    return probe


def _layout(tensor: Tensor) -> torch.memory_format:
    return torch.channels_last if tensor.ndim == 4 and not tensor.is_contiguous() else torch.contiguous_format


def _each(call: Callable[..., object], probes: Sequence[Arguments]) -> None:
    for probe in probes:
        call(*probe)
