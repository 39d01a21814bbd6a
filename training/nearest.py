"""What a model's text encoder takes words for: the core subjects nearest to each, by the text alone.

It does not know pictures. Figures of the encoder's own training are text_encoder.py's.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor
from torch.nn.functional import normalize

from training.claims import article

ROWS = 64


def nearest(
    pipe: StableDiffusionPipeline, words: Sequence[str], core: Sequence[str], count: int = 3
) -> dict[str, list[str]]:
    """For each word, the `count` core subjects with the most similar text states, the nearest first.

    States are CLIP's pooled ones (the end token's), less the mean over the core subjects: texts have much in common.
    """
    known = pooled(pipe, [article(subject) for subject in core])
    mean = known.mean(0)
    asked = normalize(pooled(pipe, [article(word) for word in words]) - mean, dim=-1)
    order = (asked @ normalize(known - mean, dim=-1).T).topk(min(count, len(core))).indices.tolist()
    return {word: [core[place] for place in row] for word, row in zip(words, order, strict=True)}


@torch.no_grad()
def pooled(pipe: StableDiffusionPipeline, texts: Sequence[str]) -> Tensor:
    """CLIP's pooled states (n, width) float32 on the CPU of texts."""
    found = []
    for start in range(0, len(texts), ROWS):
        tokens = pipe.tokenizer(
            list(texts[start : start + ROWS]), padding="max_length", truncation=True, max_length=77, return_tensors="pt"
        )
        found.append(pipe.text_encoder(tokens.input_ids.to(pipe.device)).pooler_output.float().cpu())
    return torch.cat(found)
