"""Concepts: taught words. What `<bolt>` in a prompt stands for, and how a prompt that has it is read.

Contract: no tokenizer and no table of embeddings is ever changed. A prompt with a known word is cut at it; what lies
between is tokenised as ever, and the word's vectors are put in where the text encoder looks its tokens up. So a prompt
without a known word is read to the bit as if there were no concepts, and "<" by itself is plain text.

A concept acts with a strength: at 1 it is what was taught, at 0 the prompt is read as if its `like` stood there, and
between and beyond the conditioning goes straight on; the adapter is `strength` times as strong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import torch
from diffusers import DiffusionPipeline
from torch import Tensor, nn

from explorer.engine.adapters import Adaptable
from explorer.engine.families import ModelError
from explorer.messages import Message
from explorer.space.adapters import Adapter, Adapters, mixed
from explorer.space.points import Conditioning, digest

WORD = re.compile(r"<[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?>")
"""What a taught word looks like: a plain one would change other prompts ("art" would make "cart" c + art)."""


@dataclass(frozen=True, eq=False)
class Concept:
    """A word in brackets, and what it stands for.

    `vectors`: of each text encoder (vectors, width), float32 on the CPU; without rows where the word only turns the
    adapter on. `like` is the kind of thing it is ("cat"): what is read at strength 0.
    """

    word: str
    vectors: tuple[Tensor, ...]
    adapter: Adapter | None = None
    like: str = ""

    def __post_init__(self) -> None:
        if not WORD.fullmatch(self.word):
            raise ValueError(f"word = {self.word[:40]!r} is not allowed: small letters, digits, - and _ in <brackets>")

    @cached_property
    def digest(self) -> bytes:
        """Equal for concepts that act alike, whatever they are called."""
        return digest(*self.vectors, self.adapter.digest if self.adapter else None, self.like)


@dataclass(frozen=True)
class Use:
    """A concept and how strongly it acts, from 0 to 1.5 or so."""

    concept: Concept
    strength: float = 1.0

    @property
    def key(self) -> tuple[str, bytes, float]:
        """What decides how a prompt with its word is read."""
        return self.concept.word, self.concept.digest, self.strength


Uses: TypeAlias = Sequence[Use]


def used(prompt: str | None, uses: Uses) -> tuple[Use, ...]:
    """Those whose words stand in the prompt, by their words."""
    found = [use for use in uses if prompt and use.concept.word in prompt]
    return tuple(sorted(found, key=lambda use: use.concept.word))


class Token(NamedTuple):
    """A token of a prompt: its number, and where in the text it starts; or a vector for each text encoder."""

    number: int
    start: int
    vectors: tuple[Tensor, ...] = ()


def tokens_of(prompt: str, uses: Uses, tokenizer: Any) -> list[Token]:
    """The tokens of a prompt without the ends, uncut. A word's vectors have the number of the beginning."""
    words = {use.concept.word: use.concept for use in uses}
    pattern = "|".join(map(re.escape, words))
    found: list[Token] = []
    at = 0
    for piece in re.split(f"({pattern})", prompt) if words else [prompt]:
        if piece in words:
            taught = zip(*words[piece].vectors, strict=True)
            found += [Token(tokenizer.bos_token_id, at, vectors) for vectors in taught]
        elif piece:
            read = tokenizer(
                piece, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
            )
            starts = [start for start, _ in read["offset_mapping"]]
            found += [Token(*one) for one in zip(read["input_ids"], [at + s for s in starts], strict=True)]
        at += len(piece)
    return found


def room(tokenizer: Any) -> int:
    """How many tokens of a prompt are read."""
    return tokenizer.model_max_length - 2


