"""Teaching a word as a task: what comes to stand for `<bolt>` after so many looks at its pictures.

Two methods. "word": textual inversion, vectors alone (Gal et al. 2022, arXiv:2208.01618). "look": a low-rank adapter of
the UNet beside them, as DreamBooth teaches (Ruiz et al. 2022, arXiv:2208.12242), perhaps with pictures of the kind of
thing it is (`prior`), so that its kind stays what it was. The loss is diffusers' in both: the mean squared error of the
noise, or v, that the UNet predicts.

The networks stay as they are: vectors go in where the text encoder looks up its tokens (`concepts`), the adapter beside
the layers (`adapters`). What is learnt is float32, whatever the network computes in. Every so many steps a copy of it
is kept, so the result is the way there as well: `concepts_of` gives the concept of every step that was kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers import DDPMScheduler
from diffusers.models.attention_processor import AttnProcessor
from PIL import Image
from threadpoolctl import ThreadpoolController
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from explorer.engine.concepts import Concept, Use
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.tasks import generator
from explorer.space.adapters import Adapter
from explorer.space.hashes import digest

METHODS = ("word", "look")
LARGE = 200_000_000
"""Weights of a UNet from which on activations are computed twice rather than kept."""

_TAUGHT_LAYERS = re.compile(r"\.(to_q|to_k|to_v|to_out\.0|ff\.net\.0\.proj|ff\.net\.2)$")
"""Those of attention and of what follows it, where the adapter is."""

_NOISE = 0.1
"""Of the vectors a word begins with, in parts of their spread: several would otherwise learn the same."""


@dataclass(frozen=True, eq=False)
class Example:
    """A picture of the model's size, RGB, and what may be said of it; one of that is drawn by lot each time."""

    picture: Image.Image
    captions: tuple[str, ...]

    @property
    def digest(self) -> bytes:
        """Of pixels and words."""
        return digest(repr(self.picture.size), self.picture.convert("RGB").tobytes(), *self.captions)


