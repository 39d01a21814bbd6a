"""What the finished text encoder makes of every caption, computed once for the whole training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm
from transformers import CLIPTextModel, CLIPTokenizer

from training.machines import Machine

ROWS = 128


class TextStates:
    """The last hidden states, (77, width) float16, of a set of captions and of the empty one.

    Args:
        folder: with `tokenizer` and `text_encoder` in it.
        captions: repeated ones are computed once.
    """

    def __init__(self, folder: Path, captions: Sequence[str], machine: Machine) -> None:
        distinct = sorted({"", *captions})
        self._row = {caption: row for row, caption in enumerate(distinct)}
        tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
        network = CLIPTextModel.from_pretrained(folder / "text_encoder").to(machine.device).eval()
        starts = tqdm(range(0, len(distinct), ROWS), desc="text states", unit="batch")
        self._states = torch.from_numpy(
            np.concatenate([_states(tokenizer, network, distinct[start : start + ROWS]) for start in starts])
        )

    def rows(self, captions: Sequence[str]) -> Tensor:
        """Where the captions' states are: indices (n,) for `states`."""
        return torch.tensor([self._row[caption] for caption in captions])

    def states(self, rows: Tensor) -> Tensor:
        """States (n, 77, width) float32 of indices (n,)."""
        return self._states[rows].float()


@torch.no_grad()
def _states(tokenizer: CLIPTokenizer, network: CLIPTextModel, captions: list[str]) -> np.ndarray:
    tokens = tokenizer(captions, padding="max_length", truncation=True, max_length=77, return_tensors="pt")
    return network(tokens.input_ids.to(network.device)).last_hidden_state.half().cpu().numpy()
