"""Which device, dtype and memory layout, found by a short measurement and not by a guess.

A CPU's flags do not tell whether half precision is a blessing or a disaster there: a 256^3 product took 0.33 ms in
bfloat16, 0.6 ms in float32 and 10.5 ms in float16 on one EPYC, 20 ms in bfloat16 on another. So one product decides.
A close race could fall the other way after a restart and change the bits of every picture: `Remembered` keeps the
decisions in a file. Knows nothing about models: `faster_layout` gets a module and a way to run it.
"""

import hashlib
import importlib.metadata
import json
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import psutil
import torch

from explorer.files.whole import whole

T = TypeVar("T")

DTYPES: Mapping[str, torch.dtype] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
LAYOUTS: Mapping[str, torch.memory_format] = {
    "contiguous": torch.contiguous_format,
    "channels_last": torch.channels_last,
}

HALF_MUST_TAKE_AT_MOST = 0.8  # of the float32 time
CHANNELS_LAST_MUST_BE_FASTER_BY = 1.15


def runs(device: torch.device) -> bool:
    """Whether a 16x16 product on `device` gives the right answer: a driver may be there and not work."""
    try:
        ones = torch.ones(16, 16, device=device)
        return float((ones @ ones).sum()) == 16**3
    except (RuntimeError, AssertionError, NotImplementedError):  # AssertionError: torch built without it
        return False


def best_device() -> torch.device:
    """cuda, mps or cpu: the first that is available and runs a small product."""
    available: dict[str, Callable[[], bool]] = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    for name, is_available in available.items():
        if is_available() and runs(torch.device(name)):
            return torch.device(name)
    return torch.device("cpu")


def best_dtype(device: torch.device) -> torch.dtype:
    """float16 on an accelerator; on a CPU bfloat16 where it is clearly faster than float32, never float16."""
    if device.type != "cpu":
        return torch.float16
    products = {dtype: _product(dtype) for dtype in (torch.bfloat16, torch.float32)}
    seconds = race(products, device, rounds=100, long_enough=0.5)
    if seconds[torch.bfloat16] <= HALF_MUST_TAKE_AT_MOST * seconds[torch.float32]:
        return torch.bfloat16
    return torch.float32


def faster_layout(module: torch.nn.Module, forward: Callable[[], object]) -> torch.memory_format:
    """The layout in which `forward()` (one call of `module`) is faster; `module` is left in it.

    channels_last must win by a factor of 1.15, so that noise does not decide.
    """
    seconds = race(
        dict.fromkeys(LAYOUTS.values(), forward),
        next(module.parameters()).device,
        rounds=8,
        long_enough=2.0,
        prepare=lambda layout: lay_out(module, layout),
    )
    if seconds[torch.contiguous_format] >= CHANNELS_LAST_MUST_BE_FASTER_BY * seconds[torch.channels_last]:
        return torch.channels_last
    lay_out(module, torch.contiguous_format)
    return torch.contiguous_format


def lay_out(module: torch.nn.Module, layout: torch.memory_format) -> None:
    """Brings the weights of `module` into a layout, in place."""
    module.to(memory_format=layout)  # type: ignore[call-overload]  # torch's stubs do not know it without a dtype


def signature(device: torch.device) -> str:
    """What about this machine may change the bits of a picture: libraries, processor or GPU, threads.

    Does not know about environment variables that steer the libraries' kernels (MKL_*, ONEDNN_*).
    """
    parts = [f"torch {torch.__version__}", f"diffusers {importlib.metadata.version('diffusers')}"]
    if device.type == "cuda":
        parts += [torch.cuda.get_device_name(device), f"cudnn {torch.backends.cudnn.version()}"]
    elif device.type == "mps":
        parts += [platform.machine(), f"macOS {platform.mac_ver()[0]}"]
    else:
        capability = torch.backends.cpu.get_cpu_capability()
        parts += [_processor(), capability, f"{torch.get_num_threads()} threads"]
    return ", ".join(parts)


