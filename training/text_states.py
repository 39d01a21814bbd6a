"""What the finished text encoder makes of every caption, computed once and kept in the work folder."""

from __future__ import annotations

import hashlib
import json
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
    """The last hidden states, (77, width) float16, of a set of captions and of the empty one: F/text_states.npy.

    Args:
        folder: with `tokenizer` and `text_encoder` in it.
        captions: repeated ones are computed once; what another text encoder made, or of others, is made again.
    """

    def __init__(self, folder: Path, captions: Sequence[str], machine: Machine) -> None:
        distinct = sorted({"", *captions})
        self._row = {caption: row for row, caption in enumerate(distinct)}
        made, of = folder / "text_states.npy", folder / "text_states.json"
        name = _name(folder, distinct)
        if not (made.exists() and of.exists() and json.loads(of.read_text())["of"] == name):
            for old in (of, made):
                old.unlink(missing_ok=True)
            _make(made, folder, distinct, machine)
            of.write_text(json.dumps({"of": name, "captions": len(distinct)}))
        self._states = np.load(made, mmap_mode="r")

    def rows(self, captions: Sequence[str]) -> Tensor:
        """Where the captions' states are: indices (n,) for `states`."""
        return torch.tensor([self._row[caption] for caption in captions])

    def states(self, rows: Tensor) -> Tensor:
        """States (n, 77, width) float32 of indices (n,)."""
        return torch.from_numpy(self._states[rows.numpy()]).float()


def _name(folder: Path, captions: Sequence[str]) -> str:
    """A name for the captions, the tokenizer's files and the text encoder's, whatever they are called."""
    digest = hashlib.sha256(json.dumps(list(captions)).encode())
    for file in sorted([*(folder / "tokenizer").iterdir(), *(folder / "text_encoder").iterdir()]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@torch.no_grad()
def _make(made: Path, folder: Path, captions: Sequence[str], machine: Machine) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    network = CLIPTextModel.from_pretrained(folder / "text_encoder").to(machine.device).eval()
    width = network.config.hidden_size
    states = np.lib.format.open_memmap(made, "w+", np.float16, (len(captions), tokenizer.model_max_length, width))
    for start in tqdm(range(0, len(captions), ROWS), desc="text states", unit="batch"):
        batch = captions[start : start + ROWS]
        tokens = tokenizer(batch, padding="max_length", truncation=True, return_tensors="pt").input_ids
        with machine.autocast():
            found = network(tokens.to(machine.device)).last_hidden_state
        states[start : start + ROWS] = found.half().cpu().numpy()
    states.flush()
