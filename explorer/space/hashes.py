"""Names by content: one hash of tensors and plain values, for all that is kept by what it is."""

from __future__ import annotations

import hashlib

from torch import Tensor


def digest(*parts: Tensor | str | bytes | float | int | None) -> bytes:
    """A 16-byte BLAKE2b hash of tensors (shape, dtype and bytes) and plain values, in order."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = _content(part)
        state.update(len(content).to_bytes(8, "little") + content)
    return state.digest()


def _content(part: Tensor | str | bytes | float | int | None) -> bytes:
    if isinstance(part, Tensor):
        return f"{tuple(part.shape)}{part.dtype}".encode() + part.detach().contiguous().numpy().tobytes()
    return part if isinstance(part, bytes) else repr(part).encode()