def available_memory(device: torch.device) -> int:
    """Bytes free for new tensors on `device`: the GPU's own, otherwise main memory within a container's limit."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    free = psutil.virtual_memory().available
    limited = container_memory()
    return free if limited is None else min(free, limited)


def container_memory(group: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Bytes that a container's memory limit (cgroup v2) still allows, or None without a limit.

    File cache that the kernel can drop (`inactive_file`) counts as free.
    """
    try:
        limit, used = ((group / name).read_text().strip() for name in ("memory.max", "memory.current"))
        stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        return max(0, int(limit) - int(used) + int(stat.get("inactive_file", 0)))
    except (OSError, ValueError):  # no cgroup v2, or "max": no limit
        return None


class Remembered:
    """Decisions by measurement, kept in `folder`/measured.json so that a restart decides the same.

    Args:
        folder: the cache folder, made when needed; None remembers nothing.

    A missing, broken or unwritable file costs a new measurement and nothing else.
    """

    def __init__(self, folder: Path | str | None):
        self._file = None if folder is None else Path(folder) / "measured.json"

    def recall(self, key: str, choices: Mapping[str, T], measure: Callable[[], T]) -> T:
        """The choice noted under `key`, else the one that `measure` makes (one of the values of `choices`)."""
        if (noted := self.noted(key, choices)) is not None:
            return noted
        choice = measure()
        name = next(name for name, value in choices.items() if value == choice)
        self._write({**self._read(), key: name})  # read anew: measuring takes time, and others note things too
        return choice

    def noted(self, key: str, choices: Mapping[str, T]) -> T | None:
        """The choice noted under `key`, if there is one."""
        return choices.get(self._read().get(key, ""))

    def _read(self) -> dict[str, str]:
        try:
            noted = json.loads(self._file.read_text(encoding="utf-8")) if self._file else {}
        except (OSError, ValueError):
            return {}
        if not isinstance(noted, dict):
            return {}
        return {key: value for key, value in noted.items() if isinstance(value, str)}

    def _write(self, noted: dict[str, str]) -> None:
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with whole(self._file) as part:
                part.write_text(json.dumps(noted, indent=1), encoding="utf-8")
        except OSError:
            return  # the decision holds for this process; the next one measures again


def _product(dtype: torch.dtype) -> Callable[[], torch.Tensor]:
    square = torch.ones(256, 256, dtype=dtype)
    return lambda: square @ square


def race(
    contestants: Mapping[T, Callable[[], object]],
    device: torch.device,
    rounds: int,
    long_enough: float,
    prepare: Callable[[T], object] = lambda _: None,
) -> dict[T, float]:
    """Seconds of each contestant's fastest call.

    They take turns, so that a busy moment of the machine hits all. The first round warms up and does not count; after
    the second, a race that has taken `long_enough` seconds (a large model, a busy machine) is over.
    """
    fastest = dict.fromkeys(contestants, float("inf"))
    start = time.perf_counter()
    for number in range(rounds):
        if number > 1 and time.perf_counter() - start > long_enough:
            break
        for name, call in contestants.items():
            prepare(name)
            seconds = seconds_of(call, device)
            if number > 0:
                fastest[name] = min(fastest[name], seconds)
    return fastest


def seconds_of(call: Callable[[], object], device: torch.device) -> float:
    """How long one call takes, work that it left to the device included."""
    _wait_for(device)
    start = time.perf_counter()
    call()
    _wait_for(device)
    return time.perf_counter() - start


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _processor() -> str:
    """The processor's name, with a digest of its instruction sets where the system lists them (Linux)."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return f"{platform.machine()} {platform.processor()}".strip()
    facts = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    flags = " ".join(sorted(facts.get("flags", facts.get("Features", "")).split()))
    digest = hashlib.blake2b(flags.encode(), digest_size=4).hexdigest()
    return f"{facts.get('model name', platform.machine())} {digest}"
