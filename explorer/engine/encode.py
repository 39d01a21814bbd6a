"""Prompts to conditionings, each encoded once.

A prompt is always encoded alone, so that its conditioning does not depend on what it was encoded with. One with taught
words is kept by what they stand for as well: nobody gets what somebody else's word of that name means. This module
knows a pipeline's tokenizers and text encoders; it does not know what the conditionings are used for.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable

import torch
from cachetools import LRUCache
from diffusers import DiffusionPipeline
from torch import Tensor

from explorer.engine.concepts import Texts, Uses, room, tokens_of, used
from explorer.space.points import Conditioning


class Encoder:
    """The text encoders of a pipeline behind a cache of the `size` prompts used last. Safe to share between threads."""

    def __init__(self, pipe: DiffusionPipeline, device: torch.device, size: int = 256) -> None:
        self._pipe, self._device, self.texts = pipe, device, Texts(pipe)
        self._cache: LRUCache[Hashable, Conditioning] = LRUCache(size)
        self._lock = threading.Lock()

    def encode(self, prompt: str, uses: Uses = ()) -> Conditioning:
        """The conditioning of a prompt; what lies beyond the encoder's tokens has no part in it (see `cut_off`).

        `uses` are the taught words that it may have.
        """
        return self._encoded(prompt, uses)

    def encode_negative(self, negative_prompt: str, uses: Uses = ()) -> Conditioning:
        """The conditioning of a negative prompt; an empty one is what the pipeline takes when none is given.

        That differs for SDXL: no negative prompt is a conditioning of zeros there, not the encoding of "".
        """
        zeros = not negative_prompt and getattr(self._pipe.config, "force_zeros_for_empty_prompt", False)
        return self._encoded(None if zeros else negative_prompt, uses)

    def cut_off(self, prompt: str, uses: Uses = ()) -> str:
        """The tail of a prompt that the text encoder never sees, in the user's own words; empty if all of it fits."""
        tokenizer = self._pipe.tokenizer
        if known := used(prompt, uses):
            with self._lock:
                beyond = tokens_of(prompt, known, tokenizer)[room(tokenizer) :]
            return prompt[beyond[0].start :].strip() if beyond else ""
        with self._lock:  # a tokenizer keeps what it was told about truncation: two threads would undo each other's
            tokens = tokenizer(prompt, return_offsets_mapping=True, truncation=False, verbose=False)
        end = room(tokenizer) + 1  # the first place is the beginning's, the last one the end-of-text token's
        words = [start for start, stop in tokens["offset_mapping"][end:] if stop > start]
        return prompt[words[0] :].strip() if words else ""

    def _encoded(self, prompt: str | None, uses: Uses) -> Conditioning:
        known = used(prompt, uses)
        key = (prompt, *(use.key for use in known))
        with self._lock:
            if key not in self._cache:
                self._cache[key] = self.texts.conditioning(prompt or "", known) if known else self._run(prompt)
            return self._cache[key]

    @torch.inference_mode()
    def _run(self, prompt: str | None) -> Conditioning:
        kwargs = {"device": self._device, "num_images_per_prompt": 1, "do_classifier_free_guidance": False}
        embeds, _, *pooled = self._pipe.encode_prompt(prompt or "", **kwargs)
        tensors = [embeds, *pooled[:1]]
        if prompt is None:
            tensors = [torch.zeros_like(tensor) for tensor in tensors]
        first = [_first(tensor) for tensor in tensors]
        return Conditioning(first[0], first[1] if len(first) > 1 else None)


def _first(batch: Tensor) -> Tensor:
    return batch[0].to("cpu", torch.float32)