@dataclass(frozen=True, eq=False)
class Teaching:
    """A task. `word` is taught from `examples`, whose captions have it; its vectors start at those of `like`.

    `lessons` optimizer steps of `batch` pictures, of which `at_once` go through the UNet in one turn of the device.
    `rank` is the adapter's, `every` so many lessons a copy is kept; `prior` are pictures of its kind, as many of which
    go through beside each of its own.
    """

    word: str
    examples: tuple[Example, ...]
    like: str = ""
    method: str = "look"
    vectors: int = 1
    rank: int = 8
    lessons: int = 200
    learning_rate: float = 3e-3
    batch: int = 8
    at_once: int = 8
    every: int = 20
    seed: int = 0
    prior: tuple[Example, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.batch % self.at_once:
            raise ValueError(f"batch = {self.batch} pictures cannot go through {self.at_once} at once")

    @property
    def title(self) -> str:
        """As the beginning of a sentence."""
        return f"Teaching {self.word}"

    @property
    def parts(self) -> int:
        """Turns of an optimizer step."""
        return self.batch // self.at_once

    @property
    def steps(self) -> int:
        """Turns in all."""
        return self.lessons * self.parts

    @property
    def rows(self) -> int:
        """Of one turn."""
        return self.at_once * (2 if self.prior else 1)

    @property
    def digest(self) -> bytes:
        """Of all that decides what is learnt but the model and the number of steps."""
        settings = (self.word, self.like, self.method, self.vectors, self.rank, self.learning_rate, self.seed)
        pictures = (*(one.digest for one in self.examples), b"prior", *(one.digest for one in self.prior))
        return digest("teaching 1", *settings, self.batch, self.at_once, self.every, *pictures)

    def keeps(self, lesson: int) -> bool:
        """Whether a copy is kept after so many lessons."""
        return lesson % self.every == 0 or lesson == self.lessons

    def begin(self, networks: Any) -> Learning:
        """The work before its first step; `networks` are those of a diffusers pipeline."""
        return Learning(self, networks)


def concepts_of(task: Teaching, tensors: Mapping[str, Tensor]) -> dict[int, Concept]:
    """The concept after each number of lessons that was kept, from what came of the task."""
    found: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        lesson, _, rest = name.partition("/")
        if lesson.isdecimal():
            found.setdefault(int(lesson), {})[rest] = tensor
    return {lesson: _concept(task, found[lesson]) for lesson in sorted(found)}


def _concept(task: Teaching, tensors: Mapping[str, Tensor]) -> Concept:
    names = sorted(name for name in tensors if name.startswith("vectors."))
    paths = sorted(name.removesuffix(".down") for name in tensors if name.endswith(".down"))
    layers = {path: (tensors[f"{path}.down"], tensors[f"{path}.up"]) for path in paths}
    return Concept(task.word, tuple(tensors[name] for name in names), Adapter(layers) if layers else None, task.like)


class Learning:
    """A teaching under way, see `tasks.Work`."""

    def __init__(self, task: Teaching, networks: DiffusersNetworks) -> None:
        self.task, self.networks = task, networks
        self.noising = DDPMScheduler.from_config(networks.scheduler.config)
        draws = generator(task, -1)
        self.vectors = [nn.Parameter(start) for start in first_vectors(networks, task, draws)]
        self.layers = self._first_layers(draws) if task.method == "look" else {}
        self.taught = {f"vectors.{i}": vectors for i, vectors in enumerate(self.vectors)}
        for path, (down, up) in self.layers.items():
            self.taught |= {f"unet.{path}.down": down, f"unet.{path}.up": up}
        self.optimizer = torch.optim.AdamW(self.taught.values(), task.learning_rate)
        self.kept = {0: self._copy()}
        encode = networks.encode_picture
        self._latents = [encode(one.picture).clone() for one in (*task.examples, *task.prior)]

    def _first_layers(self, draws: torch.Generator) -> dict[str, tuple[nn.Parameter, nn.Parameter]]:
        """The adapter before the first step: it changes nothing, as `up` is 0."""
        rank, layers = self.task.rank, {}
        for path, module in self.networks.pipe.unet.named_modules():
            if isinstance(module, nn.Linear) and _TAUGHT_LAYERS.search(path):
                down = torch.randn(rank, module.in_features, generator=draws) / rank
                layers[path] = nn.Parameter(down), nn.Parameter(torch.zeros(module.out_features, rank))
        return layers

    def step(self, number: int) -> Mapping[str, float]:
        """One turn: the gradient of some rows; with the last of an optimizer step, that step."""
        task, part = self.task, number % self.task.parts
        draws = generator(task, number)
        examples = torch.randint(len(task.examples), (task.at_once,), generator=draws).tolist()
        rows = [(self._latents[i], self._caption(task.examples[i], draws)) for i in examples]
        if task.prior:
            kinds = torch.randint(len(task.prior), (task.at_once,), generator=draws).tolist()
            rows += [(self._latents[len(task.examples) + i], self._caption(task.prior[i], draws)) for i in kinds]
        latents = torch.stack([latents for latents, _ in rows])
        loss = self.loss(
            latents,
            torch.randn(latents.shape, generator=draws),
            self._timesteps(part, draws).repeat(len(rows) // task.at_once),
            [caption for _, caption in rows],
            backward=1 / task.parts,
        )
        if part == task.parts - 1:
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            lesson = (number + 1) // task.parts
            if task.keeps(lesson):
                self.kept[lesson] = self._copy()
        return {"loss": loss}

    def loss(
        self,
        latents: Tensor,
        noise: Tensor,
        timesteps: Tensor,
        captions: Sequence[str],
        *,
        backward: float = 1.0,
    ) -> float:
        """The loss of rows; its gradient, times `backward`, is added to what is taught.

        Of latents (n, channels, h, w) with as much noise as their timesteps (n,) have. Where there are rows of the
        prior, the second half are: both halves' losses are added (weight 1, as DreamBooth has it).
        """
        networks, unet = self.networks, self.networks.pipe.unet
        with torch.enable_grad(), trained(unet), networks.adaptable.with_layers(self.layers):
            embeds, pooled = self._texts(captions)
            noisy = self.noising.add_noise(latents, noise, timesteps).to(networks.device, networks.dtype)
            added = None if pooled is None else self._added(noisy, pooled)
            predicted = unet(noisy, timesteps.to(networks.device), embeds, added_cond_kwargs=added).sample.float().cpu()
            is_v = self.noising.config.prediction_type == "v_prediction"
            target = self.noising.get_velocity(latents, noise, timesteps) if is_v else noise
            halves = 2 if self.task.prior else 1
            parts = zip(predicted.chunk(halves), target.chunk(halves), strict=True)
            loss = sum((mse_loss(a, b) for a, b in parts), torch.zeros(()))
            (loss * backward).backward()
        return loss.item()

    def _texts(self, captions: Sequence[str]) -> tuple[Tensor, Tensor | None]:
        """What the UNet is told of each row; equal captions are read once."""
        unique = list(dict.fromkeys(captions))
        use = Use(Concept(self.task.word, tuple(self.vectors)))
        embeds, pooled = self.networks.texts.states(unique, [use])
        places = torch.tensor([unique.index(caption) for caption in captions], device=embeds.device)
        dtype = self.networks.dtype
        return embeds[places].to(dtype), None if pooled is None else pooled[places].to(dtype)

    def _added(self, noisy: Tensor, pooled: Tensor) -> dict[str, Tensor]:
        """SDXL's: pooled text, and (original size, crop corner, target size) in pixels."""
        height, width = (side * self.networks.factor for side in noisy.shape[-2:])
        ids = torch.tensor([[height, width, 0, 0, height, width]] * len(noisy))
        return {"text_embeds": pooled, "time_ids": ids.to(noisy)}

    def _timesteps(self, part: int, draws: torch.Generator) -> Tensor:
        """Spread evenly over a batch, of which this is that part: one in each of as many equal spans."""
        task, count = self.task, self.noising.config.num_train_timesteps
        spans = torch.arange(task.at_once) * task.parts + part
        places = (spans + torch.rand(task.at_once, generator=draws)) / task.batch
        return (places * count).long().clamp(max=count - 1)

    @staticmethod
    def _caption(example: Example, draws: torch.Generator) -> str:
        return example.captions[int(torch.randint(len(example.captions), (), generator=draws))]

    def _copy(self) -> dict[str, Tensor]:
        return {name: tensor.detach().clone() for name, tensor in self.taught.items()}

    def state(self) -> Mapping[str, Tensor]:
        """What is taught so far, the optimizer's moments, a gradient that waits for its other parts, the copies."""
        found = {f"taught/{name}": tensor for name, tensor in self._copy().items()}
        for name, tensor in self.taught.items():
            for moment, value in self.optimizer.state.get(tensor, {}).items():
                found[f"{moment}/{name}"] = value
            if tensor.grad is not None:
                found[f"grad/{name}"] = tensor.grad
        return {**found, **self._copies(self.kept)}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Takes a `state` up. Raises KeyError or RuntimeError for one that is not its own."""
        for name, tensor in self.taught.items():
            with torch.no_grad():
                tensor.copy_(state[f"taught/{name}"])
            moments = ("step", "exp_avg", "exp_avg_sq")
            if f"step/{name}" in state:
                self.optimizer.state[tensor] = {moment: state[f"{moment}/{name}"] for moment in moments}
            tensor.grad = state.get(f"grad/{name}")
        self.kept = {}
        for key, kept in state.items():
            lesson, _, name = key.partition("/")
            if lesson.isdecimal():
                self.kept.setdefault(int(lesson), {})[name] = kept

    def result(self) -> Mapping[str, Tensor]:
        """The copies, and what is taught so far."""
        steps = {int(self.optimizer.state[t]["step"]) for t in self.taught.values() if t in self.optimizer.state}
        return self._copies({**self.kept, max(steps, default=0): self._copy()})

    @staticmethod
    def _copies(kept: Mapping[int, Mapping[str, Tensor]]) -> dict[str, Tensor]:
        return {f"{lesson}/{name}": tensor for lesson, copy in kept.items() for name, tensor in copy.items()}


def first_vectors(networks: DiffusersNetworks, task: Teaching, draws: torch.Generator) -> Iterator[Tensor]:
    """For each text encoder the vectors (vectors, width) that a word starts with: those of its kind, a little apart.

    Of a kind of several tokens the last ones, as names of things end in what they are. Without one, the mean of all.
    """
    for encoder, tokenizer in zip(networks.texts.encoders, networks.texts.tokenizers, strict=True):
        table = encoder.get_input_embeddings().weight.detach().float().cpu()
        numbers = tokenizer(task.like, add_special_tokens=False).input_ids[-task.vectors :]
        known = table[numbers] if numbers else table.mean(0, keepdim=True)
        start = known.repeat(math.ceil(task.vectors / len(known)), 1)[: task.vectors]
        noise = torch.randn(start.shape, generator=draws) * table.std() * _NOISE
        yield start + (noise if task.vectors > 1 else 0)


@contextmanager
def trained(unet: Any) -> Iterator[None]:
    """In here a UNet is as gradients want it, and afterwards as it was.

    On a CPU the backward pass of torch's fused attention takes 3 to 5 times as long as that of plain products. A large
    one keeps no activations. A small one has one thread: two that wait for each other are slow where anything else
    runs, and what is learnt depends on their number.
    """
    large = sum(weight.numel() for weight in unet.parameters()) > LARGE
    plain = unet.device.type == "cpu" and not large
    processors = unet.attn_processors
    if plain:
        unet.set_attn_processor(AttnProcessor())
    if large:
        unet.enable_gradient_checkpointing()
    try:
        with ThreadpoolController().limit(limits=1 if plain else None, user_api="openmp"):
            yield
    finally:
        if plain:
            unet.set_attn_processor(processors)
        if large:
            unet.disable_gradient_checkpointing()
