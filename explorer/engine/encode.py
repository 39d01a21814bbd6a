"""Prompts to conditionings, each encoded once.

A prompt is always encoded alone, so that its conditioning does not depend on what it was encoded with. This module
knows a pipeline's tokenizers and text encoders; it does not know what the conditionings are used for.
"""

from __future__ import annotations

import threading

import torch
from cachetools import LRUCache
from diffusers import DiffusionPipeline
from torch import Tensor

from explorer.space.points import Conditioning


class Encoder:
    """The text encoders of a pipeline behind a cache of the `size` prompts used last. Safe to share between threads."""

    def __init__(self, pipe: DiffusionPipeline, device: torch.device, size: int = 256) -> None:
        self._pipe, self._device = pipe, device
        self._cache: LRUCache[str | None, Conditioning] = LRUCache(size)
        self._lock = threading.Lock()

    def encode(self, prompt: str) -> Conditioning:
        """The conditioning of a prompt; what lies beyond the encoder's tokens has no part in it (see `cut_off`)."""
        return self._encoded(prompt)

    def encode_negative(self, negative_prompt: str) -> Conditioning:
        """The conditioning of a negative prompt; an empty one is what the pipeline takes when none is given.

        That differs for SDXL: no negative prompt is a conditioning of zeros there, not the encoding of "".
        """
        zeros = not negative_prompt and getattr(self._pipe.config, "force_zeros_for_empty_prompt", False)
        return self._encoded(None if zeros else negative_prompt)

    def cut_off(self, prompt: str) -> str:
        """The tail of a prompt that the text encoder never sees, in the user's own words; empty if all of it fits."""
        tokenizer = self._pipe.tokenizer
        with self._lock:  # a tokenizer keeps what it was told about truncation: two threads would undo each other's
            tokens = tokenizer(prompt, return_offsets_mapping=True, truncation=False, verbose=False)
        room = tokenizer.model_max_length - 1  # the last place is the end-of-text token's
        words = [start for start, end in tokens["offset_mapping"][room:] if end > start]
        return prompt[words[0] :].strip() if words else ""

    def _encoded(self, prompt: str | None) -> Conditioning:
        with self._lock:
            if prompt not in self._cache:
                self._cache[prompt] = self._run(prompt)
            return self._cache[prompt]

    @torch.inference_mode()
    def _run(self, prompt: str | None) -> Conditioning:
        kwargs = {"device": self._device, "num_images_per_prompt": 1, "do_classifier_free_guidance": False}
        embeds, _, *pooled = self._pipe.encode_prompt(prompt or "", **kwargs)
        tensors = [embeds, *pooled[:1]]
        if prompt is None:
            tensors = [torch.zeros_like(tensor) for tensor in tensors]
        return Conditioning(*(_first(tensor) for tensor in tensors))


def _first(batch: Tensor) -> Tensor:
    return batch[0].to("cpu", torch.float32)
