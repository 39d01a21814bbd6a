"""A small CLIPTextModel that learns the sentence encoder's space from texts alone, in F/text_encoder.

Every text goes where the teacher has it, and keeps its distances to other texts and to what is drawn (TinyCLIP's
affinity mimicking, arXiv:2309.12314). A kind of something drawn goes halfway to the thing itself, as WordNet says and
the teacher often does not know (retrofitting, arXiv:1411.4166). F/text_projection.safetensors leads there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import CLIPTokenizer

from training import drawings, subjects, texts
from training.captions import with_article
from training.machines import this_machine
from training.recipe import Recipe
from training.steps import draws, train
from training.student import LONGEST, Reader, fresh
from training.teacher import Teacher, remembered
from training.texts import Text

TITLE = "text-encoder"
READ = 48  # tokens of a text that are read
HELD_OUT = 1_000
BUCKETS = 8
SHARPNESS = 20.0  # of similarities, as an inverse temperature
NEIGHBOURS, ANCHORS, AFTER = 0.1, 0.2, 0.3  # weights of the losses beside the cosine's


def run(folder: Path, recipe: Recipe, teacher: Teacher | None = None) -> None:
    """Trains F/text_encoder; its figures are in F/text_encoder.json. Does nothing if they are there.

    Args:
        teacher: the sentence encoder; None takes the packaged one.
    """
    figures = folder / "text_encoder.json"
    if figures.exists():
        return
    machine = this_machine()
    corpus = texts.load(folder, recipe)
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    teacher = teacher or Teacher(machine=machine)
    vectors = targets(corpus, remembered(folder, [text.text for text in corpus], teacher))
    core = subjects.core(drawings.load(folder)[1])
    anchors = torch.from_numpy(teacher.embed([with_article(subject) for subject in core])).to(machine.device)
    lessons = Lessons.of(corpus, tokenizer, draws(recipe.seed, TITLE, -1).rng)
    student = fresh(recipe, tokenizer, token_vectors(folder, tokenizer, corpus, vectors, teacher), vectors)
    student.to(machine.device)
    optimizer = torch.optim.AdamW(student.parameters(), recipe.text_encoder.peak, betas=(0.9, 0.98), weight_decay=0.01)

    def one_step(step: int) -> dict[str, float]:
        for group in optimizer.param_groups:
            group["lr"] = recipe.text_encoder.rate(step)
        rng = draws(recipe.seed, TITLE, step).rng
        rows = lessons.batch(recipe.text_encoder.rows, rng)
        points, after = student(lessons.tokens[rows], lessons.lengths[rows], machine, rng)
        wanted = torch.from_numpy(vectors[rows]).to(machine.device)
        loss = distance(points, wanted, anchors) + AFTER * (1 - (after * wanted).sum(-1)).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        return {"loss": loss.item(), "cosine": (points * wanted).sum(-1).mean().item()}

    state = {
        "network": student.network,
        "projection": student.projection,
        "optimizer": optimizer,
        "read": Read.of(lessons.tokens),
    }
    train(TITLE, state, one_step, recipe.text_encoder.steps, folder / "text_encoder.pt")
    student.network.save_pretrained(folder / "text_encoder")
    save_file(student.projection.state_dict(), folder / "text_projection.safetensors")
    reader = Reader(student, tokenizer, machine)
    figures.write_text(json.dumps(measured(reader, corpus, vectors, lessons.held_out, core), indent=1))


def token_vectors(
    folder: Path, tokenizer: CLIPTokenizer, corpus: Sequence[Text], vectors: np.ndarray, teacher: Teacher
) -> np.ndarray:
    """A vector for every token's string, float32 (vocabulary, d): a text's where it is one, the teacher's otherwise."""
    strings = [token.removesuffix("</w>") for token in tokenizer.convert_ids_to_tokens(range(len(tokenizer)))]
    made = remembered(folder / "tokens", strings, teacher).astype(np.float32)
    rows = {text.text: row for row, text in enumerate(corpus)}
    known = [(token, rows[string]) for token, string in enumerate(strings) if string in rows]
    made[[token for token, _ in known]] = vectors[[row for _, row in known]]
    return made


def targets(corpus: Sequence[Text], vectors: np.ndarray) -> np.ndarray:
    """Where texts belong, float32 unit rows (n, d): where the teacher has them, or halfway to what they are like."""
    vectors = np.asarray(vectors, np.float32)
    rows = {text.text: row for row, text in enumerate(corpus)}
    alike = np.array([rows[text.like or text.text] for text in corpus])
    halfway = vectors + vectors[alike]
    return halfway / np.linalg.norm(halfway, axis=-1, keepdims=True)


