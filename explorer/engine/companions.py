"""Companions: a few-step model beside the one that is running, which draws its drafts and nothing else.

Contract: the texts are encoded by the model itself, so a companion must take its conditionings and its latents, which
is asked of both before the first draft. It draws what such a model can: from noise, without guidance; so it is asked
for plans whose places have the model's usual guidance and negative prompt. Nothing of it is in a store, a signature or
a price. It may be a model, or a LoRA file of a few-step distillation, which is added to the model's own UNet
(W + alpha / rank * up @ down; Hu et al. 2021).
"""

from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from explorer.engine import models
from explorer.engine.checkpoint import digest
from explorer.engine.engine import Engine
from explorer.engine.families import ModelError
from explorer.engine.known import find
from explorer.engine.networks import DiffusersNetworks, Networks
from explorer.engine.workers import Worker
from explorer.space.plans import Plan
from explorer.space.points import FewSteps

PAIRS = {"sd21": "sd-turbo", "sd21-base": "sd-turbo", "sdxl": "sdxl-turbo"}
"""The companions that are taken unasked, if the hub's cache on this machine has them."""

NO_COMPANION = "none"
FEW = FewSteps(4, "Euler")
"""For a companion that the table of models does not know."""

NEAR = 0.05
"""How far, in parts of its length, the same text may lie apart in the two encoders: one may be rounded."""

PROBE = "a small red boat at the beach"
_DOWN = re.compile(r"\.(lora_down|lora_A|lora\.down)\.weight$")
_UP = {"lora_down": "lora_up", "lora_A": "lora_B", "lora.down": "lora.up"}

log = logging.getLogger(__name__)


def join(engine: Engine, model: str, draft_model: str | None = None, **options: Any) -> None:
    """Gives the engine of `model` its companion: `draft_model`, a name or file as `models.load` takes it or a LoRA.

    "none" is none; None is that of PAIRS, where it is there and fits. `options` are those the model was loaded with.
    Raises ModelError.
    """
    known = find(model)
    asked = draft_model or PAIRS.get(known.name if known else "", NO_COMPANION)
    if asked == NO_COMPANION:
        return
    turns = engine.workers[0].turns
    try:
        networks = turns.run(_networks, asked, model, only_here=draft_model is None, **options)
        check(engine, networks, asked)
    except ModelError as error:
        if draft_model is not None:
            raise ModelError(f"--draft-model {draft_model}: {error}") from error
        log.info("no companion for drafts: %s", error)
        return
    engine.companion = Engine([Worker(networks, turns)])


def _networks(asked: str, model: str, *, only_here: bool, **options: Any) -> DiffusersNetworks:
    path = Path(asked).expanduser()
    if path.suffix == ".safetensors" and path.is_file() and _is_lora(path):
        loaded = models.load(model, **options)
        fold(loaded.pipe.unet, load_file(path), path.name)
        fingerprint = digest([loaded.fingerprint.encode(), path.read_bytes()])
        loaded = dataclasses.replace(loaded, name=path.name, fingerprint=fingerprint)
        few = FEW
    else:
        loaded, known = models.load(asked, **{**options, "config": None, "local_files_only": only_here}), find(asked)
        few = FewSteps(known.defaults.num_inference_steps, known.defaults.scheduler) if known else FEW
    loaded = dataclasses.replace(loaded, defaults=dataclasses.replace(loaded.defaults, draft=few))
    return DiffusersNetworks(loaded)


def check(engine: Engine, networks: Networks, name: str) -> None:
    """Raises ModelError where networks take other latents or other texts than the engine's model gives."""
    own = engine.networks
    ours, theirs = ((n.latent_channels, n.factor) for n in (own, networks))
    if ours != theirs:
        told = "{} channels of latents at 1/{} of the picture's side"
        raise ModelError(f"{name} draws {told.format(*theirs)}, and {own.name} {told.format(*ours)}.")
    here, there = engine.encode(PROBE), engine.workers[0].run(networks.encode, PROBE)
    for part in ("prompt_embeds", "pooled_prompt_embeds"):
        a, b = getattr(here, part), getattr(there, part)
        if (a is None) != (b is None) or (a is not None and a.shape != b.shape):
            raise ModelError(f"the text encoder of {name} gives another shape of {part} than that of {own.name}.")
        if a is not None and (a.float() - b.float()).norm() > NEAR * a.float().norm():
            raise ModelError(f"the text encoder of {name} is another than that of {own.name}.")


def suits(engine: Engine, plan: Plan) -> bool:
    """Whether a companion of the engine could draw the drafts of a plan."""
    usual = engine.encode_negative("").digest
    for index, place in enumerate(plan.places):
        point = plan.point(index)
        begun = point.init_latents is not None or point.depth is not None
        plain = place.look is None and not begun and not point.adapters
        if not plain or point.guidance_scale != engine.defaults.guidance_scale:
            return False
        if point.negative_conditioning.digest != usual:
            return False
    return True


def unguided(plan: Plan) -> Plan:
    """The plan with the prompts alone."""
    return dataclasses.replace(plan, at=lambda *where: dataclasses.replace(plan.at(*where), guidance_scale=1.0))


def _is_lora(path: Path) -> bool:
    try:
        with safe_open(path, "pt") as file:
            return any(_DOWN.search(name) for name in file.keys())  # noqa: SIM118 (it is no mapping)
    except Exception as error:  # what a broken file raises is nobody's promise
        raise ModelError(f"{path.name} cannot be read ({error}).") from error


@torch.no_grad()
def fold(unet: nn.Module, tensors: Mapping[str, Tensor], name: str) -> None:
    """Adds a LoRA to the weights of a UNet. Raises ModelError where it is made for another network."""
    modules = {path.replace(".", "_"): module for path, module in unet.named_modules()}
    for key, down in tensors.items():
        if not (found := _DOWN.search(key)):
            continue
        stem = key[: found.start()]
        layer = stem.removeprefix("lora_unet_").removeprefix("unet.").replace(".", "_")
        weight = getattr(modules.get(layer), "weight", None)
        up = tensors.get(f"{stem}.{_UP[found[1]]}.weight")
        if weight is None or up is None:
            raise ModelError(f"{name} changes {stem}, which is no layer of this UNet.")
        product = up.float().flatten(1) @ down.float().flatten(1)
        if product.numel() != weight.numel() or product.shape[0] != weight.shape[0]:
            raise ModelError(f"{name} is made for another shape of {stem} than that of this UNet.")
        scale = float(tensors.get(f"{stem}.alpha", down.shape[0])) / down.shape[0]
        weight += (scale * product.reshape(weight.shape)).to(weight)
