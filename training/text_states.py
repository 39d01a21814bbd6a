"""What the finished text encoder makes of every caption, computed once and kept in the work folder.

A folder of parts for each tokenizer and text encoder; captions that are new are added to it.
"""

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
PART = 2_048


class TextStates:
    """The last hidden states, (77, width) float16, of a set of captions and of the empty one, in F/text_states.

    Args:
        folder: with `tokenizer` and `text_encoder` in it.
        captions: those that are known there are not computed again.
    """

    def __init__(self, folder: Path, captions: Sequence[str], machine: Machine) -> None:
        self._kept = folder / "text_states" / _name(folder)
        self._kept.mkdir(parents=True, exist_ok=True)
        self._parts: list[np.ndarray] = []
        self._row: dict[str, tuple[int, int]] = {}
        for said in sorted(self._kept.glob("*.json")):
            self._take(said)
        missing = sorted({"", *captions} - set(self._row))
        starts = range(0, len(missing), PART)
        for start in tqdm(starts, desc="text states", unit="part", disable=not missing):
            self._take(self._make(folder, missing[start : start + PART], machine))
        self._places = list(self._row.values())
        self._number = {caption: number for number, caption in enumerate(self._row)}

    def rows(self, captions: Sequence[str]) -> Tensor:
        """Where the captions' states are: indices (n,) for `states`."""
        return torch.tensor([self._number[caption] for caption in captions])

    def states(self, rows: Tensor) -> Tensor:
        """States (n, 77, width) float32 of indices (n,)."""
        places = (self._places[row] for row in rows.tolist())
        return torch.from_numpy(np.stack([self._parts[part][row] for part, row in places])).float()

    def _take(self, said: Path) -> None:
        """Adds a finished part, whose captions are in the file."""
        captions = json.loads(said.read_text())
        self._row |= {caption: (len(self._parts), row) for row, caption in enumerate(captions)}
        self._parts.append(np.load(said.with_suffix(".npy"), mmap_mode="r"))

    def _make(self, folder: Path, captions: Sequence[str], machine: Machine) -> Path:
        """Computes a part; its list of captions comes last, so that a kill leaves no half of one."""
        said = self._kept / f"{len(self._parts):05d}.json"
        np.save(said.with_suffix(".npy"), torch.cat(list(read(folder, captions, machine))).numpy())
        said.write_text(json.dumps(list(captions)))
        return said


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


def _name(folder: Path) -> str:
    """A name for the tokenizer's files and the text encoder's, whatever they are called."""
    digest = hashlib.sha256()
    for file in sorted([*(folder / "tokenizer").iterdir(), *(folder / "text_encoder").iterdir()]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
