"""Adapters at work: while a call runs, layers of a network give what W + strength * up @ down would give.

Contract: the weights stay as they are, byte for byte: what an adapter adds is computed beside a layer, by a hook that
is there for one call. So turning one on or off costs next to nothing, calls without one are untouched, and the same
hooks carry gradients while an adapter is taught. A frozen graph knows no hooks: an adapter needs the network itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from cachetools import LRUCache
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear

from explorer.engine.families import ModelError
from explorer.messages import Message
from explorer.space.adapters import Adapter, Adapters

KEPT = 8
"""Adapters that a network has copies of on its own device."""

Layers = Mapping[str, tuple[Tensor, Tensor]]


class Adaptable:
    """A network (or text encoder) whose layers can have adapters; `part` is how their paths begin."""

    def __init__(self, network: nn.Module, part: str) -> None:
        self.network, self.part = network, part
        self._modules = dict(network.named_modules())
        self._copies: LRUCache[bytes, Layers] = LRUCache(KEPT)

    @contextmanager
    def with_adapters(self, adapters: Adapters) -> Iterator[None]:
        """In here the network has them; on this thread alone, so on the device's."""
        with ExitStack() as stack:
            for adapter, strength in adapters:
                stack.enter_context(self.with_layers(self._copy(adapter), strength))
            yield

    @contextmanager
    def with_layers(self, layers: Layers, strength: float = 1.0) -> Iterator[None]:
        """In here layers of this part, by their paths in it, have `strength * up @ down` added. Gradients flow."""
        hooks = []
        try:
            for path, (down, up) in layers.items():
                add = partial(_add, down=down, up=up, strength=strength)
                hooks.append(self._modules[path].register_forward_hook(add))
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def check(self, adapter: Adapter, name: str) -> None:
        """Raises ModelError where an adapter changes what this network has not, or another shape of it."""
        for path, (down, up) in adapter.of(self.part).layers.items():
            module, layer = self._modules.get(path), f"{self.part}.{path}"
            if not isinstance(module, (nn.Linear, nn.Conv2d)):
                raise ModelError(
                    Message("{file} changes {layer}, which is no layer of this model.", file=name, layer=layer)
                )
            if not fits(module, down, up):
                raise ModelError(
                    Message(
                        "{file} is made for another shape of {layer} than that of this model.", file=name, layer=layer
                    )
                )

    def _copy(self, adapter: Adapter) -> Layers:
        if adapter.digest not in self._copies:
            weight = next(self.network.parameters())
            own = adapter.of(self.part).layers
            self._copies[adapter.digest] = {
                path: (down.to(weight.device, weight.dtype), up.to(weight.device, weight.dtype))
                for path, (down, up) in own.items()
            }
        return self._copies[adapter.digest]


def fits(module: nn.Linear | nn.Conv2d, down: Tensor, up: Tensor) -> bool:
    """Whether the low-rank change has the shape of the layer's weight; a convolution's `up` has a kernel of 1 x 1."""
    weight = module.weight
    return (
        down.ndim == up.ndim == weight.ndim
        and down.shape[0] == up.shape[1]
        and down.shape[1:] == weight.shape[1:]
        and up.shape[0] == weight.shape[0]
        and all(side == 1 for side in up.shape[2:])
    )


def _add(
    module: Any, arguments: tuple[Tensor, ...], output: Tensor, *, down: Tensor, up: Tensor, strength: float
) -> Tensor:
    given = arguments[0]
    down, up = down.to(given.dtype), up.to(given.dtype)
    if isinstance(module, nn.Linear):
        return output + strength * linear(linear(given, down), up)
    way = {"stride": module.stride, "padding": module.padding, "dilation": module.dilation}
    return output + strength * conv2d(conv2d(given, down, **way), up)
