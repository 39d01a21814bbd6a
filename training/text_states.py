"""What the finished text encoder makes of every caption, computed once and kept in the work folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
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


@torch.no_grad()
def read(folder: Path, captions: Sequence[str], machine: Machine) -> Iterator[Tensor]:
    """The states of captions, a batch of up to `ROWS` at a time: (rows, 77, width) float16 on the CPU."""
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    network = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32).to(machine.device).eval()
    for start in range(0, len(captions), ROWS):
        batch = list(captions[start : start + ROWS])
        tokens = tokenizer(batch, padding="max_length", truncation=True, return_tensors="pt").input_ids
        with machine.autocast():
            found = network(tokens.to(machine.device)).last_hidden_state
        yield found.half().cpu()


def _name(folder: Path, captions: Sequence[str]) -> str:
    """A name for the captions, the tokenizer's files and the text encoder's, whatever they are called."""
    digest = hashlib.sha256(json.dumps(list(captions)).encode())
    for file in sorted([*(folder / "tokenizer").iterdir(), *(folder / "text_encoder").iterdir()]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _make(made: Path, folder: Path, captions: Sequence[str], machine: Machine) -> None:
    batches = tqdm(read(folder, captions, machine), desc="text states", total=-(-len(captions) // ROWS), unit="batch")
    states = None
    for number, found in enumerate(batches):
        if states is None:
            states = np.lib.format.open_memmap(made, "w+", np.float16, (len(captions), *found.shape[1:]))
        states[number * ROWS : number * ROWS + len(found)] = found.numpy()
    states.flush()