@dataclass(frozen=True)
class Lessons:
    """What is read, and how it is drawn.

    Attributes:
        tokens: uint16 (n, 77), filled up with end tokens.
        lengths: of the texts, with the first and the end token, (n,).
        order: the texts to learn from, short ones first, otherwise shuffled.
        rising: the sums of their weights in that order, the last is 1.
        held_out: the others, never learnt from.
    """

    tokens: np.ndarray
    lengths: np.ndarray
    order: np.ndarray
    rising: np.ndarray
    held_out: np.ndarray

    @classmethod
    def of(cls, corpus: Sequence[Text], tokenizer: CLIPTokenizer, rng: np.random.Generator) -> Lessons:
        """The corpus without 1,000 texts by lot, or a tenth of it."""
        ids = tokenizer([text.text for text in corpus], truncation=True, max_length=READ)["input_ids"]
        lengths = np.array([len(row) for row in ids])
        tokens = np.full((len(ids), LONGEST), tokenizer.eos_token_id, np.uint16)
        for row, numbers in enumerate(ids):
            tokens[row, : len(numbers)] = numbers
        shuffled = rng.permutation(len(ids))
        held_out, learnt = np.split(shuffled, [min(HELD_OUT, len(ids) // 10)])
        order = learnt[np.argsort(lengths[learnt], kind="stable")]
        rising = np.cumsum([corpus[row].weight for row in order])
        return cls(tokens, lengths, order, rising / rising[-1], held_out)

    def batch(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Rows of at most `count` different texts of about the same length, by weight."""
        chances = (rng.integers(BUCKETS) + rng.random(count)) / BUCKETS
        return np.unique(self.order[np.searchsorted(self.rising, chances).clip(max=len(self.order) - 1)])


@dataclass(frozen=True)
class Read:
    """What a checkpoint was learnt from: weights say nothing once another tokenizer numbers the words."""

    digest: str

    @classmethod
    def of(cls, tokens: np.ndarray) -> Read:
        return cls(hashlib.sha256(tokens.tobytes()).hexdigest()[:12])

    def state_dict(self) -> dict[str, Any]:
        return {"digest": self.digest}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Raises ValueError if the checkpoint's texts or tokenizer were others."""
        if state != self.state_dict():
            raise ValueError("text_encoder.pt is of other texts or of another tokenizer: remove it to start again")


def distance(points: Tensor, wanted: Tensor, anchors: Tensor) -> Tensor:
    """How far texts are from where they belong, themselves and in relation to each other and to what is drawn.

    Args:
        points, wanted, anchors: unit rows (n, d), (n, d), (m, d).
    """
    cosine = (1 - (points * wanted).sum(-1)).mean()
    among = wanted @ wanted.T
    relations = 2 * (points @ points.T - among).square().mean()
    neighbours = cross_entropy(SHARPNESS * points @ wanted.T, (SHARPNESS * among).softmax(-1))
    drawn = cross_entropy(SHARPNESS * points @ anchors.T, (SHARPNESS * wanted @ anchors.T).softmax(-1))
    return cosine + relations + NEIGHBOURS * neighbours + ANCHORS * drawn


def measured(
    reader: Reader, corpus: Sequence[Text], vectors: np.ndarray, held_out: np.ndarray, core: Sequence[str]
) -> dict[str, float]:
    """Figures on the held-out texts, and whether words for a kind of something drawn are nearest to that subject."""
    points = reader.embed([corpus[row].text for row in held_out])
    found = (points @ vectors[held_out].T).argmax(-1) == np.arange(len(held_out))
    kinds = {text.text: text.like for text in corpus if text.like in core}
    words = sorted(kinds)[:: max(1, len(kinds) // HELD_OUT)]
    nearest = reader.nearest(words, core, 10) if words else {}
    return {
        "held_out_cosine": round(float((points * vectors[held_out]).sum(-1).mean()), 4),
        "held_out_retrieval": round(float(found.mean()), 4),
        "held_out": len(held_out),
        "kinds_first": _share([kinds[word] == names[0] for word, names in nearest.items()]),
        "kinds_first_ten": _share([kinds[word] in names for word, names in nearest.items()]),
        "kinds": len(nearest),
    }


def _share(right: Sequence[bool]) -> float:
    return round(float(np.mean(right)), 4) if right else 0.0
