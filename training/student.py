"""The text encoder as a network: CLIP's, with a linear map from its states into the sentence encoder's space.

It does not know what it learns, or how. `Reader` is the finished one, for texts as people type them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import normalize
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from training.captions import with_article
from training.machines import Machine, this_machine
from training.recipe import Recipe

LONGEST = 77  # CLIP's
SPARE = 3  # end tokens after the first, whose states the UNet sees as well
TOKEN_SCALE = 0.1  # deviation of the first token embeddings, five times CLIP's: they mean something already


class Student(nn.Module):
    """The text encoder and the linear map from its states to the sentence encoder's space.

    Args:
        network: its end token is also its padding.
        width: numbers of a point.
    """

    def __init__(self, network: CLIPTextModel, width: int):
        super().__init__()
        self.network = network
        self.projection = nn.Linear(network.config.hidden_size, width)

    def forward(
        self, tokens: np.ndarray, lengths: np.ndarray, machine: Machine, rng: np.random.Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """The points of texts, and the same from the state of an end token further on: the UNet reads all 77.

        Args:
            tokens: integers (n, 77), filled up with end tokens.
            lengths: of the texts with their first end token, (n,).
            rng: draws the places, up to the 77th, that the further end tokens say they have; without it, the next ones.

        Returns:
            Two float32 tensors (n, width) of unit rows.
        """
        wide = min(int(lengths.max()) + SPARE, LONGEST)
        places = np.tile(np.arange(wide), (len(lengths), 1))
        if rng is not None:
            further = rng.integers(lengths[:, None], LONGEST, size=places.shape)
            places = np.where(places < lengths[:, None], places, further)
        device = machine.device
        ids, positions = (torch.from_numpy(part.astype(np.int64)).to(device) for part in (tokens[:, :wide], places))
        with machine.autocast():
            states = self.network(ids, position_ids=positions).last_hidden_state
        ends = states[torch.arange(len(lengths)), torch.from_numpy(lengths - 1).to(device)]
        points, after = (normalize(self.projection(each.float()), dim=-1) for each in (ends, states[:, -1]))
        return points, after


def fresh(recipe: Recipe, tokenizer: CLIPTokenizer, words: np.ndarray, vectors: np.ndarray) -> Student:
    """A student whose token embeddings are the teacher's vectors of the tokens, in the axes of most variance.

    Args:
        words: the tokens' vectors, (vocabulary, d).
        vectors: of texts, (n, d), whose principal axes are taken.
    """
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=recipe.text_width,
        intermediate_size=4 * recipe.text_width,
        num_hidden_layers=recipe.text_layers,
        num_attention_heads=max(1, recipe.text_width // 64),
        max_position_embeddings=LONGEST,
        hidden_act="gelu",
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        projection_dim=recipe.text_width,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        student = Student(CLIPTextModel(config), vectors.shape[1])
    mean = vectors.mean(0)
    spread = (vectors - mean).T @ (vectors - mean)
    axes = np.linalg.eigh(spread.astype(np.float64))[1][:, ::-1][:, : recipe.text_width].astype(np.float32)
    coordinates = (words - mean) @ axes
    with torch.no_grad():
        embedding = student.network.get_input_embeddings().weight
        embedding[:, : axes.shape[1]] = torch.from_numpy(coordinates * (TOKEN_SCALE / coordinates.std()))
        student.projection.weight[:, : axes.shape[1]] = torch.from_numpy(axes.copy())
        student.projection.bias.copy_(torch.from_numpy(mean))
    return student


@dataclass(frozen=True)
class Reader:
    """The finished text encoder with its way into the sentence encoder's space."""

    student: Student
    tokenizer: CLIPTokenizer
    machine: Machine

    @classmethod
    def load(cls, folder: Path, machine: Machine | None = None) -> Reader:
        """From F/tokenizer, F/text_encoder and F/text_projection.safetensors."""
        weights = load_file(folder / "text_projection.safetensors")
        student = Student(CLIPTextModel.from_pretrained(folder / "text_encoder"), len(weights["bias"]))
        student.projection.load_state_dict(weights)
        machine = machine or this_machine()
        return cls(student.to(machine.device).eval(), CLIPTokenizer.from_pretrained(folder / "tokenizer"), machine)

    @torch.no_grad()
    def embed(self, wanted: Sequence[str], rows: int = 250) -> np.ndarray:
        """The texts' points, float32 (n, d), unit rows."""
        made = []
        for start in range(0, len(wanted), rows):
            ids = self.tokenizer(
                list(wanted[start : start + rows]), padding="max_length", truncation=True, return_tensors="np"
            )
            lengths = ids["attention_mask"].sum(-1)
            made.append(self.student(ids["input_ids"], lengths, self.machine)[0].cpu().numpy())
        return np.concatenate(made)

    def nearest(self, words: Sequence[str], core: Sequence[str], count: int = 5) -> dict[str, list[str]]:
        """For each word ("corgi"), the subjects whose "a <subject>" is nearest to "a <word>", the nearest first."""
        points, known = (self.embed([with_article(name) for name in names]) for names in (words, core))
        order = np.argsort(-(points @ known.T), axis=-1)[:, :count]
        return {word: [core[place] for place in row] for word, row in zip(words, order, strict=True)}