class Texts:
    """The text encoders of a pipeline, that read prompts with taught words; on the device's thread, one at a time."""

    def __init__(self, pipe: DiffusionPipeline) -> None:
        names = [name for name in ("text_encoder", "text_encoder_2") if getattr(pipe, name, None) is not None]
        self.adaptable = [Adaptable(getattr(pipe, name), name) for name in names]
        self.encoders: list[Any] = [each.network for each in self.adaptable]
        self.tokenizers = [getattr(pipe, name.replace("text_encoder", "tokenizer")) for name in names]
        self.widths = [_embedding(encoder).embedding_dim for encoder in self.encoders]

    def check(self, concept: Concept, name: str) -> None:
        """Raises ModelError where a concept is made for other text encoders."""
        own = [vectors.shape[1] for vectors in concept.vectors]
        if own != self.widths:
            widths = {"own": _listed(own), "ours": _listed(self.widths)}
            raise ModelError(
                Message("{file} has vectors {own} wide; this model's text is {ours} wide.", file=name, **widths)
            )
        for each in self.adaptable:
            if concept.adapter is not None:
                each.check(concept.adapter, name)

    def states(self, prompts: Sequence[str], uses: Uses) -> tuple[Tensor, Tensor | None]:
        """As diffusers' `encode_prompt` of each prompt: embeddings (n, tokens, width) and pooled ones (n, width).

        Words of `uses` are known, and act with strength 1. Gradients flow to their vectors, if they want any.
        """
        embeds, pooled = [], None
        for number, (encoder, tokenizer) in enumerate(zip(self.encoders, self.tokenizers, strict=True)):
            ids, mask, places = _laid_out([tokens_of(prompt, uses, tokenizer) for prompt in prompts], tokenizer)
            device, embedding = _embedding(encoder).weight.device, _embedding(encoder)
            with _put_in(embedding, {place: vectors[number] for place, vectors in places.items()}):
                if len(self.encoders) == 1:
                    masked = getattr(encoder.config, "use_attention_mask", False)
                    embeds.append(encoder(ids.to(device), attention_mask=mask.to(device) if masked else None)[0])
                else:  # as SDXL's: the last layer but one of both, pooled text of the second
                    output = encoder(ids.to(device), output_hidden_states=True)
                    embeds.append(output.hidden_states[-2])
                    pooled = output[0] if pooled is None and output[0].ndim == 2 else pooled
        return torch.cat(embeds, dim=-1), pooled

    def conditioning(self, prompt: str, uses: Uses) -> Conditioning:
        """The conditioning of a prompt with taught words, each with its strength."""
        for use in uses:
            if use.strength == 0:
                rest = tuple(other for other in uses if other is not use)
                return self.conditioning(prompt.replace(use.concept.word, use.concept.like), rest)
        whole = self._read(prompt, uses)
        embeds, pooled = whole.prompt_embeds, whole.pooled_prompt_embeds
        for use in uses:
            if use.strength != 1:
                rest = tuple(other for other in uses if other is not use)
                without = self._read(prompt.replace(use.concept.word, use.concept.like), rest)
                step = use.strength - 1
                embeds = embeds + step * (whole.prompt_embeds - without.prompt_embeds)
                if pooled is not None and whole.pooled_prompt_embeds is not None:
                    assert without.pooled_prompt_embeds is not None  # they are of one model
                    pooled = pooled + step * (whole.pooled_prompt_embeds - without.pooled_prompt_embeds)
        return Conditioning(embeds, pooled, mixed((acting(uses, "unet"), 1.0)))

    @torch.inference_mode()
    def _read(self, prompt: str, uses: Uses) -> Conditioning:
        """One prompt, float32 on the CPU, all words with strength 1."""
        with ExitStack() as stack:
            for each in self.adaptable:
                full = tuple((adapter, 1.0) for adapter, _ in acting(uses, each.part))
                stack.enter_context(each.with_adapters(full))
            embeds, pooled = self.states([prompt], uses)
        return Conditioning(_first(embeds), None if pooled is None else _first(pooled))


def _first(batch: Tensor) -> Tensor:
    return batch[0].to("cpu", torch.float32)


def acting(uses: Uses, part: str) -> Adapters:
    """The adapters among them that change layers of that part of the model, and how strongly."""
    found = [(use.concept.adapter, use.strength) for use in uses]
    return tuple((one, strength) for one, strength in found if one is not None and one.of(part).layers)


def _laid_out(
    texts: Sequence[Sequence[Token]], tokenizer: Any
) -> tuple[Tensor, Tensor, dict[tuple[int, int], tuple[Tensor, ...]]]:
    """Numbers and mask (n, model_max_length), cut off and padded as the tokenizer does; vectors by (text, place)."""
    length, ids, mask = tokenizer.model_max_length, [], []
    places: dict[tuple[int, int], tuple[Tensor, ...]] = {}
    for number, text in enumerate(texts):
        kept = text[: room(tokenizer)]
        places |= {(number, place + 1): token.vectors for place, token in enumerate(kept) if token.vectors}
        row = [tokenizer.bos_token_id, *(token.number for token in kept), tokenizer.eos_token_id]
        mask.append([1] * len(row) + [0] * (length - len(row)))
        ids.append(row + [tokenizer.pad_token_id] * (length - len(row)))
    return torch.tensor(ids), torch.tensor(mask), places


@contextmanager
def _put_in(embedding: nn.Embedding, vectors: Mapping[tuple[int, int], Tensor]) -> Iterator[None]:
    """In here a look-up gives these vectors at (row, place); the table itself stays as it is."""
    if not vectors:
        yield
        return
    rows, places = torch.tensor(list(vectors)).T
    stacked = torch.stack(list(vectors.values()))

    def put(_module: nn.Module, _arguments: Any, output: Tensor) -> Tensor:
        return output.index_put((rows.to(output.device), places.to(output.device)), stacked.to(output))

    hook = embedding.register_forward_hook(put)
    try:
        yield
    finally:
        hook.remove()


def _embedding(encoder: Any) -> nn.Embedding:
    return encoder.get_input_embeddings()


def _listed(numbers: Sequence[int]) -> str:
    return " and ".join(map(str, numbers)) or "not at all"
