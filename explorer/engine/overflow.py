"""Numbers that are none: told in a sentence, before they become a black picture."""

import torch
from torch import Tensor

from explorer.engine.families import ModelError
from explorer.messages import Message


class Overflow(ModelError, RuntimeError):
    """A model that gave NaN or infinity; the message is one sentence for the person who asked for a picture."""


def check_finite(values: Tensor, dtype: torch.dtype) -> None:
    """Raises Overflow where there is NaN or infinity in `values` (of any shape), which weights in `dtype` gave."""
    if torch.isfinite(values).all():
        return
    if dtype == torch.float32:
        raise Overflow(
            "The model gave no numbers (NaN or infinity) in float32: its file is broken, or not made for its "
            "configuration. Fetch it again, or try another model."
        )
    name = str(dtype).removeprefix("torch.")
    raise Overflow(Message("The model gave no numbers (NaN or infinity) in {dtype}: try --dtype float32.", dtype=name))
